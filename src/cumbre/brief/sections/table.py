"""Section 3: what is on the table and what could come of it."""

from __future__ import annotations

from cumbre.brief.charts.canvas import Palette
from cumbre.brief.charts.chart import Chart, drawn
from cumbre.brief.charts.issues import IssueWords, draw_issues
from cumbre.brief.charts.rows import Mark, RowSpec, draw_rows
from cumbre.brief.charts.stack import Part, StackRow, draw_stack
from cumbre.brief.facts.packages import PackageFacts
from cumbre.brief.facts.table import IssueFacts, TableFacts
from cumbre.brief.sections.page import Block, Section, Sheet, Writer

__all__ = ["table_section"]


def table_section(w: Writer, facts: TableFacts | None, packages: tuple[PackageFacts, ...]) -> Section:
    """The chance of a deal, a row an issue, the packages."""
    title = w.s("table.title")
    if facts is None or not facts.issues:
        return Section("table", title, (w.t("table.empty"),))
    lede = [w.t("table.lede", deal=facts.any_deal, full=facts.full, partial=facts.partial, day=facts.last_day)]
    if facts.causes:
        failed = [(name, figure) for name, figure in facts.causes if not name.startswith("deal")]
        if failed:
            name, figure = failed[0]
            lede.append(w.t("table.cause", cause=_cause(w, name), chance=figure))
    movers = [i for i in facts.movers if i.changed.value >= 0.02][:3]
    if movers:
        lede.append(w.t("table.movers", issues=[w.t("table.mover", issue=w.issue(i.issue), chance=i.changed) for i in movers]))
    if facts.signed and facts.ratified and facts.delivered:
        lede.append(w.t("table.three", signed=facts.signed, ratified=facts.ratified, delivered=facts.delivered))
    blocks: list[Block] = [_deal(w, facts), _issues(w, facts)]
    if packages:
        blocks.append(_packages(w, facts, packages))
    blocks.append(_delivery(w, facts))
    if facts.trades:
        blocks.append(_trades(w, facts))
    if facts.outside:
        rows = tuple(
            (f"{o.kind}, {o.group}".replace("_", " "), o.outcome.replace("_", " "), w.n(o.share), w.n(o.n), o.source)
            for o in facts.outside
        )
        columns = tuple(w.s(f"table.outside.{c}") for c in ("kind", "outcome", "share", "n", "source"))
        blocks.append(Sheet("outside-view", w.s("table.outside"), columns, rows, w.t("table.outside_note"), folded=True))
    return Section("table", title, tuple(lede), tuple(blocks))


def _trades(w: Writer, facts: TableFacts) -> Sheet:
    """Exchanges of issues that both partners would gain by."""
    rows = tuple(
        (
            w.t("table.trades.gives", side=w.side(t.giver), issue=w.issue(t.issue), shift=t.shift),
            w.t("table.trades.gives", side=w.side(t.other), issue=w.issue(t.for_issue), shift=t.for_shift), w.n(t.gain),
        )
        for t in facts.trades
    )  # fmt: skip
    columns = tuple(w.s(f"table.trades.{name}") for name in ("one", "two", "gain"))
    return Sheet("trades", w.s("table.trades"), columns, rows, w.t("table.trades.note"), folded=True)


def _cause(w: Writer, name: str) -> str:
    """Why there is no deal, as a clause; `COL_did_not_ratify` names its side."""
    for side in w.study.case.principals:
        if name.startswith(f"{side}_"):
            return w.s(f"cause.side_{name.removeprefix(f'{side}_')}", side=w.side(side))
    return w.words.either(f"cause.{name}", name.replace("_", " "))


def _deal(w: Writer, facts: TableFacts) -> Chart:
    kinds = (
        ("full", facts.full, Palette.wine, False),
        ("partial", facts.partial, Palette.wine, True),
        ("none", facts.none, Palette.rule, False),
    )
    key = [(w.s(f"table.{name}"), colour, hatch) for name, _, colour, hatch in kinds]
    parts = tuple(Part(f.value, colour, w.words.percent(f.value), hatch) for _, f, colour, hatch in kinds)
    rows = [StackRow(w.s("table.all_worlds"), parts)]
    cells = [(w.s(f"table.{name}"), w.band(f)) for name, f, _, _ in kinds]
    for model in facts.models:
        name = w.words.either(f"model.{model.name}", model.name.replace("_", " "))
        rows.append(
            StackRow(
                name,
                (
                    Part(model.deal.value, Palette.slate, w.words.percent(model.deal.value)),
                    Part(1 - model.deal.value, Palette.rule, ""),
                ),
            )
        )
        cells.append((w.s("table.by_model", model=name, weight=model.weight), w.n(model.deal)))
    for name, figure in [(n, f) for n, f in facts.causes if not n.startswith("deal")]:
        cells.append((w.s("table.cause_row", cause=_cause(w, name)), w.n(figure)))
    if facts.models:
        key.append((w.s("table.model_key"), Palette.slate, False))
    canvases = drawn(lambda width: draw_stack(width, rows, key))
    models = sorted(facts.models, key=lambda m: m.deal.value)
    sentence = (
        ("table.deal_sentence", {"low": models[0].deal, "high": models[-1].deal}) if len(models) > 1
        else ("table.deal_plain", {"deal": facts.any_deal})
    )  # fmt: skip
    return w.chart("deal", canvases, (w.s("table.outcome"), w.s("table.chance")), cells, title=w.s("table.deal_chart"), sentence=sentence,
                   note=w.s("table.deal_note"))  # fmt: skip


def _issues(w: Writer, facts: TableFacts) -> Chart:
    home, other = w.study.case.home, w.study.other
    shown = facts.movers
    texts, cells = [], []
    for item in shown:
        issue = item.issue
        if item.is_steps:
            low, high = w.step(issue, issue.low), w.step(issue, issue.high)
        else:
            unit = w.unit(issue)
            low, high = (f"{w.words.decimal(v)} {unit}".strip() for v in (issue.low, issue.high))
        texts.append(IssueWords(w.issue(issue), low, high, w.words.percent(item.changed.value)))
        wants = {want.side: want for want in item.wants}
        cells.append((
            w.issue(issue), w.value(issue, item.status_quo), *(_want(w, item, wants.get(side)) for side in (home, other)),
            _settles(w, item), w.n(item.changed), w.n(item.better), w.n(item.worse),
        ))  # fmt: skip
    names = (w.side(home), w.side(other))
    canvases = drawn(lambda width: draw_issues(width, shown, texts, (home, other), names, w.words))
    columns = (
        w.s("table.issue"), w.s("table.status_quo"), w.s("table.wants", name=names[0]), w.s("table.wants", name=names[1]),
        w.s("table.settles"), w.s("table.changed"), w.s("table.better", name=names[0]), w.s("table.worse", name=names[0]),
    )  # fmt: skip
    sources = [s for i in shown for s in i.status_quo.passport.sources]
    return w.chart(
        "issues", canvases, columns, cells, title=w.s("table.issues_chart"),
        sentence=("table.issues_sentence", {"home": names[0], "other": names[1], "day": facts.last_day}), sources=sources,
        note=w.s("table.issues_note"),
    )  # fmt: skip


def _want(w: Writer, item: IssueFacts, want):  # type: ignore[no-untyped-def]
    if want is None:
        return w.s("number.none")
    if item.is_steps:
        return w.value(item.issue, want.mode)
    return w.t("table.want", low=w.n(want.low), mode=w.n(want.mode), high=w.n(want.high))


def _settles(w: Writer, item: IssueFacts):  # type: ignore[no-untyped-def]
    if item.is_steps:
        likely = max(range(len(item.steps)), key=lambda k: item.steps[k].value)
        return w.t("table.likely_step", step=w.step(item.issue, item.issue.low + likely), chance=w.n(item.steps[likely]))
    return w.t("table.likely_value", value=w.value(item.issue, item.value), range=w.words.range(item.value))


def _packages(w: Writer, facts: TableFacts, packages: tuple[PackageFacts, ...]) -> Sheet:
    columns = (
        w.s("table.issue"),
        w.s("table.status_quo"),
        *(w.s(f"package.{p.key}", name=w.side(w.study.case.home)) for p in packages),
    )
    rows = []
    for item in facts.issues:
        cells = []
        for package in packages:
            figure = package.values.get(item.issue.id)
            said = w.n(None) if figure is None else w.value(item.issue, figure)
            moved = figure is not None and abs(figure.value - item.status_quo.value) > 1e-6 * (item.issue.high - item.issue.low)
            cells.append(w.t("package.moved", value=said) if moved else said)
        rows.append((w.issue(item.issue), w.value(item.issue, item.status_quo), *cells))
    return Sheet("packages", w.s("package.title"), columns, tuple(rows), w.t("package.note"))


def _delivery(w: Writer, facts: TableFacts) -> Chart:
    shown = [i for i in facts.movers if i.signed is not None and i.signed.value >= 0.005][:12]
    if not shown:
        shown = list(facts.movers[:3])
    specs, cells = [], []
    styles = (("signed", "ring"), ("ratified", "tick"), ("delivered", "dot"))
    for item in shown:
        marks = []
        for name, style in styles:
            figure = getattr(item, name)
            if figure is not None:
                marks.append(Mark(100 * figure.value, colour=Palette.wine, style=style))  # type: ignore[arg-type]
        last = item.delivered or item.changed
        specs.append(RowSpec(w.issue(item.issue), tuple(marks), w.words.percent(last.value)))
        cells.append((w.issue(item.issue), w.n(item.signed), w.n(item.ratified), w.n(item.delivered)))
    top = max((m.value for s in specs for m in s.marks), default=0)
    ticks = [0, 25, 50, 75, 100] if top > 50 else [0, 10, 20, 30, 40, 50]
    canvases = drawn(lambda width: draw_rows(width, specs, ticks, lambda v: w.words.decimal(v) + "\u00a0%"))
    columns = (w.s("table.issue"), w.s("table.signed"), w.s("table.ratified"), w.s("table.delivered"))
    return w.chart("delivery", canvases, columns, cells, title=w.s("table.delivery_chart"),
                   sentence=("table.delivery_sentence", {"day": facts.last_day}), note=w.s("table.delivery_note"))  # fmt: skip
