"""Rows of a shock library, made even: what the model reads from each, whatever is missing.

A row is one foreign event seen by one pollster before and after. Nothing that was known only after the event enters the
predictors; the value after it is the outcome.
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas._libs.tslibs.nattype import NaTType

from cumbre.errors import InputError
from cumbre.home.noise import change_variance

__all__ = ["KINDS", "LEFT_OUT", "middle_day", "tidy_shocks"]

FloatArray = npt.NDArray[np.float64]

KINDS = ("coercion", "cooperation", "humiliation", "military")
"""What a foreign power or a summit does to a leader at home."""
LEFT_OUT = re.compile("exclude from pool|before_missing|comparison only|outlier")
"""Flags of rows that stay out of the fit: no earlier wave, domestic shocks kept for comparison, 11 Sep 2001 and Paris 2015."""
_FILL = {4: "-07-01", 7: "-15"}


def middle_day(text: object) -> pd.Timestamp | NaTType:
    """Middle of a field period given as a day, a month, a year, or `start/end`; NaT where there is none.

    >>> middle_day("2025-01-03/2025-01-05").date().isoformat(), middle_day("2025-01").day
    ('2025-01-04', 15)
    """
    if not isinstance(text, str) or not text.strip():
        return pd.NaT
    ends = [pd.to_datetime(part.strip() + _FILL.get(len(part.strip()), ""), errors="coerce") for part in text.split("/")]
    first, last = ends[0], ends[-1]
    if pd.isna(first) or pd.isna(last):
        return pd.NaT
    return first + (last - first) / 2


def _words(frame: pd.DataFrame, name: str) -> pd.Series[str]:
    column = frame[name] if name in frame else pd.Series("", index=frame.index)
    # object first: a column without any entry is read as floats, and those take no words
    return column.astype(object).where(column.notna(), "").astype(str).str.strip()


def _numbers(frame: pd.DataFrame, name: str) -> FloatArray:
    if name not in frame:
        return np.full(len(frame), np.nan)
    return np.asarray(pd.to_numeric(frame[name], errors="coerce"), dtype=np.float64)


def tidy_shocks(frame: pd.DataFrame) -> pd.DataFrame:
    """One even row a row of `frame` (columns of data/shocks/shocks.csv; only id, shock_id and kind are needed).

    Returns columns id, shock, kind, news (1 news, 0 frame, nan unknown), salience, election (1, 0, nan), initiator, before,
    change (per cent, points), sample_size, gap (days), noise (square points), usable (whether the row may train a model), and
    later_change_k, later_gap_k (k = 1, 2) for the decay.

    Raises InputError where a needed column is missing or an id appears twice.

    >>> row = {"id": "a", "shock_id": "s", "kind": "cooperation", "before_value": 40, "after_value": 43}
    >>> tidy_shocks(pd.DataFrame([row]))[["change", "gap", "usable"]].values.tolist()
    [[3.0, 45.0, True]]
    """
    missing = [name for name in ("id", "shock_id", "kind") if name not in frame]
    if missing:
        raise InputError(f"shocks.csv: column {missing[0]!r} is missing; the columns are those of the shock library's README")
    twice = frame["id"].astype(str).duplicated()
    if twice.any():
        raise InputError(f"shocks.csv: id {frame['id'][twice].iloc[0]!r} appears twice; give every shock and pollster its own id")
    before, after = _numbers(frame, "before_value"), _numbers(frame, "after_value")
    size = _numbers(frame, "sample_size")
    days = {name: _words(frame, f"{name}_dates").map(middle_day) for name in ("before", "after", "later1", "later2")}

    def gap_from_before(name: str) -> FloatArray:
        return np.asarray((days[name] - days["before"]).dt.days, dtype=np.float64)

    selection, election, kind = _words(frame, "selection"), _words(frame, "election_within_6m"), _words(frame, "kind")
    gap = gap_from_before("after")
    flagged = _words(frame, "flags").map(lambda text: bool(LEFT_OUT.search(text))).to_numpy(dtype=bool)
    out = pd.DataFrame(
        {
            "id": frame["id"].astype(str).to_numpy(),
            "shock": frame["shock_id"].astype(str).to_numpy(),
            "kind": kind.to_numpy(),
            "news": np.where(selection == "", np.nan, (selection == "news").astype(float)),
            "salience": _words(frame, "salience").to_numpy(),
            "election": np.where(election == "", np.nan, (election.str.lower() == "y").astype(float)),
            "initiator": _words(frame, "initiator").to_numpy(),
            "before": before,
            "change": after - before,
            "sample_size": size,
            "gap": np.clip(np.nan_to_num(gap, nan=45.0), 3, 120),
            "noise": change_variance(before, size, gap),
            "usable": np.isfinite(after - before) & kind.isin(KINDS).to_numpy() & ~flagged,
        }
    )
    for k in ("1", "2"):
        out[f"later_change_{k}"] = _numbers(frame, f"later{k}_value") - before
        out[f"later_gap_{k}"] = gap_from_before(f"later{k}")
    return out
