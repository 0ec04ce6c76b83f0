"""Backtest of the ballot: every election of a folder, forecast as of each horizon, in the file that the scorers read.

`refit="loo"` learns the prior from the other elections of the folder; without it the shipped prior is used as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from cumbre import priors
from cumbre.ballot.first_round import centred_utility, root
from cumbre.ballot.history import (
    DAYS,
    LONG,
    Asked,
    First,
    Pair,
    blank_is_valid,
    first_round,
    houses_seen,
    pair_polls,
    questions_of,
)  # fmt: skip
from cumbre.ballot.house_record import HouseHistory, Seen, fit_persistence
from cumbre.ballot.learning import BallotPrior, Outcome, half_from_result, learn, outcomes
from cumbre.ballot.logratio import shares
from cumbre.ballot.runoff import AXIS, half_logit, pool, quantiles
from cumbre.errors import CaseError, InputError, Problem

__all__ = ["LEVELS", "prepare", "read", "run", "score"]

FloatArray = npt.NDArray[np.float64]
Progress = Callable[[float, str], None]

LEVELS = np.arange(1, 40) / 40
"""Levels of the quantile columns q025 ... q975."""

COLUMNS = [f"q{round(1000 * p):03d}" for p in LEVELS]

DRAWS = 8192

_POLLS = ("election_id", "round", "poll_id", "pollster", "field_end", "candidate", "share_pct", "kind")
_RESULTS = ("election_id", "round", "date", "candidate", "share_pct", "kind")


def read(data: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """polls.csv and results.csv of a folder, checked. Raises CaseError with every problem of both files."""
    problems: list[Problem] = []
    out = []
    for name, needed in (("polls.csv", _POLLS), ("results.csv", _RESULTS)):
        path = Path(data) / name
        if not path.is_file():
            raise InputError(f"{path}: no such file; --data takes a folder with polls.csv and results.csv")
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
        missing = [c for c in needed if c not in table.columns]
        if missing:
            problems.append(
                Problem(name, 1, missing[0], f"no column {', '.join(missing)}", "name the columns as in docs/ballot.md")
            )
            continue
        table["line"] = np.arange(len(table)) + 2
        table["round"] = table["round"].str.replace(r"\.0$", "", regex=True)
        number = pd.to_numeric(table["share_pct"], errors="coerce")
        bad = number.isna() & (table["share_pct"] != "")
        for line, text in zip(table.loc[bad, "line"].tolist(), table.loc[bad, "share_pct"].tolist(), strict=True):
            problems.append(Problem(name, line, "share_pct", f"{text!r} is no number", "give per cent, e.g. 23.5"))
        off = (number < 0) | (number > 100)
        for line, text in zip(table.loc[off, "line"].tolist(), table.loc[off, "share_pct"].tolist(), strict=True):
            problems.append(Problem(name, line, "share_pct", f"{text} is outside 0 to 100", "give per cent"))
        table["share_pct"] = number
        column = "field_end" if name == "polls.csv" else "date"
        when = pd.to_datetime(table[column], format="%Y-%m-%d", errors="coerce")
        for line, text in zip(table.loc[when.isna(), "line"].tolist(), table.loc[when.isna(), column].tolist(), strict=True):
            problems.append(Problem(name, line, column, f"{text!r} is no date", "write YYYY-MM-DD"))
        table[column] = when
        if name == "polls.csv" and "sample_size" not in table.columns:
            table["sample_size"] = ""
        out.append(table)
    if problems:
        raise CaseError(str(data), problems)
    return out[0], out[1]


def prepare(
    polls: pd.DataFrame,
    truth: Mapping[tuple[str, str], Outcome],
    days: tuple[int, ...] = DAYS + LONG,
    progress: Progress | None = None,
    houses: HouseHistory | None = None,
) -> tuple[list[First], list[tuple[str, int, Pair]]]:
    """States of every election at every horizon: first rounds, and polls of the pair that ran.

    Of the truth only the day of voting and, for a run-off, who ran is used. A house starts from its record in earlier elections of the
    country: those of the folder, and those of `houses` (the shipped prior); how much of a record returns is taken from `houses`, or else
    learned from all elections but the one that is forecast.
    """
    firsts: list[First] = []
    pairs: list[tuple[str, int, Pair]] = []
    by = {(str(e), str(r)): rows for (e, r), rows in polls.groupby(["election_id", "round"])}
    questions = {key: questions_of(by[key]) for key in sorted(truth) if key in by}
    seen = {} if houses is None else dict(houses.seen)
    seen |= _houses_seen(questions, truth, min(days))
    for number, (election, rnd) in enumerate(sorted(truth)):
        if (election, rnd) not in by:
            continue
        asked = questions[election, rnd]
        learned = houses.persistence if houses is not None else fit_persistence(seen, leave_out=election)
        record = HouseHistory(learned, seen)
        date = pd.Timestamp(truth[election, rnd].date)
        names = sorted(truth[election, rnd].share)
        for d in days:
            asof = date - pd.Timedelta(days=d)
            if rnd == "1":
                state = first_round(asked, election, asof, d, record)
                if state is not None:
                    firsts.append(replace(state, seen=seen.get(election)))
            elif len(names) == 2:
                pair = pair_polls(asked, names[0], names[1], asof)
                if pair is not None:
                    pairs.append((election, d, pair))
        if progress:
            progress((number + 1) / len(truth), f"polls of {election}")
    return firsts, pairs


def _houses_seen(
    questions: Mapping[tuple[str, str], list[Asked]], truth: Mapping[tuple[str, str], Outcome], days: int
) -> dict[str, Seen]:
    """Houses of every election by its last polls, each election by itself."""
    out = {}
    for (election, rnd), asked in questions.items():
        if rnd == "1":
            state = first_round(asked, election, pd.Timestamp(truth[election, rnd].date) - pd.Timedelta(days=days), days)
            if state is not None:
                out[election] = houses_seen(state)
    return out


def draw_first(state: First, prior: BallotPrior, draws: int = DRAWS) -> FloatArray:
    """Joint first-round shares (draw, option), 0-1; options gone from recent lists are forecast as if they ran."""
    generator = np.random.Generator(
        np.random.Philox(key=sum(ord(c) * 31**i for i, c in enumerate(state.election[:8])) + state.days)
    )
    e = state.estimate
    options = len(state.options)
    z = generator.standard_normal((draws, options))
    t = generator.standard_t(prior.common.df, (draws, options))
    share = state.share(prior.blank.shift)
    out = np.zeros((draws, options))
    fields = [state.present]
    for gone in np.flatnonzero(~state.present):
        fields.append(state.present | (np.arange(options) == gone))
    for number, field in enumerate(fields):
        p = np.where(field, share, 0.0)
        p = p / p.sum()
        utility, scale = centred_utility(e, p, prior.common, state.days, state.country, field)
        x = shares(utility + z @ root(e.cov).T + scale * t, np.broadcast_to(field, (draws, options)))
        keep = field if number == 0 else field & ~state.present
        out[:, keep] = x[:, keep]
    return out


def _row(
    election: str, rnd: str, days: int | str, candidate: str, mean: float, q: FloatArray, top2: Any, win: Any
) -> dict[str, Any]:
    values = np.maximum.accumulate(np.clip(q, 0, 100))
    row: dict[str, Any] = {"election_id": election, "round": rnd, "days_before": days, "candidate": candidate, "mean": mean}
    row.update(dict(zip(COLUMNS, values.tolist(), strict=True)))
    return row | {"p_top2": top2, "p_win": win}


def first_rows(state: First, prior: BallotPrior) -> list[dict[str, Any]]:
    """Forecast rows of one first round."""
    x = 100 * draw_first(state, prior)
    runs = np.array([k == "candidate" for k in state.kinds])
    standing = np.where(runs & state.present, x, -1.0)
    order = np.argsort(-standing, axis=1, kind="stable")[:, :2]
    top = np.zeros(x.shape, dtype=bool)
    np.put_along_axis(top, order, True, axis=1)
    first = np.zeros(x.shape, dtype=bool)
    np.put_along_axis(first, order[:, :1], True, axis=1)
    q = np.quantile(x, LEVELS, axis=0)
    return [
        _row(
            state.election,
            "1",
            state.days,
            name,
            float(x[:, i].mean()),
            q[:, i],
            float(top[:, i].mean()),
            float(first[:, i].mean()),
        )
        for i, name in enumerate(state.options)
        if runs[i]
    ]


def second_rows(
    election: str, rnd: str, days: int | str, names: list[str], weight: FloatArray, prior: BallotPrior
) -> list[dict[str, Any]]:
    """Forecast rows of one run-off from the pooled distribution of the logit of the first name's two-way share."""
    p_a = float(weight[AXIS > 0].sum() + 0.5 * weight[AXIS == 0].sum())
    valid = blank_is_valid(election)
    rows = []
    grid = np.linspace(0.0005, 0.9995, 1000)
    for sign, name, p in ((1.0, names[0], p_a), (-1.0, names[1], 1 - p_a)):
        w = weight if sign > 0 else weight[::-1]
        two_way = special.expit(quantiles(w, grid))
        if valid:
            spread = np.linspace(0.025, 0.975, 20)
            log_blank = np.log(prior.runoff.blank_median) + prior.runoff.blank_sd * special.ndtri(spread)
            values = (two_way[:, None] * (1 - np.exp(log_blank))[None, :]).ravel()
        else:
            values = two_way
        values = 100 * values
        rows.append(_row(election, rnd, days, name, float(values.mean()), np.quantile(values, LEVELS), "", p))
    return rows


def _half_forecast(state: First | None, prior: BallotPrior, a: str, b: str) -> tuple[float | None, float]:
    """Mean and variance of the half-and-half logit from a first round that has not been held."""
    if state is None or a not in state.options or b not in state.options:
        return None, 0.0
    x = draw_first(state, prior, 2048)
    half = half_logit(x[:, state.options.index(a)], x[:, state.options.index(b)])
    return float(half.mean()), float(half.var())


def run(
    data: Path, out: Path, *, refit: str | None = None, progress: Progress | None = None, weight: dict[str, float] | None = None
) -> pd.DataFrame:
    """Write the forecast file of the contract to `out` and return its score table.

    refit: None uses the shipped prior; "loo" learns it from the other elections of the folder. Raises InputError otherwise.
    """
    if refit not in (None, "loo"):
        raise InputError(f"--refit is {refit!r}; the only choice is loo (leave one election out)")
    polls, results = read(Path(data))
    truth = outcomes(results)
    say = progress or (lambda share, words: None)
    days = DAYS + LONG if refit else DAYS
    shipped = None if refit else BallotPrior.from_dict(priors.load("ballot"))
    known = shipped.houses if shipped else None
    firsts, pairs = prepare(polls, truth, days, progress=lambda s, w: say(0.6 * s, w), houses=known)
    elections = sorted({e for e, _ in truth})
    rows: list[dict[str, Any]] = []
    for number, election in enumerate(elections):
        prior = shipped or learn(firsts, pairs, truth, leave_out=election, weight=weight)
        rows += election_rows(election, polls, truth, firsts, pairs, prior)
        say(0.6 + 0.4 * (number + 1) / len(elections), f"forecast {election}")
    columns = ["election_id", "round", "days_before", "candidate", "mean", *COLUMNS, "p_top2", "p_win"]
    table = pd.DataFrame(rows, columns=columns)
    table.round(5).to_csv(out, index=False)
    return score(table, results)


def election_rows(
    election: str, polls: pd.DataFrame, truth: Mapping[tuple[str, str], Outcome], firsts: list[First],
    pairs: list[tuple[str, int, Pair]], prior: BallotPrior, days: tuple[int, ...] = DAYS,
) -> list[dict[str, Any]]:  # fmt: skip
    """Forecast rows of one election: first round, run-off, and run-off from the true first round."""
    rows: list[dict[str, Any]] = []
    for state in firsts:
        if state.election == election and state.days in days:
            rows += first_rows(state, prior)
    second, before = truth.get((election, "2")), truth.get((election, "1"))
    if second is None or len(second.share) != 2:
        return rows
    a, b = sorted(second.share)
    date = pd.Timestamp(second.date)
    known = half_from_result(before, a, b)
    slope = prior.runoff.slope
    for name, d, pair in pairs:
        if name != election or d not in DAYS:
            continue
        asof = date - pd.Timedelta(days=d)
        half, variance = known, 0.0
        if before is None or known is None or pd.Timestamp(before.date) >= asof:
            early = questions_of(polls[(polls["election_id"] == election) & (polls["round"] == "1")])
            ahead = (pd.Timestamp(before.date) - asof).days if before else d
            half, variance = _half_forecast(first_round(early, election, asof, max(ahead, 0)), prior, a, b)
        first = None if half is None else slope * half
        weight = pool(prior.runoff, first, pair.logit, pair.variance, d, slope**2 * variance)
        rows += second_rows(election, "2", d, [a, b], weight, prior)
    if known is not None:
        rows += second_rows(election, "2t", "", [a, b], pool(prior.runoff, slope * known), prior)
    return rows


def score(table: pd.DataFrame, results: pd.DataFrame) -> pd.DataFrame:
    """Scores by round and horizon over all forecasts with a result: MAE, CRPS (points), coverage, width of 90 %, Brier.

    Cells here are candidates with a forecast mean of 3 or more; the independent scorer picks its cells from polls alone.
    """
    truth = results[results["kind"] == "candidate"].copy()
    truth["round"] = truth["round"].astype(str)
    for name in ("winner", "advanced_or_top2"):
        truth[name] = pd.to_numeric(truth[name], errors="coerce") if name in truth else np.nan
    t = table.assign(key=table["round"].str.slice(0, 1))
    joined = t.merge(truth, left_on=["election_id", "key", "candidate"], right_on=["election_id", "round", "candidate"])
    joined = joined[(joined["round_x"] != "1") | (joined["mean"] >= 3)]
    y = joined["share_pct"].to_numpy(float)
    q = joined[COLUMNS].to_numpy(float)
    d = y[:, None] - q
    joined = joined.assign(
        crps=2 * ((LEVELS - (d < 0)) * d).mean(axis=1), ae=(joined["mean"] - y).abs(),
        cov50=(q[:, 9] <= y) & (y <= q[:, 29]), cov80=(q[:, 3] <= y) & (y <= q[:, 35]), cov90=(q[:, 1] <= y) & (y <= q[:, 37]),
        width90=q[:, 37] - q[:, 1],
    )  # fmt: skip
    p = pd.to_numeric(joined["p_top2"].where(joined["round_x"] == "1", joined["p_win"]), errors="coerce")
    hit = joined["advanced_or_top2"].where(joined["round_x"] == "1", joined["winner"])
    joined = joined.assign(brier=(p - hit) ** 2, mae=joined["ae"].where(joined["share_pct"] >= 5))
    groups = joined.groupby(["round_x", "days_before"], sort=True)
    scores = groups[["mae", "crps", "cov50", "cov80", "cov90", "width90", "brier"]].mean()
    scores.insert(0, "n", groups.size())
    scores.insert(0, "elections", groups["election_id"].nunique())
    return scores.rename_axis(index=["round", "days"]).reset_index()
