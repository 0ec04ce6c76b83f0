"""Charts of how forecasts did: said against happened, where results fell, several measures a row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from cumbre.brief.charts.canvas import Canvas, Palette, fit, text_width
from cumbre.brief.charts.scale import Scale, bottom_axis, left_axis, nice

__all__ = ["Panel", "Series", "draw_calibration", "draw_measures", "draw_panels"]


def draw_calibration(
    width: float,
    rows: Sequence[tuple[float, float, float, float, str]],
    axes: tuple[str, str],
    perfect: str,
    say: Callable[[float], str],
) -> Canvas:
    """What happened against what was said: mean probability, share of yes, its interval, and how many; all in per cent.

    `perfect` names the diagonal, where there is room for it.
    """
    side = min(width - 60, 420.0)
    left, top = 48.0, 26.0
    canvas = Canvas(width, top + side + 46)
    ticks = nice(0, 100, 5)
    x, y = Scale(0, 100, left, left + side), Scale(0, 100, top + side, top)
    left_axis(canvas, y, ticks, say, left, left + side)
    bottom_axis(canvas, x, ticks, say, top, top + side)
    canvas.line(x(0), y(0), x(100), y(100), Palette.slate, 1.2, "5 4")
    canvas.text(left, 13, fit(axes[1], width - left - 4), bold=True)
    canvas.text(left + side, top + side + 36, fit(axes[0], side), anchor="end", bold=True)
    for said, happened, low, high, n in rows:
        at = x(said)
        canvas.line(at, y(low), at, y(high), Palette.wine, 2.4, cap="round")
        canvas.dot(at, y(happened), 5, Palette.wine, stroke=Palette.paper)
        half = text_width(n) / 2 + 2
        for place in (y(low) + 15, y(high) - 6, y(happened) + 19):
            if top < place < y(0) - 3 and canvas.clear(at - half, place - 11, at + half, place + 3):
                canvas.text(at, place, n, anchor="middle", halo=True)
                break
    if perfect and canvas.clear(x(8), y(20), x(8) + text_width(perfect), y(14)):
        canvas.text(x(22), y(14), perfect, colour=Palette.slate, halo=True)
    return canvas


@dataclass(frozen=True)
class Panel:
    """A histogram of shares in equal bins, and half the width of the band in which chance alone would leave them."""

    title: str
    shares: tuple[float, ...]
    slack: float


def draw_panels(width: float, panels: Sequence[Panel], say: Callable[[float], str]) -> Canvas:
    """Small histograms side by side; the shaded band is where even bins would lie by chance. Values and labels in per cent."""
    columns = 5 if width > 500 else 2
    gap, left, tall = 12.0, 40.0, 96.0
    rows = -(-len(panels) // columns)
    wide = (width - left - gap * (columns - 1)) / columns
    most = max([0.22, *(v for p in panels for v in p.shares)])
    step = 24 + tall + 34
    canvas = Canvas(width, rows * step)
    for k, panel in enumerate(panels):
        row, column = divmod(k, columns)
        x0, top = left + column * (wide + gap), row * step + 22
        x, y = Scale(0, 1, x0, x0 + wide), Scale(0, most, top + tall, top)
        even = 1 / len(panel.shares)
        canvas.text(x0, top - 8, fit(panel.title, wide, bold=True), bold=True)
        canvas.rect(x0, y(even + panel.slack), wide, y(max(even - panel.slack, 0)) - y(even + panel.slack), Palette.rule)
        for b, share in enumerate(panel.shares):
            canvas.rect(x((b + 0.22) * even), y(share), 0.56 * wide * even, y(0) - y(share), Palette.indigo)
        canvas.line(x0, y(even), x0 + wide, y(even), Palette.ink, 1, "3 3")
        canvas.line(x0, y(0), x0 + wide, y(0), Palette.slate)
        for at, anchor in ((0.0, "start"), (0.5, "middle"), (1.0, "end")):
            canvas.text(x(at), top + tall + 15, f"{100 * at:.0f}", anchor=anchor, colour=Palette.slate)  # type: ignore[arg-type]
        if column == 0:
            canvas.text(x0 - 5, y(even) + 4, say(100 * even), anchor="end", colour=Palette.slate)
    return canvas


@dataclass(frozen=True)
class Series:
    """One measure in every row: its name, its mark, and for each row (value, low, high) or None."""

    name: str
    colour: str
    style: Literal["dot", "ring", "tick"]
    values: tuple[tuple[float, float, float] | None, ...]


def draw_measures(
    width: float,
    rows: Sequence[str],
    series: Sequence[Series],
    ticks: Sequence[float],
    say: Callable[[float], str],
    *,
    references: Sequence[float] = (),
) -> Canvas:
    """Several measures under each other in every row, each with its value beside it; `references` are dashed lines."""
    wide = width > 500
    label = 150.0 if wide else 0.0
    values = [v for s in series for v in s.values if v is not None]
    right = max((text_width(say(v[0])) for v in values), default=0.0) + 12
    lines, at = 1, 0.0
    for one in series:
        long = text_width(one.name) + 34
        if at and at + long > width:
            lines, at = lines + 1, 0.0
        at += long
    head = 18.0 * lines + (24 if references else 8)
    inner, step = 17.0, 17.0 * len(series) + (12 if wide else 28)
    canvas = Canvas(width, head + step * len(rows) + 26)
    scale = Scale(ticks[0], ticks[-1], label + 14, width - right - 6)
    foot = head + step * len(rows)
    bottom_axis(canvas, scale, list(ticks), say, head, foot)
    at, y = 0.0, 12.0
    for one in series:
        long = text_width(one.name) + 34
        if at and at + long > width:
            at, y = 0.0, y + 18
        _point(canvas, one, at + 8, y - 4)
        canvas.text(at + 20, y, fit(one.name, width - 22), colour=Palette.slate)
        at += long
    for reference in references:
        x = scale(reference)
        canvas.line(x, head, x, foot, Palette.ink, 1, "3 3")
        canvas.text(x, head - 5, say(reference), anchor="middle")
    for r, words in enumerate(rows):
        top = head + r * step
        if r:
            canvas.line(0, top, width, top, Palette.faint)
        middle = top + step / 2
        canvas.text(label if wide else 1, middle + 4 if wide else top + 15, fit(words, label or width, bold=True),
                    anchor="end" if wide else "start", bold=True, halo=not wide)  # fmt: skip
        for k, one in enumerate(series):
            value = one.values[r]
            if value is None:
                continue
            level = top + (14 if wide else 30) + inner * k
            canvas.line(scale(value[1]), level, scale(value[2]), level, one.colour, 2.4, cap="round")
            _point(canvas, one, scale(value[0]), level)
            canvas.text(max(scale(value[2]), scale(value[0]) + 5) + 6, level + 4, say(value[0]), halo=True)
    return canvas


def _point(canvas: Canvas, one: Series, x: float, y: float) -> None:
    if one.style == "tick":
        canvas.line(x, y - 6, x, y + 6, one.colour, 3)
    elif one.style == "ring":
        canvas.dot(x, y, 4.2, Palette.paper, stroke=one.colour, width=2)
    else:
        canvas.dot(x, y, 4.8, one.colour, stroke=Palette.paper)
