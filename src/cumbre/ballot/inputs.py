"""A case as arrays: candidates, polls by kind of question, field changes, primaries. Labels in, arrays out; no model here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cumbre.ballot.filter import Survey
from cumbre.ballot.transfer import list_view
from cumbre.errors import InputError
from cumbre.record.case import Case
from cumbre.record.schema import Poll

__all__ = [
    "Change", "Contest", "Field", "Question", "changes", "contests", "field_of", "houses_of", "pair_surveys", "primary_surveys",
    "questions", "to_surveys",
]  # fmt: skip

FloatArray = npt.NDArray[np.float64]

UNKNOWN_N = 800.0
"""Respondents assumed where a source gives none (judged)."""

WINDOW = 150
"""Days of polls used before the last one."""


@dataclass(frozen=True)
class Field:
    """Who may stand. ids in alphabetical order, then `blank`; positions and blocs; standing 0-1."""

    ids: tuple[str, ...]
    names: tuple[str, ...]
    bloc: tuple[str, ...]
    x: FloatArray
    y: FloatArray
    standing: FloatArray

    @property
    def size(self) -> int:
        """Number of options."""
        return len(self.ids)

    @property
    def blank(self) -> int:
        """Index of the blank vote (always the last option)."""
        return len(self.ids) - 1


@dataclass(frozen=True)
class Question:
    """One question of a poll: the rows that count, grouped. `rest` is what none, undecided and other took, per cent."""

    poll_id: str
    pollster: str
    round: int
    kind: str
    primary: str
    day: int
    published: int
    n: float
    share: dict[str, float]
    undecided: float
    none: float
    mode: str
    listed_total: float


@dataclass(frozen=True)
class Change:
    """A dated change of the field, in indices: candidate and heir (whom an endorser names) -1 = none; day since as_of."""

    id: str
    day: int
    candidate: int
    kind: str
    target: str
    probability: float
    heir: int = -1


@dataclass(frozen=True)
class Contest:
    """A primary: id, day since as_of, member indices, votes in thousands (low, mode, high), null per cent."""

    id: str
    day: int
    members: tuple[int, ...]
    votes: tuple[float, float, float]
    null: float


def field_of(case: Case) -> Field:
    """Candidates of the case in order of id, and the blank vote; the order of the file changes nothing."""
    rows = sorted(case.candidates, key=lambda r: r.id)
    ids = tuple(r.id for r in rows)
    if "blank" in ids:
        raise InputError("candidates.csv: 'blank' is the name of the blank vote; give the candidate another id")
    return Field(
        (*ids, "blank"), (*(r.name for r in rows), "blank"), (*(r.bloc for r in rows), ""),
        np.array([*(r.x for r in rows), 5.0]), np.array([*(r.y for r in rows), 0.0]), np.array([*(r.standing for r in rows), 1.0]),
    )  # fmt: skip


def questions(case: Case) -> list[Question]:
    """Polls of the case, one entry a question, in order of the last field day. Raises InputError where shares cannot be."""
    groups: dict[str, list[Poll]] = {}
    for row in case.polls:
        groups.setdefault(row.poll_id, []).append(row)
    known = {r.id for r in case.candidates}
    out = []
    for poll_id, rows in groups.items():
        head = rows[0]
        total = sum(r.share_pct for r in rows)
        if total > 104:
            line = f" line {head.line}" if head.line else ""
            raise InputError(
                f"polls.csv{line}: shares of poll {poll_id} add to {total:g}; expected at most 101. Is the blank vote counted twice?"
            )
        if any(r.published > case.as_of for r in rows):
            raise InputError(
                f"poll {poll_id} was published on {head.published}, after the as-of date {case.as_of}; cut the case at its as-of date"
            )
        share: dict[str, float] = {}
        for r in rows:
            if r.kind == "candidate" and r.candidate in known:
                share[r.candidate] = share.get(r.candidate, 0.0) + r.share_pct
            elif r.kind == "blank":
                share["blank"] = share.get("blank", 0.0) + r.share_pct
        if not share:
            continue
        undecided = sum(r.share_pct for r in rows if r.kind == "undecided")
        none = sum(r.share_pct for r in rows if r.kind == "none")
        size = float(head.sample_size) if head.sample_size else UNKNOWN_N
        out.append(
            Question(
                poll_id, head.pollster, head.round, head.question, head.primary, (head.field_end - case.as_of).days,
                (head.published - case.as_of).days, size, share, undecided, none, head.mode, sum(share.values()),
            )
        )  # fmt: skip
    return sorted(out, key=lambda q: (q.day, q.poll_id))


def houses_of(asked: Sequence[Question]) -> tuple[str, ...]:
    """Polling houses, sorted."""
    return tuple(sorted({q.pollster for q in asked}))


def to_surveys(
    asked: Sequence[Question],
    field: Field,
    houses: Sequence[str],
    share: FloatArray | None,
    table: FloatArray | None,
    blank: bool,
) -> list[Survey]:
    """Surveys of first-round questions. Open lists need no state; lists of some names and bloc questions are linearised around
    `share` with the affinities `table`, and are left out while those are None. `blank`: whether blank answers are kept.
    """
    index = {name: i for i, name in enumerate(field.ids)}
    out = []
    for q in asked:
        if q.round != 1 or q.kind not in ("open", "list", "bloc"):
            continue
        kept = {k: v for k, v in q.share.items() if blank or k != "blank"}
        options = np.array([index[k] for k in kept], dtype=np.int64)
        values = np.array(list(kept.values()), float)
        house = houses.index(q.pollster)
        n = q.n * max(values.sum(), 1.0) / 100
        if q.kind == "open" and len(options) >= 2:
            out.append(Survey(float(q.day), house, options, values, n, name=q.poll_id))
        elif q.kind == "list" and len(options) >= 2 and share is not None and table is not None:
            out.append(_list_survey(q, house, options, values, n, share, table))
        elif q.kind == "bloc" and share is not None:
            out += _bloc_surveys(q, house, options, values, field, share)
    return out


LIST_SD = 0.25
"""Further error of a question that names only some candidates (judged: where the others' voters go is itself a model)."""

BLOC_SD = 0.5
"""Further error of a question inside one bloc (judged: who counts as of the bloc is not said)."""


def _list_survey(
    q: Question, house: int, options: npt.NDArray[np.int64], values: FloatArray, n: float, share: FloatArray, table: FloatArray
) -> Survey:
    matrix, offset = list_view(share, options, table)
    return Survey(float(q.day), house, options, values, n, LIST_SD, matrix, offset - offset.mean(), q.poll_id)


def _bloc_surveys(
    q: Question, house: int, options: npt.NDArray[np.int64], values: FloatArray, field: Field, share: FloatArray
) -> list[Survey]:
    """A bloc question says how its named candidates stand to the rest of the bloc; the rest is a weighted mean of utilities."""
    out = []
    for bloc in sorted({field.bloc[i] for i in options}):
        named = [i for i in options if field.bloc[i] == bloc]
        rest = np.array([field.bloc[j] == bloc and j not in named and field.standing[j] > 0 for j in range(field.size)])
        left = 100.0 - q.undecided - q.none - sum(values[list(options).index(i)] for i in named)
        if not rest.any() or share[rest].sum() <= 0 or left <= 1:
            continue
        matrix = np.zeros((len(named) + 1, field.size))
        for row, i in enumerate(named):
            matrix[row, i] = 1.0
        weight = np.where(rest, share, 0.0)
        weight = weight / weight.sum()
        matrix[-1] = weight
        u = np.log(np.maximum(share, 1e-6))
        offset = np.zeros(len(named) + 1)
        offset[-1] = np.log(share[rest].sum()) - weight @ u
        picked = np.array([*(values[list(options).index(i)] for i in named), left], float)
        label = np.array([*named, int(np.argmax(weight))], dtype=np.int64)
        out.append(Survey(float(q.day), house, label, picked, q.n / 3, BLOC_SD, matrix, offset - offset.mean(), q.poll_id))
    return out


def pair_surveys(asked: Sequence[Question], field: Field, houses: Sequence[str]) -> dict[tuple[int, int], list[Survey]]:
    """Polls of run-off pairs: (a, b) with a < b in index order -> surveys of two options, 0 = a."""
    index = {name: i for i, name in enumerate(field.ids)}
    out: dict[tuple[int, int], list[Survey]] = {}
    for q in asked:
        names = sorted((k for k in q.share if k != "blank"), key=lambda k: index[k])
        if q.round != 2 or q.kind != "pair" or len(names) != 2:
            continue
        values = np.array([q.share[names[0]], q.share[names[1]]], float)
        if values.min() <= 0:
            continue
        s = Survey(float(q.day), houses.index(q.pollster), np.arange(2), values, q.n * values.sum() / 100)
        out.setdefault((index[names[0]], index[names[1]]), []).append(s)
    return out


def primary_surveys(asked: Sequence[Question], field: Field, houses: Sequence[str], contest: Contest) -> list[Survey]:
    """Polls of whom voters would choose inside one primary; options are positions in `contest.members`."""
    index = {field.ids[i]: p for p, i in enumerate(contest.members)}
    out = []
    for q in asked:
        if q.kind != "primary" or q.primary != contest.id:
            continue
        kept = {index[k]: v for k, v in q.share.items() if k in index}
        if len(kept) >= 2:
            options = np.array(list(kept), dtype=np.int64)
            values = np.array(list(kept.values()), float)
            out.append(Survey(float(q.day), houses.index(q.pollster), options, values, q.n * values.sum() / 100))
    return out


def contests(case: Case, field: Field) -> list[Contest]:
    """Primaries of the case in file order, with the candidates who name them."""
    index = {name: i for i, name in enumerate(field.ids)}
    out = []
    for row in case.primaries:
        members = tuple(index[c.id] for c in case.candidates if c.primary == row.id and c.standing > 0)
        if not row.votes_low <= row.votes_mode <= row.votes_high:
            raise InputError(
                f"primaries.csv, {row.id}: votes need low <= mode <= high, got {row.votes_low:g}, {row.votes_mode:g}, {row.votes_high:g}"
            )
        out.append(
            Contest(row.id, (row.date - case.as_of).days, members, (row.votes_low, row.votes_mode, row.votes_high), row.null_pct)
        )
    named = {c.primary for c in case.candidates if c.primary}
    unknown = named - {c.id for c in out}
    if unknown:
        name = sorted(unknown)[0]
        raise InputError(f"candidates.csv: primary {name!r} is in no row of primaries.csv; add the primary or clear the column")
    return out


def changes(case: Case, field: Field) -> list[Change]:
    """Field changes in order of date. Raises InputError where a candidate is not in the case."""
    index = {name: i for i, name in enumerate(field.ids)}
    out = []
    for row in case.field:
        if row.candidate and row.candidate not in index:
            raise InputError(
                f"field.csv, {row.id}: candidate {row.candidate!r} is not in candidates.csv; add the row or mend the id"
            )
        if row.change == "endorses" and row.target not in index:
            raise InputError(f"field.csv, {row.id}: endorses {row.target!r}, who is not in candidates.csv; mend the target")
        who = index[row.candidate] if row.candidate else -1
        heir = index[row.target] if row.change == "endorses" else -1
        out.append(Change(row.id, (row.date - case.as_of).days, who, row.change, row.target, row.probability, heir))
    return sorted(out, key=lambda c: (c.day, c.id))
