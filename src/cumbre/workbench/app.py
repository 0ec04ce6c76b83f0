"""The application: addresses in, pages out. Every change is a POST; every GET leaves things as they are."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, Response
from starlette.concurrency import run_in_threadpool

from cumbre.errors import CumbreError, InputError
from cumbre.workbench.address import Note, State
from cumbre.workbench.kept import KeptPages
from cumbre.workbench.security import BODY, Guard

if TYPE_CHECKING:
    from cumbre.workbench.engine import Engine

__all__ = ["Bench", "create_app"]

WAIT = 1.6
"""Seconds that an answer waits for a run before it shows progress instead."""


class Bench:
    """The engine, loaded beside the server so that the first page need not wait for the libraries."""

    def __init__(
        self, case: str | Path, *, draws: int = 5_000, full: int = 20_000, home: Path | None = None, keep: bool = True
    ) -> None:
        self.case, self.draws, self.full, self.home = case, draws, full, home
        self.kept = KeptPages(case) if keep else None
        self._ready = threading.Event()
        self._engine: Engine | None = None
        self._error: Exception | None = None
        threading.Thread(target=self._load, name="cumbre-load", daemon=True).start()

    def _load(self) -> None:
        try:
            # all rooms are imported here, in one thread: two threads that import in circles may see half a module
            from cumbre.workbench import ballot_routes, case_routes, ledger_routes, negotiation_routes, record_routes  # noqa: F401
            from cumbre.workbench.engine import Engine

            self._engine = Engine(self.case, draws=self.draws, full=self.full, home=self.home)
            self._engine.warm()
        except Exception as error:  # told to whoever asks for a page
            self._error = error
        finally:
            self._ready.set()

    @property
    def engine(self) -> Engine:
        """The engine, once it is there. Raises what loading it raised."""
        self._ready.wait()
        if self._error is not None:
            raise self._error
        assert self._engine is not None
        return self._engine

    @property
    def is_ready(self) -> bool:
        """Whether the libraries and the case are loaded."""
        return self._ready.is_set()

    def close(self) -> None:
        """End the work under way."""
        if self._engine is not None:
            self._engine.close()


def state_of(request: Request) -> State:
    """The state that a request's address holds."""
    return State.read(request.query_params.multi_items(), request.headers.get("accept-language", ""))


def fill(fields: Sequence[tuple[str, str]]) -> tuple[dict[str, list[str]], dict[str, str]]:
    """A form as lists and as last values."""
    lists: dict[str, list[str]] = {}
    for name, value in fields:
        lists.setdefault(name, []).append(value)
    return lists, {name: values[-1] for name, values in lists.items()}


def notes_of(form: Mapping[str, Sequence[str]]) -> tuple[Note, ...]:
    """The notes of a filled form."""
    columns = [form.get(f"note-{part}", []) for part in ("about", "who", "when", "why")]
    return tuple(Note(*(part.strip() for part in row)) for row in zip(*columns, strict=False))


def create_app(bench: Bench, *, host: str = "127.0.0.1", token: str | None = None) -> Callable[..., Any]:
    """The guarded application over a bench."""
    from contextlib import asynccontextmanager

    @asynccontextmanager
    async def life(_: FastAPI) -> Any:
        yield
        bench.close()

    app = FastAPI(title="Cumbre workbench", docs_url=None, redoc_url=None, openapi_url=None, lifespan=life)

    @app.exception_handler(CumbreError)
    async def told(request: Request, error: CumbreError) -> Response:
        """What is wrong, where, and the mend, as a page or a fragment."""
        status = 400 if isinstance(error, InputError) else 500
        return PlainTextResponse(str(error), status_code=status)

    @app.get("/static/{name}")
    def file(name: str) -> Response:
        from cumbre.workbench.assets import static

        found = static(name)
        if found is None:
            return PlainTextResponse("no such file", status_code=404)
        return Response(found[0], media_type=found[1], headers={"cache-control": "max-age=3600"})

    @app.get("/health")
    def health() -> Response:
        return PlainTextResponse("ready" if bench.is_ready else "loading")

    @app.get("/")
    def first(request: Request) -> Response:
        if bench.kept is not None and not bench.is_ready:
            known = bench.kept.page(state_of(request))
            if known is not None:
                return HTMLResponse(known)
        _ = bench.engine
        from cumbre.workbench.case_routes import case_response

        return case_response(bench, state_of(request))

    @app.get("/{path:path}")
    async def read(request: Request, path: str) -> Response:
        return await run_in_threadpool(_route, bench, "GET", path, request, [])

    @app.post("/{path:path}")
    async def change(request: Request, path: str) -> Response:
        if not bench.is_ready:
            await run_in_threadpool(lambda: bench.engine)
        form = await request.form(max_files=8, max_fields=2000, max_part_size=BODY)
        fields: list[tuple[str, Any]] = []
        for name, value in form.multi_items():
            fields.append((name, value if isinstance(value, str) else (value.filename or "", await value.read())))
        await form.close()
        return await run_in_threadpool(_route, bench, "POST", path, request, fields)

    return Guard(app, host=host, token=token)


def _route(bench: Bench, method: str, path: str, request: Request, fields: list[tuple[str, Any]]) -> Response:
    _ = bench.engine
    from cumbre.workbench import ballot_routes, case_routes, ledger_routes, negotiation_routes, record_routes

    for room in (case_routes, record_routes, negotiation_routes, ballot_routes, ledger_routes):
        for (verb, prefix), handler in room.ROUTES.items():
            if verb == method and (path == prefix or (prefix.endswith("/") and path.startswith(prefix))):
                rest = path[len(prefix) :]
                try:
                    answer: Response = handler(bench, state_of(request), rest, fields, request)
                    return answer
                except InputError as error:
                    from cumbre.workbench.pages import problem

                    state = replace(
                        State(),
                        lang=request.query_params.get("lang", "en") if request.query_params.get("lang") in ("en", "es") else "en",
                    )
                    # a fragment is shown in its place, so for the browser it is an answer like any other
                    return HTMLResponse(problem(state, error), status_code=200 if request.headers.get("hx-request") else 400)
    return PlainTextResponse("Not offered.", status_code=404)
