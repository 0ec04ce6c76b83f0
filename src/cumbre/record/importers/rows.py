"""One row of an archive as an event between two countries, or the reason why it is none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cumbre.record.importers.cameo import MATERIAL, kind_of_cameo, mode_of_cameo
from cumbre.record.importers.countries import country_code, country_in_brackets
from cumbre.record.schema import Kind

__all__ = ["COLUMNS", "Draft", "Rejected", "READERS", "date_of"]


class Rejected(ValueError):
    """The row is no event between two countries; the message is the reason."""


@dataclass(frozen=True)
class Draft:
    """An event before duplicates are merged; `reports` how many reports the archive counts in this row."""

    date: dt.date
    source: str
    target: str
    kind: Kind
    mode: str
    intensity: float
    summary: str
    key: str
    issue: str = ""
    reports: int = 1


COLUMNS: Mapping[str, Sequence[str]] = {
    "icews": (
        "Event ID",
        "Event Date",
        "Source Name",
        "Source Country",
        "CAMEO Code",
        "Intensity",
        "Target Name",
        "Target Country",
    ),
    "polecat": ("Event ID", "Event Date", "Event Type", "Actor Country", "Recipient Country"),
    "csv": ("date", "source", "target"),
}
"""Columns that a file with a header must have."""


def date_of(text: str) -> dt.date:
    """A date written 2026-02-06, 20260206, 2026-02-06 00:00:00 or 02/06/2026 (month first, as ICEWS exports do)."""
    text = text.strip().split(" ")[0].split("T")[0]
    for form in ("%Y-%m-%d", "%Y%m%d", "%m/%d/%Y"):
        try:
            return dt.datetime.strptime(text, form).date()
        except ValueError:
            continue
    raise Rejected(f"date {text!r} cannot be read; write YYYY-MM-DD" if text else "no date")


def _number(text: str, name: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise Rejected(f"{name} {text!r} is not a number") from None
    if not -10 <= value <= 10:
        raise Rejected(f"{name} {value:g} is off the scale -10 to 10")
    return value


def _side(code: str, name: str, role: str) -> str:
    found = country_code(code) or country_in_brackets(name)
    if found is None:
        shown = code.strip() or name.strip()
        raise Rejected(f"{role} {shown!r} is not a country" if shown else f"no {role} country")
    return found


def _pair(source: tuple[str, str], target: tuple[str, str]) -> tuple[str, str]:
    a, b = _side(*source, "source"), _side(*target, "target")
    if a == b:
        raise Rejected(f"within one country ({a})")
    return a, b


def _cameo(code: str) -> tuple[Kind, str]:
    kind = kind_of_cameo(code)
    if kind is None:
        raise Rejected(f"CAMEO {code.strip() or 'missing'} has no PLOVER kind (statements have none)")
    return kind, mode_of_cameo(code)


def gdelt(cell: Sequence[str]) -> Draft:
    """A line of a GDELT 2.0 (61 fields) or 1.0 (57 or 58) event file."""
    if len(cell) not in (57, 58, 61):
        raise Rejected(f"{len(cell)} fields; a GDELT event has 61 (version 2) or 57-58 (version 1)")
    source, target = _pair((cell[7], cell[6]), (cell[17], cell[16]))
    kind, mode = _cameo(cell[26])
    url = cell[-1] if len(cell) > 57 else ""
    reports = int(cell[33]) if cell[33].isdigit() else 1
    return Draft(
        date_of(cell[1]), source, target, kind, mode, _number(cell[30], "Goldstein value"),
        f"{cell[6] or source} to {cell[16] or target}: CAMEO {cell[26]}" + (f" ({url})" if url else ""),
        f"gdelt-{cell[0]}", reports=max(reports, 1),
    )  # fmt: skip


def icews(row: Mapping[str, str]) -> Draft:
    """A row of an ICEWS event file."""
    source, target = _pair((row["Source Country"], row["Source Name"]), (row["Target Country"], row["Target Name"]))
    kind, mode = _cameo(row["CAMEO Code"])
    day = date_of(row["Event Date"])
    words = row.get("Event Text", "") or f"CAMEO {row['CAMEO Code']}"
    # ICEWS event ids repeat over time; id and date together are unique
    return Draft(
        day, source, target, kind, mode, _number(row["Intensity"], "Intensity"), f"{row['Source Name']} to {row['Target Name']}: {words}",
        f"icews-{row['Event ID']}-{day:%Y%m%d}",
    )  # fmt: skip


def polecat(row: Mapping[str, str]) -> Draft:
    """A row of a POLECAT (PLOVER) event file; of several recipients the first country counts."""
    sides = [(row["Actor Country"], row.get("Actor Name", "")), (row["Recipient Country"], row.get("Recipient Name", ""))]
    source, target = _pair(*((code.split(";")[0], name.split(";")[0]) for code, name in sides))
    try:
        kind = Kind(row["Event Type"].strip().upper())
    except ValueError:
        raise Rejected(f"event type {row['Event Type']!r} is no PLOVER kind") from None
    text = row.get("Intensity", "").strip()
    intensity = _number(text, "Intensity") if text else usual_intensity(kind)
    words = row.get("Headline", "") or " ".join(filter(None, (row["Event Type"], row.get("Event Mode", ""))))
    return Draft(
        date_of(row["Event Date"]), source, target, kind, "material" if kind in MATERIAL else "verbal", intensity, words,
        f"polecat-{row['Event ID']}",
    )  # fmt: skip


def plain(row: Mapping[str, str]) -> Draft:
    """A row of a CSV file with date, source, target, and type (PLOVER) or cameo (code)."""
    source, target = _pair((row["source"], row["source"]), (row["target"], row["target"]))
    if row.get("type", "").strip():
        try:
            kind = Kind(row["type"].strip().upper())
        except ValueError:
            raise Rejected(f"type {row['type']!r} is no PLOVER kind; write one of {', '.join(Kind)}") from None
        mode = "material" if kind in MATERIAL else "verbal"
    else:
        kind, mode = _cameo(row.get("cameo", ""))
    stated = row.get("mode", "").strip().lower()
    if stated not in ("", "verbal", "material"):
        raise Rejected(f"mode {stated!r} is neither verbal nor material")
    text = row.get("intensity", "").strip()
    intensity = _number(text, "intensity") if text else usual_intensity(kind)
    summary = row.get("summary", "").strip() or f"{source} to {target}: {kind}"
    return Draft(
        date_of(row["date"]),
        source,
        target,
        kind,
        stated or mode,
        intensity,
        summary,
        row.get("id", "").strip(),
        row.get("issue", "").strip(),
    )


def usual_intensity(kind: Kind) -> float:
    """Mean Goldstein value of a kind in wire-coded events, for rows that state none (shipped with the relation priors)."""
    from cumbre import priors

    return float(priors.load("relation")["case"]["intensity"].get(str(kind), (0.0,))[0])


READERS: Mapping[str, Callable[[Any], Draft]] = {"gdelt": gdelt, "icews": icews, "polecat": polecat, "csv": plain}
