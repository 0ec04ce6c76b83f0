"""Learning across elections and the backtest, on elections drawn from a known truth."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from ballot_rows import past_elections  # type: ignore[import-not-found]

from cumbre.backtest import ballot
from cumbre.backtest.ballot_calibration import calibrate
from cumbre.ballot.learning import BallotPrior, learn, outcomes
from cumbre.errors import CaseError, InputError
from cumbre.priors.refit_ballot import refit

Folder = Callable[..., Path]


def learned(folder: Path) -> BallotPrior:
    polls, results = ballot.read(folder)
    truth = outcomes(results)
    firsts, pairs = ballot.prepare(polls, truth, days=(2, 7, 14))
    return learn(firsts, pairs, truth)


def test_the_size_of_the_common_error_is_recovered(elections_folder: Folder) -> None:
    small = learned(elections_folder(seed=3, elections=40, scale=0.10))
    large = learned(elections_folder(seed=3, elections=40, scale=0.30))
    sd = [np.exp(p.common.level) * np.sqrt(p.common.df / (p.common.df - 2)) for p in (small, large)]
    assert sd[0] == pytest.approx(0.10, abs=0.05)
    assert sd[1] == pytest.approx(0.30, abs=0.10)
    assert abs(large.common.share_power - 1.0) < 0.35
    assert abs(large.common.horizon) < 0.12, "the drawn error does not grow with days"


def test_the_run_off_is_recovered(elections_folder: Folder) -> None:
    found = learned(elections_folder(seed=4, elections=40)).runoff
    assert found.slope == pytest.approx(0.4, abs=0.2)
    assert np.exp(found.log_tau) == pytest.approx(0.12, abs=0.05)


def test_intervals_cover_elections_that_were_left_out(elections_folder: Folder, tmp_path: Path) -> None:
    folder = elections_folder(seed=5, elections=24)
    table = ballot.run(folder, tmp_path / "out.csv", refit="loo").set_index(["round", "days"])
    for days in (2, 7, 14):
        row = table.loc[("1", days)]
        assert 0.80 <= row["cov90"] <= 0.98, row
        assert 0.35 <= row["cov50"] <= 0.68, row
        assert 0.75 <= table.loc[("2", days), "cov90"] <= 1.0
    assert table.loc[("2t", ""), "mae"] < 6


def test_the_file_of_the_contract(elections_folder: Folder, tmp_path: Path) -> None:
    folder = elections_folder(elections=6)
    ballot.run(folder, tmp_path / "out.csv")
    table = pd.read_csv(tmp_path / "out.csv", dtype={"round": str})
    q = [f"q{round(25 * i):03d}" for i in range(1, 40)]
    assert list(table.columns) == ["election_id", "round", "days_before", "candidate", "mean", *q, "p_top2", "p_win"]
    assert set(table["round"]) == {"1", "2", "2t"}
    assert (np.diff(table[q], axis=1) >= 0).all()
    assert table[q].min().min() >= 0
    assert table[q].max().max() <= 100
    first = table[table["round"] == "1"]
    assert first["p_top2"].between(0, 1).all()
    np.testing.assert_allclose(first.groupby(["election_id", "days_before"])["p_top2"].sum(), 2, atol=1e-3)
    np.testing.assert_allclose(first.groupby(["election_id", "days_before"])["mean"].sum(), 100, atol=0.5)
    second = table[table["round"] != "1"].fillna({"days_before": -1})
    np.testing.assert_allclose(second.groupby(["election_id", "round", "days_before"])["p_win"].sum(), 1, atol=1e-4)


def forecast(folder: Path, tmp_path: Path, election: str, refit: str | None) -> pd.DataFrame:
    out = tmp_path / "f.csv"
    ballot.run(folder, out, refit=refit)
    table = pd.read_csv(out, dtype={"round": str})
    return table[table["election_id"] == election].reset_index(drop=True)


def test_the_future_changes_nothing(elections_folder: Folder, tmp_path: Path) -> None:
    folder = elections_folder(elections=6)
    polls, _ = past_elections(1, 6)
    name = polls["election_id"].iloc[0]
    before = forecast(folder, tmp_path, name, None)
    ends = pd.to_datetime(polls["field_end"])
    vote = pd.Timestamp("1950-06-01")
    late = (polls["election_id"] == name) & (polls["round"] == "1") & (ends > vote - pd.Timedelta(days=14))
    polls.loc[late, "share_pct"] = polls.loc[late, "share_pct"].to_numpy()[::-1]
    polls.to_csv(folder / "polls.csv", index=False)
    after = forecast(folder, tmp_path, name, None)
    early = (before["round"] == "1") & (before["days_before"] >= 14)
    assert early.sum() > 5
    pd.testing.assert_frame_equal(before[early], after[early])
    assert not before[~early & (before["round"] == "1")].equals(after[~early & (after["round"] == "1")])


def test_leave_one_out_never_reads_the_result_it_forecasts(elections_folder: Folder, tmp_path: Path) -> None:
    folder = elections_folder(elections=6)
    _, results = past_elections(1, 6)
    name = results["election_id"].iloc[0]
    before = forecast(folder, tmp_path, name, "loo")
    mine = (results["election_id"] == name) & (results["round"] == "1")
    results.loc[mine, "share_pct"] = results.loc[mine, "share_pct"].to_numpy()[::-1]
    results.to_csv(folder / "results.csv", index=False)
    after = forecast(folder, tmp_path, name, "loo")
    first = before["round"] == "1"
    pd.testing.assert_frame_equal(before[first], after[first])


def test_order_of_rows_changes_nothing(elections_folder: Folder, tmp_path: Path) -> None:
    folder = elections_folder(elections=4)
    polls, _ = past_elections(1, 4)
    name = polls["election_id"].iloc[0]
    before = forecast(folder, tmp_path, name, None)
    polls.sample(frac=1, random_state=2).to_csv(folder / "polls.csv", index=False)
    pd.testing.assert_frame_equal(before, forecast(folder, tmp_path, name, None), check_exact=False, atol=1e-3)


def test_refit_writes_what_the_stage_reads(elections_folder: Folder) -> None:
    content = json.loads(json.dumps(refit(elections_folder(elections=5))))
    prior = BallotPrior.from_dict(content)
    assert prior.common.df > 2
    assert content["provenance"]["n"] == 5
    assert len(content["calibration"]["by_horizon"]) == 5
    assert sum(content["calibration"]["pit"]) == pytest.approx(1, abs=0.01)


def test_errors_name_the_line_and_the_mend(elections_folder: Folder, tmp_path: Path) -> None:
    folder = elections_folder(elections=3)
    polls, _ = past_elections(1, 3)
    polls["share_pct"] = polls["share_pct"].astype(object)
    polls.loc[4, "share_pct"] = "many"
    polls.loc[9, "field_end"] = "yesterday"
    polls.loc[11, "share_pct"] = 140
    polls.to_csv(folder / "polls.csv", index=False)
    with pytest.raises(CaseError) as found:
        ballot.run(folder, tmp_path / "out.csv")
    text = str(found.value)
    assert "polls.csv line 6, share_pct: 'many' is no number" in text
    assert "line 11, field_end" in text
    assert "line 13" in text
    assert not (tmp_path / "out.csv").exists()


def test_a_single_election_is_forecast_from_the_weak_priors(elections_folder: Folder, tmp_path: Path) -> None:
    table = ballot.run(elections_folder(elections=1), tmp_path / "out.csv", refit="loo")
    assert {"1", "2", "2t"} == set(table["round"])
    assert table["width90"].between(4, 40).all()


def test_a_missing_column_or_file_is_said(elections_folder: Folder, tmp_path: Path) -> None:
    folder = elections_folder(elections=3)
    pd.read_csv(folder / "results.csv").drop(columns="kind").to_csv(folder / "results.csv", index=False)
    with pytest.raises(CaseError, match=r"results\.csv.*no column kind"):
        ballot.run(folder, tmp_path / "out.csv")
    with pytest.raises(InputError, match="no such file"):
        ballot.run(tmp_path / "nowhere", tmp_path / "out.csv")
    with pytest.raises(InputError, match="only choice is loo"):
        ballot.run(folder, tmp_path / "out.csv", refit="all")


@pytest.mark.slow
@pytest.mark.skipif("CUMBRE_DATA" not in os.environ, reason="set CUMBRE_DATA to the folder of open data to run this")
def test_open_elections_meet_their_targets(tmp_path: Path) -> None:
    folder = Path(os.environ["CUMBRE_DATA"]) / "elections"
    out = tmp_path / "out.csv"
    ballot.run(folder, out, refit="loo")
    polls, results = ballot.read(folder)
    rows = {r["days"]: r for r in calibrate(polls, results, pd.read_csv(out, dtype={"round": str}))["by_horizon"]}
    for days in (2, 7, 14, 30):
        assert 0.85 <= rows[days]["cov90"] <= 0.95
        assert 0.43 <= rows[days]["cov50"] <= 0.57
        assert rows[days]["gain_high"] < 0, "better than the last-poll average in nine bootstraps of ten"
    assert rows[7]["width90"] <= 16
    assert rows[7]["crps"] <= 2.25
    assert rows[30]["crps"] <= 3.05
    assert rows[7]["ae"] <= 3.17
