"""What stands around a verb: acts that end, wishes and statements, conditions."""

from __future__ import annotations

from cumbre.read.clauses import Shape, Verb
from cumbre.read.morphology import PAST, PRES
from cumbre.read.tokens import Token
from cumbre.read.trigger import Trigger
from cumbre.read.wordlists import words

__all__ = ["ENDED", "below", "conditional", "ended", "no_longer", "refused", "together", "wished"]

ENDED = {
    "AID": "SANCTION", "COOPERATE": "SANCTION", "CONCEDE": "SANCTION", "CONSULT": "SANCTION", "SUPPORT": "SANCTION", "AGREE": "SANCTION",
    "ASSAULT": "RETREAT", "COERCE": "RETREAT", "MOBILIZE": "RETREAT", "PROTEST": "CONCEDE", "SANCTION": "CONCEDE",
}  # fmt: skip

_STOP = words("stop")


def no_longer(v: Verb, tokens: list[Token]) -> bool:
    """ "ya no transfiere armas", "will no longer supply weapons": what was done so far ends."""
    low = [t.low for t in tokens[max(0, v.start - 1) : v.at + 1]]
    return ("ya" in low and "no" in low) or "longer" in low


def below(v: Verb, shape: Shape) -> Verb | None:
    """The verb of the clause that a verb of saying opens."""
    return next((o for o in shape.verbs if o.at > v.at and (o.finite or o.modal)), None)


def wished(below: Verb, tokens: list[Token], lang: str) -> bool:
    """ "insisted that Iran stop", "insistió en que se retire": a wish stands in the subjunctive, a statement does not."""
    if lang == "es":
        return bool(below.flags & 128) and not below.flags & (PAST | PRES)
    low = {t.low for t in tokens[below.start : below.at + 1]}
    if low & {"should", "must", "needs", "need"}:
        return True
    return bool(below.flags & 16) and below.start == below.at and not low & {"have", "do", "are"}


def together(v: Verb, tokens: list[Token]) -> bool:
    """ "se encontró con X", "se encontraron ayer": a meeting; "se encontraba de visita" is a place."""
    near = [t.low for t in tokens[v.at + 1 : v.at + 6]]
    if "con" in near:
        return True
    return tokens[v.at].low.endswith("aron") and not (near and near[0] in ("de", "muertos", "a"))


def conditional(v: Verb, tokens: list[Token]) -> bool:
    """ "will reopen if", "solo autorizará ... si"."""
    return any(t.low in ("if", "si", "unless", "until", "provided") for t in tokens[v.at : v.at + 14])


def ended(v: Verb, tokens: list[Token], shape: Shape) -> Verb | None:
    """The verb that ends an act: "stopped issuing visas", "dejó de expedir visados"."""
    last = next((o for o in reversed(shape.verbs) if o.at < v.start), None)
    if last is None or not any(lemma in _STOP for lemma, _ in last.lemmas):
        return None
    gap = [t.low for t in tokens[last.at + 1 : v.start]]
    return last if (not gap and v.gerund) or (gap == ["de"] and v.infinitive) else None


def refused(trigger: Trigger, shape: Shape, tokens: list[Token]) -> Verb | None:
    """What a noun of refusal turns down: "el rechazo de Marruecos a renovar el acuerdo"."""
    for v in shape.verbs:
        if trigger.end <= v.start <= trigger.end + 9 and v.infinitive and tokens[v.start - 1].low == "a":
            return v
        if v.at >= trigger.end and v.finite:
            return None
    return None
