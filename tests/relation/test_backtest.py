"""The backtest on simulated events of two pairs: files as agreed, and nothing later than its date in any forecast."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cumbre.backtest import relation as room
from cumbre.backtest.coded_events import read_events
from cumbre.errors import InputError, UsageError

pytest.importorskip("pyarrow")

CODES = {"VC": ("042", 1.9), "MC": ("061", 6.4), "VK": ("112", -2.0), "MK": ("190", -10.0)}


def made_table(seed: int = 1, years: int = 8) -> pd.DataFrame:
    g = np.random.default_rng(seed)
    rows = []
    days = round(365.25 * years)
    for pair, rate in (("AAA-BBB", 0.15), ("AAA-CCC", 0.05)):
        for flip in (False, True):
            source, target = pair.split("-")[:: -1 if flip else 1]
            for quad, share in zip(CODES, (0.6, 0.05, 0.2, 0.15), strict=True):
                for day in np.flatnonzero(g.random(days) < rate * share):
                    code, goldstein = CODES[quad]
                    date = pd.Timestamp(2005, 1, 1) + pd.Timedelta(days=int(day))
                    rows.append((date.strftime("%Y-%m-%d"), "ICEWS05-15", source, target, code, quad, goldstein, pair))
    names = ["date", "ds", "src", "tgt", "cameo", "quad", "goldstein", "pair"]
    return pd.DataFrame(rows, columns=names).sort_values("date", ignore_index=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    data = tmp_path_factory.mktemp("relations")
    made_table().to_parquet(data / "events_raw.parquet")
    return data


def test_files_are_as_agreed(folder: Path, tmp_path: Path) -> None:
    steps: list[float] = []
    scores = room.run(folder, tmp_path / "out", progress=lambda share, words: steps.append(share))
    assert steps[-1] == 1.0
    assert set(scores["task"]) == {"counts", "kinds", "index", "breaks"}
    counts = pd.read_csv(tmp_path / "out" / "counts.csv")
    assert list(counts.columns) == ["src", "tgt", "quad", "origin_month", "horizon", "mean", *room.QCOLS, "p_ge1"]
    assert room.QCOLS[0] == "q025"
    assert room.QCOLS[-1] == "q975"
    quantiles = counts[room.QCOLS].to_numpy()
    assert (np.diff(quantiles, axis=1) >= 0).all()
    assert counts["p_ge1"].between(0, 1).all()
    assert ((counts["q500"] == 0) == (counts["p_ge1"] <= 0.5)).mean() > 0.99
    assert len(counts) == 4 * 4 * 3 * 36
    kinds = pd.read_csv(tmp_path / "out" / "kinds.csv")
    assert kinds["p"].between(0, 1).all()
    wide = kinds.pivot_table(index=["src", "tgt", "kind", "origin"], columns="window_days", values="p")
    assert (wide[60] >= wide[30]).all()
    assert (wide[90] >= wide[60]).all()
    index = pd.read_csv(tmp_path / "out" / "index.csv")
    assert index[room.QCOLS].to_numpy().min() >= -10
    assert (np.diff(index[room.QCOLS].to_numpy(), axis=1) >= 0).all()
    breaks = pd.read_csv(tmp_path / "out" / "breaks.csv")
    assert list(breaks.columns) == ["src", "tgt", "month", "p"]
    assert breaks["p"].between(0, 1).all()


def test_forecasts_do_not_see_what_comes_later(tmp_path: Path) -> None:
    """The same past with another future: every forecast made before the change is the same number."""
    change = "2011-07-01"
    table = made_table()
    other = pd.concat([table[table["date"] < change], made_table(seed=9)[lambda t: t["date"] >= change]], ignore_index=True)
    # both tables must span the same calendar, which is all that may be known of the future
    found = []
    for name, rows in (("a", table), ("b", other)):
        (tmp_path / name).mkdir()
        rows.to_parquet(tmp_path / name / "events_raw.parquet")
        room.run(tmp_path / name, tmp_path / name / "out")
        found.append({file: pd.read_csv(tmp_path / name / "out" / f"{file}.csv") for file in ("counts", "kinds", "index")})
    for file, known in (("counts", "origin_month"), ("kinds", "origin"), ("index", "month")):
        a, b = (f[file] for f in found)
        # the month of an index forecast is the one forecast, seen to the end of the month before
        last = {"counts": "2011-06", "kinds": "2011-06-30", "index": "2011-07"}[file]
        early = a[known] <= last
        assert early.sum() > 10
        pd.testing.assert_frame_equal(a[early], b[early])
        assert not a[~early].drop(columns=["src"]).equals(b[~early].drop(columns=["src"])), "the futures do differ"


def test_swapping_the_directions_swaps_the_forecasts(folder: Path, tmp_path: Path) -> None:
    table = pd.read_parquet(folder / "events_raw.parquet").rename(columns={"src": "tgt", "tgt": "src"})
    table.to_parquet(tmp_path / "events_raw.parquet")
    room.run(folder, tmp_path / "a")
    room.run(tmp_path, tmp_path / "b")
    for file in ("counts", "kinds"):
        a, b = pd.read_csv(tmp_path / "a" / f"{file}.csv"), pd.read_csv(tmp_path / "b" / f"{file}.csv")
        b = b.rename(columns={"src": "tgt", "tgt": "src"})
        keys = [c for c in a.columns if a[c].dtype.kind not in "f"]
        a, b = (t.sort_values(keys, ignore_index=True) for t in (a, b[a.columns]))
        pd.testing.assert_frame_equal(a, b)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda t: None, "no such file"),
        (lambda t: t.drop(columns="cameo"), "cannot be read"),
        (lambda t: t.assign(ds="OTHER"), "no rows with ds"),
        (lambda t: t.assign(quad="XX"), "recode the column"),
    ],
)
def test_wrong_folders_are_refused(tmp_path: Path, spoil, said: str) -> None:
    table = spoil(made_table(years=1))
    if table is not None:
        table.to_parquet(tmp_path / "events_raw.parquet")
    with pytest.raises(InputError, match=said):
        read_events(tmp_path)


def test_refit_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="refit"):
        room.run(folder, tmp_path, refit="loo")


@pytest.mark.slow
@pytest.mark.skipif("CUMBRE_DATA" not in os.environ, reason="CUMBRE_DATA does not name the folder of open data")
def test_open_data_meet_the_targets(tmp_path: Path) -> None:
    scores = room.run(Path(os.environ["CUMBRE_DATA"]) / "relations", tmp_path).set_index(["task", "score"])["value"]
    assert scores["kinds", "brier_90"] <= 0.0655
    assert scores["index", "crps"] <= 1.065
    assert 0.77 <= scores["index", "cover80"] <= 0.85
    assert scores["counts", "log"] < scores["counts", "ewma_log"]
