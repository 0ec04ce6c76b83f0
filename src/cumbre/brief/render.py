"""Facts and words into one HTML page, and the charts as files."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from cumbre.brief.charts.chart import Chart
from cumbre.brief.facts.gather import Facts
from cumbre.brief.facts.study import STAGES, Study
from cumbre.brief.numbers import UnsourcedNumber
from cumbre.brief.sections.ask import ask_data, ask_section
from cumbre.brief.sections.ballot import ballot_section
from cumbre.brief.sections.header import cards, changed_section, headline, reason
from cumbre.brief.sections.home import home_section
from cumbre.brief.sections.later import track_section, watch_section, why_section
from cumbre.brief.sections.method import method_section, passport_list
from cumbre.brief.sections.page import Section, Sheet, Writer
from cumbre.brief.sections.record import record_section
from cumbre.brief.sections.relation import relation_section
from cumbre.brief.sections.table import table_section
from cumbre.brief.words import Words, refuse_bare_numbers

__all__ = ["asset", "environment", "render", "sections_of"]


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Templates that refuse bare numbers."""
    return Environment(
        loader=PackageLoader("cumbre.brief", "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, finalize=refuse_bare_numbers,
    )  # fmt: skip


@lru_cache(maxsize=4)
def asset(name: str) -> str:
    """The text of a file of the page."""
    return (resources.files("cumbre.brief") / "assets" / name).read_text(encoding="utf-8")


def render(
    study: Study, facts: Facts, words: Words, meta: Mapping[str, Any], pages: Mapping[str, str], calibration: str = ""
) -> tuple[str, dict[str, str]]:
    """The page in one language and its charts as SVG texts by file name; `pages` maps languages to the files of their pages,
    `calibration` is the file of the calibration page, where one is written beside it."""
    sections, w = sections_of(study, facts, words, calibration)
    top = {
        "headline": headline(w, facts.relation, facts.table, facts.home, facts.ballot), "reason": reason(w, facts.record),
        "cards": cards(w, facts.relation, facts.table, facts.home, facts.ballot, facts.changed),
        "changed": changed_section(w, facts.changed),
    }  # fmt: skip
    draws = words.decimal(study.worlds.draws)
    page = environment().get_template("page.html.j2").render(
        w=w, t=w.t, s=w.s, sections=sections, **top, meta=meta, pages=pages, lang=words.lang, draws=draws,
        case=study.case, title=words.pick(study.case.title, study.case.title_es), style=Markup(asset("brief.css")),
        script=Markup(asset("brief.js")), data=Markup(ask_data(w, facts.pack)) if facts.pack else "", is_chart=_is_chart,
        is_sheet=_is_sheet, numerals=[str(k) for k in range(1, 11)], passports=lambda: _passports(w),
        versions=", ".join(f"{k} {v}" for k, v in meta["versions"].items()), seed=str(meta["seed"]),
    )  # fmt: skip
    _check(page, study)
    charts = {
        f"{block.id}{'' if k == 0 else '-narrow'}": str(svg)
        for section in sections
        for block in section.blocks
        if isinstance(block, Chart)
        for k, svg in enumerate(block.svgs())
    }
    return page, charts


def sections_of(study: Study, facts: Facts, words: Words, calibration: str = "") -> tuple[list[Section], Writer]:
    """The ten sections in one language, and the writer that wrote them."""
    w = Writer(study, words, facts.ballot)
    sections = [
        record_section(w, facts.record), relation_section(w, facts.relation), table_section(w, facts.table, facts.packages),
        home_section(w, facts.home), ballot_section(w, facts.ballot), why_section(w, facts.why), ask_section(w, facts.pack),
        watch_section(w, facts.watch), track_section(w, facts.track, calibration), method_section(w),
    ]  # fmt: skip
    return [_with_note(w, section) for section in sections], w


def _passports(w: Writer) -> Markup:
    """Passports of everything said so far: called last, when the page has said all it says."""
    said = [f for id_, f in w.study.numbers.figures.items() if id_ in w.words.printed]
    return passport_list(w, said)


def _is_chart(block: Any) -> bool:
    return isinstance(block, Chart)


def _is_sheet(block: Any) -> bool:
    return isinstance(block, Sheet)


def _with_note(w: Writer, section: Section) -> Section:
    """Where a stage rests on little, its section says so at its top."""
    case = w.study.case
    thin = {
        "relation": (len(case.events) < 40, "thin.relation"), "table": (len(case.positions) < 2 * len(case.issues), "thin.table"),
        "home": (len(case.approval) < 6, "thin.home"), "ballot": (len({p.poll_id for p in case.polls if p.round == 1}) < 4, "thin.ballot"),
    }  # fmt: skip
    weak, key = thin.get(section.id, (False, ""))
    if not (weak and section.id in STAGES and section.id in w.study.worlds):
        return section
    return Section(section.id, section.title, section.lede, section.blocks, w.t(key))


def _check(page: str, study: Study) -> None:
    """Every number that the page shows must be in the register."""
    import re

    shown = set(re.findall(r'data-p="([^"]+)"', page))
    unknown = sorted(id_ for id_ in shown if id_ not in study.numbers)
    if unknown:
        raise UnsourcedNumber(f"the page prints numbers without a passport: {', '.join(unknown[:5])}; register them first")
