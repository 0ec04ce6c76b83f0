"""What past elections teach: common error, run-off and blank vote in one prior, with any election left out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from cumbre.ballot.blank import BlankError, fit_blank
from cumbre.ballot.common_error import CommonError, Residuals, fit_common_error
from cumbre.ballot.history import First, Pair, blank_is_valid
from cumbre.ballot.house_record import HouseHistory, fit_persistence
from cumbre.ballot.runoff import RunoffCell, RunoffError, fit_runoff, half_logit

__all__ = ["BallotPrior", "Outcome", "half_from_result", "learn", "outcomes"]


@dataclass(frozen=True)
class BallotPrior:
    """Everything learned across elections."""

    common: CommonError
    runoff: RunoffError
    blank: BlankError
    houses: HouseHistory = field(default_factory=HouseHistory)
    """What houses did in earlier elections, and how much of it returns."""

    def as_dict(self) -> dict[str, Any]:
        """Plain values for the prior file."""
        return asdict(self)

    @classmethod
    def from_dict(cls, d: dict[str, Any]) -> BallotPrior:
        """Read what `as_dict` wrote; other keys of the prior file are left alone."""
        houses = HouseHistory.from_dict(d.get("houses", {}))
        return cls(CommonError(**d["common"]), RunoffError(**d["runoff"]), BlankError(**d["blank"]), houses)


@dataclass(frozen=True)
class Outcome:
    """Result of one round: date of voting, per cent of valid votes by candidate, blank votes (per cent, None if not given)."""

    date: dt.date
    share: Mapping[str, float]
    blank: float | None


def outcomes(results: pd.DataFrame) -> dict[tuple[str, str], Outcome]:
    """Results by (election, round) from the long table of results."""
    out: dict[tuple[str, str], Outcome] = {}
    names = ["election_id", "round", "date", "candidate", "share_pct", "kind"]
    for election, rnd, date, candidate, share, kind in zip(*(results[c].tolist() for c in names), strict=True):
        found = out.setdefault((election, rnd), Outcome(date.date(), {}, None))
        if kind == "candidate":
            out[election, rnd] = replace(found, share={**found.share, candidate: float(share)})
        elif kind == "blank":
            out[election, rnd] = replace(found, blank=float(share))
    return {key: value for key, value in out.items() if value.share}


def residuals(first: First, truth: Outcome, blank_shift: float = 0.0) -> Residuals | None:
    """What the result says about a first-round state (reads the result: for learning only)."""
    share = np.where(first.present, first.share(blank_shift), 0.0)
    share = share / share.sum()
    scored = [i for i, o in enumerate(first.options) if share[i] >= 0.03 and first.kinds[i] == "candidate" and o in truth.share]
    if not scored:
        return None
    return Residuals(
        first.election, first.country, float(first.days), share, first.estimate.variance(), np.array(scored),
        np.array([truth.share[first.options[i]] / 100 for i in scored], float), first.estimate.undecided, first.estimate.spread,
    )  # fmt: skip


def half_from_result(truth: Outcome | None, a: str, b: str) -> float | None:
    """Logit of half-and-half from a true first round; None where it does not hold both."""
    if truth is None or a not in truth.share or b not in truth.share:
        return None
    return half_logit(truth.share[a] / 100, truth.share[b] / 100, (truth.blank or 0.0) / 100).item()


def learn(
    firsts: Sequence[First], pairs: Sequence[tuple[str, int, Pair]], truth: Mapping[tuple[str, str], Outcome],
    leave_out: str | Collection[str] | None = None, weight: Mapping[str, float] | None = None,
) -> BallotPrior:  # fmt: skip
    """Prior from past elections, without `leave_out` (an election or several). firsts and pairs are states as of each horizon.

    `weight` multiplies elections (thin ones weighted down in a sensitivity run).
    """
    out = {leave_out} if isinstance(leave_out, str) else set(leave_out or ())
    firsts = [f for f in firsts if f.election not in out and (f.election, "1") in truth]
    polled, real = [], []
    for f in firsts:
        spoiled = truth[f.election, "1"].blank
        if f.blank is not None and f.days == 7 and spoiled is not None:
            polled.append(float(f.estimate.share[f.blank]))
            real.append(spoiled / 100)
    blank = fit_blank(polled, real)
    cells = []
    for f in firsts:
        cell = residuals(f, truth[f.election, "1"], blank.shift)
        if cell is not None:
            cells.append(replace(cell, weight=(weight or {}).get(f.election, 1.0)))
    runoffs, blanks = [], []
    for election, rnd in sorted(truth):
        second = truth[election, rnd].share
        if rnd != "2" or election in out or len(second) != 2:
            continue
        a, b = sorted(second)
        real_logit = float(np.log(second[a] / second[b]))
        runoffs.append(RunoffCell(election, real_logit, half_from_result(truth.get((election, "1")), a, b)))
        if blank_is_valid(election):
            blanks.append(max(0.0, 1 - sum(second.values()) / 100))
        for name, days, pair in pairs:
            if name == election:
                runoffs.append(RunoffCell(election, real_logit, None, pair.logit, pair.variance, float(days)))
    seen = {f.election: f.seen for f in firsts if f.seen is not None}
    houses = HouseHistory(fit_persistence(seen), seen)
    return BallotPrior(fit_common_error(cells), fit_runoff(runoffs, blanks), blank, houses)
