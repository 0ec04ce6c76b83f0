"""The forecast ledger: seal answers, resolve questions, read both back."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import pandas as pd

from cumbre import __version__
from cumbre.errors import UsageError
from cumbre.questions import chain
from cumbre.questions.answers import Answer
from cumbre.questions.asked import Asked, from_case
from cumbre.record import schema as s
from cumbre.record.case import Case
from cumbre.record.loader import find
from cumbre.worlds import Worlds

__all__ = [
    "LEDGER", "Ledger", "Outcome", "Sealed", "ledger_path", "read_ledger", "resolve", "seal", "verify",
]  # fmt: skip

LEDGER = "ledger.sqlite"
"""Name of the ledger in a case folder."""

Outcome = Literal["yes", "no", "ambiguous", "annulled"]


@dataclass(frozen=True)
class Sealed:
    """What a sealing wrote: number of forecasts, hash of the last row, file."""

    forecasts: int
    head: str
    path: Path

    def __str__(self) -> str:
        return f"{self.forecasts} forecasts in {self.path}, head {self.head[:16]}" if self.forecasts else "0 forecasts"

    def __int__(self) -> int:
        return self.forecasts


@dataclass(frozen=True)
class Ledger:
    """A ledger as read.

    forecasts     a row a sealed forecast: n, sealed_at, question_id, question, topic, expression, close_date, probability,
                  mc_error, n_worlds, status, as_of, run_id, seed, draws, version, case_id, case_hash, hash
    resolutions   a row a question: the last resolution counts; n, question_id, outcome, date, source, note, corrections
    head          hash of the last row
    path          the file
    """

    forecasts: pd.DataFrame
    resolutions: pd.DataFrame
    head: str
    path: Path


FORECAST_COLUMNS = [
    "n", "sealed_at", "question_id", "question", "question_es", "topic", "expression", "close_date", "probability", "mc_error",
    "n_worlds", "status", "reason", "as_of", "run_id", "seed", "draws", "version", "case_id", "case_hash", "hash",
]  # fmt: skip
RESOLUTION_COLUMNS = ["n", "sealed_at", "question_id", "outcome", "date", "source", "note", "corrections", "hash"]


def ledger_path(case: Case | str | Path) -> Path:
    """File of a case's ledger: in its folder, or where the environment variable CUMBRE_LEDGER says.

    The variable serves cases that come with the package, whose folder may not be writable.
    """
    override = os.environ.get("CUMBRE_LEDGER")
    if override:
        return Path(override)
    if isinstance(case, Case):
        return case.folder / LEDGER
    path = Path(case)
    return path if path.suffix in (".sqlite", ".db") else find(case) / LEDGER


def seal(
    case: Case,
    worlds: Worlds,
    answers: Sequence[Answer],
    *,
    questions: Sequence[Asked | s.Question] | None = None,
    path: Path | str | None = None,
    now: dt.datetime | None = None,
) -> Sealed:
    """Seal the answered forecasts; when this returns they are on disk, all of them, and linked to what stood before.

    Parameters
    ----------
    questions : the questions as asked; those of the case unless given.
    path : another file than the ledger of the case folder.
    now : the moment of sealing (tests); the clock otherwise.

    Raises LedgerError where the ledger cannot be written, UsageError where an answer belongs to no question.
    """
    given = case.questions if questions is None else questions
    by_id = {q.question_id: q for q in (q if isinstance(q, Asked) else from_case([q])[0] for q in given)}
    meta = dict(worlds.meta)
    rows: list[tuple[str, str, dict[str, Any]]] = []
    for answer in answers:
        question = by_id.get(answer.question_id)
        if question is None:
            raise UsageError(
                f"answer {answer.question_id!r} belongs to no question; seal the questions together with their answers"
            )
        if answer.status != "answered":
            continue
        rows.append((
            "forecast", answer.question_id,
            {
                "question": question.question, "question_es": question.question_es, "topic": question.topic,
                "expression": question.expression, "close_date": question.close_date.isoformat(),
                "resolution_rule": question.resolution, "probability": answer.probability, "mc_error": answer.mc_error,
                "n_worlds": answer.n_worlds, "status": answer.status, "reason": answer.reason, "as_of": case.as_of.isoformat(),
                "run_id": meta.get("run_id", ""), "seed": worlds.seed, "draws": worlds.draws, "version": meta.get("version", __version__),
                "case_id": case.id, "case_hash": case.digest,
            },
        ))  # fmt: skip
    target = Path(path) if path is not None else ledger_path(case)
    if not rows:
        return Sealed(0, "", target)
    sealed = chain.append(target, rows, now=now)
    return Sealed(len(sealed), sealed[-1].hash, target)


def resolve(
    ledger: Case | str | Path,
    question_id: str,
    outcome: str,
    date: dt.date,
    *,
    source: str,
    note: str = "",
    now: dt.datetime | None = None,
) -> chain.Row:
    """Append the resolution of a question.

    A second resolution of one question is a correction: it counts from then on, the first stays in the ledger, and `note` must
    say why. Ambiguous and annulled questions leave the scores.

    Raises UsageError for an unknown question or outcome, a missing source, or a date before the forecast.
    """
    path = ledger_path(ledger)
    if outcome not in get_args(Outcome):
        raise UsageError(f"outcome {outcome!r} is not known; write one of {', '.join(get_args(Outcome))}")
    if not source.strip():
        raise UsageError(f"resolution of {question_id!r} names no source; say what it rests on with --source")
    book = read_ledger(path)
    own = book.forecasts[book.forecasts["question_id"] == question_id]
    if own.empty:
        known = ", ".join(sorted(set(book.forecasts["question_id"]))[:12]) or "none"
        raise UsageError(f"no forecast of {question_id!r} was sealed in {path} (sealed: {known}); seal one first with --seal")
    first = min(own["as_of"])
    if date < first:
        raise UsageError(f"{question_id!r} cannot resolve on {date}, before its first forecast of {first}; correct the date")
    earlier = book.resolutions[book.resolutions["question_id"] == question_id]
    content: dict[str, Any] = {"outcome": outcome, "date": date.isoformat(), "source": source.strip(), "note": note.strip()}
    if not earlier.empty:
        if not note.strip():
            was = earlier.iloc[-1]
            raise UsageError(
                f"{question_id!r} was resolved {was['outcome']} on {was['date']}; to correct it, say why with --note (the first stays)"
            )
        content["corrects"] = int(earlier.iloc[-1]["n"])
    return chain.append(path, [("resolution", question_id, content)], now=now)[0]


def read_ledger(ledger: Case | str | Path) -> Ledger:
    """Forecasts and resolutions of a ledger; empty tables where none was begun."""
    path = ledger_path(ledger)
    rows = chain.read_rows(path)
    forecasts: list[dict[str, Any]] = []
    resolutions: dict[str, dict[str, Any]] = {}
    for row in rows:
        base = {"n": row.n, "sealed_at": row.sealed_at, "question_id": row.question_id, "hash": row.hash}
        if row.kind == "forecast":
            content = dict(row.content)
            dates = {key: dt.date.fromisoformat(content[key]) for key in ("close_date", "as_of")}
            forecasts.append({**base, **content, **dates})
        elif row.kind == "resolution":
            before = resolutions.get(row.question_id)
            resolutions[row.question_id] = {
                **base, **row.content, "date": dt.date.fromisoformat(str(row.content["date"])),
                "corrections": before["corrections"] + 1 if before else 0,
            }  # fmt: skip
    head = rows[-1].hash if rows else ""
    return Ledger(
        pd.DataFrame(forecasts, columns=FORECAST_COLUMNS), pd.DataFrame(list(resolutions.values()), columns=RESOLUTION_COLUMNS),
        head, path,
    )  # fmt: skip


def verify(ledger: Case | str | Path, *, head: str | None = None) -> list[chain.Fault]:
    """Every place where the chain of a ledger does not hold; empty where it does (see cumbre.questions.chain)."""
    return chain.verify(ledger_path(ledger), head=head)
