"""Where a number comes from. Every number that reaches a page carries one of these."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

__all__ = ["Label", "Passport"]

Label = Literal["estimated", "selected", "literature", "judged", "recorded", "simulated"]
"""estimated: fitted to data that were not chosen for their outcome. selected: fitted to data found through news.
literature: taken from a published study. judged: set by a person. recorded: a figure of the public record.
simulated: read from the worlds, and resting on the passports named in `rests_on`."""


@dataclass(frozen=True)
class Passport:
    """One number: its value, how it came about, and what it rests on.

    id        stable name, e.g. "ballot.p_win.cepeda"
    value     the number (or words where there is none)
    unit      its unit
    label     what kind of evidence
    low, high an interval, if there is one; `level` says which
    sources   ids of sources.csv
    rests_on  ids of other passports
    rule      the formula or rule in words
    note      a caution
    """

    id: str
    value: float | str | None
    unit: str
    label: Label
    rule: str
    low: float | None = None
    high: float | None = None
    level: float | None = None
    n: int | None = None
    mc_error: float | None = None
    sources: tuple[str, ...] = ()
    rests_on: tuple[str, ...] = ()
    quote: str = ""
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON, empty fields left out."""
        return {k: v for k, v in asdict(self).items() if v is not None and not (isinstance(v, str | tuple) and not v)}
