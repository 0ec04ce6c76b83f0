"""The blocks of a case's TOML files: issues, the meeting, the election's rules, mediators, spoilers, presets, questions."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from cumbre.record.cells import Day, Identifier, Share, Words

__all__ = [
    "Election",
    "Issue",
    "Meeting",
    "Mediator",
    "Need",
    "Preset",
    "Question",
    "Ratifier",
    "Reading",
    "Reversion",
    "Spoiler",
]


class Reading(BaseModel):
    """A value of an issue from a date on."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    date: Day
    value: float
    source_id: Words = ()


class Need(BaseModel):
    """Hard linkage: the issue moves off its status quo only where another issue stands at `at_least` or `at_most`."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    issue: str
    at_least: float | None = None
    at_most: float | None = None


class Reversion(BaseModel):
    """What happens to an issue where talks fail: a value and its chance; the rest of the chance keeps the status quo."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    value: float
    chance: Share
    basis: str


class Ratifier(BaseModel):
    """Who must consent at home after signature: a threshold of support among its members, or a plain chance."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    actor: str
    threshold: Share = 0.5
    support: tuple[float, float, float] = Field(description="low, mode, high of support for the deal, 0-1")
    veto: bool = False
    basis: str


class Issue(BaseModel):
    """issues.toml: one thing on the table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Identifier
    title: str
    title_es: str = ""
    kind: Literal["numeric", "ordered", "binary", "count"]
    unit: str = ""
    unit_es: str = ""
    low: float
    high: float
    labels: tuple[str, ...] = ()
    labels_es: tuple[str, ...] = ()
    history: tuple[Reading, ...] = Field(
        min_length=1, description="value from each date on; the last one known is the status quo"
    )
    best: float
    worst: float
    likely: float | None = None
    deciders: tuple[str, ...] = Field(min_length=1, description="actors whose consent a change needs; one = unilateral")
    deadline: Day | None = None
    topic: str = ""
    at_stake: str
    at_stake_es: str = ""
    needs: tuple[Need, ...] = ()
    soft_links: dict[str, float] = Field(default_factory=dict, description="issue id -> -1..1: joint movement wanted")
    change_within: tuple[float, float, float] = Field(
        description="low, mode, high of the base rate: chance that the value changes at all within 180 days"
    )
    change_basis: str
    delivery_days: tuple[float, float, float] = Field(description="low, mode, high days from settlement to being in force")
    delivery_chance: tuple[float, float, float] = Field(description="low, mode, high chance that what is signed is delivered")
    reversion: tuple[Reversion, ...] = ()
    ratifiers: tuple[Ratifier, ...] = ()
    benefits: str = Field(default="", description="actor whose leader gains in person (visa, listing); empty = the state")
    visibility: Share = Field(default=0.5, description="how visible a concession is to audiences, 0-1")
    outlives_term: bool = True
    source_id: Words = ()

    @model_validator(mode="after")
    def _scale(self) -> Issue:
        if self.low >= self.high:
            raise ValueError(f"low {self.low:g} is not below high {self.high:g}")
        if self.kind in ("ordered", "binary"):
            steps = round(self.high - self.low) + 1
            if len(self.labels) != steps:
                raise ValueError(f"has {len(self.labels)} labels for {steps} steps; give one label a step")
        for name in ("best", "worst", "likely"):
            value = getattr(self, name)
            if value is not None and not self.low <= value <= self.high:
                raise ValueError(f"{name} {value:g} is off the scale {self.low:g} to {self.high:g}")
        for reading in self.history:
            if not self.low <= reading.value <= self.high:
                raise ValueError(f"history value {reading.value:g} is off the scale {self.low:g} to {self.high:g}")
        for name in ("change_within", "delivery_days", "delivery_chance"):
            low, mode, high = getattr(self, name)
            if not low <= mode <= high:
                raise ValueError(f"{name} needs low <= mode <= high, got {low:g}, {mode:g}, {high:g}")
        return self

    @property
    def status_quo(self) -> float:
        """Value in force on the as-of date."""
        return self.history[-1].value


class Meeting(BaseModel):
    """case.toml [meeting]."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    date: Day
    place: str = ""
    setting: Literal["private", "public"] = "private"
    deal_announced: bool = Field(default=False, description="whether a formal agreement was announced by as_of")
    tone: Literal["cordial", "neutral", "hostile", "unknown"] = "unknown"
    known: Day | None = None


class Election(BaseModel):
    """case.toml [election]: rules as data."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: Identifier
    country: str
    first_round: Day
    runoff: Day | None = None
    inauguration: Day | None = None
    rule: Literal["majority", "majority_blank", "argentina", "plurality", "costa_rica"] = Field(
        description="majority: 50 % + 1 of valid votes without blank; majority_blank: blank votes count as valid; "
        "argentina: 45, or 40 and 10 ahead; costa_rica: 40; plurality: one round"
    )
    blank_valid: bool
    turnout1: tuple[float, float, float] = Field(description="low, mode, high, per cent of the roll")
    turnout2: tuple[float, float, float]
    turnout_basis: str
    roll_thousands: float = Field(gt=0, description="registered voters, thousands")
    leader: str = Field(description="name of the sitting home leader")
    leader_bloc: str = Field(description="bloc of the sitting leader")
    successor: str = Field(default="", description="candidate id of the leader's side")
    blocs: dict[str, str] = Field(description="bloc id -> name")
    blocs_es: dict[str, str] = Field(default_factory=dict)


class Mediator(BaseModel):
    """case.toml [[mediator]]: strengths 0-1; `between` names the two principals."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    actor: str
    between: tuple[str, str]
    issues: tuple[str, ...]
    engages: Share = Field(description="chance that the mediator takes the part")
    information: Share = 0.0
    money: float = 0.0
    guarantee: Share = 0.0
    agenda: bool = False
    basis: str


class Spoiler(BaseModel):
    """case.toml [[spoiler]]: an outsider who reacts when an issue moves towards `above`."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    actor: str
    watches: str = Field(description="issue id")
    above: float
    chance: Share = Field(description="chance of reacting where the watched issue reaches `above`")
    moves: str = Field(description="issue id that the reaction moves")
    to: float
    basis: str


class Preset(BaseModel):
    """case.toml [[preset]]: a named scenario of the workbench."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: Identifier
    title: str
    title_es: str = ""
    do: tuple[str, ...] = ()
    given: tuple[str, ...] = ()


class Question(BaseModel):
    """questions.toml: a forecast that resolves."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: Identifier
    text: str
    text_es: str = ""
    expression: str
    close_date: Day
    topic: str = ""
    resolution: str = Field(default="", description="what decides it: source and rule")
    resolution_es: str = Field(default="", description="the same in Spanish")
