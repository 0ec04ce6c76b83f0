"""The shock library: mixtures, the pooled model, what ships, and the backtest."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cumbre import priors
from cumbre.backtest import home as backtest
from cumbre.errors import InputError, UsageError
from cumbre.home import ShockModel, library, library_table, predict_shock, predictive_table
from cumbre.home.decay import decay_log_likelihood, summary_of_decay
from cumbre.home.mixture import Mixture, t_scales
from cumbre.home.noise import change_variance
from cumbre.home.pooled import fit_pooled
from cumbre.home.shocks import KINDS, middle_day, tidy_shocks


def made_shocks(shocks: int = 48, seed: int = 5) -> pd.DataFrame:
    """Rows in the library's schema, with effects that depend on kind and selection."""
    rng = np.random.default_rng(seed)
    rows = []
    for j in range(shocks):
        kind = KINDS[j % 4]
        news = j % 3 == 0
        effect = {"cooperation": 1.0, "coercion": 2.0, "humiliation": -2.0, "military": 3.0}[kind] + (3.0 if news else 0.0)
        for i in range(1 + j % 2):
            change = effect + rng.normal(0, 3)
            rows.append(
                {"id": f"s{j}_{i}", "shock_id": f"s{j}", "kind": kind, "selection": "news" if news else "frame:made", "salience": "high",
                 "initiator": "US" if j % 2 else "joint", "election_within_6m": "y" if j % 5 == 0 else "n", "before_value": 45.0,
                 "before_dates": "2020-01", "after_value": 45.0 + change, "after_dates": "2020-02", "sample_size": 1000,
                 "date": "2020-01-20", "flags": ""}
            )  # fmt: skip
    return pd.DataFrame(rows)


@given(
    st.lists(st.tuples(st.floats(-10, 10), st.floats(0.1, 5)), min_size=1, max_size=6),
    st.lists(st.floats(0.01, 0.99), min_size=1, max_size=5),
)
def test_quantile_is_the_inverse_of_the_distribution(parts: list[tuple[float, float]], levels: list[float]) -> None:
    m = Mixture.equal(np.array([p[0] for p in parts]), np.array([p[1] for p in parts]))
    # where the distribution is flat between far components a level can be off by nearly nothing in x and little in p
    assert np.allclose(m.cdf(m.quantile(levels)), levels, atol=1e-6)


def test_slices_stand_for_a_student_t() -> None:
    m = Mixture.equal(np.zeros(200), t_scales(4.0, 200))
    assert m.quantile([0.9, 0.95]) == pytest.approx([1.533, 2.132], abs=0.03)


def test_blending_moves_between_its_parts() -> None:
    a, b = Mixture.equal(0.0, 1.0), Mixture.equal(10.0, 1.0)
    assert Mixture.blend([(0.25, a), (0.75, b)]).mean == pytest.approx(7.5)
    assert Mixture.blend([(0.0, a), (1.0, b)]).mean == pytest.approx(10.0)


def test_noise_grows_with_the_gap_and_falls_with_the_sample() -> None:
    assert change_variance(50, 1000, 60) > change_variance(50, 1000, 10)
    assert change_variance(50, 3000, 30) < change_variance(50, 500, 30)
    assert change_variance(np.nan, np.nan, np.nan) == pytest.approx(float(change_variance(50, 1000, 45)))


def test_pooled_model_finds_what_made_the_data() -> None:
    rng = np.random.default_rng(2)
    shocks = 200
    group = rng.integers(0, 2, shocks)
    tau = np.array([0.5, 4.0])
    effect = 1 + 3 * group + tau[group] * rng.standard_t(4, shocks)
    y = effect + rng.normal(0, 1.5, shocks)
    x = np.column_stack([np.ones(shocks), group])
    p = fit_pooled(y, np.full(shocks, 2.25), x, np.full(2, 4.0), np.arange(shocks), group, 2, keep=150, thin=4)
    assert p.beta.mean(axis=0) == pytest.approx([1, 3], abs=1.0)
    assert p.tau[:, 0].mean() < 1.5 < 2.5 < p.tau[:, 1].mean() < 6


def test_missing_columns_and_repeated_ids_are_named() -> None:
    with pytest.raises(InputError, match="'kind' is missing"):
        tidy_shocks(pd.DataFrame({"id": ["a"], "shock_id": ["b"]}))
    with pytest.raises(InputError, match="'a' appears twice"):
        tidy_shocks(pd.DataFrame({"id": ["a", "a"], "shock_id": ["b", "b"], "kind": ["coercion"] * 2}))


@pytest.mark.parametrize("text", ["", "soon", None, "2025-13", 5])
def test_unreadable_dates_are_unknown_and_not_errors(text: object) -> None:
    assert pd.isna(middle_day(text))


def test_rows_with_holes_get_a_finite_forecast() -> None:
    rows = made_shocks(8).assign(before_dates=None, sample_size=np.nan, salience=None, selection="", initiator=None)
    rows.loc[0, "kind"] = "something else"
    rows.loc[1, "before_value"] = np.nan
    out = backtest.forecast(tidy_shocks(rows))
    values = out[backtest.COLUMNS].to_numpy()
    assert np.isfinite(values).all()
    assert (np.diff(values, axis=1) >= 0).all()


def test_shipped_forecast_does_not_read_the_outcome(tmp_path: Path) -> None:
    rows = made_shocks(12)
    spoiled = rows.assign(after_value=rows["after_value"] + 20, later1_value=99.0)
    assert backtest.forecast(tidy_shocks(rows)).equals(backtest.forecast(tidy_shocks(spoiled)))


def test_leaving_out_hides_the_shock_from_its_own_forecast() -> None:
    rows = made_shocks(24)
    spoiled = rows.copy()
    spoiled.loc[spoiled["shock_id"] == "s3", "after_value"] += 30
    a, b = (backtest.forecast(tidy_shocks(r), "loo", keep=20, thin=1).set_index("id") for r in (rows, spoiled))
    own = [i for i in a.index if i.startswith("s3_")]
    assert a.loc[own].equals(b.loc[own])
    assert not a.equals(b)


def test_backtest_writes_the_contract_columns_and_scores(tmp_path: Path) -> None:
    made_shocks().to_csv(tmp_path / "shocks.csv", index=False)
    table = backtest.run(tmp_path, tmp_path / "out.csv").set_index("part")
    written = pd.read_csv(tmp_path / "out.csv")
    assert list(written.columns) == ["id", "mean", *(f"q{k:03d}" for k in range(25, 1000, 25))]
    assert len(written) == len(made_shocks())
    assert 0.5 < table.loc["all", "cover80"] < 1
    assert table.loc["all", "crps"] > 0


def test_backtest_errors_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no shocks\.csv"):
        backtest.run(tmp_path, tmp_path / "out.csv")
    with pytest.raises(UsageError, match="use loo"):
        backtest.forecast(tidy_shocks(made_shocks(4)), "all")
    with pytest.raises(UsageError, match="at least 10"):
        ShockModel.fit(tidy_shocks(made_shocks(4)))


def test_model_survives_its_own_file() -> None:
    model = ShockModel.fit(tidy_shocks(made_shocks()), keep=30, thin=1)
    again = ShockModel.from_json(model.as_json())
    assert again.effect("coercion").quantile([0.1, 0.9]) == pytest.approx(model.effect("coercion").quantile([0.1, 0.9]), abs=0.01)


def test_selection_is_a_knob_between_frames_and_news() -> None:
    means = [predict_shock("cooperation", selection=w).mean for w in (0.0, 0.25, 0.5, 1.0)]
    assert means == sorted(means)
    assert predict_shock("cooperation", selection="frame").label == "estimated"
    assert predict_shock("cooperation", selection="mixed").label == "selected"


def test_summits_of_the_fixed_frame_do_next_to_nothing() -> None:
    frame = library(kind="cooperation", selection="frame")
    summits = frame[frame["subkind"] == "summit"]
    assert len(summits) >= 10
    assert abs(summits["change"].mean()) < 1.0
    assert abs(predict_shock("cooperation", selection="frame").mean) < 1.5


def test_rows_for_reading_follow_the_filters() -> None:
    rows = library_table(kind="coercion", initiator="US", selection="news", election_within_6m=False)
    assert len(rows) == len(library(kind="coercion", initiator="US", selection="news", election_within_6m=False)) > 5
    assert rows["date"].is_monotonic_decreasing
    assert set(rows["selection"]) == {"news"}


def test_table_has_every_kind_and_selection() -> None:
    table = predictive_table(salience="high")
    assert len(table) == 12
    assert (table["q05"] < table["q50"]).all()
    assert (table["q50"] < table["q95"]).all()
    assert set(table["label"]) == {"estimated", "selected"}


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: predict_shock("warming"), "coercion, cooperation"),
        (lambda: predict_shock("coercion", salience="huge"), "high, med or low"),
        (lambda: predict_shock("coercion", selection="both"), "frame, news, mixed"),
        (lambda: predict_shock("coercion", selection=2.0), "outside 0 to 1"),
        (lambda: library(kind="warming"), "coercion"),
        (lambda: library(selection="both"), "news or frame"),
    ],
)
def test_unknown_words_are_refused_with_the_known_ones(call: object, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        call()  # type: ignore[operator]


def test_priors_carry_provenance_and_no_titles() -> None:
    stored = priors.load("home")
    assert {"data", "rows", "shocks", "fitted", "code", "formula"} <= set(stored["provenance"])
    assert stored["provenance"]["shocks"] == library()["shock_id"].nunique()
    assert not {"source_title", "source_url"} & set(stored["rows"]["columns"])


@settings(max_examples=5, deadline=None)
@given(st.sampled_from([21.0, 42.0, 112.0]))
def test_half_life_is_found_where_the_data_have_one(half: float) -> None:
    rng = np.random.default_rng(int(half))
    n = 150
    theta = rng.normal(6, 3, n)
    gap, later = np.full(n, 20.0), rng.uniform(50, 140, n)
    walk1 = rng.normal(0, np.sqrt(0.186 * 20), n)
    walk2 = walk1 + rng.normal(0, np.sqrt(0.186 * (later - 20)))
    start = rng.normal(0, 1.6, n)
    data = pd.DataFrame(
        {"usable": True, "shock": [str(k) for k in range(n)], "before": 50.0, "sample_size": 1500.0,
         "change": theta + walk1 - start + rng.normal(0, 1.6, n), "gap": gap,
         "later_change_1": theta * 0.5 ** ((later - 20) / half) + walk2 - start + rng.normal(0, 1.6, n), "later_gap_1": later,
         "later_change_2": np.nan, "later_gap_2": np.nan}
    )  # fmt: skip
    _, low, high = summary_of_decay(decay_log_likelihood(data, np.full(n, 6.0), np.full(n, 3.0)))
    assert low <= 1.35 * half
    assert high >= 0.74 * half


@pytest.mark.skipif("CUMBRE_DATA" not in os.environ, reason="CUMBRE_DATA names no folder of open data; scores are not checked")
def test_scores_on_the_open_library(tmp_path: Path) -> None:
    table = backtest.run(Path(os.environ["CUMBRE_DATA"]) / "shocks", tmp_path / "out.csv", refit="loo").set_index("part")
    assert table.loc["all", "crps"] <= 3.04
    assert table.loc["frame", "crps"] <= table.loc["frame", "crps_zero"]
    assert 0.75 <= table.loc["all", "cover80"] <= 0.87
    assert 0.86 <= table.loc["all", "cover90"] <= 0.95
