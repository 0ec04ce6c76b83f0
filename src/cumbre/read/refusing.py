"""What a speaker denies of himself, and what a state says it will not do."""

from __future__ import annotations

from cumbre.read.clauses import Shape, Verb
from cumbre.read.lexicon import Rule
from cumbre.read.tokens import Token
from cumbre.read.trigger import REPORTING, SPEAKING, Trigger
from cumbre.read.wordlists import words

__all__ = ["denials", "refusals", "reported"]

_DENIAL_RULE = Rule("reject.denial", "REJECT", "", "carrier_say", frozenset(), frozenset(("with", "con")))
_REFUSAL_RULE = Rule("reject.refusal", "REJECT", "", "do", frozenset(), frozenset(("with", "con", "to", "a")))
_HAPPENING = words("happening")
_SAYS = words("says")
_SELF = words("self")


def denials(tokens: list[Token], shape: Shape, used: set[int]) -> list[Trigger]:
    """ "said that he is not tied to the cartel": a speaker denies something of himself."""
    found = []
    for v in shape.verbs:
        if (
            not v.negated
            or not v.finite
            or v.modal
            or v.future
            or not any(lemma in ("be", "ser", "estar", "tener", "have") for lemma, _ in v.lemmas)
        ):
            continue
        said = next((o for o in reversed(shape.verbs) if o.at < v.start and o.finite), None)
        if (
            said is None
            or said.at in used
            or v.start - said.at > 4
            or not any(lemma in SPEAKING or lemma in _SAYS for lemma, _ in said.lemmas)
        ):
            continue
        between = {t.low for t in tokens[said.at + 1 : v.start]}
        if between <= _SELF:
            found.append(Trigger(_DENIAL_RULE, "REJECT", said.start, v.at + 1, said.at, said))
    return found


def refusals(tokens: list[Token], shape: Shape, used: set[int]) -> list[Trigger]:
    """ "Mexico will not pay for the wall": a state that says what it will not do."""
    found = []
    for v in shape.verbs:
        told = v.modal and tokens[v.start].low in ("would", "wouldn't") and reported(v, shape)
        plain = v.negated and ((v.future and not v.modal) or told) and v.finite and not v.passive and v.at not in used
        if plain and not any(lemma in _HAPPENING for lemma, _ in v.lemmas) and shape.hypothetical_from[v.at] < 0:
            found.append(Trigger(_REFUSAL_RULE, "REJECT", v.start, v.at + 1, v.at, v))
    return found


def reported(v: Verb, shape: Shape) -> bool:
    """Whether a verb of saying stands before a verb: "said it would not sign"."""
    return any(o.at < v.start and any(lemma in REPORTING for lemma, _ in o.lemmas) for o in shape.verbs)
