"""Rows of the invented case."""

from __future__ import annotations

import datetime as dt
from typing import Any

from cumbre.record import schema as s

AS_OF = dt.date(2026, 2, 6)
VOTE = dt.date(2026, 5, 31)


def poll(id_: str, day: dt.date, share: float, pollster: str = "North", size: int = 1200, measure: str = "job") -> s.Approval:
    return s.Approval(
        id=id_, pollster=pollster, field_end=day, published=day, approve_pct=share, sample_size=size, measure=measure, source_id="src"
    )  # fmt: skip


def audience(id_: str, share: float, position: float, bloc: str = "", issue: str = "duty", **more: Any) -> s.Audience:
    return s.Audience(
        id=id_, name=id_.title(), country="AAA", share=share, bloc=bloc, issue=issue, position=position, salience=0.8, basis="judged",
        **more,
    )  # fmt: skip


def channel(id_: str, trigger: str, prior: str, bloc: str = "left", half: float | None = None, **more: Any) -> s.Channel:
    return s.Channel(
        id=id_, name=id_, trigger=trigger, bloc=bloc, prior=prior, half_life_weeks=half, label="judged", basis="judged", **more
    )  # fmt: skip


def issue(id_: str = "duty", status_quo: float = 10.0) -> s.Issue:
    return s.Issue(
        id=id_, title="Duty", kind="numeric", unit="per cent", low=0, high=40,
        history=(s.Reading(date=dt.date(2025, 1, 1), value=status_quo),), best=0, worst=40, deciders=("BBB",), at_stake="trade",
        change_within=(0.1, 0.2, 0.3), change_basis="judged", delivery_days=(0, 10, 30), delivery_chance=(0.7, 0.8, 0.9),
    )  # fmt: skip
