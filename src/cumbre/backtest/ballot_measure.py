"""Everything that the calibration page says, measured on a folder of past elections in one go.

Every election is forecast with everything learned from the others; then again with the thin ones weighted down, and with all elections of
the country left out. Only scores, counts and shares come out, no rows of the data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cumbre.backtest import ballot
from cumbre.backtest.ballot_calibration import THIN, bootstrap, calibrate, cells_of, crps_of
from cumbre.ballot.history import DAYS, LONG, First, Pair
from cumbre.ballot.learning import BallotPrior, Outcome, learn, outcomes

__all__ = ["forecasts", "measure", "outright", "reliability"]

FloatArray = npt.NDArray[np.float64]
Truth = Mapping[tuple[str, str], Outcome]
Progress = Callable[[float, str], None]

LEVELS = (40, 45, 50)
"""Per cent of the valid vote that a first-round leader may pass."""

TOP_BINS = (0.0, 0.05, 0.2, 0.5, 0.8, 0.95, 1.0001)
WIN_BINS = (0.5, 0.6, 0.75, 0.9, 1.0001)
"""Edges of the chances that are compared with what happened."""


def forecasts(
    polls: pd.DataFrame, truth: Truth, firsts: list[First], pairs: list[tuple[str, int, Pair]], priors: Mapping[str, BallotPrior]
) -> pd.DataFrame:
    """Forecast table of all elections, each from its own prior, at all horizons of `firsts`."""
    days = tuple(sorted({f.days for f in firsts} | set(DAYS)))
    rows: list[dict[str, Any]] = []
    for election, prior in priors.items():
        rows += ballot.election_rows(election, polls, truth, firsts, pairs, prior, days)
    return pd.DataFrame(
        rows, columns=["election_id", "round", "days_before", "candidate", "mean", *ballot.COLUMNS, "p_top2", "p_win"]
    )


def outright(firsts: Iterable[First], priors: Mapping[str, BallotPrior], truth: Truth) -> list[dict[str, Any]]:
    """By days and level: how many leaders the forecasts expect above the level, and how many there were."""
    rows = []
    for state in firsts:
        if (state.election, "1") not in truth:
            continue
        runs = np.array([k == "candidate" for k in state.kinds]) & state.present
        top = 100 * np.where(runs, ballot.draw_first(state, priors[state.election]), 0.0).max(axis=1)
        best = max(truth[state.election, "1"].share.values())
        rows += [(state.days, level, float((top > level).mean()), best > level) for level in LEVELS]
    table = pd.DataFrame(rows, columns=["days", "level", "chance", "seen"])
    out = []
    for days, level in sorted(set(zip(table["days"].tolist(), table["level"].tolist(), strict=True))):
        g = table[(table["days"] == days) & (table["level"] == level)]
        spread = float(np.sqrt((g["chance"] * (1 - g["chance"])).sum()))
        out.append({
            "days": int(days), "level": int(level), "elections": len(g), "expected": round(float(g["chance"].sum()), 2),
            "sd": round(spread, 2), "seen": int(g["seen"].sum()),
        })  # fmt: skip
    return out


def reliability(
    chance: FloatArray, happened: npt.NDArray[np.bool_], unit: npt.NDArray[Any], edges: tuple[float, ...]
) -> list[dict[str, Any]]:
    """Mean chance and share of yes by bin of the chance, with the 90 % range of the share over whole elections.

    >>> reliability(np.array([0.1, 0.1]), np.array([False, True]), np.array(["a", "b"]), (0.0, 1.0))[0]["happened"]
    0.5
    """
    out = []
    for low, high in pairwise(edges):
        inside = (chance >= low) & (chance < high)
        if inside.any():
            share, bottom, top = bootstrap(happened[inside].astype(float), unit[inside])
            out.append({
                "said": round(float(chance[inside].mean()), 4), "happened": round(share, 4), "low": round(bottom, 4),
                "high": round(top, 4), "n": int(inside.sum()), "elections": len(set(unit[inside])),
            })  # fmt: skip
    return out


def _top_two(table: pd.DataFrame, cells: pd.DataFrame, results: pd.DataFrame) -> list[dict[str, Any]]:
    """Reliability of the chance of being one of the first two, cells up to 30 days."""
    first = table[table["round"] == "1"].assign(days=lambda t: t["days_before"].astype(int))
    won = results[results["round"] == "1"].assign(top=lambda t: pd.to_numeric(t["advanced_or_top2"], errors="coerce"))
    joined = cells[cells["days"] <= 30].merge(first, on=["election_id", "days", "candidate"])
    joined = joined.merge(won[["election_id", "candidate", "top"]], on=["election_id", "candidate"]).dropna(subset=["top"])
    chance = pd.to_numeric(joined["p_top2"]).to_numpy(float)
    return reliability(chance, joined["top"].to_numpy() == 1, joined["election_id"].to_numpy(), TOP_BINS)


def _winner(table: pd.DataFrame, truth: Truth) -> list[dict[str, Any]]:
    """Reliability of the chance of the likelier winner of a run-off, up to 30 days before."""
    second = table[(table["round"] == "2") & (pd.to_numeric(table["days_before"], errors="coerce") <= 30)]
    chance = pd.to_numeric(second["p_win"]).to_numpy(float)
    ids, names = second["election_id"].to_numpy(), second["candidate"].to_numpy()
    won = np.array(
        [truth[e, "2"].share[c] == max(truth[e, "2"].share.values()) for e, c in zip(ids, names, strict=True)], dtype=bool
    )
    likelier = chance >= 0.5
    return reliability(chance[likelier], won[likelier], ids[likelier], WIN_BINS)


def _far(table: pd.DataFrame, truth: Truth) -> list[dict[str, Any]]:
    """Coverage beyond 60 days, where few elections have polls; cells are candidates with a forecast mean of 3 or more."""
    out = []
    first = table[(table["round"] == "1") & (table["mean"] >= 3)]
    for days in LONG:
        g = first[first["days_before"] == days]
        g = g[[c in truth[e, "1"].share for e, c in zip(g["election_id"], g["candidate"], strict=True)]]
        if g.empty:
            continue
        y = np.array([truth[e, "1"].share[c] for e, c in zip(g["election_id"], g["candidate"], strict=True)])
        q = g[ballot.COLUMNS].to_numpy(float)
        inside = {n: (q[:, a] <= y) & (y <= q[:, b]) for n, a, b in (("cov50", 9, 29), ("cov80", 3, 35), ("cov90", 1, 37))}
        out.append({
            "days": days, "elections": int(g["election_id"].nunique()), "cells": len(g), "crps": round(float(crps_of(q, y).mean()), 3),
            **{n: round(float(v.mean()), 3) for n, v in inside.items()}, "width90": round(float((q[:, 37] - q[:, 1]).mean()), 3),
        })  # fmt: skip
    return out


def runoff_rows(scores: pd.DataFrame) -> list[dict[str, Any]]:
    """Run-off scores by horizon; days 0 stands for the true first round alone, without polls of the pair."""
    out = []
    for row in scores[scores["round"] != "1"].to_dict("records"):
        days = 0 if row["round"] == "2t" else int(row["days"])
        names = ("mae", "crps", "cov50", "cov80", "cov90", "width90", "brier")
        out.append({"days": days, "elections": int(row["elections"]), **{n: round(float(row[n]), 3) for n in names}})
    return out


def measure(data: Path, progress: Progress | None = None) -> dict[str, Any]:
    """Scores of a folder of elections, each left out in turn; keys are those of `calibration` in the prior file of the ballot."""
    say = progress or (lambda share, words: None)
    polls, results = ballot.read(Path(data))
    truth = outcomes(results)
    firsts, pairs = ballot.prepare(polls, truth, progress=lambda s, w: say(0.3 * s, w))
    cells = cells_of(polls, results)
    elections = sorted({e for e, _ in truth})
    thin = dict.fromkeys(THIN, 0.25)

    def learned(leave: Callable[[str], set[str]], weight: dict[str, float] | None = None) -> dict[str, BallotPrior]:
        return {e: learn(firsts, pairs, truth, leave_out=leave(e), weight=weight) for e in elections}

    def country(election: str) -> set[str]:
        return {e for e in elections if e.split("-")[0] == election.split("-")[0]}

    near = [f for f in firsts if f.days in DAYS]
    say(0.35, "each election left out")
    own = learned(lambda e: {e})
    table = forecasts(polls, truth, firsts, pairs, own)
    short = table[(table["round"] != "1") | table["days_before"].isin(DAYS)]
    measured = calibrate(polls, results, short)
    say(0.6, "thin elections weighted down")
    light = calibrate(polls, results, forecasts(polls, truth, near, pairs, learned(lambda e: {e}, thin)))["by_horizon"]
    say(0.8, "each country left out")
    abroad = calibrate(polls, results, forecasts(polls, truth, near, pairs, learned(country)))["by_horizon"]
    kept = ("days", "elections", "crps", "cov50", "cov80", "cov90", "width90")
    say(1.0, "scores")
    return {
        "method": "leave one election out",
        **measured,
        "runoff": runoff_rows(ballot.score(short, results)),
        "long": _far(table, truth),
        "outright": outright(firsts, own, truth),
        "reliability": {"top_two": _top_two(short, cells, results), "winner": _winner(short, truth)},
        "thin_weighted": [{k: r[k] for k in kept} for r in light],
        "country_out": [{k: r[k] for k in kept} for r in abroad],
    }
