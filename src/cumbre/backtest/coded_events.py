"""Coded events of many pairs as arrays: what the relation backtest and the refit of its priors read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from cumbre.errors import InputError

__all__ = ["KIND_CODES", "CodedEvents", "read_background", "read_events"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

KIND_CODES: dict[str, tuple[str, ...]] = {
    "threaten": ("13",), "sanction": ("16", "172"), "agree": ("057",), "visit": ("042", "043"), "aid": ("07",), "demand": ("10",),
    "accuse": ("11",), "force": ("18", "19", "20"), "expel": ("166", "173", "174"), "yield": ("08",),
}  # fmt: skip
"""Ten kinds by the head of their CAMEO code."""
QUADS = ("VC", "MC", "VK", "MK")
_COLUMNS = ["date", "ds", "src", "tgt", "cameo", "quad", "goldstein", "pair"]


@dataclass(frozen=True)
class CodedEvents:
    """Daily arrays of a set of pairs.

    dyads (dyad,) directed, 2k and 2k + 1 the two directions of pair k;  first day 0;  month_end (month,) last day of each month
    quad (day, dyad, 4) counts;  kind (day, dyad, 10) counts or empty;  goldstein (day, pair) sums;  rows: the table itself
    """

    dyads: tuple[tuple[str, str], ...]
    first: pd.Timestamp
    months: pd.PeriodIndex
    month_end: IntArray
    quad: npt.NDArray[np.float32]
    kind: npt.NDArray[np.float32]
    goldstein: FloatArray
    rows: pd.DataFrame


def _calendar(first: pd.Timestamp, last: pd.Timestamp) -> tuple[pd.PeriodIndex, IntArray]:
    months = pd.period_range(first, last, freq="M")
    return months, np.asarray([(m.end_time.normalize() - first).days for m in months], dtype=np.int64)


def read_events(data: Path, dataset: str = "ICEWS05-15") -> CodedEvents:
    """Read events_raw.parquet (the columns of the relations data folder) of one data set.

    Raises InputError where the file is missing, lacks a column or holds no row of the data set.
    """
    path = data / "events_raw.parquet"
    if not path.is_file():
        raise InputError(f"{path}: no such file; --data takes the folder that holds events_raw.parquet")
    try:
        table = pd.read_parquet(path, columns=_COLUMNS)
    except (ValueError, KeyError, OSError) as error:
        raise InputError(f"{path}: cannot be read ({error}); it needs the columns {', '.join(_COLUMNS)}") from error
    dyads = tuple(d for p in sorted(table["pair"].unique()) for d in (tuple(p.split("-")), tuple(p.split("-")[::-1])))
    table = table[table["ds"] == dataset].copy()
    if table.empty:
        raise InputError(f"{path}: no rows with ds = {dataset}; the backtest runs on that data set")
    table["date"] = pd.to_datetime(table["date"])
    bad = table.loc[~table["quad"].isin(QUADS), "quad"]
    if len(bad):
        raise InputError(f"{path}: quad {bad.iloc[0]!r} is none of {', '.join(QUADS)}; recode the column")
    first = pd.Timestamp(table["date"].min().year, 1, 1)
    months, month_end = _calendar(first, pd.Timestamp(table["date"].max().year, 12, 31))
    number = {dyad: i for i, dyad in enumerate(dyads)}
    table["d"] = [number[k] for k in zip(table["src"], table["tgt"], strict=True)]
    table["day"] = (table["date"] - first).dt.days
    days = int(month_end[-1]) + 1
    quad = np.zeros((days, len(dyads), 4), dtype=np.float32)
    number_of = table["quad"].map(QUADS.index).to_numpy()
    np.add.at(quad, (table["day"].to_numpy(), table["d"].to_numpy(), number_of), 1)
    kind = np.zeros((days, len(dyads), len(KIND_CODES)), dtype=np.float32)
    for k, heads in enumerate(KIND_CODES.values()):
        some = table[table["cameo"].str.startswith(heads)]
        np.add.at(kind, (some["day"].to_numpy(), some["d"].to_numpy(), np.full(len(some), k)), 1)
    goldstein = np.zeros((days, len(dyads) // 2))
    np.add.at(goldstein, (table["day"].to_numpy(), table["d"].to_numpy() // 2), table["goldstein"].to_numpy())
    return CodedEvents(dyads, first, months, month_end, quad, kind, goldstein, table)


def read_background(data: Path, until: pd.Timestamp, least: int, dataset: str = "ICEWS05-15") -> CodedEvents:
    """Read background_dyad_daily.parquet: pairs with at least `least` events before `until`; quads only."""
    path = data / "background_dyad_daily.parquet"
    if not path.is_file():
        raise InputError(f"{path}: no such file; the refit learns its pooled numbers from it")
    table = pd.read_parquet(path)
    table = table[table["ds"] == dataset].copy()
    table["date"] = pd.to_datetime(table["date"])
    table["pair"] = ["-".join(sorted(k)) for k in zip(table["src"], table["tgt"], strict=True)]
    total = table[table["date"] < until].groupby("pair")["n"].sum()
    keep = sorted(total.index[total >= least])
    table = table[table["pair"].isin(keep)]
    dyads = tuple(d for p in keep for d in (tuple(p.split("-")), tuple(p.split("-")[::-1])))
    number = {dyad: i for i, dyad in enumerate(dyads)}
    first = pd.Timestamp(table["date"].min().year, 1, 1)
    months, month_end = _calendar(first, pd.Timestamp(table["date"].max().year, 12, 31))
    quad = np.zeros((int(month_end[-1]) + 1, len(dyads), 4), dtype=np.float32)
    d = np.asarray([number[k] for k in zip(table["src"], table["tgt"], strict=True)])
    day = (table["date"] - first).dt.days.to_numpy()
    for q, name in enumerate(QUADS):
        np.add.at(quad, (day, d, np.full(len(d), q)), table[name].to_numpy())
    empty = np.zeros((0, len(dyads), 0), dtype=np.float32)
    return CodedEvents(dyads, first, months, month_end, quad, empty, np.zeros((0, 0)), table)
