"""What the workbench refuses: other hosts, other origins, missing tokens, large bodies, paths outside its folders."""

from __future__ import annotations

import http.client
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the extra web is not installed")

import workbench_server
from workbench_server import ARCADIA, serve

from cumbre.errors import UsageError
from cumbre.workbench.security import BODY, is_loopback, require_token

TOKEN = "a-token-of-some-length"


def start(case: Path, home: Path, **options: Any) -> tuple[Any, int]:
    server, _, port = serve(case, home, draws=256, full=256, **options)
    return server, port


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("case") / "arcadia"
    shutil.copytree(ARCADIA, place)
    return place


@pytest.fixture(scope="module")
def port(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    server, number = start(folder, tmp_path_factory.mktemp("home"))
    yield number
    server.should_exit = True


@pytest.fixture(scope="module")
def guarded(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    server, number = start(folder, tmp_path_factory.mktemp("home"), host="0.0.0.0", token=TOKEN)
    yield number
    server.should_exit = True


def ask(
    port: int, method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b""
) -> tuple[int, dict[str, str], str]:
    status, found, content = workbench_server.ask(port, method, path, headers, body)
    return status, found, content.decode("utf-8", "replace")


def same(port: int) -> dict[str, str]:
    return {
        "Origin": f"http://127.0.0.1:{port}",
        "Sec-Fetch-Site": "same-origin",
        "Content-Type": "application/x-www-form-urlencoded",
    }


def test_every_answer_carries_the_policy(port: int) -> None:
    for path in ("/health", "/static/workbench.css", "/static/no.css", "/nowhere", "/?lang=en", "/record"):
        _, headers, _ = ask(port, "GET", path)
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"


def test_no_page_holds_script_or_style_of_its_own(port: int) -> None:
    import re

    for path in ("/", "/record", "/negotiation", "/ballot", "/ledger", "/?lang=es&given=ballot.winner+%3D%3D+%27voss%27"):
        status, _, text = ask(port, "GET", path)
        assert status == 200, path
        assert re.findall(r"<script(?![^>]*\ssrc=)[^>]*>", text) == []
        assert "<style" not in text
        assert re.findall(r"\s(?:style|on[a-z]+)=\"", re.sub(r"placeholder=\"[^\"]*\"", "", text)) == []
        assert "http://" not in re.sub(r"http://www\.w3\.org/2000/svg", "", text)


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8642", "169.254.0.1", "localhost.evil.example", ""])
def test_another_host_name_is_refused(port: int, host: str) -> None:
    status, _, text = ask(port, "GET", "/", {"Host": host})
    assert status == 421
    assert "<html" not in text


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_loopback_names_are_served(port: int, host: str) -> None:
    assert ask(port, "GET", "/health", {"Host": f"{host}:{port}"})[0] == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null"},
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Referer": "http://evil.example/127.0.0.1"},
        {"Origin": "OWN", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "OWN", "Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_change_from_elsewhere_is_refused_and_changes_nothing(port: int, folder: Path, headers: dict[str, str]) -> None:
    before = (folder / "polls.csv").read_bytes()
    sent = {name: value.replace("OWN", f"http://127.0.0.1:{port}") for name, value in headers.items()}
    for path in ("/record/poll", "/case/results", "/case/set", "/ledger/replay", "/record/article"):
        status, _, _ = ask(port, "POST", path, {**sent, "Content-Type": "application/x-www-form-urlencoded"}, b"pollster=x")
        assert status == 403
    assert (folder / "polls.csv").read_bytes() == before


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_not_offered(port: int, method: str) -> None:
    assert ask(port, method, "/record/poll", same(port))[0] == 405


def test_another_page_may_link_but_not_load(port: int) -> None:
    assert ask(port, "GET", "/health", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"})[0] == 200
    assert ask(port, "GET", "/case/results", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"})[0] == 403


def test_a_body_over_the_limit_is_refused_whether_it_says_so_or_not(port: int) -> None:
    status, _, text = ask(port, "POST", "/record/article", {**same(port), "Content-Length": str(BODY + 1)})
    assert status == 413
    assert "MB" in text
    chunk = b"a" * 100_000
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.putrequest("POST", "/record/article", skip_host=True)
    for name, value in {"Host": f"127.0.0.1:{port}", **same(port), "Transfer-Encoding": "chunked"}.items():
        connection.putheader(name, value)
    connection.endheaders()
    try:
        for _ in range(BODY // len(chunk) + 5):
            connection.send(b"%x\r\n%s\r\n" % (len(chunk), chunk))
        connection.send(b"0\r\n\r\n")
        assert connection.getresponse().status == 413
    except (BrokenPipeError, ConnectionResetError):
        pass  # the server hung up before it had read all, which is as good
    finally:
        connection.close()
    assert ask(port, "GET", "/health")[0] == 200


@pytest.mark.parametrize(
    "path",
    [
        "/static/../engine.py",
        "/static/..%2fengine.py",
        "/static/%2e%2e/app.py",
        "//evil.example/",
        "/download/..%2f..%2fetc%2fpasswd",
        "/download/case.toml",
        "/record/source?n=../1",
        "/record/source?n=99999999999999999999",
    ],
)
def test_no_path_leads_out(port: int, path: str) -> None:
    status, _, text = ask(port, "GET", path)
    assert status in (400, 404)
    assert "import" not in text
    assert "root:" not in text


@pytest.mark.parametrize("case", ["../../etc", "/etc", "nobody", "arcadia/../arcadia"])
def test_only_known_cases_open(port: int, case: str) -> None:
    from urllib.parse import quote

    status, _, text = ask(port, "GET", f"/record?case={quote(case)}")
    assert status == 400
    assert "this workbench has no case" in text.replace("&#39;", "'")


def test_an_uploaded_name_cannot_lead_out(port: int, tmp_path: Path) -> None:
    boundary = "b0undary"
    body = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="../../../../{tmp_path}/out.txt"\r\n'
        f"Content-Type: text/plain\r\n\r\nChile recalled its ambassador from Peru.\r\n--{boundary}--\r\n"
    ).encode()
    headers = {**same(port), "Content-Type": f"multipart/form-data; boundary={boundary}"}
    status, _, text = ask(port, "POST", "/record/article", headers, body)
    assert status == 200
    assert "Chile" in text
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a.exe", "case.toml", ".csv", "x.nc"])
def test_other_kinds_of_file_are_refused(port: int, name: str) -> None:
    boundary = "b0undary"
    body = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\nabc\r\n--{boundary}--\r\n'.encode()
    headers = {**same(port), "Content-Type": f"multipart/form-data; boundary={boundary}"}
    status, _, text = ask(port, "POST", "/record/article", headers, body)
    assert status == 400
    assert "cannot be read here" in text


def test_without_the_token_nothing_is_shown(guarded: int) -> None:
    for path in ("/", "/static/workbench.js", "/health", "/?token=a-token-of-some-lengtH"):
        status, _, text = ask(guarded, "GET", path, {"Host": "bench.example"})
        assert status == 401
        assert "<html" not in text


def test_the_token_is_taken_from_the_address_once(guarded: int) -> None:
    status, headers, _ = ask(guarded, "GET", f"/record?lang=es&token={TOKEN}")
    assert status == 303
    assert headers["location"] == "/record?lang=es"
    cookie = headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert ask(guarded, "GET", "/health", {"Cookie": cookie.split(";")[0]})[0] == 200
    assert ask(guarded, "GET", "/health", {"Authorization": f"Bearer {TOKEN}"})[0] == 200
    # two slashes at the front would send the reader to another host
    assert ask(guarded, "GET", f"//evil.example/?token={TOKEN}")[1]["location"].startswith("/evil.example")


def test_the_token_does_not_replace_the_origin(guarded: int) -> None:
    status, _, _ = ask(
        guarded, "POST", "/case/results", {"Cookie": f"cumbre_token={TOKEN}", "Origin": "http://evil.example"}, b"a=1"
    )
    assert status == 403


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.7", "::", "example.org"])
def test_other_than_loopback_needs_a_token(host: str) -> None:
    assert not is_loopback(host)
    with pytest.raises(UsageError, match="--token"):
        require_token(host, None)
    require_token(host, TOKEN)


@pytest.mark.parametrize("token", ["short", "has space in it", "semi;colon-in-token", "línea-de-token"])
def test_a_weak_or_unsafe_token_is_refused(token: str) -> None:
    with pytest.raises(UsageError, match="--token"):
        require_token("127.0.0.1", token)


def test_the_command_says_so_in_one_line() -> None:
    from typer.testing import CliRunner

    from cumbre.cli import app

    answer = CliRunner().invoke(app, ["serve", str(ARCADIA), "--host", "0.0.0.0"])
    assert answer.exit_code != 0
    assert "--token" in str(answer.exception)


def test_a_taken_port_is_told() -> None:
    from cumbre.workbench import serve

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(UsageError, match="--port"):
            serve(ARCADIA, port=taken.getsockname()[1])
