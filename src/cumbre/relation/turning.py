"""Turning points and low points of the pairs of a case, each with a chance and a range of dates."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from cumbre.relation.breaks import alarms, change_points, pelt, run_length, window_chance
from cumbre.relation.dyads import QUAD_OF_KIND, QUADS
from cumbre.relation.level import Path, low_points
from cumbre.relation.state import Fitted, PairState

__all__ = ["HAZARD", "low_point_table", "turning_point_table", "weekly_counts"]

FloatArray = npt.NDArray[np.float64]

HAZARD = 1 / 52
"""Prior chance that a week opens a new level: once a year (judged; open pairs break about every second year by month)."""
REACH = 2
"""Weeks around a peak that count as one turning point."""
_FEWEST_EVENTS = 12
_PATHS = 4000
_YEAR = 53


def weekly_counts(fitted: Fitted, state: PairState) -> FloatArray:
    """Events of each quad, both directions together, in each week of the pair's grid; (week, quad)."""
    out = np.zeros((len(state.grid), len(QUADS)))
    week = -(-fitted.events.day[state.events] // 7)
    inside = week >= state.grid[0]
    np.add.at(out, (week[inside] - state.grid[0], QUAD_OF_KIND[fitted.events.kind[state.events][inside]]), 1)
    return out


def _date(as_of: dt.date, week: int) -> dt.date:
    """Last day of a week; week 0 ends on as_of."""
    return as_of + dt.timedelta(days=7 * int(week))


def turning_point_table(fitted: Fitted, as_of: dt.date) -> pd.DataFrame:
    """Turning points, one a row: pair, date (middle of the week), p, low and high (80 % range of dates), change of index, online p.

    `p` is the chance of a change of level within two weeks of the date, from the counts of the four quads; `p_online` what was
    known by the fourth week after it; `pelt` whether the second method puts a change within three weeks (empty = not installed).
    """
    rows = []
    for state in fitted.pairs:
        counts = weekly_counts(fitted, state)
        if counts.sum() < _FEWEST_EVENTS:
            continue
        seen = counts[:, counts.sum(axis=0) > 0]
        found = change_points(seen, HAZARD)
        p = window_chance(found.p, REACH)
        second = pelt(counts, penalty=2 * np.log(len(counts)) * seen.shape[1])
        online = run_length(seen, HAZARD, found.r)
        for t in sorted({*alarms(p, 0.25)}):
            near = np.arange(max(t - 6, 1), min(t + 7, len(p)))
            mass = np.cumsum(found.p[near]) / max(found.p[near].sum(), 1e-12)
            low, high = near[np.searchsorted(mass, 0.1)], near[min(int(np.searchsorted(mass, 0.9)), len(near) - 1)]
            level = state.paths["all"].mean
            before, after = level[max(t - 6, 0) : t], level[t : t + 6]
            later = min(t + 4, len(p) - 1)
            rows.append(
                {
                    "pair": state.name, "date": _date(as_of, state.grid[t]) - dt.timedelta(days=3), "p": float(min(p[t], 1.0)),
                    "low": _date(as_of, state.grid[low]) - dt.timedelta(days=6), "high": _date(as_of, state.grid[high]),
                    "change": float(after.mean() - before.mean()) if len(before) else np.nan,
                    "events_before": float(counts[max(t - 6, 0) : t].sum()), "events_after": float(counts[t : t + 6].sum()),
                    "p_online": float(online[later, max(t - REACH, 1) : t + REACH + 1].sum()),
                    "pelt": "" if second is None else ("yes" if any(abs(s - t) <= 3 for s in second) else "no"),
                }
            )  # fmt: skip
    columns = ["pair", "date", "p", "low", "high", "change", "events_before", "events_after", "p_online", "pelt"]
    return pd.DataFrame(rows, columns=columns)


def _span(p: FloatArray, share: float = 0.8) -> tuple[int, int]:
    """Ends of the central `share` of a distribution over positions."""
    mass = np.cumsum(p)
    low = int(np.searchsorted(mass, (1 - share) / 2))
    return low, min(int(np.searchsorted(mass, 1 - (1 - share) / 2)), len(p) - 1)


def low_point_table(fitted: Fitted, as_of: dt.date, keep: int = 3) -> pd.DataFrame:
    """When the index stood lowest in the last year: pair, rank, date, p, low and high of the 80 % range, index with its 80 % band.

    The posterior of the whole path is drawn at fixed points; each path has one lowest week. Neighbouring weeks are joined to one
    low; `p` is the chance that the lowest week lies in it. Ranks run from the likeliest; a level that hardly moves gives many small p.
    """
    normals = np.random.Generator(np.random.Philox(key=7)).standard_normal((_PATHS, _YEAR))
    rows = []
    for state in fitted.pairs:
        path = state.paths["all"]
        if len(state.events) < _FEWEST_EVENTS:
            continue
        first = max(len(path.mean) - _YEAR, 0)
        p = low_points(path, normals, first)
        a, b = _span(p)
        for rank, (start, stop) in enumerate(_lows(p, path, first)[:keep], 1):
            peak = start + int(path.mean[start:stop].argmin())
            rows.append(
                {
                    "pair": state.name, "rank": rank, "date": _date(as_of, state.grid[peak]) - dt.timedelta(days=3),
                    "p": float(p[start:stop].sum()),
                    "from": _date(as_of, state.grid[start]) - dt.timedelta(days=6), "to": _date(as_of, state.grid[stop - 1]),
                    "low": _date(as_of, state.grid[a]) - dt.timedelta(days=6), "high": _date(as_of, state.grid[b]),
                    "index": float(path.mean[peak]), "q10": float(path.mean[peak] - 1.2816 * path.sd[peak]),
                    "q90": float(path.mean[peak] + 1.2816 * path.sd[peak]),
                }
            )  # fmt: skip
    return pd.DataFrame(rows, columns=["pair", "rank", "date", "p", "from", "to", "low", "high", "index", "q10", "q90"])


def _lows(p: FloatArray, path: Path, first: int) -> list[tuple[int, int]]:
    """Valleys of the mean path from week `first` on, as (start, stop), the likeliest first."""
    mean = path.mean
    ridge = [first, *[t for t in range(first + 1, len(mean) - 1) if mean[t] >= mean[t - 1] and mean[t] > mean[t + 1]], len(mean)]
    valleys = [(a, b) for a, b in pairwise(ridge) if b > a]
    return sorted(valleys, key=lambda v: -p[v[0] : v[1]].sum())
