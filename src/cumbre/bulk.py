"""Event archives larger than memory: raw rows to a panel of dyad, month and kind by one expression.

The expression is written once in ibis and runs on DuckDB over Parquet or CSV on one machine; the same expression compiles to
BigQuery SQL, where GDELT lives, and runs on Spark. Only functions that every engine has are used: a month is a truncated date, a
quad is a sum of a comparison cast to a whole number. Everything after the panel is small and needs no engine.

Needs the extra `bulk` (ibis with DuckDB); importing this module does not.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from cumbre.errors import InputError, UsageError
from cumbre.record.importers.cameo import HEADS

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["GDELT_NAMES", "RAW_SCHEMA", "kind_expression", "panel", "panel_expression", "panel_sql"]

RAW_SCHEMA: Mapping[str, str] = {
    "date": "date",
    "src": "string",
    "tgt": "string",
    "cameo": "string",
    "quad": "int64",
    "goldstein": "float64",
}
"""Columns of raw events that the expression reads; quad 1-4 is verbal and material cooperation, verbal and material conflict."""
GDELT_NAMES: Mapping[str, str] = {
    "src": "Actor1CountryCode", "tgt": "Actor2CountryCode", "cameo": "EventCode", "quad": "QuadClass", "goldstein": "GoldsteinScale",
}  # fmt: skip
"""What GDELT calls these columns in `gdelt-bq.gdeltv2.events`; `date` there is SQLDATE, a whole number yyyymmdd."""
QUADS = ("vc", "mc", "vk", "mk")
Progress = Callable[[float, str], None]


def _ibis() -> Any:
    try:
        import ibis
    except ImportError as error:
        raise UsageError(f"large tables need the extra 'bulk' ({error.name} is missing); install cumbre[bulk]") from None
    return ibis


def kind_expression(cameo: ir.StringColumn) -> Any:
    """PLOVER kind of a CAMEO code column, empty text where it has none: heads of three digits go before heads of two."""
    ibis = _ibis()
    steps = []
    for digits in (3, 2):
        head = cameo.left(digits)
        for kind in sorted({HEADS[h] for h in HEADS if len(h) == digits}):
            steps.append((head.isin(sorted(h for h in HEADS if len(h) == digits and HEADS[h] == kind)), str(kind)))
    return ibis.cases(*steps, else_="")


def panel_expression(events: ir.Table, by_kind: bool = True) -> ir.Table:
    """Events (columns of RAW_SCHEMA) to one row a month, src, tgt and (with `by_kind`) kind.

    Columns: n events, vc, mc, vk, mk of each quad, goldstein_sum. Rows without both countries, or within one, are left out.
    """
    ibis = _ibis()
    between = events.filter((events.src != "") & (events.tgt != "") & (events.src != events.tgt))
    keys = {"month": between.date.truncate("M"), "src": between.src, "tgt": between.tgt}
    if by_kind:
        keys["kind"] = kind_expression(between.cameo)
    sums = {name: (between.quad == number).cast("int64").sum() for number, name in enumerate(QUADS, 1)}
    return between.group_by(**keys).aggregate(n=ibis._.count(), **sums, goldstein_sum=between.goldstein.sum())


def panel_sql(dialect: str = "bigquery", table: str = "events", by_kind: bool = True) -> str:
    """The expression as SQL of another engine, e.g. to run where the archive lives.

    >>> "GROUP BY" in panel_sql("bigquery")
    True
    """
    ibis = _ibis()
    unbound = ibis.table(dict(RAW_SCHEMA), name=table)
    return str(ibis.to_sql(panel_expression(unbound, by_kind), dialect=dialect))


def _read(connection: Any, files: Sequence[Path]) -> ir.Table:
    suffixes = {path.suffix for path in files}
    names = [str(path) for path in files]
    if suffixes == {".parquet"}:
        table = connection.read_parquet(names)
    elif suffixes <= {".csv", ".gz", ".tsv"}:
        # guessed types would turn the code 010 into the number 10
        table = connection.read_csv(names, types={"cameo": "VARCHAR"})
    else:
        raise InputError(
            f"files end in {', '.join(sorted(suffixes))}; give Parquet (.parquet) or CSV (.csv, .tsv, .gz) files, not both at once"
        )
    missing = [column for column in RAW_SCHEMA if column not in table.columns]
    if missing:
        known = ", ".join(table.columns[:8])
        raise InputError(f"{names[0]}: lacks the column {', '.join(missing)} (found: {known}); rename them, see docs/bulk.md")
    # engines guess types of text files differently; the casts cost nothing where the type is right already
    return table.select(**{column: table[column].cast(kind) for column, kind in RAW_SCHEMA.items()})


class _Watch(threading.Thread):
    """Reads the progress of a running DuckDB query a few times a second."""

    def __init__(self, connection: Any, progress: Progress) -> None:
        super().__init__(daemon=True)
        self.connection, self.progress, self.over = connection, progress, threading.Event()

    def run(self) -> None:
        while not self.over.wait(0.2):
            share = float(self.connection.query_progress())
            if share >= 0:
                self.progress(min(share / 100, 1.0), "reading events")


def _run(engine: Any, sql: str, out: Path | None) -> pd.DataFrame | Path:
    # DuckDB sums whole numbers to 128 bits, which other readers take for fractions
    whole = ", ".join(f"{name}::BIGINT AS {name}" for name in QUADS)
    sql = f"SELECT * REPLACE ({whole}) FROM ({sql})"
    if out is None:
        frame: pd.DataFrame = engine.execute(sql).df()
        return frame
    part = out.with_name(out.name + ".part")
    try:
        engine.execute(f"COPY ({sql}) TO '{str(part).replace(chr(39), chr(39) * 2)}' (FORMAT parquet, COMPRESSION zstd)")
        os.replace(part, out)
    finally:
        part.unlink(missing_ok=True)
    return out


def panel(
    files: Sequence[Path], out: Path | None = None, *, by_kind: bool = True, memory: str = "1500MB", threads: int | None = None,
    progress: Progress | None = None,
) -> pd.DataFrame | Path:  # fmt: skip
    """Reduce event files to the panel with DuckDB; more events than memory holds are no trouble.

    Parameters
    ----------
    files : Parquet or CSV files with the columns of RAW_SCHEMA
    out : Parquet file to write; without it the panel comes back as a frame
    memory : limit of the engine, which spills to disk beyond it;  threads : default all cores

    Raises
    ------
    UsageError where the extra is missing; InputError where files are missing, mixed, or lack a column
    """
    ibis = _ibis()
    files = [Path(file) for file in files]
    for file in files:
        if not file.is_file():
            raise InputError(f"{file}: no such file")
    if not files:
        raise InputError("no event files given; give one Parquet or CSV file or more")
    with tempfile.TemporaryDirectory(prefix="cumbre-bulk-") as spill:
        settings = {"memory_limit": memory, "temp_directory": spill, "threads": threads or os.cpu_count() or 1}
        connection = ibis.duckdb.connect(**settings)
        # order of rows means nothing here, and keeping it would cost memory
        connection.raw_sql("SET preserve_insertion_order = false")
        connection.raw_sql("SET enable_progress_bar = true; SET enable_progress_bar_print = false")
        with warnings.catch_warnings():
            # ibis 12 still calls a method that DuckDB 2 marks as old; nothing that a reader of this could mend
            warnings.filterwarnings("ignore", message="fetch_arrow_table", category=DeprecationWarning)
            expression = panel_expression(_read(connection, files), by_kind)
        watch = _Watch(connection.con, progress) if progress is not None else None
        began = time.monotonic()
        try:
            if watch is not None:
                watch.start()
            result = _run(connection.con, str(ibis.to_sql(expression, dialect="duckdb")), out)
        finally:
            if watch is not None:
                watch.over.set()
                watch.join()
            connection.disconnect()
        if progress is not None:
            progress(1.0, f"done in {time.monotonic() - began:.1f} s")
    return result
