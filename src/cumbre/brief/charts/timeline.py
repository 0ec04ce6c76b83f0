"""The record as stems: cooperative acts up, conflictual acts down; words end in a ring, deeds in a full dot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from cumbre.brief.charts.canvas import Canvas, Palette, text_width
from cumbre.brief.charts.scale import Scale, date_axis
from cumbre.brief.words import Words
from cumbre.record.schema import Event

__all__ = ["draw_timeline", "letter"]


def letter(k: int) -> str:
    """`a`, `b`, ... for the events that are named below the chart."""
    return "abcdefghijklmnopqrstuvwxyz"[k % 26]


def draw_timeline(
    width: float, pair: Sequence[Event], around: Sequence[Event], named: Sequence[Event], words: Words, meeting: dt.date | None
) -> Canvas:
    """Events in time; `named` carry letters, `around` (events of others) stand in grey behind."""
    wide = width > 500
    canvas = Canvas(width, 300 if wide else 280)
    events = [*pair, *around]
    first, last = min(e.date for e in events), max([*(e.date for e in events), *([meeting] if meeting else [])])
    first -= dt.timedelta(days=8)
    last += dt.timedelta(days=8)
    x = Scale(first.toordinal(), last.toordinal(), 8, width - 8)
    top, bottom = 34.0, canvas.height - 38
    y = Scale(-10.5, 10.5, bottom, top)
    canvas.text(8, 12, words.text("chart.timeline.up"), colour=Palette.ink, bold=True)
    canvas.text(8, bottom - 6, words.text("chart.timeline.down"), colour=Palette.ink, bold=True, halo=True)
    _key(canvas, words, width, wide)
    date_axis(canvas, x, first, last, bottom + 4, lambda d: words.month(d, short=True), top=top)
    zero = y(0)
    canvas.line(8, zero, width - 8, zero, Palette.slate)
    taken: dict[float, int] = {}
    for event in sorted(around, key=lambda e: e.date):
        at = x.day(event.date)
        canvas.line(at, zero, at, y(event.intensity), Palette.rule, 1.5)
    letters = {e.id: letter(k) for k, e in enumerate(named)}
    tips: list[tuple[float, float, str, bool]] = []
    for event in sorted(pair, key=lambda e: (e.date, e.id)):
        at = x.day(event.date)
        column = round(at)
        shift = taken.get(column, 0)
        taken[column] = shift + 1
        at += (shift + 1) // 2 * 2.5 * (1 if shift % 2 else -1) if shift else 0
        tip, colour = y(event.intensity), Palette.teal if event.intensity >= 0 else Palette.ochre
        canvas.line(at, zero, at, tip, colour, 2)
        if event.mode == "verbal":
            canvas.dot(at, tip, 3.2, Palette.paper, stroke=colour, width=1.6)
        else:
            canvas.dot(at, tip, 3.8, colour)
        if event.id in letters:
            tips.append((at, tip, letters[event.id], event.intensity >= 0))
    for at, tip, sign, up in tips:
        for k in range(6):
            level = tip - 8 - 13 * k if up else tip + 16 + 13 * k
            half = text_width(sign, bold=True) / 2 + 1
            if canvas.clear(at - half, level - 11, at + half, level + 3):
                break
        canvas.text(at, level, sign, anchor="middle", bold=True, halo=True)
    if meeting:
        at = x.day(meeting)
        canvas.line(at, top - 6, at, bottom + 4, Palette.ink, 1, "3 3")
        said = words.text("chart.meeting")
        half = text_width(said) / 2
        place = min(max(at, half), width - half - 1)
        if canvas.clear(place - half, top - 18, place + half, top - 7):
            canvas.text(place, top - 9, said, anchor="middle")
    return canvas


def _key(canvas: Canvas, words: Words, width: float, wide: bool) -> None:
    y = 12.0
    x = width - 8
    for name in ("deeds", "words"):
        said = words.text(f"chart.timeline.{name}")
        long = text_width(said)
        canvas.text(x, y, said, anchor="end", colour=Palette.slate)
        centre = x - long - 9
        if name == "words":
            canvas.dot(centre, y - 4, 3.2, Palette.paper, stroke=Palette.slate, width=1.6)
        else:
            canvas.dot(centre, y - 4, 3.8, Palette.slate)
        x = centre - 12 if wide else x
        y = y if wide else y + 15
