"""Cases, runs and views: what was simulated is kept, a little of it, and read as often as pages ask."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cumbre import simulate
from cumbre.brief.facts.pack import Variable, pack_worlds
from cumbre.brief.facts.study import Study
from cumbre.brief.numbers import Numbers
from cumbre.brief.report import open_study
from cumbre.errors import UsageError
from cumbre.intervention import intervene
from cumbre.questions.headlines import Headline, arrays, headlines
from cumbre.record import bundled, find, load
from cumbre.record.case import Case
from cumbre.workbench.address import FIRST, FULL, State
from cumbre.workbench.folder import home_folder, working_copy
from cumbre.workbench.jobs import Job, Jobs, Progress
from cumbre.worlds import Worlds

__all__ = ["Engine", "Run", "View", "signature"]

MINE = ".mine"
"""Ending of the name of a working copy."""

KEPT_RUNS = 6
KEPT_REGISTERS = 80
SEED = 1
Mask = npt.NDArray[np.bool_]


def signature(folder: Path) -> str:
    """Name of what stands in a case folder now: its files, their sizes and times."""
    rows = sorted((p.name, p.stat().st_size, p.stat().st_mtime_ns) for p in folder.iterdir() if p.suffix in (".csv", ".toml"))
    return hashlib.sha256(repr(rows).encode()).hexdigest()[:16]


class Memory:
    """A bounded store: what was not used for longest leaves first."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Any:
        """The value, None where it is not kept."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: Hashable, value: Any) -> None:
        """Keep a value."""
        with self._lock:
            self._kept[key] = value
            self._kept.move_to_end(key)
            while len(self._kept) > self.most:
                self._kept.popitem(last=False)

    def __len__(self) -> int:
        return len(self._kept)


@dataclass
class Run:
    """One simulated version of a case, with what is read from it often.

    `table` holds every headline number in every world, (draw, number); conditions are kept as masks.
    """

    case: Case
    worlds: Worlds
    fitted: Mapping[str, Any]
    numbers: tuple[Headline, ...]
    _masks: dict[str, Mask] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    cache: Memory = field(default_factory=lambda: Memory(12))

    @cached_property
    def table(self) -> npt.NDArray[np.float64]:
        """Headline numbers, (draw, number); nan where a world does not define one."""
        return arrays(self.worlds, self.numbers)[0]

    @cached_property
    def study(self) -> Study:
        """The run opened for reading, with the tables and passports of its stages."""
        return open_study(self.case, self.worlds, self.fitted)

    @cached_property
    def bare(self) -> Study:
        """The run opened without the tables of its stages, which take longer."""
        return Study(self.case, self.worlds, self.fitted, dict(simulate.STAGES))

    @cached_property
    def variables(self) -> tuple[Variable, ...]:
        """The variables that a reader may set conditions on."""
        from cumbre.brief.facts.ballot import ballot_facts
        from cumbre.brief.facts.table import table_facts

        study = self.study
        return pack_worlds(study, table_facts(study), ballot_facts(study))

    def mask(self, condition: str) -> Mask:
        """Worlds where a condition holds; raises ExpressionError where it cannot be read."""
        with self._lock:
            if condition in self._masks:
                return self._masks[condition]
        mask = self.worlds.mask(condition)
        with self._lock:
            while len(self._masks) >= 40:
                self._masks.pop(next(iter(self._masks)))
            self._masks[condition] = mask
        return mask


@dataclass
class View:
    """Base and yours, paired world by world, and the worlds that yours keeps."""

    state: State
    base: Run
    yours: Run
    mask: Mask
    seconds: float = 0.0

    @property
    def kept(self) -> int:
        """Worlds kept."""
        return int(self.mask.sum())

    @property
    def key(self) -> str:
        """Name of this view among all."""
        text = f"{self.base.case.digest}|{self.yours.case.digest}|{self.base.worlds.draws}|{self.state.query()}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def study(self) -> Study:
        """Your worlds opened for reading, with a register of their own."""
        run = self.yours
        known = run.cache.get(("study", self.state.given))
        if known is None:
            worlds = run.worlds if self.mask.all() else run.worlds.keep(self.mask)
            known = Study(run.case, worlds, run.fitted, run.study.modules, Numbers(), run.study.tables, run.study.passports)
            run.cache.put(("study", self.state.given), known)
        return known  # type: ignore[no-any-return]


class Engine:
    """All that the pages read. Thread-safe; every long step is a job."""

    def __init__(
        self, first: str | Path, *, draws: int = FIRST, full: int = FULL, seed: int = SEED, home: Path | None = None
    ) -> None:
        self.first_draws, self.full_draws, self.seed = draws, full, seed
        self.jobs = Jobs()
        self.registers = Memory(KEPT_REGISTERS)
        self._cases, self._bases, self._runs = Memory(8), Memory(4), Memory(KEPT_RUNS)
        self.pages = Memory(200)
        self.proposals = Memory(500)
        self._lock = threading.Lock()
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
        tell(1.0, "simulate")
        return run

    def base(self, state: State, draws: int, *, urgent: bool = True) -> Run | Job:
        """The case as it stands: the run, or the job that makes it."""
        case = self.case(state)
        key = ("base", case.digest, draws)
        run = self._bases.get(key)
        if run is not None:
            return run  # type: ignore[no-any-return]
        return self._start(key, lambda tell: self._simulate(case, draws, None, tell, tuple(headlines(case))), self._bases, urgent)

    def _start(self, key: Hashable, work: Callable[[Progress], Run], store: Memory, urgent: bool) -> Job:
        known = self.jobs.find(key)
        if known is not None and known.state in ("cancelled", "failed"):
            return known

        def kept(tell: Progress) -> None:
            # the store alone holds the run: jobs are remembered for longer than runs may be
            store.put(key, work(tell))

        return self.jobs.submit(key, kept, urgent=urgent)

    def again(self, id_: str) -> None:
        """Let a job that was cancelled or failed be asked again."""
        job = self.jobs.get(id_)
        if job is not None and job.state in ("cancelled", "failed"):
            with self._lock:
                self.jobs.forget(job.key)

    def view(self, state: State) -> View | Job:
        """Base and yours, or the job that is still making one of them.

        Raises ExpressionError where an intervention or a condition cannot be read.
        """
        case = self.case(state)
        full = self.full_draws if state.draws == FULL else None
        draws = full or self.first_draws
        if not state.do and full is None and self._bases.get(("base", case.digest, self.full_draws)) is not None:
            draws = self.full_draws
        base = self.base(state, draws)
        if isinstance(base, Job):
            return base
        yours = base
        if state.do:
            changed = intervene(case, state.do)
            key = ("run", case.digest, state.do, draws)
            found = self._runs.get(key)
            base_run = base
            if found is None:
                return self._start(
                    key, lambda tell: self._simulate(changed, draws, base_run.worlds, tell, base_run.numbers), self._runs, True
                )
            yours = found
        mask = np.ones(yours.worlds.draws, dtype=bool)
        for condition in state.given:
            mask &= yours.mask(condition)
        return View(state, base, yours, mask)

    def prepare(self, state: State) -> Job | None:
        """Run the full base meanwhile; None where it stands or was called off."""
        if self.full_draws <= self.first_draws:
            return None
        found = self.base(state, self.full_draws, urgent=False)
        return found if isinstance(found, Job) and found.state in ("waiting", "running") else None

    def warm(self) -> None:
        """Start the first run of the first case, and the full one behind it."""
        state = replace(State(), case=self.first)
        self.base(state, self.first_draws)
        self.prepare(state)

    def close(self) -> None:
        """End the lanes."""
        self.jobs.close()
