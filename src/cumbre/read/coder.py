"""One sentence to coded events: triggers, their sides, and what remains after merging."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cumbre.read.actors import Index
from cumbre.read.arguments import Arguments
from cumbre.read.clauses import shape
from cumbre.read.lexicon import Lexicon
from cumbre.read.mentions import Context, Mention, find_mentions
from cumbre.read.tokens import Token, tokenize
from cumbre.read.triggers import Trigger, find_triggers

__all__ = ["Coded", "code_sentence"]

_CROWD = frozenset(("CVL", "PTY", "OPP", "BUS", "NGO", "MED", "REL", "LEG", "REB"))
_STATE = frozenset(("GOV", "IGO", "MIL", "COP"))


@dataclass(frozen=True)
class Coded:
    """One event of a sentence; all offsets are in the stored text. `features` feed the confidence model."""

    type: str
    mode: str
    source: str | None
    target: str | None
    rule: str
    trigger: tuple[int, int]
    source_span: tuple[int, int] | None
    target_span: tuple[int, int] | None
    source_row: str = ""
    target_row: str = ""
    inferred: tuple[str, ...] = ()
    also_sources: tuple[str, ...] = ()
    also_targets: tuple[str, ...] = ()
    mutual: bool = False
    features: tuple[float, ...] = ()
    nominal: bool = False
    future: bool = False


def _span(m: Mention | None, tokens: list[Token]) -> tuple[int, int] | None:
    return None if m is None else (tokens[m.start].start, tokens[m.end - 1].end)


def _others(m: Mention | None, mentions: list[Mention], skip: str | None) -> tuple[str, ...]:
    if m is None:
        return ()
    found = (o.actor for o in mentions if o is not m and o.group == m.group and o.kind in ("actor", "attr", "role"))
    return tuple(dict.fromkeys(a for a in found if a is not None and a != m.actor and a != skip))


def _event(trigger: Trigger, arguments: Arguments, tokens: list[Token], mentions: list[Mention]) -> Coded | None:
    source, target = arguments.sides(trigger)
    kind, mode, rule = trigger.type, trigger.rule.mode, trigger.rule
    if kind == "PROTEST" and source is not None:
        if source.sector in _STATE:
            if rule.kind == "protest_actor":
                return None
            kind, mode = "ACCUSE", "disapprove"
        elif rule.kind == "protest_actor" and source.sector not in _CROWD:
            return None
    elif rule.kind == "protest_actor" and source is None:
        return None
    if target is not None and target.kind in ("pron",) and target.code is None:
        target = None
    if source is not None and target is not None and source is not target and source.actor == target.actor and source.start == target.start:
        target = None
    a, b = (source.actor if source else None), (target.actor if target else None)
    known = source is not None and source.kind in ("pair", "role", "pron")
    if a is None and b is None and not (known and not trigger.nominal and source is not None and source.kind == "pair"):
        return None
    if trigger.nominal and trigger.light is None and (a is None or b is None) and kind not in ("ASSAULT", "PROTEST", "CONSULT", "THREATEN"):
        return None
    if trigger.nominal and kind in ("CONSULT", "AGREE", "SUPPORT", "COOPERATE") and (a is None or b is None):
        return None
    if source is not None and source.kind == "place" and kind != "PROTEST":
        a = None
    if kind != rule.type:
        mode = ""
    inferred = tuple(side for side, m in (("source", source), ("target", target)) if m is not None and m.inferred)
    features = (
        1.0, float(trigger.nominal), float(trigger.words > 0), float(trigger.obj >= 0), float(a is not None), float(b is not None),
        float(bool(inferred)), float(kind != rule.type), float(trigger.verb is not None and trigger.verb.passive),
        float(trigger.verb is not None and (trigger.verb.infinitive or trigger.verb.gerund)),
        float(source is not None and source.kind == "attr"), float(target is not None and target.kind in ("attr", "place")),
        min(len(tokens), 60) / 60.0, min(len(mentions), 8) / 8.0,
        float(target is not None and target.start < trigger.at and not (trigger.verb is not None and trigger.verb.passive)),
        float(trigger.light is not None),
    )  # fmt: skip
    return Coded(
        kind, mode, a, b, rule.id, (tokens[trigger.start].start, tokens[min(trigger.end, len(tokens)) - 1].end),
        _span(source, tokens), _span(target, tokens), source.row if source else "", target.row if target else "", inferred,
        _others(source, mentions, b), _others(target, mentions, a), rule.kind in ("mutual", "carrier_mutual"), features, trigger.nominal,
        kind != rule.type or (trigger.verb is not None and trigger.verb.future),
    )  # fmt: skip


def _same(a: str | None, b: str | None) -> bool:
    return a is None or b is None or a[:3] == b[:3]


def _known(event: Coded) -> int:
    return (event.source is not None) + (event.target is not None)


def _merge(events: list[Coded]) -> list[Coded]:
    """One event a type and pair of sides; the better filled one stays."""
    kept: list[Coded] = []
    for event in sorted(events, key=lambda e: (-_known(e), e.nominal, e.trigger)):
        twin = False
        for other in kept:
            if other.type != event.type:
                continue
            straight = _same(other.source, event.source) and _same(other.target, event.target)
            crossed = (other.mutual or event.mutual) and _same(other.source, event.target) and _same(other.target, event.source)
            if straight or crossed:
                twin = True
                break
            if other.source is not None and other.source == event.source and (event.target in other.also_targets or event.nominal):
                twin = True
                break
        if not twin:
            kept.append(event)
    return sorted(kept, key=lambda e: e.trigger)


def code_sentence(text: str, offset: int, lex: Lexicon, index: Index, context: Context) -> list[Coded]:
    """Events of one sentence. `offset` is its place in the stored text; `context` is read and updated.

    >>> from cumbre.read.actors import actor_index
    >>> from cumbre.read.lexicon import lexicon
    >>> found = code_sentence("Peru was accused by Chile of dumping.", 0, lexicon("en"), actor_index(), Context())
    >>> [(e.type, e.source, e.target) for e in found]
    [('ACCUSE', 'CHL GOV', 'PER GOV')]
    """
    tokens = tokenize(text, offset)
    if len(tokens) < 3:
        return []
    mentions = find_mentions(tokens, index, lex, context)
    if not mentions:
        return []
    form = shape(tokens, mentions, lex)
    triggers = find_triggers(tokens, mentions, lex, form)
    if triggers:
        arguments = Arguments(tokens, mentions, form, lex.lang)
        events = [e for t in triggers if (e := _event(t, arguments, tokens, mentions)) is not None]
    else:
        events = []
    merged = _merge(events)
    _remember(context, mentions, merged)
    return merged


def _remember(context: Context, mentions: list[Mention], events: list[Coded]) -> None:
    lead = next((m for m in mentions if m.kind == "actor" and m.code and not m.prep), None)
    if lead is not None and lead.code is not None:
        context.subject = (lead.code, lead.sector)
    for event in events:
        if event.source and event.target and event.source[:3] != event.target[:3]:
            context.dyad = [event.source, event.target]


def fill(event: Coded, **sides: str) -> Coded:
    """The event with a missing side filled from the article and marked as inferred."""
    return replace(event, inferred=(*event.inferred, *sides), **sides)  # type: ignore[arg-type]
