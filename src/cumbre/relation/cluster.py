"""Joint draws of the events to come between two sides: a Hawkes process drawn exactly, generation by generation.

In its cluster form a linear Hawkes process is a set of first events (from the base rate, and from what past events still breed)
each followed by its own descendants (Hawkes and Oakes 1974, doi:10.2307/3212693). So all draws go through together: a
generation is one flat array of events, whatever the draw, and there are few generations because an event breeds fewer than one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cumbre.relation.kernels import decay_factor

__all__ = ["LEVELS", "Drawn", "Spec", "draw_events", "place", "tilt_of"]

FloatArray = npt.NDArray[np.float64]
Float32 = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]


LEVELS: FloatArray = np.linspace(-10.0, 10.0, 41)
"""Levels of the index at which the tilt is tabulated."""


def tilt_of(share: FloatArray, intensity: FloatArray) -> FloatArray:
    """Factors (level, kind) that turn a mix of kinds into the least changed mix whose mean intensity is the level.

    Of all mixes with that mean the one nearest to `share` in relative entropy is share_k exp(b intensity_k) (exponential tilting,
    Csiszar 1975, doi:10.1214/aop/1176996454); b by bisection, within -1 .. 1. Levels that no mix reaches get the nearest one.

    >>> tilt_of(np.array([0.5, 0.5]), np.array([5.0, -5.0]))[20].round(6).tolist()
    [1.0, 1.0]
    """
    low, high = np.full(len(LEVELS), -1.0), np.full(len(LEVELS), 1.0)
    for _ in range(40):
        b = (low + high) / 2
        raw = share * np.exp(b[:, None] * intensity)
        under = raw @ intensity < LEVELS * raw.sum(axis=1)
        low, high = np.where(under, b, low), np.where(under, high, b)
    raw = np.exp((low + high)[:, None] / 2 * intensity)
    return np.asarray(raw / (raw @ share / share.sum())[:, None], dtype=np.float64)


@dataclass(frozen=True)
class Spec:
    """What the events of one pair are drawn from. Side 0 acts on side 1, and the other way round.

    quad_shape, quad_rate (2, quad): long-run events a day ~ gamma(shape) / rate;  kind_shape (2, kind): Dirichlet within a quad
    quad_of_kind (kind,);  residual (2, parent quad, memory): what past events may still breed, in events
    weight (own and cross 2, parent quad, memory, child quad);  half_lives (memory,) days
    tilt (level, kind), quad_tilt (level, quad): factors on the share of each kind and quad where the index stands at LEVELS[level]
    """

    quad_shape: FloatArray
    quad_rate: FloatArray
    kind_shape: FloatArray
    quad_of_kind: IntArray
    residual: FloatArray
    weight: FloatArray
    half_lives: tuple[float, ...]
    tilt: FloatArray
    quad_tilt: FloatArray


@dataclass(frozen=True)
class Drawn:
    """Flat events: draw, side that acts (0 or 1), kind (index), day (1 .. horizon)."""

    draw: IntArray
    side: IntArray
    kind: IntArray
    day: IntArray


def _pick(ladder: list[Float32], u: Float32) -> IntArray:
    """Rung on which `u` times the top falls; `ladder` running sums of weights, one array a rung."""
    mark = u * ladder[-1]
    out = np.zeros(len(u), dtype=np.int64)
    for rung in ladder[:-1]:
        out += mark > rung
    return out


def _ladder(left: npt.NDArray[np.floating], row: IntArray, right: npt.NDArray[np.floating], step: IntArray) -> list[Float32]:
    """Running sums over choices of left[choice, row] * right[choice, step]."""
    out: list[Float32] = []
    for a, b in zip(left, right, strict=True):
        rung = a.take(row) * b.take(step)
        out.append(rung if not out else out[-1] + rung)
    return out


def _steps(level: Float32, draw: IntArray, day: IntArray) -> IntArray:
    """Row of LEVELS nearest to the index of each event's draw and week; `level` (week, draw)."""
    weeks, n = level.shape
    at = level.ravel().take(np.minimum((day - 1) // 7, weeks - 1) * n + draw)
    at -= np.float32(LEVELS[0])
    at *= np.float32(1 / (LEVELS[1] - LEVELS[0]))
    at += np.float32(0.5)
    return np.asarray(np.clip(at, 0, len(LEVELS) - 1), dtype=np.int64)


def _kinds(g: np.random.Generator, spec: Spec, n: int, actor: IntArray, size: IntArray, step: IntArray) -> IntArray:
    """The kind of each event, events in order of quad, `size` (quad,) of each: every actor of every draw has its own mix of kinds, a
    Dirichlet drawn where it has events at all, tilted by the level of the week."""
    tilt = np.ascontiguousarray(spec.tilt.T, dtype=np.float32)
    u = g.random(len(actor), dtype=np.float32)
    kind = np.empty(len(actor), dtype=np.int64)
    stop = np.cumsum(size)
    place_of = np.empty(2 * n, dtype=np.int64)
    for q, (a, b) in enumerate(zip(stop - size, stop, strict=True)):
        some = np.flatnonzero(spec.quad_of_kind == q)
        mine = actor[a:b]
        held = np.zeros(2 * n, dtype=np.bool_)
        held[mine] = True
        present = np.flatnonzero(held)
        place_of[present] = np.arange(len(present))
        shape = np.maximum(spec.kind_shape[:, some], 1e-3).astype(np.float32)
        share = g.standard_gamma(shape[present & 1].T, dtype=np.float32) + np.float32(1e-12)
        kind[a:b] = some[_pick(_ladder(share, place_of[mine], tilt[some], step[a:b]), u[a:b])]
    return kind


def _from_rates(
    g: np.random.Generator, spec: Spec, horizon: int, coding: FloatArray, level: Float32
) -> tuple[IntArray, IntArray, IntArray]:
    """Events that nothing bred: actor, quad and day. What earlier events would breed anyway is taken out of the long-run rate."""
    n, quads = len(coding), spec.quad_shape.shape[1]
    own, cross = spec.weight.sum(axis=2)
    rate = g.standard_gamma(np.maximum(spec.quad_shape, 1e-3).ravel(), (n, 2 * quads)) / spec.quad_rate.ravel() * coding[:, None]
    bred = rate @ np.block([[own, cross], [cross, own]])
    base = np.maximum(rate - bred, 0.1 * rate).reshape(2 * n, quads)
    actor = np.repeat(np.arange(2 * n), g.poisson(base.sum(axis=1) * horizon))
    day = 1 + (horizon * g.random(len(actor))).astype(np.int64)
    share, tilt = (np.ascontiguousarray(v.T, dtype=np.float32) for v in (base, spec.quad_tilt))
    ladder = _ladder(share, actor, tilt, _steps(level, actor >> 1, day))
    return actor, _pick(ladder, g.random(len(actor), dtype=np.float32)), day


def _from_the_past(
    g: np.random.Generator, spec: Spec, horizon: int, attention: FloatArray
) -> tuple[IntArray, IntArray, IntArray]:
    """Events that the record breeds: actor, quad and day. How many each draw has varies; who, what and when are drawn alike in all."""
    keep = decay_factor(spec.half_lives)
    heirs = np.einsum("spk,pkq->sqk", spec.residual, spec.weight[0])
    heirs += np.einsum("spk,pkq->sqk", spec.residual[::-1], spec.weight[1])
    daily = heirs @ ((1 - keep)[:, None] * keep[:, None] ** np.arange(horizon))  # (side, quad, day)
    mass = np.cumsum(daily)
    draw = np.repeat(np.arange(len(attention)), g.poisson(attention * mass[-1]))
    cell = np.minimum(np.searchsorted(mass, g.random(len(draw)) * mass[-1], side="right"), len(mass) - 1)
    side, quad, day = np.unravel_index(cell, daily.shape)
    return 2 * draw + side, np.asarray(quad, dtype=np.int64), np.asarray(day + 1, dtype=np.int64)


class _Breeding:
    """One generation to the next. Events come in order of quad, `size` (quad,) of each; `actor` is twice the draw plus the side.

    All events of one quad breed alike, so each (parent quad, side, memory, child quad) needs one Poisson number for all draws together,
    shared out over the parents at random: the same law as one number a parent.
    """

    def __init__(self, spec: Spec, horizon: int) -> None:
        """Cells of `spec.weight` in order of child quad, those without children left out."""
        child, parent, crossing, memory = np.nonzero(spec.weight.transpose(3, 1, 0, 2))
        self.parent, self.heirs, self.horizon = parent, spec.weight[crossing, parent, memory, child], horizon
        self.shape = np.stack([crossing, (1 / -np.log(decay_factor(spec.half_lives)))[memory]])
        self.stop = child.searchsorted(np.arange(spec.weight.shape[3]), side="right")

    def __call__(
        self, g: np.random.Generator, actor: IntArray, day: IntArray, size: IntArray
    ) -> tuple[IntArray, IntArray, IntArray]:
        parents = size[self.parent]
        born = g.poisson(self.heirs * parents)
        ends = np.concatenate([[0], born.cumsum()])
        where, start, crossing, delay = np.stack([parents, (size.cumsum() - size)[self.parent], *self.shape]).repeat(born, axis=1)
        where *= g.random(ends[-1])
        pick = where.astype(np.int64) + start.astype(np.int64)
        delay *= g.standard_exponential(ends[-1])
        later = day.take(pick)
        later += delay.astype(np.int64)
        later += 1
        alive = (later <= self.horizon).nonzero()[0]
        size = alive.searchsorted(ends[self.stop])
        size[1:] -= size[:-1].copy()
        return actor.take(pick.take(alive)) ^ crossing.take(alive).astype(np.int64), later.take(alive), size


def draw_events(
    g: np.random.Generator, spec: Spec, horizon: int, coding: FloatArray, attention: FloatArray, level: npt.NDArray[np.floating]
) -> Drawn:
    """Events of each draw on the days 1 .. `horizon`.

    Parameters
    ----------
    g : generator of one block;  coding (draw,) factor on every long-run rate;  attention (draw,) factor on what past events breed
    level : (week, draw) index of each draw: what share of first events is friendly or hostile
    """
    n, quads = len(coding), spec.quad_shape.shape[1]
    level = np.ascontiguousarray(level, dtype=np.float32)
    actor, quad, day = (
        np.concatenate(part)
        for part in zip(_from_rates(g, spec, horizon, coding, level), _from_the_past(g, spec, horizon, attention), strict=True)
    )
    order = np.argsort(quad.astype(np.int8), kind="stable")
    actor, day, size = actor.take(order), day.take(order), np.bincount(quad, minlength=quads)
    generations = [(actor, day, size)]
    breed = _Breeding(spec, horizon)
    while len(generations[-1][1]):
        generations.append(breed(g, *generations[-1]))
    stops = [held.cumsum() for *_, held in generations]
    actor, day = (
        np.concatenate(
            [part[i][b[q] - part[2][q] : b[q]] for q in range(quads) for part, b in zip(generations, stops, strict=True)]
        )
        for i in (0, 1)
    )
    draw = actor >> 1
    kind = _kinds(g, spec, n, actor, np.sum([size for *_, size in generations], axis=0), _steps(level, draw, day))
    return Drawn(draw, actor & 1, kind, day)


def place(drawn: Drawn, n: int, slots: IntArray, out: npt.NDArray[np.int16] | None = None) -> npt.NDArray[np.int16]:
    """Days in their slots, (draw, slot), sorted within a (side, kind), -1 where empty; `slots` (2, kind) says how many each has.

    Events beyond the slots are dropped, latest first. `out` is filled where it is given.

    >>> drawn = Drawn(np.array([0, 0]), np.array([0, 0]), np.array([0, 0]), np.array([9, 4]))
    >>> place(drawn, 1, np.array([[3], [1]])).tolist()
    [[4, 9, -1, -1]]
    """
    kinds = slots.shape[1]
    start = np.concatenate([[0], np.cumsum(slots.ravel())])
    if out is None:
        out = np.empty((n, int(start[-1])), dtype=np.int16)
    out[:] = -1
    cells, days = slots.size, int(drawn.day.max(initial=0)) + 1
    key = ((drawn.draw * 2 + drawn.side) * kinds + drawn.kind) * days + drawn.day
    key = np.sort(key.astype(np.int32) if n * cells * days < 2**31 else key)
    cell = key // days
    day = (key - cell * days).astype(np.int16)
    new = np.ones(len(key), dtype=np.bool_)
    np.not_equal(cell[1:], cell[:-1], out=new[1:])
    first = np.flatnonzero(new)
    rank = np.arange(len(key)) - np.repeat(first, np.diff(first, append=len(key)))
    draw = cell // cells
    cell -= draw * cells
    fits = np.flatnonzero(rank < slots.ravel().take(cell))
    out[draw.take(fits), (start.take(cell) + rank).take(fits)] = day.take(fits)
    return out
