"""What a sentence names and nobody has done: forecasts, rumours, meetings to come, attacks that would have consequences."""

from __future__ import annotations

from cumbre.read.clauses import Shape, Verb
from cumbre.read.tokens import Token
from cumbre.read.trigger import WARNING, Trigger
from cumbre.read.wordlists import words

__all__ = ["forecast", "imagined", "left_so", "obliged", "rumoured", "upcoming"]

_RUMOURS = words("rumours")
_OPENING = frozenset(["that", "que", ",", ";", "after", "when", "cuando", "but", "pero", "because", "porque"])
_AHEAD = (
    "ahead of",
    "before the",
    "before a",
    "prior to",
    "antes de la",
    "antes del",
    "de cara a",
    "en vísperas de",
    "on the eve of",
    "víspera de",
)
_OBLIGING = (
    "oblig",
    "force",
    "forz",
    "compel",
    "order",
    "reluct",
    "refus",
    "neg",
    "unwilling",
    "willing",
    "dispuest",
    "ready",
    "duty",
)


def rumoured(v: Verb, kind: str, tokens: list[Token], shape: Shape) -> bool:
    """ "over claims that London had funded the campaign": what is only rumoured."""
    for j in range(v.start - 1, max(1, v.start - 9), -1):
        if tokens[j].low in ("that", "que") and (tokens[j - 1].low in _RUMOURS or tokens[j - 2].low in _RUMOURS):
            return True
        if tokens[j].text in (",", ";") or (j in shape.by_token and shape.by_token[j].finite):
            return False
    return False


def forecast(v: Verb, tokens: list[Token]) -> bool:
    """ "the mission could run out of money, the UN warned": what might come of things, told before the verb."""
    last = v.at + 2 >= len(tokens) or tokens[v.at + 1].text in (".", "”", '"')
    return (
        last
        and any(lemma in WARNING for lemma, _ in v.lemmas)
        and any(t.low in ("could", "may", "might", "risks") for t in tokens[: v.start])
    )


def imagined(trigger: Trigger, shape: Shape) -> bool:
    """ "Any attack on Taiwan would ...", "una invasión tendría": the subject of a conditional has not happened."""
    last = max((k for k in range(trigger.start) if shape.tokens[k].low in _OPENING), default=-1)
    if any(o.finite and last < o.at < trigger.start for o in shape.verbs):
        return False
    after = next((o for o in shape.verbs if o.at >= trigger.end and (o.finite or o.modal)), None)
    stop = after.start if after is not None else len(shape.tokens)
    if any(t.low in ("would", "could", "might") for t in shape.tokens[trigger.end : min(stop, trigger.end + 12)]):
        return True
    low = {t.low for t in shape.tokens[after.start : after.at + 1]} if after is not None else set()
    return after is not None and after.modal and not low & {"may", "must", "can", "should"}


def left_so(v: Verb, tokens: list[Token]) -> bool:
    """What an act leaves behind: figures, people, "without", "dead"."""
    near = {t.low for t in tokens[v.at + 1 : v.at + 9]}
    return v.gerund or bool(near & {"without", "dead", "homeless", "injured", "wounded", "stranded", "open"})


def upcoming(trigger: Trigger, tokens: list[Token]) -> bool:
    """ "ahead of the summit", "a diez días de la cumbre": what has not been held yet."""
    low = [t.low for t in tokens[max(0, trigger.start - 6) : trigger.start]]
    text = " ".join(low)
    return any(w in text for w in _AHEAD) or (
        "a" in low and text.endswith(("días de la", "días del", "semanas de la", "horas de la", "horas del"))
    )


def obliged(v: Verb, tokens: list[Token]) -> bool:
    """Whether talks are forced, ordered or refused and not held: "to force it to negotiate"."""
    before = tokens[max(0, v.start - 4) : v.start]
    return any(t.low.startswith(_OBLIGING) for t in before)
