"""Refit the numbers of the table stage: `python -m cumbre.priors.refit_table --data DIR`.

DIR holds `deu/`, `bilateral/`, `sanctions_crises/`, `icb_crises/` and `published/emissions1994/`. Writes `table.json` beside
this file (or to `--out`). Only fitted numbers and counts are written, no rows of the data, except the ten-row published example.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cumbre.backtest.table import episode_features, issue_inputs, issue_parts, rows_of
from cumbre.table.fitting import GRID_NAMES, choose, fit_logit, mixture_grid

__all__ = ["main", "refit"]


def _many_actor(data: Path) -> dict[str, Any]:
    issues, groups = issue_inputs(data / "deu")
    rows = [r for r in rows_of(issues) if np.isfinite(r.outcome) and len(groups.get(str(r.issue_id), ())) >= 3]
    parts = [issue_parts(r, groups[str(r.issue_id)]) for r in rows]
    truth = np.array([(r.outcome - r.scale_low) / (r.scale_high - r.scale_low) for r in rows])
    grid = mixture_grid(parts, truth)
    best = choose(grid, np.ones(len(rows), bool))
    dossier = np.array([str(r.dossier_id) for r in rows])
    folds = {name: number % 10 for number, name in enumerate(sorted(set(dossier)))}
    fold = np.array([folds[name] for name in dossier])
    picked = np.empty(len(rows), np.intp)
    for number in range(10):
        picked[fold == number] = choose(grid, fold != number)
    each = np.arange(len(rows))
    return {
        "weights": dict(zip(GRID_NAMES, grid.weights[best].round(4).tolist(), strict=True)),
        "kernel_sd": float(grid.sd[best]),
        "label": "estimated",
        "formula": "lowest mean CRPS on a grid, pulled to (.70, .15, .10, .05), 80 % coverage within .76-.84",
        "n": len(rows),
        "dossiers": len(folds),
        "in_sample": {"crps": float(grid.crps[best].mean()), "mae": float(grid.error[best].mean()),
                      "cover80": float(grid.hit80[best].mean()), "width80": float(grid.width80[best].mean())},
        "cross_validated": {"crps": float(grid.crps[picked, each].mean()), "mae": float(grid.error[picked, each].mean()),
                            "cover80": float(grid.hit80[picked, each].mean()), "width80": float(grid.width80[picked, each].mean())},
        "source": "DEU III, Arregui & Perarnaud 2021, doi:10.34810/data53, CC BY 4.0",
    }  # fmt: skip


def _breakdown(data: Path) -> dict[str, Any]:
    episodes = episode_features(data / "bilateral")
    sources: dict[str, Any] = {}
    for source, ridge in (("DealOrNoDeal", 0.01), ("CaSiNo", 5.0)):
        rows = episodes[episodes["source"] == source]
        intercept, slopes = fit_logit(rows[["nash", "surplus"]].to_numpy(float), rows["agreed"].to_numpy(float), ridge=ridge)
        sources[source] = {"intercept": intercept, "slopes": slopes.tolist(), "ridge": ridge, "n": len(rows),
                           "deal_rate": float(rows["agreed"].mean())}  # fmt: skip
    dnd = episodes[episodes["source"] == "DealOrNoDeal"]
    one, slope = fit_logit(dnd[["nash"]].to_numpy(float), dnd["agreed"].to_numpy(float), ridge=0.01)
    return {
        "sources": sources,
        "default": "DealOrNoDeal",
        "features": ["nash: sqrt of the best product of gains, each over its maximum", "surplus: best sum of the same gains"],
        "single": {"intercept": one, "slope": float(slope[0]), "mean_nash": float(dnd["nash"].mean())},
        "label": "estimated",
        "formula": "logit P(deal) = a + b . features",
        "source": "Lewis et al. 2017 (Deal or No Deal, CC BY-NC 4.0: coefficients only, no rows); Chawla et al. 2021 (CaSiNo, CC BY 4.0)",
        "note": "People dividing goods without stakes, not states; in a case the intercept is shifted to the case's own base rates.",
    }


def _shares(counts: pd.Series[int]) -> dict[str, float]:
    cd, sf, bd = (int(counts[k]) for k in ("cd", "sf", "bd"))
    threats = max(cd + sf + bd, 1)
    resist = max(sf + bd, 1)
    return {"threats": cd + sf + bd, "target_concedes": cd / threats, "sender_stands_firm": sf / threats, "sender_backs_down": bd / threats,
            "backs_down_after_resistance": bd / resist}  # fmt: skip


def _outside_view(data: Path) -> dict[str, Any]:
    ties = pd.read_csv(data / "sanctions_crises" / "dyad_decades.csv")
    usa = ties[ties["ccode1"] == 2]
    latin = usa[usa["ccode2"].between(40, 165)]
    icb = pd.read_csv(data / "icb_crises" / "crisis_actors.csv")
    small = icb[icb["violence"] == 1]
    groups = {"all": icb, "no violence": small}
    ranges = {
        name: _shares(rows[["cd", "sf", "bd"]].sum())
        for name, rows in (("all", ties), ("USA as sender", usa), ("USA and Latin America", latin))
    }
    outcomes = {
        name: {"n": len(rows), **{str(k): float(v) for k, v in rows["outcome"].value_counts(normalize=True).round(4).items()}}
        for name, rows in groups.items()
    }
    return {
        "sanction_threats": {"groups": ranges, "label": "estimated", "years": "1970-2000",
                             "source": "TIES: Morgan, Bapat & Kobayashi 2014, doi:10.1177/0738894213520379; dyad-decades of "
                                       "Crisman-Cox & Gibilisco 2019, doi:10.1017/psrm.2019.58"},
        "crises": {"groups": outcomes, "label": "estimated", "years": f"{icb['year'].min()}-{icb['year'].max()}",
                   "source": "ICB v16: Brecher & Wilkenfeld"},
        "note": "Stands beside the result as the outside view; nothing of it is blended into the worlds.",
    }  # fmt: skip


def refit(data: Path) -> dict[str, Any]:
    """All fitted numbers of the stage; deterministic."""
    example = pd.read_csv(data / "published" / "emissions1994" / "positions.csv")
    columns = ["actor", "position", "salience", "capability"]
    return {
        "provenance": {
            "data": "DEU III, Deal or No Deal, CaSiNo, TIES (dyad-decades), ICB v16; developers' half of each",
            "formula": "see each block",
            "date_of_fit": "2026-11-22",
            "code": "python -m cumbre.priors.refit_table --data DIR",
            "n": {"issues": 192, "episodes": 1060, "dyad_decades": 212, "crisis_actors": 546},
        },
        "many_actor": _many_actor(data),
        "breakdown": _breakdown(data),
        "outside_view": _outside_view(data),
        "examples": {
            "emissions1994": {
                "rows": example[columns].to_numpy().tolist(),
                "source": "Bueno de Mesquita 1994, table p. 78, as used by Scholz, Calbert & Smith 2011",
                "label": "recorded",
            }
        },
    }


def main(arguments: list[str] | None = None) -> None:
    """Command line of the refit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "--data", type=Path, required=True, help="folder with deu/, bilateral/, sanctions_crises/, icb_crises/, published/"
    )
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("table.json"))
    args = parser.parse_args(arguments)
    args.out.write_text(json.dumps(refit(args.data), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
