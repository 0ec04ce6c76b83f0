"""Every pair of the run-off: polls of the pair and the first round pooled beforehand, drawn with the first round of each world."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from cumbre.ballot.filter import Scales, Survey, fit_scales
from cumbre.ballot.first_round import merge
from cumbre.ballot.runoff import AXIS, RunoffError, half_logit, pool, quantiles
from cumbre.ballot.transfer import pair_logit

__all__ = ["PairTable", "draw_pairs", "first_part", "pair_state", "pair_table"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

LEVELS = (np.arange(129) + 0.5) / 129
"""Levels at which the distribution of a pair is kept."""

CARRY = 0.25
"""How much of a candidate's first-round error on the log scale returns in the polls of a pair (judged: a vote hidden from the first
question is partly hidden from the second)."""

PAIR_GRID = tuple(Scales(0.02, house, 0.05) for house in (0.05, 0.10, 0.20, 0.40))
"""Scales of the filter for one pair; houses may differ by little or by much on who wins a run-off."""


@dataclass(frozen=True)
class PairTable:
    """For each pair in the order of `a`, `b` (indices, a < b): first (pair,) expected first-round part of the logit; weight (pair,)
    of the polls in the pooled mean; quantile (pair, level); polled, sd, polls (pair,) of the pair's polls, nan and 0 if none."""

    a: IntArray
    b: IntArray
    first: FloatArray
    weight: FloatArray
    quantile: FloatArray
    polled: FloatArray
    sd: FloatArray
    polls: IntArray

    def index(self, options: int) -> IntArray:
        """Pair number by (a, b), shape (option, option), -1 where there is none; (b, a) points at the same pair."""
        out = np.full((options, options), -1, dtype=np.int64)
        out[self.a, self.b] = np.arange(len(self.a))
        out[self.b, self.a] = np.arange(len(self.a))
        return out


def pair_state(surveys: Sequence[Survey]) -> tuple[float, float]:
    """Logit of the first option's two-way share and its variance, from polls of one pair.

    >>> m, v = pair_state([Survey(0.0, 0, np.arange(2), np.array([0.55, 0.45]), 1000.0)])
    >>> round(m, 2)
    0.2
    """
    ordered = merge(surveys)
    numbers = sorted({s.house for s in ordered})
    ordered = [replace(s, house=numbers.index(s.house)) for s in ordered]
    log_prior = np.array([-0.5 * (np.log(g.house / 0.1) / 0.7) ** 2 for g in PAIR_GRID])
    weights, states = fit_scales(ordered, PAIR_GRID, log_prior, np.zeros(2), len(numbers))
    mean = np.array([s.mean[0] - s.mean[1] for s in states])
    var = np.array([s.cov[0, 0] + s.cov[1, 1] - 2 * s.cov[0, 1] for s in states])
    centre = float(weights @ mean)
    return centre, float(weights @ (var + (mean - centre) ** 2))


def first_part(model: RunoffError, share: FloatArray, a: IntArray, b: IntArray, table: FloatArray, blank: int) -> FloatArray:
    """What a first round says of the logit of the pair, shape (draw,): the mean of two readings.

    One is learned on past run-offs, slope * logit of half-and-half, and knows no positions; the other moves everybody else's
    support by affinity, and knows positions but is judged. Weights are equal (judged).
    """
    rows = np.arange(len(share))
    ra, rb = share[rows, a], share[rows, b]
    half = half_logit(ra, rb, share[:, blank])
    voters = share.copy()
    voters[:, blank] = 0.0
    return np.asarray(0.5 * model.slope * half + 0.5 * pair_logit(voters, a, b, table))


def pair_table(
    model: RunoffError, share: FloatArray, candidates: Sequence[int], polled: Mapping[tuple[int, int], tuple[float, float, int]],
    table: FloatArray, blank: int, days: float,
) -> PairTable:  # fmt: skip
    """Pool every pair of `candidates`. share (option,) expected; polled: pair -> (logit, variance, polls); days to the run-off."""
    a, b = (
        np.array(v, dtype=np.int64)
        for v in zip(*[(i, j) for n, i in enumerate(candidates) for j in candidates[n + 1 :]], strict=True)
    )
    first = first_part(model, np.broadcast_to(share, (len(a), len(share))).copy(), a, b, table, blank)
    weight, quantile = np.zeros(len(a)), np.zeros((len(a), len(LEVELS)))
    seen, sd, polls = np.full(len(a), np.nan), np.full(len(a), np.nan), np.zeros(len(a), dtype=np.int64)
    alone = quantiles(pool(model, 0.0), LEVELS)
    for n in range(len(a)):
        found = polled.get((int(a[n]), int(b[n])))
        if found is None:
            quantile[n] = np.clip(first[n] + alone, AXIS[0], AXIS[-1])
            continue
        mean, variance, polls[n] = found
        pooled = pool(model, float(first[n]), mean, variance, days)
        quantile[n] = quantiles(pooled, LEVELS)
        seen[n], sd[n] = mean, np.sqrt(variance)
        near = abs(mean - first[n]) < 0.02
        weight[n] = 0.6 if near else np.clip((float(pooled @ AXIS) - first[n]) / (mean - first[n]), 0.0, 1.0)
    return PairTable(a, b, first, weight, quantile, seen, sd, polls)


def draw_pairs(
    tables: PairTable, model: RunoffError, number: IntArray, share: FloatArray, error: FloatArray, uniform: FloatArray,
    table: FloatArray, blank: int,
) -> FloatArray:  # fmt: skip
    """Logit of the two-way share of `tables.a[number]` in every world, shape (draw,).

    number (draw,) pair; share (draw, option) first-round shares of that world; error (draw, option) the common error of the
    first round on the log scale; uniform (draw,).
    """
    a, b = tables.a[number], tables.b[number]
    place = uniform * len(LEVELS) - 0.5
    low = np.clip(np.floor(place).astype(np.int64), 0, len(LEVELS) - 2)
    part = place - low
    base = (1 - part) * tables.quantile[number, low] + part * tables.quantile[number, low + 1]
    moved = first_part(model, share, a, b, table, blank) - tables.first[number]
    rows = np.arange(len(share))
    carried = CARRY * np.clip(error[rows, a] - error[rows, b], -1.5, 1.5)
    weight = tables.weight[number]
    return np.asarray(base + (1 - weight) * moved + weight * carried)
