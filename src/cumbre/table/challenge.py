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

from typing import Literal

import numpy as np

from cumbre.table.bargain import Array, Bargain
from cumbre.table.mean import weighted_mean, weighted_median

__all__ = ["Reading", "challenge", "rounds_of", "settle_challenge"]

Reading = Literal["paper", "code"]
_CHUNK = 1024


def _chances(x: Array, w: Array, span: Array, r: Array | None, reading: Reading) -> Array:
    """P[i, j], chance that i prevails over j, (actor, actor, world): equation 31, or the rule of the program."""
    n = x.shape[0]
    far = np.abs(x[:, None] - x[None, :]) / span  # far[k, i]
    if r is not None and reading == "code":
        far = far ** r[:, None]
    far = w[:, None] * far
    votes = np.zeros_like(far)
    for i in range(n):
        for j in range(i):
            gap = far[:, j] - far[:, i]
            forward = np.maximum(gap, 0).sum(0)
            votes[i, j] = forward
            votes[j, i] = forward - gap.sum(0)
    np.maximum(votes, 0, out=votes)
    if reading == "code":
        # the program divides by the votes cast over all ordered pairs, not over the pair that is contested
        total = 2 * votes.sum((0, 1))
        return np.asarray(votes / np.where(total > 0, total, 1.0))
    both = votes + votes.transpose(1, 0, 2)
    return np.where(both > 0, votes / np.where(both > 0, both, 1.0), 0.5)


def _power(base: Array, r: Array | None) -> Array:
    base = np.maximum(base, 0)
    return base if r is None else np.asarray(base**r)


def _expected(x: Array, s: Array, p: Array, mu: Array, span: Array, r: Array | None, q: float, mirror: bool = False) -> Array:
    """E[i, j], what i expects from challenging j, all with the risk of i; `mirror`: E_ji as i itself reckons it."""
    d = np.abs(x[:, None] - x[None, :]) / span
    rr = None if r is None else r[:, None]
    win = 2 - 4 * _power(0.5 - 0.5 * d, rr)
    lose = 2 - 4 * _power(0.5 + 0.5 * d, rr)
    still = 2 - 4 * _power(np.full_like(x, 0.5)[:, None], rr)
    if mirror:
        p, s_of, own = p.transpose(1, 0, 2), s[:, None], x[None, :]
    else:
        s_of, own = s[None, :], x[:, None]
    value = s_of * (p * win + (1 - p) * lose) + (1 - s_of) * win - q * still
    if q < 1:
        m = np.abs(own - mu) / span
        better = 2 - 4 * _power(0.5 - 0.25 * (m + d), rr)
        worse = 2 - 4 * _power(0.5 + 0.25 * (m + d), rr)
        value = value - (1 - q) * np.where(m < d, better, worse)
    n = x.shape[0]
    value[np.arange(n), np.arange(n)] = 0.0
    return np.asarray(value)


def _risk(value: Array) -> Array:
    """r_i = (1 - R_i/3)/(1 + R_i/3) from each actor's security (equations 32-34), in 0.5 to 2."""
    security = value.sum(0)
    high, low = security.max(0), security.min(0)
    spread = np.where(high > low, high - low, 1.0)
    big = np.where(high > low, (2 * security - high - low) / spread, 0.0)
    return np.asarray((1 - big / 3) / (1 + big / 3))


def _move_paper(x: Array, e: Array) -> Array:
    """Each actor takes the most enforceable offer it gets, ties by least movement; a conflict moves nobody."""
    n = x.shape[0]
    best = np.full_like(x, -np.inf)
    move = np.zeros_like(x)
    for i in range(n):
        a, b = e[i], e[:, i]  # what i expects against j, what j expects against i
        offered = (a > 0) & (b < 0)
        part = np.where(a > -b, np.abs(b) / np.where(a > 0, a, 1.0), 1.0)
        step = (x[i] - x) * part
        better = offered & ((a > best) | ((a == best) & (np.abs(step) < np.abs(move))))
        better[i] = False
        best, move = np.where(better, a, best), np.where(better, step, move)
    return np.asarray(x + move)


def _move_code(x: Array, own: Array, other: Array) -> Array:
    """A conflict lost moves i all the way, least move first; else the compromise with the smallest weighted middle."""
    n = x.shape[0]
    lost_step = np.full_like(x, np.inf)
    lost_to = x.copy()
    middle = np.full_like(x, np.inf)
    meet = x.copy()
    for j in range(n):
        a, b, to = own[:, j], other[:, j], x[j]
        gap = to - x
        apart = gap != 0
        lost = apart & (b > a) & (a > 0) & (np.abs(gap) < lost_step)
        lost_step, lost_to = np.where(lost, np.abs(gap), lost_step), np.where(lost, to, lost_to)
        give = apart & (b > 0) & (a < 0) & (b > -a)
        share = -a / np.where(give, b, 1.0)
        centre = np.where(give, (-a * x + b * to) / np.where(give, b - a, 1.0), np.inf)
        # among equal centres the lower resulting position, as the program sorts
        new = x + gap * share
        first = give & ((centre < middle) | ((centre == middle) & (new < meet)))
        middle, meet = np.where(first, centre, middle), np.where(first, new, meet)
    return np.where(np.isfinite(lost_step), lost_to, np.where(np.isfinite(middle), meet, x))


def _round(x: Array, c: Array, s: Array, reading: Reading, q: float) -> Array:
    w = c * s
    span = x.max(0) - x.min(0)
    stuck = span <= 0
    span = np.where(stuck, 1.0, span).astype(x.dtype)
    mu = weighted_median(x.T, w.T).astype(x.dtype) if q < 1 else np.zeros_like(span)
    p = _chances(x, w, span, None, reading)
    r = _risk(_expected(x, s, p, mu, span, None, q)).astype(x.dtype)
    if reading == "paper":
        new = _move_paper(x, _expected(x, s, p, mu, span, r, q))
    else:
        p = _chances(x, w, span, r, reading)
        new = _move_code(x, _expected(x, s, p, mu, span, r, q), _expected(x, s, p, mu, span, r, q, mirror=True))
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
    # an actor that takes no part neither votes nor is challenged: it stands at the middle, without weight
    centre = weighted_mean(bargain.position, bargain.weight)[..., None]
    x = np.where(bargain.salience > 0, bargain.position, centre).astype(bargain.position.dtype)
    z = weighted_median(challenge(x, c, s, rounds=rounds, reading=reading, q=q), bargain.weight)
    return np.asarray(np.clip(z, bargain.low, bargain.high))
