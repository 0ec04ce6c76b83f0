"""Two sides, several issues at once: the efficient packages of quadratic utilities, and Nash, Kalai-Smorodinsky, equal gains on them.

u_i(z) = -sum_k s_ik (x_ik - z_k)^2. Every efficient package maximises l u_1 + (1 - l) u_2 for one l in [0, 1], and that maximum
has a closed form, the weighted mean of the two ideal points issue by issue, cut to the bounds. So each concept is the root of
one monotone equation in l:

* asymmetric Nash: l / (1 - l) = b_1 g_2 / (b_2 g_1), g_i = u_i - d_i (Nash 1950, doi:10.2307/1907266);
* Kalai-Smorodinsky: g_1 / m_1 = g_2 / m_2, m_i the most i can gain while the other loses nothing (1975, doi:10.2307/1914280);
* equal gains: g_1 = g_2 (Kalai 1977, doi:10.2307/1913954);
* utilitarian: l = 1/2.

Soft linkage adds a common loss |v| (move_k - sign(v) move_l)^2 for each linked pair, move = z - status quo, so that linked
issues are wanted to move together (v > 0) or against each other (v < 0).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from cumbre.table.bargain import Array

__all__ = ["Package", "Rule", "logroll", "solve_package"]

Rule = Literal["nash", "ks", "egalitarian", "utilitarian"]


@dataclass(frozen=True)
class Package:
    """Settlements of all issues in all worlds, and what each side gains over no deal.

    z       (world, issue) 0-1
    gains   (world, side) u - d
    zone    (world,) whether some package serves both sides better than no deal
    weight  (world,) weight l of the first side at the solution
    """

    z: Array
    gains: Array
    zone: npt.NDArray[np.bool_]
    weight: Array


def _point(weight: Array, x: Array, s: Array, low: Array, high: Array, links: Array | None, q: Array) -> Array:
    a, b = weight[:, None] * s[:, 0], (1 - weight)[:, None] * s[:, 1]
    top, bottom = a * x[:, 0] + b * x[:, 1], a + b
    rest = np.asarray(1e-9, x.dtype)
    z = np.clip((top + rest * q) / (bottom + rest), low, high)
    if links is not None:
        pull = np.abs(links).sum(1)
        for _ in range(2):
            wish = np.einsum("wl,kl->wk", z - q, links) + pull * q
            z = np.clip((top + wish + rest * q) / (bottom + pull + rest), low, high)
    return np.asarray(z)


def _root(test: Callable[[Array], npt.NDArray[np.bool_]], worlds: int, dtype: npt.DTypeLike, steps: int) -> Array:
    """Weight at which `test` (true: side 1 needs more) turns false, by halving."""
    low, high = np.zeros(worlds, dtype), np.ones(worlds, dtype)
    for _ in range(steps):
        mid = 0.5 * (low + high)
        more = test(mid)
        low, high = np.where(more, mid, low), np.where(more, high, mid)
    return np.asarray(0.5 * (low + high))


def solve_package(
    x: Array,
    s: Array,
    d: Array,
    *,
    rule: Rule = "nash",
    power: Array | None = None,
    low: Array | float = 0.0,
    high: Array | float = 1.0,
    status_quo: Array | None = None,
    links: Array | None = None,
    transfer: Array | float = 0.0,
    steps: int = 30,
) -> Package:
    """The package that `rule` picks between two sides.

    x, s        (world, 2, issue) ideal points and saliences
    d           (world, 2) utility of no deal, at most 0
    power       (world,) bargaining power of side 1 (Nash); 1/2 by default
    low, high   (world, issue) bounds; status_quo (world, issue) for linkage and for issues nobody cares about
    links       (issue, issue) symmetric soft linkage
    transfer    (world,) a sum a third party adds, split evenly between the sides before they reckon gains
    steps       halvings of the weight; 30 is exact to 10^-9, 14 to 10^-4

    >>> x = np.array([[[0.0, 0.0], [1.0, 1.0]]]); s = np.array([[[0.8, 0.2], [0.2, 0.8]]]); d = np.array([[-0.7, -0.7]])
    >>> solve_package(x, s, d).z.round(3).tolist()
    [[0.2, 0.8]]
    """
    worlds, _, issues = x.shape
    q = np.full((worlds, issues), 0.5, x.dtype) if status_quo is None else status_quo
    low = np.broadcast_to(np.asarray(low, x.dtype), (worlds, issues))
    high = np.broadcast_to(np.asarray(high, x.dtype), (worlds, issues))
    give = np.broadcast_to(np.asarray(transfer, x.dtype), (worlds,))[:, None] / 2
    links = None if links is None or not np.any(links) else links.astype(x.dtype)
    b = np.full(worlds, 0.5, x.dtype) if power is None else power

    def gains(weight: Array) -> Array:
        z = _point(weight, x, s, low, high, links, q)
        gap = x - z[:, None, :]
        return np.asarray(give - d - np.einsum("wsk,wsk,wsk->ws", s, gap, gap))

    def root(test: Callable[[Array], npt.NDArray[np.bool_]]) -> Array:
        return _root(test, worlds, x.dtype, steps)

    if rule == "egalitarian":
        weight = root(lambda w: np.less(*np.moveaxis(gains(w), 1, 0)))
    elif rule == "utilitarian":
        weight = np.full(worlds, 0.5, x.dtype)
    elif rule == "nash":

        def nash(w: Array) -> npt.NDArray[np.bool_]:
            g = gains(w)
            inside = (g[:, 0] > 0) & (g[:, 1] > 0)
            return np.where(inside, b * g[:, 1] * (1 - w) > (1 - b) * g[:, 0] * w, g[:, 0] < g[:, 1])

        weight = root(nash)
    else:
        most1 = np.maximum(gains(root(lambda w: gains(w)[:, 1] > 0))[:, 0], 1e-9)
        most2 = np.maximum(gains(root(lambda w: gains(w)[:, 0] <= 0))[:, 1], 1e-9)

        def kalai(w: Array) -> npt.NDArray[np.bool_]:
            g = gains(w)
            return np.asarray(g[:, 0] * most2 < g[:, 1] * most1)

        weight = root(kalai)
    z = _point(weight, x, s, low, high, links, q)
    gap = x - z[:, None, :]
    found = give - d - np.einsum("wsk,wsk,wsk->ws", s, gap, gap)
    return Package(z, found, found.min(-1) > 0, weight)


def logroll(a: Array, b: Array, d: Array, alpha: float = 0.5) -> tuple[Array, Array]:
    """Exact Nash solution of two sides over linear issues, shares t_k to side 1; returns shares (world, issue), utilities (world, 2).

    a, b (world, issue) worth of the whole issue to side 1 and to side 2; d (world, 2). Issues go to side 1 in falling order of
    a/b; one is split: t = clip((alpha a (B - d2) - (1 - alpha) b (A - d1)) / (a b), 0, 1), A and B what each holds before the
    split, B with the split issue still on side 2. O(m log m) a world. Source: Raiffa 1982, *The Art and Science of Negotiation*, ch. 10.

    >>> shares, u = logroll(np.array([[0.5, 0.3, 0.2]]), np.array([[0.2, 0.3, 0.5]]), np.zeros((1, 2)))
    >>> u.round(6).tolist()
    [[0.65, 0.65]]
    """
    ratio = a / np.maximum(a + b, 1e-300)
    order = np.argsort(-ratio, axis=1, kind="stable")
    a1, b1 = np.take_along_axis(a, order, 1), np.take_along_axis(b, order, 1)
    held_a = np.cumsum(a1, 1) - a1
    held_b = b1.sum(1, keepdims=True) - (np.cumsum(b1, 1) - b1)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = (alpha * a1 * (held_b - d[:, 1:]) - (1 - alpha) * b1 * (held_a - d[:, :1])) / (a1 * b1)
    t = np.where(b1 <= 0, 1.0, np.where(a1 <= 0, 0.0, np.clip(np.nan_to_num(t), 0, 1)))
    u1, u2 = held_a + t * a1, held_b - t * b1
    g1, g2 = u1 - d[:, :1], u2 - d[:, 1:]
    with np.errstate(divide="ignore", invalid="ignore"):
        score = np.where((g1 >= 0) & (g2 >= 0), g1**alpha * g2 ** (1 - alpha), -1.0)
    best = np.argmax(score, 1)
    rank = np.arange(a.shape[1])[None]
    shares_sorted = np.where(rank < best[:, None], 1.0, np.where(rank == best[:, None], t, 0.0))
    shares = np.empty_like(shares_sorted)
    np.put_along_axis(shares, order, shares_sorted, 1)
    pick = best[:, None]
    return shares, np.concatenate([np.take_along_axis(u1, pick, 1), np.take_along_axis(u2, pick, 1)], 1)
