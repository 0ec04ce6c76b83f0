"""Foreign events that a world holds, as pressure on the home leader's approval: array mathematics.

A coded event is rarely a shock. Each is one with chance `p`, the share of such events in the case's own record that were
strong (intensity of at least 7 of 10), shrunk towards one in ten. Shocks of one kind do not add up: a world's coercion stands at
theta * min(1, sum of the pulses), for the leader who is struck twice in a month is not twice as popular.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["activity", "share_of_shocks", "stamped"]

FloatArray = npt.NDArray[np.float64]


def share_of_shocks(strong: int, coded: int) -> float:
    """Chance that a coded event is a shock: (strong + 1) / (coded + 10).

    >>> share_of_shocks(0, 0), share_of_shocks(4, 20)
    (0.1, 0.16666666666666666)
    """
    return (strong + 1) / (coded + 10)


def stamped(day: npt.NDArray[np.int64], size: FloatArray, half: FloatArray) -> FloatArray:
    """size * 2^(day / half): what each event must be multiplied by 2^(-t / half) with to give its pulse at day t.

    day (draw, slot), size (draw, slot), half (draw,); slots that did not happen have size 0.
    """
    return np.asarray(size * np.exp2(np.where(size != 0, day, 0) / half[:, None]), dtype=np.float64)


def activity(day: npt.NDArray[np.int64], stamp: FloatArray, half: FloatArray, at: npt.NDArray[np.int64]) -> FloatArray:
    """Sum of the pulses at each day of `at`, shape (draw, at). An event counts from its own day on.

    >>> day, size, half = np.array([[7, 14]]), np.array([[1.0, 0.0]]), np.array([28.0])
    >>> activity(day, stamped(day, size, half), half, np.array([0, 7, 35])).round(3).tolist()
    [[0.0, 1.0, 0.5]]
    """
    out = np.zeros((len(half), len(at)))
    for k, t in enumerate(at):
        # summed slot by slot: a reduction whose order depends on the array's shape would break the bytes between splits
        seen = np.where(day <= t, stamp, 0.0)
        total = np.zeros(len(half))
        for j in range(seen.shape[1]):
            total += seen[:, j]
        out[:, k] = total * np.exp2(-float(t) / half)
    return out
