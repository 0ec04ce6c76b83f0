"""An article in, proposed events out, with the words that each one rests on marked in its quote."""

from __future__ import annotations

import datetime as dt
import re
import tempfile
from dataclasses import replace
from pathlib import Path

from markupsafe import Markup, escape

from cumbre.errors import UsageError
from cumbre.read import Document, Proposal, propose, read
from cumbre.record.case import Case

__all__ = ["LONGEST", "marked", "read_article"]

LONGEST = 2_000_000
KINDS = (".txt", ".md", ".html", ".htm", ".pdf", ".xhtml")


def read_article(
    case: Case, name: str, content: bytes, *, day: dt.date | None, outlet: str = "", title: str = "", url: str = ""
) -> tuple[list[Document], list[Proposal]]:
    """Read one document with the default coder, offline.

    name      file name as given; only its last part and a known ending are used
    content   bytes of the file, or of the pasted text

    Raises UsageError for an unknown kind of file or one that is too large.
    """
    if len(content) > LONGEST:
        raise UsageError(f"the article is longer than {LONGEST // 1_000_000} MB; give the part that matters")
    if not content.strip():
        raise UsageError("the article is empty; paste its text or choose a file")
    plain = re.sub(r"[^\w.-]+", "-", Path(name.replace("\\", "/")).name).strip(".-") or "article.txt"
    suffix = Path(plain).suffix.lower()
    if suffix not in KINDS:
        raise UsageError(f"a file ending in {suffix or 'nothing'} cannot be read here; give one of {', '.join(KINDS)}")
    with tempfile.TemporaryDirectory(prefix="cumbre-") as folder:
        path = Path(folder) / plain[-80:]
        path.write_bytes(content)
        documents = read([path], date=day)
    found = []
    for document in documents:
        named = replace(
            document,
            name=plain,
            title=title or document.title or ("" if plain == "article.txt" else plain),
            outlet=outlet or document.outlet,
            url=url or document.url,
        )
        found.append(named)
    return found, propose(case, found)


def marked(proposal: Proposal) -> Markup:
    """The quote with its trigger, its actor and its target marked; the text is escaped piece by piece."""
    event, text = proposal.event, proposal.document.text
    spans = [
        (span, kind) for span, kind in ((event.trigger, ""), (event.source_span, "who"), (event.target_span, "whom")) if span
    ]
    inside = sorted((max(a, event.start), min(b, event.end), kind) for (a, b), kind in spans if a < event.end and b > event.start)
    parts, at = [], event.start
    for start, end, kind in inside:
        if start < at or end <= start:
            continue
        parts.append(escape(text[at:start]))
        parts.append(Markup('<mark class="{}">{}</mark>').format(kind or "what", text[start:end]))
        at = end
    parts.append(escape(text[at : event.end]))
    return Markup("").join(parts)
