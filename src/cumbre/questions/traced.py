"""Many near-identical runs of one case: each stage runs again only where something that it read has changed.

What a stage reads is not declared but seen: it is given a case and worlds that note which tables and groups are asked for. A result is
used again where every table noted holds the same items and every group noted holds the same bytes. As the stages are functions of
what they read, this is exact; it is the "verifying trace" of Mokhov, Mitchell, Peyton Jones 2018, Build systems a la carte,
doi:10.1145/3236774.
"""

from __future__ import annotations

import hashlib
import pickle
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from typing import Any

import numpy as np
import xarray as xr
from threadpoolctl import threadpool_limits

from cumbre import simulate
from cumbre.record.case import Case
from cumbre.worlds import BLOCK, Worlds

__all__ = ["Runner"]

_FIELDS = frozenset(Case.__dataclass_fields__)
_KEPT = 16
"""Results kept of one step (fitting or simulating one stage); an order of items walks through one after the other."""


class _NotingCase(Case):
    """A case that notes which of its tables are read."""

    def __getattribute__(self, name: str) -> Any:
        if name in _FIELDS:
            object.__getattribute__(self, "__dict__")["_noted"].add(name)
        return super().__getattribute__(name)


class _NotingWorlds(Worlds):
    """Worlds that note which groups are read."""

    def __getitem__(self, stage: str) -> xr.Dataset:
        self.__dict__["_noted"].add(stage)
        return super().__getitem__(stage)

    def __contains__(self, stage: object) -> bool:
        self.__dict__["_noted"].add(stage)
        return super().__contains__(stage)


def _noting_case(case: Case) -> tuple[_NotingCase, set[str]]:
    # Made without __init__, so that nothing is noted before the stage reads; look-ups kept by the original are left behind.
    noting, noted = object.__new__(_NotingCase), set[str]()
    noting.__dict__.update({name: case.__dict__[name] for name in _FIELDS}, _noted=noted)
    return noting, noted


def _noting_worlds(worlds: Worlds) -> tuple[_NotingWorlds, set[str]]:
    noting, noted = object.__new__(_NotingWorlds), set[str]()
    own = {name: worlds.__dict__[name] for name in Worlds.__dataclass_fields__}
    noting.__dict__.update(own, _noted=noted)
    return noting, noted


def _bytes_of(group: xr.Dataset) -> str:
    found = hashlib.blake2b(digest_size=16)
    for name in sorted(group.variables, key=str):
        array = group[name].values
        found.update(f"{name}{array.shape}{array.dtype}".encode())
        found.update(array.astype(str).tobytes() if array.dtype == object else np.ascontiguousarray(array).tobytes())
    return found.hexdigest()


def _bytes_of_fit(fitted: Any) -> str:
    try:
        return hashlib.blake2b(pickle.dumps(fitted, protocol=5), digest_size=16).hexdigest()
    except (pickle.PicklingError, TypeError, AttributeError):
        # What cannot be written down is taken to be new.
        return f"fit {id(fitted)}"


class _Step:
    """Results of one step, looked up by the state of what each run of it read."""

    def __init__(self) -> None:
        self._by_reads: dict[frozenset[Hashable], OrderedDict[tuple[Any, ...], tuple[Any, str]]] = {}
        self.runs = 0

    def result(
        self, state: Callable[[Hashable], Any], make: Callable[[], tuple[Any, set[Hashable]]], digest: Callable[[Any], str]
    ) -> tuple[Any, str]:
        """The result and its digest. `state` gives the present state of one thing read; `make` runs and says what was read."""
        for reads, kept in self._by_reads.items():
            key = tuple(state(name) for name in sorted(reads, key=str))
            if key in kept:
                kept.move_to_end(key)
                return kept[key]
        self.runs += 1
        result, noted = make()
        reads = frozenset(noted)
        found = (result, digest(result))
        kept = self._by_reads.setdefault(reads, OrderedDict())
        kept[tuple(state(name) for name in sorted(reads, key=str))] = found
        while len(kept) > _KEPT:
            kept.popitem(last=False)
        return found


class Runner:
    """Runs versions of a case; every version names the state of each of its tables.

    >>> from cumbre.record import load
    >>> case = load("washington-2026")
    >>> runner = Runner(draws=64, seed=1)
    >>> worlds = runner.run(case, {})[0]
    >>> worlds.draws
    64
    """

    def __init__(self, draws: int, seed: int) -> None:
        self.draws, self.seed = draws, seed
        self._steps: dict[tuple[str, str, int], _Step] = {}

    def _step(self, *name: Any) -> _Step:
        return self._steps.setdefault(name, _Step())

    @property
    def runs(self) -> Mapping[str, int]:
        """How often each step was really run."""
        return {f"{what} {stage} {first}": step.runs for (what, stage, first), step in self._steps.items()}

    def run(self, case: Case, states: Mapping[str, Hashable]) -> list[Worlds]:
        """Worlds of one version, in blocks.

        `states` gives, for each table that differs between versions, something equal where the table is equal.
        """
        with threadpool_limits(1):
            return [self._block(case, states, first) for first in range(0, self.draws, BLOCK)]

    def _block(self, case: Case, states: Mapping[str, Hashable], first: int) -> Worlds:
        worlds = Worlds.start(case.id, case.as_of, draws=min(BLOCK, self.draws - first), seed=self.seed, first=first)
        digests: dict[Hashable, str] = {}
        for stage in simulate.stages_of(case):
            fitted, of_fit = self._fit(case, stage, states)
            group, of_group = self._simulate(
                case, worlds, stage, fitted, {**states, ":fit": of_fit, **{f":{k}": v for k, v in digests.items()}}, first
            )
            worlds = worlds.add(stage, group)
            digests[stage] = of_group
        return worlds

    def _fit(self, case: Case, stage: str, states: Mapping[str, Hashable]) -> tuple[Any, str]:
        def make() -> tuple[Any, set[Hashable]]:
            noting, noted = _noting_case(case)
            return simulate.STAGES[stage].fit(noting), set(noted)

        return self._step("fit", stage, 0).result(lambda name: states.get(str(name)), make, _bytes_of_fit)

    def _simulate(
        self, case: Case, worlds: Worlds, stage: str, fitted: Any, states: Mapping[str, Hashable], first: int
    ) -> tuple[Any, str]:
        def make() -> tuple[Any, set[Hashable]]:
            noting, tables = _noting_case(case)
            looking, groups = _noting_worlds(worlds)
            group = simulate.STAGES[stage].simulate(noting, looking, fitted)[stage]
            return group, {*tables, *(f":{name}" for name in groups), ":fit"}

        return self._step("simulate", stage, first).result(lambda name: states.get(str(name)), make, _bytes_of)
