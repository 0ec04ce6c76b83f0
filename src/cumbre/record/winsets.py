"""Audiences of a country, what they gain or lose by an outcome, and the outcomes that enough of them accept.

Pure array functions, shared by the table (which bargains inside win-sets) and by home (which reports acceptance). Positions,
status quo and outcomes are on a 0-1 scale. An audience g gains V_g = sum_k s_gk (l(x_gk, q_k) - l(x_gk, z_k)), l(x, z) = (x - z)^2,
and accepts with chance 1 / (1 + exp(-(V_g - t_g) / k)). The win-set is where accepting audiences weigh at least the quota
(Putnam 1988, doi:10.1017/S0020818300027697).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["acceptance", "audience_gain", "support", "winset"]

Array = npt.NDArray[np.floating[Any]]


def audience_gain(position: Array, salience: Array, status_quo: Array, outcome: Array) -> Array:
    """Gain of each audience over the status quo, shape (..., audience).

    position, salience (audience, issue); nan position = the audience has no view on the issue. status_quo (issue,) or
    (..., issue); outcome (..., issue).

    >>> audience_gain(np.array([[1.0]]), np.array([[1.0]]), np.array([0.0]), np.array([[1.0]])).tolist()
    [[1.0]]
    """
    view = ~np.isnan(position)
    x, s = np.where(view, position, 0.0), np.where(view, salience, 0.0)
    # (x - q)^2 - (x - z)^2 = (z - q)(2x - z - q), which needs no (..., audience, issue) array
    move, total = outcome - status_quo, outcome + status_quo
    # einsum and not @: a matrix product may round a row by the number of rows beside it, and worlds must not
    linear = np.einsum("...k,gk->...g", move, 2 * s * x)
    return np.asarray(linear - np.einsum("...k,gk->...g", move * total, s))


def acceptance(gain: Array, threshold: Array | float = 0.0, steepness: float = 0.1) -> Array:
    """Chance that an audience accepts: logistic in its gain over the threshold; a higher threshold never raises it.

    >>> float(acceptance(np.array(0.0)))
    0.5
    """
    odds = np.clip((gain - threshold) / steepness, -60, 60)
    return np.asarray(1 / (1 + np.exp(-odds)))


def support(accept: Array, share: Array) -> Array:
    """Share-weighted acceptance of a country, (...,); accept (..., audience), share (audience,).

    >>> round(float(support(np.array([1.0, 0.0]), np.array([0.3, 0.1]))), 6)
    0.75
    """
    total = float(share.sum())
    return np.asarray((accept * share).sum(-1) / total) if total > 0 else np.full(accept.shape[:-1], np.nan)


def winset(
    position: Array,
    salience: Array,
    share: Array,
    status_quo: float,
    *,
    quota: float = 0.5,
    threshold: float = 0.0,
    steepness: float = 0.1,
    points: int = 201,
) -> tuple[float, float]:
    """Bounds of one issue between which share-weighted acceptance reaches the quota; contains the status quo if that does.

    position, salience, share (audience,), 0-1; returns (low, high) of the accepted points around the best accepted one,
    (nan, nan) where no point is accepted. Audiences without a view (nan) do not count.

    >>> low, high = winset(np.array([1.0, 0.0]), np.array([1.0, 1.0]), np.array([0.8, 0.2]), 0.5)
    >>> low <= 0.5 < high
    True
    """
    view = ~np.isnan(position) & (share > 0) & (salience > 0)
    if not view.any():
        return 0.0, 1.0
    x, s, h = position[view], salience[view], share[view]
    # the status quo is one of the points asked about: it is accepted by those who lose nothing by it
    z = np.unique(np.append(np.linspace(0.0, 1.0, points), status_quo))
    gain = s * ((x - status_quo) ** 2 - (x - z[:, None]) ** 2)
    accepted = support(acceptance(gain, threshold, steepness), h) >= quota - 1e-12
    if not accepted.any():
        return float("nan"), float("nan")
    best = int(np.argmax(np.where(accepted, support(acceptance(gain, threshold, steepness), h), -1.0)))
    low = high = best
    while low > 0 and accepted[low - 1]:
        low -= 1
    while high < len(z) - 1 and accepted[high + 1]:
        high += 1
    return float(z[low]), float(z[high])
