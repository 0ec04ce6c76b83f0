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
from dataclasses import dataclass
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
from cumbre.record.case import Case
from cumbre.record.loader import load

__all__ = ["replay", "replay_dates", "replay_table", "to_dataset"]

Progress = Callable[[float, str], None]

PARTS = ".replay"
"""Folder of finished days inside `out`; an interrupted replay takes up there."""

_FIGURES = ("value", "mc_error", "low", "high")
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


@dataclass(frozen=True)
class _Day:
    """One day to be run: the case as it stood, and where the result is kept."""

    case: Case
    draws: int
    seed: int
    numbers: tuple[Headline, ...]
    part: Path | None

    @property
    def identity(self) -> str:
        """Hash of all that the result rests on."""
        expressions = [number.expression for number in self.numbers]
        text = json.dumps([__version__, self.case.digest, self.case.as_of.isoformat(), self.draws, self.seed, expressions])
        return hashlib.sha256(text.encode()).hexdigest()[:24]

    def finished(self) -> dict[str, Any] | None:
        """The result of an earlier run; None where there is none, it belongs to something else, or it cannot be read."""
        if self.part is None or not self.part.is_file():
            return None
        try:
            found: dict[str, Any] = json.loads(self.part.read_text(encoding="utf-8"))
        except (ValueError, OSError):
            return None
        return found if found.get("identity") == self.identity else None

    def run(self) -> dict[str, Any]:
        """Simulate the day and keep the result."""
        worlds = simulate.run(self.case, draws=self.draws, seed=self.seed)
        rows = []
        for number, value in zip(self.numbers, values(worlds, self.numbers), strict=True):
            figures = {key: None if math.isnan(x) else x for key, x in zip(_FIGURES, value[:4], strict=True)}
            rows.append({"number": number.id, **figures, "n": value.n, "reason": value.reason})
        public = {table: len(getattr(self.case, table)) for table in _COUNTED}
        content = {"identity": self.identity, "as_of": self.case.as_of.isoformat(), "rows": rows, "public": public}
        if self.part is not None:
            write_text(json.dumps(content), self.part)
        return content


def _run(day: _Day) -> dict[str, Any]:
    return day.run()


def _all(days: Sequence[_Day], workers: int, tell: Progress) -> list[dict[str, Any]]:
    """Results of every day in order; those finished earlier are read, the others run."""
    found = {day.case.as_of: day.finished() for day in days}
    open_ = [day for day in days if found[day.case.as_of] is None]
    done = len(days) - len(open_)

    def collect(day: _Day, result: dict[str, Any]) -> None:
        nonlocal done
        found[day.case.as_of] = result
        done += 1
        tell(done / len(days), f"replay {day.case.as_of}")

    if workers <= 1 or len(open_) <= 1:
        for day in open_:
            collect(day, day.run())
    else:
        context = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(min(workers, len(open_)), mp_context=context)
        try:
            for day, result in zip(open_, pool.map(_run, open_), strict=True):
                collect(day, result)
        finally:
            # After an interruption the days not yet begun are dropped; those finished stay in their parts.
            pool.shutdown(wait=True, cancel_futures=True)
    return [result for result in (found[day.case.as_of] for day in days) if result is not None]


def _frame(days: Sequence[dict[str, Any]], numbers: Sequence[Headline]) -> pd.DataFrame:
    by_id = {number.id: number for number in numbers}
    rows = []
    for content in days:
        for row in content["rows"]:
            number = by_id[row["number"]]
            rows.append((
                dt.date.fromisoformat(content["as_of"]), number.id, number.text, number.text_es, number.unit, number.stage,
                *(math.nan if row[key] is None else row[key] for key in _FIGURES), row["n"], row["reason"],
            ))  # fmt: skip
    return pd.DataFrame(rows, columns=_COLUMNS)


def _public(cases: Sequence[Case]) -> pd.DataFrame:
    """What was public at each date: counts, and in words what was new since the date before."""
    rows = []
    for before, case in zip([None, *cases], cases, strict=False):
        new = [] if before is None else [item.text for item in differences(before, case)]
        counts = {table: len(getattr(case, table)) for table in _COUNTED}
        rows.append({"as_of": case.as_of, **counts, "new": len(new), "new_items": "; ".join(new)})
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
    progress: Progress | None = None,
) -> pd.DataFrame:
    """The path of every headline number from `start` to `end`.

    Days of the future (first round, horizon, 30 days after `end`) are the same for every as-of date, so that a path is the history of
    one forecast. Into `out` go replay.csv, public.csv (what was public at each date) and replay.nc; days
    already finished there with the same case, draws, seed and version are not run again.

    Returns a row a date and number: as_of, number, text, text_es, unit, stage, value, mc_error, low, high, n_worlds, reason.
    Raises UsageError where the dates or the step make no sense, or `end` lies after the case's own date.
    """
    dates = replay_dates(start, end, every)
    folder = str(case.folder if isinstance(case, Case) else case)
    cases = [load(folder, date) for date in dates]
    last = cases[-1]
    chosen = tuple(headlines(last) if numbers is None else numbers)
    target = Path(out) if out is not None else None
    parts = None
    if target is not None:
        parts = target / PARTS
        parts.mkdir(parents=True, exist_ok=True)
    tell = progress or (lambda share, words: None)
    days = [_Day(c, draws, seed, chosen, parts / f"{c.as_of.isoformat()}.json" if parts else None) for c in cases]
    results = _all(days, workers, lambda s, w: tell(0.95 * s, w))
    frame = _frame(results, chosen)
    if target is not None:
        public = _public(cases)
        write_text(frame.to_csv(index=False), target / "replay.csv")
        write_text(public.to_csv(index=False), target / "public.csv")
        attrs = {"case": last.id, "draws": draws, "seed": seed, "version": __version__}
        _save(to_dataset(frame, public, **attrs), target / "replay.nc")
    tell(1.0, "done")
    return frame


def replay_table(frame: pd.DataFrame, columns: int = 10) -> pd.DataFrame:
    """A replay for reading: a row a number, at most `columns` dates spread evenly, the first and last among them; chances in per cent.

    Chances that stay under 1 % are left out.
    """
    dates = list(dict.fromkeys(frame["as_of"]))
    shown = sorted({round(k) for k in np.linspace(0, len(dates) - 1, min(columns, len(dates)))})
    rows = []
    for name, part in frame.groupby("number", sort=False):
        line, chance = part["value"].to_numpy(float), part["unit"].iloc[0] == "chance"
        if chance and not (line > 0.01).any():
            continue
        cells = ["" if math.isnan(v) else f"{100 * v:.0f} %" if chance else f"{v:.2f}" for v in line[shown]]
        rows.append([str(name), *cells])
    return pd.DataFrame(rows, columns=["number", *(f"{dates[k]:%d %b %y}" for k in shown)])
