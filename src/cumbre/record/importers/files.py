"""Files in and out of an import: archives opened, rows cut, results written whole or not at all."""

from __future__ import annotations

import csv
import gzip
import io
import os
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from cumbre.errors import InputError
from cumbre.record.importers.rows import COLUMNS

__all__ = ["RejectFile", "Row", "open_texts", "rows_of", "write_table"]

Row = Sequence[str] | Mapping[str, str]
ODD = "\x00fields"
"""Key of a row whose number of fields differs from the header's; its value is the row's number of fields."""


def _text(stream: Any) -> io.TextIOWrapper:
    return io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")


def open_texts(path: Path) -> Iterator[tuple[str, io.TextIOWrapper]]:
    """Text streams of a file: plain, gzip, or each member of a zip. Raises InputError for a broken archive."""
    try:
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    if not name.endswith("/"):
                        yield f"{path.name}:{name}", _text(archive.open(name))
        elif path.suffix == ".gz":
            with gzip.open(path) as stream:
                yield path.name, _text(stream)
        else:
            with path.open("rb") as raw:
                yield path.name, _text(raw)
    except (zipfile.BadZipFile, gzip.BadGzipFile, EOFError) as error:
        raise InputError(f"{path}: is broken ({error}); download it again") from error


def rows_of(kind: str, name: str, stream: io.TextIOWrapper) -> Iterator[tuple[int, Row, str]]:
    """Line number, cells and raw text of each row. A header that lacks a column raises InputError."""
    if kind == "gdelt":
        for number, line in enumerate(stream, 1):
            text = line.rstrip("\r\n")
            if text:
                yield number, text.split("\t"), text
        return
    first = stream.readline().rstrip("\r\n")
    tab = "\t" if "\t" in first else ","
    # tab files of the archives do not quote, so a stray quotation mark must not swallow lines
    form: dict[str, Any] = {"delimiter": tab, "quoting": csv.QUOTE_NONE if tab == "\t" else csv.QUOTE_MINIMAL}
    header = [cell.strip().strip('"') for cell in next(csv.reader([first], **form), [])]
    missing = [column for column in COLUMNS[kind] if column not in header]
    if kind == "csv" and not {"type", "cameo"} & set(header):
        missing.append("type or cameo")
    if missing:
        found = ", ".join(header[:8]) or "none"
        raise InputError(f"{name} line 1: lacks the column {', '.join(missing)}; is it a {kind} file? (columns found: {found})")
    reader = csv.reader(stream, **form)
    try:
        for cells in reader:
            if cells:
                row = dict(zip(header, cells, strict=False))
                if len(cells) != len(header):
                    row = {ODD: str(len(cells)), "header": str(len(header))}
                yield reader.line_num + 1, row, tab.join(cells)
    except csv.Error as error:
        raise InputError(
            f"{name} line {reader.line_num + 1}: cannot be cut into fields ({error}); mend or drop that line"
        ) from error


def write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a CSV file; it appears whole or not at all."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(rows)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


class RejectFile:
    """Rejected rows, written as they come (an archive may hold more of them than memory); the file appears at the end, if any."""

    def __init__(self, path: Path) -> None:
        self.path, self.rows = path, 0
        handle, self._temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
        self._stream = os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace", newline="")
        self._writer = csv.writer(self._stream, lineterminator="\n")
        self._writer.writerow(("file", "line", "reason", "row"))

    def add(self, file: str, line: int, reason: str, raw: str) -> None:
        """One rejected row."""
        self._writer.writerow((file, line, reason, raw))
        self.rows += 1

    def __enter__(self) -> RejectFile:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stream.close()
        if self.rows and kind is None:
            os.replace(self._temporary, self.path)
        else:
            Path(self._temporary).unlink(missing_ok=True)
