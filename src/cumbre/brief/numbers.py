"""The register of everything that is printed: a figure enters with its passport, or it does not enter.

Templates and sentences accept `Figure` values only; a bare number in either place stops the build.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from cumbre.brief.catalogue import catalogue
from cumbre.errors import CumbreError
from cumbre.record.passport import Label, Passport

__all__ = ["Figure", "Form", "Numbers", "Rule", "UnsourcedNumber", "rule"]

Form = Literal["percent", "points", "number", "count", "chance", "signed", "day"]
"""How a value is written. percent: 40.9 %; points: +0.3 pts; number: 12.5; count: 20,000; chance (0-1): 11 in 20;
signed: +1.2; day: a number of days."""

Z80 = 1.2815515655446004
"""Half-width of a central 80 % normal interval, in standard deviations."""


Rule = tuple[str, tuple[tuple[str, Any], ...]]
"""A rule as a sentence of the catalogue: its name and its values (names and dates)."""


class UnsourcedNumber(CumbreError):
    """A number was about to be printed without a passport."""


@dataclass(frozen=True)
class Figure:
    """A number as printed: its passport, how to write it, and to how many decimals."""

    passport: Passport
    form: Form
    digits: int = 0
    rule: Rule | None = None

    @property
    def value(self) -> float:
        """The bare value, for drawing; nan where there is none."""
        value = self.passport.value
        return float(value) if isinstance(value, (int, float)) else math.nan

    @property
    def low(self) -> float:
        """Lower end of the interval, or the value itself where there is none."""
        return self.value if self.passport.low is None else self.passport.low

    @property
    def high(self) -> float:
        """Upper end of the interval, or the value itself where there is none."""
        return self.value if self.passport.high is None else self.passport.high

    @property
    def has_range(self) -> bool:
        """Whether the number comes with an interval."""
        return self.passport.low is not None and self.passport.high is not None

    @property
    def sayable(self) -> bool:
        """False where too few worlds stand behind it, or where it is not defined."""
        n = self.passport.n
        return math.isfinite(self.value) and (n is None or n >= 200 or self.passport.label != "simulated")


@dataclass
class Numbers:
    """All figures of one brief, by id."""

    figures: dict[str, Figure] = field(default_factory=dict)

    def __contains__(self, id_: object) -> bool:
        return id_ in self.figures

    def __getitem__(self, id_: str) -> Figure:
        return self.figures[id_]

    def add(self, passport: Passport, form: Form, digits: int = 0, rule: Rule | None = None) -> Figure:
        """Register a figure. The same id may be printed often, but it must always be the same number."""
        if not passport.rule:
            raise UnsourcedNumber(f"{passport.id}: no rule says where this number comes from; give its passport a rule")
        known = self.figures.get(passport.id)
        if known is not None:
            if known.passport != passport and not _same(known.passport.value, passport.value):
                raise UnsourcedNumber(
                    f"{passport.id} is printed as {known.passport.value!r} and as {passport.value!r}; give the two numbers two ids"
                )
            return known
        figure = Figure(passport, form, digits, rule)
        self.figures[passport.id] = figure
        return figure

    def recorded(
        self, id_: str, value: float, unit: str, rule: Rule, *, sources: Iterable[str] = (), form: Form = "number",
        digits: int = 0, label: Label = "recorded", note: str = "", n: int | None = None,
    ) -> Figure:  # fmt: skip
        """A figure of the record, or one set by a person (`label="judged"`)."""
        return self.add(
            Passport(id_, _plain(value), unit, label, _english(rule), sources=tuple(sources), note=note, n=n), form, digits, rule
        )

    def chance(
        self, id_: str, mask: npt.ArrayLike, rule: Rule, *, within: Iterable[npt.NDArray[np.intp]] = (),
        rests_on: Iterable[str] = (), note: str = "",
    ) -> Figure:  # fmt: skip
        """A share of worlds, with its range.

        mask      bool (draw,): where it holds
        within    numbers of the worlds in which one assumption stands at an end of its range. The range printed spans the
                  chance inside each of these (its own noise of two standard errors taken off) and the 80 % Monte Carlo interval.
        """
        mask = np.asarray(mask, dtype=bool)
        n = int(mask.size)
        p = float(mask.mean()) if n else math.nan
        error = math.sqrt(p * (1 - p) / n) if n else math.nan
        low, high = p - Z80 * error, p + Z80 * error
        for group in within:
            size = len(group)
            q = float(mask[group].mean())
            noise = 2 * math.sqrt(max(q * (1 - q), 1e-9) / size)
            q = p + math.copysign(max(abs(q - p) - noise, 0.0), q - p)
            low, high = min(low, q), max(high, q)
        passport = Passport(
            id_, round(p, 6), "chance", "simulated", _english(rule), low=round(max(low, 0.0), 6), high=round(min(high, 1.0), 6), n=n,
            mc_error=round(error, 6), rests_on=tuple(rests_on), note=note,
        )  # fmt: skip
        return self.add(passport, "chance", 0, rule)

    def spread(
        self, id_: str, values: npt.ArrayLike, unit: str, rule: Rule, *, form: Form = "number", digits: int = 1,
        level: float = 0.8, rests_on: Iterable[str] = (), note: str = "",
    ) -> Figure:  # fmt: skip
        """The median of a number over the worlds, with its central `level` interval; undefined worlds are left out."""
        all_values = np.asarray(values, dtype=np.float64)
        known = all_values[np.isfinite(all_values)]
        if not known.size:
            return self.add(
                Passport(id_, None, unit, "simulated", _english(rule), n=0, note="defined in no world"), form, digits, rule
            )
        low, middle, high = np.quantile(known, [(1 - level) / 2, 0.5, (1 + level) / 2])
        passport = Passport(
            id_, _plain(middle), unit, "simulated", _english(rule), low=_plain(low), high=_plain(high), level=level, n=int(known.size),
            rests_on=tuple(rests_on), note=note,
        )  # fmt: skip
        return self.add(passport, form, digits, rule)

    def mean(
        self, id_: str, values: npt.ArrayLike, unit: str, rule: Rule, *, form: Form = "number", digits: int = 1, note: str = ""
    ) -> Figure:
        """The mean of a number over the worlds with its central 80 % interval, for numbers that are 0 in most worlds."""
        known = np.asarray(values, dtype=np.float64)
        low, high = np.nanquantile(known, [0.1, 0.9])
        return self.simulated(
            id_, float(np.nanmean(known)), unit, rule, low=float(low), high=float(high), level=0.8, n=int(known.size), form=form,
            digits=digits, note=note,
        )  # fmt: skip

    def simulated(
        self, id_: str, value: float, unit: str, rule: Rule, *, low: float | None = None, high: float | None = None,
        level: float | None = None, n: int | None = None, form: Form = "number", digits: int = 1, note: str = "",
        rests_on: Iterable[str] = (),
    ) -> Figure:  # fmt: skip
        """A number read from the worlds in another way (a mean, a difference of chances)."""
        ends = [None if end is None else _plain(end) for end in (low, high)]
        passport = Passport(
            id_, _plain(value), unit, "simulated", _english(rule), low=ends[0], high=ends[1], level=level, n=n, note=note,
            rests_on=tuple(rests_on),
        )  # fmt: skip
        return self.add(passport, form, digits, rule)

    def stage(self, passport: Passport, form: Form = "number", digits: int | None = None) -> Figure:
        """A figure whose passport a stage wrote."""
        value = passport.value
        if digits is None:
            size = abs(value) if isinstance(value, (int, float)) and math.isfinite(value) else 0.0
            digits = 0 if size >= 100 or size == round(size) else 1 if size >= 10 else 2
        return self.add(passport, form, digits)

    @staticmethod
    def english(rule: Rule) -> str:
        """A rule as numbers.json prints it."""
        return _english(rule)

    def as_json(self, printed: Mapping[str, Mapping[str, str]], meta: Mapping[str, Any]) -> dict[str, Any]:
        """The content of numbers.json: each number with its passport and how it is printed in each language."""
        body = {id_: {**f.passport.as_dict(), "printed": dict(printed.get(id_, {}))} for id_, f in sorted(self.figures.items())}
        return {"meta": dict(meta), "numbers": body}


def rule(key: str, **values: Any) -> Rule:
    """Name a rule of the catalogue."""
    return key, tuple(sorted(values.items()))


def _english(rule: Rule) -> str:
    key, values = rule
    said = {name: value.isoformat() if isinstance(value, dt.date) else str(value) for name, value in values}
    return catalogue("en")[key].format_map(said)


def _plain(value: float) -> float | None:
    value = float(value)
    return float(f"{value:.6g}") if math.isfinite(value) else None


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-9)
    return bool(a == b)
