"""From candidate events to the steps of each issue: in time order, without repetitions, with what follows from other issues.

Order: events of the issue itself; outcomes imposed by intervention; spoilers that react to what they watch; parts that move their
whole; hard linkage, which cancels a move whose need is not met on that day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cumbre.table.fitted import Fitted
from cumbre.table.process import NEVER, Moves
from cumbre.table.sampling import Draws

__all__ = ["STEPS", "Steps", "follow", "order", "value_on"]

Array = npt.NDArray[np.floating[Any]]
Days = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
STEPS = 5
"""Steps kept, the status quo among them."""


@dataclass(frozen=True)
class Steps:
    """value (W, K, step) 0-1, day (W, K, step) with -1 = does not happen, settled (W, K, step)."""

    value: Array
    day: Days
    settled: Bools


def order(start: Array, day: Days, value: Array, settled: Bools, horizon: int) -> Steps:
    """Sort events in time, drop those that change nothing or come too late, keep the first STEPS - 1.

    start (...) value at the as-of date; day, value, settled (..., E).

    >>> s = order(np.zeros((1, 1)), np.array([[[9, 4]]]), np.array([[[1.0, 0.5]]]), np.zeros((1, 1, 2), bool), 30)
    >>> s.day[0, 0].tolist(), s.value[0, 0].tolist()
    ([0, 4, 9, -1, -1], [0.0, 0.5, 1.0, 1.0, 1.0])
    """
    shape, events = start.shape, day.shape[-1]
    origin = start.reshape(-1)
    days, values, under = (a.reshape(-1, events) for a in (np.where(day <= horizon, day, NEVER), value, settled))
    # a step that does not happen repeats the one before, so that the last step is always the final value
    new = (
        np.repeat(origin[:, None], STEPS, axis=1),
        np.full((len(origin), STEPS), -1, np.int64),
        np.zeros((len(origin), STEPS), bool),
    )
    out_value, out_day, out_settled = new
    out_day[:, 0] = 0
    count = (days < NEVER).sum(1)
    # most cells have one event at most: only the rest needs an order
    one = np.flatnonzero(count == 1)
    event = np.argmin(days[one], axis=1)
    one, event = (a[np.abs(values[one, event] - origin[one]) > 1e-9] for a in (one, event))
    out_day[one, 1] = days[one, event]
    out_value[one, 1:], out_settled[one, 1:] = values[one, event][:, None], under[one, event][:, None]
    many = np.flatnonzero(count > 1)
    turn = np.argsort(days[many], axis=1, kind="stable")
    ranked = [np.take_along_axis(a[many], turn, 1) for a in (days, values, under)]
    now, used = origin[many], np.zeros(len(many), np.intp)
    for e in range(events):
        at = np.flatnonzero((ranked[0][:, e] < NEVER) & (np.abs(ranked[1][:, e] - now) > 1e-9) & (used < STEPS - 1))
        used[at] += 1
        now[at] = ranked[1][at, e]
        out_day[many[at], used[at]] = ranked[0][at, e]
        for step in range(1, STEPS):
            later = at[used[at] <= step]
            out_value[many[later], step], out_settled[many[later], step] = now[later], ranked[2][later, e]
    whole = (*shape, STEPS)
    return Steps(out_value.reshape(whole), out_day.reshape(whole), out_settled.reshape(whole))


def value_on(steps: Steps, issue: int, day: Array | Days | int) -> Array:
    """Value of one issue on a day, (W,); day (W,) or a number."""
    days, values = steps.day[:, issue], steps.value[:, issue]
    reached = (days >= 0) & (days <= np.asarray(day).reshape(-1, 1))
    last = np.maximum(reached.sum(-1) - 1, 0)
    return np.asarray(np.take_along_axis(values, last[:, None], -1)[:, 0])


class _Timeline:
    """Candidate events of all issues; adding one orders only the issue it touches."""

    def __init__(self, f: Fitted, m: Moves) -> None:
        self.f, self.moves = f, m
        self.worlds, count = m.signed.shape
        self.start = f.status_quo.copy()
        self.bounds = np.searchsorted(m.issue, np.arange(count + 1))
        self.own: dict[int, tuple[Days, Array, Bools]] = {}
        self.extra: dict[int, list[tuple[Days, Array]]] = {}
        # worlds of one step of one issue lie together in memory
        shape = (STEPS, count, self.worlds)
        self.steps = Steps(np.empty(shape).T, np.full(shape, -1, np.int64).T, np.zeros(shape, bool).T)

    def order_all(self) -> None:
        m, f = self.moves, self.f
        self.steps.value[:] = self.start[:, None]
        self.steps.day[..., 0] = 0
        found = order(self.start[m.issue], m.day, m.value, m.settled, f.horizon)
        cell = m.issue * self.worlds + m.world
        for step in range(STEPS):
            for whole, part in (
                (self.steps.value, found.value),
                (self.steps.day, found.day),
                (self.steps.settled, found.settled),
            ):
                whole[..., step].T.reshape(-1)[cell] = part[:, step]
        for k in sorted({*self.own, *self.extra}):
            self.order_one(k)

    def events(self, k: int) -> tuple[Days, Array, Bools]:
        """The issue's own events in all worlds, (W, E), free to be changed."""
        if k not in self.own:
            m, mine = self.moves, slice(*self.bounds[k : k + 2])
            shape = (self.worlds, m.day.shape[1])
            day, value, settled = np.full(shape, NEVER), np.zeros(shape), np.zeros(shape, bool)
            day[m.world[mine]], value[m.world[mine]], settled[m.world[mine]] = m.day[mine], m.value[mine], m.settled[mine]
            self.own[k] = day, value, settled
        return self.own[k]

    def order_one(self, k: int) -> None:
        more = self.extra.get(k, [])
        day, value, settled = self.events(k)
        day = np.concatenate([day, *(d[:, None] for d, _ in more)], -1)
        value = np.concatenate([value, *(v[:, None] for _, v in more)], -1)
        settled = np.concatenate([settled, np.zeros((self.worlds, len(more)), bool)], -1)
        self.steps.value[:, k], self.steps.day[:, k, 1:], self.steps.settled[:, k] = self.start[k], -1, False
        live = np.flatnonzero((day < NEVER).any(-1))
        found = order(np.full(len(live), self.start[k]), day[live], value[live], settled[live], self.f.horizon)
        self.steps.day[live, k], self.steps.value[live, k], self.steps.settled[live, k] = found.day, found.value, found.settled

    def add(self, k: int, day: Days, value: Array) -> None:
        if (day < NEVER).any():
            self.extra.setdefault(k, []).append((day, value))
            self.order_one(k)


def follow(f: Fitted, d: Draws, m: Moves) -> Steps:
    """Steps of all issues with interventions, spoilers, parts and hard linkage."""
    worlds = len(m.signed)
    line = _Timeline(f, m)
    fixed = {k: at for k, at, _ in f.imposed}
    for k, at, to in f.imposed:
        # nothing else moves an issue from the day on which it is set
        day = line.events(k)[0]
        day[day >= max(at, 1)] = NEVER
        if at < 1:
            line.start[k] = to
        else:
            line.extra.setdefault(k, []).append((np.full(worlds, at, np.int64), np.full(worlds, to)))
    line.order_all()
    for n, (watched, above, upwards, chance, moved, to) in enumerate(f.spoilers):
        values, days = line.steps.value[:, watched], line.steps.day[:, watched]
        reached = (values >= above - 1e-9) if upwards else (values <= above + 1e-9)
        # a state that held already on the as-of date is no news to react to
        reached &= (days > 0) & ~reached[:, :1]
        first = np.where(reached, days, NEVER).min(-1)
        lag = np.ceil(1 + 29 * d.spoil[:, n, 1])
        when = np.where((first < NEVER) & (d.spoil[:, n, 0] < chance), first + lag, float(NEVER)).astype(np.int64)
        line.add(moved, np.where(when >= fixed.get(moved, int(NEVER)), NEVER, when), np.full(worlds, to))
    for part, whole in f.parts_of:
        if whole in fixed or part in fixed:
            continue
        for step in range(1, 3):
            days, values = line.steps.day[:, part, step], line.steps.value[:, part]
            happens = days > 0
            shift = (values[:, step] - values[:, step - 1]) * f.span[part] / f.span[whole]
            before = value_on(line.steps, whole, np.where(happens, days, 0))
            line.add(whole, np.where(happens, days, NEVER), np.clip(before + shift, 0, 1))
    for k, needed, at_least, at_most in f.needs:
        if k in fixed:
            continue
        day, value, _ = line.events(k)
        for e in range(day.shape[-1]):
            moves_off = (day[:, e] < NEVER) & (np.abs(value[:, e] - line.start[k]) > 1e-9)
            level = value_on(line.steps, needed, np.where(moves_off, day[:, e], 0))
            met = (level >= at_least - 1e-9) & (level <= at_most + 1e-9)
            day[moves_off & ~met, e] = NEVER
        line.order_one(k)
    return line.steps
