"""One simulated version of a case, what is read from it often, and two of them side by side."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import xarray as xr
from threadpoolctl import threadpool_limits

from cumbre import simulate
from cumbre.brief.facts.pack import Variable, pack_worlds
from cumbre.brief.facts.study import STAGES, Study
from cumbre.brief.numbers import Numbers
from cumbre.questions.headlines import Headline, arrays
from cumbre.record.case import Case
from cumbre.workbench.address import State
from cumbre.workbench.memory import Memory
from cumbre.worlds import Worlds

__all__ = ["Mask", "Run", "View", "first_of"]

Mask = npt.NDArray[np.bool_]
T = TypeVar("T")
STUDIES_KEPT = 3


class _ByStage(dict[str, T]):
    """What a stage says of itself, asked when it is read for the first time: a page needs one stage, seldom all."""

    def __init__(self, stages: tuple[str, ...], ask: Callable[[str], T]) -> None:
        super().__init__()
        self._stages, self._ask, self._lock = stages, ask, threading.Lock()

    def __missing__(self, stage: str) -> T:
        if stage not in self._stages:
            raise KeyError(stage)
        with self._lock:
            if not dict.__contains__(self, stage):
                self[stage] = self._ask(stage)
        return dict.__getitem__(self, stage)

    def get(self, stage: str, default: Any = None) -> Any:
        """As a dictionary that already holds every stage."""
        return self[stage] if stage in self._stages else default

    def __contains__(self, stage: object) -> bool:
        return stage in self._stages

    def __iter__(self) -> Iterator[str]:
        return iter(self._stages)

    def __len__(self) -> int:
        return len(self._stages)


@dataclass
class Run:
    """A run. `table` holds every headline number in every world, (draw, number); conditions are kept as masks."""

    case: Case
    worlds: Worlds
    fitted: Mapping[str, Any]
    numbers: tuple[Headline, ...]
    _masks: dict[str, Mask] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    cache: Memory = field(default_factory=lambda: Memory(12))
    studies: Memory = field(default_factory=lambda: Memory(STUDIES_KEPT))
    past: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def table(self) -> npt.NDArray[np.float64]:
        """Headline numbers, (draw, number); nan where a world does not define one."""
        return arrays(self.worlds, self.numbers)[0]

    @cached_property
    def study(self) -> Study:
        """The run opened for reading; the tables and passports of a stage are made when they are first asked for."""
        case, fitted = self.case, self.fitted
        stages = tuple(s for s in STAGES if s in self.worlds and s in fitted)

        def ask(name: str) -> Callable[[str], Any]:
            def answer(stage: str) -> Any:
                with threadpool_limits(1):  # small matrices: a second thread costs more than it brings
                    return dict(getattr(simulate.STAGES[stage], name)(case, fitted[stage]))

            return answer

        tables, passports = _ByStage(stages, ask("readout")), _ByStage(stages, ask("passports"))
        return Study(case, self.worlds, fitted, dict(simulate.STAGES), tables=tables, passports=passports)

    @cached_property
    def variables(self) -> tuple[Variable, ...]:
        """The variables that a reader may set conditions on."""
        from cumbre.brief.facts.ballot import ballot_facts
        from cumbre.brief.facts.table import table_facts

        study = self.opened()
        return pack_worlds(study, table_facts(study), ballot_facts(study))

    @property
    def knows_variables(self) -> bool:
        """Whether `variables` is at hand."""
        return "variables" in self.__dict__

    def opened(self, worlds: Worlds | None = None) -> Study:
        """The run with a register of its own; `worlds` are those kept."""
        study = self.study
        return Study(self.case, worlds or self.worlds, self.fitted, study.modules, Numbers(), study.tables, study.passports)

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


def first_of(run: Run, draws: int) -> Run:
    """The run with fewer worlds: the same bytes as a run of so many, without a copy."""
    groups = {name: run.worlds[name].isel(draw=slice(0, draws)) for name in run.worlds.stages}
    worlds = replace(run.worlds, tree=xr.DataTree.from_dict(groups), draws=draws)
    return Run(run.case, worlds, run.fitted, run.numbers, past=run.past)


@dataclass
class View:
    """Base and yours, paired world by world, and the worlds that yours keeps.

    hurried   a first look: more worlds are on their way, so what takes long is left for them
    """

    state: State
    base: Run
    yours: Run
    mask: Mask
    hurried: bool = False

    @cached_property
    def kept(self) -> int:
        """Worlds kept."""
        return int(self.mask.sum())

    @cached_property
    def key(self) -> str:
        """Name of this view among all."""
        text = f"{self.base.case.digest}|{self.yours.case.digest}|{self.base.worlds.draws}|{self.state.query()}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def study(self) -> Study:
        """Your worlds opened for reading, with a register of their own."""
        run, key = self.yours, self.state.given
        known = run.studies.get(key)
        if known is None:
            known = run.opened(None if self.mask.all() else run.worlds.keep(self.mask))
            run.studies.put(key, known)
        return known  # type: ignore[no-any-return]
