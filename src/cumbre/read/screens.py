"""What looks like an event and is none: loose verbs without an actor near them, games, fights against inflation."""

from __future__ import annotations

import re

from cumbre.read.mention import DETERMINERS, Mention
from cumbre.read.tokens import Token
from cumbre.read.trigger import Trigger
from cumbre.read.wordlists import words

__all__ = ["abstract", "far", "game", "idle", "sued", "unreal"]

# Verbs that make an event only with an actor right behind them: "hit a low" is none.
_NEEDS_OBJECT = words("needs_object")
_MAY_LACK = words("may_lack")
_STRICT = words("strict")
_ABSTRACT = words("abstract")
_UNREAL = re.compile(
    r"(?:best|worst)[ -]case|possible that|hypothetical|en el (?:mejor|peor) de los casos|es posible que|hipotétic|"
    r"centuries ago|hace \w+ siglos|\d\dth century|siglo x[ivx]+\b",
)
_GAME = re.compile(
    r"\b(?:world cup|copa del mundo|copa américa|copa libertadores|mundial de|champions league|europa league|premier league|la liga|"
    r"semi-?finals?|quarter-?finals?|semifinal(?:es)?|cuartos de final|octavos de final|goal(?:s|less)|goles?|golead[ao]r?|strikers?|"
    r"goalkeeper|delantero|portero|guardameta|midfielder|penalt(?:y|ies)|penaltis?|entrenador|coached|eurovision|eurovisión|"
    r"olympic (?:games|medal|final|gold|champion)|juegos olímpicos|medalla de|gold medal|tie-?break|set point|davis cup|copa davis|"
    r"(?:two|three|four|five|one)-(?:nil|one|two|three)|grand slam|playoffs?|innings|wickets?|cricketers?|rugby|scrum|derby|clásico|"
    r"cup of nations|stock market|into the final|player|jugadora?(?:es)?|football|soccer|fútbol|chess|"
    r"ajedrecista|tabla de posiciones|the peso|el peso|stock exchange|bolsa de valores|"
    r"african cup|copa de áfrica|copa de asia|asian cup|eurocopa|euro 20\d\d|nations league|copa davis|"
    r"(?:beat|defeated|venció|ganó|derrotó|goleó|empató)[^.]{0,40}\b\d-\d\b|\b\d-\d\b (?:win|victory|draw|defeat)|"
    r"box office|taquilla|novela|novel|película|screenplay|videogame|video game|videojuego)\b",
)
_SERIOUS = frozenset(["SANCTION", "PROTEST", "COERCE"])


def unreal(text: str) -> bool:
    """Questions, and scenarios that say so.

    >>> unreal("In the worst case, Peru will invade."), unreal("Peru invaded.")
    (True, False)
    """
    return text.rstrip("\"'”»)").endswith("?") or _UNREAL.search(text.lower()) is not None


def game(text: str, kind: str) -> bool:
    """A beaten team or a plot is no attack; who is barred from a cup is still punished.

    >>> game("Chile beat Bolivia two-nil.", "ASSAULT"), game("Chile beat protesters.", "ASSAULT")
    (True, False)
    """
    return kind not in _SERIOUS and _GAME.search(text.lower()) is not None


_NATURE = words("nature")


def abstract(trigger: Trigger, tokens: list[Token]) -> bool:
    """Force against a thing that cannot be hurt: "attacked inflation", "la lucha contra la pobreza"."""
    if trigger.type not in ("ASSAULT", "SANCTION", "REJECT") or trigger.obj >= 0:
        return False
    if trigger.type == "ASSAULT" and {t.low for t in tokens[max(0, trigger.start - 4) : trigger.start]} & _NATURE:
        return True  # "heavy rain hit the north of Peru"
    if trigger.type == "ASSAULT" and trigger.verb is not None and trigger.verb.passive and _by_circumstance(trigger, tokens):
        return True
    j = trigger.end if trigger.words or trigger.nominal else trigger.at + 1
    steps = 0
    while j < len(tokens) and steps < 4:
        low = tokens[j].low
        if low in _ABSTRACT:
            return True
        if low not in DETERMINERS and low not in ("against", "contra", "on", "a", "al", "rising", "high", "creciente"):
            steps += 2
        j += 1
        steps += 1
    return False


def _by_circumstance(trigger: Trigger, tokens: list[Token]) -> bool:
    """ "whose economy has been hit by fuel shortages": a plight and no one behind it."""
    assert trigger.verb is not None
    near = {t.low for t in tokens[trigger.at + 1 : trigger.at + 7]}
    before = {t.low for t in tokens[max(0, trigger.verb.start - 4) : trigger.verb.start]}
    return tokens[min(trigger.at + 1, len(tokens) - 1)].low in ("by", "por") and bool(near & _PLIGHTS or before & _ECONOMY)


_PLIGHTS = words("plights")
_ECONOMY = words("economy")


def far(trigger: Trigger, source: Mention | None, target: Mention | None) -> bool:
    """A loose verb without an actor close behind it."""
    v = trigger.verb
    if v is None or trigger.words or trigger.obj >= 0 or v.passive or not any(lemma in _NEEDS_OBJECT for lemma, _ in v.lemmas):
        return False
    if trigger.type == "REJECT" and v.negated and source is not None and (target is None or target.start > trigger.at):
        return False  # "will not recognise the assembly"
    if source is None and target is None:
        return True
    if target is None and any(lemma in _STRICT for lemma, _ in v.lemmas):
        return True
    if target is None:
        return not (source is not None and (source.kind == "pair" or (trigger.rule.id in _MAY_LACK and source.code is not None)))
    if target.start < trigger.at:
        return not (
            trigger.rule.kind in ("mutual", "carrier_mutual") and source is not None and source.group == target.group
        ) and (trigger.rule.id not in _MAY_LACK)
    if target.start - trigger.at > 2 and any(lemma == "let" for lemma, _ in v.lemmas):
        return True
    if target.start - trigger.at > 4 and any(lemma in ("defend", "defender") for lemma, _ in v.lemmas):
        return True
    return target.start - trigger.at > 9 and trigger.rule.id not in _MAY_LACK


_VALUES = words("values")


def idle(trigger: Trigger, source: Mention | None, target: Mention | None, tokens: list[Token]) -> bool:
    """What only looks like an act: a war genocide "committed", a threat to sovereignty, maize that usually sells, what "sank the lira"."""
    assert trigger.verb is not None
    lemmas = {lemma for lemma, _ in trigger.verb.lemmas}
    near = [t.low for t in tokens[trigger.at + 1 : trigger.at + 5]]
    start = trigger.verb.start
    if (
        lemmas & {"commit", "cometer"}
        and trigger.rule.id == "agree.agree"
        and not trigger.words
        and not {"to", "itself"} & set(near[:3])
    ):
        return True
    if lemmas & {"threaten", "amenazar", "menace"} and not trigger.words and set(near[:3]) & _VALUES:
        return True
    if lemmas & {"llevar"} and set(near) & {"años", "meses", "días", "semanas", "año", "mes"}:
        return True
    if lemmas & {"clash", "chocar"} and {t.low for t in tokens[trigger.at : trigger.at + 9]} & {
        "counterpart",
        "homólogo",
        "council",
        "consejo",
    }:
        return True  # envoys who quarrel
    if trigger.rule.id == "cooperate.resume" and source is not None and source.kind == "attr":
        return True
    if start > 2 and [t.low for t in tokens[start - 3 : start]] == [",", "lo", "que"]:
        return True  # a clause is the subject
    lost = source is None and target is not None and target.end <= trigger.start and trigger.rule.kind != "suffer"
    return lost and trigger.type in ("SUPPORT", "AID", "COOPERATE")


def sued(trigger: Trigger, target: Mention | None, tokens: list[Token]) -> bool:
    """ "demandó a Bogotá ante la Corte": brought a suit and asked for nothing."""
    if trigger.rule.id != "request.ask" or trigger.verb is None or target is None or target.prep != "a":
        return False
    if not any(lemma == "demandar" for lemma, _ in trigger.verb.lemmas) or target.prep_at != trigger.at + 1:
        return False
    return target.end >= len(tokens) or tokens[target.end].low in ("ante", "en", "por")
