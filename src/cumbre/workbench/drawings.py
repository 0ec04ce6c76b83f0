"""Drawings that the brief does not have: the deal space, where votes go."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from cumbre.brief.charts.canvas import Canvas, Palette, fit, spread, text_width, wrap
from cumbre.brief.charts.scale import Scale

__all__ = ["draw_flow", "draw_space"]

Array = npt.NDArray[np.float64]


def draw_space(
    width: float,
    x: Array,
    y: Array,
    gains: tuple[Array, Array],
    accepted: npt.NDArray[np.bool_],
    worlds: tuple[Array, Array],
    quo: tuple[float, float],
    ends: tuple[Sequence[str], Sequence[str]],
    key: Sequence[str],
) -> Canvas:
    """Two issues as a map: where each side gains, what both could ratify, where the worlds end.

    x, y      (cell,) values of a square grid; gains (cell,) of the home side and of the other; accepted (cell,)
    worlds    values of both issues at the end of a sample of worlds
    ends      words at the two ends of each axis; key: both gain, home gains, other gains, both could ratify, worlds
    """
    wide = width > 500
    key_rows = _key_rows(width, key)
    top, left, right = 18.0 * len(key_rows) + 12, 12.0, 12.0
    side = min(width - left - right, 470.0)
    axes = wrap(ends[0][2], width - 14) if len(ends[0]) > 2 else []
    canvas = Canvas(width, top + side + 30 + 16 * len(axes))
    points = len(np.unique(x))
    sx, sy = Scale(float(x.min()), float(x.max()), left, left + side), Scale(float(y.min()), float(y.max()), top + side, top)
    step = side / points
    kinds = ((gains[0] > 1e-9) & (gains[1] > 1e-9), (gains[0] > 1e-9), (gains[1] > 1e-9))
    for k in range(len(x)):
        for inside, colour, opacity in zip(kinds, (Palette.teal, Palette.wine, Palette.indigo), (0.38, 0.16, 0.16), strict=True):
            if inside[k]:
                column, row = (
                    round((x[k] - x.min()) / (x.max() - x.min()) * (points - 1)),
                    round((y[k] - y.min()) / (y.max() - y.min()) * (points - 1)),
                )
                canvas.rect(left + column * step, top + side - (row + 1) * step, step + 0.3, step + 0.3, colour, opacity=opacity)
                break
    if accepted.any():
        low_x, high_x, low_y, high_y = x[accepted].min(), x[accepted].max(), y[accepted].min(), y[accepted].max()
        for a, b in (
            ((low_x, low_y), (high_x, low_y)),
            ((high_x, low_y), (high_x, high_y)),
            ((high_x, high_y), (low_x, high_y)),
            ((low_x, high_y), (low_x, low_y)),
        ):
            canvas.line(sx(a[0]), sy(a[1]), sx(b[0]), sy(b[1]), Palette.ink, 1.6, "6 3")
    for a, b in zip(*worlds, strict=True):
        canvas.dot(sx(float(a)), sy(float(b)), 2.2, Palette.ink, opacity=0.35)
    canvas.line(left, top + side, left + side, top + side, Palette.slate)
    canvas.line(left, top, left, top + side, Palette.slate)
    qx, qy = sx(quo[0]), sy(quo[1])
    canvas.shape(f"M{qx:.1f} {qy - 7:.1f}l7 7l-7 7l-7 -7z", Palette.paper, Palette.ink, 2)
    half = side / 2 - 6
    canvas.text(left, top + side + 16, fit(ends[0][0], half), colour=Palette.slate)
    canvas.text(left + side, top + side + 16, fit(ends[0][1], half), anchor="end", colour=Palette.slate)
    room = width - left - side - 10 if wide and width - left - side > 120 else 0
    if room:
        canvas.text(left + side + 8, top + 12, fit(ends[1][1], room), colour=Palette.slate)
        canvas.text(left + side + 8, top + side - 2, fit(ends[1][0], room), colour=Palette.slate)
    else:
        canvas.text(left + 6, top + 14, fit(ends[1][1], side - 12), colour=Palette.slate, halo=True)
        canvas.text(left + 6, top + side - 6, fit(ends[1][0], side - 12), colour=Palette.slate, halo=True)
    for k, line in enumerate(axes):
        canvas.text(left, top + side + 36 + 16 * k, fit(line, width - 14), bold=True)
    _key(canvas, key_rows)
    return canvas


def _key_rows(width: float, key: Sequence[str]) -> list[list[tuple[int, str]]]:
    rows: list[list[tuple[int, str]]] = [[]]
    at = 0.0
    for k, said in enumerate(key):
        long = text_width(said) + 32
        if at + long > width and rows[-1]:
            rows.append([])
            at = 0.0
        rows[-1].append((k, fit(said, width - 34)))
        at += long
    return rows


def _key(canvas: Canvas, rows: Sequence[Sequence[tuple[int, str]]]) -> None:
    y = 12.0
    for row in rows:
        x = 2.0
        for k, said in row:
            if k < 3:
                canvas.rect(
                    x,
                    y - 9,
                    14,
                    11,
                    (Palette.teal, Palette.wine, Palette.indigo)[k],
                    opacity=(0.38, 0.16, 0.16)[k],
                    stroke=Palette.slate,
                )
            elif k == 3:
                canvas.line(x, y - 4, x + 14, y - 4, Palette.ink, 1.6, "6 3")
            elif k == 4:
                canvas.dot(x + 7, y - 4, 2.6, Palette.ink, opacity=0.6)
            else:
                canvas.shape(f"M{x + 7:.1f} {y - 9:.1f}l5 5l-5 5l-5 -5z", Palette.paper, Palette.ink, 1.6)
            canvas.text(x + 19, y, said)
            x += text_width(said) + 32
        y += 18


def draw_flow(
    width: float,
    flows: Mapping[tuple[str, str], float],
    names: Callable[[str], str],
    colours: Mapping[str, str],
    heads: tuple[str, str],
    say: Callable[[float], str],
) -> Canvas:
    """Where support goes: sources at the left, targets at the right, ribbons as thick as what moves.

    flows   (source, target) -> amount, all of one unit
    """
    wide = width > 500
    sources, targets = _order(flows, 0), _order(flows, 1)
    gap = 10.0
    rows = max(len(sources), len(targets))
    tall = max(330.0 if wide else 300.0, 20.0 * rows + gap * rows)
    top = 26.0
    canvas = Canvas(width, top + tall + 8)
    label = 150.0 if wide else 116.0
    left, right = label + 6, width - label - 6
    total = sum(flows.values()) or 1.0
    scale = (tall - gap * (rows - 1)) / total
    canvas.text(0, 13, fit(heads[0], width / 2 - 6), bold=True)
    canvas.text(width, 13, fit(heads[1], width / 2 - 6), anchor="end", bold=True)
    out = _places(flows, sources, 0, top, scale, gap, tall)
    into = _places(flows, targets, 1, top, scale, gap, tall)
    at_out, at_in = dict(out), dict(into)
    bend = (right - left) * 0.5
    for source in sources:
        for target in targets:
            amount = flows.get((source, target), 0.0) * scale
            if amount <= 0.15:
                continue
            a, b = at_out[source], at_in[target]
            at_out[source], at_in[target] = a + amount, b + amount
            x0, x1 = left + 9, right - 9
            d = (
                f"M{x0:.1f} {a:.1f}C{x0 + bend:.1f} {a:.1f} {x1 - bend:.1f} {b:.1f} {x1:.1f} {b:.1f}"
                f"L{x1:.1f} {b + amount:.1f}C{x1 - bend:.1f} {b + amount:.1f} {x0 + bend:.1f} {a + amount:.1f} {x0:.1f} {a + amount:.1f}Z"
            )
            canvas.parts.append(f'<path d="{d}" fill="{colours[target]}" fill-opacity="0.42"/>')
    for side, nodes, places, x, anchor in ((0, sources, out, left, "end"), (1, targets, into, right, "start")):
        sizes = {n: sum(v for key, v in flows.items() if key[side] == n) for n in nodes}
        middles = [places[n] + sizes[n] * scale / 2 for n in nodes]
        for n, middle, at in zip(nodes, middles, spread(middles, 15, top + 6, top + tall - 6), strict=True):
            canvas.rect(x - (0 if side == 0 else 9), places[n], 9, max(sizes[n] * scale, 1.0), colours.get(n, Palette.slate))
            said = fit(f"{names(n)} {say(sizes[n])}", label - 4)
            canvas.text(x - 5 if side == 0 else x + 5, at + 4, said, anchor=anchor)  # type: ignore[arg-type]
            if abs(at - middle) > 8:
                canvas.line(x - 3 if side == 0 else x + 3, at, x, middle, Palette.slate, 0.8)
    return canvas


def _order(flows: Mapping[tuple[str, str], float], side: int) -> list[str]:
    sizes: dict[str, float] = {}
    for key, amount in flows.items():
        sizes[key[side]] = sizes.get(key[side], 0.0) + amount
    return sorted(sizes, key=lambda name: (name == "other", -sizes[name]))


def _places(
    flows: Mapping[tuple[str, str], float], order: Sequence[str], side: int, top: float, scale: float, gap: float, tall: float
) -> dict[str, float]:
    used = sum(flows.values()) * scale
    between = (tall - used) / max(len(order) - 1, 1) if len(order) > 1 else gap
    found, y = {}, top
    for name in order:
        found[name] = y
        y += sum(v for key, v in flows.items() if key[side] == name) * scale + min(between, 60.0)
    return found
