"""One event, many reports.

Two mentions are one event where their sentences are the same once folded; or where the type family, the two countries, and the
day (give or take one) agree and the sentences share words. Agency copy is common across sites. No mention is dropped: the best
one stands for the event and carries the others as reports.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from cumbre.read.documents import ProposedEvent
from cumbre.read.tokens import fold

__all__ = ["clusters", "merge"]

FAMILIES = {
    "SANCTION": "sanction", "THREATEN": "threat", "ACCUSE": "protest", "REJECT": "protest", "PROTEST": "street", "COERCE": "force",
    "ASSAULT": "force",
    "MOBILIZE": "force", "REQUEST": "request", "AGREE": "agree", "SUPPORT": "agree", "CONSULT": "meet", "COOPERATE": "help", "AID": "help",
    "CONCEDE": "yield", "RETREAT": "yield",
}  # fmt: skip
_GRANULAR = {"day": 1, "document": 1, "week": 7, "month": 31, "year": 366, "unknown": 10_000}
SHARED = 0.2
"""Least share of content words that two reports of one event have in common (Jaccard)."""


def _words(text: str) -> frozenset[str]:
    return frozenset(w for w in re.findall(r"[^\W\d_]{4,}", fold(text)))


def _pair(event: ProposedEvent) -> frozenset[str]:
    return frozenset(a[:3] for a in (event.source, event.target) if a)


def _near(a: ProposedEvent, b: ProposedEvent) -> bool:
    if a.date is None or b.date is None:
        return a.date is b.date
    slack = max(_GRANULAR.get(a.granularity, 1), _GRANULAR.get(b.granularity, 1))
    return abs((a.date - b.date).days) <= slack


def clusters(events: Sequence[ProposedEvent]) -> list[int]:
    """Cluster number of each event, in order of first appearance (union-find over pairs that agree)."""
    parent = list(range(len(events)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    groups: dict[tuple[str, frozenset[str]], list[int]] = {}
    for i, event in enumerate(events):
        groups.setdefault((FAMILIES.get(event.type, event.type), _pair(event)), []).append(i)
    words = [_words(e.quote) for e in events]
    plain = [re.sub(r"\W+", " ", fold(e.quote)).strip() for e in events]
    for (family, pair), members in groups.items():
        if not pair:
            members = list(members)
        for n, i in enumerate(members):
            # Only neighbours in time are compared, so that a long list of one dyad stays cheap.
            for j in members[n + 1 : n + 400]:
                a, b = events[i], events[j]
                if plain[i] == plain[j]:
                    if a.type == b.type and (a.document != b.document or a.start != b.start):
                        parent[root(j)] = root(i)
                    continue
                directed = a.source is None or b.source is None or a.source[:3] == b.source[:3] or family in ("meet", "agree")
                if directed and len(pair) == 2 and _near(a, b):
                    union = len(words[i] | words[j])
                    if (union and len(words[i] & words[j]) / union >= SHARED) or (
                        a.granularity == b.granularity == "day" and a.date == b.date and a.type == b.type
                    ):
                        parent[root(j)] = root(i)
    number: dict[int, int] = {}
    return [number.setdefault(root(i), len(number)) for i in range(len(events))]


def merge(events: Iterable[ProposedEvent]) -> list[ProposedEvent]:
    """One event a cluster: the surest mention, with all the others as reports.

    >>> from cumbre.read.documents import code_text
    >>> day = dt.date(2026, 2, 5)
    >>> one = code_text("Chile recalled its ambassador from Peru on Monday.", "en", day)
    >>> two = code_text("On Monday, Chile recalled its ambassador from Peru, officials said.", "en", day)
    >>> [len(e.reports) for e in merge([*one, *two])]
    [1]
    """
    listed = list(events)
    groups: dict[int, list[ProposedEvent]] = {}
    for number, event in zip(clusters(listed), listed, strict=True):
        groups.setdefault(number, []).append(event)
    merged = []
    for members in groups.values():
        order = {"day": 0, "week": 1, "month": 2, "year": 3, "document": 4, "unknown": 5}
        best = max(members, key=lambda e: (e.confidence, -order.get(e.granularity, 5), e.id))
        dated = min(members, key=lambda e: (order.get(e.granularity, 5), e.date or dt.date.max))
        others = tuple(sorted((e.document, e.start, e.end) for e in members if e is not best))
        merged.append(replace(best, date=dated.date, granularity=dated.granularity, date_span=best.date_span, reports=others))
    return merged
