"""Section 4: what it does at home."""

from __future__ import annotations

import datetime as dt

from markupsafe import Markup

from cumbre.brief.charts.canvas import Palette
from cumbre.brief.charts.chart import Chart, drawn
from cumbre.brief.charts.rows import Mark, RowSpec, draw_rows
from cumbre.brief.charts.scale import nice
from cumbre.brief.charts.series import Line, Moment, draw_series
from cumbre.brief.facts.home import HomeFacts
from cumbre.brief.sections.page import Block, Section, Writer

__all__ = ["home_section"]


def home_section(w: Writer, facts: HomeFacts | None) -> Section:
    """Approval, groups, channels."""
    title = w.s("home.title")
    if facts is None or not (facts.fan or facts.groups or facts.channels):
        return Section("home", title, (w.t("home.empty"),))
    election = w.study.case.election
    leader = election.leader if election else w.side(w.study.case.home)
    lede = []
    if facts.shift is not None and facts.bigger is not None and election:
        bloc = w.words.pick(election.blocs.get(facts.bloc, facts.bloc), election.blocs_es.get(facts.bloc, ""))
        size = "small" if abs(facts.shift.value) < 0.5 else "large"
        lede.append(w.t(f"home.lede.{size}", shift=facts.shift, range=w.words.range(facts.shift), bloc=bloc, bigger=facts.bigger))
    if facts.judged_share is not None:
        lede.append(w.t("home.judged", share=facts.judged_share))
    if facts.now is not None and facts.later is not None:
        lede.append(
            w.t(
                "home.approval",
                leader=leader,
                now=facts.now,
                later=facts.later,
                range=w.words.range(facts.later),
                day=w.study.vote_day,
            )
        )
    if facts.peak is not None and facts.left is not None:
        lede.append(w.t("home.shock", peak=facts.peak, range=w.words.range(facts.peak), left=facts.left, day=w.study.vote_day))
    blocks: list[Block] = []
    if facts.fan is not None:
        blocks.append(_approval(w, facts, leader))
    if facts.shock is not None:
        blocks.append(_shock(w, facts))
    if any(g.gain is not None and g.gain.sayable for g in facts.groups):
        blocks.append(_groups(w, facts))
    if facts.channels:
        blocks.append(_channels(w, facts))
    return Section("home", title, tuple(lede), tuple(blocks))


def _approval(w: Writer, facts: HomeFacts, leader: str) -> Chart:
    case = w.study.case
    fan = facts.fan
    assert fan is not None
    polls = [(row, figure) for row, figure in facts.polls if row.measure == "job"] or list(facts.polls)
    dots = tuple((row.field_end, figure.value) for row, figure in polls)
    first = max(min([d for d, _ in dots], default=case.as_of), case.as_of - dt.timedelta(days=900))
    label = w.words.form(facts.later, float(fan.middle[-1])) if facts.later else ""
    line = Line(label, Palette.wine, past=facts.past, future=fan, inner=facts.inner, dots=dots)
    moments = [Moment(case.as_of, w.words.short(case.as_of))]
    if w.study.vote_day < case.horizon:
        moments.append(Moment(w.study.vote_day, w.s("chart.vote")))
    canvases = drawn(
        lambda width: draw_series(
            width,
            [line],
            moments,
            first=first,
            last=fan.dates[-1],
            say=lambda v: w.words.decimal(v) + "\u00a0%",
            month=lambda d: w.words.month(d, short=True),
            height=300,
        )
    )
    rows = [
        (w.words.short_year(r.field_end), r.pollster, w.s(f"home.measure.{r.measure}"), w.n(f), w.marks(r.source_id))
        for r, f in facts.polls
    ]
    if facts.later is not None:
        rows.append(
            (w.words.short_year(w.study.vote_day), w.s("home.worlds"), w.s("home.measure.job"), w.band(facts.later), Markup(""))
        )
    sentence = (
        (
            "home.approval_sentence",
            {"leader": leader, "later": facts.later, "range": w.words.range(facts.later), "day": w.study.vote_day},
        )
        if facts.later
        else ("home.approval_plain", {"leader": leader})
    )
    return w.chart(
        "approval",
        canvases,
        tuple(w.s(f"home.column.{c}") for c in ("date", "pollster", "measure", "approve", "source")),
        rows,
        title=w.s("home.approval_chart", leader=leader),
        sentence=sentence,
        sources=[s for r, _ in polls[-6:] for s in r.source_id],
        note=w.s("home.approval_note"),
    )


def _shock(w: Writer, facts: HomeFacts) -> Chart:
    assert facts.shock is not None
    assert facts.left is not None
    assert facts.peak is not None
    case, shock = w.study.case, facts.shock
    line = Line(w.words.form(facts.peak, float(shock.middle[-1])), Palette.ochre, future=shock)
    moments = [Moment(w.study.vote_day, w.s("chart.vote"))] if w.study.vote_day < case.horizon else []
    canvases = drawn(
        lambda width: draw_series(
            width,
            [line],
            moments,
            first=shock.dates[0],
            last=shock.dates[-1],
            say=lambda v: w.words.decimal(v, 0 if v == round(v) else 1, signed=True),
            month=lambda d: w.words.month(d, short=True),
            height=230,
            zero=True,
        )
    )
    rows = [(w.s("home.peak"), w.band(facts.peak)), (w.s("home.at_vote"), w.band(facts.left))]
    return w.chart(
        "shock",
        canvases,
        (w.s("home.when"), w.s("home.points")),
        rows,
        title=w.s("home.shock_chart"),
        sentence=("home.shock_sentence", {"left": facts.left, "range": w.words.range(facts.left), "day": w.study.vote_day}),
        note=w.s("home.shock_note"),
    )


def _groups(w: Writer, facts: HomeFacts) -> Chart:
    groups = [g for g in facts.groups if g.gain is not None and g.gain.sayable]
    home = [g for g in groups if g.country == w.study.case.home] or groups
    others = [g for g in groups if g not in home]
    specs, cells = [], []
    for g in [*home, *others]:
        assert g.gain is not None
        name = w.words.pick(g.name, g.name_es)
        colour = Palette.indigo if g.gain.value >= 0 else Palette.ochre
        share = w.s("home.share_of", share=g.share, country=w.side(g.country))
        specs.append(
            RowSpec(
                name,
                (Mark(g.gain.value, g.gain.low, g.gain.high, colour, "dot" if g.gain.value >= 0 else "ring"),),
                w.words.form(g.gain, g.gain.value),
                share,
            )
        )
        cells.append((name, w.side(g.country), w.n(g.share), w.band(g.gain), w.n(g.acceptance)))
    ends = [v for g in groups if g.gain for v in (g.gain.low, g.gain.high)]
    ticks = nice(min([*ends, 0]), max([*ends, 0]), 4)
    heads = (w.s("home.pays"), w.s("home.gains"))
    canvases = drawn(
        lambda width: draw_rows(
            width, specs, ticks, lambda v: w.words.decimal(v, 0 if v == round(v) else 1, signed=True), heads=heads
        )
    )
    best, worst = max(home, key=lambda g: g.gain.value), min(home, key=lambda g: g.gain.value)  # type: ignore[union-attr]
    said = {
        "best": w.words.pick(best.name, best.name_es), "gain": best.gain, "worst": w.words.pick(worst.name, worst.name_es),
        "loss": worst.gain,
    }  # fmt: skip
    sources = [s for g in home for s in g.share.passport.sources]
    return w.drawing(
        "home.groups", "groups", canvases, ("group", "country", "share", "gain", "accepts"), cells, said, sources=sources
    )


def _channels(w: Writer, facts: HomeFacts) -> Chart:
    specs, cells = [], []
    election = w.study.case.election
    for c in facts.channels:
        name = w.words.pick(c.name, c.name_es)
        bloc = w.words.pick(election.blocs.get(c.bloc, c.bloc), election.blocs_es.get(c.bloc, "")) if election else c.bloc
        label = w.s(f"label.{c.label}")
        specs.append(
            RowSpec(
                name,
                (
                    Mark(
                        c.effect.value,
                        c.effect.low,
                        c.effect.high,
                        Palette.wine if c.label == "estimated" else Palette.ochre,
                        "dot" if c.label in ("estimated", "literature", "selected") else "ring",
                    ),
                ),
                w.words.form(c.effect, c.effect.value),
                f"{label}, {bloc}" if bloc else label,
            )
        )
        cells.append((name, bloc, label, w.band(c.effect), c.row.basis if c.row else ""))
    ends = [v for c in facts.channels for v in (c.effect.low, c.effect.high)]
    ticks = nice(min([*ends, -0.5]), max([*ends, 0.5]), 4)
    canvases = drawn(
        lambda width: draw_rows(width, specs, ticks, lambda v: w.words.decimal(v, 0 if v == round(v) else 1, signed=True))
    )
    top = facts.channels[0]
    said = {"channel": w.words.pick(top.name, top.name_es), "effect": top.effect, "range": w.words.range(top.effect)}
    return w.drawing("home.channels", "channels", canvases, ("channel", "bloc", "evidence", "effect", "basis"), cells, said)
