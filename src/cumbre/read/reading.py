"""The whole way from sources to documents with events, and what `cumbre read` prints."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from cumbre.errors import UsageError
from cumbre.read.actors import actor_index, read_actors_csv
from cumbre.read.documents import Document, code_document
from cumbre.read.inputs import gather
from cumbre.read.llm import Reader
from cumbre.read.review import Accepted, Proposal, accept, propose, read_decisions
from cumbre.record import find, load

__all__ = ["read", "run"]

Progress = Callable[[float, str], None]


def read(
    sources: Iterable[str | Path] | str | Path,
    *,
    lang: str | None = None,
    date: dt.date | None = None,
    actors_csv: Path | None = None,
    llm: str | Reader | None = None,
    progress: Progress | None = None,
) -> list[Document]:
    """Documents of the sources with the events that they state, as proposals.

    Parameters
    ----------
    sources : texts, HTML or PDF files, folders, or "-" for standard input.
    lang : `en` or `es` for all documents; told apart per document unless given.
    date : date of documents that show none of their own.
    actors_csv : further actors: columns names, code, sector, from, to.
    llm : address of an OpenAI-compatible endpoint that reads beside the coder, or a `Reader`.

    Raises
    ------
    InputError : a source is missing, too large, locked, an archive, or no text.
    """
    extra = tuple(read_actors_csv(actors_csv)) if actors_csv is not None else ()
    found = []
    reader = Reader(llm) if isinstance(llm, str) else llm
    documents = gather(sources, lang=lang, date=date)
    try:
        for k, document in enumerate(documents):
            if progress is not None:
                progress(k / len(documents), document.name)
            coded = code_document(document, extra)
            if reader is not None:
                coded = reader.read(coded, actor_index(extra), progress)
            found.append(coded)
    finally:
        if isinstance(llm, str) and reader is not None:
            reader.close()
    if progress is not None:
        progress(1.0, f"{len(found)} documents")
    return found


def _lines(rows: Iterable[dict[str, Any]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _document_line(document: Document) -> dict[str, Any]:
    keys = ("name", "title", "outlet", "url", "lang", "date_basis", "notes")
    day = document.date.isoformat() if document.date else None
    return {
        "id": document.id,
        **{k: getattr(document, k) for k in keys},
        "date": day,
        "events": [e.as_dict() for e in document.events],
    }


def _table(proposals: list[Proposal]) -> str:
    """The proposals as text, each with its quote: what a person needs to say yes or no."""
    lines = []
    for n, p in enumerate(proposals, 1):
        event = p.event
        day = f"{p.date or '?'}" + ("" if event.granularity == "day" else f" ({event.granularity})")
        guess = f", {' and '.join(event.inferred)} inferred" if event.inferred else ""
        sides = f"{p.source or event.source or '?'} > {p.target or event.target or '?'}"
        lines.append(f"{n:3d}  {day}  {event.type:9s} {sides}   sure {event.confidence:.2f}{guess}   {event.id}")
        lines.append(f'     "{" ".join(event.quote.split())[:220]}"')
        facts = [f"{len(event.reports)} more reports"] if event.reports else []
        facts += [f"looks like {p.twin}"] if p.twin else []
        facts += list(p.missing)
        if facts:
            lines.append("     " + "; ".join(facts))
    return "\n".join(lines)


def _said(written: Accepted) -> str:
    words = [f"accepted {len(written.events)} events and {len(written.sources)} sources"]
    reasons: dict[str, int] = {}
    for _, why in written.skipped:
        reasons[why] = reasons.get(why, 0) + 1
    words += [f"  passed over {n}: {why}" for why, n in sorted(reasons.items(), key=lambda item: -item[1])]
    return "\n".join(words)


def run(
    sources: list[str],
    *,
    case: str | None = None,
    out: Path | None = None,
    accept: bool = False,
    lang: str | None = None,
    date: dt.date | None = None,
    confidence: float = 0.0,
    actors: Path | None = None,
    llm: str | None = None,
    progress: Progress | None = None,
) -> str:
    """What `cumbre read` does; returns what it prints.

    Without a case: documents with their events as JSONL. With a case: a table of proposals, or with `out` a JSONL file whose
    field `decision` is `open` and can be set to `accept` or `reject` by hand; given as a source together with the documents and
    `accept`, only the decided lines are applied.
    """
    if not 0 <= confidence <= 1:
        raise UsageError(f"--confidence {confidence:g} is no chance; write a number from 0 to 1")
    decided = [Path(s) for s in sources if s.endswith(".jsonl")]
    plain = [s for s in sources if not s.endswith(".jsonl")]
    reader = Reader(llm) if llm else None
    documents = read(plain, lang=lang, date=date, actors_csv=actors, llm=reader, progress=progress)
    documents = [replace(d, events=tuple(e for e in d.events if e.confidence >= confidence)) for d in documents]
    tail = [reader.usage.summary()] if reader else []
    tail += [f"{d.name}: {note}" for d in documents for note in d.notes]
    tail += [f"{d.name}: shows no date; give one with --date, or the events stay undated" for d in documents if d.date is None]
    if case is None:
        text = _lines(_document_line(d) for d in documents)
        if out is None:
            return text.rstrip("\n")
        out.write_text(text, encoding="utf-8")
        count = sum(len(d.events) for d in documents)
        return "\n".join([f"{count} events from {len(documents)} documents in {out}", *tail])
    proposals = propose(load(case), documents)
    if decided:
        proposals = [p for path in decided for p in read_decisions(path, proposals)]
    if out is not None:
        out.write_text(_lines(p.as_dict() for p in proposals), encoding="utf-8")
        tail.insert(0, f"{len(proposals)} proposals in {out}")
    else:
        tail.insert(0, _table(proposals))
    if accept:
        tail.append(_said(_accept(find(case), proposals)))
    elif proposals:
        tail.append(f"{len(proposals)} proposals; nothing was written to {case}. Append them with --accept")
    return "\n".join(tail)


_accept = accept
