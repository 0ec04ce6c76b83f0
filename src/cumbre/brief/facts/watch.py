"""Indicators: if this happens by that date, this number moves by so much; read by keeping the worlds where it happens."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cumbre.brief.facts.outcomes import Outcome
from cumbre.brief.facts.study import Study
from cumbre.brief.numbers import Figure, rule
from cumbre.worlds import FEWEST, day_number

__all__ = ["Indicator", "watch_facts"]

Mask = npt.NDArray[np.bool_]
WINDOW = 60
MOST = 9


@dataclass(frozen=True)
class Indicator:
    """One line of the watch list: a sentence of the catalogue with its values, its date and its chance, and what it moves."""

    key: str
    values: dict[str, Any]
    by: dt.date
    chance: Figure
    outcome: Outcome
    base: Figure
    then: Figure
    moves: Figure
    stage: str


@dataclass(frozen=True)
class _Sign:
    id: str
    key: str
    values: dict[str, Any]
    by: dt.date
    mask: Mask
    stage: str
    skip: tuple[str, ...] = ()


def watch_facts(study: Study, outcomes: tuple[Outcome, ...]) -> tuple[Indicator, ...]:
    """The indicators that move an outcome most, at most three of a stage, each with its strongest outcome."""
    scored = []
    for sign in [*_relation(study), *_table(study), *_home(study), *_ballot(study)]:
        n = int(sign.mask.sum())
        if n < FEWEST or n > 0.95 * len(sign.mask):
            continue
        best: tuple[float, float, float, Outcome] | None = None
        for outcome in outcomes:
            if outcome.key in sign.skip:
                continue
            inside = outcome.values[sign.mask]
            move = float(inside.mean() - outcome.values.mean())
            error = float(inside.std()) / math.sqrt(n)
            if abs(move) < 3 * error or abs(move) < 0.15 * outcome.scale:
                continue
            weight = abs(move) / outcome.scale
            if best is None or weight > best[0]:
                best = (weight, move, error, outcome)
        if best:
            scored.append((best, sign))
    scored.sort(key=lambda pair: -pair[0][0])
    kept: list[Indicator] = []
    for (_, move, error, outcome), sign in scored:
        if len(kept) < MOST and sum(i.stage == sign.stage for i in kept) < 3:
            kept.append(_indicator(study, sign, outcome, move, error))
    return tuple(sorted(kept, key=lambda i: i.by))


def _indicator(study: Study, sign: _Sign, outcome: Outcome, move: float, error: float) -> Indicator:
    numbers, base = study.numbers, f"brief.watch.{sign.id}"
    follows = f"{outcome.key}.{outcome.who}" if outcome.who else outcome.key
    chance = numbers.chance(f"{base}.chance", sign.mask, rule("rule.watch.chance", day=sign.by))
    inside = outcome.values[sign.mask]
    digits = 0 if outcome.form == "chance" else 1
    then = numbers.simulated(
        f"{base}.{follows}.then", float(inside.mean()), outcome.form, rule("rule.watch.then"), form=outcome.form, digits=digits,
        n=len(inside),
    )  # fmt: skip
    before = numbers.simulated(
        f"brief.watch.{follows}.base", float(outcome.values.mean()), outcome.form, rule("rule.why.base"), form=outcome.form,
        digits=digits, n=len(outcome.values),
    )  # fmt: skip
    scale = 100 if outcome.form == "chance" else 1
    moves = numbers.simulated(
        f"{base}.{follows}.moves", scale * move, "points", rule("rule.watch.moves"), low=scale * (move - 1.28 * error),
        high=scale * (move + 1.28 * error), level=0.8, form="points", digits=0 if scale == 100 else 1, n=len(inside),
    )  # fmt: skip
    return Indicator(sign.key, sign.values, sign.by, chance, outcome, before, then, moves, sign.stage)


def _relation(study: Study) -> list[_Sign]:
    if not study.has("relation", "event_day"):
        return []
    days = study.array("relation", "event_day")
    sources, targets, kinds = (np.array(study.labels("relation", f"slot_{c}")) for c in ("source", "target", "kind"))
    by = min(study.case.as_of + dt.timedelta(days=WINDOW), study.case.horizon)
    last = day_number(by, study.case.as_of)
    signs = []
    for source, target, kind in sorted(set(zip(sources.tolist(), targets.tolist(), kinds.tolist(), strict=True))):
        slots = days[:, (sources == source) & (targets == target) & (kinds == kind)]
        mask = ((slots > 0) & (slots <= last)).any(axis=1)
        signs.append(
            _Sign(f"event.{source}.{target}.{kind}", "watch.event", {"source": source, "target": target, "kind": kind}, by, mask, "relation")
        )
    return signs


def _table(study: Study) -> list[_Sign]:
    if not study.has("table", "value", "value_day"):
        return []
    by = min(study.case.as_of + dt.timedelta(days=90), study.case.horizon)
    signs = []
    for k, id_ in enumerate(study.labels("table", "issue")):
        issue = study.case.issue.get(id_)
        if issue is None:
            continue
        values = study.issue_value(k, by)
        moved = np.abs(values - issue.status_quo) > 1e-6
        gain = (values - issue.status_quo) * (1 if issue.best >= issue.worst else -1)
        signs.append(_Sign(f"issue.{id_}.better", "watch.better", {"issue": id_}, by, moved & (gain > 0), "table", ("deal",)))
        signs.append(_Sign(f"issue.{id_}.worse", "watch.worse", {"issue": id_}, by, moved & (gain < 0), "table"))
    return signs


def _home(study: Study) -> list[_Sign]:
    signs = []
    for name in ("protest", "rally"):
        if study.has("home", name):
            signs.append(_Sign(name, f"watch.{name}", {}, study.vote_day, study.array("home", name) > 0, "home"))
    if study.has("home", "approval"):
        day = min(study.case.as_of + dt.timedelta(days=WINDOW), study.case.horizon)
        values = study.array("home", "approval")[:, study.week("home", day)]
        low, high = (round(float(q)) for q in np.quantile(values, [0.2, 0.8]))
        for end, mask, level in (("above", values >= high, high), ("below", values <= low, low)):
            level_figure = study.numbers.recorded(
                f"brief.watch.approval_{end}.level", level, "per cent", rule("rule.watch.level"), form="percent", label="simulated"
            )
            signs.append(_Sign(f"approval_{end}", f"watch.approval_{end}", {"level": level_figure}, day, mask, "home", ("approval",)))
    return signs


def _ballot(study: Study) -> list[_Sign]:
    if not study.has("ballot", "primary_winner"):
        return []
    won, share = study.array("ballot", "primary_winner"), study.array("ballot", "primary_share")
    total = study.array("ballot", "primary_votes_total")
    ids, rows = study.labels("ballot", "candidate"), {p.id: p for p in study.case.primaries}
    signs = []
    for k, id_ in enumerate(study.labels("ballot", "primary")):
        row = rows.get(id_)
        if row is None:
            continue
        for c in np.flatnonzero((share[:, k, :] > 0).any(axis=0)):
            values = {"name": study.name(ids[c]), "primary": id_}
            signs.append(_Sign(f"primary.{id_}.{ids[c]}", "watch.primary", values, row.date, won[:, k] == c, "ballot"))
        held = won[:, k] >= 0
        if held.sum() >= 2 * FEWEST:
            level = float(np.quantile(total[held, k], 0.8))
            figure = study.numbers.recorded(
                f"brief.watch.votes.{id_}.level", level / 1e6, "million votes", rule("rule.watch.level"), digits=1, label="simulated"
            )
            mask = held & (total[:, k] >= level)
            signs.append(_Sign(f"votes.{id_}", "watch.votes", {"primary": id_, "level": figure}, row.date, mask, "ballot"))
    return signs
