"""The optional endpoint, against a small local server that misbehaves on purpose."""

from __future__ import annotations

import datetime as dt
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from cumbre.errors import InputError
from cumbre.read import Document, Reader, read
from cumbre.read.actors import actor_index
from cumbre.read.documents import digest
from cumbre.read.llm import _pieces

TEXT = "Ghana accused Togo of smuggling gold.\n\nThe Blue Lake Movement burned a Togolese bridge, said Accra."
GOOD = {
    "events": [
        {
            "type": "ACCUSE", "quote": "Ghana accused Togo of smuggling gold.", "source": {"name": "Ghana", "country": "GHA",
            "sector": "GOV"},
            "target": {"name": "Togo", "country": "TGO", "sector": "GOV"},
        },
        {
            "type": "ASSAULT", "quote": "The Blue Lake Movement burned a Togolese bridge",
            "source": {"name": "Blue Lake Movement", "country": "GHA", "sector": "REB"}, "target": {"name": "Togolese",
            "country": "XXX", "sector": "GOV"},
        },
    ]
}  # fmt: skip


def reply(content: Any, usage: Any = None) -> bytes:
    body = {
        "choices": [{"message": {"content": content if isinstance(content, str) else json.dumps(content)}}],
        "usage": usage or {},
    }
    return json.dumps(body).encode()


class Server:
    """Answers with what `say` returns: status, body, seconds to wait."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.say: Callable[[int], tuple[int, bytes, float]] = lambda n: (
            200,
            reply(GOOD, {"prompt_tokens": 100, "completion_tokens": 50}),
            0,
        )
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                outer.headers.append(dict(self.headers))
                status, body, wait = outer.say(len(outer.asked))
                time.sleep(wait)
                try:
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    pass

            def log_message(self, *args: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}/v1"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in ("CUMBRE_LLM_KEY", "CUMBRE_LLM_MODEL", "CUMBRE_LLM_PRICE_IN", "CUMBRE_LLM_PRICE_OUT"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    made = Server()
    yield made
    made.http.shutdown()
    made.http.server_close()


def ask(server: Server, cache: Path, **options: Any) -> tuple[Document, Reader]:
    reader = Reader(server.url, cache=cache, **{"timeout": 5.0, "pause": 0.01, **options})
    document = reader.read(Document(digest(TEXT), TEXT, "en", date=dt.date(2025, 1, 1)), actor_index())
    reader.close()
    return document, reader


def test_events_with_true_quotes_are_kept_and_the_table_beats_the_endpoint(server: Server, tmp_path: Path) -> None:
    document, reader = ask(server, tmp_path)
    assert [(e.type, e.source, e.target) for e in document.events] == [
        ("ACCUSE", "GHA GOV", "TGO GOV"),
        ("ASSAULT", "GHA REB", "TGO GOV"),
    ]
    assert all(TEXT[e.start : e.end] == e.quote for e in document.events)
    assert server.asked[0]["temperature"] == 0
    assert server.asked[0]["response_format"]["type"] == "json_schema"
    assert reader.usage.tokens_in == 100
    assert "cost unknown" in reader.usage.summary()


def test_cost_and_key(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUMBRE_LLM_KEY", "not-a-key")
    monkeypatch.setenv("CUMBRE_LLM_PRICE_IN", "2")
    monkeypatch.setenv("CUMBRE_LLM_PRICE_OUT", "10")
    _, reader = ask(server, tmp_path)
    assert reader.usage.cost == pytest.approx((100 * 2 + 50 * 10) / 1e6)
    assert server.headers[0]["Authorization"] == "Bearer not-a-key"
    assert not any("not-a-key" in p.read_text() for p in tmp_path.rglob("*") if p.is_file())


def test_replies_are_cached_by_what_was_asked(server: Server, tmp_path: Path) -> None:
    first, _ = ask(server, tmp_path)
    second, reader = ask(server, tmp_path)
    assert second.events == first.events
    assert (len(server.asked), reader.usage.calls, reader.usage.cached) == (1, 0, 1)
    ask(server, tmp_path, model="another")
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"quote": "Ghana accused Togo of smuggling cocoa."}, "quote not in the text"),
        ({"source": {"name": "Benin", "country": "BEN", "sector": "GOV"}}, "actor not in the text"),
        ({"type": "WAR"}, "not in the schema"),
        ({"quote": 7}, "not in the schema"),
        ({"source": None, "target": None}, "no actor"),
    ],
)
def test_what_is_not_in_the_text_is_dropped_and_counted(server: Server, tmp_path: Path, change: dict[str, Any], why: str) -> None:
    server.say = lambda n: (200, reply({"events": [{**GOOD["events"][0], **change}, GOOD["events"][1]]}), 0)
    document, reader = ask(server, tmp_path)
    assert len(document.events) == 1
    assert reader.usage.dropped == {why: 1}
    assert why in reader.usage.summary()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>busy</html>",
        b"{}",
        b'{"choices": []}',
        reply("I cannot do that."),
        reply("[1, 2"),
        reply({"events": 3}),
        reply("{" * 10_000),
        b"\xff\xfe\x00",
    ],
    ids=["nothing", "page", "object", "no-choice", "words", "torn", "no-list", "deep", "bytes"],
)
def test_garbage_costs_the_piece_not_the_run(server: Server, tmp_path: Path, body: bytes) -> None:
    server.say = lambda n: (200, body, 0)
    document, reader = ask(server, tmp_path)
    assert document.events == ()
    assert (reader.usage.calls, reader.usage.failed) == (3, 1)
    assert reader.usage.problems == {"garbage reply": 1}
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]


def test_fences_around_the_json_are_forgiven(server: Server, tmp_path: Path) -> None:
    server.say = lambda n: (200, reply(f"Here you are:\n```json\n{json.dumps(GOOD)}\n```"), 0)
    assert len(ask(server, tmp_path)[0].events) == 2


def test_busy_then_good_is_tried_again(server: Server, tmp_path: Path) -> None:
    server.say = lambda n: (429, b"slow down", 0) if n == 1 else (503, b"", 0) if n == 2 else (200, reply(GOOD), 0)
    document, reader = ask(server, tmp_path)
    assert (len(document.events), reader.usage.calls, reader.usage.failed) == (2, 3, 0)


def test_refusal_is_not_tried_again(server: Server, tmp_path: Path) -> None:
    server.say = lambda n: (401, b"no", 0)
    _, reader = ask(server, tmp_path)
    assert (reader.usage.calls, reader.usage.problems) == (1, {"status 401": 1})


def test_time_out(server: Server, tmp_path: Path) -> None:
    server.say = lambda n: (200, reply(GOOD), 3)
    started = time.monotonic()
    _, reader = ask(server, tmp_path, timeout=0.3)
    assert time.monotonic() - started < 10
    assert reader.usage.problems == {"time-out": 1}


def test_a_reply_without_end_is_cut(server: Server, tmp_path: Path) -> None:
    server.say = lambda n: (200, b"x" * 3_000_000, 0)
    _, reader = ask(server, tmp_path)
    assert reader.usage.problems == {"reply too long": 1}


def test_nobody_listens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Reader("http://127.0.0.1:9/v1", cache=tmp_path, pause=0.01, timeout=2)
    document = reader.read(Document("d1", TEXT, "en"), actor_index())
    assert document.events == ()
    assert "no connection" in reader.usage.summary()
    with pytest.raises(InputError, match="address"):
        Reader("not an address")


def test_pieces_cover_the_text() -> None:
    text = "\n\n".join(f"Paragraph {n} " + "word " * (n * 90 % 2500) for n in range(40)) + "x" * 20_000
    pieces = _pieces(text)
    assert all(text[start : start + len(piece)] == piece for start, piece in pieces)
    assert sum(len(piece) for _, piece in pieces) >= len(text.strip()) - 10
    assert max(len(piece) for _, piece in pieces) <= 6_100


def test_beside_the_coder(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUMBRE_LLM_CACHE", str(tmp_path / "cache"))
    (tmp_path / "a.txt").write_text(TEXT)
    document = read(tmp_path / "a.txt", llm=server.url)[0]
    assert {e.coder.split()[0] for e in document.events} == {"rules", "endpoint"}
