"""Refit the priors of the ballot: `python -m cumbre.priors.refit_ballot --data DIR [--out FILE]`.

Learns the common error, the run-off and the blank vote from all elections of the folder, and measures the calibration with each
election left out in turn. The tool calls the backtest by name, because priors stand below the stages and import none.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import re
from collections.abc import Callable
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
    if isinstance(value, (list, tuple)):
        return [_rounded(v) for v in value]
    return value


def refit(data: Path, progress: Callable[[float, str], None] | None = None) -> dict[str, Any]:
    """The content of the prior file from a folder with polls.csv and results.csv: what they teach, and how well it did on them."""
    backtest: Any = import_module("cumbre.backtest.ballot")
    measure: Any = import_module("cumbre.backtest.ballot_measure")
    history: Any = import_module("cumbre.ballot.history")
    learning: Any = import_module("cumbre.ballot.learning")
    polls, results = backtest.read(data)
    truth = learning.outcomes(results)
    firsts, pairs = backtest.prepare(polls, truth)
    prior = learning.learn(firsts, pairs, truth)
    counts = {str(d): sum(f.days == d for f in firsts) for d in history.DAYS + history.LONG}
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
        "calibration": measure.measure(data, progress),
    }


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Refit the priors of the ballot.")
    parser.add_argument("--data", type=Path, required=True, help="folder with polls.csv and results.csv")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("ballot.json"))
    args = parser.parse_args()
    text = json.dumps(refit(args.data), indent=1)
    flat = re.sub(r"\[[^][{}\"]*\]", lambda m: " ".join(m[0].split()), text)  # lists of numbers on one line
    args.out.write_text(flat + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
