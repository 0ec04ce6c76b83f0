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


class _Frontier:
    """The efficient packages of some worlds, issues first and worlds last, so that every pass runs along memory."""

    def __init__(self, x: Array, s: Array, d: Array, low: Array, high: Array, q: Array, links: Array | None, give: Array) -> None:
        self.x, self.s = (np.ascontiguousarray(v.transpose(1, 2, 0)) for v in (x, s))
        self.low, self.high, self.q = (np.ascontiguousarray(v.T) for v in (low, high, q))
        rest = np.asarray(1e-9, x.dtype)
        wish = self.s * self.x
        # numerator and denominator of the weighted mean of two ideal points, both linear in the weight
        self.top, self.top_rise = wish[1] + rest * self.q, wish[0] - wish[1]
        self.bottom, self.bottom_rise = self.s[1] + rest, self.s[0] - self.s[1]
        self.links = links
        if links is not None:
            self.pull = np.abs(links).sum(1)[:, None]
            self.anchor = self.pull * self.q
        self.base = give.T - d.T

    def point(self, weight: Array) -> Array:
        """The package (issue, world) that maximises weight u_1 + (1 - weight) u_2."""
        top, bottom = self.top + weight * self.top_rise, self.bottom + weight * self.bottom_rise
        z = top / bottom
        np.minimum(np.maximum(z, self.low, out=z), self.high, out=z)
        if self.links is not None:
            top += self.anchor
            bottom += self.pull
            for _ in range(2):
                # einsum: a matrix product may round a world by its neighbours
                z = np.einsum("kl,lw->kw", self.links, z - self.q)
                z += top
                z /= bottom
                np.minimum(np.maximum(z, self.low, out=z), self.high, out=z)
        return np.asarray(z)

    def gains(self, weight: Array) -> Array:
        """Gains over no deal (side, world) of that package."""
        return self.gains_at(self.point(weight))

    def gains_at(self, z: Array) -> Array:
        gap = self.x - z
        gap *= gap
        gap *= self.s
        return np.asarray(self.base - gap.sum(1))


def _root(need: Callable[[Array], Array], worlds: int, dtype: npt.DTypeLike, steps: int) -> Array:
    """Weight at which `need` (above 0: side 1 needs more) falls to 0, in as many evaluations as `steps`.

    False position in the Illinois variant (Dowell & Jarratt 1971, doi:10.1007/BF01934364): an end that stays twice counts half, so
    that both ends close in; eight evaluations do what fourteen halvings did. Where `need` has one sign, that end of the scale.
    """
    low, high = np.zeros(worlds, dtype), np.ones(worlds, dtype)
    at_low, at_high = need(low), need(high)
    never, always = at_low <= 0, at_high > 0
    kept = np.zeros(worlds, np.int8)
    half = np.asarray(0.5, dtype)

    def between() -> Array:
        with np.errstate(divide="ignore", invalid="ignore"):
            part = at_low / (at_low - at_high)
        return np.asarray(low + (high - low) * np.where((part > 0) & (part < 1), part, half))

    for _ in range(steps - 2):
        mid = between()
        found = need(mid)
        more = found > 0
        at_high = np.where(more, np.where(kept > 0, half * at_high, at_high), found)
        at_low = np.where(more, found, np.where(kept < 0, half * at_low, at_low))
        low, high = np.where(more, mid, low), np.where(more, high, mid)
        kept = np.where(more, np.int8(1), np.int8(-1))
    return np.asarray(np.where(never, 0, np.where(always, 1, between())).astype(dtype))


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
    steps       evaluations a root; 30 is exact to 10^-9, 9 to 10^-3 of the weight at worst and to 10^-6 as a rule

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
    frontier = _Frontier(x, s, d, low, high, q, links, give)
    gains = frontier.gains

    def root(need: Callable[[Array], Array]) -> Array:
        return _root(need, worlds, x.dtype, steps)

    if rule == "egalitarian":
        weight = root(lambda w: np.subtract(*gains(w)[::-1]))
    elif rule == "utilitarian":
        weight = np.full(worlds, 0.5, x.dtype)
    elif rule == "nash":

        def nash(w: Array) -> Array:
            g = gains(w)
            inside = (g[0] > 0) & (g[1] > 0)
            return np.asarray(np.where(inside, b * g[1] * (1 - w) - (1 - b) * g[0] * w, g[1] - g[0]))

        weight = root(nash)
    else:
        # the most of either side in one run of twice the worlds: side 1 until side 2 gains nothing, and the other way round
        x2, s2, d2, low2, high2, q2, give2 = (np.concatenate([v, v]) for v in (x, s, d, low, high, q, give))
        twin = _Frontier(x2, s2, d2, low2, high2, q2, links, give2)

        def edge(w: Array) -> Array:
            g = twin.gains(w)
            return np.concatenate([g[1, :worlds], -g[0, worlds:]])

        ends = twin.gains(_root(edge, 2 * worlds, x.dtype, steps))
        most1, most2 = np.maximum(ends[0, :worlds], 1e-9), np.maximum(ends[1, worlds:], 1e-9)

        def kalai(w: Array) -> Array:
            g = gains(w)
            return np.asarray(g[1] * most1 - g[0] * most2)

        weight = root(kalai)
    z = frontier.point(weight)
    found = frontier.gains_at(z)
    return Package(z.T, found.T, found.min(0) > 0, weight)


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
