"""The index: a level that moves slowly, seen through few and noisy events.

State in week t: theta_t = m + x_t; m the pair's own mean, normal(law.mean, law.mean_sd); x an autoregression of stationary
spread law.sd whose memory halves in law.half_life weeks. A week with n events of mean intensity y is seen with variance
law.event_sd^2 / n + law.week_sd^2: three events say little, three hundred say much, none says nothing. Errors are Student t,
fitted by reweighting, so that one odd week does not drag the level. The posterior over all weeks is one Gaussian, solved at once.

Sources: Harvey 1989, doi:10.1017/CBO9781107049994 (local level); Lange, Little and Taylor 1989, doi:10.1080/01621459.1989.10478852
(t errors by reweighting).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import linalg

__all__ = ["FREEDOM", "Law", "Path", "log_marginals", "low_points", "smooth"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

FREEDOM = 5.0
"""Degrees of freedom of the Student t errors."""


@dataclass(frozen=True)
class Law:
    """Pooled numbers of the index, on the scale -10 .. 10; half_life in weeks."""

    mean: float
    mean_sd: float
    sd: float
    half_life: float
    event_sd: float
    week_sd: float

    @property
    def keep(self) -> float:
        """What is left of x after a week."""
        return float(2.0 ** (-1.0 / self.half_life))

    def covariance(self, a: npt.ArrayLike, b: npt.ArrayLike) -> FloatArray:
        """Prior covariance of theta between weeks `a` and `b`, shape (a, b)."""
        gap = np.abs(np.subtract.outer(np.asarray(a, float), np.asarray(b, float)))
        return np.asarray(self.mean_sd**2 + self.sd**2 * 2.0 ** (-gap / self.half_life), dtype=np.float64)

    def noise(self, n: npt.ArrayLike) -> FloatArray:
        """Variance of the mean intensity of a week of `n` events."""
        return np.asarray(
            self.event_sd**2 / np.maximum(np.asarray(n, dtype=np.float64), 1e-9) + self.week_sd**2, dtype=np.float64
        )


@dataclass(frozen=True)
class Path:
    """Posterior of the level: mean (week,), cov (week, week); `state` mean and `state_cov` of (m, x) in the last week."""

    mean: FloatArray
    cov: FloatArray
    state: FloatArray
    state_cov: FloatArray

    @property
    def sd(self) -> FloatArray:
        """Standard deviation of each week's level."""
        return np.asarray(np.sqrt(np.maximum(np.diag(self.cov), 1e-12)), dtype=np.float64)


def smooth(weeks: IntArray, y: FloatArray, n: FloatArray, grid: IntArray, law: Law, rounds: int = 5) -> Path:
    """Posterior of the level on the weeks `grid` given mean intensities `y` of `n` events in the weeks `weeks`.

    Examples
    --------
    >>> law = Law(0.0, 1.0, 2.0, 10.0, 3.0, 1.0)
    >>> path = smooth(np.array([0]), np.array([5.0]), np.array([100.0]), np.array([0, 30]), law)
    >>> bool(path.mean[0] > path.mean[1] > 0), bool(path.sd[0] < path.sd[1])
    (True, True)
    """
    last = grid[-1]
    prior = law.covariance(grid, grid)
    state_prior = np.diag([law.mean_sd**2, law.sd**2])
    if len(weeks) == 0:
        return Path(np.full(len(grid), law.mean), prior, np.array([law.mean, 0.0]), state_prior)
    between = law.covariance(weeks, weeks)
    to_grid = law.covariance(grid, weeks)
    to_state = np.stack([np.full(len(weeks), law.mean_sd**2), law.sd**2 * 2.0 ** (-np.abs(weeks - last) / law.half_life)])
    error = law.noise(n)
    residual = y - law.mean
    weight = np.ones(len(weeks))
    for _ in range(rounds):
        factor = linalg.cho_factor(between + np.diag(error / weight), lower=True)
        solved = linalg.cho_solve(factor, residual)
        gap = (y - law.mean - between @ solved) ** 2 / error
        weight = (FREEDOM + 1) / (FREEDOM + gap)
        weight = np.minimum(weight, 1.0)
    factor = linalg.cho_factor(between + np.diag(error / weight), lower=True)
    solved = linalg.cho_solve(factor, residual)
    mean = law.mean + to_grid @ solved
    cov = prior - to_grid @ linalg.cho_solve(factor, to_grid.T)
    state = np.array([law.mean, 0.0]) + to_state @ solved
    state_cov = state_prior - to_state @ linalg.cho_solve(factor, to_state.T)
    return Path(np.clip(mean, -10, 10), (cov + cov.T) / 2, state, (state_cov + state_cov.T) / 2)


def log_marginals(weeks: IntArray, y: FloatArray, n: FloatArray, laws: Sequence[Law]) -> FloatArray:
    """Log density of the weeks' means under each law, each innovation read as Student t of the Gaussian's spread; shape (law,).

    >>> narrow, wide = (Law(0.0, 0.1, sd, 10.0, 1.0, 0.1) for sd in (0.1, 5.0))
    >>> low, high = log_marginals(np.array([0, 9]), np.array([8.0, -8.0]), np.ones(2), [narrow, wide])
    >>> bool(low < high)
    True
    """
    out = np.empty(len(laws))
    gap = np.abs(np.subtract.outer(weeks, weeks)).astype(np.float64)
    for half_life in dict.fromkeys(law.half_life for law in laws):
        some = [i for i, law in enumerate(laws) if law.half_life == half_life]
        fixed, swing = (np.asarray(v)[:, None, None] for v in zip(*((laws[i].mean_sd, laws[i].sd) for i in some), strict=True))
        covariance = fixed**2 + swing**2 * 2.0 ** (-gap / half_life)
        covariance[:, np.arange(len(y)), np.arange(len(y))] += np.stack([laws[i].noise(n) for i in some])
        chol = np.linalg.cholesky(covariance)
        residual, spread = y - np.asarray([[laws[i].mean] for i in some]), np.diagonal(chol, axis1=1, axis2=2)
        z = np.zeros(residual.shape)
        for t in range(len(y)):  # forward substitution, all laws at once
            z[:, t] = (residual[:, t] - (chol[:, t, :t] * z[:, :t]).sum(axis=1)) / spread[:, t]
        heavy = -0.5 * (FREEDOM + 1) * np.log1p(z**2 / FREEDOM)
        out[some] = (heavy - np.log(spread)).sum(axis=1)
    return out


def low_points(path: Path, normals: FloatArray, first: int = 0) -> FloatArray:
    """Chance that each week from `first` on is the lowest, from standard normals of shape (draw, week); shape (week,).

    The points are handed in, so that the answer is the same on every run.
    """
    cov = path.cov[first:, first:]
    values, vectors = np.linalg.eigh(cov)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    paths = path.mean[first:] + normals[:, : len(cov)] @ root.T
    out = np.zeros(len(path.mean))
    out[first:] = np.bincount(paths.argmin(axis=1), minlength=len(cov)) / len(paths)
    return out
