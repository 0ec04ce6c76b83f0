"""Ask: a probability for every question, read from the worlds, or the reason why there is none."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from cumbre.errors import ExpressionError
from cumbre.expression import evaluate_condition, parse, paths
from cumbre.questions.asked import Asked, from_case
from cumbre.questions.headlines import vocabulary_of
from cumbre.record import schema as s
from cumbre.record.case import Case
from cumbre.worlds import FEWEST, Worlds

__all__ = ["Answer", "answers_frame", "ask", "write_answers", "write_text"]

_CHUNK = 500
"""Questions answered before the look-up is emptied: what 10,000 questions look up would not fit into memory at once."""

Status = Literal["answered", "not_answerable", "too_few_worlds"]


@dataclass(frozen=True)
class Answer:
    """A probability and what stands behind it.

    probability   share of worlds where the expression holds; None where there is none
    mc_error      Monte Carlo standard error sqrt(p (1 - p) / n)
    n_worlds      worlds counted
    status        answered, not_answerable or too_few_worlds
    reason        why it is not answered, or a caution
    """

    question_id: str
    probability: float | None
    mc_error: float | None
    n_worlds: int
    status: Status
    reason: str = ""


def _one(question: Asked, case: Case, worlds: Worlds, names: Any) -> Answer:
    def no(reason: str) -> Answer:
        return Answer(question.question_id, None, None, worlds.draws, "not_answerable", reason)

    if question.close_date <= case.as_of:
        return no(f"closes {question.close_date}, not after {case.as_of}: it is settled by the record, not by a forecast")
    if not question.expression.strip():
        return no("no expression is given; write one in the question language")
    try:
        tree = parse(question.expression)
        mask = evaluate_condition(tree, names)
    except ExpressionError as error:
        return no(f"{error.what} (at character {error.position + 1}); {error.mend}")
    n = len(mask)
    if n < FEWEST:
        return Answer(question.question_id, None, None, n, "too_few_worlds", f"{n} worlds are left, under {FEWEST}")
    p = float(np.count_nonzero(mask)) / n
    undefined = 0.0
    for path in paths(tree):
        value = names.resolve(path)
        if isinstance(value, np.ndarray) and value.dtype.kind == "f":
            undefined = max(undefined, float(np.count_nonzero(np.isnan(value))) / n)
    caution = f"undefined in {undefined:.1%} of worlds, where a comparison counts as false" if undefined else ""
    return Answer(question.question_id, p, float(np.sqrt(p * (1 - p) / n)), n, "answered", caution)


def ask(case: Case, worlds: Worlds, questions: Sequence[Asked | s.Question]) -> list[Answer]:
    """A probability for each question, in the order asked.

    The probability is the share of worlds where the expression holds. A comparison with a number that a world does not define
    (nan, such as a run-off share where none is held) is false in that world, and `not` turns it round. A question that cannot be
    evaluated by these worlds, or that closes on or before the as-of date, is not answerable and says why.
    """
    asked = [question if isinstance(question, Asked) else from_case([question])[0] for question in questions]
    # Like stands beside like, so that a look-up is used again before it is dropped.
    order = sorted(range(len(asked)), key=lambda i: asked[i].expression)
    found: dict[int, Answer] = {}
    for start in range(0, len(order), _CHUNK):
        names = vocabulary_of(worlds)
        for i in order[start : start + _CHUNK]:
            found[i] = _one(asked[i], case, worlds, names)
    return [found[i] for i in range(len(asked))]


def answers_frame(answers: Sequence[Answer]) -> pd.DataFrame:
    """Answers as a table, columns as in the answer file."""
    columns = list(Answer.__dataclass_fields__)
    frame = pd.DataFrame([asdict(answer) for answer in answers], columns=columns)
    for column in ("probability", "mc_error"):
        frame[column] = frame[column].astype(float).round(6)
    return frame


def write_text(text: str, path: Path) -> None:
    """Write a text file that appears whole or not at all."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def write_answers(answers: Sequence[Answer], out: Path | str) -> Path:
    """Write `question_id,probability,mc_error,n_worlds,status,reason`; the file appears whole or not at all."""
    path = Path(out)
    write_text(answers_frame(answers).to_csv(index=False), path)
    return path
