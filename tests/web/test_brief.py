"""The brief in a real browser: accessible, whole without scripts, labels apart, worlds that answer, paper that carries all."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "brief"))

from invented import small_case, small_worlds

from cumbre import brief, simulate
from cumbre.brief.facts.gather import gather
from cumbre.brief.facts.pack import decode
from cumbre.record import load

pytestmark = pytest.mark.web

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip

LABELS = """() => {
  const bad = [];
  document.querySelectorAll('figure.chart svg').forEach(svg => {
    const frame = svg.getBoundingClientRect();
    if (!frame.width) return;
    const labels = [...svg.querySelectorAll('text')].map(t => ({ words: t.textContent, box: t.getBoundingClientRect(),
      size: parseFloat(getComputedStyle(t).fontSize) * frame.width / svg.viewBox.baseVal.width }));
    labels.forEach((a, i) => {
      if (a.size < 11.9) bad.push([svg.id, 'small', a.words]);
      if (a.box.left < frame.left - 1 || a.box.right > frame.right + 1 || a.box.top < frame.top - 1 || a.box.bottom > frame.bottom + 1)
        bad.push([svg.id, 'outside', a.words]);
      labels.slice(i + 1).forEach(b => {
        const across = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
        const down = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
        if (across > 1 && down > 3) bad.push([svg.id, a.words, b.words]);
      });
    });
  });
  return bad;
}"""

AXE = """() => axe.run({ resultTypes: ['violations'] }).then(
  r => r.violations.map(v => [v.id, v.nodes.slice(0, 3).map(n => n.html.slice(0, 120))]))"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine; install one (Debian: apt-get install chromium) to drive the page")
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed; it is in the dev group")
    with api.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="module")
def axe() -> str:
    package = pytest.importorskip(
        "axe_playwright_python", reason="axe-playwright-python is not installed; it is in the dev group"
    )
    return (Path(package.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("small")
    case = small_case()
    brief.write(case, small_worlds(case), {}, out)
    return out


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("real")
    case = load("washington-2026")
    fitted = simulate.fit(case)
    brief.write(case, simulate.run(case, draws=4096, seed=1, fitted=fitted), fitted, out)
    return out


def opened(browser: Any, path: Path, width: int, **options: Any) -> Any:
    page = browser.new_page(viewport={"width": width, "height": 900}, **options)
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on("request", lambda r: page.problems.append(r.url) if not r.url.startswith(("file:", "data:", "blob:")) else None)
    page.goto(path.as_uri())
    return page


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", ["brief.html", "brief.es.html"])
def test_no_request_and_no_label_that_meets_another(browser: Any, real: Path, name: str, width: int) -> None:
    page = opened(browser, real / name, width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(LABELS) == []
    assert page.problems == []
    page.close()


@pytest.mark.slow
@pytest.mark.parametrize(("name", "width"), [("brief.html", 1280), ("brief.html", 390), ("brief.es.html", 390)])
def test_no_violation_of_accessibility(browser: Any, axe: str, real: Path, name: str, width: int) -> None:
    page = opened(browser, real / name, width)
    page.evaluate(axe)
    assert page.evaluate(AXE) == []
    page.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_no_violation_with_every_table_open(browser: Any, axe: str, invented: Path, width: int) -> None:
    page = opened(browser, invented / "brief.html", width)
    page.evaluate(axe)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.evaluate(AXE) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_the_page_is_whole_with_scripts_off(browser: Any, invented: Path) -> None:
    page = opened(browser, invented / "brief.html", 1280, java_script_enabled=False)
    assert page.locator("section.section").count() == 11
    figures = page.locator("figure.chart")
    assert figures.count() >= 11
    for k in range(figures.count()):
        assert figures.nth(k).locator("svg:visible").count() == 1
    assert page.get_by_text("This part needs scripts").is_visible()
    assert page.locator(".scripted:visible").count() == 0
    page.locator("#headline a.n").first.click()
    assert "#p-brief." in page.url
    page.close()


def test_one_drawing_of_the_right_width_is_shown(browser: Any, invented: Path) -> None:
    for width, drawn in ((1280, 760), (390, 340)):
        page = opened(browser, invented / "brief.html", width)
        widths = page.eval_on_selector_all(
            "figure.chart svg", "all => all.map(s => s.getBoundingClientRect().width).filter(w => w > 0)"
        )
        assert set(widths) == {drawn}
        page.close()


def test_the_worlds_in_the_page_answer_as_the_worlds_do(browser: Any, invented: Path) -> None:
    case = small_case()
    study = brief.open_study(case, small_worlds(case), {})
    pack = {v.id: v for v in gather(study).pack}
    deal, winner = decode(pack["deal"]), decode(pack["winner"])
    ids = [id_ for _, id_ in pack["winner"].labels]
    wanted = float((winner[deal == 2] == ids.index("ana")).mean())
    page = opened(browser, invented / "brief.html", 1280)
    box = page.locator("#ask-panel fieldset", has=page.locator("legend", has_text="Deal by"))
    box.locator("label", has_text="no deal").locator("input").uncheck()
    box.locator("label", has_text="part of it").locator("input").uncheck()
    assert page.locator("#ask-panel .bar strong").inner_text() == f"{int((deal == 2).sum()):,} of 3,000 worlds kept".replace(
        "\u00a0", " "
    )
    row = page.locator("#ask-panel fieldset", has=page.locator("legend", has_text="Winner of the election")).locator(
        "label", has_text="Ana Prado"
    )
    assert row.locator(".v").inner_text().replace("\u00a0", " ") == f"{100 * wanted:.0f} %"
    page.get_by_role("button", name="Keep all again").click()
    assert page.locator("#ask-panel .bar strong").inner_text() == "3,000 of 3,000 worlds kept"
    page.close()


def test_a_number_field_keeps_worlds_and_writes_the_command(browser: Any, invented: Path) -> None:
    case = small_case()
    approval = decode({v.id: v for v in gather(brief.open_study(case, small_worlds(case), {})).pack}["approval"])
    page = opened(browser, invented / "brief.html", 1280)
    box = page.locator("#ask-panel fieldset", has=page.locator("legend", has_text="Approval on"))
    box.locator("input").first.fill("38")
    kept = int((np.float32(approval) >= 38).sum())
    assert page.locator("#ask-panel .bar strong").inner_text() == f"{kept:,} of 3,000 worlds kept"
    assert (
        page.locator("#ask-panel pre").inner_text() == "cumbre whatif small \\\n  --given \"home.approval['2031-06-01'] >= 38\""
    )
    page.close()


def test_under_two_hundred_worlds_it_says_so(browser: Any, invented: Path) -> None:
    page = opened(browser, invented / "brief.html", 1280)
    box = page.locator("#ask-panel fieldset", has=page.locator("legend", has_text="Approval on"))
    box.locator("input").first.fill("43")
    assert page.locator("#ask-panel .few").inner_text() == "too few worlds to say"
    said = page.locator("#ask-panel label .v").all_inner_texts()
    assert set(said) == {"–"}
    page.close()


def test_a_number_opens_its_passport(browser: Any, invented: Path) -> None:
    page = opened(browser, invented / "brief.html", 1280)
    page.locator(".card.table .big a.n").click()
    dialog = page.locator("dialog#passport")
    assert dialog.is_visible()
    assert "brief.table.any_deal" in dialog.inner_text()
    assert "Share of worlds with a full or partial deal" in dialog.inner_text()
    page.get_by_role("button", name="Close").click()
    assert not dialog.is_visible()
    page.close()


def test_charts_can_be_taken_away(browser: Any, invented: Path, tmp_path: Path) -> None:
    page = opened(browser, invented / "brief.html", 1280)
    for kind, start in (("svg", b"<svg"), ("png", b"\x89PNG")):
        with page.expect_download() as waiting:
            page.locator(f"[data-{kind}=chain]").click()
        path = tmp_path / f"chain.{kind}"
        waiting.value.save_as(path)
        assert waiting.value.suggested_filename == f"chain.{kind}"
        assert path.read_bytes().startswith(start)
        assert path.stat().st_size > 2000
    page.close()


def test_paper_hides_what_needs_a_script_and_prints_link_targets(browser: Any, invented: Path) -> None:
    page = opened(browser, invented / "brief.html", 1280)
    page.emulate_media(media="print")
    for hidden in (".scripted", "#ask", ".rail", ".tools"):
        assert page.locator(f"{hidden}:visible").count() == 0, hidden
    after = page.eval_on_selector(".sources a", "a => getComputedStyle(a, '::after').content")
    assert "example.org" in after
    for size in ("A4", "Letter"):
        assert page.pdf(format=size).startswith(b"%PDF")
    page.close()
