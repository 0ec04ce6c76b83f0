"""Refit the pooled numbers of the relation stage: python -m cumbre.priors.refit_relation --data DIR [--out FILE].

Two sets are written. `backtest` is fitted on months up to the end of 2012 only, so that forecasts of 2013-2015 are honest;
`case` on everything, for live cases. DIR holds events_raw.parquet and background_dyad_daily.parquet.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import optimize, stats

from cumbre.backtest.coded_events import CodedEvents, read_background, read_events
from cumbre.backtest.relation import WINDOWS
from cumbre.relation import ahead, hazard, panel
from cumbre.relation.regress import dispersion_law, linear_em, log_linear, logistic, spread_of

__all__ = ["fit_counts", "fit_index", "fit_kinds", "refit"]

FloatArray = npt.NDArray[np.float64]
CUT = pd.Timestamp(2013, 1, 1)
"""First day that the backtest set must not see."""
BUSY = 60
"""Events before the cut that a background pair needs to be learned from."""
WEIGHTS = (0.3, 0.3, 0.4)
"""Log-score weights of linear, log-linear and EWMA (rounded; flat between 0.2 and 0.5 on 2009-2012)."""


def _rounded(values: FloatArray | list[float]) -> list[float]:
    return [float(f"{v:.4g}") for v in np.asarray(values).ravel()]


def fit_counts(
    quad: npt.NDArray[np.float32], month_end: npt.NDArray[np.int64], keep: npt.NDArray[np.bool_] | None = None
) -> dict[str, Any]:
    """Pooled numbers of the count models from daily counts (day, dyad, quad); every month of `month_end` may be learned from."""
    quad = quad if keep is None else quad[:, keep]
    starts = np.r_[0, month_end[:-1] + 1]
    season = panel.season_of(np.add.reduceat(quad[: month_end[-1] + 1], starts, axis=0).transpose(1, 0, 2).astype(np.float64))
    cut = panel.panel_of(quad[: month_end[-1] + 1], month_end, season)
    cells: dict[str, Any] = {}
    for q, name in enumerate(panel.QUADS):
        for horizon in panel.HORIZONS:
            at = np.arange(panel.FIRST, len(month_end) - horizon)
            y = cut.counts[:, at + horizon, q].ravel()
            offset = np.broadcast_to(cut.season_at(at + horizon)[:, q], (len(cut.counts), len(at))).ravel()
            x = panel.linear_features(cut, at, q).reshape(len(y), -1) * offset[:, None]
            linear = linear_em(x, y, 0.5, 60)
            r = dispersion_law(x @ linear, spread_of(y, x @ linear + 1e-6))
            linear = linear_em(x, y, r, 120)
            r = dispersion_law(x @ linear, spread_of(y, x @ linear + 1e-6))
            logs = panel.log_features(cut, at, q).reshape(len(y), -1)
            start = np.zeros(logs.shape[1])
            start[-2] = 0.9
            b = log_linear(logs, y, r, start, np.log(offset))
            fit: dict[str, Any] = {"linear": _rounded(linear), "log": _rounded(b), "weights": list(WEIGHTS)}
            each = panel.means(cut, at, q, horizon, fit)
            mu = np.exp(np.tensordot(np.asarray(WEIGHTS), np.log(each), axes=1)).ravel()
            fit["dispersion"] = _rounded(list(spread_of(y, mu)))
            chance = panel.any_features(cut, at, q, horizon)
            fit["any"] = _rounded(logistic(chance.reshape(len(y), -1), (y > 0).astype(np.float64), 20.0))
            fit |= {
                "dispersion_sd": 0.8,
                "volume_half_life": 36.0,
                "volume_prior": 20.0,
                "any_sd": 0.5,
                "any_half_life": 8.0,
                "any_weight": 0.7,
            }
            cells[f"{name}{horizon}"] = fit
    return {"season": np.round(season, 4).tolist(), "cells": cells, "dyads": int(quad.shape[1]), "months": len(month_end)}


def fit_kinds(
    events: CodedEvents, before: int, ridge: float = 100.0, keep: npt.NDArray[np.bool_] | None = None
) -> dict[str, Any]:
    """Pooled logits of the kinds from windows that end before day `before`."""
    at = np.arange(540, before - min(WINDOWS), 14)
    history = hazard.history_of(events.kind, events.quad, at)
    kinds: list[dict[str, Any]] = [{} for _ in range(events.kind.shape[2])]
    for window in WINDOWS:
        x, truth = hazard.features(history, window), hazard.happened(history, window)
        whole = at + window < before
        for k, found in enumerate(kinds):
            rows, y = x[k][whole], truth[whole][:, :, k]
            if keep is not None:
                rows, y = rows[:, keep], y[:, keep]
            centre, scale = rows.mean(axis=(0, 1)), rows.std(axis=(0, 1)) + 1e-9
            centre[-1], scale[-1] = 0.0, 1.0
            b = logistic(((rows - centre) / scale).reshape(-1, rows.shape[-1]), y.ravel(), ridge)
            found[str(window)] = {"b": _rounded(b), "centre": _rounded(centre), "scale": _rounded(scale)}
    return {"kinds": kinds, "sd": 0.5, "common_sd": 0.3, "half_life": 365.0}


def fit_index(events: CodedEvents, months: int, ridge: float = 10.0, keep: npt.NDArray[np.bool_] | None = None) -> dict[str, Any]:
    """Pooled regression and spread law of the index from the first `months` months."""
    pairs = len(events.dyads) // 2
    count = events.quad.sum(axis=2).reshape(len(events.quad), pairs, 2).sum(axis=2).astype(np.float64)
    keep = np.ones(pairs, bool) if keep is None else keep
    end = int(events.month_end[months - 1])
    prior_mean = float(events.goldstein[: end + 1, keep].sum() / count[: end + 1, keep].sum())
    scores = ahead.scores_of(count, events.goldstein, events.month_end, prior_mean)
    x, month = ahead.regressors(scores), np.arange(len(events.months))
    use = (scores.n >= ahead.ENOUGH) & (month >= 24) & (month < months) & keep[:, None]
    base = np.concatenate([scores.base[:, :1], scores.base[:, :-1]], axis=1)
    weight = (scores.n / (scores.n + 4))[use]
    rows, y = x[use], (scores.mean - base)[use]
    penalty = np.full(rows.shape[1], ridge)
    penalty[-1] = 0.0
    b = np.linalg.solve((rows * weight[:, None]).T @ rows + np.diag(penalty), rows.T @ (weight * y))
    centre = np.full(base.shape, np.nan)
    centre[:, 1:] = (x @ b + base)[:, 1:]
    error = scores.mean - centre
    prior_variance = float(np.mean(error[use] ** 2))
    variance = ahead.past_variance(error, (scores.n >= ahead.ENOUGH) & np.isfinite(centre), prior_variance, 8.0)
    traffic = np.concatenate([scores.traffic[:, :1], scores.traffic[:, :-1]], axis=1)

    def loss(law: FloatArray) -> float:
        spread = np.exp(law[0] + law[1] * 0.5 * np.log(variance[use]) + law[2] * np.log(traffic[use] + 0.5))
        return float(-stats.t.logpdf(error[use] / spread, ahead.FREEDOM).sum() + np.log(spread).sum())

    law = optimize.minimize(loss, [0.0, 0.8, -0.1], method="Nelder-Mead").x
    return {
        "b": _rounded(b), "prior_mean": round(prior_mean, 3), "variance": round(prior_variance, 4), "variance_months": 8.0,
        "spread": _rounded(law), "n": int(use.sum()),
    }  # fmt: skip


def _count_fit(data: Path, events: CodedEvents, until: pd.Timestamp) -> dict[str, Any]:
    background = read_background(data, until, BUSY, str(events.rows["ds"].iloc[0]))
    days = min(len(events.quad), len(background.quad))
    joined = np.concatenate([events.quad[:days], background.quad[:days]], axis=1)
    return fit_counts(joined, events.month_end[(events.first + pd.to_timedelta(events.month_end, unit="D")) < until])


def refit(data: Path) -> dict[str, Any]:
    """Everything that priors/relation.json holds, from the folder `data`."""
    from cumbre.priors.refit_relation_case import fit_case

    events = read_events(data)
    months = int((events.months < pd.Period(CUT, freq="M")).sum())
    backtest = {
        "counts": _count_fit(data, events, CUT),
        "kinds": fit_kinds(events, (CUT - events.first).days),
        "index": fit_index(events, months),
        "breaks": {"hazard": 1 / 48},
    }
    return {
        "provenance": {
            "data": "ICEWS coded events 2005-2015 (doi:10.7910/DVN/28075), open pairs and background pairs, as in data/relations",
            "fitted": dt.date.today().isoformat(),
            "code": "python -m cumbre.priors.refit_relation --data DIR",
            "backtest_until": "2012-12-31",
            "formula": "see docs/relation.md",
            "rows": len(events.rows),
        },
        "backtest": backtest,
        "case": fit_case(events),
    }


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("relation.json"))
    args = parser.parse_args()
    args.out.write_text(json.dumps(refit(args.data), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
