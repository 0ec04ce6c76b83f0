"""Calibration of the ballot on past elections, beside two baselines, for the prior file and the calibration page.

Cells are candidates with an average of 3 per cent or more in the last poll of each house within 30 days, and a result. Baselines
on the same cells: that average as a point (its CRPS is its absolute error), and the average with sampling error alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from cumbre.backtest import ballot
from cumbre.backtest.ballot_reference import reference
from cumbre.ballot.history import DAYS, blank_is_valid
from cumbre.ballot.learning import Outcome, outcomes

__all__ = ["THIN", "bootstrap", "calibrate", "cells_of", "last_poll_average"]

FloatArray = npt.NDArray[np.float64]

THIN = ("cl-2017", "ec-2021", "pe-2011", "pl-2025", "ro-2025", "sk-2019", "tr-2023", "uy-2019")
"""Elections of grade C in the open data: news reports, one to nine polls."""


def last_poll_average(rows: pd.DataFrame, asof: pd.Timestamp, blank: bool) -> tuple[pd.Series, float]:
    """Closed average (per cent) of the last poll of each house in the 30 days up to `asof`, and the respondents behind it."""
    near = rows[(rows["field_end"] <= asof) & (rows["field_end"] > asof - pd.Timedelta(days=30))]
    near = near[near["kind"].isin(["candidate", "other", *(["blank"] if blank else [])])]
    if near.empty:
        return pd.Series(dtype=float), 0.0
    near = near.assign(closed=100 * near["share_pct"] / near.groupby("poll_id")["share_pct"].transform("sum"))
    heads = near.drop_duplicates("poll_id").sort_values("field_end", kind="stable").groupby("pollster").tail(1)
    part = near[near["poll_id"].isin(heads["poll_id"])]
    mean = part.groupby(["poll_id", "candidate"])["closed"].sum().groupby("candidate").mean()
    size = pd.to_numeric(heads["sample_size"], errors="coerce").fillna(800.0).sum()
    return 100 * mean / mean.sum(), float(size)


def cells_of(polls: pd.DataFrame, results: pd.DataFrame) -> pd.DataFrame:
    """First-round cells: election, days, candidate, average, respondents, result."""
    out = []
    for (election, rnd), truth in sorted(outcomes(results).items()):
        rows = polls[(polls["election_id"] == election) & (polls["round"] == "1")]
        if rnd != "1" or rows.empty:
            continue
        for days in DAYS:
            asof = pd.Timestamp(truth.date) - pd.Timedelta(days=days)
            average, size = last_poll_average(rows, asof, blank_is_valid(election))
            polled = average.to_dict()
            out += [(election, days, c, polled[c], size, y) for c, y in truth.share.items() if polled.get(c, 0.0) >= 3]
    return pd.DataFrame(out, columns=["election_id", "days", "candidate", "average", "size", "result"])


def crps_of(q: FloatArray, y: FloatArray) -> FloatArray:
    """Twice the mean pinball loss over the 39 levels, for quantiles (row, level)."""
    d = y[:, None] - q
    return np.asarray(2 * ((ballot.LEVELS - (d < 0)) * d).mean(axis=1), dtype=np.float64)


def bootstrap(difference: FloatArray, unit: npt.NDArray[Any], rounds: int = 2000) -> tuple[float, float, float]:
    """Mean of a difference over cells and its 90 % range when whole elections are resampled (fixed seed)."""
    groups = pd.Series(difference).groupby(unit)
    total, count = groups.sum().to_numpy(), groups.size().to_numpy()
    pick = np.random.default_rng(1).integers(0, len(total), (rounds, len(total)))
    means = total[pick].sum(axis=1) / count[pick].sum(axis=1)
    low, high = np.quantile(means, [0.05, 0.95])
    return float(total.sum() / count.sum()), float(low), float(high)


def calibrate(polls: pd.DataFrame, results: pd.DataFrame, forecasts: pd.DataFrame) -> dict[str, Any]:
    """Tables by horizon and PIT histograms of a forecast table on the elections of a folder, rounded for printing.

    Keys: by_horizon (rows; `_low`, `_high`: 90 % range over whole elections), pit (share of results in ten equal bins of the forecast
    distribution, all horizons up to 30 days, each election weighted alike), pit_by_horizon (the same by horizon, every cell alike, with the
    standard deviation of each share over whole elections), surprises (candidates with 5 % or more who were no cell).
    """
    cells = cells_of(polls, results)
    truth = outcomes(results)
    table = forecasts.assign(round=forecasts["round"].astype(str))
    table = table[table["round"] == "1"].assign(days=lambda t: t["days_before"].astype(int))
    joined = cells.merge(table, on=["election_id", "days", "candidate"], how="left")
    if joined["mean"].isna().any():
        raise ValueError(f"{int(joined['mean'].isna().sum())} cells have no forecast")
    q, y = joined[ballot.COLUMNS].to_numpy(float), joined["result"].to_numpy(float)
    p = joined["average"].to_numpy(float) / 100
    sd = 100 * np.sqrt(p * (1 - p) / joined["size"].to_numpy(float))
    sampling = 100 * p[:, None] + sd[:, None] * special.ndtri(ballot.LEVELS)[None, :]
    joined = joined.assign(
        crps=crps_of(q, y), crps_reference=crps_of(reference(joined, polls, truth), y),
        crps_sampling=crps_of(sampling, y), crps_average=np.abs(100 * p - y),
        cov50=(q[:, 9] <= y) & (y <= q[:, 29]), cov80=(q[:, 3] <= y) & (y <= q[:, 35]), cov90=(q[:, 1] <= y) & (y <= q[:, 37]),
        cov90_sampling=(sampling[:, 1] <= y) & (y <= sampling[:, 37]), width90=q[:, 37] - q[:, 1],
        ae=np.where(y >= 5, np.abs(joined["mean"] - y), np.nan), ae_average=np.where(y >= 5, np.abs(100 * p - y), np.nan),
    )  # fmt: skip
    rows = []
    for days in sorted(joined["days"].unique().tolist()):
        g = joined[joined["days"] == days]
        gain, low, high = bootstrap((g["crps"] - g["crps_average"]).to_numpy(), g["election_id"].to_numpy())
        row: dict[str, Any] = {"days": int(days), "elections": int(g["election_id"].nunique()), "cells": len(g)}
        names = (
            "ae", "ae_average", "crps", "crps_average", "crps_sampling", "crps_reference", "cov50", "cov80", "cov90", "cov90_sampling",
            "width90",
        )  # fmt: skip
        row |= {n: round(float(g[n].mean()), 3) for n in names}
        for name in ("cov50", "cov80", "cov90", "crps"):
            _, bottom, top = bootstrap(g[name].to_numpy(float), g["election_id"].to_numpy())
            row |= {f"{name}_low": round(bottom, 3), f"{name}_high": round(top, 3)}
        rows.append(row | {"gain": round(gain, 3), "gain_low": round(low, 3), "gain_high": round(high, 3)})
    joined = joined.assign(position=np.minimum((q < y[:, None]).sum(axis=1) / 40, 0.999))
    near = joined[joined["days"] <= 30]
    weight = 1 / near.groupby(["election_id"])["result"].transform("size").to_numpy(float)
    pit, _ = np.histogram(near["position"], bins=10, range=(0, 1), weights=weight)
    return {
        "by_horizon": rows,
        "pit": [round(float(v), 4) for v in pit / pit.sum()],
        "pit_by_horizon": _pit(joined),
        "surprises": surprises(truth, joined),
    }


def _pit(joined: pd.DataFrame) -> list[dict[str, Any]]:
    """PIT histogram of each horizon in ten bins, and how much each share would vary over whole elections (sd of the bootstrap)."""
    out = []
    for days, g in joined.groupby("days"):
        bins = np.minimum((10 * g["position"].to_numpy(float)).astype(int), 9)
        inside = bins[:, None] == np.arange(10)[None, :]
        per = pd.DataFrame(inside).groupby(g["election_id"].to_numpy())
        total, count = per.sum().to_numpy(float), per.size().to_numpy(float)
        pick = np.random.default_rng(1).integers(0, len(total), (2000, len(total)))
        shares = total[pick].sum(axis=1) / count[pick].sum(axis=1)[:, None]
        out.append({
            "days": int(str(days)), "cells": len(g), "share": [round(float(v), 4) for v in inside.mean(axis=0)],
            "sd": round(float(np.sqrt(shares.var(axis=0).mean())), 4),
        })  # fmt: skip
    return out


def surprises(truth: Mapping[tuple[str, str], Outcome], joined: pd.DataFrame) -> list[dict[str, Any]]:
    """What no interval can promise: by horizon, candidates with 5 % or more polled under 3 %, and how many reached the top two."""
    out = []
    for days in sorted(joined["days"].unique().tolist()):
        g = joined[joined["days"] == days]
        late = top = n = 0
        for election in sorted(set(g["election_id"])):
            share = truth[election, "1"].share
            missed = set(share) - set(g.loc[g["election_id"] == election, "candidate"])
            first_two = sorted(share, key=lambda c: -share[c])[:2]
            n += sum(v >= 5 for v in share.values())
            late += sum(share[c] >= 5 for c in missed)
            top += sum(c in first_two for c in missed)
        out.append({"days": int(days), "of": n, "late": late, "late_top2": top})
    return out
