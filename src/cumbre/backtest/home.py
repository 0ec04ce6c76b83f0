"""Forecasts of the change of approval after a shock, for every row of a shock library.

`cumbre backtest home --data DIR --out FILE` uses the shipped model; `--refit loo` fits on the same folder without the shock
that is forecast (twelve folds of whole shocks). Columns of FILE: id, mean, q025..q975. The value after the event is read only
to score.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from cumbre.errors import InputError, UsageError
from cumbre.home.library import ShockModel, shipped_model
from cumbre.home.shocks import KINDS, tidy_shocks

__all__ = ["LEVELS", "forecast", "run"]

FloatArray = npt.NDArray[np.float64]
LEVELS = np.arange(1, 40) / 40
"""The 39 quantile levels."""
COLUMNS = [f"q{round(1000 * p):03d}" for p in LEVELS]
FOLDS = 12


def _folds(data: pd.DataFrame) -> npt.NDArray[np.intp]:
    """Fold of each row: whole shocks, spread evenly within a kind in an order fixed by a checksum of their names."""
    shocks = data.drop_duplicates("shock")
    order = shocks.assign(code=[zlib.crc32(s.encode()) for s in shocks["shock"]]).sort_values(["kind", "code"])
    fold = dict(zip(order["shock"], np.arange(len(order)) % FOLDS, strict=True))
    return np.array([fold[s] for s in data["shock"]], dtype=np.intp)


def forecast(
    data: pd.DataFrame, refit: str | None = None, progress: Callable[[float, str], None] | None = None, *,
    keep: int = 200, thin: int = 10,
) -> pd.DataFrame:  # fmt: skip
    """Columns id, mean, q025..q975 of the observed change of each tidy row; `keep` and `thin` are the sampler's in a refit."""
    say = progress or (lambda share, words: None)
    out = np.zeros((len(data), 1 + len(LEVELS)))
    if refit is None:
        plan = [(shipped_model(), np.arange(len(data)))]
    elif refit == "loo":
        fold = _folds(data)
        plan = []
        for f in range(FOLDS):
            say(0.7 * f / FOLDS, f"fit {f + 1} of {FOLDS}")
            mine = np.flatnonzero(fold == f)
            if mine.size:
                plan.append((ShockModel.fit(data[fold != f], keep=keep, thin=thin), mine))
    else:
        raise UsageError(f"--refit {refit!r} is unknown; use loo, or leave it out for the shipped parameters")
    done = 0
    for model, rows in plan:
        for i in rows:
            mixture = model.change(data.iloc[i])
            out[i, 0], out[i, 1:] = mixture.mean, mixture.quantile(LEVELS)
            done += 1
        say(0.7 + 0.3 * done / len(data), "forecasts")
    return pd.DataFrame(out, columns=["mean", *COLUMNS]).assign(id=data["id"].to_numpy())[["id", "mean", *COLUMNS]]


def _scores(data: pd.DataFrame, forecasts: pd.DataFrame) -> pd.DataFrame:
    """CRPS from the 39 quantiles (twice the mean pinball loss), beside the zero-effect forecast; every shock weighs 1."""
    keep = data["usable"].to_numpy()
    rows, q = data[keep].reset_index(drop=True), forecasts.loc[keep, COLUMNS].to_numpy()
    y = rows["change"].to_numpy(dtype=float)

    def crps(quantiles: FloatArray) -> FloatArray:
        d = y[:, None] - quantiles
        return np.asarray(2 * np.mean((LEVELS - (d < 0)) * d, axis=1))

    zero = np.sqrt(rows["noise"].to_numpy(dtype=float))[:, None] * special.ndtri(LEVELS)
    rows = rows.assign(
        weight=1 / rows.groupby("shock")["id"].transform("size"), crps=crps(q), zero=crps(zero),
        error=np.abs(y - forecasts.loc[keep, "mean"].to_numpy()),
        cover80=(q[:, 3] <= y) & (y <= q[:, 35]), cover90=(q[:, 1] <= y) & (y <= q[:, 37]),
    )  # fmt: skip
    parts = [("all", rows), ("frame", rows[rows["news"] == 0]), ("news", rows[rows["news"] == 1])]
    parts += [(k, rows[rows["kind"] == k]) for k in KINDS]
    table = []
    for name, part in parts:
        if part.empty:
            continue
        mean = {c: float(np.average(part[c], weights=part["weight"])) for c in ("crps", "zero", "error", "cover80", "cover90")}
        table.append(
            {"part": name, "shocks": part["shock"].nunique(), "rows": len(part), "crps": mean["crps"], "crps_zero": mean["zero"],
             "skill": 1 - mean["crps"] / mean["zero"], "mae": mean["error"], "cover80": mean["cover80"],
             "cover90": mean["cover90"]}
        )  # fmt: skip
    return pd.DataFrame(table)


def run(data: Path, out: Path, *, refit: str | None = None, progress: Callable[[float, str], None] | None = None) -> pd.DataFrame:
    """Write the forecast file and return the score table (empty where no row has an outcome)."""
    data = Path(data)
    file = next((f for f in (data / "shocks.csv", data / "shocks" / "shocks.csv", data) if f.is_file()), None)
    if file is None:
        raise InputError(f"{data}: no shocks.csv here; --data takes the folder of a shock library")
    rows = tidy_shocks(pd.read_csv(file))
    forecasts = forecast(rows, refit, progress)
    Path(out).parent.mkdir(parents=True, exist_ok=True)
    forecasts.to_csv(out, index=False, float_format="%.4f")
    return _scores(rows, forecasts)
