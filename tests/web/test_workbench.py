"""The workbench in a real browser: every page, every kind of lever, review, polls, sharing, cancelling, both languages."""

from __future__ import annotations

import importlib.util
import re
import shutil
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

pytest.importorskip("fastapi", reason="the extra web is not installed")
pytest.importorskip("playwright", reason="playwright is not installed")
from playwright.sync_api import Page, expect, sync_playwright
from workbench_server import ARCADIA, serve

CHROMIUM = "/usr/bin/chromium"
PAGES = ("", "record", "negotiation", "ballot", "ledger")
WIDTHS = (390, 900, 1280)
SLOW = 30_000
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

expect.set_options(timeout=SLOW)

pytestmark = [
    pytest.mark.web,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="chromium is not installed at /usr/bin/chromium"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("case") / "arcadia"
    shutil.copytree(ARCADIA, place)
    return place


@pytest.fixture(scope="module")
def site(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server, bench, port = serve(folder, tmp_path_factory.mktemp("home"))
    # the first run is waited for once, so that the tests measure pages and not the start
    state = __import__("cumbre.workbench.address", fromlist=["State"]).State()
    job = bench.engine.base(state, 640)
    if hasattr(job, "wait"):
        assert job.wait(120)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    time.sleep(0.1)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_playwright() as play:
        found = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield found
        found.close()


class Watched:
    """A page that notes everything that should not happen in it."""

    def __init__(self, page: Page, site: str) -> None:
        self.page, self.site, self.faults = page, site, []
        page.set_default_timeout(SLOW)
        page.on("console", self._console)
        page.on("pageerror", lambda e: self.faults.append(f"error: {e}"))
        page.on("dialog", lambda d: (self.faults.append(f"dialog: {d.message}"), d.dismiss()))
        page.on("request", self._request)

    def _console(self, message: Any) -> None:
        # a page that is left while it asks for news breaks that request off, and htmx says so
        left = message.text.startswith(("htmx:afterRequest", "htmx:sendError", "htmx:sendAbort"))
        if message.type in ("error", "warning") and not left:
            self.faults.append(f"console {message.type}: {message.text}")

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.site, "data:", "blob:")):
            self.faults.append(f"request to {request.url}")

    def open(self, path: str = "") -> Page:
        self.page.goto(f"{self.site}/{path}")
        self.settled()
        return self.page

    def until(self, condition: str) -> None:
        """Until a condition holds in the page; asked from outside, since the page's policy forbids text as script."""
        end = time.monotonic() + SLOW / 1000
        while not self.page.evaluate(condition):
            assert time.monotonic() < end, f"{condition} did not come true"
            self.page.wait_for_timeout(40)

    def settled(self) -> None:
        """Until nothing is on its way."""
        self.until("!document.querySelector('.pending, .htmx-request')")
        if self.page.locator("#results").count():
            self.page.wait_for_selector("#results > *", timeout=SLOW)


@pytest.fixture
def tab(browser: Any, site: str) -> Iterator[Watched]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB", accept_downloads=True)
    watched = Watched(context.new_page(), site)
    yield watched
    context.close()
    assert watched.faults == []


def axe_source() -> str:
    spec = importlib.util.find_spec("axe_playwright_python")
    if spec is None or spec.origin is None:
        pytest.skip("axe is not installed")
    return next(Path(spec.origin).parent.rglob("axe.min.js")).read_text(encoding="utf-8")


def open_all(page: Page) -> None:
    """Open every fold that needs no run, so that checks see what is inside."""
    page.evaluate("document.querySelectorAll('details').forEach(d => { if (!d.querySelector('[hx-get]')) d.open = true; })")


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_accessible_and_quiet(tab: Watched, name: str, lang: str) -> None:
    page = tab.open(f"{name}?lang={lang}")
    assert page.locator("html").get_attribute("lang") == lang
    expect(page.locator("h1")).to_have_count(1)
    open_all(page)
    # axe is put in by the test's own channel; the page's policy would not let it in
    tab.page.context.new_cdp_session(page).send("Runtime.evaluate", {"expression": axe_source()})
    found = page.evaluate(
        "axe.run(document, {resultTypes: ['violations']}).then(r => r.violations.map("
        "v => v.id + ': ' + v.nodes[0].html + ' ' + v.nodes[0].failureSummary))"
    )
    assert found == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_nothing_leaves_its_frame_and_labels_stay_apart(browser: Any, site: str, name: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, locale="es-CO")
    watched = Watched(context.new_page(), site)
    page = watched.open(f"{name}?lang=es")
    open_all(page)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    faults = page.evaluate("""() => {
      const found = [];
      document.querySelectorAll('figure.chart svg').forEach(svg => {
        const frame = svg.getBoundingClientRect();
        if (!frame.width) return;
        const boxes = [...svg.querySelectorAll('text')].map(t => [t.textContent, t.getBoundingClientRect()]);
        boxes.forEach(([words, b], i) => {
          if (b.left < frame.left - 1 || b.right > frame.right + 1 || b.top < frame.top - 1 || b.bottom > frame.bottom + 1)
            found.push(svg.id + ' clips ' + words);
          boxes.slice(i + 1).forEach(([other, o]) => {
            const w = Math.min(b.right, o.right) - Math.max(b.left, o.left), h = Math.min(b.bottom, o.bottom) - Math.max(b.top, o.top);
            if (w > 1.5 && h > 3.5) found.push(svg.id + ': ' + words + ' on ' + other);
          });
        });
      });
      document.querySelectorAll('button, label > span, summary, th, .big').forEach(e => {
        if (e.offsetParent && e.scrollWidth > e.clientWidth + 2 && getComputedStyle(e).display !== 'inline' && !e.classList.contains('vh'))
          found.push('cut: ' + e.textContent.trim().slice(0, 60));
      });
      return found;
    }""")
    context.close()
    assert faults == []
    assert watched.faults == []


LEVERS = [
    ("lever:meeting.setting", "private", "meeting.setting = 'private'"),
    ("lever:meeting.tone", "hostile", "meeting.tone = 'hostile'"),
    ("lever:table.value['strait_fee', '{date}']", "16", "table.value['strait_fee', '"),
    ("lever:position['BOR', 'strait_fee'].mode", "3", "position['BOR', 'strait_fee'].mode = 3"),
    ("channel", "0", "].on = 0"),
    ("candidate", "0.4", "].standing = 0.4"),
    ("mediator", "0.9", "].engages = 0.9"),
]


@pytest.mark.parametrize(("name", "value", "said"), LEVERS, ids=[row[0][:24] for row in LEVERS])
def test_each_lever_runs_the_table_and_stands_in_the_address(tab: Watched, name: str, value: str, said: str) -> None:
    page = tab.open("?lang=en")
    open_all(page)
    control = page.locator(f'#controls [name^="lever:{name.removeprefix("lever:").split("[")[0]}"]')
    exact = control
    chosen = next((c for c in exact.all() if c.get_attribute("name") == name), exact.first)
    if chosen.evaluate("e => e.tagName") == "SELECT":
        chosen.select_option(value)
    else:
        chosen.fill(value)
        chosen.dispatch_event("change")
    tab.until("location.search.includes('do=')")
    tab.settled()
    do = parse_qs(urlsplit(page.url).query)["do"]
    assert any(said in text for text in do)
    expect(page.locator("#results .status")).to_contain_text("your assumptions")
    expect(page.locator("#assumptions code").first).to_be_visible()
    expect(page.locator("#results .card .base").first).to_contain_text("Base")


def test_a_filter_keeps_worlds_without_running_and_the_link_brings_it_back(tab: Watched, browser: Any) -> None:
    page = tab.open("?lang=en")
    open_all(page)
    page.wait_for_selector("#filters fieldset")
    box = page.locator("#filters input[type=checkbox]").first
    box.uncheck()
    tab.until("location.search.includes('given=')")
    tab.settled()
    status = page.locator("#results .status").inner_text()
    kept, of = (int(part.replace(",", "")) for part in re.findall(r"[\d,]+(?= of|  *worlds)", status)[:2])
    assert 0 < kept < of == 640
    numbers = page.locator("#all-numbers tbody").inner_text()
    other = browser.new_context(locale="en-GB")
    again = Watched(other.new_page(), tab.site)
    again.page.goto(page.url)
    again.settled()
    assert again.page.locator("#all-numbers tbody").inner_text() == numbers
    assert again.page.locator("#filters input[type=checkbox]").first.is_checked() is False
    other.close()


def test_a_preset_is_a_link_and_the_scenario_file_runs(tab: Watched, tmp_path: Path) -> None:
    from cumbre.questions import read_scenario

    page = tab.open("?lang=en")
    page.get_by_role("link", name="Boreas doubles the strait fee").click()
    tab.settled()
    page.locator("#assumptions details summary").first.click()
    page.locator("[name=note-who]").first.fill("Ana")
    page.locator("[name=note-why]").first.fill('said so, "twice"')
    page.locator("[name=note-why]").first.dispatch_event("change")
    tab.until("location.search.includes('note=')")
    tab.settled()
    with page.expect_download() as coming:
        page.get_by_role("link", name="Save scenario").click()
    path = tmp_path / "scenario.toml"
    coming.value.save_as(path)
    do, given = read_scenario(path)
    assert do == ["table.value['strait_fee', '2031-04-15'] = 16"]
    assert given == []
    assert "Ana" in tomllib.loads(path.read_text(encoding="utf-8"))["notes"][0]


def test_too_few_worlds_are_told(tab: Watched) -> None:
    page = tab.open("?lang=es&given=relation.index%5B%27ARC%27%2C+%27BOR%27%2C+%272031-04-01%27%5D+%3E+9.99")
    expect(page.locator("#results .few")).to_contain_text("Muy pocos mundos")


def test_an_expression_at_fault_is_explained(tab: Watched) -> None:
    page = tab.open("?lang=en&do=position%5B%27BOR%27%2C+%27strait_fees%27%5D.mode+%3D+3")
    expect(page.locator("#results [role=alert]")).to_contain_text("did you mean")


def test_numbers_open_their_passports_by_mouse_and_by_key(tab: Watched) -> None:
    page = tab.open("?lang=en")
    page.locator("#results .card [data-p]").first.click()
    drawer = page.locator("#drawer")
    expect(drawer).to_contain_text("Worlds counted")
    page.keyboard.press("Escape")
    expect(drawer).not_to_be_visible()
    number = page.locator("#results .card.home [data-p]").first
    number.focus()
    page.keyboard.press("Enter")
    expect(drawer).to_be_visible()
    expect(drawer).to_contain_text("How it is made")
    page.keyboard.press("Escape")
    tab.until("document.activeElement.hasAttribute('data-p')")


@pytest.mark.parametrize("name", PAGES)
def test_every_number_of_every_page_has_a_passport(tab: Watched, name: str) -> None:
    page = tab.open(f"{name}?lang=en")
    pairs = page.evaluate("""() => [...document.querySelectorAll('main [data-p]')].map(e => [
        (e.closest('[data-register]') || {getAttribute: () => ''}).getAttribute('data-register'), e.getAttribute('data-p')])""")
    unique = sorted({tuple(pair) for pair in pairs})
    # a ledger without a sealed forecast shows none
    assert unique or name == "ledger"
    missing = page.evaluate(
        """async pairs => {
        const lost = [];
        for (const [register, id] of pairs) {
          const r = await fetch('/passport?lang=en&register=' + encodeURIComponent(register) + '&id=' + encodeURIComponent(id));
          if (!r.ok) lost.push(id);
        }
        return lost; }""",
        [list(pair) for pair in unique[:60]],
    )
    assert missing == []


@pytest.mark.parametrize("name", ["relation", "table", "home", "ballot", "why", "method"])
def test_sections_of_the_brief_open_from_these_worlds(tab: Watched, name: str) -> None:
    page = tab.open("?lang=en")
    page.locator(f"#sec-{name} > summary").click()
    page.wait_for_selector(f"#sec-{name} [data-register]", timeout=SLOW)
    expect(page.locator(f"#sec-{name} .lede").first).to_be_visible()


def test_the_table_of_events_sorts_searches_and_opens_sources(tab: Watched) -> None:
    page = tab.open("record?lang=en")
    rows = page.locator("#events-table tbody tr")
    assert rows.count() == 7
    page.get_by_label("Search").fill("fee")
    assert page.locator("#events-table tbody tr:visible").count() == 2
    expect(page.locator(".sift output")).to_have_text("2 shown")
    page.get_by_label("Search").fill("")
    page.locator("#events-table th button").first.click()
    days = page.locator("#events-table time").evaluate_all("list => list.map(e => e.dateTime)")
    assert days == sorted(days)
    page.locator("#events-table a.m").first.click()
    expect(page.locator("#drawer")).to_contain_text("Selene Courier")


ARTICLE = (
    "Arcadia's government threatened Boreas with tariffs on Tuesday. The government of Boreas rejected the demand of Arcadia. "
    "<script>document.title = 'broken'</script>"
)


def test_an_article_is_read_reviewed_corrected_and_accepted(tab: Watched, folder: Path) -> None:
    before = (folder / "events.csv").read_text(encoding="utf-8")
    page = tab.open("record?lang=en")
    page.get_by_label("Text", exact=True).fill(ARTICLE + " The United States imposed sanctions on Colombia on Monday.")
    page.get_by_label("Day of the article").fill("2031-03-06")
    page.get_by_label("Outlet", exact=True).fill("Selene Courier")
    page.get_by_role("button", name="Propose events").click()
    cards = page.locator(".proposal")
    cards.first.wait_for()
    assert cards.count() >= 1
    expect(cards.first.locator("blockquote mark").first).to_be_visible()
    first = cards.first
    first.locator("select[name=source]").select_option("ARC_GOV")
    first.locator("select[name=target]").select_option("BOR_GOV")
    first.locator("select[name=type]").select_option("THREATEN")
    first.locator("input[name=date]").fill("2031-03-04")
    first.locator("textarea[name=summary]").fill("Arcadia threatens Boreas <b>again</b>")
    first.get_by_role("button", name="Accept").click()
    expect(page.locator(".proposal.done").first).to_contain_text("Accepted")
    after = (folder / "events.csv").read_text(encoding="utf-8")
    assert after.startswith(before.rstrip("\n"))
    assert "2031-03-04,ARC_GOV,BOR_GOV,THREATEN" in after
    page.get_by_role("link", name="See the record").click()
    expect(page.locator("#events-table")).to_contain_text("Arcadia threatens Boreas <b>again</b>")
    (folder / "events.csv").write_text(before, encoding="utf-8")


def test_a_proposal_can_be_rejected(tab: Watched, folder: Path) -> None:
    before = (folder / "events.csv").read_text(encoding="utf-8")
    page = tab.open("record?lang=es")
    page.get_by_label("Texto", exact=True).fill("Colombia expelled the ambassador of Peru on Monday.")
    page.get_by_role("button", name="Proponer hechos").click()
    page.locator(".proposal").first.wait_for()
    page.get_by_role("button", name="Rechazar").first.click()
    expect(page.locator(".proposal.done")).to_contain_text("Rechazado")
    assert (folder / "events.csv").read_text(encoding="utf-8") == before


def test_a_poll_is_checked_while_it_is_typed_and_then_written(tab: Watched, folder: Path) -> None:
    before = {name: (folder / name).read_text(encoding="utf-8") for name in ("polls.csv", "sources.csv")}
    page = tab.open("record?lang=en")
    page.get_by_label("Pollster", exact=True).fill("South Polls")
    faults = page.locator("#poll-faults")
    expect(faults).to_contain_text("still empty")
    page.get_by_label("Last day in the field").fill("2031-03-01")
    page.get_by_label("Published", exact=True).fill("2031-03-03")
    page.get_by_label("Outlet where it was read").fill("Selene Courier")
    page.get_by_label("Odile Tarn").fill("70")
    page.get_by_label("Karel Voss").fill("60")
    expect(faults).to_contain_text("130")
    page.get_by_label("Karel Voss").fill("25")
    expect(faults).to_contain_text("This fits")
    page.get_by_role("button", name="Add the poll").click()
    expect(page.locator(".notice[role=status]")).to_contain_text("The poll is in the record")
    expect(page.locator("#polls-table")).to_contain_text("South Polls")
    assert "South Polls" in (folder / "polls.csv").read_text(encoding="utf-8")
    from cumbre.record import check

    assert check(folder) == []
    for name, text in before.items():
        (folder / name).write_text(text, encoding="utf-8")


def test_a_position_is_edited_in_place_and_a_bar_shows_its_sentence(tab: Watched) -> None:
    page = tab.open("negotiation?lang=en")
    cell = page.locator("#matrix input[type=number]").first
    cell.fill("3")
    cell.dispatch_event("change")
    tab.until("location.search.includes('position')")
    tab.settled()
    assert urlsplit(page.url).path == "/negotiation"
    page.locator("#matrix button[data-drawer]").first.click()
    expect(page.locator("#drawer .basis")).to_be_visible()
    page.keyboard.press("Escape")
    bars = page.locator(".drivers button")
    if bars.count():
        bars.first.click()
        expect(page.locator("#drawer .basis")).not_to_be_empty()
    expect(page.locator("#deal-space svg").first).to_be_attached()
    expect(page.locator("#packages")).to_be_attached()


def test_draws_come_as_a_file(tab: Watched, tmp_path: Path) -> None:
    from cumbre.worlds import Worlds

    page = tab.open("ballot?lang=en")
    expect(page.locator("#transfer-flow svg, #runoff-flow svg").first).to_be_attached()
    with page.expect_download() as coming:
        page.get_by_role("link", name="(CSV)").last.click()
    coming.value.save_as(tmp_path / "draws.csv")
    assert len((tmp_path / "draws.csv").read_text(encoding="utf-8").splitlines()) == 641
    with page.expect_download() as coming:
        page.get_by_role("link", name="NetCDF").click()
    coming.value.save_as(tmp_path / "worlds.nc")
    assert Worlds.load(tmp_path / "worlds.nc").draws == 640


def test_a_long_run_shows_its_progress_and_can_be_called_off(tab: Watched) -> None:
    page = tab.open("ledger?lang=en")
    page.get_by_role("button", name="Start the replay").click()
    page.locator("progress").wait_for()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".cancelled")).to_be_visible(timeout=SLOW)
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


def test_the_same_page_in_spanish_says_no_english_word(tab: Watched) -> None:
    page = tab.open("?lang=es")
    text = page.locator("main").inner_text() + page.locator(".controls").inner_text()
    assert not re.search(r"\b(the|worlds|your|Base case|Loading|Source)\b", text)
    page.get_by_role("link", name="EN", exact=True).click()
    tab.settled()
    assert page.locator("html").get_attribute("lang") == "en"


def test_dark_and_print(browser: Any, site: str) -> None:
    context = browser.new_context(color_scheme="dark", viewport={"width": 1280, "height": 900})
    watched = Watched(context.new_page(), site)
    page = watched.open("?lang=en")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(21, 24, 28)"
    context.new_cdp_session(page).send("Runtime.evaluate", {"expression": axe_source()})
    found = page.evaluate(
        "axe.run(document, {runOnly: ['color-contrast']}).then(r => r.violations.map(v => v.nodes.map(n => n.html)))"
    )
    assert found == []
    page.emulate_media(media="print", color_scheme="light")
    assert not page.locator(".controls").is_visible()
    assert page.locator("#results figure").first.is_visible()
    context.close()
    assert watched.faults == []


def test_without_scripts_the_page_still_shows_numbers_and_takes_a_form(browser: Any, site: str) -> None:
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(f"{site}/?lang=en")
    assert page.locator("#results .card").count() == 4
    page.locator("summary", has_text="The meeting").click()
    page.locator("[name='lever:meeting.setting']").select_option("private")
    page.get_by_role("button", name="Run", exact=True).click()
    assert "meeting.setting" in page.url
    context.close()


def hostile(folder: Path) -> None:
    """Put markup into every text of a case that may hold any."""
    import csv

    bad = '<script>window.hit=1</script><img src=x onerror="window.hit=2">\''
    plain = {
        "name",
        "name_es",
        "title",
        "outlet",
        "summary",
        "summary_es",
        "basis",
        "quote_ref",
        "note",
        "event",
        "event_es",
        "rule",
        "party",
        "status",
        "status_es",
        "pollster",
        "mode",
        "series",
        "aliases",
        "office",
        "measure_es",
    }
    for path in folder.glob("*.csv"):
        lines = path.read_text(encoding="utf-8").splitlines()
        rows = list(csv.reader(line for line in lines if not line.startswith("#")))
        head = rows[0]
        for row in rows[1:]:
            for k, column in enumerate(head):
                if (
                    (path.name, column) not in {("signals.csv", "event")}
                    and column in plain
                    and (column != "mode" or path.name == "polls.csv")
                    and k < len(row)
                    and (row[k] or column == "title")
                ):
                    row[k] = row[k] + bad.replace(";", "")
                if column == "url" and path.name == "sources.csv":
                    row[k] = "javascript:window.hit=3"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)
    for path in folder.glob("*.toml"):
        text = path.read_text(encoding="utf-8")
        keys = "title|title_es|unit|unit_es|at_stake|at_stake_es|basis|change_basis|place|leader|text|text_es|resolution"
        said = bad.replace('"', '\\"')
        changed = re.sub(rf'^((?:{keys})\s*=\s*")([^"]*)"', lambda m, said=said: f'{m[1]}{m[2]}{said}"', text, flags=re.M)
        path.write_text(changed, encoding="utf-8")


def test_markup_in_every_field_stays_words(browser: Any, tmp_path: Path) -> None:
    place = tmp_path / "arcadia"
    shutil.copytree(ARCADIA, place)
    hostile(place)
    from cumbre.record import check

    assert check(place) == []
    server, _, port = serve(place, tmp_path / "home")
    context = browser.new_context(locale="en-GB")
    site = f"http://127.0.0.1:{port}"
    watched = Watched(context.new_page(), site)
    for name in PAGES:
        page = watched.open(f"{name}?lang=en")
        assert "window.hit=1" in page.content()
        assert page.evaluate("window.hit") is None
        assert page.locator("main script, main img, aside script, aside img, a[href^='javascript:']").count() == 0
    page = watched.open("record?lang=en")
    page.locator("a.m").first.click()
    expect(page.locator("#drawer .source-card")).to_be_visible()
    assert page.locator("#drawer script, #drawer img, #drawer a[href^='javascript:']").count() == 0
    page.keyboard.press("Escape")
    page.get_by_label("Text", exact=True).fill(
        "Peru recalled its ambassador from Chile <img src=x onerror='window.hit=4'> on Monday."
    )
    page.get_by_role("button", name="Propose events").click()
    page.locator("#proposals [role=status]").wait_for()
    page = watched.open("?lang=en")
    for section in ("table", "home", "ballot", "method"):
        page.locator(f"#sec-{section} > summary").click()
        page.wait_for_selector(f"#sec-{section} [data-register]", timeout=SLOW)
    assert page.evaluate("window.hit") is None
    assert page.locator("main script, main img").count() == 0
    context.close()
    server.should_exit = True
    assert watched.faults == []


def test_the_first_page_comes_by_itself(browser: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser that comes before the libraries are loaded sees so, and then the numbers, without doing anything."""
    from cumbre.workbench.app import Bench

    load = Bench._load

    def late(self: Bench) -> None:
        time.sleep(1.5)
        load(self)

    monkeypatch.setattr(Bench, "_load", late)
    server, _, port = serve(ARCADIA, tmp_path, draws=256, full=256)
    context = browser.new_context(locale="en-GB")
    watched = Watched(context.new_page(), f"http://127.0.0.1:{port}")
    page = watched.page
    page.goto(f"{watched.site}/?lang=en")
    expect(page.locator("h1")).to_have_text("Loading the case")
    page.wait_for_selector("#results .card", timeout=SLOW)
    context.close()
    server.should_exit = True
    assert watched.faults == []


def test_a_fold_of_the_negotiation_brings_its_table(tab: Watched) -> None:
    page = tab.open("negotiation?lang=en")
    page.locator("#by-kind > summary").click()
    page.wait_for_selector("#shares-kind tbody tr", timeout=SLOW)
    page.locator("#shares-kind [data-p]").first.click()
    expect(page.locator("#drawer")).to_contain_text("Sobol")
    page.keyboard.press("Escape")
    page.locator("#win-sets > summary").click()
    page.locator("#win-sets [data-p]").first.click()
    expect(page.locator("#drawer")).to_contain_text("audiences at home")
