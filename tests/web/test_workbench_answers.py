"""How the workbench answers quickly and stays small: kept bytes, a first look, shared worlds, kept pages; and what the stages explain."""

from __future__ import annotations

import gzip
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("fastapi", reason="the extra web is not installed")

from workbench_server import ARCADIA, ask, serve

from cumbre.workbench.address import State
from cumbre.workbench.engine import Engine
from cumbre.workbench.jobs import Job
from cumbre.workbench.kept import KeptPages
from cumbre.workbench.pages import results, section

LEVER = "position['BOR', 'strait_fee'].mode = 4"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    made = Engine(ARCADIA, draws=2500, full=4200, home=tmp_path_factory.mktemp("home"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Any]]:
    server, bench, port = serve(ARCADIA, tmp_path_factory.mktemp("home"), draws=256, full=256)
    while b'class="card ' not in ask(port, "GET", "/?lang=en")[2] or b"/case/filters" in ask(port, "GET", "/?lang=en")[2]:
        time.sleep(0.1)
    yield port, bench
    server.should_exit = True


def test_a_first_look_comes_before_the_full_run(engine: Engine) -> None:
    first = engine.view(State(), 60)
    assert not isinstance(first, Job)
    assert first.hurried
    assert first.base.worlds.draws == 2048
    assert 'class="more"' in results(engine, State())[0]
    job = engine.prepare(State())
    assert job is None or job.wait(60)
    later = engine.view(State())
    assert not isinstance(later, Job)
    assert later.base.worlds.draws == 4200
    assert not later.hurried
    assert 'class="more"' not in results(engine, State())[0]
    # the look is the first block of the full run, world by world
    np.testing.assert_array_equal(first.base.table, later.base.table[:2048])


def test_a_what_if_holds_what_it_changed_and_shares_the_rest(engine: Engine) -> None:
    job = engine.prepare(State())
    assert job is None or job.wait(60)
    view = engine.view(State(do=(LEVER,)), 60)
    assert not isinstance(view, Job)
    assert view.base.worlds.draws == view.yours.worlds.draws == 2500
    full = engine.best(State())
    assert full is not None
    mine, base = view.yours.worlds["relation"]["index"].values, view.base.worlds["relation"]["index"].values
    assert np.shares_memory(mine, base)
    assert np.shares_memory(base, full.worlds["relation"]["index"].values)
    assert not np.array_equal(view.yours.worlds["table"]["value"].values, view.base.worlds["table"]["value"].values)


def test_registers_hold_no_worlds(engine: Engine) -> None:
    view = engine.view(State(), 60)
    assert not isinstance(view, Job)
    results(engine, State())
    assert engine.registers.get(view.key).worlds.draws == 1
    assert view.study().worlds.draws == view.kept


def test_the_relation_says_who_answers_whom(engine: Engine) -> None:
    assert not isinstance(engine.view(State(), 60), Job)
    html, done = section(engine, State(lang="es"), "relation")
    assert done
    table = html.split('id="reciprocity"')[1].split("</table>")[0]
    assert table.count("<tr>") == 9  # two directions, words and deeds, of both signs
    assert "palabras hostiles" in table


@pytest.mark.parametrize("by", ["kind", "actor", "issue"])
def test_the_negotiation_says_what_makes_a_deal_uncertain(site: tuple[int, Any], by: str) -> None:
    status, _, body = ask(site[0], "GET", f"/negotiation/shares/{by}?lang=en")
    assert status == 200
    said = re.findall(rf'data-p="table\.share\.{by}\.[^"]+\.total">([^<]+)<', body.decode())
    assert len(said) >= 2
    assert all(0 <= float(text.replace("\u202f", " ").split()[0].replace("under", "0")) <= 100 for text in said)
    assert ask(site[0], "GET", "/negotiation/shares/colour?lang=en")[0] == 404


def test_the_negotiation_shows_win_sets_and_trades(site: tuple[int, Any]) -> None:
    page = ask(site[0], "GET", "/negotiation?lang=en")[2].decode()
    assert 'id="win-sets"' in page
    assert re.search(r'data-p="issue\.strait_fee\.status_quo"', page)


def test_a_page_is_packed_once_and_not_sent_twice(site: tuple[int, Any]) -> None:
    port = site[0]
    for path in ("/?lang=en", "/record?lang=es", "/ballot?lang=en", "/ledger?lang=en"):
        _, plain, body = ask(port, "GET", path)
        _, again, packed = ask(port, "GET", path, {"Accept-Encoding": "gzip, br"})
        assert again["content-encoding"] == "gzip"
        assert gzip.decompress(packed) == body
        assert len(packed) < len(body) / 2
        assert plain["etag"] == again["etag"]
        status, _, nothing = ask(port, "GET", path, {"If-None-Match": plain["etag"]})
        assert (status, nothing) == (304, b"")
    assert ask(port, "GET", "/?lang=es")[1]["etag"] != ask(port, "GET", "/?lang=en")[1]["etag"]


def test_a_page_follows_its_case(tmp_path: Path) -> None:
    place = shutil.copytree(ARCADIA, tmp_path / "arcadia")
    server, _, port = serve(place, tmp_path / "home", draws=256, full=256)
    before = ask(port, "GET", "/record?lang=en")
    events = place / "events.csv"
    events.write_text(events.read_text(encoding="utf-8").replace("Arcadia", "Arkadia"), encoding="utf-8")
    after = ask(port, "GET", "/record?lang=en", {"If-None-Match": before[1]["etag"]})
    server.should_exit = True
    assert after[0] == 200
    assert b"Arkadia" in after[2]


def test_the_first_page_waits_for_no_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the libraries load, the page says so in the reader's language, and asks to be loaded again when they are there."""
    from cumbre.workbench import app

    monkeypatch.setattr(app.Bench, "_load", lambda self: None)
    server, bench, port = serve(ARCADIA, tmp_path)
    assert b"Cargando el caso" in ask(port, "GET", "/?lang=es")[2]
    assert ask(port, "GET", "/starting")[1].get("hx-refresh") is None
    bench._ready.set()
    assert ask(port, "GET", "/starting")[1]["hx-refresh"] == "true"
    bench._error = ValueError("over")
    server.should_exit = True


def test_a_kept_page_is_shown_for_its_own_content_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUMBRE_CACHE", str(tmp_path / "cache"))
    place = shutil.copytree(ARCADIA, tmp_path / "arcadia")
    kept = KeptPages(place)
    assert kept.page(State(lang="en")) is None
    kept.keep("en", "<p>one</p>", "key", {"a.number": "said"})
    assert kept.page(State(lang="en")) == "<p>one</p>"
    assert kept.page(State(lang="es")) is None
    assert kept.page(State(lang="en", do=("meeting.setting = 'public'",))) is None
    assert kept.passport("key", "a.number", "en") == "said"
    (place / "case.toml").write_text((place / "case.toml").read_text(encoding="utf-8") + "\n# later\n", encoding="utf-8")
    assert kept.page(State(lang="en")) is None


def test_a_number_is_explained_after_its_register_was_left_for_others(site: tuple[int, Any]) -> None:
    """A page kept as bytes may outlive its register; the drawer then has the page written again."""
    from urllib.parse import quote

    port, bench = site
    for path in ("/?lang=en", "/record?lang=en", "/negotiation?lang=en", "/ballot?lang=en"):
        bench.answers._kept.clear()
        bench.engine.pages.clear()
        page = ask(port, "GET", path)[2].decode()
        register = re.findall(r'data-register="([^"]+)"', page)[-1]
        id_ = re.findall(r'data-p="([^"]+)"', page.split(f'data-register="{register}"')[-1])[0]
        asked = f"/passport?lang=en&register={register}&id={quote(id_)}"
        assert ask(port, "GET", asked)[0] == 200
        bench.engine.registers.clear()
        assert ask(port, "GET", asked)[0] == 404
        assert ask(port, "GET", f"{asked}&at={quote(path)}")[0] == 200
    assert ask(port, "GET", f"{asked}0&at=//evil.example/")[0] == 404
