"""Start the workbench: loopback unless asked, and then only with a token."""

from __future__ import annotations

import sys
from pathlib import Path

from cumbre.errors import UsageError
from cumbre.workbench.memory import few_arenas
from cumbre.workbench.security import is_loopback, require_token

__all__ = ["serve"]


def serve(case: str | Path = "washington-2026", *, host: str = "127.0.0.1", port: int = 8642, token: str | None = None) -> None:
    """Serve the workbench until it is interrupted.

    case    name of a bundled case or path of a case folder, opened first
    host    address to listen on; other than loopback needs `token`
    token   secret of at least 12 signs that readers give once as `?token=...`

    Raises UsageError where the case does not exist, the port is taken, or others could read without a token.
    """
    require_token(host, token)
    if not 0 < port < 65536:
        raise UsageError(f"--port {port} is no port; give a number from 1 to 65535")
    import socket

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host.strip("[]"), port))
    except OSError as error:
        listener.close()
        raise UsageError(
            f"cannot listen on {host}:{port} ({error.strerror}); choose another --port, or --host 127.0.0.1"
        ) from None
    few_arenas()
    import uvicorn

    from cumbre.workbench.app import Bench, create_app

    _exists(case)
    bench = Bench(case)
    app = create_app(bench, host=host, token=token)
    shown = f"[{host}]" if ":" in host else host
    place = f"http://{shown}:{port}/" + (f"?token={token}" if token else "")
    print(f"Cumbre workbench at {place}  (stop with Ctrl-C)", flush=True)
    if not is_loopback(host):
        print("others on the network can reach it with the token; the connection is not encrypted", file=sys.stderr, flush=True)
    config = uvicorn.Config(app, log_level="error", server_header=False, date_header=False, timeout_graceful_shutdown=2)
    uvicorn.Server(config).run(sockets=[listener])


def _exists(case: str | Path) -> None:
    """Say at once that a case is not there, without waiting for the libraries."""
    path = Path(case)
    bundled = Path(__file__).parent.parent / "cases" / str(case)
    if not path.is_dir() and not (bundled / "case.toml").is_file():
        from cumbre.record import find

        find(case)
    folder = path if path.is_dir() else bundled
    if not (folder / "case.toml").is_file():
        raise UsageError(f"{case} holds no case.toml; give the folder of a case, or start one with `cumbre new NAME`")
