"""What happened: the events of the case in order, and those that a reader should know first."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from cumbre.brief.facts.study import Study
from cumbre.brief.numbers import Figure, rule
from cumbre.record.schema import Event

__all__ = ["RecordFacts", "record_facts"]


@dataclass(frozen=True)
class RecordFacts:
    """Events between the two principals (`pair`), all others (`around`), and the letters of those that are named."""

    pair: tuple[Event, ...]
    around: tuple[Event, ...]
    named: tuple[Event, ...]
    reasons: tuple[Event, ...]
    intensity: dict[str, Figure]
    count: Figure
    cooperative: Figure
    conflictual: Figure
    sources: Figure
    first: dt.date
    last: dt.date


def record_facts(study: Study) -> RecordFacts | None:
    """None where no event is recorded."""
    case, numbers = study.case, study.numbers
    if not case.events:
        return None
    sides = set(case.principals)
    events = sorted(case.events, key=lambda e: (e.date, e.id))
    pair = tuple(e for e in events if {case.side(e.source), case.side(e.target)} == sides)
    around = tuple(e for e in events if e not in set(pair))
    intensity = {
        e.id: numbers.recorded(
            f"brief.record.{e.id}", e.intensity, "intensity", rule("rule.record.intensity"), sources=e.source_id, form="signed",
            digits=1 if e.intensity % 1 else 0, label="judged",
        )
        for e in events
    }  # fmt: skip
    core = pair or around
    named = sorted(_apart(sorted(core, key=lambda e: (-abs(e.intensity), -e.date.toordinal())), 8), key=lambda e: e.date)
    recent = [e for e in core if (case.as_of - e.date).days <= 45 and e.source_id]
    reasons = sorted(
        _apart(sorted(recent, key=lambda e: (-abs(e.intensity), -e.date.toordinal())), 3, days=4), key=lambda e: e.date
    )
    count = {
        "count": len(events), "cooperative": sum(e.intensity > 0 for e in core), "conflictual": sum(e.intensity < 0 for e in core),
        "sources": len({s for e in events for s in e.source_id}),
    }  # fmt: skip
    figures = {
        name: numbers.recorded(f"brief.record.{name}", n, "count", rule(f"rule.record.{name}"), form="count")
        for name, n in count.items()
    }
    return RecordFacts(
        pair, around, tuple(named), tuple(reasons), intensity, figures["count"], figures["cooperative"], figures["conflictual"],
        figures["sources"], events[0].date, events[-1].date,
    )  # fmt: skip


def _apart(events: list[Event], most: int, days: int = 9) -> list[Event]:
    """The first `most` events that lie at least `days` apart from those already kept."""
    kept: list[Event] = []
    for event in events:
        if len(kept) < most and all(abs((event.date - other.date).days) >= days for other in kept):
            kept.append(event)
    return kept
