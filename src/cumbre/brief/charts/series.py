"""A series through time: the level with its band up to the as-of date, then the fan of the worlds; labels at the ends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from cumbre.brief.charts.canvas import Canvas, Palette, spread, text_width, wrap
from cumbre.brief.charts.scale import Scale, date_axis, left_axis, nice
from cumbre.brief.facts.relation import Level

__all__ = ["Line", "Moment", "draw_series"]


@dataclass(frozen=True)
class Line:
    """One line: past level, future fan, dots of polls, an interval at the end, and the label of its end."""

    label: str
    colour: str
    past: Level | None = None
    future: Level | None = None
    inner: Level | None = None
    dots: tuple[tuple[dt.date, float], ...] = ()
    end: tuple[float, float, float] | None = None
    dash: str = ""
    bold: bool = True


@dataclass(frozen=True)
class Moment:
    """A dated vertical line with a name, or a letter above a point of the line."""

    date: dt.date
    label: str
    y: float | None = None


@dataclass
class _Extent:
    first: dt.date
    last: dt.date
    values: list[float] = field(default_factory=list)


def draw_series(
    width: float,
    lines: Sequence[Line],
    moments: Sequence[Moment],
    *,
    first: dt.date,
    last: dt.date,
    say: Callable[[float], str],
    month: Callable[[dt.date], str],
    height: float = 320,
    zero: bool = False,
    floor: float | None = None,
    low_label: str = "",
    high_label: str = "",
) -> Canvas:
    """Draw the lines from `first` to `last`; `zero` keeps 0 in view, `floor` bounds the axis from below."""
    wide = width > 500
    canvas = Canvas(width, height if wide else height - 30)
    values = [v for line in lines for v in _values(line, first)]
    low, high = min(values, default=0), max(values, default=1)
    if zero:
        low, high = min(low, 0), max(high, 0)
    if floor is not None:
        low = max(low, floor)
    ticks = nice(low, high, 5 if wide else 4)
    tick_width = max(text_width(say(t)) for t in ticks)
    labels = [line for line in lines if line.label]
    limit = 190 if wide else 104
    label_width = min(max((text_width(line.label, bold=line.bold) for line in labels), default=0), limit) + 16
    ends_at = sum(line.end is not None for line in lines)
    step = 7 if wide else 5
    left, right = tick_width + 10, width - label_width - 4 - step * max(ends_at - 1, 0)
    heads = 20 if moments else 8
    top, bottom = heads + (15 if high_label else 0), canvas.height - 38
    x = Scale(first.toordinal(), last.toordinal(), left, right)
    y = Scale(ticks[0], ticks[-1], bottom - (14 if low_label else 0), top + 4)
    date_axis(canvas, x, first, last, bottom + 4, month, top=top)
    left_axis(canvas, y, ticks, say, left, right)
    if high_label:
        canvas.text(left + 4, top - 1, high_label, colour=Palette.slate, halo=True)
    if low_label:
        canvas.text(left + 4, bottom, low_label, colour=Palette.slate, halo=True)
    _moments(canvas, [m for m in moments if m.y is None], x, top, bottom + 4)
    shift = 0.0
    for line in lines:
        _line(canvas, line, x, y, first)
        if line.end is not None:
            _end(canvas, line, right + shift, y)
            shift += step
    right += step * max(ends_at - 1, 0)
    for moment in (m for m in moments if m.y is not None and first <= m.date <= last):
        at, tip = x.day(moment.date), y(moment.y or 0)
        canvas.dot(at, tip, 4, Palette.paper, stroke=Palette.ink, width=1.6)
        half = text_width(moment.label, bold=True) / 2 + 1
        for level in (tip - 10, tip + 18, tip - 24, tip + 32):
            if canvas.clear(at - half, level - 11, at + half, level + 3):
                canvas.text(at, level, moment.label, anchor="middle", bold=True, halo=True)
                break
    ends = [y(_last(line)) for line in labels]
    texts = [wrap(line.label, label_width - 15.9, bold=line.bold, most=2) for line in labels]
    tall = max((len(t) for t in texts), default=1)
    for line, end, at, text in zip(labels, ends, spread(ends, 13 * tall + 3, top + 6, bottom - 4), texts, strict=True):
        canvas.path([(right + 4, end), (right + 9, at), (right + 12, at)], line.colour, 1.2)
        for k, part in enumerate(text):
            canvas.text(right + 14, at + 4 - 6.5 * (len(text) - 1) + 13 * k, part, bold=line.bold)
    return canvas


def _values(line: Line, first: dt.date) -> list[float]:
    found = [v for day, v in line.dots if day >= first]
    for level in (line.past, line.future):
        if level is not None:
            found += [float(v) for d, a, b in zip(level.dates, level.low, level.high, strict=True) if d >= first for v in (a, b)]
    return found + list(line.end or ())


def _last(line: Line) -> float:
    if line.end is not None:
        return line.end[1]
    for level in (line.future, line.past):
        if level is not None:
            return float(level.middle[-1])
    return line.dots[-1][1]


def _line(canvas: Canvas, line: Line, x: Scale, y: Scale, first: dt.date) -> None:
    for level, opacity in ((line.past, 0.18), (line.future, 0.16), (line.inner, 0.18)):
        if level is not None:
            keep = [k for k, d in enumerate(level.dates) if d >= first]
            upper = [(x.day(level.dates[k]), y(float(level.high[k]))) for k in keep]
            lower = [(x.day(level.dates[k]), y(float(level.low[k]))) for k in keep]
            canvas.band(upper, lower, line.colour, opacity)
    for day, value in line.dots:
        if day >= first:
            canvas.dot(x.day(day), y(value), 2.6, line.colour, opacity=0.55)
    for level, dash in ((line.past, line.dash), (line.future, "5 4")):
        if level is not None:
            points = [(x.day(d), y(float(v))) for d, v in zip(level.dates, level.middle, strict=True) if d >= first]
            canvas.path(points, line.colour, 2.2, dash)


def _end(canvas: Canvas, line: Line, at: float, y: Scale) -> None:
    """The interval of the last day; those of several lines stand side by side."""
    low, middle, high = line.end or (0.0, 0.0, 0.0)
    canvas.line(at, y(low), at, y(high), line.colour, 3.5, cap="round")
    canvas.dot(at, y(middle), 4, line.colour, stroke=Palette.paper)


def _moments(canvas: Canvas, moments: Sequence[Moment], x: Scale, top: float, bottom: float) -> None:
    edge = -1.0
    for moment in sorted(moments, key=lambda m: m.date):
        at = x.day(moment.date)
        canvas.line(at, top - 4, at, bottom, Palette.ink, 1, "3 3")
        half = text_width(moment.label) / 2
        place = min(max(at, half + 1), canvas.width - half - 1)
        if place - half < edge + 6:
            place = edge + 6 + half
        if moment.label and place + half <= canvas.width:
            canvas.text(place, 11, moment.label, anchor="middle")
            edge = place + half
