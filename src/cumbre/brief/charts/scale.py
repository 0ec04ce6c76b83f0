"""From data to px: linear and date scales with round ticks."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from cumbre.brief.charts.canvas import Canvas, Palette, text_width

__all__ = ["Scale", "bottom_axis", "date_axis", "left_axis", "month_starts", "nice"]


def nice(low: float, high: float, about: int = 5) -> list[float]:
    """Round ticks from at or below `low` to at or above `high`, about `about` of them.

    >>> nice(0.3, 38.2, 4)
    [0.0, 10.0, 20.0, 30.0, 40.0]
    """
    if not (math.isfinite(low) and math.isfinite(high)):
        low, high = 0.0, 1.0
    if high - low < 1e-9:
        low, high = low - 1, high + 1
    raw = (high - low) / max(about, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(k * step, 10) for k in range(first, last + 1)]


@dataclass(frozen=True)
class Scale:
    """A linear map from [low, high] to [start, end] px; values outside are held at the ends."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        span = self.high - self.low or 1.0
        share = min(max((value - self.low) / span, 0.0), 1.0)
        return self.start + share * (self.end - self.start)

    def day(self, day: dt.date) -> float:
        """Position of a date on a scale made from `toordinal` values."""
        return self(day.toordinal())


def month_starts(first: dt.date, last: dt.date) -> list[dt.date]:
    """First days of the months inside [first, last]."""
    days = []
    year, month = first.year, first.month
    while dt.date(year, month, 1) <= last:
        if dt.date(year, month, 1) >= first:
            days.append(dt.date(year, month, 1))
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return days


def date_axis(
    canvas: Canvas, scale: Scale, first: dt.date, last: dt.date, y: float, name: Callable[[dt.date], str], *, top: float
) -> None:
    """Months along the bottom, as many named as there is room for; the year stands with January and with the first."""
    months = month_starts(first, last)
    every = 1
    for every in (1, 2, 3, 4, 6, 12):
        kept = [m for m in months if (m.month - 1) % every == 0]
        wide = max((text_width(name(m)) for m in kept), default=0) + 14
        if all(scale.day(b) - scale.day(a) >= wide for a, b in pairwise(kept)):
            break
    named: list[tuple[float, str, int]] = []
    for m in months:
        x = scale.day(m)
        canvas.line(x, top, x, y, Palette.faint)
        if (m.month - 1) % every == 0 and 16 <= x <= canvas.width - 16:
            canvas.text(x, y + 15, name(m), anchor="middle", colour=Palette.slate)
            named.append((x, name(m), m.year))
    shown = 0
    for x, _, year in named:
        if year != shown:
            canvas.text(x, y + 29, str(year), anchor="middle", colour=Palette.slate)
            shown = year
    canvas.line(scale.start, y, scale.end, y, Palette.slate)


def left_axis(canvas: Canvas, scale: Scale, ticks: list[float], say: Callable[[float], str], x0: float, x1: float) -> None:
    """Horizontal rules with their values at the left."""
    for tick in ticks:
        y = scale(tick)
        canvas.line(x0, y, x1, y, Palette.rule if tick else Palette.slate)
        canvas.text(x0 - 6, y + 4, say(tick), anchor="end", colour=Palette.slate)


def bottom_axis(
    canvas: Canvas, scale: Scale, ticks: list[float], say: Callable[[float], str], top: float, y: float, *, zero: bool = True
) -> None:
    """Vertical rules with their values below; a label that would meet the one before it is left out."""
    edge = -math.inf
    for tick in ticks:
        x = scale(tick)
        canvas.line(x, top, x, y, Palette.slate if zero and tick == 0 else Palette.rule)
        wide = text_width(say(tick))
        x_label = min(max(x, wide / 2), canvas.width - wide / 2)
        if x_label - wide / 2 > edge + 4:
            canvas.text(x_label, y + 15, say(tick), anchor="middle", colour=Palette.slate)
            edge = x_label + wide / 2
