"""Documents and the events proposed from them, with everything needed to check each one."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from cumbre.read.actors import Alias, Index, actor_index
from cumbre.read.coder import Coded, code_sentence
from cumbre.read.confidence import confidence
from cumbre.read.dates import event_date
from cumbre.read.lexicon import lexicon
from cumbre.read.mentions import Context
from cumbre.read.tags import intensity, tags
from cumbre.read.tokens import Sentence, language, sentences
from cumbre.read.wordlists import words

__all__ = ["Document", "ProposedEvent", "code_document", "code_text"]


@dataclass(frozen=True)
class ProposedEvent:
    """An event that a document states, as a proposal.

    `quote` is the sentence: `document.text[start:end] == quote`, always. `trigger`, `source_span` and `target_span` are offsets in
    the same text. `inferred` names the sides that the sentence does not hold and the article does. `granularity` is that of the
    date phrase, or `document` where the date is the document's own. `confidence` is the chance that type and both countries are
    right. `reports` lists further quotes of the same event as (document id, start, end).
    """

    id: str
    type: str
    mode: str
    source: str | None
    target: str | None
    quote: str
    start: int
    end: int
    document: str
    lang: str
    date: dt.date | None
    granularity: str
    date_span: tuple[int, int] | None
    intensity: float
    confidence: float
    issues: tuple[str, ...]
    trigger: tuple[int, int]
    source_span: tuple[int, int] | None
    target_span: tuple[int, int] | None
    rule: str
    source_row: str = ""
    target_row: str = ""
    inferred: tuple[str, ...] = ()
    also_sources: tuple[str, ...] = ()
    also_targets: tuple[str, ...] = ()
    coder: str = "rules"
    reports: tuple[tuple[str, int, int], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        row = {name: getattr(self, name) for name in self.__dataclass_fields__}
        row["date"] = self.date.isoformat() if self.date else None
        row["confidence"] = round(self.confidence, 3)
        return row


@dataclass(frozen=True)
class Document:
    """One text as stored, with what was found about it and in it."""

    id: str
    text: str
    lang: str
    name: str = ""
    title: str = ""
    outlet: str = ""
    url: str = ""
    date: dt.date | None = None
    date_basis: str = "unknown"
    events: tuple[ProposedEvent, ...] = ()
    notes: tuple[str, ...] = field(default=())


def digest(text: str) -> str:
    """Short hash that names a document by its text."""
    return "d" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


# What a proposal takes over from the coded event as it is.
_CODED = tuple(sorted(Coded.__dataclass_fields__.keys() & ProposedEvent.__dataclass_fields__.keys()))

# Types whose missing other side the article may supply; protest and force at home often have none.
_FILLED = words("filled")


def _from_article(event: Coded, previous: dict[str, Counter[str]]) -> Coded:
    """Fill one missing side with the country that the known side dealt with most so far; marked as inferred."""
    if event.type not in _FILLED:
        return event
    for side, known in (("target", event.source), ("source", event.target)):
        partners = previous.get(known[:3]) if known is not None and known[4:] not in ("REB", "CRM") else None
        if getattr(event, side) is None and partners:
            other = partners.most_common(1)[0][0]
            if other[4:] in ("CVL", "BUS", "MED"):
                other = f"{other[:3]} GOV"
            return replace(event, inferred=(*event.inferred, side), **{side: other})  # type: ignore[arg-type]
    return event


def _proposals(
    text: str, pieces: Iterable[Sentence], lang: str, date: dt.date | None, index: Index, name: str, fill: bool
) -> Iterator[ProposedEvent]:
    lex = lexicon(lang)
    context = Context(date)
    for piece in pieces:
        context.settle()
        seen: set[tuple[str, str | None, str | None, dt.date | None]] = set()
        for event in code_sentence(piece.text, piece.start, lex, index, context):
            found = _from_article(event, context.partners) if fill else event
            at = found.trigger[0] - piece.start
            day, granularity, span = event_date(piece.text, at, date, lang, found.future)
            if (found.type, found.source, found.target, day) in seen:
                continue
            seen.add((found.type, found.source, found.target, day))
            key = f"{name}:{piece.start}:{found.rule}:{found.trigger[0]}"
            yield ProposedEvent(
                id="e" + hashlib.sha256(key.encode()).hexdigest()[:10],
                quote=piece.text,
                start=piece.start,
                end=piece.end,
                document=name,
                lang=lang,
                date=day,
                granularity=granularity,
                date_span=None if span is None else (span[0] + piece.start, span[1] + piece.start),
                intensity=intensity(found.type, found.mode),
                confidence=confidence(found),
                issues=tags(piece.text, lang),
                **{part: getattr(found, part) for part in _CODED},
            )


def code_text(
    text: str, lang: str | None = None, date: dt.date | None = None, *, extra: Iterable[tuple[str, Alias]] = ()
) -> list[ProposedEvent]:
    """Events of a text by the default coder; no file, no network, no model.

    `date` is the day of the text: it says who held which office and what "on Tuesday" means.

    >>> event = code_text("Chile recalled its ambassador from Lima on Monday.", date=dt.date(2026, 2, 5))[0]
    >>> event.type, event.source, event.target, event.date.isoformat()
    ('SANCTION', 'CHL GOV', 'PER GOV', '2026-02-02')
    """
    chosen = lang or language(text)
    return list(_proposals(text, sentences(text), chosen, date, actor_index(extra), digest(text), fill=True))


def code_document(document: Document, extra: Iterable[tuple[str, Alias]] = ()) -> Document:
    """The document with the events that the default coder finds."""
    pieces = sentences(document.text)
    found = _proposals(document.text, pieces, document.lang, document.date, actor_index(extra), document.id, fill=True)
    return replace(document, events=tuple(found))
