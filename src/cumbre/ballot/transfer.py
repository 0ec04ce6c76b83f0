"""Where support goes when an option leaves: an affinity between candidates, from their positions.

affinity_jA = exp(-sharpness d_jA) (1.5 inside one bloc), d_jA = sqrt((dx / 2.5)^2 + (dy / 0.8)^2), with x left to right (0-10) and
y against or with the government (-1 to 1). The support r_j of an option that leaves goes to A in proportion to
affinity_jA sqrt(r_A), so that near and known candidates gain most; a constant affinity stands for the blank vote or staying at home.
The scales are judged; `sharpness` is updated by polls of pairs (`fit_sharpness`). Spatial voting: Downs 1957,
An Economic Theory of Democracy, chapter 8.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cumbre.ballot.blocks import product

__all__ = ["BLANK_AFFINITY", "affinity", "fit_sharpness", "list_view", "move", "pair_logit"]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

X_SCALE, Y_SCALE, SAME_BLOC = 2.5, 0.8, 1.5
"""One unit of distance on each axis, and the bonus inside a bloc (judged)."""

BLANK_AFFINITY = 0.1
"""Affinity of every option to the blank vote, or to staying at home in a run-off (judged: as to a candidate at distance 2.3)."""

SHARPNESS = (0.4, 0.7, 1.0, 1.4, 2.0)
"""Values tried for the sharpness; its prior is log-normal around 1 with sd 0.5."""


def affinity(x: FloatArray, y: FloatArray, bloc: Sequence[str], blank: int | None, sharpness: float = 1.0) -> FloatArray:
    """Affinity of the voters of row j to option A, shape (option, option), diagonal 0.

    >>> a = affinity(np.array([1.0, 2.0, 9.0]), np.zeros(3), ["l", "l", "r"], None)
    >>> bool(a[0, 1] > a[0, 2])
    True
    """
    distance = np.hypot((x[:, None] - x[None, :]) / X_SCALE, (y[:, None] - y[None, :]) / Y_SCALE)
    names = np.asarray(bloc, dtype=object)
    out = np.exp(-sharpness * distance) * np.where(names[:, None] == names[None, :], SAME_BLOC, 1.0)
    if blank is not None:
        out[:, blank] = BLANK_AFFINITY
        out[blank, :] = BLANK_AFFINITY
    np.fill_diagonal(out, 0.0)
    return np.asarray(out, dtype=np.float64)


def move(leaving: FloatArray, pull: FloatArray, table: FloatArray) -> FloatArray:
    """Support gained by every option when `leaving` is handed out.

    leaving (draw, option): support to hand out; pull (draw, option): attraction of each option that stays (0 for one that does
    not), multiplied by table (option, option). Returns (draw, option), adding to the sum of leaving wherever any option pulls.

    >>> move(np.array([[0.2, 0.0]]), np.array([[0.0, 1.0]]), np.ones((2, 2))).tolist()
    [[0.0, 0.2]]
    """
    reach = product(pull, table.T)
    rate = np.divide(leaving, reach, out=np.zeros_like(leaving), where=reach > 0)
    return pull * product(rate, table)


def pair_logit(share: FloatArray, a: npt.NDArray[np.int64], b: npt.NDArray[np.int64], table: FloatArray) -> FloatArray:
    """Logit of A's two-way share after everybody else's support moved by affinity, shape (draw,).

    share (draw, option); a, b (draw,) indices. Voters far from both stay at home with BLANK_AFFINITY.

    >>> s = np.array([[0.4, 0.4, 0.2]])
    >>> pair_logit(s, np.array([0]), np.array([1]), np.ones((3, 3))).round(6).tolist()
    [0.0]
    """
    rows = np.arange(len(share))
    to_a, to_b = table[:, a].T, table[:, b].T
    total = to_a + to_b + BLANK_AFFINITY
    rest = share.copy()
    rest[rows, a] = 0.0
    rest[rows, b] = 0.0
    votes_a = share[rows, a] + (rest * to_a / total).sum(axis=1)
    votes_b = share[rows, b] + (rest * to_b / total).sum(axis=1)
    return np.asarray(np.log(np.maximum(votes_a, 1e-6)) - np.log(np.maximum(votes_b, 1e-6)))


def list_view(share: FloatArray, listed: npt.NDArray[np.int64], table: FloatArray) -> tuple[FloatArray, FloatArray]:
    """How a question that names only some candidates sees the state: (matrix, offset) of its log shares around `share`.

    Support q_A = p_A + sum over the unlisted j of p_j m_jA; d log q_A / d u_j = p_j m_jA / q_A, rows add to 1.

    >>> m, c = list_view(np.array([0.5, 0.3, 0.2]), np.array([0, 1]), np.ones((3, 3)))
    >>> m.sum(axis=1).round(9).tolist()
    [1.0, 1.0]
    """
    k = len(share)
    pull = np.zeros(k)
    pull[listed] = np.sqrt(np.maximum(share[listed], 1e-4))
    parts = np.zeros((len(listed), k))
    for j in range(k):
        if j in listed:
            parts[np.flatnonzero(listed == j)[0], j] = share[j]
            continue
        reach = pull[listed] * table[j, listed]
        if reach.sum() > 0:
            parts[:, j] = share[j] * reach / reach.sum()
    q = np.maximum(parts.sum(axis=1), 1e-9)
    matrix = parts / q[:, None]
    u = np.log(np.maximum(share, 1e-6))
    return matrix, np.log(q) - matrix @ u


def fit_sharpness(
    share: FloatArray, pairs: Sequence[tuple[int, int, float, float]], x: FloatArray, y: FloatArray, bloc: Sequence[str],
    blank: int | None,
) -> tuple[float, FloatArray]:  # fmt: skip
    """Posterior mean of the sharpness and the weights of SHARPNESS, from polled pairs (a, b, logit, variance).

    The transfer model misses the polls of a pair by about 0.3 on the logit (judged), beyond their own variance.
    """
    grid = np.array(SHARPNESS)
    score = -0.5 * (np.log(grid) / 0.5) ** 2
    for i, value in enumerate(grid):
        table = affinity(x, y, bloc, blank, float(value))
        for a, b, logit, variance in pairs:
            seen = pair_logit(share[None, :], np.array([a]), np.array([b]), table)[0]
            score[i] -= 0.5 * (seen - logit) ** 2 / (variance + 0.3**2)
    weight = np.exp(score - score.max())
    weight /= weight.sum()
    return float(np.exp(weight @ np.log(grid))), np.asarray(weight)
