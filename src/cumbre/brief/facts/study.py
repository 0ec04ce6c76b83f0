"""Everything a section may read: the case, the worlds, what the stages say of themselves, and the register of numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from cumbre.brief.numbers import Numbers
from cumbre.record.case import Case
from cumbre.record.passport import Passport
from cumbre.worlds import Worlds, day_number

__all__ = ["STAGES", "Study"]

STAGES = ("relation", "table", "home", "ballot")
Mask = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]


@dataclass
class Study:
    """One run, opened for reading.

    tables      readout of each stage, by stage and name
    passports   passports of each stage, by stage and id
    """

    case: Case
    worlds: Worlds
    fitted: Mapping[str, Any]
    modules: Mapping[str, ModuleType]
    numbers: Numbers = field(default_factory=Numbers)
    tables: dict[str, dict[str, pd.DataFrame]] = field(default_factory=dict)
    passports: dict[str, dict[str, Passport]] = field(default_factory=dict)

    def group(self, stage: str) -> xr.Dataset | None:
        """The variables of a stage, None where it did not run."""
        return self.worlds[stage] if stage in self.worlds else None  # noqa: SIM401

    def has(self, stage: str, *names: str) -> bool:
        """Whether a stage ran and holds these variables, each with something in it."""
        group = self.group(stage)
        return group is not None and all(name in group and group[name].size > 0 for name in names)

    def array(self, stage: str, name: str) -> npt.NDArray[Any]:
        """One variable as it is stored, draw first."""
        return np.asarray(self.worlds[stage][name].to_numpy())

    def labels(self, stage: str, coordinate: str) -> list[str]:
        """Labels of a coordinate of a stage."""
        group = self.worlds[stage]
        return [str(v) for v in group[coordinate].to_numpy()] if coordinate in group.coords else []

    def readout(self, stage: str, *names: str) -> pd.DataFrame | None:
        """The first of these tables that the stage gives and that is not empty."""
        found = self.tables.get(stage, {})
        for name in names:
            if name in found and len(found[name]):
                return found[name]
        return None

    def explain(self, stage: str, name: str) -> Callable[..., Any] | None:
        """A function of a stage that explains its worlds, None where it has none."""
        return getattr(self.modules.get(stage), name, None)

    @cached_property
    def vote_day(self) -> dt.date:
        """The first round, or the horizon where no election stands in the case or it lies beyond the horizon."""
        election = self.case.election
        return min(election.first_round, self.case.horizon) if election else self.case.horizon

    def week(self, stage: str, day: dt.date) -> int:
        """Index of the last week of a stage that starts on or before `day`."""
        days = np.asarray(self.worlds[stage]["week_day"].to_numpy())
        return int(np.clip(np.searchsorted(days, day_number(day, self.case.as_of), side="right") - 1, 0, len(days) - 1))

    def week_dates(self, stage: str) -> list[dt.date]:
        """Dates of the weeks of a stage."""
        return [self.case.as_of + dt.timedelta(days=int(d)) for d in self.worlds[stage]["week_day"].to_numpy()]

    def issue_value(self, issue: int, day: dt.date) -> FloatArray:
        """Value of an issue on a day, per world: the last step in force by then."""
        value = self._table["value"][:, issue, :]
        value_day = self._table["value_day"][:, issue, :]
        number = day_number(day, self.case.as_of)
        result = value[:, 0].astype(np.float64)
        for step in range(1, value.shape[1]):
            there = (value_day[:, step] >= 0) & (value_day[:, step] <= number)
            result = np.where(there, value[:, step], result)
        return result

    @cached_property
    def _table(self) -> dict[str, npt.NDArray[Any]]:
        return {name: self.array("table", name) for name in ("value", "value_day")}

    @cached_property
    def pair(self) -> str:
        """The two principals as the relation names them."""
        return "-".join(sorted(self.case.principals))

    @cached_property
    def other(self) -> str:
        """The principal that is not the home country."""
        a, b = self.case.principals
        return b if a == self.case.home else a

    @cached_property
    def inputs(self) -> dict[str, FloatArray]:
        """Assumptions that vary from world to world, by name: `table.<input>` and `home.<channel>`."""
        found: dict[str, FloatArray] = {}
        for stage in ("table", "home"):
            group = self.group(stage)
            for name in [] if group is None else list(group.data_vars):
                if str(name).startswith("input_") and group is not None and group[name].ndim == 1:
                    found[f"{stage}.{str(name).removeprefix('input_')}"] = self.array(stage, str(name)).astype(np.float64)
        return found

    @cached_property
    def within(self) -> list[npt.NDArray[np.intp]]:
        """Worlds where one assumption stands in its lowest or highest fifth, and the worlds of each way of settling."""
        groups = []
        for values in self.inputs.values():
            low, high = np.quantile(values, [0.2, 0.8])
            if low < high:
                groups += [np.flatnonzero(values <= low), np.flatnonzero(values >= high)]
        if self.has("table", "model"):
            model = self.array("table", "model")
            groups += [np.flatnonzero(model == k) for k in np.unique(model)]
        return [group for group in groups if len(group) >= 200]

    @cached_property
    def evidence_shares(self) -> pd.Series[float] | None:
        """Share of the spread of the effect on the vote by kind of evidence, None where the home stage gives none."""
        explain = self.explain("home", "evidence_shares")
        if explain is None or "home" not in self.fitted or not self.has("home", "shift"):
            return None
        shares: pd.Series[float] = explain(self.case, self.worlds, self.fitted["home"]).set_index("label")["share"]
        return shares if np.isfinite(shares).all() and shares.sum() > 0 else None

    def name(self, actor: str, spanish: bool = False) -> str:
        """Name of an actor, a side or a candidate."""
        row = self.case.actor.get(actor) or self.case.candidate.get(actor)
        if row is None:
            return actor
        es = getattr(row, "name_es", "")
        return es if spanish and es else row.name
