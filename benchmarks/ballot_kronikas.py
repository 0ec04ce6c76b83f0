"""Cumbre and kronikas on one first round in the same run: time, memory, coverage, width, CRPS, error.

    python -m venv other && other/bin/pip install kronikas==0.2.0
    python benchmarks/ballot_kronikas.py --data DIR --kronikas-python other/bin/python [--election co-2018] [--days 7 30] [--out FILE]

kronikas runs with its default settings in its own environment, as its README shows, on the polls of the last `--window` days
that list every option. Cumbre runs on the same polls with the prior learned without this election. Both are scored on the same cells: the
candidates who ran and the options that every poll lists. `--out` adds the rows to a JSON file; the calibration page
reads the one that ships, `src/cumbre/priors/ballot_rivals.json`.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cumbre.backtest import ballot
from cumbre.backtest.ballot_calibration import crps_of
from cumbre.ballot.history import first_round, questions_of
from cumbre.ballot.learning import learn, outcomes

MOST = 80.0
"""Per cent of the valid vote that the compared options must hold: kronikas closes shares over them."""

KRONIKAS = """
import json, resource, sys, time
import numpy as np
start = time.perf_counter()
from kronikas import ElectionForecast
job = json.loads(sys.argv[1])
forecast = ElectionForecast(polls_csv=job["polls"], election_date=job["vote"], today=job["today"])
result = forecast.run()
frame = result.party_forecast_dataframe(day="election_day")
levels = np.arange(1, 40) / 40
print("RESULT " + json.dumps({
    "seconds": time.perf_counter() - start,
    "memory": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024,
    "quantiles": {c: np.quantile(frame[c], levels).tolist() for c in frame.columns},
    "mean": {c: float(frame[c].mean()) for c in frame.columns},
}))
"""


def wide(polls: pd.DataFrame, options: list[str]) -> pd.DataFrame:
    """One row a poll, a column an option, as kronikas reads it."""
    rows = []
    for _, g in polls.groupby("poll_id"):
        share = g.groupby("candidate")["share_pct"].sum()
        if set(options) <= set(share.index):
            size = pd.to_numeric(g["sample_size"].iloc[0], errors="coerce")
            n = int(size) if size > 0 else 800
            lost = float(g.loc[g["kind"] == "undecided", "share_pct"].sum())
            decided = {o: float(share[o]) for o in options}
            rows.append(
                {
                    "date": g["field_end"].iloc[0].date(),
                    "pollster": g["pollster"].iloc[0],
                    "sample_size": int(n * (1 - lost / 100)),
                }
                | decided
            )
    return pd.DataFrame(rows).sort_values("date")


def score(
    name: str, seconds: float, memory: float, q: np.ndarray[Any, Any], mean: np.ndarray[Any, Any], y: np.ndarray[Any, Any]
) -> dict[str, Any]:
    """Print one line and return its figures."""
    inside = ((q[:, 1] <= y) & (y <= q[:, 37])).sum()
    width = (q[:, 37] - q[:, 1]).mean()
    error = np.abs(mean - y).mean()
    print(
        f"  {name:9s} {seconds:7.2f} s  {memory:6.0f} MB  90 % covers {inside} of {len(y)}  width {width:5.1f}  "
        f"CRPS {crps_of(q, y).mean():.2f}  MAE {error:.2f}"
    )
    values = {"width90": width, "crps": crps_of(q, y).mean(), "mae": error, "seconds": seconds}
    counts = {"cells": len(y), "inside90": int(inside)}
    return {"who": name} | counts | {k: round(float(v), 3) for k, v in values.items()}


def keep(path: Path, rows: list[dict[str, Any]]) -> None:
    """Add rows to the file; a row of the same election, horizon and forecaster is replaced."""
    old = json.loads(path.read_text(encoding="utf-8"))["rows"] if path.is_file() else []
    known = {(r["election"], r["days"], r["who"]): r for r in [*old, *rows]}
    provenance = {
        "what": "Cumbre (learned without the election) and kronikas 0.2.0 at its defaults on the same polls and cells",
        "date": dt.datetime.now(tz=dt.UTC).date().isoformat(),
        "code": "python benchmarks/ballot_kronikas.py --data DIR --kronikas-python PYTHON --out FILE",
    }
    text = json.dumps({"provenance": provenance, "rows": [known[k] for k in sorted(known)]}, indent=1)
    path.write_text(text + "\n", encoding="utf-8")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--kronikas-python", type=Path, required=True)
    parser.add_argument("--election", default="co-2018")
    parser.add_argument("--days", type=int, nargs="+", default=[7, 30])
    parser.add_argument("--window", type=int, default=75)
    parser.add_argument("--out", type=Path, help="JSON file to which the rows are added")
    args = parser.parse_args()
    polls, results = ballot.read(args.data)
    truth = outcomes(results)
    outcome = truth[args.election, "1"]
    firsts, pairs = ballot.prepare(polls, truth)
    prior = learn(firsts, pairs, truth, leave_out=args.election)
    mine = polls[(polls["election_id"] == args.election) & (polls["round"] == "1")]
    ran = dict(outcome.share) | ({"blank": outcome.blank} if outcome.blank is not None else {})
    for days in args.days:
        today = outcome.date - dt.timedelta(days=days)
        near = mine[
            (mine["field_end"] <= pd.Timestamp(today))
            & (mine["field_end"] > pd.Timestamp(today) - pd.Timedelta(days=args.window))
        ]
        lists = near[near["candidate"].isin(ran)].groupby("poll_id")["candidate"].agg(set)
        options = sorted(set.intersection(*lists))
        if sum(ran[o] for o in options) < MOST:
            print(f"{args.election}, {days} days before: the options that every poll lists hold too little of the vote; left out")
            continue
        table = wide(near, options)
        used = near[near["candidate"].isin([*options, "undecided"])]
        used = used[used["poll_id"].isin(lists.index[[set(options) <= s for s in lists]])]
        y = np.array([float(ran[o]) for o in options])
        print(f"{args.election}, {days} days before, {len(table)} polls, options {', '.join(options)}")
        start = time.perf_counter()
        state = first_round(questions_of(used), args.election, pd.Timestamp(today), days)
        assert state is not None
        x = 100 * ballot.draw_first(state, prior, 20_000)[:, [state.options.index(o) for o in options]]
        seconds = time.perf_counter() - start
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        head = {"election": args.election, "days": days, "polls": len(table)}
        mine_row = score("Cumbre", seconds, memory, np.quantile(x, ballot.LEVELS, axis=0).T, x.mean(axis=0), y)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "polls.csv"
            table.to_csv(file, index=False)
            job = json.dumps({"polls": str(file), "vote": outcome.date.isoformat(), "today": today.isoformat()})
            done = subprocess.run([str(args.kronikas_python), "-c", KRONIKAS, job], capture_output=True, text=True)
        line = next((part for part in done.stdout.splitlines() if part.startswith("RESULT ")), None)
        if line is None:
            sys.exit(f"kronikas failed: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else 'no output'}")
        other = json.loads(line.removeprefix("RESULT "))
        q = np.array([other["quantiles"][o] for o in options])
        row = score("kronikas", other["seconds"], other["memory"], q, np.array([other["mean"][o] for o in options]), y)
        if args.out is not None:
            keep(args.out, [head | mine_row, head | row])


if __name__ == "__main__":
    main()
