"""The workhorse: rows of named intervals on one axis. Labels stand left of the plot where it is wide, above it where narrow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from cumbre.brief.charts.canvas import Canvas, Palette, fit, text_width, wrap
from cumbre.brief.charts.scale import Scale, bottom_axis

__all__ = ["Mark", "RowSpec", "draw_rows"]


@dataclass(frozen=True)
class Mark:
    """One mark on a row: a dot with a whisker from low to high, a ring, or a bar from `base` to value."""

    value: float
    low: float | None = None
    high: float | None = None
    colour: str = Palette.indigo
    style: Literal["dot", "ring", "bar", "hatch", "tick"] = "dot"
    base: float = 0.0


@dataclass(frozen=True)
class RowSpec:
    """A row: its label, its marks, what is written at the right, and a second line in grey."""

    label: str
    marks: tuple[Mark, ...]
    said: str = ""
    note: str = ""
    bold: bool = False


def draw_rows(
    width: float,
    rows: Sequence[RowSpec],
    ticks: Sequence[float],
    say: Callable[[float], str],
    *,
    reference: float | None = None,
    reference_label: str = "",
    heads: tuple[str, str] = ("", ""),
    label_share: float = 0.4,
) -> Canvas:
    """Draw the rows over an axis that spans `ticks`; `reference` is a dashed line with a name."""
    wide = width > 500
    right = max((text_width(r.said, bold=True) for r in rows), default=0) + 10
    label_width = width * label_share if wide else width - 4
    left = label_width + 12 if wide else 10
    plot_end = width - right - (6 if wide else 2)
    scale = Scale(ticks[0], ticks[-1], left, plot_end)
    texts = [wrap(r.label, label_width - (0 if wide else 4), bold=r.bold, most=2) for r in rows]
    notes = [wrap(r.note, label_width, most=1) if r.note else [] for r in rows]
    gap = 10 if wide else 14
    heights = [
        max(24, 15 * (len(t) + len(n)) + gap) if wide else 15 * (len(t) + len(n)) + 18 + gap
        for t, n in zip(texts, notes, strict=True)
    ]
    top = (22 if reference_label or any(heads) else 6) + (0 if wide or not any(heads) else 14)
    height = top + sum(heights) + 26
    canvas = Canvas(width, height)
    foot = top + sum(heights)
    bottom_axis(canvas, scale, list(ticks), say, top, foot)
    if heads[0]:
        canvas.text(left, 12, fit(heads[0], (plot_end - left) / 2 - 8), colour=Palette.slate)
        canvas.text(plot_end, 12, fit(heads[1], (plot_end - left) / 2 - 8), anchor="end", colour=Palette.slate)
    if reference is not None:
        x = scale(reference)
        canvas.line(x, top, x, foot, Palette.ink, 1, "3 3")
        if reference_label:
            half = text_width(reference_label) / 2
            canvas.text(min(max(x, half + 1), width - half - 1), 12 if not heads[0] else 26, reference_label, anchor="middle")
    y = float(top)
    for row, text, note, tall in zip(rows, texts, notes, heights, strict=True):
        block = 15 * (len(text) + len(note))
        baseline = y + (tall - block) / 2 + 11.5 if wide else y + 14
        for k, line in enumerate(text):
            canvas.text(
                label_width if wide else 2,
                baseline + 15 * k,
                line,
                anchor="end" if wide else "start",
                bold=row.bold,
                halo=not wide,
            )
        for k, line in enumerate(note):
            at = baseline + 15 * (len(text) + k)
            canvas.text(
                label_width if wide else 2, at, line, anchor="end" if wide else "start", colour=Palette.slate, halo=not wide
            )
        middle = y + tall / 2 if wide else y + block + 14
        for mark in row.marks:
            _mark(canvas, scale, mark, middle)
        if row.said:
            canvas.text(width - 1, middle + 4, row.said, anchor="end", bold=True)
        y += tall
    return canvas


def _mark(canvas: Canvas, scale: Scale, mark: Mark, y: float) -> None:
    x = scale(mark.value)
    if mark.style in ("bar", "hatch"):
        start = scale(mark.base)
        canvas.rect(min(start, x), y - 6, max(abs(x - start), 0.8), 12, mark.colour, hatch=mark.style == "hatch")
        if mark.low is not None and mark.high is not None:
            canvas.line(scale(mark.low), y, scale(mark.high), y, Palette.ink, 1.2)
        return
    if mark.style == "tick":
        if mark.low is not None and mark.high is not None:
            canvas.line(scale(mark.low), y, scale(mark.high), y, mark.colour, 1.5)
        canvas.line(x, y - 7, x, y + 7, mark.colour, 2.5)
        return
    if mark.low is not None and mark.high is not None:
        canvas.line(scale(mark.low), y, scale(mark.high), y, mark.colour, 3, cap="round")
    if mark.style == "ring":
        canvas.dot(x, y, 4.5, Palette.paper, stroke=mark.colour, width=2)
    else:
        canvas.dot(x, y, 5, mark.colour, stroke=Palette.paper)
