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

from cumbre.ballot.blank import deflate
from cumbre.ballot.filter import Survey
from cumbre.ballot.first_round import Estimate, estimate, start
from cumbre.ballot.house_record import HouseHistory, Seen, roles_of, seen_of
from cumbre.ballot.logratio import shares
from cumbre.ballot.pairs import pair_state

__all__ = [
    "DAYS", "LONG", "Asked", "First", "Pair", "blank_is_valid", "first_round", "houses_seen", "pair_polls", "questions_of",
]  # fmt: skip

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
class First:
    """First round of one election as of one day: options (names), kinds, estimate, who is on recent lists, polls, houses; and what
    all polls of the election say of its houses (for later elections of the country)."""

    election: str
    days: int
    options: tuple[str, ...]
    kinds: tuple[str, ...]
    estimate: Estimate
    present: npt.NDArray[np.bool_]
    polls: int
    houses: tuple[str, ...]
    seen: Seen | None = None

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


@dataclass(frozen=True)
class Asked:
    """One poll of one election and round: last field day, house, respondents, per cent by name and by kind."""

    poll_id: str
    pollster: str
    end: pd.Timestamp
    size: float
    candidates: dict[str, float]
    other: float
    blank: float
    undecided: float
    lists_other: bool
    lists_blank: bool


def questions_of(polls: pd.DataFrame) -> list[Asked]:
    """Polls of one election and round from the long table, in order of poll id. Rows without a share are left out."""
    rows: dict[str, list[tuple[Any, ...]]] = {}
    names = ["poll_id", "pollster", "field_end", "sample_size", "candidate", "share_pct", "kind"]
    for row in zip(*(polls[c].tolist() for c in names), strict=True):
        if np.isfinite(row[5]):
            rows.setdefault(row[0], []).append(row)
    out = []
    for poll_id in sorted(rows):
        mine = rows[poll_id]
        by: dict[str, float] = {}
        named: dict[str, float] = {}
        for *_, candidate, share, kind in mine:
            if kind == "candidate":
                named[candidate] = named.get(candidate, 0.0) + share
            else:
                by[kind] = by.get(kind, 0.0) + share
        size = _size(mine[0][3])
        out.append(
            Asked(
                poll_id, mine[0][1], mine[0][2], size, named, by.get("other", 0.0), by.get("blank", 0.0), by.get("undecided", 0.0),
                "other" in by, "blank" in by,
            )
        )  # fmt: skip
    return out


def _size(value: Any) -> float:
    try:
        number = float(value)
    except ValueError:
        return UNKNOWN_N
    return number if np.isfinite(number) and number > 0 else UNKNOWN_N


def first_round(
    asked: Sequence[Asked], election: str, asof: pd.Timestamp, days: int, record: HouseHistory | None = None
) -> First | None:
    """First-round state of an election from polls whose field work ended on or before `asof`; None where there are none.

    Later polls are left out here, not by the caller. `record`: houses of earlier elections of the country; others in it are not read.
    """
    blank = blank_is_valid(election)
    published = []
    for a in asked:
        share = dict(a.candidates)
        if a.lists_other:
            share["other"] = a.other
        if blank and a.lists_blank:
            share["blank"] = a.blank
        if a.end <= asof and share and sum(share.values()) > 0:
            published.append((a, share))
    if not published:
        return None
    last = max(a.end for a, _ in published)
    edge = (asof if last > asof - pd.Timedelta(days=RECENT) else last) - pd.Timedelta(days=RECENT)
    names = sorted({name for a, share in published if a.end > edge for name in share})
    if len(names) < 2:
        return None
    index = {name: i for i, name in enumerate(names)}
    used = [(a, {k: v for k, v in s.items() if k in index}) for a, s in published if a.end > last - pd.Timedelta(days=WINDOW)]
    used = [(a, share) for a, share in used if len(share) >= 2 and sum(share.values()) > 0]
    if not used:
        return None
    houses = {name: i for i, name in enumerate(sorted({a.pollster for a, _ in used}))}
    surveys, missing = [], []
    for a, share in used:
        options = np.array([index[o] for o in share], dtype=np.int64)
        n = a.size * (1 - min(a.undecided, 80.0) / 100)
        values = np.array(list(share.values()), float)
        surveys.append(Survey(float((a.end - asof).days), houses[a.pollster], options, values, n, name=a.poll_id))
        if a.end > edge:
            missing.append(a.undecided)
    kind = tuple(n if n in ("blank", "other") else "candidate" for n in names)
    undecided = float(np.mean(missing)) if missing else 0.0
    known = None
    if record is not None:
        rough = shares(start(surveys, len(names)))
        known = record.prior(election, tuple(houses), roles_of(names, kind, rough))
    e = estimate(surveys, len(names), len(houses), undecided, known)
    newest = max(s.day for s in surveys)
    present = np.zeros(len(names), dtype=bool)
    for s in surveys:
        if s.day >= newest - FIELD:
            present[s.options] = True
    return First(election, days, tuple(names), kind, e, present, len(surveys), tuple(houses))


def houses_seen(first: First) -> Seen:
    """What the polls behind a state say of their houses; the state must have been made without a record."""
    e = first.estimate
    prior_sd = float(np.sqrt(e.weights @ np.array([g.house**2 for g in e.grid])))
    roles = roles_of(first.options, first.kinds, e.share)
    return seen_of(first.houses, roles, e.share, e.house_mean, e.house_sd, prior_sd)


def pair_polls(asked: Sequence[Asked], a: str, b: str, asof: pd.Timestamp) -> Pair | None:
    """Polls of exactly the pair (a, b) by `asof`: logit of a's two-way share. None where nobody asked."""
    start = asof - pd.Timedelta(days=3 * WINDOW)
    mine = [q for q in asked if start < q.end <= asof and set(q.candidates) == {a, b} and min(q.candidates.values()) > 0]
    if not mine:
        return None
    houses = {name: i for i, name in enumerate(sorted({q.pollster for q in mine}))}
    surveys = []
    for q in mine:
        pair = np.array([q.candidates[a], q.candidates[b]], float)
        n = q.size * min(float(pair.sum()) / 100, 1.0)
        surveys.append(Survey(float((q.end - asof).days), houses[q.pollster], np.arange(2), pair, n, name=q.poll_id))
    logit, variance = pair_state(surveys)
    return Pair(logit, variance, len(surveys))
