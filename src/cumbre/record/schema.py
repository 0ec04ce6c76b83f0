"""What a case folder may hold: one frozen model a row, checked field by field.

Every row carries `line` (where it stands in its file), `source_id` (one or more ids of sources.csv, separated by ";")
and, where a figure is judged and not read, `basis` in words. `known` is the first day on which a row was public; a row
known after the as-of date does not exist for the run.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from cumbre.record.blocks import (
    Election,
    Issue,
    Mediator,
    Meeting,
    Need,
    Preset,
    Question,
    Ratifier,
    Reading,
    Reversion,
    Spoiler,
)  # fmt: skip
from cumbre.record.cells import Day, Identifier, Kind, Percent, Share, Words

__all__ = [
    "Actor", "Approval", "Audience", "CalendarEntry", "Candidate", "Channel", "Election", "Event", "Exposure", "FieldChange",
    "Issue", "Kind", "Meeting", "Mediator", "Need", "Poll", "Position", "Preset", "Primary", "Question", "Ratifier", "Reading",
    "Reversion", "Row", "Signal", "Source", "Spoiler",
]  # fmt: skip


class Row(BaseModel):
    """A row of a table: frozen, no unknown columns."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, populate_by_name=True)

    line: int = Field(default=0, exclude=True)
    known: Day | None = Field(default=None, description="first day on which this was public; empty = from the start")


class Source(Row):
    """sources.csv: where a figure was read."""

    id: Identifier
    outlet: str
    title: str = ""
    date: Day | None = None
    url: str = ""
    accessed: Day | None = None


class Actor(Row):
    """actors.csv: who acts. `side` is the principal or third party that the actor speaks for (COL_GOV acts for COL)."""

    id: Identifier
    name: str
    name_es: str = ""
    kind: Literal[
        "state", "government", "legislature", "court", "agency", "party", "military", "armed_group", "public", "business",
        "organisation", "person", "other",
    ]  # fmt: skip
    country: str = Field(default="", pattern=r"^([A-Z]{3})?$")
    side: str = ""
    office: str = ""
    from_: Day | None = Field(default=None, alias="from")
    to: Day | None = None
    aliases: Words = ()
    source_id: Words = ()
    basis: str = ""


class Event(Row):
    """events.csv: what happened between actors. `intensity` runs from -10 (attack) to 10; `source` did it to `target`."""

    id: Identifier
    date: Day
    source: str
    target: str
    type: Kind
    mode: Literal["verbal", "material"]
    channel: Literal["public", "private"] = "public"
    intensity: Annotated[float, Field(ge=-10, le=10)]
    issue: str = ""
    summary: str
    summary_es: str = ""
    source_id: Words = ()
    quote_ref: str = ""


class Poll(Row):
    """polls.csv: one share of one question, per cent as published.

    `question` says what was asked: `open` (a full list), `list` (only the names given, e.g. three), `bloc` (the choice inside
    one bloc), `primary` (which *consulta*, or whom inside one), `pair` (run-off). Rows of one question share `poll_id`.
    """

    poll_id: Identifier
    round: Annotated[int, Field(ge=0, le=2)] = 1
    pollster: str
    field_start: Day | None = None
    field_end: Day
    published: Day
    sample_size: Annotated[int, Field(gt=0)] | None = None
    mode: str = ""
    question: Literal["open", "list", "bloc", "primary", "pair"] = "open"
    primary: str = ""
    candidate: str
    share_pct: Percent
    kind: Literal["candidate", "blank", "none", "undecided", "other"] = "candidate"
    source_id: Words = ()
    note: str = ""


class Approval(Row):
    """approval.csv: approval of the home leader, per cent; `measure` tells job approval from image and rating."""

    id: Identifier
    pollster: str
    series: str = ""
    field_start: Day | None = None
    field_end: Day
    published: Day
    approve_pct: Percent | None = None
    disapprove_pct: Percent | None = None
    sample_size: Annotated[int, Field(gt=0)] | None = None
    measure: Literal["job", "rating", "image", "trust", "vote"] = "job"
    source_id: Words = ()
    note: str = ""


class Candidate(Row):
    """candidates.csv: who may stand. `x` is left (0) to right (10), `y` against (-1) to with (1) the home government."""

    id: Identifier
    name: str
    party: str = ""
    bloc: Identifier
    x: Annotated[float, Field(ge=0, le=10)]
    y: Annotated[float, Field(ge=-1, le=1)]
    standing: Annotated[float, Field(ge=0, le=1)] = Field(
        default=1.0,
        description="chance of being on the first-round ballot if no field change says otherwise and no primary is lost",
    )
    primary: str = Field(default="", description="the primary in which the candidate takes part, if any")
    primary_lean: Annotated[float, Field(ge=-5, le=5)] = Field(
        default=0.0,
        description="head start among those who vote in the primary, on the log scale, against national support (judged: machine, lists)",
    )
    status: str = ""
    status_es: str = ""
    source_id: Words = ()
    basis: str = ""


class FieldChange(Row):
    """field.csv: a dated change of the field, legal or political; `probability` under 1 is a chance that it happens."""

    id: Identifier
    date: Day
    candidate: str = Field(default="", description="empty where a list or a whole primary is meant")
    change: Literal[
        "enters", "withdraws", "barred", "restored", "joins_primary", "leaves_primary", "barred_from_primary", "endorses",
        "list_struck", "primary_cancelled",
    ]  # fmt: skip
    target: str = Field(default="", description="primary joined or left, candidate endorsed, or list struck")
    probability: Share = 1.0
    summary: str = ""
    summary_es: str = ""
    source_id: Words = ()
    basis: str = ""


class Primary(Row):
    """primaries.csv: an interparty primary (*consulta*). Votes in thousands of valid votes over all of its candidates."""

    id: Identifier
    name: str
    name_es: str = ""
    date: Day
    bloc: Identifier
    votes_low: Annotated[float, Field(ge=0)]
    votes_mode: Annotated[float, Field(ge=0)]
    votes_high: Annotated[float, Field(ge=0)]
    null_pct: Percent = 0.0
    source_id: Words = ()
    basis: str = ""


class CalendarEntry(Row):
    """calendar.csv: dates fixed by rule or announced. These may lie after as_of: a planned date is public knowledge."""

    id: Identifier
    date: Day
    kind: Literal[
        "meeting", "primary", "first_round", "runoff", "inauguration", "registration", "deadline", "legislature", "law", "other"
    ]
    event: str
    event_es: str = ""
    rule: str = ""
    rule_es: str = ""
    source_id: Words = ()


class Exposure(Row):
    """exposures.csv: what a group stands to lose or gain: trade, remittances, visas, aid."""

    id: Identifier
    measure: str
    measure_es: str = ""
    value: float | None = None
    unit: str
    period: str = ""
    group: str = Field(default="", description="audience that carries the exposure, if one")
    source_id: Words = ()
    note: str = ""


class Position(Row):
    """positions.csv: what an actor wants on an issue, on the issue's scale, with how sure we are.

    `salience` 0-1: how much the actor cares; `capability` 0-100: what the actor can bring to bear; `red_line`: the actor accepts
    nothing beyond it (a number on the scale, on the far side of the position seen from the other actors; empty = none).
    """

    actor: str
    issue: str
    low: float
    mode: float
    high: float
    salience: Share
    capability: Annotated[float, Field(ge=0, le=100)]
    red_line: float | None = None
    source_id: Words = ()
    basis: str = ""


class Audience(Row):
    """audiences.csv, long form: one row an audience and issue. Rows of one audience repeat name, country, share and bloc.

    `share` of the electorate 0-1 (audiences may overlap, shares need not sum to 1; within one country, audiences whose
    `partition` is 1 do sum to 1); `position` on the issue's scale; `salience` 0-1.
    """

    id: Identifier
    name: str
    name_es: str = ""
    country: str
    share: Share
    bloc: str = Field(default="", description="bloc of the ballot; empty = none")
    partition: Annotated[int, Field(ge=0, le=1)] = 1
    issue: str
    position: float
    salience: Share
    exposure: str = Field(default="", description="id of exposures.csv, if this audience carries one")
    source_id: Words = ()
    basis: str = ""


class Channel(Row):
    """channels.csv: a path from the table or the relation to the vote or to approval.

    `trigger` says what opens it: `approval` (points of approval left of the shock at the vote), `meeting` (the meeting took
    place), `issue:ID` (change of that issue from its status quo, in units of its scale), `event:SRC:TGT:KIND` (such an event
    happens before the vote), `salience:TOPIC`. `prior` is the effect per unit of trigger in points of vote for `bloc`
    (language of cumbre.record.prior). `half_life_weeks` empty = does not fade.
    """

    id: Identifier
    name: str
    name_es: str = ""
    trigger: str
    bloc: str
    to: Literal["vote", "approval"] = "vote"
    prior: str
    half_life_weeks: Annotated[float, Field(gt=0)] | None = None
    group_share: Share = 1.0
    on: Annotated[int, Field(ge=0, le=1)] = 1
    label: Literal["estimated", "selected", "literature", "judged"]
    source_id: Words = ()
    basis: str = ""


class Signal(Row):
    """signals.csv: a public act before the talks that shifts beliefs on an actor's position.

    `shift` is a fraction of the issue's scale by which the believed position moves (sign: along the scale); `sd_factor`
    multiplies the width of the belief (under 1: the act is informative).
    """

    id: Identifier
    event: str
    actor: str
    issue: str
    shift: Annotated[float, Field(ge=-1, le=1)]
    sd_factor: Annotated[float, Field(gt=0, le=2)] = 1.0
    source_id: Words = ()
    basis: str = ""
