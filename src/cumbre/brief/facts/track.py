"""How the stages did on past cases beside their baselines, and the forecasts that stand open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cumbre import priors
from cumbre.brief.facts.study import STAGES, Study
from cumbre.brief.numbers import Figure, rule
from cumbre.errors import CumbreError
from cumbre.record.schema import Question

__all__ = ["OpenQuestion", "Score", "TrackFacts", "track_facts"]


@dataclass(frozen=True)
class Score:
    """One measure of one stage on past cases: ours, the baseline, and on what."""

    stage: str
    measure: str
    ours: Figure
    baseline: Figure | None
    baseline_name: str
    on: str


@dataclass(frozen=True)
class OpenQuestion:
    """A forecast of the ledger."""

    question: Question
    chance: Figure | None
    problem: str


@dataclass(frozen=True)
class TrackFacts:
    """The section."""

    scores: tuple[Score, ...]
    open: tuple[OpenQuestion, ...]
    resolved: tuple[Mapping[str, Any], ...]


def track_facts(study: Study, track: Mapping[str, Any] | None) -> TrackFacts:
    """`track` may hold `resolved` (rows with text, probability, outcome) from the ledger."""
    return TrackFacts(tuple(_scores(study)), tuple(_open(study)), tuple((track or {}).get("resolved", ())))


def _scores(study: Study) -> list[Score]:
    found = []
    for stage in STAGES:
        try:
            prior = priors.load(stage)
        except (CumbreError, FileNotFoundError, AttributeError):
            continue
        rows = prior.get("backtest") or prior.get("provenance", {}).get("backtest") or ()
        for k, row in enumerate(rows if isinstance(rows, list) else ()):
            if not isinstance(row, Mapping) or not isinstance(row.get("value"), (int, float)):
                continue
            measure, on = str(row.get("measure", "")), str(row.get("on", ""))
            figures = []
            for part in ("value", "baseline"):
                value = row.get(part)
                figures.append(
                    study.numbers.recorded(
                        f"brief.track.{stage}.{k}.{part}", float(value), measure, rule(f"rule.track.{part}", measure=measure, on=on),
                        label="estimated", digits=2, n=row.get("n"), note=str(row.get("command", "")),
                    )
                    if isinstance(value, (int, float))
                    else None
                )  # fmt: skip
            if figures[0] is not None:
                found.append(Score(stage, measure, figures[0], figures[1], str(row.get("baseline_name", "")), on))
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
