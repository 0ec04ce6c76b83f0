"""What a trigger is, and the verbs that carry, cause or report what other words name."""

from __future__ import annotations

from dataclasses import dataclass

from cumbre.read.clauses import Verb
from cumbre.read.lexicon import Rule
from cumbre.read.mention import Mention
from cumbre.read.wordlists import words

__all__ = ["AGENT_NOUNS", "CAUSATIVES", "LIGHT", "PATIENT_TYPES", "REPORTING", "SPEAKING", "WARNING", "Trigger"]

REPORTING = words("reporting")

SPEAKING = REPORTING | frozenset(
    ["respond", "answer", "reply", "write", "tweet", "responder", "contestar", "escribir", "replicar", "agregar", "añadir"]
)

LIGHT = words("light")

PATIENT_TYPES = frozenset(("RETREAT", "COERCE", "ASSAULT"))

AGENT_NOUNS = words("agent_nouns")

CAUSATIVES = words("causatives")


WARNING = frozenset(["warn", "caution", "advertir", "alertar"])


@dataclass
class Trigger:
    """A matched rule: tokens `start:end` hold its words; `obj` is the token of the object noun, -1 if none."""

    rule: Rule
    type: str
    start: int
    end: int
    at: int
    verb: Verb | None
    obj: int = -1
    nominal: bool = False
    light: Verb | None = None
    order: Verb | None = None
    words: int = 0
    softened: bool = False
    aimed: Mention | None = None
    charge: int = -1
