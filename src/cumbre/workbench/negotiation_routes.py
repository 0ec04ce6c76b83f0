"""Addresses of the negotiation page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import Request
from fastapi.responses import HTMLResponse, PlainTextResponse, Response

from cumbre.workbench.address import State
from cumbre.workbench.case_routes import WAIT, filled
from cumbre.workbench.explained import GROUPINGS
from cumbre.workbench.negotiation_page import driver, negotiation_page, negotiation_results, position, variance
from cumbre.workbench.site import render

if TYPE_CHECKING:
    from cumbre.workbench.app import Bench

__all__ = ["ROUTES"]

Fields = list[tuple[str, Any]]


def _page(bench: Bench, state: State, rest: str, fields: Fields, request: Request) -> Response:
    return HTMLResponse(negotiation_page(bench.engine, state))


def _results(bench: Bench, state: State, rest: str, fields: Fields, request: Request) -> Response:
    pair = (request.query_params.get("x", ""), request.query_params.get("y", ""))
    return HTMLResponse(negotiation_results(bench.engine, state, WAIT, pair)[0])


def _change(bench: Bench, state: State, rest: str, fields: Fields, request: Request) -> Response:
    state = filled(bench, fields)
    body, _ = negotiation_results(bench.engine, state, WAIT)
    page = render("parts_controls.html.j2", state, part="results", results=body, by_stage={}, free_given=())
    return HTMLResponse(page, headers={"HX-Push-Url": f"/negotiation?{state.query()}"})


def _position(bench: Bench, state: State, rest: str, fields: Fields, request: Request) -> Response:
    q = request.query_params
    return HTMLResponse(position(bench.engine, state, q.get("actor", ""), q.get("issue", "")))


def _driver(bench: Bench, state: State, rest: str, fields: Fields, request: Request) -> Response:
    q = request.query_params
    return HTMLResponse(driver(bench.engine, state, q.get("id", ""), q.get("actor", ""), q.get("issue", "")))


def _shares(bench: Bench, state: State, rest: str, fields: Fields, request: Request) -> Response:
    if rest not in GROUPINGS:
        return PlainTextResponse("no such grouping", status_code=404)
    return HTMLResponse(variance(bench.engine, state, rest, WAIT)[0])


ROUTES = {
    ("GET", "negotiation"): _page,
    ("GET", "negotiation/results"): _results,
    ("POST", "negotiation/results"): _change,
    ("GET", "negotiation/shares/"): _shares,
    ("GET", "negotiation/position"): _position,
    ("GET", "negotiation/driver"): _driver,
}
