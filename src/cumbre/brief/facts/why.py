"""Which assumptions move an outcome: its mean where each stands in its lowest and in its highest fifth."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from cumbre.brief.facts.home import channel_effects
from cumbre.brief.facts.outcomes import Outcome
from cumbre.brief.facts.study import Study
from cumbre.brief.numbers import Figure, rule

__all__ = ["Driver", "Tornado", "why_facts"]

MOST = 10


@dataclass(frozen=True)
class Driver:
    """One assumption: what kind it is, whom and what it concerns, the outcome at either end, and its evidence."""

    id: str
    kind: str
    actor: str
    issue: str
    label: str
    at_low: Figure
    at_high: Figure
    gap: Figure

    @property
    def size(self) -> float:
        """Distance between the two ends."""
        return abs(self.at_high.value - self.at_low.value)


@dataclass(frozen=True)
class Tornado:
    """Drivers of one outcome, largest first, and the outcome over all worlds."""

    outcome: Outcome
    base: Figure
    drivers: tuple[Driver, ...]
    tried: Figure


def why_facts(study: Study, outcomes: tuple[Outcome, ...]) -> tuple[Tornado, ...]:
    """A tornado for the deal and one for the first candidate followed."""
    wanted = [o for o in outcomes if o.key in ("deal", "win")]
    first_win = next((o for o in wanted if o.key == "win"), None)
    chosen = [o for o in wanted if o.key == "deal"] + ([first_win] if first_win else [])
    if not chosen:
        chosen = list(outcomes[:1])
    inputs = dict(study.inputs)
    channels = channel_effects(study)
    if channels is not None:
        for k, id_ in enumerate(channels[0]):
            inputs.setdefault(f"home.channel.{id_}", channels[1][:, k])
    inputs |= _states(study)
    if study.has("table", "deal"):
        inputs["table.deal"] = (study.array("table", "deal") > 0).astype(float)
    return tuple(t for o in chosen if (t := _tornado(study, o, inputs)) is not None)


def _states(study: Study) -> dict[str, np.ndarray]:
    """What the worlds differ in before the vote is counted: primaries, who stands, turnout, approval, the relationship."""
    found: dict[str, np.ndarray] = {}
    if study.has("ballot", "on_ballot"):
        ids, standing = study.labels("ballot", "candidate"), study.array("ballot", "on_ballot")
        for k, id_ in enumerate(ids):
            if 0.02 <= standing[:, k].mean() <= 0.98:
                found[f"ballot.stands.{id_}"] = standing[:, k].astype(float)
        if study.has("ballot", "primary_winner"):
            won = study.array("ballot", "primary_winner")
            for p, primary in enumerate(study.labels("ballot", "primary")):
                for k, id_ in enumerate(ids):
                    here = won[:, p] == k
                    if 0.02 <= here.mean() <= 0.98:
                        found[f"ballot.wins.{primary}.{id_}"] = here.astype(float)
                        # who wins a primary stands; the primary says it better
                        found.pop(f"ballot.stands.{id_}", None)
    if study.has("ballot", "turnout1"):
        found["ballot.turnout"] = study.array("ballot", "turnout1").astype(float)
    if study.has("home", "approval"):
        found["home.approval"] = study.array("home", "approval")[:, study.week("home", study.vote_day)].astype(float)
    if study.has("relation", "index") and study.pair in study.labels("relation", "pair"):
        pair = study.labels("relation", "pair").index(study.pair)
        found["relation.index"] = study.array("relation", "index")[:, pair, study.week("relation", study.vote_day)].astype(float)
    return found


def _tornado(study: Study, outcome: Outcome, inputs: dict[str, np.ndarray]) -> Tornado | None:
    numbers, base_id = study.numbers, f"brief.why.{outcome.key}{'.' + outcome.who if outcome.who else ''}"
    found = []
    for name, values in inputs.items():
        if outcome.key == "deal" and (name == "table.deal" or name.startswith(("home.", "ballot.", "relation."))):
            continue
        if outcome.who and name.endswith(f".{outcome.who}"):
            continue
        ends = _ends(values)
        if ends is None or min(len(ends[0]), len(ends[1])) < 200:
            continue
        means = [float(outcome.values[end].mean()) for end in ends]
        error = math.hypot(*(float(outcome.values[end].std()) / math.sqrt(len(end)) for end in ends))
        found.append((abs(means[1] - means[0]), error, name, means, ends))
    found.sort(key=lambda f: -f[0])
    drivers = []
    for gap, error, name, means, ends in found[:MOST]:
        if gap < 2.5 * error:
            continue
        kind, actor, issue, label = describe(study, name)
        figures = [
            numbers.simulated(
                f"{base_id}.{name}.{end}", mean, outcome.form, rule(f"rule.why.{end}"), form=outcome.form, n=len(where),
                digits=1 if outcome.form != "chance" else 0, rests_on=[name],
            )
            for end, mean, where in (("low", means[0], ends[0]), ("high", means[1], ends[1]))
        ]  # fmt: skip
        scale = 100 if outcome.form == "chance" else 1
        moved = scale * (means[1] - means[0])
        distance = numbers.simulated(
            f"{base_id}.{name}.gap", moved, "points", rule("rule.why.gap"), low=moved - 1.28 * scale * error,
            high=moved + 1.28 * scale * error, level=0.8, form="points", digits=0 if scale == 100 else 1, n=len(ends[0]) + len(ends[1]),
        )  # fmt: skip
        drivers.append(Driver(name, kind, actor, issue, label, figures[0], figures[1], distance))
    if not inputs:
        return None
    base = numbers.simulated(
        f"{base_id}.base",
        float(outcome.values.mean()),
        outcome.form,
        rule("rule.why.base"),
        form=outcome.form,
        n=len(outcome.values),
    )
    tried = numbers.recorded(f"{base_id}.tried", len(inputs), "count", rule("rule.why.tried"), form="count")
    return Tornado(outcome, base, tuple(drivers), tried)


def _ends(values: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Numbers of the worlds in the lowest and highest fifth; for a yes or no, the worlds of each."""
    low, high = np.quantile(values, [0.2, 0.8])
    if low == high or len(np.unique(values[:500])) <= 2:
        low, high = float(values.min()), float(values.max())
        if low == high:
            return None
    return np.flatnonzero(values <= low), np.flatnonzero(values >= high)


def describe(study: Study, name: str) -> tuple[str, str, str, str]:
    """Kind, actor, issue and evidence label of an assumption, from its name and the case's ids."""
    stage, _, rest = name.partition(".")
    if rest.startswith("channel."):
        id_ = rest.removeprefix("channel.")
        row = next((c for c in study.case.channels if c.id == id_), None)
        return "channel", id_, "", row.label if row else "judged"
    if name == "table.deal":
        return "any_deal", "", "", "simulated"
    if name in ("home.approval", "relation.index", "ballot.turnout"):
        return rest, "", "", "simulated"
    if stage == "ballot":
        kind, *of = rest.split(".")
        return kind, of[-1], ".".join(of[:-1]), "simulated"
    issue = max((i for i in study.case.issue if rest.endswith(i)), key=len, default="")
    middle = rest[: len(rest) - len(issue)].strip("_.") if issue else rest
    ids = [*study.case.actor, *study.case.principals]
    actor = max((a for a in ids if middle == a or middle.endswith(("_" + a, "." + a))), key=len, default="")
    kind = middle[: len(middle) - len(actor)].strip("_.") if actor else middle
    passport = (
        study.passports.get(stage, {}).get(name)
        or study.passports.get(stage, {}).get(f"{stage}.{rest}")
        or study.passports.get(stage, {}).get(f"{stage}.input_{rest}")
    )
    return kind or "input", actor, issue, passport.label if passport else "judged"
