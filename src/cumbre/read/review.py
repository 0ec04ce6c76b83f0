"""From proposals to a case: propose, correct, reject, accept.

`propose` maps the coded actors to the actors of a case and says what is missing or already known. Nothing is written until
`accept` is called; it appends to sources.csv and events.csv, each replaced in one step, under a lock, and does nothing twice.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from cumbre.errors import InputError, UsageError
from cumbre.read.dedup import FAMILIES, merge
from cumbre.read.documents import Document, ProposedEvent
from cumbre.read.tokens import fold
from cumbre.read.wordlists import words
from cumbre.record import add_rows
from cumbre.record.case import Case
from cumbre.record.schema import Event, Source

__all__ = ["Accepted", "Proposal", "accept", "correct", "propose", "read_decisions", "reject"]

VERBAL = words("verbal")
_KINDS: dict[str, tuple[str, ...]] = {
    "GOV": ("government", "agency", "state"), "MIL": ("military", "government", "state"), "COP": ("agency", "government", "state"),
    "SPY": ("agency", "government", "state"), "JUD": ("court", "agency", "government"), "LEG": ("legislature", "party", "government"),
    "REB": ("armed_group",), "CRM": ("armed_group",), "CVL": ("public",), "BUS": ("business",), "PTY": ("party",), "OPP": ("party",),
    "IGO": ("organisation", "other"), "NGO": ("organisation", "public"), "MED": ("organisation",), "REL": ("organisation", "public"),
    "ELI": ("person", "party", "public"),
}  # fmt: skip


@dataclass(frozen=True)
class Proposal:
    """An event proposed for a case. `source` and `target` are ids of actors.csv, empty where none fits; `missing` says what an
    acceptance still needs; `twin` is the id of an event of the case that looks like the same one."""

    event: ProposedEvent
    document: Document
    source: str
    target: str
    issue: str = ""
    summary: str = ""
    date: dt.date | None = None
    type: str = ""
    twin: str = ""
    decision: Literal["open", "accept", "reject"] = "open"
    missing: tuple[str, ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON, with the event's own under `event`."""
        keys = ("source", "target", "issue", "summary", "type", "twin", "decision", "missing")
        row = {key: getattr(self, key) for key in keys}
        return {**row, "date": self.date.isoformat() if self.date else None, "event": self.event.as_dict()}


@dataclass(frozen=True)
class Accepted:
    """What an acceptance wrote."""

    events: tuple[str, ...]
    sources: tuple[str, ...]
    skipped: tuple[tuple[str, str], ...]


def _actor_id(case: Case, code: str | None, text: str, day: dt.date | None) -> str:
    """The case's actor that a coded actor is: by alias in the mention first, by country and kind then."""
    if code is None:
        return ""
    country, sector = code[:3], code[4:]
    name = fold(text)
    best, length = "", 0
    for row in case.actors:
        if row.country and row.country != country and row.kind != "armed_group":
            continue
        if row.kind == "state" or (row.kind == "person" and sector != "ELI"):
            continue  # who holds an office acts for it
        if day is not None and ((row.from_ and day < row.from_) or (row.to and day > row.to)):
            continue
        for alias in (row.name, row.name_es, *row.aliases):
            key = fold(alias)
            if len(key) > length and key and re.search(rf"\b{re.escape(key)}\b", name) and len(key) > 2:
                best, length = row.id, len(key)
    if best:
        return best
    for kind in _KINDS.get(sector, ("government", "state")):
        found = [row.id for row in case.actors if row.kind == kind and row.country == country]
        preferred = [i for i in found if i in (f"{country}_{sector}", country)]
        if preferred or len(found) == 1 or (kind in ("government", "state") and found):
            return (preferred or found)[0]
    return ""


def _issue_id(case: Case, event: ProposedEvent) -> str:
    """The one issue of the case that the tags of an event point at; empty where none or several do."""
    found = []
    for issue in case.issues:
        words = set(re.split(r"[_\W]+", f"{issue.id} {issue.topic}".lower()))
        if any(
            tag == issue.topic or set(tag.split("_")) <= words or tag.rstrip("s") in {w.rstrip("s") for w in words}
            for tag in event.issues
        ):
            found.append(issue.id)
    return found[0] if len(found) == 1 else ""


def _twin(case: Case, source: str, target: str, event: ProposedEvent) -> str:
    if event.date is None:
        return ""
    slack = {"day": 1, "document": 3, "week": 7, "month": 31}.get(event.granularity, 1)
    family = FAMILIES.get(event.type)
    for row in case.events:
        same = {case.side(row.source), case.side(row.target)} == {case.side(source), case.side(target)}
        if same and FAMILIES.get(str(row.type)) == family and -1 <= (row.date - event.date).days <= slack:
            return row.id
    return ""


def propose(case: Case, documents: Iterable[Document]) -> list[Proposal]:
    """Events of the documents as proposals for a case, one an event, the surest first within a day."""
    listed = list(documents)
    by_id = {d.id: d for d in listed}
    found = []
    for event in merge(e for d in listed for e in d.events):
        document = by_id[event.document]
        spans = [document.text[s[0] : s[1]] if s else "" for s in (event.source_span, event.target_span)]
        source = _actor_id(case, event.source, spans[0], event.date)
        target = _actor_id(case, event.target, spans[1], event.date)
        issue = _issue_id(case, event)
        text = " ".join(event.quote.split())
        found.append(
            _checked(
                Proposal(
                    event, document, source, target, issue, text if len(text) <= 300 else text[:297] + "...", event.date, event.type,
                    _twin(case, source, target, event),
                )
            )
        )  # fmt: skip
    return sorted(found, key=lambda p: (p.date or dt.date.max, -p.event.confidence, p.event.id))


def _checked(p: Proposal) -> Proposal:
    missing = []
    if not p.source:
        missing.append(f"source: {p.event.source or 'unknown'} is no actor of the case")
    if not p.target:
        missing.append(f"target: {p.event.target or 'unknown'} is no actor of the case")
    if p.date is None:
        missing.append("date: none was found; give one")
    return replace(p, missing=tuple(missing))


def correct(proposal: Proposal, **changes: Any) -> Proposal:
    """The proposal with corrections (source, target, issue, summary, date, type) and marked as accepted.

    Raises UsageError for anything else: the quote and its place are what the document holds, and stay.
    """
    allowed = {"source", "target", "issue", "summary", "date", "type"}
    wrong = sorted(set(changes) - allowed)
    if wrong:
        raise UsageError(f"{', '.join(wrong)} cannot be corrected; correct one of {', '.join(sorted(allowed))}")
    return _checked(replace(proposal, decision="accept", **changes))


def reject(proposal: Proposal) -> Proposal:
    """The proposal marked as rejected; `accept` passes over it."""
    return replace(proposal, decision="reject")


def read_decisions(path: Path, proposals: Sequence[Proposal]) -> list[Proposal]:
    """Apply the decisions of an edited JSONL file (fields `event.id`, `decision` and corrections) to proposals."""
    by_id = {p.event.id: p for p in proposals}
    done = []
    for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            proposal = by_id[row["event"]["id"]]
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(
                f"{path.name} line {n}: no proposal of these documents ({error}); keep the lines that `read` wrote"
            ) from error
        if row.get("decision") == "accept":
            day = dt.date.fromisoformat(row["date"]) if row.get("date") else None
            done.append(
                correct(proposal, date=day, **{k: row[k] for k in ("source", "target", "issue", "summary", "type") if k in row})
            )
        elif row.get("decision") == "reject":
            done.append(reject(proposal))
    return done


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    path = folder / ".cumbre-accept.lock"
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    except FileExistsError:
        raise InputError(f"{folder}: another acceptance is writing; wait for it, or remove {path.name} if none runs") from None
    except OSError as error:
        raise InputError(f"{folder}: cannot be written to ({error.strerror}); copy the case to a folder of your own") from error
    try:
        yield
    finally:
        os.close(handle)
        path.unlink(missing_ok=True)


def source_row(document: Document) -> dict[str, str]:
    """The row of sources.csv for a document."""
    return {
        "id": "s" + document.id[1:], "outlet": document.outlet or "not named in the text",
        "title": document.title or Path(document.name).name,
        "date": document.date.isoformat() if document.date else "", "url": document.url,
    }  # fmt: skip


def event_row(p: Proposal) -> dict[str, str]:
    """The row of events.csv for a proposal; `quote_ref` is document:start-end."""
    event, sources = p.event, ["s" + p.event.document[1:]]
    sources += sorted({"s" + d[1:] for d, _, _ in event.reports} - set(sources))
    known = p.document.date or p.date
    return {
        "id": event.id, "date": p.date.isoformat() if p.date else "", "source": p.source, "target": p.target, "type": p.type,
        "mode": "verbal" if p.type in VERBAL else "material", "channel": "public", "intensity": f"{event.intensity:g}", "issue": p.issue,
        "summary": p.summary, "source_id": ";".join(sources), "quote_ref": f"{event.document}:{event.start}-{event.end}",
        "known": known.isoformat() if known and p.date and known >= p.date else "",
    }  # fmt: skip


def accept(case_folder: str | Path, proposals: Iterable[Proposal]) -> Accepted:
    """Append accepted proposals to a case's sources.csv and events.csv; returns what was written and what was passed over.

    Proposals marked as rejected, incomplete ones, and those already in the case are passed over with the reason. The folder is
    checked before and after; on any new problem the old files are put back.
    """
    folder = Path(case_folder)
    if not (folder / "events.csv").is_file() or not (folder / "sources.csv").is_file():
        raise UsageError(f"{folder}: is no case folder (events.csv and sources.csv are needed); start one with `cumbre new NAME`")
    with _lock(folder):
        before = {path: path.read_text(encoding="utf-8-sig") for path in (folder / "sources.csv", folder / "events.csv")}
        have_events = {row["id"] for row in _dicts(before[folder / "events.csv"])}
        have_sources = {row["id"] for row in _dicts(before[folder / "sources.csv"])}
        rows: list[dict[str, str]] = []
        sources: dict[str, dict[str, str]] = {}
        skipped: list[tuple[str, str]] = []
        for p in proposals:
            if p.decision == "reject":
                skipped.append((p.event.id, "rejected"))
            elif p.missing:
                skipped.append((p.event.id, "; ".join(p.missing)))
            elif p.event.id in have_events or any(r["id"] == p.event.id for r in rows):
                skipped.append((p.event.id, "already in the case"))
            elif p.twin and p.decision != "accept":
                skipped.append((p.event.id, f"looks like {p.twin} of the case"))
            elif p.source == p.target:
                skipped.append((p.event.id, "source and target are one actor of the case"))
            else:
                row = event_row(p)
                given = source_row(p.document)
                try:
                    Event.model_validate({k: v for k, v in row.items() if v})
                    Source.model_validate({k: v for k, v in given.items() if v})
                except ValidationError as error:
                    skipped.append((p.event.id, str(error.errors()[0]["msg"])))
                    continue
                row["source_id"] = ";".join(
                    i for i in row["source_id"].split(";") if i == given["id"] or i in have_sources or i in sources
                )
                rows.append(row)
                if given["id"] not in have_sources:
                    sources[given["id"]] = given
        if rows:
            fresh = {"sources": list(sources.values())} if sources else {}
            add_rows(folder, {**fresh, "events": rows}, strict=False)
    return Accepted(tuple(r["id"] for r in rows), tuple(sources), tuple(skipped))


def _dicts(text: str) -> list[dict[str, str]]:
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))
