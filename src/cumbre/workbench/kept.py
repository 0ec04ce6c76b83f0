"""The first page, kept on disk: same case, same version, same numbers, so it may be shown before anything is loaded."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import os
import tempfile
from functools import cached_property, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from cumbre.workbench.address import State

__all__ = ["KeptPages"]


def _package() -> Path:
    spec = find_spec("cumbre")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


@lru_cache(maxsize=1)
def _package_hash() -> str:
    """Hash of everything in the package that a page may depend on."""
    root, said = _package(), hashlib.sha256()
    for path in sorted(root.rglob("*")):
        if path.suffix in (".py", ".j2", ".po", ".json", ".css", ".js"):
            said.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return said.hexdigest()


class KeptPages:
    """Pages of a case as it stands, by what the case folder and the package hold; another content is another name."""

    def __init__(self, case: str | Path) -> None:
        self.case = case

    @cached_property
    def folder(self) -> Path:
        """Where they are kept: $CUMBRE_CACHE, else the user's cache."""
        root = os.environ.get("CUMBRE_CACHE") or os.path.join(os.environ.get("XDG_CACHE_HOME") or "~/.cache", "cumbre")
        return Path(root).expanduser() / "workbench"

    def _name(self) -> str | None:
        case = Path(self.case)
        folder = case if case.is_dir() else _package() / "cases" / str(self.case)
        if not folder.is_dir():
            return None
        said = hashlib.sha256()
        for path in sorted(folder.iterdir()):
            if path.suffix in (".csv", ".toml", ".sqlite"):
                said.update(path.name.encode() + path.read_bytes())
        said.update(_package_hash().encode())
        return said.hexdigest()[:20]

    def _read(self, lang: str) -> dict[str, Any] | None:
        name = self._name()
        if name is None:
            return None
        with contextlib.suppress(OSError, ValueError):
            found = json.loads(gzip.decompress((self.folder / f"{name}.{lang}.json.gz").read_bytes()))
            if isinstance(found, dict):
                return found
        return None

    def page(self, state: State) -> str | None:
        """The first page in a language, if it was kept and the address asks for nothing else."""
        if state != State(lang=state.lang):
            return None
        found = self._read(state.lang)
        return found["page"] if found else None

    def passport(self, key: str, id_: str, lang: str) -> str | None:
        """A passport of a kept page."""
        found = self._read(lang)
        return found["passports"].get(id_) if found and found["key"] == key else None

    def keep(self, lang: str, page: str, key: str, passports: dict[str, str]) -> None:
        """Keep a page for the next start; a cache that cannot be written is no fault."""
        name = self._name()
        if name is None:
            return
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            for old in sorted(self.folder.glob("*.json.gz"), key=lambda p: p.stat().st_mtime)[:-8]:
                old.unlink(missing_ok=True)
            _write(self.folder / f"{name}.{lang}.json.gz", page, key, passports)


def _write(path: Path, page: str, key: str, passports: dict[str, str]) -> None:
    text = json.dumps({"page": page, "key": key, "passports": passports}, ensure_ascii=False)
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
    with os.fdopen(handle, "wb") as file:
        file.write(gzip.compress(text.encode(), 9, mtime=0))
    os.chmod(temporary, 0o644)
    os.replace(temporary, path)
