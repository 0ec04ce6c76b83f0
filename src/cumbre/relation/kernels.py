"""Decayed sums of daily counts: the memory that every model of this room shares."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["HALF_LIVES", "MONTH", "decay_factor", "decayed_at", "decayed_last"]

FloatArray = npt.NDArray[np.float64]

HALF_LIVES: tuple[float, ...] = (2.0, 10.0, 60.0, 365.0)
"""Days after which an event weighs half: a quarrel, a fortnight, a season, a year."""

MONTH = 30.4375
"""Mean length of a calendar month, days; rates are told in events a month."""


def decay_factor(half_lives: Sequence[float]) -> FloatArray:
    """What is left after one day, shape (kernel,): 2 ** (-1 / half life).

    >>> decay_factor([1.0, 2.0]).round(4).tolist()
    [0.5, 0.7071]
    """
    return np.asarray(2.0 ** (-1.0 / np.asarray(half_lives, dtype=np.float64)), dtype=np.float64)


def decayed_at(
    counts: npt.NDArray[np.floating] | npt.NDArray[np.integer],
    at: Sequence[int] | npt.NDArray[np.integer],
    half_lives: Sequence[float] = HALF_LIVES,
) -> FloatArray:
    """Decayed mean rate of daily counts, seen at the end of given days.

    S_k(t) = g_k S_k(t - 1) + (1 - g_k) y(t), g_k = 2 ** (-1 / half life); the weights of a full past sum to 1, so S is a rate
    in events a day. Nothing later than the day itself enters.

    Parameters
    ----------
    counts : (day, ...) events on each day
    at : (origin,) day numbers, any order, in range(day); -1 means before the first day
    half_lives : (kernel,) days

    Returns
    -------
    (origin, kernel, ...) events a day

    Examples
    --------
    >>> decayed_at(np.array([1.0, 0.0, 0.0]), [0, 1], [1.0]).ravel().tolist()
    [0.5, 0.25]
    """
    counts = np.asarray(counts)
    at = np.asarray(at, dtype=np.int64)
    factor = decay_factor(half_lives)
    lead = (len(factor),) + (1,) * (counts.ndim - 1)
    keep, gain = factor.reshape(lead), (1.0 - factor).reshape(lead)
    state = np.zeros((len(factor), *counts.shape[1:]))
    out = np.zeros((len(at), *state.shape))
    wanted: dict[int, list[int]] = {}
    for position, day in enumerate(at.tolist()):
        wanted.setdefault(day, []).append(position)
    last = max(wanted, default=-1)
    if last >= len(counts):
        raise ValueError(f"origin day {last} lies after the last day {len(counts) - 1} of the counts")
    for day in range(last + 1):
        state *= keep
        today = counts[day]
        if today.any():
            state += gain * today
        for position in wanted.get(day, ()):
            out[position] = state
    return out


def decayed_last(counts: npt.NDArray[np.floating], half_lives: Sequence[float] = HALF_LIVES) -> FloatArray:
    """Decayed rate at the end of the last day, shape (kernel, ...); the same as `decayed_at` there, without the loop.

    >>> decayed_last(np.array([1.0, 0.0]), [1.0]).tolist()
    [0.25]
    """
    factor = decay_factor(half_lives)
    age = np.arange(len(counts) - 1, -1, -1)
    weight = (1.0 - factor)[:, None] * factor[:, None] ** age[None, :]
    return np.asarray(np.tensordot(weight, np.asarray(counts, dtype=np.float64), axes=(1, 0)), dtype=np.float64)
