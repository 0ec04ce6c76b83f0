"""One sentence to coded events: triggers, their sides, and what remains after merging."""

from __future__ import annotations

from dataclasses import replace

from cumbre.read.actors import Index
from cumbre.read.arguments import Arguments
from cumbre.read.clauses import shape
from cumbre.read.completing import grievance, share
from cumbre.read.events import Coded, code_event, wronged
from cumbre.read.lexicon import Lexicon
from cumbre.read.mention import Context, Mention
from cumbre.read.mentions import find_mentions
from cumbre.read.screens import game, unreal
from cumbre.read.tokens import tokenize
from cumbre.read.triggers import find_triggers

__all__ = ["Coded", "code_sentence"]


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
            again = straight and event.source == other.source and event.target == other.target
            spoken = not (event.nominal or other.nominal) and None not in (event.source, event.target)
            if again and spoken and abs(event.trigger[0] - other.trigger[0]) > 15:
                continue  # said twice of one dyad: two acts, if their dates differ
            told = event.type == "ASSAULT" and event.source is None and event.target is not None and other.source is not None
            if told and event.target is not None and other.source is not None and event.target[:3] == other.source[:3]:
                crossed = True  # "twenty were killed in fighting with ..."
            if straight or crossed:
                twin = True
                if (
                    event.type == "CONSULT"
                    and other.rule == "consult.visit"
                    and event.target
                    and event.target[4:] not in ("GOV", "CVL")
                ):
                    kept[kept.index(other)] = replace(
                        other, target=event.target, target_span=event.target_span, target_row=event.target_row
                    )  # "landed in Sanaa for talks with the Houthis"
                    break
                hurt = event.target is not None and event.target[4:] == "CVL" and "target" not in event.inferred
                if event.type == "ASSAULT" and "target" in other.inferred and hurt:
                    kept[kept.index(other)] = replace(
                        other, target=event.target, target_span=event.target_span, target_row=event.target_row,
                        inferred=tuple(side for side in other.inferred if side != "target"),
                    )  # fmt: skip
                break
            if (
                other.source is not None
                and other.source == event.source
                and ("target" in event.inferred or event.target in other.also_targets or event.nominal)
            ):
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
    if unreal(text):
        return []
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
        found = [(t, code_event(t, arguments, tokens, mentions)) for t in triggers]
        played = game(text, "ASSAULT")
        events = share([e for _, e in found if e is not None and not (played and game(text, e.type))])
        for trigger, event in found:
            if trigger.nominal and (event is None or event.source is None):
                sides = grievance(trigger, events, tokens, arguments)
                if sides is not None:
                    events = [e for e in events if e is not event]
                    events.append(wronged(trigger, sides, tokens))
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
            for one, other in ((event.source, event.target), (event.target, event.source)):
                context.fresh.append((one[:3], other))


def fill(event: Coded, **sides: str) -> Coded:
    """The event with a missing side filled from the article and marked as inferred."""
    return replace(event, inferred=(*event.inferred, *sides), **sides)  # type: ignore[arg-type]
