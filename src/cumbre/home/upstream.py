"""What home reads of the stages before it: outcomes of the table, events of the relation. Either may be absent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cumbre.worlds import Worlds

__all__ = ["ForeignEvents", "Outcomes", "foreign_events", "outcomes"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Outcomes:
    """Outcomes of the table: value and day (draw, issue, step)."""

    issues: tuple[str, ...]
    value: FloatArray
    day: IntArray

    def one(self, issue: str) -> tuple[FloatArray, IntArray] | None:
        """Value and day of one issue, (draw, step) each; None where the table does not hold it."""
        if issue not in self.issues:
            return None
        k = self.issues.index(issue)
        return self.value[:, k], self.day[:, k]


@dataclass(frozen=True)
class ForeignEvents:
    """Simulated foreign events: day (draw, slot), -1 = none, and the source, target and kind of each slot."""

    day: npt.NDArray[np.integer[Any]]
    source: tuple[str, ...]
    target: tuple[str, ...]
    kind: tuple[str, ...]

    def of(self, source: str, target: str, kinds: frozenset[str]) -> dict[str, IntArray]:
        """Days by kind, in the order of the kinds' names, so that one more slot elsewhere changes no number here."""
        found = {}
        for kind in sorted(set(self.kind)):
            if kinds and kind not in kinds:
                continue
            mine = [
                j for j in range(len(self.kind))
                if self.kind[j] == kind and source in ("*", self.source[j]) and target in ("*", self.target[j])
            ]  # fmt: skip
            if mine:
                found[kind] = self.day[:, mine].astype(np.int64)
        return found


def outcomes(worlds: Worlds) -> Outcomes | None:
    """Outcomes of the table, None where the worlds hold none."""
    if "table" not in worlds or "value" not in worlds["table"]:
        return None
    group = worlds["table"]
    value, day = group["value"].values.astype(np.float64), group["value_day"].values.astype(np.int64)
    known = np.isfinite(value)
    # a step without a value does not happen; one such cell must not turn a whole world's vote into nan
    return Outcomes(tuple(str(i) for i in group["issue"].values), np.where(known, value, 0.0), np.where(known, day, -1))


def foreign_events(worlds: Worlds) -> ForeignEvents | None:
    """Events of the relation, None where the worlds hold none."""
    if "relation" not in worlds or "event_day" not in worlds["relation"]:
        return None
    group = worlds["relation"]
    names = [tuple(str(v) for v in group[c].values) for c in ("slot_source", "slot_target", "slot_kind")]
    return ForeignEvents(group["event_day"].values, *names)
