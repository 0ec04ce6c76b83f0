"""The ledger on the terminal: scores as text or JSON, resolution, verification."""

from __future__ import annotations

import datetime as dt
import json
import math
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd

from cumbre.errors import UsageError
from cumbre.questions.chain import LedgerError
from cumbre.questions.ledger import ledger_path, read_ledger, resolve, verify
from cumbre.questions.track import TrackRecord, read_rival, track_record
from cumbre.record.case import Case

__all__ = ["score_command", "score_text"]


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3f}" if math.isfinite(value) else "-"
    return str(value)


def _table(frame: pd.DataFrame, title: str) -> Any:
    from rich.table import Table

    table = Table(title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for column in frame.columns:
        numeric = len(frame) > 0 and isinstance(frame[column].iloc[0], int | float)
        table.add_column(str(column).replace("_", " "), justify="right" if numeric else "left", overflow="fold")
    for row in frame.itertuples(index=False):
        table.add_row(*[_cell(value) for value in row])
    return table


def score_text(record: TrackRecord, width: int = 140) -> str:
    """The track record as plain text tables."""
    from rich.console import Console

    console = Console(file=StringIO(), width=width, color_system=None, force_terminal=False)
    if record.resolved.empty:
        console.print(
            "No question is resolved yet; resolve one with `cumbre score CASE --resolve ID=yes --on DATE --source WHERE`."
        )
    else:
        console.print(_table(record.scores, "Scores (base rate: Brier of always saying the share of yes, which nobody knew)"))
        if len(record.rivals):
            console.print(_table(record.rivals, "\nBeside other forecasters, on the questions both answered"))
        console.print(_table(record.calibration, "\nCalibration by tenth (90 % Wilson interval; n under 10 says little)"))
        if record.murphy:
            parts = record.murphy
            console.print(
                f"\nreliability {parts.reliability:.3f}   resolution {parts.resolution:.3f}   uncertainty {parts.uncertainty:.3f}"
            )
        if len(record.by_lead):
            console.print(_table(record.by_lead, "\nBy time before resolution (every sealed forecast)"))
        if len(record.by_month) > 1:
            console.print(_table(record.by_month, "\nBy month of resolution"))
        shown = record.resolved[["question_id", "probability", "outcome", "date", "brier", "question"]]
        console.print(_table(shown, "\nResolved"))
    if record.not_scored:
        console.print("\nNot scored: " + "; ".join(f"{name} ({why})" for name, why in record.not_scored.items()))
    if len(record.open):
        console.print(_table(record.open[["question_id", "probability", "as_of", "close_date", "question"]], "\nOpen"))
    if record.head:
        console.print(f"\nhead of the ledger: {record.head[:16]}")
    return str(console.file.getvalue()).rstrip()  # type: ignore[attr-defined]


def _verified(path: Path, head: str | None, as_json: bool) -> str:
    faults = verify(path, head=head)
    book = None if faults else read_ledger(path)
    if as_json and book is not None:
        return json.dumps({"holds": True, "forecasts": len(book.forecasts), "head": book.head, "ledger": str(path)}, indent=1)
    if book is None:
        lines = "\n".join(f"  {fault}" for fault in faults)
        raise LedgerError(f"{path}: the chain does not hold\n{lines}\n  restore the file from a copy made before")
    if not book.head:
        return f"{path}: nothing is sealed yet; `cumbre ask CASE --seal` seals forecasts"
    return f"{path}: the chain holds, {len(book.forecasts)} forecasts, {len(book.resolutions)} resolved, head {book.head[:16]}"


def score_command(
    case: Case | str | Path,
    *,
    verify: bool = False,
    resolve: str | None = None,
    on: dt.date | None = None,
    source: str = "",
    note: str = "",
    rival: Path | str | None = None,
    as_json: bool = False,
    head: str | None = None,
) -> str:
    """What `cumbre score` prints: the track record, the outcome of a verification, or of a resolution `ID=OUTCOME`.

    Raises LedgerError where the chain does not hold, UsageError where a resolution cannot stand.
    """
    path = ledger_path(case)
    if verify:
        return _verified(path, head, as_json)
    if resolve is not None:
        return _resolved(path, resolve, on, source, note)
    rivals = [read_rival(rival)] if rival is not None else []
    record = track_record(read_ledger(path), rivals)
    if as_json:
        return json.dumps(record.as_dict(), indent=1, ensure_ascii=False)
    if record.resolved.empty and record.open.empty:
        return f"{path}: nothing is sealed yet; `cumbre ask CASE --seal` seals forecasts"
    return score_text(record)


def _resolved(path: Path, text: str, on: dt.date | None, source: str, note: str) -> str:
    question_id, sign, outcome = text.partition("=")
    if not sign or not question_id.strip() or not outcome.strip():
        raise UsageError(f"--resolve {text!r} is not of the form ID=OUTCOME; write e.g. --resolve q01=yes")
    if on is None:
        raise UsageError("a resolution needs its day; give --on YYYY-MM-DD")
    row = resolve(path, question_id.strip(), outcome.strip(), on, source=source, note=note)
    kind = "corrected" if "corrects" in row.content else "resolved"
    return f"{question_id.strip()} {kind}: {outcome.strip()} on {on} (row {row.n}, head {row.hash[:16]})"
