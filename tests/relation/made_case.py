"""Small cases of two invented governments and an armed group, made of schema rows."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np

from cumbre.record.case import Case
from cumbre.record.schema import Actor, Event, Kind

AS_OF = dt.date(2024, 6, 1)
KINDS = [Kind.CONSULT, Kind.ACCUSE, Kind.THREATEN, Kind.SANCTION, Kind.COOPERATE, Kind.AGREE, Kind.REJECT]
USUAL = {
    "CONSULT": 3.0, "ACCUSE": -3.0, "THREATEN": -5.0, "SANCTION": -6.0, "COOPERATE": 5.0, "AGREE": 5.0, "REJECT": -4.0,
}  # fmt: skip
ACTORS = (
    Actor(id="AAA", name="A", kind="state", side="AAA"), Actor(id="BBB", name="B", kind="state", side="BBB"),
    Actor(id="AAA_GOV", name="Government of A", kind="government", side="AAA"),
    Actor(id="BBB_GOV", name="Government of B", kind="government", side="BBB"),
    Actor(id="REB", name="Rebels", kind="armed_group", side="REB"),
    Actor(id="POLL", name="A pollster", kind="business", side="POLL"),
)  # fmt: skip


def event(
    number: int, day: dt.date, source: str, target: str, kind: Kind, intensity: float | None = None, **more: object
) -> Event:
    mode = "material" if kind in (Kind.SANCTION, Kind.COOPERATE) else "verbal"
    values = {
        "id": f"E{number}", "date": day, "source": source, "target": target, "type": kind, "mode": mode,
        "intensity": USUAL[str(kind)] if intensity is None else intensity, "summary": f"event {number}", **more,
    }  # fmt: skip
    return Event(**values)  # type: ignore[arg-type]


def made_events(count: int, seed: int = 1, days: int = 400, shift: int = 0) -> tuple[Event, ...]:
    g = np.random.default_rng(seed)
    rows = []
    for number in range(count):
        source, target = [("AAA_GOV", "BBB_GOV"), ("BBB_GOV", "AAA_GOV"), ("AAA_GOV", "REB")][
            int(g.choice(3, p=[0.45, 0.45, 0.1]))
        ]
        day = AS_OF - dt.timedelta(days=int(g.integers(0, days)) - shift)
        rows.append(
            event(number, day, source, target, KINDS[int(g.integers(len(KINDS)))], issue="tariff" if number % 3 == 0 else "")
        )
    return tuple(rows)


def made_case(events: tuple[Event, ...] = (), **more: object) -> Case:
    values = {
        "id": "made", "title": "Made", "title_es": "", "as_of": AS_OF, "horizon": AS_OF + dt.timedelta(days=180), "languages": ("en",),
        "home": "AAA", "principals": ("AAA", "BBB"), "meeting": None, "election": None, "folder": Path(),
        "actors": ACTORS, "events": events,
        **more,
    }  # fmt: skip
    return Case(**values)  # type: ignore[arg-type]
