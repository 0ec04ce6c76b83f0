"""Turning points: exact posterior against brute force, known breaks found, silence where there are none."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from scipy import special

from cumbre.relation import breaks

RATES, SPREAD = np.array([4.8, 0.07, 0.6, 0.3]), np.array([2.8, 10.0, 4.2, 3.6])
MONTHS, HAZARD = 120, 1 / 48


def made_pair(g: np.random.Generator, log_factor: float) -> tuple[np.ndarray, int]:
    """Ten years of monthly counts of a pair as busy and bursty as open ones, all quads times exp(log_factor) from a month on."""
    level = np.tile(RATES * np.exp(g.normal(0, 0.3, 4)), (MONTHS, 1))
    at = int(g.integers(18, MONTHS - 18))
    level[at:] *= np.exp(log_factor)
    return g.poisson(g.gamma(SPREAD, level / SPREAD)).astype(float), at


def test_posterior_is_the_sum_over_all_segmentations() -> None:
    y = np.array([[1.0], [0.0], [9.0], [7.0], [8.0]])
    r, hazard = np.array([3.0]), 0.2
    score = breaks.segment_scores(y, r)
    total, changed = [], []
    for k in range(5):
        for cuts in combinations(range(1, 5), k):
            ends = [*cuts, 5]
            value = sum(score[a, b - 1] for a, b in zip([0, *cuts], ends, strict=True))
            total.append(value + k * np.log(hazard) + (4 - k) * np.log1p(-hazard))
            changed.append([float(t in cuts) for t in range(5)])
    weight = np.exp(np.array(total) - special.logsumexp(total))
    np.testing.assert_allclose(breaks.change_points(y, hazard, r).p, weight @ np.array(changed), atol=1e-9)


def test_known_breaks_of_real_size_are_found_within_a_month() -> None:
    """At least 80 % at no more than one false alarm in ten years, at the size measured by benchmarks/relation_breaks.py."""
    g = np.random.default_rng(11)
    hits = false = 0
    pairs = 40
    for _ in range(pairs):
        counts, at = made_pair(g, g.choice([-1.0, 1.0]) * max(g.normal(np.log(4.6), 0.6), 0.3))
        found = breaks.alarms(breaks.window_chance(breaks.change_points(counts, HAZARD).p))
        near = [t for t in found if abs(t - at) <= 1]
        hits, false = hits + bool(near), false + len(found) - bool(near)
    assert hits / pairs >= 0.8
    assert false / pairs <= 1.0


def test_a_level_that_does_not_change_is_left_alone() -> None:
    g = np.random.default_rng(2)
    alarms = 0
    for _ in range(20):
        counts, _ = made_pair(g, 0.0)
        alarms += len(breaks.alarms(breaks.window_chance(breaks.change_points(counts, HAZARD).p)))
    assert alarms / 20 <= 0.5


def test_one_burst_is_no_turning_point() -> None:
    counts = np.full((60, 1), 3.0)
    counts[30] = 14.0
    p = breaks.change_points(counts, HAZARD, np.array([1.5])).p
    assert p.max() < 0.5


def test_run_length_sees_no_later_data() -> None:
    g = np.random.default_rng(5)
    y = g.poisson(4, (40, 2)).astype(float)
    r = np.array([3.0, 3.0])
    early = breaks.run_length(y[:25], HAZARD, r)
    # the grid of rates is scaled by the mean of what is given, so feed the same mean
    later = breaks.run_length(np.concatenate([y[:25], y[:25]]), HAZARD, r)
    np.testing.assert_allclose(later[24, :25], early[24], atol=1e-9)
    np.testing.assert_allclose(early.sum(axis=1), 1.0)


@pytest.mark.parametrize("periods", [0, 1, 2])
def test_short_series(periods: int) -> None:
    found = breaks.change_points(np.zeros((periods, 4)), HAZARD, np.ones(4))
    assert found.p.shape == (periods,)
    assert (found.p <= 1).all()


def test_pelt_agrees_on_a_clear_break() -> None:
    pytest.importorskip("ruptures")
    y = np.r_[np.full((30, 1), 1.0), np.full((30, 1), 20.0)]
    assert breaks.pelt(y) == [30]
