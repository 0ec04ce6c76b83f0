"""Event study on simulated approval: error against the two-poll difference, coverage, placebo dates, seconds a fit.

`python benchmarks/home_event_study.py [--runs 300]`. A series has 96 weekly slots of which half are empty, four pollsters with
house effects of sd 2, sampling with n = 1,000 and design effect 1.4, drift 0.186 square points a day, an event in week 72
with a true peak N(2.9, 3.5) and a half-life of 2 to 8 weeks. Target: the mean effect over the first four weeks.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from cumbre.home.event_study import Series, placebo, study
from cumbre.home.mixture import Mixture
from cumbre.home.noise import DRIFT, WOBBLE
from cumbre.home.pulse import mean_pulse, pulse

WEEKS, EVENT = 96, 72 * 7.0


def simulate(rng: np.random.Generator, houses: int, slow: float = 0.0) -> tuple[Series, float]:
    """One series and the true mean effect over four weeks."""
    day = 7.0 * np.arange(WEEKS)
    level = 45 + np.cumsum(rng.normal(0, np.sqrt(7 * DRIFT), WEEKS))
    peak, half = rng.normal(2.9, 3.5), rng.uniform(14, 56)
    house_effect = rng.normal(0, 2.0, houses)
    house_effect -= house_effect.mean()
    rise = 21.0 if rng.random() < slow else 0.0
    kept = rng.random(WEEKS) < 0.5
    who = rng.integers(0, houses, WEEKS)
    p = np.clip(level, 10, 90) / 100
    noise = np.sqrt(1.4e4 * p * (1 - p) / 1000 + WOBBLE / 2)
    value = level + peak * pulse(day - EVENT, half, rise) + house_effect[who] + rng.normal(0, 1, WEEKS) * noise
    return Series.of(day[kept], value[kept], np.full(kept.sum(), 1000), who[kept]), peak * float(mean_pulse(28, half, rise))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--placebo-series", type=int, default=40)
    args = parser.parse_args()
    truth_prior = Mixture.equal(np.array([2.9]), np.array([3.5]))
    for houses, slow in ((1, 0.0), (4, 0.0), (4, 0.3)):
        rng = np.random.default_rng(11)
        rows, seconds = [], []
        for _ in range(args.runs):
            series, truth = simulate(rng, houses, slow)
            before, after = series.day < EVENT, series.day >= EVENT
            if not before.any() or not after.any():
                continue
            start = time.perf_counter()
            answer = study(series, [EVENT], [30.0], [truth_prior]).answers[0]
            seconds.append(time.perf_counter() - start)
            two_poll = series.value[after][0] - series.value[before][-1]
            low, high = answer.polls_window.quantile([0.05, 0.95])
            low_b, high_b = answer.both_window.quantile([0.05, 0.95])
            rows.append(
                [two_poll - truth, answer.polls_window.mean - truth, answer.both_window.mean - truth, low <= truth <= high,
                 low_b <= truth <= high_b]
            )  # fmt: skip
        r = np.array(rows, float)
        rmse = np.sqrt((r[:, :3] ** 2).mean(axis=0))
        print(f"{houses} pollster(s), {slow:.0%} rise slowly, {len(r)} runs: rmse two-poll {rmse[0]:.2f}, polls only {rmse[1]:.2f} "
              f"(ratio {rmse[1] / rmse[0]:.2f}), both {rmse[2]:.2f} (ratio {rmse[2] / rmse[0]:.2f}); bias "
              f"{r[:, 0].mean():+.2f} / {r[:, 1].mean():+.2f} / {r[:, 2].mean():+.2f}; 90 % cover polls only {r[:, 3].mean():.3f}, "
              f"both {r[:, 4].mean():.3f}; both fits {1000 * np.median(seconds):.0f} ms")  # fmt: skip
    rng = np.random.default_rng(12)
    flagged, dates = 0, 0
    for _ in range(args.placebo_series):
        series, _truth = simulate(rng, 4)
        found = placebo(series, np.arange(140, 460, 62.0), [EVENT], [30.0])
        flagged += int(((found[:, 1] > 0) | (found[:, 2] < 0)).sum())
        dates += len(found)
    print(f"placebo: {flagged} of {dates} event-free dates have a 90 % interval that excludes zero ({flagged / dates:.1%})")
    day = np.sort(rng.choice(1400, 200, replace=False)).astype(float)
    big = Series.of(day, 40 + rng.normal(0, 2, 200), np.full(200, 1000), rng.integers(0, 6, 200))
    times = []
    for _ in range(9):
        start = time.perf_counter()
        big.fit(np.array([700.0]), np.array([35.0]), np.zeros(1), np.full(1, 25.0))
        times.append(time.perf_counter() - start)
    print(f"one fit, 200 polls of six houses: {1000 * np.median(times):.0f} ms")


if __name__ == "__main__":
    main()
