"""Check questions and scenarios of a case before any world is drawn.

A two-world skeleton carries every id of the case (candidates, primaries, issues, sides, blocs) and no forecast; an expression is
evaluated over it by the same look-up that serves the real worlds, so that the messages are the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import numpy as np
import xarray as xr

from cumbre.errors import ExpressionError, InputError, Problem
from cumbre.expression import evaluate_condition, parse
from cumbre.intervention import intervene
from cumbre.record.case import Case
from cumbre.record.schema import Kind
from cumbre.vocabulary import Vocabulary

__all__ = ["check_questions", "skeleton"]

_DRAWS = 2


def _ballot(case: Case) -> xr.Dataset:
    names = [*dict.fromkeys([row.id for row in case.candidates]), "blank"]
    blocs = [*[case.candidate[name].bloc for name in names[:-1]], ""]
    primaries = [row.id for row in case.primaries]
    n, k = len(names), len(primaries)
    each, one = np.zeros((_DRAWS, n)), np.zeros(_DRAWS)
    variables: dict[str, object] = dict.fromkeys(("share1", "share2", "rank1", "in_runoff"), (("draw", "candidate"), each))
    variables |= dict.fromkeys(("margin2", "turnout1", "turnout2", "blank1", "blank2", "runoff_held"), ("draw", one))
    variables |= {
        "winner": ("draw", one.astype(int)), "primary_winner": (("draw", "primary"), np.zeros((_DRAWS, k), int)),
        "primary_votes_total": (("draw", "primary"), np.zeros((_DRAWS, k))),
        "primary_share": (("draw", "primary", "candidate"), np.zeros((_DRAWS, k, n))),
        "primary_votes": (("draw", "primary", "candidate"), np.zeros((_DRAWS, k, n))),
    }  # fmt: skip
    return xr.Dataset(variables, {"candidate": names, "candidate_bloc": ("candidate", blocs), "primary": primaries})


def skeleton(case: Case) -> Vocabulary:
    """Names of the question language over a case's ids, without a forecast: for checking only."""
    horizon = (case.horizon - case.as_of).days
    sides = sorted({case.side(row.id) for row in case.actors} | {row.id for row in case.actors} | set(case.principals))
    weeks = [*range(0, horizon, 7), horizon]
    pairs = ["-".join(pair) for pair in combinations(sides, 2)]
    issues = [issue.id for issue in case.issues]
    steps = np.zeros((_DRAWS, len(issues), 1))
    groups = {
        "relation": xr.Dataset(
            {"event_day": (("draw", "slot"), np.full((_DRAWS, len(sides)), -1)),
             "index": (("draw", "pair", "week"), np.zeros((_DRAWS, len(pairs), len(weeks))))},
            {"slot_source": ("slot", sides), "slot_target": ("slot", sides), "slot_kind": ("slot", [Kind.AGREE] * len(sides)),
             "pair": pairs, "week_day": ("week", weeks)},
        ),
        "table": xr.Dataset({
            "value": (("draw", "issue", "step"), steps), "settled": (("draw", "issue", "step"), steps),
            "value_day": (("draw", "issue", "step"), steps),
        }, {"issue": issues}),
        "home": xr.Dataset(
            {"approval": (("draw", "week"), np.zeros((_DRAWS, len(weeks)))),
             "shift": (("draw", "bloc"), np.zeros((_DRAWS, len(case.election.blocs) if case.election else 0)))},
            {"week_day": ("week", weeks), "bloc": list(case.election.blocs) if case.election else []},
        ),
    }  # fmt: skip
    for name in ("relation", "table"):
        groups[name].attrs["horizon"] = horizon
    if case.election is not None and case.candidates:
        groups["ballot"] = _ballot(case)
    return Vocabulary(groups, case.as_of, _DRAWS)


def _line(folder: Path, file: str, id_: str) -> int:
    """Line where the entry of this id begins; 0 where it cannot be found."""
    path = folder / file
    if not path.is_file():
        return 0
    pattern = re.compile(rf"""\s*id\s*=\s*["']{re.escape(id_)}["']""")
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return next((number for number, line in enumerate(lines, 1) if pattern.match(line)), 0)


def _said(error: InputError) -> tuple[str, str]:
    if isinstance(error, ExpressionError):
        around = error.text[max(error.position - 12, 0) : error.position + 24].strip()
        return f"{error.what} (near {around!r}, character {error.position + 1})", error.mend
    return str(error), "correct it"


def _problems(case: Case) -> Iterator[Problem]:
    names = skeleton(case)
    for question in case.questions:
        line = _line(case.folder, "questions.toml", question.id)
        try:
            evaluate_condition(parse(question.expression), names)
        except ExpressionError as error:
            what, mend = _said(error)
            yield Problem("questions.toml", line, f"{question.id}: expression", what, mend)
        if question.close_date <= case.as_of:
            what = f"closes {question.close_date}, not after {case.as_of}"
            yield Problem("questions.toml", line, f"{question.id}: close_date", what, "choose a later day, or drop the question")
        elif question.close_date > case.horizon:
            what = f"closes {question.close_date}, after the horizon {case.horizon}"
            yield Problem("questions.toml", line, f"{question.id}: close_date", what, "choose an earlier day, or a later horizon")
    for preset in case.presets:
        line = _line(case.folder, "case.toml", preset.id)
        for text in preset.given:
            try:
                evaluate_condition(parse(text), names)
            except ExpressionError as error:
                what, mend = _said(error)
                yield Problem("case.toml", line, f"{preset.id}: given", what, mend)
        changed = case
        for text in preset.do:
            try:
                changed = intervene(changed, [text])
            except InputError as error:
                what, mend = _said(error)
                yield Problem("case.toml", line, f"{preset.id}: do", what, mend)


def check_questions(case: Case) -> list[Problem]:
    """Every problem of the case's questions and presets: expressions that cannot be read, unknown ids, days out of range.

    >>> from cumbre.record import load
    >>> check_questions(load("washington-2026"))
    []
    """
    return sorted(set(_problems(case)))
