"""Forecasts of the relation stage on a folder of coded events: counts, kinds, index and breaks.

Pooled numbers come frozen from the shipped priors (fitted on months up to the end of 2012); what is learned from the folder
itself (dispersion and level of each dyad, news volume) uses only what lies before each origin.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cumbre import priors
from cumbre.backtest.coded_events import KIND_CODES, CodedEvents, read_events
from cumbre.errors import UsageError
from cumbre.relation import ahead, breaks, hazard, panel
from cumbre.relation.counts import LEVELS, log_pmf
from cumbre.relation.regress import dispersion_law

__all__ = ["WINDOWS", "break_table", "count_table", "index_table", "kind_table", "run"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

WINDOWS = (30, 60, 90)
QCOLS = [f"q{round(1000 * level):03d}" for level in LEVELS]


def _say(progress: Callable[[float, str], None] | None, share: float, words: str) -> None:
    if progress is not None:
        progress(share, words)


def _pinball(quantiles: FloatArray, y: FloatArray) -> FloatArray:
    gap = y[..., None] - quantiles
    return np.asarray(2 * np.mean((LEVELS - (gap < 0)) * gap, axis=-1), dtype=np.float64)


def _covered(quantiles: FloatArray, y: FloatArray) -> float:
    return float(((quantiles[..., 3] <= y) & (y <= quantiles[..., 35])).mean())


def count_table(events: CodedEvents, fit: dict[str, Any], years: int = 3) -> tuple[pd.DataFrame, dict[str, float]]:
    """Task A: counts of each directed dyad and quad, one to three months ahead, targets in the last `years` years."""
    cut = panel.panel_of(events.quad, events.month_end, np.asarray(fit["season"]))
    months = len(events.months)
    first = max(panel.FIRST + 1 + max(panel.HORIZONS), months - 12 * years)
    targets = np.arange(first, months)
    names, label = np.asarray(events.dyads), events.months.astype(str).to_numpy()
    tables, crps, brier, logs, naive = [], [], [], [], []
    for q, quad in enumerate(panel.QUADS):
        for horizon in panel.HORIZONS:
            one = fit["cells"][f"{quad}{horizon}"]
            mean, quantiles, p_any, score = panel.counts_ahead(cut, q, horizon, targets, one)
            d, t = (a.ravel() for a in np.meshgrid(np.arange(len(names)), targets, indexing="ij"))
            head = pd.DataFrame(
                {"src": names[d, 0], "tgt": names[d, 1], "quad": quad, "origin_month": label[t - horizon], "horizon": horizon}
            )
            head["mean"] = mean.ravel()
            values = pd.DataFrame(quantiles.reshape(-1, len(LEVELS)), columns=QCOLS)
            tables.append(pd.concat([head, values, pd.DataFrame({"p_ge1": p_any.ravel()})], axis=1))
            y = cut.counts[:, targets, q]
            crps.append(_pinball(quantiles, y).mean())
            brier.append(((p_any - (y > 0)) ** 2).mean())
            logs.append(score.mean())
            level = cut.level[:, targets - horizon, q] + 0.01
            naive.append(-log_pmf(y, level, dispersion_law(level, one["dispersion"])).mean())
    scores = {
        "crps": float(np.mean(crps)),
        "brier": float(np.mean(brier)),
        "log": float(np.mean(logs)),
        "ewma_log": float(np.mean(naive)),
    }
    return pd.concat(tables, ignore_index=True), scores


def kind_table(events: CodedEvents, fit: dict[str, Any], years: int = 3) -> tuple[pd.DataFrame, dict[str, float]]:
    """Task A2: chance of each kind within 30, 60 and 90 days, every 14th day of the last `years` years."""
    days = len(events.quad)
    every = np.arange(365, days - max(WINDOWS), 14)
    history = hazard.history_of(events.kind, events.quad, every)
    opening = (pd.Timestamp(events.months[-1].year - years + 1, 1, 1) - events.first).days
    wanted = np.flatnonzero(every >= opening)
    p = hazard.chances_ahead(history, WINDOWS, wanted, fit)
    names, origin = (
        np.asarray(events.dyads),
        (events.first + pd.to_timedelta(every[wanted], unit="D")).strftime("%Y-%m-%d").to_numpy(),
    )
    w, o, d, k = (a.ravel() for a in np.meshgrid(*(np.arange(n) for n in p.shape), indexing="ij"))
    kinds = np.asarray(list(KIND_CODES))
    table = pd.DataFrame(
        {
            "src": names[d, 0],
            "tgt": names[d, 1],
            "kind": kinds[k],
            "origin": origin[o],
            "window_days": np.asarray(WINDOWS)[w],
            "p": p.ravel(),
        }
    )
    scores = {}
    for i, window in enumerate(WINDOWS):
        truth = hazard.happened(history, window)[wanted]
        scores[f"brier_{window}"] = float(np.nanmean((p[i] - truth) ** 2))
        base = np.nanmean(truth, axis=(0, 1))
        scores[f"base_rate_{window}"] = float(np.nanmean((base - truth) ** 2))
    return table, scores


def index_table(events: CodedEvents, fit: dict[str, Any], years: int = 3) -> tuple[pd.DataFrame, dict[str, float]]:
    """Task B: mean Goldstein value of each pair one month ahead."""
    pairs = len(events.dyads) // 2
    count = events.quad.sum(axis=2).reshape(len(events.quad), pairs, 2).sum(axis=2).astype(np.float64)
    scores = ahead.scores_of(count, events.goldstein, events.month_end, fit["prior_mean"])
    mean, quantiles = ahead.index_ahead(scores, fit)
    months = np.arange(max(1, len(events.months) - 12 * years), len(events.months))
    names, label = np.asarray(events.dyads[::2]), events.months.astype(str).to_numpy()
    d, t = (a.ravel() for a in np.meshgrid(np.arange(pairs), months, indexing="ij"))
    table = pd.DataFrame({"src": names[d, 0], "tgt": names[d, 1], "month": label[t], "mean": mean[d, t]})
    table = pd.concat([table, pd.DataFrame(quantiles[d, t], columns=QCOLS)], axis=1)
    earlier = np.array([(scores.n[:, : 12 * (m // 12)] > 0).sum(axis=1) for m in months]).T
    scored = (scores.n[:, months] >= ahead.ENOUGH) & (earlier >= 12)
    y, q = scores.mean[:, months][scored], quantiles[:, months][scored]
    return table, {
        "crps": float(_pinball(q, y).mean()),
        "cover80": _covered(q, y),
        "mae": float(np.abs(mean[:, months][scored] - y).mean()),
    }


def break_table(events: CodedEvents, hazard_rate: float) -> tuple[pd.DataFrame, dict[str, float]]:
    """Chance that each pair's traffic changed level in each month, told with all of the folder's months."""
    pairs = len(events.dyads) // 2
    starts = np.r_[0, events.month_end[:-1] + 1]
    monthly = np.add.reduceat(events.quad, starts, axis=0).reshape(len(starts), pairs, 2, 4).sum(axis=2)
    label, rows, fired = events.months.astype(str).to_numpy(), [], 0
    for i in range(pairs):
        p = breaks.window_chance(breaks.change_points(monthly[:, i].astype(np.float64), hazard_rate).p)
        fired += len(breaks.alarms(p))
        rows.append(pd.DataFrame({"src": events.dyads[2 * i][0], "tgt": events.dyads[2 * i][1], "month": label, "p": p}))
    return pd.concat(rows, ignore_index=True), {"alarms_per_pair": fired / pairs}


def run(data: Path, out: Path, *, refit: str | None = None, progress: Callable[[float, str], None] | None = None) -> pd.DataFrame:
    """Write counts.csv, kinds.csv, index.csv and breaks.csv into the folder `out`; return the scores, one a row.

    Raises UsageError for `refit`: pooled numbers of this stage are frozen before the first month forecast, so leaving out one
    dyad changes them by less than they are rounded; InputError where the folder cannot be read.
    """
    if refit is not None:
        raise UsageError(
            f"--refit {refit}: relation has no such option; refit its priors with python -m cumbre.priors.refit_relation"
        )
    _say(progress, 0.0, "reading events")
    events = read_events(data)
    fit = priors.load("relation")["backtest"]
    out.mkdir(parents=True, exist_ok=True)
    tasks: tuple[tuple[str, str, Callable[[], tuple[pd.DataFrame, dict[str, float]]]], ...] = (
        ("counts", "%.4g", lambda: count_table(events, fit["counts"])),
        ("kinds", "%.5f", lambda: kind_table(events, fit["kinds"])),
        ("index", "%.4f", lambda: index_table(events, fit["index"])),
        ("breaks", "%.5f", lambda: break_table(events, fit["breaks"]["hazard"])),
    )
    rows = []
    for i, (name, form, task) in enumerate(tasks):
        _say(progress, (1 + i) / 5, name)
        table, scores = task()
        table.to_csv(out / f"{name}.csv", index=False, float_format=form)
        rows += [{"task": name, "score": key, "value": value} for key, value in scores.items()]
    _say(progress, 1.0, "done")
    return pd.DataFrame(rows)
