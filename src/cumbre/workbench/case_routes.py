"""Addresses of the case page, of passports and jobs, and of what can be taken away."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fastapi import Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from markupsafe import Markup, escape

from cumbre.brief.facts.study import Study
from cumbre.questions.whatif import scenario_toml
from cumbre.workbench import filters as conditions
from cumbre.workbench.address import State
from cumbre.workbench.engine import Engine, View
from cumbre.workbench.explained import GROUPINGS
from cumbre.workbench.jobs import Job
from cumbre.workbench.language import Words
from cumbre.workbench.levers import assignments
from cumbre.workbench.pages import SECTIONS, case_page, controls, pending, results, section
from cumbre.workbench.site import passport, render

if TYPE_CHECKING:
    from cumbre.workbench.app import Bench

__all__ = ["ROUTES", "WAIT", "case_response", "filled"]

WAIT = 1.6
Fields = list[tuple[str, Any]]


def case_response(bench: Bench, state: State) -> Response:
    """The case page; the plain one is kept for the next start."""
    engine = bench.engine
    if state.case == engine.first:
        state = replace(state, case="")
    page = case_page(engine, state)
    if bench.kept is not None and state == State(lang=state.lang):
        _keep(bench, state, page)
    return HTMLResponse(page)


def _keep(bench: Bench, state: State, page: str) -> None:
    engine = bench.engine
    view = engine.view(state)
    if not isinstance(view, View) or engine.pages.get(("kept", view.key)) or view.base.worlds.draws < engine.full_draws:
        return
    if bench.kept is not None:
        engine.pages.put(("kept", view.key), "yes")
        bench.kept.keep(state.lang, page, view.key, passports_of(engine, view))


def passports_of(engine: Engine, view: View) -> dict[str, str]:
    """Every passport of a view's first page, as the drawer shows it."""
    study = engine.registers.get(view.key)
    ids = list(study.numbers.figures) if study is not None else []
    return {id_: str(said) for id_ in ids if (said := passport(study, id_, view.state.lang)) is not None}


def _show(bench: Bench, state: State, rest: str, fields: Fields, request: Request) -> Response:
    full = request.query_params.get("full")
    if full:
        job = bench.engine.prepare(replace(state, do=(), given=()))
        if job is not None:
            return Response(status_code=204)
    body, done = results(bench.engine, state, WAIT)
    if done and bench.kept is not None and state == State(lang=state.lang):
        case_response(bench, state)  # the full run is there: keep the page for the next start
    return HTMLResponse(body)


def _section(bench: Bench, state: State, rest: str, fields: Fields, request: Request) -> Response:
    if rest not in SECTIONS:
        return PlainTextResponse("no such section", status_code=404)
    return HTMLResponse(section(bench.engine, state, rest, WAIT)[0])


def filled(bench: Bench, fields: Fields) -> State:
    """The state that a filled form asks for."""
    from urllib.parse import parse_qsl

    from cumbre.workbench.app import fill, notes_of

    lists, form = fill([(name, value) for name, value in fields if isinstance(value, str)])
    state = State.read(parse_qsl(form.get("state", ""), keep_blank_values=True))
    shown = controls(bench.engine, state, all_filters=True)
    do = assignments(shown["groups"], form, form["free-do"].splitlines() if "free-do" in form else shown["free_do"])
    found = [item for items in shown["by_stage"].values() for item in items]
    lines = form["free-given"].splitlines() if "free-given" in form else shown["free_given"]
    given = conditions.conditions(found, lists, lines)
    pairs = parse_qsl(replace(state, do=do, given=given, notes=(), title=form.get("title", state.title)).query())
    pairs = [(name, value) for name, value in pairs if name != "draws"] + [("draws", form.get("draws", str(state.draws)))]
    pairs += [("note", note.text()) for note in (notes_of(lists) if "note-about" in lists else state.notes)]
    return State.read(pairs)


def _answer(bench: Bench, state: State, rest: str, fields: Fields, request: Request) -> Response:
    state = filled(bench, fields)
    body, _ = results(bench.engine, state, WAIT)
    page = render("parts_controls.html.j2", state, part="results", results=body, by_stage={}, free_given=())
    return HTMLResponse(page, headers={"HX-Push-Url": f"/?{state.query()}"})


def _set(bench: Bench, state: State, rest: str, fields: Fields, request: Request) -> Response:
    return RedirectResponse(f"/?{filled(bench, fields).query()}", status_code=303)


def _filters(bench: Bench, state: State, rest: str, fields: Fields, request: Request) -> Response:
    bench.engine.view(replace(state, do=(), given=()), WAIT)
    shown = controls(bench.engine, state, all_filters=True)
    return HTMLResponse(render("parts_controls.html.j2", state, part="filters", results="", **shown))


def _said(bench: Bench, key: str, id_: str, lang: str) -> Markup | None:
    study: Study | None = bench.engine.registers.get(key)
    return passport(study, id_, lang) if study is not None else None


def _write_again(bench: Bench, at: str, key: str) -> None:
    """Write the page at an address anew, whose register was left for others: its numbers are then known again."""
    from urllib.parse import parse_qsl, urlsplit

    from cumbre.workbench.ballot_page import ballot_page
    from cumbre.workbench.ledger_page import ledger_page
    from cumbre.workbench.negotiation_page import negotiation_page
    from cumbre.workbench.record_page import houses, record_page

    place, engine = urlsplit(at), bench.engine
    writers = {
        "/": case_page,
        "/record": record_page,
        "/negotiation": negotiation_page,
        "/ballot": ballot_page,
        "/ledger": ledger_page,
    }
    if place.path not in writers:
        return
    state = State.read(parse_qsl(place.query, keep_blank_values=True))
    engine.pages.clear()
    writers[place.path](engine, state)
    if key.startswith("houses-"):
        houses(engine, state)
    if place.path == "/" and key.endswith("-study"):
        for name in SECTIONS:
            section(engine, state, name)


def _passport(bench: Bench, state: State, rest: str, fields: Fields, request: Request) -> Response:
    key, id_ = request.query_params.get("register", ""), request.query_params.get("id", "")
    if not bench.is_ready and bench.kept is not None and (known := bench.kept.passport(key, id_, state.lang)):
        return HTMLResponse(known)
    found = _said(bench, key, id_, state.lang)
    if found is None and bench.kept is not None and (known := bench.kept.passport(key, id_, state.lang)):
        return HTMLResponse(known)
    if found is None:
        _write_again(bench, request.query_params.get("at", ""), key)
        found = _said(bench, key, id_, state.lang)
    if found is None:
        return HTMLResponse(f"<p>{escape(Words(state.lang).text('wb.passport.gone'))}</p>", status_code=404)
    return HTMLResponse(str(found))


def _cancel(bench: Bench, state: State, rest: str, fields: Fields, request: Request) -> Response:
    id_, _, what = rest.partition("/")
    job = bench.engine.jobs.get(id_)
    poll = dict(fields).get("poll", "/case/results")
    if job is None or what not in ("cancel", "again") or not _own(poll):
        return PlainTextResponse("no such job", status_code=404)
    if what == "again":
        bench.engine.again(id_)
        return HTMLResponse(render("retry.html.j2", state, poll=poll))
    bench.engine.jobs.cancel(id_)
    job.wait(1.0)
    return HTMLResponse(pending(state, job, poll))


def _own(path: str) -> bool:
    return (
        path in ("/case/results", "/negotiation/results", "/ballot/results", "/ledger/replay", "/record/houses")
        or (path.startswith("/case/section/") and path.removeprefix("/case/section/") in SECTIONS)
        or path in [f"/negotiation/shares/{by}" for by in GROUPINGS]
    )


def _scenario(bench: Bench, state: State, rest: str, fields: Fields, request: Request) -> Response:
    case = bench.engine.case(state)
    text = scenario_toml(
        case.id, case.as_of.isoformat(), state.do, state.given, state.title, [note.sentence() for note in state.notes]
    )
    return Response(text, media_type="application/toml", headers={"content-disposition": 'attachment; filename="scenario.toml"'})


def _brief(bench: Bench, state: State, rest: str, fields: Fields, request: Request) -> Response:
    from cumbre.brief.report import build
    from cumbre.worlds import FEWEST

    view = bench.engine.view(state, 120)
    words = Words(state.lang)
    if isinstance(view, Job) or view.kept < FEWEST:
        return PlainTextResponse(words.text("wb.few"), status_code=409)
    study = view.yours.opened(view.study().worlds)
    built = build(study.case, study.worlds, study.fitted, lang=state.lang, study=study, beside=False)
    return Response(
        built.pages[state.lang],
        media_type="text/html; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="brief.{state.lang}.html"'},
    )


def _page(bench: Bench, state: State, rest: str, fields: Fields, request: Request) -> Response:
    return case_response(bench, state)


ROUTES = {
    ("GET", ""): _page,
    ("GET", "case/results"): _show,
    ("POST", "case/results"): _answer,
    ("POST", "case/set"): _set,
    ("GET", "case/filters"): _filters,
    ("GET", "case/section/"): _section,
    ("GET", "passport"): _passport,
    ("POST", "jobs/"): _cancel,
    ("GET", "scenario.toml"): _scenario,
    ("GET", "brief.html"): _brief,
}
