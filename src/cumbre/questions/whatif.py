"""Base against scenario: intervene at the table and run again on the same random numbers, or keep the worlds where something holds."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from cumbre import simulate
from cumbre.errors import UsageError
from cumbre.intervention import intervene
from cumbre.questions.headlines import Headline, headlines
from cumbre.record.case import Case
from cumbre.worlds import FEWEST, Worlds

__all__ = ["compare", "read_scenario", "scenario_toml", "whatif"]


def compare(base: Worlds, scenario: Worlds, mask: np.ndarray, numbers: Sequence[Headline]) -> pd.DataFrame:
    """Headline numbers of two paired runs, a row each.

    `mask` (draw,) keeps worlds of the scenario. Without a condition every draw has its pair and `mc_error` is the standard
    error of the mean paired difference; under a condition it is that of two means, of which the second holds fewer worlds.
    A number whose worlds are fewer than FEWEST is left empty.
    """
    rows = []
    paired = bool(mask.all())
    for number in numbers:
        before, after = base.number(number.expression), scenario.number(number.expression)
        kept = after[mask]
        n = int(np.isfinite(kept).sum())
        enough = n >= FEWEST
        if paired:
            difference = after - before
            error = float(np.nanstd(difference) / np.sqrt(max(np.isfinite(difference).sum(), 1)))
        else:
            error = (
                float(np.hypot(np.nanstd(before) / np.sqrt(len(before)), np.nanstd(kept) / np.sqrt(max(n, 1)))) if n else np.nan
            )
        old = float(np.nanmean(before)) if np.isfinite(before).any() else np.nan
        new = float(np.nanmean(kept)) if enough else np.nan
        row = {"id": number.id, "number": number.text, "unit": number.unit, "base": old, "scenario": new}
        rows.append({**row, "difference": new - old, "mc_error": error if enough else np.nan, "worlds": n})
    return pd.DataFrame(rows)


def whatif(
    case: Case,
    *,
    do: Sequence[str] = (),
    given: Sequence[str] = (),
    draws: int = 5_000,
    seed: int = 1,
    base: Worlds | None = None,
    progress: Callable[[float, str], None] | None = None,
) -> pd.DataFrame:
    """Compare the case as it stands with the case after `do`, in the worlds where `given` holds.

    Returns a row for each headline number: base, scenario, difference, Monte Carlo error, worlds. Fewer than FEWEST worlds
    leave the scenario empty ("too few worlds to say"). Raises ExpressionError with the position of a fault.
    """
    changed = intervene(case, do)
    if base is None:
        base = simulate.run(case, draws=draws, seed=seed, progress=progress and (lambda s, w: progress(0.5 * s, w)))
    scenario = base
    if do:
        scenario = simulate.run(
            changed, draws=base.draws, seed=base.seed, reuse=base, progress=progress and (lambda s, w: progress(0.5 + 0.5 * s, w))
        )
    mask = np.ones(scenario.draws, dtype=bool)
    for condition in given:
        mask &= scenario.mask(condition)
    return compare(base, scenario, mask, headlines(case))


def read_scenario(path: Path) -> tuple[list[str], list[str]]:
    """The `do` and `given` lists of a scenario file. Raises UsageError where it holds anything else."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(
            f"{path} is no scenario ({error}); save one from the workbench, or write do = [...] and given = [...]"
        ) from None
    lists = {}
    for key in ("do", "given"):
        value = content.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise UsageError(f'{path}: {key} is not a list of texts; write {key} = ["..."]')
        lists[key] = value
    for key in content.keys() - {"do", "given", "case", "as_of", "title", "notes", "seed", "draws"}:
        raise UsageError(f"{path}: unknown key {key!r}; a scenario holds case, as_of, title, notes, do and given")
    return lists["do"], lists["given"]


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    for sign, code in (("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")):
        escaped = escaped.replace(sign, code)
    return '"' + "".join(c for c in escaped if c.isprintable()) + '"'


def scenario_toml(
    case: str, as_of: str, do: Sequence[str], given: Sequence[str], title: str = "", notes: Sequence[str] = ()
) -> str:
    """A scenario file that `cumbre whatif --scenario` runs.

    >>> print(scenario_toml("x", "2026-02-06", ["meeting.setting = 'public'"], []), end="")
    case = "x"
    as_of = "2026-02-06"
    title = ""
    notes = []
    do = ["meeting.setting = 'public'"]
    given = []
    """
    lines = [f"case = {_quoted(case)}", f"as_of = {_quoted(as_of)}", f"title = {_quoted(title)}"]
    for key, items in (("notes", notes), ("do", do), ("given", given)):
        lines.append(f"{key} = [{', '.join(_quoted(item) for item in items)}]")
    return "\n".join(lines) + "\n"
