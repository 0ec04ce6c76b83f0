"""Charts: labels stay inside the frame and never meet, at both widths and in both languages, whatever the labels are."""

from __future__ import annotations

import datetime as dt
import itertools
import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cumbre import brief
from cumbre.brief.charts.canvas import Box, Canvas, fit, spread, text_width, wrap
from cumbre.brief.charts.chart import WIDTHS, Chart
from cumbre.brief.charts.rows import Mark, RowSpec, draw_rows
from cumbre.brief.charts.scale import Scale, nice
from cumbre.brief.charts.series import Line, Moment, draw_series
from cumbre.brief.charts.stack import Part, StackRow, draw_stack
from cumbre.record.case import Case
from cumbre.worlds import Worlds

LABEL = st.text(st.characters(codec="utf-8", categories=("Lu", "Ll", "Nd")), min_size=1, max_size=14)
LABELS = st.lists(LABEL, min_size=1, max_size=5).map(" ".join)


def problems(canvas: Canvas) -> list[str]:
    found = [
        f"outside: {b.words}"
        for b in canvas.boxes
        if b.x0 < -1 or b.y0 < -1 or b.x1 > canvas.width + 1 or b.y1 > canvas.height + 1
    ]
    found += [f"meet: {a.words} / {b.words}" for a, b in itertools.combinations(canvas.boxes, 2) if a.meets(b, 1.0)]
    return found


@given(st.lists(st.floats(0, 500), min_size=1, max_size=12), st.floats(1, 40))
def test_spread_keeps_order_gap_and_bounds(wanted: list[float], gap: float) -> None:
    placed = spread(wanted, gap, 0, 500)
    assert all(-1e-6 <= p <= 500 + 1e-6 for p in placed)
    order = sorted(range(len(wanted)), key=lambda k: wanted[k])
    steps = [placed[b] - placed[a] for a, b in itertools.pairwise(order)]
    least = gap if gap * (len(wanted) - 1) < 500 else 500 / max(len(wanted) - 1, 1)
    assert all(s >= least - 1e-6 for s in steps)


@given(LABELS, st.floats(30, 300))
def test_wrapped_and_cut_labels_fit(words: str, width: float) -> None:
    assert all(text_width(line) <= width for line in wrap(words, width, most=2))
    assert text_width(fit(words, width)) <= width


@given(st.floats(-1e4, 1e4), st.floats(0, 1e4), st.integers(2, 8))
def test_ticks_cover_the_range_and_are_not_many(low: float, span: float, about: int) -> None:
    ticks = nice(low, low + span, about)
    assert ticks[0] <= low + 1e-6 * (abs(low) + span)
    assert ticks[-1] >= low + span - 1e-6 * (abs(low) + span)
    assert 2 <= len(ticks) <= 2 * about + 3


def test_a_scale_holds_values_at_its_ends() -> None:
    scale = Scale(0, 10, 100, 200)
    assert [scale(v) for v in (-5, 0, 5, 10, 99)] == [100, 100, 150, 200, 200]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(LABELS, st.floats(-50, 150)), min_size=1, max_size=8), st.sampled_from(WIDTHS), LABELS)
def test_rows_never_let_labels_meet(rows: list[tuple[str, float]], width: int, note: str) -> None:
    specs = [RowSpec(label, (Mark(v, v - 3, v + 3),), f"{v:.1f} %", note) for label, v in rows]
    canvas = draw_rows(
        width, specs, [0, 25, 50, 75, 100], lambda v: f"{v:.0f} %", reference=40, reference_label="all worlds 40 %"
    )
    assert problems(canvas) == []


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(LABELS, st.floats(0, 60)), min_size=1, max_size=7), st.sampled_from(WIDTHS), st.integers(60, 900))
def test_series_never_let_labels_meet(ends: list[tuple[str, float]], width: int, days: int) -> None:
    first = dt.date(2030, 3, 11)
    lines = [
        Line(label, "#000000", dots=((first, v), (first + dt.timedelta(days=days), v)), end=(v - 2, v, v + 2))
        for label, v in ends
    ]
    moments = [Moment(first + dt.timedelta(days=days // 2), "6 Feb"), Moment(first + dt.timedelta(days=days // 2 + 9), "meeting")]
    canvas = draw_series(width, lines, moments, first=first, last=first + dt.timedelta(days=days), say=lambda v: f"{v:g} %",
                         month=lambda d: d.strftime("%b"))  # fmt: skip
    assert problems(canvas) == []


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=5), st.sampled_from(WIDTHS), st.lists(LABELS, min_size=5, max_size=5))
def test_stacks_never_let_labels_meet(raw: list[float], width: int, labels: list[str]) -> None:
    shares = [r / sum(raw) for r in raw]
    parts = tuple(Part(s, "#5B6573", f"{100 * s:.0f} %", hatch=k % 2 == 1) for k, s in enumerate(shares))
    key = [(fit(label, 300), "#5B6573", False) for label in labels[: len(parts)]]
    assert problems(draw_stack(width, [StackRow(labels[0], parts), StackRow(labels[1], parts)], key)) == []


@pytest.fixture(scope="module", params=["en", "es"])
def charts(request: pytest.FixtureRequest, case: Case, worlds: Worlds) -> list[Chart]:
    from cumbre.brief.facts.gather import gather
    from cumbre.brief.render import sections_of
    from cumbre.brief.words import Words

    study = brief.open_study(case, worlds, {})
    sections, _ = sections_of(study, gather(study), Words(request.param))
    return [block for section in sections for block in section.blocks if isinstance(block, Chart)]


def test_every_chart_of_the_brief_keeps_its_labels_apart(charts: list[Chart]) -> None:
    assert len(charts) >= 11
    assert {chart.id: problems(canvas) for chart in charts for canvas in chart.canvases if problems(canvas)} == {}


def test_every_chart_is_whole(charts: list[Chart]) -> None:
    for chart in charts:
        assert chart.title
        assert chart.plain
        assert chart.rows, chart.id
        assert all(len(row) == len(chart.columns) for row in chart.rows), chart.id
        assert [canvas.width for canvas in chart.canvases] == list(WIDTHS)
        for svg in chart.svgs():
            root = ElementTree.fromstring(svg)
            assert root.get("role") == "img"
            names = root.get("aria-labelledby", "").split()
            assert [root.find(f".//*[@id='{name}']").text for name in names] == [chart.title, chart.plain]  # type: ignore[union-attr]
            sizes = [float(e.get("font-size", 12)) for e in root.iter() if e.tag.endswith("text")]
            assert sizes
            assert min(sizes) >= 12


def test_boxes_know_when_they_meet() -> None:
    a = Box(0, 0, 10, 10, "a")
    assert a.meets(Box(5, 5, 20, 20, "b"))
    assert not a.meets(Box(10, 0, 20, 10, "b"))
