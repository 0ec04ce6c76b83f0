"""Section 2: where the relationship stands and what may come."""

from __future__ import annotations

import datetime as dt

from markupsafe import Markup

from cumbre.brief.charts.canvas import Palette
from cumbre.brief.charts.chart import Chart, drawn
from cumbre.brief.charts.rows import Mark, RowSpec, draw_rows
from cumbre.brief.charts.scale import nice
from cumbre.brief.charts.series import Line, Moment, draw_series
from cumbre.brief.charts.timeline import letter
from cumbre.brief.facts.relation import ANSWER_DAYS, WINDOWS, Answers, RelationFacts
from cumbre.brief.numbers import rule
from cumbre.brief.sections.page import Block, Section, Sheet, Writer, capital
from cumbre.record.passport import Label, Passport

__all__ = ["relation_section"]

SHOWN_KINDS = 12


def relation_section(w: Writer, facts: RelationFacts | None) -> Section:
    """The index with its fan and turning points; the chance of each kind of event."""
    title = w.s("relation.title")
    if facts is None:
        return Section("relation", title, (w.t("relation.empty"),))
    if facts.before is not None and facts.before_day is not None:
        lede = [w.t(f"relation.lede.{facts.direction}", now=facts.now, before=facts.before, then=facts.before_day)]
    else:
        lede = [w.t("relation.lede.now", now=facts.now)]
    if facts.low_point is not None and facts.low_day is not None and facts.low_chance is not None:
        first, last = facts.low_dates or (facts.low_day, facts.low_day)
        lede.append(w.t("relation.low", low=facts.low_point, day=facts.low_day, first=first, last=last, chance=facts.low_chance))
    if facts.words is not None and facts.deeds is not None:
        lede.append(w.t("relation.words_deeds", words=facts.words, deeds=facts.deeds))
    lede.append(
        w.t("relation.next", chance=facts.warmer, day=facts.later_day, later=facts.later, range=w.words.range(facts.later))
    )
    if facts.answers is not None:
        lede.append(_answers(w, facts.answers))
    blocks: list[Block] = [_index(w, facts)]
    if facts.turns:
        rows = tuple(
            (
                letter(k),
                w.words.date(t.date),
                w.n(t.chance),
                w.n(t.before),
                w.n(t.after),
                w.words.pick(t.event, t.event_es) or "\u2013",
                w.marks(t.sources),
            )
            for k, t in enumerate(facts.turns)
        )
        columns = tuple(w.s(f"relation.turn.{c}") for c in ("mark", "date", "chance", "before", "after", "event", "source"))
        blocks.append(Sheet("turning-points", w.s("relation.turns"), columns, rows, w.t("relation.turns_note")))
    if facts.issues:
        blocks.append(_issues(w, facts))
    if facts.kinds:
        blocks.append(_kinds(w, facts))
    return Section("relation", title, tuple(lede), tuple(blocks))


def _answers(w: Writer, answers: Answers) -> Markup:
    (a, told, answered), (b, others_told, others_answered) = answers.sides
    return w.t(
        "relation.answers",
        kind=w.s(f"relation.quad.{answers.quad}"),
        a=w.side(a),
        told=told,
        answered=answered,
        b=w.side(b),
        told_b=others_told,
        answered_b=others_answered,
        drawn=answers.drawn,
        days=str(ANSWER_DAYS),
        range=w.words.range(answers.drawn),
    )


def _index(w: Writer, facts: RelationFacts) -> Chart:
    case = w.study.case
    first = facts.past.dates[0] if facts.past else facts.future.dates[0]
    first = max(first, case.as_of - dt.timedelta(days=430))
    line = Line(w.s("relation.line"), Palette.indigo, past=facts.past, future=facts.future)
    moments = [Moment(case.as_of, w.words.short(case.as_of))]
    if w.study.vote_day < case.horizon:
        moments.append(Moment(w.study.vote_day, w.s("chart.vote")))
    if facts.past is not None:
        for k, turn in enumerate(facts.turns):
            near = min(range(len(facts.past.dates)), key=lambda j: abs((facts.past.dates[j] - turn.date).days))  # type: ignore[union-attr]
            moments.append(Moment(turn.date, letter(k), float(facts.past.middle[near])))
    canvases = drawn(
        lambda width: draw_series(
            width,
            [line],
            moments,
            first=first,
            last=facts.future.dates[-1],
            say=lambda v: w.words.decimal(v, 0 if v == round(v) else 1),
            month=lambda d: w.words.month(d, short=True),
            zero=True,
            low_label=w.s("relation.conflict"),
            high_label=w.s("relation.cooperation"),
            height=300,
        )
    )
    rows = []
    if facts.past is not None:
        step = max(len(facts.past.dates) // 12, 1)
        for k in range(0, len(facts.past.dates), step):
            rows.append(_row(w, "past", facts.past.dates[k], facts.past.middle[k], facts.past.low[k], facts.past.high[k]))
    for k in range(0, len(facts.future.dates), 4):
        rows.append(_row(w, "future", facts.future.dates[k], facts.future.middle[k], facts.future.low[k], facts.future.high[k]))
    sources = [s for t in facts.turns for s in t.sources]
    return w.chart(
        "index",
        canvases,
        tuple(w.s(f"relation.column.{c}") for c in ("date", "middle", "band")),
        rows,
        title=w.s("relation.chart"),
        sentence=("relation.sentence", {"now": facts.now, "range": w.words.range(facts.now)}),
        sources=sources,
        note=w.s("relation.index_note"),
    )


def _row(w: Writer, part: str, day: dt.date, middle: float, low: float, high: float) -> tuple[object, ...]:
    label: Label = "estimated" if part == "past" else "simulated"
    id_ = f"brief.relation.index.{day.isoformat()}.{part}"
    known = rule(f"rule.relation.index_{part}")
    passport = Passport(
        id_,
        round(float(middle), 4),
        "index",
        label,
        w.study.numbers.english(known),
        low=round(float(low), 4),
        high=round(float(high), 4),
        level=0.8,
    )
    figure = w.study.numbers.add(passport, "number", 1, known)
    return (w.words.short_year(day), w.n(figure), w.words.range(figure))


def _issues(w: Writer, facts: RelationFacts) -> Chart:
    specs = []
    for i in facts.issues:
        colour, style = (Palette.teal, "dot") if i.level.value >= 0 else (Palette.ochre, "ring")
        mark = Mark(i.level.value, i.level.low, i.level.high, colour, style)  # type: ignore[arg-type]
        specs.append(RowSpec(w.issue(i.issue), (mark,), w.words.form(i.level, i.level.value)))
    ends = [v for i in facts.issues for v in (i.level.low, i.level.high)]
    ticks = nice(min([*ends, -2]), max([*ends, 2]), 4)
    heads = (w.s("relation.conflict_side"), w.s("relation.cooperation_side"))
    canvases = drawn(
        lambda width: draw_rows(width, specs, ticks, lambda v: w.words.decimal(v, 0 if v == round(v) else 1), heads=heads)
    )
    rows = [(w.issue(i.issue), w.band(i.level), w.n(i.events), w.words.short_year(i.last)) for i in facts.issues]
    best, worst = facts.issues[0], facts.issues[-1]
    return w.chart(
        "relation-issues",
        canvases,
        tuple(w.s(f"relation.issue.{c}") for c in ("issue", "level", "events", "last")),
        rows,
        title=w.s("relation.issues"),
        sentence=(
            "relation.issues_sentence",
            {"best": w.issue(best.issue), "high": best.level, "worst": w.issue(worst.issue), "low": worst.level},
        ),
        note=w.s("relation.issues_note"),
    )


def _kinds(w: Writer, facts: RelationFacts) -> Chart:
    shown = facts.kinds[:SHOWN_KINDS]
    styles = ("ring", "dot", "tick")
    specs = []
    for kind in shown:
        colour = Palette.wine if kind.source == w.study.case.home else Palette.indigo
        marks = [Mark(100 * c.value, colour=colour, style=styles[k]) for k, c in enumerate(kind.chances)]  # type: ignore[arg-type]
        span = Mark(100 * kind.chances[-1].value, 100 * kind.chances[0].value, 100 * kind.chances[-1].value, colour, "tick")
        said = w.words.percent(kind.chances[-1].value)
        specs.append(RowSpec(capital(w.event(kind.source, kind.target, kind.kind)), (span, *marks), said))
    canvases = drawn(lambda width: draw_rows(width, specs, [0, 25, 50, 75, 100], lambda v: w.words.decimal(v) + "\u00a0%"))
    windows = [w.s("relation.window", days=str(d)) for d in WINDOWS[: len(shown[0].chances)]]
    rows = [(capital(w.event(k.source, k.target, k.kind)), *(w.n(c) for c in k.chances)) for k in facts.kinds]
    first = shown[0]
    return w.chart(
        "kinds",
        canvases,
        (w.s("relation.kind"), *windows),
        rows,
        title=w.s("relation.kinds"),
        sentence=(
            "relation.kinds_sentence",
            {
                "event": w.event(first.source, first.target, first.kind),
                "chance": first.chances[-1],
                "days": str(WINDOWS[len(first.chances) - 1]),
            },
        ),
        note=w.s("relation.kinds_note"),
    )
