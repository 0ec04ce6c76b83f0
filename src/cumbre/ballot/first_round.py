"""From polls of one election to support with its error: the filter on a small grid of scales, and the common error on top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import special

from cumbre.ballot.common_error import CommonError, centre, error_scale, pooled_spread
from cumbre.ballot.filter import DIFFUSE, HousePrior, Jumps, Scales, State, Survey, fit_scales
from cumbre.ballot.logratio import close, shares

__all__ = ["GRID", "Estimate", "centred_utility", "estimate", "house_table", "merge", "quasi_errors", "root", "start"]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

GRID = tuple(Scales(w, h, p) for w in (0.03, 0.06, 0.10) for h in (0.10, 0.20) for p in (0.05, 0.12))
"""Scales tried for every election; their weights come from its own polls and the prior below."""

CENTRE = Scales(0.06, 0.15, 0.08)
"""Middle of the prior on the scales (selected: it gave the smallest error on the open elections among eight settings)."""

FEWEST = 50.0
"""Respondents under which a poll says nothing of the spread between houses."""

POINTS = 512
"""Quasi-random points behind every expectation taken in a fit."""


@dataclass(frozen=True)
class Estimate:
    """Support on the last day of the polls, in arrays.

    mean (option,), cov (option, option) of utilities; share (option,) closed; weights of the grid of scales; house_mean and
    house_sd (house, option) of house effects; undecided per cent; spread between houses; loglik of the best scales.
    """

    mean: FloatArray
    cov: FloatArray
    share: FloatArray
    grid: tuple[Scales, ...]
    weights: FloatArray
    house_mean: FloatArray
    house_sd: FloatArray
    undecided: float
    spread: float
    loglik: float

    @property
    def scales(self) -> Scales:
        """Weighted geometric mean of the scales."""
        logs = np.log([[g.walk, g.house, g.poll] for g in self.grid])
        walk, house, poll = np.exp(self.weights @ logs)
        return Scales(float(walk), float(house), float(poll))

    def variance(self) -> FloatArray:
        """Variance of each utility around the mean utility, shape (option,)."""
        c = self.cov
        return np.asarray(np.maximum(np.diag(c) - c.mean(axis=0) - c.mean(axis=1) + c.mean(), 0.0))


def merge(surveys: Sequence[Survey]) -> list[Survey]:
    """Surveys in order of day, with questions of one house, day and list pooled by sample size.

    One poll given as two halves is the same poll: the error of a poll beyond sampling belongs to the field work, not to the file.
    """
    groups: dict[tuple[object, ...], list[Survey]] = {}
    for s in surveys:
        order = np.argsort(s.options, kind="stable")
        matrix = None if s.matrix is None else s.matrix[order]
        offset = None if s.offset is None else s.offset[order]
        ordered = replace(s, options=s.options[order], share=close(s.share[order]), matrix=matrix, offset=offset)
        key = (
            s.day, s.house, tuple(ordered.options.tolist()), s.extra, None if matrix is None else matrix.tobytes(),
            None if offset is None else offset.tobytes(),
        )  # fmt: skip
        groups.setdefault(key, []).append(ordered)
    out = []
    for same in groups.values():
        if len(same) == 1:
            out.append(same[0])
            continue
        n = np.array([s.n for s in same])
        total = n.sum()
        order = np.argsort([s.share[0] for s in same], kind="stable")
        share = sum((n[i] / total) * same[i].share for i in order)
        out.append(replace(same[0], share=np.asarray(share), n=float(total)))
    return sorted(out, key=lambda s: (s.day, s.house, len(s.options), tuple(s.options.tolist()), s.extra))


def start(surveys: Sequence[Survey], options: int) -> FloatArray:
    """Prior mean of utilities: log of the average share of each option in the polls that list it, diffuse around it."""
    total, count = np.zeros(options), np.zeros(options)
    for s in surveys:
        if s.matrix is None:
            weight = min(s.n, 500.0)
            total[s.options] += weight * close(s.share)
            count[s.options] += weight
    mean = np.where(count > 1e-9, total / np.maximum(count, 1e-9), 0.0)
    log = np.log(np.maximum(mean, 0.003))
    return np.asarray(log - log.mean())


def house_table(surveys: Sequence[Survey], options: int, since: float) -> FloatArray:
    """Last closed shares of every house since a day, shape (house, option), nan where not listed; full-field questions only."""
    last: dict[int, FloatArray] = {}
    for s in surveys:
        if s.day >= since and s.matrix is None and s.n >= FEWEST:
            row = np.full(options, np.nan)
            row[s.options] = close(s.share)
            last[s.house] = row
    return np.array(list(last.values())) if last else np.zeros((0, options))


def estimate(
    surveys: Sequence[Survey],
    options: int,
    houses: int,
    undecided: float = 0.0,
    house_record: HousePrior | None = None,
    grid: Sequence[Scales] = GRID,
    jumps: Jumps = (),
    prior_mean: FloatArray | None = None,
    prior_sd: FloatArray | float = DIFFUSE,
) -> Estimate:
    """Support after the last poll. Surveys may come in any order; `undecided` is in per cent.

    >>> s = [Survey(float(d), 0, np.arange(3), np.array([0.5, 0.3, 0.2]), 900.0) for d in range(6)]
    >>> estimate(s, 3, 1).share.round(2).tolist()
    [0.5, 0.3, 0.2]
    """
    ordered = merge(surveys)
    log_prior = np.array(
        [
            -0.5 * sum((np.log(getattr(g, f) / getattr(CENTRE, f)) / 0.5) ** 2 for f in ("walk", "house", "poll"))
            for g in grid
        ]
    )  # fmt: skip
    first = start(ordered, options) if prior_mean is None else prior_mean
    weights, states = fit_scales(ordered, grid, log_prior, first, houses, house_record, jumps, prior_sd)
    mean, cov, house_mean, house_sd = _mix(weights, states)
    table = house_table(ordered, options, ordered[-1].day - 30) if ordered else np.zeros((0, options))
    spread = pooled_spread(table) if len(table) else pooled_spread(np.full((1, options), np.nan))
    best = float(max((s.loglik for s in states), default=0.0))
    return Estimate(mean, cov, shares(mean), tuple(grid), weights, house_mean, house_sd, undecided, spread, best)


def _mix(weights: FloatArray, states: Sequence[State]) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Moments of the mixture over scales."""
    means = np.array([s.mean for s in states])
    mean = weights @ means
    cov = np.zeros((len(mean), len(mean)))
    for w, s in zip(weights, states, strict=True):
        cov += w * (s.cov + np.outer(s.mean - mean, s.mean - mean))
    effect = np.array([s.house_mean for s in states])
    house_mean = np.tensordot(weights, effect, 1)
    second = np.tensordot(weights, np.array([s.house_var for s in states]) + effect**2, 1)
    return mean, cov, house_mean, np.sqrt(np.maximum(second - house_mean**2, 0.0))


def quasi_errors(options: int, df: float, points: int = POINTS) -> tuple[FloatArray, FloatArray]:
    """Fixed standard normal and Student-t points, each (points, option): a rank-1 lattice, the same on every machine.

    Lattice of Richtmyer with square roots of primes; antithetic halves make every odd moment exactly 0.
    """
    primes = _primes(2 * options)
    half = points // 2
    u = np.mod((np.arange(1, half + 1)[:, None]) * np.sqrt(primes)[None, :], 1.0)
    u = np.clip(np.vstack([u, 1 - u]), 1e-6, 1 - 1e-6)
    return np.asarray(special.ndtri(u[:, :options])), np.asarray(special.stdtrit(df, u[:, options:]))


def _primes(n: int) -> FloatArray:
    found: list[int] = []
    number = 2
    while len(found) < n:
        if all(number % p for p in found if p * p <= number):
            found.append(number)
        number += 1
    return np.array(found, dtype=float)


def root(cov: FloatArray) -> FloatArray:
    """The symmetric square root of a covariance that may be singular; it commutes with any reordering of the options."""
    value, vector = np.linalg.eigh(0.5 * (cov + cov.T))
    return np.asarray((vector * np.sqrt(np.maximum(value, 0.0))) @ vector.T)


def centred_utility(
    e: Estimate, share: FloatArray, model: CommonError, days: float, country: str, present: BoolArray | None = None,
    fixed: dict[int, float] | None = None,
) -> tuple[FloatArray, FloatArray]:  # fmt: skip
    """Centre (option,) and Student-t scale (option,) of the forecast whose mean share is `share`, for options present.

    `fixed` sets the scale of some options (the blank vote has its own error).
    """
    index = np.arange(len(share)) if present is None else np.flatnonzero(present)
    p = close(share[index])
    scale = error_scale(model, p, days, e.undecided, e.spread, country)
    for option, value in (fixed or {}).items():
        scale[index == option] = value
    z, t = quasi_errors(len(index), model.df)
    error = z @ root(e.cov[np.ix_(index, index)]).T + scale * t
    utility = np.full(len(share), -30.0)
    utility[index] = centre(p, error)
    full = np.zeros(len(share))
    full[index] = scale
    return utility, full
