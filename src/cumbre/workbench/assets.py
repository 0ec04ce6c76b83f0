"""The files that pages load: their own and the brief's, all from the package."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

__all__ = ["static"]

STATIC: Mapping[str, tuple[str, str]] = {
    "brief.css": ("brief/assets/brief.css", "text/css"),
    "workbench.css": ("workbench/static/workbench.css", "text/css"),
    "workbench.js": ("workbench/static/workbench.js", "text/javascript"),
    "htmx.min.js": ("workbench/static/htmx.min.js", "text/javascript"),
}


@lru_cache(maxsize=8)
def static(name: str) -> tuple[bytes, str] | None:
    """A file of the page and its media type by name; None for any other name."""
    if name not in STATIC:
        return None
    path, kind = STATIC[name]
    spec = find_spec("cumbre")
    assert spec is not None
    assert spec.origin is not None
    return (Path(spec.origin).parent / path).read_bytes(), f"{kind}; charset=utf-8"
