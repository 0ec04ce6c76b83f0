"""From candidate events to the steps of each issue: in time order, without repetitions, with what follows from other issues.

Order: events of the issue itself; outcomes imposed by intervention; spoilers that react to what they watch; parts that move their
whole; hard linkage, which cancels a move whose need is not met on that day.
"""

from __future__ import annotations

from dataclasses import dataclass

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
    turn = np.argsort(day, axis=-1, kind="stable")
    day, value, settled = (np.take_along_axis(a, turn, -1) for a in (day, value, settled))
    shape = start.shape
    out_value = np.repeat(start[..., None], STEPS, axis=-1)
    out_day = np.full((*shape, STEPS), -1, np.int64)
    out_day[..., 0] = 0
    out_settled = np.zeros((*shape, STEPS), bool)
    now, under, used = start.copy(), np.zeros(shape, bool), np.zeros(shape, np.intp)
    grid = np.arange(STEPS)
    for e in range(day.shape[-1]):
        happens = (day[..., e] < NEVER) & (np.abs(value[..., e] - now) > 1e-9) & (used < STEPS - 1)
        used = used + happens
        now = np.where(happens, value[..., e], now)
        under = np.where(happens, settled[..., e], under)
        here = happens[..., None] & (grid == used[..., None])
        out_day = np.where(here, day[..., e][..., None], out_day)
        later = happens[..., None] & (grid >= used[..., None])
        out_value = np.where(later, now[..., None], out_value)
        out_settled = np.where(later, under[..., None], out_settled)
    return Steps(out_value, out_day, out_settled)


def value_on(steps: Steps, issue: int, day: Array | Days | int) -> Array:
    """Value of one issue on a day, (W,); day (W,) or a number."""
    days, values = steps.day[:, issue], steps.value[:, issue]
    reached = (days >= 0) & (days <= np.asarray(day).reshape(-1, 1))
    last = np.maximum(reached.sum(-1) - 1, 0)
    return np.asarray(np.take_along_axis(values, last[:, None], -1)[:, 0])


def follow(f: Fitted, d: Draws, m: Moves) -> Steps:
    """Steps of all issues with interventions, spoilers, parts and hard linkage."""
    worlds, count = m.signed.shape
    start = np.broadcast_to(f.status_quo, (worlds, count)).copy()
    day, value, settled = m.day.copy(), m.value.copy(), m.settled.copy()

    def impose() -> None:
        nonlocal day, value, settled
        for k, at, to in f.imposed:
            # nothing else moves an issue from the day on which it is set
            day[:, k] = np.where(day[:, k] >= max(at, 1), NEVER, day[:, k])
            if at < 1:
                start[:, k] = to

    def append(new_day: Days, new_value: Array, new_settled: Bools | None = None) -> None:
        nonlocal day, value, settled
        day = np.concatenate([day, new_day[..., None]], -1)
        value = np.concatenate([value, new_value[..., None]], -1)
        flags = np.zeros(new_day.shape, bool) if new_settled is None else new_settled
        settled = np.concatenate([settled, flags[..., None]], -1)

    def imposed_events() -> None:
        for k, at, to in f.imposed:
            if at >= 1:
                new_day, new_value = np.full((worlds, count), NEVER), np.zeros((worlds, count))
                new_day[:, k], new_value[:, k] = at, to
                append(new_day, new_value)

    impose()
    imposed_events()
    steps = order(start, day, value, settled, f.horizon)
    fixed = {k: at for k, at, _ in f.imposed}
    for n, (watched, above, upwards, chance, moved, to) in enumerate(f.spoilers):
        values, days = steps.value[:, watched], steps.day[:, watched]
        reached = (values >= above - 1e-9) if upwards else (values <= above + 1e-9)
        # a state that held already on the as-of date is no news to react to
        reached &= (days > 0) & ~reached[:, :1]
        first = np.where(reached, days, NEVER).min(-1)
        lag = np.ceil(1 + 29 * d.spoil[:, n, 1])
        when = np.where((first < NEVER) & (d.spoil[:, n, 0] < chance), first + lag, float(NEVER)).astype(np.int64)
        when = np.where(when >= fixed.get(moved, int(NEVER)), NEVER, when)
        new_day, new_value = np.full((worlds, count), NEVER), np.zeros((worlds, count))
        new_day[:, moved], new_value[:, moved] = when, to
        append(new_day, new_value)
    if f.spoilers:
        steps = order(start, day, value, settled, f.horizon)
    for part, whole in f.parts_of:
        if whole in fixed or part in fixed:
            continue
        days, values = steps.day[:, part], steps.value[:, part]
        for step in range(1, 3):
            happens = days[:, step] > 0
            shift = (values[:, step] - values[:, step - 1]) * f.span[part] / f.span[whole]
            before = value_on(steps, whole, np.where(happens, days[:, step], 0))
            new_day, new_value = np.full((worlds, count), NEVER), np.zeros((worlds, count))
            new_day[:, whole] = np.where(happens, days[:, step], NEVER)
            new_value[:, whole] = np.clip(before + shift, 0, 1)
            append(new_day, new_value)
            steps = order(start, day, value, settled, f.horizon)
    for k, needed, at_least, at_most in f.needs:
        for e in range(day.shape[-1]):
            moves_off = (day[:, k, e] < NEVER) & (np.abs(value[:, k, e] - start[:, k]) > 1e-9)
            level = value_on(steps, needed, np.where(moves_off, day[:, k, e], 0))
            met = (level >= at_least - 1e-9) & (level <= at_most + 1e-9)
            if k not in fixed:
                day[:, k, e] = np.where(moves_off & ~met, NEVER, day[:, k, e])
    return order(start, day, value, settled, f.horizon) if f.needs else steps
