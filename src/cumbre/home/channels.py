"""Channels from the table and the relation to the vote: array mathematics.

A channel is a prior on its effect per unit of a trigger, a share of the electorate that it works in, and a half-life:

    contribution = on * effect * group_share * trigger,   points of vote for the channel's bloc on polling day

What a bloc gains the others lose in proportion to their size, so the shifts of a world sum to zero:

    shift_b = c_b - sum_{a != b} c_a w_b / (1 - w_a)
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["fading_steps", "shift_of_blocs", "standing_change"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def standing_change(value: FloatArray, day: IntArray, at: int) -> FloatArray:
    """Change of an issue from step 0 to what is in force on day `at`, shape (draw,).

    value, day (draw, step); day -1 = the step does not happen.

    >>> standing_change(np.array([[10.0, 25.0, 5.0]]), np.array([[0, 30, -1]]), 60).tolist()
    [15.0]
    """
    now = value[:, 0].copy()
    for s in range(1, value.shape[1]):
        now = np.where((day[:, s] >= 0) & (day[:, s] <= at), value[:, s], now)
    return np.asarray(now - value[:, 0])


def fading_steps(value: FloatArray, day: IntArray, at: int, half: float) -> FloatArray:
    """Sum of the steps of an issue up to day `at`, each halved every `half` days since it took effect, shape (draw,).

    >>> fading_steps(np.array([[10.0, 30.0]]), np.array([[0, 32]]), 60, 28.0).tolist()
    [10.0]
    """
    now, total = value[:, 0].copy(), np.zeros(len(value))
    for s in range(1, value.shape[1]):
        happened = (day[:, s] >= 0) & (day[:, s] <= at)
        total = total + np.where(happened, (value[:, s] - now) * np.exp2(-(at - day[:, s]) / half), 0.0)
        now = np.where(happened, value[:, s], now)
    return np.asarray(total)


def shift_of_blocs(gain: FloatArray, weight: FloatArray) -> FloatArray:
    """Points of vote moved, (draw, bloc), from each bloc's own gains (draw, bloc) and sizes (bloc,) that sum to 1.

    >>> shift_of_blocs(np.array([[1.0, 0.0, 0.0]]), np.array([0.5, 0.25, 0.25])).tolist()
    [[1.0, -0.5, -0.5]]
    """
    blocs = len(weight)
    if blocs < 2:
        return np.zeros_like(gain)
    out = gain.copy()
    for a in range(blocs):
        rest = 1 - weight[a]
        for b in range(blocs):
            if b != a:
                out[:, b] = out[:, b] - gain[:, a] * (weight[b] / rest if rest > 0 else 1 / (blocs - 1))
    return out
