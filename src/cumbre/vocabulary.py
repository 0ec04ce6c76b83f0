"""The names of the question language and what each is worth in every world (the table of names in the documentation)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from cumbre.errors import ExpressionError
from cumbre.expression import Labels, Path
from cumbre.record.schema import Kind

__all__ = ["NAMES", "Vocabulary", "day_number"]

NAMES: Mapping[str, str] = {
    "ballot.share1['id']": "share of valid votes in the first round, per cent (0 if not on the ballot)",
    "ballot.share2['id']": "share of valid votes in the run-off, per cent (nan if none is held)",
    "ballot.rank1['id']": "rank in the first round, 1 = first",
    "ballot.in_runoff['id']": "whether the candidate is in the run-off",
    "ballot.runoff_held": "whether a run-off is held",
    "ballot.margin2": "points between the two in the run-off",
    "ballot.winner": "id of the winner",
    "ballot.winner_bloc": "bloc of the winner",
    "ballot.primary['id'].winner": "id of the winner of a primary",
    "ballot.primary['id'].share['id']": "share of a primary's valid votes, per cent",
    "ballot.primary['id'].votes['id']": "votes in a primary",
    "ballot.primary['id'].votes_total": "valid votes of a primary",
    "ballot.turnout1": "turnout in the first round, per cent (also turnout2)",
    "ballot.blank1": "blank votes in the first round, per cent (also blank2)",
    "table.value['issue', 'YYYY-MM-DD']": "value of an issue on a day, on its scale",
    "table.settled['issue', 'YYYY-MM-DD']": "whether a deal on the issue is in force on a day",
    "relation.events['SRC', 'TGT', 'KIND', 'FROM', 'TO']": "number of events of a kind; '*' for any",
    "relation.index['A', 'B', 'YYYY-MM-DD']": "cooperation-conflict index, -10 to 10",
    "home.approval['YYYY-MM-DD']": "approval of the home leader, per cent",
    "home.shift['bloc']": "points of vote moved by table and relation at the first round",
}


def day_number(day: date, as_of: date) -> int:
    """Days from `as_of` to `day`; the unit of every time in the worlds.

    >>> day_number(date(2026, 5, 31), date(2026, 2, 6))
    114
    """
    return (day - as_of).days


class Vocabulary:
    """Resolves paths over the groups of worlds; what was looked up once is kept."""

    def __init__(self, groups: Mapping[str, xr.Dataset], as_of: date, draws: int) -> None:
        self._groups = groups
        self._as_of = as_of
        self.draws = draws
        self._arrays: dict[tuple[str, str], npt.NDArray[Any]] = {}
        self._events_kept: tuple[Any, Any, Any, Any, frozenset[str]] | None = None
        self._picked: dict[tuple[str, str, str], npt.NDArray[Any]] = {}
        self._values: dict[tuple[Any, ...], Any] = {}
        self._stages: dict[str, Callable[[Path], Any]] = {
            "ballot": self._ballot, "table": self._table, "relation": self._relation, "home": self._home,
        }  # fmt: skip

    def resolve(self, path: Path) -> Any:
        """Value of a path in every world: an array of shape (draw,) or Labels."""
        if path.parts not in self._values:
            self._values[path.parts] = self._look_up(path)
        return self._values[path.parts]

    def _look_up(self, path: Path) -> Any:
        head = str(path.parts[0])
        if head not in self._stages:
            raise self._unknown(path, 0, "name", head, self._stages)
        if head not in self._groups:
            raise ExpressionError(
                f"these worlds hold no {head!r}", path.text, path.positions[0], "simulate that stage for this case"
            )
        if len(path.parts) < 2 or not isinstance(path.parts[1], str):
            known = ", ".join(name for name in NAMES if name.startswith(head + "."))
            raise ExpressionError(f"{head!r} alone is no value", path.text, path.positions[0], f"write one of {known}")
        return self._stages[head](path)

    # --- small parts -------------------------------------------------------------------------------------------------------

    def _array(self, stage: str, name: str, path: Path) -> npt.NDArray[Any]:
        key = (stage, name)
        if key not in self._arrays:
            group = self._groups[stage]
            if name not in group.variables:
                raise ExpressionError(
                    f"these worlds hold no {stage}.{name}", path.text, path.positions[1], "this case does not define it"
                )
            self._arrays[key] = group[name].values
        return self._arrays[key]

    def _unknown(self, path: Path, part: int, what: str, name: Any, known: Sequence[str] | Mapping[str, Any]) -> ExpressionError:
        names = [str(k) for k in known]
        near = get_close_matches(str(name), names, n=1)
        mend = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(names[:20]) or 'none in this case'}"
        return ExpressionError(f"unknown {what} {name!r}", path.text, path.positions[part], mend)

    def _arguments(self, path: Path, part: int, form: str) -> tuple[Any, ...]:
        """The index at `part`; `form` lists its entries, e.g. "issue, date"."""
        n = form.count(",") + 1
        found = path.parts[part] if part < len(path.parts) else None
        if not isinstance(found, tuple) or len(found) != n:
            at = path.positions[min(part, len(path.positions) - 1)]
            raise ExpressionError(f"{path.parts[1]} needs [{form}]", path.text, at, "give each in quotes")
        for value in found:
            if not isinstance(value, str):
                raise ExpressionError(f"{value:g} is a number", path.text, path.positions[part], "put ids and dates in quotes")
        return found

    def _nothing_after(self, path: Path, part: int) -> None:
        if len(path.parts) > part:
            raise ExpressionError("there is something after the value", path.text, path.positions[part], "remove it")

    def _day(self, text: str, path: Path, part: int, *, last: int) -> int:
        try:
            day = day_number(date.fromisoformat(text), self._as_of)
        except ValueError:
            raise ExpressionError(f"{text!r} is not a date", path.text, path.positions[part], "write YYYY-MM-DD") from None
        if day < 0:
            raise ExpressionError(f"{text} is before {self._as_of}", path.text, path.positions[part], "worlds begin on that day")
        if day > last:
            raise ExpressionError(
                f"{text} is {day - last} days after the horizon", path.text, path.positions[part], "ask for an earlier day"
            )
        return day

    def _position(self, stage: str, coordinate: str, name: str, what: str, path: Path, part: int) -> int:
        known = [str(v) for v in self._array(stage, coordinate, path)]
        if name not in known:
            raise self._unknown(path, part, what, name, known)
        return known.index(name)

    # --- stages ------------------------------------------------------------------------------------------------------------

    def _ballot(self, path: Path) -> Any:
        name = str(path.parts[1])
        if name in ("share1", "share2", "rank1", "in_runoff"):
            (candidate,) = self._arguments(path, 2, "candidate")
            self._nothing_after(path, 3)
            column = self._array("ballot", name, path)[:, self._position("ballot", "candidate", candidate, "candidate", path, 2)]
            return column.astype(bool) if name == "in_runoff" else column.astype(np.float64)
        if name in ("turnout1", "turnout2", "blank1", "blank2", "margin2"):
            self._nothing_after(path, 2)
            return self._array("ballot", name, path).astype(np.float64)
        if name == "runoff_held":
            self._nothing_after(path, 2)
            return self._array("ballot", name, path).astype(bool)
        if name in ("winner", "winner_bloc"):
            self._nothing_after(path, 2)
            codes = self._array("ballot", "winner", path)
            if name == "winner":
                return Labels(codes, tuple(str(v) for v in self._array("ballot", "candidate", path)))
            of_candidate = [str(v) for v in self._array("ballot", "candidate_bloc", path)]
            blocs = tuple(sorted(set(of_candidate)))
            table = np.array([blocs.index(bloc) for bloc in of_candidate] + [-1])
            return Labels(table[codes], blocs)
        if name == "primary":
            return self._primary(path)
        known = ["share1", "share2", "rank1", "in_runoff", "runoff_held", "margin2", "winner", "winner_bloc", "primary", "turnout1",
                 "turnout2", "blank1", "blank2"]  # fmt: skip
        raise self._unknown(path, 1, "name", name, known)

    def _primary(self, path: Path) -> Any:
        (primary,) = self._arguments(path, 2, "primary")
        row = self._position("ballot", "primary", primary, "primary", path, 2)
        what = path.parts[3] if len(path.parts) > 3 else ""
        if what == "winner":
            self._nothing_after(path, 4)
            names = tuple(str(v) for v in self._array("ballot", "candidate", path))
            return Labels(self._array("ballot", "primary_winner", path)[:, row], names)
        if what == "votes_total":
            self._nothing_after(path, 4)
            return self._array("ballot", "primary_votes_total", path)[:, row].astype(np.float64)
        if what in ("share", "votes"):
            (candidate,) = self._arguments(path, 4, "candidate")
            self._nothing_after(path, 5)
            column = self._position("ballot", "candidate", candidate, "candidate", path, 4)
            return self._array("ballot", f"primary_{what}", path)[:, row, column].astype(np.float64)
        raise self._unknown(path, min(3, len(path.positions) - 1), "name", what, ["winner", "share", "votes", "votes_total"])

    def _table(self, path: Path) -> Any:
        name = str(path.parts[1])
        if name not in ("value", "settled"):
            raise self._unknown(path, 1, "name", name, ["value", "settled"])
        issue, day_text = self._arguments(path, 2, "issue, date")
        self._nothing_after(path, 3)
        column = self._position("table", "issue", issue, "issue", path, 2)
        day = self._day(day_text, path, 2, last=int(self._groups["table"].attrs.get("horizon", 10_000)))
        days = self._array("table", "value_day", path)[:, column]
        values = self._array("table", name, path)[:, column]
        happened = (days >= 0) & (days <= day)
        steps = days.shape[1]
        last = steps - 1 - np.argmax(happened[:, ::-1], axis=1)
        found = np.take_along_axis(values, last[:, None], axis=1)[:, 0]
        return found.astype(bool) if name == "settled" else found.astype(np.float64)

    def _relation(self, path: Path) -> Any:
        name = str(path.parts[1])
        if name == "events":
            return self._events(path)
        if name != "index":
            raise self._unknown(path, 1, "name", name, ["events", "index"])
        a, b, day_text = self._arguments(path, 2, "A, B, date")
        self._nothing_after(path, 3)
        column = self._position("relation", "pair", "-".join(sorted((a, b))), "pair", path, 2)
        return self._interpolate("relation", "index", column, day_text, path)

    def _interpolate(self, stage: str, name: str, column: int | None, day_text: str, path: Path) -> npt.NDArray[np.float64]:
        """Value on a day of a path that is held at `week_day`, linear between."""
        weeks = self._array(stage, "week_day", path)
        day = self._day(day_text, path, 2, last=int(weeks[-1]))
        paths = self._array(stage, name, path)
        paths = paths if column is None else paths[:, column]
        right = min(int(np.searchsorted(weeks, day)), len(weeks) - 1)
        left = max(right - 1, 0) if weeks[right] != day else right
        span = float(weeks[right] - weeks[left]) or 1.0
        weight = (day - float(weeks[left])) / span
        return np.asarray((1 - weight) * paths[:, left].astype(np.float64) + weight * paths[:, right].astype(np.float64))

    def _events(self, path: Path) -> Any:
        source, target, kind, start_text, end_text = self._arguments(path, 2, "SRC, TGT, KIND, FROM, TO")
        self._nothing_after(path, 3)
        sources, targets, kinds, days, sides = self._slots(path)
        horizon = int(self._groups["relation"].attrs.get("horizon", 10_000))
        start = self._day(start_text, path, 2, last=horizon)
        end = self._day(end_text, path, 2, last=horizon)
        if end < start:
            raise ExpressionError(
                f"the window ends {end_text} before it starts", path.text, path.positions[2], "swap the two dates"
            )
        kind = kind.upper()
        if kind != "*" and kind not in set(Kind):
            raise self._unknown(path, 2, "kind of event", kind, [*Kind, "*"])
        for actor in (source, target):
            if actor != "*" and actor not in sides:
                raise self._unknown(path, 2, "side", actor, sorted(sides))
        wanted = (source, target, kind)
        if wanted not in self._picked:
            chosen = np.ones(len(sources), dtype=bool)
            for one, have in zip(wanted, (sources, targets, kinds), strict=True):
                if one != "*":
                    chosen &= have == one
            # slot by slot, as counting over slots is ten times quicker that way
            self._picked[wanted] = np.ascontiguousarray(days[:, np.flatnonzero(chosen)].T)
        picked = self._picked[wanted]
        return ((picked >= max(start, 1)) & (picked <= end)).sum(axis=0).astype(np.float64)

    def _slots(self, path: Path) -> tuple[Any, Any, Any, Any, frozenset[str]]:
        """Source, target and kind of the slots, the days, and every side named; kept, as questions ask many of them."""
        if self._events_kept is None:
            sources, targets, kinds = (
                self._array("relation", f"slot_{part}", path).astype(str) for part in ("source", "target", "kind")
            )
            days = self._array("relation", "event_day", path)
            self._events_kept = (sources, targets, kinds, days, frozenset(sources.tolist()) | frozenset(targets.tolist()))
        return self._events_kept

    def _home(self, path: Path) -> Any:
        name = str(path.parts[1])
        if name == "approval":
            (day_text,) = self._arguments(path, 2, "date")
            self._nothing_after(path, 3)
            return self._interpolate("home", "approval", None, day_text, path)
        if name == "shift":
            (bloc,) = self._arguments(path, 2, "bloc")
            self._nothing_after(path, 3)
            column = self._position("home", "bloc", bloc, "bloc", path, 2)
            return self._array("home", "shift", path)[:, column].astype(np.float64)
        raise self._unknown(path, 1, "name", name, ["approval", "shift"])
