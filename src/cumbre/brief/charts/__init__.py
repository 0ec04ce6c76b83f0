"""Static charts of the brief, drawn as SVG at two widths; the workbench draws with the same functions."""

from cumbre.brief.charts.chart import WIDTHS, Chart
from cumbre.brief.charts.rows import Mark, RowSpec, draw_rows

__all__ = ["WIDTHS", "Chart", "Mark", "RowSpec", "draw_rows"]
