"""Intensity and issue tags of an event.

Intensity runs from -10 to 10 by PLOVER type and mode (`tables/intensity.csv`): four anchors are printed in the PLOVER manual, the
rest is judged between them. Tags say what the event was about; their words stand in `tables/tags.csv`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from cumbre.read.lexicon import table
from cumbre.read.tokens import fold

__all__ = ["intensity", "tags"]


@lru_cache(maxsize=1)
def _scale() -> dict[tuple[str, str], float]:
    return {(row["type"], row["mode"]): float(row["intensity"]) for row in table("intensity.csv")}


@lru_cache(maxsize=2)
def _patterns(lang: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    found = []
    for row in table("tags.csv"):
        words = sorted((fold(w) for w in row[lang].split("|")), key=len, reverse=True)
        found.append((row["tag"], re.compile(r"\b(?:" + "|".join(map(re.escape, words)) + r")\b")))
    return tuple(found)


@lru_cache(maxsize=2)
def _any(lang: str) -> re.Pattern[str]:
    """All words of all tags at once: most sentences have none."""
    return re.compile("|".join(pattern.pattern for _, pattern in _patterns(lang)))


def intensity(kind: str, mode: str = "") -> float:
    """Intensity of a type and mode; the plain type where the mode has none of its own.

    >>> intensity("SANCTION"), intensity("CONSULT", "visit"), intensity("ACCUSE", "disapprove")
    (-6.0, 4.0, -2.0)
    """
    scale = _scale()
    return scale.get((kind, mode), scale[kind, ""])


@lru_cache(maxsize=8)
def tags(text: str, lang: str) -> tuple[str, ...]:
    """Issue tags whose words stand in a text, in the order of the table.

    >>> tags("Bogotá extradited the drug lord and deportation flights resumed.", "en")
    ('deportation', 'drugs', 'extradition')
    """
    low = fold(text)
    if _any(lang).search(low) is None:
        return ()
    return tuple(tag for tag, pattern in _patterns(lang) if pattern.search(low))
