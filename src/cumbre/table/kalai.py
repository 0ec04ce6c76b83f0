"""Kalai-Smorodinsky and egalitarian settlements of one issue among many, lexicographic, and on a two-party frontier.

Kalai-Smorodinsky: the largest t with u_i(z) >= d_i + t (m_i - d_i), m_i the best feasible for i while nobody falls below d
(1975, doi:10.2307/1914280). Egalitarian: equal gains (Kalai 1977, doi:10.2307/1913954). With more than two parties the worst-off
is served first, then the next among the points that remain (Imai 1983, doi:10.2307/1911996).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cumbre.table.bargain import Array, Bargain, loss
from cumbre.table.nash import FAR

__all__ = ["kalai_on_curve", "lexicographic", "settle_egalitarian", "settle_kalai"]


def kalai_on_curve(
    u1: Callable[[Array], Array], u2: Callable[[Array], Array], d: tuple[float, float], ideal: tuple[float, float]
) -> tuple[float, float, float]:
    """Point of a frontier (u1 rising, u2 falling in t) where gains stand in proportion to the ideal gains; t, u1, u2.

    >>> t, a, b = kalai_on_curve(lambda t: t, lambda t: 1 - t**2, (0.0, 0.0), (1.0, 1.0))
    >>> round(a, 9)
    0.618033989
    """
    low, high = 0.0, 1.0
    rising = float(u1(np.array([1.0]))[0]) >= float(u1(np.array([0.0]))[0])
    for _ in range(200):
        mid = np.array([0.5 * (low + high)])
        less = (u1(mid)[0] - d[0]) * (ideal[1] - d[1]) < (u2(mid)[0] - d[1]) * (ideal[0] - d[0])
        if less == rising:
            low = float(mid[0])
        else:
            high = float(mid[0])
    t = np.array([0.5 * (low + high)])
    return float(t[0]), float(u1(t)[0]), float(u2(t)[0])


def lexicographic(gains: Array, slack: float = 1e-9, depth: int | None = None) -> Array:
    """Chances over options under the lexicographic rule: sort each option's gains upwards, keep the best; ties share.

    gains (option, party), already divided by the ideal gains for Kalai-Smorodinsky; returns (option,). `depth` 1 looks at the
    worst-off alone.

    >>> lexicographic(np.array([[0.2, 0.9], [0.5, 0.5], [0.5, 0.6]])).tolist()
    [0.0, 0.0, 1.0]
    """
    ranked = np.sort(gains, axis=1)
    alive = np.ones(len(gains), dtype=bool)
    for column in range(ranked.shape[1] if depth is None else depth):
        best = ranked[alive, column].max()
        alive &= ranked[:, column] >= best - slack
    return np.asarray(alive / alive.sum())


def _fair(bargain: Bargain, ideal: bool, power: int, points: int) -> Array:
    """Lexicographic fair point of each issue on a grid of the scale (`points`) and of all positions."""
    s, x = bargain.salience, bargain.position
    known = ~np.isnan(bargain.status_quo)
    q = np.where(known, bargain.status_quo, 0.5)
    cost = np.where(bargain.cost > 0, bargain.cost, FAR)[:, None, :] * s
    room = np.where(known[..., None], s * loss(x, q[..., None], power), 0.0) + cost
    takes_part = (s > 0) & (bargain.capability[:, None, :] > 0)
    takes_part |= ~takes_part.any(-1, keepdims=True)
    top = np.where(takes_part, room, 1.0) if ideal else np.ones_like(room)
    top = np.where(top > 0, top, 1.0)

    def worst(z: Array) -> Array:
        gain = (room - s * loss(x, z[..., None], power)) / top
        return np.asarray(np.where(takes_part, gain, np.inf).min(-1))

    # the smallest of concave functions is concave: ternary search finds its top
    low = np.maximum(bargain.low, np.where(takes_part, x, np.inf).min(-1))
    high = np.minimum(bargain.high, np.where(takes_part, x, -np.inf).max(-1))
    high = np.maximum(low, high)
    for _ in range(points):
        third = (high - low) / 3
        left, right = low + third, high - third
        more = worst(left) < worst(right)
        low, high = np.where(more, left, low), np.where(more, high, right)
    z = 0.5 * (low + high)
    return np.asarray(np.clip(z, bargain.low, bargain.high))


def settle_kalai(bargain: Bargain, power: int = 2, points: int = 26) -> Array:
    """Issue-by-issue Kalai-Smorodinsky with a costly status quo: the largest equal share of ideal gains; (world, issue).

    On one issue with strictly concave utilities the point that serves the worst-off best is unique, so the lexicographic
    refinement changes nothing; it matters on discrete sets (`lexicographic`).
    """
    return _fair(bargain, True, power, points)


def settle_egalitarian(bargain: Bargain, power: int = 2, points: int = 26) -> Array:
    """Issue-by-issue equal gains: the point that serves the smallest gain best; (world, issue)."""
    return _fair(bargain, False, power, points)
