"""Replay: dates, what was public, resumption after an interruption, files."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from cumbre import simulate
from cumbre.brief.replay import replay_svg
from cumbre.errors import UsageError
from cumbre.questions import headlines, replay, replay_table, values
from cumbre.questions.replay import replay_dates
from cumbre.record import load

START, END = dt.date(2031, 2, 1), dt.date(2031, 3, 1)


def test_dates() -> None:
    assert replay_dates(START, END, "7d") == [START + dt.timedelta(days=7 * k) for k in range(5)]
    assert replay_dates(START, END, "2w")[-1] == END
    assert replay_dates(START, START, 3) == [START]
    for every in ("7", "0d", "-1d", "monthly"):
        with pytest.raises(UsageError, match="--every"):
            replay_dates(START, END, every)
    with pytest.raises(UsageError, match="swap the two dates"):
        replay_dates(END, START, "7d")


def test_each_day_is_the_case_as_it_stood(folder: Path, tmp_path: Path) -> None:
    frame = replay(folder, START, END, "7d", tmp_path, draws=400, seed=5)
    numbers = headlines(load(folder))
    assert len(frame) == 5 * len(numbers)
    day = dt.date(2031, 2, 15)
    worlds = simulate.run(load(folder, day), draws=400, seed=5)
    for number, value in zip(numbers, values(worlds, numbers), strict=True):
        row = frame[(frame["as_of"] == day) & (frame["number"] == number.id)].iloc[0]
        assert row["value"] == pytest.approx(value.mean)
        assert row["mc_error"] == pytest.approx(value.mc_error)


def test_files_agree(folder: Path, tmp_path: Path) -> None:
    frame = replay(folder, START, END, "7d", tmp_path, draws=400, seed=5)
    table = pd.read_csv(tmp_path / "replay.csv")
    assert np.allclose(table["value"], frame["value"])
    public = pd.read_csv(tmp_path / "public.csv")
    assert public["events"].tolist() == [2, 2, 3, 3, 4]
    assert public["polls"].tolist() == [3, 3, 6, 6, 9]
    assert "A warm call" in public["new_items"].iloc[-1]
    assert "A warm call" not in "".join(public["new_items"].fillna("").iloc[1:-1])
    with xr.open_dataset(tmp_path / "replay.nc", engine="h5netcdf") as stored:
        assert dict(stored.sizes) == {"as_of": 5, "number": len(headlines(load(folder)))}
        ours = frame[frame["number"] == "ballot.win.ana"]["value"].to_numpy()
        assert np.allclose(stored["value"].sel(number="ballot.win.ana").values, ours)
        assert stored["public_events"].values.tolist() == [2, 2, 3, 3, 4]
    drawn = ElementTree.fromstring(replay_svg(frame))
    words = "".join(drawn.itertext())
    assert "Ana Prado" in words
    assert "Chance of winning the presidency" in words
    assert "Probabilidad de ganar la presidencia" in "".join(ElementTree.fromstring(replay_svg(frame, "es")).itertext())
    assert not list(tmp_path.glob("*.part"))


def test_an_interrupted_replay_takes_up_where_it_stopped(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = replay(folder, START, END, "7d", tmp_path / "whole", draws=300, seed=5)
    real, calls = simulate.run, []

    def until_third(case, **options):
        calls.append(case.as_of)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(case, **options)

    monkeypatch.setattr(simulate, "run", until_third)
    with pytest.raises(KeyboardInterrupt):
        replay(folder, START, END, "7d", tmp_path / "again", draws=300, seed=5)
    assert not (tmp_path / "again" / "replay.csv").exists()
    resumed = replay(folder, START, END, "7d", tmp_path / "again", draws=300, seed=5)
    assert calls[3:] == [dt.date(2031, 2, 15), dt.date(2031, 2, 22), END]
    pd.testing.assert_frame_equal(resumed, whole)
    # Another seed, other draws or another case run again.
    calls.clear()
    calls += [START] * 3
    replay(folder, START, END, "7d", tmp_path / "again", draws=300, seed=6)
    assert len(calls) == 8


def test_a_broken_part_is_made_again(folder: Path, tmp_path: Path) -> None:
    whole = replay(folder, START, END, "14d", tmp_path, draws=300)
    part = next((tmp_path / ".replay").glob("*.json"))
    part.write_text('{"identity": "', encoding="utf-8")
    pd.testing.assert_frame_equal(replay(folder, START, END, "14d", tmp_path, draws=300), whole)


def test_numbers_of_candidates_not_yet_known_are_empty(folder: Path) -> None:
    path = folder / "candidates.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text(
        "\n".join([lines[0] + ",known", *(f"{line},{'2031-02-20' if line.startswith('bo') else ''}" for line in lines[1:])])
        + "\n"
    )
    frame = replay(folder, START, END, "7d", draws=300).set_index(["number", "as_of"])
    assert np.isnan(frame.loc[("ballot.win.bo", START), "value"])
    assert "unknown" in frame.loc[("ballot.win.bo", START), "reason"]
    assert frame.loc[("ballot.win.bo", END), "value"] > 0


def test_a_day_after_the_record_is_refused(folder: Path) -> None:
    with pytest.raises(UsageError, match="after the case's own date"):
        replay(folder, START, dt.date(2031, 3, 2), "7d")


def test_the_table_for_reading(folder: Path) -> None:
    frame = replay(folder, START, END, "7d", draws=300)
    table = replay_table(frame)
    assert list(table.columns) == ["number", "01 Feb 31", "08 Feb 31", "15 Feb 31", "22 Feb 31", "01 Mar 31"]
    assert table.set_index("number").loc["ballot.win.ana", "01 Mar 31"].endswith(" %")


def test_progress_rises_to_one(folder: Path) -> None:
    seen: list[float] = []
    replay(folder, START, END, "7d", draws=300, progress=lambda share, words: seen.append(share))
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
