"""A workbench on a free port of loopback, in a thread of the tests."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from pathlib import Path
from typing import Any

ARCADIA = Path(__file__).resolve().parents[2] / "examples" / "arcadia"


def serve(case: Path, home: Path, *, draws: int = 640, full: int = 640, **options: Any) -> tuple[Any, Any, int]:
    """Server, bench and port."""
    import uvicorn

    from cumbre.workbench.app import Bench, create_app

    bench = Bench(case, draws=draws, full=full, home=home, keep=False)
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(bench, **options), log_level="critical", timeout_graceful_shutdown=1))
    threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True).start()
    while not server.started:
        time.sleep(0.02)
    return server, bench, listener.getsockname()[1]


def ask(
    port: int, method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b""
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of one request, with a host of its own unless `headers` name one."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    sent = {"Host": f"127.0.0.1:{port}", **(headers or {})}
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    for name, value in sent.items():
        connection.putheader(name, value)
    if body and "Content-Length" not in sent:
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body or None)
    answer = connection.getresponse()
    found = {name.lower(): value for name, value in answer.getheaders()}
    content = answer.read()
    connection.close()
    return answer.status, found, content
