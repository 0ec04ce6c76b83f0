"""The brief as written: whole, sourced, the same every time, honest about what is absent, safe when interrupted."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from invented import small_case, small_worlds

from cumbre import brief, simulate
from cumbre.brief.facts.gather import gather
from cumbre.brief.facts.pack import PACKED, decode
from cumbre.brief.numbers import UnsourcedNumber
from cumbre.errors import UsageError
from cumbre.questions import changed
from cumbre.record import load
from cumbre.record.case import Case
from cumbre.worlds import Worlds

SECTIONS = ("record", "relation", "table", "home", "ballot", "why", "ask", "watch", "track", "method")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, case: Case, worlds: Worlds) -> Path:
    out = tmp_path_factory.mktemp("brief")
    brief.write(case, worlds, {}, out)
    return out


@pytest.fixture(scope="module")
def page(written: Path) -> str:
    return (written / "brief.html").read_text(encoding="utf-8")


def test_everything_is_written_and_nothing_else(written: Path) -> None:
    pages = {"brief.html", "brief.es.html", "calibration.html", "calibration.es.html"}
    assert {p.name for p in written.iterdir()} == {*pages, "numbers.json", "charts"}
    assert (written / "brief.html").stat().st_size < 1_500_000
    assert {"timeline.svg", "timeline-narrow.svg", "polls.svg", "chain.svg"} <= {p.name for p in (written / "charts").iterdir()}


def test_the_page_has_its_ten_sections_in_order_in_both_languages(written: Path) -> None:
    for name, lang in (("brief.html", "en"), ("brief.es.html", "es")):
        text = (written / name).read_text(encoding="utf-8")
        assert f'<html lang="{lang}">' in text
        found = re.findall(r'<section id="([a-z]+)" class="section', text)
        assert found == ["changed", *SECTIONS]
        assert 'href="brief.es.html"' in text if lang == "en" else 'href="brief.html"' in text


def test_every_number_on_the_page_has_a_passport(written: Path, page: str) -> None:
    numbers = json.loads((written / "numbers.json").read_text(encoding="utf-8"))["numbers"]
    shown = set(re.findall(r'data-p="([^"]+)"', page))
    assert len(shown) > 200
    assert shown <= numbers.keys()
    for id_, number in numbers.items():
        assert number["id"] == id_
        assert number["rule"]
        assert number["label"] in ("estimated", "selected", "literature", "judged", "recorded", "simulated")
    said = numbers["brief.table.any_deal"]["printed"]
    assert re.fullmatch(r"\d+ in 20", said["en"])
    assert said["es"] == said["en"].replace("in", "de cada")


def test_numbers_agree_with_the_worlds(written: Path, worlds: Worlds) -> None:
    numbers = json.loads((written / "numbers.json").read_text(encoding="utf-8"))["numbers"]
    assert numbers["brief.ballot.ana.win"]["value"] == pytest.approx(worlds.chance("ballot.winner == 'ana'").p, abs=1e-6)
    assert numbers["brief.question.q2"]["value"] == pytest.approx(
        worlds.chance("table.value['tariff', '2031-06-01'] > 10").p, abs=1e-6
    )
    assert numbers["brief.table.any_deal"]["value"] == pytest.approx(float((worlds["table"]["deal"] > 0).mean()), abs=1e-6)
    wins = [v["value"] for k, v in numbers.items() if re.fullmatch(r"brief\.ballot\.\w+\.win", k)]
    assert sum(wins) == pytest.approx(1, abs=1e-5)


def test_chances_carry_their_range_and_english_says_no_will(page: str) -> None:
    for said in re.findall(r'<a class="n"[^>]*data-p="[^"]*(?:any_deal|win)"[^>]*>(.*?)</a>', page.split('id="changed"')[0]):
        assert "in 20" in said
    words = re.sub(r"<(script|style).*?</\1>", "", page, flags=re.S)
    assert not re.search(r"\b(?i:will)\b", re.sub(r"<[^>]+>", " ", words))


def test_nothing_is_asked_of_another_host(page: str) -> None:
    links = re.findall(r'<a href="(https?://[^"]+)"', page)
    assert links
    rest = re.sub(r'<a href="https?://[^"]+"[^>]*>', "", page).replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"""(?:src|href|action|url\()\s*=?\s*["']?(?:https?:)?//""", rest)
    assert "@import" not in rest
    assert "fetch(" not in rest
    assert "XMLHttpRequest" not in rest


def test_the_same_worlds_give_the_same_bytes(tmp_path: Path, written: Path, case: Case, worlds: Worlds) -> None:
    brief.write(case, worlds, {}, tmp_path)
    for name in ("brief.html", "brief.es.html", "numbers.json"):
        assert (tmp_path / name).read_bytes() == (written / name).read_bytes()


def test_charts_that_the_page_no_longer_has_go_and_other_files_stay(tmp_path: Path, case: Case, worlds: Worlds) -> None:
    (tmp_path / "charts").mkdir()
    (tmp_path / "charts" / "old.svg").write_text("<svg/>", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    brief.write(case, worlds, {}, tmp_path)
    assert not (tmp_path / "charts" / "old.svg").exists()
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_spanish_on_demand_swaps_the_pages(tmp_path: Path, case: Case, worlds: Worlds, written: Path) -> None:
    report = brief.write(case, worlds, {}, tmp_path, lang="es")
    assert report.html.read_text(encoding="utf-8").startswith('<!doctype html>\n<html lang="es">')
    assert report.other is not None
    assert report.other.name == "brief.en.html"
    assert "gana Ana Prado" in report.summary
    with pytest.raises(UsageError, match="--lang is 'fr'"):
        brief.write(case, worlds, {}, tmp_path, lang="fr")


def test_an_interrupted_run_leaves_the_previous_brief(
    tmp_path: Path, case: Case, worlds: Worlds, monkeypatch: pytest.MonkeyPatch
) -> None:
    brief.write(case, worlds, {}, tmp_path)
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    other = small_worlds(dataclasses.replace(case), draws=2500)
    monkeypatch.setattr("cumbre.brief.report.os.fdopen", _breaks_after(3))
    with pytest.raises(KeyboardInterrupt):
        brief.write(case, other, {}, tmp_path)
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before


def _breaks_after(calls: int) -> Any:
    real, left = os.fdopen, [calls]

    def opened(*args: Any, **kwargs: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return real(*args, **kwargs)

    return opened


def test_a_number_without_a_passport_stops_the_build(case: Case, worlds: Worlds, monkeypatch: pytest.MonkeyPatch) -> None:
    from markupsafe import Markup

    stray = Markup('<span data-p="brief.stray">12 %</span>')
    monkeypatch.setattr("cumbre.brief.render.reason", lambda w, record: stray)
    with pytest.raises(UnsourcedNumber, match=r"brief\.stray; register them first"):
        brief.build(case, worlds, {})
    monkeypatch.setattr("cumbre.brief.render.reason", lambda w, record: 12)
    with pytest.raises(UnsourcedNumber, match="prints 12 without a passport"):
        brief.build(case, worlds, {})


@pytest.mark.parametrize("stages", ["relation", "table", "home", "ballot", "relation table", "table home", "home ballot"])
def test_stages_that_did_not_run_are_said_to_be_absent(stages: str, case: Case) -> None:
    built = brief.build(case, small_worlds(case, 800, stages), {})
    text = built.pages["en"]
    absent = {
        "relation": "nothing can be said of where the relationship stands", "table": "No issue is on the table",
        "home": "nothing is said of effects at home", "ballot": "No election is recorded in this case",
    }  # fmt: skip
    for stage, words in absent.items():
        assert (words in text) == (stage not in stages.split()), stage
    assert text.count('class="card ') == 4


def test_a_case_with_next_to_nothing_still_makes_a_page() -> None:
    bare = small_case(
        events=(), issues=(), positions=(), audiences=(), channels=(), polls=(), approval=(), candidates=(), primaries=(), calendar=(),
        questions=(), election=None, meeting=None, sources=(),
    )  # fmt: skip
    built = brief.build(bare, Worlds.start(bare.id, bare.as_of, draws=300, seed=1), {})
    assert "No event is recorded" in built.pages["en"]
    assert "No hay hechos registrados" in built.pages["es"]
    assert "No question stands open" in built.pages["en"]


def test_no_polls_and_no_primaries_are_said_so() -> None:
    thin = small_case(polls=(), primaries=(), approval=())
    worlds = small_worlds(small_case(), 800)
    ballot = worlds["ballot"].drop_vars([n for n in worlds["ballot"].variables if str(n).startswith("primary")])
    fresh = Worlds.start(thin.id, thin.as_of, draws=800, seed=7)
    for stage in ("relation", "table", "home"):
        fresh = fresh.add(stage, worlds[stage])
    text = brief.build(thin, fresh.add("ballot", ballot), {}).pages["en"]
    assert "No poll of the first round is recorded" in text
    assert "No primary is recorded" in text
    assert "Thin: fewer than four first-round polls" in text


def test_too_few_worlds_are_said_so(case: Case) -> None:
    text = brief.build(case, small_worlds(case, 150), {}).pages["en"]
    assert "too few worlds to say" in text
    assert "NaN" not in re.sub(r"<script>.*?</script>", "", text, flags=re.S)


def test_the_page_carries_the_worlds_it_asks(case: Case, worlds: Worlds) -> None:
    study = brief.open_study(case, worlds, {})
    pack = {v.id: v for v in gather(study).pack}
    n = min(PACKED, worlds.draws)
    index = worlds["relation"]["index"].to_numpy()[:n, 0, study.week("relation", study.vote_day)]
    assert np.abs(decode(pack["index"]) - index).max() < 1e-3
    winner = decode(pack["winner"])
    ids = [id_ for _, id_ in pack["winner"].labels]
    names = worlds["ballot"]["candidate"].to_numpy()[worlds["ballot"]["winner"].to_numpy()[:n]]
    assert [ids[int(k)] for k in winner] == names.tolist()
    assert sum(len(v.data) for v in pack.values()) < 400_000


def test_words_of_the_case_cannot_break_the_page() -> None:
    evil = "</script><script>alert(1)</script><b>"
    case = small_case(title=evil)
    case = case.change(issues=(case.issues[0].model_copy(update={"title": evil}), *case.issues[1:]))
    text = brief.build(case, small_worlds(case, 800), {}).pages["en"]
    assert "<script>alert" not in text
    assert text.count("</script>") == 2


def test_what_changed_names_items_and_moves(arcadia: Case) -> None:
    since = arcadia.as_of - dt.timedelta(days=30)
    changes = changed(arcadia, since, draws=600, pairs=1, most_items=3)
    fitted = simulate.fit(arcadia)
    built = brief.build(arcadia, simulate.run(arcadia, draws=600, seed=1, fitted=fitted), fitted, since=changes)
    text = built.pages["en"]
    assert "was run again with what was public on" in text
    assert ("moved" in text) == bool(changes.moved())
    assert all(item.text.split()[0] in text for item in changes.items[:3])


def test_the_bundled_case_and_the_example_make_a_brief(arcadia: Case) -> None:
    for case in (load("washington-2026"), arcadia):
        fitted = simulate.fit(case)
        built = brief.build(case, simulate.run(case, draws=2048, seed=1, fitted=fitted), fitted)
        for lang in built.pages:
            text = built.pages[lang]
            assert len(text.encode()) < 1_500_000
            assert re.findall(r'<section id="([a-z]+)" class="section', text) == ["changed", *SECTIONS]
            assert "no figure" not in text.split('id="record"')[0]
        assert len(built.numbers["numbers"]) > 300
