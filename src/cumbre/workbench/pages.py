"""What each page shows, as finished fragments of HTML."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import Any

from cumbre.brief.numbers import rule
from cumbre.brief.sections.page import Section, Writer
from cumbre.errors import CumbreError, InputError
from cumbre.workbench import filters as conditions
from cumbre.workbench.address import State
from cumbre.workbench.engine import Engine, View
from cumbre.workbench.explained import reciprocity
from cumbre.workbench.jobs import Job
from cumbre.workbench.language import Words
from cumbre.workbench.levers import levers, unmatched
from cumbre.workbench.paired import charts, pairs
from cumbre.workbench.site import render
from cumbre.worlds import FEWEST

__all__ = ["SECTIONS", "case_page", "controls", "fragment", "pending", "problem", "results", "section"]

SECTIONS = ("record", "relation", "table", "home", "ballot", "why", "watch", "method")
"""Sections of the brief that the case page opens for your worlds."""


def problem(state: State, error: Exception, status: int = 400) -> str:
    """An error in the reader's words."""
    text = str(error) if isinstance(error, CumbreError) else Words(state.lang).text("wb.fault")
    return render("problem.html.j2", state, text=text)


def controls(engine: Engine, state: State, *, all_filters: bool = False) -> dict[str, Any]:
    """Everything beside the page: levers, filters, presets, notes. Filters come with the first worlds.

    all_filters   read them from the worlds now, where they were not read before
    """
    case, words = engine.case(state), Words(state.lang)
    try:
        groups = levers(case, state.do, words)
        free_do = unmatched(groups, state.do)
    except InputError:
        groups, free_do = levers(case, (), words), state.do
    base = engine.best(state)
    found, free_given = [], state.given
    if base is not None and (base.knows_variables or all_filters):
        found = conditions.filters(Writer(base.opened(), words), base.variables, state.given)
        free_given = conditions.free(found, state.given)
    by_stage: dict[str, list[conditions.Filter]] = {}
    for item in found:
        by_stage.setdefault(item.stage, []).append(item)
    presets = [
        (p, words.pick(p.title, p.title_es), state.query(do=_canon(p.do), given=_canon(p.given), notes=(), title=""))
        for p in case.presets
    ]
    return {
        "case": case,
        "groups": groups,
        "free_do": free_do,
        "by_stage": by_stage,
        "free_given": free_given,
        "presets": presets,
        "cases": sorted(engine.folders),
        "first": engine.first,
    }


def _canon(lines: tuple[str, ...]) -> tuple[str, ...]:
    from cumbre.workbench.address import canonical

    return tuple(canonical(line) for line in lines)


def fragment(
    engine: Engine, state: State, name: str, poll: str, make: Callable[[View], str], wait: float = 0.0, about: Hashable = ""
) -> tuple[str, bool]:
    """A part of a page that rests on worlds, and whether it is complete; else the progress of the run, or what is wrong.

    name, about   what is kept for the next reader of the same view
    make          writes it; a view with too few worlds never comes to it unless `name` is "results", which says so itself
    """
    try:
        view = engine.view(state, wait)
    except InputError as error:
        return problem(state, error), True
    if isinstance(view, Job):
        return pending(state, view, poll), False
    key = (name, view.key, about)
    known = engine.pages.get(key)
    if known is None:
        known = make(view) if view.kept >= FEWEST or name == "results" else render("few.html.j2", state)
        engine.pages.put(key, known)
    return known, True


def results(engine: Engine, state: State, wait: float = 0.0) -> tuple[str, bool]:
    """The case page's numbers and charts."""
    return fragment(engine, state, "results", "/case/results", lambda view: _results(engine, view), wait)


def pending(state: State, job: Job, poll: str) -> str:
    """How far a run is, with a button to call it off."""
    percent = f"{100 * job.share:.0f}"
    return render("pending.html.j2", state, job=job, poll=poll, percent=percent)


def _results(engine: Engine, view: View) -> str:
    began = time.perf_counter()
    state = view.state
    study = view.base.opened()
    w = Writer(study, Words(state.lang))
    found = pairs(w, view)
    few = view.kept < FEWEST
    n, kept = (_count(w, name, count) for name, count in (("worlds", view.yours.worlds.draws), ("kept", view.kept)))
    drawn = charts(w, view, found)
    key = engine.register(view.key, study)
    more = view.hurried and engine.prepare(state) is not None
    seconds = w.words.decimal(time.perf_counter() - began, 2)
    cards = [p for p in (_card(found, stage) for stage in ("relation", "table", "home", "ballot")) if p is not None]
    return render(
        "results.html.j2",
        state,
        w,
        view=view,
        pairs=found,
        cards=cards,
        charts=drawn,
        few=few,
        n=n,
        kept=kept,
        key=key,
        more=more,
        seconds=seconds,
        sections=SECTIONS,
        ran=bool(state.do),
    )


def _count(w: Writer, name: str, count: int) -> Any:
    from cumbre.record.passport import Passport

    passport = Passport(f"run.{name}", count, "worlds", "simulated", f"number of worlds: {name}", n=max(count, FEWEST))
    return w.study.numbers.add(passport, "count", 0, rule(f"wb.rule.run_{name}"))


def _card(found: Any, stage: str) -> Any:
    rows = [p for p in found if p.number.stage == stage]
    first = {"relation": "relation.", "table": "table.deal", "home": "home.shift", "ballot": "ballot.win."}[stage]
    chosen = [p for p in rows if p.number.id.startswith(first)] or rows
    if stage == "ballot" and chosen:
        return max(chosen, key=lambda p: p.base.value if p.base.sayable else -1)
    return chosen[0] if chosen else None


def section(engine: Engine, state: State, name: str, wait: float = 0.0) -> tuple[str, bool]:
    """One section of the brief, made from your worlds."""

    def make(view: View) -> str:
        study = view.study()
        w = Writer(study, Words(state.lang))
        return render("section.html.j2", state, w, section=_section(w, name), key=engine.register(f"{view.key}-study", study))

    return fragment(engine, state, "section", f"/case/section/{name}", make, wait, name)


def _section(w: Writer, name: str) -> Section:
    from cumbre.brief.facts.ballot import ballot_facts
    from cumbre.brief.facts.home import home_facts
    from cumbre.brief.facts.outcomes import outcomes
    from cumbre.brief.facts.packages import package_facts
    from cumbre.brief.facts.record import record_facts
    from cumbre.brief.facts.relation import relation_facts
    from cumbre.brief.facts.table import table_facts
    from cumbre.brief.facts.watch import watch_facts
    from cumbre.brief.facts.why import why_facts
    from cumbre.brief.sections.ballot import ballot_section
    from cumbre.brief.sections.home import home_section
    from cumbre.brief.sections.later import watch_section, why_section
    from cumbre.brief.sections.method import method_section
    from cumbre.brief.sections.record import record_section
    from cumbre.brief.sections.relation import relation_section
    from cumbre.brief.sections.table import table_section

    study = w.study
    match name:
        case "record":
            return record_section(w, record_facts(study))
        case "relation":
            written, answers = relation_section(w, relation_facts(study)), reciprocity(w)
            return replace(written, blocks=(*written.blocks, answers)) if answers else written
        case "table":
            return table_section(w, table_facts(study), package_facts(study))
        case "home":
            return home_section(w, home_facts(study))
        case "ballot":
            w.ballot = ballot_facts(study)
            return ballot_section(w, w.ballot)
        case "why":
            w.ballot = ballot_facts(study)
            return why_section(w, why_facts(study, outcomes(study, w.ballot)))
        case "watch":
            w.ballot = ballot_facts(study)
            return watch_section(w, watch_facts(study, w.ballot))
    return method_section(w)


def case_page(engine: Engine, state: State) -> str:
    """The whole case page; the numbers stand in it where they are at hand."""
    shown = controls(engine, state)
    body, done = results(engine, state)
    return render("case.html.j2", state, page="case", results=body, done=done, **shown)
