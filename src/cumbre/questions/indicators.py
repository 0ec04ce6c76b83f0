"""Possible events of the coming weeks, each as a condition of the question language with its day and its words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from cumbre.questions.headlines import leading
from cumbre.questions.phrases import KIND_WORDS, Text, candidate_name, day, side_name
from cumbre.record import schema as s
from cumbre.record.case import Case
from cumbre.worlds import Worlds

__all__ = ["Possible", "possible_events"]

AHEAD = (30, 60, 90)
"""Days ahead by which an event may have happened."""


@dataclass(frozen=True)
class Possible:
    """Something that may happen.

    condition   expression of the question language, true in the worlds where it happens
    text, text_es   the event in plain words, with its day
    by          the day by which it shows
    family      events of one family differ in day or size only; a list shows one of them
    about       subjects (candidates, issue, pair) on which it says nothing new by definition
    """

    condition: str
    text: str
    text_es: str
    by: dt.date
    family: str
    about: tuple[str, ...] = ()


def _days(case: Case) -> list[dt.date]:
    last = case.horizon
    found = [case.as_of + dt.timedelta(days=n) for n in AHEAD]
    election = case.election
    if election is not None and election.first_round > case.as_of:
        # The eve of the vote is the last day on which anything can still move it.
        found = [d for d in found if d < election.first_round] + [election.first_round - dt.timedelta(days=1)]
    return sorted({d for d in found if case.as_of < d <= last})


def _relation(case: Case, worlds: Worlds) -> Iterator[Possible]:
    group = worlds["relation"]
    triples = sorted({
        (str(a), str(b), str(k))
        for a, b, k in zip(group["slot_source"].values, group["slot_target"].values, group["slot_kind"].values, strict=True)
    })  # fmt: skip
    start = case.as_of + dt.timedelta(days=1)
    for source, target, kind in triples:
        one, two = side_name(case, source), side_name(case, target)
        words = KIND_WORDS.get(kind)
        if words is None:
            continue
        for by in _days(case):
            if by < start:
                continue
            expression = f"relation.events['{source}', '{target}', '{kind}', '{start}', '{by}']"
            counts = worlds.number(expression)
            least = _least(counts)
            if least is None:
                continue
            en, es = words.en.format(a=one.en, b=two.en), words.es.format(a=one.es, b=two.es)
            times = Text("", "") if least == 1 else Text(f" at least {least} times", f" al menos {least} veces")
            yield Possible(
                f"{expression} >= {least}", f"{en}{times.en} by {day(by).en}", f"{es}{times.es} a más tardar el {day(by).es}", by,
                f"relation {source} {target} {kind}", (f"relation {source} {target}",),
            )  # fmt: skip


def _least(counts: np.ndarray[tuple[int], np.dtype[np.float64]]) -> int | None:
    """A count that is news: reached in at most a third of worlds where one event is likely anyway; 1 otherwise."""
    if float((counts >= 1).mean()) <= 0.6:
        return 1 if bool((counts >= 1).any()) else None
    return int(np.quantile(counts, 2 / 3)) + 1


def _table(case: Case, worlds: Worlds) -> Iterator[Possible]:
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
                    condition, f"{title} {en} on {on}", f"{title_es} {es} el {el}", by, f"table {issue.id} {sign}", (issue.id,)
                )  # fmt: skip
            yield Possible(
                f"table.settled['{issue.id}', '{by}']", f"a deal on “{title}” is in force on {on}",
                f"hay un acuerdo vigente sobre «{title_es}» el {el}", by, f"deal {issue.id}", (issue.id, "deal"),
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


def _home(case: Case, worlds: Worlds) -> Iterator[Possible]:
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
                f"la aprobación de {leader} es del {level:g} % o {'más' if up else 'menos'} el {el}", by, f"approval {sign}", ("approval",),
            )  # fmt: skip


def _ballot(case: Case, worlds: Worlds) -> Iterator[Possible]:
    election = case.election
    if election is None:
        return
    group = worlds["ballot"]
    names = [str(name) for name in group["candidate"].values]
    held = {str(name) for name in group["primary"].values} if "primary" in group.coords else set()
    for primary in case.primaries:
        if primary.id not in held or primary.date <= case.as_of:
            continue
        for name in names:
            who = candidate_name(case, name)
            yield Possible(
                f"ballot.primary['{primary.id}'].winner == '{name}'", f"{who.en} wins the primary {primary.name} on {day(primary.date).en}",
                f"{who.es} gana la consulta {primary.name_es or primary.name} el {day(primary.date).es}", primary.date,
                f"primary {primary.id} {name}",
            )  # fmt: skip
    first = election.first_round
    if first <= case.as_of:
        return
    on, el = day(first).en, day(first).es
    order = [name for name in leading(case) if name in names][:8]
    for name in order:
        who = candidate_name(case, name)
        yield Possible(
            f"ballot.share1['{name}'] == 0", f"{who.en} is not on the ballot of {on}", f"{who.es} no está en el tarjetón del {el}", first,
            f"standing {name}", (name,),
        )  # fmt: skip
    if election.runoff is not None:
        for a, b in combinations(order[:6], 2):
            one, two = candidate_name(case, a), candidate_name(case, b)
            yield Possible(
                f"ballot.in_runoff['{a}'] and ballot.in_runoff['{b}']", f"{one.en} and {two.en} go to the run-off on {on}",
                f"{one.es} y {two.es} pasan a la segunda vuelta el {el}", first, f"pair {a} {b}", ("pair",),
            )  # fmt: skip


def possible_events(case: Case, worlds: Worlds) -> list[Possible]:
    """Every event that these worlds tell apart: kinds of acts by day, issue values and deals, approval, primaries, finalists."""
    found: list[Possible] = []
    for stage, make in (("relation", _relation), ("table", _table), ("home", _home), ("ballot", _ballot)):
        if stage in worlds:
            found += make(case, worlds)
    return found
