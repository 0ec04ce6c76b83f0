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

Array = npt.NDArray[np.float64]
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

    start (W, K) value at the as-of date; day, value, settled (W, K, E).

    >>> s = order(np.zeros((1, 1)), np.array([[[9, 4]]]), np.array([[[1.0, 0.5]]]), np.zeros((1, 1, 2), bool), 30)
    >>> s.day[0, 0].tolist(), s.value[0, 0].tolist()
    ([0, 4, 9, -1, -1], [0.0, 0.5, 1.0, 1.0, 1.0])
    """
    day = np.where(day <= horizon, day, NEVER)
    live = np.flatnonzero((day < NEVER).sum(-1).ravel() > 1)
    if len(live):
        # most issues in most worlds have at most one event: only the rest is sorted
        flat: list[npt.NDArray[Any]] = [np.ascontiguousarray(a).reshape(-1, a.shape[-1]) for a in (day, value, settled)]
        turn = np.argsort(flat[0][live], axis=-1, kind="stable")
        for a in flat:
            a[live] = np.take_along_axis(a[live], turn, -1)
        day, value, settled = (a.reshape(day.shape) for a in flat)
    shape = start.shape
    out_value = np.repeat(start[..., None], STEPS, axis=-1)
    out_day = np.full((*shape, STEPS), -1, np.int64)
    out_day[..., 0] = 0
    out_settled = np.zeros((*shape, STEPS), bool)
    now, under, used = start.copy(), np.zeros(shape, bool), np.zeros(shape, np.intp)
    for e in range(day.shape[-1]):
        happens = (day[..., e] < NEVER) & (np.abs(value[..., e] - now) > 1e-9) & (used < STEPS - 1)
        at = np.nonzero(happens)
        if not len(at[0]):
            continue
        used[at] += 1
        now[at] = value[..., e][at]
        under[at] = settled[..., e][at]
        place = (*at, used[at])
        out_day[place] = day[..., e][at]
        out_value[place] = now[at]
        out_settled[place] = under[at]
    for step in range(1, STEPS):
        # steps that do not happen repeat the one before, so that the last step is always the final value
        idle = step > used
        out_value[..., step] = np.where(idle, out_value[..., step - 1], out_value[..., step])
        out_settled[..., step] = np.where(idle, out_settled[..., step - 1], out_settled[..., step])
    return Steps(out_value, out_day, out_settled)


def value_on(steps: Steps, issue: int, day: Array | Days | int) -> Array:
    """Value of one issue on a day, (W,); day (W,) or a number."""
    days, values = steps.day[:, issue], steps.value[:, issue]
    reached = (days >= 0) & (days <= np.asarray(day).reshape(-1, 1))
    last = np.maximum(reached.sum(-1) - 1, 0)
    return np.asarray(np.take_along_axis(values, last[:, None], -1)[:, 0])


class _Timeline:
    """Candidate events of all issues; adding one orders only the issue it touches."""

    def __init__(self, f: Fitted, m: Moves) -> None:
        worlds, count = m.signed.shape
        self.horizon = f.horizon
        self.start = np.broadcast_to(f.status_quo, (worlds, count)).copy()
        self.day, self.value, self.settled = m.day.copy(), m.value, m.settled
        self.extra: dict[int, list[tuple[Days, Array]]] = {}
        shape = (worlds, count, STEPS)
        self.steps = Steps(np.empty(shape), np.empty(shape, np.int64), np.empty(shape, bool))

    def order_all(self) -> None:
        found = order(self.start, self.day, self.value, self.settled, self.horizon)
        self.steps = found
        for k in self.extra:
            self.order_one(k)

    def events(self, k: int) -> tuple[Days, Array, Bools]:
        """All events of one issue, (W, E)."""
        more = self.extra.get(k, [])
        day = np.concatenate([self.day[:, k], *(d[:, None] for d, _ in more)], -1)
        value = np.concatenate([self.value[:, k], *(v[:, None] for _, v in more)], -1)
        settled = np.concatenate([self.settled[:, k], np.zeros((len(day), len(more)), bool)], -1)
        return day, value, settled

    def order_one(self, k: int) -> None:
        day, value, settled = self.events(k)
        found = order(self.start[:, k : k + 1], day[:, None], value[:, None], settled[:, None], self.horizon)
        self.steps.day[:, k], self.steps.value[:, k], self.steps.settled[:, k] = (
            found.day[:, 0],
            found.value[:, 0],
            found.settled[:, 0],
        )

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
        line.day[:, k] = np.where(line.day[:, k] >= max(at, 1), NEVER, line.day[:, k])
        if at < 1:
            line.start[:, k] = to
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
        for e in range(line.day.shape[-1]):
            moves_off = (line.day[:, k, e] < NEVER) & (np.abs(line.value[:, k, e] - line.start[:, k]) > 1e-9)
            level = value_on(line.steps, needed, np.where(moves_off, line.day[:, k, e], 0))
            met = (level >= at_least - 1e-9) & (level <= at_most + 1e-9)
            line.day[:, k, e] = np.where(moves_off & ~met, NEVER, line.day[:, k, e])
        line.order_one(k)
    return line.steps
