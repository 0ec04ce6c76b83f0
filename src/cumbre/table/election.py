"""Probabilistic Condorcet election: each option wins against each other with a chance that grows with its support.

Support S[a:b] = sum_i w_i max(u_i(a) - u_i(b), 0); V(a, b) = S[a:b]^n / (S[a:b]^n + S[b:a]^n);
conditional: p(a) proportional to prod_{b != a} V(a, b). Source: Wise, Lester & Efird 2015, *Multidimensional Bargaining*
(KAPSARC); the Markov version is the stationary law of a favourite that is challenged by each option in turn.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cumbre.table.bargain import Array, Bargain, loss

__all__ = ["election", "settle_election", "settle_favourite", "victory"]


def _support(x: Array, w: Array, options: Array, power: int) -> Array:
    """S[a:b], shape (option, option, world); inputs hold worlds last so that each pass is one long run through memory."""
    m = options.shape[0]
    weighted = w[:, None, :] * -loss(x[:, None, :], options[None, :, :], power)
    worth = weighted.sum(0)
    total = np.zeros((m, m, x.shape[-1]), dtype=x.dtype)
    for a in range(1, m):
        # sum_i max(u_a - u_b, 0) = sum_i max(u_a, u_b) - sum_i u_b; the first sum serves both directions
        most = np.maximum(weighted[:, :a], weighted[:, a : a + 1]).sum(0)
        np.subtract(most, worth[:a], out=total[a, :a])
        np.subtract(most, worth[a], out=total[:a, a])
    np.maximum(total, 0, out=total)
    return total


def victory(x: Array, w: Array, options: Array, power: int = 2, votes: float = 1.0) -> Array:
    """V(a, b), chance that a beats b, shape (option, option, world); 1/2 where nobody prefers either.

    x, w (actor, world), options (option, world).
    """
    s = _support(x, w, options, power)
    if votes != 1.0:
        s = s**votes
    both = s + s.transpose(1, 0, 2)
    return np.where(both > 0, s / np.where(both > 0, both, 1.0), 0.5)


def election(
    x: Array, w: Array, options: Array | None = None, *, power: int = 2, votes: float = 1.0, markov: bool = False
) -> tuple[Array, Array]:
    """Options and their chances, both (..., option); x, w (..., actor). Options default to the positions.

    An option that stands twice counts once: later copies get chance 0. Where all weights are 0 all actors count alike.

    >>> options, p = election(np.array([0.0, 1.0]), np.array([2.0, 1.0]), power=1)
    >>> p.round(6).tolist()
    [0.666667, 0.333333]
    """
    lead = x.shape[:-1]
    options = x if options is None else options
    flat = w.sum(-1, keepdims=True) <= 0
    w = np.where(flat, 1.0, w).astype(x.dtype)
    xs, ws = (np.ascontiguousarray(v.reshape(-1, v.shape[-1]).T) for v in (x, w))
    os = np.ascontiguousarray(options.reshape(-1, options.shape[-1]).T)
    m = os.shape[0]
    v = victory(xs, ws, os, power, votes)
    copy = np.zeros((m, os.shape[1]), dtype=bool)
    for a in range(m):
        for b in range(a):
            copy[a] |= os[a] == os[b]
    if markov:
        p = _stationary(v, copy)
    else:
        # a product over dozens of rivals would underflow, so it is a sum of logarithms with the largest taken out
        with np.errstate(divide="ignore"):
            logs = np.where(copy[None], 0.0, np.log(v))
        logs[np.arange(m), np.arange(m)] = 0.0
        total = np.where(copy, -np.inf, logs.sum(1))
        top = total.max(0)
        p = np.exp(total - np.where(np.isfinite(top), top, 0.0))
    p = np.where(copy, 0.0, p)
    mass = p.sum(0)
    p = np.where(mass > 0, p / np.where(mass > 0, mass, 1.0), np.where(copy, 0.0, 1.0) / (~copy).sum(0))
    return np.moveaxis(os, 0, -1).reshape(*lead, m), np.moveaxis(p, 0, -1).reshape(*lead, m).astype(x.dtype)


def _stationary(v: Array, copy: npt.NDArray[np.bool_]) -> Array:
    """Stationary law of the favourite: each round one rival, drawn evenly, challenges and wins with chance V.

    Solves pi = pi T exactly, world by world; a rival that never wins still gets one chance in 10^12, so the law is unique.
    """
    m = v.shape[0]
    live = ~copy
    win = np.where(live[:, None] & live[None, :], np.maximum(v.astype(np.float64), 1e-12), 0.0)
    win[np.arange(m), np.arange(m)] = 0.0
    # flow into a from b is p_b V(a, b); out of b it is p_b times the sum over a of V(a, b)
    flow = np.moveaxis(win, -1, 0)
    balance = flow - np.eye(m) * flow.sum(1)[:, None, :]
    dead = np.moveaxis(~live, -1, 0)
    balance = np.where(dead[:, :, None], np.eye(m), balance)
    first = np.argmax(~dead, axis=1)
    rows = np.arange(len(balance))
    balance[rows, first] = 1.0
    right = np.zeros((len(balance), m, 1))
    right[rows, first] = 1.0
    p = np.linalg.solve(balance, right)[..., 0]
    return np.asarray(np.maximum(p, 0.0).T)


def _drawn(bargain: Bargain, options: Array, p: Array) -> Array:
    running = np.cumsum(p, axis=-1)
    pick = bargain.pick[..., None] * running[..., -1:]
    index = np.minimum((running <= pick).sum(-1), options.shape[-1] - 1)
    z = np.take_along_axis(options, index[..., None], -1)[..., 0]
    return np.asarray(np.clip(z, bargain.low, bargain.high))


def _present(bargain: Bargain) -> Array:
    """Positions in which an actor that takes no part offers no option of its own: it stands where the weightiest one stands."""
    heaviest = np.argmax(bargain.weight, axis=-1)[..., None]
    return np.where(bargain.salience > 0, bargain.position, np.take_along_axis(bargain.position, heaviest, -1))


def settle_election(bargain: Bargain, power: int = 2, votes: float = 1.0) -> Array:
    """One option drawn per world and issue by `pick`, conditional version, cut to the bounds; (world, issue)."""
    return _drawn(bargain, *election(_present(bargain), bargain.weight, power=power, votes=votes))


def settle_favourite(bargain: Bargain, power: int = 2, votes: float = 1.0) -> Array:
    """The same with the Markov version: more weight on options that lose narrowly; (world, issue)."""
    return _drawn(bargain, *election(_present(bargain), bargain.weight, power=power, votes=votes, markov=True))
