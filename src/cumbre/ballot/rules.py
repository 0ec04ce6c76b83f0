"""Who is elected in the first round, who meets in the run-off: rules as data."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["RULES", "outright", "rank", "shift_blocs"]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

RULES = ("majority", "majority_blank", "argentina", "plurality", "costa_rica")


def rank(share: FloatArray, on: BoolArray) -> npt.NDArray[np.int16]:
    """Rank of each candidate, 1 = first, shape (draw, candidate); those not on the ballot rank last. Ties go to the earlier column.

    >>> rank(np.array([[30.0, 50.0, 0.0]]), np.array([[True, True, False]])).tolist()
    [[2, 1, 3]]
    """
    order = np.argsort(-np.where(on, share, -1.0), axis=1, kind="stable")
    out = np.empty(share.shape, dtype=np.int16)
    np.put_along_axis(out, order, np.broadcast_to(np.arange(1, share.shape[1] + 1, dtype=np.int16), share.shape), axis=1)
    return out


def outright(rule: str, first: FloatArray, second: FloatArray, blank: FloatArray) -> BoolArray:
    """Whether the first-placed candidate is elected in round 1, shape (draw,).

    first, second, blank: per cent of valid votes (blank 0 where it is not valid). majority: more than half of valid votes
    without blank; majority_blank: more than half with blank; argentina: more than 45, or at least 40 and more than 10 ahead, of
    votes without blank (constitution, art. 97-98); costa_rica: more than 40 (art. 138); plurality: always.

    >>> outright("argentina", np.array([44.0, 46.0]), np.array([35.0, 44.0]), np.zeros(2)).tolist()
    [False, True]
    """
    base = np.maximum(100.0 - blank, 1e-9)
    if rule == "majority_blank":
        return np.asarray(first > 50.0)
    a, b = 100 * first / base, 100 * second / base
    if rule == "majority":
        return np.asarray(a > 50.0)
    if rule == "argentina":
        return np.asarray((a > 45.0) | ((a >= 40.0) & (a - b > 10.0)))
    if rule == "costa_rica":
        return np.asarray(a > 40.0)
    if rule == "plurality":
        return np.ones(first.shape, dtype=bool)
    raise ValueError(f"unknown rule {rule!r}; one of {', '.join(RULES)}")


def shift_blocs(share: FloatArray, member: FloatArray, shift: FloatArray) -> FloatArray:
    """Shares after points are moved between blocs, shape (draw, candidate), adding to what they added to.

    share per cent; member (bloc, candidate) 0/1; shift (draw, bloc) points. A bloc's points are spread over its candidates on the
    ballot by size and taken from or given to everybody else in proportion; a bloc without candidates moves nothing.

    >>> shift_blocs(np.array([[40.0, 60.0]]), np.array([[1.0, 0.0]]), np.array([[2.0]])).tolist()
    [[42.0, 58.0]]
    """
    out = share
    for b in range(len(member)):
        inside = out * member[b]
        size = inside.sum(axis=1, keepdims=True)
        rest = (out * (1.0 - member[b])).sum(axis=1, keepdims=True)
        points = np.clip(shift[:, b : b + 1], -size, rest) * (size > 0) * (rest > 0)
        grow = np.where(size > 0, (size + points) / np.where(size > 0, size, 1.0), 1.0)
        shrink = np.where(rest > 0, (rest - points) / np.where(rest > 0, rest, 1.0), 1.0)
        out = np.where(member[b] > 0, out * grow, out * shrink)
    return np.asarray(out)
