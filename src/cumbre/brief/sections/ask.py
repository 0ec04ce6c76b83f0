"""Section 7: the worlds inside the page, named in the page's language."""

from __future__ import annotations

import json
from typing import Any

from markupsafe import Markup

from cumbre.brief.facts.pack import PACKED, Variable
from cumbre.brief.numbers import rule
from cumbre.brief.sections.page import Section, Writer, capital

__all__ = ["ask_data", "ask_section"]

TEXTS = ("kept", "few", "reset", "keep", "from", "to", "all", "command", "base", "now", "copied", "median", "undefined", "rare")


def ask_section(w: Writer, variables: tuple[Variable, ...]) -> Section:
    """The section; its controls are made by the script, and a reader without scripts is told what stands here."""
    title = w.s("ask.title")
    if not variables:
        return Section("ask", title, (w.t("ask.empty"),))
    count = min(PACKED, w.study.worlds.draws)
    worlds = w.study.numbers.recorded(
        "brief.ask.worlds", count, "worlds", rule("rule.ask.worlds"), form="count", label="simulated"
    )
    fewest = w.study.numbers.recorded("brief.ask.fewest", 200, "worlds", rule("rule.ask.fewest"), form="count", label="judged")
    return Section(
        "ask",
        title,
        (
            w.t("ask.lede", n=worlds, few=fewest),
            Markup('<div id="ask-panel" hidden></div>'),
            Markup('<div class="unscripted">{}</div>').format(w.t("ask.noscript", case=w.study.case.id)),
        ),
    )


def ask_data(w: Writer, variables: tuple[Variable, ...]) -> str:
    """Everything the script needs, as JSON that is safe inside a script element."""
    found = [
        {
            "id": v.id,
            "stage": v.stage,
            "title": _title(w, v),
            "labels": [_label(w, v, group, id_) for group, id_ in v.labels],
            "values": [id_ for _, id_ in v.labels],
            "test": v.test,
            "low": v.low,
            "high": v.high,
            "digits": v.digits,
            "form": v.form,
            "unit": _unit(w, v),
            "data": v.data,
        }
        for v in variables
    ]
    data: dict[str, Any] = {
        "lang": w.words.lang,
        "case": w.study.case.id,
        "worlds": min(PACKED, w.study.worlds.draws),
        "fewest": 200,
        "variables": found,
        "text": {name: w.words.raw(f"ask.{name}") for name in TEXTS},
        "stages": {s: w.s(f"stage.{s}") for s in ("relation", "table", "home", "ballot")},
        "chance": {name: w.words.raw(f"chance.{name}") for name in ("under", "over", "of")},
    }
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _title(w: Writer, v: Variable) -> str:
    match v.key:
        case "ask.issue":
            return w.issue(v.subject)
        case "ask.event":
            said = w.event(*v.subject.split("|"))
            return w.s("ask.event", event=capital(said), day=v.day)
        case "ask.primary":
            row = next(p for p in w.study.case.primaries if p.id == v.subject)
            return w.s("ask.primary", primary=w.words.pick(row.name, row.name_es))
        case "ask.shift":
            election = w.study.case.election
            bloc = (
                w.words.pick(election.blocs.get(v.subject, ""), election.blocs_es.get(v.subject, "")) if election else v.subject
            )
            return w.s("ask.shift", bloc=bloc)
    values: dict[str, Any] = {"name": w.person(v.subject)} if v.key == "ask.share" else {}
    return w.s(v.key, **values, **({"day": v.day} if v.day else {}))


def _label(w: Writer, v: Variable, group: str, id_: str) -> str:
    match group:
        case "person":
            return w.person(id_)
        case "pair":
            return " \u00b7 ".join(w.surname(part) for part in id_.split("|"))
        case "step":
            return w.step(w.study.case.issue[v.subject], float(id_))
        case "deal":
            return w.s(f"table.{id_}")
    return w.s(f"ask.{group}")


def _unit(w: Writer, v: Variable) -> str:
    if v.form == "percent":
        return "%"
    return w.unit(w.study.case.issue[v.subject]) if v.key == "ask.issue" and not v.labels else ""
