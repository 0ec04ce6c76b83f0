"""What a mention of an actor is, what earlier sentences establish, and the function words that stand around mentions."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field

from cumbre.read.wordlists import words

__all__ = [
    "AGENT",
    "ARTICLES",
    "Context",
    "DETERMINERS",
    "FUNCTION",
    "GLUE_OF",
    "Mention",
    "OF",
    "POSSESSIVES",
    "PREPOSITIONS",
    "PRONOUNS",
    "QUANTIFIERS",
    "STATE",
    "TOWARD",
    "TO_WHOM",
    "WHOSE",
]

DETERMINERS = words("determiners")

PREPOSITIONS = words("prepositions")

GLUE_OF = frozenset(("of", "for", "de", "del", "from"))

FUNCTION = (
    PREPOSITIONS
    | DETERMINERS
    | frozenset(
        [
            "and",
            "or",
            "but",
            "y",
            "e",
            "o",
            "u",
            "pero",
            "ni",
            "que",
            "who",
            "which",
            "that",
            "whom",
            "whose",
            "quien",
            "quienes",
            "cuyo",
            "cuya",
            "said",
        ]
    )
)

POSSESSIVES = words("possessives")

PRONOUNS = words("pronouns")

QUANTIFIERS = words("quantifiers")


AGENT = frozenset(("by", "por"))

TOWARD = frozenset(["to", "a", "with", "con", "against", "contra"])

ARTICLES = frozenset(["la", "el", "los", "las"])

OF = frozenset(["de", "del"])

TO_WHOM = frozenset(["quien", "quienes", "cuyo", "cuya", "cuyos", "cuyas"])

WHOSE = frozenset(["whose", "cuyo", "cuya", "cuyos", "cuyas"])

STATE = frozenset(("GOV", "IGO", "MIL", "COP"))
"""Sectors that act for a state or a body of states."""


@dataclass
class Mention:
    """Tokens `start:end` that name one actor. `kind`: actor, attr (a demonym on a thing), place, role (no country), pron, pair."""

    start: int
    end: int
    code: str | None
    sector: str
    kind: str
    row: str = ""
    person: bool = False
    plural: bool = False
    prep: str = ""
    prep_at: int = -1
    possessive: bool = False
    group: int = -1
    inferred: bool = False
    weak: bool = False

    @property
    def actor(self) -> str | None:
        """`ISO3 SECTOR`, or None where the country is unknown."""
        return f"{self.code} {self.sector}" if self.code else None


@dataclass
class Context:
    """What earlier sentences of the document established."""

    date: dt.date | None = None
    people: dict[str, tuple[str, str]] = field(default_factory=dict)
    dyad: list[str] = field(default_factory=list)
    partners: dict[str, Counter[str]] = field(default_factory=dict)
    fresh: list[tuple[str, str]] = field(default_factory=list)
    subject: tuple[str, str] | None = None
    home: str | None = None

    def settle(self) -> None:
        """Count the dealings of the last sentence among those of the document; they do not explain their own sentence."""
        for one, other in self.fresh:
            self.partners.setdefault(one, Counter())[other] += 1
        self.fresh.clear()
