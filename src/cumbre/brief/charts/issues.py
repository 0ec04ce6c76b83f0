"""A row an issue: the scale, the status quo, what both sides want, and where the worlds settle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cumbre.brief.charts.canvas import Canvas, Palette, fit, text_width, wrap
from cumbre.brief.charts.scale import Scale
from cumbre.brief.facts.table import IssueFacts, Want
from cumbre.brief.words import Words

__all__ = ["IssueWords", "draw_issues"]


@dataclass(frozen=True)
class IssueWords:
    """The words of one row in the page's language."""

    title: str
    low: str
    high: str
    said: str


def draw_issues(
    width: float,
    issues: Sequence[IssueFacts],
    texts: Sequence[IssueWords],
    sides: tuple[str, str],
    names: tuple[str, str],
    words: Words,
) -> Canvas:
    """`sides` are the ids of the home side (drawn above the scale) and of the other (below), `names` what they are called."""
    wide = width > 500
    label_width = 232.0 if wide else width - 4
    right = max((text_width(t.said, bold=True) for t in texts), default=0) + 8
    left, end = (label_width + 14, width - right - 8) if wide else (6.0, width - right - 6)
    titles = [wrap(t.title, label_width, bold=True, most=2) for t in texts]
    row = [66.0 if wide else 15 * len(t) + 70 for t in titles]
    top = 52.0 if wide else 92.0
    canvas = Canvas(width, top + sum(row) + 4)
    _key(canvas, names, words)
    head = words.text("chart.issues.head")
    canvas.text(width - 1, top - 6, head, anchor="end", colour=Palette.slate)
    y = top
    for facts, text, title, tall in zip(issues, texts, titles, row, strict=True):
        canvas.line(0, y, width, y, Palette.faint)
        scale = Scale(facts.issue.low, facts.issue.high, left, end)
        middle = y + 29 if wide else y + 15 * len(title) + 30
        for k, line in enumerate(title):
            at = y + 34 - 7.5 * (len(title) - 1) + 15 * k if wide else y + 16 + 15 * k
            canvas.text(label_width if wide else 2, at, line, anchor="end" if wide else "start", bold=True)
        if facts.win_set is not None:
            low, high = (scale(v) for v in facts.win_set)
            canvas.rect(low, middle - 5, max(high - low, 3), 10, Palette.teal, opacity=0.22)
            for edge in (low, max(high, low + 3)):
                canvas.line(edge, middle - 7, edge, middle + 7, Palette.teal, 1.6)
        _settled(canvas, scale, facts, middle)
        canvas.line(left, middle, end, middle, Palette.slate)
        for want in facts.wants:
            above = want.side == sides[0]
            _want(
                canvas, scale, want, middle + (-17 if above else 11), Palette.wine if above else Palette.indigo, hatch=not above
            )
        quo = scale(facts.status_quo.value)
        canvas.shape(f"M{quo:.1f} {middle - 5:.1f}l5 5l-5 5l-5 -5z", Palette.paper, Palette.ink, 1.6)
        half = (end - left) / 2 - 6
        canvas.text(left, middle + 31, fit(text.low, half), colour=Palette.slate)
        canvas.text(end, middle + 31, fit(text.high, half), anchor="end", colour=Palette.slate)
        canvas.text(width - 1, middle + 4, text.said, anchor="end", bold=True)
        y += tall
    return canvas


def _settled(canvas: Canvas, scale: Scale, facts: IssueFacts, middle: float) -> None:
    """Grey blocks above and below the scale, as tall as the share of worlds; one a step, or 25 over a numeric scale."""
    if facts.is_steps:
        for k, figure in enumerate(facts.steps):
            tall = 24 * figure.value
            at = scale(facts.issue.low + k)
            x = min(max(at - 11, scale.start), scale.end - 22)
            canvas.rect(x, middle - tall / 2, 22, max(tall, 0.6), Palette.slate, opacity=0.45)
        return
    counts, edges = np.histogram(facts.values, bins=25, range=(facts.issue.low, facts.issue.high))
    share = counts / max(counts.sum(), 1)
    step = (scale.end - scale.start) / 25
    for value, edge in zip(share, edges, strict=False):
        if value > 0.002:
            tall = max(24 * float(value) ** 0.5, 1.0)
            canvas.rect(scale(edge), middle - tall / 2, step - 0.6, tall, Palette.slate, opacity=0.45)


def _want(canvas: Canvas, scale: Scale, want: Want, y: float, colour: str, *, hatch: bool) -> None:
    low, high = scale(want.low.value), scale(want.high.value)
    canvas.rect(min(low, high - 2), y, max(high - low, 3), 6, colour, hatch=hatch)
    at = scale(want.mode.value)
    canvas.line(at, y - 3, at, y + 9, colour, 2.5)
    if want.red_line is not None:
        red = scale(want.red_line.value)
        canvas.line(red - 3, y - 2, red + 3, y + 8, Palette.ink, 1.6)
        canvas.line(red - 3, y + 8, red + 3, y - 2, Palette.ink, 1.6)


def _key(canvas: Canvas, names: tuple[str, str], words: Words) -> None:
    items = [
        ("home", words.text("chart.issues.wants", name=names[0])), ("other", words.text("chart.issues.wants", name=names[1])),
        ("quo", words.text("chart.issues.quo")), ("settle", words.text("chart.issues.settle")),
        ("zone", words.text("chart.issues.zone")), ("red", words.text("chart.issues.red")),
    ]  # fmt: skip
    x, y = 2.0, 12.0
    for kind, said in items:
        long = text_width(said) + 24
        if x + long > canvas.width - 2:
            x, y = 2.0, y + 17
        if kind in ("home", "other"):
            colour = Palette.wine if kind == "home" else Palette.indigo
            canvas.rect(x, y - 7, 15, 6, colour, hatch=kind == "other")
            canvas.line(x + 8, y - 10, x + 8, y + 2, colour, 2.5)
        elif kind == "quo":
            canvas.shape(f"M{x + 8:.1f} {y - 9:.1f}l5 5l-5 5l-5 -5z", Palette.paper, Palette.ink, 1.6)
        elif kind == "zone":
            canvas.rect(x, y - 9, 15, 10, Palette.teal, opacity=0.22)
            for edge in (x, x + 15):
                canvas.line(edge, y - 11, edge, y + 3, Palette.teal, 1.6)
        elif kind == "settle":
            canvas.rect(x, y - 10, 15, 12, Palette.slate, opacity=0.45)
        else:
            canvas.line(x + 4, y - 9, x + 11, y + 1, Palette.ink, 1.6)
            canvas.line(x + 4, y + 1, x + 11, y - 9, Palette.ink, 1.6)
        canvas.text(x + 20, y, said, colour=Palette.slate)
        x += long + 14
