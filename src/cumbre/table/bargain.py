"""The one thing every solution concept reads: who wants what, how much, with what weight, against which status quo.

Positions are scaled to 0-1 by the issue's range. A concept is a function `settle(bargain) -> settlement` with the settlement
on the same 0-1 scale, shape (world, issue). No concept draws random numbers: a concept that is a lottery reads `pick`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Array", "Bargain", "Concept", "loss", "single"]

Array = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Bargain:
    """One bargaining situation a world.

    position    (world, issue, actor) ideal points, 0-1 of the issue's scale
    salience    (world, issue, actor) how much each cares, 0 or more; 0 = the actor takes no part in the issue
    capability  (world, actor) relative power, 0 or more
    status_quo  (world, issue) 0-1; nan = unknown
    cost        (world, actor) loss of each actor if nothing is agreed, in units of salience-weighted loss, beyond the status quo
    low, high   (world, issue) bounds within which a settlement must lie (red lines, win-sets)
    pick        (world, issue) uniforms in [0, 1) for concepts that are lotteries
    """

    position: Array
    salience: Array
    capability: Array
    status_quo: Array
    cost: Array
    low: Array
    high: Array
    pick: Array

    @property
    def weight(self) -> Array:
        """Capability times salience, (world, issue, actor)."""
        return np.asarray(self.capability[:, None, :] * self.salience)

    def take(self, worlds: npt.NDArray[np.intp]) -> Bargain:
        """The same situation in some of the worlds."""
        return Bargain(*(np.asarray(getattr(self, name)[worlds]) for name in self.__dataclass_fields__))

    def with_(self, **fields: Array) -> Bargain:
        """A copy with some fields replaced."""
        return replace(self, **fields)


Concept = Callable[[Bargain], Array]


def single(
    position: npt.ArrayLike,
    salience: npt.ArrayLike,
    capability: npt.ArrayLike,
    *,
    status_quo: npt.ArrayLike | None = None,
    cost: npt.ArrayLike | float = 0.0,
) -> Bargain:
    """One issue in one world, from plain lists; bounds 0-1 and no lottery number (0.5).

    >>> single([0, 1], [1, 1], [1, 1]).position.shape
    (1, 1, 2)
    """
    x = np.atleast_1d(np.asarray(position, np.float64))[None, None, :]
    n = x.shape[-1]
    q = np.full((1, 1), np.nan) if status_quo is None else np.asarray(status_quo, np.float64).reshape(1, 1)
    return Bargain(
        position=x,
        salience=np.broadcast_to(np.asarray(salience, np.float64), (n,))[None, None, :],
        capability=np.broadcast_to(np.asarray(capability, np.float64), (n,))[None, :],
        status_quo=q,
        cost=np.broadcast_to(np.asarray(cost, np.float64), (n,))[None, :],
        low=np.zeros((1, 1)),
        high=np.ones((1, 1)),
        pick=np.full((1, 1), 0.5),
    )


def loss(x: Array, z: Array, power: int = 2) -> Array:
    """Utility loss |x - z| ** power, power 1 (linear) or 2 (quadratic); arguments broadcast."""
    gap = np.asarray(x - z)
    return np.abs(gap) if power == 1 else np.asarray(gap * gap)
