"""Draws of what comes between the sides: events day by day, and the index that those events leave behind."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from cumbre.record.case import Case
from cumbre.relation.cluster import Drawn, draw_events, place
from cumbre.relation.dyads import KINDS, QUAD_OF_KIND
from cumbre.relation.level import Law, Path
from cumbre.relation.state import ATTENTION_SD, CODING_SD, PARTS, Fitted, PairState, fit, future_levels
from cumbre.worlds import BLOCK, Worlds

__all__ = ["index_ahead", "simulate"]

FloatArray = npt.NDArray[np.float64]
Float32 = npt.NDArray[np.float32]
STAGE = "relation"
_DEED = np.isin(QUAD_OF_KIND, (1, 3)).astype(np.int64)
"""1 for kinds that are deeds, 0 for words."""
_NOISE_WEEKS = 8.0
"""Weeks after which half of the remaining uncertainty about the level is fresh; it only ties one week's error to the next."""


def index_ahead(
    total: Float32, n: Float32, paths: tuple[Path, ...], laws: tuple[Law, ...], noise: Float32, out: Float32 | None = None
) -> Float32:
    """The index week by week in each draw, given that draw's events.

    A Kalman filter over (m, x) reads the events of the draw: what an observer of that world would say; then the posterior spread is
    added, so that the whole has the spread of the level itself. Kept within -10 .. 10.

    Parameters
    ----------
    total, n : (week, part, draw) sum and number of the intensities of each future week
    paths, laws : one a part;  noise : (week + 1, part, draw) standard normals, tied from week to week

    Returns
    -------
    (week + 1, part, draw); the first row is as_of; written to `out` where it is given
    """
    weeks, parts, draws = total.shape

    def each(values: list[float]) -> Float32:
        return np.repeat(np.asarray(values, dtype=np.float32)[:, None], draws, axis=1)

    # m and theta = m + x, the variance of m, their covariance and the variance of theta
    m, theta = (each([p.state[0] for p in paths]), each([p.state.sum() for p in paths]))
    var_m = each([p.state_cov[0, 0] for p in paths])
    both = each([p.state_cov[0].sum() for p in paths])
    var = each([p.state_cov.sum() for p in paths])
    keep, fresh, event, week_var = (
        np.asarray(v, dtype=np.float32)[:, None]
        for v in zip(*((w.keep, w.sd**2 * (1 - w.keep**2), w.event_sd**2, w.week_sd**2) for w in laws), strict=True)
    )
    # a week without events counts as one seen with boundless error
    error = 1 / np.maximum(n, np.float32(1e-10))
    mean = total * error
    error *= event
    error += week_var
    out = np.empty((weeks + 1, parts, draws), dtype=np.float32) if out is None else out
    a, gain = (np.empty((parts, draws), dtype=np.float32) for _ in range(2))
    for week in range(weeks + 1):
        if week:
            # a week on: theta = m + keep (theta - m)
            theta *= keep
            theta += np.multiply(m, 1 - keep, out=a)
            both *= keep
            both += np.multiply(var_m, 1 - keep, out=a)
            var *= keep * keep
            np.subtract(both, a, out=a)
            a += both
            a *= 1 - keep
            var += a
            var += fresh
            # what the week's events say
            left, miss = error[week - 1], mean[week - 1]
            np.add(var, left, out=gain)
            np.reciprocal(gain, out=gain)
            left *= gain
            miss -= theta
            miss *= gain
            m += np.multiply(both, miss, out=a)
            miss *= var
            theta += miss
            gain *= both
            gain *= both
            var_m -= gain
            both *= left
            var *= left
        np.sqrt(var, out=a)
        a *= noise[week]
        np.add(a, theta, out=out[week])
    return np.clip(out, -10, 10, out=out)


def _tied(g: np.random.Generator, weeks: int, parts: int, n: int) -> Float32:
    """Standard normals (week, part, draw) whose neighbours hang together: drawn for every other week, the weeks between by their mean
    brought back to spread 1."""
    keep = np.float32(2.0 ** (-2.0 / _NOISE_WEEKS))
    knots = g.standard_normal((weeks // 2 + 1, parts, n), dtype=np.float32)
    knots[1:] *= np.sqrt(1 - keep**2)
    for k in range(1, len(knots)):
        knots[k] += keep * knots[k - 1]
    out = np.empty((weeks, parts, n), dtype=np.float32)
    out[::2] = knots[: (weeks + 1) // 2]
    between = out[1::2]
    np.add(knots[: len(between)], knots[1 : len(between) + 1], out=between)
    between *= 1 / np.sqrt(2 + 2 * keep)
    return out


def _weekly_sums(drawn: Drawn, value: Float32, n: int, weeks: int) -> tuple[Float32, Float32]:
    """Sum and number of the intensities by week, part (all, words, deeds) and draw."""
    cell = (2 * np.minimum((drawn.day - 1) // 7, weeks - 1) + _DEED[drawn.kind]) * n + drawn.draw
    out = np.empty((2, weeks, 3, n), dtype=np.float32)
    for found, weights in zip(out, (value, None), strict=True):
        found[:, 1:] = np.bincount(cell, weights=weights, minlength=2 * weeks * n).reshape(weeks, 2, n)
        np.add(found[:, 1], found[:, 2], out=found[:, 0])
    return out[0], out[1]


def _pair_block(
    g: np.random.Generator, state: PairState, fitted: Fitted, world: FloatArray, days: npt.NDArray[np.int16], index: Float32
) -> None:
    """Fill the block of one pair: `days` (draw, slot) and `index` (part, draw, week)."""
    n, weeks = len(world), index.shape[2] - 1
    coding = np.exp(CODING_SD * world[:, 0])
    attention = fitted.attention * np.exp(ATTENTION_SD * world[:, 1])
    start, steps = g.standard_normal((2, n), dtype=np.float32), g.standard_normal((weeks, n), dtype=np.float32)
    level = future_levels(state.paths["all"], state.laws["all"], start, steps)
    drawn = draw_events(g, state.spec, fitted.horizon, coding, attention, level)
    place(drawn, n, state.slots, days)
    middle, spread = np.ascontiguousarray(fitted.intensity.T, dtype=np.float32)
    value = g.standard_normal(len(drawn.day), dtype=np.float32)
    value *= spread[drawn.kind]
    value += middle[drawn.kind]
    np.clip(value, -10, 10, out=value)
    total, count = _weekly_sums(drawn, value, n, weeks)
    noise = _tied(g, weeks + 1, len(PARTS), n)
    paths, laws = tuple(state.paths[part] for part in PARTS), tuple(state.laws[part] for part in PARTS)
    index[:] = index_ahead(total, count, paths, laws, noise, noise).transpose(1, 2, 0)


def simulate(case: Case, worlds: Worlds, fitted: Fitted | None = None) -> Worlds:
    """Worlds with the group `relation`: event_day, index, index_words, index_deeds (see docs/relation.md)."""
    fitted = fit(case) if fitted is None else fitted
    # the index has a value each week; events of the last, broken week count with the week before
    weeks = max(fitted.horizon // 7, 1)
    first, n = worlds.first // BLOCK, worlds.draws
    blocks = range(first, (worlds.first + max(n, 1) - 1) // BLOCK + 1)
    cut = slice(worlds.first - first * BLOCK, worlds.first - first * BLOCK + n)
    common = worlds.stream(STAGE, "coding")
    rooms = np.cumsum([0, *(int(p.slots.sum()) for p in fitted.pairs)])
    days = np.empty((BLOCK * len(blocks), rooms[-1]), dtype=np.int16)
    index = np.empty((len(PARTS), len(days), len(fitted.pairs), weeks + 1), dtype=np.float32)
    for i, block in enumerate(blocks):
        rows = slice(i * BLOCK, (i + 1) * BLOCK)
        world = common.generator(block).standard_normal((BLOCK, 2))
        for k, state in enumerate(fitted.pairs):
            seed = worlds.stream(STAGE, f"events.{state.name}").generator(block).integers(2**63, size=4)
            # SFC64 is up to five times as fast as the generator of the address, which seeds it
            g = np.random.Generator(np.random.SFC64(seed))
            _pair_block(g, state, fitted, world, days[rows, rooms[k] : rooms[k + 1]], index[:, rows, k])
    labels = [
        (s, t, kind, int(room))
        for p in fitted.pairs
        for s, t, row in _directions(p)
        for kind, room in zip(KINDS, row, strict=True)
    ]
    repeat = [room for *_, room in labels]
    slot = {
        f"slot_{name}": ("slot", np.repeat([row[i] for row in labels], repeat))
        for i, name in enumerate(("source", "target", "kind"))
    }
    coords = {**slot, "pair": [p.name for p in fitted.pairs], "week_day": ("week", 7 * np.arange(weeks + 1))}
    variables: dict[str, Any] = {"event_day": (("draw", "slot"), days[cut], {"units": "days after as_of; -1 = none"})}
    for part, values in zip(PARTS, index, strict=True):
        name = "index" if part == "all" else f"index_{part}"
        variables[name] = (("draw", "pair", "week"), values[cut], {"units": "cooperation-conflict index, -10 to 10"})
    return worlds.add(STAGE, xr.Dataset(variables, coords=coords))


def _directions(state: PairState) -> tuple[tuple[str, str, npt.NDArray[np.int64]], ...]:
    a, b = state.sides
    return ((a, b, state.slots[0]), (b, a, state.slots[1]))
