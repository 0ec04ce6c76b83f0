"""Sides that an act can have: nobody sanctions his own province, and who wants soldiers to leave asks their government."""

from __future__ import annotations

from dataclasses import replace

from cumbre.read.completing import only_other
from cumbre.read.mention import DETERMINERS, Mention
from cumbre.read.subjects import Subjects
from cumbre.read.tokens import Token
from cumbre.read.trigger import Trigger
from cumbre.read.wordlists import words

__all__ = ["plausible"]

_ABROAD = frozenset(["SANCTION", "THREATEN", "MOBILIZE", "REJECT", "AGREE"])
_SAID = frozenset(["THREATEN", "ACCUSE", "REQUEST", "SANCTION", "AGREE", "SUPPORT", "CONCEDE"])
_FIRED = words("fired")
_HANDING = frozenset(["extradite", "extraditar", "deliver", "hand"])
_EMBASSIES = words("embassies")
_OVER = frozenset(["over", "against", "por", "contra"])
_HOME_SECTORS = frozenset(["GOV", "CVL", "PTY", "OPP", "LEG", "JUD", "COP", "BUS", "MIL", "REB"])
_WITHIN = frozenset(["REJECT", "REQUEST", "ACCUSE", "PROTEST", "SUPPORT", "CONSULT", "AGREE", "CONCEDE", "THREATEN"])
_STRANGERS = words("things") | words("strangers")
_DOMESTIC = frozenset(["ASSAULT", "COERCE", "PROTEST"])
_FROM = frozenset(["from", "desde"])
_STATE_NOUNS = words("state_nouns")


def plausible(
    trigger: Trigger, kind: str, source: Mention | None, target: Mention | None, tokens: list[Token], sides: Subjects
) -> tuple[Mention | None, Mention | None]:
    """The sides of an event, with those put right that the kind of act rules out."""
    mentions = sides.mentions
    if source is None or source.code is None:
        source = _among(trigger, sides) or source
    if (
        kind in _DOMESTIC
        and source is not None
        and target is not None
        and source.kind == target.kind == "role"
        and not (source.code or target.code)
    ):
        codes = {m.code for m in mentions if m.code and m.sector != "IGO"}
        if len(codes) == 1:
            home = codes.pop()  # one country is named: its police and its demonstrators
            source, target = replace(source, code=home, inferred=True), replace(target, code=home, inferred=True)
    if target is not None and target.kind == "role" and target.code is None and source is not None and source.code is not None:
        codes = {m.code for m in mentions if m.code and m.sector != "IGO"}
        domestic = source.sector in _HOME_SECTORS and codes == {source.code} and not _foreign(target, tokens)
        if domestic and (kind in _WITHIN or (kind == "COERCE" and source.sector in ("COP", "JUD"))):
            target = replace(target, code=source.code, inferred=True)  # unions that turn down the employers' offer
    if kind in ("SANCTION", "ACCUSE") and target is not None and trigger.verb is not None and trigger.verb.passive:
        source = _host(source, target, tokens, mentions)
    if kind == "ASSAULT" and source is None:
        source = _launcher(trigger, tokens, mentions, target)
        if source is not None and (target is None or target.code == source.code):
            target = only_other(source, mentions) or _struck(trigger, source, mentions)
    if kind == "COOPERATE" and trigger.verb is not None and any(lemma in _HANDING for lemma, _ in trigger.verb.lemmas):
        goal = next(
            (
                m
                for m in mentions
                if m.start > trigger.at and m.prep in ("to", "a") and m.sector == "GOV" and m.prep_at > trigger.at
            ),
            None,
        )
        if goal is not None and source is not None and goal.code not in (None, source.code):
            target = goal  # "extradited the man to the United States"
    if kind == "REJECT" and source is not None and (target is None or target.code == source.code):
        target = _proposer(trigger, source, sides) or target
    if kind == "PROTEST" and source is not None:
        mission = next(
            (
                m
                for m in mentions
                if any(t.low in _EMBASSIES for t in tokens[m.start : m.end]) and m.code not in (None, source.code)
            ),
            None,
        )
        target = mission or target
    if kind == "PROTEST" and target is not None and source is not None and target.code == source.code:
        over = next((m for m in mentions if m.start > trigger.at and m.prep in _OVER and m.code not in (None, source.code)), None)
        target = over or target  # "blocked the bridge over Noboa's levy"
    if (
        kind == "REJECT"
        and target is not None
        and target.sector in ("REB", "CRM")
        and source is not None
        and source.sector == "GOV"
    ) and (
        tokens[min(trigger.at + 1, len(tokens) - 1)].low.endswith("ing")
        or tokens[trigger.end - 1].low
        in (
            "that",
            "que",
            "haber",
            "having",
        )
    ):
        target = only_other(source, [m for m in mentions if m is not target])  # "denies arming the rebels"
    if source is not None and target is not None and source.code is not None and source.code == target.code:
        if kind in _ABROAD and source.sector in ("GOV", "IGO") and target.kind == "place":
            target = only_other(source, mentions)
        elif kind == "PROTEST" and source.sector in ("CVL", "PTY", "OPP", "BUS") and target.sector in ("CVL", "BUS"):
            target = replace(target, sector="GOV", kind="actor", inferred=True)
    if (
        source is not None
        and target is not None
        and source.code is not None
        and source.code == target.code
        and kind in _ABROAD
        and source.sector == target.sector == "GOV"
        and target.kind in ("actor", "attr")
    ):
        target = only_other(source, mentions) or target
    named = _state_noun(trigger, source, target, tokens, mentions)
    if named is not None and kind not in ("ASSAULT", "COERCE", "PROTEST", "MOBILIZE"):
        target = named
    if (
        kind == "MOBILIZE"
        and target is not None
        and source is not None
        and target.sector == "MIL"
        and target.code != source.code
        and target.kind == "role"
    ):
        target = replace(target, sector="GOV")  # "ordered troops into Donetsk"
    if target is not None and target.sector in ("MIL", "COP") and not target.person and kind in _SAID:
        state = next(
            (m for m in mentions if m.code == target.code and m.sector == "GOV" and m.kind == "actor" and m is not source), None
        )
        if kind == "REQUEST" and (target.prep in ("of", "de", "del") or not target.prep):
            target = replace(target, sector="GOV") if _leaving(trigger, target, tokens) else target
        elif state is not None and target.start < trigger.at:
            target = state
    if kind == "RETREAT" and target is not None and target.kind == "place":
        target = replace(target, sector="GOV")
    if kind == "ACCUSE" and source is not None and target is not None and _victim_of(target, tokens):
        others = {m.code for m in mentions if m.kind in ("actor", "attr")} - {None, source.code, target.code}
        if len(others) == 1:
            target = replace(
                target, code=others.pop(), sector="GOV", kind="actor", inferred=True
            )  # "Chile condemned Israel's ... of Gaza"
        elif target.sector in ("OPP", "CVL", "MED", "NGO", "LEG", "PTY") and target.code not in (None, source.code):
            target = replace(target, sector="GOV", kind="actor", inferred=True)
    if (
        target is not None
        and source is not None
        and target.code not in (None, source.code)
        and source.sector in ("GOV", "IGO")
        and target.sector in ("MIL", "COP")
        and not target.person
        and kind in _STATECRAFT
    ):
        target = replace(target, sector="GOV")  # "recalled its attaché": states deal with states
    if (
        kind == "COERCE"
        and target is not None
        and target.kind == "attr"
        and trigger.rule.id in _TAKEN
        and _someone(target, tokens)
    ):
        target = replace(target, sector="CVL")  # "fined a Croatian skipper"
    return source, target


def _host(source: Mention | None, target: Mention, tokens: list[Token], mentions: list[Mention]) -> Mention | None:
    """ "South Africa's ambassador to Washington was expelled": the country where the envoy serves; nobody summons its own envoy."""
    if tokens[target.end - 1].low not in _ENVOYS or (source is not None and source.code != target.code):
        return source
    seat = next((m for m in mentions if 0 < m.start - target.end <= 2 and m.prep in ("to", "in", "ante", "en")), None)
    if seat is not None and seat.code not in (None, target.code):
        return replace(seat, sector="GOV", kind="actor", inferred=True)
    return only_other(target, mentions)


_ENVOYS = frozenset(["ambassador", "envoy", "consul", "embajador", "embajadora", "cónsul"])


def _victim_of(m: Mention, tokens: list[Token]) -> bool:
    """ "condemned the killing of ...": who stands behind the noun has suffered the deed."""
    return m.prep in ("of", "de", "del") and m.prep_at > 0 and tokens[m.prep_at - 1].low in _DEEDS


_DEEDS = words("suffered_deeds")


def _someone(m: Mention, tokens: list[Token]) -> bool:
    """A demonym beside one or more persons whom no table knows."""
    word = tokens[m.end].low if m.end < len(tokens) else ""
    spanish = (
        m.start > 0
        and tokens[m.start - 1].text[:1].islower()
        and tokens[m.start - 1].low.endswith(("ero", "or", "ista", "nte", "ario", "ado"))
    )
    return word.endswith(("er", "or", "ist", "man", "woman", "ian", "ant")) or spanish


_STATECRAFT = frozenset(["SANCTION", "THREATEN", "AGREE", "REJECT"])
_TAKEN = frozenset(["coerce.arrest", "coerce.seize", "sanction.convict", "coerce.deport"])


def _proposer(trigger: Trigger, source: Mention, sides: Subjects) -> Mention | None:
    """ "rechazó la tregua que proponen Estados Unidos y sus socios": whose the thing is that one turns down."""
    tokens = sides.tokens
    for v in sides.shape.verbs:
        if trigger.end < v.at <= trigger.end + 6 and v.finite and tokens[v.start - 1].low in ("que", "that", "which"):
            after = next((m for m in sides.mentions if 0 < m.start - v.at <= 3 and not m.prep), None)
            return after if after is not None and after.code not in (None, source.code) else None
    return None


def _among(trigger: Trigger, sides: Subjects) -> Mention | None:
    """ "Cuatro países, entre ellos Brasil y Bolivia, reclamaron": the first of those who are named stands for all."""
    v = trigger.verb
    if v is None or v.passive or not v.finite:
        return None
    low = [t.low for t in sides.tokens]
    for m in sides.mentions:
        if m.end <= v.start and m.code is not None and m.kind == "actor" and v.start - m.end < 8:
            head = low[max(0, m.start - 3) : m.start]
            if (
                head[-2:] in (["among", "them"], ["such", "as"], ["entre", "ellos"], ["entre", "ellas"])
                or head[-1:] == ["including"]
                or head[-2:] == ["incluidos", "los"]
                or head[-1:] in (["incluidos"], ["incluida"], ["incluido"], ["incluidas"])
            ):
                return m
    return None


def _foreign(m: Mention, tokens: list[Token]) -> bool:
    return bool({t.low for t in tokens[m.start : m.end]} & _STRANGERS) or (
        m.start > 0 and tokens[m.start - 1].low in ("foreign", "international")
    )


def _leaving(trigger: Trigger, target: Mention, tokens: list[Token]) -> bool:
    """ "pidió la salida de las tropas ruandesas", "demanded that Turkish forces withdraw": their government is asked."""
    near = {t.low for t in tokens[trigger.at : target.end + 3]}
    return bool(near & _GOING)


_GOING = words("going")


def _struck(trigger: Trigger, source: Mention, mentions: list[Mention]) -> Mention | None:
    """ "hit a school in Sderot": the place that is hit stands for its country."""
    where = next((m for m in mentions if m.start > trigger.at and m.kind == "place" and m.code not in (None, source.code)), None)
    return replace(where, sector="GOV", kind="actor", inferred=True) if where is not None else None


def _launcher(trigger: Trigger, tokens: list[Token], mentions: list[Mention], target: Mention | None) -> Mention | None:
    """ "Rockets fired from Gaza hit Sderot": where the fire comes from."""
    for m in mentions:
        if (
            m.prep in _FROM
            and m.code is not None
            and m is not target
            and abs(m.start - trigger.at) < 14
            and {t.low for t in tokens[max(0, m.start - 9) : m.start]} & _FIRED
        ):
            return replace(m, kind="actor", sector="GOV" if m.kind == "place" else m.sector, inferred=True)
    return None


def _state_noun(
    trigger: Trigger, source: Mention | None, target: Mention | None, tokens: list[Token], mentions: list[Mention]
) -> Mention | None:
    """ "threatened the Central American nation with tariffs": the other state of the sentence by what it is."""
    if source is None or source.code is None or trigger.verb is None:
        return None
    for j in range(trigger.at + 1, min(len(tokens), trigger.at + 7)):
        if tokens[j].low in _STATE_NOUNS and any(t.low in DETERMINERS for t in tokens[trigger.at + 1 : j]):
            if target is not None and target.code not in (None, source.code) and trigger.at < target.start <= j:
                return None
            own = {m.code for m in mentions if m.group == source.group}
            before = [m for m in mentions if m.code not in own and m.code and m.kind in ("actor", "attr") and m.end <= trigger.at]
            after = only_other(source, mentions)
            return replace(before[-1], sector="GOV", kind="actor", inferred=True) if before else after
        if tokens[j].text in (",", ";"):
            return None
    return None
