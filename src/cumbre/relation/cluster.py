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
    out = np.empty((len(LEVELS), len(share)))
    for i, level in enumerate(LEVELS):
        low, high = -1.0, 1.0
        for _ in range(40):
            b = (low + high) / 2
            raw = share * np.exp(b * intensity)
            low, high = (b, high) if (raw @ intensity) / raw.sum() < level else (low, b)
        raw = np.exp((low + high) / 2 * intensity)
        out[i] = raw / (share @ raw / share.sum())
    return out


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


def _kinds(g: np.random.Generator, spec: Spec, n: int, events: tuple[IntArray, ...], step: IntArray) -> IntArray:
    """The kind of each event (draw, side, quad): each draw has its own mix, a Dirichlet, tilted by the level of the week."""
    draw, side, quad = events
    shape = np.maximum(spec.kind_shape, 1e-3).astype(np.float32)
    share = g.standard_gamma(shape, (n, *shape.shape), dtype=np.float32) + np.float32(1e-12)
    tilt = spec.tilt.astype(np.float32)
    u = g.random(len(draw), dtype=np.float32)
    kind = np.zeros(len(draw), dtype=np.int64)
    for q in range(spec.quad_shape.shape[1]):
        here, some = np.flatnonzero(quad == q), np.flatnonzero(spec.quad_of_kind == q)
        ladder = np.cumsum(share[:, :, some][draw[here], side[here]] * tilt[:, some][step[here]], axis=1)
        kind[here] = some[np.minimum((u[here, None] * ladder[:, -1:] > ladder).sum(axis=1), len(some) - 1)]
    return kind


def _steps(level: npt.NDArray[np.floating], draw: IntArray, day: IntArray) -> IntArray:
    """Row of LEVELS nearest to the index of each event's draw and week."""
    at = level[np.minimum((day - 1) // 7, len(level) - 1), draw]
    step = np.rint((at - LEVELS[0]) / (LEVELS[1] - LEVELS[0])).astype(np.int64)
    return np.asarray(np.clip(step, 0, len(LEVELS) - 1), dtype=np.int64)


def _expand(counts: IntArray) -> tuple[IntArray, ...]:
    """Indices of an array of counts, each as often as its count says."""
    flat = np.repeat(np.arange(counts.size), counts.ravel())
    return tuple(np.asarray(i, dtype=np.int64) for i in np.unravel_index(flat, counts.shape))


def draw_events(
    g: np.random.Generator, spec: Spec, horizon: int, coding: FloatArray, attention: FloatArray, level: npt.NDArray[np.floating]
) -> Drawn:
    """Events of each draw on the days 1 .. `horizon`.

    Parameters
    ----------
    g : generator of one block;  coding (draw,) factor on every long-run rate;  attention (draw,) factor on what past events breed
    level : (week, draw) index of each draw: what share of first events is friendly or hostile
    """
    n = len(coding)
    keep = decay_factor(spec.half_lives)
    quads = spec.quad_shape.shape[1]
    own, cross = spec.weight.sum(axis=2)
    rate = g.standard_gamma(np.maximum(spec.quad_shape, 1e-3), (n, 2, quads)) / spec.quad_rate * coding[:, None, None]
    bred = np.einsum("nsp,pq->nsq", rate, own) + np.einsum("nsp,pq->nsq", rate[:, ::-1], cross)
    base = np.maximum(rate - bred, 0.1 * rate)
    draw, side = _expand(g.poisson(base.sum(axis=2) * horizon))
    day = g.integers(1, horizon + 1, len(draw))
    ladder = np.cumsum(base[draw, side] * spec.quad_tilt[_steps(level, draw, day)], axis=1)
    quad = np.minimum((g.random(len(draw))[:, None] * ladder[:, -1:] > ladder).sum(axis=1), quads - 1)
    left = 1.0 - keep**horizon
    heirs = np.einsum("spk,pkq->sqk", spec.residual, spec.weight[0]) + np.einsum(
        "spk,pkq->sqk", spec.residual[::-1], spec.weight[1]
    )
    late_draw, late_side, late_quad, memory = _expand(
        g.poisson(attention[:, None, None, None] * (heirs * left)[None], (n, *heirs.shape))
    )
    u = g.random(len(late_draw))
    late_day = np.ceil(np.log1p(-u * left[memory]) / np.log(keep[memory])).astype(np.int64)
    draw, side, quad = np.r_[draw, late_draw], np.r_[side, late_side], np.r_[quad, late_quad]
    day = np.r_[day, np.clip(late_day, 1, horizon)]
    # children of one event: how many in all, then which side, memory and quad
    per_parent = spec.weight.transpose(1, 0, 2, 3).reshape(quads, -1)
    total = per_parent.sum(axis=1)
    ladder = np.cumsum(per_parent, axis=1) / np.maximum(total, 1e-12)[:, None]
    memories, all_parts = len(keep), [(draw, side, quad, day)]
    while len(day):
        parent = np.repeat(np.arange(len(day)), g.poisson(total[quad]))
        u = g.random(len(parent))
        pick = (u[:, None] > ladder[quad[parent]]).sum(axis=1)
        crossing, rest = np.divmod(pick, memories * quads)
        memory, child = np.divmod(rest, quads)
        born = day[parent] + g.geometric(1.0 - keep[memory])
        draw, side, quad, day = draw[parent], side[parent] ^ crossing, child, born
        alive = day <= horizon
        draw, side, quad, day = draw[alive], side[alive], quad[alive], day[alive]
        all_parts.append((draw, side, quad, day))
    draw, side, quad, day = (np.concatenate([part[i] for part in all_parts]) for i in range(4))
    kind = _kinds(g, spec, n, (draw, side, quad), _steps(level, draw, day))
    return Drawn(draw, side, kind, day)


def place(drawn: Drawn, n: int, slots: IntArray) -> npt.NDArray[np.int16]:
    """Days in their slots, (draw, slot), sorted within a (side, kind), -1 where empty; `slots` (2, kind) says how many each has.

    Events beyond the slots are dropped, latest first.

    >>> drawn = Drawn(np.array([0, 0]), np.array([0, 0]), np.array([0, 0]), np.array([9, 4]))
    >>> place(drawn, 1, np.array([[3], [1]])).tolist()
    [[4, 9, -1, -1]]
    """
    kinds = slots.shape[1]
    start = np.concatenate([[0], np.cumsum(slots.ravel())])
    out = np.full((n, int(start[-1])), -1, dtype=np.int16)
    cells, days = slots.size, int(drawn.day.max(initial=0)) + 1
    key = np.sort((drawn.draw * cells + drawn.side * kinds + drawn.kind) * days + drawn.day)
    place_of, day = np.divmod(key, days)
    begin = np.searchsorted(place_of, place_of)  # where each (draw, side, kind) starts in the sorted list
    rank = np.arange(len(key)) - begin
    draw, cell = np.divmod(place_of, cells)
    fits = rank < slots.ravel()[cell]
    out[draw[fits], (start[cell] + rank)[fits]] = day[fits].astype(np.int16)
    return out
