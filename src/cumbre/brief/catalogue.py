"""The catalogues: gettext `.po` files whose ids are names, so that neither language is the source of the other."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources

from cumbre.errors import UsageError

__all__ = ["LANGUAGES", "catalogue", "parse_po"]

LANGUAGES = ("en", "es")
_LINE = re.compile(r'^(msgid|msgstr)?\s*(".*")\s*$')


@lru_cache(maxsize=4)
def catalogue(lang: str) -> Mapping[str, str]:
    """The sentences of one language, by name. Raises UsageError for a language without a catalogue."""
    if lang not in LANGUAGES:
        raise UsageError(f"--lang is {lang!r}; the brief is written in {' and '.join(LANGUAGES)}")
    text = (resources.files("cumbre.brief") / "catalogues" / f"{lang}.po").read_text(encoding="utf-8")
    return parse_po(text, f"{lang}.po")


def parse_po(text: str, name: str = "catalogue") -> dict[str, str]:
    """Read the msgid / msgstr pairs of a `.po` file; the header entry (empty id) is left out.

    >>> parse_po('msgid "a"\\nmsgstr "one "\\n"two"')
    {'a': 'one two'}
    """
    pairs: dict[str, str] = {}
    current: dict[str, str] = {}
    field = ""

    def close() -> None:
        if current.get("msgid"):
            if current["msgid"] in pairs:
                raise UsageError(f"{name}: {current['msgid']} is defined twice; keep one")
            pairs[current["msgid"]] = current.get("msgstr", "")

    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.match(line)
        if not match:
            raise UsageError(f"{name} line {number}: neither a comment, msgid, msgstr nor a quoted string")
        if match[1] == "msgid":
            close()
            current = {}
        field = match[1] or field
        current[field] = current.get(field, "") + json.loads(match[2])
    close()
    return pairs
