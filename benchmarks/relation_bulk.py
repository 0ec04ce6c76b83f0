"""Fifty million generated events to dyad-month-kind: the ibis expression against the same query written by hand in DuckDB.

    python benchmarks/relation_bulk.py [--rows 50000000] [--folder DIR] [--repeats 3]

Each query runs in a process of its own, so that the peak memory is its own; medians over the repeats are printed.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HAND = """
COPY (
  SELECT date_trunc('month', date) AS month, src, tgt,
    CASE
      {cases}
      ELSE '' END AS kind,
    count(*) AS n,
    sum((quad = 1)::BIGINT)::BIGINT AS vc, sum((quad = 2)::BIGINT)::BIGINT AS mc,
    sum((quad = 3)::BIGINT)::BIGINT AS vk, sum((quad = 4)::BIGINT)::BIGINT AS mk,
    sum(goldstein) AS goldstein_sum
  FROM read_parquet('{file}')
  WHERE src IS NOT NULL AND tgt IS NOT NULL AND src <> '' AND tgt <> '' AND src <> tgt
  GROUP BY ALL
) TO '{out}' (FORMAT parquet, COMPRESSION zstd)
"""


def generate(path: Path, rows: int) -> None:
    """Events over 130 months between 200 countries, busy ones busier, written by DuckDB."""
    import duckdb

    some = ["010", "020", "036", "042", "043", "051", "057", "061", "071", "0841", "0871", "090"]
    some += ["111", "112", "120", "130", "141", "150", "163", "172", "173", "182", "190", "195"]
    codes = "[" + ",".join(f"'{code}'" for code in some) + "]"
    con = duckdb.connect(config={"memory_limit": "1500MB", "threads": 2, "preserve_insertion_order": False})
    con.execute("SELECT setseed(0.5)")
    con.execute(
        f"""COPY (
          SELECT (DATE '2015-01-01' + (random() * 3950)::INT)::DATE AS date,
            'C' || lpad((200 * pow(random(), 4))::INT::VARCHAR, 3, '0') AS src,
            'C' || lpad((200 * pow(random(), 4))::INT::VARCHAR, 3, '0') AS tgt,
            ({codes})[1 + (random() * 23)::INT] AS cameo,
            (1 + random() * 3)::BIGINT AS quad,
            round((random() * 20 - 10)::DOUBLE, 1) AS goldstein,
            i AS id, (random() * 1e6)::BIGINT AS story
          FROM range({rows}) t(i)) TO '{path}' (FORMAT parquet, COMPRESSION zstd)"""
    )


def hand(file: Path, out: Path) -> None:
    """The query as a person would write it for DuckDB alone."""
    import duckdb

    from cumbre.record.importers.cameo import HEADS

    cases = []
    for digits in (3, 2):
        for kind in sorted({HEADS[h] for h in HEADS if len(h) == digits}):
            heads = ", ".join(f"'{h}'" for h in sorted(HEADS) if len(h) == digits and HEADS[h] == kind)
            cases.append(f"WHEN substr(cameo, 1, {digits}) IN ({heads}) THEN '{kind}'")
    with tempfile.TemporaryDirectory() as spill:
        con = duckdb.connect(
            config={"memory_limit": "1500MB", "temp_directory": spill, "threads": 2, "preserve_insertion_order": False}
        )
        con.execute(HAND.format(cases="\n      ".join(cases), file=file, out=out))


def expression(file: Path, out: Path) -> None:
    """The same through cumbre.bulk."""
    from cumbre.bulk import panel

    panel([file], out, threads=2)


def _one(way: str, file: Path, out: Path) -> dict[str, float]:
    """Wall and CPU seconds and peak memory (GB) of one run in its own process."""
    begin = time.perf_counter()
    done = subprocess.run(
        [sys.executable, __file__, "--way", way, "--folder", str(file), "--out", str(out)],
        capture_output=True,
        text=True,
        check=True,
    )
    return {"wall": time.perf_counter() - begin, **json.loads(done.stdout.splitlines()[-1])}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=50_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=None)
    parser.add_argument("--way", choices=("hand", "expression"))
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    if args.way:
        begin = time.perf_counter()
        {"hand": hand, "expression": expression}[args.way](args.folder, args.out)
        used = resource.getrusage(resource.RUSAGE_SELF)
        query = time.perf_counter() - begin
        print(json.dumps({"query": query, "cpu": used.ru_utime + used.ru_stime, "peak_gb": used.ru_maxrss / 1024**2}))
        return
    with tempfile.TemporaryDirectory() as spare:
        folder = args.folder or Path(spare)
        file = folder / f"events-{args.rows}.parquet"
        if not file.exists():
            generate(file, args.rows)
        found: dict[str, list[dict[str, float]]] = {"hand": [], "expression": []}
        for _ in range(args.repeats):
            for way, runs in found.items():
                runs.append(_one(way, file, folder / f"{way}.parquet"))
        middle = {way: {k: statistics.median(r[k] for r in runs) for k in runs[0]} for way, runs in found.items()}
        for way, values in middle.items():
            print(way, " ".join(f"{k}={v:.2f}" for k, v in values.items()))
        for name in ("wall", "query", "cpu"):
            print(f"{name} ratio {middle['expression'][name] / middle['hand'][name]:.3f}")
        print(
            f"file {file.stat().st_size / 1e6:.0f} MB, {args.rows / middle['expression']['cpu'] / 1e6:.1f} M rows per CPU-second"
        )
        import duckdb

        same = duckdb.sql(
            f"""SELECT count(*) FROM (SELECT month, src, tgt, kind, n, vc, mc, vk, mk FROM '{folder / "hand.parquet"}'
            EXCEPT SELECT month, src, tgt, kind, n, vc, mc, vk, mk FROM '{folder / "expression.parquet"}')"""
        ).fetchall()
        groups = duckdb.sql(f"SELECT count(*) FROM '{folder / 'hand.parquet'}'").fetchall()
        print(f"groups: {groups[0][0]}")
        print(f"rows that differ: {same[0][0]}")


if __name__ == "__main__":
    main()
