"""The stage on cases: base rates hold, draws are addressed, interventions hold, thin cases work."""

from __future__ import annotations

import dataclasses
import datetime as dt
import pickle

import numpy as np
import pytest
import xarray as xr
from made_table import AS_OF, issue, position, small_case, worlds_of
from scipy import special

from cumbre.errors import InputError, UsageError
from cumbre.record import load
from cumbre.record import schema as s
from cumbre.record.case import Imposed
from cumbre.table import Judged, fit, simulate
from cumbre.table.stage import calibrate
from cumbre.worlds import Worlds


def changed(worlds, within: int = 180) -> np.ndarray:
    day = worlds["table"]["value_day"].values
    return ((day[..., 1] > 0) & (day[..., 1] <= within)).mean(0)


def test_every_issue_changes_as_often_as_its_base_rate(many, fitted):
    error = 4 * np.sqrt(fitted.target * (1 - fitted.target) / many.draws) + 0.006
    assert np.abs(changed(many) - fitted.target).max() <= error.max()


def test_the_bundled_case_keeps_its_base_rates():
    case = load("washington-2026")
    f = fit(case)
    worlds = worlds_of(case, f, 8192)
    assert np.abs(changed(worlds) - f.target).max() < 0.025
    # rare things stay rare
    rare = [k for k, rate in zip(f.issue_ids, f.target, strict=True) if rate < 0.08]
    assert rare
    for name in rare:
        assert changed(worlds)[f.issue_ids.index(name)] < 0.1


def test_no_deal_announced_leaves_most_issues_where_they_are(many):
    values = many["table"]["value"].values
    assert (values[:, :, -1] == values[:, :, 0]).mean() > 0.6
    assert (many["table"]["deal"].values == 0).mean() > 0.5


def test_an_announced_deal_makes_deals_likelier(small, many):
    announced = small.change(meeting=s.Meeting(date=AS_OF, deal_announced=True))
    # announced deals are no part of the base rate, so the constants come from the case without the announcement
    assert (worlds_of(announced)["table"]["deal"].values > 0).mean() > (many["table"]["deal"].values > 0).mean() + 0.1


def test_variables_and_their_shapes(many, small):
    data = many["table"]
    assert list(data["issue"].values) == [i.id for i in small.issues]
    assert list(data["side"].values) == ["ARC", "ZED"]
    assert data["value"].shape == (16_384, 4, 5)
    assert data["value"].dtype == np.float32
    assert data["value_day"].dtype == np.int16
    for name in ("settled", "deal", "cause", "model"):
        assert data[name].dtype == np.int8
    for name in ("deal", "cause", "model"):
        assert data[name].attrs["flag_meanings"].count(";") == len(data[name].attrs["flag_values"]) - 1
    assert not np.isnan(data["value"].values).any()


def test_steps_run_in_time_and_stay_on_the_scale(many, small, fitted):
    data = many["table"]
    day, value = data["value_day"].values.astype(int), data["value"].values
    assert (day[..., 0] == 0).all()
    for step in range(1, 5):
        here = day[..., step] >= 0
        assert (day[..., step - 1][here] >= 0).all()
        assert (day[..., step][here] > day[..., step - 1][here] - 1).all()
        assert (value[..., step][~here] == value[..., step - 1][~here]).all()
        assert (value[..., step][here] != value[..., step - 1][here]).all()
    assert day.max() <= fitted.horizon
    for k, row in enumerate(small.issues):
        assert value[:, k].min() >= row.low
        assert value[:, k].max() <= row.high
        if row.kind != "numeric":
            assert np.array_equal(value[:, k], np.round(value[:, k]))


def test_signed_then_ratified_then_delivered(many):
    data = many["table"]
    signed, ratified, delivered = (data[f"{n}_day"].values.astype(int) for n in ("signed", "ratified", "delivered"))
    assert (signed[ratified >= 0] >= 0).all()
    assert (ratified[delivered >= 0] >= 0).all()
    both = delivered >= 0
    assert (delivered[both] >= ratified[both]).all()
    assert (ratified[both] >= signed[both]).all()
    assert (signed >= 0).sum() > (delivered >= 0).sum() > 0
    # a deal needs something in force, and a world without one says why
    deal, cause = data["deal"].values, data["cause"].values
    assert ((deal > 0) == (cause == 0)).all()
    assert ((deal > 0) == (delivered >= 0).any(1)).all()


def test_settled_means_that_a_delivered_deal_is_in_force(many):
    data = many["table"]
    settled, delivered = data["settled"].values, data["delivered_day"].values
    assert (delivered[settled.any(-1).astype(bool)] >= 0).all()


def test_counts_only_count_upwards(many, fitted):
    raids = many["table"]["value"].values[:, fitted.issue_ids.index("raids")]
    assert (np.diff(raids, axis=-1) >= 0).all()
    assert raids.max() > 1


def test_hard_linkage_holds(many, fitted):
    """No pact while the tariff is above 20."""
    data = many["table"]
    pact, tariff = (fitted.issue_ids.index(n) for n in ("pact", "tariff"))
    day, value = data["value_day"].values.astype(int), data["value"].values
    seen = 0
    for world in np.flatnonzero((value[:, pact] > 0).any(-1)):
        at = day[world, pact][np.argmax(value[world, pact] > 0)]
        reached = np.flatnonzero((day[world, tariff] >= 0) & (day[world, tariff] <= at))[-1]
        assert value[world, tariff, reached] <= 20
        seen += 1
    assert seen > 30


def test_a_spoiler_reacts_after_what_it_watches(small, fitted):
    certain = small.change(spoilers=(small.spoilers[0].model_copy(update={"chance": 1.0}),), horizon=small.horizon)
    data = worlds_of(certain, None, 4096)["table"]
    raids, tariff = (fitted.issue_ids.index(n) for n in ("raids", "tariff"))
    day, value = data["value_day"].values.astype(int), data["value"].values
    early = np.flatnonzero((day[:, raids, 1] > 0) & (day[:, raids, 1] < 150))
    assert len(early) > 100
    assert (value[early, tariff] == 40).any(-1).mean() > 0.95


def test_imposed_outcome_holds_in_every_world(small):
    day = AS_OF + dt.timedelta(days=50)
    data = worlds_of(small.change(imposed=(Imposed("tariff", day, 35.0),)), None, 2048)["table"]
    value, days = data["value"].values[:, 0], data["value_day"].values[:, 0].astype(int)
    assert (value[:, -1] == 35).all()
    assert (days.max(-1) == 50).all()


def test_imposed_from_the_first_day(small):
    data = worlds_of(small.change(imposed=(Imposed("tariff", AS_OF, 35.0),)), None, 2048)["table"]
    assert (data["value"].values[:, 0] == 35).all()


def test_an_imposed_blow_lowers_the_chance_of_a_deal(small, many):
    hit = small.change(imposed=(Imposed("tariff", AS_OF + dt.timedelta(days=5), 40.0),), extra={"reference": small})
    assert (worlds_of(hit)["table"]["deal"].values > 0).mean() < (many["table"]["deal"].values > 0).mean()


def test_a_moved_position_can_move_the_frequency_of_change(small, many, fitted):
    """With the constants of the case before the intervention, a decider that wants something else acts more often."""
    rows = tuple(r.model_copy(update={"low": 36.0, "mode": 38.0, "high": 40.0}) if (r.actor, r.issue) == ("ZED", "tariff") else r
                 for r in small.positions)  # fmt: skip
    moved = worlds_of(small.change(positions=rows, extra={"reference": small}))
    assert changed(moved)[0] > changed(many)[0] + 0.015
    upward = moved["table"]["value"].values[:, 0, -1].mean() - many["table"]["value"].values[:, 0, -1].mean()
    assert upward > 1


def test_same_seed_same_bytes_in_any_split(small, fitted):
    whole = simulate(small, Worlds.start(small.id, AS_OF, draws=2500, seed=3), fitted)["table"]
    first = simulate(small, Worlds.start(small.id, AS_OF, draws=2048, seed=3), fitted)
    second = simulate(small, Worlds.start(small.id, AS_OF, draws=452, seed=3, first=2048), fitted)
    xr.testing.assert_identical(whole, Worlds.concat([first, second])["table"])
    other = simulate(small, Worlds.start(small.id, AS_OF, draws=2500, seed=4), fitted)["table"]
    assert not np.array_equal(whole["value"].values, other["value"].values)


def test_adding_an_actor_leaves_the_other_draws_alone(small):
    from cumbre.table.reading import read_case
    from cumbre.table.sampling import draw_inputs
    from cumbre.worlds import Stream

    def draws(case):
        f = read_case(case)
        return f, draw_inputs(f, lambda name: Stream(1, "table", name, 0, 2048))

    f, d = draws(small)
    _, e = draws(small.change(positions=(*small.positions, position("MID", "raids", 0, 1, 2))))
    assert np.array_equal(e.position[:, : len(f.row_issue)], d.position)
    assert np.array_equal(e.salience[:, : len(f.row_issue)], d.salience)
    assert np.array_equal(e.change, d.change)


def test_coding_a_red_line_moves_no_position(small):
    from cumbre.table.reading import read_case
    from cumbre.table.sampling import draw_inputs
    from cumbre.worlds import Stream

    plain, lined = (
        draw_inputs(read_case(small.change(positions=rows)), lambda name: Stream(1, "table", name, 0, 2048))
        for rows in (
            tuple(r.model_copy(update={"red_line": None}) for r in small.positions),
            tuple(r.model_copy(update={"red_line": r.mode}) for r in small.positions),
        )
    )
    assert np.array_equal(plain.position, lined.position)
    assert np.array_equal(plain.salience, lined.salience)
    assert plain.red_holds.all()
    assert lined.red_holds.mean(0) == pytest.approx(np.full(len(small.positions), 0.9), abs=0.01)


def test_points_are_a_net_in_random_order():
    from cumbre.table.net import CELLS, TICKS, normal_at, points, uniform_at
    from cumbre.worlds import Stream

    p = points(Stream(1, "table", "a", 0, CELLS), 3)
    # one point in each cell of each coordinate, and as many in each of 32 x 32 boxes of each pair
    assert (np.sort(p // (TICKS // CELLS), axis=0) == np.arange(CELLS)[:, None]).all()
    box = p // (TICKS // 32)
    for one, two in ((0, 1), (0, 2), (1, 2)):
        counts = np.bincount(box[:, one] * 32 + box[:, two], minlength=1024)
        assert counts.max() <= 8
    assert (np.bincount(box[:, 0] * 32 + box[:, 1], minlength=1024) == 2).all()
    other = points(Stream(1, "table", "b", 0, CELLS), 3)
    assert np.abs(np.corrcoef(p.T, other.T)[:3, 3:]).max() < 0.1
    z = normal_at(p)
    assert np.abs(z - special.ndtri(uniform_at(p).astype(float))).max() < 0.02
    assert z.std() == pytest.approx(1, abs=0.003)


def test_fit_is_deterministic_and_picklable(small, fitted):
    again = pickle.loads(pickle.dumps(fit(small)))
    assert np.array_equal(again.change_shift, fitted.change_shift)
    assert dataclasses.is_dataclass(again)
    with pytest.raises(dataclasses.FrozenInstanceError):
        again.horizon = 1


def test_inputs_follow_their_distributions(small):
    from cumbre.table.reading import read_case
    from cumbre.table.sampling import draw_inputs
    from cumbre.worlds import Stream

    f = read_case(small)
    d = draw_inputs(f, lambda name: Stream(1, "table", name, 0, 8192))
    assert (d.position >= f.row_low - 1e-9).all()
    assert (d.position <= f.row_high + 1e-9).all()
    assert np.allclose(d.position.mean(0), (f.row_low + 4 * f.row_mode + f.row_high) / 6, atol=0.005)
    assert (d.salience > 0).all()
    assert (d.salience < 1).all()
    assert np.allclose(np.log(d.capability / f.row_capability).std(0), f.judged.capability_sigma, atol=0.02)
    # one actor's errors go together over its issues
    own = [n for n, a in enumerate(f.row_actor) if f.actor_ids[a] == "ARC" and f.row_high[n] > f.row_low[n]]
    corr = np.corrcoef((d.position[:, own] * f.row_ask[own]).T)
    assert corr[np.triu_indices(len(own), 1)].mean() > 0.2
    coded = ~np.isnan(f.row_red)
    assert d.red_holds[:, coded].mean() == pytest.approx(f.judged.red_line_holds, abs=0.02)


def test_without_spread_every_world_is_the_deterministic_model(small):
    """Point beliefs, no copula, no spread of salience, capability or power: one settlement in all worlds."""
    rows = tuple(r.model_copy(update={"low": r.mode, "high": r.mode, "red_line": None}) for r in small.positions)
    from cumbre.table.process import engaged_mediators
    from cumbre.table.reading import read_case
    from cumbre.table.sampling import draw_inputs
    from cumbre.table.settlement import settle
    from cumbre.worlds import Stream

    still = Judged(salience_sd=1e-6, capability_sigma=0.0, winset_noise=0.0)
    f = dataclasses.replace(read_case(small.change(positions=rows, mediators=()), judged=still), model="compromise")
    d = draw_inputs(f, lambda name: Stream(1, "table", name, 0, 2048))
    z = settle(f, d, engaged_mediators(f, d)).z
    assert np.ptp(z, axis=0).max() < 1e-5
    w = f.row_capability[:3] * f.row_salience[:3]
    assert z[0, 0] == pytest.approx((w * f.row_mode[:3]).sum() / w.sum(), abs=1e-5)


def test_a_larger_kernel_never_narrows(small):
    from cumbre.table.kernel import mixture_quantiles

    atoms, chances = np.array([0.2, 0.5, 0.9]), np.array([0.3, 0.3, 0.4])
    last = -1.0
    for sd in (0.01, 0.05, 0.1, 0.2, 0.4):
        q = mixture_quantiles(atoms, chances, sd)
        assert q[35] - q[3] >= last - 1e-6
        last = q[35] - q[3]


@pytest.mark.parametrize("model", ["kalai_smorodinsky", "nash", "compromise", "election", "challenge", "exchange"])
def test_each_concept_can_be_chosen_alone(small, model):
    f = dataclasses.replace(fit(small), model=model)
    data = worlds_of(small, f, 2048)["table"]
    assert len(np.unique(data["model"].values)) == 1
    assert not np.isnan(data["utility"].values).any()


def test_unknown_concept_is_refused(small):
    with pytest.raises(UsageError, match="choose one of"):
        worlds_of(small, dataclasses.replace(fit(small), model="magic"), 2048)


@pytest.mark.parametrize(
    "changes",
    [
        {"audiences": (), "mediators": (), "spoilers": (), "meeting": None},
        {"positions": (), "audiences": (), "mediators": (), "spoilers": ()},
        {"issues": (), "positions": (), "audiences": (), "mediators": (), "spoilers": ()},
        {"issues": (issue("tariff", change_within=(0.0, 0.0, 0.0)),), "positions": (position("ARC", "tariff", 0, 0, 0),), "audiences": (),
         "mediators": (), "spoilers": ()},
        {"issues": (issue("tariff", deciders=("MID",)),), "positions": (position("MID", "tariff", 0, 5, 9),), "audiences": (),
         "mediators": (), "spoilers": ()},
        {"horizon": AS_OF + dt.timedelta(days=20)},
    ],
    ids=["no audiences", "no positions", "no issues", "an issue that never moves", "a third party decides", "a short horizon"],
)  # fmt: skip
def test_thin_cases_work(changes):
    case = small_case(**changes)
    data = worlds_of(case, None, 2048)["table"]
    assert not np.isnan(data["value"].values).any()
    assert data["deal"].shape == (2048,)


def test_an_issue_that_never_moves_never_moves():
    case = small_case(issues=(issue("tariff", change_within=(0.0, 0.0, 0.0)),), positions=(position("ARC", "tariff", 0, 0, 0),
                      position("ZED", "tariff", 20, 30, 40)), audiences=(), mediators=(), spoilers=())  # fmt: skip
    assert changed(worlds_of(case, None, 4096))[0] == 0


def test_a_position_on_an_unknown_issue_is_refused(small):
    with pytest.raises(InputError, match="no issue nowhere"):
        fit(small.change(positions=(*small.positions, position("ARC", "nowhere", 0, 1, 2))))


def test_relation_moves_worlds_but_not_the_constants(small, fitted):
    """Hostile drift makes deals rarer in those very worlds; without drift nothing changes."""
    draws = 4096
    week = np.arange(0, 29)
    rows = []
    for drift in (-4.0, 0.0, 4.0):
        index = np.zeros((draws, 1, len(week)), np.float32)
        index[:, 0, 14:] = drift
        events = np.full((draws, 1), -1, np.int16)
        data = xr.Dataset(
            {"index": (("draw", "pair", "week"), index), "event_day": (("draw", "slot"), events)},
            coords={"pair": ["ARC-ZED"], "week_day": ("week", week * 7), "slot_source": ("slot", ["ZED"]), "slot_target": ("slot", ["ARC"]),
                    "slot_kind": ("slot", ["SANCTION"])},
        )  # fmt: skip
        start = Worlds.start(small.id, AS_OF, draws=draws, seed=2).add("relation", data)
        rows.append(simulate(small, start, fitted)["table"])
    deals = [(r["deal"].values > 0).mean() for r in rows]
    assert deals[0] < deals[1] < deals[2]
    # warmth that fades from the first week on is expected, and says nothing about the talks
    alone = simulate(small, Worlds.start(small.id, AS_OF, draws=draws, seed=2), fitted)["table"]
    assert np.array_equal(alone["value"].values, rows[1]["value"].values)


def test_calibration_reports_what_it_reached(fitted):
    assert np.abs(fitted.reached - fitted.target).max() < 0.02
    assert np.allclose(calibrate(fitted).change_shift, fitted.change_shift)


def test_the_worked_example_runs(arcadia):
    worlds = worlds_of(arcadia, None, 4096)
    f = fit(arcadia)
    assert np.abs(changed(worlds) - f.target).max() < 0.035


def test_a_mediator_helps_where_it_engages(many):
    data = many["table"]
    here = data["input_mediator_MID"].values > 0
    deal = data["deal"].values > 0
    assert deal[here].mean() > deal[~here].mean()


def test_closed_doors_widen_the_win_sets(small):
    private = fit(small)
    public = fit(small.change(meeting=s.Meeting(date=AS_OF, setting="public")))
    assert (public.winset_high - public.winset_low <= private.winset_high - private.winset_low + 1e-9).all()
    assert (public.winset_high - public.winset_low).sum() < (private.winset_high - private.winset_low).sum()


def test_a_promised_pact_may_lapse_with_the_term(small):
    election = s.Election(
        id="e", country="ARC", first_round=AS_OF + dt.timedelta(days=60), inauguration=AS_OF + dt.timedelta(days=120), rule="majority",
        blank_valid=False, turnout1=(50, 60, 70), turnout2=(50, 60, 70), turnout_basis="made", roll_thousands=1000, leader="x",
        leader_bloc="a", blocs={"a": "A", "b": "B"},
    )  # fmt: skip
    free = issue("pact", kind="ordered", low=0, high=2, unit="", labels=("none", "informal", "formal"), best=2, worst=0,
                 outlives_term=False, history=({"date": AS_OF, "value": 0},), change_within=(0.3, 0.5, 0.7))  # fmt: skip
    case = small_case(issues=(free,), positions=tuple(p for p in small.positions if p.issue == "pact"), audiences=(),
                      mediators=(), spoilers=(), election=election)  # fmt: skip
    data = worlds_of(case, None, 8192)["table"]
    in_force = (data["delivered_day"].values[:, 0] >= 0) & (data["delivered_day"].values[:, 0] < 120)
    gone = (data["value"].values[:, 0, -1] == 0) & in_force
    days = data["value_day"].values[:, 0].astype(int)
    assert in_force.sum() > 100
    assert 0.2 < gone.sum() / in_force.sum() < 0.8
    assert (days[gone].max(-1) >= 1).all()


def test_hostile_acts_date_reversions_without_adding_any(small, fitted):
    draws = 8192
    events = np.full((draws, 2), 40, np.int16)
    data = xr.Dataset(
        {"event_day": (("draw", "slot"), events)},
        coords={
            "slot_source": ("slot", ["ZED", "ARC"]),
            "slot_target": ("slot", ["ARC", "ZED"]),
            "slot_kind": ("slot", ["SANCTION", "AID"]),
        },
    )
    parts = [
        simulate(
            small,
            Worlds.start(small.id, AS_OF, draws=2048, seed=1, first=first).add("relation", data.isel(draw=slice(0, 2048))),
            fitted,
        )
        for first in range(0, draws, 2048)
    ]
    hit = Worlds.concat(parts)["table"]
    visas = fitted.issue_ids.index("visas")
    day = hit["value_day"].values[:, visas, 1].astype(int)
    on_the_day = (day == 40).mean()
    assert on_the_day > 10 * (day == 41).mean()
    assert changed({"table": hit})[visas] == pytest.approx(fitted.target[visas], abs=0.02)
