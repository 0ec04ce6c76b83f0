"""Replay a case: every headline number as it would have stood on each day, with only what was public by then."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
import multiprocessing
import os
import re
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from cumbre import __version__, simulate
from cumbre.errors import UsageError
from cumbre.questions.answers import write_text
from cumbre.questions.headlines import Headline, headlines, values
from cumbre.questions.items import differences
from cumbre.questions.paths import chart, svg
from cumbre.record.case import Case
from cumbre.record.loader import load

__all__ = ["replay", "replay_dates", "replay_table", "to_dataset"]

Progress = Callable[[float, str], None]

PARTS = ".replay"
"""Folder of finished days inside `out`; an interrupted replay takes up there."""

_COUNTED = ("events", "polls", "approval", "positions", "candidates", "field")
_STEP = re.compile(r"\s*(\d+)\s*([dw])\s*")
_COLUMNS = ["as_of", "number", "text", "text_es", "unit", "stage", "value", "mc_error", "low", "high", "n_worlds", "reason"]


def replay_dates(start: dt.date, end: dt.date, every: str | int) -> list[dt.date]:
    """Days from `start` in steps of `every` ("7d", "2w" or a number of days) up to `end`, which is always the last.

    >>> [d.day for d in replay_dates(dt.date(2026, 1, 1), dt.date(2026, 1, 10), "7d")]
    [1, 8, 10]
    """
    if isinstance(every, int):
        step = every
    else:
        match = _STEP.fullmatch(every)
        if not match:
            raise UsageError(f"--every {every!r} is not a step; write a number of days or weeks, e.g. 7d or 2w")
        step = int(match[1]) * (7 if match[2] == "w" else 1)
    if step < 1:
        raise UsageError(f"--every {every!r} is no step forward; write at least 1d")
    if start > end:
        raise UsageError(f"--from {start} is after --to {end}; swap the two dates")
    found = [start + dt.timedelta(days=n) for n in range(0, (end - start).days + 1, step)]
    return found if found[-1] == end else [*found, end]


def _identity(case: Case, draws: int, seed: int, numbers: Sequence[Headline]) -> str:
    text = json.dumps([__version__, case.digest, case.as_of.isoformat(), draws, seed, [n.expression for n in numbers]])
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _one_day(folder: str, day: dt.date, draws: int, seed: int, numbers: Sequence[Headline], parts: Path | None) -> dict[str, Any]:
    """One day of the replay; a finished day is read from its part."""
    case = load(folder, day)
    identity = _identity(case, draws, seed, numbers)
    part = parts / f"{day.isoformat()}.json" if parts else None
    if part is not None and part.is_file():
        try:
            found: dict[str, Any] = json.loads(part.read_text(encoding="utf-8"))
            if found.get("identity") == identity:
                return found
        except (ValueError, OSError):
            # A part that cannot be read is made again.
            pass
    worlds = simulate.run(case, draws=draws, seed=seed)
    rows = [
        {**dict(zip(("value", "mc_error", "low", "high"), (None if math.isnan(x) else x for x in v[:4]), strict=True)), "n": v.n,
         "reason": v.reason, "number": n.id}
        for n, v in zip(numbers, values(worlds, numbers), strict=True)
    ]  # fmt: skip
    content = {
        "identity": identity,
        "as_of": day.isoformat(),
        "rows": rows,
        "public": {t: len(getattr(case, t)) for t in _COUNTED},
    }
    if part is not None:
        write_text(json.dumps(content), part)
    return content


def _task(arguments: tuple[Any, ...]) -> dict[str, Any]:
    return _one_day(*arguments)


def _days(tasks: Sequence[tuple[Any, ...]], workers: int, tell: Progress) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    def collect(result: dict[str, Any]) -> None:
        found.append(result)
        tell(len(found) / len(tasks), f"replay {result['as_of']}")

    if workers <= 1 or len(tasks) == 1:
        for task in tasks:
            collect(_task(task))
        return found
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(min(workers, len(tasks)), mp_context=context)
    try:
        for result in pool.map(_task, tasks):
            collect(result)
    finally:
        # After an interruption the days not yet begun are dropped; those finished stay in their parts.
        pool.shutdown(wait=True, cancel_futures=True)
    return found


def _frame(days: Sequence[dict[str, Any]], numbers: Sequence[Headline]) -> pd.DataFrame:
    by_id = {number.id: number for number in numbers}
    rows = []
    for content in days:
        for row in content["rows"]:
            number = by_id[row["number"]]
            rows.append((
                dt.date.fromisoformat(content["as_of"]), number.id, number.text, number.text_es, number.unit, number.stage,
                *(math.nan if row[key] is None else row[key] for key in ("value", "mc_error", "low", "high")), row["n"], row["reason"],
            ))  # fmt: skip
    return pd.DataFrame(rows, columns=_COLUMNS)


def _public(folder: str, dates: Sequence[dt.date], days: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """What was public at each date: counts, and in words what was new since the date before."""
    rows = []
    before: Case | None = None
    for date, content in zip(dates, days, strict=True):
        case = load(folder, date)
        new = [item.text for item in differences(before, case)] if before is not None else []
        rows.append({"as_of": date, **content["public"], "new": len(new), "new_items": "; ".join(new)})
        before = case
    return pd.DataFrame(rows)


def to_dataset(frame: pd.DataFrame, public: pd.DataFrame, **attrs: Any) -> xr.Dataset:
    """The replay as an array: value, mc_error, low, high of shape (as_of, number), counts of what was public of shape (as_of,)."""
    dates = list(dict.fromkeys(frame["as_of"]))
    names = list(dict.fromkeys(frame["number"]))
    heads = frame.drop_duplicates("number").set_index("number")
    shape = (len(dates), len(names))
    variables: dict[str, Any] = {
        column: (("as_of", "number"), frame[column].to_numpy(float).reshape(shape))
        for column in ("value", "mc_error", "low", "high")
    }
    variables |= {f"public_{t}": (("as_of",), public[t].to_numpy(np.int32)) for t in _COUNTED}
    variables["new_items"] = (("as_of",), public["new_items"].astype(str).to_numpy(object))
    coords = {
        "as_of": np.array(dates, dtype="datetime64[ns]"), "number": names,
        **{key: ("number", heads.loc[names, key].astype(str).to_numpy(object)) for key in ("text", "text_es", "unit", "stage")},
    }  # fmt: skip
    return xr.Dataset(variables, coords, attrs=attrs)


def _save(dataset: xr.Dataset, path: Path) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    os.close(handle)
    try:
        dataset.to_netcdf(temporary, engine="h5netcdf")
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def replay(
    case: Case | str | Path,
    start: dt.date,
    end: dt.date,
    every: str | int = "7d",
    out: Path | str | None = None,
    *,
    draws: int = 2_000,
    seed: int = 1,
    workers: int = 1,
    numbers: Sequence[Headline] | None = None,
    lang: str = "en",
    progress: Progress | None = None,
) -> pd.DataFrame:
    """The path of every headline number from `start` to `end`.

    Days of the future (first round, horizon, 30 days after `end`) are the same for every as-of date, so that a path is the history of
    one forecast. Into `out` go replay.csv, public.csv (what was public at each date), replay.nc, replay.vl.json and replay.svg; days
    already finished there with the same case, draws, seed and version are not run again.

    Returns a row a date and number: as_of, number, text, text_es, unit, stage, value, mc_error, low, high, n_worlds, reason.
    Raises UsageError where the dates or the step make no sense, or `end` lies after the case's own date.
    """
    dates = replay_dates(start, end, every)
    folder = str(case.folder if isinstance(case, Case) else case)
    last = load(folder, end)
    numbers = list(headlines(last) if numbers is None else numbers)
    target = Path(out) if out is not None else None
    parts = None
    if target is not None:
        parts = target / PARTS
        parts.mkdir(parents=True, exist_ok=True)
    tell = progress or (lambda share, words: None)
    days = _days([(folder, date, draws, seed, numbers, parts) for date in dates], workers, lambda s, w: tell(0.95 * s, w))
    frame = _frame(days, numbers)
    if target is not None:
        public = _public(folder, dates, days)
        write_text(frame.to_csv(index=False), target / "replay.csv")
        write_text(public.to_csv(index=False), target / "public.csv")
        attrs = {"case": last.id, "draws": draws, "seed": seed, "version": __version__}
        _save(to_dataset(frame, public, **attrs), target / "replay.nc")
        spec = chart(frame, lang)
        write_text(json.dumps(spec, ensure_ascii=False), target / "replay.vl.json")
        write_text(svg(spec), target / "replay.svg")
    tell(1.0, "done")
    return frame


def replay_table(frame: pd.DataFrame) -> pd.DataFrame:
    """A replay for reading: a row a number, a column a date; chances in per cent. Numbers that stay under 1 % are left out."""
    dates = list(dict.fromkeys(frame["as_of"]))
    rows = []
    for name, part in frame.groupby("number", sort=False):
        line, chance = part["value"].to_numpy(float), part["unit"].iloc[0] == "chance"
        if chance and not (line > 0.01).any():
            continue
        rows.append([str(name), *("" if math.isnan(v) else f"{100 * v:.0f} %" if chance else f"{v:.2f}" for v in line)])
    return pd.DataFrame(rows, columns=["number", *(f"{date:%d %b %y}" for date in dates)])
