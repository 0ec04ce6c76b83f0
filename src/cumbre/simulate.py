"""Run the stages in order, block by block, so that any split over processes or chunks gives the same bytes."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import signal
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import xarray as xr
from threadpoolctl import threadpool_limits

from cumbre import __version__, ballot, home, relation, table
from cumbre.errors import UsageError, WorldsError
from cumbre.record.case import Case
from cumbre.worlds import BLOCK, Worlds

__all__ = ["STAGES", "aside", "beside", "fit", "run", "stage_digest", "stages_of"]

T = TypeVar("T")
Progress = Callable[[float, str], None]
"""Called with the share of the work done (0 to 1) and what is being done."""

STAGES: Mapping[str, ModuleType] = {"relation": relation, "table": table, "home": home, "ballot": ballot}

_FRAME = ("id", "as_of", "horizon", "home", "principals", "actors", "meeting", "election", "calendar")
_READS: Mapping[str, tuple[str, ...]] = {
    "relation": ("events",),
    "table": ("issues", "positions", "audiences", "signals", "mediators", "spoilers", "imposed", "events"),
    "home": ("approval", "audiences", "channels", "exposures", "issues", "events", "positions"),
    "ballot": ("polls", "candidates", "field", "primaries"),
}
"""What each stage reads of the case beside the frame; a change elsewhere leaves its worlds as they are."""

_FITS: OrderedDict[tuple[str, str], Any] = OrderedDict()
_FITS_KEPT = 16


def stages_of(case: Case) -> tuple[str, ...]:
    """Stages that a case calls for: without an election there is no ballot."""
    return tuple(name for name in STAGES if name != "ballot" or (case.election is not None and case.candidates))


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(row) for row in value]
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else str(value)


def _own_digest(case: Case, stage: str) -> str:
    content = {name: _plain(getattr(case, name)) for name in (*_FRAME, *_READS[stage])}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def stage_digest(case: Case, stage: str) -> str:
    """Hash of all that a stage's worlds rest on: what it reads, and what the stages before it read."""
    return _stage_digests(case)[stage]


def _stage_digests(case: Case) -> dict[str, str]:
    """The digest of each stage of a case, in order."""
    own = {name: _own_digest(case, name) for name in stages_of(case)}
    return {name: hashlib.sha256("".join(list(own.values())[: k + 1]).encode()).hexdigest()[:16] for k, name in enumerate(own)}


def _fit_one(case: Case, stage: str) -> Any:
    with threadpool_limits(1):
        return STAGES[stage].fit(case)


def fit(case: Case, progress: Progress | None = None, *, workers: int = 1) -> dict[str, Any]:
    """What each stage learns from the case before any draw; deterministic, and kept while the process lives.

    With `workers` above 1 the stages are fitted side by side where processes can be forked.
    """
    order = stages_of(case)
    keys = {name: (name, _own_digest(case, name)) for name in order}
    missing = [name for name in order if keys[name] not in _FITS]
    context = _context()
    if workers > 1 and len(missing) > 1 and context.get_start_method() == "fork":
        # The longest first, so that the short ones fill the other process.
        with ProcessPoolExecutor(workers, mp_context=context) as pool:
            found = {name: pool.submit(_fit_one, case, name) for name in sorted(missing, key=lambda name: name != "table")}
            for name in missing:
                _FITS[keys[name]] = found[name].result()
    else:
        for i, name in enumerate(missing):
            if progress:
                progress(i / len(missing), f"fit {name}")
            _FITS[keys[name]] = _fit_one(case, name)
    fitted: dict[str, Any] = {}
    for name in order:
        _FITS.move_to_end(keys[name])
        fitted[name] = _FITS[keys[name]]
    while len(_FITS) > _FITS_KEPT:
        _FITS.popitem(last=False)
    return fitted


def _block(case: Case, fitted: Mapping[str, Any], seed: int, first: int, draws: int, kept: Mapping[str, xr.Dataset]) -> Worlds:
    """All stages of one block of draws; a stage in `kept` is taken from there."""
    worlds = Worlds.start(case.id, case.as_of, draws=draws, seed=seed, first=first)
    with threadpool_limits(1):
        for name in stages_of(case):
            worlds = worlds.add(name, kept[name]) if name in kept else STAGES[name].simulate(case, worlds, fitted[name])
    return worlds


def _context() -> BaseContext:
    """How workers start: by fork where that is safe (no other thread runs), which saves each of them the imports.

    JAX, which the numpyro cross-check of `ballot` loads, keeps threads of its own that Python does not count.
    """
    alone = threading.active_count() == 1 and "jax" not in sys.modules
    forks = alone and "fork" in multiprocessing.get_all_start_methods() and sys.platform == "linux"
    if forks:
        # Its first variable makes xarray load the array libraries that it finds: once here, not again in every worker.
        xr.Variable((), 0.0)
    return multiprocessing.get_context("fork" if forks else "spawn")


@contextmanager
def beside(work: Callable[[Path], object], path: Path) -> Iterator[None]:
    """Let `work(path)` write a file in a second process while the body of the `with` runs; in this one where no fork is safe.

    Raises WorldsError at the end where the file was not written.
    """
    context = _context()
    if context.get_start_method() != "fork" or (os.cpu_count() or 1) < 2:
        yield
        work(path)
        return
    child = context.Process(target=work, args=(path,))  # type: ignore[attr-defined]
    child.start()
    try:
        yield
        child.join()
    finally:
        if child.is_alive():
            child.terminate()
            child.join()
    if child.exitcode != 0 or not path.is_file():
        raise WorldsError(f"{path.name} could not be written; is the disk full?")


@contextmanager
def aside(work: Callable[[], T]) -> Iterator[Callable[[], T]]:
    """Let `work()` run in a second process while the body of the `with` runs; what is yielded waits for its result.

    Where no fork is safe, or the second process fails, the work is done in this one when its result is asked for.
    """
    context = _context()
    if context.get_start_method() != "fork" or (os.cpu_count() or 1) < 2:
        yield work
        return
    here, there = context.Pipe(duplex=False)
    child = context.Process(target=_send, args=(work, here, there))  # type: ignore[attr-defined]
    child.start()
    there.close()

    def result() -> T:
        try:
            return here.recv()  # type: ignore[no-any-return]
        except EOFError:
            return work()

    try:
        yield result
    finally:
        here.close()
        child.kill()  # It writes no file, and a request to stop that meets it in the middle of an import is lost.
        child.join()


def _send(work: Callable[[], Any], here: Connection, there: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # The process that asks stops this one.
    here.close()  # The reader's end belongs to the other process alone, or a write would wait for ever where that one is gone.
    # What goes wrong here is told by the process that asks, which then does the work itself.
    with suppress(Exception):
        there.send(work())


def _start_worker(case: Case, fitted: Mapping[str, Any]) -> None:
    global _shared
    _shared = (case, fitted)


_shared: tuple[Case, Mapping[str, Any]]


def _work(task: tuple[int, int, int, Mapping[str, xr.Dataset]]) -> Worlds:
    seed, first, draws, kept = task
    return _block(*_shared, seed, first, draws, kept)


def _tasks(draws: int, seed: int, kept: Mapping[str, xr.Dataset]) -> Iterator[tuple[int, int, int, Mapping[str, xr.Dataset]]]:
    for first in range(0, draws, BLOCK):
        n = min(BLOCK, draws - first)
        yield seed, first, n, {name: group.isel(draw=slice(first, first + n)) for name, group in kept.items()}


def run(
    case: Case,
    *,
    draws: int = 20_000,
    seed: int = 1,
    workers: int = 1,
    fitted: Mapping[str, Any] | None = None,
    reuse: Worlds | None = None,
    progress: Progress | None = None,
) -> Worlds:
    """Simulate a case.

    Parameters
    ----------
    draws : number of worlds, at least 1.
    seed : same case, seed and version give the same bytes, whatever `workers` is.
    workers : processes; 1 works in this one.
    fitted : result of `fit(case)`, if at hand.
    reuse : worlds of another version of this case (same draws and seed); stages on which nothing changed are taken from them.
    progress : called with the share done and a word.

    Raises UsageError for a number of draws, a seed or workers out of range; WorldsError where stages contradict each other.
    """
    if workers < 1:
        raise UsageError(f"--workers is {workers}; give a whole number of at least 1")
    Worlds.start(case.id, case.as_of, draws=draws, seed=seed)
    digests = {f"stage_{name}": digest for name, digest in _stage_digests(case).items()}
    kept: dict[str, xr.Dataset] = {}
    if reuse is not None and (reuse.draws, reuse.seed, reuse.first, reuse.as_of) == (draws, seed, 0, case.as_of):
        known = dict(reuse.meta)
        kept = {name: reuse[name] for name in stages_of(case) if known.get(f"stage_{name}") == digests[f"stage_{name}"]}
    fitted = fitted if fitted is not None else fit(case)
    tasks = list(_tasks(draws, seed, kept))
    parts: list[Worlds] = []

    def collect(results: Iterator[Worlds]) -> None:
        for part in results:
            parts.append(part)
            if progress:
                progress(len(parts) / len(tasks), "simulate worlds")

    if workers == 1 or len(tasks) == 1:
        collect(_block(case, fitted, *task) for task in tasks)
    else:
        with ProcessPoolExecutor(workers, mp_context=_context(), initializer=_start_worker, initargs=(case, fitted)) as pool:
            collect(pool.map(_work, tasks))
    worlds = parts[0] if len(parts) == 1 else Worlds.concat(parts, kept)
    identity = f"{__version__}|{case.digest}|{case.as_of}|{seed}|{draws}"
    run_id = hashlib.sha256(identity.encode()).hexdigest()[:12]
    return worlds.with_meta(version=__version__, case_digest=case.digest, run_id=run_id, **digests)
