"""The negotiation page: who wants what, where a deal could lie, and what moves it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from cumbre import table as table_stage
from cumbre.brief.charts.chart import Chart, drawn
from cumbre.brief.facts.ballot import ballot_facts
from cumbre.brief.facts.outcomes import outcomes
from cumbre.brief.facts.packages import package_facts
from cumbre.brief.facts.table import TableFacts, table_facts
from cumbre.brief.facts.why import Tornado, why_facts
from cumbre.brief.sections.later import driver_words
from cumbre.brief.sections.page import Sheet, Writer
from cumbre.brief.sections.table import table_section
from cumbre.errors import InputError
from cumbre.workbench.address import State
from cumbre.workbench.drawings import draw_space
from cumbre.workbench.engine import Engine, View, bare_study
from cumbre.workbench.explained import GROUPINGS, shares, winsets
from cumbre.workbench.figures import figure
from cumbre.workbench.language import Words
from cumbre.workbench.levers import levers
from cumbre.workbench.pages import fragment
from cumbre.workbench.site import render, source_card

__all__ = ["driver", "negotiation_page", "negotiation_results", "position", "variance"]

SHOWN_WORLDS = 350


def _matrix(w: Writer, words: Words, state: State) -> dict[str, Any]:
    case = w.study.case
    try:
        groups = levers(case, state.do, words)
    except InputError:
        groups = levers(case, (), words)
    cells = {lever.path: lever for group in groups for lever in group.levers}
    actors = list(
        dict.fromkeys(
            [*(a for a in case.principals if any(p.actor == a for p in case.positions)), *(p.actor for p in case.positions)]
        )
    )
    rows = []
    for issue in case.issues:
        labels = issue.labels_es if state.lang == "es" and issue.labels_es else issue.labels
        scale = (
            " · ".join(f"{issue.low + k:g} {label}" for k, label in enumerate(labels))
            or f"{issue.low:g} – {issue.high:g} {words.pick(issue.unit, issue.unit_es)}"
        )
        found = [(a, cells.get(f"position['{a}', '{issue.id}'].mode")) for a in actors]
        if any(lever is not None for _, lever in found):
            now = figure(
                w.study,
                f"issue.{issue.id}.status_quo",
                issue.status_quo,
                words.pick(issue.unit, issue.unit_es),
                "wb.rule.status_quo",
                digits=0 if issue.status_quo == round(issue.status_quo) else 2,
            )
            rows.append((issue, words.pick(issue.title, issue.title_es), w.n(now), scale, found))
    names = [(a, words.pick(case.actor[a].name, case.actor[a].name_es) if a in case.actor else a) for a in actors]
    return {"actors": names, "rows": rows}


def negotiation_page(engine: Engine, state: State) -> str:
    """The whole page."""
    case = engine.case(state)
    body, _ = negotiation_results(engine, state)
    study, words = bare_study(case), Words(state.lang)
    shown = _matrix(Writer(study, words), words, state)
    key = engine.register(f"matrix-{case.digest}-{state.lang}", study)
    return render("negotiation.html.j2", state, page="negotiation", case=case, results=body, key=key, **shown)


def negotiation_results(engine: Engine, state: State, wait: float = 0.0, pair: tuple[str, str] = ("", "")) -> tuple[str, bool]:
    """What follows from the positions as they stand in the address."""
    return fragment(engine, state, "negotiation", "/negotiation/results", lambda view: _results(engine, view, pair), wait, pair)


def _results(engine: Engine, view: View, pair: tuple[str, str]) -> str:
    study = view.study()
    w = Writer(study, Words(view.state.lang))
    w.ballot = ballot_facts(study)
    facts = table_facts(study)
    if facts is None or not facts.issues:
        return render("none.html.j2", view.state, words_key="wb.negotiation.none")
    section = table_section(w, facts, package_facts(study))
    blocks = [block for block in section.blocks if isinstance(block, (Chart, Sheet))]
    tornados = [t for t in why_facts(study, outcomes(study, w.ballot)) if t.drivers]
    space, chosen = _space(w, view, facts, pair)
    more = [sheet for sheet in (winsets(w),) if sheet is not None]
    key = engine.register(f"{view.key}-study", study)
    numeric = [(i.issue.id, w.issue(i.issue)) for i in facts.issues]
    return render(
        "negotiation_results.html.j2",
        view.state,
        w,
        section=section,
        blocks=blocks,
        space=space,
        chosen=chosen,
        issues=numeric,
        key=key,
        tornados=[_bars(w, t) for t in tornados],
        more=more,
        groupings=GROUPINGS,
    )


def variance(engine: Engine, state: State, by: str, wait: float = 0.0) -> tuple[str, bool]:
    """Which assumptions make the chance of a deal uncertain; rests on the positions alone, so no condition changes it."""

    def make(view: View) -> str:
        study = view.yours.opened()
        w = Writer(study, Words(state.lang))
        sheet = shares(w, view.yours.case, view.yours.fitted["table"], by)
        return render("block.html.j2", state, w, block=sheet, key=engine.register(f"{view.key}-shares-{by}", study))

    return fragment(engine, replace(state, given=()), "shares", f"/negotiation/shares/{by}", make, wait, by)


def _space(w: Writer, view: View, facts: TableFacts, pair: tuple[str, str]) -> tuple[Chart | None, tuple[str, str]]:
    ids = [i.issue.id for i in facts.movers]
    if len(ids) < 2:
        return None, ("", "")
    known = {i.issue.id: i for i in facts.issues}
    first = pair[0] if pair[0] in known else ids[0]
    second = pair[1] if pair[1] in known and pair[1] != first else next(i for i in ids if i != first)
    case = view.yours.case
    grid = table_stage.deal_space(case, view.yours.fitted["table"], first, second, points=27)
    home, other = case.home, w.study.other
    a, b = known[first], known[second]
    pick = np.linspace(0, len(a.values) - 1, min(SHOWN_WORLDS, len(a.values))).astype(int)
    jitter = np.random.default_rng(0)

    def spot(item: Any) -> np.ndarray:
        span = item.issue.high - item.issue.low
        width = 0.3 if item.is_steps else 0.006 * span
        moved = item.values[pick] + jitter.uniform(-width, width, len(pick))
        return np.asarray(np.clip(moved, item.issue.low, item.issue.high))

    def ends(item: Any, more: str = "") -> tuple[str, ...]:
        issue = item.issue
        low, high = (
            (w.step(issue, issue.low), w.step(issue, issue.high))
            if issue.labels
            else tuple(f"{w.words.decimal(v)} {w.unit(issue)}".strip() for v in (issue.low, issue.high))
        )
        return (low, high, more)

    across, up = w.issue(a.issue), w.issue(b.issue)
    key = (
        w.s("wb.space.both"),
        w.s("wb.space.gains", side=w.side(home)),
        w.s("wb.space.gains", side=w.side(other)),
        w.s("wb.space.ratify"),
        w.s("wb.space.worlds"),
        w.s("wb.space.quo"),
    )
    worlds = (spot(a), spot(b))
    columns = {name: grid[name].to_numpy(float) for name in ("x", "y")}
    gains = tuple(grid[side].to_numpy(float) for side in (home, other))
    canvases = drawn(
        lambda width: draw_space(
            width,
            columns["x"],
            columns["y"],
            (gains[0], gains[1]),
            grid["accepted"].to_numpy(bool),
            worlds,
            (a.status_quo.value, b.status_quo.value),
            (ends(a, w.s("wb.space.axes", x=across, y=up)), ends(b)),
            key,
        )
    )
    both = float(((gains[0] > 0) & (gains[1] > 0)).mean())
    share = figure(
        w.study, f"negotiation.space.{first}.{second}", 100 * both, "per cent", "wb.rule.space", label="judged", form="percent"
    )
    chart = w.chart(
        "deal-space",
        canvases,
        (w.s("wb.column.number"), w.s("wb.column.value")),
        [(w.s("wb.space.share"), w.n(share))],
        title=w.s("wb.space.title", x=across, y=up),
        sentence=("wb.space.sentence", {"share": share}),
        note=w.s("wb.space.note"),
    )
    return chart, (first, second)


def _bars(w: Writer, tornado: Tornado) -> dict[str, Any]:
    """A tornado whose bars are buttons: places of both ends on a common axis of 0 to 300."""
    ends = [v for d in tornado.drivers for v in (d.at_low.value, d.at_high.value)] + [tornado.base.value]
    low, high = min(ends), max(ends)
    span = (high - low) or 1.0

    def at(value: float) -> float:
        return 6 + 288 * (value - low) / span

    rows = []
    for d in tornado.drivers:
        base, a, b = at(tornado.base.value), at(d.at_low.value), at(d.at_high.value)
        rows.append(
            {
                "words": driver_words(w, d),
                "label": w.s(f"label.{d.label}"),
                "gap": w.words.form(d.gap, d.gap.value),
                "id": d.id,
                "actor": d.actor,
                "issue": d.issue,
                "low_x": f"{min(base, a):.1f}",
                "low_w": f"{max(abs(a - base), 1):.1f}",
                "high_x": f"{min(base, b):.1f}",
                "high_w": f"{max(abs(b - base), 1):.1f}",
                "base": f"{base:.1f}",
                "low": w.words.form(d.at_low, d.at_low.value) if d.at_low.form != "chance" else w.words.percent(d.at_low.value),
                "high": w.words.form(d.at_high, d.at_high.value)
                if d.at_high.form != "chance"
                else w.words.percent(d.at_high.value),
            }
        )
    return {
        "title": w.s("why.chart", outcome=w.outcome(tornado.outcome)),
        "rows": rows,
        "base": tornado.base,
        "id": f"t-{tornado.outcome.key}",
    }


def position(engine: Engine, state: State, actor: str, issue: str) -> str:
    """The sentence behind a position: how it was judged, its quote or source."""
    case = engine.case(state)
    study = bare_study(case)
    w = Writer(study, Words(state.lang))
    row = next((p for p in case.positions if (p.actor, p.issue) == (actor, issue)), None)
    if row is None:
        return render("none.html.j2", state, words_key="wb.position.none")
    numbers = [
        (
            w.s(f"wb.position.{name}"),
            w.n(
                figure(
                    study,
                    f"position.{actor}.{issue}.{name}",
                    float(value),
                    unit,
                    "wb.rule.position",
                    label="judged",
                    digits=2 if value != round(value) else 0,
                    sources=row.source_id,
                )
            ),
        )
        for name, value, unit in (
            ("low", row.low, ""),
            ("mode", row.mode, ""),
            ("high", row.high, ""),
            ("salience", row.salience, "0 to 1"),
            ("capability", row.capability, "0 to 100"),
            ("red_line", row.red_line, ""),
        )
        if value is not None
    ]
    key = engine.register(f"position-{case.digest}-{actor}-{issue}-{state.lang}", study)
    cards = [source_card(w, case.source[i]) for i in row.source_id if i in case.source]
    return render(
        "position.html.j2",
        state,
        w,
        title=w.s("wb.position.title", actor=w.side(actor), issue=w.issue(issue)),
        numbers=numbers,
        basis=row.basis,
        cards=cards,
        key=key,
    )


def driver(engine: Engine, state: State, id_: str, actor: str, issue: str) -> str:
    """The sentence behind a bar: the position or the channel it stands for, or the passport of the input."""
    case = engine.case(state)
    if any((p.actor, p.issue) == (actor, issue) for p in case.positions):
        return position(engine, state, actor, issue)
    speaker = next((p.actor for p in case.positions if p.issue == issue and case.side(p.actor) == actor), None)
    if speaker is not None:
        return position(engine, state, speaker, issue)
    study = bare_study(case)
    w = Writer(study, Words(state.lang))
    channel = next((c for c in case.channels if c.id == actor), None)
    if channel is not None:
        cards = [source_card(w, case.source[i]) for i in channel.source_id if i in case.source]
        return render(
            "position.html.j2",
            state,
            w,
            title=w.words.pick(channel.name, channel.name_es),
            numbers=[(w.s("wb.position.prior"), channel.prior)],
            basis=channel.basis,
            cards=cards,
            key="",
        )
    row = case.issue.get(issue)
    base = engine.best(state)
    text, numbers = (row.change_basis if row else ""), []
    if base is not None:
        for name in (id_, id_.replace("table.", "table.input_", 1)):
            known = base.study.passports.get(id_.split(".")[0], {}).get(name)
            if known is not None:
                text = known.quote or known.note or known.rule
                numbers = [(w.s("wb.column.value"), str(known.value))]
    title = w.issue(row) if row else id_
    return render(
        "position.html.j2", state, w, title=title, numbers=numbers, basis=text or w.s("wb.position.concept"), cards=[], key=""
    )
