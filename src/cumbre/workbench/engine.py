"""Cases and runs: what was simulated is kept, a little of it, and read as often as pages ask."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import replace
from pathlib import Path

import numpy as np

from cumbre import simulate
from cumbre.brief.facts.study import Study
from cumbre.brief.numbers import Numbers
from cumbre.errors import UsageError
from cumbre.intervention import intervene
from cumbre.questions.headlines import Headline, headlines
from cumbre.questions.ledger import ledger_path
from cumbre.record import bundled, find, load
from cumbre.record.case import Case
from cumbre.workbench.address import FIRST, FULL, State
from cumbre.workbench.folder import home_folder, working_copy
from cumbre.workbench.jobs import Job, Jobs, Progress
from cumbre.workbench.memory import Memory, release
from cumbre.workbench.runs import Run, View, first_of
from cumbre.worlds import BLOCK, Worlds

__all__ = ["Engine", "Run", "View", "bare_study", "signature"]

MINE = ".mine"
"""Ending of the name of a working copy."""

KEPT_WORLDS = 64_000
"""Worlds of base runs that are held, about 8 kB each."""

KEPT_RUNS, KEPT_PAGES, KEPT_REGISTERS = 4, 48, 72
SEED = 1


def signature(folder: Path) -> str:
    """Name of what stands in a case folder now: its files, their sizes and times."""
    rows = sorted((p.name, p.stat().st_size, p.stat().st_mtime_ns) for p in folder.iterdir() if p.suffix in (".csv", ".toml"))
    return hashlib.sha256(repr(rows).encode()).hexdigest()[:16]


def bare_study(case: Case, numbers: Numbers | None = None) -> Study:
    """A case opened without worlds: the record alone, and a register."""
    return Study(case, Worlds.start(case.id, case.as_of, draws=1, seed=0), {}, {}, numbers if numbers is not None else Numbers())


def _read_ahead(run: Run) -> None:
    """What the first reader of a run would wait for."""
    from cumbre.workbench.paired import past

    _ = run.variables
    for name in ("index", "approval"):
        past(run, name)


def _ledger_stamp(case: Case) -> tuple[int, int]:
    """When a case's ledger was last written to, and how long it is."""
    try:
        found = ledger_path(case).stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


class Engine:
    """All that the pages read. Thread-safe; every long step is a job."""

    def __init__(
        self, first: str | Path, *, draws: int = FIRST, full: int = FULL, seed: int = SEED, home: Path | None = None
    ) -> None:
        self.first_draws, self.full_draws, self.seed = draws, full, seed
        self.jobs = Jobs(after=release)
        self.look_draws = min(BLOCK, draws)
        self.registers, self.pages, self.proposals = Memory(KEPT_REGISTERS), Memory(KEPT_PAGES), Memory(500)
        self.replays = Memory(4)
        self._cases, self._runs = Memory(8), Memory(KEPT_RUNS)
        self._bases = Memory(KEPT_WORLDS, lambda run: run.worlds.draws)
        self._lock = threading.Lock()
        self.looked = threading.Event()
        self._changes = 0
        folder = find(first)
        self.home = home or home_folder()
        self.folders: dict[str, Path] = {name: find(name) for name in bundled()}
        self._bundled = set(self.folders.values())
        for name, place in list(self.folders.items()):
            if (self.home / "cases" / place.name / "case.toml").is_file():
                self.folders[f"{name}{MINE}"] = self.home / "cases" / place.name
        self.first = load(folder).id
        if folder in self.folders.values():
            self.first = next(name for name, place in self.folders.items() if place == folder)
        self.folders[self.first] = folder

    # cases

    def folder(self, id_: str) -> Path:
        """Folder of a case that this workbench may open; raises UsageError for any other."""
        id_ = id_ or self.first
        if id_ not in self.folders:
            raise UsageError(f"this workbench has no case {id_!r}; it holds {', '.join(sorted(self.folders))}")
        return self.folders[id_]

    def case(self, state: State) -> Case:
        """The case of a state, read again where its files have changed."""
        folder = self.folder(state.case)
        key = (str(folder), signature(folder), state.as_of)
        case = self._cases.get(key)
        if case is None:
            case = load(folder, state.as_of)
            self._cases.put(key, case)
        return case  # type: ignore[no-any-return]

    def is_bundled(self, state: State) -> bool:
        """Whether the case came with the package, so that a change goes to a copy."""
        return self.folder(state.case) in self._bundled

    def copy_name(self, state: State) -> str:
        """Folder of the copy that a change of a bundled case goes to."""
        return str(self.home / "cases" / self.folder(state.case).name)

    def own_folder(self, state: State) -> Path:
        """The folder that a change is written to: the case's own, or a working copy of a bundled one."""
        folder = self.folder(state.case)
        if folder not in self._bundled:
            return folder
        copy = working_copy(folder, self.home)
        self.folders[f"{state.case or self.first}{MINE}"] = copy
        return copy

    def own_state(self, state: State) -> State:
        """The state after a change: of the working copy where the case is bundled."""
        name = state.case or self.first
        return replace(state, case=f"{name}{MINE}") if self.folder(name) in self._bundled else state

    # registers

    def register(self, key: str, study: Study) -> str:
        """Keep the numbers that a page says, without the worlds behind them, for the drawer; returns the key."""
        kept = bare_study(study.case, study.numbers)
        kept.passports = study.passports
        self.registers.put(key, kept)
        return key

    # runs

    def _simulate(self, case: Case, draws: int, reuse: Worlds | None, tell: Progress, numbers: tuple[Headline, ...]) -> Run:
        tell(0.0, "fit")
        fitted = simulate.fit(case, progress=lambda share, words: tell(0.3 * share, "fit"))
        worlds = simulate.run(
            case,
            draws=draws,
            seed=self.seed,
            fitted=fitted,
            reuse=reuse,
            progress=lambda share, words: tell(0.3 + 0.65 * share, "simulate"),
        )
        run = Run(case, worlds, fitted, numbers)
        _ = run.table
        return run

    def base(self, state: State, draws: int, *, urgent: bool = True) -> Run | Job:
        """The case as it stands: the run, or the job that makes it."""
        case = self.case(state)
        key = ("base", case.digest, draws)
        run = self._bases.get(key)
        if run is not None:
            return run  # type: ignore[no-any-return]
        full = self._bases.get(("base", case.digest, self.full_draws))
        if full is not None and draws < self.full_draws:
            run = full.cache.get(("first", draws))
            if run is None:
                run = first_of(full, draws)
                full.cache.put(("first", draws), run)
            return run  # type: ignore[no-any-return]

        def work(tell: Progress) -> None:
            made = self._simulate(case, draws, None, tell, tuple(headlines(case)))
            self._bases.put(key, made)
            if draws == self.full_draws:
                for fewer in {self.look_draws, self.first_draws} - {draws}:
                    self._bases.drop(("base", case.digest, fewer))
                _read_ahead(made)

        return self._start(key, work, urgent)

    def best(self, state: State) -> Run | None:
        """The run of the case as it stands with the most worlds at hand."""
        digest = self.case(state).digest
        sizes = (self.full_draws, self.first_draws, self.look_draws)
        return next((run for n in sizes if (run := self._bases.get(("base", digest, n))) is not None), None)

    def is_full(self, state: State) -> bool:
        """Whether the full run of a case stands."""
        return self._bases.get(("base", self.case(state).digest, self.full_draws)) is not None

    def _start(self, key: Hashable, work: Callable[[Progress], None], urgent: bool) -> Job:
        # the stores alone hold runs: jobs are remembered for longer than runs may be
        known = self.jobs.find(key)
        if known is not None and known.state in ("cancelled", "failed"):
            return known

        return self.jobs.submit(key, work, urgent=urgent)

    def again(self, id_: str) -> None:
        """Let a job that was cancelled or failed be asked again."""
        job = self.jobs.get(id_)
        if job is not None and job.state in ("cancelled", "failed"):
            with self._lock:
                self.jobs.forget(job.key)

    def view(self, state: State, wait: float = 0.0) -> View | Job:
        """What a state shows, or the job still under way after `wait` seconds."""
        until = time.monotonic() + wait
        found = self._view(state)
        while isinstance(found, Job) and found.state in ("waiting", "running") and found.wait(until - time.monotonic()):
            found = self._view(state)
        return found

    def _view(self, state: State) -> View | Job:
        """Base and yours, or the job that is still making one of them.

        Without an intervention the most worlds at hand are shown, a first look of one block before the others.
        Raises ExpressionError where an intervention or a condition cannot be read.
        """
        case = self.case(state)
        if not state.do:
            base = self.best(state) or self.base(state, self.look_draws)
            if isinstance(base, Job):
                return base
            return self._kept(state, base, base, base.worlds.draws < self.full_draws)
        changed = intervene(case, state.do)
        draws = self.full_draws if state.draws == FULL else self.first_draws
        base = self.base(state, draws)
        if isinstance(base, Job):
            return base
        key = ("run", case.digest, state.do, draws)
        yours = self._runs.get(key)
        if yours is not None:
            return self._kept(state, base, yours)
        paired = base

        def work(tell: Progress) -> None:
            self._runs.put(key, self._simulate(changed, draws, paired.worlds, tell, paired.numbers))

        return self._start(key, work, True)

    @staticmethod
    def _kept(state: State, base: Run, yours: Run, hurried: bool = False) -> View:
        mask = np.ones(yours.worlds.draws, dtype=bool)
        for condition in state.given:
            mask &= yours.mask(condition)
        return View(state, base, yours, mask, hurried)

    def prepare(self, state: State) -> Job | None:
        """Run the full base meanwhile; None where it stands or was called off."""
        if self.full_draws <= self.look_draws:
            return None
        found = self.base(state, self.full_draws, urgent=False)
        return found if isinstance(found, Job) and found.state in ("waiting", "running") else None

    def warm(self) -> None:
        """Start the first look at the first case, and the full run behind it; `looked` tells when the first is over."""
        state = replace(State(), case=self.first)
        look = self.base(state, self.look_draws)
        self.looked = look.over if isinstance(look, Job) else self.looked
        self.prepare(state)

    def version(self, state: State) -> Hashable:
        """What the pages of a state rest on beside their address."""
        case, best = self.case(state), self.best(state)
        return case.digest, best.worlds.draws if best else 0, self._changes, len(self.folders), _ledger_stamp(case)

    def changed(self) -> None:
        """Say that something was made that pages show beside runs."""
        self._changes += 1

    def close(self) -> None:
        """End the lanes."""
        self.jobs.close()
