"""The chart of a replay: one panel a kind of number, drawn as the brief draws its series."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from html import escape

import numpy as np
import pandas as pd

from cumbre.brief.charts.canvas import Palette
from cumbre.brief.charts.series import Line, Moment, draw_series
from cumbre.brief.facts.relation import Level
from cumbre.brief.words import Words

__all__ = ["PANELS", "replay_panels", "replay_svg"]

PANELS = (
    ("ballot.win.", "Chance of winning the presidency, per cent", "Probabilidad de ganar la presidencia, por ciento"),
    ("ballot.reach.", "Chance of reaching the run-off, per cent", "Probabilidad de pasar a la segunda vuelta, por ciento"),
    ("table.deal", "Chance of a deal in force, per cent", "Probabilidad de un acuerdo vigente, por ciento"),
    ("home.approval", "Approval, per cent (band: 80 % of worlds)", "Aprobación, por ciento (banda: 80 % de los mundos)"),
    ("relation.index", "Cooperation and conflict (band: 80 % of worlds)", "Cooperación y conflicto (banda: 80 % de los mundos)"),
)
"""Prefix of the numbers of a panel, and its title in English and Spanish."""

LINES = 5
_TAILS = (" wins the presidency", " is in the run-off", " gana la presidencia", " está en la segunda vuelta")


def _short(text: str) -> str:
    for tail in _TAILS:
        if text.endswith(tail):
            return text.removesuffix(tail)
    return ""


def _lines(part: pd.DataFrame, words: Words) -> list[Line]:
    """Lines of one panel, the highest at the last date first; chances in per cent, other numbers with their band."""
    last = part["as_of"].max()
    chosen = part[part["as_of"] == last].sort_values("value", ascending=False, kind="stable")["number"][:LINES]
    lines = []
    for k, number in enumerate(chosen):
        rows = part[part["number"] == number].sort_values("as_of")
        chance = str(rows["unit"].iloc[0]) == "chance"
        scale = 100.0 if chance else 1.0
        middle = scale * rows["value"].to_numpy(float)
        low, high = (middle, middle) if chance else (scale * rows["low"].to_numpy(float), scale * rows["high"].to_numpy(float))
        low, high = np.where(np.isfinite(low), low, middle), np.where(np.isfinite(high), high, middle)
        name = _short(words.pick(str(rows["text"].iloc[0]), str(rows["text_es"].iloc[0])))
        label = f"{name} {words.decimal(float(middle[-1]), 0 if chance else 1)}".strip()
        colour, dash = Palette.people[k % len(Palette.people)], Palette.dashes[k % len(Palette.dashes)]
        lines.append(Line(label, colour, Level(tuple(rows["as_of"]), middle, low, high), dash=dash, bold=False))
    return lines


def replay_panels(
    frame: pd.DataFrame, lang: str = "en", width: float = 760, marks: Iterable[tuple[dt.date, str]] = ()
) -> list[tuple[str, str]]:
    """Title and SVG of each panel that `frame` (the result of `cumbre.questions.replay`) has numbers for.

    `marks` are dated events drawn as vertical lines. Panels with fewer than two dates are left out.
    """
    words = Words(lang)
    found = []
    for k, (prefix, english, spanish) in enumerate(PANELS):
        part = frame[frame["number"].str.startswith(prefix) & frame["value"].notna()]
        dates = sorted(set(part["as_of"]))
        if len(dates) < 2:
            continue
        title = words.pick(english, spanish)
        moments = [Moment(day, label) for day, label in marks if dates[0] <= day <= dates[-1]]
        canvas = draw_series(
            width, _lines(part, words), moments, first=dates[0], last=dates[-1], height=250, zero=not prefix.startswith("relation"),
            say=lambda v: words.decimal(v), month=lambda d: words.month(d, short=True),
        )  # fmt: skip
        found.append((title, canvas.svg(f"replay-{k}", title, title)))
    return found


def replay_svg(frame: pd.DataFrame, lang: str = "en", width: float = 760, marks: Iterable[tuple[dt.date, str]] = ()) -> str:
    """All panels under each other, as one SVG text."""
    y, parts = 12.0, []
    for title, svg in replay_panels(frame, lang, width, marks):
        height = float(svg.split('height="', 1)[1].split('"', 1)[0])
        parts.append(
            f'<text x="8" y="{y + 12:.0f}" font-size="14" font-weight="bold" fill="{Palette.ink}">{escape(title)}</text>'
        )
        parts.append(svg.replace("<svg ", f'<svg x="0" y="{y + 22:.0f}" ', 1))
        y += height + 40
    size = f'viewBox="0 0 {width:.0f} {y:.0f}" width="{width:.0f}" height="{y:.0f}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif">'
    return f'{head}<rect width="100%" height="100%" fill="{Palette.paper}"/>{"".join(parts)}</svg>'
