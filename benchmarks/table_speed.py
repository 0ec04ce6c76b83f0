"""Speed of the table: concepts, the whole ensemble, and published scenarios beside published timings.

`python benchmarks/table_speed.py [--data DIR]`. DIR is the folder of bargaining data with `published/`; without it the scenarios
are made up with the same numbers of actors and issues. Times are medians of repeats, one core; run it on a quiet machine.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd

from cumbre.table import CONCEPTS
from cumbre.table.bargain import Array, Bargain
from cumbre.table.challenge import challenge, settle_challenge
from cumbre.table.election import election
from cumbre.table.mean import weighted_mean
from cumbre.table.package import solve_package

PUBLISHED = {
    # scenario -> (actors, issues, seconds a run of KTAB's SMP built from source, optimised, two cores)
    "ktab_dummy3dim": (7, 3, 0.07),
    "ktab_soe_policy_competitive": (13, 2, 0.41),
    "efird2016_policy": (26, 1, 1.43),
    "efird2016_competitive": (34, 1, 6.2),
    "ktab_dummy80": (80, 1, 82.0),
}
BARS = {"compromise": 50_000, "median": 50_000, "nash": 50_000, "kalai_smorodinsky (package)": 50_000, "nash (package)": 50_000,
        "election": 5_000, "challenge, 5 rounds": 3_000}  # fmt: skip


def seconds(run: Callable[[], object], repeats: int = 5) -> float:
    """Median processor time of one call, after a warm-up."""
    run()
    found = []
    for _ in range(repeats):
        start = time.process_time()
        run()
        found.append(time.process_time() - start)
    return statistics.median(found)


def made(worlds: int, issues: int, actors: int, seed: int = 1) -> Bargain:
    rng = np.random.default_rng(seed)

    def draw(*shape: int) -> Array:
        return rng.random(shape, dtype=np.float32)

    one, zero = np.ones((worlds, issues), np.float32), np.zeros((worlds, issues), np.float32)
    return Bargain(draw(worlds, issues, actors), draw(worlds, issues, actors), draw(worlds, actors), draw(worlds, issues),
                   np.ones((worlds, actors), np.float32), zero, one, draw(worlds, issues))  # fmt: skip


def concepts(worlds: int = 2048) -> pd.DataFrame:
    """Worlds a second of 8 issues x 10 actors, by concept."""
    b = made(worlds, 8, 10)
    rng = np.random.default_rng(2)
    x, s = rng.random((worlds, 2, 8), dtype=np.float32), rng.random((worlds, 2, 8), dtype=np.float32)
    d = -(s * (x - 0.5) ** 2).sum(-1) - 0.3
    runs: dict[str, Callable[[], object]] = {
        n: partial(CONCEPTS[n], b) for n in ("compromise", "median", "nash", "election", "favourite")
    }
    runs["challenge, 5 rounds"] = partial(settle_challenge, b, rounds=5)
    runs["challenge, code reading, 5 rounds"] = partial(settle_challenge, b, reading="code", rounds=5)
    runs["nash (package)"] = partial(solve_package, x, s, d, rule="nash", steps=14)
    runs["kalai_smorodinsky (package)"] = partial(solve_package, x, s, d, rule="ks", steps=14)
    rows = [(n, worlds / seconds(run), BARS.get(n)) for n, run in runs.items()]
    return pd.DataFrame(rows, columns=["concept", "worlds a second", "bar"])


def scenario(path: Path | None, actors: int, issues: int) -> tuple[Array, Array, Array]:
    """Positions, weights (issue, actor) and capability of a published scenario, or made-up ones of its size."""
    if path is None or not (path / "positions.csv").is_file():
        rng = np.random.default_rng(actors)
        return rng.random((issues, actors)), rng.random((issues, actors)), rng.random(actors)
    rows = pd.read_csv(path / "positions.csv").dropna(subset=["position"])
    limits = pd.read_csv(path / "issues.csv").set_index("issue_id")
    rows["x"] = [(r.position - limits.scale_low[r.issue_id]) / (limits.scale_high[r.issue_id] - limits.scale_low[r.issue_id])
                 for r in rows.itertuples()]  # fmt: skip
    x = rows.pivot_table(index="issue_id", columns="actor", values="x").fillna(0.5).to_numpy()
    s = rows.pivot_table(index="issue_id", columns="actor", values="salience").fillna(0.0).to_numpy() / 100
    c = rows.groupby("actor")["capability"].first().to_numpy(float)
    return x, s, c / c.max()


def one_world(x: Array, s: Array, c: Array, rounds: int = 17) -> None:
    """What a run of the reference program does at equal inputs: an election at the start, rounds of challenges, an election at the end."""
    election(x, s * c, power=1, votes=1.0)
    now = challenge(x, c, s, rounds=rounds, reading="paper")
    election(now, s * c, power=1, votes=1.0)
    weighted_mean(now, s * c)


def published(data: Path | None) -> pd.DataFrame:
    rows = []
    for name, (actors, issues, theirs) in PUBLISHED.items():
        x, s, c = scenario(data / "published" / name if data else None, actors, issues)
        ours = seconds(partial(one_world, x, s, c), repeats=3)
        batch = 256 if x.shape[1] < 50 else 32
        many = [np.broadcast_to(v, (batch, *v.shape)).astype(np.float32) for v in (x, s, np.broadcast_to(c, x.shape))]
        each = seconds(partial(challenge, many[0], many[2], many[1], rounds=17, reading="paper"), repeats=1) / batch
        rows.append((name, x.shape[1], x.shape[0], theirs, ours, theirs / ours, each, theirs / each))
    columns = [
        "scenario",
        "actors",
        "issues",
        "published s",
        "one world s",
        "times faster",
        "in a batch s",
        "times faster in a batch",
    ]
    return pd.DataFrame(rows, columns=columns)


def ensemble(draws: int) -> pd.DataFrame:
    """A whole case of 8 issues x 10 actors with audiences, mediator, spoiler: worlds, seconds, peak memory."""
    import sys

    sys.path.insert(0, str(Path(__file__).parent))
    from table_case import made_case

    from cumbre.table import fit, simulate
    from cumbre.worlds import BLOCK, Worlds

    case = made_case()
    start = time.process_time()
    f = fit(case)
    fitted = time.process_time() - start
    start = time.process_time()
    parts = [simulate(case, Worlds.start(case.id, case.as_of, draws=min(BLOCK, draws - first), seed=1, first=first), f)
             for first in range(0, draws, BLOCK)]  # fmt: skip
    worlds = Worlds.concat(parts)
    spent = time.process_time() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return pd.DataFrame([(worlds.draws, fitted, spent, worlds.draws / spent, memory)],
                        columns=["worlds", "fit s", "simulate s", "worlds a second", "peak GB"])  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of bargaining data with published/")
    parser.add_argument("--draws", type=int, default=100_000)
    args = parser.parse_args()
    pd.set_option("display.width", 200, "display.max_columns", 20, "display.float_format", "{:,.4g}".format)
    print("8 issues x 10 actors, one core\n", concepts().to_string(index=False))
    print("\npublished scenarios\n", published(args.data).to_string(index=False))
    print("\nwhole ensemble, 8 issues x 10 actors\n", ensemble(args.draws).to_string(index=False))


if __name__ == "__main__":
    main()
