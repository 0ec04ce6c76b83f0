"""Turning points on simulated pairs with known breaks, and the size of breaks in real ones.

    python benchmarks/relation_breaks.py [--pairs 200] [--data DIR]

With --data (the relations folder) the sizes of breaks and the dispersion of real pairs are measured first; without it the sizes
measured before (BREAK_FACTORS, DISPERSION below) are used. A break is found if an alarm is dated within a month of it; any other
alarm is false. Pairs without a break are simulated too.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cumbre.relation.breaks import alarms, change_points, pelt, window_chance

FloatArray = npt.NDArray[np.float64]

MONTHS = 120
HAZARD = 1 / 48
RATES = np.array([4.8, 0.07, 0.6, 0.3])
"""Events a month of the four quads, both directions: medians of the 26 open pairs with 240 events or more."""
DISPERSION = np.array([2.8, 10.0, 4.2, 3.6])
"""Negative binomial r of a month's count around its neighbours, medians of the same pairs."""
BREAK_FACTORS = (2.0, 3.4, 4.6, 7.7)
"""Twice, then the quartiles of the largest factor of a quad over 60 breaks in those pairs."""
REAL_SIZE = "real"
"""Factors drawn with those quartiles: log-normal, median 4.6, log spread 0.6."""


def simulate_pair(g: np.random.Generator, factor: float | str | None) -> tuple[FloatArray, int | None]:
    """Monthly counts (month, quad) and the month of the break; conflict and cooperation move by `factor`, each up or down."""
    level = np.tile(RATES * np.exp(g.normal(0, 0.5, 4)), (MONTHS, 1))
    at = None
    if factor == REAL_SIZE:
        factor = float(np.exp(g.normal(np.log(4.6), 0.6)))
    if isinstance(factor, float):
        at = int(g.integers(18, MONTHS - 18))
        # a quarrel raises conflict of both sorts, a thaw or a crisis the talk; quads move together or not at all
        moved = g.random(4) < 0.75
        moved[int(g.integers(0, 4)) if not moved.any() else 0] = True
        sign = 1.0 if g.random() < 0.5 else -1.0
        level[at:] *= np.where(moved, factor**sign, 1.0)
    mu = level
    counts = g.poisson(g.gamma(DISPERSION, mu / DISPERSION))
    return counts.astype(np.float64), at


def score(factor: float | str | None, pairs: int, seed: int = 1) -> dict[str, float]:
    """Share of breaks found within a month, false alarms in ten years, for the posterior and for PELT."""
    g = np.random.default_rng(seed)
    hit = false = hit_pelt = false_pelt = 0
    for _ in range(pairs):
        counts, at = simulate_pair(g, factor)
        found = alarms(window_chance(change_points(counts, HAZARD).p))
        near = [t for t in found if at is not None and abs(t - at) <= 1]
        hit, false = hit + bool(near), false + len(found) - bool(near)
        second = pelt(counts, penalty=12.0) or []
        near = [t for t in second if at is not None and abs(t - at) <= 1]
        hit_pelt, false_pelt = hit_pelt + bool(near), false_pelt + len(second) - bool(near)
    years = pairs * MONTHS / 120
    return {
        "found": hit / pairs,
        "false_in_ten_years": false / years,
        "pelt_found": hit_pelt / pairs,
        "pelt_false": false_pelt / years,
    }


def measure(data: Path) -> None:
    """Break sizes of real pairs: ratio of each quad's rate in the 12 months after and before each PELT break."""
    from cumbre.backtest.coded_events import read_events

    events = read_events(data)
    starts = np.r_[0, events.month_end[:-1] + 1]
    monthly = np.add.reduceat(events.quad, starts, axis=0).reshape(len(starts), -1, 2, 4).sum(axis=2)
    factors, spreads = [], []
    for pair in range(monthly.shape[1]):
        counts = monthly[:, pair].astype(np.float64)
        if counts.sum() < 240:
            continue
        spreads.append(change_points(counts, HAZARD).r)
        for t in pelt(counts, penalty=24.0) or []:
            before, after = counts[max(t - 12, 0) : t].mean(axis=0) + 0.1, counts[t : t + 12].mean(axis=0) + 0.1
            factors.append(np.exp(np.abs(np.log(after / before)).max()))
    quartiles = np.quantile(factors, [0.25, 0.5, 0.75]).round(1)
    print(f"{len(factors)} breaks in {len(spreads)} pairs; largest factor of a quad: quartiles {quartiles}")
    busy = [i for i in range(monthly.shape[1]) if monthly[:, i].sum() >= 240]
    print(f"rates of busy pairs {np.median(monthly[:, busy].mean(axis=0), axis=0).round(2)}")
    print(f"dispersion r, median by quad: {np.median(spreads, axis=0).round(2)}")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=200)
    parser.add_argument("--data", type=Path)
    args = parser.parse_args()
    if args.data:
        measure(args.data)
    for factor in (None, *BREAK_FACTORS, REAL_SIZE):
        print(
            "no break" if factor is None else f"factor {factor}", {k: round(v, 3) for k, v in score(factor, args.pairs).items()}
        )


if __name__ == "__main__":
    main()
