"""Addresses of the ledger page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from cumbre.workbench.address import State
from cumbre.workbench.ledger_page import ledger_page, replay_chart, start_replay

if TYPE_CHECKING:
    from cumbre.workbench.app import Bench

__all__ = ["ROUTES"]

Fields = list[tuple[str, Any]]


def _page(bench: Bench, state: State, rest: str, fields: Fields, request: Request) -> Response:
    return HTMLResponse(ledger_page(bench.engine, state))


def _replay(bench: Bench, state: State, rest: str, fields: Fields, request: Request) -> Response:
    return HTMLResponse(replay_chart(bench.engine, state))


def _start(bench: Bench, state: State, rest: str, fields: Fields, request: Request) -> Response:
    start_replay(bench.engine, state).wait(0.2)
    if request.headers.get("hx-request"):
        return HTMLResponse(replay_chart(bench.engine, state))
    return RedirectResponse(f"/ledger?{state.query()}", status_code=303)


ROUTES = {("GET", "ledger"): _page, ("GET", "ledger/replay"): _replay, ("POST", "ledger/replay"): _start}
