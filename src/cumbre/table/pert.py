"""Quantiles of many PERT distributions at once, by table: exact at the knots, off by less than 0.001 of the span between them.

The exact quantile needs an inverse incomplete beta function for every draw, which would be half the cost of a world.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from cumbre.record.prior import pert_quantile
from cumbre.table.net import CELLS, Places, Single, value_at

__all__ = ["PertTable"]

Array = npt.NDArray[np.float64]
_REACH, _KNOTS = 5.0, 161


class PertTable:
    """PERT distributions with parameters low, mode, high, each (n,); `at(z)` maps standard normals (n, W) to values (n, W).

    >>> table = PertTable(np.array([0.0]), np.array([5.0]), np.array([10.0]))
    >>> table.at(np.array([[0.0]])).round(6).tolist()
    [[5.0]]
    """

    def __init__(self, low: Array, mode: Array, high: Array) -> None:
        knots = np.linspace(-_REACH, _REACH, _KNOTS)
        low, mode, high = (np.asarray(v, np.float64).reshape(-1) for v in (low, mode, high))
        self.values = np.asarray(pert_quantile(special.ndtr(knots)[None, :], low[:, None], mode[:, None], high[:, None]))
        # a value beyond the last knot is the last knot's
        self.flat = self.values.astype(np.float32).ravel()
        self.rise = np.diff(self.values, axis=1, append=self.values[:, -1:]).astype(np.float32).ravel()
        self.start = (np.arange(len(low)) * _KNOTS)[:, None]

    def at(self, z: npt.NDArray[np.floating[Any]]) -> Single:
        """Values at standard normals z (n, W), cut at five standard deviations; single precision."""
        place = np.clip((z + _REACH) * ((_KNOTS - 1) / (2 * _REACH)), 0, _KNOTS - 1)
        index = place.astype(np.intp)
        place -= index
        index += self.start
        return np.asarray(self.flat.take(index) + place * self.rise.take(index), np.float32)

    @cached_property
    def _by_cell(self) -> Single:
        edges = special.ndtri(np.clip(np.arange(CELLS + 1) / CELLS, 1e-7, 1 - 1e-7))
        return self.at(np.broadcast_to(edges, (len(self.values), CELLS + 1)))

    def of_place(self, place: Places) -> Single:
        """Values at random places (n, W)."""
        return value_at(place, self._by_cell)
