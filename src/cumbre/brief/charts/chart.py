"""One chart with everything a reader may want of it: title, sentence, two drawings, its table, its sources."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from cumbre.brief.charts.canvas import Canvas

__all__ = ["WIDTHS", "Chart", "drawn"]

WIDTHS = (760, 340)
"""Widths in px; the page shows one of them."""


@dataclass(frozen=True)
class Chart:
    """A chart as the page shows it; cells of the table are words or the HTML of figures."""

    id: str
    title: str
    sentence: Markup
    plain: str
    canvases: tuple[Canvas, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    sources: tuple[str, ...] = ()
    note: str = ""

    def svgs(self) -> tuple[Markup, ...]:
        """The drawings, wide and narrow."""
        return tuple(Markup(canvas.svg(f"{self.id}-{int(canvas.width)}", self.title, self.plain)) for canvas in self.canvases)


def drawn(draw: Callable[[float], Canvas], widths: Sequence[float] = WIDTHS) -> tuple[Canvas, ...]:
    """The drawing at every width."""
    return tuple(draw(width) for width in widths)
