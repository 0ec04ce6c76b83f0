"""Sections 6, 8 and 9: why, what to watch, and how the forecasts did."""

from __future__ import annotations

from markupsafe import Markup

from cumbre.brief.charts.canvas import Palette
from cumbre.brief.charts.chart import Chart, drawn
from cumbre.brief.charts.rows import Mark, RowSpec, draw_rows
from cumbre.brief.charts.scale import nice
from cumbre.brief.facts.track import TrackFacts
from cumbre.brief.facts.watch import WatchFacts
from cumbre.brief.facts.why import Driver, Tornado
from cumbre.brief.sections.page import Block, Section, Sheet, Writer, capital

__all__ = ["track_section", "watch_section", "why_section"]


def why_section(w: Writer, tornados: tuple[Tornado, ...]) -> Section:
    """Which assumptions move the outcomes, in plain words."""
    title = w.s("why.title")
    shown = [t for t in tornados if t.drivers]
    if not shown:
        return Section("why", title, (w.t("why.empty"),))
    top = shown[0].drivers[0]
    lede = w.t(
        f"why.lede{_yes_no(top)}",
        outcome=w.outcome(shown[0].outcome),
        driver=driver_words(w, top),
        low=top.at_low,
        high=top.at_high,
    )
    return Section("why", title, (lede, w.t("why.how")), tuple(_tornado(w, t) for t in shown))


def driver_words(w: Writer, driver: Driver) -> str:
    """An assumption in plain words."""
    if driver.kind == "channel":
        row = next((c for c in w.study.case.channels if c.id == driver.actor), None)
        return w.s("driver.channel", name=w.words.pick(row.name, row.name_es) if row else driver.actor)
    if driver.kind in ("wins", "stands"):
        primary = next((p for p in w.study.case.primaries if p.id == driver.issue), None)
        said = w.words.pick(primary.name, primary.name_es) if primary else ""
        return w.s(f"driver.{driver.kind}", name=w.person(driver.actor), primary=said)
    if driver.kind in ("approval", "index", "turnout"):
        return w.s(f"driver.{driver.kind}", day=w.study.vote_day)
    key = f"driver.{driver.kind}"
    issue = w.issue(driver.issue) if driver.issue else ""
    actor = w.side(driver.actor) if driver.actor else ""
    if w.words.has(key):
        return w.s(key, actor=actor, issue=issue)
    form = "both" if actor and issue else "actor" if actor else "issue" if issue else "plain"
    return w.s(f"driver.other_{form}", kind=driver.kind.replace("_", " "), actor=actor, issue=issue)


def _yes_no(driver: Driver) -> str:
    """Suffix of the sentence about an assumption that is a yes or no."""
    return "_yes" if driver.kind in ("wins", "stands", "any_deal", "mediator") else ""


def _tornado(w: Writer, tornado: Tornado) -> Chart:
    chance = tornado.outcome.form == "chance"
    scale = 100 if chance else 1
    base = scale * tornado.base.value
    specs, cells = [], []
    for d in tornado.drivers:
        low, high = scale * d.at_low.value, scale * d.at_high.value
        marks = (
            Mark(low, colour=Palette.ochre, style="hatch", base=base),
            Mark(high, colour=Palette.indigo, style="bar", base=base),
        )
        specs.append(RowSpec(driver_words(w, d), marks, w.words.form(d.gap, d.gap.value), w.s(f"label.{d.label}")))
        cells.append((driver_words(w, d), w.s(f"label.{d.label}"), w.n(d.at_low), w.n(d.at_high), w.band(d.gap)))
    ends = [scale * v for d in tornado.drivers for v in (d.at_low.value, d.at_high.value)]
    ticks = nice(min([*ends, base]), max([*ends, base]), 4)
    unit = "\u00a0%" if tornado.outcome.form in ("chance", "percent") else ""
    label = w.s("why.base", value=w.words.decimal(base, 0 if chance else 1) + unit)
    canvases = drawn(
        lambda width: draw_rows(
            width,
            specs,
            ticks,
            lambda v: w.words.decimal(v, 0 if v == round(v) else 1) + unit,
            reference=base,
            reference_label=label,
        )
    )
    outcome = w.outcome(tornado.outcome)
    key = w.s("why.note")
    return w.chart(
        f"why-{tornado.outcome.key}",
        canvases,
        tuple(w.s(f"why.column.{c}") for c in ("assumption", "evidence", "low", "high", "gap")),
        cells,
        title=w.s("why.chart", outcome=outcome),
        sentence=(
            f"why.sentence{_yes_no(tornado.drivers[0])}",
            {
                "outcome": outcome,
                "driver": driver_words(w, tornado.drivers[0]),
                "low": tornado.drivers[0].at_low,
                "high": tornado.drivers[0].at_high,
            },
        ),
        note=key,
    )


def watch_section(w: Writer, facts: WatchFacts) -> Section:
    """If this happens by this date, the number moves by so much; and the dates ahead."""
    blocks: list[Block] = []
    if facts.signs:
        rows = []
        for sign in facts.signs:
            event = w.words.pick(sign.event, sign.event_es)
            rows.append(
                (
                    capital(event),
                    w.n(sign.chance),
                    capital(w.words.pick(sign.number, sign.number_es)),
                    w.n(sign.now),
                    w.n(sign.then),
                    w.t("watch.moves", arrow=_arrow(sign.moves.value), by=w.band(sign.moves)),
                )
            )
        columns = tuple(w.s(f"watch.column.{c}") for c in ("sign", "chance", "number", "now", "then", "moves"))
        blocks.append(Sheet("watch-list", w.s("watch.sheet"), columns, tuple(rows), w.t("watch.note")))
    if facts.ahead:
        dates = tuple(
            (
                Markup('<time datetime="{}">{}</time>').format(c.date.isoformat(), w.words.short_year(c.date)),
                w.words.pick(c.event, c.event_es),
                w.words.pick(c.rule, c.rule_es),
                w.marks(c.source_id),
            )
            for c in facts.ahead
        )
        blocks.append(
            Sheet(
                "calendar",
                w.s("watch.calendar"),
                tuple(w.s(f"watch.calendar.{c}") for c in ("date", "event", "rule", "source")),
                dates,
            )
        )
    return Section("watch", w.s("watch.title"), (w.t("watch.lede" if facts.signs else "watch.empty"),), tuple(blocks))


def _arrow(value: float) -> str:
    return "\u2191" if value > 0 else "\u2193" if value < 0 else "\u2192"


def track_section(w: Writer, facts: TrackFacts, calibration: str = "") -> Section:
    """Backtests beside baselines, resolved and open questions; `calibration` is the file of the ballot's calibration page."""
    blocks: list[Block] = []
    if facts.scores:
        rows = tuple(
            (
                w.s(f"stage.{s.stage}"),
                w.words.pick(*s.measure),
                w.n(s.ours),
                w.n(s.baseline),
                w.words.pick(*s.baseline_name),
                w.words.pick(*s.on),
            )
            for s in facts.scores
        )
        columns = tuple(w.s(f"track.column.{c}") for c in ("stage", "measure", "ours", "baseline", "baseline_name", "on"))
        blocks.append(Sheet("backtests", w.s("track.backtests"), columns, rows, w.t("track.note")))
    else:
        blocks.append(w.t("track.no_backtests"))
    if calibration:
        link = Markup('<a href="{}">{}</a>').format(calibration, w.s("track.calibration_link"))
        blocks.append(w.t("track.calibration", link=link))
    if facts.resolved:
        past = tuple(
            (w.words.pick(r.text, r.text_es), w.n(r.chance), w.s("ask.yes" if r.happened else "ask.no")) for r in facts.resolved
        )
        columns = tuple(w.s(f"track.column.{c}") for c in ("question", "chance", "outcome"))
        note = w.t("track.ledger_note", brier=facts.brier, base=facts.base)
        blocks.append(Sheet("resolved-questions", w.s("track.resolved"), columns, past, note))
    if facts.open:
        asked = tuple(
            (
                w.words.pick(q.question.text, q.question.text_es),
                w.words.short_year(q.question.close_date),
                w.band(q.chance) if q.chance is not None else w.t("track.cannot", why=q.problem),
                w.words.pick(q.question.resolution, q.question.resolution_es),
            )
            for q in facts.open
        )
        columns = tuple(w.s(f"track.column.{c}") for c in ("question", "closes", "chance", "resolution"))
        blocks.append(Sheet("open-questions", w.s("track.open"), columns, asked, w.t("track.open_note")))
    else:
        blocks.append(w.t("track.no_questions"))
    return Section("track", w.s("track.title"), (w.t("track.lede"),), tuple(blocks))
