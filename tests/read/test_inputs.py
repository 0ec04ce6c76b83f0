"""Sources, friendly and hostile: a clear error or a clean text, in bounded time and memory."""

from __future__ import annotations

import builtins
import datetime as dt
import gzip
import io
import time
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import pypdf
import pytest

from cumbre.errors import InputError
from cumbre.read.actors import read_actors_csv
from cumbre.read.documents import code_document, code_text
from cumbre.read.inputs import gather

PAGE = """<!DOCTYPE html><html lang="en"><head><title>Envoy leaves - The Daily</title>
<meta property="og:site_name" content="The Daily"><meta property="article:published_time" content="2025-03-04T10:00:00Z">
<script>var x = "Peru attacked Chile.";</script><style>p { color: red }</style></head><body>
<nav><a href="/">Home</a></nav><article><h1>Envoy leaves</h1>
<p>Chile recalled its ambassador from Peru on Monday, the foreign ministry in Santiago said in a statement to the press.</p>
<p>Peruvian President Dina Boluarte called the step &ldquo;an outrage&rdquo; and asked for an explanation within the next few days.</p>
<p>The two countries have traded for more than a century, and their ports handle most of the copper of the continent.</p></article>
<footer>All rights reserved</footer></body></html>"""


def _pdf(pages: int = 1, password: str | None = None) -> bytes:
    writer = pypdf.PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _text_pdf(text: str) -> bytes:
    """A PDF of one page that shows a line of text, written by hand."""
    stream = f"BT /F1 12 Tf 20 100 Td ({text}) Tj ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    body, places = b"%PDF-1.4\n", []
    for n, item in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj%s endobj\n" % (n, item)
    start = len(body)
    body += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % p for p in places)
    return body + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % start


def test_html_finds_text_title_outlet_and_date(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(PAGE, encoding="utf-8")
    document = code_document(gather(tmp_path / "a.html")[0])
    assert document.date == dt.date(2025, 3, 4)
    assert document.outlet == "The Daily"
    assert "Envoy leaves" in document.title
    assert "var x" not in document.text
    assert "attacked" not in document.text
    assert ("SANCTION", "CHL GOV", "PER GOV") in [(e.type, e.source, e.target) for e in document.events]
    assert all(document.text[e.start : e.end] == e.quote for e in document.events)
    assert document.events[0].date == dt.date(2025, 3, 3)


def test_folder_standard_input_and_twins(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("Perú acusó a Chile de espionaje.\n", encoding="utf-8")
    (tmp_path / "a.txt").write_text("Ghana thanked Togo for the loan.\n", encoding="utf-8")
    (tmp_path / "c.txt").write_text("Ghana thanked Togo for the loan.\n", encoding="utf-8")
    (tmp_path / "d.bin").write_bytes(b"\x00\x01")
    found = gather([tmp_path])
    assert [(Path(d.name).name, d.lang) for d in found] == [("a.txt", "en"), ("b.txt", "es")]
    piped = gather("-", stdin=b"Iran sanctioned Oman on 3 May 2024.")
    assert piped[0].date == dt.date(2024, 5, 3)


def test_pdf_text_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(_text_pdf("Kenya expelled the Ugandan ambassador on 4 March 2025."))
    document = code_document(gather(tmp_path / "a.pdf")[0])
    assert [(e.type, e.source, e.target) for e in document.events] == [("SANCTION", "KEN GOV", "UGA GOV")]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("locked.pdf", _pdf(password="secret"), "password"),
        ("empty.pdf", _pdf(), "no text"),
        ("torn.pdf", b"%PDF-1.7\n" + b"\x00garbage" * 50, "PDF"),
        ("empty.txt", b"  \n ", "no text"),
        ("picture.txt", b"\x89PNG\r\n\x1a\n" + bytes(100), "not a text"),
        ("page.gz.txt", gzip.compress(b"text"), "archive"),
        ("big.html", b"<p>" + b"word " * 10_000_000, "MB"),
    ],
    ids=["locked", "blank", "torn", "empty", "picture", "gzip", "big"],
)
def test_clear_errors(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    started = time.monotonic()
    with pytest.raises(InputError, match=words) as caught:
        gather(tmp_path / name)
    assert name in str(caught.value)
    assert time.monotonic() - started < 20


def test_a_zip_bomb_is_not_opened(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.txt", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", b"0" * 20_000_000)
    tracemalloc.start()
    with pytest.raises(InputError, match="archive"):
        gather(tmp_path / "bomb.txt")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000


def test_a_page_of_a_hundred_thousand_nested_tags(tmp_path: Path) -> None:
    page = "<html><body>" + "<div>" * 100_000 + "<p>Peru attacked Chile on Monday.</p>" + "</div>" * 100_000 + "</body></html>"
    (tmp_path / "deep.html").write_text(page)
    started = time.monotonic()
    document = gather(tmp_path / "deep.html")[0]
    assert time.monotonic() - started < 20
    assert "Peru attacked Chile on Monday." in document.text
    assert document.notes == ("tags stripped in one pass",)


@pytest.mark.parametrize(
    "page",
    ["<" * 200_000, "<p " * 100_000, "<script>" * 50_000, "<!--" * 50_000, "&#x1F600;" * 50_000, "<a href='" * 60_000],
    ids=["angles", "open", "scripts", "comments", "entities", "links"],
)
def test_torn_pages_stay_quick(tmp_path: Path, page: str) -> None:
    (tmp_path / "torn.html").write_text("<html><body><p>Peru attacked Chile on Monday, officials said.</p>" + page)
    started = time.monotonic()
    try:
        assert isinstance(gather(tmp_path / "torn.html")[0].text, str)
    except InputError as error:
        assert "no text" in str(error)
    assert time.monotonic() - started < 30


def test_broken_bytes_and_other_encodings(tmp_path: Path) -> None:
    (tmp_path / "latin.txt").write_bytes("Perú acusó a España de injerencia.".encode("cp1252"))
    document = gather(tmp_path / "latin.txt")[0]
    assert document.text.startswith("Perú acusó a España")
    assert "not UTF-8" in document.notes[0]
    (tmp_path / "wide.txt").write_bytes("Perú acusó a España.".encode("utf-16"))
    assert "España" in gather(tmp_path / "wide.txt")[0].text
    (tmp_path / "torn.txt").write_bytes(b"Ghana sanctioned Togo.\x81\x8d\xff\xfe Then nothing.")
    assert code_document(gather(tmp_path / "torn.txt")[0]).events[0].type == "SANCTION"


def test_direction_marks_and_zero_widths_are_taken_out(tmp_path: Path) -> None:
    text = "\u202eGha\u200bna\u202c sanc\u00adtioned \u200fTogo\u200e.\x00"
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    document = code_document(gather(tmp_path / "a.txt")[0])
    assert document.text == "Ghana sanctioned Togo."
    assert document.events[0].quote == "Ghana sanctioned Togo."


def test_addresses_and_missing_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not fetched"):
        gather("https://example.org/a.html")
    with pytest.raises(InputError, match="cannot be read"):
        gather(tmp_path / "none.txt")
    with pytest.raises(InputError, match="no text, HTML or PDF"):
        gather(tmp_path)
    with pytest.raises(InputError, match="no source"):
        gather([])


@pytest.mark.parametrize(
    ("module", "name", "content"), [("trafilatura", "a.html", PAGE.encode()), ("pypdf", "a.pdf", _pdf())], ids=["html", "pdf"]
)
def test_a_missing_extra_says_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    real = builtins.__import__

    def without(wanted: str, *args: Any, **kwargs: Any) -> Any:
        if wanted.split(".")[0] == module:
            raise ImportError(wanted)
        return real(wanted, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InputError, match=r"cumbre\[read\]"):
        gather(tmp_path / name)


def test_users_add_actors(tmp_path: Path) -> None:
    table = tmp_path / "actors.csv"
    table.write_text("names,code,sector,from,to\nBlue Shield|Escudo Azul,COL,REB,,\nAda Ruiz,PER,GOV,2024-01-01,2025-01-01\n")
    extra = read_actors_csv(table)
    text = "Peru condemned Blue Shield."
    assert code_text(text, "en", extra=extra)[0].target == "COL REB"
    assert code_text(text, "en")[0].target is None
    other = "Chile sanctioned Bolivia."
    assert code_text(other, "en", extra=extra) == code_text(other, "en")
    for day, sector in ((dt.date(2024, 6, 1), "PER GOV"), (dt.date(2025, 6, 1), "PER ELI")):
        assert code_text("Ada Ruiz criticised Chile.", "en", day, extra=extra)[0].source == sector
    table.write_text("names,code,sector\nX,COLOMBIA,GOV\n")
    with pytest.raises(InputError, match="line 2"):
        read_actors_csv(table)
    table.write_text("name,code\nX,COL\n")
    with pytest.raises(InputError, match="columns"):
        read_actors_csv(table)
