"""The headline numbers of a case: the short list that brief, workbench, replay and attribution all read.

Each is an expression of the question language, so it can be asked, sealed, conditioned on and replayed like any other. Days are
fixed by the case (first round, horizon) or counted from a reference day, so that one number can be followed over time.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cumbre.errors import ExpressionError
from cumbre.expression import evaluate_condition, evaluate_number, parse
from cumbre.questions.phrases import any_of, candidate_name, day, side_name
from cumbre.record.case import Case
from cumbre.record.schema import FieldChange
from cumbre.vocabulary import Vocabulary
from cumbre.worlds import Worlds

__all__ = ["Headline", "Value", "arrays", "headlines", "leading", "vocabulary_of", "values"]

RECENT_DAYS = 60
"""Polls of this many days decide who counts as leading; older ones are used where there is none."""

LEADERS = 4
"""How many leading candidates get their own chance of reaching the run-off; pairs are made of the first three."""

WINNERS = 12
"""How many candidates get their own chance of winning."""


@dataclass(frozen=True)
class Headline:
    """One number of the short list.

    id          stable name, e.g. "ballot.win.cepeda"
    text, text_es   what it is, in plain words
    expression  of the question language: a condition where `unit` is "chance", a number otherwise
    unit        "chance", "%", "points", "index" or the unit of the issue
    stage       the stage that it belongs to
    on          the day on which it is decided
    subject     candidate, issue, pair or bloc that it is about
    """

    id: str
    text: str
    text_es: str
    expression: str
    unit: str
    stage: str
    on: dt.date
    subject: tuple[str, ...] = ()

    @property
    def is_chance(self) -> bool:
        """Whether the number is a probability."""
        return self.unit == "chance"

    def words(self, lang: str = "en") -> str:
        """What the number is, in one language."""
        return self.text_es if lang == "es" else self.text


class Value(NamedTuple):
    """A headline number read from worlds: mean over the worlds, Monte Carlo error, central 80 % of the worlds, worlds counted."""

    mean: float
    mc_error: float
    low: float
    high: float
    n: int
    reason: str = ""


def leading(case: Case) -> list[str]:
    """Candidates who may stand, by mean share in recent first-round polls; those without a poll follow in file order."""
    shares: dict[str, list[float]] = defaultdict(list)
    open_polls = [row for row in case.polls if row.round == 1 and row.question in ("open", "list") and row.kind == "candidate"]
    if open_polls:
        last = max(row.published for row in open_polls)
        for row in open_polls:
            if (last - row.published).days <= RECENT_DAYS and row.candidate in case.candidate:
                shares[row.candidate].append(row.share_pct)
    # A name seen once in a high poll is no leader: shares are added over polls, so absence counts as 0.
    ranked = sorted(shares, key=lambda name: (-sum(shares[name]), name))
    ranked += [row.id for row in case.candidates if row.id not in shares]
    out = {row.candidate for row in case.field if row.change in ("withdraws", "barred") and row.probability == 1}
    out -= {row.candidate for row in case.field if row.change in ("enters", "restored") and _later(row, case)}
    return [name for name in ranked if name not in out and case.candidate[name].standing > 0]


def _later(change: FieldChange, case: Case) -> bool:
    """Whether a candidate came back after the last exit."""
    exits = [row.date for row in case.field if row.candidate == change.candidate and row.change in ("withdraws", "barred")]
    return bool(exits) and change.date > max(exits)


def _ballot(case: Case) -> list[Headline]:
    election = case.election
    if election is None or not case.candidates or case.as_of > election.first_round:
        return []
    first, last = election.first_round, election.runoff or election.first_round
    order = leading(case)
    found = [
        Headline(
            f"ballot.win.{name}", f"{candidate_name(case, name).en} wins the presidency",
            f"{candidate_name(case, name).es} gana la presidencia", f"ballot.winner == '{name}'", "chance", "ballot", last, (name,),
        )
        for name in order[:WINNERS]
    ]  # fmt: skip
    for bloc, label in election.blocs.items():
        label_es = election.blocs_es.get(bloc, label)
        if any(row.bloc == bloc for row in case.candidates):
            found.append(Headline(
                f"ballot.bloc.{bloc}", f"a candidate of the bloc {label} wins", f"gana un candidato del bloque {label_es}",
                f"ballot.winner_bloc == '{bloc}'", "chance", "ballot", last, (bloc,),
            ))  # fmt: skip
    if election.runoff is None or election.rule == "plurality":
        return found
    found.append(
        Headline(
            "ballot.runoff", "a run-off is held", "hay segunda vuelta", "ballot.runoff_held", "chance", "ballot", first
        )
    )  # fmt: skip
    reach = order[:LEADERS]
    if election.successor in case.candidate and election.successor not in reach:
        reach.append(election.successor)
    for name in reach:
        words = candidate_name(case, name)
        found.append(Headline(
            f"ballot.reach.{name}", f"{words.en} is in the run-off", f"{words.es} está en la segunda vuelta",
            f"ballot.in_runoff['{name}']", "chance", "ballot", first, (name,),
        ))  # fmt: skip
    for a, b in combinations(order[:3], 2):
        one, two = candidate_name(case, a), candidate_name(case, b)
        found.append(Headline(
            f"ballot.pair.{a}.{b}", f"the run-off is between {one.en} and {two.en}",
            f"la segunda vuelta es entre {one.es} y {two.es}", f"ballot.in_runoff['{a}'] and ballot.in_runoff['{b}']", "chance",
            "ballot", first, (a, b),
        ))  # fmt: skip
    return found


def _table(case: Case) -> list[Headline]:
    if not case.issues:
        return []
    end, words = case.horizon, day(case.horizon)
    between = [issue for issue in case.issues if case.parties(issue) == tuple(case.principals)] or case.issues
    found = [
        Headline(
            "table.deal", f"a deal between the two governments is in force on {words.en}, on at least one issue",
            f"un acuerdo entre los dos gobiernos está vigente el {words.es}, en al menos un asunto",
            any_of([f"table.settled['{issue.id}', '{end}']" for issue in between]), "chance", "table", end,
        )
    ]  # fmt: skip
    for issue in case.issues:
        title, title_es = issue.title, issue.title_es or issue.title
        scale = "" if issue.kind in ("numeric", "count") else f", {issue.low:g} to {issue.high:g}"
        escala = "" if issue.kind in ("numeric", "count") else f", de {issue.low:g} a {issue.high:g}"
        found.append(Headline(
            f"table.issue.{issue.id}", f"{title}: expected value on {words.en}{scale}",
            f"{title_es}: valor esperado el {words.es}{escala}", f"table.value['{issue.id}', '{end}']", issue.unit or "scale", "table",
            end, (issue.id,),
        ))  # fmt: skip
    return found


def _home(case: Case) -> list[Headline]:
    election = case.election
    at_vote = election is not None and case.as_of <= election.first_round <= case.horizon
    on = election.first_round if election is not None and at_vote else case.horizon
    words = day(on)
    leader = election.leader if election else side_name(case, case.home).en
    found = [
        Headline(
            "home.approval", f"approval of {leader} on {words.en}", f"aprobación de {leader} el {words.es}",
            f"home.approval['{on}']", "%", "home", on,
        )
    ]  # fmt: skip
    if election is not None and at_vote:
        bloc = election.leader_bloc
        label, label_es = election.blocs[bloc], election.blocs_es.get(bloc, election.blocs[bloc])
        found.append(Headline(
            f"home.shift.{bloc}", f"points of vote that the talks move to the bloc of the government ({label})",
            f"puntos de voto que la negociación mueve hacia el bloque del gobierno ({label_es})", f"home.shift['{bloc}']", "points",
            "home", on, (bloc,),
        ))  # fmt: skip
    return found


def _relation(case: Case, reference: dt.date) -> list[Headline]:
    a, b = sorted(case.principals)
    one, two = side_name(case, a), side_name(case, b)
    on = min(reference + dt.timedelta(days=30), case.horizon)
    words = day(on)
    return [
        Headline(
            "relation.index", f"cooperation-conflict index between {one.en} and {two.en} on {words.en}, -10 to 10",
            f"índice de cooperación y conflicto entre {one.es} y {two.es} el {words.es}, de -10 a 10",
            f"relation.index['{a}', '{b}', '{on}']", "index", "relation", on, (f"{a}-{b}",),
        )
    ]  # fmt: skip


def headlines(case: Case, reference: dt.date | None = None) -> list[Headline]:
    """The headline numbers of a case, most read first.

    Parameters
    ----------
    reference : day from which "in 30 days" counts; the as-of date unless given. Numbers of two dates are compared with one reference.

    >>> from cumbre.record import load
    >>> [h.id for h in headlines(load("washington-2026"))][-1]
    'relation.index'
    """
    return [*_ballot(case), *_table(case), *_home(case), *_relation(case, reference or case.as_of)]


def vocabulary_of(worlds: Worlds) -> Vocabulary:
    """A fresh look-up over worlds, whose memory is freed with it."""
    groups = {stage: worlds.tree[stage].to_dataset() for stage in worlds.stages}
    return Vocabulary(groups, worlds.as_of, worlds.draws)


def arrays(worlds: Worlds, numbers: Sequence[Headline]) -> tuple[npt.NDArray[np.float64], list[str]]:
    """Every number in every world, shape (draw, number), and why a number is not defined ("" where it is).

    A number that these worlds cannot give (a candidate not yet known, a stage that is absent) is nan throughout.
    """
    names = vocabulary_of(worlds)
    table = np.full((worlds.draws, len(numbers)), np.nan)
    reasons = [""] * len(numbers)
    for column, number in enumerate(numbers):
        try:
            tree = parse(number.expression)
            table[:, column] = evaluate_condition(tree, names) if number.is_chance else evaluate_number(tree, names)
        except ExpressionError as error:
            reasons[column] = f"{error.what}; {error.mend}"
    return table, reasons


def values(worlds: Worlds, numbers: Sequence[Headline]) -> list[Value]:
    """Mean of every number over the worlds in which it is defined, with its Monte Carlo error sd / sqrt(n)."""
    table, reasons = arrays(worlds, numbers)
    found = []
    for number, column, reason in zip(numbers, table.T, reasons, strict=True):
        known = column[np.isfinite(column)]
        if not known.size:
            found.append(Value(np.nan, np.nan, np.nan, np.nan, 0, reason or "defined in no world"))
            continue
        mean, error = float(known.mean()), float(known.std() / np.sqrt(known.size))
        low, high = (mean, mean) if number.is_chance else (float(q) for q in np.quantile(known, (0.1, 0.9)))
        found.append(Value(mean, error, low, high, int(known.size), reason))
    return found
