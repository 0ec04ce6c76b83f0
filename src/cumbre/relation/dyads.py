"""The events of a case between sides: actors mapped to the side they speak for, tellings collapsed, days counted from as_of."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cumbre.record.case import Case
from cumbre.record.importers.cameo import QUAD_OF
from cumbre.record.schema import Event, Kind
from cumbre.relation.mirror import first_tellings

__all__ = ["KINDS", "MOST_PAIRS", "QUADS", "QUAD_OF_KIND", "SideEvents", "pairs_of", "side_events"]

IntArray = npt.NDArray[np.int64]

KINDS: tuple[str, ...] = tuple(str(k) for k in Kind)
QUADS = ("VC", "MC", "VK", "MK")
QUAD_OF_KIND: IntArray = np.asarray([QUADS.index(QUAD_OF[k]) for k in Kind], dtype=np.int64)
MOST_PAIRS = 12
"""Pairs of sides simulated at most; the principals always, then those with the most events."""
_SPEAKING = frozenset({"state", "government", "armed_group", "military"})


@dataclass(frozen=True)
class SideEvents:
    """Events between two different sides, in order of date.

    source, target side ids;  day days before as_of, negative or 0;  kind index into KINDS;  verbal bool;  intensity -10 .. 10
    issue id or "";  id of the row;  collapsed rows that told an act again;  inside rows within one side, left out
    first day of the whole record (days from as_of);  all_days every event of the record, to see how its density changes
    """

    source: tuple[str, ...]
    target: tuple[str, ...]
    day: IntArray
    kind: IntArray
    verbal: npt.NDArray[np.bool_]
    intensity: npt.NDArray[np.float64]
    issue: tuple[str, ...]
    id: tuple[str, ...]
    collapsed: int
    inside: int
    all_days: IntArray

    @property
    def first(self) -> int:
        """Day of the first event of the record, 0 where there is none."""
        return int(self.all_days.min()) if len(self.all_days) else 0

    def between(self, a: str, b: str) -> npt.NDArray[np.bool_]:
        """Which events run between `a` and `b`, either way."""
        return np.asarray([{s, t} == {a, b} for s, t in zip(self.source, self.target, strict=True)], dtype=np.bool_)


def side_events(case: Case) -> SideEvents:
    """Events of the case between sides, known and dated by as_of."""
    rows: list[Event] = sorted(
        (e for e in case.events if e.date <= case.as_of and (e.known is None or e.known <= case.as_of)), key=lambda e: e.date
    )
    sides = [(case.side(e.source), case.side(e.target)) for e in rows]
    crossing = [i for i, (s, t) in enumerate(sides) if s != t and _speaks(case, s) and _speaks(case, t)]
    days = [(rows[i].date - case.as_of).days for i in crossing]
    first = first_tellings(
        days,
        [sides[i][0] for i in crossing],
        [sides[i][1] for i in crossing],
        [str(rows[i].type) for i in crossing],
        repeats=False,
    )
    again = _retold([rows[i] for i in crossing], [sides[i] for i in crossing])
    keep = [i for i, once, same in zip(crossing, first, again, strict=True) if once and not same]
    kept = [rows[i] for i in keep]
    return SideEvents(
        tuple(sides[i][0] for i in keep),
        tuple(sides[i][1] for i in keep),
        np.asarray([(e.date - case.as_of).days for e in kept], dtype=np.int64),
        np.asarray([KINDS.index(str(e.type)) for e in kept], dtype=np.int64),
        np.asarray([e.mode == "verbal" for e in kept], dtype=np.bool_),
        np.asarray([e.intensity for e in kept], dtype=np.float64),
        tuple(e.issue for e in kept),
        tuple(e.id for e in kept),
        len(crossing) - len(keep),
        sum(s == t for s, t in sides),
        np.asarray([(e.date - case.as_of).days for e in rows], dtype=np.int64),
    )


def _speaks(case: Case, side: str) -> bool:
    """Whether a side is a government or an armed group, and not a pollster, a body or the public; unknown ids are taken to speak."""
    row = case.actor.get(side)
    return row is None or row.kind in _SPEAKING


def _words(text: str) -> frozenset[str]:
    """Words of four letters or more, which carry what a summary is about."""
    return frozenset(word for word in re.findall(r"\w+", text.lower()) if len(word) >= 4)


def _retold(rows: list[Event], sides: list[tuple[str, str]]) -> list[bool]:
    """Rows that tell an earlier one again.

    The same day, actors, kind, mode and issue, and summaries that share half of the words of the shorter one (two acts of one
    kind on one day, told in other words, stay two); or the same words told from the other side. Kinds that both sides can do in
    answer on one day (a recall for a recall) stay two acts as long as their words differ.
    """
    acts: dict[tuple[object, ...], list[frozenset[str]]] = {}
    told: set[tuple[object, ...]] = set()
    out = []
    for e, (source, target) in zip(rows, sides, strict=True):
        key, words = (e.date, e.source, e.target, e.type, e.mode, e.issue), _words(e.summary)
        again = any(2 * len(words & before) >= min(len(words), len(before)) for before in acts.get(key, ()))
        mirror = (e.date, target, source, e.type, e.mode, e.summary) in told
        out.append(again or mirror)
        acts.setdefault(key, []).append(words)
        told.add((e.date, source, target, e.type, e.mode, e.summary))
    return out


def pairs_of(case: Case, events: SideEvents) -> tuple[tuple[str, str], ...]:
    """Pairs of sides to follow, each sorted: the principals, then the pairs with most events."""
    count = Counter(tuple(sorted(pair)) for pair in zip(events.source, events.target, strict=True))
    principals = tuple(sorted(case.side(p) for p in case.principals))
    count.pop(principals, None)
    others = sorted(count, key=lambda pair: (-count[pair], pair))
    found = [principals, *others][:MOST_PAIRS] if principals[0] != principals[1] else others[:MOST_PAIRS]
    return tuple((str(a), str(b)) for a, b in found)
