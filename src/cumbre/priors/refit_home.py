"""Refit the shock library: `python -m cumbre.priors.refit_home --data DIR [--out FILE]`.

DIR holds shocks.csv and passthrough.csv. Writes priors/home.json: the posterior of the hierarchical model, the half-life, the
slope from approval to vote, and the fitted rows with their source's outlet and date (figures and own words; no titles).
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import time
from pathlib import Path

import numpy as np
import pandas as pd

from cumbre.home.decay import decay_log_likelihood, summary_of_decay
from cumbre.home.library import ShockModel
from cumbre.home.shocks import KINDS, tidy_shocks

ROW_COLUMNS = [
    "shock_id", "leader", "country", "event", "date", "initiator", "kind", "subkind", "salience", "selection",
    "election_within_6m", "pollster", "measure", "before", "change", "gap_days", "source_outlet", "source_date",
]  # fmt: skip


HALF_LIFE_USED = {
    "cooperation": {"median_weeks": 5.0, "sigma": 0.45, "label": "estimated"},
    "coercion": {"median_weeks": 5.0, "sigma": 0.80, "label": "judged"},
    "humiliation": {"median_weeks": 5.0, "sigma": 0.80, "label": "judged"},
    "military": {"median_weeks": 12.0, "sigma": 0.60, "label": "estimated"},
}
"""Lognormal priors that the stage uses, set from the likelihood sets below (docs/decisions/home.md says how)."""


def fit_half_life(data: pd.DataFrame, model: ShockModel) -> dict[str, object]:
    """Half-life in days from the rows with later waves, under the model's own means and spreads, by kind and over all."""
    centre, spread = np.zeros(len(data)), np.ones(len(data))
    for i, (kind, news, usable) in enumerate(zip(data["kind"], data["news"], data["usable"], strict=True)):
        if usable:
            effect = model.effect(kind, news=float(news))
            centre[i], spread[i] = effect.mean, np.sqrt(effect.variance)
    found: dict[str, object] = {"used": HALF_LIFE_USED}
    for name, degrees in [*((kind, None) for kind in KINDS), ("all", 4.0)]:
        rows = data["usable"] & ((data["kind"] == name) | (name == "all"))
        part = data.assign(usable=rows)
        best, low, high = summary_of_decay(decay_log_likelihood(part, centre, spread, degrees))
        shocks = int(data.loc[rows & data["later_change_1"].notna(), "shock"].nunique())
        found[name] = {"best_days": best, "low90_days": low, "high90_days": high, "shocks_with_later_waves": shocks}
    return found


def fit_pass_through(pairs: pd.DataFrame) -> dict[str, object]:
    """Slope through the origin of vote change on approval change, with its standard error."""
    pairs = pairs.dropna(subset=["approval_change", "vote_change"])
    x, y = pairs["approval_change"].to_numpy(dtype=float), pairs["vote_change"].to_numpy(dtype=float)
    slope = float(x @ y / (x @ x))
    se = float(np.sqrt(((y - slope * x) ** 2).sum() / (len(x) - 1) / (x @ x)))
    return {"slope": round(slope, 3), "se": round(se, 3), "pairs": len(x)}


def refit(folder: Path) -> dict[str, object]:
    """Everything that priors/home.json holds, from a folder of shocks.csv and passthrough.csv."""
    raw = pd.read_csv(folder / "shocks.csv")
    data = tidy_shocks(raw)
    start = time.perf_counter()
    model = ShockModel.fit(data, keep=200, thin=10)
    seconds = time.perf_counter() - start
    rows = raw.assign(before=data["before"], change=data["change"].round(2), gap_days=data["gap"].astype(int))
    rows = rows.loc[data["usable"], ROW_COLUMNS]
    rows = rows.astype(object).where(rows.notna(), None)
    usable = data[data["usable"]]
    return {
        "provenance": {
            "data": "shock library: one event seen by one pollster before and after, 1950-2026, news-selected and fixed frames",
            "rows": len(usable),
            "shocks": int(usable["shock"].nunique()),
            "fitted": dt.date.today().isoformat(),
            "code": "python -m cumbre.priors.refit_home --data DIR",
            "formula": "docs/home.md, 'The shock library'",
            "seconds": round(seconds, 1),
        },
        "model": model.as_json(),
        "half_life": fit_half_life(data, model),
        "pass_through": fit_pass_through(pd.read_csv(folder / "passthrough.csv")),
        "rows": {"columns": ROW_COLUMNS, "data": rows.to_numpy().tolist()},
    }


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("home.json"))
    args = parser.parse_args()
    content = refit(args.data)
    parts = [f"{json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in content.items()]
    args.out.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")
    for key in ("provenance", "half_life", "pass_through"):
        print(key, content[key])


if __name__ == "__main__":
    main()
