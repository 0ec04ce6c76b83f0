"""What was public on a day: the cut that every reader of a case passes through."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar

from cumbre.record.case import Case
from cumbre.record.schema import Row

__all__ = ["cut"]

R = TypeVar("R", bound=Row)


def _public(rows: Sequence[R], day: dt.date, dated: Callable[[R], dt.date | None]) -> tuple[R, ...]:
    """Rows known by `day`: by `known` where it is given, else by the row's own date."""
    return tuple(row for row in rows if (row.known or dated(row) or dt.date.min) <= day)


def _latest(rows: Sequence[R], day: dt.date, key: Callable[[R], Hashable]) -> tuple[R, ...]:
    """Of rows that restate one thing, the last one known by `day`, in order of first appearance."""
    chosen: dict[Hashable, R] = {}
    for row in rows:
        if (row.known or dt.date.min) > day:
            continue
        old = chosen.get(key(row))
        if old is None or (row.known or dt.date.min) >= (old.known or dt.date.min):
            chosen[key(row)] = row
    return tuple(chosen.values())


def cut(case: Case, day: dt.date) -> Case:
    """The case as it could have been written on `day`.

    Events, polls and approval go by their dates of publication; judgements (positions, audiences, candidates, channels) by
    `known`, the last one winning; planned dates of the calendar stay, they are public before they come. A field change that lies
    ahead is kept only if `known` says since when it is talked of.
    """
    issues = []
    for issue in case.issues:
        history = tuple(reading for reading in issue.history if reading.date <= day) or issue.history[:1]
        issues.append(issue.model_copy(update={"history": history}))
    meeting = case.meeting
    if meeting is not None:
        if meeting.known and meeting.known > day:
            meeting = None
        elif meeting.date > day:
            meeting = meeting.model_copy(update={"tone": "unknown", "deal_announced": False})

    def own_date(row: Any) -> dt.date | None:
        found: dt.date = row.date
        return found

    def published(row: Any) -> dt.date | None:
        found: dt.date = max(row.published, row.field_end)
        return found

    def timeless(row: Any) -> dt.date | None:
        return None

    return case.change(
        as_of=day,
        meeting=meeting,
        issues=tuple(issues),
        events=_public(case.events, day, own_date),
        polls=_public(case.polls, day, published),
        approval=_public(case.approval, day, published),
        field=_public(case.field, day, own_date),
        calendar=_public(case.calendar, day, timeless),
        primaries=_latest(case.primaries, day, lambda row: row.id),
        exposures=_latest(case.exposures, day, lambda row: row.id),
        positions=_latest(case.positions, day, lambda row: (row.actor, row.issue)),
        audiences=_latest(case.audiences, day, lambda row: (row.id, row.issue)),
        candidates=_latest(case.candidates, day, lambda row: row.id),
        channels=_latest(case.channels, day, lambda row: row.id),
        signals=tuple(
            row
            for row in _public(case.signals, day, timeless)
            if row.event in {event.id for event in case.events if (event.known or event.date) <= day}
        ),
        actors=_latest(case.actors, day, lambda row: (row.id, row.from_)),
    )
