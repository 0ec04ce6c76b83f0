"""The ledger page over sealed, resolved and scored questions; the worked example is made up, and so are its outcomes."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="the extra web is not installed")

from workbench_server import ARCADIA

from cumbre import questions as room
from cumbre.questions.asked import Asked, from_case
from cumbre.record import load
from cumbre.simulate import fit, run
from cumbre.workbench.address import State
from cumbre.workbench.engine import Engine
from cumbre.workbench.ledger_page import ledger_page
from cumbre.workbench.site import passport


def with_ledger(place: Path) -> Path:
    """A copy of the example whose ledger holds the case's questions and thirty more, most of them resolved."""
    shutil.copytree(ARCADIA, place)
    case = load(place)
    worlds = run(case, draws=512, fitted=fit(case))
    asked = [
        Asked(
            f"fee-{level}-{month}",
            f"Is the strait fee above {level} crowns on 1 {name} 2031?",
            f"table.value['strait_fee', '2031-{month:02d}-01'] > {level}",
            dt.date(2031, month, 1),
        )
        for month, name in ((4, "April"), (5, "May"), (6, "June"), (7, "July"), (8, "August"))
        for level in (4, 6, 8, 10, 12, 14)
    ]
    everything = [*from_case(case.questions), *asked]
    now = dt.datetime(2031, 3, 10, 12, tzinfo=dt.UTC)
    room.seal(case, worlds, room.ask(case, worlds, everything), questions=everything, now=now)
    for k, question in enumerate(asked[:24]):
        level = int(question.question_id.split("-")[1])
        room.resolve(
            case,
            question.question_id,
            "yes" if level < 8 or k % 5 == 0 else "no",
            question.close_date,
            source="made up <b>for this test</b>",
            now=now + dt.timedelta(days=200, minutes=k),
        )
    return place


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return with_ledger(tmp_path_factory.mktemp("ledger") / "arcadia")


@pytest.mark.parametrize("lang", ["en", "es"])
def test_open_resolved_and_calibration_are_shown(place: Path, tmp_path: Path, lang: str) -> None:

    engine = Engine(place, draws=256, full=256, home=tmp_path)
    page = ledger_page(engine, State(lang=lang))
    engine.close()
    for id_ in ("open", "resolved", "calibration"):
        assert f'id="{id_}"' in page
    resolved = page.split('id="resolved"')[1].split("</table>")[0]
    assert resolved.count("<tr>") == 25  # the head and 24 questions
    assert "made up &lt;b&gt;for this test&lt;/b&gt;" in resolved
    shown = set(re.findall(r'data-p="([^"]+)"', page))
    register = next(engine.registers.get(key) for key in re.findall(r'data-register="([^"]+)"', page) if "ledger" in key)
    brier = register.numbers["ledger.brier"]
    assert 0 <= brier.value <= 1
    assert brier.passport.n == 24
    assert {id_ for id_ in shown if passport(register, id_, lang) is None} == set()
    bins = [f for id_, f in register.numbers.figures.items() if re.fullmatch(r"ledger\.calibration\.\d+\.n", id_)]
    assert sum(f.value for f in bins) == 24


def test_a_page_follows_its_ledger(place: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(place, tmp_path / "copy")
    engine = Engine(copy, draws=256, full=256, home=tmp_path)
    before = engine.version(State())
    room.resolve(load(copy), "fee-14-8", "no", dt.date(2031, 8, 1), source="made up", now=dt.datetime(2031, 9, 1, tzinfo=dt.UTC))
    assert engine.version(State()) != before
    engine.close()
