"""The track record: sealed forecasts beside what happened, beside the base rate and beside other forecasters."""

from __future__ import annotations

import csv
import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cumbre.errors import CaseError, Problem, UsageError
from cumbre.questions import scoring
from cumbre.questions.ledger import Ledger

__all__ = ["Rival", "TrackRecord", "last_before", "read_rival", "track_record"]

_LEADS = ((0, 7, "0-7 days"), (8, 30, "8-30 days"), (31, 90, "31-90 days"), (91, 100_000, "over 90 days"))


@dataclass(frozen=True)
class Rival:
    """Another forecaster: probabilities by question id; by question id and day where the file has a `date` column."""

    name: str
    table: pd.DataFrame


@dataclass(frozen=True)
class TrackRecord:
    """Scores of a ledger.

    scores        a row a part (all, then each topic): n, yes, brier, base_rate (Brier of always saying the share of yes), skill,
                  low and high of Brier minus base rate (90 %), log, auc, auc_low, auc_high
    rivals        a row a rival: the same questions scored for both, skill of ours against theirs, 90 % range of the difference
    calibration   by tenth: n, mean probability, share of yes, Wilson interval
    by_lead       by days from forecast to resolution; every sealed forecast counts
    by_month      by month of resolution
    resolved      a row a resolved question: last forecast before it, outcome, brier, log
    open          a row an open question: last forecast, close date, number of sealings
    murphy        reliability, resolution, uncertainty
    """

    scores: pd.DataFrame
    rivals: pd.DataFrame
    calibration: pd.DataFrame
    by_lead: pd.DataFrame
    by_month: pd.DataFrame
    resolved: pd.DataFrame
    open: pd.DataFrame
    murphy: scoring.Parts | None
    not_scored: Mapping[str, str] = field(default_factory=dict)
    head: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON; nan becomes null."""
        tables = ("scores", "rivals", "calibration", "by_lead", "by_month", "resolved", "open")
        found: dict[str, Any] = {name: _records(getattr(self, name)) for name in tables}
        found["murphy"] = None if self.murphy is None else self.murphy._asdict()
        found["not_scored"], found["head"] = dict(self.not_scored), self.head
        return found


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    def plain(value: Any) -> Any:
        if isinstance(value, float | np.floating):
            return round(float(value), 6) if math.isfinite(value) else None
        if isinstance(value, np.integer):
            return int(value)
        return value.isoformat() if isinstance(value, dt.date) else value

    return [{key: plain(value) for key, value in row.items()} for row in _rows(frame)]


def read_rival(path: Path | str, name: str = "") -> Rival:
    """Another forecaster's CSV: `question_id,probability[,date]`, probabilities 0 to 1.

    Raises CaseError with every problem of the file, UsageError where there is none.
    """
    path = Path(path)
    if not path.is_file():
        raise UsageError(f"{path}: no such file; give a CSV with question_id,probability[,date]")
    problems: list[Problem] = []
    rows: list[tuple[str, float, dt.date | None]] = []
    seen: set[tuple[str, dt.date | None]] = set()
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        for column in ("question_id", "probability"):
            if column not in (reader.fieldnames or []):
                mend = "the columns are question_id,probability and, if wanted, date"
                problems.append(Problem(path.name, 1, column, "column is missing", mend))
        if problems:
            raise CaseError(str(path), problems)
        for row in reader:
            line, text = reader.line_num, (row["probability"] or "").strip()
            if not text:
                continue
            try:
                p = float(text)
            except ValueError:
                p = math.nan
            if not 0 <= p <= 1:
                problems.append(
                    Problem(path.name, line, "probability", f"{text!r} is no probability", "write a number from 0 to 1")
                )
                continue
            day = None
            if (row.get("date") or "").strip():
                try:
                    day = dt.date.fromisoformat(row["date"].strip())
                except ValueError:
                    problems.append(Problem(path.name, line, "date", f"{row['date']!r} is not a date", "write YYYY-MM-DD"))
                    continue
            key = ((row["question_id"] or "").strip(), day)
            if key in seen:
                problems.append(
                    Problem(path.name, line, "question_id", f"{key[0]!r} is there twice", "keep one, or give each a date")
                )
            seen.add(key)
            rows.append((key[0], p, day))
    if problems:
        raise CaseError(str(path), sorted(problems))
    return Rival(name or path.stem, pd.DataFrame(rows, columns=["question_id", "probability", "date"]))


def last_before(forecasts: pd.DataFrame, question_id: str, day: dt.date, column: str) -> float | None:
    """The last probability given for a question before a day; rows whose `column` is empty count as always known."""
    own = forecasts[forecasts["question_id"] == question_id]
    known = [(when if isinstance(when, dt.date) else dt.date.min, i) for i, when in enumerate(own[column])]
    before = [entry for entry in known if entry[0] < day]
    return float(own["probability"].iloc[max(before)[1]]) if before else None


def _part(name: str, rows: pd.DataFrame) -> dict[str, Any]:
    p, y = rows["probability"].to_numpy(float), rows["y"].to_numpy(float)
    own = scoring.brier(p, y)
    constant = (y.mean() - y) ** 2
    base = float(constant.mean())
    gap = scoring.paired_difference(own, constant)
    low, high = scoring.auc_interval(p, y)
    return {
        "part": name, "n": len(rows), "yes": int(y.sum()), "brier": float(own.mean()), "base_rate": base,
        "skill": 1 - float(own.mean()) / base if base else math.nan, "difference_low": gap.low, "difference_high": gap.high,
        "log": float(scoring.log_score(p, y).mean()), "auc": scoring.auc(p, y), "auc_low": low, "auc_high": high,
    }  # fmt: skip


def _against(rows: pd.DataFrame, rival: Rival) -> dict[str, Any]:
    theirs = [last_before(rival.table, r["question_id"], r["date"], "date") for r in _rows(rows)]
    shared = rows.assign(theirs=np.array(theirs, dtype=float)).dropna(subset=["theirs"])
    y = shared["y"].to_numpy(float)
    ours, other = scoring.brier(shared["probability"], y), scoring.brier(shared["theirs"], y)
    gap = scoring.paired_difference(ours, other)
    mean = float(other.mean()) if len(shared) else math.nan
    return {
        "rival": rival.name, "n": len(shared), "brier": float(ours.mean()) if len(shared) else math.nan, "rival_brier": mean,
        "skill": 1 - float(ours.mean()) / mean if len(shared) and mean else math.nan, "difference_low": gap.low,
        "difference_high": gap.high, "log": float(scoring.log_score(shared["probability"], y).mean()) if len(shared) else math.nan,
        "rival_log": float(scoring.log_score(shared["theirs"], y).mean()) if len(shared) else math.nan,
        "auc": scoring.auc(shared["probability"], y), "rival_auc": scoring.auc(shared["theirs"], y),
    }  # fmt: skip


_SCORE_COLUMNS = [
    "part", "n", "yes", "brier", "base_rate", "skill", "difference_low", "difference_high", "log", "auc", "auc_low", "auc_high",
]  # fmt: skip
_RIVAL_COLUMNS = [
    "rival", "n", "brier", "rival_brier", "skill", "difference_low", "difference_high", "log", "rival_log", "auc", "rival_auc",
]  # fmt: skip


def _by_lead(forecasts: pd.DataFrame, done: pd.DataFrame) -> pd.DataFrame:
    joined = forecasts.merge(done[["question_id", "date", "y"]], on="question_id", suffixes=("", "_resolved"))
    rows = []
    if len(joined):
        days = np.array([(r["date"] - r["as_of"]).days for r in _rows(joined)])
        p, y = joined["probability"].to_numpy(float), joined["y"].to_numpy(float)
        for low, high, label in _LEADS:
            inside = (days >= max(low, 1)) & (days <= high)
            if inside.any():
                own, log = scoring.brier(p[inside], y[inside]), scoring.log_score(p[inside], y[inside])
                rows.append((label, int(inside.sum()), float(own.mean()), float(log.mean()), scoring.auc(p[inside], y[inside])))
    return pd.DataFrame(rows, columns=["lead", "n", "brier", "log", "auc"])


def track_record(ledger: Ledger, rivals: Sequence[Rival] = ()) -> TrackRecord:
    """Score a ledger: the last forecast with an as-of date before the day of resolution counts for each question.

    Ambiguous and annulled questions, and those resolved before any forecast, are not scored and say why.
    """
    forecasts, resolutions = ledger.forecasts, ledger.resolutions
    not_scored: dict[str, str] = {}
    scored: list[dict[str, Any]] = []
    for r in _rows(resolutions):
        name, outcome, on = str(r["question_id"]), str(r["outcome"]), r["date"]
        if outcome not in ("yes", "no"):
            not_scored[name] = outcome
            continue
        own = forecasts[(forecasts["question_id"] == name) & (forecasts["as_of"] < on)]
        if own.empty:
            not_scored[name] = "no forecast was sealed before the day of resolution"
            continue
        last = _rows(own.sort_values(["as_of", "n"]).tail(1))[0]
        p, y = float(last["probability"]), float(outcome == "yes")
        scored.append({
            "question_id": name, "question": last["question"], "question_es": last["question_es"],
            "topic": last["topic"] or "other", "probability": p,
            "as_of": last["as_of"], "outcome": outcome, "date": on, "y": y, "brier": float(scoring.brier(p, y)),
            "log": float(scoring.log_score(p, y)), "source": r["source"], "note": r["note"], "corrections": int(r["corrections"]),
        })  # fmt: skip
    columns = [
        "question_id", "question", "question_es", "topic", "probability", "as_of", "outcome", "date", "y", "brier", "log", "source", "note",
        "corrections",
    ]  # fmt: skip
    done = pd.DataFrame(scored, columns=columns)
    parts = [_part("all", done)] if len(done) else []
    parts += [_part(str(topic), group) for topic, group in done.groupby("topic")] if len(set(done["topic"])) > 1 else []
    month = done.assign(month=[f"{d:%Y-%m}" for d in done["date"]])
    by_month = month.groupby("month", as_index=False).agg(n=("y", "size"), brier=("brier", "mean"), log=("log", "mean"))
    still = forecasts[~forecasts["question_id"].isin(set(resolutions["question_id"]))]
    last_open = still.sort_values(["as_of", "n"]).groupby("question_id", as_index=False).tail(1)
    counts = still.groupby("question_id").size()
    open_ = last_open[["question_id", "question", "topic", "probability", "as_of", "close_date"]].assign(
        sealings=[int(counts[q]) for q in last_open["question_id"]]
    )
    ps, ys = done["probability"].to_numpy(float), done["y"].to_numpy(float)
    return TrackRecord(
        scores=pd.DataFrame(parts, columns=_SCORE_COLUMNS),
        rivals=pd.DataFrame([_against(done, rival) for rival in rivals], columns=_RIVAL_COLUMNS),
        calibration=scoring.calibration(ps, ys),
        by_lead=_by_lead(forecasts, done),
        by_month=by_month,
        resolved=done.sort_values(["date", "question_id"]).reset_index(drop=True),
        open=open_.sort_values(["close_date", "question_id"]).reset_index(drop=True),
        murphy=scoring.murphy(ps, ys) if len(done) else None,
        not_scored=not_scored,
        head=ledger.head,
    )
