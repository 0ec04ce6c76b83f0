"""What the sides make of a type: soldiers who leave retreat, a state that protests accuses, ships held together cooperate."""

from __future__ import annotations

from dataclasses import replace

from cumbre.read.arguments import Arguments
from cumbre.read.lexicon import lexicon
from cumbre.read.mention import POSSESSIVES, STATE, Mention
from cumbre.read.screens import sued
from cumbre.read.tokens import Token
from cumbre.read.trigger import Trigger
from cumbre.read.wordlists import words

__all__ = ["retyped", "settled"]

_TALKS = words("talks")
_BLOCKING = words("blocking") | {"cut", "cortar", "interrumpir", "colapsar"}
_GROUND = words("ground")
_FORCES = words("forces")
_LEAVING = words("leaving")
_REVERSING = words("reversing")
_JOINT = words("joint")
_MARCHING = ("demonstrat", "protest", "march", "manifest", "crowd")


def _locals(source: Mention | None, target: Mention | None, mentions: list[Mention], tokens: list[Token]) -> Mention | None:
    """Protesters without a country are the people of the place where they march."""
    for m in mentions:
        named = tokens[m.start].text[:1].isupper() and tokens[m.end - 1].text[:1].isupper()
        if (
            m.code
            and (
                m.kind == "place"
                or ((named or m.kind == "attr") and m.prep in ("in", "en", "across", "through", "por", "throughout"))
            )
            and m is not target
        ):
            return replace(source or m, code=m.code, sector="CVL", kind="actor", inferred=True)
    return None


def _reversed(trigger: Trigger, target: Mention | None) -> bool:
    """A government that annuls its own decision, without another side behind the verb."""
    lemmas = {lemma for lemma, _ in trigger.verb.lemmas} if trigger.verb is not None else set()
    return bool(lemmas & _REVERSING) and (target is None or target.start < trigger.at)


def _telephoned(trigger: Trigger, target: Mention | None, tokens: list[Token]) -> bool:
    """ "llamó al presidente ruso" is a telephone call, "llamó a los colombianos a votar" an appeal."""
    if (
        trigger.rule.id != "request.ask"
        or trigger.type != "REQUEST"
        or target is None
        or not target.person
        or trigger.verb is None
    ):
        return False
    if not any(lemma == "llamar" for lemma, _ in trigger.verb.lemmas) or not 0 <= target.start - trigger.end <= 1:
        return False
    return target.end >= len(tokens) or tokens[target.end].low not in ("a", "al", "que")


def _joint(trigger: Trigger, tokens: list[Token]) -> bool:
    """Exercises held together are cooperation: "joint drills", "maniobras conjuntas"."""
    return any(t.low in _JOINT for t in tokens[max(0, trigger.start - 2) : trigger.end + 3])


def _own_measure(trigger: Trigger, tokens: list[Token], arguments: Arguments) -> Mention | None:
    """ "the government bowed to protests against its budget": who is protested against is the subject."""
    after = [t.low for t in tokens[trigger.end : trigger.end + 2]]
    main = next((o for o in arguments.shape.verbs if o.finite), None)
    if len(after) < 2 or after[0] not in ("against", "over", "contra", "por") or after[1] not in POSSESSIVES or main is None:
        return None
    lead = arguments.subject(main)
    return lead if lead is not None and lead.code is not None and lead.sector == "GOV" else None


def retyped(
    trigger: Trigger,
    source: Mention | None,
    target: Mention | None,
    tokens: list[Token],
    mentions: list[Mention],
    arguments: Arguments,
) -> tuple[str, str, Mention | None, Mention | None]:
    """Type and mode that the sides and the words beside a trigger make of it, and the sides that go with them."""
    kind, mode, rule = trigger.type, trigger.rule.mode, trigger.rule
    if kind == "RETREAT" and rule.id in ("retreat.leave", "retreat.withdraw") and target is not None and target.sector == "IGO":
        kind, mode = "SANCTION", "discontinue"  # "pulled out of ECOWAS"
    if (
        kind == "REQUEST"
        and trigger.verb is not None
        and target is not None
        and target.sector in ("MIL", "COP")
        and source is not None
    ):
        after = [t.low for t in tokens[target.end : target.end + 2]]
        if (
            after[:1] in (["to"], ["into"], ["hacia"], ["a"])
            and after[1:]
            and after[1] in _GROUND
            and target.code in (None, source.code)
        ):
            kind, mode = "MOBILIZE", ""  # "ordered extra soldiers to the border"
            target = None
    leaving = trigger.verb is not None and any(lemma in _LEAVING for lemma, _ in trigger.verb.lemmas)
    force = source is not None and source.sector in ("MIL", "REB")
    if rule.id == "sanction.stop" and force and leaving and tokens[trigger.obj].low not in _TALKS:
        kind, mode = "RETREAT", "withdraw"
    if sued(trigger, target, tokens):
        kind = "ACCUSE"
    if rule.id == "sanction.stop" and leaving and not trigger.nominal and tokens[trigger.obj].low in _FORCES:
        kind, mode = "RETREAT", "withdraw"
        if target is None or target.kind == "role":
            target = arguments.partner(source) if source is not None else None
    if (
        kind == "REQUEST"
        and trigger.verb is not None
        and source is not None
        and source.sector == "CVL"
        and (trigger.verb.infinitive or (trigger.verb.gerund and tokens[source.end - 1].low.startswith(_MARCHING)))
    ):
        kind = "PROTEST"  # "took to the streets to demand"
    if rule.kind == "drill" or (kind == "MOBILIZE" and source is not None and _joint(trigger, tokens)):
        partner = arguments.partner(source) if source is not None else None
        if partner is not None or (target is not None and target.prep in ("with", "con")):
            kind, mode, target = "COOPERATE", "", partner or target
    if _telephoned(trigger, target, tokens):
        kind, mode = "CONSULT", "phone"
    if rule.id == "reject.block" and source is not None and source.sector == "GOV" and _reversed(trigger, target):
        kind, mode = "CONCEDE", ""
    if (
        source is not None
        and source.sector in ("CVL", "BUS")
        and trigger.verb is not None
        and not lexicon(arguments.lang).nouns.get(tokens[trigger.obj].low, frozenset()) & {"supply", "trade"}
        and any(lemma in _BLOCKING for lemma, _ in trigger.verb.lemmas)
    ) and rule.id in ("sanction.stop", "reject.block", "assault.capture_town", "coerce.seize"):
        kind, mode = "PROTEST", "obstruct"
    if kind == "PROTEST" and rule.kind == "protest" and (source is None or source.code is None):
        source = _locals(source, target, mentions, tokens) or source
    if kind == "ASSAULT" and source is not None and source.sector in ("LEG", "JUD") and not trigger.nominal:
        kind, mode = "REJECT", ""  # lawmakers who topple a government vote it out
    if kind == "PROTEST" and trigger.nominal and source is None and target is None:
        target = _own_measure(trigger, tokens, arguments)
        source = replace(target, sector="CVL", kind="actor", inferred=True, group=-1) if target is not None else None
    if (
        (rule.id == "coerce.repress" or (rule.id == "coerce.ban" and trigger.words > 1))
        and source is not None
        and source.code
        and (target is None or (target.code is None and target.kind == "role" and target.sector == "CVL"))
    ):
        target = replace(source, sector="CVL", kind="actor", inferred=True, group=-1)
    broken = rule.id == "sanction.stop" and any(t.low in _TALKS for t in tokens[trigger.start : trigger.end])
    if broken and target is None and source is not None and source.code and source.sector in ("REB", "CRM"):
        target = replace(source, sector="GOV", kind="actor", inferred=True, group=-1)
    if broken and target is None and source is not None and source.code and source.sector == "GOV":
        foe = next((m for m in mentions if m.code == source.code and m.sector in ("REB", "CRM")), None)
        target = replace(foe, kind="actor", inferred=True) if foe is not None else None
    if (
        kind == "PROTEST"
        and source is not None
        and source.sector in STATE
        and rule.kind != "protest_actor"
        and source.kind != "attr"
    ) and (trigger.verb is None or any(lemma in ("protest", "protestar") for lemma, _ in trigger.verb.lemmas)):
        kind, mode = "ACCUSE", "disapprove"  # a state that protests

    return kind, mode, source, target


def settled(trigger: Trigger, kind: str, mode: str, source: Mention | None, target: Mention | None) -> tuple[str, str]:
    """Type and mode once both sides are final: who lands with soldiers does not visit."""
    rule, b = trigger.rule, target.actor if target is not None else None
    landed = trigger.verb is not None and any(
        lemma in ("land", "desembarcar", "disembark", "arrive", "llegar") for lemma, _ in trigger.verb.lemmas
    )
    if rule.id == "consult.visit" and landed and source is not None and source.sector in ("MIL", "COP") and not source.person:
        kind, mode = "MOBILIZE", ""
    if rule.id == "assault.fire" and b is None:
        kind, mode = "MOBILIZE", ""  # a missile fired at nobody is a show of force
    if (
        (
            kind == "REJECT"
            and trigger.verb is not None
            and target is not None
            and target.sector in ("CVL", "MED", "BUS", "PTY", "OPP")
        )
        and any(lemma in ("vetar", "veto") for lemma, _ in trigger.verb.lemmas)
        and trigger.obj < 0
    ):
        kind = "COERCE"
    return kind, mode if kind == rule.type else ""
