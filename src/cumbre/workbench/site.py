"""Templates of the pages, and the drawer that shows where a number comes from."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from cumbre.brief.charts.chart import Chart
from cumbre.brief.facts.study import STAGES, Study
from cumbre.brief.numbers import Figure
from cumbre.brief.sections.method import chip
from cumbre.brief.sections.page import Sheet, Writer
from cumbre.brief.words import refuse_bare_numbers
from cumbre.record.passport import Passport
from cumbre.record.schema import Source
from cumbre.workbench.address import State
from cumbre.workbench.language import Words

__all__ = ["PAGES", "environment", "passport", "render", "source_card"]

PAGES = (("case", "/"), ("record", "/record"), ("negotiation", "/negotiation"), ("ballot", "/ballot"), ("ledger", "/ledger"))
"""The pages, in the order of the navigation."""


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Autoescaping templates that refuse a number without a passport; the brief's chart and table macros are among them."""
    loader = ChoiceLoader([PackageLoader("cumbre.workbench", "templates"), PackageLoader("cumbre.brief", "templates")])
    made = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=refuse_bare_numbers,
    )
    made.tests["chart"] = lambda block: isinstance(block, Chart)
    made.tests["sheet"] = lambda block: isinstance(block, Sheet)
    return made


def render(name: str, state: State, w: Any = None, **values: Any) -> str:
    """A template with the words of the state's language."""
    words = w.words if w is not None else Words(state.lang)
    return (
        environment()
        .get_template(name)
        .render(
            w=w, t=words.html, s=words.text, lang=state.lang, state=state, query=state.query(), pages=PAGES, words=words, **values
        )
    )


def passport(study: Study, id_: str, lang: str) -> Markup | None:
    """The passport of a number as the drawer shows it; None where the register does not hold it."""
    w = Writer(study, Words(lang))
    figure = study.numbers.figures.get(id_)
    if figure is None:
        for stage in STAGES:
            known = study.passports.get(stage, {}).get(id_)
            if known is not None:
                figure = study.numbers.stage(known)
    return None if figure is None else Markup(_passport(w, figure, study))


def _passport(w: Writer, figure: Figure, study: Study) -> str:
    p = figure.passport
    said = w.words.number(figure) if isinstance(p.value, (int, float)) else str(p.value or w.s("number.none"))
    known = {id_ for stage in STAGES for id_ in study.passports.get(stage, {})} | set(study.numbers.figures)
    facts: list[tuple[str, Any]] = []
    about = w.words.range(figure)
    if about:
        level = w.words.decimal(100 * p.level) + "\u00a0%" if p.level else ""
        facts.append((w.s("wb.passport.range", level=level) if level else w.s("wb.passport.range_plain"), about))
    if p.n is not None:
        facts.append((w.s("wb.passport.worlds" if p.label == "simulated" else "wb.passport.n"), w.words.decimal(p.n)))
    if p.mc_error is not None and figure.sayable:
        facts.append((w.s("wb.passport.mc"), w.words.decimal(p.mc_error, 4)))
    facts.append((w.s("wb.passport.evidence"), Markup("{} {}").format(chip(w, p.label), w.s(f"label.{p.label}.means"))))
    facts.append((w.s("wb.passport.rule"), w.words.rule(figure)))
    if p.quote:
        facts.append((w.s("wb.passport.quote"), Markup("<q>{}</q>").format(p.quote)))
    if p.note and p.note != p.rule:
        facts.append((w.s("wb.passport.note"), Markup("<code>{}</code>").format(p.note) if "[" in p.note else p.note))
    named = p.rests_on or _inputs(study, p)
    if named:
        links = [Markup('<a class="n" href="#" data-p="{}">{}</a>').format(i, i) if i in known else escape(i) for i in named[:12]]
        facts.append((w.s("wb.passport.rests" if p.rests_on else "wb.passport.inputs"), Markup(", ").join(links)))
    sources = [study.case.source[i] for i in p.sources if i in study.case.source]
    facts.append(
        (w.s("wb.passport.sources"), Markup("").join(source_card(w, row) for row in sources) or w.s("wb.passport.no_source"))
    )
    rows = Markup("").join(Markup("<dt>{}</dt><dd>{}</dd>").format(name, value) for name, value in facts)
    unit = "" if p.unit in ("chance", "per cent", "points", "%") else p.unit
    return Markup('<p class="big">{} <small>{}</small></p><p><code>{}</code></p><dl>{}</dl>').format(said, unit, p.id, rows)


def _inputs(study: Study, p: Passport) -> tuple[str, ...]:
    """Inputs of the stage that a headline number is read from: `base.table.deal` rests on the table's."""
    parts = p.id.split(".")
    if p.label != "simulated" or parts[0] not in ("base", "yours") or len(parts) < 2:
        return ()
    return tuple(study.passports.get(parts[1], {}))


def source_card(w: Writer, row: Source) -> Markup:
    """A source with its title, outlet, day and link; everything escaped, the link only where it leads to a page."""
    title = Markup("<cite>{}</cite>").format(row.title or row.url or row.id)
    if row.url.startswith(("https://", "http://")):
        title = Markup('<a href="{}" rel="noreferrer noopener" target="_blank">{}</a>').format(row.url, title)
    parts: list[Any] = [row.outlet, title]
    if row.date:
        parts.append(w.words.date(row.date))
    if row.accessed:
        parts.append(w.t("source.accessed", day=w.words.short_year(row.accessed)))
    return Markup('<p class="source-card">{}</p>').format(Markup(", ").join(escape(part) for part in parts if part))
