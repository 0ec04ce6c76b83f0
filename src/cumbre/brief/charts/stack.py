"""Shares of a whole as one bar a row, each part named below or inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cumbre.brief.charts.canvas import Canvas, Palette, fit, text_width, wrap

__all__ = ["Part", "StackRow", "draw_stack"]


@dataclass(frozen=True)
class Part:
    """One part of a bar: its share 0-1, its colour, what is written in it."""

    share: float
    colour: str
    said: str
    hatch: bool = False


@dataclass(frozen=True)
class StackRow:
    """One bar with its label."""

    label: str
    parts: tuple[Part, ...]


def draw_stack(width: float, rows: Sequence[StackRow], key: Sequence[tuple[str, str, bool]]) -> Canvas:
    """`key` names the colours: (words, colour, hatched)."""
    wide = width > 500
    label_width = 190.0 if wide else width
    left = label_width + 12 if wide else 0.0
    lines, x = 1, 0.0
    for said, _, _ in key:
        long = text_width(said) + 34
        if x + long > width:
            lines, x = lines + 1, 0.0
        x += long
    top = 18.0 * lines + 8
    texts = [wrap(r.label, label_width - 4, most=2) for r in rows]
    heights = [34.0 if wide else 15 * len(t) + 30 for t in texts]
    canvas = Canvas(width, top + sum(heights) + 4)
    x, y = 0.0, 12.0
    for said, colour, hatch in key:
        long = text_width(said) + 34
        if x + long > width:
            x, y = 0.0, y + 18
        canvas.rect(x + 1, y - 10, 12, 12, colour, hatch=hatch)
        canvas.text(x + 18, y, said, colour=Palette.slate)
        x += long
    y = top
    for row, text, tall in zip(rows, texts, heights, strict=True):
        for k, line in enumerate(text):
            at = y + 20 - 7.5 * (len(text) - 1) + 15 * k if wide else y + 12 + 15 * k
            canvas.text(label_width if wide else 1, at, line, anchor="end" if wide else "start")
        bar = y + 4 if wide else y + 15 * len(text) + 2
        start, whole = left, width - left
        for part in row.parts:
            long = whole * part.share
            canvas.rect(start, bar, max(long - 1, 0.4), 24, part.colour, hatch=part.hatch)
            said = fit(part.said, long - 6, bold=True)
            if said == part.said and long > 14 and part.said:
                if part.hatch or part.colour in (Palette.rule, Palette.faint, Palette.teal):
                    wide_said = text_width(said, bold=True)
                    canvas.rect(start + long / 2 - wide_said / 2 - 3, bar + 4, wide_said + 6, 16, Palette.paper, radius=3)
                    canvas.text(start + long / 2, bar + 16.5, said, anchor="middle", bold=True)
                else:
                    canvas.text(start + long / 2, bar + 16.5, said, anchor="middle", bold=True, colour=Palette.paper)
            start += long
        y += tall
    return canvas
