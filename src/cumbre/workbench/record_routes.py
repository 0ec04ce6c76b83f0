"""Addresses of the record page: reading it, reviewing proposed events, adding a poll."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from cumbre.brief.sections.page import Writer
from cumbre.errors import InputError, UsageError
from cumbre.read import Proposal, accept, correct
from cumbre.workbench.address import State
from cumbre.workbench.articles import read_article
from cumbre.workbench.engine import bare_study
from cumbre.workbench.folder import add_rows
from cumbre.workbench.language import Words
from cumbre.workbench.polls import faults, poll_rows
from cumbre.workbench.record_page import houses, proposal_cards, record_page
from cumbre.workbench.site import render, source_card

if TYPE_CHECKING:
    from cumbre.workbench.app import Bench

__all__ = ["ROUTES"]

Fields = list[tuple[str, Any]]


def _page(bench: Bench, state: State, rest: str, fields: Fields, request: Request) -> Response:
    notice = request.query_params.get("done", "")
    known = notice if notice in ("event", "poll") else ""
    return HTMLResponse(record_page(bench.engine, state, known))


def _source(bench: Bench, state: State, rest: str, fields: Fields, request: Request) -> Response:
    case = bench.engine.case(state)
    text = request.query_params.get("n", "")
    if not text.isdigit() or not 1 <= int(text) <= len(case.sources):
        return PlainTextResponse("no such source", status_code=404)
    row = case.sources[int(text) - 1]
    w = Writer(bare_study(case), Words(state.lang))
    events = [(w.words.short_year(e.date), w.words.pick(e.summary, e.summary_es)) for e in case.events if row.id in e.source_id]
    return HTMLResponse(render("source.html.j2", state, w, card=source_card(w, row), id=row.id, events=events[:20]))


def _day(text: str, field: str) -> dt.date | None:
    if not text.strip():
        return None
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(f"{field} {text!r} is not a date; write YYYY-MM-DD") from None


def _article(bench: Bench, state: State, rest: str, fields: Fields, request: Request) -> Response:
    form = {name: value for name, value in fields if isinstance(value, str)}
    files = [value for name, value in fields if name == "file" and not isinstance(value, str) and value[1]]
    name, content = files[0] if files else ("article.txt", form.get("text", "").encode())
    case = bench.engine.case(state)
    _, found = read_article(
        case,
        name,
        content,
        day=_day(form.get("day", ""), "the day"),
        outlet=form.get("outlet", "")[:120],
        title=form.get("title", "")[:300],
        url=form.get("url", "")[:500],
    )
    note = "" if found else "wb.article.none"
    return HTMLResponse(proposal_cards(bench.engine, state, found, note))


def _review(bench: Bench, state: State, rest: str, fields: Fields, request: Request) -> Response:
    """Accept (with corrections) or reject one proposal."""
    id_, _, what = rest.rpartition("/")
    engine = bench.engine
    proposal: Proposal | None = engine.proposals.get(id_)
    if proposal is None or what not in ("accept", "reject"):
        return HTMLResponse(
            render("reviewed.html.j2", state, key="wb.review.gone", id=id_, reasons=(), proposal=None), status_code=404
        )
    if what == "reject":
        return HTMLResponse(render("reviewed.html.j2", state, key="wb.review.rejected", id=id_, reasons=(), proposal=proposal))
    form = {name: value for name, value in fields if isinstance(value, str)}
    changes: dict[str, Any] = {
        name: form[name].strip() for name in ("source", "target", "type", "issue", "summary") if name in form
    }
    changes["date"] = _day(form.get("date", ""), "the date")
    try:
        folder = engine.own_folder(state)
        written = accept(folder, [correct(proposal, **changes)])
        reasons = tuple(why for _, why in written.skipped)
    except InputError as error:
        written, reasons = None, (str(error),)
    if written is None or not written.events:
        return HTMLResponse(render("reviewed.html.j2", state, key="wb.review.not", id=id_, reasons=reasons, proposal=proposal))
    mine = engine.own_state(state)
    link = f"/record?{mine.query()}"
    return HTMLResponse(
        render(
            "reviewed.html.j2",
            mine,
            key="wb.review.accepted",
            id=id_,
            reasons=(),
            proposal=proposal,
            link=link,
            folder=str(folder),
        )
    )


def _check(bench: Bench, state: State, rest: str, fields: Fields, request: Request) -> Response:
    form = {name: value for name, value in fields if isinstance(value, str)}
    return HTMLResponse(render("faults.html.j2", state, faults=faults(bench.engine.case(state), form)))


def _poll(bench: Bench, state: State, rest: str, fields: Fields, request: Request) -> Response:
    form = {name: value for name, value in fields if isinstance(value, str)}
    engine = bench.engine
    found = faults(engine.case(state), form)
    if found:
        return HTMLResponse(render("faults.html.j2", state, faults=found), status_code=200)
    own = engine.own_folder(state)
    mine = engine.own_state(state)
    rows, source = poll_rows(engine.case(mine), form)
    add_rows(own, {"sources": [source], "polls": rows})
    place = f"/record?{mine.query()}&{urlencode({'done': 'poll'})}"
    if request.headers.get("hx-request"):
        return Response(status_code=200, headers={"HX-Redirect": place})
    return RedirectResponse(place, status_code=303)


def _houses(bench: Bench, state: State, rest: str, fields: Fields, request: Request) -> Response:
    return HTMLResponse(houses(bench.engine, state))


ROUTES = {
    ("GET", "record"): _page,
    ("GET", "record/source"): _source,
    ("GET", "record/houses"): _houses,
    ("POST", "record/article"): _article,
    ("POST", "record/review/"): _review,
    ("POST", "record/poll/check"): _check,
    ("POST", "record/poll"): _poll,
}
