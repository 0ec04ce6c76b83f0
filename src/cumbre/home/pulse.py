"""The shape of a shock in time: nothing before, an optional straight rise, then halving.

g(t) = 0                          t < 0
g(t) = t / rise                   0 <= t < rise
g(t) = 0.5^((t - rise) / half)    t >= rise
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["mean_pulse", "pulse"]

FloatArray = npt.NDArray[np.float64]


def pulse(since: npt.ArrayLike, half: npt.ArrayLike, rise: npt.ArrayLike = 0.0) -> FloatArray:
    """Share of the peak effect that is there `since` days after the event; all arguments in days, broadcast.

    >>> pulse([-1, 0, 28, 56], 28.0).tolist()
    [0.0, 1.0, 0.5, 0.25]
    >>> pulse([7, 14, 42], 28.0, rise=14.0).tolist()
    [0.5, 1.0, 0.5]
    """
    t, h, r = np.broadcast_arrays(np.asarray(since, float), np.asarray(half, float), np.asarray(rise, float))
    rising = np.clip(t / np.maximum(r, 1e-9), 0.0, 1.0)
    falling = np.exp2(-np.maximum(t - r, 0.0) / h)
    return np.asarray(np.where(t < 0, 0.0, np.where(t < r, rising, falling)), dtype=np.float64)


def mean_pulse(days: int, half: npt.ArrayLike, rise: npt.ArrayLike = 0.0) -> FloatArray:
    """Mean of `pulse` over the first `days` days (0 to days - 1), shape of half and rise broadcast.

    >>> mean_pulse(28, 28.0).round(3).item()
    0.73
    """
    h, r = np.asarray(half, float)[..., None], np.asarray(rise, float)[..., None]
    return np.asarray(pulse(np.arange(days), h, r).mean(axis=-1), dtype=np.float64)
