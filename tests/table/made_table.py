"""A small negotiation made by hand: two invented governments, four issues, a mediator, a spoiler, audiences."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from cumbre.record import Case
from cumbre.record import schema as s
from cumbre.table import fit, simulate
from cumbre.table.fitted import Fitted
from cumbre.worlds import Worlds

AS_OF = dt.date(2031, 3, 1)


def issue(id_: str, **changes: Any) -> s.Issue:
    plain: dict[str, Any] = {
        "id": id_, "title": id_, "kind": "numeric", "low": 0, "high": 40, "unit": "per cent", "best": 0, "worst": 40,
        "history": ({"date": AS_OF - dt.timedelta(days=90), "value": 20},), "deciders": ("ZED", "ARC"), "at_stake": "trade",
        "change_within": (0.1, 0.3, 0.5), "change_basis": "made up", "delivery_days": (1, 10, 30), "delivery_chance": (0.8, 0.9, 1.0),
    }  # fmt: skip
    return s.Issue.model_validate(plain | changes)


def position(actor: str, on: str, low: float, mode: float, high: float, **more: Any) -> s.Position:
    return s.Position.model_validate(
        {"actor": actor, "issue": on, "low": low, "mode": mode, "high": high, "salience": 0.6, "capability": 50, "basis": "made"}
        | more
    )


def audience(id_: str, country: str, share: float, on: str, where: float, salience: float = 0.5) -> s.Audience:
    return s.Audience(id=id_, name=id_, country=country, share=share, issue=on, position=where, salience=salience, basis="made")


def small_case(**changes: Any) -> Case:
    issues = (
        issue("tariff"),
        issue("pact", kind="ordered", low=0, high=2, unit="", labels=("none", "informal", "formal"), best=2, worst=0,
              history=({"date": AS_OF - dt.timedelta(days=400), "value": 0},), change_within=(0.02, 0.05, 0.1), outlives_term=False,
              ratifiers=({"actor": "ARC_SENATE", "support": (0.3, 0.5, 0.7), "basis": "made"},),
              needs=({"issue": "tariff", "at_most": 20},), soft_links={"tariff": -0.5}),
        issue("visas", kind="binary", low=0, high=1, unit="", labels=("no", "yes"), best=1, worst=0, deciders=("ZED",), benefits="ARC_GOV",
              history=({"date": AS_OF - dt.timedelta(days=30), "value": 0},), change_within=(0.1, 0.2, 0.3),
              reversion=({"value": 1, "chance": 0.05, "basis": "made"},)),
        issue("raids", kind="count", low=0, high=3, unit="raids", best=3, worst=0, deciders=("ARC",),
              history=({"date": AS_OF - dt.timedelta(days=30), "value": 0},), change_within=(0.2, 0.4, 0.6)),
    )  # fmt: skip
    actors = tuple(
        s.Actor(id=i, name=i, kind=k, country=c, side=c) for i, k, c in (
            ("ARC", "state", "ARC"), ("ARC_GOV", "government", "ARC"), ("ARC_SENATE", "legislature", "ARC"), ("ZED", "state", "ZED"),
            ("ZED_FARM", "business", "ZED"), ("MID", "state", "MID"),
        )
    )  # fmt: skip
    positions = (
        position("ARC", "tariff", 0, 5, 15, red_line=30, salience=0.8), position("ZED", "tariff", 15, 25, 35, capability=90),
        position("ZED_FARM", "tariff", 20, 35, 40, capability=20), position("ARC", "pact", 1, 2, 2),
        position("ZED", "pact", 0, 1, 2, capability=90),
        position("ARC", "visas", 0.5, 1, 1), position("ZED", "visas", 0, 0.4, 1, capability=90), position("ARC", "raids", 0, 1, 2),
        position("ZED", "raids", 1, 3, 3, capability=90),
    )  # fmt: skip
    audiences = (
        audience("city", "ARC", 0.6, "tariff", 0), audience("farm", "ARC", 0.4, "tariff", 10), audience("coast", "ZED", 0.5, "tariff", 20),
        audience("plain", "ZED", 0.5, "tariff", 35),
    )  # fmt: skip
    plain: dict[str, Any] = {
        "id": "small", "title": "small", "title_es": "pequeño", "as_of": AS_OF,
        "horizon": AS_OF + dt.timedelta(days=200), "languages": ("en",),
        "home": "ARC", "principals": ("ARC", "ZED"), "meeting": s.Meeting(date=AS_OF - dt.timedelta(days=2)), "election": None,
        "folder": Path("."), "issues": issues, "actors": actors, "positions": positions, "audiences": audiences,
        "mediators": (s.Mediator(actor="MID", between=("ARC", "ZED"), issues=("tariff",), engages=0.5, information=0.5,
                                  guarantee=0.5, basis="made"),),
        "spoilers": (s.Spoiler(actor="MID", watches="raids", above=1, chance=0.4, moves="tariff", to=40, basis="made"),),
    }  # fmt: skip
    return Case(**(plain | changes))


def worlds_of(case: Case, f: Fitted | None = None, draws: int = 8192, seed: int = 1) -> Worlds:
    f = fit(case) if f is None else f
    parts = [
        simulate(case, Worlds.start(case.id, case.as_of, draws=min(2048, draws - first), seed=seed, first=first), f)
        for first in range(0, draws, 2048)
    ]
    return parts[0] if len(parts) == 1 else Worlds.concat(parts)
