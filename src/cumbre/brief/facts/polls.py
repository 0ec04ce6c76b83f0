"""What each poll weighs and moves, one row a question; and how each polling house leans."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cumbre.brief.facts.study import Study
from cumbre.brief.numbers import Figure, Form, rule
from cumbre.record.passport import Passport

__all__ = ["HouseRow", "PollRow", "PollTable", "poll_table"]

Z80 = 1.2815515655446004
"""Half-width of a central 80 % normal interval, in standard deviations."""

SHOWN = 3
"""Candidates whose house effects are shown, the largest first."""


@dataclass(frozen=True)
class PollRow:
    """One first-round question: kind (open, list, bloc), respondents, weight, points it moved."""

    day: dt.date
    pollster: str
    kind: str
    n: Figure
    weight: Figure
    moved: Figure


@dataclass(frozen=True)
class HouseRow:
    """A polling house: polls read, earlier elections of the country in which it was seen, lean by candidate."""

    name: str
    polls: Figure
    earlier: Figure
    leans: tuple[Figure | None, ...]


@dataclass(frozen=True)
class PollTable:
    """Questions in order of date, houses, the candidates of the leans (the first is the one that weights and moves speak of)."""

    people: tuple[str, ...]
    rows: tuple[PollRow, ...]
    houses: tuple[HouseRow, ...]


def poll_table(study: Study) -> PollTable | None:
    """None where the stage gives no weights: no polls, or too few of them."""
    polls, houses = study.readout("ballot", "polls"), study.readout("ballot", "houses")
    if polls is None or houses is None:
        return None
    people = tuple(str(c) for c in houses["candidate"].drop_duplicates().head(SHOWN))
    if not people:
        return None
    moved = study.readout("ballot", "moved")
    shifts = (
        {}
        if moved is None
        else {str(r["poll_id"]): r["moved"] for r in moved[moved["candidate"] == people[0]].to_dict("records")}
    )
    sources: dict[str, dict[str, None]] = {}
    for poll in study.case.polls:
        sources.setdefault(poll.poll_id, {}).update(dict.fromkeys(poll.source_id))
    rows = []
    for r in polls[polls["round"] == 1].to_dict("records"):
        key, house = str(r["poll_id"]), str(r["pollster"])
        if key not in shifts:
            continue  # outside the window of the model, or about nobody who is shown
        base, name = f"brief.ballot.weight.{key}", study.name(people[0])
        found: dict[str, Figure] = {}
        measures: tuple[tuple[str, str, Form, int], ...] = (("n", "persons", "count", 0), ("weight", "per cent", "percent", 0))
        for part, unit, form, digits in measures:
            known = (
                rule(f"rule.ballot.{part}", name=name, pollster=house)
                if part == "weight"
                else rule("rule.ballot.n", pollster=house)
            )
            found[part] = study.numbers.recorded(
                f"{base}.{part}", float(r[part]), unit, known, form=form, digits=digits, sources=tuple(sources.get(key, ())),
                label="recorded" if part == "n" else "estimated",
            )  # fmt: skip
        step = study.numbers.recorded(
            f"{base}.moved", float(shifts[key]), "points", rule("rule.ballot.poll_moved", name=name, pollster=house), form="points",
            digits=1, label="estimated",
        )  # fmt: skip
        rows.append(PollRow(r["last_day"], house, str(r["question"]), found["n"], found["weight"], step))
    return PollTable(people, tuple(rows), _houses(study, houses, people)) if rows else None


def _houses(study: Study, table: pd.DataFrame, people: tuple[str, ...]) -> tuple[HouseRow, ...]:
    """Houses in order of how much they asked."""
    effects = {(str(r["pollster"]), str(r["candidate"])): r for r in table.to_dict("records")}
    heads = table.drop_duplicates("pollster").sort_values(["polls", "pollster"], ascending=[False, True])
    out = []
    for name, polls, earlier in zip(heads["pollster"], heads["polls"], heads["earlier_elections"], strict=True):
        counts = [
            study.numbers.recorded(
                f"brief.ballot.lean.{name}.{part}",
                float(value),
                "count",
                rule(f"rule.ballot.house_{part}", pollster=str(name)),
                form="count",
            )
            for part, value in (("polls", polls), ("earlier", earlier))
        ]
        leans = tuple(_lean(study, str(name), who, effects.get((str(name), who))) for who in people)
        out.append(HouseRow(str(name), counts[0], counts[1], leans))
    return tuple(out)


def _lean(study: Study, house: str, who: str, row: Mapping[Any, Any] | None) -> Figure | None:
    """Effect of a house on a candidate, points, with its 80 % range."""
    if row is None:
        return None
    effect, sd = float(row["effect"]), float(row["sd"])
    known = rule("rule.ballot.lean", pollster=house, name=study.name(who))
    passport = Passport(
        f"brief.ballot.lean.{house}.{who}", round(effect, 3), "points", "estimated", study.numbers.english(known),
        low=round(effect - Z80 * sd, 3), high=round(effect + Z80 * sd, 3), level=0.8, n=int(row["polls"]),
    )  # fmt: skip
    return study.numbers.add(passport, "points", 1, known)
