"""What home learns from a case before any draw: the approval state, past shocks, audiences, channels, base rates."""

from __future__ import annotations

import datetime as dt
import hashlib
import pickle
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from cumbre.errors import InputError
from cumbre.home.approval import (
    COERCIVE,
    PastEvent,
    PollTable,
    level_without_polls,
    meeting_event,
    past_events,
    poll_table,
)
from cumbre.home.audiences import AudienceTable, audience_table
from cumbre.home.event_study import Study, study
from cumbre.home.library import shipped_model
from cumbre.home.mixture import Mixture
from cumbre.home.noise import DRIFT
from cumbre.home.reactions import share_of_shocks
from cumbre.record.case import Case
from cumbre.record.prior import Prior, parse_prior
from cumbre.record.schema import Channel
from cumbre.worlds import day_number

__all__ = ["ApprovalState", "BaseRate", "Fitted", "RedLine", "fit"]

FloatArray = npt.NDArray[np.float64]
_STRONG_EVENT = 7.0
_ANSWER_DAYS = 14


@dataclass(frozen=True)
class ApprovalState:
    """Approval on the as-of day, jointly with the peaks of past shocks, as a mixture over grid cells.

    weight (cell,); mean (cell, 1 + event): level on day 0 with shocks in it, then the peaks; chol (cell, 1 + event, 1 + event);
    half (cell, event) and rise (cell,) in days; q (cell,) square points a day; onset (event,) days.
    """

    weight: FloatArray
    mean: FloatArray
    chol: FloatArray
    half: FloatArray
    rise: FloatArray
    q: FloatArray
    onset: FloatArray


@dataclass(frozen=True)
class BaseRate:
    """Gamma posterior of a yearly rate from `count` events in `days` days of record: shape count + 1/2, rate days + 365."""

    count: int
    days: int

    @property
    def yearly(self) -> float:
        """Posterior mean, events a year."""
        return 365 * (self.count + 0.5) / (self.days + 365)


@dataclass(frozen=True)
class RedLine:
    """A public red line of the home government on an issue: beyond `value` in direction `sign` is a step back."""

    issue: str
    value: float
    sign: int
    visibility: float


@dataclass(frozen=True)
class Fitted:
    """Everything that `simulate` and `readout` need; frozen and picklable."""

    polls: PollTable
    events: tuple[PastEvent, ...]
    meeting: PastEvent | None
    study: Study | None
    state: ApprovalState
    history_day: FloatArray
    history_mean: FloatArray
    history_sd: FloatArray
    audiences: AudienceTable | None
    channels: tuple[Channel, ...]
    priors: tuple[Prior, ...]
    blocs: tuple[str, ...]
    bloc_weight: FloatArray
    vote_day: int
    coercion: Mixture
    coercion_quantiles: FloatArray
    meeting_bounds: tuple[float, float]
    shock_share: dict[tuple[str, str], float]
    red_lines: tuple[RedLine, ...]
    protests: BaseRate
    rallies: BaseRate
    answered: tuple[int, int]


_STATES: OrderedDict[bytes, tuple[ApprovalState, Study | None]] = OrderedDict()
"""States estimated last, by what they rest on: a "what if" at the table leaves polls and past events as they are."""


def _state(polls: PollTable, events: tuple[PastEvent, ...]) -> tuple[ApprovalState, Study | None]:
    key = hashlib.sha256(pickle.dumps((polls, events))).digest()
    found = _STATES.get(key)
    if found is None:
        found = _STATES[key] = _estimate(polls, events)
        while len(_STATES) > 4:
            _STATES.popitem(last=False)
    return found


def _estimate(polls: PollTable, events: tuple[PastEvent, ...]) -> tuple[ApprovalState, Study | None]:
    onset = np.array([float(e.day) for e in events])
    half = np.array([e.half_life for e in events])
    if len(polls.series.day) == 0:
        centre, spread = level_without_polls()
        size = 1 + len(events)
        mean = np.array([[centre, *(e.library.mean for e in events)]])
        chol = np.diag([spread, *(float(np.sqrt(e.library.variance)) for e in events)])[None]
        return ApprovalState(np.ones(1), mean, chol, half[None], np.zeros(1), np.full(1, DRIFT), onset), None
    result = study(polls.series, onset, half, [e.library for e in events])
    fit_ = result.fit
    cells = fit_.evidence_cells
    size = 1 + len(events)
    mean, chol = np.zeros((cells, size)), np.zeros((cells, size, size))
    for cell in range(cells):
        mean[cell], cov = fit_.joint(0.0, cell)
        chol[cell] = np.linalg.cholesky(cov + 1e-9 * np.eye(size))
    state = ApprovalState(
        fit_.weight, mean, chol, half * fit_.cell_stretch[:, None], fit_.cell_rise.copy(), fit_.q[fit_.cell_q], onset
    )
    return state, result


def _red_lines(case: Case) -> tuple[RedLine, ...]:
    public = case.meeting is not None and case.meeting.setting == "public"
    out = []
    for row in case.positions:
        actor, issue = case.actor.get(row.actor), case.issue.get(row.issue)
        if row.red_line is None or issue is None or case.side(row.actor) != case.home:
            continue
        if actor is not None and actor.kind not in ("state", "government"):
            continue
        sign = 1 if row.red_line > row.mode else -1
        out.append(RedLine(row.issue, row.red_line, sign, issue.visibility * (1.0 if public else 0.5)))
    return tuple(out)


def _shares(case: Case) -> dict[tuple[str, str], float]:
    """Chance that a coded coercive event between two sides is a shock, for (other, home) and (home, other)."""
    out = {}
    for other in case.principals:
        if other == case.home:
            continue
        for pair in ((other, case.home), (case.home, other)):
            coded = [
                e for e in case.events if (case.side(e.source), case.side(e.target)) == pair and str(e.type) in COERCIVE
            ]  # fmt: skip
            out[pair] = share_of_shocks(sum(abs(e.intensity) >= _STRONG_EVENT for e in coded), len(coded))
    return out


def _crowds(case: Case, events: tuple[PastEvent, ...]) -> tuple[BaseRate, BaseRate, tuple[int, int]]:
    """Protests of the public at home against its own side; rallies against a foreign one that nothing called forth; and, of the
    record's strong coercive acts, how many a rally answered within a fortnight, and how many there were."""
    crowd = ("public", "party", "organisation", "business", "other")
    protests, rallies = 0, []
    for e in case.events:
        actor = case.actor.get(e.source)
        if str(e.type) != "PROTEST" or case.side(e.source) != case.home or (actor is not None and actor.kind not in crowd):
            continue
        if case.side(e.target) == case.home:
            protests += 1
        else:
            rallies.append(day_number(e.date, case.as_of))
    blows = [e.day for e in events if e.kind == "coercion"]
    answered = sum(any(0 <= day - blow <= _ANSWER_DAYS for day in rallies) for blow in blows)
    alone = sum(not any(0 <= day - blow <= _ANSWER_DAYS for blow in blows) for day in rallies)
    days = max((case.as_of - min((e.date for e in case.events), default=case.as_of)).days, 0)
    return BaseRate(protests, days), BaseRate(alone, days), (answered, len(blows))


def _blocs(case: Case, table: AudienceTable | None, channels: tuple[Channel, ...]) -> tuple[tuple[str, ...], FloatArray]:
    """Blocs that shift, and their sizes: by audiences where they name blocs, else equal."""
    names = tuple(case.election.blocs) if case.election else tuple(dict.fromkeys(c.bloc for c in channels if c.to == "vote"))
    for c in channels:
        if case.election and c.to == "vote" and c.bloc not in names:
            known = ", ".join(names)
            raise InputError(f"channels.csv line {c.line}: channel {c.id!r} moves bloc {c.bloc!r}; the election has {known}")
    size = np.zeros(len(names))
    if table is not None:
        weight = table.home_weights(case.home)
        size = np.array([weight[[b == name for b in table.bloc]].sum() for name in names])
    if size.sum() <= 0:
        size = np.ones(len(names))
    return names, size / size.sum() if len(names) else size


@lru_cache(maxsize=8)
def _library(kind: str, foreign: bool) -> tuple[Mixture, FloatArray, tuple[float, float]]:
    """What the shipped library says of a case: the effect of coercion, its 200 quantiles, the range of the meeting's effect."""
    coercion = shipped_model().effect("coercion", news=0.0, less_salient=0.0, from_us=float(foreign))
    around = shipped_model().effect(kind, news=0.5, less_salient=0.0)
    low, high = around.quantile([0.01, 0.99])
    return coercion, coercion.quantile((np.arange(200) + 0.5) / 200), (float(min(low, 0)), float(max(high, 0)))


def fit(case: Case) -> Fitted:
    """Learn what can be learnt before any draw. Deterministic; about 0.2 s for thirty polls and eight past shocks.

    Raises InputError where tables contradict each other (a channel of a bloc that the election does not have, an audience on an
    issue that does not exist, a prior that cannot be read).
    """
    polls, events, meeting = poll_table(case), past_events(case), meeting_event(case)
    state, found = _state(polls, events)
    table = audience_table(case)
    parsed = []
    for c in case.channels:
        try:
            parsed.append(parse_prior(c.prior))
        except ValueError as error:
            raise InputError(f"channels.csv line {c.line}: {error}") from None
    blocs, weight = _blocs(case, table, case.channels)
    horizon = day_number(case.horizon, case.as_of)
    vote = day_number(case.election.first_round, case.as_of) if case.election else horizon
    if found is None:
        days, mean, sd = np.zeros(0), np.zeros(0), np.zeros(0)
    else:
        first = float(polls.series.day.min())
        days = np.arange(0, first - 7, -7.0)[::-1]
        mean, sd = found.fit.level(days)
    foreign = any(p in ("USA", "US") for p in set(case.principals) - {case.home})
    coercion, quantiles, around = _library(meeting.kind if meeting else "cooperation", foreign)
    protests, rallies, answered = _crowds(case, events)
    return Fitted(
        polls, events, meeting, found, state, days, mean, sd, table, case.channels, tuple(parsed), blocs, weight,
        max(min(vote, horizon), 0), coercion, quantiles, around, _shares(case), _red_lines(case), protests, rallies, answered,
    )  # fmt: skip


def as_date(case: Case, day: float) -> dt.date:
    """Calendar date of a day number."""
    return case.as_of + dt.timedelta(days=round(day))
