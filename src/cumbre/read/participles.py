"""What English forms in -ed are, and verbs that nobody does: told by what stands around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cumbre.read.mention import DETERMINERS, PREPOSITIONS, Mention
from cumbre.read.morphology import PAST, PP
from cumbre.read.tokens import Token
from cumbre.read.wordlists import words

if TYPE_CHECKING:
    from cumbre.read.clauses import Shape, Verb

__all__ = ["held_back", "joined_infinitive", "joined_passive", "maybe_reduced", "nobody", "nothing", "second_past"]

RELATIVES = words("relatives")
SUBORDINATORS = words("subordinators")
_NOBODY = words("nobody")
_CLAUSE_OPENERS = frozenset([",", ";", ":", "but", "pero", "and", "aunque", "although", "though", "that", "que", "“", "«", '"'])
_THINGS = words("things")
_RESTING = words("resting")
_SAYING = words("saying")
_OPENERS = words("openers")


def maybe_reduced(tokens: list[Token], v: Verb) -> None:
    """English -ed without auxiliary: "sanctions imposed by X" is a participle, "X imposed sanctions" is not."""
    after = tokens[v.at + 1].low if v.at + 1 < len(tokens) else ""
    before = tokens[v.start - 1] if v.start else None
    if before is None and after == "by":
        v.reduced = v.passive = True  # "Accused by Washington of dumping, China said"
        v.finite = False
        return
    if before is None or not (before.text[:1].isalpha() or (before.text == "," and after == "by")):
        return
    if after == "by" and v.at + 2 < len(tokens) and tokens[v.at + 2].low.endswith("ing"):
        return  # "retaliated by blocking exports"
    if after in ("of", "with") and any(lemma in ("accuse", "suspect", "convict", "charge") for lemma, _ in v.lemmas):
        v.reduced = v.passive = True  # "two people suspected of spying"
        v.finite = False
        return
    if after == "by" and before.low not in ("and", "who", "which", "that", "he", "she", "it", "they"):
        v.reduced = v.passive = True
        v.finite = False


def joined_passive(tokens: list[Token], v: Verb, last: Verb) -> None:
    """ "was welcomed by A and criticised by B": one auxiliary serves both."""
    after = tokens[v.at + 1].low if v.at + 1 < len(tokens) else ""
    plain = v.finite and v.start == v.at and v.flags & PP and last.passive and after == "by"
    if plain and tokens[v.start - 1].low in ("and", "but", "or") and tokens[last.at + 1].low == "by":
        v.passive = True
        if last.reduced and not last.finite:
            v.reduced, v.finite = True, False  # "a policy defended by A and deplored by B"


def joined_infinitive(v: Verb, verbs: list[Verb]) -> None:
    """ "to bar the man and exclude his list": the second bare form is an infinitive too."""
    last = verbs[-1] if verbs else None
    if last is not None and last.infinitive:
        v.infinitive, v.finite = True, False


def second_past(tokens: list[Token], v: Verb, verbs: list[Verb], mentions: list[Mention]) -> None:
    """A clause has one finite verb: a second -ed without a conjunction before it is a participle ("a ship linked to X")."""
    last = next((o for o in reversed(verbs) if o.finite), None)
    if last is None or any(lemma in _SAYING for lemma, _ in last.lemmas):
        return
    gap = tokens[last.at + 1 : v.start]
    if any(t.low in _OPENERS or t.low in RELATIVES or t.low in SUBORDINATORS for t in gap):
        return
    if any(m.end == v.start and not m.prep and not (m.kind == "role" and tokens[m.end - 1].low in _THINGS) for m in mentions):
        return
    if not gap or not gap[-1].text[:1].isalpha():
        return
    v.finite, v.reduced, v.passive = False, True, True


def held_back(out: Shape, tokens: list[Token]) -> None:
    """ "soldiers stationed in the Maldives left": a participle and its phrase stand before the verb of the clause."""
    for k, v in enumerate(out.verbs[:-1]):
        nxt = out.verbs[k + 1]
        if (
            not (v.finite and v.flags & PP and v.flags & PAST and v.start == v.at and v.start)
            or tokens[v.at + 1].low not in PREPOSITIONS
            or tokens[v.at + 1].low == "a"
        ):
            continue
        after = tokens[nxt.at + 1] if nxt.at + 1 < len(tokens) else None
        takes = nxt.flags & PAST and after is not None and (after.low in DETERMINERS or after.text[:1].isdigit())
        resting = any(lemma in _RESTING for lemma, _ in v.lemmas)
        if not (resting or (takes and nxt.reduced)) or not (nxt.finite or nxt.reduced):
            continue  # a participle takes no object: "rockets fired from Gaza hit a school"
        gap = tokens[v.at + 1 : nxt.start]
        if any(t.low in _OPENERS or t.low in RELATIVES or t.low in SUBORDINATORS for t in gap):
            continue
        v.finite, v.reduced, v.passive = False, True, True
        if nxt.flags & PAST and nxt.reduced:
            nxt.finite, nxt.reduced, nxt.passive = True, False, False


def nobody(out: Shape, tokens: list[Token], lang: str) -> None:
    """ "Neither Lima nor Quito has confirmed", "ninguno de los dos firmó": nobody did what the verb says."""
    for i, token in enumerate(tokens):
        if (token.low in _NOBODY or (token.low == "no" and lang == "en")) and (not i or tokens[i - 1].low in _CLAUSE_OPENERS):
            v = next((o for o in out.verbs if o.at > i and o.finite), None)
            if v is not None and not any(t.low in _CLAUSE_OPENERS or t.low in SUBORDINATORS for t in tokens[i + 1 : v.start]):
                for o in out.verbs:
                    o.negated = o.negated or o.start == v.start


def nothing(tokens: list[Token], i: int, entry: tuple[tuple[str, int], ...]) -> bool:
    """ "summoned neither ambassador", "imposed no sanctions": the object is denied, and so is the act."""
    counted = tokens[i].low in ("fewer", "less", "longer", "more", "later", "doubt", "one", "to")
    return not counted and not any(lemma in _SAYING or lemma in ("see", "be", "have", "say") for lemma, _ in entry)
