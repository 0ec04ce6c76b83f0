"""A small invented case and invented worlds with every variable that the brief reads; no model runs here."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from cumbre.record import schema as s
from cumbre.record.case import Case
from cumbre.worlds import Worlds

AS_OF = dt.date(2031, 3, 3)
HORIZON = dt.date(2031, 9, 1)


def day(n: int) -> dt.date:
    return AS_OF + dt.timedelta(days=n)


def small_case(**changes: Any) -> Case:
    sources = tuple(
        s.Source(
            id=f"s{k}",
            outlet=f"The Gazette {k}",
            title=f"Report {k}",
            date=day(-40 + k),
            url=f"https://example.org/{k}",
            accessed=AS_OF,
        )
        for k in range(1, 9)
    )
    kinds = [("THREATEN", -6, "verbal"), ("CONSULT", 4, "verbal"), ("SANCTION", -7, "material"), ("AID", 7, "material")]
    events = tuple(
        s.Event(
            id=f"e{k}", date=day(-300 + 7 * k), source=("AAA_GOV", "BBB_GOV")[k % 2], target=("BBB_GOV", "AAA_GOV")[k % 2],
            type=kinds[k % 4][0], mode=kinds[k % 4][2], intensity=kinds[k % 4][1] + (k % 3) * 0.5,
            summary=f"Something of note happens between the two, number {k} & more", summary_es=f"Pasa algo, número {k}",
            source_id=(f"s{1 + k % 8}",),
        )
        for k in range(42)
    )  # fmt: skip
    change, delivery = (0.1, 0.3, 0.5), (0.4, 0.6, 0.8)
    issues = (
        s.Issue(
            id="tariff", title="Tariff on goods", title_es="Arancel", kind="numeric", unit="per cent", low=0, high=50,
            history=(s.Reading(date=day(-400), value=10, source_id=("s1",)),), best=0, worst=50, likely=10, deciders=("BBB_GOV",),
            at_stake="Exporters", at_stake_es="Exportadores", change_within=change, change_basis="judged", delivery_days=(10, 30, 90),
            delivery_chance=delivery, source_id=("s1", "s2"),
        ),
        s.Issue(
            id="visas", title="Visas for ordinary people", title_es="Visas", kind="ordered", low=0, high=2,
            labels=("mass cancelling or a new freeze", "no change", "faster or easier"), labels_es=("congelación", "igual", "más fáciles"),
            history=(s.Reading(date=day(-400), value=1),), best=2, worst=0, deciders=("AAA_GOV", "BBB_GOV"), at_stake="Families",
            change_within=change, change_basis="judged", delivery_days=(10, 30, 90), delivery_chance=delivery,
        ),
        s.Issue(
            id="talks", title="A second round of talks", title_es="Otra ronda", kind="binary", low=0, high=1, labels=("none", "held"),
            labels_es=("no", "sí"), history=(s.Reading(date=day(-400), value=0),), best=1, worst=0, deciders=("AAA_GOV", "BBB_GOV"),
            at_stake="Everybody", change_within=change, change_basis="judged", delivery_days=(1, 2, 3), delivery_chance=delivery,
        ),
    )  # fmt: skip
    positions = tuple(
        s.Position(
            actor=actor, issue=issue.id, low=lo, mode=mo, high=hi, salience=0.6, capability=cap, source_id=("s3",), basis="judged"
        )
        for issue, spans in zip(
            issues, [((0, 2, 10), (8, 20, 40)), ((1, 2, 2), (0, 1, 1.5)), ((0.5, 1, 1), (0, 0.5, 1))], strict=True
        )
        for actor, (lo, mo, hi), cap in zip(("AAA_GOV", "BBB_GOV"), spans, (30, 90), strict=True)
    )
    audiences = tuple(
        s.Audience(id=a, name=name, name_es=es, country="AAA", share=share, bloc=bloc, issue=issue.id, position=issue.best, salience=0.4,
                   basis="judged")
        for a, name, es, share, bloc in [
            ("towns", "Border towns", "Pueblos", 0.2, "left"), ("firms", "Exporting firms & banks", "Empresas", 0.3, "right"),
            ("rest", "Everybody else", "Resto", 0.5, ""),
        ]
        for issue in issues
    )  # fmt: skip
    people = [("ana", "Ana Prado", "left", 3), ("bo", "Bo Lindqvist-Arbeláez", "right", 8), ("cy", "Cy Ortega", "centre", 5),
              ("di", "Di Marsh", "right", 7)]  # fmt: skip
    candidates = tuple(
        s.Candidate(id=i, name=n, party="P", bloc=b, x=x, y=0, primary="open_right" if b == "right" else "", source_id=("s4",))
        for i, n, b, x in people
    )
    polls = tuple(
        s.Poll(poll_id=f"P{k}", round=1, pollster=("North", "South")[k % 2], field_end=day(-100 + 12 * k), published=day(-98 + 12 * k),
               sample_size=1200, candidate=i, share_pct=base + 1.5 * np.sin(k + j), source_id=(f"s{1 + k}",))
        for k in range(8)
        for j, (i, base) in enumerate([("ana", 33), ("bo", 27), ("cy", 14), ("di", 12), ("blank", 7)])
    )  # fmt: skip
    approval = tuple(
        s.Approval(id=f"a{k}", pollster="North", field_end=day(-600 + 60 * k), published=day(-598 + 60 * k),
                   approve_pct=38 + 4 * np.sin(k), sample_size=1000, source_id=("s5",))
        for k in range(10)
    )  # fmt: skip
    election = s.Election(
        id="aaa-2031", country="AAA", first_round=day(90), runoff=day(111), inauguration=day(150), rule="majority_blank",
        blank_valid=True, turnout1=(50, 55, 60), turnout2=(50, 54, 60), turnout_basis="past votes", roll_thousands=30000,
        leader="Pat Reyes", leader_bloc="left", successor="ana", blocs={"left": "Left", "right": "Right", "centre": "Centre"},
        blocs_es={"left": "Izquierda", "right": "Derecha", "centre": "Centro"},
    )  # fmt: skip
    values: dict[str, Any] = {
        "id": "small", "title": "Talks at the border, 1 March 2031", "title_es": "Diálogo en la frontera, 1 de marzo de 2031",
        "as_of": AS_OF, "horizon": HORIZON, "languages": ("en", "es"), "home": "AAA", "principals": ("AAA", "BBB"),
        "meeting": s.Meeting(date=day(-2), place="Border town", setting="private", tone="cordial"), "election": election,
        "folder": Path("small"), "sources": sources, "events": events, "issues": issues, "positions": positions,
        "actors": (
            s.Actor(id="AAA", name="Aland", name_es="Alandia", kind="state", country="AAA"),
            s.Actor(id="BBB", name="Borland", name_es="Borlandia", kind="state", country="BBB"),
            s.Actor(id="AAA_GOV", name="Government of Aland", kind="government", country="AAA", side="AAA"),
            s.Actor(id="BBB_GOV", name="Government of Borland", kind="government", country="BBB", side="BBB"),
        ),
        "audiences": audiences, "candidates": candidates, "polls": polls, "approval": approval,
        "channels": (
            s.Channel(id="line", name="The opposition loses a line", name_es="La oposición pierde un argumento", trigger="meeting",
                      bloc="left", prior="normal(0.3, 0.8)", label="judged", basis="no direct evidence"),
            s.Channel(id="pass", name="Approval passes to the candidate", trigger="approval", bloc="left", prior="normal(0.28, 0.12)",
                      label="literature", basis="open seats"),
        ),
        "primaries": (
            s.Primary(id="open_right", name="Open primary of the right", name_es="Consulta abierta", date=day(20), bloc="right",
                      votes_low=1500, votes_mode=2500, votes_high=4000, basis="judged"),
        ),
        "calendar": (s.CalendarEntry(id="c1", date=day(90), kind="first_round", event="First round"),),
        "questions": (
            s.Question(id="q1", text="Does Ana Prado win?", text_es="¿Gana Ana Prado?", expression="ballot.winner == 'ana'",
                       close_date=day(111), resolution="official count"),
            s.Question(id="q2", text="Is the tariff above 10 on 1 June?", expression=f"table.value['tariff', '{day(90)}'] > 10",
                       close_date=day(90), resolution="gazette"),
        ),
    }  # fmt: skip
    return Case(**(values | changes))


def small_worlds(case: Case, draws: int = 3000, stages: str = "relation table home ballot") -> Worlds:
    rng = np.random.default_rng(5)
    worlds = Worlds.start(case.id, case.as_of, draws=draws, seed=7)
    horizon = (case.horizon - case.as_of).days
    weeks = np.arange(0, horizon + 1, 7)
    mood = rng.normal(size=draws)
    if "relation" in stages:
        slots = [
            ("AAA", "BBB", "CONSULT", 4),
            ("BBB", "AAA", "SANCTION", 3),
            ("BBB", "AAA", "THREATEN", 4),
            ("AAA", "BBB", "COOPERATE", 3),
        ]
        columns, source, target, kind = [], [], [], []
        for a, b, k, n in slots:
            draw = np.sort(rng.integers(1, 3 * horizon, size=(draws, n)), axis=1)
            columns.append(np.where(draw <= horizon, draw, -1))
            source += [a] * n
            target += [b] * n
            kind += [k] * n
        steps = np.cumsum(rng.normal(0, 0.25, size=(draws, 1, len(weeks))), axis=2)
        index = np.clip(1.0 + mood[:, None, None] * 0.8 + steps, -10, 10).astype("float32")
        coords = {"pair": ["AAA-BBB"], "week_day": ("week", weeks)}
        worlds = worlds.add("relation", xr.Dataset(
            {"event_day": (("draw", "slot"), np.concatenate(columns, axis=1).astype("int16")),
             "index": (("draw", "pair", "week"), index), "index_words": (("draw", "pair", "week"), index + 0.5),
             "index_deeds": (("draw", "pair", "week"), index - 0.5)},
            coords={**coords, "slot_source": ("slot", source), "slot_target": ("slot", target), "slot_kind": ("slot", kind)},
        ))  # fmt: skip
    if "table" in stages:
        push = rng.normal(size=draws)
        model = rng.integers(0, 3, draws).astype("int8")
        deal = np.where(push + 0.5 * mood > 0.6, 2, np.where(push + 0.5 * mood > -0.2, 1, 0)).astype("int8")
        value = np.zeros((draws, 3, 2), "float32")
        value[:, :, 0] = [10, 1, 0]
        value[:, 0, 1] = np.where(
            deal > 0, np.clip(10 + 6 * rng.normal(size=draws) - 4, 0, 50), np.where(rng.random(draws) < 0.3, 25, 10)
        )
        value[:, 1, 1] = np.where(deal > 0, rng.integers(1, 3, draws), rng.integers(0, 2, draws))
        value[:, 2, 1] = (deal > 0) & (rng.random(draws) < 0.7)
        value_day = np.zeros((draws, 3, 2), "int16")
        value_day[:, :, 1] = rng.integers(5, horizon, size=(draws, 3))
        settled = np.zeros((draws, 3, 2), "int8")
        settled[:, :, 1] = (deal > 0)[:, None]
        signed = np.where(deal > 0, rng.integers(3, 60, draws), -1)[:, None].repeat(3, 1).astype("int16")
        ratified = np.where((signed > 0) & (rng.random((draws, 3)) < 0.8), signed + 20, -1).astype("int16")
        delivered = np.where((ratified > 0) & (rng.random((draws, 3)) < 0.6), ratified + 30, -1).astype("int16")
        worlds = worlds.add("table", xr.Dataset(
            {"value": (("draw", "issue", "step"), value), "value_day": (("draw", "issue", "step"), value_day),
             "settled": (("draw", "issue", "step"), settled), "signed_day": (("draw", "issue"), signed),
             "ratified_day": (("draw", "issue"), ratified), "delivered_day": (("draw", "issue"), delivered),
             "deal": ("draw", deal, {"flag_meanings": "none partial full"}),
             "cause": ("draw", np.where(deal > 0, 0, 1 + model % 2).astype("int8"), {"flag_meanings": "deal no_zone talks_failed"}),
             "model": ("draw", model, {"flag_meanings": "nash compromise challenge"}),
             "utility": (("draw", "side"), np.stack([push, -0.3 * push + 0.2 * mood], 1).astype("float32")),
             "input_capability_BBB": ("draw", (push + rng.normal(size=draws)).astype("float32")),
             "input_position_AAA_tariff": ("draw", rng.normal(size=draws).astype("float32"))},
            coords={"issue": [i.id for i in case.issues], "side": list(case.principals)},
        ))  # fmt: skip
        shock = 0.6 * (deal > 0) + 0.3 * push
    else:
        shock = mood * 0.3
    if "home" in stages:
        decay = np.exp(-weeks / 40.0)
        shocks = shock[:, None] * decay[None]
        approval = 38 + shocks + np.cumsum(rng.normal(0, 0.5, (draws, len(weeks))), 1)
        shift_left = 0.28 * shocks[:, 12] + rng.normal(0.05, 0.4, draws)
        worlds = worlds.add("home", xr.Dataset(
            {"approval": (("draw", "week"), approval.astype("float32")), "approval_shock": (("draw", "week"), shocks.astype("float32")),
             "shift": (("draw", "bloc"), np.stack([shift_left, -shift_left], 1).astype("float32")),
             "channel": (("draw", "path"), np.stack([shift_left - 0.28 * shocks[:, 12], 0.28 * shocks[:, 12]], 1).astype("float32")),
             "acceptance": (("draw", "audience"), rng.beta(4, 3, (draws, 3)).astype("float32")),
             "gain": (("draw", "audience"), (shock[:, None] * [0.3, -0.1, 0.05] + rng.normal(0, 0.1, (draws, 3))).astype("float32")),
             "protest": ("draw", (rng.random(draws) < 0.4).astype("int8")), "rally": ("draw", (rng.random(draws) < 0.2).astype("int8"))},
            coords={"week_day": ("week", weeks), "bloc": ["left", "right"], "path": ["line", "pass"],
                    "audience": ["towns", "firms", "rest"]},
        ))  # fmt: skip
    else:
        shift_left = np.zeros(draws)
    if "ballot" in stages:
        names = ["ana", "bo", "cy", "di", "blank"]
        right = rng.random(draws) < 0.65
        score = np.array([0.2, 0.1, -0.5, -0.2, -1.6]) + 0.25 * rng.normal(size=(draws, 5))
        score[:, 0] += 0.03 * shift_left
        on = np.ones((draws, 5), bool)
        on[:, 1], on[:, 3] = right, ~right
        raw = np.exp(score) * on
        share1 = 100 * raw / raw.sum(1, keepdims=True)
        order = np.argsort(-np.where(on, share1, -1) - 1e-9 * np.arange(5), axis=1)
        rank = np.empty_like(order)
        np.put_along_axis(rank, order, np.arange(1, 6)[None].repeat(draws, 0), 1)
        people = np.where(order[:, :2] == 4, order[:, 2:3], order[:, :2])
        held = share1.max(1) <= 50
        inside = np.zeros((draws, 5), bool)
        np.put_along_axis(inside, people, True, 1)
        inside &= held[:, None]
        first = 50 + 6 * rng.normal(size=draws) - 2
        share2 = np.where(inside, np.nan, 0.0)
        np.put_along_axis(share2, people[:, :1], first[:, None], 1)
        np.put_along_axis(share2, people[:, 1:2], 100 - first[:, None], 1)
        share2[~held] = np.nan
        winner = np.where(held, np.where(first > 50, people[:, 0], people[:, 1]), order[:, 0]).astype("int16")
        primary_share = np.where(right[:, None, None], [[[0, 60, 0, 40, 0]]], [[[0, 45, 0, 55, 0]]]).astype("float32")
        total = rng.normal(2600, 400, draws).clip(800) * 1000
        worlds = worlds.add("ballot", xr.Dataset(
            {"share1": (("draw", "candidate"), share1.astype("float32")), "share2": (("draw", "candidate"), share2.astype("float32")),
             "share1_without_shift": (("draw", "candidate"), (share1 - 0.1).clip(0).astype("float32")),
             "on_ballot": (("draw", "candidate"), on.astype("int8")), "rank1": (("draw", "candidate"), rank.astype("int8")),
             "in_runoff": (("draw", "candidate"), inside.astype("int8")), "runoff_held": ("draw", held.astype("int8")),
             "winner": ("draw", winner), "margin2": ("draw", np.where(held, np.abs(2 * first - 100), np.nan).astype("float32")),
             "turnout1": ("draw", rng.normal(55, 2, draws).astype("float32")),
             "turnout2": ("draw", rng.normal(54, 2, draws).astype("float32")),
             "blank1": ("draw", share1[:, 4].astype("float32")), "blank2": ("draw", rng.normal(4, 1, draws).clip(0).astype("float32")),
             "primary_winner": (("draw", "primary"), np.where(right, 1, 3)[:, None].astype("int16")),
             "primary_share": (("draw", "primary", "candidate"), primary_share),
             "primary_votes": (("draw", "primary", "candidate"), (primary_share / 100 * total[:, None, None]).astype("float32")),
             "primary_votes_total": (("draw", "primary"), total[:, None].astype("float32"))},
            coords={"candidate": names, "candidate_bloc": ("candidate", ["left", "right", "centre", "right", ""]),
                    "primary": ["open_right"]},
        ))  # fmt: skip
    return worlds
