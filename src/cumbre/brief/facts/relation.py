"""Where the relationship stands, where it may go, and which kinds of events may come."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from cumbre.brief.facts.study import Study
from cumbre.brief.numbers import Figure, rule
from cumbre.record.passport import Passport
from cumbre.record.schema import Event
from cumbre.worlds import day_number

__all__ = ["ANSWER_DAYS", "WINDOWS", "Answers", "KindChance", "Level", "RelationFacts", "Turn", "relation_facts"]

WINDOWS = (30, 60, 90)
ANSWER_DAYS = 60
"""Within how many days answers in kind are told; one of the waits in the stage's table."""
MUTUAL = ("AGREE", "CONSULT")
"""Kinds that both sides do together, whoever is coded first; their two directions count as one."""
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Level:
    """A series with its 80 % band, one value a date."""

    dates: tuple[dt.date, ...]
    middle: FloatArray
    low: FloatArray
    high: FloatArray


@dataclass(frozen=True)
class Turn:
    """A turning point of the index: when, how likely, and the event that stands nearest."""

    date: dt.date
    chance: Figure
    before: Figure | None
    after: Figure | None
    event: str
    event_es: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class KindChance:
    """Chance of at least one event of a kind within each window."""

    source: str
    target: str
    kind: str
    chances: tuple[Figure, ...]


@dataclass(frozen=True)
class IssueLevel:
    """Where the two stand on one issue, read from the events that concern it."""

    issue: str
    level: Figure
    events: Figure
    last: dt.date


@dataclass(frozen=True)
class Answers:
    """Whether the two answer each other, for the class of acts that they exchange most.

    quad      VC, MC, VK or MK: words or deeds, cooperative or hostile
    sides     for each principal: its id, its acts, and how many the other followed with the same class within a week
    drawn     acts of the same class that a hundred of them draw from the other side within ANSWER_DAYS, over many pairs
    """

    quad: str
    sides: tuple[tuple[str, Figure, Figure], ...]
    drawn: Figure


@dataclass(frozen=True)
class RelationFacts:
    """The section and the card."""

    now: Figure
    later: Figure
    later_day: dt.date
    warmer: Figure
    words: Figure | None
    deeds: Figure | None
    before: Figure | None
    before_day: dt.date | None
    low_point: Figure | None
    low_day: dt.date | None
    low_dates: tuple[dt.date, dt.date] | None
    low_chance: Figure | None
    issues: tuple[IssueLevel, ...]
    past: Level | None
    future: Level
    turns: tuple[Turn, ...]
    kinds: tuple[KindChance, ...]
    answers: Answers | None

    @property
    def direction(self) -> str:
        """`up`, `down` or `flat`: the move of the last ninety days, against the half-width of today's band."""
        if self.before is None:
            return "flat"
        move, noise = self.now.value - self.before.value, (self.now.high - self.now.low) / 2
        return "up" if move > noise / 2 else "down" if move < -noise / 2 else "flat"


def relation_facts(study: Study) -> RelationFacts | None:
    """None where the relation did not run or knows nothing of the two principals."""
    if not study.has("relation", "index") or study.pair not in study.labels("relation", "pair"):
        return None
    numbers, pair = study.numbers, study.labels("relation", "pair").index(study.pair)
    index = study.array("relation", "index")[:, pair, :]
    dates = tuple(study.week_dates("relation"))
    low, middle, high = np.nanquantile(index, [0.1, 0.5, 0.9], axis=0)
    week = study.week("relation", study.vote_day)
    now = numbers.spread("brief.relation.now", index[:, 0], "index", rule("rule.relation.now"))
    later = numbers.spread("brief.relation.later", index[:, week], "index", rule("rule.relation.later", day=dates[week]))
    warmer = numbers.chance("brief.relation.warmer", index[:, week] > index[:, 0], rule("rule.relation.warmer", day=dates[week]))
    parts: dict[str, Figure | None] = {"words": None, "deeds": None}
    for name in parts:
        if study.has("relation", f"index_{name}"):
            values = study.array("relation", f"index_{name}")[:, pair, 0]
            parts[name] = numbers.spread(f"brief.relation.{name}", values, "index", rule(f"rule.relation.{name}"))
    past = _past(study)
    before, before_day = None, None
    if past is not None and len(past.dates) > 3:
        wanted = study.case.as_of - dt.timedelta(days=90)
        k = int(np.argmin([abs((d - wanted).days) for d in past.dates]))
        before_day = past.dates[k]
        before = numbers.recorded(
            "brief.relation.before", past.middle[k], "index", rule("rule.relation.before"), label="estimated", digits=1
        )
    low_point, low_day, low_dates, low_chance = _low_point(study)
    return RelationFacts(
        now,
        later,
        dates[week],
        warmer,
        parts["words"],
        parts["deeds"],
        before,
        before_day,
        low_point,
        low_day,
        low_dates,
        low_chance,
        _issues(study),
        past,
        Level(dates, middle, low, high),
        _turns(study),
        _kinds(study),
        _answers(study),
    )


def _past(study: Study) -> Level | None:
    table = study.readout("relation", "index", "history")
    if table is None:
        return None
    if "pair" in table:
        table = table[table["pair"] == study.pair]
    for column in ("part", "kind", "mode"):
        if column in table and "all" in set(table[column]):
            table = table[table[column] == "all"]
    date = next((c for c in ("date", "day", "week", "month") if c in table), None)
    middle = next((c for c in ("mean", "level", "median", "index") if c in table), None)
    if date is None or middle is None or table.empty:
        return None
    table = table.sort_values(date)
    days = tuple(pd.Timestamp(d).date() for d in table[date])
    level = table[middle].to_numpy(dtype=float)
    ends = [(a, b) for a, b in (("low", "high"), ("q10", "q90"), ("lower", "upper")) if a in table and b in table]
    if ends:
        low, high = (table[c].to_numpy(dtype=float) for c in ends[0])
    elif "sd" in table:
        half = 1.2816 * table["sd"].to_numpy(dtype=float)
        low, high = level - half, level + half
    else:
        low = high = level
    return Level(days, level, low, high)


def _low_point(study: Study) -> tuple[Figure | None, dt.date | None, tuple[dt.date, dt.date] | None, Figure | None]:
    """The index at the likeliest lowest point, its date, the 80 % range of dates, and the chance that it was the lowest."""
    table = study.readout("relation", "low_point")
    if table is None:
        return None, None, None, None
    rows = table[table["pair"] == study.pair].sort_values("p", ascending=False)
    if rows.empty:
        return None, None, None, None
    row = rows.iloc[0]
    numbers, day = study.numbers, pd.Timestamp(row["date"]).date()
    low = numbers.add(
        Passport(
            "brief.relation.low_point",
            round(float(row["index"]), 4),
            "index",
            "estimated",
            numbers.english(rule("rule.relation.low_point")),
            low=float(row["q10"]),
            high=float(row["q90"]),
            level=0.8,
        ),
        "number",
        1,
        rule("rule.relation.low_point"),
    )
    chance = numbers.recorded(
        "brief.relation.low_chance",
        float(row["p"]),
        "chance",
        rule("rule.relation.low_chance", day=day),
        label="estimated",
        form="chance",
    )
    return low, day, (pd.Timestamp(row["low"]).date(), pd.Timestamp(row["high"]).date()), chance


def _answers(study: Study) -> Answers | None:
    table = study.readout("relation", "reciprocity")
    if table is None or f"within_{ANSWER_DAYS}" not in table:
        return None
    table = table[table["pair"] == study.pair]
    events = table.groupby("quad", sort=False)["events"].agg(["sum", "min"])
    if events.empty or not events["min"].max():
        return None
    quad, numbers = str(events["sum"].where(events["min"] > 0, 0).idxmax()), study.numbers
    rows = table[table["quad"] == quad]
    sides = tuple(
        (
            str(row["source"]),
            *(
                numbers.recorded(
                    f"brief.relation.answers.{row['source']}.{name}",
                    float(row[name]),
                    "events",
                    rule(f"rule.relation.{name}"),
                    form="count",
                )
                for name in ("events", "answered")
            ),
        )
        for row in sorted(rows.to_dict("records"), key=lambda r: r["source"] != study.case.home)
    )
    first, known = rows.iloc[0], rule("rule.relation.drawn", days=str(ANSWER_DAYS))
    drawn, low, high = (100 * float(first[f"{name}_{ANSWER_DAYS}"]) for name in ("within", "low", "high"))
    passport = Passport(
        "brief.relation.answers.drawn", round(drawn, 4), "events", "estimated", numbers.english(known), low=round(low, 4),
        high=round(high, 4), level=0.8, rests_on=(f"relation.reciprocity.{quad}",),
    )  # fmt: skip
    return Answers(quad, sides, numbers.add(passport, "number", 0, known))  # type: ignore[arg-type]


def _issues(study: Study) -> tuple[IssueLevel, ...]:
    table = study.readout("relation", "issues")
    if table is None or not {"issue", "mean", "q10", "q90", "events", "last"} <= set(table.columns):
        return ()
    numbers, found = study.numbers, []
    for row in table[table["pair"] == study.pair].to_dict("records"):
        if row["issue"] not in study.case.issue:
            continue
        base, known = f"brief.relation.issue.{row['issue']}", rule("rule.relation.issue")
        level = numbers.add(
            Passport(
                base,
                round(float(row["mean"]), 4),
                "index",
                "estimated",
                numbers.english(known),
                low=float(row["q10"]),
                high=float(row["q90"]),
                level=0.8,
                n=int(row["events"]),
            ),
            "number",
            1,
            known,
        )
        events = numbers.recorded(
            f"{base}.events", float(row["events"]), "events", rule("rule.relation.issue_events"), form="count"
        )
        found.append(IssueLevel(str(row["issue"]), level, events, pd.Timestamp(row["last"]).date()))
    return tuple(sorted(found, key=lambda i: -i.level.value))


def _turns(study: Study) -> tuple[Turn, ...]:
    table = study.readout("relation", "turning_points", "turns", "breaks")
    if table is None:
        return ()
    if "pair" in table:
        table = table[table["pair"] == study.pair]
    column = next((c for c in ("p", "probability", "chance") if c in table), None)
    if column is None or "date" not in table:
        return ()
    turns = []
    for row in table.sort_values(column, ascending=False).head(5).to_dict("records"):
        day, p = pd.Timestamp(row["date"]).date(), float(row[column])
        event = _nearest(study, day)
        chance = study.numbers.recorded(
            f"brief.relation.turn.{day.isoformat()}",
            p,
            "chance",
            rule("rule.relation.turn", day=day),
            label="estimated",
            form="chance",
            sources=event.source_id if event else (),
        )
        counts = [
            study.numbers.recorded(
                f"brief.relation.turn.{day.isoformat()}.{side}",
                float(row[f"events_{side}"]),
                "events",
                rule(f"rule.relation.turn_{side}", day=day),
                form="count",
            )
            if np.isfinite(float(row.get(f"events_{side}", np.nan)))
            else None
            for side in ("before", "after")
        ]
        said = (event.summary, event.summary_es, event.source_id) if event else ("", "", ())
        turns.append(Turn(day, chance, counts[0], counts[1], *said))
    return tuple(sorted(turns, key=lambda t: t.date))


def _nearest(study: Study, day: dt.date) -> Event | None:
    sides = set(study.case.principals)
    near = [
        e
        for e in study.case.events
        if abs((e.date - day).days) <= 10 and {study.case.side(e.source), study.case.side(e.target)} == sides
    ]
    return max(near, key=lambda e: (abs(e.intensity), -abs((e.date - day).days)), default=None)


def _kinds(study: Study) -> tuple[KindChance, ...]:
    if not study.has("relation", "event_day"):
        return ()
    days = study.array("relation", "event_day")
    sources, targets, kinds = (np.array(study.labels("relation", f"slot_{c}")) for c in ("source", "target", "kind"))
    a, b = study.case.principals
    horizon = day_number(study.case.horizon, study.case.as_of)
    found = []
    between = ((sources == a) & (targets == b)) | ((sources == b) & (targets == a))
    for source, target in ((a, b), (b, a)):
        one_way = (sources == source) & (targets == target)
        for kind in sorted(set(kinds[between])):
            if kind in MUTUAL and source != study.case.home:
                continue
            here = between if kind in MUTUAL else one_way
            slots = days[:, here & (kinds == kind)]
            if not slots.shape[1]:
                continue
            first = np.where(slots > 0, slots, np.iinfo(np.int16).max).min(axis=1)
            chances = tuple(
                study.numbers.chance(
                    f"brief.relation.kind.{source}.{target}.{kind}.{window}",
                    first <= window,
                    rule("rule.relation.kind", kind=kind, source=source, target=target, window=str(window)),
                )
                for window in WINDOWS
                if window <= horizon
            )
            if chances:
                found.append(KindChance(source, target, kind, chances))
    return tuple(sorted(found, key=lambda k: -k.chances[-1].value))
