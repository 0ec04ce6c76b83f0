"""A poll typed into a form: rows for polls.csv, and every fault while it is being typed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from pydantic import ValidationError

from cumbre.questions.headlines import leading
from cumbre.record import schema as s
from cumbre.record.case import Case
from cumbre.record.checks import cross_check

__all__ = ["OTHERS", "faults", "named", "poll_rows"]

OTHERS = ("blank", "none", "undecided", "other")
SHOWN = 16


def named(case: Case) -> list[tuple[str, str]]:
    """Candidates that the form offers, the leading ones first: id and name."""
    return [(id_, case.candidate[id_].name) for id_ in leading(case)[:SHOWN]]


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-").lower() or "poll"


def poll_rows(case: Case, form: Mapping[str, str]) -> tuple[list[dict[str, str]], dict[str, str]]:
    """Rows of polls.csv, one a share that was filled in, and the row of sources.csv."""
    text = {
        name: form.get(name, "").strip()
        for name in (
            "pollster",
            "field_start",
            "field_end",
            "published",
            "sample_size",
            "mode",
            "round",
            "outlet",
            "url",
            "source_title",
            "note",
        )
    }
    base = f"{_slug(text['pollster'])}-{text['field_end'] or 'undated'}"
    taken = {row.poll_id for row in case.polls}
    id_ = next(name for k in range(1, 100) if (name := f"p-{base}" + (f"-{k}" if k > 1 else "")) not in taken)
    source_id = next(name for k in range(1, 100) if (name := f"s-{base}" + (f"-{k}" if k > 1 else "")) not in case.source)
    source = {
        "id": source_id,
        "outlet": text["outlet"],
        "title": text["source_title"],
        "date": text["published"],
        "url": text["url"],
    }
    shared = {
        "poll_id": id_,
        "round": text["round"] or "1",
        "pollster": text["pollster"],
        "field_start": text["field_start"],
        "field_end": text["field_end"],
        "published": text["published"],
        "sample_size": text["sample_size"],
        "mode": text["mode"],
        "question": "open",
        "source_id": source_id,
        "note": text["note"],
    }
    rows = []
    for name, share in form.items():
        if name.startswith("share:") and share.strip():
            who = name.removeprefix("share:")
            rows.append(
                {
                    **shared,
                    "candidate": who,
                    "share_pct": share.strip().replace(",", "."),
                    "kind": who if who in OTHERS else "candidate",
                }
            )
    return rows, source


def faults(case: Case, form: Mapping[str, str]) -> list[tuple[str, str]]:
    """What stands against writing the poll: field and fault; empty where it can be written."""
    rows, source = poll_rows(case, form)
    found: list[tuple[str, str]] = []
    for name in ("pollster", "field_end", "published", "outlet"):
        if not form.get(name, "").strip():
            found.append((name, "missing"))
    if not rows:
        found.append(("share", "missing"))
    if found:
        return found
    parsed: list[s.Poll] = []
    for row in rows:
        try:
            parsed.append(s.Poll.model_validate({k: v for k, v in row.items() if v}))
        except ValidationError as error:
            first = error.errors()[0]
            field = str(first["loc"][0]) if first["loc"] else "share"
            found.append((f"share:{row['candidate']}" if field == "share_pct" else field, first["msg"]))
    try:
        origin = s.Source.model_validate({k: v for k, v in source.items() if v})
    except ValidationError as error:
        return [*found, ("outlet", error.errors()[0]["msg"])]
    if found:
        return list(dict.fromkeys(found))
    poll = parsed[0]
    if poll.field_start and poll.field_start > poll.field_end:
        found.append(("field_start", "after the last day in the field"))
    if poll.published < poll.field_end:
        found.append(("published", "before the last day in the field"))
    if poll.published > case.as_of:
        found.append(("published", f"after the date of the case ({case.as_of})"))
    total = sum(row.share_pct for row in parsed)
    if total > 101.5:
        found.append(("share", f"shares add to {total:.1f}"))
    known = {str(p) for p in cross_check(case)}
    changed = case.change(polls=(*case.polls, *parsed), sources=(*case.sources, origin))
    found += [("share", f"{p.what}; {p.mend}") for p in cross_check(changed) if str(p) not in known and "add to" not in p.what]
    return list(dict.fromkeys(found))
