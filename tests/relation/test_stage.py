"""The stage on small cases: what it adds to worlds, and the properties of section 5 of its design."""

from __future__ import annotations

import datetime as dt
import pickle
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cumbre.record.schema import Kind
from cumbre.relation import chances, fit, passports, readout, signal_strength, simulate
from cumbre.relation.dyads import side_events
from cumbre.worlds import BLOCK, Worlds

from .made_case import AS_OF, event, made_case, made_events


def worlds_of(case, draws=512, seed=3, first=0, fitted=None):
    return simulate(case, Worlds.start(case.id, case.as_of, draws=draws, seed=seed, first=first), fitted)


def pick(group, source, target, kind=None):
    some = (group["slot_source"].values == source) & (group["slot_target"].values == target)
    return group["event_day"].values[:, some & ((group["slot_kind"].values == kind) if kind else True)]


@pytest.fixture(scope="module")
def busy():
    case = made_case(made_events(100))
    return case, fit(case)


def test_variables_are_as_agreed(busy):
    case, fitted = busy
    group = worlds_of(case, fitted=fitted)["relation"]
    assert set(group.data_vars) == {"event_day", "index", "index_words", "index_deeds"}
    days = group["event_day"].values
    assert days.dtype == np.int16
    assert days.max() <= 180
    assert ((days == -1) | (days >= 1)).all()
    assert list(group["week_day"].values) == list(range(0, 181, 7))
    assert {"AAA-BBB", "AAA-REB"} <= set(group["pair"].values)
    for name in ("index", "index_words", "index_deeds"):
        values = group[name].values
        assert values.dtype == np.float32
        assert np.isfinite(values).all()
        assert np.abs(values).max() <= 10
    # sorted within the slots of one source, target and kind; the empty ones last
    one = pick(group, "AAA", "BBB", "CONSULT").astype(int)
    one[one < 0] = 999
    assert (np.diff(one, axis=1) >= 0).all()


def test_any_split_of_the_draws_gives_the_same_bytes(busy):
    case, fitted = busy
    whole = worlds_of(case, draws=BLOCK + 300, fitted=fitted)["relation"]
    head, tail = (
        worlds_of(case, draws=700, fitted=fitted)["relation"],
        worlds_of(case, draws=300, first=BLOCK, fitted=fitted)["relation"],
    )
    for name in whole.data_vars:
        np.testing.assert_array_equal(whole[name].values[:700], head[name].values)
        np.testing.assert_array_equal(whole[name].values[BLOCK:], tail[name].values)


def test_fit_is_deterministic_and_can_be_sent_to_a_worker(busy):
    case, fitted = busy
    again = pickle.loads(pickle.dumps(fit(case)))
    a, b = worlds_of(case, fitted=fitted)["relation"], worlds_of(case, fitted=again)["relation"]
    np.testing.assert_array_equal(a["event_day"].values, b["event_day"].values)


def test_a_hundred_events_take_under_two_seconds(busy):
    case, _ = busy
    began = time.process_time()
    fitted = fit(case)
    readout(case, fitted)
    worlds_of(case, draws=BLOCK, fitted=fitted)
    assert time.process_time() - began < 2


def test_a_sanction_lowers_the_index_of_its_world(busy):
    case, fitted = busy
    group = worlds_of(case, draws=BLOCK, fitted=fitted)["relation"]
    struck = ((pick(group, "BBB", "AAA", "SANCTION") > 0) & (pick(group, "BBB", "AAA", "SANCTION") <= 28)).any(axis=1)
    index = group["index"].sel(pair="AAA-BBB").values[:, 4]
    assert struck.sum() > 50
    assert index[struck].mean() < index[~struck].mean() - 0.2


@given(st.integers(0, 10_000))
@settings(max_examples=8, deadline=None)
def test_swapping_everyone_swaps_the_directions(seed):
    events = made_events(40, seed)
    swap = {"AAA_GOV": "BBB_GOV", "BBB_GOV": "AAA_GOV", "REB": "REB"}
    between = tuple(e for e in events if e.target != "REB")
    mirrored = tuple(e.model_copy(update={"source": swap[e.source], "target": swap[e.target]}) for e in between)
    a, b = fit(made_case(between)).pairs[0], fit(made_case(mirrored)).pairs[0]
    np.testing.assert_array_equal(a.counts, b.counts[::-1])
    np.testing.assert_allclose(a.spec.quad_shape, b.spec.quad_shape[::-1])
    np.testing.assert_allclose(a.spec.residual, b.spec.residual[::-1])
    np.testing.assert_allclose(a.paths["all"].mean, b.paths["all"].mean)


@given(st.integers(0, 10_000), st.integers(0, 29))
@settings(max_examples=10, deadline=None)
def test_an_exact_mirror_row_changes_nothing(seed, which):
    events = made_events(30, seed)
    twin = events[which].model_copy(update={"id": "TWIN", "source": events[which].target, "target": events[which].source})
    a, b = fit(made_case(events)), fit(made_case((*events, twin)))
    # the mirror counts in the density of the record, not in any pair
    assert b.events.collapsed == a.events.collapsed + 1
    for x, y in zip(a.pairs, b.pairs, strict=True):
        np.testing.assert_array_equal(x.counts, y.counts)
        np.testing.assert_allclose(x.paths["all"].mean, y.paths["all"].mean)
        np.testing.assert_allclose(x.spec.residual, y.spec.residual)


def test_one_event_told_many_times_counts_once():
    events = made_events(30)
    told = events[0]
    copies = tuple(told.model_copy(update={"id": f"C{i}", "summary": f"{told.summary}, as paper {i} has it"}) for i in range(20))
    a, b = fit(made_case(events)), fit(made_case((*events, *copies)))
    np.testing.assert_array_equal(a.pairs[0].counts, b.pairs[0].counts)
    np.testing.assert_allclose(a.pairs[0].paths["all"].mean, b.pairs[0].paths["all"].mean)


def test_two_acts_of_one_kind_on_one_day_stay_two():
    """An extradition and a list of names handed over: same day, actors, kind, mode and issue, other words."""
    rows = (
        event(
            1,
            AS_OF,
            "AAA_GOV",
            "BBB_GOV",
            Kind.COOPERATE,
            issue="chiefs",
            summary="A drug lord is extradited hours before the meeting",
        ),
        event(2, AS_OF, "AAA_GOV", "BBB_GOV", Kind.COOPERATE, issue="chiefs", summary="Three priority names are handed over"),
        event(
            3,
            AS_OF,
            "AAA_GOV",
            "BBB_GOV",
            Kind.COOPERATE,
            issue="chiefs",
            summary="Drug lord extradited before the meeting, agency says",
        ),
    )
    found = fit(made_case(rows))
    assert found.pairs[0].counts.sum() == 2
    assert found.events.collapsed == 1


def test_answers_in_kind_on_one_day_stay_two_acts():
    rows = (event(1, AS_OF, "AAA_GOV", "BBB_GOV", Kind.REJECT), event(2, AS_OF, "BBB_GOV", "AAA_GOV", Kind.REJECT))
    assert fit(made_case(rows)).pairs[0].counts.sum() == 2


def test_chances_are_chances_and_rise_with_the_window(busy):
    case, fitted = busy
    table = chances(case, worlds_of(case, draws=1000, fitted=fitted))
    assert table["p"].between(0, 1).all()
    assert (table.groupby(["source", "target", "kind"])["p"].diff().dropna() >= 0).all()
    assert set(table["window_days"]) == {30, 60, 90, 180}
    assert table["base_rate"].between(0, 1).all()
    for rival in ("constant", "ewma"):
        assert table[rival].between(0, 1).all()
        assert (table.groupby(["source", "target", "kind"])[rival].diff().dropna() > 0).all()
    busiest = table[(table["kind"] == "CONSULT") & (table["source"] == "AAA") & (table["target"] == "BBB")]
    quiet = table[(table["kind"] == "MOBILIZE") & (table["source"] == "AAA") & (table["target"] == "BBB")]
    assert (busiest["constant"].to_numpy() > quiet["constant"].to_numpy()).all()


def test_shifting_all_dates_shifts_all_outputs():
    days = 37
    events = made_events(50)
    moved = tuple(e.model_copy(update={"date": e.date + dt.timedelta(days=days)}) for e in events)
    case = made_case(events)
    later = replace(
        case, events=moved, as_of=case.as_of + dt.timedelta(days=days), horizon=case.horizon + dt.timedelta(days=days)
    )
    a, b = readout(case, fit(case)), readout(later, fit(later))
    for name in ("index", "issues", "turning_points", "low_point"):
        for column in a[name]:
            if a[name][column].map(lambda v: isinstance(v, dt.date)).any():
                assert list(a[name][column] + dt.timedelta(days=days)) == list(b[name][column])
            elif a[name][column].dtype.kind == "f":
                np.testing.assert_allclose(a[name][column], b[name][column])


@given(st.integers(0, 10_000))
@settings(max_examples=6, deadline=None)
def test_rows_after_as_of_change_nothing(seed):
    events = made_events(40, seed)
    future = tuple(
        event(900 + i, AS_OF + dt.timedelta(days=1 + 3 * i), "BBB_GOV", "AAA_GOV", Kind.SANCTION, -9.0) for i in range(10)
    )  # a careless caller hands them in
    late = (
        event(950, AS_OF - dt.timedelta(days=3), "BBB_GOV", "AAA_GOV", Kind.SANCTION, -9.0, known=AS_OF + dt.timedelta(days=1)),
    )
    a, b = made_case(events), made_case((*events, *future, *late))
    one, two = worlds_of(a)["relation"], worlds_of(b)["relation"]
    for name in one.data_vars:
        np.testing.assert_array_equal(one[name].values, two[name].values)


def test_few_events_give_wide_bands_and_the_passport_says_so():
    sd = {}
    for count in (0, 5, 100):
        case = made_case(made_events(count))
        fitted = fit(case)
        sd[count] = float(fitted.pairs[0].paths["all"].sd[-1])
        pair = fitted.pairs[0].spec
        spread = np.sqrt((pair.quad_shape / pair.quad_rate**2).sum()) / (pair.quad_shape / pair.quad_rate).sum()
        sd[f"rate{count}"] = float(spread)
    assert sd[0] > sd[5] > sd[100]
    assert sd["rate0"] > sd["rate5"] > sd["rate100"]
    small = made_case(made_events(5))
    assert "only" in passports(small, fit(small))["relation.index.AAA-BBB"].note


def test_the_pooled_prior_weighs_less_with_more_history():
    """The share of the pooled mix in the level of a direction falls with the events of the case."""
    weights = []
    for count in (0, 10, 40, 160):
        state = fit(made_case(made_events(count))).pairs[0]
        weights.append(2.0 / (2.0 + state.counts[0].sum()))
        share = (state.spec.kind_shape[0] - state.counts[0]).sum() / state.spec.kind_shape[0].sum()
        weights[-1] = share
    assert all(np.diff(weights) < 0)


def test_a_case_without_events_still_answers():
    case = made_case(())
    group = worlds_of(case)["relation"]
    assert list(group["pair"].values) == ["AAA-BBB"]
    assert group["index"].values[:, 0, 0].std() > 1.5
    tables = readout(case, fit(case))
    assert tables["turning_points"].empty
    assert tables["low_point"].empty
    assert len(tables["index"]) > 0
    assert passports(case, fit(case))["relation.events_used"].value == 0


def test_pollsters_and_home_affairs_are_no_dyads():
    rows = (
        event(1, AS_OF, "AAA_GOV", "AAA", Kind.ACCUSE), event(2, AS_OF, "POLL", "AAA_GOV", Kind.CONSULT),
        event(3, AS_OF, "REB", "BBB", Kind.ACCUSE),
    )  # fmt: skip
    found = side_events(made_case(rows))
    assert list(zip(found.source, found.target, strict=True)) == [("REB", "BBB")]
    assert found.inside == 1


def test_readout_tables_have_bands_in_order(busy):
    case, fitted = busy
    tables = readout(case, fitted)
    index = tables["index"]
    assert {"all", "words", "deeds", "AAA->BBB", "BBB->AAA"} <= set(index["part"])
    ordered = index[["q10", "q25", "mean", "q75", "q90"]].to_numpy()
    assert (np.diff(ordered, axis=1) >= -1e-9).all()
    assert index["mean"].between(-10, 10).all()
    assert "tariff" in set(tables["issues"]["issue"])
    assert {"own", "cross", "gain_nats", "answered"} <= set(tables["reciprocity"])
    answers = tables["reciprocity"]
    assert (answers["answered"] <= answers["events"]).all()
    assert set(answers["label"]) == {"estimated"}
    inside = answers[["within_2", "within_10", "within_60", "cross_same"]].to_numpy()
    assert (np.diff(inside, axis=1) >= -1e-3).all(), "a longer wait sees more answers"
    for days in (2, 10, 60):
        assert (answers[f"low_{days}"] <= answers[f"within_{days}"] + 1e-3).all()
        assert (answers[f"within_{days}"] <= answers[f"high_{days}"] + 1e-3).all()
    low = tables["low_point"]
    assert (low.groupby("pair")["p"].sum() <= 1 + 1e-9).all()
    assert (low["low"] <= low["high"]).all()


def test_a_low_that_is_there_is_found():
    """Cold since week 40 before as_of, worst between day -130 and -110, warm at the end."""
    rows = []
    for i, day in enumerate(range(-350, 1, 6)):
        cold = -130 <= day <= -110
        kind, intensity = (Kind.SANCTION, -9.0) if cold else ((Kind.CONSULT, 3.0) if day > -40 else (Kind.ACCUSE, -2.0))
        rows.append(event(i, AS_OF + dt.timedelta(days=day), "AAA_GOV", "BBB_GOV", kind, intensity))
    case = made_case(tuple(rows))
    low = readout(case, fit(case))["low_point"].iloc[0]
    assert AS_OF - dt.timedelta(days=140) <= low["date"] <= AS_OF - dt.timedelta(days=100)
    assert low["p"] > 0.6
    assert low["low"] <= low["date"] <= low["high"]


def test_passports_are_labelled(busy):
    case, fitted = busy
    found = passports(case, fitted)
    assert all(key.startswith("relation.") and key == p.id for key, p in found.items())
    assert {p.label for p in found.values()} <= {"estimated", "judged", "recorded"}
    known = set(found)
    assert all(set(p.rests_on) <= known for p in found.values())


def test_default_strength_of_signals():
    assert signal_strength("COOPERATE", 9).shift == pytest.approx(0.15)
    assert abs(signal_strength("AGREE", 6).shift) < signal_strength("COOPERATE", 6).shift, "words are cheap"
    assert signal_strength("ACCUSE", 0).shift == 0
    assert signal_strength("THREATEN", -3).sd_factor < 1
    with pytest.raises(ValueError, match="off the scale"):
        signal_strength("AID", 11)
    with pytest.raises(ValueError, match="SHOUT"):
        signal_strength("SHOUT", 1)
