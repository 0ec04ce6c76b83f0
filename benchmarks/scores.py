"""Run every backtest on a folder of open data and write docs/scores.md: `python benchmarks/scores.py --data DIR`.

DIR holds elections/, bargaining/, relations/, shocks/ and events/ in the schemas of `cumbre backtest`. Parameters learned across units come
from the other units (`--refit loo`) wherever a stage can refit.
"""

from __future__ import annotations

import argparse
import datetime as dt
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from cumbre.backtest import ballot, home, read, relation, table

RUNS: list[tuple[str, str, str, str, Callable[..., pd.DataFrame], str | None]] = [
    ("Ballot, one election left out", "ballot", "elections", "ballot.csv", ballot.run, "loo"),
    ("Ballot, shipped prior", "ballot", "elections", "ballot_shipped.csv", ballot.run, None),
    ("Table, EU issues", "table", "bargaining/deu", "deu.csv", table.run, None),
    ("Table, human dyads", "table", "bargaining/bilateral", "bilateral.csv", table.run, None),
    ("Table, closed forms", "table", "bargaining", "closed.csv", table.run, None),
    ("Table, car emissions 1994", "table", "bargaining/published/emissions1994", "emissions.csv", table.run, None),
    ("Relation", "relation", "relations", "relation", relation.run, None),
    ("Home, one shock left out", "home", "shocks", "home.csv", home.run, "loo"),
    ("Read, 60 sentences for a look", "read", "events/dev.jsonl", "read.jsonl", read.run, None),
]


def as_markdown(frame: pd.DataFrame) -> str:
    """A table in Markdown, numbers to three places."""
    head = "| " + " | ".join(map(str, frame.columns)) + " |\n|" + "---|" * len(frame.columns)
    cells = [[f"{v:.3f}" if isinstance(v, float) else str(v) for v in row] for row in frame.itertuples(index=False)]
    return head + "\n" + "\n".join("| " + " | ".join(row) + " |" for row in cells)


def main() -> None:
    """Run all and print the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent.parent / "docs" / "scores.md")
    parser.add_argument("--only", default="", help="run only backtests whose title contains this")
    options = parser.parse_args()
    parts = [
        "# Scores",
        "Made by `python benchmarks/scores.py --data DIR` on open data; each table is what `cumbre backtest` prints. The baselines and "
        "bars that a table does not show itself are on the stage's page. Measured on "
        + dt.date.today().isoformat()
        + ", two cores, other work running: times are upper bounds.",
    ]
    with tempfile.TemporaryDirectory() as folder:
        for title, stage, data, out, run, refit in RUNS:
            if options.only not in title:
                continue
            start = time.perf_counter()
            frame = run(options.data / data, Path(folder) / out, refit=refit)
            took = time.perf_counter() - start
            command = f"cumbre backtest {stage} --data DIR/{data} --out F" + (f" --refit {refit}" if refit else "")
            parts += [f"## {title}", f"`{command}`, {took:.0f} s", as_markdown(frame)]
            print(f"{title}: {took:.0f} s", flush=True)
    options.out.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
