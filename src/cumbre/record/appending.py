"""Rows added to tables of a case folder, all or none."""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from cumbre.errors import InputError
from cumbre.record.loader import check

__all__ = ["add_rows"]


def _columns(text: str, name: str) -> list[str]:
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            return [cell.strip() for cell in next(csv.reader([line]))]
    raise InputError(f"{name}: has no header line; start it with the column names")


def _appended(text: str, rows: Sequence[Mapping[str, str]], name: str, strict: bool) -> str:
    """The text of a CSV table with further rows, in the order of its own columns."""
    columns = _columns(text, name)
    lost = sorted({column for row in rows for column, value in row.items() if value and column not in columns})
    if lost and strict:
        raise InputError(f"{name} has no column {lost[0]!r}; add it to the header line first")
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    for row in rows:
        writer.writerow({column: row.get(column, "") for column in columns})
    return (text if not text or text.endswith("\n") else text + "\n") + out.getvalue()


def _replace(path: Path, text: str) -> None:
    """Write beside, flush to disk, then rename: a reader sees the old file or the new one, never half of one."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(name, path.stat().st_mode & 0o777)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def add_rows(folder: Path, tables: Mapping[str, Sequence[Mapping[str, str]]], *, strict: bool = True) -> None:
    """Add rows to tables of a case folder, all or none; each file is replaced in one step.

    Parameters
    ----------
    folder : a case folder. Two writers must not be at it at once: the caller holds a lock.
    tables : name of a table (`events` for events.csv) to its new rows.
    strict : refuse a row that says something for which the table has no column; otherwise that is left out.

    Raises
    ------
    InputError : a table has no header line or lacks a column, or the rows do not fit the case; the files are then as they were.
    """
    before = {name: (folder / f"{name}.csv").read_text(encoding="utf-8-sig") for name in tables}
    known = {str(problem) for problem in check(folder)}
    try:
        for name, rows in tables.items():
            _replace(folder / f"{name}.csv", _appended(before[name], rows, f"{name}.csv", strict))
        fresh = [problem for problem in check(folder) if str(problem) not in known]
        if fresh:
            raise InputError("not written, for it does not fit the case: " + "; ".join(str(problem) for problem in fresh[:5]))
    except BaseException:
        for name, text in before.items():
            _replace(folder / f"{name}.csv", text)
        raise
