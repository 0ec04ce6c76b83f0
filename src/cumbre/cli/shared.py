"""What the commands share: options, the progress bar, tables in the terminal, running a case."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cumbre.errors import UsageError

if TYPE_CHECKING:
    from cumbre.record.case import Case
    from cumbre.worlds import Worlds

__all__ = [
    "AsJson",
    "AsOf",
    "CaseName",
    "Do",
    "Draws",
    "Given",
    "Out",
    "Seed",
    "Workers",
    "parse_day",
    "print_table",
    "progress_bar",
    "fit_case",
    "run_case",
    "writable",
]


def _at_least(least: int, option: str) -> Callable[[int], int]:
    """A check of a whole number as soon as it is read, before anything is fitted."""

    def check(value: int) -> int:
        if value < least:
            raise UsageError(f"{option} is {value}; give a whole number of at least {least}")
        return value

    return check


CaseName = Annotated[
    str, typer.Argument(metavar="CASE", help="Name of a bundled case (washington-2026) or path to a case folder.")
]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="Use only what was public on this day (YYYY-MM-DD).")]
Draws = Annotated[int, typer.Option(callback=_at_least(1, "--draws"), help="Number of worlds.")]
Seed = Annotated[int, typer.Option(callback=_at_least(0, "--seed"), help="Same seed, same bytes.")]
Workers = Annotated[
    int,
    typer.Option(
        callback=_at_least(0, "--workers"),
        help="Processes, 0 for as many as there are cores; the result does not depend on it.",
    ),
]
Out = Annotated[Path | None, typer.Option(help="Where to write.")]
Do = Annotated[list[str] | None, typer.Option("--do", metavar="EXPR", help="Intervene: path = value; may be repeated.")]
Given = Annotated[
    list[str] | None, typer.Option("--given", metavar="EXPR", help="Keep the worlds where this holds; may be repeated.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def parse_day(text: str | None, option: str) -> date | None:
    """The day that an option names; None where it was left out. Raises UsageError where it is no date."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} {text!r} is not a date; write YYYY-MM-DD") from None


@contextmanager
def progress_bar(title: str) -> Iterator[Any]:
    """A progress bar on stderr where that is a terminal; a function (share done, words) to feed it."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description:<28}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeElapsedColumn())
    # No refreshing thread: workers are forked, and a fork must not find another thread in the middle of something.
    with Progress(*columns, console=console, transient=True, auto_refresh=False, disable=not console.is_terminal) as bar:
        task = bar.add_task(title, total=1.0)

        def tell(share: float, words: str = "") -> None:
            bar.update(task, completed=min(max(share, 0.0), 1.0), description=words or title, refresh=True)

        yield tell


def _processes(workers: int) -> int:
    """As many as there are cores, eight at most, where none are asked for."""
    return workers or min(os.cpu_count() or 1, 8)


def fit_case(case: Case, workers: int, progress: Any) -> dict[str, Any]:
    """What each stage learns from the case."""
    from cumbre import simulate

    return simulate.fit(case, progress=progress, workers=_processes(workers))


def run_case(case: Case, draws: int, seed: int, workers: int, progress: Any, fitted: dict[str, Any] | None = None) -> Worlds:
    """The worlds of a case, in as many processes as there are cores where `workers` is 0; fitted first where `fitted` is not at hand."""
    from cumbre import simulate

    fitted = fitted or fit_case(case, workers, lambda share, words: progress(0.3 * share, words))
    return simulate.run(
        case, draws=draws, seed=seed, workers=_processes(workers), fitted=fitted,
        progress=lambda s, words: progress(0.3 + 0.7 * s, words),
    )  # fmt: skip


def writable(folder: Path) -> Path:
    """The folder, made if need be. Raises UsageError where nothing can be written into it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder} cannot be made ({error.strerror}); choose another place with --out") from None
    if not os.access(folder, os.W_OK):
        raise UsageError(f"{folder} cannot be written to; choose another place with --out")
    return folder


def print_table(frame: Any, title: str = "") -> None:
    """Print a data frame as a table."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title or None, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for column in frame.columns:
        numeric = frame[column].dtype.kind in "fiu"
        table.add_column(str(column), justify="right" if numeric else "left", overflow="fold")
    for row in frame.itertuples(index=False):
        table.add_row(*[f"{v:.3f}" if isinstance(v, float) else str(v) for v in row])
    Console(width=None if sys.stdout.isatty() else 160).print(table)
