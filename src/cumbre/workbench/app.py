"""The application: addresses in, pages out. Every change is a POST; every GET leaves things as they are."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, Response
from starlette.concurrency import run_in_threadpool

from cumbre.errors import CumbreError, InputError
from cumbre.workbench.address import Note, State
from cumbre.workbench.answers import Answers
from cumbre.workbench.kept import KeptPages
from cumbre.workbench.security import BODY, Guard
from cumbre.workbench.starting import starting_page

if TYPE_CHECKING:
    from cumbre.workbench.engine import Engine

__all__ = ["Bench", "create_app"]


class Bench:
    """The engine, loaded beside the server so that the first page need not wait for the libraries."""

    def __init__(
        self, case: str | Path, *, draws: int = 5_000, full: int = 20_000, home: Path | None = None, keep: bool = True
    ) -> None:
        self.case, self.draws, self.full, self.home = case, draws, full, home
        self.kept = KeptPages(case) if keep else None
        self.answers = Answers()
        self._ready, self._whole = threading.Event(), threading.Event()
        self._engine: Engine | None = None
        self._error: Exception | None = None

    def start(self) -> None:
        """Begin to load; the server calls this when it is about to listen, so that loading does not slow its start."""
        threading.Thread(target=self._load, name="cumbre-load", daemon=True).start()

    def _load(self) -> None:
        # one thread imports at a time: two that import in circles may see half a module
        try:
            from cumbre.workbench import case_routes  # noqa: F401
            from cumbre.workbench.engine import Engine
            from cumbre.workbench.memory import settle

            self._engine = Engine(self.case, draws=self.draws, full=self.full, home=self.home)
            settle()
            self._engine.warm()
            self._ready.set()
            self._engine.looked.wait(60)
            from cumbre.workbench import ballot_routes, ledger_routes, negotiation_routes, record_routes  # noqa: F401
        except Exception as error:  # told to whoever asks for a page
            self._error = error
        finally:
            self._ready.set()
            self._whole.set()

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

    @property
    def is_full(self) -> bool:
        """Whether the full run of the first case stands."""
        return self._engine is not None and self.is_ready and self._engine.is_full(State())

    def has_numbers(self, seconds: float) -> bool:
        """Whether the first worlds are there within so many seconds, or never will be."""
        if not self._ready.wait(seconds):
            return False
        return self._error is not None or self._engine is None or self._engine.looked.wait(seconds)

    def whole(self) -> None:
        """Return when every room is loaded."""
        self._whole.wait()

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
        bench.start()
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
        state = state_of(request)
        known = bench.kept.page(state) if bench.kept is not None and not bench.is_full else None
        if known is not None:
            return HTMLResponse(known)
        if not bench.is_ready:
            return HTMLResponse(starting_page(state))
        return _route(bench, "GET", "", request, [])

    @app.get("/starting")
    def starting() -> Response:
        return Response(status_code=204, headers={"HX-Refresh": "true"} if bench.has_numbers(1.2) else {})

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


_PAGES = ("", "record", "negotiation", "ballot", "ledger")


def _route(bench: Bench, method: str, path: str, request: Request, fields: list[tuple[str, Any]]) -> Response:
    """The answer of the room that an address belongs to; whole pages are kept as bytes."""
    engine = bench.engine
    try:
        if method != "GET" or path not in _PAGES:
            return _handle(bench, method, path, request, fields)
        state = state_of(request)
        key = (path, request.url.query, state.lang, engine.version(state))
        return bench.answers.get(key, request) or bench.answers.put(key, _handle(bench, method, path, request, fields), request)
    except InputError as error:
        from cumbre.workbench.pages import problem

        wish = request.query_params.get("lang", "en")
        # a fragment is shown in its place, so for the browser it is an answer like any other
        status = 200 if request.headers.get("hx-request") else 400
        return HTMLResponse(problem(State(lang=wish if wish in ("en", "es") else "en"), error), status_code=status)


def _handle(bench: Bench, method: str, path: str, request: Request, fields: list[tuple[str, Any]]) -> Response:
    if path and not path.startswith(("case", "passport", "jobs/", "scenario", "brief")):
        bench.whole()
    for room in ("case_routes", "record_routes", "negotiation_routes", "ballot_routes", "ledger_routes"):
        for (verb, prefix), handler in import_module(f"cumbre.workbench.{room}").ROUTES.items():
            if verb == method and (path == prefix or (prefix.endswith("/") and path.startswith(prefix))):
                answer: Response = handler(bench, state_of(request), path[len(prefix) :], fields, request)
                return answer
    return PlainTextResponse("Not offered.", status_code=404)
