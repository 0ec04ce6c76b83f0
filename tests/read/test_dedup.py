"""Reports of one event come together; different events stay apart."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from pathlib import Path

from cumbre.read import Document, code_document, merge
from cumbre.read.dedup import clusters
from cumbre.read.documents import ProposedEvent, digest

DAY = dt.date(2025, 6, 5)


def document(text: str, date: dt.date = DAY, lang: str = "en") -> Document:
    return code_document(Document(digest(text), text, lang, date=date))


def b_cubed(found: list[int], true: list[int]) -> float:
    """F1 of B-cubed precision and recall of a clustering."""

    def half(a: list[int], b: list[int]) -> float:
        total = 0.0
        for i in range(len(a)):
            mine = [j for j in range(len(a)) if a[j] == a[i]]
            total += sum(b[j] == b[i] for j in mine) / len(mine)
        return total / len(a)

    precision, recall = half(found, true), half(true, found)
    return 2 * precision * recall / (precision + recall)


def test_a_copied_article_adds_reports_not_events() -> None:
    text = "Chile recalled its ambassador from Peru on Monday. Brazil praised Chile."
    one = document(text)
    two = document("Agency. " + text)
    merged = merge([*one.events, *two.events])
    assert len(merged) == len(merge(one.events))
    assert all(len(e.reports) == 1 for e in merged)


def test_same_dyad_other_week_or_other_kind_stays_apart() -> None:
    one = document("Chile accused Peru of smuggling on Monday.")
    late = document("Chile accused Peru of espionage on Wednesday.", dt.date(2025, 7, 20))
    other = document("Chile met Peru on Monday.")
    assert len(merge([*one.events, *late.events, *other.events])) == 3


def test_direction_matters_for_accusations_not_for_meetings() -> None:
    accusing = [
        *document("Chile accused Peru of theft on Monday.").events,
        *document("Peru accused Chile of theft on Monday.").events,
    ]
    assert len(merge(accusing)) == 2
    meeting = [*document("Chile met Peru on Monday in Lima.").events, *document("Peru met Chile on Monday in Lima.").events]
    assert len(merge(meeting)) == 1


def test_hand_made_clusters() -> None:
    rows = json.loads((Path(__file__).parent / "stories.json").read_text(encoding="utf-8"))
    events: list[ProposedEvent] = []
    true: list[int] = []
    number: dict[tuple[int, str], int] = defaultdict(lambda: len(number))
    for row in rows:
        for event in document(row["text"], dt.date.fromisoformat(row["date"]), row["lang"]).events:
            events.append(event)
            true.append(number[row["story"], event.type])
    assert len(rows) >= 30
    assert b_cubed(clusters(events), true) >= 0.85
