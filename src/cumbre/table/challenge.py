"""Expected-utility challenge: each actor weighs pressing each other to its side, offers follow, positions move, round by round.

Sources: Bueno de Mesquita 1985, doi:10.2307/1956121; 1994, in *European Community Decision Making*; 1997,
doi:10.1080/03050629708434909; equations as numbered by Scholz, Calbert & Smith 2011, doi:10.1177/0951629811418142.

Two readings of the published model stand behind one option, because they differ by up to two years on the six-year scale of the
car-emission example: "paper" (votes linear in distance; a conflict moves nobody; the most enforceable offer is taken) and
"code" (the rules of the program whose round-by-round medians were published). The share of the status quo term Q, the range
and what a conflict does are model uncertainty, never constants.

Worlds stand last inside this module, so that every pass runs along memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from cumbre.table.bargain import Array, Bargain
from cumbre.table.mean import weighted_mean, weighted_median

__all__ = ["Reading", "challenge", "rounds_of", "settle_challenge"]

Reading = Literal["paper", "code"]
_CHUNK = 512


def _chances(x: Array, w: Array, stakes: _Stakes, r: Array | None, reading: Reading) -> Array:
    """P[i, j], chance that i prevails over j, (actor, actor, world): equation 31, or the rule of the program."""
    n, far, taking_part = x.shape[0], stakes.far, stakes.taking_part
    if r is not None and reading == "code":
        far = _power(_logarithm(far), r[:, None])
    far = w[:, None] * far
    away = far.sum(0)
    votes = np.zeros_like(far)
    for i in range(1, n):
        # sum_k max(far_kj - far_ki, 0) = sum_k max(far_kj, far_ki) - sum_k far_ki, for all j < i; the first sum serves both sides
        most = np.maximum(far[:, :i], far[:, i : i + 1]).sum(0)
        np.subtract(most, away[i], out=votes[i, :i])
        np.subtract(most, away[:i], out=votes[:i, i])
    np.maximum(votes, 0, out=votes)
    if taking_part is not None:
        votes *= taking_part
    if reading == "code":
        # the program divides by the votes cast over all ordered pairs, not over the pair that is contested
        total = 2 * votes.sum((0, 1))
        return np.asarray(votes / np.where(total > 0, total, 1.0))
    both = votes + votes.transpose(1, 0, 2)
    return np.where(both > 0, votes / np.where(both > 0, both, 1.0), 0.5)


def _logarithm(base: Array) -> Array:
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(base))


def _power(log_base: Array, r: Array | None) -> Array:
    """base^r from log base: one exponential, where the general power costs several times as much; 0^r is 0."""
    return np.exp(log_base if r is None else r * log_base)


@dataclass(frozen=True)
class _Stakes:
    """What the risk of an actor does not change: distances, and logarithms of the bases of equations 15 to 24.

    far (actor, actor, world) distances as shares of the range; log_win, log_lose of 0.5 -/+ 0.5 far; middle (actor, world) distance
    from the median; taking_part (actor, actor, world) 1 where both are there, None if all are everywhere.
    """

    far: Array
    log_win: Array
    log_lose: Array
    middle: Array
    taking_part: Array | None

    @classmethod
    def of(cls, x: Array, w: Array, here: npt.NDArray[np.bool_], span: Array, q: float) -> _Stakes:
        far = np.abs(x[:, None] - x[None, :]) / span
        half = 0.5 * far
        middle = np.abs(x - weighted_median(x.T, w.T)) / span if q < 1 else np.zeros_like(x)
        both = None if here.all() else (here[:, None] & here[None, :]).astype(x.dtype)
        return cls(far, _logarithm(np.maximum(0.5 - half, 0)), _logarithm(0.5 + half), middle.astype(x.dtype), both)


def _expected(stakes: _Stakes, s: Array, p: Array, r: Array | None, q: float, mirror: bool = False) -> tuple[Array, ...]:
    """E[i, j] / 4, what i expects from challenging j, all with the risk of i; with `mirror` also E_ji as i itself reckons it.

    Every outcome is worth 2 - 4 base^r; the constants cancel, and only signs and ratios of E count, so the powers alone are summed.
    """
    rr = None if r is None else r[:, None]
    win, lose = _power(stakes.log_win, rr), _power(stakes.log_lose, rr)
    still = q * _power(np.full(stakes.middle.shape, np.log(0.5), s.dtype), r)[:, None]
    stake = win - lose

    def value(chance: Array, at_stake: Array, median: Array) -> Array:
        # s (P win + (1 - P) lose) + (1 - s) win = win + s (1 - P) (lose - win)
        found = (1 - chance) * stake
        found *= at_stake
        found -= win
        found += still
        if q < 1:
            reach = 0.25 * (median + stakes.far)
            better = _power(_logarithm(np.maximum(0.5 - reach, 0)), rr)
            worse = _power(_logarithm(0.5 + reach), rr)
            found += (1 - q) * np.where(median < stakes.far, better, worse)
        rows = np.arange(len(s))
        found[rows, rows] = 0.0
        if stakes.taking_part is not None:
            # nobody challenges an empty seat or is offered anything by one
            found *= stakes.taking_part
        return found

    own = value(p, s[None, :], stakes.middle[:, None])
    return (own, value(p.transpose(1, 0, 2), s[:, None], stakes.middle[None, :])) if mirror else (own,)


def _taking_part(c: Array, s: Array) -> npt.NDArray[np.bool_]:
    """Who is there at all: an actor without power and without care is an empty seat, unless nobody has either."""
    here = (s > 0) | (c > 0)
    return here | ~here.any(0)


def _risk(value: Array, here: npt.NDArray[np.bool_]) -> Array:
    """r_i = (1 - R_i/3)/(1 + R_i/3) from each actor's security (equations 32-34), in 0.5 to 2."""
    security = value.sum(0)
    everybody = here.all()
    high = (security if everybody else np.where(here, security, -np.inf)).max(0)
    low = (security if everybody else np.where(here, security, np.inf)).min(0)
    spread = np.where(high > low, high - low, 1.0)
    big = np.where(here & (high > low), (2 * security - high - low) / spread, 0.0)
    return np.asarray((1 - big / 3) / (1 + big / 3))


def _first(mask: npt.NDArray[np.bool_], values: Array, otherwise: Array, axis: int) -> Array:
    """Value of the first true entry along an axis."""
    at = np.expand_dims(np.argmax(mask, axis), axis)
    return np.where(mask.any(axis), np.take_along_axis(values, at, axis).squeeze(axis), otherwise)


def _nearest(wanted: npt.NDArray[np.bool_], values: Array, here: Array, axis: int) -> Array:
    """The wanted value nearest to `here` along an axis (actor, actor, world), the first of two as near; `here` where there is none.

    The nearest above and the nearest below need two plain minima; only where both are as near does the order count.
    """
    origin = np.expand_dims(here, axis)
    above = np.where(wanted & (values >= origin), values, np.inf).min(axis)
    below = np.where(wanted & (values < origin), values, -np.inf).max(axis)
    up, down = above - here, here - below
    found = np.where(up < down, above, np.where(down < up, below, here))
    even = np.nonzero((up == down) & np.isfinite(up))
    if len(even[0]):
        pairs = wanted.swapaxes(0, axis)[:, even[0], even[1]], values.swapaxes(0, axis)[:, even[0], even[1]]
        close = pairs[0] & (np.abs(pairs[1] - here[even]) == up[even])
        found[even] = _first(close, pairs[1], here[even], 0)
    return np.asarray(found.astype(here.dtype))


def _move_paper(x: Array, e: Array) -> Array:
    """Each actor takes the most enforceable offer it gets, ties by least movement; a conflict moves nobody."""
    back = e.transpose(1, 0, 2)  # what j expects against i, where e is what i expects against j
    offered = (e > 0) & (back < 0)
    strength = np.where(offered, e, -np.inf)
    taken = offered & (strength == strength.max(0))
    with np.errstate(divide="ignore", invalid="ignore"):
        step = (x[:, None] - x[None, :]) * np.minimum(-back / e, 1)
    return np.asarray(x + _nearest(taken, step, np.zeros_like(x), 0))


def _move_code(x: Array, own: Array, other: Array) -> Array:
    """A conflict lost moves i all the way, least move first; else the compromise with the smallest weighted middle."""
    here, to = x[:, None], np.broadcast_to(x[None, :], own.shape)
    apart = here != to
    lost = apart & (other > own) & (own > 0)
    give = apart & (own < 0) & (other > -own)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        centre = np.where(give, (other * to - own * here) / (other - own), np.inf)
        # among equal centres the lower resulting position, as the program sorts
        meet = here + (to - here) * (-own / other)
    # where nobody is met all centres are infinite, and the last line reads none of this
    meet = np.where(centre == centre.min(1)[:, None], meet, np.inf).min(1)
    return np.where(lost.any(1), _nearest(lost, to, x, 1), np.where(give.any(1), meet, x))


def _round(x: Array, c: Array, s: Array, reading: Reading, q: float) -> Array:
    w = c * s
    here = _taking_part(c, s)
    span = np.where(here, x, -np.inf).max(0) - np.where(here, x, np.inf).min(0)
    stuck = span <= 0
    stakes = _Stakes.of(x, w, here, np.where(stuck, 1.0, span).astype(x.dtype), q)
    p = _chances(x, w, stakes, None, reading)
    r = _risk(_expected(stakes, s, p, None, q)[0], here)
    if reading == "paper":
        new = _move_paper(x, *_expected(stakes, s, p, r, q))
    else:
        new = _move_code(x, *_expected(stakes, s, _chances(x, w, stakes, r, reading), r, q, mirror=True))
    return np.where(stuck, x, new).astype(x.dtype)


def challenge(
    x: Array, capability: Array, salience: Array, *, rounds: int = 3, reading: Reading = "code", q: float = 1.0
) -> Array:
    """Positions after `rounds` of challenges; x, capability, salience (..., actor); returns (..., actor)."""
    lead = x.shape[:-1]
    xs, cs, ss = (np.ascontiguousarray(np.broadcast_to(v, x.shape).reshape(-1, x.shape[-1]).T) for v in (x, capability, salience))
    out = np.empty_like(xs)
    width = max(1, _CHUNK * 100 // max(xs.shape[0] ** 2, 1))
    for first in range(0, xs.shape[1], width):
        part = slice(first, first + width)
        now = np.ascontiguousarray(xs[:, part])
        c, s = np.ascontiguousarray(cs[:, part]), np.ascontiguousarray(ss[:, part])
        for _ in range(rounds):
            now = _round(now, c, s, reading, q)
        out[:, part] = now
    return np.asarray(out.T.reshape(*lead, x.shape[-1]))


def rounds_of(
    x: Array, capability: Array, salience: Array, *, rounds: int, reading: Reading = "code", q: float = 1.0
) -> list[tuple[float, float]]:
    """Weighted median and mean after each round of one issue in one world, on the scale of x; arguments (actor,)."""
    found: list[tuple[float, float]] = []
    now: Array = np.asarray(x, np.float64)
    c, s = np.asarray(capability, np.float64), np.asarray(salience, np.float64)
    for _ in range(rounds):
        now = challenge(now, c, s, rounds=1, reading=reading, q=q)
        found.append((float(weighted_median(now, c * s)), float(weighted_mean(now, c * s))))
    return found


def settle_challenge(bargain: Bargain, reading: Reading = "paper", rounds: int = 3, q: float = 1.0) -> Array:
    """Weighted median of the positions after the rounds, cut to the bounds; (world, issue)."""
    c = np.broadcast_to(bargain.capability[:, None, :], bargain.salience.shape)
    s = np.clip(bargain.salience, 0, 1)
    # an actor that does not care casts no vote: it stands at the middle
    centre = weighted_mean(bargain.position, bargain.weight)[..., None]
    x = np.where(bargain.salience > 0, bargain.position, centre).astype(bargain.position.dtype)
    z = weighted_median(challenge(x, c, s, rounds=rounds, reading=reading, q=q), bargain.weight)
    return np.asarray(np.clip(z, bargain.low, bargain.high))
