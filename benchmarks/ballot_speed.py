"""Time and memory of the ballot: one election with all its polls, and a whole folder of elections.

    python benchmarks/ballot_speed.py --data DIR [--election co-2018] [--repeat 5]

DIR holds polls.csv and results.csv of past elections. Prints medians over the repeats, one figure a line.
"""

from __future__ import annotations

import argparse
import datetime as dt
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from cumbre import ballot
from cumbre.backtest import ballot as backtest
from cumbre.record import schema as s
from cumbre.record.case import Case
from cumbre.worlds import Worlds


def case_of(data: Path, election: str, days_before: int) -> Case:
    """A case with every first-round and pair poll of an election that was public by then; positions unknown, so all alike."""
    polls, results = backtest.read(data)
    truth = results[(results["election_id"] == election) & (results["kind"] == "candidate")]
    first = truth[truth["round"] == "1"]["date"].iloc[0]
    second = truth[truth["round"] == "2"]["date"]
    as_of = (first - pd.Timedelta(days=days_before)).date()
    mine = polls[(polls["election_id"] == election) & (polls["field_end"] <= pd.Timestamp(as_of))]
    names = sorted(set(mine.loc[mine["kind"] == "candidate", "candidate"]))
    ran = set(truth[truth["round"] == "1"]["candidate"])
    people = tuple(s.Candidate(id=n, name=n, bloc="all", x=5, y=0, standing=1.0 if n in ran else 0.0) for n in names)
    colombia = election.startswith("co-")
    rows = []
    for r in mine[mine["round"] == "1"].itertuples():
        size = pd.to_numeric(r.sample_size, errors="coerce")
        day = r.field_end.date()
        rows.append(
            s.Poll(
                poll_id="p-" + r.poll_id, pollster=r.pollster, field_end=day, published=day, candidate=r.candidate, share_pct=r.share_pct,
                sample_size=int(size) if size > 0 else None, kind=r.kind,
            )
        )  # fmt: skip
    totals: dict[str, float] = {}
    for row in rows:
        totals[row.poll_id] = totals.get(row.poll_id, 0.0) + row.share_pct
    rows = [r for r in rows if totals[r.poll_id] <= 104]
    rules = s.Election(
        id=election, country="XXX", first_round=first.date(), runoff=second.iloc[0].date() if len(second) else None,
        rule="majority_blank" if colombia else "majority", blank_valid=colombia, turnout1=(50, 60, 70), turnout2=(50, 60, 70),
        turnout_basis="not used", roll_thousands=1000, leader="-", leader_bloc="all", blocs={"all": "All"},
    )  # fmt: skip
    return Case(
        election, election, "", as_of, first.date() + dt.timedelta(days=60), ("en",), "XXX", ("XXX", "YYY"), None, rules, data,
        candidates=people, polls=tuple(rows),
    )  # fmt: skip


def median(repeat: int, work: Callable[[], object]) -> float:
    """Median wall time in seconds."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--election", default="co-2018")
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--repeat", type=int, default=5)
    args = parser.parse_args()
    case = case_of(args.data, args.election, args.days)
    fitted = ballot.fit(case)

    def simulate() -> Worlds:
        return ballot.simulate(case, Worlds.start(case.id, case.as_of, draws=20_000, seed=1), fitted)

    fit, draw = median(args.repeat, lambda: ballot.fit(case)), median(args.repeat, simulate)
    polls = len({p.poll_id for p in case.polls})
    print(
        f"{args.election}, {polls} first-round polls, {args.days} days before: fit {fit:.2f} s, 20,000 joint draws {draw:.2f} s"
    )
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.csv"
        plain = median(1, lambda: backtest.run(args.data, out))
        loo = median(1, lambda: backtest.run(args.data, out, refit="loo"))
    print(f"all elections x 5 horizons: shipped prior {plain:.1f} s, leave one election out {loo:.1f} s")
    print(f"peak memory of this process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    code = "import time; t = time.perf_counter(); import cumbre.ballot; print(time.perf_counter() - t)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    print(f"import cumbre.ballot {float(done.stdout):.2f} s")


if __name__ == "__main__":
    main()
