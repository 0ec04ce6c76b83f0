"""Exchange of issues: two actors each give way where they care less, and both gain; others feel it too.

Start: O_k = weighted mean. Actors i and j on opposite sides of O on issues p and q trade if their relative saliences differ;
the one for whom p matters less moves on p, the other on q. An actor that moves by m shifts O_k by c_i s_ik m / W_k. Equal gain
fixes the rate: dO_q / dO_p = (s_ip + s_jp) / (s_iq + s_jq); full moves to the other's position limit it, and so does what the
gaining side wants. The best pair trades,
positions are updated, and so on. Sources: Stokman & Van Oosten 1994, in *European Community Decision Making*; Dijkstra,
Van Assen, Stokman & Thomson 2018; gains of third parties (externalities) follow Van Assen, Stokman & Van Oosten 2003,
doi:10.1177/1043463103015001113.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cumbre.table.bargain import Array, Bargain
from cumbre.table.mean import weighted_mean

__all__ = ["Trade", "exchange", "settle_exchange"]


@dataclass(frozen=True)
class Trade:
    """One executed exchange in one world: who moved where, by how much the outcomes moved, and what everybody gained.

    gains (actor,) change of each actor's salience-weighted closeness to the outcome; the two traders gain alike, the rest is
    externality.
    """

    giver_p: int
    giver_q: int
    issue_p: int
    issue_q: int
    shift_p: float
    shift_q: float
    gains: Array


def _best(
    x: Array, v: Array, s: Array, c: Array, done: npt.NDArray[np.bool_]
) -> tuple[Array, Array, npt.NDArray[np.intp], Array, Array]:
    """Best trade a world; x ideal, v voting positions, s (world, actor, issue), c (world, actor)."""
    w = c[:, :, None] * s
    total = np.maximum(w.sum(1), 1e-30)
    o = (w * v).sum(1) / total
    worlds, n, m = v.shape
    side = np.sign(x - o[:, None])
    best: Array = np.zeros(worlds, x.dtype)
    pick: npt.NDArray[np.intp] = np.zeros((worlds, 4), np.intp)
    move_p: Array = np.zeros(worlds, x.dtype)
    move_q: Array = np.zeros(worlds, x.dtype)
    rows, tiny = np.arange(worlds), 1e-30
    for i in range(n):
        for j in range(n):
            if i == j:
                continue
            # all pairs of issues at once: i gives way on p (axis 1), j on q (axis 2)
            a, b = s[:, i], s[:, j]
            opposed = side[:, i] * side[:, j] < 0
            reach_p = w[:, i] * (v[:, j] - v[:, i]) / total  # how far O_p goes if i yields fully
            reach_q = w[:, j] * (v[:, i] - v[:, j]) / total
            # after earlier trades a full move may point away from what the partner wants: then there is nothing to give
            open_p, open_q = opposed & (reach_p * (x[:, j] - o) > 0), opposed & (reach_q * (x[:, i] - o) > 0)
            # no further than the other's full move, and not past what the one who gains wants
            far_p, far_q = np.minimum(np.abs(reach_p), np.abs(x[:, j] - o)), np.minimum(np.abs(reach_q), np.abs(x[:, i] - o))
            rate = (a + b)[:, :, None] / np.maximum((a + b)[:, None, :], tiny)
            size = np.minimum(far_p[:, :, None], far_q[:, None, :] / np.maximum(rate, tiny))
            gain = size * (a[:, None, :] * rate - a[:, :, None])
            # the one for whom p matters less, relative to q, gives way on p
            willing = a[:, :, None] * b[:, None, :] < a[:, None, :] * b[:, :, None]
            good = open_p[:, :, None] & open_q[:, None, :] & willing & ~done[:, i, j]
            gain = np.where(good, gain, 0.0).reshape(worlds, m * m)
            at = np.argmax(gain, axis=1)
            found = gain[rows, at]
            p, q = np.divmod(at, m)
            better = found > best
            best = np.where(better, found, best)
            pick = np.where(better[:, None], np.stack([np.full(worlds, i), np.full(worlds, j), p, q], 1), pick)
            move_p = np.where(better, np.sign(reach_p[rows, p]) * size[rows, p, q], move_p)
            move_q = np.where(better, np.sign(reach_q[rows, q]) * (size * rate)[rows, p, q], move_q)
    return np.asarray(o), best, pick, move_p, move_q


def exchange(
    x: Array, salience: Array, capability: Array, rounds: int = 5, *, record: bool = True
) -> tuple[Array, Array, list[list[Trade]]]:
    """Outcomes before and after exchange, (world, issue) each, and the trades of each world in order (none without `record`).

    x, salience (world, issue, actor), capability (world, actor), any scale.

    >>> x = np.array([[[0.0, 100.0], [0.0, 100.0]]]); s = np.array([[[10.0, 60.0], [90.0, 50.0]]])
    >>> before, after, trades = exchange(x, s, np.ones((1, 2)))
    >>> after.round(4).tolist(), trades[0][0].gains.round(6).tolist()
    ([[100.0, 28.5714]], [500.0, 500.0])
    """
    ideal, s = np.moveaxis(x, 2, 1).astype(np.float64), np.moveaxis(salience, 2, 1).astype(np.float64)
    c = capability.astype(np.float64)
    v = ideal.copy()
    worlds, n, m = v.shape
    w = c[:, :, None] * s
    total = np.maximum(w.sum(1), 1e-30)
    before = (w * v).sum(1) / total
    done = np.zeros((worlds, n, n, m, m), dtype=bool)
    trades: list[list[Trade]] = [[] for _ in range(worlds)]
    rows = np.arange(worlds)
    for _ in range(rounds):
        o, best, pick, move_p, move_q = _best(ideal, v, s, c, done)
        live = best > 1e-12
        if not live.any():
            break
        i, j, p, q = pick.T
        with np.errstate(divide="ignore", invalid="ignore"):
            step_p = np.where(live, move_p * total[rows, p] / w[rows, i, p], 0.0)
            step_q = np.where(live, move_q * total[rows, q] / w[rows, j, q], 0.0)
        v[rows, i, p] += step_p
        v[rows, j, q] += step_q
        after = (w * v).sum(1) / total
        gains = (s * (np.abs(ideal - o[:, None]) - np.abs(ideal - after[:, None]))).sum(-1)
        for world in np.flatnonzero(live) if record else ():
            trades[world].append(
                Trade(
                    int(i[world]),
                    int(j[world]),
                    int(p[world]),
                    int(q[world]),
                    float(move_p[world]),
                    float(move_q[world]),
                    gains[world],
                )
            )
        done[rows[live], i[live], j[live], p[live], q[live]] = True
        done[rows[live], j[live], i[live], q[live], p[live]] = True
    return before, (w * v).sum(1) / total, trades


def settle_exchange(bargain: Bargain, rounds: int = 3) -> Array:
    """Outcomes after exchange, cut to the bounds; (world, issue)."""
    if bargain.position.shape[1] < 2:
        return np.asarray(np.clip(weighted_mean(bargain.position, bargain.weight), bargain.low, bargain.high))
    _, after, _ = exchange(bargain.position, bargain.salience, bargain.capability, rounds, record=False)
    return np.asarray(np.clip(after, bargain.low, bargain.high)).astype(bargain.position.dtype)
