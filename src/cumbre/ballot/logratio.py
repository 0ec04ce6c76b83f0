"""Shares and log-ratios: the two scales of the ballot.

Support of option k is a utility u_k on the log scale; shares are its closure, p_k = exp(u_k) / sum_j exp(u_j). Adding a constant
to every utility changes nothing, so only contrasts of utilities are observed (Aitchison 1982, doi:10.1111/j.2517-6161.1982.tb01195.x).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

__all__ = ["FLOOR", "close", "helmert", "shares", "utilities"]

FloatArray = npt.NDArray[np.float64]

FLOOR = 0.003
"""Shares under this are lifted to it before the logarithm: polls print 0 for anything under a half per cent."""


def shares(utility: FloatArray, present: npt.NDArray[np.bool_] | None = None) -> FloatArray:
    """Closure of utilities over the last axis; options that are not `present` get exactly 0.

    >>> shares(np.log([0.5, 0.3, 0.2])).round(3).tolist()
    [0.5, 0.3, 0.2]
    >>> shares(np.log([0.5, 0.3, 0.2]), np.array([True, True, False])).round(3).tolist()
    [0.625, 0.375, 0.0]
    """
    u = utility if present is None else np.where(present, utility, -np.inf)
    top = u.max(axis=-1, keepdims=True)
    e = np.exp(u - np.where(np.isfinite(top), top, 0.0))
    total = e.sum(axis=-1, keepdims=True)
    return np.asarray(e / np.where(total > 0, total, 1.0), dtype=np.float64)


def close(values: FloatArray) -> FloatArray:
    """Values scaled to add to 1 over the last axis.

    >>> close(np.array([2.0, 2.0])).tolist()
    [0.5, 0.5]
    """
    total = values.sum(axis=-1, keepdims=True)
    return np.asarray(values / np.where(total > 0, total, 1.0), dtype=np.float64)


def utilities(share: FloatArray, n: FloatArray | float = np.inf) -> FloatArray:
    """Centred log of closed shares, with half a respondent added to every option and FLOOR as the least share.

    share (..., option), closed; n respondents. Returns (..., option) with mean 0 over options.

    >>> utilities(np.array([0.5, 0.5])).tolist()
    [0.0, 0.0]
    """
    k = share.shape[-1]
    weight = 1.0 / (1.0 + 0.5 * k / np.maximum(np.asarray(n, float), 1e-9))
    smoothed = np.where(np.isfinite(weight), weight, 1.0) * share + (1 - weight) / k
    log = np.log(np.maximum(smoothed, FLOOR))
    return np.asarray(log - log.mean(axis=-1, keepdims=True), dtype=np.float64)


@lru_cache(maxsize=64)
def helmert(k: int) -> FloatArray:
    """Orthonormal contrasts of k options, shape (k - 1, k); rows add to 0 (isometric log-ratio, Egozcue et al. 2003,
    doi:10.1023/A:1023818214614).

    >>> b = helmert(3)
    >>> bool(np.allclose(b @ b.T, np.eye(2)) and np.allclose(b.sum(axis=1), 0))
    True
    """
    basis = np.zeros((k - 1, k))
    for i in range(1, k):
        basis[i - 1, :i] = 1.0 / i
        basis[i - 1, i] = -1.0
        basis[i - 1] *= np.sqrt(i / (i + 1.0))
    basis.setflags(write=False)
    return basis
