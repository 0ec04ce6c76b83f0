"""The backtest on made-up folders: files of the contract, awkward rows, no failure. Extra checks on open data with CUMBRE_DATA."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cumbre import priors
from cumbre.backtest.closed_forms import _formula, solve_closed_forms
from cumbre.backtest.table import QUANTILES, run
from cumbre.errors import InputError, UsageError
from cumbre.table.allocation import deal_chance, divide
from cumbre.table.fitting import crps, fit_logit

OPEN = os.environ.get("CUMBRE_DATA")


def made_issues(folder: Path, count: int = 24, seed: int = 1) -> Path:
    """Issues whose outcome is the weighted mean with noise, on scales of any size."""
    rng = np.random.default_rng(seed)
    issues, positions = [], []
    for n in range(count):
        low, span = rng.choice([0.0, -5.0, 1000.0]), rng.choice([1.0, 100.0, 7.5])
        k = int(rng.integers(3, 12))
        x, s, c = rng.beta(0.6, 0.6, k), rng.integers(5, 101, k), rng.integers(1, 101, k)
        y = np.clip((x * s * c).sum() / (s * c).sum() + rng.normal(0, 0.2), 0, 1)
        issues.append((f"i{n}", low, low + span, "", "", "", low + span * y, f"d{n // 2}"))
        positions += [(f"i{n}", f"a{m}", low + span * x[m], s[m], c[m]) for m in range(k)]
    columns = [
        "issue_id",
        "scale_low",
        "scale_high",
        "scale_low_label",
        "scale_high_label",
        "status_quo",
        "outcome",
        "dossier_id",
    ]
    pd.DataFrame(issues, columns=columns).to_csv(folder / "issues.csv", index=False)
    pd.DataFrame(positions, columns=["issue_id", "actor", "position", "salience", "capability"]).to_csv(
        folder / "positions.csv", index=False
    )
    return folder


def check(path: Path, issues: pd.DataFrame) -> pd.DataFrame:
    found = pd.read_csv(path, dtype={"issue_id": str})
    assert list(found.columns) == ["issue_id", "mean", *QUANTILES]
    assert list(found["issue_id"]) == list(issues["issue_id"].astype(str))
    q = found[QUANTILES].to_numpy()
    assert not found.isna().any().any()
    assert (np.diff(q, axis=1) >= -1e-9).all()
    low, high = issues["scale_low"].to_numpy(), issues["scale_high"].to_numpy()
    assert (q >= low[:, None] - 1e-6 * np.abs(low[:, None])).all()
    assert (q <= high[:, None] + 1e-6 * np.abs(high[:, None])).all()
    return found


def test_decided_issues(tmp_path):
    data = made_issues(tmp_path)
    scores = run(data, tmp_path / "out" / "f.csv").set_index("measure")["value"]
    check(tmp_path / "out" / "f.csv", pd.read_csv(data / "issues.csv"))
    assert scores["answered"] == 24
    assert scores["MAE"] < scores["MAE weighted mean"] + 4
    assert 0.6 < scores["coverage 80 %"] <= 1


def test_leaving_one_dossier_out(tmp_path):
    data = made_issues(tmp_path, 12)
    run(data, tmp_path / "f.csv", refit="loo")
    check(tmp_path / "f.csv", pd.read_csv(data / "issues.csv"))


def test_leaving_out_needs_outcomes(tmp_path):
    data = made_issues(tmp_path, 4)
    pd.read_csv(data / "issues.csv").drop(columns=["outcome"]).to_csv(data / "issues.csv", index=False)
    run(data, tmp_path / "a.csv", refit="loo")
    run(data, tmp_path / "b.csv")
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_outcomes_never_reach_the_forecast(tmp_path):
    data = made_issues(tmp_path)
    run(data, tmp_path / "a.csv")
    issues = pd.read_csv(data / "issues.csv")
    issues["outcome"] = issues["scale_low"]
    issues.to_csv(data / "issues.csv", index=False)
    run(data, tmp_path / "b.csv")
    issues.drop(columns=["outcome", "status_quo", "dossier_id"]).to_csv(data / "issues.csv", index=False)
    run(data, tmp_path / "c.csv")
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes() == (tmp_path / "c.csv").read_bytes()


def test_leaving_out_really_leaves_out(tmp_path):
    """Changing the outcome of one dossier changes no forecast of that dossier under leave-one-out."""
    data = made_issues(tmp_path, 12)
    run(data, tmp_path / "a.csv", refit="loo")
    issues = pd.read_csv(data / "issues.csv")
    mine = issues["dossier_id"] == "d3"
    issues.loc[mine, "outcome"] = issues.loc[mine, "scale_high"]
    issues.to_csv(data / "issues.csv", index=False)
    run(data, tmp_path / "b.csv", refit="loo")
    a, b = (pd.read_csv(tmp_path / name)[mine.to_numpy()] for name in ("a.csv", "b.csv"))
    pd.testing.assert_frame_equal(a, b)


def test_awkward_issues(tmp_path):
    """No actor, one actor, two actors, all alike, blank salience, zero salience, zero capability, eighty actors, unknown status quo."""
    rows = {
        "none": [], "one": [(5, 50, 1)], "two": [(0, 50, 1), (10, 20, 1)], "alike": [(3, 10, 1)] * 4,
        "blank": [(0, "", 1), (10, 50, ""), ("", 50, 1)], "careless": [(0, 0, 1), (10, 0, 1)], "weak": [(0, 50, 0), (10, 50, 0)],
        "crowd": [(n / 8, 50, 1 + n) for n in range(80)], "mixed": [(0, 0, 5), (10, 80, 0), (4, 30, 2)],
    }  # fmt: skip
    pd.DataFrame([(k, 0, 10) for k in rows], columns=["issue_id", "scale_low", "scale_high"]).to_csv(
        tmp_path / "issues.csv", index=False
    )
    pd.DataFrame(
        [(k, f"a{n}", *row) for k, v in rows.items() for n, row in enumerate(v)],
        columns=["issue_id", "actor", "position", "salience", "capability"],
    ).to_csv(tmp_path / "positions.csv", index=False)
    run(tmp_path, tmp_path / "f.csv")
    found = check(tmp_path / "f.csv", pd.read_csv(tmp_path / "issues.csv")).set_index("issue_id")
    assert found.loc["alike", "q500"] == pytest.approx(3, abs=1e-3)
    assert found.loc["none", "mean"] == 5


def test_without_salience_and_capability_columns(tmp_path):
    data = made_issues(tmp_path, 4)
    pd.read_csv(data / "positions.csv").drop(columns=["salience", "capability"]).to_csv(data / "positions.csv", index=False)
    run(data, tmp_path / "f.csv")
    check(tmp_path / "f.csv", pd.read_csv(data / "issues.csv"))


def made_episodes(folder: Path) -> Path:
    rows = []
    rng = np.random.default_rng(2)
    for n in range(60):
        q, a, b = rng.integers(1, 4, 3), rng.integers(0, 6, 3) + 1, rng.integers(0, 6, 3) + 1
        agreed = int(rng.random() < 0.8)
        for k in range(3):
            got = int(rng.integers(0, q[k] + 1))
            rows.append(
                (
                    f"e{n}",
                    "Made-up",
                    "abc"[k],
                    q[k],
                    a[k],
                    b[k],
                    got if agreed else "",
                    q[k] - got if agreed else "",
                    agreed,
                    0,
                    0,
                )
            )
    columns = [
        "episode_id",
        "source",
        "issue",
        "quantity",
        "value_a",
        "value_b",
        "got_a",
        "got_b",
        "agreed",
        "disagreement_a",
        "disagreement_b",
    ]
    pd.DataFrame(rows, columns=columns).to_csv(folder / "episodes.csv", index=False)
    return folder


@pytest.mark.parametrize("refit", [None, "loo"])
def test_episodes(tmp_path, refit):
    scores = run(made_episodes(tmp_path), tmp_path / "f.csv", refit=refit)
    found = pd.read_csv(tmp_path / "f.csv")
    assert list(found.columns) == ["episode_id", "p_deal", "share_a", "share_b"]
    assert len(found) == 60
    assert found.drop(columns="episode_id").to_numpy().min() >= 0
    assert found.drop(columns="episode_id").to_numpy().max() <= 1
    assert {"Brier", "share error"} <= set(scores["measure"])


def test_a_fair_division_by_hand():
    """Two goods, opposite tastes: each takes what it values."""
    d = divide(np.array([1, 1]), np.array([9.0, 1.0]), np.array([1.0, 9.0]))
    assert (d.share_a, d.share_b) == (0.9, 0.9)
    # alike tastes on one indivisible good: somebody goes without, and the tie is shared
    d = divide(np.array([1]), np.array([5.0]), np.array([5.0]))
    assert (d.share_a, d.share_b) == (0.5, 0.5)
    assert d.nash == 0


def test_better_bargains_break_down_less():
    fitted = priors.load("table")["breakdown"]["single"]
    p = deal_chance(np.array([[0.2], [0.5], [0.9]]), fitted["intercept"], np.array([fitted["slope"]]))
    assert (np.diff(p) > 0.1).all()


def test_logit_recovers_what_made_the_data():
    rng = np.random.default_rng(4)
    x = rng.normal(size=(20_000, 2))
    y = rng.random(20_000) < 1 / (1 + np.exp(-(0.5 + x @ np.array([1.0, -2.0]))))
    intercept, slopes = fit_logit(x, y.astype(float))
    assert intercept == pytest.approx(0.5, abs=0.06)
    assert slopes == pytest.approx([1.0, -2.0], abs=0.08)


def test_crps_of_a_uniform_forecast():
    q = np.arange(1, 40)[None, :] / 40
    assert crps(q, np.array([0.5]))[0] == pytest.approx(1 / 12, abs=0.002)


CLOSED = """case_id,model,inputs,quantity,value,tolerance
a,alternating_offers,delta1=0.5;delta2=0.5;player1 first;pie=1,x1,0.6666666666666666,1e-8
b,kalai_smorodinsky,"frontier u2=2(1-u1);d=(0,0);ideal=(1,2)",u1,0.5,1e-6
b,kalai_smorodinsky,same,u2,1.0,1e-6
c,nash,"pie=1;u1=x^0.5;u2=1-x;d=(0,0)",x1,0.3333333333333333,1e-5
d,unheard_of,"p=1",x1,1.0,1e-5
e,nash,"__import__('os')",x1,1.0,1e-5
"""


def test_closed_forms_are_read_from_words_and_never_guessed(tmp_path):
    (tmp_path / "closed_forms.csv").write_text(CLOSED)
    found = solve_closed_forms(tmp_path, pd.DataFrame())
    assert (found["off"] <= found["tolerance"]).tolist() == [True] * 4 + [False] * 2
    assert found["value"].isna().tolist() == [False] * 4 + [True] * 2
    scores = run(tmp_path, tmp_path / "f.csv").set_index("measure")["value"]
    assert scores["within tolerance"] == 4
    assert list(pd.read_csv(tmp_path / "f.csv").columns) == ["case_id", "quantity", "value"]


def test_formulas_are_arithmetic_only():
    assert _formula("2(1-u1)^2", u1=0.5) == 0.5
    assert _formula("u1+2u2", u1=1.0, u2=3.0) == 7.0
    for text in ("u1.real", "open('x')", "u3", "[1]", "1 if 1 else 2"):
        with pytest.raises((ValueError, SyntaxError)):
            _formula(text, u1=1.0)


def test_several_tasks_in_one_folder(tmp_path):
    made_episodes(made_issues(tmp_path))
    run(tmp_path, tmp_path / "out")
    assert {p.name for p in (tmp_path / "out").iterdir()} == {"issues.csv", "bilateral.csv"}


def test_errors_say_what_to_do(tmp_path):
    with pytest.raises(InputError, match=r"holds none of issues.csv"):
        run(tmp_path, tmp_path / "f.csv")
    (tmp_path / "issues.csv").write_text("issue_id\n1\n")
    with pytest.raises(InputError, match="has no column scale_low"):
        run(tmp_path, tmp_path / "f.csv")
    with pytest.raises(UsageError, match="use loo"):
        run(made_issues(tmp_path), tmp_path / "f.csv", refit="yes")


@pytest.mark.skipif(not OPEN, reason="CUMBRE_DATA does not name the folder of open data")
def test_open_data(tmp_path):
    """The bars that the stage must clear on the open half of the data."""
    root = Path(str(OPEN)) / "bargaining"
    issues = run(root / "deu", tmp_path / "deu.csv").set_index("measure")["value"]
    assert issues["answered"] == 196
    assert issues["MAE"] <= 24.3
    assert issues["CRPS"] <= 16.6
    assert 0.78 <= issues["coverage 80 %"] <= 0.88
    assert issues["width 80 %"] <= 72
    closed = run(root, tmp_path / "closed.csv").set_index("measure")["value"]
    assert closed["within tolerance"] == 39
    dyads = run(root / "bilateral", tmp_path / "bilateral.csv").set_index(["part", "measure"])["value"]
    assert dyads["DealOrNoDeal", "Brier"] <= 0.171
    assert dyads["DealOrNoDeal", "share error"] <= 0.067
    assert dyads["CaSiNo", "share error"] <= 0.061
