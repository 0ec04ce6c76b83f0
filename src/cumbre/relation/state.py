"""What a case knows about each pair of sides on the as-of date: the fit of this stage.

Frozen from large data: how events breed events, how the kinds mix, how fast an index moves. Learned from the case: how many
events such a list holds, which kinds, where the index stands and how much it swings. Few events leave wide bands.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from cumbre import priors
from cumbre.record.case import Case
from cumbre.relation.cluster import Spec, draw_events, tilt_of
from cumbre.relation.dyads import KINDS, QUAD_OF_KIND, QUADS, SideEvents, pairs_of, side_events
from cumbre.relation.kernels import HALF_LIVES, decay_factor
from cumbre.relation.level import Law, Path, log_marginals, smooth
from cumbre.worlds import day_number

__all__ = ["PARTS", "Fitted", "PairState", "fit", "future_levels", "part_mask", "smooth_some", "weekly"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

PARTS = ("all", "words", "deeds")
WINDOW_DAYS = 1096
"""Older events do not set the level."""
PSEUDO_EVENTS = 2.0
"""Weight of the pooled event mix in the level of a directed pair, events (judged: about two months of a quiet pair)."""
FADE_DAYS = 365.0
"""Half-life of the weight of an event in the level and the mix of kinds, days (judged)."""
CODING_SD = 0.35
"""Log spread of the coding rate to come against the past one (judged; the same coder goes on, news interest may not)."""
ATTENTION_SD = 0.3
"""Log spread of the attention discount (judged)."""
SELECTION_SD = 2.0
"""Added spread of a pair's own mean index: hand-coded lists choose the newsworthy, which is harsher than the wire (judged)."""
EMPTY_RATE = 0.2
"""Share of the wire's rate that a hand-coded list keeps, used only where the case has no events (judged)."""
MOST_SLOTS = 60
_PILOT = 2048


@dataclass(frozen=True)
class PairState:
    """One pair of sides, `sides` sorted; side 0 is the first.

    events positions in SideEvents;  spec what its events are drawn from;  slots (2, kind) room for events in the worlds
    grid (week,) weeks of the history, 0 the week that ends on as_of;  laws, paths by part (all, words, deeds)
    counts (2, kind) events used
    """

    sides: tuple[str, str]
    events: IntArray
    spec: Spec
    slots: IntArray
    grid: IntArray
    laws: dict[str, Law]
    paths: dict[str, Path]
    counts: IntArray

    @property
    def name(self) -> str:
        """Label of the pair in the worlds, e.g. COL-USA."""
        return f"{self.sides[0]}-{self.sides[1]}"


@dataclass(frozen=True)
class Fitted:
    """The relation stage fitted to a case.

    span days of record behind the level;  rate events a day of an average directed pair;  density recent over average density of the
    record;  attention median factor on what recent events still breed;  intensity (kind, 2) mean and spread of a future event's intensity
    """

    pairs: tuple[PairState, ...]
    events: SideEvents
    horizon: int
    span: float
    rate: float
    density: float
    attention: float
    intensity: FloatArray

    def pair(self, name: str) -> PairState:
        """The pair of that name. Raises KeyError where it is not followed."""
        return next(p for p in self.pairs if p.name == name)


def part_mask(events: SideEvents, part: str) -> npt.NDArray[np.bool_]:
    """Events of a part: all, words (verbal) or deeds (material)."""
    if part == "all":
        return np.ones(len(events.day), dtype=np.bool_)
    return events.verbal if part == "words" else ~events.verbal


def weekly(day: IntArray, value: FloatArray) -> tuple[IntArray, FloatArray, FloatArray]:
    """Weeks with events, their mean value and number; week 0 ends on day 0.

    >>> [a.tolist() for a in weekly(np.array([-13, 0, -6]), np.array([1.0, 2.0, 4.0]))]
    [[-1, 0], [1.0, 3.0], [1.0, 2.0]]
    """
    week = -(-np.asarray(day) // 7)
    names, where, n = np.unique(week, return_inverse=True, return_counts=True)
    total = np.bincount(where, weights=value, minlength=len(names))
    return names.astype(np.int64), np.asarray(total / np.maximum(n, 1), dtype=np.float64), n.astype(np.float64)


def _law(pooled: dict[str, float], weeks: IntArray, y: FloatArray, n: FloatArray) -> Law:
    """The pooled law with its swing, memory and event noise adapted to the pair: the mode over a grid, log-normal priors of sd 0.7."""
    wide = float(np.hypot(pooled["mean_sd"], SELECTION_SD))
    base = Law(pooled["mean"], wide, pooled["sd"], min(pooled["half_life"], 26.0), pooled["event_sd"], pooled["week_sd"])
    if len(weeks) < 5:
        return base
    grid = list(product((0.7, 1.0, 1.4, 2.0, 2.8, 4.0), (0.12, 0.25, 0.5, 1.0, 2.0), (0.5, 0.7, 1.0, 1.4)))
    laws = [
        Law(base.mean, wide, base.sd * swing, base.half_life * memory, base.event_sd * noise, base.week_sd)
        for swing, memory, noise in grid
    ]
    score = log_marginals(weeks, y, n, laws) - (np.log(grid) ** 2).sum(axis=1)
    return laws[int(score.argmax())]


def _intensity(events: SideEvents, prior: dict[str, Any]) -> FloatArray:
    """Mean and spread of a future event's intensity by kind: the case's own, shrunk to the pooled value with the weight of 3 events."""
    out = np.zeros((len(KINDS), 2))
    for k, kind in enumerate(KINDS):
        pooled, spread = prior["intensity"].get(kind, (0.0, 3.0))
        own = events.intensity[events.kind == k]
        mean = (own.sum() + 3 * pooled) / (len(own) + 3)
        square = ((own - mean) ** 2).sum() + 3 * max(spread, 1.5) ** 2
        out[k] = mean, np.sqrt(square / (len(own) + 3))
    return out


def _spec(
    counts: FloatArray, residual: FloatArray, span: float, rate: float, intensity: FloatArray, prior: dict[str, Any]
) -> Spec:
    weight = np.asarray(prior["weight"], dtype=np.float64)
    quad_mix = np.asarray([prior["quad_mix"][q] for q in QUADS])
    per_quad = np.stack([np.bincount(QUAD_OF_KIND, weights=c, minlength=len(QUADS)) for c in counts])
    # events come in clusters, so n of them say as much as n (1 - branching)^2 independent ones
    worth = np.maximum((1 - np.diagonal(weight.sum(axis=(0, 2)))) ** 2, 0.1)
    shape = worth * (PSEUDO_EVENTS * quad_mix + per_quad)
    exposure = worth * (PSEUDO_EVENTS / rate + span)
    kinds = np.asarray([prior["kind_prior"][k] for k in KINDS]) + counts
    within = kinds.sum(axis=0) / np.bincount(QUAD_OF_KIND, weights=kinds.sum(axis=0))[QUAD_OF_KIND]
    share = within * (shape.sum(axis=0) / shape.sum())[QUAD_OF_KIND]
    tilt = tilt_of(share, intensity[:, 0])
    quad_tilt = np.stack([np.bincount(QUAD_OF_KIND, weights=share * row) for row in tilt]) / np.bincount(
        QUAD_OF_KIND, weights=share
    )
    exposures = np.broadcast_to(exposure, shape.shape).copy()
    return Spec(shape, exposures, kinds, QUAD_OF_KIND, residual, weight, HALF_LIVES, tilt, quad_tilt)


def _residual(side: IntArray, kind: IntArray, day: IntArray) -> FloatArray:
    """Events that each memory still holds on as_of, (side, parent quad, memory): sum of g ** age."""
    keep = decay_factor(HALF_LIVES)
    out = np.zeros((2, len(QUADS), len(keep)))
    np.add.at(out, (side, QUAD_OF_KIND[kind]), keep[None, :] ** (-day[:, None]))
    return out


def future_levels(
    path: Path, law: Law, start: npt.NDArray[np.floating], steps: npt.NDArray[np.floating]
) -> npt.NDArray[np.float32]:
    """Level of each draw in the weeks to come, (week, draw), from standard normals `start` (2, draw) and `steps` (week, draw)."""
    root = np.linalg.cholesky(path.state_cov + 1e-9 * np.eye(2))
    m, x = (path.state[:, None] + root @ start).astype(np.float32)
    keep, fresh = np.float32(law.keep), np.float32(law.sd * np.sqrt(1 - law.keep**2))
    out = np.empty(steps.shape, dtype=np.float32)
    for week in range(len(steps)):
        x = keep * x + fresh * steps[week].astype(np.float32)
        out[week] = m + x
    return out


def _slots(spec: Spec, horizon: int, attention: float, path: Path, law: Law) -> IntArray:
    """Room for events of each (side, kind): what one draw in five hundred of a fixed pilot exceeds, and one more."""
    pilot = np.random.Generator(np.random.SFC64(20))
    coding = np.exp(CODING_SD * pilot.standard_normal(_PILOT))
    heat = attention * np.exp(ATTENTION_SD * pilot.standard_normal(_PILOT))
    level = future_levels(path, law, pilot.standard_normal((2, _PILOT)), pilot.standard_normal((max(horizon // 7, 1), _PILOT)))
    drawn = draw_events(pilot, spec, horizon, coding, heat, level)
    kinds = spec.kind_shape.shape[1]
    cell = drawn.draw * 2 * kinds + drawn.side * kinds + drawn.kind
    counts = np.bincount(cell, minlength=_PILOT * 2 * kinds).reshape(_PILOT, 2, kinds)
    return np.asarray(np.clip(np.quantile(counts, 0.998, axis=0).astype(np.int64) + 1, 1, MOST_SLOTS), dtype=np.int64)


def fit(case: Case) -> Fitted:
    """Fit the stage to a case: deterministic, a fraction of a second for hundreds of events.

    A case without events gets the pooled answer: no knowledge of a level, few events, bands as wide as the scale allows.
    """
    prior = priors.load("relation")["case"]
    events = side_events(case)
    horizon = max(day_number(case.horizon, case.as_of), 7)
    recent = events.day > -WINDOW_DAYS
    span = float(np.clip(-events.first, 90, WINDOW_DAYS))
    pairs = pairs_of(case, events)
    directed = max(2 * len(pairs), 2)
    pooled = EMPTY_RATE * prior["wire_rate"] / 30.4375
    rate = (recent.sum() + 1.0) / (directed * span + 1.0 / pooled)
    in_span = events.all_days[events.all_days > -span]
    density = float(((in_span > -60).sum() + 2) / 60 / ((len(in_span) + 2 * span / 60) / span))
    attention = float(np.clip(density**-0.35, 0.3, 1.0))
    oldest = min(-(-events.first // 7), -12)
    intensity = _intensity(events, prior)
    states = []
    for a, b in pairs:
        index = np.flatnonzero(events.between(a, b))
        used = index[recent[index]]
        side = np.asarray([0 if events.source[i] == a else 1 for i in used], dtype=np.int64)
        counts = np.zeros((2, len(KINDS)), dtype=np.int64)
        np.add.at(counts, (side, events.kind[used]), 1)
        fade = 0.5 ** (-events.day[used] / FADE_DAYS)
        weighed = np.zeros(counts.shape)
        np.add.at(weighed, (side, events.kind[used]), fade * len(used) / max(fade.sum(), 1e-9))
        spec = _spec(weighed, _residual(side, events.kind[used], events.day[used]), span, rate, intensity, prior)
        grid = np.arange(max(oldest, -260), 1)
        laws, paths = {}, {}
        for part in PARTS:
            some = index[part_mask(events, part)[index] & (-(-events.day[index] // 7) >= grid[0])]
            weeks, y, n = weekly(events.day[some], events.intensity[some])
            laws[part] = _law(prior["law"][part], weeks, y, n)
            paths[part] = smooth(weeks, y, n, grid, laws[part])
        states.append(
            PairState((a, b), index, spec, _slots(spec, horizon, attention, paths["all"], laws["all"]), grid, laws, paths, counts)
        )
    return Fitted(tuple(states), events, horizon, span, float(rate), density, attention, intensity)


def smooth_some(fitted: Fitted, state: PairState, some: IntArray) -> Path:
    """The level as read from some of a pair's events alone (positions in SideEvents), on the pair's grid and law."""
    inside = some[-(-fitted.events.day[some] // 7) >= state.grid[0]]
    weeks, y, n = weekly(fitted.events.day[inside], fitted.events.intensity[inside])
    return smooth(weeks, y, n, state.grid, state.laws["all"])
