"""Seconds of the home stage on the bundled case: fit, 20,000 worlds, tables, passports.

`python benchmarks/home_stage.py [--repeats 5]`. Relation and table are simulated once before the clock starts; the worlds are run in
blocks of 2,048 as a whole run does. Medians are printed.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np

from cumbre import home, load, relation, table
from cumbre.worlds import BLOCK, Worlds


def median(call: Callable[[], object], repeats: int) -> float:
    """Median seconds of a call, after one call that warms caches."""
    call()
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return float(np.median(seconds))


def main() -> None:
    """Print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    args = parser.parse_args()
    case = load("washington-2026")
    before = (relation.fit(case), table.fit(case))
    blocks = []
    for first in range(0, 20_000, BLOCK):
        worlds = Worlds.start(case.id, case.as_of, draws=min(BLOCK, 20_000 - first), seed=1, first=first)
        blocks.append(table.simulate(case, relation.simulate(case, worlds, before[0]), before[1]))
    fitted = home.fit(case)
    joined = Worlds.concat([home.simulate(case, block, fitted) for block in blocks])
    for name, call in (
        ("fit", lambda: home.fit(case)),
        ("simulate 20,000 worlds", lambda: [home.simulate(case, block, fitted) for block in blocks]),
        ("readout", lambda: home.readout(case, fitted)),
        ("passports", lambda: home.passports(case, fitted)),
        ("channel table, groups, evidence", lambda: (
            home.channel_table(case, joined, fitted), home.groups(case, joined), home.evidence_shares(case, joined, fitted))),
    ):  # fmt: skip
        print(f"{name}: {median(call, args.repeats):.2f} s")


if __name__ == "__main__":
    main()
