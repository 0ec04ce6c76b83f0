"""A made-up case of 8 issues x 10 actors for the speed of the whole table."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np

from cumbre.record import Case
from cumbre.record import schema as s

__all__ = ["made_case"]


def made_case(issues: int = 8, actors: int = 10, seed: int = 1) -> Case:
    """Two principals, eight domestic actors, numeric and ordered issues, audiences, a mediator and a spoiler."""
    rng = np.random.default_rng(seed)
    today = dt.date(2031, 3, 1)
    sides = ["AAA", "BBB"]
    names = sides + [f"{sides[n % 2]}_{n}" for n in range(2, actors)]
    people = tuple(s.Actor(id=n, name=n, kind="state" if n in sides else "party", country=n[:3], side=n[:3]) for n in names)
    table, rows, audiences = [], [], []
    for k in range(issues):
        id_ = f"issue{k}"
        ordered = k % 2 == 1
        high = 3.0 if ordered else 100.0
        quo = float(rng.integers(0, 4)) if ordered else float(rng.integers(0, 11) * 10)
        table.append(
            s.Issue.model_validate(
                {"id": id_, "title": id_, "kind": "ordered" if ordered else "numeric", "low": 0, "high": high, "best": high, "worst": 0,
                 "labels": ("a", "b", "c", "d") if ordered else (), "history": ({"date": today - dt.timedelta(days=9), "value": quo},),
                 "deciders": ("AAA", "BBB") if k % 3 else ("BBB",), "at_stake": "made up", "change_within": (0.05, 0.15, 0.3),
                 "change_basis": "made up", "delivery_days": (1, 10, 60), "delivery_chance": (0.6, 0.8, 0.95),
                 "soft_links": {"issue0": 0.4} if k else {}, "reversion": ({"value": 0, "chance": 0.05, "basis": "made up"},)}
            )
        )  # fmt: skip
        for name in names:
            low, mode, top = sorted(rng.random(3) * high)
            rows.append(
                s.Position(actor=name, issue=id_, low=low, mode=mode, high=top, salience=float(rng.random()),
                           capability=float(rng.random() * 100),
                           basis="made up")
            )  # fmt: skip
        audiences += [
            s.Audience(id=f"{side}{n}", name="made up", country=side, share=0.25, issue=id_, position=float(rng.random() * high),
                       salience=float(rng.random()), basis="made up")
            for side in sides for n in range(4)
        ]  # fmt: skip
    return Case(
        id="made", title="made", title_es="made", as_of=today, horizon=today + dt.timedelta(days=182), languages=("en",), home="AAA",
        principals=("AAA", "BBB"), meeting=s.Meeting(date=today), election=None, folder=Path("."), issues=tuple(table), actors=people,
        positions=tuple(rows), audiences=tuple(audiences),
        mediators=(s.Mediator(actor="MID", between=("AAA", "BBB"), issues=("issue0",), engages=0.4, information=0.3, basis="made up"),),
        spoilers=(s.Spoiler(actor="OUT", watches="issue1", above=2, chance=0.3, moves="issue0", to=0, basis="made up"),),
    )  # fmt: skip
