"""The bar that a poll model has to clear: a recency-weighted average with a Student-t error on the logit.

Average of the polls of the last 30 days with weight 0.5^(age / 7 days), error t(5) on the logit, scale a h^b with h days to the vote,
(a, b) by maximum likelihood on the other elections, candidates independent.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import optimize, special

from cumbre.backtest.ballot import LEVELS
from cumbre.ballot.history import blank_is_valid
from cumbre.ballot.learning import Outcome

__all__ = ["reference", "weighted_average"]

FloatArray = npt.NDArray[np.float64]


def weighted_average(rows: pd.DataFrame, asof: pd.Timestamp, blank: bool) -> pd.Series:
    """Closed recency-weighted average (per cent) over the 30 days up to `asof`."""
    near = rows[(rows["field_end"] <= asof) & (rows["field_end"] > asof - pd.Timedelta(days=30))]
    near = near[near["kind"].isin(["candidate", "other", *(["blank"] if blank else [])])]
    near = near.assign(
        closed=100 * near["share_pct"] / near.groupby("poll_id")["share_pct"].transform("sum"),
        weight=0.5 ** ((asof - near["field_end"]).dt.days / 7),
    )
    near = near.assign(part=near["closed"] * near["weight"])
    by = near.groupby("candidate")[["part", "weight"]].sum()
    mean = by["part"] / by["weight"]
    return 100 * mean / mean.sum()


def _fit(h: FloatArray, miss: FloatArray) -> tuple[float, float]:
    """(a, b) of the scale a h^b by maximum likelihood of a t(5)."""
    if not len(h):
        return 0.3, 0.1

    def loss(x: FloatArray) -> float:
        s = np.exp(x[0]) * h ** x[1]
        return float((np.log(s) + 3 * np.log1p((miss / s) ** 2 / 5)).sum())

    x = optimize.minimize(loss, np.array([-1.2, 0.1]), method="Nelder-Mead").x
    return float(np.exp(x[0])), float(x[1])


def reference(cells: pd.DataFrame, polls: pd.DataFrame, truth: Mapping[tuple[str, str], Outcome]) -> FloatArray:
    """Quantiles (cell, level) in per cent, each election forecast with the scale of the others. cells: see `cells_of`."""
    averages: dict[tuple[str, int], pd.Series] = {}
    for election, days in {(e, d) for e, d in zip(cells["election_id"], cells["days"], strict=True)}:
        rows = polls[(polls["election_id"] == election) & (polls["round"] == "1")]
        asof = pd.Timestamp(truth[election, "1"].date) - pd.Timedelta(days=days)
        averages[election, days] = weighted_average(rows, asof, blank_is_valid(election))
    keys = zip(cells["election_id"], cells["days"], cells["candidate"], strict=True)
    p = np.clip(np.array([averages[e, d].get(c, 1.0) for e, d, c in keys], float), 0.3, 99)
    y = cells["result"].to_numpy(float)
    miss = special.logit(np.clip(y, 0.1, 99) / 100) - special.logit(p / 100)
    h = cells["days"].to_numpy(float)
    out = np.zeros((len(cells), len(LEVELS)))
    for election in sorted(set(cells["election_id"])):
        mine = (cells["election_id"] == election).to_numpy()
        a, b = _fit(h[~mine], miss[~mine])
        spread = (a * h[mine] ** b)[:, None] * special.stdtrit(5, LEVELS)[None, :]
        out[mine] = 100 * special.expit(special.logit(p[mine] / 100)[:, None] + spread)
    return out
