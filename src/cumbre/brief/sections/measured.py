"""The shipped figures of past elections in one language: every number that the calibration page prints gets its passport here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from cumbre.brief.numbers import Figure, Form, Numbers, rule
from cumbre.brief.sections.page import Speaker
from cumbre.brief.words import Words

__all__ = ["NEAR", "Measured", "Row", "fitted"]

Row = Mapping[str, Any]
NEAR = (50, 80, 90)
"""Levels of the ranges, per cent."""

RULES = {
    **dict.fromkeys(("cov", "rcov", "runcov", "heldall", "sampling"), "cover"),
    **dict.fromkeys(("width", "rwidth", "runwidth", "rivalwidth"), "width"),
    **dict.fromkeys(("crps", "crps_reference", "crps_sampling", "crps_average", "runcrps", "rivalcrps"), "score"),
    **dict.fromkeys(("pit", "slack", "tenth"), "pit"), **dict.fromkeys(("said", "came"), "chance"), "rmae": "error", "rbrier": "brier",
    **dict.fromkeys(("expected", "expectedsd"), "expected"), **dict.fromkeys(("memory", "memorysd"), "memory"),
}  # fmt: skip
"""The rule of each measure; the others are counts."""


@dataclass
class Measured(Speaker):
    """One language, the shipped figures, and the register in which each printed one gets its passport."""

    words: Words
    content: Mapping[str, Any]
    rivals: Mapping[str, Any]
    numbers: Numbers = field(default_factory=Numbers)

    @property
    def found(self) -> Mapping[str, Any]:
        """The calibration part of the prior file."""
        content: Mapping[str, Any] = self.content["calibration"]
        return content

    def f(self, key: str, value: float, form: Form = "number", digits: int = 2, n: int | None = None) -> Figure:
        """A measured number; `key` begins with the name of its measure, which chooses its rule."""
        known = rule(f"rule.calibration.{RULES.get(key.split('.')[0].rstrip('0123456789'), 'count')}")
        unit = {"percent": "per cent", "count": "count", "points": "points"}.get(form, "")
        return self.numbers.recorded(
            f"brief.calibration.{key}", float(value), unit, known, label="estimated", form=form, digits=digits, n=n
        )

    def share(self, key: str, value: float, n: int | None = None) -> Figure:
        """A share 0-1 as whole per cent."""
        return self.f(key, 100 * value, "percent", 0, n)

    def count(self, key: str, value: int) -> Figure:
        """A count."""
        return self.f(key, value, "count", 0)

    def cell(self, key: str, value: float, form: Form = "number", digits: int = 2, n: int | None = None) -> Markup:
        """A measured number as the cell of a table."""
        return self.n(self.f(key, value, form, digits, n))

    def held(self, key: str, value: float, n: int | None = None) -> Markup:
        """A share as the cell of a table."""
        return self.n(self.share(key, value, n))

    def many(self, key: str, value: int) -> Markup:
        """A count as the cell of a table."""
        return self.n(self.count(key, value))

    def columns(self, *keys: str) -> tuple[str, ...]:
        """Heads of columns."""
        return tuple(self.s(f"calibration.column.{k}") for k in keys)

    def ranges(self) -> tuple[str, ...]:
        """`50 % range`, `80 % range`, `90 % range`."""
        return tuple(self.s("calibration.range", level=str(k)) for k in NEAR)

    def days(self, row: Row) -> str:
        """`7 days`."""
        return self.s("calibration.days", n=str(row["days"]))

    def percent(self, value: float) -> str:
        """Per cent on an axis."""
        return self.words.decimal(value) + "\u00a0%"

    def plain(self, value: float) -> str:
        """A score on an axis or beside a mark: two decimals where they tell."""
        return self.words.decimal(value, 0 if value == round(value) else 1 if value >= 10 else 2)

    def source_line(self, ids: Sequence[str]) -> Markup:
        """The line under a figure: the data and the day on which they were measured."""
        return self.t("calibration.source", day=fitted(self.content))


def fitted(content: Mapping[str, Any]) -> dt.date:
    """Day of the measurement."""
    return dt.date.fromisoformat(content["provenance"]["fitted"])
