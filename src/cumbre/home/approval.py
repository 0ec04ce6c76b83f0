"""From a case to the approval model: polls with pollster and question kind, and the foreign events that struck the home leader.

Day numbers count from the case's as-of date, so all polls and past events are at or below zero.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from cumbre import priors
from cumbre.home.event_study import Series
from cumbre.home.library import shipped_model
from cumbre.home.mixture import Mixture
from cumbre.record.case import Case
from cumbre.record.schema import Approval, Event
from cumbre.worlds import day_number

__all__ = ["COERCIVE", "MEETING", "PastEvent", "PollTable", "half_life_of", "level_without_polls", "meeting_event", "past_events",
           "poll_table"]  # fmt: skip

FloatArray = npt.NDArray[np.float64]

MEETING = "meeting"
COERCIVE = frozenset({"SANCTION", "THREATEN", "COERCE", "MOBILIZE", "ASSAULT"})
"""PLOVER kinds by which one state presses another."""
_STRONG = 6.0
_CLUSTER_DAYS = 14
_MOST_EVENTS = 8
_TONE = {
    "cordial": ("cooperation", 0.5),
    "neutral": ("cooperation", 0.0),
    "unknown": ("cooperation", 0.0),
    "hostile": ("humiliation", 0.5),
}
"""Kind of shock and weight of news-selected rows by the tone of a meeting (judged)."""


@dataclass(frozen=True)
class PollTable:
    """Polls of the home leader: the series, names of pollsters and question kinds (kind 0 is the level's), ids of the rows."""

    series: Series
    houses: tuple[str, ...]
    questions: tuple[str, ...]
    ids: tuple[str, ...]


@dataclass(frozen=True)
class PastEvent:
    """A foreign event that may have moved approval: kind of shock, first day, library prediction of its peak, half-life."""

    id: str
    words: str
    words_es: str
    kind: str
    day: int
    library: Mixture
    half_life: float
    news: float
    source_id: tuple[str, ...] = ()


def half_life_of(kind: str) -> tuple[float, float]:
    """Median half-life in days and sd of its log, by kind of shock."""
    used = priors.load("home")["half_life"]["used"][kind]
    return 7.0 * float(used["median_weeks"]), float(used["sigma"])


def poll_table(case: Case) -> PollTable:
    """Polls with a figure for approval, sorted by day; the question kind asked most is the one in which the level is expressed.

    Ties go to job approval. A poll's day is the middle of its field work.
    """
    rows = [r for r in case.approval if r.approve_pct is not None]
    asked = Counter(r.measure for r in rows)
    order = ("job", "rating", "trust", "vote", "image")
    questions = tuple(sorted(asked, key=lambda m: (-asked[m], order.index(m))))
    houses = tuple(sorted({r.pollster for r in rows}))

    def middle(row: Approval) -> float:
        last = float(day_number(row.field_end, case.as_of))
        return last if row.field_start is None else (day_number(row.field_start, case.as_of) + last) / 2

    series = Series.of(
        [middle(r) for r in rows],
        [float(r.approve_pct or 0.0) for r in rows],
        [float(r.sample_size) if r.sample_size else np.nan for r in rows],
        [houses.index(r.pollster) for r in rows],
        [questions.index(r.measure) for r in rows],
    )
    return PollTable(series, houses, questions, tuple(r.id for r in rows))


def meeting_event(case: Case) -> PastEvent | None:
    """The meeting as a shock, by its tone; None where the case has none or it lies beyond the horizon."""
    if case.meeting is None or case.meeting.date > case.horizon:
        return None
    kind, news = _TONE[case.meeting.tone]
    library = shipped_model().effect(kind, news=news, less_salient=0.0)
    half, _ = half_life_of(kind)
    words = f"meeting, {case.meeting.tone} tone" if case.meeting.tone != "unknown" else "meeting"
    day = day_number(case.meeting.date, case.as_of)
    tone_es = {"cordial": ", tono cordial", "neutral": ", tono neutro", "hostile": ", tono hostil"}.get(case.meeting.tone, "")
    return PastEvent(MEETING, words, f"reunión{tone_es}", kind, day, library, half, news)


def past_events(case: Case) -> tuple[PastEvent, ...]:
    """Foreign events of the record strong enough to be shocks, at most eight, oldest first, the meeting last.

    Events within a fortnight count as one, by the strongest. Coercive kinds are coercion (a strike on home territory or people is
    still read as coercion: the library's military rows are about the leader's own use of force), strong cooperative ones are
    cooperation. They are picked from the record without a look at polls, so the library's fixed frames are their prior. Only
    principals other than home are looked at: what third parties do is on the table.
    """
    others = set(case.principals) - {case.home}
    meeting = meeting_event(case)
    strong = [
        e
        for e in case.events
        if case.side(e.source) in others
        and case.side(e.target) == case.home
        and abs(e.intensity) >= _STRONG
        and (str(e.type) in COERCIVE or e.intensity > 0)
        and e.channel == "public"
    ]
    chosen: list[tuple[int, Event]] = []
    for e in sorted(strong, key=lambda e: (-abs(e.intensity), e.date, e.id)):
        day = day_number(e.date, case.as_of)
        near_meeting = meeting is not None and abs(day - meeting.day) <= _CLUSTER_DAYS and e.intensity > 0
        if not near_meeting and all(abs(day - d) > _CLUSTER_DAYS for d, _ in chosen):
            chosen.append((day, e))
    from_us = float(bool(others & {"USA", "US"}))
    out = []
    for day, e in sorted(chosen[:_MOST_EVENTS], key=lambda pair: pair[0]):
        kind = "coercion" if e.intensity < 0 else "cooperation"
        library = shipped_model().effect(kind, news=0.0, less_salient=0.0, from_us=from_us if kind == "coercion" else np.nan)
        out.append(PastEvent(e.id, e.summary, e.summary_es, kind, day, library, half_life_of(kind)[0], 0.0, e.source_id))
    return (*out, meeting) if meeting is not None else tuple(out)


def level_without_polls() -> tuple[float, float]:
    """Mean and sd of a leader's approval where nothing is known of it: the earlier waves of the library's rows.

    >>> mean, sd = level_without_polls()
    >>> 35 < mean < 60 and 8 < sd < 20
    True
    """
    stored = priors.load("home")["rows"]
    rows = pd.DataFrame(stored["data"], columns=stored["columns"])
    before = rows.loc[rows["measure"] == "approve"].groupby("leader")["before"].mean()
    return float(before.mean()), float(before.std())
