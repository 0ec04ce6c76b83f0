"""Writing into a case folder: rows are added at the end, the folder is checked before and after, and nothing is half written."""

from __future__ import annotations

import csv
import io
import os
import shutil
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from cumbre.errors import InputError, UsageError
from cumbre.record import check

__all__ = ["add_rows", "home_folder", "working_copy"]

_LOCK = threading.Lock()


def home_folder() -> Path:
    """Where working copies live: $CUMBRE_HOME, else the user's data folder."""
    root = os.environ.get("CUMBRE_HOME") or os.path.join(os.environ.get("XDG_DATA_HOME") or "~/.local/share", "cumbre")
    return Path(root).expanduser()


def working_copy(folder: Path, home: Path) -> Path:
    """A copy of a case that came with the package, made when the first change is made; the package itself is never written to."""
    target = home / "cases" / folder.name
    with _LOCK:
        if not (target / "case.toml").is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            part = Path(tempfile.mkdtemp(dir=target.parent, prefix=".copy-"))
            try:
                for path in sorted(folder.iterdir()):
                    if path.is_file() and path.suffix in (".csv", ".toml", ".md", ".sqlite"):
                        shutil.copyfile(path, part / path.name)
                if target.exists():
                    raise UsageError(f"{target} is there and holds no case.toml; move it away")
                os.chmod(part, 0o755)
                part.rename(target)
            finally:
                shutil.rmtree(part, ignore_errors=True)
    return target


def _header(text: str, name: str) -> list[str]:
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            return [cell.strip() for cell in next(csv.reader([line]))]
    raise InputError(f"{name}: has no header line; start it with the column names")


def _with_rows(text: str, rows: Sequence[Mapping[str, str]], name: str) -> str:
    columns = _header(text, name)
    lost = sorted({column for row in rows for column, value in row.items() if value and column not in columns})
    if lost:
        raise InputError(f"{name} has no column {lost[0]!r}; add it to the header line first")
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    for row in rows:
        writer.writerow({column: row.get(column, "") for column in columns})
    return (text if not text or text.endswith("\n") else text + "\n") + out.getvalue()


def _replace(path: Path, text: str) -> None:
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


def add_rows(folder: Path, tables: Mapping[str, Sequence[Mapping[str, str]]]) -> None:
    """Add rows to tables of a case folder, all or none.

    Raises InputError where the rows do not fit the case; the files are then as they were.
    """
    with _LOCK:
        before = {name: (folder / f"{name}.csv").read_text(encoding="utf-8-sig") for name in tables}
        known = {str(problem) for problem in check(folder)}
        try:
            for name, rows in tables.items():
                _replace(folder / f"{name}.csv", _with_rows(before[name], rows, f"{name}.csv"))
            fresh = [problem for problem in check(folder) if str(problem) not in known]
            if fresh:
                raise InputError("not written, for it does not fit the case: " + "; ".join(str(problem) for problem in fresh[:5]))
        except BaseException:
            for name, text in before.items():
                _replace(folder / f"{name}.csv", text)
            raise
