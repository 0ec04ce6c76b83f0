"""What moved since an earlier day, and because of which items, as `cumbre.questions.changed` shares it out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from cumbre.brief.facts.study import Study
from cumbre.brief.facts.watch import form_of
from cumbre.brief.numbers import Figure, rule
from cumbre.questions import Change, Changes, Headline
from cumbre.questions.items import Item

__all__ = ["ChangedFacts", "Move", "Reason", "changed_facts"]

REASONS = 3


@dataclass(frozen=True)
class Reason:
    """An item and what it did to the number."""

    text: str
    text_es: str
    effect: Figure
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Move:
    """One headline number then and now."""

    headline: Headline
    was: Figure
    now: Figure
    by: Figure
    clear: bool
    passing: Figure | None
    because: tuple[Reason, ...]


@dataclass(frozen=True)
class ChangedFacts:
    """Moves since `day`, the clear ones first, and what became known in between."""

    day: dt.date
    moves: tuple[Move, ...]
    still: Figure
    items: tuple[Item, ...]

    def of(self, *ids: str) -> Move | None:
        """The move of the first of these headline numbers that there is."""
        return next((m for id_ in ids for m in self.moves if m.headline.id == id_), None)

    @property
    def clear(self) -> tuple[Move, ...]:
        """Moves beyond Monte Carlo error."""
        return tuple(m for m in self.moves if m.clear)


def changed_facts(study: Study, changes: Changes | None) -> ChangedFacts | None:
    """None where the run was not compared with an earlier day."""
    if changes is None:
        return None
    moves = tuple(_move(study, change, changes) for change in [*changes.moved(), *(c for c in changes.changes if not c.clear)])
    still = study.numbers.recorded(
        "brief.changed.still",
        sum(not m.clear for m in moves),
        "numbers",
        rule("rule.changed.still"),
        form="count",
        label="simulated",
    )
    return ChangedFacts(changes.since, moves, still, changes.items)


def _move(study: Study, change: Change, changes: Changes) -> Move:
    numbers, number = study.numbers, change.headline
    form, digits = form_of(number)
    scale, base = (100 if form == "chance" else 1), f"brief.changed.{number.id}"
    said = {"number": number.expression}

    def value(name: str, mean: float, day: dt.date) -> Figure:
        return numbers.simulated(
            f"{base}.{name}",
            mean,
            number.unit,
            rule("rule.changed.value", day=day, **said),
            form=form,
            digits=digits,
            n=changes.draws,
        )

    def moved(name: str, effect: float, error: float, key: str) -> Figure:
        return numbers.simulated(
            f"{base}.{name}", scale * effect, "points", rule(key, **said), low=scale * (effect - 1.28 * error),
            high=scale * (effect + 1.28 * error), level=0.8, form="signed" if form == "number" else "points",
            digits=0 if form == "chance" else 1, n=changes.draws,
        )  # fmt: skip

    shares = [s for s in change.because if s.clear][:REASONS]
    because = tuple(
        Reason(
            s.item.text,
            s.item.text_es,
            moved(f"because.{s.item.id}", s.effect, s.error, "rule.changed.because"),
            tuple(s.item.source_id),
        )
        for s in shares
    )
    passing = None
    if abs(change.passing) > 2 * change.passing_error:
        passing = moved("passing", change.passing, change.passing_error, "rule.changed.passing")
    return Move(
        number, value("was", change.was, changes.since), value("now", change.now, changes.as_of),
        moved("by", change.change, change.mc_error, "rule.changed.by"), change.clear, passing, because,
    )  # fmt: skip
