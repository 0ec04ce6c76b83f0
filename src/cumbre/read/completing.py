"""Sides that a clause lacks and its sentence holds: where something happened, who died, whom the same side dealt with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from cumbre.read.mention import POSSESSIVES, Mention
from cumbre.read.subjects import Subjects
from cumbre.read.tokens import Token
from cumbre.read.trigger import AGENT_NOUNS, Trigger
from cumbre.read.wordlists import words

if TYPE_CHECKING:
    from cumbre.read.events import Coded

__all__ = ["complete", "grievance", "only_other", "share"]

_PARTS = words("parts")
_DYING = words("dying")
_HARM = words("harm")
_POLICIES = frozenset(["SANCTION", "CONCEDE"])
_ANNOUNCING = words("announcing")
_SAYING = words("completing_saying")
_AIMED = frozenset(
    ["MOBILIZE", "SANCTION", "THREATEN", "REJECT", "AGREE", "CONCEDE", "REQUEST", "COOPERATE", "SUPPORT", "AID", "ACCUSE"]
)
_FRIENDLY = frozenset(["AGREE", "CONCEDE", "SUPPORT", "REQUEST", "COOPERATE", "AID"])
_DEALT = frozenset(["AGREE", "CONCEDE", "SANCTION", "THREATEN", "REJECT"])
_LIGHTLY = frozenset(["lose", "perder", "resultar"])
_WHERE = words("where")
_IN = frozenset(["in", "en", "inside", "dentro", "at", "across"])
_HOSTILE = frozenset(["COERCE", "ASSAULT", "ACCUSE", "SANCTION", "REJECT", "THREATEN"])
_TAKEN = frozenset(["coerce.arrest", "coerce.seize", "sanction.convict"])


def _located(m: Mention) -> bool:
    """A place, or a state or capital named as one."""
    return m.code is not None and (
        m.kind == "place" or (m.kind in ("actor", "attr") and m.row.startswith("countries") and not m.person)
    )


def _inside(m: Mention, tokens: list[Token]) -> bool:
    """ "at the airport of Bamako": part of a place."""
    return m.prep in ("of", "de", "del") and m.prep_at > 0 and tokens[m.prep_at - 1].low in _PARTS


def _scene(trigger: Trigger, source: Mention, mentions: list[Mention], preps: frozenset[str]) -> Mention | None:
    for m in mentions:
        if m.start > trigger.at and m.code != source.code and _located(m) and m.prep in preps and m.start - trigger.at < 16:
            return m
    return None


def complete(
    trigger: Trigger, kind: str, source: Mention | None, target: Mention | None, tokens: list[Token], sides: Subjects
) -> tuple[Mention | None, Mention | None]:
    """Sides of an event, filled from the scene and the victims that the same sentence names."""
    mentions = sides.mentions
    if source is not None and source.code is not None and (target is None or target.code is None):
        if kind == "ASSAULT":
            target = _victim(trigger, source, sides) or target
            if target is None or target.code is None:
                scene = _scene(trigger, source, mentions, _IN)
                if scene is not None:
                    harmed = {t.low for t in tokens} & _HARM
                    sector = target.sector if target is not None else "CVL" if harmed else "GOV"
                    target = replace(scene, sector=sector, kind="actor", inferred=True)
        elif kind == "COERCE" and target is None and trigger.rule.id == "coerce.seize":
            scene = _scene(trigger, source, mentions, frozenset(["off"]))
            if scene is not None:
                target = replace(scene, sector="GOV", kind="actor", inferred=True)
        elif kind == "MOBILIZE" and target is None:
            scene = _scene(trigger, source, mentions, _WHERE)
            if scene is not None:
                target = replace(scene, sector="GOV", kind="actor", inferred=True)
    agentless = trigger.nominal or (trigger.verb is not None and trigger.verb.passive)
    if source is None and target is not None and agentless and trigger.rule.id in _TAKEN:
        found = [m for m in mentions if _located(m) and (m.prep in _IN or _inside(m, tokens)) and m is not target]
        if len({m.code for m in found}) == 1 and (target.code is not None or trigger.nominal):
            place = found[0]
            source = replace(place, sector="GOV", kind="actor", inferred=True)
    if kind == "REJECT" and trigger.nominal and target is None and source is not None and source.possessive:
        target = only_other(source, mentions)  # "Canada's refusal to extradite two men angered Delhi"
    if (
        kind in _HOSTILE and source is not None and target is not None and target.inferred and source.code == target.code
        and target.start and tokens[target.start - 1].low in POSSESSIVES
    ):  # fmt: skip
        lead = next((m for m in mentions if m.kind == "actor" and m.code and not m.prep and m.start < source.start), None)
        if lead is not None and lead.code != source.code and source.start > 0:
            target = replace(target, code=lead.code)  # "Paraguay learned that Brazil had spied on its officials"
    if (
        kind == "REQUEST" and source is not None and target is not None and target.inferred and source.code == target.code
        and target.prep in ("of", "de", "del")
    ):  # fmt: skip
        target = only_other(source, mentions)  # "demands the release of its soldiers"
    if kind in ("REJECT", "ACCUSE", "THREATEN") and source is not None and target is not None and target.code == source.code:
        foreign = (m for m in mentions if m.start > trigger.at and m.code not in (None, source.code) and m.kind != "place")
        target = (
            next(foreign, only_other(source, mentions) or target)
            if target.inferred
            or target.kind == "role"
            or (kind == "ACCUSE" and target.sector == "CVL" and source.sector == "GOV")
            else target
        )  # "denied that its patrol entered Guatemalan waters"
    if (
        source is None
        and target is not None
        and trigger.verb is not None
        and trigger.verb.passive
        and trigger.rule.type in _POLICIES
    ):
        source = _issuer(trigger, target, sides)
    own = target is not None and target.kind == "role" and source is not None and target.code in (None, source.code)
    if (
        kind in _AIMED
        and source is not None
        and (source.code is not None or kind not in _FRIENDLY)
        and trigger.verb is not None
        and (
            target is None or (own and (kind == "MOBILIZE" or (kind in _DEALT and target is not None and target.sector == "MIL")))
        )
    ):
        target = only_other(source, mentions) or target
    if (
        kind == "ACCUSE"
        and source is not None
        and trigger.verb is not None
        and source.start > trigger.at
        and not trigger.verb.reduced
    ):
        target = _told_of(trigger, source, sides) or target
    if kind == "COOPERATE" and source is None and target is not None and trigger.verb is not None and trigger.verb.passive:
        goal = next(
            (m for m in mentions if m.start > trigger.at and m.prep in ("to", "a") and m.code not in (None, target.code)), None
        )
        if goal is not None:  # "was extradited to Chicago"
            source = replace(target, sector="GOV", kind="actor", inferred=True, group=-1)
            target = replace(goal, sector=goal.sector if goal.kind != "place" else "GOV", kind="actor")
    if kind == "MOBILIZE":
        source, target = _moved(trigger, source, target, tokens, sides)
    if kind == "PROTEST" and source is not None and source.code and target is None:
        target = next(
            (m for m in mentions if m.code not in (None, source.code) and m.kind in ("actor", "attr") and m.start > trigger.at),
            None,
        )
    if (
        kind == "ASSAULT"
        and source is not None
        and source.code
        and target is not None
        and target.code is None
        and target.kind == "role"
    ):
        near = [
            m for m in mentions if m.code not in (None, source.code, "NGO") and m.sector != "IGO" and m.start - target.end < 12
        ]
        other = next((m for m in near if m.start > target.end), near[-1] if near else None)
        if other is not None and other.kind in ("attr", "actor", "place"):
            target = replace(target, code=other.code, inferred=True)  # "killed four farmers in a raid on an Ivorian village"
    if kind == "ASSAULT" and source is None and trigger.verb is not None and trigger.verb.passive:
        source = _assailant(trigger, target, sides)
    if kind == "ASSAULT" and source is not None and target is not None and source.code == target.code and source.inferred:
        target = target if target.start > trigger.at else None
    if trigger.rule.id == "sanction.dismiss" and source is not None and target is not None and target.kind == "role":
        target = replace(target, code=target.code or source.code, inferred=target.inferred or target.code is None)
    return _at_home(trigger, kind, source, target)


def _assailant(trigger: Trigger, target: Mention | None, sides: Subjects) -> Mention | None:
    """ "Nine were shot dead when Israeli commandos raided the ship": the force that acts in the clause of time."""
    assert trigger.verb is not None
    for j in range(trigger.end, min(len(sides.tokens), trigger.end + 8)):
        if sides.tokens[j].low in AGENT_NOUNS:  # "destroyed in a Russian strike", "destruido en un bombardeo ruso"
            beside = (
                m
                for m in sides.mentions
                if m.code
                and m is not target
                and (m.start == j + 1 or m.end == j or (m.start - j <= 3 and m.prep in ("of", "de", "by", "por", "del")))
            )
            found = next((m for m in beside if target is None or m.code != target.code), None)
            if found is not None:
                return found
    for v in sides.shape.verbs:
        if trigger.verb.at < v.at < trigger.verb.at + 12 and v.finite and not v.passive:
            m = sides.subject(v)
            if m is not None and m.start > trigger.at and m.code and m.sector in ("MIL", "COP", "REB", "CRM") and m is not target:
                return m
    return None


def _at_home(
    trigger: Trigger, kind: str, source: Mention | None, target: Mention | None
) -> tuple[Mention | None, Mention | None]:
    """The state is the other side of its rebels, its protesters and its arrested politicians."""
    if source is not None and source.code and target is None and kind == "RETREAT" and source.sector in ("REB", "CRM"):
        target = replace(source, sector="GOV", kind="actor", inferred=True, group=-1)
    if (
        source is not None
        and source.code
        and target is None
        and (
            (kind == "PROTEST" and source.sector in ("CVL", "OPP", "PTY"))
            or (kind in ("ACCUSE", "REJECT", "REQUEST") and source.sector in ("OPP", "PTY"))
        )
    ):
        target = replace(source, sector="GOV", kind="actor", inferred=True, group=-1)
    if (
        source is None and target is not None and target.code and trigger.rule.id in _TAKEN
        and target.sector in ("OPP", "LEG", "PTY", "MED", "GOV", "ELI")
    ):  # fmt: skip
        source = replace(target, sector="GOV", kind="actor", inferred=True, group=-1)
    return source, target


def _told_of(trigger: Trigger, source: Mention, sides: Subjects) -> Mention | None:
    """ "Accra deported hundreds, the agency said": who stands accused is the subject of the clause before."""
    assert trigger.verb is not None
    if sides.tokens[trigger.verb.start - 1].text not in (",", "”", "»", '"') or not trigger.verb.start:
        return None
    before = next((v for v in reversed(sides.shape.verbs) if v.at < trigger.verb.start and v.finite), None)
    for v in sides.shape.verbs:
        if v.finite and before is not None and v.at <= before.at:
            m = sides.subject(v)
            if m is not None and m.code not in (None, source.code):
                return m
    return None


def _issuer(trigger: Trigger, target: Mention, sides: Subjects) -> Mention | None:
    """Who took a measure told in the passive: the owner of the visa, or who announced it."""
    for m in sides.mentions:
        if (
            m.kind == "attr"
            and 0 <= m.start - (trigger.obj if trigger.obj >= 0 else trigger.end - 1) <= 1
            and m.code != target.code
            and m is not target
        ):
            return m
    told = trigger.verb is not None and (trigger.verb.future or trigger.verb.modal)
    for v in sides.shape.verbs:
        known = _ANNOUNCING | _SAYING if told and v.at < trigger.at else _ANNOUNCING
        if v.finite and not v.passive and any(lemma in known for lemma, _ in v.lemmas):
            who = sides.subject(v)
            if who is not None and who.code not in (None, target.code) and who.sector in ("GOV", "MIL", "IGO"):
                return who
    return None


def _body(m: Mention) -> bool:
    """An organisation that is asked, told or quoted, and is no party: all but unions of states with a policy of their own."""
    return m.sector == "IGO" and m.code not in ("EUR", "NAT")


def _beside(m: Mention, source: Mention) -> bool:
    """ "Slovakia and Malta voted against": those who act together."""
    return m.group == source.group and source.group >= 0 and not source.inferred and m.kind == source.kind == "actor"


def only_other(source: Mention, mentions: list[Mention]) -> Mention | None:
    """The one other country that the sentence names as an actor."""
    others = {
        m.code: m
        for m in reversed(mentions)
        if m.code and not _beside(m, source) and m.code != source.code and m.kind in ("actor", "attr") and not _body(m)
    }
    if len(others) != 1 or source.sector not in ("GOV", "IGO", "MIL"):
        return None
    other = next(iter(others.values()))
    sector = other.sector if other.sector in ("GOV", "IGO", "REB", "CRM") else "GOV"
    return replace(other, sector=sector, kind="actor", inferred=True)


def _moved(
    trigger: Trigger, source: Mention | None, target: Mention | None, tokens: list[Token], sides: Subjects
) -> tuple[Mention | None, Mention | None]:
    """ "Two British ships were dispatched": those who are moved act; whose airspace they enter is the other side."""
    if source is None and trigger.verb is not None and trigger.verb.passive:
        source = sides.subject(trigger.verb) or next(
            (m for m in sides.mentions if m.start <= trigger.obj < m.end and m.code), None
        )
        if source is not None and target is not None and target.code == source.code:
            target = None
    own = trigger.rule.id == "mobilize.violate" and {t.low for t in tokens[trigger.at : trigger.obj]} & POSSESSIVES
    if own and source is not None:
        lead = next((m for m in sides.mentions if m.kind == "actor" and m.code and not m.prep and m.end <= source.start), None)
        target = lead if lead is not None and lead.code != source.code else target
    return source, target


def _victim(trigger: Trigger, source: Mention, sides: Subjects) -> Mention | None:
    """ "Eight soldiers died in attacks by ...": those who died are the target."""
    for v in sides.shape.verbs:
        lemmas = {lemma for lemma, _ in v.lemmas}
        after = {t.low for t in sides.tokens[v.at + 1 : v.at + 4]}
        if v.at < trigger.at and trigger.at - v.at < 9 and lemmas & _DYING and (not lemmas & _LIGHTLY or after & _HARM):
            dead = sides.subject(v)
            if dead is not None and dead is not source and dead.code is not None:
                return dead
    return None


_BECAUSE = words("because")
_HARMS = frozenset(["COERCE", "ASSAULT", "SANCTION"])
_ANGRY = frozenset(["ACCUSE", "REQUEST", "SANCTION", "THREATEN", "PROTEST"])


_DISSENT = words("dissent")


def grievance(trigger: Trigger, events: Sequence[Coded], tokens: list[Token], sides: Subjects) -> tuple[str, str] | None:
    """Sides of a wrong that one side holds against another: "protested to Belize over the arrest of three fishermen"."""
    before = {t.low for t in tokens[max(0, trigger.start - 3) : trigger.start]}
    if not trigger.nominal or trigger.type not in _HARMS or not before & _BECAUSE:
        return None
    hurt = next(
        (
            m
            for m in sides.mentions
            if 0 <= m.start - trigger.end < 4
            and m.prep in ("of", "de", "del", "a", "", "on", "against", "contra", "sobre")
            and m.kind != "place"
        ),
        None,
    )
    if hurt is None:
        return None
    start = tokens[trigger.start].start
    for event in events:
        if event.type in _ANGRY and not event.nominal and event.source and event.target and event.trigger[0] < start:
            if event.source[:3] == event.target[:3] or event.target[4:] not in ("GOV", "MIL", "COP", "JUD", "REB", "CRM", "LEG"):
                return None
            if hurt.code == event.target[:3] and hurt.sector != "CVL":
                return None
            home = event.target if {t.low for t in tokens[hurt.start : hurt.end]} & _DISSENT else event.source
            return event.target, f"{hurt.code or home[:3]} {hurt.sector}"
    return None


_SHARED = frozenset(
    [
        "SANCTION",
        "ACCUSE",
        "REJECT",
        "THREATEN",
        "REQUEST",
        "CONCEDE",
        "COOPERATE",
        "AGREE",
        "SUPPORT",
        "CONSULT",
        "MOBILIZE",
        "AID",
    ]
)


def share(events: Sequence[Coded]) -> list[Coded]:
    """A side that deals with one other side in a sentence deals with it throughout: "recalled its envoy and summoned the Peruvian one"."""
    found: list[Coded] = []
    for event in events:
        own = (
            event.type == "REQUEST"
            and event.target is not None
            and event.source is not None
            and event.target[:3] == event.source[:3]
            and ("target" in event.inferred or event.target_span is None)
        )
        if (event.target is None or own) and event.source is not None and event.type in _SHARED and not event.nominal:
            others = {
                o.target[:3]: o
                for o in events
                if o is not event
                and o.source == event.source
                and o.target is not None
                and o.target[:3] != event.source[:3]
                and not (o.target[4:] == "IGO" and o.type == "REQUEST")
            }
            if len(others) == 1:
                other = next(iter(others.values()))
                assert other.target is not None
                sector = other.target[4:] if other.target[4:] in ("GOV", "IGO", "REB", "CRM") else "GOV"
                event = replace(
                    event, target=f"{other.target[:3]} {sector}", target_span=other.target_span, target_row=other.target_row,
                    inferred=(*event.inferred, "target"),
                )  # fmt: skip
        found.append(event)
    return found
