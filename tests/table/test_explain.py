"""Explanations: packages are whole worlds, levers and tornado point the right way, variance shares match analytic values."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cumbre.errors import UsageError
from cumbre.record import load
from cumbre.table import (
    MODELS,
    by_model,
    deal_space,
    fit,
    levers,
    mean_lever_table,
    outside_view,
    packages,
    passports,
    readout,
    sensitivity,
    tornado,
    trades,
)  # fmt: skip
from cumbre.table.explain import _draws, _expected_deal, _measure, _run
from cumbre.table.sobol import first_order_by_bins, sobol_shares


@pytest.mark.parametrize("side", ["ARC", "ZED"])
def test_packages_are_whole_worlds_in_order_of_utility(small, many, side):
    frame = packages(small, many, side)
    final = many["table"]["value"].values[:, :, -1]
    utility = many["table"]["utility"].sel(side=side).values
    found = []
    for name in ("worst", "likely", "best"):
        same = (final == frame[name].to_numpy(np.float32)).all(1)
        assert same.any(), f"the {name} package stands in no world"
        found.append(utility[same].mean())
    assert found[0] < found[1] <= found[2]


def test_most_likely_package_has_the_commonest_pattern(small, many):
    likely = packages(small, many)["likely"].to_numpy()
    data = many["table"]["value"].values
    patterns = pd.Series([tuple(row) for row in (data[:, :, -1] != data[:, :, 0])])
    assert tuple(likely != data[0, :, 0]) == patterns.value_counts().index[0]


def test_packages_of_a_stranger_are_refused(small, many):
    with pytest.raises(UsageError, match="ARC or ZED"):
        packages(small, many, "MID")


def test_by_model_adds_up_to_the_mix(small, many):
    frame = by_model(small, many).set_index("model")
    parts = frame.drop("mix")
    assert set(parts.index) == set(MODELS)
    assert parts["weight"].sum() == pytest.approx(1)
    assert (parts["weight"] * parts["deal"]).sum() == pytest.approx(frame.loc["mix", "deal"])
    assert (parts["weight"] * parts["tariff.mean"]).sum() == pytest.approx(frame.loc["mix", "tariff.mean"], abs=1e-4)


def test_tornado_finds_what_moves_the_deal(small, many):
    frame = tornado(small, many)
    assert frame["gap"].abs().is_monotonic_decreasing
    by_input = frame.set_index("input")
    # failure that costs more makes agreement likelier; a better bargain too
    assert by_input.loc["gain", "gap"] > 0
    assert any(name.startswith("model (") for name in frame["input"])
    expression = tornado(small, many, "table.value['tariff','2031-07-01'] > 20")
    array = tornado(small, many, (many["table"]["value"].values[:, 0, -1] > 20).astype(float))
    assert set(expression["input"]) & set(array["input"])


def test_exact_levers_of_the_compromise(small, fitted):
    frame = mean_lever_table(small, fitted).set_index(["issue", "actor"])
    rows = [n for n, k in enumerate(fitted.row_issue) if k == 0]
    w = fitted.row_capability[rows] * fitted.row_salience[rows]
    for n, row in enumerate(rows):
        actor = fitted.actor_ids[fitted.row_actor[row]]
        assert frame.loc[("tariff", actor), "by_position"] == pytest.approx(w[n] / w.sum())
    assert frame.loc["tariff"]["by_position"].sum() == pytest.approx(1)


def test_levers_point_the_right_way(small, fitted):
    frame = levers(small, fitted, outcome="tariff", move=0.2, actors=["ZED"], draws=2048)
    tariff = frame[frame["issue"] == "tariff"]
    up, down = tariff[tariff["moved"] > 0]["change"].iloc[0], tariff[tariff["moved"] < 0]["change"].iloc[0]
    assert up > 0 > down
    deal = levers(small, fitted, move=0.3, actors=["ZED"], draws=2048)
    softer = deal[(deal["issue"] == "tariff") & (deal["moved"] < 0)].iloc[0]
    assert softer["change"] > 2 * softer["error"] > 0
    with pytest.raises(UsageError, match="no issue"):
        levers(small, fitted, outcome="nowhere")


def test_expected_chance_is_the_frequency_with_less_noise(fitted):
    d = _draws(fitted, 16_384, 1)
    smooth, rough = _expected_deal(fitted, d), _measure(fitted, _run(fitted, d), None)
    error = np.hypot(smooth.std(), rough.std()) / np.sqrt(len(rough))
    assert abs(smooth.mean() - rough.mean()) < 4 * error
    assert smooth.std() < 0.8 * rough.std()


@pytest.mark.parametrize("by", ["kind", "actor", "issue"])
def test_sensitivity_groups(small, fitted, by):
    frame = sensitivity(small, fitted, by=by, draws=512)
    assert (frame["total"] >= -1e-9).all()
    assert frame["total"].is_monotonic_decreasing
    expected = {"kind": "choice of concept", "actor": "ZED", "issue": "tariff"}[by]
    assert expected in set(frame["group"])


def test_sensitivity_of_an_issue_lies_in_what_concerns_it(small, fitted):
    frame = sensitivity(small, fitted, by="issue", outcome="raids", draws=2048).set_index("group")
    assert frame.loc["raids", "total"] > 0.5
    assert frame.loc["visas", "total"] < 0.05


def test_sensitivity_refuses_other_groupings(small, fitted):
    with pytest.raises(UsageError, match="kind, actor or issue"):
        sensitivity(small, fitted, by="colour")


def _ishigami(u: np.ndarray) -> np.ndarray:
    x = np.pi * (2 * u - 1)
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def _ishigami_shares() -> tuple[dict[str, float], dict[str, float]]:
    """Closed form for a = 7, b = 0.1 (Ishigami & Homma 1990)."""
    a, b = 7.0, 0.1
    v1 = 0.5 * (1 + b * np.pi**4 / 5) ** 2
    v2 = a**2 / 8
    v13 = b**2 * np.pi**8 * (1 / 18 - 1 / 50)
    v = v1 + v2 + v13
    return {"1": v1 / v, "2": v2 / v, "3": 0.0}, {"1": (v1 + v13) / v, "2": v2 / v, "3": v13 / v}


def test_shares_of_the_ishigami_function():
    first, total = _ishigami_shares()
    found = sobol_shares(_ishigami, {"1": [0], "2": [1], "3": [2]}, draws=16_384)
    for name in first:
        assert found.first[name] == pytest.approx(first[name], abs=0.02)
        assert found.total[name] == pytest.approx(total[name], abs=0.02)


def test_shares_of_a_linear_function_by_groups():
    weight = np.array([4.0, 2.0, 1.0, 0.0])
    found = sobol_shares(lambda u: u @ weight, {"a": [0], "b": [1, 2], "c": [3]}, draws=8192)
    exact = np.array([16, 5, 0]) / 21
    for name, value in zip("abc", exact, strict=True):
        assert found.first[name] == pytest.approx(value, abs=0.02)
        assert found.total[name] == pytest.approx(value, abs=0.02)


def test_shares_agree_with_another_implementation():
    analyze = pytest.importorskip("SALib.analyze.sobol")
    sample = pytest.importorskip("SALib.sample.sobol")
    problem = {"num_vars": 3, "names": ["1", "2", "3"], "bounds": [[0, 1]] * 3}
    points = sample.sample(problem, 4096, calc_second_order=False, seed=1)
    theirs = analyze.analyze(problem, _ishigami(points), calc_second_order=False, seed=1)
    ours = sobol_shares(_ishigami, {"1": [0], "2": [1], "3": [2]}, draws=4096)
    assert [ours.first[n] for n in "123"] == pytest.approx(theirs["S1"].tolist(), abs=0.03)
    assert [ours.total[n] for n in "123"] == pytest.approx(theirs["ST"].tolist(), abs=0.03)


def test_shares_from_worlds_at_hand():
    rng = np.random.default_rng(1)
    u = rng.random((60_000, 3))
    first, _ = _ishigami_shares()
    for n, name in enumerate("123"):
        assert first_order_by_bins(u[:, n], _ishigami(u)) == pytest.approx(first[name], abs=0.02)
    assert first_order_by_bins(u[:, 0], np.zeros(60_000)) == 0
    assert first_order_by_bins(rng.integers(0, 2, 60_000), u[:, 0]) == pytest.approx(0, abs=0.002)


def test_readout_and_passports(small, fitted):
    tables = readout(small, fitted)
    assert {"issues", "zone", "groups", "models", "levers", "base_rates", "outside_view"} <= set(tables)
    assert tables["issues"]["status_quo"].tolist() == [20, 0, 0, 0]
    assert tables["models"]["weight"].sum() == pytest.approx(1)
    zone = tables["zone"].set_index("issue")
    assert zone.loc["tariff", "high"] <= 30  # the red line of ARC
    found = passports(small, fitted)
    assert all(key == row.id and key.startswith("table.") for key, row in found.items())
    assert found["table.kernel_sd"].label == "estimated"
    assert found["table.base_rate.tariff"].value == pytest.approx(0.3)
    assert all(row.rule for row in found.values())
    # every judged number says in words what it is
    assert all(" " in found[f"table.judged.{name}"].rule for name in ("deal_odds", "tolerance", "actor_share", "red_line_holds"))


def test_every_drawn_input_has_a_passport(small, fitted, many):
    found = passports(small, fitted)
    for name in many["table"].data_vars:
        if str(name).startswith("input_"):
            short = str(name).removeprefix("input_")
            assert {f"table.input_{short}", f"table.{short}"} & set(found), name


def test_outside_view_stands_apart():
    view = outside_view()
    usa = view[(view["group"] == "USA as sender") & (view["outcome"] == "target_concedes")]
    assert 0.2 < usa["share"].iloc[0] < 0.35
    threats = view[
        (view["kind"] == "sanction threats")
        & (view["outcome"].isin(["target_concedes", "sender_stands_firm", "sender_backs_down"]))
    ]
    assert threats.groupby("group")["share"].sum().to_numpy() == pytest.approx(1.0)


def test_deal_space_is_zero_at_the_status_quo(small, fitted):
    frame = deal_space(small, fitted, "tariff", "pact", points=5)
    here = frame[(frame["x"] == 20) & (frame["y"] == 0)]
    assert len(here) == 1
    assert here[["ARC", "ZED"]].to_numpy() == pytest.approx(np.zeros((1, 2)))


def test_the_bundled_case_explains_itself():
    case = load("washington-2026")
    f = fit(case)
    tables = readout(case, f)
    assert len(tables["issues"]) == len(case.issues)
    assert all(p.label for p in passports(case, f).values())


def test_trades_serve_both_partners(small, fitted):
    frame = trades(small, fitted)
    assert len(frame) >= 1
    assert (frame["gain"] > 0).all()
    first = frame.iloc[0]
    assert {first["giver"], first["other"]} == {"ARC", "ZED"}
    # each gives way where it cares less, relative to the other issue
    care = {
        (fitted.actor_ids[fitted.row_actor[n]], fitted.issue_ids[k]): fitted.row_salience[n]
        for n, k in enumerate(fitted.row_issue)
    }
    giver, other, p, q = first["giver"], first["other"], first["issue"], first["for_issue"]
    assert care[giver, p] * care[other, q] < care[giver, q] * care[other, p]


def test_a_deal_lies_inside_the_win_sets_and_red_lines(fitted):
    d = _draws(fitted, 4096, 3)
    s = _run(fitted, d).settlement
    assert s.open.any()
    assert (s.z[s.open] >= s.low[s.open] - 1e-5).all()
    assert (s.z[s.open] <= s.high[s.open] + 1e-5).all()
    m = _run(fitted, d).moves
    term = m.settled[:, 0]
    world, issue, value = m.world[term], m.issue[term], m.value[term, 0]
    assert len(value) == m.term.sum() > 0
    half = 0.5 * fitted.step[issue]
    assert (value >= s.low[world, issue] - half).all()
    assert (value <= s.high[world, issue] + half).all()
