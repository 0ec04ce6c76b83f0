"""A small made-up republic with an election, primaries and polls; and past elections drawn from a known truth."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cumbre.record import schema as s
from cumbre.record.case import Case

AS_OF = dt.date(2031, 2, 1)

PEOPLE = {
    "ana": ("left", 2.0, 0.8), "bea": ("right", 8.0, -0.8), "caro": ("centre", 5.0, -0.2), "dora": ("right", 7.5, -0.7),
    "elsa": ("right", 7.0, -0.6),
}  # fmt: skip

SHARES = {"ana": 34.0, "bea": 26.0, "caro": 14.0, "dora": 8.0, "elsa": 6.0, "blank": 6.0}


def election(**changes: Any) -> s.Election:
    """Rules of the made-up republic."""
    rules: dict[str, Any] = {
        "id": "xx-2031", "country": "XXX", "first_round": dt.date(2031, 5, 31), "runoff": dt.date(2031, 6, 21),
        "rule": "majority_blank", "blank_valid": True, "turnout1": (48.0, 54.0, 60.0), "turnout2": (49.0, 56.0, 63.0),
        "turnout_basis": "made up", "roll_thousands": 10000.0, "leader": "A leader", "leader_bloc": "left",
        "blocs": {"left": "Left", "centre": "Centre", "right": "Right"},
    }  # fmt: skip
    return s.Election(**(rules | changes))


def poll(
    poll_id: str, days_ago: int, shares: dict[str, float], house: str = "H1", n: int | None = 1200, **more: Any
) -> list[s.Poll]:
    """Rows of one question."""
    day = AS_OF - dt.timedelta(days=days_ago)
    kinds = {"blank": "blank", "none": "none", "undecided": "undecided", "other": "other"}
    return [
        s.Poll(
            poll_id=poll_id, pollster=house, field_end=day, published=day, sample_size=n, candidate=name, share_pct=value,
            kind=kinds.get(name, "candidate"), **more,
        )
        for name, value in shares.items()
    ]  # fmt: skip


def usual_polls() -> list[s.Poll]:
    """Six polls of three houses, with some spread."""
    rows: list[s.Poll] = []
    for i, (days, house) in enumerate([(60, "H1"), (45, "H2"), (30, "H3"), (20, "H1"), (10, "H2"), (4, "H3")]):
        tilt = {"ana": (-1) ** i * 1.0, "bea": (-1) ** (i + 1) * 1.0}
        rows += poll(f"p{i}", days, {k: v + tilt.get(k, 0.0) for k, v in SHARES.items()}, house)
    return rows


def make_case(**changes: Any) -> Case:
    """The made-up case; tables may be replaced."""
    people = [s.Candidate(id=k, name=k.title(), bloc=b, x=x, y=y) for k, (b, x, y) in PEOPLE.items()]
    content: dict[str, Any] = {
        "id": "made-up", "title": "Made up", "title_es": "", "as_of": AS_OF, "horizon": dt.date(2031, 8, 1), "languages": ("en",),
        "home": "XXX", "principals": ("XXX", "YYY"), "meeting": None, "election": election(), "folder": Path(),
        "candidates": tuple(people), "polls": tuple(usual_polls()),
    }  # fmt: skip
    return Case(**(content | changes))


def primary_case(**changes: Any) -> Case:
    """Dora and Elsa meet in a primary of the right on 8 March; Caro stands alone in one of the centre."""
    people = []
    for k, (b, x, y) in PEOPLE.items():
        primary = {"dora": "right_card", "elsa": "right_card", "caro": "centre_card"}.get(k, "")
        people.append(s.Candidate(id=k, name=k.title(), bloc=b, x=x, y=y, primary=primary))
    cards = (
        s.Primary(
            id="right_card", name="Right", date=dt.date(2031, 3, 8), bloc="right", votes_low=900, votes_mode=1500, votes_high=2500,
            null_pct=4.0,
        ),
        s.Primary(
            id="centre_card", name="Centre", date=dt.date(2031, 3, 8), bloc="centre", votes_low=200, votes_mode=500, votes_high=900
        ),
    )  # fmt: skip
    return make_case(**({"candidates": tuple(people), "primaries": cards} | changes))


def past_elections(seed: int, elections: int, scale: float = 0.2, countries: int = 8) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Elections whose common error on the log scale is `scale` (p / 0.2)^(-1/2) at every horizon, in the open-data schema.

    Support does not move; every house asks 1,000 people at 62, 31, 15, 8 and 3 days; the run-off is 21 days later.
    """
    rng = np.random.default_rng(seed)
    polls: list[dict[str, Any]] = []
    results: list[dict[str, Any]] = []
    for e in range(elections):
        name = f"{'abcdefghijklmnopqrstuvwxyz'[e % countries]}x-{1950 + e}"
        date = dt.date(1950 + e, 6, 1)
        k = int(rng.integers(4, 7))
        polled = np.sort(rng.dirichlet(np.full(k, 3.0)))[::-1]
        real = polled * np.exp(scale * np.sqrt(0.2 / np.maximum(polled, 0.05)) * rng.standard_normal(k))
        real /= real.sum()
        ids = [f"c{i}" for i in range(k)]
        for days in (62, 31, 15, 8, 3):
            for house in ("H1", "H2", "H3"):
                seen = rng.multinomial(1000, polled) / 10
                for c, share in zip(ids, seen, strict=True):
                    polls.append(_row(name, "1", f"{name}-{days}-{house}", house, date, days, c, share))
        order = np.argsort(-real)
        for i, c in enumerate(ids):
            results.append(_result(name, "1", date, c, 100 * real[i], i in order[:2], False))
        a, b = ids[order[0]], ids[order[1]]
        gap = real[order[0]] - real[order[1]]
        second = 1 / (1 + np.exp(-(0.4 * np.log((1 + gap) / (1 - gap)) + 0.12 * rng.standard_normal())))
        later = date + dt.timedelta(days=21)
        asked = 1 / (1 + np.exp(-(np.log(second / (1 - second)) + 0.1 * rng.standard_normal())))
        for days in (16, 8, 3):
            for house in ("H1", "H2"):
                share = 100 * rng.binomial(1000, asked) / 1000
                for c, value in ((a, share), (b, 100 - share)):
                    polls.append(_row(name, "2", f"{name}-r2-{days}-{house}", house, later, days, c, value))
        results.append(_result(name, "2", later, a, 100 * second, False, second > 0.5))
        results.append(_result(name, "2", later, b, 100 * (1 - second), False, second < 0.5))
    return pd.DataFrame(polls), pd.DataFrame(results)


def _row(
    election_id: str, rnd: str, poll_id: str, house: str, vote: dt.date, days: int, candidate: str, share: float
) -> dict[str, Any]:
    return {
        "election_id": election_id, "round": rnd, "poll_id": poll_id, "pollster": house, "field_start": "",
        "field_end": (vote - dt.timedelta(days=days)).isoformat(), "sample_size": "1000", "mode": "", "matchup": "",
        "candidate": candidate, "share_pct": round(float(share), 2), "kind": "candidate", "source": "drawn", "note": "",
    }  # fmt: skip


def _result(election_id: str, rnd: str, vote: dt.date, candidate: str, share: float, top: bool, won: bool) -> dict[str, Any]:
    return {
        "election_id": election_id, "round": rnd, "date": vote.isoformat(), "candidate": candidate, "share_pct": round(share, 3),
        "kind": "candidate", "advanced_or_top2": int(top), "winner": int(won),
    }  # fmt: skip
