"""The chart of a replay: one panel a kind of number, lines named at their ends, as a Vega-Lite specification."""

from __future__ import annotations

from typing import Any

import pandas as pd

__all__ = ["chart", "svg"]

_INK, _SLATE, _PAPER = "#1C2126", "#5B6573", "#FAF8F4"
_COLOURS = ("#A3195B", "#2F4B9B", "#A86200", "#1A9988", "#5B6573", "#7A3E9D")
_DASHES = ([1, 0], [6, 2], [2, 2], [8, 2, 2, 2], [4, 4], [1, 3])
_LINES = 6

_PANELS = (
    ("ballot.win.", "Chance of winning the presidency, per cent", "Probabilidad de ganar la presidencia, por ciento"),
    ("ballot.reach.", "Chance of reaching the run-off, per cent", "Probabilidad de pasar a la segunda vuelta, por ciento"),
    ("table.deal", "Chance of a deal in force, per cent", "Probabilidad de un acuerdo vigente, por ciento"),
    ("home.approval", "Approval, per cent (band: 80 % of worlds)", "Aprobación, por ciento (banda: 80 % de los mundos)"),
    ("relation.index", "Cooperation and conflict (band: 80 % of worlds)", "Cooperación y conflicto (banda: 80 % de los mundos)"),
)  # fmt: skip


def _short(text: str) -> str:
    for tail in (" wins the presidency", " is in the run-off", " gana la presidencia", " está en la segunda vuelta"):
        if text.endswith(tail):
            return text.removesuffix(tail)
    return ""


def _apart(values: list[float], gap: float, floor: float) -> list[float]:
    """Heights for labels, at least `gap` from each other and none under `floor`; labels that would touch share their mean height.

    >>> _apart([50.0, 3.0, 2.0], 4.0, 0.0)
    [50.0, 4.5, 0.5]
    """
    order = sorted(range(len(values)), key=lambda i: values[i])
    groups: list[tuple[float, list[int]]] = []
    for i in order:
        groups.append((values[i], [i]))
        while len(groups) > 1:
            (low, below), (high, above) = groups[-2:]
            if high - (len(above) - 1) * gap / 2 - (low + (len(below) - 1) * gap / 2) >= gap:
                break
            together = below + above
            groups[-2:] = [
                (max(sum(values[j] for j in together) / len(together), floor + (len(together) - 1) * gap / 2), together)
            ]
    placed = [0.0] * len(values)
    for centre, members in groups:
        for k, i in enumerate(members):
            placed[i] = centre + (k - (len(members) - 1) / 2) * gap
    return placed


def _panel(frame: pd.DataFrame, title: str, lang: str, width: int) -> dict[str, Any]:
    last = frame["as_of"].max()
    ids = list(frame[frame["as_of"] == last].sort_values("value", ascending=False, kind="stable")["number"][:_LINES])
    chosen = frame[frame["number"].isin(ids)]
    scale = 100.0 if (chosen["unit"] == "chance").all() else 1.0
    band = scale == 1.0
    names = chosen.drop_duplicates("number").set_index("number")["text_es" if lang == "es" else "text"]
    rows = [
        {"day": row["as_of"].isoformat(), "value": scale * row["value"], "low": scale * row["low"], "high": scale * row["high"],
         "name": row["number"]}
        for row in chosen.to_dict("records") if pd.notna(row["value"])
    ]  # fmt: skip
    top = max((r["high"] if band else r["value"] for r in rows), default=1.0)
    bottom = min((r["low"] if band else r["value"] for r in rows), default=0.0)
    lowest = 0.0 if scale == 100.0 else bottom
    domain = [lowest, top + 0.05 * (top - lowest or 1.0)]
    ends = [
        (name, scale * float(chosen[(chosen["number"] == name) & (chosen["as_of"] == last)]["value"].iloc[0])) for name in ids
    ]
    heights = _apart([value for _, value in ends], 15 / 180 * (domain[1] - domain[0]), domain[0])
    labels = []
    for (name, value), height in zip(ends, heights, strict=True):
        words = f"{_short(str(names[name]))} {value:.0f}".strip() if scale == 100.0 else f"{value:.1f}"
        labels.append({"day": last.isoformat(), "value": height, "name": name, "words": words})
    colour = {"field": "name", "type": "nominal", "legend": None, "scale": {"domain": ids, "range": list(_COLOURS[: len(ids)])}}
    dates = sorted({str(row["day"]) for row in rows})
    ticks = [dates[round(k * (len(dates) - 1) / 5)] for k in range(6)] if len(dates) > 6 else dates
    axis = {"title": None, "values": ticks, "format": "%-d/%m" if lang == "es" else "%-d %b", "grid": False, "labelFlush": True}
    x = {"field": "day", "type": "temporal", "axis": axis, "scale": {"type": "utc"}}
    y = {
        "field": "value",
        "type": "quantitative",
        "axis": {"title": None, "tickCount": 5},
        "scale": {"domain": domain, "nice": False},
    }
    dash = {"field": "name", "type": "nominal", "legend": None, "scale": {"domain": ids, "range": list(_DASHES[: len(ids)])}}
    layers: list[dict[str, Any]] = []
    if band:
        layers.append({
            "data": {"values": rows}, "mark": {"type": "area", "opacity": 0.15},
            "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}, "color": colour},
        })  # fmt: skip
    layers.append({
        "data": {"values": rows}, "mark": {"type": "line", "strokeWidth": 2, "point": {"size": 18}},
        "encoding": {"x": x, "y": y, "color": colour, "strokeDash": dash},
    })  # fmt: skip
    layers.append({
        "data": {"values": labels}, "mark": {"type": "text", "align": "left", "dx": 6, "fontSize": 12, "clip": False},
        "encoding": {"x": x, "y": y, "text": {"field": "words"}, "color": colour},
    })  # fmt: skip
    return {"title": {"text": title, "anchor": "start", "fontSize": 14}, "width": width, "height": 180, "layer": layers}


def chart(frame: pd.DataFrame, lang: str = "en", width: int = 560) -> dict[str, Any]:
    """Vega-Lite specification of a replay (columns as_of, number, text, text_es, unit, value, low, high), in `lang`."""
    panels = []
    for prefix, title, title_es in _PANELS:
        part = frame[frame["number"].str.startswith(prefix) & frame["value"].notna()]
        if len(part):
            panels.append(_panel(part, title_es if lang == "es" else title, lang, width))
    font = "Liberation Sans, Helvetica, Arial, sans-serif"
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json", "background": _PAPER, "padding": {"left": 8, "right": 8, "top": 8,
        "bottom": 8}, "vconcat": panels, "resolve": {"scale": {"color": "independent", "strokeDash": "independent"}},
        "config": {"font": font, "title": {"color": _INK}, "view": {"stroke": None}, "axis": {"labelColor": _SLATE, "labelFontSize": 12,
        "gridColor": "#E4E0D8", "domainColor": _SLATE, "tickColor": _SLATE}},
    }  # fmt: skip


def svg(spec: dict[str, Any]) -> str:
    """The chart as an SVG text."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(spec))
