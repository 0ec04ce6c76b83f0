"""Whole runs: all stages on both cases, the same bytes however the work is split, shares that add up, nothing from the future."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from cumbre import simulate
from cumbre.intervention import intervene
from cumbre.record import Case, load
from cumbre.worlds import BLOCK, Worlds

DRAWS = 2 * BLOCK + 300


@pytest.fixture(scope="module")
def washington() -> Case:
    return load("washington-2026")


@pytest.fixture(scope="module")
def worlds(washington: Case) -> Worlds:
    return simulate.run(washington, draws=DRAWS, seed=11)


def _bytes(worlds: Worlds) -> dict[str, bytes]:
    return {
        f"{s}.{name}": v.values.tobytes()
        for s in worlds.stages
        for name, v in worlds[s].variables.items()
        if v.dtype.kind in "fiub"
    }


def test_one_and_two_processes_give_the_same_bytes(washington: Case, worlds: Worlds) -> None:
    again = simulate.run(washington, draws=DRAWS, seed=11, workers=2)
    one, two = _bytes(worlds), _bytes(again)
    assert one.keys() == two.keys()
    assert [name for name in one if one[name] != two[name]] == []


def test_fewer_draws_are_the_first_of_more(washington: Case, worlds: Worlds) -> None:
    few = simulate.run(washington, draws=BLOCK + 7, seed=11)
    for stage in few.stages:
        for name, variable in few[stage].data_vars.items():
            assert variable.values.tobytes() == worlds[stage][name].values[: BLOCK + 7].tobytes(), f"{stage}.{name}"


def test_saved_files_of_two_runs_are_alike(washington: Case, tmp_path: Path) -> None:
    for name in ("a.nc", "b.nc"):
        simulate.run(washington, draws=300, seed=2).save(tmp_path / name)
    assert (tmp_path / "a.nc").read_bytes() == (tmp_path / "b.nc").read_bytes()


def test_another_seed_gives_other_worlds_and_near_the_same_chances(washington: Case, worlds: Worlds) -> None:
    other = simulate.run(washington, draws=DRAWS, seed=12)
    for question in ("ballot.runoff_held", "ballot.winner_bloc == 'right'", "table.value['next_meeting', '2026-08-06'] == 1"):
        a, b = worlds.chance(question), other.chance(question)
        assert abs(a.p - b.p) < 5 * np.hypot(a.mc_error, b.mc_error) + 1e-9


def test_shares_add_up_in_every_world(worlds: Worlds) -> None:
    ballot = worlds["ballot"]
    np.testing.assert_allclose(ballot["share1"].sum("candidate"), 100, atol=0.01)
    held = ballot["runoff_held"].values.astype(bool)
    np.testing.assert_allclose(ballot["share2"].sum("candidate").values[held], 100, atol=0.01)
    assert np.isnan(ballot["share2"].values[~held]).all()
    assert (ballot["in_runoff"].sum("candidate").values[held] == 2).all()
    assert (ballot["winner"].values >= 0).all()
    standing = ballot.sel(candidate=ballot["candidate"] != "blank")
    absent = standing["on_ballot"].values == 0
    assert (standing["share1"].values[absent] == 0).all()


def test_issues_stay_on_their_scale_and_start_at_the_status_quo(washington: Case, worlds: Worlds) -> None:
    table = worlds["table"]
    for issue in washington.issues:
        value = table["value"].sel(issue=issue.id).values
        happens = table["value_day"].sel(issue=issue.id).values >= 0
        assert (value[:, 0] == np.float32(issue.status_quo)).all()
        assert value[happens].min() >= issue.low - 1e-5
        assert value[happens].max() <= issue.high + 1e-5
        if issue.kind in ("ordered", "binary", "count"):
            np.testing.assert_array_equal(value[happens], np.round(value[happens]))


def test_an_issue_changes_about_as_often_as_its_base_rate_says(washington: Case, worlds: Worlds) -> None:
    for issue in washington.issues:
        low, _, high = issue.change_within
        changed = worlds.chance(f"table.value['{issue.id}', '2026-08-05'] != {issue.status_quo}").p
        assert changed <= high + 0.08, issue.id
        assert changed >= 0.3 * low - 0.01, issue.id


def test_the_meeting_moves_the_vote_little(worlds: Worlds) -> None:
    low, middle, high = worlds.quantiles("home.shift['left']", (0.05, 0.5, 0.95))
    assert abs(middle) < 0.5
    assert -2.5 < low < high < 3.0


def test_a_barred_candidate_is_not_in_the_primary(worlds: Worlds) -> None:
    votes = worlds["ballot"]["primary_votes"].sel(primary="frente_vida", candidate="cepeda")
    assert float(votes.max()) == 0.0


def test_an_imposed_outcome_holds_in_every_world_and_leaves_relation_alone(washington: Case, worlds: Worlds) -> None:
    changed = intervene(washington, ["table.value['us_tariff', '2026-03-01'] = 25"])
    after = simulate.run(changed, draws=DRAWS, seed=11, reuse=worlds)
    fresh = simulate.run(changed, draws=DRAWS, seed=11)
    assert after.chance("table.value['us_tariff', '2026-03-01'] == 25").p == 1.0
    assert _bytes(after) == _bytes(fresh)
    np.testing.assert_array_equal(after["relation"]["event_day"], worlds["relation"]["event_day"])


def test_the_future_changes_no_world(spoil: Callable[..., Path], arcadia: Case) -> None:
    folder = spoil()
    for file, row in {
        "events.csv": "F1,2031-03-11,BOR_GOV,ARC_GOV,ASSAULT,material,public,-10,,An attack,Un ataque,selene-2031-02-20,\n",
        "polls.csv": "F2,1,North Polls,2031-03-11,2031-03-12,2031-03-13,900,phone,open,,tarn,90,candidate,north-2031-03-05,\n",
        "approval.csv": "F3,North Polls,,2031-03-11,2031-03-12,2031-03-13,99,0,900,job,north-2031-03-05,\n",
    }.items():
        path = folder / file
        path.write_text(path.read_text(encoding="utf-8") + row, encoding="utf-8")
    assert _bytes(simulate.run(load(folder), draws=400, seed=1)) == _bytes(simulate.run(arcadia, draws=400, seed=1))


def test_the_worked_example_runs_whole(arcadia: Case) -> None:
    worlds = simulate.run(arcadia, draws=1000, seed=1)
    assert worlds.stages == ("relation", "table", "home", "ballot")
    for question in arcadia.questions:
        assert 0 <= worlds.chance(question.expression).p <= 1


def test_an_empty_case_gives_worlds_too(tmp_path: Path) -> None:
    from cumbre.record import scaffold

    case = load(scaffold(tmp_path / "empty", date(2031, 1, 1)))
    worlds = simulate.run(case, draws=300, seed=1)
    assert worlds.stages == ("relation", "table", "home")


@pytest.mark.parametrize("day", [date(2025, 11, 1), date(2026, 1, 10)])
def test_an_earlier_day_can_be_replayed(day: date) -> None:
    case = load("washington-2026", as_of=day)
    worlds = simulate.run(case, draws=300, seed=1)
    assert worlds.as_of == day
    assert worlds.stages == ("relation", "table", "home", "ballot")
