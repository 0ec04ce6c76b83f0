"""A case as the stages see it: everything public by `as_of`, validated, frozen."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from dataclasses import field as default_of
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from cumbre.record import schema as s

__all__ = ["Case", "Imposed"]


@dataclass(frozen=True)
class Imposed:
    """An outcome set by intervention: the issue takes this value from this day on, in every world."""

    issue: str
    date: dt.date
    value: float


@dataclass(frozen=True)
class Case:
    """A case folder cut at `as_of`.

    Tables are tuples of rows in file order; look-ups by id are mappings. `folder` is where it was read from. Interventions
    return a changed copy (`dataclasses.replace`), never edit in place.
    """

    id: str
    title: str
    title_es: str
    as_of: dt.date
    horizon: dt.date
    languages: tuple[str, ...]
    home: str
    principals: tuple[str, str]
    meeting: s.Meeting | None
    election: s.Election | None
    folder: Path
    sources: tuple[s.Source, ...] = ()
    actors: tuple[s.Actor, ...] = ()
    events: tuple[s.Event, ...] = ()
    issues: tuple[s.Issue, ...] = ()
    positions: tuple[s.Position, ...] = ()
    audiences: tuple[s.Audience, ...] = ()
    channels: tuple[s.Channel, ...] = ()
    signals: tuple[s.Signal, ...] = ()
    polls: tuple[s.Poll, ...] = ()
    approval: tuple[s.Approval, ...] = ()
    candidates: tuple[s.Candidate, ...] = ()
    field: tuple[s.FieldChange, ...] = ()
    primaries: tuple[s.Primary, ...] = ()
    calendar: tuple[s.CalendarEntry, ...] = ()
    exposures: tuple[s.Exposure, ...] = ()
    questions: tuple[s.Question, ...] = ()
    mediators: tuple[s.Mediator, ...] = ()
    spoilers: tuple[s.Spoiler, ...] = ()
    presets: tuple[s.Preset, ...] = ()
    imposed: tuple[Imposed, ...] = ()
    extra: Mapping[str, Any] = default_of(default_factory=dict)

    @cached_property
    def source(self) -> Mapping[str, s.Source]:
        """Sources by id."""
        return {row.id: row for row in self.sources}

    @cached_property
    def actor(self) -> Mapping[str, s.Actor]:
        """Actors by id."""
        return {row.id: row for row in self.actors}

    @cached_property
    def issue(self) -> Mapping[str, s.Issue]:
        """Issues by id."""
        return {row.id: row for row in self.issues}

    @cached_property
    def candidate(self) -> Mapping[str, s.Candidate]:
        """Candidates by id."""
        return {row.id: row for row in self.candidates}

    def side(self, actor: str) -> str:
        """The principal or third party that an actor acts for; the actor itself where no side is given."""
        row = self.actor.get(actor)
        return (row.side or row.id) if row else actor

    def parties(self, issue: s.Issue) -> tuple[str, str]:
        """The pair of sides that bargain over an issue.

        A mediated issue belongs to the pair the mediator stands between; others to the principals, unless a third side alone
        decides: then to the home country (or the first principal) and that side.
        """
        a, b = self.principals
        sides = [self.side(actor) for actor in issue.deciders]
        between = next((m.between for m in self.mediators if issue.id in m.issues), None)
        if between is not None:
            return self.side(between[0]), self.side(between[1])
        if any(side in (a, b) for side in sides):
            return a, b
        return (self.home if self.home in (a, b) else a), sides[0]

    def table(self, name: str) -> pd.DataFrame:
        """One table as a frame, a row each, columns as in the file; dates as datetime.date objects."""
        rows = getattr(self, name)
        return pd.DataFrame([row.model_dump(by_alias=True) for row in rows])

    def change(self, **tables: Any) -> Case:
        """A copy with some tables replaced."""
        return replace(self, **tables)

    @cached_property
    def digest(self) -> str:
        """Hash of everything the stages read; two cases with one digest give the same worlds."""
        skip = {"folder", "extra"}
        content: dict[str, Any] = {}
        for name in self.__dataclass_fields__:
            if name in skip:
                continue
            value = getattr(self, name)
            if isinstance(value, tuple):
                value = [row.model_dump(mode="json") if hasattr(row, "model_dump") else str(row) for row in value]
            elif hasattr(value, "model_dump"):
                value = value.model_dump(mode="json")
            content[name] = value
        text = json.dumps(content, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:16]
