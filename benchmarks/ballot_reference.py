"""The bar that a poll model has to clear: recency-weighted average with a Student-t error on the logit, beside Cumbre.

    python benchmarks/ballot_reference.py --data DIR

Reference: average of the polls of the last 30 days with weight 0.5^(age / 7 days), error t(5) on the logit, scale a h^b with h days to the
vote, (a, b) by maximum likelihood on the other elections, candidates independent. Both forecasts are made with each election left
out. Prints CRPS, coverage and width on the same cells, and the difference with its 90 % range over whole elections.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import optimize, special

from cumbre.backtest import ballot
from cumbre.backtest.ballot_calibration import bootstrap, cells_of, crps_of
from cumbre.ballot.history import blank_is_valid
from cumbre.ballot.learning import outcomes

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


def fit(h: FloatArray, miss: FloatArray) -> tuple[float, float]:
    """(a, b) of the scale a h^b by maximum likelihood of a t(5)."""

    def loss(x: FloatArray) -> float:
        s = np.exp(x[0]) * h ** x[1]
        return float((np.log(s) + 3 * np.log1p((miss / s) ** 2 / 5)).sum())

    x = optimize.minimize(loss, np.array([-1.2, 0.1]), method="Nelder-Mead").x
    return float(np.exp(x[0])), float(x[1])


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    args = parser.parse_args()
    polls, results = ballot.read(args.data)
    truth = outcomes(results)
    cells = cells_of(polls, results)
    averages: dict[tuple[str, int], pd.Series] = {}
    for election, days in {(e, d) for e, d in zip(cells["election_id"], cells["days"], strict=True)}:
        rows = polls[(polls["election_id"] == election) & (polls["round"] == "1")]
        asof = pd.Timestamp(truth[election, "1"].date) - pd.Timedelta(days=days)
        averages[election, days] = weighted_average(rows, asof, blank_is_valid(election))
    keys = list(zip(cells["election_id"], cells["days"], cells["candidate"], strict=True))
    p = np.clip(np.array([averages[e, d].get(c, 1.0) for e, d, c in keys], float), 0.3, 99)
    y = cells["result"].to_numpy(float)
    miss = special.logit(np.clip(y, 0.1, 99) / 100) - special.logit(p / 100)
    h = cells["days"].to_numpy(float)
    reference = np.zeros((len(cells), 39))
    for election in sorted(set(cells["election_id"])):
        mine = (cells["election_id"] == election).to_numpy()
        a, b = fit(h[~mine], miss[~mine])
        spread = (a * h[mine] ** b)[:, None] * special.stdtrit(5, ballot.LEVELS)[None, :]
        reference[mine] = 100 * special.expit(special.logit(p[mine] / 100)[:, None] + spread)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.csv"
        ballot.run(args.data, out, refit="loo")
        table = pd.read_csv(out, dtype={"round": str})
    table = table[table["round"] == "1"].assign(days=lambda t: t["days_before"].astype(int))
    joined = cells.merge(table, on=["election_id", "days", "candidate"], how="left")
    ours = joined[ballot.COLUMNS].to_numpy(float)
    print(
        "days  elections  CRPS ours / reference   cov90 ours / ref   width ours / ref   difference of CRPS (90 % range by election)"
    )
    for days in sorted(set(cells["days"])):
        g = (cells["days"] == days).to_numpy()
        c, r = crps_of(ours[g], y[g]), crps_of(reference[g], y[g])
        gain, low, high = bootstrap(c - r, cells.loc[g, "election_id"].to_numpy())
        cover = [((q[g, 1] <= y[g]) & (y[g] <= q[g, 37])).mean() for q in (ours, reference)]
        width = [(q[g, 37] - q[g, 1]).mean() for q in (ours, reference)]
        n = cells.loc[g, "election_id"].nunique()
        print(
            f"{days:4d}  {n:9d}  {c.mean():9.2f} / {r.mean():.2f}   {cover[0]:13.2f} / {cover[1]:.2f}   "
            f"{width[0]:8.1f} / {width[1]:.1f}   {gain:+.2f} ({low:+.2f} to {high:+.2f})"
        )


if __name__ == "__main__":
    main()
