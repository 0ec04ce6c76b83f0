"""Forecasts of the table stage on a folder of bargaining data, in the files of the contract, with their own scores.

The folder decides the task: `issues.csv` and `positions.csv` (decided issues), `episodes.csv` (two parties dividing goods) or
`closed_forms.csv` (exact answers). Where several stand in one folder, `--out` names a folder and each task writes its file there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cumbre import priors as shipped
from cumbre.backtest.closed_forms import solve_closed_forms
from cumbre.errors import InputError, UsageError
from cumbre.table.allocation import deal_chance, divide
from cumbre.table.challenge import rounds_of
from cumbre.table.ensemble import components, forecast_issue
from cumbre.table.fitting import GRID_NAMES, choose, crps, fit_logit, mixture_grid
from cumbre.table.kernel import LEVELS

__all__ = ["episode_features", "issue_inputs", "issue_parts", "rows_of", "run", "score_bilateral", "score_issues"]

FEWEST = 10
"""Decided issues needed before mixture weights are chosen again."""

Progress = Callable[[float, str], None] | None
QUANTILES = [f"q{round(1000 * level):03d}" for level in LEVELS]
_TASKS = {"issues.csv": "issues", "episodes.csv": "bilateral", "closed_forms.csv": "closed"}


def run(data: Path, out: Path, *, refit: str | None = None, progress: Progress = None) -> pd.DataFrame:
    """Write the forecast file(s) for `data` to `out` and return a table of scores (part, measure, value, n).

    `refit="loo"` chooses mixture weights and logit again, leaving out the dossier (ten parts for episodes) that is forecast;
    otherwise the shipped priors are used as they are. Raises InputError where the folder holds none of the known files.
    """
    data, out = Path(data), Path(out)
    if refit not in (None, "", "loo"):
        raise UsageError(f"--refit {refit!r} is not known; use loo, or leave it out for the shipped priors")
    tasks = [task for name, task in _TASKS.items() if (data / name).is_file()]
    if not tasks:
        raise InputError(
            f"{data}: holds none of {', '.join(_TASKS)}; name a folder such as bargaining/deu or bargaining/bilateral"
        )
    scores = []
    for task in tasks:
        target = out if len(tasks) == 1 else out / f"{task}.csv"
        target.parent.mkdir(parents=True, exist_ok=True)
        runner = {"issues": _issues, "bilateral": _bilateral, "closed": _closed}[task]
        scores.append(runner(data, target, refit == "loo", progress))
    return pd.concat(scores, ignore_index=True)


def _read(path: Path, need: tuple[str, ...], text: tuple[str, ...]) -> pd.DataFrame:
    frame = pd.read_csv(path, dtype=dict.fromkeys(text, str))
    missing = [name for name in need if name not in frame.columns]
    if missing:
        raise InputError(f"{path}: has no column {', '.join(missing)}; expected at least {', '.join(need)}")
    for name in need:
        if name not in text:
            frame[name] = pd.to_numeric(frame[name], errors="coerce")
    return frame


def rows_of(frame: pd.DataFrame) -> list[Any]:
    """Rows with their columns as attributes."""
    return list(frame.itertuples(index=False))


def issue_inputs(data: Path) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """Issues, and the positions of each issue with blank positions dropped and capability filled with 1 where absent."""
    issues = _read(data / "issues.csv", ("issue_id", "scale_low", "scale_high"), ("issue_id", "dossier_id"))
    positions = _read(data / "positions.csv", ("issue_id", "actor", "position"), ("issue_id", "actor"))
    for name in ("salience", "capability"):
        column = positions[name] if name in positions else pd.Series(np.nan, index=positions.index)
        positions[name] = pd.to_numeric(column, errors="coerce")
    groups = {str(k): g.dropna(subset=["position"]) for k, g in positions.groupby("issue_id")}
    if "dossier_id" not in issues:
        issues["dossier_id"] = issues["issue_id"]
    for name in ("status_quo", "outcome"):
        issues[name] = pd.to_numeric(issues[name], errors="coerce") if name in issues else np.nan
    return issues, groups


def _filled(column: pd.Series[float]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    known = column.dropna()
    values = np.maximum(column.fillna(known.mean() if len(known) else 1.0).to_numpy(np.float64), 0.0)
    return values / values.max() if len(values) and values.max() > 0 else np.ones_like(values)


def issue_parts(issue: Any, group: pd.DataFrame) -> dict[str, Any]:
    """What the models need of one issue: positions on 0-1, saliences and capabilities with gaps filled, on the common grid."""
    x = np.clip((group["position"].to_numpy(np.float64) - issue.scale_low) / (issue.scale_high - issue.scale_low), 0, 1)
    return components(x, _filled(group["salience"]), _filled(group["capability"]), GRID_NAMES)


def _loo_priors(issues: pd.DataFrame, groups: Mapping[str, pd.DataFrame], progress: Progress) -> dict[str, dict[str, Any]]:
    """Mixture chosen without the dossier, by dossier."""
    rows = [r for r in rows_of(issues) if np.isfinite(r.outcome) and len(groups.get(str(r.issue_id), ())) >= 3]
    parts = [issue_parts(r, groups[str(r.issue_id)]) for r in rows]
    truth = np.array([(r.outcome - r.scale_low) / (r.scale_high - r.scale_low) for r in rows])
    grid = mixture_grid(parts, truth)
    if progress:
        progress(0.5, "mixture settings scored")
    dossier = np.array([str(r.dossier_id) for r in rows])
    found = {}
    for name in issues["dossier_id"].astype(str).unique():
        best = choose(grid, dossier != name)
        found[name] = {
            "weights": dict(zip(GRID_NAMES, grid.weights[best].tolist(), strict=True)),
            "kernel_sd": float(grid.sd[best]),
        }
    return found


def _issues(data: Path, out: Path, loo: bool, progress: Progress) -> pd.DataFrame:
    issues, groups = issue_inputs(data)
    many = shipped.load("table")["many_actor"]
    # too few decided issues say nothing about weights: then the shipped ones stand
    by_dossier = _loo_priors(issues, groups, progress) if loo and issues["outcome"].notna().sum() >= FEWEST else {}
    rows: list[list[Any]] = []
    nobody = pd.DataFrame({"position": [], "salience": [], "capability": []}, dtype=float)
    for number, issue in enumerate(rows_of(issues)):
        group = groups.get(str(issue.issue_id), nobody)
        forecast = forecast_issue(
            group["position"].to_numpy(), group["salience"].to_numpy(), group["capability"].to_numpy(),
            low=float(issue.scale_low), high=float(issue.scale_high), priors=by_dossier.get(str(issue.dossier_id), many),
        )  # fmt: skip
        rows.append([issue.issue_id, forecast.mean, *forecast.quantiles])
        if progress and number % 20 == 0:
            progress((number + 1) / len(issues), f"issue {issue.issue_id}")
    forecasts = pd.DataFrame(rows, columns=["issue_id", "mean", *QUANTILES])
    forecasts.to_csv(out, index=False, float_format="%.6g")
    return pd.concat([score_issues(issues, groups, forecasts), _rounds(data, groups)], ignore_index=True)


def score_issues(issues: pd.DataFrame, groups: Mapping[str, pd.DataFrame], forecasts: pd.DataFrame) -> pd.DataFrame:
    """MAE, CRPS, 80 % coverage and width in per cent of the scale, beside the weighted mean, over issues with an outcome."""
    span = (issues["scale_high"] - issues["scale_low"]).to_numpy(float)
    low, y = issues["scale_low"].to_numpy(float), issues["outcome"].to_numpy(float)
    q = 100 * (forecasts[QUANTILES].to_numpy(float) - low[:, None]) / span[:, None]
    mean, truth = 100 * (forecasts["mean"].to_numpy(float) - low) / span, 100 * (y - low) / span
    base = []
    for i in rows_of(issues):
        g = groups.get(str(i.issue_id))
        if g is None or not len(g):
            base.append(50.0)
            continue
        w = _filled(g["salience"]) * _filled(g["capability"])
        w = w if w.sum() > 0 else np.ones_like(w)
        base.append(100 * (float((w * g["position"].to_numpy()).sum() / w.sum()) - i.scale_low) / (i.scale_high - i.scale_low))
    use = np.isfinite(y) & np.array([len(groups.get(str(i), ())) >= 3 for i in issues["issue_id"]])
    n = int(use.sum())
    rows: list[dict[str, Any]] = [{"part": "issues", "measure": "answered", "value": float(len(forecasts)), "n": len(issues)}]
    if n:
        inside = (q[use, 3] <= truth[use]) & (truth[use] <= q[use, 35])
        values = {
            "MAE": np.abs(mean - truth)[use].mean(), "MAE weighted mean": np.abs(np.array(base) - truth)[use].mean(),
            "CRPS": crps(q[use], truth[use]).mean(), "coverage 80 %": inside.mean(), "width 80 %": (q[use, 35] - q[use, 3]).mean(),
        }  # fmt: skip
        rows += [{"part": "issues", "measure": k, "value": float(v), "n": n} for k, v in values.items()]
    return pd.DataFrame(rows)


def _rounds(data: Path, groups: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Round medians of the challenge model beside published ones, where the folder holds them."""
    expected = data / "expected_scholz_table2.csv"
    if not expected.is_file() or len(groups) != 1:
        return pd.DataFrame()
    published = _read(expected, ("round", "weighted_median"), ())
    group = next(iter(groups.values()))
    x, c = group["position"].to_numpy(np.float64), group["capability"].to_numpy(np.float64)
    s = np.clip(group["salience"].to_numpy(np.float64) / 100, 0, 1)
    found = rounds_of(x, c, s, rounds=len(published), reading="code")
    rows: list[dict[str, Any]] = []
    close = 0
    for (median, mean), row in zip(found, rows_of(published), strict=True):
        rows.append({"part": "challenge", "measure": f"round {row.round:.0f} median", "value": median, "n": 1})
        rows.append({"part": "challenge", "measure": f"round {row.round:.0f} mean", "value": mean, "n": 1})
        close += abs(median - row.weighted_median) <= 0.1
    rows.append({"part": "challenge", "measure": "round medians within 0.1", "value": float(close), "n": len(published)})
    return pd.DataFrame(rows)


def episode_features(data: Path) -> pd.DataFrame:
    """One row an episode: source, agreed, predicted shares, true shares, and the features of the breakdown logit."""
    need = ("episode_id", "source", "quantity", "value_a", "value_b")
    items = _read(data / "episodes.csv", need, ("episode_id", "source", "issue"))
    for name in ("disagreement_a", "disagreement_b"):
        items[name] = pd.to_numeric(items[name], errors="coerce").fillna(0.0) if name in items else 0.0
    rows: list[dict[str, Any]] = []
    for episode, g in items.groupby("episode_id", sort=False):
        q, a, b = (g[name].fillna(0).to_numpy(np.float64) for name in ("quantity", "value_a", "value_b"))
        d = divide(q.astype(np.int64), a, b, (float(g["disagreement_a"].iloc[0]), float(g["disagreement_b"].iloc[0])))
        row = {"episode_id": episode, "source": str(g["source"].iloc[0]).split("-")[0], "share_a": d.share_a, "share_b": d.share_b,
               "nash": d.nash, "surplus": d.surplus}  # fmt: skip
        if "agreed" in g and pd.notna(g["agreed"].iloc[0]):
            row["agreed"] = float(g["agreed"].iloc[0])
            for side, value in (("a", a), ("b", b)):
                got = g[f"got_{side}"].to_numpy(np.float64) if f"got_{side}" in g else np.full(len(g), np.nan)
                row[f"true_{side}"] = float(got @ value / max(q @ value, 1e-12))
        rows.append(row)
    return pd.DataFrame(rows)


def _bilateral(data: Path, out: Path, loo: bool, progress: Progress) -> pd.DataFrame:
    episodes = episode_features(data)
    if progress:
        progress(0.8, "allocations enumerated")
    logits = shipped.load("table")["breakdown"]
    x = episodes[["nash", "surplus"]].to_numpy(float)
    p = np.empty(len(episodes))
    for source in episodes["source"].unique():
        rows = (episodes["source"] == source).to_numpy()
        fitted = logits["sources"].get(source, logits["sources"][logits["default"]])
        p[rows] = deal_chance(x[rows], float(fitted["intercept"]), np.array(fitted["slopes"]))
        if loo and "agreed" in episodes:
            # ten parts by order of appearance: each is forecast from the other nine
            index = np.flatnonzero(rows)
            for fold in range(10):
                test, train = index[fold::10], np.setdiff1d(index, index[fold::10])
                intercept, slopes = fit_logit(x[train], episodes["agreed"].to_numpy(float)[train], ridge=float(fitted["ridge"]))
                p[test] = deal_chance(x[test], intercept, slopes)
    forecasts = episodes[["episode_id"]].assign(
        p_deal=np.clip(p, 0.0, 1.0), share_a=np.clip(episodes["share_a"], 0, 1), share_b=np.clip(episodes["share_b"], 0, 1)
    )
    forecasts.to_csv(out, index=False, float_format="%.6g")
    return score_bilateral(episodes, p)


def score_bilateral(episodes: pd.DataFrame, p: np.ndarray[tuple[int], np.dtype[np.float64]]) -> pd.DataFrame:
    """Brier score of the chance of a deal and mean error of the shares, by source."""
    if "agreed" not in episodes:
        return pd.DataFrame([{"part": "bilateral", "measure": "answered", "value": float(len(episodes)), "n": len(episodes)}])
    rows: list[dict[str, Any]] = []
    frame = episodes.assign(p=p)
    for source, g in frame.groupby("source"):
        rate = g["agreed"].mean()
        deal = g[g["agreed"] == 1]
        error = ((deal["share_a"] - deal["true_a"]).abs() + (deal["share_b"] - deal["true_b"]).abs()) / 2
        values = {
            "Brier": ((g["p"] - g["agreed"]) ** 2).mean(),
            "Brier of the base rate": rate * (1 - rate),
            "share error": error.mean(),
        }
        rows += [{"part": str(source), "measure": k, "value": float(v), "n": len(g)} for k, v in values.items()]
    return pd.DataFrame(rows)


def _closed(data: Path, out: Path, loo: bool, progress: Progress) -> pd.DataFrame:
    example = data / "published" / "emissions1994" / "positions.csv"
    columns = ["actor", "position", "salience", "capability"]
    if example.is_file():
        table = pd.read_csv(example)
    else:
        table = pd.DataFrame(shipped.load("table")["examples"]["emissions1994"]["rows"], columns=columns)
    found = solve_closed_forms(data, table)
    found[["case_id", "quantity", "value"]].to_csv(out, index=False, float_format="%.17g")
    rows: list[dict[str, Any]] = [
        {"part": "closed forms", "measure": "answered", "value": float(found["value"].notna().sum()), "n": len(found)}
    ]
    if "off" in found:
        within = float((found["off"] <= found["tolerance"]).sum())
        rows.append({"part": "closed forms", "measure": "within tolerance", "value": within, "n": len(found)})
    return pd.DataFrame(rows)
