"""A small invented case on disk, and four plain stages that run on it in milliseconds: what is tested here is what stands on worlds.

The stages are linear in the tables (mean intensity, mean poll, mean position), so that shares of a change are known in advance.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

from cumbre import simulate
from cumbre.record import load
from cumbre.record.case import Case
from cumbre.worlds import Worlds, day_number

AS_OF = dt.date(2031, 3, 1)
FIRST_ROUND = dt.date(2031, 6, 1)

FILES = {
    "case.toml": """
id = "small"
title = "Talks at the border"
as_of = 2031-03-01
horizon = 2031-08-01
home = "AAA"
principals = ["AAA", "BBB"]

[meeting]
date = 2031-02-20
tone = "cordial"
deal_announced = false

[election]
id = "aaa-2031"
country = "AAA"
first_round = 2031-06-01
runoff = 2031-06-22
rule = "majority_blank"
blank_valid = true
turnout1 = [50.0, 55.0, 60.0]
turnout2 = [50.0, 54.0, 60.0]
turnout_basis = "past votes"
roll_thousands = 30000
leader = "Pat Reyes"
leader_bloc = "left"
successor = "ana"
[election.blocs]
left = "Left"
right = "Right"

[[preset]]
id = "high"
title = "A tariff of 40"
do = ["table.value['tariff', '2031-04-01'] = 40"]
""",
    "sources.csv": "id,outlet\ns1,The Gazette\n",
    "actors.csv": (
        "id,name,name_es,kind,country,side,basis\nAAA,Aland,Alandia,state,AAA,AAA,x\nBBB,Borland,Borlandia,state,BBB,BBB,x\n"
        "AAA_GOV,Government of Aland,,government,AAA,AAA,x\nBBB_GOV,Government of Borland,,government,BBB,BBB,x\n"
    ),
    "events.csv": (
        "id,date,source,target,type,mode,intensity,summary,summary_es,source_id\n"
        "e1,2031-01-05,BBB_GOV,AAA_GOV,THREATEN,verbal,-6,Borland threatens Aland,Borlandia amenaza a Alandia,s1\n"
        "e2,2031-01-20,AAA_GOV,BBB_GOV,CONSULT,verbal,3,The two speak,Los dos hablan,s1\n"
        "e3,2031-02-10,BBB_GOV,AAA_GOV,THREATEN,verbal,-4,A second threat,Otra amenaza,s1\n"
        "e4,2031-02-25,AAA_GOV,BBB_GOV,CONSULT,verbal,8,A warm call,Una llamada cordial,s1\n"
    ),
    "positions.csv": (
        "actor,issue,low,mode,high,salience,capability,basis,known\n"
        "AAA_GOV,tariff,0,5,10,0.7,40,judged,2031-01-01\nAAA_GOV,tariff,0,9,15,0.7,40,judged again,2031-02-18\n"
        "BBB_GOV,tariff,10,25,40,0.6,90,judged,2031-01-01\nAAA_GOV,visas,1,2,2,0.5,40,judged,2031-01-01\n"
        "BBB_GOV,visas,0,1,2,0.3,90,judged,2031-01-01\n"
    ),
    "audiences.csv": (
        "id,name,country,share,bloc,issue,position,salience,basis\nall,Everybody,AAA,1,left,tariff,0,0.5,judged\n"
        "all,Everybody,AAA,1,left,visas,2,0.5,judged\n"
    ),
    "channels.csv": "id,name,trigger,bloc,prior,label,basis\nline,A lost line,meeting,left,\"normal(0.3, 0.8)\",judged,judged\n",
    "approval.csv": (
        "id,pollster,field_end,published,approve_pct,source_id\na1,North,2031-01-08,2031-01-10,38,s1\na2,North,2031-02-14,2031-02-15,44,s1\n"
    ),
    "calendar.csv": "id,date,kind,event,source_id\nc1,2031-06-01,first_round,First round,s1\n",
    "polls.csv": "poll_id,pollster,field_end,published,sample_size,candidate,share_pct,kind,source_id\n"
    + "".join(
        f"p{k},{house},{day},{day},1000,{who},{share},{'blank' if who == 'blank' else 'candidate'},s1\n"
        for k, house, day, shares in [(1, "North", "2031-01-12", (34, 30, 20)), (2, "South", "2031-02-12", (37, 31, 17)),
                                      (3, "North", "2031-02-26", (43, 28, 15))]
        for who, share in zip(("ana", "bo", "cy"), shares, strict=True)
    ),
    "candidates.csv": (
        "id,name,bloc,x,y,primary,source_id\nana,Ana Prado,left,3,1,,s1\nbo,Bo Lind,right,8,-1,,s1\ncy,Cy Ortega,right,6,-1,open_right,s1\n"
        "di,Di Marsh,right,7,-1,open_right,s1\n"
    ),
    "primaries.csv": "id,name,date,bloc,votes_low,votes_mode,votes_high,basis\n"
    "open_right,Open primary,2031-04-06,right,900,1500,2500,judged\n",
    "issues.toml": """
[[issue]]
id = "tariff"
title = "Tariff on goods"
title_es = "Arancel"
kind = "numeric"
unit = "per cent"
low = 0
high = 50
history = [{ date = 2030-01-01, value = 10 }, { date = 2031-02-15, value = 15 }]
best = 0
worst = 50
deciders = ["AAA_GOV", "BBB_GOV"]
at_stake = "exporters"
change_within = [0.1, 0.3, 0.5]
change_basis = "judged"
delivery_days = [10, 30, 90]
delivery_chance = [0.4, 0.6, 0.8]
source_id = ["s1"]

[[issue]]
id = "visas"
title = "Visas"
kind = "ordered"
low = 0
high = 2
labels = ["freeze", "no change", "faster"]
history = [{ date = 2030-01-01, value = 1 }]
best = 2
worst = 0
deciders = ["AAA_GOV", "BBB_GOV"]
at_stake = "families"
change_within = [0.1, 0.3, 0.5]
change_basis = "judged"
delivery_days = [10, 30, 90]
delivery_chance = [0.4, 0.6, 0.8]
source_id = ["s1"]
""",
    "questions.toml": """
[[question]]
id = "q1"
text = "Does Ana Prado win?"
expression = "ballot.winner == 'ana'"
close_date = 2031-06-23
topic = "ballot"

[[question]]
id = "q2"
text = "Is the tariff above 15 on 1 May?"
expression = "table.value['tariff', '2031-05-01'] > 15"
close_date = 2031-05-01
topic = "table"
""",
}  # fmt: skip


def _relation(case: Case, worlds: Worlds, fitted: object = None) -> Worlds:
    horizon = day_number(case.horizon, case.as_of)
    weeks = np.append(np.arange(0, horizon, 7), horizon)
    level = sum(row.intensity for row in case.events) / 10
    noise = worlds.stream("relation", "index").normal(len(weeks))
    slots = [("BBB", "AAA", "THREATEN"), ("BBB", "AAA", "THREATEN"), ("AAA", "BBB", "CONSULT")]
    gaps = np.cumsum(worlds.stream("relation", "event_day").exponential(2) * 60, axis=1)
    days = np.where(gaps < horizon, np.ceil(gaps), -1)
    call = np.ceil(worlds.stream("relation", "call").exponential() * 90)
    event_day = np.column_stack([days, np.where(call < horizon, call, -1)])
    # Threats cool the index, so that there is something to watch.
    cold = (event_day[:, 0] > 0) & (event_day[:, 0] <= 60)
    index = level + 0.5 * noise - 1.5 * cold[:, None]
    group = xr.Dataset(
        {"event_day": (("draw", "slot"), event_day.astype("int16")), "index": (("draw", "pair", "week"), index[:, None].astype("float32"))},
        {"slot_source": ("slot", [a for a, _, _ in slots]), "slot_target": ("slot", [b for _, b, _ in slots]),
         "slot_kind": ("slot", [k for _, _, k in slots]), "pair": ["AAA-BBB"], "week_day": ("week", weeks)},
        {"horizon": horizon},
    )  # fmt: skip
    return worlds.add("relation", group)


def _table(case: Case, worlds: Worlds, fitted: object = None) -> Worlds:
    n, names = worlds.draws, [issue.id for issue in case.issues]
    value = np.zeros((n, len(names), 2), "float32")
    day = np.zeros((n, len(names), 2), "int16")
    day[:, :, 1] = 30
    settled = np.zeros((n, len(names), 2), "int8")
    warm = worlds["relation"]["index"].values[:, 0, 0]
    for k, issue in enumerate(case.issues):
        modes = [row.mode for row in case.positions if row.issue == issue.id]
        moved = worlds.stream("table", issue.id).uniform() < 0.4
        target = float(np.mean(modes)) - 0.3 * warm if modes else issue.status_quo
        value[:, k, 0] = issue.status_quo
        value[:, k, 1] = np.where(moved, np.clip(target, issue.low, issue.high), issue.status_quo)
        settled[:, k, 1] = moved & (warm > 0)
    for imposed in case.imposed:
        value[:, names.index(imposed.issue), 1] = imposed.value
    group = xr.Dataset(
        {"value": (("draw", "issue", "step"), value), "value_day": (("draw", "issue", "step"), day),
         "settled": (("draw", "issue", "step"), settled)},
        {"issue": names}, {"horizon": day_number(case.horizon, case.as_of)},
    )  # fmt: skip
    return worlds.add("table", group)


def _home(case: Case, worlds: Worlds, fitted: object = None) -> Worlds:
    weeks = worlds["relation"]["week_day"].values
    level = float(np.mean([row.approve_pct for row in case.approval])) if case.approval else 40.0
    warm = worlds["relation"]["index"].values[:, 0]
    approval = level + warm + 2 * worlds.stream("home", "approval").normal(len(weeks))
    shift = 0.2 * warm[:, :1] * np.array([[1.0, -1.0]])
    group = xr.Dataset(
        {"approval": (("draw", "week"), approval.astype("float32")), "shift": (("draw", "bloc"), shift.astype("float32"))},
        {"week_day": ("week", weeks), "bloc": ["left", "right"]},
    )  # fmt: skip
    return worlds.add("home", group)


def _ballot(case: Case, worlds: Worlds, fitted: object = None) -> Worlds:
    names = [row.id for row in case.candidates] + ["blank"]
    n, k = worlds.draws, len(names)
    polls = {name: [row.share_pct for row in case.polls if row.candidate == name] or [6.0] for name in names}
    noise = worlds.stream("ballot", "noise").normal(k)
    right = worlds.stream("ballot", "primary").uniform() < 0.6
    raw = np.array([np.mean(polls[name]) for name in names]) + 4 * noise
    raw[:, 0] += worlds["home"]["shift"].values[:, 0]
    lost = np.where(right, names.index("di"), names.index("cy"))
    raw = np.clip(raw, 0.5, None)
    raw[np.arange(n), lost] = 0
    share = 100 * raw / raw.sum(1, keepdims=True)
    rank = (-share).argsort(1, kind="stable").argsort(1, kind="stable") + 1
    order = (-share[:, :-1]).argsort(1, kind="stable")
    held = share.max(1) <= 50
    inside = np.zeros((n, k), "int8")
    inside[np.arange(n), order[:, 0]] = inside[np.arange(n), order[:, 1]] = held
    lead = 50 + 5 * worlds.stream("ballot", "second").normal()
    share2 = np.where(held[:, None], 0.0, np.nan) * np.ones((n, k))
    share2[np.arange(n)[held], order[held, 0]] = lead[held]
    share2[np.arange(n)[held], order[held, 1]] = 100 - lead[held]
    winner = np.where(held & (lead < 50), order[:, 1], order[:, 0])
    each = np.zeros((n, 1, k), "float32")
    group = xr.Dataset(
        {"share1": (("draw", "candidate"), share.astype("float32")), "share2": (("draw", "candidate"), share2.astype("float32")),
         "rank1": (("draw", "candidate"), rank.astype("int8")), "in_runoff": (("draw", "candidate"), inside),
         "runoff_held": ("draw", held.astype("int8")), "winner": ("draw", winner.astype("int16")),
         "margin2": ("draw", np.where(held, abs(2 * lead - 100), np.nan).astype("float32")),
         "turnout1": ("draw", np.full(n, 55.0)), "turnout2": ("draw", np.full(n, 54.0)), "blank1": ("draw", share[:, -1]),
         "blank2": ("draw", np.full(n, 4.0)),
         "primary_winner": (("draw", "primary"), np.where(right, names.index("cy"), names.index("di"))[:, None].astype("int16")),
         "primary_share": (("draw", "primary", "candidate"), each), "primary_votes": (("draw", "primary", "candidate"), each),
         "primary_votes_total": (("draw", "primary"), np.full((n, 1), 1.5e6))},
        {"candidate": names, "candidate_bloc": ("candidate", [row.bloc for row in case.candidates] + [""]), "primary": ["open_right"]},
    )  # fmt: skip
    return worlds.add("ballot", group)


STAGES = {
    name: SimpleNamespace(fit=lambda case: None, simulate=stage)
    for name, stage in (("relation", _relation), ("table", _table), ("home", _home), ("ballot", _ballot))
}


@pytest.fixture(autouse=True)
def plain_stages(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every run in these tests uses the plain stages above."""
    monkeypatch.setattr(simulate, "STAGES", STAGES)
    simulate._FITS.clear()
    yield
    simulate._FITS.clear()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The case on disk."""
    place = tmp_path / "small"
    place.mkdir()
    for name, text in FILES.items():
        (place / name).write_text(text, encoding="utf-8")
    return place


@pytest.fixture
def case(folder: Path) -> Case:
    return load(folder)


@pytest.fixture
def worlds(case: Case) -> Worlds:
    return simulate.run(case, draws=6000, seed=3)
