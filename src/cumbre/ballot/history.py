"""Past elections as the model sees them: tables of polls and results to surveys, residuals and run-off cells.

Tables have the columns of the open election data (docs/ballot.md): one row a poll and candidate, one row a result. Nothing after
the as-of day enters; results of the election itself are read only by the functions that say so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from cumbre.ballot.blank import BlankError, deflate, fit_blank
from cumbre.ballot.common_error import CommonError, Residuals, fit_common_error
from cumbre.ballot.filter import Scales, Survey, run_filter
from cumbre.ballot.first_round import Estimate, estimate, merge
from cumbre.ballot.runoff import RunoffCell, RunoffError, fit_runoff, half_logit

__all__ = ["DAYS", "BallotPrior", "First", "Pair", "first_round", "learn", "pair_polls", "truth_of"]

FloatArray = npt.NDArray[np.float64]

DAYS = (2, 7, 14, 30, 60)
"""Days before the vote at which the common error is learned and scored; more where a longer record exists."""

LONG = (90, 120, 150)
"""Further horizons that enter learning, where polls exist by then."""

WINDOW, RECENT, FIELD = 120, 30, 10
"""Days of polls used; days that decide who is an option; days before the last poll within which somebody must list an option."""

UNKNOWN_N = 800.0
"""Respondents assumed where a source gives none (judged; the median of the open data is about 1,000)."""


@dataclass(frozen=True)
class BallotPrior:
    """Everything learned across elections."""

    common: CommonError
    runoff: RunoffError
    blank: BlankError

    def as_dict(self) -> dict[str, Any]:
        """Plain values for the prior file."""
        return {"common": self.common.as_dict(), "runoff": self.runoff.as_dict(), "blank": self.blank.as_dict()}

    @classmethod
    def from_dict(cls, d: dict[str, Any]) -> BallotPrior:
        """Read what `as_dict` wrote."""
        return cls(CommonError(**d["common"]), RunoffError(**d["runoff"]), BlankError(**d["blank"]))


@dataclass(frozen=True)
class First:
    """First round of one election as of one day: options (names), kinds, estimate, who is on recent lists, age of the polls."""

    election: str
    days: int
    options: tuple[str, ...]
    kinds: tuple[str, ...]
    estimate: Estimate
    present: npt.NDArray[np.bool_]
    polls: int
    houses: int

    @property
    def country(self) -> str:
        """Two-letter country code, the head of the election id."""
        return self.election.split("-")[0].lower()

    @property
    def blank(self) -> int | None:
        """Index of the blank vote, if it is an option."""
        return self.kinds.index("blank") if "blank" in self.kinds else None

    def share(self, blank_shift: float) -> FloatArray:
        """Expected shares of the options, with the blank vote deflated."""
        return deflate(self.estimate.share.copy(), self.blank, blank_shift)


@dataclass(frozen=True)
class Pair:
    """Polls of one run-off pair as of one day: logit of A's two-way share and its variance, number of polls."""

    logit: float
    variance: float
    polls: int


def blank_is_valid(election: str) -> bool:
    """Whether blank votes count as valid: Colombia, by its constitution (art. 258)."""
    return election.lower().startswith("co-")


def truth_of(results: pd.DataFrame, election: str, rnd: str) -> pd.DataFrame:
    """Rows of candidates in one round, in the order of the file; empty where the round is not in the table."""
    rows = results[(results["election_id"] == election) & (results["round"] == rnd)]
    return rows[rows["kind"] == "candidate"]


def _size(rows: pd.DataFrame) -> float:
    value = pd.to_numeric(rows["sample_size"].iloc[0], errors="coerce")
    return float(value) if np.isfinite(value) and value > 0 else UNKNOWN_N


def first_round(polls: pd.DataFrame, election: str, asof: pd.Timestamp, days: int) -> First | None:
    """First-round state of an election from polls with field_end on or before `asof`; None where there are none.

    `polls` holds rows of this election and round 1, with field_end as timestamps. Later rows are left out here, not by the caller.
    """
    known = polls[polls["field_end"] <= asof]
    kinds = ["candidate", "other"] + (["blank"] if blank_is_valid(election) else [])
    valid = known[known["kind"].isin(kinds)]
    valid = valid[valid["share_pct"].notna()]
    if valid.empty:
        return None
    valid = valid.assign(option=np.where(valid["kind"] == "candidate", valid["candidate"], valid["kind"]))
    last = valid["field_end"].max()
    edge = min(asof, last) - pd.Timedelta(days=RECENT)
    if last > asof - pd.Timedelta(days=RECENT):
        edge = asof - pd.Timedelta(days=RECENT)
    names = sorted(set(valid.loc[valid["field_end"] > edge, "option"]))
    if len(names) < 2:
        return None
    index = {name: i for i, name in enumerate(names)}
    used = valid[(valid["field_end"] > last - pd.Timedelta(days=WINDOW)) & valid["option"].isin(index)]
    houses = {name: i for i, name in enumerate(sorted(set(used["pollster"])))}
    unsure = known[known["kind"] == "undecided"].groupby("poll_id")["share_pct"].sum()
    surveys, missing = [], []
    for poll, rows in used.groupby("poll_id", sort=True):
        share = rows.groupby("option")["share_pct"].sum()
        if len(share) < 2 or share.sum() <= 0:
            continue
        lost = float(unsure.get(poll, 0.0))
        day = float((rows["field_end"].iloc[0] - asof).days)
        options = np.array([index[o] for o in share.index])
        house = houses[rows["pollster"].iloc[0]]
        surveys.append(Survey(day, house, options, share.to_numpy(float), _size(rows) * (1 - min(lost, 80.0) / 100)))
        if rows["field_end"].iloc[0] > edge:
            missing.append(lost)
    if not surveys:
        return None
    e = estimate(surveys, len(names), len(houses), float(np.mean(missing)) if missing else 0.0)
    newest = max(s.day for s in surveys)
    present = np.zeros(len(names), dtype=bool)
    for s in surveys:
        if s.day >= newest - FIELD:
            present[s.options] = True
    kind = tuple(n if n in ("blank", "other") else "candidate" for n in names)
    recent = {s.house for s in surveys if s.day > -RECENT}
    return First(election, days, tuple(names), kind, e, present, len(surveys), len(recent))


PAIR_SCALES = Scales(0.02, 0.08, 0.05)
"""Scales of the filter for one pair (selected on the open run-offs; a pair has too few polls to learn its own)."""


def pair_polls(polls: pd.DataFrame, a: str, b: str, asof: pd.Timestamp) -> Pair | None:
    """Polls of exactly the pair (a, b) by `asof`: logit of a's two-way share. None where nobody asked."""
    known = polls[(polls["field_end"] <= asof) & polls["share_pct"].notna()]
    known = known[known["field_end"] > asof - pd.Timedelta(days=3 * WINDOW)]
    names = known[known["kind"] == "candidate"].groupby("poll_id")["candidate"].agg(set)
    mine = known[known["poll_id"].isin([p for p, s in names.items() if s == {a, b}])]
    if mine.empty:
        return None
    houses = {name: i for i, name in enumerate(sorted(set(mine["pollster"])))}
    surveys = []
    for _, rows in mine.groupby("poll_id", sort=True):
        share = rows[rows["kind"] == "candidate"].groupby("candidate")["share_pct"].sum()
        pair = np.array([share[a], share[b]], float)
        if pair.min() <= 0:
            continue
        day = float((rows["field_end"].iloc[0] - asof).days)
        answered = min(pair.sum() / 100, 1.0)
        surveys.append(Survey(day, houses[rows["pollster"].iloc[0]], np.arange(2), pair, _size(rows) * answered))
    if not surveys:
        return None
    state = run_filter(merge(surveys), PAIR_SCALES, np.zeros(2), len(houses))
    c = state.cov
    return Pair(float(state.mean[0] - state.mean[1]), float(c[0, 0] + c[1, 1] - 2 * c[0, 1]), len(surveys))


def residuals(first: First, results: pd.DataFrame, blank_shift: float = 0.0) -> Residuals | None:
    """What the result says about a first-round state (reads the result: for learning only)."""
    truth = truth_of(results, first.election, "1").set_index("candidate")["share_pct"]
    share = np.where(first.present, first.share(blank_shift), 0.0)
    share = share / share.sum()
    scored = [i for i, o in enumerate(first.options) if share[i] >= 0.03 and first.kinds[i] == "candidate" and o in truth.index]
    if not scored:
        return None
    return Residuals(
        first.election, first.country, float(first.days), share, first.estimate.variance(), np.array(scored),
        np.array([truth[first.options[i]] / 100 for i in scored], float), first.estimate.undecided, first.estimate.spread,
    )  # fmt: skip


def runoff_truth(results: pd.DataFrame, election: str) -> tuple[str, str, float, float | None, float] | None:
    """(a, b, true logit, logit of half-and-half or None, blank share) of a run-off; a and b sorted by id."""
    second = truth_of(results, election, "2").set_index("candidate")["share_pct"]
    if len(second) != 2:
        return None
    a, b = sorted(second.index)
    true = float(np.log(second[a] / second[b]))
    half = half_from_result(results, election, a, b)
    return a, b, true, half, max(0.0, 1 - float(second.sum()) / 100)


def half_from_result(results: pd.DataFrame, election: str, a: str, b: str) -> float | None:
    """Logit of half-and-half from the true first round; None where it is not in the table."""
    first = truth_of(results, election, "1").set_index("candidate")["share_pct"]
    if a not in first.index or b not in first.index:
        return None
    rows = results[(results["election_id"] == election) & (results["round"] == "1") & (results["kind"] == "blank")]
    blank = float(rows["share_pct"].sum()) / 100
    return half_logit(first[a] / 100, first[b] / 100, blank).item()


def learn(
    firsts: Sequence[First], pairs: Sequence[tuple[str, int, Pair]], results: pd.DataFrame, leave_out: str | None = None,
    weight: dict[str, float] | None = None,
) -> BallotPrior:  # fmt: skip
    """Prior from past elections, without `leave_out`. firsts and pairs are states as of each horizon; results are the truth.

    `weight` multiplies elections (thin ones weighted down in a sensitivity run).
    """
    firsts = [f for f in firsts if f.election != leave_out]
    polled, real = [], []
    for f in firsts:
        rows = results[(results["election_id"] == f.election) & (results["round"] == "1") & (results["kind"] == "blank")]
        if f.blank is not None and f.days == 7 and len(rows):
            polled.append(float(f.estimate.share[f.blank]))
            real.append(float(rows["share_pct"].iloc[0]) / 100)
    blank = fit_blank(polled, real)
    cells = []
    for f in firsts:
        cell = residuals(f, results, blank.shift)
        if cell is not None:
            w = (weight or {}).get(f.election, 1.0)
            cells.append(Residuals(**{**cell.__dict__, "weight": w}))
    runoffs, blanks = [], []
    for election in sorted(set(results.loc[results["round"] == "2", "election_id"]) - {leave_out}):
        found = runoff_truth(results, election)
        if found is None:
            continue
        _, _, true, half, spoiled = found
        runoffs.append(RunoffCell(election, true, half))
        if blank_is_valid(election):
            blanks.append(spoiled)
        for name, days, pair in pairs:
            if name == election:
                runoffs.append(RunoffCell(election, true, None, pair.logit, pair.variance, float(days)))
    return BallotPrior(fit_common_error(cells), fit_runoff(runoffs, blanks), blank)


def expit(x: FloatArray | float) -> FloatArray:
    """Logistic function."""
    return np.asarray(special.expit(x), dtype=np.float64)
