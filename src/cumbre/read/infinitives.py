"""Infinitives that were carried out: behind "after", under verbs that cause, beside what was used for them."""

from __future__ import annotations

from cumbre.read.clauses import Shape, Verb
from cumbre.read.imagining import obliged
from cumbre.read.tokens import Token
from cumbre.read.trigger import CAUSATIVES, Trigger
from cumbre.read.wordlists import words

__all__ = ["COMING", "infinitive"]

REAL_GOVERNORS = words("real_governors")
COMING = {
    "COOPERATE": "AGREE", "AID": "AGREE", "SUPPORT": "AGREE", "CONSULT": "AGREE", "AGREE": "AGREE", "CONCEDE": "CONCEDE",
    "RETREAT": "CONCEDE",
    "SANCTION": "SANCTION", "MOBILIZE": "MOBILIZE", "COERCE": "THREATEN", "ASSAULT": "THREATEN", "REJECT": "REJECT", "REQUEST": "REQUEST",
    "THREATEN": "THREATEN", "ACCUSE": "THREATEN",
}  # fmt: skip
_MOTION = words("motion")
_CROWDS = words("crowds")
_ALLOWED = words("allowed")
_MEANS = words("means")


def _resolved(v: Verb, tokens: list[Token], shape: Shape) -> bool:
    """ "la decisión de Alemania de suspender la exportación": what has been decided is done."""
    if tokens[v.start - 1].low != "de":
        return False
    for j in range(v.start - 2, max(-1, v.start - 9), -1):
        if j in shape.by_token or tokens[j].text in (",", ";"):
            return False
        if tokens[j].low == "decisión":
            return j > 0 and tokens[j - 1].low in ("la", "su")
    return False


def _cause(v: Verb, shape: Shape) -> Verb | None:
    """The verb that makes another act: "prompted the ministry to recall its envoy"."""
    for o in reversed(shape.verbs):
        if o.at < v.start:
            real = (
                any(lemma in CAUSATIVES for lemma, _ in o.lemmas)
                and v.start - o.at < 9
                and not o.modal
                and not o.future
                and not o.negated
            )
            return o if real else None
    return None


def _ranked(v: Verb, tokens: list[Token]) -> bool:
    """ "became the first EU member to ban two ministers": what the first or latest has done."""
    low = [t.low for t in tokens[max(0, v.start - 6) : v.start]]
    return (
        tokens[v.start].low == "to"
        and bool({"first", "latest"} & set(low))
        and "the" in low
        and not {"be", "would", "will", "could"} & set(low)
    )


def infinitive(trigger: Trigger, v: Verb, tokens: list[Token], shape: Shape) -> str | None:
    """The type of an infinitive that was carried out, of one that is to come, None for what was only wanted."""
    before = tokens[v.start - 1].low if v.start else ""
    if before in ("and", "or", "y", "e", "o"):
        first = next((o for o in reversed(shape.verbs) if o.at < v.start and o.infinitive), None)
        if first is not None:
            return infinitive(trigger, first, tokens, shape)
    if before in ("tras", "al", "after") or (
        before == "de" and v.start > 1 and tokens[v.start - 2].low in ("después", "luego", "decisión", "antes")
    ):
        return trigger.type if tokens[v.start - 2].low != "antes" else None
    cause = _cause(v, shape)
    if cause is not None or _ranked(v, tokens):
        return trigger.type
    if v.infinitive and _resolved(v, tokens, shape):
        return trigger.type
    governor = next((o for o in reversed(shape.verbs) if o.at < v.start and v.start - o.at <= 4), None)
    if (
        governor is not None
        and any(lemma in REAL_GOVERNORS for lemma, _ in governor.lemmas)
        and not governor.modal
        and not governor.negated
    ):
        if governor.future:
            return COMING.get(trigger.rule.type)
        return trigger.type
    motion = next((o for o in reversed(shape.verbs) if o.at < v.start and o.finite), None)
    if (
        trigger.type in ("REQUEST", "ACCUSE")
        and motion is not None
        and any(lemma in _MOTION for lemma, _ in motion.lemmas)
        and not motion.modal
    ):
        return trigger.type
    if before in ("decision", "move", "decisión", "effort"):
        return trigger.type
    main = next((o for o in reversed(shape.verbs) if o.at < v.start and o.finite), None)
    if main is not None and not (main.modal or main.future or main.negated or main.latent) and v.start - main.at <= 14:
        if any(lemma in _MEANS for lemma, _ in main.lemmas) and not trigger.softened:
            return trigger.type
        if trigger.type == "PROTEST" and (before in ("para", "a") or tokens[v.start].low == "to"):
            return trigger.type
    if v.start > 1 and ((before in ("para", "de", "a") and tokens[v.start - 2].low in _ALLOWED) or before in _ALLOWED):
        return None  # "permission to visit"
    if trigger.type == "REQUEST" and any(t.low in _CROWDS for t in tokens[: v.start]) and tokens[v.start].low in ("to", "para"):
        return trigger.type  # "tens of thousands filled the square to call for his resignation"
    if trigger.type == "CONSULT" and obliged(v, tokens):
        return None  # "to force it to negotiate", "is under no obligation to talk"
    if trigger.type == "CONSULT" and main is not None and main.future and v.start - main.at <= 14:
        return COMING["CONSULT"]
    if (trigger.type == "CONSULT" and trigger.rule.id != "consult.mediate") or trigger.rule.id == "support.sign":
        return trigger.type
    return None
