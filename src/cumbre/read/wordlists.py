"""Closed word lists of the coder (`tables/words.csv`): function words, auxiliaries, cues of tense, mood and tone."""

from __future__ import annotations

import csv
from functools import lru_cache
from importlib.resources import files

__all__ = ["words"]


@lru_cache(maxsize=1)
def _lists() -> dict[str, frozenset[str]]:
    text = files("cumbre.read").joinpath("tables", "words.csv").read_text(encoding="utf-8")
    return {row["name"]: frozenset(row["words"].split(" ")) for row in csv.DictReader(text.splitlines())}


def words(name: str) -> frozenset[str]:
    """One list by name.

    >>> "nunca" in words("negation")
    True
    """
    return _lists()[name]
