"""Tables of the relation that do not depend on draws: history of the index, issues, turning points, reciprocity, what was used."""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt
import pandas as pd

from cumbre import priors
from cumbre.record.case import Case
from cumbre.relation.dyads import KINDS, QUAD_OF_KIND, QUADS
from cumbre.relation.kernels import HALF_LIVES, decay_factor
from cumbre.relation.level import Path
from cumbre.relation.state import PARTS, Fitted, PairState, smooth_some
from cumbre.relation.turning import low_point_table, turning_point_table

__all__ = ["issue_table", "readout"]

FloatArray = npt.NDArray[np.float64]
Z50, Z80 = 0.6745, 1.2816
ANSWER_DAYS = 7
WITHIN_DAYS = (2, 10, 60)


def _bands(path: Path, weeks: npt.NDArray[np.int64], as_of: dt.date) -> pd.DataFrame:
    mean, sd = path.mean, path.sd
    table = pd.DataFrame({"date": [as_of + dt.timedelta(days=7 * int(w)) for w in weeks], "mean": mean, "sd": sd})
    for name, z in (("q10", -Z80), ("q25", -Z50), ("q75", Z50), ("q90", Z80)):
        table[name] = np.clip(mean + z * sd, -10, 10)
    return table


def _history(fitted: Fitted, as_of: dt.date) -> pd.DataFrame:
    """Index of each pair by week: part `all`, `words`, `deeds`, and one for each direction, e.g. COL->USA."""
    tables = []
    for state in fitted.pairs:
        days = fitted.events.day[state.events]
        n = pd.Series(-(-days // 7)).value_counts()
        count = np.asarray([n.get(w, 0) for w in state.grid])
        for part in PARTS:
            tables.append(_bands(state.paths[part], state.grid, as_of).assign(pair=state.name, part=part, events=count))
        for a, b in (state.sides, state.sides[::-1]):
            some = np.asarray([i for i in state.events if fitted.events.source[i] == a], dtype=np.int64)
            path = smooth_some(fitted, state, some)
            tables.append(_bands(path, state.grid, as_of).assign(pair=state.name, part=f"{a}->{b}", events=count))
    columns = ["pair", "part", "date", "mean", "sd", "q10", "q25", "q75", "q90", "events"]
    return pd.concat(tables, ignore_index=True)[columns] if tables else pd.DataFrame(columns=columns)


def issue_table(fitted: Fitted, as_of: dt.date) -> pd.DataFrame:
    """Index of each issue that events carry: the pair's level plus a shrunk deviation, now, with 50 and 80 % bands.

    Deviation d of an issue ~ normal(0, 2^2) (judged); its events miss the pair's level of their week by d with variance
    law.event_sd^2 each. Issues with few events stay at the pair's level with a wide band.
    """
    rows = []
    for state in fitted.pairs:
        law, path = state.laws["all"], state.paths["all"]
        names = sorted({fitted.events.issue[i] for i in state.events if fitted.events.issue[i]})
        for name in names:
            some = np.asarray([i for i in state.events if fitted.events.issue[i] == name], dtype=np.int64)
            week = -(-fitted.events.day[some] // 7)
            miss = fitted.events.intensity[some] - path.mean[np.clip(week - state.grid[0], 0, None)]
            precision = 1 / 2.0**2 + len(some) / law.event_sd**2
            shift = miss.sum() / law.event_sd**2 / precision
            mean, sd = path.mean[-1] + shift, float(np.sqrt(path.sd[-1] ** 2 + 1 / precision))
            rows.append(
                {
                    "pair": state.name, "issue": name, "events": len(some),
                    "last": as_of + dt.timedelta(days=int(fitted.events.day[some].max())),
                    "mean": float(np.clip(mean, -10, 10)), "deviation": float(shift), "sd": sd,
                    **{q: float(np.clip(mean + z * sd, -10, 10)) for q, z in (("q10", -Z80), ("q25", -Z50), ("q75", Z50), ("q90", Z80))},
                }
            )  # fmt: skip
    return pd.DataFrame(rows, columns=["pair", "issue", "events", "last", "mean", "deviation", "sd", "q10", "q25", "q75", "q90"])


def _reciprocity(fitted: Fitted) -> pd.DataFrame:
    """Who answers whom, one row a direction and quad.

    Of the record: `events` of `source` and how many of them `answered_by` followed with one of the same quad within a week.
    Pooled (`label` estimated): events that one event breeds on its own side (`own`) and across (`cross`), of the same quad across
    (`cross_same` with its 80 % interval `q10`, `q90`, and as far as they come within 2, 10 and 60 days: `within_2`, `low_2`, `high_2`
    and so on), and what knowing the other side is worth out of sample (`gain_nats`, an event).
    """
    prior = priors.load("relation")["case"]
    own, cross = np.asarray(prior["branching_own"]), np.asarray(prior["branching_cross"])
    spread = np.asarray(prior["branching_cross_sd"])
    same = np.einsum("spkp->spk", np.asarray(prior["weight"]))
    # how soon: as across where anything is bred across, else as on the own side
    soon = np.where(same[1].sum(axis=1, keepdims=True) > 1e-3, same[1], same[0])
    soon = (soon / soon.sum(axis=1, keepdims=True)) @ (1 - decay_factor(HALF_LIVES)[:, None] ** np.array(WITHIN_DAYS))
    rows = []
    for state in fitted.pairs:
        for a, b in (state.sides, state.sides[::-1]):
            for q, quad in enumerate(QUADS):
                told, answered = _answers(fitted, state, a, q)
                ends = max(cross[q, q] - Z80 * spread[q, q], 0.0), cross[q, q] + Z80 * spread[q, q]
                within: dict[str, float] = {}
                for days, share in zip(WITHIN_DAYS, soon[q].tolist(), strict=True):
                    within |= {
                        f"within_{days}": share * cross[q, q],
                        f"low_{days}": share * ends[0],
                        f"high_{days}": share * ends[1],
                    }
                rows.append(
                    {
                        "pair": state.name, "source": a, "answered_by": b, "quad": quad, "own": float(own[q].sum()),
                        "cross": float(cross[q].sum()), "cross_same": float(cross[q, q]),
                        "q10": float(ends[0]), "q90": float(ends[1]), **within, "label": "estimated",
                        "gain_nats": float(prior["gain_cross"][quad]), "events": told, "answered": answered,
                    }
                )  # fmt: skip
    return pd.DataFrame(rows)


def _answers(fitted: Fitted, state: PairState, source: str, quad: int) -> tuple[int, int]:
    events = fitted.events
    mine = [i for i in state.events if events.source[i] == source and QUAD_OF_KIND[events.kind[i]] == quad]
    theirs = np.asarray(
        [events.day[i] for i in state.events if events.source[i] != source and QUAD_OF_KIND[events.kind[i]] == quad]
    )
    answered = sum(bool(((theirs >= events.day[i]) & (theirs <= events.day[i] + ANSWER_DAYS)).any()) for i in mine)
    return len(mine), answered


def _used(fitted: Fitted) -> pd.DataFrame:
    """What the level of each directed pair rests on: events by quad, events a month with an 80 % interval."""
    rows = []
    for state in fitted.pairs:
        spec = state.spec
        for side, (a, b) in enumerate((state.sides, state.sides[::-1])):
            shape, rate = spec.quad_shape[side], spec.quad_rate[side]
            mean, var = (shape / rate).sum() * 30.4375, (shape / rate**2).sum() * 30.4375**2
            per_quad = np.bincount(QUAD_OF_KIND, weights=state.counts[side], minlength=len(QUADS))
            ratio = np.log1p(var / mean**2)
            ends = np.exp(np.log(mean) - ratio / 2 + np.array([-Z80, Z80]) * np.sqrt(ratio))
            rows.append(
                {
                    "pair": state.name, "source": a, "target": b, "events": int(per_quad.sum()),
                    **{quad: int(n) for quad, n in zip(QUADS, per_quad, strict=True)},
                    "per_month": float(mean), "q10": float(ends[0]), "q90": float(ends[1]),
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def _base() -> pd.DataFrame:
    """Pooled base rate of at least one event of each kind within 30, 60, 90 and 180 days, directed pairs of the wire-coded data."""
    rates = priors.load("relation")["case"]["base_rates"]
    return pd.DataFrame([{"kind": kind, "window_days": int(w), "base_rate": p} for kind in KINDS for w, p in rates[kind].items()])


def readout(case: Case, fitted: Fitted) -> dict[str, pd.DataFrame]:
    """Tables for the brief and the workbench: index, issues, turning_points, low_point, reciprocity, events_used, base_rates."""
    return {
        "index": _history(fitted, case.as_of),
        "issues": issue_table(fitted, case.as_of),
        "turning_points": turning_point_table(fitted, case.as_of),
        "low_point": low_point_table(fitted, case.as_of),
        "reciprocity": _reciprocity(fitted),
        "events_used": _used(fitted),
        "base_rates": _base(),
    }
