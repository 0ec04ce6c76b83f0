"""The hierarchical model behind the shock library: array mathematics only.

    y_i     ~ N(theta_j, v_i + s^2)                     observed change of row i of shock j; v_i known (see noise)
    theta_j = x_j beta + tau_g(j) * t_4                 true effect of shock j, heavy-tailed about its mean
    beta    ~ N(0, diag(scale^2)),  s ~ half-N(1.5)
    log tau_g ~ N(m, 0.5^2),  m ~ N(log 2.5, 0.5^2)     spread of group g, drawn towards the other groups

Sampled by a partly collapsed Gibbs sampler (van Dyk & Park 2008, doi:10.1198/016214508000000409): beta and tau with the
shocks integrated out, then shocks, scales and s in turn. The t is a scale mixture (Geweke 1993, doi:10.1002/jae.3950080504).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["DEGREES", "Posterior", "fit_pooled"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

DEGREES = 4.0
"""Degrees of freedom of the shocks."""
_TAU = np.exp(np.linspace(np.log(0.15), np.log(15.0), 60))
_S = np.linspace(0.02, 4.0, 40)
_SPREAD_OF_LOG_TAU = 0.5
_CENTRE_OF_LOG_TAU = float(np.log(2.5))
_SCALE_OF_S = 1.5


@dataclass(frozen=True)
class Posterior:
    """Draws of the parameters: beta (draw, column), tau (draw, group) in points, s (draw,) in points."""

    beta: FloatArray
    tau: FloatArray
    s: FloatArray


def _pick(grid: FloatArray, log_density: FloatArray, rng: np.random.Generator) -> float:
    mass = np.cumsum(np.exp(log_density - log_density.max()))
    return float(grid[min(int(np.searchsorted(mass / mass[-1], rng.random())), len(grid) - 1)])


def fit_pooled(
    y: FloatArray, v: FloatArray, x: FloatArray, scale: FloatArray, shock: IntArray, group: IntArray, groups: int, *,
    keep: int = 500, thin: int = 4, warm: int = 300, seed: int = 1,
) -> Posterior:  # fmt: skip
    """Draw from the posterior.

    Parameters
    ----------
    y, v : (row,) change in points and its known variance in square points
    x : (row, column) design; equal for all rows of one shock (the first row of a shock counts)
    scale : (column,) prior sd of each coefficient, points
    shock : (row,) which shock a row belongs to; group : (row,) which spread it has, in 0..groups-1

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> truth = 3 + 0.5 * rng.standard_normal(60)
    >>> y = truth + rng.standard_normal(60)
    >>> p = fit_pooled(y, np.ones(60), np.ones((60, 1)), np.array([4.0]), np.arange(60), np.zeros(60, int), 1, keep=100)
    >>> bool(2.5 < p.beta.mean() < 3.5)
    True
    """
    rng = np.random.default_rng(seed)
    _, first, inverse = np.unique(shock, return_index=True, return_inverse=True)
    x_shock, g_shock = x[first], group[first]
    shocks = len(first)
    weight, tau, s, centre = np.ones(shocks), np.full(groups, 3.0), 0.7, _CENTRE_OF_LOG_TAU
    beta_kept, tau_kept, s_kept = [], [], []
    for step in range(warm + keep * thin):
        precision = np.bincount(inverse, 1 / (v + s * s), minlength=shocks)
        average = np.bincount(inverse, y / (v + s * s), minlength=shocks) / precision

        w = 1 / (1 / precision + tau[g_shock] ** 2 / weight)
        a = (x_shock.T * w) @ x_shock + np.diag(scale**-2.0)
        chol = np.linalg.cholesky(a)
        beta = np.linalg.solve(a, x_shock.T @ (w * average))
        beta = beta + np.linalg.solve(chol.T, rng.standard_normal(len(beta)))

        rest = average - x_shock @ beta
        for g in range(groups):
            log_density = -0.5 * ((np.log(_TAU) - centre) / _SPREAD_OF_LOG_TAU) ** 2
            mine = g_shock == g
            if mine.any():
                variance = 1 / precision[mine] + _TAU[:, None] ** 2 / weight[mine]
                log_density = log_density - 0.5 * (np.log(variance) + rest[mine] ** 2 / variance).sum(axis=1)
            tau[g] = _pick(_TAU, log_density, rng)
        k = (groups + 1) / _SPREAD_OF_LOG_TAU**2
        centre = float(rng.normal((np.log(tau).sum() + _CENTRE_OF_LOG_TAU) / _SPREAD_OF_LOG_TAU**2 / k, 1 / np.sqrt(k)))

        own = weight / tau[g_shock] ** 2
        effect = precision * rest / (precision + own) + rng.standard_normal(shocks) / np.sqrt(precision + own)
        weight = rng.gamma((DEGREES + 1) / 2, 2 / (DEGREES + (effect / tau[g_shock]) ** 2))

        residual = y - x_shock[inverse] @ beta - effect[inverse]
        variance = v + _S[:, None] ** 2
        s = _pick(_S, -0.5 * (_S / _SCALE_OF_S) ** 2 - 0.5 * (np.log(variance) + residual**2 / variance).sum(axis=1), rng)

        if step >= warm and (step - warm) % thin == 0:
            beta_kept.append(beta)
            tau_kept.append(tau.copy())
            s_kept.append(s)
    return Posterior(np.array(beta_kept), np.array(tau_kept), np.array(s_kept))
