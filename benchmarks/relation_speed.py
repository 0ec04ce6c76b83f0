"""CPU seconds of the relation and home stages of a case: the fit, and one block of 2,048 worlds.

    python benchmarks/relation_speed.py [--case washington-2026] [--runs 15]

The first fit of home, which makes the state of approval, is timed by itself. CPU time of this process, one thread of the linear
algebra, best and median of the runs: the median of a busy machine says little.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

from threadpoolctl import threadpool_limits

from cumbre import home, relation, table
from cumbre.record import load
from cumbre.worlds import BLOCK, Worlds


def cpu(work: Callable[[], object], runs: int) -> str:
    """Best and median CPU seconds of `runs` calls."""
    took = []
    for _ in range(runs):
        began = time.process_time()
        work()
        took.append(time.process_time() - began)
    took.sort()
    return f"best {took[0]:.3f} s, median {took[len(took) // 2]:.3f} s"


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--case", default="washington-2026")
    parser.add_argument("--runs", type=int, default=15)
    args = parser.parse_args()
    case = load(args.case)
    start = Worlds.start(case.id, case.as_of, draws=BLOCK, seed=1)
    with threadpool_limits(1):
        began = time.process_time()
        audiences = home.fit(case)
        print(f"home, first fit: {time.process_time() - began:.3f} s")
        acts = relation.fit(case)
        before = relation.simulate(case, table.simulate(case, start), acts)
        for name, work in (
            ("relation, fit", lambda: relation.fit(case)), ("relation, block", lambda: relation.simulate(case, start, acts)),
            ("home, fit (state of approval kept)", lambda: home.fit(case)), ("home, block", lambda: home.simulate(case, before, audiences)),
        ):  # fmt: skip
            print(f"{name}: {cpu(work, args.runs)}")


if __name__ == "__main__":
    main()
