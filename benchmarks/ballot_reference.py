"""The bar that a poll model has to clear: recency-weighted average with a Student-t error on the logit, beside Cumbre.

    python benchmarks/ballot_reference.py --data DIR

The reference is `cumbre.backtest.ballot_reference`. Both forecasts are made with each election left
out. Prints CRPS, coverage and width on the same cells, and the difference with its 90 % range over whole elections.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import pandas as pd

from cumbre.backtest import ballot
from cumbre.backtest.ballot_calibration import bootstrap, cells_of, crps_of
from cumbre.backtest.ballot_reference import reference
from cumbre.ballot.learning import outcomes


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    args = parser.parse_args()
    polls, results = ballot.read(args.data)
    truth = outcomes(results)
    cells = cells_of(polls, results)
    y = cells["result"].to_numpy(float)
    bar = reference(cells, polls, truth)
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
        c, r = crps_of(ours[g], y[g]), crps_of(bar[g], y[g])
        gain, low, high = bootstrap(c - r, cells.loc[g, "election_id"].to_numpy())
        cover = [((q[g, 1] <= y[g]) & (y[g] <= q[g, 37])).mean() for q in (ours, bar)]
        width = [(q[g, 37] - q[g, 1]).mean() for q in (ours, bar)]
        n = cells.loc[g, "election_id"].nunique()
        print(
            f"{days:4d}  {n:9d}  {c.mean():9.2f} / {r.mean():.2f}   {cover[0]:13.2f} / {cover[1]:.2f}   "
            f"{width[0]:8.1f} / {width[1]:.1f}   {gain:+.2f} ({low:+.2f} to {high:+.2f})"
        )


if __name__ == "__main__":
    main()
