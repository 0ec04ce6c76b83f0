"""A drawing surface for one chart: SVG text out, every label's box remembered so that collisions can be tested.

Widths of words come from the Helvetica/Arial metrics (units of 1/1000 em), padded a little, because charts ask for that family
first; the browser test measures the same labels in a real page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from markupsafe import escape

__all__ = ["FAMILY", "INK", "PAPER", "Box", "Canvas", "Palette", "fit", "spread", "text_width", "wrap"]

INK, PAPER, RULE, FAINT = "#1C2126", "#FAF8F4", "#D8D3C8", "#ECE7DC"
WINE, INDIGO, OCHRE, TEAL, SLATE = "#A3195B", "#2F4B9B", "#A86200", "#1A9988", "#5B6573"
FAMILY = "'Helvetica Neue',Helvetica,Arial,'Liberation Sans',sans-serif"
PADDING = 1.03

_WIDE = {
    " ": 278, "!": 278, "%": 889, "&": 667, "(": 333, ")": 333, "*": 389, "+": 584, ",": 278, "-": 333, ".": 278, "/": 278,
    ":": 278, ";": 278, "=": 584, "?": 556, "I": 278, "J": 500, "M": 833, "W": 944, "f": 278, "i": 222, "j": 222, "k": 500,
    "l": 222, "m": 833, "r": 333, "s": 500, "t": 278, "v": 500, "w": 722, "x": 500, "y": 500, "z": 500, "c": 500, "'": 191,
    "\u2212": 584, "\u2013": 556, "\u2014": 1000, "\u00a0": 278, "\u00b7": 278, "\u2192": 1000, "\u00ed": 278, "@": 1015, "L": 556,
    "F": 611, "T": 611, "Z": 611, "\u2026": 1000,
}  # fmt: skip


class Palette:
    """Colours checked for contrast on the paper and for colour-blind sight; teal is for marks only."""

    wine, indigo, ochre, teal, slate, ink, paper, rule, faint = WINE, INDIGO, OCHRE, TEAL, SLATE, INK, PAPER, RULE, FAINT
    people = (WINE, OCHRE, INDIGO, TEAL, SLATE)
    dashes = ("", "7 3", "2 3", "9 3 2 3", "4 4")


def text_width(words: str, size: float = 12, *, bold: bool = False) -> float:
    """Width of a line of text in px.

    >>> round(text_width("0", 1000 / 1.03))
    556
    """
    units = sum(_WIDE.get(c, 667 if c.isupper() else 556) for c in words)
    return units * size / 1000 * PADDING * (1.07 if bold else 1.0)


def wrap(words: str, width: float, size: float = 12, *, bold: bool = False, most: int = 0) -> list[str]:
    """Lines no wider than `width`; at most `most` of them (0 = as many as needed), the last then ends in an ellipsis."""
    lines: list[str] = []
    line = ""
    for word in words.split():
        longer = f"{line} {word}".strip()
        if line and text_width(longer, size, bold=bold) > width:
            lines.append(line)
            line = word
        else:
            line = longer
    if line:
        lines.append(line)
    if most and len(lines) > most:
        lines = [*lines[: most - 1], " ".join(lines[most - 1 :])]
    return [fit(part, width, size, bold=bold) for part in lines]


def fit(words: str, width: float, size: float = 12, *, bold: bool = False) -> str:
    """The words, cut with an ellipsis where they are wider than `width`."""
    if text_width(words, size, bold=bold) <= width:
        return words
    while words and text_width(words + "\u2026", size, bold=bold) > width:
        words = words[:-1].rstrip()
    return words + "\u2026"


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Positions as near as possible (least squares) to `wanted`, at least `gap` apart, inside [low, high], order kept.

    Pool adjacent violators on wanted[i] - i gap; where the range is too short for all, they are spaced evenly over it.

    >>> spread([10, 11, 50], 12, 0, 100)
    [4.5, 16.5, 50.0]
    """
    n = len(wanted)
    if n == 0:
        return []
    if gap * (n - 1) >= high - low:
        step = (high - low) / max(n - 1, 1)
        by_rank = [low + step * k for k in range(n)]
    else:
        order_values = sorted(wanted)
        blocks: list[list[float]] = []
        for k, value in enumerate(order_values):
            blocks.append([value - k * gap, 1.0])
            while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
                mean, weight = blocks.pop()
                before, heavy = blocks[-1]
                blocks[-1] = [(before * heavy + mean * weight) / (heavy + weight), heavy + weight]
        level = [mean for mean, weight in blocks for _ in range(int(weight))]
        top = high - gap * (n - 1)
        by_rank = [min(max(value, low), top) + k * gap for k, value in enumerate(level)]
    placed = [0.0] * n
    for rank, index in enumerate(sorted(range(n), key=lambda k: wanted[k])):
        placed[index] = float(by_rank[rank])
    return placed


@dataclass(frozen=True)
class Box:
    """Where a label lies, px."""

    x0: float
    y0: float
    x1: float
    y1: float
    words: str

    def meets(self, other: Box, slack: float = 0.5) -> bool:
        """Whether two labels overlap by more than `slack` px in both directions."""
        return min(self.x1, other.x1) - max(self.x0, other.x0) > slack and min(self.y1, other.y1) - max(self.y0, other.y0) > slack


@dataclass
class Canvas:
    """Shapes and labels of one chart of `width` by `height` px."""

    width: float
    height: float
    parts: list[str] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    hatched: dict[str, str] = field(default_factory=dict)

    def line(
        self, x0: float, y0: float, x1: float, y1: float, colour: str = RULE, width: float = 1, dash: str = "", cap: str = ""
    ) -> None:
        """A straight line."""
        more = (f' stroke-dasharray="{dash}"' if dash else "") + (f' stroke-linecap="{cap}"' if cap else "")
        self.parts.append(
            f'<line x1="{_n(x0)}" y1="{_n(y0)}" x2="{_n(x1)}" y2="{_n(y1)}" stroke="{colour}" stroke-width="{_n(width)}"{more}/>'
        )

    def path(self, points: Sequence[tuple[float, float]], colour: str, width: float = 2, dash: str = "") -> None:
        """A broken line through points."""
        if len(points) < 2:
            return
        more = f' stroke-dasharray="{dash}"' if dash else ""
        d = "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in points)
        self.parts.append(
            f'<path d="{d}" fill="none" stroke="{colour}" stroke-width="{_n(width)}" stroke-linejoin="round"{more}/>'
        )

    def band(
        self, upper: Sequence[tuple[float, float]], lower: Sequence[tuple[float, float]], colour: str, opacity: float = 0.2
    ) -> None:
        """The area between two broken lines."""
        if len(upper) < 2:
            return
        d = "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in [*upper, *reversed(lower)]) + "Z"
        self.parts.append(f'<path d="{d}" fill="{colour}" fill-opacity="{_n(opacity)}"/>')

    def rect(
        self, x: float, y: float, w: float, h: float, fill: str, *, opacity: float = 1.0, stroke: str = "", hatch: bool = False,
        radius: float = 0,
    ) -> None:  # fmt: skip
        """A bar; hatched where its colour alone should not carry the meaning."""
        if w < 0:
            x, w = x + w, -w
        if hatch:
            fill = f"url(#{self._hatch(fill)})"
        more = (f' fill-opacity="{_n(opacity)}"' if opacity < 1 else "") + (f' stroke="{stroke}"' if stroke else "")
        more += f' rx="{_n(radius)}"' if radius else ""
        self.parts.append(f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(w)}" height="{_n(h)}" fill="{fill}"{more}/>')

    def dot(self, x: float, y: float, r: float, fill: str, *, stroke: str = "", opacity: float = 1.0, width: float = 1.5) -> None:
        """A round mark."""
        more = f' stroke="{stroke}" stroke-width="{_n(width)}"' if stroke else ""
        more += f' fill-opacity="{_n(opacity)}"' if opacity < 1 else ""
        self.parts.append(f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(r)}" fill="{fill}"{more}/>')

    def shape(self, d: str, fill: str, stroke: str = "none", width: float = 1) -> None:
        """A free path."""
        self.parts.append(f'<path d="{d}" fill="{fill}" stroke="{stroke}" stroke-width="{_n(width)}"/>')

    def text(
        self, x: float, y: float, words: str, *, size: float = 12, anchor: Literal["start", "middle", "end"] = "start",
        colour: str = INK, bold: bool = False, italic: bool = False, halo: bool = False,
    ) -> Box:  # fmt: skip
        """A label with its baseline at `y`; its box is remembered."""
        wide = text_width(words, size, bold=bold)
        left = x - {"start": 0.0, "middle": wide / 2, "end": wide}[anchor]
        box = Box(left, y - 0.78 * size, left + wide, y + 0.22 * size, words)
        self.boxes.append(box)
        more = "" if anchor == "start" else f' text-anchor="{anchor}"'
        more += "" if colour == INK else f' fill="{colour}"'
        more += ' font-weight="600"' if bold else ""
        more += ' font-style="italic"' if italic else ""
        more += "" if size == 12 else f' font-size="{_n(size)}"'
        more += f' paint-order="stroke" stroke="{PAPER}" stroke-width="3"' if halo else ""
        self.parts.append(f'<text x="{_n(x)}" y="{_n(y)}"{more}>{escape(words)}</text>')
        return box

    def clear(self, x0: float, y0: float, x1: float, y1: float) -> bool:
        """Whether a rectangle is free of labels and inside the frame."""
        box = Box(x0, y0, x1, y1, "")
        inside = x0 >= 0 and y0 >= 0 and x1 <= self.width and y1 <= self.height
        return inside and not any(box.meets(other, 0.0) for other in self.boxes)

    def _hatch(self, colour: str) -> str:
        name = "h" + colour.strip("#")
        self.hatched[name] = (
            f'<pattern id="{name}" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
            f'<rect width="5" height="5" fill="{PAPER}"/><line x1="0" y1="0" x2="0" y2="5" stroke="{colour}" stroke-width="4"/></pattern>'
        )
        return name

    def svg(self, id_: str, title: str, sentence: str) -> str:
        """The finished drawing, readable on its own and to a screen reader."""
        defs = f"<defs>{''.join(self.hatched.values())}</defs>" if self.hatched else ""
        body = "".join(self.parts)
        for name in self.hatched:
            defs, body = defs.replace(f'"{name}"', f'"{id_}-{name}"'), body.replace(f"#{name})", f"#{id_}-{name})")
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" id="{id_}" role="img" aria-labelledby="{id_}-t {id_}-d" '
            f'viewBox="0 0 {_n(self.width)} {_n(self.height)}" width="{_n(self.width)}" height="{_n(self.height)}" '
            f'font-family="{FAMILY}" font-size="12" fill="{INK}"><title id="{id_}-t">{escape(title)}</title>'
            f'<desc id="{id_}-d">{escape(sentence)}</desc>{defs}{body}</svg>'
        )


def _n(value: float) -> str:
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text
