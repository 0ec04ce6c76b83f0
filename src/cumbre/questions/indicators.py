"""Possible events of the coming weeks, each as a condition of the question language with its day and its words."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from cumbre.errors import ExpressionError
from cumbre.expression import evaluate_condition, parse
from cumbre.questions.headlines import leading
from cumbre.questions.phrases import KIND_WORDS, Text, candidate_name, day, side_name
from cumbre.record import schema as s
from cumbre.record.case import Case
from cumbre.vocabulary import day_number
from cumbre.worlds import Worlds

__all__ = ["Possible", "possible_events"]

Mask = npt.NDArray[np.bool_]

AHEAD = (30, 60, 90)
"""Days ahead by which an event may have happened."""


@dataclass(frozen=True)
class Possible:
    """Something that may happen.

    condition   expression of the question language, true in the worlds where it happens
    text, text_es   the event in plain words, with its day
    by          the day by which it shows
    family      events of one family differ in day or size only; a list shows one of them
    kind        act, value, deal, approval, primary, standing or pair
    about       the issue, the candidate, or the two finalists
    rivals      candidates who are out where it happens: the others of a primary
    """

    condition: str
    text: str
    text_es: str
    by: dt.date
    family: str
    kind: str
    about: tuple[str, ...] = ()
    rivals: tuple[str, ...] = ()


def _days(case: Case) -> list[dt.date]:
    last = case.horizon
    found = [case.as_of + dt.timedelta(days=n) for n in AHEAD]
    election = case.election
    if election is not None and election.first_round > case.as_of:
        # The eve of the vote is the last day on which anything can still move it.
        found = [d for d in found if d < election.first_round] + [election.first_round - dt.timedelta(days=1)]
    return sorted({d for d in found if case.as_of < d <= last})


def _relation(case: Case, worlds: Worlds) -> Iterator[Possible | tuple[Possible, Mask]]:
    group = worlds["relation"]
    slots = [[str(v) for v in group[f"slot_{part}"].values] for part in ("source", "target", "kind")]
    of: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for place, (source, target, kind) in enumerate(zip(*slots, strict=True)):
        of[source, target, kind].append(place)
    # Slots side by side in memory: a slot of all worlds is asked for, never a world of all slots.
    days = np.ascontiguousarray(group["event_day"].values.T)
    start = case.as_of + dt.timedelta(days=1)
    for (source, target, kind), places in sorted(of.items()):
        words = KIND_WORDS.get(kind)
        if words is None:
            continue
        one, two = side_name(case, source), side_name(case, target)
        en, es = words.en.format(a=one.en, b=two.en), words.es.format(a=one.es, b=two.es)
        own = days[places]
        for by in _days(case):
            counts = ((own >= 1) & (own <= day_number(by, case.as_of))).sum(axis=0)
            least = _least(counts)
            if least is None:
                continue
            times = Text("", "") if least == 1 else Text(f" at least {least} times", f" al menos {least} veces")
            event = Possible(
                f"relation.events['{source}', '{target}', '{kind}', '{start}', '{by}'] >= {least}",
                f"{en}{times.en} by {day(by).en}", f"{es}{times.es} a más tardar el {day(by).es}", by,
                f"relation {source} {target} {kind}", "act",
            )  # fmt: skip
            yield event, counts >= least


def _least(counts: npt.NDArray[np.integer[Any]]) -> int | None:
    """A count that is news: reached in at most a third of worlds where one event is likely anyway; 1 otherwise."""
    if float((counts >= 1).mean()) <= 0.6:
        return 1 if bool((counts >= 1).any()) else None
    return int(np.quantile(counts, 2 / 3)) + 1


def _table(case: Case, worlds: Worlds) -> Iterator[Possible | tuple[Possible, Mask]]:
    known = {str(name) for name in worlds["table"]["issue"].values}
    for issue in case.issues:
        if issue.id not in known:
            continue
        title, title_es = issue.title, issue.title_es or issue.title
        for by in _days(case):
            on, el = day(by).en, day(by).es
            value = f"table.value['{issue.id}', '{by}']"
            for sign, condition, en, es in _moves(issue, value):
                yield Possible(
                    condition, f"“{title}” {en} on {on}", f"«{title_es}» {es} el {el}", by, f"table {issue.id} {sign}", "value", (issue.id,)
                )  # fmt: skip
            yield Possible(
                f"table.settled['{issue.id}', '{by}']", f"a deal on “{title}” is in force on {on}",
                f"hay un acuerdo vigente sobre «{title_es}» el {el}", by, f"deal {issue.id}", "deal", (issue.id,),
            )  # fmt: skip


def _moves(issue: s.Issue, value: str) -> Iterator[tuple[str, str, str, str]]:
    """Ways in which an issue may have left its status quo: name, condition, words."""
    now = issue.status_quo
    if issue.labels:
        for place, label in enumerate(issue.labels):
            level = issue.low + place
            if level != now:
                es = issue.labels_es[place] if place < len(issue.labels_es) else label
                yield f"= {level:g}", f"{value} == {level:g}", f"stands at “{label}”", f"está en «{es}»"
        return
    unit, unit_es = issue.unit, issue.unit_es or issue.unit
    above, below = f"is above {now:g} {unit}", f"is below {now:g} {unit}"
    yield ">", f"{value} > {now:g}", above.strip(), f"está por encima de {now:g} {unit_es}".strip()
    yield "<", f"{value} < {now:g}", below.strip(), f"está por debajo de {now:g} {unit_es}".strip()


def _home(case: Case, worlds: Worlds) -> Iterator[Possible | tuple[Possible, Mask]]:
    if "approval" not in worlds["home"].variables:
        return
    leader = case.election.leader if case.election else side_name(case, case.home).en
    for by in _days(case):
        expression = f"home.approval['{by}']"
        low, high = np.nanquantile(worlds.number(expression), (0.1, 0.9))
        on, el = day(by).en, day(by).es
        for level in (5 * np.ceil(high / 5), 5 * np.floor(low / 5)):
            up = level >= high
            sign = ">=" if up else "<="
            yield Possible(
                f"{expression} {sign} {level:g}",
                f"approval of {leader} is at or {'above' if up else 'below'} {level:g} % on {on}",
                f"la aprobación de {leader} es del {level:g} % o {'más' if up else 'menos'} el {el}", by, f"approval {sign}", "approval",
            )  # fmt: skip


def _ballot(case: Case, worlds: Worlds) -> Iterator[Possible | tuple[Possible, Mask]]:
    election = case.election
    if election is None:
        return
    group = worlds["ballot"]
    names = [str(name) for name in group["candidate"].values]
    held = {str(name) for name in group["primary"].values} if "primary" in group.coords else set()
    for primary in case.primaries:
        if primary.id not in held or primary.date <= case.as_of:
            continue
        place = [str(v) for v in group["primary"].values].index(primary.id)
        taking = [names[k] for k in np.unique(group["primary_winner"].values[:, place]) if k >= 0]
        for name in taking:
            who = candidate_name(case, name)
            yield Possible(
                f"ballot.primary['{primary.id}'].winner == '{name}'", f"{who.en} wins the primary {primary.name} on {day(primary.date).en}",
                f"{who.es} gana la consulta {primary.name_es or primary.name} el {day(primary.date).es}", primary.date,
                f"primary {primary.id} {name}", "primary", (name,), tuple(other for other in taking if other != name),
            )  # fmt: skip
    first = election.first_round
    if first <= case.as_of:
        return
    on, el = day(first).en, day(first).es
    order = [name for name in leading(case) if name in names][:8]
    for name in order:
        if name in case.candidate and case.candidate[name].primary in held:
            # Whether a candidate of a primary stands is told by the primary.
            continue
        who = candidate_name(case, name)
        yield Possible(
            f"ballot.share1['{name}'] == 0", f"{who.en} is not on the ballot of {on}", f"{who.es} no está en el tarjetón del {el}", first,
            f"standing {name}", "standing", (name,),
        )  # fmt: skip
    if election.runoff is not None:
        for a, b in combinations(order[:6], 2):
            one, two = candidate_name(case, a), candidate_name(case, b)
            yield Possible(
                f"ballot.in_runoff['{a}'] and ballot.in_runoff['{b}']", f"{one.en} and {two.en} go to the run-off on {on}",
                f"{one.es} y {two.es} pasan a la segunda vuelta el {el}", first, f"pair {a} {b}", "pair", (a, b),
            )  # fmt: skip


def possible_events(case: Case, worlds: Worlds) -> Iterator[tuple[Possible, Mask]]:
    """Every event that these worlds tell apart, with the worlds where it happens, shape (draw,): kinds of acts by day, issue values and
    deals, approval, winners of primaries, who stands, finalists."""
    names = worlds.vocabulary
    for stage, make in (("relation", _relation), ("table", _table), ("home", _home), ("ballot", _ballot)):
        if stage not in worlds:
            continue
        for found in make(case, worlds):
            if isinstance(found, tuple):
                yield found
                continue
            try:
                yield found, evaluate_condition(parse(found.condition), names)
            except ExpressionError:
                # These worlds do not hold what the case names, e.g. an issue left out by the table.
                continue
