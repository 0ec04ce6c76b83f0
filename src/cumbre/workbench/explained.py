"""What the stages explain beside their worlds: win-sets, what makes the outcome uncertain, who answers whom."""

from __future__ import annotations

from typing import Any

from cumbre import table as table_stage
from cumbre.brief.facts.study import Study
from cumbre.brief.sections.page import Sheet, Writer, capital
from cumbre.record.case import Case
from cumbre.record.schema import Issue
from cumbre.table import Fitted
from cumbre.workbench.figures import figure

__all__ = ["GROUPINGS", "reciprocity", "shares", "winsets"]

GROUPINGS = ("kind", "actor", "issue")
"""Ways of grouping the assumptions of the table."""

SHOWN = 10
QUADS = ("VC", "MC", "VK", "MK")


def _value(w: Writer, issue: Issue, value: float) -> str:
    """A value of an issue in words: the step it is nearest to, or the number with its unit."""
    if issue.labels:
        return w.step(issue, value)
    return f"{w.words.decimal(value, 0 if abs(value) >= 10 or value == round(value) else 1)} {w.unit(issue)}".strip()


def winsets(w: Writer) -> Sheet | None:
    """What enough audiences at home would accept of each issue, as the home stage reads them; None where it says nothing."""
    frame = w.study.readout("home", "winsets")
    if frame is None:
        return None
    rows = []
    for row in frame.to_dict("records"):
        issue = w.study.case.issue.get(str(row["issue"]))
        if issue is None:
            continue
        size = figure(
            w.study,
            f"home.winset.{issue.id}",
            100 * float(row["size"]),
            "per cent",
            "wb.rule.winset",
            label="judged",
            form="percent",
        )
        low, high, now = (_value(w, issue, float(row[name])) for name in ("low", "high", "status_quo"))
        rows.append((w.issue(issue), now, low if low == high else w.s("wb.winsets.span", low=low, high=high), w.n(size)))
    columns = tuple(w.s(f"wb.winsets.{name}") for name in ("issue", "now", "accepted", "size"))
    title = w.s("wb.winsets", side=w.side(w.study.case.home))
    return Sheet("win-sets", title, columns, tuple(rows), w.t("wb.winsets.note"), folded=True) if rows else None


def shares(w: Writer, case: Case, fitted: Fitted, by: str) -> Sheet:
    """Sobol shares of the chance of a deal, by group of assumptions."""
    frame = table_stage.sensitivity(case, fitted, by=by)
    rows = []
    for row in frame.head(SHOWN + 4).to_dict("records"):
        group = str(row["group"])
        total, error = max(float(row["total"]), 0.0), float(row["error"])
        cells = [
            figure(
                w.study,
                f"table.share.{by}.{group.replace(' ', '_')}.{name}",
                100 * value,
                "per cent",
                f"wb.rule.share_{name}",
                label="simulated",
                form="percent",
                low=low,
                high=high,
                level=0.8 if low is not None else None,
            )
            for name, value, low, high in (
                ("first", max(float(row["first"]), 0.0), None, None),
                ("total", min(total, 1.0), max(100 * (total - 1.2816 * error), 0.0), min(100 * (total + 1.2816 * error), 100.0)),
            )
        ]
        rows.append((_group(w, by, group), w.n(cells[0]), w.band(cells[1])))
    columns = (w.s(f"wb.shares.{by}"), w.s("wb.shares.first"), w.s("wb.shares.total"))
    return Sheet(f"shares-{by}", w.s("wb.shares.title"), columns, tuple(rows), w.t("wb.shares.note"))


def _group(w: Writer, by: str, group: str) -> str:
    if by == "kind":
        return w.words.either(f"wb.shares.kind.{group.replace(' ', '_').replace('-', '_')}", group)
    return w.issue(group) if by == "issue" else capital(w.side(group))


def reciprocity(w: Writer) -> Sheet | None:
    """Whether the two principals answer each other in kind: in this record, and in the pairs that the model learnt from."""
    study: Study = w.study
    frame = study.readout("relation", "reciprocity")
    if frame is None:
        return None
    rows: list[tuple[Any, ...]] = []
    for row in frame[frame["pair"] == study.pair].to_dict("records"):
        source, other, quad = str(row["source"]), str(row["answered_by"]), str(row["quad"])
        id_ = f"relation.reciprocity.{source}.{quad}"
        told = figure(study, f"{id_}.events", float(row["events"]), "events", "wb.rule.told", form="count")
        answered = figure(study, f"{id_}.answered", float(row["answered"]), "events", "wb.rule.answered", form="count")
        children = figure(
            study,
            f"{id_}.cross",
            100 * float(row["cross_same"]),
            "per 100 events",
            "wb.rule.children",
            label="estimated",
            digits=1,
            low=100 * float(row["q10"]),
            high=100 * float(row["q90"]),
            level=0.8,
        )
        act = w.s("wb.reciprocity.act", side=capital(w.side(source)), kind=w.s(f"wb.quad.{quad}"), other=w.side(other))
        rows.append((act, w.n(told), w.n(answered), w.band(children)))
    columns = tuple(w.s(f"wb.reciprocity.{name}") for name in ("who", "told", "answered", "children"))
    return Sheet("reciprocity", w.s("wb.reciprocity"), columns, tuple(rows), w.t("wb.reciprocity.note")) if rows else None
