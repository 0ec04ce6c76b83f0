"""Asymmetric Nash bargaining: the settlement that maximises the weighted product of gains over no deal.

max_z sum_i b_i log(u_i(z) - d_i), u_i(z) = -s_i |x_i - z|^g. Sources: Nash 1950, doi:10.2307/1907266; Nash 1953,
doi:10.2307/1906951; Harsanyi & Selten 1972, doi:10.1287/mnsc.18.5.80; Kalai 1977, doi:10.1007/BF01774658.

The disagreement d_i is the status quo *plus* a cost of failure. With the bare status quo the solution is a poor forecast (any
actor who likes the status quo blocks), so the default is the costly one (Franchino & Mariotto 2021, doi:10.1017/psrm.2019.57).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cumbre.table.bargain import Array, Bargain, loss

__all__ = ["FAR", "nash_point", "nash_on_curve", "settle_nash", "settle_nash_bare", "side_payment_split"]

_CHUNK = 4096

FAR = 1.5
"""Cost of failure in units of full-scale loss used where no cost is given: the far disagreement of the literature."""


def nash_point(x: Array, slope: Array, room: Array, power: int, b: Array, *, halvings: int = 40, newton: int = 0) -> Array:
    """Root of the derivative of sum_i b_i log(room_i - slope_i |x_i - z|^g): halving first, then safeguarded Newton steps.

    x, slope, room, b  (..., actor): ideal points, saliences, gains at the ideal point (u_i(x_i) - d_i), bargaining powers.
    Returns (...): the maximiser, nan where no point improves on disagreement for all. The sum is concave in z on the interval
    where all gains are above 0, so its derivative falls, and halving is exact to 2^-halvings of the scale.
    """
    lead = x.shape[:-1]
    flat = [np.broadcast_to(v, x.shape).reshape(-1, x.shape[-1]).T for v in (x, slope, room, b)]
    out = np.empty(flat[0].shape[1], dtype=x.dtype)
    for first in range(0, len(out), _CHUNK):
        part = slice(first, first + _CHUNK)
        out[part] = _root(*(np.ascontiguousarray(v[:, part]) for v in flat), power=power, halvings=halvings, newton=newton)
    return out.reshape(lead)


def _root(x: Array, slope: Array, room: Array, b: Array, *, power: int, halvings: int, newton: int) -> Array:
    """`nash_point` with actors first and worlds last, so that every pass runs along memory."""
    live = (slope > 0) & (b > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = np.maximum(np.where(live, room / np.where(live, slope, 1.0), np.inf), 0.0)
        reach = reach if power == 1 else np.sqrt(reach)
    low = np.maximum((x - reach).max(0), np.where(live, x, np.inf).min(0))
    high = np.minimum((x + reach).min(0), np.where(live, x, -np.inf).max(0))
    empty = (low > high) | ~live.any(0)
    low, high = np.where(empty, 0.5, low), np.where(empty, 0.5, high)
    push = np.where(live, b * slope, 0.0).astype(x.dtype)
    tiny = np.asarray(1e-12, x.dtype)
    z = 0.5 * (low + high)
    for step in range(halvings + newton):
        gap, origin = x - z, z
        if power == 1:
            ratio = push * np.sign(gap) / np.maximum(room - slope * np.abs(gap), tiny)
        else:
            inverse = push / np.maximum(room - slope * gap * gap, tiny)
            ratio = inverse * gap
        rise = ratio.sum(0)
        up = rise > 0
        low, high = np.where(up, z, low), np.where(up, high, z)
        z = 0.5 * (low + high)
        if newton and step >= halvings and power == 2:
            # the derivative of inverse * gap is -inverse - 2 inverse gap^2 slope / gain; the bracket guards the step
            fall = inverse.sum(0) + (2 * ratio * ratio / np.where(live, b, 1.0)).sum(0)
            jump = origin + rise / np.maximum(fall, tiny)
            z = np.where((jump >= low) & (jump <= high), jump, z)
    return np.where(empty, np.nan, z)


def _settle(bargain: Bargain, power: int, bare: bool, halvings: int, newton: int) -> Array:
    s, x, q = bargain.salience, bargain.position, bargain.status_quo
    known = ~np.isnan(q)
    if power == 1:
        halvings, newton = max(halvings, 24), 0
    at_quo = s * loss(x, np.where(known, q, 0.5)[..., None], power)
    # an unknown status quo is a disagreement far from everybody; a known one costs what the case says, or FAR where it is silent
    cost = np.where(bargain.cost > 0, bargain.cost, FAR)[:, None, :] * s
    # gains stay above 0 for all if the cost is that of the worst point of the scale; the status quo adds its own loss
    room = np.where(known[..., None], at_quo, 0.0) + (0.0 if bare else cost)
    if bare:
        room = np.where(known[..., None], room, cost)
    b = bargain.capability[:, None, :] / np.maximum(bargain.capability.sum(-1)[:, None, None], 1e-30)
    dead = bargain.capability.sum(-1)[:, None, None] <= 0
    b = np.where(dead, 1.0, b) * np.ones_like(s)
    z = nash_point(x, s, room, power, b, halvings=halvings, newton=newton)
    fallback = np.where(known, q, np.clip(x.mean(-1), 0, 1))
    z = np.where(np.isnan(z), fallback, z)
    return np.asarray(np.clip(z, bargain.low, bargain.high))


def settle_nash(bargain: Bargain, power: int = 2, halvings: int = 8, newton: int = 4) -> Array:
    """Issue-by-issue asymmetric Nash among all actors with a costly status quo, powers from capability; (world, issue)."""
    return _settle(bargain, power, False, halvings, newton)


def settle_nash_bare(bargain: Bargain, power: int = 2, halvings: int = 8, newton: int = 4) -> Array:
    """The same against the bare status quo: any actor who cares and likes it blocks, and the status quo stays."""
    return _settle(bargain, power, True, halvings, newton)


def nash_on_curve(
    u1: Callable[[Array], Array], u2: Callable[[Array], Array], d: tuple[float, float], alpha: float = 0.5, steps: int = 200
) -> tuple[float, float, float]:
    """Asymmetric Nash on a frontier (u1(t), u2(t)), t in [0, 1]; returns t, u1, u2.

    A grid finds the best cell among points better than `d` for both, golden section refines inside its neighbours.

    >>> t, a, b = nash_on_curve(lambda t: t, lambda t: 1 - t**2, (0.0, 0.0))
    >>> round(a, 6), round(b, 6)
    (0.57735, 0.666667)
    """

    def score(t: Array) -> Array:
        g1, g2 = u1(t) - d[0], u2(t) - d[1]
        inside = (g1 > 0) & (g2 > 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            value = alpha * np.log(np.where(inside, g1, 1.0)) + (1 - alpha) * np.log(np.where(inside, g2, 1.0))
        return np.where(inside, value, -np.inf)

    grid = np.linspace(0.0, 1.0, 4001)
    values = score(grid)
    best = int(np.argmax(values))
    if not np.isfinite(values[best]):
        return float("nan"), d[0], d[1]
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    ratio = (np.sqrt(5.0) - 1) / 2
    for _ in range(steps):
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        pair = score(np.array([left, right]))
        if pair[0] < pair[1]:
            low = left
        else:
            high = right
    ends = np.array([low, 0.5 * (low + high), high, grid[best]])
    t = float(ends[int(np.argmax(score(ends)))])
    at = np.array([t])
    return t, float(u1(at)[0]), float(u2(at)[0])


def side_payment_split(surplus: Array | float, d1: Array | float, d2: Array | float, alpha: Array | float = 0.5) -> Array:
    """u1 = d1 + alpha (S - d1 - d2): with money to move, only the joint surplus S and the threat points matter.

    >>> float(side_payment_split(10.0, 2.0, 1.0, 0.6))
    6.2
    """
    return np.asarray(d1 + np.asarray(alpha) * (np.asarray(surplus) - d1 - d2))
