"""Tables of the table stage that do not depend on draws: issues, both sides, win-sets, the bargaining zone, the outside view."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from cumbre import priors
from cumbre.record.case import Case
from cumbre.table.explain import mean_lever_table, trades
from cumbre.table.fitted import Fitted

__all__ = ["deal_space", "outside_view", "readout"]


def readout(case: Case, fitted: Fitted) -> dict[str, pd.DataFrame]:
    """Tables by name: issues, zone, groups, models, levers, trades, base_rates, outside_view.

    Variance shares need worlds of their own and stand in `sensitivity`.
    """
    f = fitted
    return {
        "issues": _issues(case, f),
        "zone": _zone(f),
        "groups": pd.DataFrame(
            [(g.name, len(g.issues), g.rate, float(f.power[n]), g.principal) for n, g in enumerate(f.groups)],
            columns=["pair", "issues", "base_rate_of_a_deal", "power_of_the_first", "principals"],
        ),
        "models": pd.DataFrame(f.judged.model_weights, columns=["model", "weight"]),
        "levers": mean_lever_table(case, f),
        "trades": trades(case, f),
        "base_rates": pd.DataFrame(
            {"issue": f.issue_ids, "low": f.base_rate[:, 0], "mode": f.base_rate[:, 1], "high": f.base_rate[:, 2],
             "target": f.target, "reached": f.reached if len(f.reached) else np.nan,
             "basis": [i.change_basis for i in case.issues]}
        ),
        "outside_view": outside_view(),
    }  # fmt: skip


def _scale(f: Fitted, k: int, value: Any) -> Any:
    return f.low[k] + f.span[k] * value


def _issues(case: Case, f: Fitted) -> pd.DataFrame:
    """Per issue: status quo, both sides of its pair (position, salience), the bounds of each side's win-set, deciders."""
    rows = []
    for k, issue in enumerate(case.issues):
        sides = f.groups[f.group_of[k]].sides
        row: dict[str, Any] = {
            "issue": issue.id, "status_quo": issue.status_quo, "pair": f.groups[f.group_of[k]].name, "deciders": ";".join(issue.deciders),
        }  # fmt: skip
        for at, name in enumerate(("first", "second")):
            row[name] = sides[at]
            row[f"{name}_position"] = float(_scale(f, k, f.side_mode[k, at]))
            row[f"{name}_salience"] = float(f.side_own[k, at])
            row[f"{name}_audience"] = float(_scale(f, k, f.side_audience[k, at]))
            row[f"{name}_win_low"] = float(_scale(f, k, f.winset_low[k, at]))
            row[f"{name}_win_high"] = float(_scale(f, k, f.winset_high[k, at]))
        rows.append(row)
    return pd.DataFrame(rows)


def _zone(f: Fitted) -> pd.DataFrame:
    """Per issue: the overlap of the two win-sets and the coded red lines of the pair; `open` where there is room."""
    rows = []
    for k, issue in enumerate(f.issue_ids):
        low, high = float(f.winset_low[k].max()), float(f.winset_high[k].min())
        for row in np.flatnonzero((f.row_issue == k) & ~np.isnan(f.row_red)):
            if f.row_side[row] in f.groups[f.group_of[k]].sides:
                red = float(f.row_red[row])
                low, high = (low, min(high, red)) if f.row_red_above[row] else (max(low, red), high)
        rows.append((issue, float(_scale(f, k, low)), float(_scale(f, k, high)), low <= high))
    return pd.DataFrame(rows, columns=["issue", "low", "high", "open"])


def outside_view() -> pd.DataFrame:
    """Base rates of similar past cases: source, group, outcome, share, n. They stand beside the result and are not blended into it."""
    view = priors.load("table")["outside_view"]
    rows = []
    for group, shares in view["sanction_threats"]["groups"].items():
        for outcome, share in shares.items():
            if outcome != "threats":
                rows.append(("sanction threats", group, outcome, share, shares["threats"], view["sanction_threats"]["source"]))
    for group, shares in view["crises"]["groups"].items():
        for outcome, share in shares.items():
            if outcome != "n":
                rows.append(("international crises", group, outcome, share, shares["n"], view["crises"]["source"]))
    return pd.DataFrame(rows, columns=["kind", "group", "outcome", "share", "n", "source"])


def deal_space(case: Case, fitted: Fitted, first: str, second: str, points: int = 41) -> pd.DataFrame:
    """Utility of both principals over two issues, the others at their status quo: columns x, y, and one a side (for a map).

    x and y are values of the issues `first` and `second`; utility is the gain over the status quo as a share of the side's
    full-scale loss, from coded modes; inside the win-sets of both sides `accepted` is true.
    """
    f = fitted
    a, b = f.issue_ids.index(first), f.issue_ids.index(second)
    grid = np.linspace(0, 1, points)
    x, y = (g.ravel() for g in np.meshgrid(grid, grid, indexing="ij"))
    columns: dict[str, Any] = {"x": _scale(f, a, x), "y": _scale(f, b, y)}
    accepted = np.ones(len(x), bool)
    for k, z in ((a, x), (b, y)):
        accepted &= (z >= f.winset_low[k].max() - 1e-9) & (z <= f.winset_high[k].min() + 1e-9)
    for side in f.principals:
        gain, total = np.zeros(len(x)), 0.0
        for k, z in ((a, x), (b, y)):
            sides = f.groups[f.group_of[k]].sides
            if side not in sides or np.isnan(f.side_mode[k, sides.index(side)]):
                continue
            ideal, care = f.side_mode[k, sides.index(side)], f.side_own[k, sides.index(side)]
            gain += care * ((ideal - f.status_quo[k]) ** 2 - (ideal - z) ** 2)
            total += care
        columns[side] = gain / total if total > 0 else gain
    columns["accepted"] = accepted
    return pd.DataFrame(columns)
