"""Where each number of the table comes from."""

from __future__ import annotations

import dataclasses
import re

from cumbre import priors
from cumbre.record.case import Case
from cumbre.record.passport import Passport
from cumbre.table.fitted import Fitted, Judged

__all__ = ["passports"]


def _meaning() -> dict[str, str]:
    """First words on each judged number, read from the docstring where it is defined."""
    found: dict[str, str] = {}
    for match in re.finditer(r"^ {4}([a-z_, ]+?) {2,}(.+(?:\n {8,}.+)*)", Judged.__doc__ or "", re.MULTILINE):
        for name in match[1].split(","):
            found[name.strip()] = " ".join(match[2].split())
    return found


def passports(case: Case, fitted: Fitted) -> dict[str, Passport]:
    """Inputs and fitted numbers with their evidence; ids start with "table."."""
    shipped = priors.load("table")
    many, breakdown = shipped["many_actor"], shipped["breakdown"]
    rows: list[Passport] = [
        Passport("table.kernel_sd", fitted.kernel_sd, "share of the scale", many["label"], many["formula"], n=many["n"],
                 note=many["source"]),
        Passport("table.slope", fitted.slope, "log-odds", breakdown["label"], breakdown["formula"],
                 n=breakdown["sources"]["DealOrNoDeal"]["n"],
                 note=f"{breakdown['source']}. {breakdown['note']} Spread between worlds: sd {fitted.judged.slope_sd:g}."),
    ]  # fmt: skip
    rows += [
        Passport(f"table.many_actor.{name}", weight, "weight", many["label"], many["formula"], n=many["n"], note=many["source"])
        for name, weight in many["weights"].items()
    ]
    meaning = _meaning()
    for field in dataclasses.fields(fitted.judged):
        value = getattr(fitted.judged, field.name)
        if field.name == "model_weights":
            rows += [
                Passport(f"table.model.{n}", w, "weight", "judged", meaning.get("model_weights", "weight of a concept"))
                for n, w in value
            ]
        else:
            rows.append(
                Passport(
                    f"table.judged.{field.name}",
                    float(value),
                    "",
                    "judged",
                    meaning.get(field.name, field.name.replace("_", " ")),
                )
            )
    for k, issue in enumerate(case.issues):
        low, _, high = issue.change_within
        rows.append(
            Passport(f"table.base_rate.{issue.id}", float(fitted.target[k]), "chance", "judged",
                     "mean of a PERT base rate of any change within 180 days (or the horizon, if nearer)", low=low, high=high, level=1.0,
                     sources=issue.source_id, note=issue.change_basis)
        )  # fmt: skip
        rows.append(
            Passport(f"table.delivery.{issue.id}", issue.delivery_chance[1], "chance", "judged",
                     "mode of the chance that what is signed is delivered", low=issue.delivery_chance[0],
                     high=issue.delivery_chance[2], level=1.0, sources=issue.source_id)
        )  # fmt: skip
        for n, reversion in enumerate(issue.reversion):
            rows.append(
                Passport(f"table.reversion.{issue.id}.{n}", reversion.chance, "chance", "judged",
                         f"chance that the issue goes to {reversion.value:g} where talks fail", note=reversion.basis)
            )  # fmt: skip
        for ratifier in issue.ratifiers:
            rows.append(
                Passport(f"table.ratifier.{issue.id}.{ratifier.actor}", ratifier.support[1], "share", "judged",
                         f"support for a deal among its members; consent needs {ratifier.threshold:g}", low=ratifier.support[0],
                         high=ratifier.support[2], level=1.0, note=ratifier.basis)
            )  # fmt: skip
    for position in case.positions:
        rows.append(
            Passport(f"table.position.{position.actor}.{position.issue}", position.mode, "scale of the issue", "judged",
                     f"PERT position; salience {position.salience:g}, capability {position.capability:g}", low=position.low,
                     high=position.high, level=1.0, sources=position.source_id, note=position.basis)
        )  # fmt: skip
    for signal in case.signals:
        rows.append(
            Passport(f"table.signal.{signal.id}", signal.shift, "share of the scale", "judged",
                     f"a public act moves the belief on {signal.actor}, {signal.issue}; width times {signal.sd_factor:g}",
                     sources=signal.source_id, note=signal.basis)
        )  # fmt: skip
    for mediator in case.mediators:
        rows.append(
            Passport(f"table.mediator_{mediator.actor}", mediator.engages, "chance", "judged",
                     f"takes part between {mediator.between[0]} and {mediator.between[1]}", note=mediator.basis)
        )  # fmt: skip
    for n, spoiler in enumerate(case.spoilers):
        rows.append(
            Passport(f"table.spoiler.{n}.{spoiler.actor}", spoiler.chance, "chance", "judged",
                     f"moves {spoiler.moves} to {spoiler.to:g} where {spoiler.watches} reaches {spoiler.above:g}", note=spoiler.basis)
        )  # fmt: skip
    a, b = fitted.principals
    drawn = {
        f"toughness_{a}": "shared error of its positions: how much more than coded it asks for (standard normal)",
        f"toughness_{b}": "shared error of its positions: how much more than coded it asks for (standard normal)",
        f"cost_{a}": "cost of failure as a share of full-scale loss, PERT(0.05, 0.15, 0.45)",
        f"cost_{b}": "cost of failure as a share of full-scale loss, PERT(0.05, 0.15, 0.45)",
        "power": "log-odds of bargaining power around the capability ratio, standard normal",
        "drift": "cooperation-conflict index of the pair, second half of the horizon less its second quarter, from the relation stage",
        "gain": "geometric mean of the two shares of the possible gain at the settlement",
    }
    rows += [
        Passport(f"table.input_{n}", None, "", "simulated" if n in ("drift", "gain") else "judged", rule)
        for n, rule in drawn.items()
    ]
    return {row.id: row for row in rows}
