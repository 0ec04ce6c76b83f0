"""Quantiles of many PERT distributions at once, by table: exact at the knots, off by less than 0.001 of the span between them.

The exact quantile needs an inverse incomplete beta function for every draw, which would be half the cost of a world.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

from cumbre.record.prior import pert_quantile

__all__ = ["PertTable"]

Array = npt.NDArray[np.float64]
_REACH, _KNOTS = 5.0, 161


class PertTable:
    """PERT distributions with parameters low, mode, high, each (n,); `at(z)` maps standard normals (W, n) to values (W, n).

    >>> table = PertTable(np.array([0.0]), np.array([5.0]), np.array([10.0]))
    >>> table.at(np.array([[0.0]])).round(6).tolist()
    [[5.0]]
    """

    def __init__(self, low: Array, mode: Array, high: Array) -> None:
        knots = np.linspace(-_REACH, _REACH, _KNOTS)
        low, mode, high = (np.asarray(v, np.float64).reshape(-1) for v in (low, mode, high))
        self.values = np.asarray(pert_quantile(special.ndtr(knots)[None, :], low[:, None], mode[:, None], high[:, None]))
        self.start = np.arange(len(low)) * _KNOTS

    def at(self, z: Array) -> Array:
        """Values at standard normals z (W, n), cut at five standard deviations."""
        place = np.clip((z + _REACH) * ((_KNOTS - 1) / (2 * _REACH)), 0, _KNOTS - 1 - 1e-9)
        left = place.astype(np.intp)
        part = place - left
        flat = self.values.ravel()
        index = left + self.start
        below = flat[index]
        return np.asarray(below + part * (flat[index + 1] - below))

    def of_uniform(self, u: Array) -> Array:
        """Values at uniforms u (W, n)."""
        return self.at(np.asarray(special.ndtri(np.clip(u, 1e-7, 1 - 1e-7))))
