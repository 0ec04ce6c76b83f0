"""Figures of the workbench's own: registered with a passport whose rule is one of the workbench's sentences."""

from __future__ import annotations

import math
from collections.abc import Iterable

from cumbre.brief.facts.study import Study
from cumbre.brief.numbers import Figure, Form, rule
from cumbre.record.passport import Label, Passport
from cumbre.workbench.language import sentences

__all__ = ["figure"]


def figure(
    study: Study,
    id_: str,
    value: float,
    unit: str,
    key: str,
    *,
    label: Label = "recorded",
    form: Form = "number",
    digits: int = 0,
    low: float | None = None,
    high: float | None = None,
    level: float | None = None,
    n: int | None = None,
    sources: Iterable[str] = (),
    note: str = "",
    quote: str = "",
    **said: str,
) -> Figure:
    """Register a number; `key` names the sentence that says how it is made, `said` fills its places."""
    text = sentences("en")[key].format_map(said)
    passport = Passport(
        id_,
        value if math.isfinite(value) else None,
        unit,
        label,
        text,
        low=low,
        high=high,
        level=level,
        n=n,
        sources=tuple(sources),
        note=note,
        quote=quote,
    )
    return study.numbers.add(passport, form, digits, rule(key, **said))
