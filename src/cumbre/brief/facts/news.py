"""What became public shortly before the as-of date: acts, polls, readings of approval, changes of the field."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from cumbre.record.case import Case

__all__ = ["NEW_DAYS", "News", "latest"]

NEW_DAYS = 7
"""Days that count as new."""

MOST = 7


@dataclass(frozen=True)
class News:
    """One item: the day it was known, its kind, its words in both languages, its sources."""

    day: dt.date
    kind: str
    text: str
    text_es: str
    sources: tuple[str, ...]


def latest(case: Case) -> tuple[News, ...]:
    """The items of the last days, newest first; of many acts the strongest are kept."""
    since = case.as_of - dt.timedelta(days=NEW_DAYS)
    acts = [e for e in case.events if (e.known or e.date) > since]
    found = [
        News(e.known or e.date, "event", e.summary, e.summary_es, e.source_id)
        for e in sorted(acts, key=lambda e: (-abs(e.intensity), e.id))[:MOST]
    ]
    for change in case.field:
        known = change.known or change.date
        if since < known <= case.as_of and change.summary and change.probability == 1:
            who = case.candidate.get(change.candidate)
            name = f"{who.name}: " if who else ""
            spanish = name + change.summary_es if change.summary_es else ""
            found.append(News(known, "field", name + change.summary, spanish, change.source_id))
    polls = {(p.published, p.pollster): p.source_id for p in case.polls if p.published > since}
    found += [News(day, "poll", pollster, pollster, sources) for (day, pollster), sources in polls.items()]
    found += [News(a.published, "approval", a.pollster, a.pollster, a.source_id) for a in case.approval if a.published > since]
    return tuple(sorted(found, key=lambda n: (-n.day.toordinal(), n.kind, n.text)))
