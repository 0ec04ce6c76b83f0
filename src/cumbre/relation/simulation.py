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
_NOISE_WEEKS = 8.0
"""Weeks after which half of the remaining uncertainty about the level is fresh; it only ties one week's error to the next."""


def index_ahead(total: Float32, n: npt.NDArray[np.int64], path: Path, law: Law, noise: Float32) -> Float32:
    """The index week by week in each draw, given that draw's events.

    A Kalman filter over (m, x) reads the events of the draw: what an observer of that world would say; then the posterior spread is
    added, so that the whole has the spread of the level itself. Kept within -10 .. 10.

    Parameters
    ----------
    total, n : (week, draw) sum and number of the intensities of each future week
    noise : (week + 1, draw) standard normals, tied from week to week

    Returns
    -------
    (week + 1, draw); the first row is as_of
    """
    weeks, draws = total.shape
    kind = np.float32
    m, x = (np.full(draws, value, dtype=kind) for value in path.state)
    pmm, pmx, pxx = (np.full(draws, path.state_cov[i, j], dtype=kind) for i, j in ((0, 0), (0, 1), (1, 1)))
    keep, fresh = kind(law.keep), kind(law.sd**2 * (1 - law.keep**2))
    spread = law.noise(np.arange(int(n.max(initial=0)) + 1)).astype(kind)[n]
    mean = total / np.maximum(n, 1)
    out = np.empty((weeks + 1, draws), dtype=kind)
    for week in range(weeks + 1):
        if week:
            x *= keep
            pmx *= keep
            pxx = keep * keep * pxx + fresh
            to_m, to_x = pmm + pmx, pmx + pxx
            gain = np.where(n[week - 1] > 0, 1 / (to_m + to_x + spread[week - 1]), 0)
            pull = gain * (mean[week - 1] - m - x)
            m += to_m * pull
            x += to_x * pull
            pmm -= gain * to_m * to_m
            pmx -= gain * to_m * to_x
            pxx -= gain * to_x * to_x
        out[week] = m + x + np.sqrt(np.maximum(pmm + 2 * pmx + pxx, 0)) * noise[week]
    return np.clip(out, -10, 10)


def _tied(normals: Float32) -> Float32:
    """Stationary normals whose neighbours hang together, (week, draw)."""
    keep = np.float32(2.0 ** (-1.0 / _NOISE_WEEKS))
    fresh = np.float32(np.sqrt(1 - keep**2))
    for week in range(1, len(normals)):
        normals[week] = keep * normals[week - 1] + fresh * normals[week]
    return normals


def _weekly_sums(
    drawn: Drawn, value: Float32, n: int, weeks: int, some: npt.NDArray[np.bool_]
) -> tuple[Float32, npt.NDArray[np.int64]]:
    cell = (np.minimum((drawn.day - 1) // 7, weeks - 1) * n + drawn.draw)[some]
    total = np.bincount(cell, weights=value[some], minlength=n * weeks).reshape(weeks, n)
    return total.astype(np.float32), np.bincount(cell, minlength=n * weeks).reshape(weeks, n)


def _pair_block(
    g: np.random.Generator, state: PairState, fitted: Fitted, world: FloatArray, weeks: int
) -> dict[str, npt.NDArray[np.generic]]:
    """One block of one pair: days in slots, and the three indices. `world` (draw, 2) standard normals: coding, attention."""
    n = len(world)
    coding = np.exp(CODING_SD * world[:, 0])
    attention = fitted.attention * np.exp(ATTENTION_SD * world[:, 1])
    steps = g.standard_normal((weeks, n), dtype=np.float32)
    level = future_levels(state.paths["all"], state.laws["all"], g.standard_normal((2, n)), steps)
    drawn = draw_events(g, state.spec, fitted.horizon, coding, attention, level)
    middle, spread = fitted.intensity.astype(np.float32).T
    value = middle[drawn.kind] + spread[drawn.kind] * g.standard_normal(len(drawn.day), dtype=np.float32)
    value = np.clip(value, -10, 10)
    verbal = np.isin(QUAD_OF_KIND, (0, 2))[drawn.kind]
    out: dict[str, npt.NDArray[np.generic]] = {"days": place(drawn, n, state.slots)}
    for part in PARTS:
        some = np.ones(len(value), dtype=np.bool_) if part == "all" else (verbal if part == "words" else ~verbal)
        total, count = _weekly_sums(drawn, value, n, weeks, some)
        noise = _tied(g.standard_normal((weeks + 1, n), dtype=np.float32))
        out[part] = index_ahead(total, count, state.paths[part], state.laws[part], noise).T
    return out


def simulate(case: Case, worlds: Worlds, fitted: Fitted | None = None) -> Worlds:
    """Worlds with the group `relation`: event_day, index, index_words, index_deeds (see docs/relation.md)."""
    fitted = fit(case) if fitted is None else fitted
    # the index has a value each week; events of the last, broken week count with the week before
    weeks = max(fitted.horizon // 7, 1)
    first, n = worlds.first // BLOCK, worlds.draws
    blocks = range(first, (worlds.first + max(n, 1) - 1) // BLOCK + 1)
    cut = slice(worlds.first - first * BLOCK, worlds.first - first * BLOCK + n)
    common = worlds.stream(STAGE, "coding")
    world = np.concatenate([common.generator(block).standard_normal((BLOCK, 2)) for block in blocks])
    pieces: dict[str, list[npt.NDArray[np.generic]]] = {name: [] for name in ("days", *PARTS)}
    for state in fitted.pairs:
        stream = worlds.stream(STAGE, f"events.{state.name}")
        parts = [
            _pair_block(stream.generator(block), state, fitted, world[i * BLOCK : (i + 1) * BLOCK], weeks)
            for i, block in enumerate(blocks)
        ]
        for name, found in pieces.items():
            found.append(np.concatenate([part[name] for part in parts])[cut])
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
    variables: dict[str, Any] = {
        "event_day": (("draw", "slot"), np.concatenate(pieces["days"], axis=1), {"units": "days after as_of; -1 = none"})
    }
    for part in PARTS:
        name = "index" if part == "all" else f"index_{part}"
        stacked = np.stack(pieces[part], axis=1)
        variables[name] = (("draw", "pair", "week"), stacked, {"units": "cooperation-conflict index, -10 to 10"})
    return worlds.add(STAGE, xr.Dataset(variables, coords=coords))


def _directions(state: PairState) -> tuple[tuple[str, str, npt.NDArray[np.int64]], ...]:
    a, b = state.sides
    return ((a, b, state.slots[0]), (b, a, state.slots[1]))
