"""Interventions: change the case at the table and run again. To intervene is not to condition.

`intervene(case, ["position['USA', 'us_tariff'].mode = 25"])` gives a changed copy; with the same seed, worlds pair up.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError

from cumbre.errors import ExpressionError
from cumbre.expression import Path, parse_assignment
from cumbre.record.case import Case, Imposed
from cumbre.record.prior import parse_prior

__all__ = ["LEVERS", "intervene"]

LEVERS: dict[str, str] = {
    "table.value['issue', 'YYYY-MM-DD']": "set an issue from a day on, in every world",
    "position['ACTOR', 'issue'].FIELD": "low, mode, high, salience, capability or red_line of an actor",
    "channel['id'].FIELD": "on (0 or 1), prior or half_life_weeks of a channel to the vote",
    "candidate['id'].standing": "chance that a candidate stands, 0 to 1",
    "meeting.setting": "'private' or 'public'",
    "mediator['ACTOR'].FIELD": "engages, information, money or guarantee of a mediator",
}
"""What can be changed, and what it means."""

_FIELDS = {
    "position": ("low", "mode", "high", "salience", "capability", "red_line"),
    "channel": ("on", "prior", "half_life_weeks"),
    "candidate": ("standing", "x", "y"),
    "meeting": ("setting", "tone"),
    "mediator": ("engages", "information", "money", "guarantee"),
}


class _Change:
    """One intervention, with what is needed to point at a fault."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.path: Path
        self.path, self.value = parse_assignment(text)

    def fail(self, what: str, mend: str, part: int = 0) -> ExpressionError:
        return ExpressionError(what, self.text, self.path.positions[min(part, len(self.path.positions) - 1)], mend)

    def unknown(self, what: str, name: Any, known: Iterable[str], part: int) -> ExpressionError:
        names = list(known)
        near = get_close_matches(str(name), names, n=1)
        mend = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(names[:20]) or 'none in this case'}"
        return self.fail(f"unknown {what} {name!r}", mend, part)

    def index(self, part: int, n: int, form: str) -> tuple[Any, ...]:
        parts = self.path.parts
        found = parts[part] if part < len(parts) else None
        if not isinstance(found, tuple) or len(found) != n:
            raise self.fail(f"{parts[0]} needs [{form}]", "give each in quotes", part)
        return found

    def field(self, part: int) -> str:
        head = str(self.path.parts[0])
        name = self.path.parts[part] if part < len(self.path.parts) else ""
        if name not in _FIELDS[head]:
            raise self.unknown("field", name, _FIELDS[head], part)
        return str(name)

    def replaced(self, row: BaseModel, field: str) -> Any:
        try:
            return type(row).model_validate({**row.model_dump(by_alias=True), field: self.value})
        except ValidationError as error:
            raise self.fail(f"{self.value!r} is not allowed for {field}", error.errors()[0]["msg"], 99) from None


def _imposed(case: Case, change: _Change) -> Case:
    parts = change.path.parts
    if len(parts) != 3 or parts[1] != "value":
        raise change.fail("only table.value can be set", "write table.value['issue', 'YYYY-MM-DD'] = number", 1)
    name, day_text = change.index(2, 2, "issue, date")
    issue = case.issue.get(str(name))
    if issue is None:
        raise change.unknown("issue", name, case.issue, 2)
    try:
        day = dt.date.fromisoformat(str(day_text))
    except ValueError:
        raise change.fail(f"{day_text!r} is not a date", "write YYYY-MM-DD", 2) from None
    if not case.as_of <= day <= case.horizon:
        raise change.fail(f"{day} lies outside the worlds", f"give a day from {case.as_of} to {case.horizon}", 2)
    if not isinstance(change.value, float) or not issue.low <= change.value <= issue.high:
        raise change.fail(f"{change.value!r} is off the scale", f"give a number from {issue.low:g} to {issue.high:g}", 99)
    kept = tuple(row for row in case.imposed if (row.issue, row.date) != (issue.id, day))
    rows = sorted((*kept, Imposed(issue.id, day, change.value)), key=lambda row: (row.issue, row.date))
    return case.change(imposed=tuple(rows))


def _position(case: Case, change: _Change) -> Case:
    actor, name = change.index(1, 2, "actor, issue")
    field = change.field(2)
    found = next((row for row in case.positions if (row.actor, row.issue) == (actor, name)), None)
    if found is None:
        raise change.unknown("position", f"{actor}, {name}", (f"{row.actor}, {row.issue}" for row in case.positions), 1)
    new = change.replaced(found, field)
    issue = case.issue[found.issue]
    if field in ("low", "mode", "high", "red_line"):
        if not issue.low <= getattr(new, field) <= issue.high:
            raise change.fail(f"{change.value:g} is off the scale", f"give a number from {issue.low:g} to {issue.high:g}", 99)
        if field == "mode":
            # The belief moves with its mode and keeps its width where the scale allows it.
            shift = new.mode - found.mode
            low = min(max(found.low + shift, issue.low), new.mode)
            high = max(min(found.high + shift, issue.high), new.mode)
            new = new.model_copy(update={"low": low, "high": high})
        elif field in ("low", "high"):
            low, high = new.low, new.high
            if low > high:
                raise change.fail(f"low {low:g} is over high {high:g}", "change both, the other one first", 99)
            new = new.model_copy(update={"mode": min(max(new.mode, low), high)})
    return case.change(positions=tuple(new if row is found else row for row in case.positions))


def _by_id(case: Case, change: _Change, table: str, key: str, what: str) -> Case:
    (name,) = change.index(1, 1, "id")
    field = change.field(2)
    rows = getattr(case, table)
    if name not in {getattr(row, key) for row in rows}:
        raise change.unknown(what, name, (getattr(row, key) for row in rows), 1)
    if field == "prior":
        try:
            parse_prior(str(change.value))
        except ValueError as error:
            raise change.fail(str(error), "correct the prior", 99) from None
    return case.change(**{table: tuple(change.replaced(row, field) if getattr(row, key) == name else row for row in rows)})


def _meeting(case: Case, change: _Change) -> Case:
    if case.meeting is None:
        raise change.fail("this case has no meeting", "add [meeting] to case.toml")
    return case.change(meeting=change.replaced(case.meeting, change.field(1)))


def intervene(case: Case, do: Sequence[str]) -> Case:
    """A copy of the case with every intervention applied, in order.

    Raises ExpressionError with the position of the fault.

    >>> from cumbre.record import load
    >>> changed = intervene(load("washington-2026"), ["meeting.setting = 'public'"])
    >>> changed.meeting.setting
    'public'
    """
    reference = case.extra.get("reference", case)
    for text in do:
        change = _Change(text)
        head = change.path.parts[0]
        match head:
            case "table":
                case = _imposed(case, change)
            case "position":
                case = _position(case, change)
            case "channel":
                case = _by_id(case, change, "channels", "id", "channel")
            case "candidate":
                case = _by_id(case, change, "candidates", "id", "candidate")
            case "mediator":
                case = _by_id(case, change, "mediators", "actor", "mediator")
            case "meeting":
                case = _meeting(case, change)
            case _:
                raise change.unknown("lever", head, ("table", *_FIELDS), 0)
    # the table calibrates its base rates on the case before the intervention, so that what is changed can move them
    return case.change(extra={**case.extra, "reference": reference}) if do else case
