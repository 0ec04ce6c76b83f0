"""The few outcomes that the page follows everywhere: the deal, the vote, the leader, the relation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from cumbre.brief.facts.ballot import BallotFacts
from cumbre.brief.facts.study import Study

__all__ = ["Outcome", "outcomes"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Outcome:
    """One outcome, per world: `form` chance for 0 or 1, else the form of its number; `scale` is what counts as a large move."""

    key: str
    who: str
    values: FloatArray
    form: Literal["chance", "percent", "signed"]
    scale: float


def outcomes(study: Study, ballot: BallotFacts | None) -> tuple[Outcome, ...]:
    """Those that these worlds define, most important first."""
    found = []
    if study.has("table", "deal"):
        found.append(Outcome("deal", "", (study.array("table", "deal") > 0).astype(float), "chance", 0.1))
    if ballot is not None:
        winner, ids = study.array("ballot", "winner"), study.labels("ballot", "candidate")
        chosen = [ballot.successor] if ballot.successor else []
        chosen += [p for p in ballot.top if p not in chosen][: 2 - len(chosen)]
        found += [Outcome("win", p.id, (winner == ids.index(p.id)).astype(float), "chance", 0.1) for p in chosen]
    if study.has("home", "approval"):
        week = study.week("home", study.vote_day)
        found.append(Outcome("approval", "", study.array("home", "approval")[:, week].astype(float), "percent", 3.0))
    if study.has("relation", "index") and study.pair in study.labels("relation", "pair"):
        week, pair = study.week("relation", study.vote_day), study.labels("relation", "pair").index(study.pair)
        found.append(Outcome("index", "", study.array("relation", "index")[:, pair, week].astype(float), "signed", 1.0))
    return tuple(found)
