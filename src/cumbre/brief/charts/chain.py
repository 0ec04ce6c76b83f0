"""The two rounds as one row: reach the run-off, which pair, win it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cumbre.brief.charts.canvas import Canvas, Palette, fit, text_width
from cumbre.brief.facts.ballot import PairFacts, Person
from cumbre.brief.words import Words

__all__ = ["draw_chain"]


def draw_chain(
    width: float, people: Sequence[Person], pairs: Sequence[PairFacts], colour: Callable[[str], str], name: Callable[[str], str],
    words: Words,
) -> Canvas:  # fmt: skip
    """Three panels: side by side where it is wide, one below the other where narrow."""
    wide = width > 500
    panels = [
        (
            words.text("chart.chain.reach"),
            [(name(p.id), p.runoff.value, [colour(p.id)], words.percent(p.runoff.value)) for p in people],
        ),
        (
            words.text("chart.chain.pair"),
            [
                (
                    f"{name(q.first)} \u00b7 {name(q.second)}",
                    q.chance.value,
                    [colour(q.first), colour(q.second)],
                    words.percent(q.chance.value),
                )
                for q in pairs[: len(people)]
            ],
        ),
        (words.text("chart.chain.win"), [(name(p.id), p.win.value, [colour(p.id)], words.percent(p.win.value)) for p in people]),
    ]
    panels = [p for p in panels if p[1]]
    row, head = 40, 30
    most = max(len(rows) for _, rows in panels)
    gap = 26
    if wide:
        across = (width - gap * (len(panels) - 1)) / len(panels)
        canvas = Canvas(width, head + row * most + 4)
    else:
        across = width
        canvas = Canvas(width, sum(head + row * len(rows) + 10 for _, rows in panels))
    x, y = 0.0, 0.0
    for k, (title, rows) in enumerate(panels):
        canvas.text(x + 1, y + 14, title, size=13, bold=True)
        for j, (label, value, colours, said) in enumerate(rows):
            top = y + head + row * j
            room = across - text_width(said, bold=True) - 10
            canvas.text(x + 1, top + 8, fit(label, room))
            canvas.text(x + across - 1, top + 8, said, anchor="end", bold=True)
            canvas.rect(x, top + 14, across, 10, Palette.faint)
            long = across * value
            for c, fill in enumerate(colours):
                canvas.rect(x + long * c / len(colours), top + 14, max(long / len(colours), 0.6), 10, fill)
        if wide and k < len(panels) - 1:
            canvas.text(x + across + gap / 2, y + 14, "\u2192", anchor="middle", colour=Palette.slate)
        if wide:
            x += across + gap
        else:
            y += head + row * len(rows) + 10
    return canvas
