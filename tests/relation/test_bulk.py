"""Large tables: one expression, the same answer as pandas, SQL for the warehouse, Spark where it is installed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cumbre.errors import InputError

pytest.importorskip("ibis")
pytest.importorskip("duckdb")

from cumbre.bulk import panel, panel_expression, panel_sql
from cumbre.record.importers.cameo import HEADS, kind_of_cameo

KEYS = ["month", "src", "tgt", "kind"]
COUNTS = ["n", "vc", "mc", "vk", "mk"]


def made_events(rows: int = 5000) -> pd.DataFrame:
    g = np.random.default_rng(3)
    return pd.DataFrame(
        {
            "date": pd.Timestamp("2020-01-15") + pd.to_timedelta(g.integers(0, 120, rows), unit="D"),
            "src": g.choice(["USA", "COL", "ECU", ""], rows), "tgt": g.choice(np.array(["USA", "COL", "ECU", None], dtype=object), rows),
            "cameo": g.choice(["010", "036", "042", "057", "163", "172", "190", "0841", "0831"], rows),
            "quad": g.integers(1, 5, rows), "goldstein": g.normal(size=rows).round(1),
        }
    )  # fmt: skip


def by_pandas(events: pd.DataFrame) -> pd.DataFrame:
    """The same reduction written another way."""
    events = events[(events["src"] != "") & events["tgt"].notna() & (events["src"] != events["tgt"])]
    kind = events["cameo"].map(lambda c: str(kind_of_cameo(c) or ""))
    events = events.assign(month=events["date"].dt.to_period("M").dt.to_timestamp(), kind=kind)
    for number, name in enumerate(COUNTS[1:], 1):
        events[name] = (events["quad"] == number).astype(int)
    grouped = events.groupby(KEYS)
    table = grouped[COUNTS[1:]].sum()
    table.insert(0, "n", grouped.size())
    table["goldstein_sum"] = grouped["goldstein"].sum()
    return table.reset_index().sort_values(KEYS, ignore_index=True)


def tidy(table: pd.DataFrame) -> pd.DataFrame:
    table = table.assign(month=pd.to_datetime(table["month"])).sort_values(KEYS, ignore_index=True)
    return table.astype(dict.fromkeys(COUNTS, "int64"))


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_duckdb_gives_what_pandas_gives(tmp_path: Path, form: str) -> None:
    events = made_events()
    paths = [tmp_path / f"a.{form}", tmp_path / f"b.{form}"]
    for path, part in zip(paths, (events[:2000], events[2000:]), strict=True):
        if form == "csv":
            part.to_csv(path, index=False)
        else:
            part.to_parquet(path)
    seen: list[float] = []
    found = panel(paths, progress=lambda share, words: seen.append(share))
    assert isinstance(found, pd.DataFrame)
    assert all(found[name].dtype == np.int64 for name in COUNTS)
    expected = by_pandas(events)
    pd.testing.assert_frame_equal(tidy(found), expected, check_dtype=False, rtol=1e-9, check_exact=False)
    assert seen[-1] == 1.0


def test_written_panel_is_the_same_and_whole(tmp_path: Path) -> None:
    made_events().to_parquet(tmp_path / "a.parquet")
    out = panel([tmp_path / "a.parquet"], tmp_path / "panel.parquet", memory="200MB", threads=1)
    assert out == tmp_path / "panel.parquet"
    assert not list(tmp_path.glob("*.part"))
    pd.testing.assert_frame_equal(tidy(pd.read_parquet(out)), by_pandas(made_events()), check_dtype=False, check_exact=False)


def test_compiles_for_the_warehouse() -> None:
    sql = panel_sql("bigquery", table="gdelt-bq.gdeltv2.events")
    assert "GROUP BY" in sql
    assert "`src`" in sql
    assert all(kind in sql for kind in {str(k) for k in HEADS.values()})
    assert "DATE_TRUNC" in sql
    assert "kind" not in panel_sql("bigquery", by_kind=False)


def test_every_head_maps_as_in_the_importer(tmp_path: Path) -> None:
    codes = [*HEADS, "010", "0871", "1031", "2042", "99"]
    table = pd.DataFrame(
        {"date": pd.Timestamp("2020-01-01"), "src": "USA", "tgt": "COL", "cameo": codes, "quad": 1, "goldstein": 0.0}
    )
    table.to_parquet(tmp_path / "a.parquet")
    found = panel([tmp_path / "a.parquet"])
    assert isinstance(found, pd.DataFrame)
    counts = pd.Series([str(kind_of_cameo(c) or "") for c in codes]).value_counts()
    assert found.set_index("kind")["n"].to_dict() == counts.to_dict()


def test_errors_say_the_mend(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        panel([tmp_path / "none.parquet"])
    with pytest.raises(InputError, match="no event files"):
        panel([])
    pd.DataFrame({"day": [1]}).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(InputError, match="lacks the column date"):
        panel([tmp_path / "a.parquet"])
    (tmp_path / "b.csv").write_text("date\n", encoding="utf-8")
    with pytest.raises(InputError, match="not both at once"):
        panel([tmp_path / "a.parquet", tmp_path / "b.csv"])


def test_spark_gives_what_pandas_gives() -> None:
    pyspark = pytest.importorskip("pyspark", reason="Spark is not installed; the same expression is tested on DuckDB above")
    import ibis

    session = pyspark.sql.SparkSession.builder.master("local[2]").getOrCreate()
    try:
        connection = ibis.pyspark.connect(session)
        events = made_events(500)
        table = connection.create_table("events", events.assign(date=events["date"].dt.date), temp=True)
        found = connection.to_pandas(panel_expression(table))
        pd.testing.assert_frame_equal(tidy(found), by_pandas(events), check_dtype=False, check_exact=False)
    finally:
        session.stop()
