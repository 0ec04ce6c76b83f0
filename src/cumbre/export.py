"""Worlds and case tables in forms that other programs read."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

from cumbre.errors import UsageError
from cumbre.record.case import Case
from cumbre.record.loader import TABLES
from cumbre.worlds import Worlds

__all__ = ["FORMATS", "draws_frame", "write_export"]

FORMATS = ("csv", "nc", "parquet", "json")


def draws_frame(worlds: Worlds, stage: str) -> pd.DataFrame:
    """One stage as a flat table: a row a draw, a column a variable and coordinate, e.g. share1[cepeda].

    Dimensions without a named coordinate are numbered.
    """
    columns: dict[str, object] = {"draw": range(worlds.first, worlds.first + worlds.draws)}
    group = worlds[stage]
    for name, variable in group.data_vars.items():
        dims = variable.dims[1:]
        flat = variable.values.reshape(worlds.draws, -1)
        labels = [
            group[dim].values.astype(str) if dim in group.coords else [str(i) for i in range(group.sizes[dim])] for dim in dims
        ]
        index = pd.MultiIndex.from_product(labels) if labels else [()]
        for i, key in enumerate(index):
            columns[f"{name}[{','.join(key)}]" if key else str(name)] = flat[:, i]
    return pd.DataFrame(columns)


def _atomically(path: Path, write: Callable[[str], object]) -> Path:
    """Let `write` fill a temporary file, then move it into place."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=path.suffix)
    os.close(handle)
    try:
        write(temporary)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return path


def write_export(case: Case, worlds: Worlds, folder: Path, form: str) -> list[Path]:
    """Write worlds and tables into `folder`; returns the files.

    nc: worlds.nc alone. csv and parquet: a file a stage (a row a draw) and a file a case table. json: the tables and the
    quantiles of every variable, not the draws. Raises UsageError where parquet is wanted and pyarrow is absent.
    """
    if form not in FORMATS:
        raise UsageError(f"format {form!r} is not offered; choose one of {', '.join(FORMATS)}")
    if form == "parquet" and find_spec("pyarrow") is None:
        raise UsageError("parquet needs pyarrow; install cumbre[export], or use --format csv")
    if form == "nc":
        worlds.save(folder / "worlds.nc")
        return [folder / "worlds.nc"]
    tables = {name: case.table(name) for name in TABLES if getattr(case, name)}
    if form == "json":
        levels = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95]
        summary = {
            stage: draws_frame(worlds, stage).drop(columns="draw").quantile(levels).round(4).to_dict() for stage in worlds.stages
        }
        records = {n: json.loads(f.to_json(orient="records", date_format="iso", default_handler=str)) for n, f in tables.items()}
        content = {
            "case": case.id, "as_of": str(case.as_of), "draws": worlds.draws, "seed": worlds.seed, "quantiles": summary,
            "tables": records,
        }  # fmt: skip
        text = json.dumps(content, ensure_ascii=False, default=str)
        return [_atomically(folder / "worlds.json", lambda path: Path(path).write_text(text, encoding="utf-8"))]
    frames = {
        **{f"draws_{stage}": draws_frame(worlds, stage) for stage in worlds.stages},
        **{f"case_{n}": f for n, f in tables.items()},
    }
    files = []
    for name, frame in frames.items():
        if form == "csv":
            files.append(_atomically(folder / f"{name}.csv", lambda path, f=frame: f.to_csv(path, index=False)))  # type: ignore[misc]
        else:
            plain = frame.map(lambda v: ";".join(v) if isinstance(v, tuple) else v) if name.startswith("case_") else frame
            files.append(_atomically(folder / f"{name}.parquet", lambda path, f=plain: f.to_parquet(path, index=False)))  # type: ignore[misc]
    return files
