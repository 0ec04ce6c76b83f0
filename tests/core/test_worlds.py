"""Worlds: addressed randomness, conditions, joining, saving."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from cumbre.errors import UsageError, WorldsError
from cumbre.worlds import BLOCK, Stream, Worlds

DAY = date(2026, 2, 6)


def _worlds(draws: int = 3000, seed: int = 3, first: int = 0) -> Worlds:
    worlds = Worlds.start("t", DAY, draws=draws, seed=seed, first=first)
    shares = worlds.stream("ballot", "share1").uniform(2).astype(np.float32) * 50
    winner = (shares[:, 1] > shares[:, 0]).astype(np.int16)
    group = xr.Dataset(
        {"share1": (("draw", "candidate"), shares), "winner": ("draw", winner)},
        coords={"candidate": ["ana", "ben"], "candidate_bloc": ("candidate", ["left", "right"])},
    )
    return worlds.add("ballot", group)


@given(
    seed=st.integers(0, 2**31),
    name=st.text(min_size=1, max_size=20),
    draws=st.integers(1, 2 * BLOCK + 5),
    more=st.integers(0, BLOCK),
)
def test_more_draws_change_no_earlier_draw(seed: int, name: str, draws: int, more: int) -> None:
    few = Stream(seed, "table", name, 0, draws).uniform()
    many = Stream(seed, "table", name, 0, draws + more).uniform()
    np.testing.assert_array_equal(few, many[:draws])


@pytest.mark.parametrize("method", ["uniform", "normal", "exponential"])
def test_a_part_holds_the_same_numbers_as_the_whole(method: str) -> None:
    whole = getattr(Stream(5, "home", "x", 0, 3 * BLOCK), method)(2)
    part = getattr(Stream(5, "home", "x", BLOCK, BLOCK), method)(2)
    np.testing.assert_array_equal(whole[BLOCK : 2 * BLOCK], part)


def test_another_name_stage_or_seed_gives_other_numbers() -> None:
    base = Stream(1, "table", "a", 0, 100).uniform()
    for other in (Stream(1, "table", "b", 0, 100), Stream(1, "home", "a", 0, 100), Stream(2, "table", "a", 0, 100)):
        assert not np.allclose(base, other.uniform())


def test_given_keeps_whole_worlds_and_chance_counts_them() -> None:
    worlds = _worlds()
    chance = worlds.chance("ballot.winner == 'ana'")
    kept = worlds.given("ballot.winner == 'ana'")
    assert kept.draws == round(chance.p * worlds.draws)
    assert (kept["ballot"]["share1"][:, 0] >= kept["ballot"]["share1"][:, 1]).all()
    assert chance.mc_error == pytest.approx(np.sqrt(chance.p * (1 - chance.p) / worlds.draws))
    assert not Worlds.chance(worlds.given("ballot.share1['ana'] > 49.9"), "ballot.winner == 'ana'").sayable


def test_a_stage_is_added_once_and_never_edited() -> None:
    worlds = _worlds()
    with pytest.raises(WorldsError, match="already hold stage 'ballot'"):
        worlds.add("ballot", worlds["ballot"])
    with pytest.raises(WorldsError, match="'draw' must come first"):
        worlds.add("home", xr.Dataset({"x": (("week", "draw"), np.zeros((2, worlds.draws)))}))
    with pytest.raises(WorldsError, match="has 2 draws"):
        worlds.add("home", xr.Dataset({"x": ("draw", np.zeros(2))}))
    with pytest.raises(WorldsError, match="no stage 'home'"):
        worlds["home"]


def test_parts_join_to_the_bytes_of_the_whole() -> None:
    whole = _worlds(2 * BLOCK + 100)
    parts = [_worlds(BLOCK, first=0), _worlds(BLOCK, first=BLOCK), _worlds(100, first=2 * BLOCK)]
    joined = Worlds.concat(parts)
    for name in ("share1", "winner"):
        assert joined["ballot"][name].values.tobytes() == whole["ballot"][name].values.tobytes()
    with pytest.raises(WorldsError, match=f"expected {BLOCK}"):
        Worlds.concat([parts[0], parts[2]])


def test_save_and_load_give_the_same_worlds(tmp_path: Path) -> None:
    worlds = _worlds().with_meta(version="1", run_id="abc")
    worlds.save(tmp_path / "worlds.nc")
    again = Worlds.load(tmp_path / "worlds.nc")
    assert (again.case_id, again.as_of, again.seed, again.draws, again.meta) == ("t", DAY, 3, 3000, worlds.meta)
    xr.testing.assert_identical(again["ballot"], worlds["ballot"])
    assert [p.name for p in tmp_path.iterdir()] == ["worlds.nc"]


def test_loading_what_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        Worlds.load(tmp_path / "none.nc")


@pytest.mark.parametrize(("draws", "seed", "words"), [(0, 1, "--draws is 0"), (-5, 1, "--draws is -5"), (10, -1, "--seed is -1")])
def test_draws_and_seed_out_of_range(draws: int, seed: int, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        Worlds.start("t", DAY, draws=draws, seed=seed)


def test_quantiles_leave_out_worlds_where_a_number_is_undefined() -> None:
    worlds = Worlds.start("t", DAY, draws=1000, seed=1)
    margin = np.where(np.arange(1000) < 500, np.nan, 4.0).astype(np.float32)
    worlds = worlds.add("ballot", xr.Dataset({"margin2": ("draw", margin)}))
    assert worlds.quantiles("ballot.margin2").tolist() == [4.0, 4.0, 4.0]
