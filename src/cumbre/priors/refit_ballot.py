"""Refit the priors of the ballot: `python -m cumbre.priors.refit_ballot --data DIR [--out FILE]`.

Learns the common error, the run-off and the blank vote from all elections of the folder, and measures the calibration with each
election left out in turn. The tool calls the backtest by name, because priors stand below the stages and import none.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

__all__ = ["refit"]

FORMULA = "log-ratio state space; Student-t common error, log-linear scale; run-off: tempered product of two Student-t"


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 5)
    if isinstance(value, dict):
        return {k: _rounded(v) for k, v in value.items()}
    return value


def runoff_rows(scores: Any) -> list[dict[str, Any]]:
    """Run-off scores by horizon; days 0 stands for the true first round alone, without polls of the pair."""
    out = []
    for row in scores[scores["round"] != "1"].to_dict("records"):
        days = 0 if row["round"] == "2t" else int(row["days"])
        names = ("mae", "crps", "cov50", "cov80", "cov90", "width90", "brier")
        out.append({"days": days, "elections": int(row["elections"]), **{n: round(float(row[n]), 3) for n in names}})
    return out


def refit(data: Path) -> dict[str, Any]:
    """The content of the prior file from a folder with polls.csv and results.csv."""
    backtest: Any = import_module("cumbre.backtest.ballot")
    calibration: Any = import_module("cumbre.backtest.ballot_calibration")
    history: Any = import_module("cumbre.ballot.history")
    learning: Any = import_module("cumbre.ballot.learning")
    polls, results = backtest.read(data)
    truth = learning.outcomes(results)
    firsts, pairs = backtest.prepare(polls, truth)
    prior = learning.learn(firsts, pairs, truth)
    counts = {str(d): sum(f.days == d for f in firsts) for d in history.DAYS + history.LONG}
    thin = dict.fromkeys(calibration.THIN, 0.25)
    with tempfile.TemporaryDirectory() as folder:
        plain, light = Path(folder) / "plain.csv", Path(folder) / "light.csv"
        scores = backtest.run(data, plain, refit="loo")
        backtest.run(data, light, refit="loo", weight=thin)
        measured = calibration.calibrate(data, plain)
        sensitivity = calibration.calibrate(data, light)["by_horizon"]
    return {
        "provenance": {
            "data": "open election data: polls and results of "
            f"{results['election_id'].nunique()} presidential elections, {polls['poll_id'].nunique()} polls (see docs/ballot.md)",
            "elections": sorted(set(results["election_id"])),
            "first_round_states": counts,
            "n": len({f.election for f in firsts}),
            "runoffs": int((results[results["round"] == "2"]["election_id"]).nunique()),
            "formula": FORMULA,
            "label": "selected",
            "note": "elections chosen because polls could be found, not at random",
            "fitted": dt.datetime.now(tz=dt.UTC).date().isoformat(),
            "code": "python -m cumbre.priors.refit_ballot --data DIR",
        },
        **_rounded(prior.as_dict()),
        "calibration": {
            "method": "leave one election out",
            **measured,
            "runoff": runoff_rows(scores),
            "thin_weighted": [{k: r[k] for k in ("days", "crps", "cov50", "cov90", "width90")} for r in sensitivity],
        },
    }


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Refit the priors of the ballot.")
    parser.add_argument("--data", type=Path, required=True, help="folder with polls.csv and results.csv")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("ballot.json"))
    args = parser.parse_args()
    args.out.write_text(json.dumps(refit(args.data), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
