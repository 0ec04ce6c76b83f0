"""Approval as a wandering level seen by several pollsters, with decaying shocks: the estimator, arrays only.

    y_i = level(t_i) + sum_h house effects + sum_m question kind + sum_e theta_e g(t_i - T_e) + eps_i
    level(t) = b_0 + random walk of variance q a day;  eps_i ~ N(0, v_i)

Given (q, half-lives, rise) everything is Gaussian, so coefficients and level are found exactly by generalised least squares
with the covariance q min(t_i, t_j) + diag(v) (the same answer as a Kalman filter on irregular days with the regressors run
through it: Rosenberg 1973; de Jong 1991, doi:10.1214/aos/1176348139). The rest is a grid weighted by marginal likelihood
times prior. Prior of q: lognormal, median 0.19 square points a day, sd of the log 0.5.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import linalg

from cumbre.home.noise import DRIFT
from cumbre.home.pulse import pulse

__all__ = ["Grid", "LevelFit", "contrasts", "fit_level"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

_LOG_Q_SD = 0.5
_LEVEL_MEAN, _LEVEL_SD = 45.0, 50.0


def contrasts(member: IntArray, members: int, sd: float) -> tuple[FloatArray, FloatArray]:
    """Columns and prior covariance of exchangeable effects that sum to zero.

    Returns (columns (row, members - 1), covariance (members - 1, members - 1)): effects N(0, sd^2) held to a sum of zero. A row
    whose member is -1 has no effect.

    >>> contrasts(np.array([0, 1, 2]), 3, 1.0)[0].tolist()
    [[1.0, 0.0], [0.0, 1.0], [-1.0, -1.0]]
    """
    free = max(members - 1, 0)
    columns = np.zeros((len(member), free))
    for j in range(free):
        columns[:, j] = (member == j).astype(float) - (member == members - 1)
    return columns, sd**2 * (np.eye(free) - np.ones((free, free)) / max(members, 1))


@dataclass(frozen=True)
class Grid:
    """Values tried for what is not linear, with log prior weights.

    q : (n_q,) square points a day; stretch : (n_s,) multiplies every event's median half-life; rise : (n_r,) days.
    """

    q: FloatArray
    stretch: FloatArray
    rise: FloatArray
    log_prior: FloatArray

    @classmethod
    def standard(cls, sigma: float = 0.45, rises: tuple[float, ...] = (0.0, 21.0)) -> Grid:
        """Five drifts, seven half-life factors over +-2 sigma, and rises of which the first has prior 0.7."""
        z_q, z_s = np.linspace(-2, 2, 5), np.linspace(-2, 2, 7)
        weight = np.array([0.7] + [0.3 / (len(rises) - 1)] * (len(rises) - 1)) if len(rises) > 1 else np.ones(1)
        log_prior = -0.5 * z_q[:, None, None] ** 2 - 0.5 * z_s[None, :, None] ** 2 + np.log(weight)[None, None, :]
        return cls(DRIFT * np.exp(_LOG_Q_SD * z_q), np.exp(sigma * z_s), np.asarray(rises, float), log_prior)


@dataclass(frozen=True)
class LevelFit:
    """Posterior of the level model: a Gaussian in each grid cell and the weight of each cell.

    Coefficients are ordered: base level, nuisance columns (houses, question kinds), events. Cells are flattened (q, stretch,
    rise) in C order. `onset` (event,) and `half` (event,) are days; `origin` is the day of the first poll.
    """

    weight: FloatArray
    mean: FloatArray
    cov: FloatArray
    cell_q: IntArray
    cell_stretch: FloatArray
    cell_rise: FloatArray
    q: FloatArray
    onset: FloatArray
    half: FloatArray
    day: FloatArray
    origin: float
    nuisance: int
    chol: tuple[FloatArray, ...]
    white_y: tuple[FloatArray, ...]
    white_x: tuple[FloatArray, ...]

    @property
    def events(self) -> int:
        """Number of events."""
        return len(self.onset)

    @property
    def evidence_cells(self) -> int:
        """Number of grid cells."""
        return len(self.weight)

    def effect(self, event: int) -> tuple[FloatArray, FloatArray]:
        """Mean and sd of an event's peak effect in each cell, both (cell,)."""
        k = 1 + self.nuisance + event
        return self.mean[:, k], np.sqrt(self.cov[:, k, k])

    def nuisance_effects(self) -> tuple[FloatArray, FloatArray]:
        """Mean and sd of the nuisance coefficients over all cells, both (column,)."""
        part = slice(1, 1 + self.nuisance)
        mean = self.weight @ self.mean[:, part]
        spread = np.einsum("c,cii->i", self.weight, self.cov[:, part, part]) + self.weight @ (self.mean[:, part] - mean) ** 2
        return mean, np.sqrt(spread)

    def effect_covariance(self) -> FloatArray:
        """Covariance of the events' peak effects over all cells, (event, event)."""
        part = slice(1 + self.nuisance, None)
        mean = self.weight @ self.mean[:, part]
        off = self.mean[:, part] - mean
        total = np.einsum("c,cij->ij", self.weight, self.cov[:, part, part])
        return np.asarray(total + np.einsum("c,ci,cj->ij", self.weight, off, off))

    def _rows(self, days: FloatArray, cell: int) -> FloatArray:
        """Coefficients' weights in the level of each day (houses and question kinds at zero), (day, coefficient)."""
        shape = pulse(days[:, None] - self.onset, self.half * self.cell_stretch[cell], self.cell_rise[cell])
        return np.hstack([np.ones((len(days), 1)), np.zeros((len(days), self.nuisance)), shape])

    def joint(self, day: float, cell: int) -> tuple[FloatArray, FloatArray]:
        """Mean (1 + event,) and covariance of (level on `day` with shocks included, theta_1, ..., theta_E) in a cell."""
        k = int(self.cell_q[cell])
        reach = np.minimum(self.day, day) - self.origin
        a = linalg.solve_triangular(self.chol[k], self.q[k] * np.maximum(reach, 0.0), lower=True)
        x = self.white_x[cell]
        pick = np.zeros((1 + self.events, self.mean.shape[1]))
        pick[0] = self._rows(np.array([day]), cell)[0] - a @ x
        pick[1:, 1 + self.nuisance :] = np.eye(self.events)
        mean = pick @ self.mean[cell]
        mean[0] += a @ self.white_y[k]
        cov = pick @ self.cov[cell] @ pick.T
        cov[0, 0] += max(self.q[k] * max(day - self.origin, 0.0) - a @ a, 0.0)
        return mean, cov

    def level(self, days: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Mean and sd of the level, shocks included, on each day, both (day,)."""
        days = np.asarray(days, float)
        means, variances = np.zeros((self.evidence_cells, len(days))), np.zeros((self.evidence_cells, len(days)))
        for k in range(len(self.q)):
            reach = np.maximum(np.minimum(self.day[:, None], days[None, :]) - self.origin, 0.0)
            a = linalg.solve_triangular(self.chol[k], self.q[k] * reach, lower=True)
            own = np.maximum(self.q[k] * np.maximum(days - self.origin, 0.0) - (a * a).sum(axis=0), 0.0)
            for cell in np.flatnonzero(self.cell_q == k):
                d = self._rows(days, int(cell)) - a.T @ self.white_x[cell]
                means[cell] = d @ self.mean[cell] + a.T @ self.white_y[k]
                variances[cell] = own + np.einsum("dp,pq,dq->d", d, self.cov[cell], d)
        mean = self.weight @ means
        return mean, np.sqrt(self.weight @ (variances + (means - mean) ** 2))


def fit_level(
    day: FloatArray, value: FloatArray, variance: FloatArray, nuisance: FloatArray, nuisance_cov: FloatArray,
    onset: FloatArray, half: FloatArray, prior_mean: FloatArray, prior_sd: FloatArray, grid: Grid | None = None,
) -> LevelFit:  # fmt: skip
    """Fit the model.

    Parameters
    ----------
    day, value, variance : (poll,) mid-field day, per cent, known variance in square points
    nuisance : (poll, column) and nuisance_cov (column, column), prior covariance
    onset, half : (event,) first day and median half-life in days; prior_mean, prior_sd : (event,) of the peak, points

    Examples
    --------
    >>> t = np.arange(0, 280.0, 7)
    >>> y = 40 + 8 * pulse(t - 140, 35.0)
    >>> empty = np.zeros((40, 0)), np.zeros((0, 0))
    >>> one = np.ones(1)
    >>> fit = fit_level(t, y, np.full(40, 1.0), *empty, 140 * one, 35 * one, 0 * one, 30 * one)
    >>> bool(6 < fit.weight @ fit.effect(0)[0] < 10)
    True
    """
    grid = grid or Grid.standard()
    if len(onset) == 0:
        # With no event the half-life and the rise mean nothing: one cell for each drift.
        grid = Grid(grid.q, np.ones(1), np.zeros(1), grid.log_prior.max(axis=(1, 2), keepdims=True))
    polls, columns, events = len(day), nuisance.shape[1], len(onset)
    origin = float(day.min()) if polls else 0.0
    size = 1 + columns + events
    prior = np.zeros((size, size))
    prior[0, 0] = _LEVEL_SD**2
    prior[1 : 1 + columns, 1 : 1 + columns] = nuisance_cov
    prior[1 + columns :, 1 + columns :] = np.diag(prior_sd**2)
    precision = np.linalg.inv(prior)
    centre = np.concatenate([[_LEVEL_MEAN], np.zeros(columns), prior_mean])
    _, log_prior_det = np.linalg.slogdet(prior)

    shapes = [(float(s), float(r)) for s in grid.stretch for r in grid.rise]
    pulses = [pulse(day[:, None] - onset, half * s, r) for s, r in shapes]
    fixed = np.column_stack([np.ones(polls), nuisance])
    log_weight, means, covs, cell_q, chols, white_ys, white_xs = [], [], [], [], [], [], []
    for k, q in enumerate(grid.q):
        reach = np.minimum.outer(day, day) - origin
        chol = linalg.cholesky(q * reach + np.diag(variance), lower=True) if polls else np.zeros((0, 0))
        white = linalg.solve_triangular(chol, np.column_stack([value, fixed, *pulses]), lower=True) if polls else np.zeros(
            (0, 2 + columns + events * len(shapes))
        )  # fmt: skip
        log_det = 2 * np.log(np.diag(chol)).sum()
        y, base = white[:, 0], white[:, 1 : 2 + columns]
        chols.append(chol)
        white_ys.append(y)
        for j in range(len(shapes)):
            first = 2 + columns + j * events
            x = np.column_stack([base, white[:, first : first + events]])
            a = x.T @ x + precision
            b = x.T @ y + precision @ centre
            cov = np.linalg.inv(a)
            mean = cov @ b
            square = y @ y + centre @ precision @ centre - b @ mean
            log_weight.append(-0.5 * (log_det + square + np.linalg.slogdet(a)[1] + log_prior_det))
            means.append(mean)
            covs.append((cov + cov.T) / 2)
            cell_q.append(k)
            white_xs.append(x)
    total = np.array(log_weight) + grid.log_prior.reshape(-1)
    weight = np.exp(total - total.max())
    # cells that hold under a ten-thousandth of the weight of the best change no printed figure and cost as much as it
    kept = np.flatnonzero(weight > 1e-4)
    weight = weight[kept]
    return LevelFit(
        weight / weight.sum(), np.array(means)[kept], np.array(covs)[kept], np.array(cell_q, dtype=np.intp)[kept],
        np.tile([s for s, _ in shapes], len(grid.q))[kept], np.tile([r for _, r in shapes], len(grid.q))[kept], grid.q,
        np.asarray(onset, float), np.asarray(half, float), np.asarray(day, float), origin, columns,
        tuple(chols), tuple(white_ys), tuple(white_xs[c] for c in kept),
    )  # fmt: skip
