"""One trigger to one coded event: its sides, and the type that they and the words beside them make of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cumbre.read.arguments import Arguments
from cumbre.read.completing import complete
from cumbre.read.mention import STATE, Mention
from cumbre.read.plausible import plausible
from cumbre.read.retyping import retyped, settled
from cumbre.read.tokens import Token
from cumbre.read.trigger import Trigger
from cumbre.read.vetoes import bare, vetoed
from cumbre.read.wordlists import words

__all__ = ["Coded", "code_event", "wronged"]

_CROWD = words("crowd")
_LOOSE = words("loose")
_THINGS = words("things")
_HOME_TYPES = words("home_types")
_ANYONE = words("anyone")
_MISSIONS = words("missions")


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


def _at_home(
    kind: str, source: Mention | None, target: Mention | None, tokens: list[Token]
) -> tuple[Mention | None, Mention | None]:
    """A role without a country beside an actor of a country belongs to it: "the police arrested ten students"."""
    if target is not None and target.kind == "role" and target.code is None and source is not None and source.code is not None:
        word = tokens[target.end - 1].low
        if (
            (word not in _LOOSE or (kind == "COERCE" and source.sector == "COP" and word in _ANYONE))
            and target.sector not in ("BUS", "MED", "NGO")
            and source.sector != "IGO"
            and kind in _HOME_TYPES
            and (word not in _THINGS or (kind == "ASSAULT" and source.sector in ("REB", "CRM")))
            and (source.sector != target.sector or source.sector == "GOV")
            and (kind != "REJECT" or target.sector in ("GOV", "LEG", "JUD", "REB", "OPP"))
        ):
            target = replace(target, code=source.code, inferred=True)
    elif (
        source is not None
        and source.kind == "role"
        and source.code is None
        and target is not None
        and target.code is not None
        and target.sector != "IGO"
        and not (kind in ("PROTEST", "ASSAULT") and any(t.low in _MISSIONS for t in tokens[target.start : target.end]))
        and (
            source.sector in ("COP", "JUD", "LEG", "OPP", "PTY", "REB", "MIL", "CRM")
            or (kind in ("PROTEST", "ASSAULT") and source.sector == "CVL")
        )
        and kind in ("COERCE", "ACCUSE", "REJECT", "ASSAULT", "PROTEST", "REQUEST")
    ):
        source = replace(source, code=target.code, inferred=True)
    return source, target


def code_event(trigger: Trigger, arguments: Arguments, tokens: list[Token], mentions: list[Mention]) -> Coded | None:
    """The event that a trigger stands for, with its sides; None where the sentence uses the word for something else."""
    source, target = arguments.sides(trigger)
    rule = trigger.rule
    if vetoed(trigger, trigger.type, source, target, tokens, mentions, arguments):
        return None
    kind, mode, source, target = retyped(trigger, source, target, tokens, mentions, arguments)
    source, target = complete(trigger, kind, source, target, tokens, arguments)
    source, target = _at_home(kind, source, target, tokens)
    source, target = plausible(trigger, kind, source, target, tokens, arguments)
    if kind == "PROTEST" and source is not None and tokens[source.end - 1].low in _THINGS and rule.kind == "protest_actor":
        kind, mode = "COERCE", ""  # ships that surround a boat do not demonstrate
    if kind == "PROTEST" and source is not None:
        if source.sector in STATE:
            if rule.kind == "protest_actor" or source.kind == "attr":
                return None
            lemmas = {lemma for lemma, _ in trigger.verb.lemmas} if trigger.verb else set()
            if lemmas & {"call", "convocar"}:
                kind, mode = "REQUEST", ""
        elif rule.kind == "protest_actor" and source.sector not in _CROWD:
            return None
    elif rule.kind == "protest_actor" and source is None:
        return None
    if target is not None and target.kind in ("pron",) and target.code is None:
        target = None
    if (
        source is not None
        and target is not None
        and source is not target
        and source.actor == target.actor
        and source.start == target.start
    ):
        target = None
    if bare(trigger, kind, source, target):
        return None
    a, b = (source.actor if source else None), (target.actor if target else None)
    if source is not None and source.kind == "place" and kind != "PROTEST":
        a = None
    kind, mode = settled(trigger, kind, mode, source, target)
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


def wronged(trigger: Trigger, sides: tuple[str, str], tokens: list[Token]) -> Coded:
    """The event behind a grievance; both sides come from the sentence around it."""
    features = (
        1.0,
        1.0,
        float(trigger.words > 0),
        float(trigger.obj >= 0),
        1.0,
        1.0,
        1.0,
        *(0.0,) * 5,
        min(len(tokens), 60) / 60.0,
        0.25,
        0.0,
        0.0,
    )
    where = (tokens[trigger.start].start, tokens[min(trigger.end, len(tokens)) - 1].end)
    return Coded(
        trigger.type, trigger.rule.mode, *sides, trigger.rule.id, where, None, None, inferred=("source", "target"), features=features,
        nominal=True,
    )  # fmt: skip
