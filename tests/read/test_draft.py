"""A case folder started from documents passes the check and says what is open."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from cumbre.errors import UsageError
from cumbre.read import draft
from cumbre.read.draft import evidence
from cumbre.read.inputs import gather
from cumbre.record import check, load

ARTICLES = {
    "one.txt": """Squid fleet strains ties

August 12, 2020. Ecuador protested to China over the fishing fleet near its islands on Monday. Ecuador's navy deployed two corvettes to
watch the Chinese ships. Foreign Minister Luis Gallegos demanded that China respect the reserve. Beijing rejected the complaint.""",
    "dos.txt": """China promete una veda

15 de agosto de 2020. China prometió prohibir la captura de calamar durante tres meses. Ecuador agradeció a China el anuncio.
El Gobierno ecuatoriano quiere un control por satélite y se niega a abrir la reserva. China busca un acuerdo de pesca más amplio.""",
    "three.html": """<html><head><title>Envoys meet</title></head><body>
    <article><p>August 20, 2020. Chinese and Ecuadorian officials met in Quito
    on Wednesday to discuss fishing licences and the reserve around the islands.</p><p>The United States offered help to Ecuador and
    criticised China for illegal fishing in a statement published in Washington on the same day.</p></article></body></html>""",
}


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    for name, text in ARTICLES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_a_draft_passes_the_check_and_lists_what_is_open(articles: Path, tmp_path: Path) -> None:
    made = draft("squid", [articles], folder=tmp_path)
    assert made.folder == tmp_path / "squid"
    assert check(made.folder) == []
    case = load(made.folder)
    assert set(case.principals) == {"ECU", "CHN"}
    assert case.as_of == dt.date(2020, 8, 20)
    assert len(case.events) == made.events >= 4
    assert len(case.sources) == 3
    texts = {d.id: d.text for d in gather([articles])}
    for event in case.events:
        document, span = event.quote_ref.split(":")
        first, last = map(int, span.split("-"))
        assert " ".join(texts[document][first:last].split())[:290] == event.summary[:290]
    assert any("fisheries" in point for point in made.open_points)
    assert all(point in (made.folder / "README.md").read_text() for point in made.open_points)
    assert "cumbre check" in made.summary


def test_evidence_stands_beside_empty_positions(articles: Path, tmp_path: Path) -> None:
    made = draft("squid", [articles], folder=tmp_path)
    table = (made.folder / "positions.csv").read_text()
    assert "se niega a abrir la reserva" in table
    assert "ISSUE,LOW,MODE,HIGH" in table
    assert load(made.folder).positions == ()
    found = evidence(gather([articles]), ("ECU", "CHN"))
    assert {e.stance for e in found} >= {"offer", "refusal", "demand"}
    assert all(next(d.text for d in gather([articles]) if d.id == e.document)[e.start : e.end] == e.quote for e in found)


def test_a_draft_of_thin_text_is_still_a_valid_folder(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The river rose in spring. Nobody said anything.")
    made = draft("thin", tmp_path / "a.txt", folder=tmp_path)
    assert check(made.folder) == []
    assert any("principals" in point for point in made.open_points)


def test_an_existing_folder_is_not_touched(articles: Path, tmp_path: Path) -> None:
    (tmp_path / "squid").mkdir()
    with pytest.raises(UsageError, match="exists"):
        draft("squid", [articles], folder=tmp_path)
