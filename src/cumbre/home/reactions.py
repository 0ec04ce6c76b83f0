"""Foreign events that a world holds, as pressure on the home leader's approval: array mathematics.

A coded event is rarely a shock. Each is one with chance `p`, the share of such events in the case's own record that were
strong (intensity of at least 7 of 10), shrunk towards one in ten. Shocks of one kind do not add up: a world's coercion stands at
theta * min(1, sum of the pulses), for the leader who is struck twice in a month is not twice as popular.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["activity", "share_of_shocks"]

FloatArray = npt.NDArray[np.float64]


def share_of_shocks(strong: int, coded: int) -> float:
    """Chance that a coded event is a shock: (strong + 1) / (coded + 10).

    >>> share_of_shocks(0, 0), share_of_shocks(4, 20)
    (0.1, 0.16666666666666666)
    """
    return (strong + 1) / (coded + 10)


def activity(day: npt.NDArray[np.int64], size: FloatArray, half: FloatArray, at: npt.NDArray[np.int64]) -> FloatArray:
    """Sum of the pulses size * 2^(-(t - day) / half) at each day t of `at` (sorted), shape (draw, at); half (draw,).

    day, size (draw, slot); slots that did not happen have size 0, and an event counts from its own day on. Each event is brought
    to the first reading on or after it and the readings are run through once, so the cost goes with the events that happened.

    >>> day, size, half = np.array([[7, 14]]), np.array([[1.0, 0.0]]), np.array([28.0])
    >>> activity(day, size, half, np.array([0, 7, 35])).round(3).tolist()
    [[0.0, 1.0, 0.5]]
    """
    draws, readings = len(half), len(at)
    row, slot = np.nonzero(size)
    when = day[row, slot]
    first = np.searchsorted(at, when)
    seen = first < readings
    row, slot, when, first = row[seen], slot[seen], when[seen], first[seen]
    arrived = size[row, slot] * np.exp2(-(at[first] - when) / half[row])
    # bincount adds in the order of the slots, so a world's sum is the same whatever worlds stand beside it
    new = np.bincount(row * readings + first, weights=arrived, minlength=draws * readings).reshape(draws, readings)
    out = np.zeros((draws, readings))
    total = np.zeros(draws)
    for k in range(readings):
        if k:
            total = total * np.exp2(-(at[k] - at[k - 1]) / half)
        total = total + new[:, k]
        out[:, k] = total
    return out
