"""The workbench's own sentences beside those of the brief."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib import resources

from cumbre.brief.catalogue import catalogue, parse_po
from cumbre.brief.words import Words as BriefWords

__all__ = ["Words", "sentences"]


@lru_cache(maxsize=4)
def sentences(lang: str) -> Mapping[str, str]:
    """Every sentence of one language: the brief's, and the workbench's, whose names start with `wb.`."""
    text = (resources.files("cumbre.workbench") / "catalogues" / f"{lang}.po").read_text(encoding="utf-8")
    return {**catalogue(lang), **parse_po(text, f"workbench/{lang}.po")}


class Words(BriefWords):
    """One language of the workbench."""

    def __init__(self, lang: str) -> None:
        super().__init__(lang)
        self._sentences = sentences(lang)
