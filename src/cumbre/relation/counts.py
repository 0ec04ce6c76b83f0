"""The negative binomial: counts that come in bursts.

Mean mu and dispersion r, variance mu + mu^2 / r; as r grows it tends to the Poisson. Source: Hilbe 2011, *Negative Binomial
Regression*, doi:10.1017/CBO9780511973420.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

__all__ = ["LEVELS", "log_pmf", "mixture_cdf", "pmf_table", "quantiles_of"]

FloatArray = npt.NDArray[np.float64]

LEVELS: FloatArray = np.arange(1, 40) / 40.0
"""The 39 levels 0.025, 0.050 .. 0.975 at which a forecast is handed in."""


def log_pmf(y: npt.ArrayLike, mu: npt.ArrayLike, r: npt.ArrayLike) -> FloatArray:
    """Log probability of the count `y`; all arguments broadcast.

    log p = lgamma(y + r) - lgamma(r) - lgamma(y + 1) + r log(r / (r + mu)) + y log(mu / (r + mu))

    >>> float(np.exp(log_pmf(0, 2.0, 1.0)).round(6))
    0.333333
    """
    y, mu, r = (np.asarray(v, dtype=np.float64) for v in (y, mu, r))
    return np.asarray(
        special.gammaln(y + r)
        - special.gammaln(r)
        - special.gammaln(y + 1)
        - r * np.log1p(mu / r)
        + special.xlogy(y, mu / (r + mu)),
        dtype=np.float64,
    )


def pmf_table(mu: FloatArray, r: FloatArray, top: int) -> FloatArray:
    """Probabilities of 0 .. top, shape (*mu.shape, top + 1), by the ratio p(k) / p(k - 1) = (k - 1 + r) / k * mu / (r + mu).

    >>> pmf_table(np.array([1.0]), np.array([1.0]), 2).round(4).tolist()
    [[0.5, 0.25, 0.125]]
    """
    mu, r = np.broadcast_arrays(np.asarray(mu, dtype=np.float64), np.asarray(r, dtype=np.float64))
    k = np.arange(1, top + 1)
    with np.errstate(under="ignore"):
        step = (k - 1 + r[..., None]) / k * (mu / (r + mu))[..., None]
        first = np.exp(-r * np.log1p(mu / r))
        rest = np.cumprod(step, axis=-1)
        return np.asarray(first[..., None] * np.concatenate([np.ones_like(first)[..., None], rest], axis=-1), dtype=np.float64)


def mixture_cdf(weight: FloatArray, mu: FloatArray, r: FloatArray, top: int) -> FloatArray:
    """Distribution function on 0 .. top of a mixture of negative binomials; arguments (cell, part), result (cell, top + 1)."""
    out = np.zeros((len(weight), top + 1))
    for part in range(weight.shape[1]):
        out += weight[:, part, None] * pmf_table(mu[:, part], r[:, part], top)
    return np.asarray(np.cumsum(out, axis=1), dtype=np.float64)


def quantiles_of(cdf: FloatArray, levels: FloatArray = LEVELS) -> FloatArray:
    """Smallest count whose distribution function reaches each level, shape (cell, level).

    >>> quantiles_of(np.array([[0.5, 0.8, 1.0]]), np.array([0.5, 0.6, 0.9])).tolist()
    [[0.0, 1.0, 2.0]]
    """
    out = np.empty((len(cdf), len(levels)))
    for column, level in enumerate(levels):
        out[:, column] = (cdf < level - 1e-12).sum(axis=1)
    return out
