"""The calibration page: self-contained, its figures those that ship, reached from the brief."""

from __future__ import annotations

import copy
import re
from pathlib import Path

import pytest
from test_charts import problems  # type: ignore[import-not-found]

from cumbre import brief, priors
from cumbre.brief.calibration import calibration_pages, file_names, write_calibration
from cumbre.brief.charts.chart import WIDTHS, Chart
from cumbre.brief.sections.calibration import calibration_sections
from cumbre.brief.sections.measured import Measured
from cumbre.brief.words import Words
from cumbre.record.case import Case
from cumbre.worlds import Worlds

NAMES = {"en": "calibration.html", "es": "calibration.es.html"}
SECTIONS = ["cover", "pit-section", "error", "chances", "outright", "sensitive", "limits", "method"]


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return calibration_pages(NAMES)


def test_the_page_asks_nothing_of_anybody_and_runs_no_script(pages: dict[str, str]) -> None:
    for lang, page in pages.items():
        assert f'<html lang="{lang}">' in page
        assert "<script" not in page
        rest = page.replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"""(?:src|href|action|url\()\s*=?\s*["']?(?:https?:)?//""", rest)
        assert "@import" not in rest
        assert len(page) < 400_000
        assert re.findall(r'<section id="([a-z-]+)" class="section', page) == SECTIONS


def test_every_link_inside_leads_somewhere(pages: dict[str, str]) -> None:
    for page in pages.values():
        ids = re.findall(r'\bid="([^"]+)"', page)
        assert len(ids) == len(set(ids))
        inner = set(re.findall(r'href="#([^"]+)"', page))
        assert len(inner) > 10
        assert inner <= set(ids)
        assert set(re.findall(r'href="([^"#]+\.html)"', page)) <= set(NAMES.values())


def cells(page: str, sheet: str) -> list[list[str]]:
    """Rows of the table of a chart or sheet, as plain text."""
    part = page[page.index(f'id="{sheet}"') :]
    body = part[part.index("<tbody>") : part.index("</tbody>")]
    rows = [re.split(r"<t[hd][^>]*>", row)[1:] for row in body.split("<tr>")[1:]]
    return [[re.sub(r"<[^>]+>", "", cell).strip() for cell in row] for row in rows]


def test_the_figures_are_those_that_ship(pages: dict[str, str]) -> None:
    shipped = priors.load("ballot")["calibration"]
    rows = {row[0]: row for row in cells(pages["en"], "coverage")}
    for r in shipped["by_horizon"]:
        row = rows[f"{r['days']} days"]
        assert row[1:3] == [str(r["elections"]), str(r["cells"])]
        for k, level in enumerate((50, 80, 90)):
            assert row[3 + k].startswith(f"{100 * r[f'cov{level}']:.0f}\u00a0%")
    for r, row in zip(shipped["by_horizon"], cells(pages["es"], "crps"), strict=True):
        assert row[1] == f"{r['crps']:.2f}".replace(".", ",")
        assert row[4] == f"{r['crps_average']:.2f}".replace(".", ",")
    for r, row in zip(shipped["surprises"], cells(pages["en"], "surprises"), strict=True):
        assert row[1:] == [str(r["of"]), str(r["late"]), str(r["late_top2"])]
    house = priors.load("ballot")["houses"]["persistence"]
    assert [row[1] for row in cells(pages["en"], "memory")] == [f"{v['r']:.2f}" for v in house.values()]


def test_rows_beside_kronikas_are_those_that_ship(pages: dict[str, str]) -> None:
    shipped = priors.load("ballot_rivals")["rows"]
    ours = [r for r in shipped if r["who"] == "Cumbre"]
    rows = cells(pages["en"], "kronikas")
    assert len(rows) == len(ours) > 0
    assert [row[2] for row in rows] == [f"{r['inside90']} of {r['cells']}" for r in ours]


def test_other_figures_give_another_page() -> None:
    content = copy.deepcopy(priors.load("ballot"))
    week = next(r for r in content["calibration"]["by_horizon"] if r["days"] == 7)
    week["cov90"] = 0.61
    page = calibration_pages({"en": "calibration.html"}, content=content)["en"]
    assert "61\u00a0%" in page[page.index("<h1") : page.index("</h1>")]


def test_every_chart_keeps_its_labels_apart_and_has_its_table() -> None:
    for lang in ("en", "es"):
        m = Measured(Words(lang), priors.load("ballot"), priors.load("ballot_rivals"))
        charts = [b for s in calibration_sections(m) for b in s.blocks if isinstance(b, Chart)]
        assert [c.id for c in charts] == ["coverage", "pit", "crps", "reliability-top-two", "reliability-winner"]
        for chart in charts:
            assert {w.width: problems(w) for w in chart.canvases if problems(w)} == {}, (lang, chart.id)
            assert [c.width for c in chart.canvases] == list(WIDTHS)
            assert all(len(row) == len(chart.columns) for row in chart.rows)


def test_the_brief_leads_to_it_and_back(tmp_path: Path, case: Case, worlds: Worlds) -> None:
    brief.write(case, worlds, {}, tmp_path)
    for page in ("brief.html", "brief.es.html", "calibration.html", "calibration.es.html"):
        files = set(re.findall(r'href="([a-z.]+\.html)"', (tmp_path / page).read_text(encoding="utf-8")))
        assert files, page
        assert all((tmp_path / f).is_file() for f in files)
        if page.startswith("brief"):
            assert page.replace("brief", "calibration") in files
        else:
            assert page.replace("calibration", "brief") in files


def test_it_is_written_by_itself(tmp_path: Path) -> None:
    assert file_names("here.html", ("es", "en")) == {"es": "here.html", "en": "here.en.html"}
    files = write_calibration(tmp_path / "mine.html")
    assert [f.name for f in files] == ["mine.html", "mine.es.html"]
    assert 'href="mine.es.html"' in files[0].read_text(encoding="utf-8")
