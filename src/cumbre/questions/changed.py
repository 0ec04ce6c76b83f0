"""What changed between two days, and because of what.

The case is cut at both days. The change of a number has two parts: what the mere passing of time does (the old record seen from the
new day), and what each new item does, shared out fairly over the orders in which the items could have come. All runs share their
random numbers, so that worlds pair up and common noise cancels.
"""

from __future__ import annotations

import datetime as dt
import json
import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cumbre import simulate
from cumbre.errors import UsageError
from cumbre.questions.headlines import Headline, arrays, headlines
from cumbre.questions.items import Item, apply_items, differences, group_items
from cumbre.questions.phrases import day
from cumbre.questions.shapley import antithetic, exact, marginals
from cumbre.questions.traced import Runner
from cumbre.record.as_of import cut
from cumbre.record.case import Case
from cumbre.record.loader import load
from cumbre.worlds import Worlds

__all__ = ["Change", "Changes", "Share", "changed"]

Progress = Callable[[float, str], None]
FloatArray = npt.NDArray[np.float64]

MOST_ITEMS = 20
"""More items than this are put into groups."""

EXACT_UP_TO = 5
"""With this many items or fewer every subset is run."""


@dataclass(frozen=True)
class Share:
    """What an item did to a number: effect in the number's unit, and its error (worlds and orders together)."""

    item: Item
    effect: float
    error: float

    @property
    def clear(self) -> bool:
        """Whether the effect is larger than two errors."""
        return abs(self.effect) > 2 * self.error and self.effect != 0


@dataclass(frozen=True)
class Change:
    """How one headline number moved.

    was, now    mean over the worlds of the earlier and later day
    mc_error    Monte Carlo error of the change, paired draws
    passing     part that the passing of time alone explains, with its error
    because     share of each item, largest first; passing + shares = now - was
    """

    headline: Headline
    was: float
    now: float
    mc_error: float
    passing: float
    passing_error: float
    because: tuple[Share, ...]

    @property
    def change(self) -> float:
        """now - was."""
        return self.now - self.was

    def reasons(self, most: int = 4) -> list[tuple[float, Item | None]]:
        """Effects worth naming, largest first: clear of their errors and at least a twentieth of the largest; None is passing time."""
        parts: list[tuple[float, Item | None]] = [(share.effect, share.item) for share in self.because if share.clear]
        if abs(self.passing) > 2 * self.passing_error:
            parts.append((self.passing, None))
        parts.sort(key=lambda part: -abs(part[0]))
        return [part for part in parts if abs(part[0]) >= abs(parts[0][0]) / 20][:most]

    @property
    def clear(self) -> bool:
        """Whether the number moved by more than three Monte Carlo errors."""
        return abs(self.change) > 3 * self.mc_error and self.change != 0


@dataclass(frozen=True)
class Changes:
    """Everything that moved between two days.

    changes   a row a headline number that both days define
    left_out  numbers that one of the days does not define, and why
    items     what became known in between (groups where there were too many)
    orders    number of orders tried; 0 means that every subset was run
    """

    case_id: str
    since: dt.date
    as_of: dt.date
    draws: int
    seed: int
    orders: int
    items: tuple[Item, ...]
    changes: tuple[Change, ...]
    left_out: tuple[tuple[Headline, str], ...] = ()

    def moved(self) -> list[Change]:
        """Numbers that moved by more than three Monte Carlo errors, most read first."""
        return [change for change in self.changes if change.clear]

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "case": self.case_id, "since": self.since.isoformat(), "as_of": self.as_of.isoformat(), "draws": self.draws,
            "seed": self.seed, "orders": self.orders,
            "items": [
                {"id": i.id, "kind": i.kind, "text": i.text, "text_es": i.text_es, "on": i.on.isoformat() if i.on else None,
                 "sources": list(i.source_id), "members": [m.en for m in i.members]}
                for i in self.items
            ],
            "changes": [
                {"id": c.headline.id, "text": c.headline.text, "unit": c.headline.unit, "was": round(c.was, 6), "now": round(c.now, 6),
                 "change": round(c.change, 6), "mc_error": round(c.mc_error, 6), "passing_of_time": round(c.passing, 6),
                 "because": [{"item": s.item.id, "effect": round(s.effect, 6), "error": round(s.error, 6)} for s in c.because]}
                for c in self.changes
            ],
            "left_out": [{"id": h.id, "reason": why} for h, why in self.left_out],
        }  # fmt: skip

    def to_json(self) -> str:
        """The same as JSON text."""
        return json.dumps(self.as_dict(), indent=1, ensure_ascii=False)

    def text(self, most: int = 4) -> str:
        """What moved, in plain words, with up to `most` reasons each."""
        lines = [f"{self.case_id}: {day(self.since).en} to {day(self.as_of).en}, {len(self.items)} items, {self.draws} worlds"]
        moved = self.moved()
        if not moved:
            lines.append("No headline number moved by more than three Monte Carlo errors.")
        for c in moved:
            lines.append(
                f"\n{c.headline.text}: {_said(c.was, c.headline)} -> {_said(c.now, c.headline)} ({_signed(c.change, c.headline)})"
            )
            reasons = c.reasons(most)
            for effect, item in reasons:
                lines.append(f"  {_signed(effect, c.headline):>9}  {item.text if item else 'the passing of time'}")
            if not reasons:
                lines.append("             many small items, none clear by itself")
        still = len(self.changes) - len(moved)
        if moved and still:
            lines.append(f"\n{still} other numbers did not move beyond Monte Carlo error.")
        return "\n".join(lines)


def _said(value: float, number: Headline) -> str:
    return f"{100 * value:.1f} %" if number.is_chance else f"{value:.2f}"


def _signed(value: float, number: Headline) -> str:
    return f"{100 * value:+.1f} pts" if number.is_chance else f"{value:+.2f}"


class _Runs:
    """Numbers of the case with some items put in."""

    def __init__(self, old: Case, new: Case, items: Sequence[Item], numbers: Sequence[Headline], draws: int, seed: int) -> None:
        self.old, self.new, self.items, self.numbers = old, new, items, numbers
        self.runner = Runner(draws, seed)
        self.ends: dict[frozenset[int], FloatArray] = {}
        self.touching: dict[str, frozenset[int]] = {
            table: frozenset(i for i, item in enumerate(items) if table in {edit.table for edit in item.edits})
            for table in {edit.table for item in items for edit in item.edits}
        }

    def __call__(self, inside: frozenset[int]) -> FloatArray:
        """Every number in every world with the items of `inside` put in, shape (draw, number)."""
        if inside in self.ends:
            return self.ends[inside]
        case = apply_items(self.old, self.new, [self.items[i] for i in sorted(inside)])
        states = {table: inside & touching for table, touching in self.touching.items()}
        parts = [numbers_of(worlds, self.numbers) for worlds in self.runner.run(case, states)]
        table = parts[0] if len(parts) == 1 else np.concatenate(parts)
        # Every order begins with no item and ends with all; what lies between is seldom met again.
        if len(inside) in (0, len(self.items)):
            self.ends[inside] = table
        return table


def numbers_of(worlds: Worlds, numbers: Sequence[Headline]) -> FloatArray:
    """Every number in every world, shape (draw, number); a candidate who is not in the case yet wins in no world."""
    table, _ = arrays(worlds, numbers)
    for column, number in enumerate(numbers):
        if number.is_chance and number.stage == "ballot" and "ballot" in worlds.stages and np.isnan(table[:, column]).all():
            table[:, column] = 0.0
    return table


_runs: _Runs


def _start_worker(ends: dict[frozenset[int], FloatArray], *arguments: Any) -> None:
    global _runs
    _runs = _Runs(*arguments)
    _runs.ends = ends


def _walk(order: tuple[int, ...]) -> FloatArray:
    return marginals(_runs, order)


def _cases(case: Case | str | Path, since: dt.date, as_of: dt.date | None) -> tuple[Case, Case]:
    """The case on both days. Judgements that were replaced in between are read again from the folder."""
    if isinstance(case, Case):
        new = case if as_of is None or as_of == case.as_of else cut(case, as_of)
        on_disk = (case.folder / "case.toml").is_file()
        day_before = since if since < new.as_of else None
        if day_before is None:
            raise UsageError(f"--since {since} is not before the as-of date {new.as_of}; choose an earlier day")
        return (load(case.folder, since) if on_disk else cut(case, since)), new
    new = load(case, as_of)
    if since >= new.as_of:
        raise UsageError(f"--since {since} is not before the as-of date {new.as_of}; choose an earlier day")
    return load(case, since), new


def changed(
    case: Case | str | Path,
    since: dt.date,
    as_of: dt.date | None = None,
    *,
    numbers: Sequence[Headline] | None = None,
    draws: int = 2_000,
    seed: int = 1,
    pairs: int = 1,
    workers: int = 1,
    most_items: int = MOST_ITEMS,
    progress: Progress | None = None,
) -> Changes:
    """Which headline numbers moved between `since` and `as_of`, by how much, and because of which items.

    Parameters
    ----------
    numbers : numbers to follow; the headline numbers of the case on the later day unless given.
    draws : worlds of each run. pairs : antithetic pairs of orders of the items. workers : processes; the result is the same.

    Raises UsageError where `since` is not before `as_of`.
    """
    tell = progress or (lambda share, words: None)
    old, new = _cases(case, since, as_of)
    numbers = list(headlines(new) if numbers is None else numbers)
    items = group_items(differences(old, new), most_items)
    n = len(items)
    arguments = (old, new, items, numbers, draws, seed)
    runs = _Runs(*arguments)
    tell(0.0, "run both days")
    was = numbers_of(simulate.run(old, draws=draws, seed=seed), numbers)
    none, every = runs(frozenset()), runs(frozenset(range(n)))
    if n <= EXACT_UP_TO:
        orders: list[tuple[int, ...]] = []
        shares = exact(runs, n)[None] if n else np.zeros((1, 0, *none.shape))
        lean = np.zeros((n, len(numbers)))
    else:
        orders = antithetic(n, pairs, seed)
        walked = _walked(runs, arguments, orders, workers, tell)
        # The two orders of a pair lean opposite ways; only pairs are independent of each other.
        shares = np.stack([(walked[i] + walked[i + 1]) / 2 for i in range(0, len(walked), 2)])
        lean = np.abs((walked[0] - walked[1]).mean(axis=1)) / 2
    tell(1.0, "done")
    return _assembled(old, new, numbers, items, was, none, every, shares, lean, len(orders), draws, seed)


def _walked(
    runs: _Runs, arguments: tuple[Any, ...], orders: Sequence[tuple[int, ...]], workers: int, tell: Progress
) -> list[FloatArray]:
    found: list[FloatArray] = []
    if workers <= 1:
        for order in orders:
            found.append(marginals(runs, order))
            tell(len(found) / len(orders), "attribute")
        return found
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        min(workers, len(orders)), mp_context=context, initializer=_start_worker, initargs=(runs.ends, *arguments)
    ) as pool:
        for result in pool.map(_walk, orders):
            found.append(result)
            tell(len(found) / len(orders), "attribute")
    return found


def _error(difference: FloatArray) -> float:
    return float(difference.std() / np.sqrt(len(difference)))


def _assembled(
    old: Case, new: Case, numbers: Sequence[Headline], items: Sequence[Item], was: FloatArray, none: FloatArray, every: FloatArray,
    shares: FloatArray, lean: FloatArray, orders: int, draws: int, seed: int,
) -> Changes:  # fmt: skip
    """`shares` has shape (pair, item, draw, number), `lean` (item, number).

    A single pair cannot tell its own error; half the difference of its two orders is taken, which is the size of the items' joint
    effects and thus more than what the pair has not averaged out.
    """
    changes, left_out = [], []
    for k, number in enumerate(numbers):
        columns = (was[:, k], none[:, k], every[:, k])
        if not all(np.isfinite(column).all() for column in columns) or not np.isfinite(shares[..., k]).all():
            left_out.append((number, "not defined in every world of both days"))
            continue
        mean = shares[..., k].mean(axis=0)
        by_pair = shares[..., k].mean(axis=2)
        between = by_pair.std(axis=0, ddof=1) / np.sqrt(len(by_pair)) if len(by_pair) > 1 else lean[:, k]
        because = [
            Share(item, float(mean[i].mean()), float(np.hypot(_error(mean[i]), between[i]))) for i, item in enumerate(items)
        ]
        changes.append(Change(
            number, float(was[:, k].mean()), float(every[:, k].mean()), _error(every[:, k] - was[:, k]),
            float((none[:, k] - was[:, k]).mean()), _error(none[:, k] - was[:, k]),
            tuple(sorted(because, key=lambda share: -abs(share.effect))),
        ))  # fmt: skip
    return Changes(new.id, old.as_of, new.as_of, draws, seed, orders, tuple(items), tuple(changes), tuple(left_out))
