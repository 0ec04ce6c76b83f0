"""Indicators: if this happens by that date, this number moves by so much; found by `cumbre.questions.watch` in the worlds."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from cumbre.brief.facts.ballot import BallotFacts
from cumbre.brief.facts.study import Study
from cumbre.brief.numbers import Figure, Form, rule
from cumbre.questions import Headline, Indicator, headlines, watch
from cumbre.record.schema import CalendarEntry

__all__ = ["Sign", "WatchFacts", "watch_facts"]

MOST, OF_ONE_NUMBER = 12, 3
READ = 6000
"""Worlds that are searched for indicators; all would take seconds and change no line."""
LARGE = {"chance": 0.1, "%": 3.0, "points": 0.5}
"""What counts as a large move of a number, to compare moves of different numbers."""


@dataclass(frozen=True)
class Sign:
    """One line of the watch list."""

    event: str
    event_es: str
    by: dt.date
    chance: Figure
    number: str
    number_es: str
    now: Figure
    then: Figure
    moves: Figure


@dataclass(frozen=True)
class WatchFacts:
    """The indicators in order of date, and the dates ahead."""

    signs: tuple[Sign, ...]
    ahead: tuple[CalendarEntry, ...]


def watch_facts(study: Study, ballot: BallotFacts | None) -> WatchFacts:
    """The strongest indicators of the deal, the leading candidates, the leader's approval and the relationship."""
    case = study.case
    ahead = tuple(sorted((c for c in case.calendar if c.date >= case.as_of), key=lambda c: (c.date, c.id)))
    leading = [f"ballot.win.{p.id}" for p in ballot.top[:2]] if ballot else []
    if ballot and ballot.successor and f"ballot.win.{ballot.successor.id}" not in leading:
        leading = [f"ballot.win.{ballot.successor.id}", *leading[:1]]
    wanted = {"table.deal", "home.approval", "relation.index", *leading}
    numbers = [h for h in headlines(case) if h.id in wanted and h.stage in study.worlds]
    few = study.worlds.keep(np.arange(study.worlds.draws) < READ) if study.worlds.draws > READ else study.worlds
    found = watch(case, few, numbers, most=OF_ONE_NUMBER + 5) if numbers else []
    # What is part of the number, or is only seen as it is decided, is no early sign of it.
    found = [
        i
        for i in found
        if not (i.headline.id == "home.approval" and i.event.family.startswith("approval"))
        and not i.event.family.startswith(("pair", "standing"))
    ]
    strength = {id(i): abs(i.effect) / LARGE.get(i.headline.unit, 1.0) for i in found}
    kept: list[Indicator] = []
    for indicator in sorted(found, key=lambda i: -strength[id(i)]):
        if sum(k.headline.id == indicator.headline.id for k in kept) < OF_ONE_NUMBER:
            kept.append(indicator)
    kept = kept[:MOST]
    kept.sort(key=lambda i: (i.event.by, i.headline.id, -strength[id(i)]))
    return WatchFacts(tuple(_sign(study, i, few.draws) for i in kept), ahead)


def form_of(number: Headline) -> tuple[Form, int]:
    """How a headline number is written."""
    if number.is_chance:
        return "chance", 0
    return ("percent", 1) if number.unit == "%" else ("points", 1) if number.unit == "points" else ("number", 1)


def _sign(study: Study, found: Indicator, worlds: int) -> Sign:
    numbers, number = study.numbers, found.headline
    form, digits = form_of(number)
    scale = 100 if form == "chance" else 1
    base = f"brief.watch.{number.id}"
    family = found.event.family.replace("<", "under").replace(">", "over").replace("=", "at")
    own = f"{base}.{'-'.join(family.split())}.{found.event.by.isoformat()}"
    said = {"condition": found.condition}
    moved, error = scale * found.effect, scale * found.mc_error
    return Sign(
        found.event.text, found.event.text_es, found.event.by,
        numbers.simulated(f"{own}.chance", found.chance, "chance", rule("rule.watch.chance", **said), form="chance", n=worlds),
        number.text, number.text_es,
        numbers.simulated(f"{base}.now", found.now, number.unit, rule("rule.watch.now", number=number.expression), form=form, digits=digits,
                          n=worlds),
        numbers.simulated(f"{own}.then", found.given, number.unit, rule("rule.watch.then", **said), form=form, digits=digits, n=found.n),
        numbers.simulated(f"{own}.moves", moved, "points", rule("rule.watch.moves", **said), low=moved - 1.28 * error,
                          high=moved + 1.28 * error, level=0.8, form="points" if form != "number" else "signed",
                          digits=0 if form == "chance" else 1, n=found.n),
    )  # fmt: skip
