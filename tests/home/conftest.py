"""A small invented case, and worlds with hand-made outcomes and events for the home stage to read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from made_rows import AS_OF, VOTE, audience, channel, issue, poll  # type: ignore[import-not-found]

from cumbre.record import schema as s
from cumbre.record.case import Case
from cumbre.worlds import Worlds


@pytest.fixture
def make_case() -> Callable[..., Case]:
    """Two invented states, a cordial meeting three days ago, a vote in sixteen weeks; keywords replace any table."""

    def make(**tables: Any) -> Case:
        polls = tuple(
            poll(f"p{k}", AS_OF - dt.timedelta(days=14 * k + 9), 38 + (k % 3), "North" if k % 2 else "South") for k in range(20)
        )
        content: dict[str, Any] = {
            "id": "made", "title": "Made", "title_es": "", "as_of": AS_OF, "horizon": dt.date(2026, 8, 7), "languages": ("en",),
            "home": "AAA",
            "principals": ("AAA", "BBB"), "meeting": s.Meeting(date=dt.date(2026, 2, 3), tone="cordial"),
            "election": s.Election(
                id="vote", country="AAA", first_round=VOTE, rule="majority", blank_valid=False, turnout1=(50, 55, 60),
                turnout2=(50, 55, 60),
                turnout_basis="judged", roll_thousands=1000, leader="L", leader_bloc="left", blocs={"left": "Left", "right": "Right"},
            ),
            "folder": Path("."), "approval": polls, "issues": (issue(),),
            "audiences": (audience("workers", 0.6, 0.0, "left"), audience("makers", 0.4, 40.0, "right")),
            "channels": (
                channel("passed_on", "approval", "normal(0.28, 0.12) [0, inf]"),
                channel("attack_line", "meeting", "normal(0.3, 0.8)", half=8.0),
                channel("security", "salience:security", "normal(-0.15, 0.10)"),
                channel("visa_homes", "meeting", "normal(0, 3)", group_share=0.06),
            ),
        }  # fmt: skip
        content.update(tables)
        return Case(**content)

    return make


@pytest.fixture
def make_worlds() -> Callable[..., Worlds]:
    """Worlds of the case with what the table and the relation would have written.

    `value` {issue: [(day, value), ...]} the same in every world, `events` [(source, target, kind, day)] likewise.
    """

    def make(case: Case, *, draws: int = 2048, seed: int = 1, first: int = 0, status_quo: float = 10.0,
             value: dict[str, list[tuple[int, float]]] | None = None,
             events: list[tuple[str, str, str, int]] | None = None) -> Worlds:  # fmt: skip
        worlds = Worlds.start(case.id, case.as_of, draws=draws, seed=seed, first=first)
        if events is not None:
            day = np.tile(np.array([e[3] for e in events], dtype=np.int16), (draws, 1))
            coords = {f"slot_{n}": ("slot", [e[k] for e in events]) for k, n in enumerate(("source", "target", "kind"))}
            worlds = worlds.add("relation", xr.Dataset({"event_day": (("draw", "slot"), day)}, coords=coords))
        if value is not None:
            steps = 1 + max((len(v) for v in value.values()), default=0)
            values, days = np.full((draws, len(value), steps), status_quo), np.full((draws, len(value), steps), -1)
            days[:, :, 0] = 0
            for k, path in enumerate(value.values()):
                for j, (on, to) in enumerate(path):
                    values[:, k, j + 1], days[:, k, j + 1] = to, on
            dims = ("draw", "issue", "step")
            data = {"value": (dims, values.astype(np.float32)), "value_day": (dims, days.astype(np.int16))}
            worlds = worlds.add("table", xr.Dataset(data, coords={"issue": list(value)}))
        return worlds

    return make
