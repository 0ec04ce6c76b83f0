"""Where the numbers of the ballot come from."""

from __future__ import annotations

import numpy as np

from cumbre import priors
from cumbre.ballot.common_error import error_scale
from cumbre.ballot.field_draws import LOYALTY
from cumbre.ballot.runoff import sigma_poll
from cumbre.ballot.simulation import JUMP, TILT_SD
from cumbre.ballot.stage import PRIMARY_SD, Fitted
from cumbre.record.case import Case
from cumbre.record.passport import Label, Passport

__all__ = ["passports"]


HOUSE_ROLES = {
    "name": "on a candidate who stands again", "place": "on a place in the polls", "other": "on others", "blank": "on the blank vote",
    "size": "size of its effects against other houses",
}  # fmt: skip

ENOUGH = 8
"""Elections at a horizon under which it counts as extrapolated."""


def passports(case: Case, fitted: Fitted) -> dict[str, Passport]:
    """Passports of inputs and fitted numbers, by id."""
    out = [*_learned(fitted), *_polls(case, fitted), *_judged(case)]
    return {p.id: p for p in out}


def _learned(fitted: Fitted) -> list[Passport]:
    """What past elections taught, with the number behind it."""
    shipped = priors.load("ballot")["provenance"]
    n, runoffs = int(shipped["n"]), int(shipped["runoffs"])
    c, r, b, e = fitted.prior.common, fitted.prior.runoff, fitted.prior.blank, fitted.support.estimate
    at = fitted.days
    one = float(error_scale(c, np.array([0.2]), float(at), e.undecided, e.spread, fitted.country)[0])
    states = {int(d): int(v) for d, v in shipped["first_round_states"].items()}
    solid = max(d for d, v in states.items() if v >= ENOUGH)
    measured = f"elections behind it by days: {', '.join(f'{v} at {d}' for d, v in sorted(states.items()))}"
    beyond = (
        f"{at} days is inside what they measure"
        if at <= solid
        else f"beyond {solid} days it is mostly extrapolated along the curve"
    )
    rows: list[tuple[str, float, str, str, int, str]] = [
        ("error.scale_20", one, "log", "Student-t scale of the error of a candidate at 20 %", n, f"{measured}; {beyond}"),
        ("error.df", c.df, "degrees of freedom", "Student-t tails of the common error", n, ""),
        ("error.horizon", c.horizon, "log per log day", "growth of the common error with days to the vote", n, measured),
        ("error.share_power", c.share_power, "", "error on the log scale falls with the share to this power / 2", n, ""),
        ("error.country", c.country.get(fitted.country, 0.0), "log", "country effect on the scale, shrunk", n, ""),
        ("runoff.slope", r.slope, "", "run-off logit per logit of half-and-half", runoffs, "half-and-half is slope 1"),
        ("runoff.tau", float(np.exp(r.log_tau)), "logit", "error of the run-off from the true first round", runoffs, ""),
        ("runoff.sigma", sigma_poll(r, float(fitted.runoff_days)), "logit", "common error of run-off polls at this horizon", runoffs,
         "polls of pairs beyond 60 days are extrapolated"),
        ("blank.shift", b.shift, "logit", "real minus polled blank vote", b.n, "two elections of one country"),
        ("runoff.blank", 100 * r.blank_median, "per cent of valid votes", "blank vote of the run-off", b.n, ""),
    ]  # fmt: skip
    for family, found in fitted.prior.houses.persistence.items():
        said = f"posterior sd {found['sd']:.2f}; houses and roles seen in two elections"
        rule = f"correlation of a house's effects between two elections of a country: {HOUSE_ROLES[family]}"
        rows.append((f"house.memory_{family}", found["r"], "", rule, int(found["n"]), said))
    return [
        Passport(f"ballot.{key}", value, unit, "selected", rule, n=count, note=note, sources=())
        for key, value, unit, rule, count, note in rows
    ]


def _polls(case: Case, fitted: Fitted) -> list[Passport]:
    """Support read from polls, one a candidate, and what it rests on."""
    s = fitted.support
    sources: dict[str, None] = {}
    for row in case.polls:
        sources.update(dict.fromkeys(row.source_id))
    used = sum(q.round == 1 for q in fitted.questions)
    grid = "posterior mean on a grid, from these polls"
    out = [
        Passport(
            "ballot.polls", float(used), "questions", "recorded", "first-round questions public by as_of", n=used, sources=tuple(sources)
        ),
        Passport("ballot.scale.walk", s.scales.walk, "log per root day", "estimated", grid, n=used),
        Passport("ballot.scale.house", s.scales.house, "log", "estimated", grid, n=used),
        Passport("ballot.scale.poll", s.scales.poll, "log", "estimated", grid, n=used),
        Passport("ballot.transfer.sharpness", fitted.sharpness, "", "estimated", "given the polls of pairs; prior log-normal(1, 0.5)"),
    ]  # fmt: skip
    sd = np.sqrt(s.estimate.variance())
    for i, option in enumerate(s.active):
        name = fitted.field.ids[option]
        polled = any(name in q.share for q in fitted.questions if q.round == 1)
        label: Label = "estimated" if polled else "judged"
        p = min(max(float(s.share[i]), 1e-6), 1 - 1e-6)
        logit = np.log(p / (1 - p))
        low, high = (100 / (1 + np.exp(-(logit + z * 1.645 * sd[i]))) for z in (-1, 1))
        rule = (
            "filtered support if everybody stood, blank vote deflated"
            if polled
            else "listed in no poll: 0.3 %, sd 0.7 on the log"
        )
        out.append(
            Passport(
                f"ballot.support.{name}", 100 * p, "per cent of valid votes", label, rule, low=float(low), high=float(high), level=0.9,
                rests_on=("ballot.polls",), note="the interval is of the state of the polls, not of the result",
            )
        )  # fmt: skip
    return out


def _judged(case: Case) -> list[Passport]:
    """What a person set: standing, field changes, primaries, turnout, constants of transfers."""
    out = [
        Passport(
            f"ballot.standing.{c.id}", c.standing, "chance", "judged", c.basis or "chance of standing", sources=tuple(c.source_id)
        )
        for c in case.candidates
    ]
    out += [
        Passport(
            f"ballot.primary_lean.{c.id}", c.primary_lean, "log", "judged", c.basis or "head start among those who take the card",
            sources=tuple(c.source_id),
        )
        for c in case.candidates
        if c.primary_lean
    ]  # fmt: skip
    for f in case.field:
        label: Label = "recorded" if f.probability >= 1 else "judged"
        out.append(
            Passport(f"ballot.field.{f.id}", f.probability, "chance", label, f.basis or f.summary, sources=tuple(f.source_id))
        )
    for p in case.primaries:
        out.append(
            Passport(
                f"ballot.primary.{p.id}", 1000 * p.votes_mode, "valid votes", "judged", p.basis, low=1000 * p.votes_low,
                high=1000 * p.votes_high, sources=tuple(p.source_id),
            )
        )  # fmt: skip
    if case.election:
        for n, triple in ((1, case.election.turnout1), (2, case.election.turnout2)):
            out.append(
                Passport(
                    f"ballot.turnout{n}", triple[1], "per cent of the roll", "judged", case.election.turnout_basis, low=triple[0],
                    high=triple[2],
                )
            )  # fmt: skip
    constants = (
        ("transfer.loyalty", LOYALTY, "a loser's support goes to the winner of the primary this many times more"),
        ("transfer.tilt", TILT_SD, "noise on attraction when support moves, sd on the log scale"),
        ("primary.sd", PRIMARY_SD, "how primary voters differ from national support, sd on the log scale"),
        ("primary.jump", JUMP[0], "gain of a primary's winner beyond the losers' support, log scale"),
    )
    return out + [Passport(f"ballot.{key}", value, "", "judged", rule) for key, value, rule in constants]
