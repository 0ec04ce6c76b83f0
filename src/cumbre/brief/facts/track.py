"""How the stages did on past cases beside their baselines, and the forecasts that stand open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cumbre import priors
from cumbre.brief.facts.study import Study
from cumbre.brief.numbers import Figure, rule
from cumbre.errors import CumbreError, UsageError
from cumbre.record.schema import Question

__all__ = ["OpenQuestion", "Score", "TrackFacts", "track_facts"]


@dataclass(frozen=True)
class Score:
    """One measure of one stage on past cases: ours, the baseline, and on what; words as (English, Spanish)."""

    stage: str
    measure: tuple[str, str]
    ours: Figure
    baseline: Figure | None
    baseline_name: tuple[str, str]
    on: tuple[str, str]
    command: str


@dataclass(frozen=True)
class OpenQuestion:
    """A forecast of the ledger."""

    question: Question
    chance: Figure | None
    problem: str


@dataclass(frozen=True)
class Resolved:
    """A sealed forecast beside what happened."""

    text: str
    text_es: str
    chance: Figure
    happened: bool


@dataclass(frozen=True)
class TrackFacts:
    """The section; `brier` and `base` are the ledger's own score and that of always saying the share of yes."""

    scores: tuple[Score, ...]
    open: tuple[OpenQuestion, ...]
    resolved: tuple[Resolved, ...]
    brier: Figure | None = None
    base: Figure | None = None


def track_facts(study: Study, track: Mapping[str, Any] | None) -> TrackFacts:
    """`track` is `TrackRecord.as_dict()` of the ledger, or None where nothing is sealed."""
    resolved = tuple(_resolved(study, row) for row in (track or {}).get("resolved", ()))
    ledger = {row["part"]: row for row in (track or {}).get("scores", ())}.get("all")
    brier = base = None
    if ledger:
        brier, base = (
            study.numbers.recorded(
                f"brief.ledger.{name}",
                ledger[name],
                "Brier",
                rule(f"rule.ledger.{name}"),
                label="estimated",
                digits=3,
                n=ledger["n"],
            )
            for name in ("brier", "base_rate")
        )
    return TrackFacts(tuple(_scores(study)), tuple(_open(study)), resolved, brier, base)


def _resolved(study: Study, row: Mapping[str, Any]) -> Resolved:
    chance = study.numbers.simulated(
        f"brief.ledger.{row['question_id']}",
        row["probability"],
        "chance",
        rule("rule.ledger.chance", day=row["as_of"]),
        form="chance",
    )
    return Resolved(row["question"], row["question_es"] or row["question"], chance, row["outcome"] == "yes")


def _scores(study: Study) -> list[Score]:
    try:
        rows = priors.load("backtests")["rows"]
    except UsageError:
        return []
    found = []
    for k, row in enumerate(rows):
        if row["stage"] not in study.worlds:
            continue
        figures = []
        for part in ("value", "baseline"):
            value = row.get(part)
            known = rule(f"rule.track.{part}", measure=row["measure"], on=row["on"])
            figures.append(
                None
                if value is None
                else study.numbers.recorded(
                    f"brief.track.{row['stage']}.{k}.{part}",
                    float(value),
                    row["measure"],
                    known,
                    label="estimated",
                    digits=1 if abs(float(value)) >= 10 else 3 if abs(float(value)) < 0.1 else 2,
                    n=row.get("n"),
                    note=row["command"],
                )
            )
        assert figures[0] is not None
        texts = {name: (row[name], row.get(f"{name}_es", "")) for name in ("measure", "baseline_name", "on")}
        found.append(
            Score(row["stage"], texts["measure"], figures[0], figures[1], texts["baseline_name"], texts["on"], row["command"])
        )
    return found


def _open(study: Study) -> list[OpenQuestion]:
    found = []
    for question in sorted(study.case.questions, key=lambda q: (q.close_date, q.id)):
        if question.close_date < study.case.as_of:
            continue
        try:
            mask = study.worlds.mask(question.expression)
        except CumbreError as error:
            found.append(OpenQuestion(question, None, str(error).splitlines()[0]))
            continue
        chance = study.numbers.chance(
            f"brief.question.{question.id}",
            mask,
            rule("rule.track.question", expression=question.expression),
            within=study.within,
        )
        found.append(OpenQuestion(question, chance, ""))
    return found
