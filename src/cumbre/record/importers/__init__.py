"""Event files of the public archives to the event table of a case.

Rows that are no event between two countries go to a reject file with the reason; the same act told again on the same day is one
event whose summary says how many reports it had.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cumbre.errors import InputError, UsageError
from cumbre.record.importers.files import ODD, RejectFile, Row, open_texts, rows_of, write_table
from cumbre.record.importers.rows import READERS, Draft, Rejected

__all__ = ["ImportReport", "import_events"]

FIELDS = (
    "id", "date", "source", "target", "type", "mode", "channel", "intensity", "issue", "summary", "summary_es", "source_id", "quote_ref",
)  # fmt: skip
SOURCES = {
    "gdelt": ("GDELT Project", "GDELT event database", "https://www.gdeltproject.org"),
    "icews": ("ICEWS", "ICEWS Coded Event Data, doi:10.7910/DVN/28075", "https://doi.org/10.7910/DVN/28075"),
    "polecat": ("POLECAT", "POLECAT weekly data, doi:10.7910/DVN/AJGVIT", "https://doi.org/10.7910/DVN/AJGVIT"),
    "csv": ("imported table", "imported table", ""),
}
_EVERY = 20_000
_PARTICULARS = re.compile(r"'[^']*'|\([A-Z]{3}\)|(?<=CAMEO )\d+|\d+(?= fields where)|(?<=has )\d+$|\d+(?= fields;)")
Progress = Callable[[float, str], None]
Key = tuple[object, ...]


@dataclass(frozen=True)
class ImportReport:
    """What came of an import. `merged` rows told an act again; `reasons` counts rejected rows by reason (particulars left out)."""

    read: int
    written: int
    merged: int
    rejected: int
    reasons: Mapping[str, int]
    out: Path
    rejects: Path | None

    def __str__(self) -> str:
        kept = f"{self.written} events written to {self.out}, {self.merged} merged as repeats"
        head = f"{self.read} rows read: {kept}, {self.rejected} rejected"
        lines = [f"  {n} {reason}" for reason, n in sorted(self.reasons.items(), key=lambda item: -item[1])]
        where = [f"rejected rows with their reasons are in {self.rejects}"] if self.rejects else []
        return "\n".join([head, *lines, *where])


def _draft(kind: str, row: Row, raw: str) -> Draft:
    if any("\udc80" <= letter <= "\udcff" for letter in raw):
        raise Rejected("not UTF-8")
    if isinstance(row, Mapping) and ODD in row:
        raise Rejected(f"{row[ODD]} fields where the header has {row['header']}")
    return READERS[kind](row)


def import_events(
    kind: str, files: Sequence[Path], out: Path, rejects: Path | None = None, progress: Progress | None = None
) -> ImportReport:
    """Read archive files and write `out` in the columns of events.csv, plus `out` with suffix .sources.csv for sources.csv.

    Parameters
    ----------
    kind : gdelt, icews, polecat or csv;  files : plain, .gz or .zip
    rejects : file for rows that cannot be used (columns file, line, reason, row); beside `out` by default, written only if needed

    Raises
    ------
    UsageError for an unknown kind; InputError where a file has the wrong columns or holds no usable row
    """
    if kind not in READERS:
        raise UsageError(f"unknown kind {kind!r} of event file; write one of {', '.join(READERS)}")
    out, files = Path(out), [Path(file) for file in files]
    drafts: dict[Key, Draft] = {}
    reasons: Counter[str] = Counter()
    read = merged = done = 0
    size = max(sum(file.stat().st_size for file in files), 1)
    with RejectFile(Path(rejects) if rejects else out.with_name(f"{out.stem}.rejects.csv")) as bad:
        for file in files:
            for name, stream in open_texts(file):
                for line, row, raw in rows_of(kind, name, stream):
                    read += 1
                    if progress is not None and read % _EVERY == 0:
                        progress(done / size, f"{read} rows")
                    try:
                        draft = _draft(kind, row, raw)
                    except Rejected as error:
                        bad.add(name, line, str(error), raw)
                        reasons[_PARTICULARS.sub("..", str(error))] += 1
                        continue
                    key = (draft.date, draft.source, draft.target, draft.kind, draft.mode, draft.issue)
                    merged += key in drafts
                    drafts[key] = _merge(drafts[key], draft) if key in drafts else draft
            done += file.stat().st_size
            if progress is not None:
                progress(done / size, file.name)
    if not drafts:
        common = reasons.most_common(1)[0][0] if reasons else "the files are empty"
        where = f"; see {bad.path}" if bad.rows else ""
        raise InputError(
            f"{', '.join(map(str, files))}: no usable row of {read} (most often: {common}); is it a {kind} file?{where}"
        )
    found = sorted(drafts.values(), key=lambda d: (d.date, d.source, d.target, d.kind, d.mode, d.issue))
    write_table(out, FIELDS, (_cells(kind, i, d) for i, d in enumerate(found, 1)))
    outlet, title, url = SOURCES[kind]
    sources = out.with_name(f"{out.stem}.sources.csv")
    write_table(sources, ("id", "outlet", "title", "date", "url", "accessed"), [(kind, outlet, title, "", url, "")])
    return ImportReport(read, len(found), merged, bad.rows, dict(reasons), out, bad.path if bad.rows else None)


def _merge(a: Draft, b: Draft) -> Draft:
    """One act told twice: the telling with more reports stands, reports add up."""
    return replace(b if b.reports > a.reports else a, reports=a.reports + b.reports)


def _cells(kind: str, number: int, d: Draft) -> Sequence[object]:
    told = f" [{d.reports} reports]" if d.reports > 1 else ""
    return (
        f"{kind}-{d.date:%Y%m%d}-{number:06d}", d.date.isoformat(), d.source, d.target, str(d.kind), d.mode, "public", f"{d.intensity:g}",
        d.issue, d.summary + told, "", kind, d.key,
    )  # fmt: skip
