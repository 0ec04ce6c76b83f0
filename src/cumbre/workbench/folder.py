"""Writing into a case folder: rows are added at the end, the folder is checked before and after, and nothing is half written."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from cumbre import record
from cumbre.errors import UsageError

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


def add_rows(folder: Path, tables: Mapping[str, Sequence[Mapping[str, str]]]) -> None:
    """Add rows to tables of a case folder, all or none.

    Raises InputError where the rows do not fit the case; the files are then as they were.
    """
    with _LOCK:
        record.add_rows(folder, tables)
