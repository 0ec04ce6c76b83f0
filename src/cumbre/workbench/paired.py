"""Base in grey, yours in colour: the numbers and charts of two paired runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cumbre.brief.charts.canvas import Palette
from cumbre.brief.charts.chart import Chart, drawn
from cumbre.brief.charts.rows import Mark, RowSpec, draw_rows
from cumbre.brief.charts.scale import nice
from cumbre.brief.charts.series import Line, Moment, draw_series
from cumbre.brief.facts.relation import Level
from cumbre.brief.facts.study import Study
from cumbre.brief.numbers import Figure, Form, rule
from cumbre.brief.sections.page import Writer
from cumbre.questions.headlines import Headline
from cumbre.record.passport import Passport
from cumbre.workbench.runs import Mask, Run, View
from cumbre.worlds import FEWEST

__all__ = ["Pair", "charts", "pairs", "past"]

GREY = Palette.slate
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Pair:
    """One headline number: base, yours, and how far apart they are."""

    number: Headline
    base: Figure
    yours: Figure
    gap: Figure | None


def _form(number: Headline) -> tuple[Form, int]:
    match number.unit:
        case "chance":
            return "chance", 0
        case "%" | "per cent":
            return "percent", 1
        case "points":
            return "points", 2
    return "number", 2


class _Spread(NamedTuple):
    """A column of numbers in short: how many are defined, mean, its Monte Carlo error, and the central 80 %."""

    n: int
    mean: float
    error: float
    low: float
    high: float


def _spread(column: FloatArray) -> _Spread:
    known = column[np.isfinite(column)]
    n = int(known.size)
    if not n:
        return _Spread(0, float("nan"), float("nan"), float("nan"), float("nan"))
    places = [int(0.1 * (n - 1)), int(0.9 * (n - 1))]
    parts = np.partition(known, places)
    return _Spread(n, float(known.mean()), float(known.std() / np.sqrt(n)), float(parts[places[0]]), float(parts[places[1]]))


def _spreads(run: Run) -> list[_Spread]:
    """Of every headline number over all worlds of a run; made once."""
    known = run.cache.get("spreads")
    if known is None:
        known = [_spread(run.table[:, k]) for k in range(run.table.shape[1])]
        run.cache.put("spreads", known)
    return known  # type: ignore[no-any-return]


def _figure(w: Writer, which: str, number: Headline, spread: _Spread) -> Figure:
    form, digits = _form(number)
    low, high = spread.low, spread.high
    if number.is_chance:
        low, high = max(spread.mean - 1.2816 * spread.error, 0.0), min(spread.mean + 1.2816 * spread.error, 1.0)
    passport = Passport(
        f"{which}.{number.id}",
        spread.mean if spread.n else None,
        number.unit,
        "simulated",
        f"{which}: {number.text}",
        low=low if spread.n else None,
        high=high if spread.n else None,
        level=0.8,
        n=spread.n,
        mc_error=spread.error if spread.n else None,
        note=number.expression,
    )
    return w.study.numbers.add(passport, form, digits, rule(f"wb.rule.{which}", what=number.text))


def pairs(w: Writer, view: View) -> list[Pair]:
    """Every headline number, base beside yours; a difference is of the same worlds where none were dropped."""
    before, after = view.base.table, view.yours.table
    all_kept = bool(view.mask.all())
    kept = after if all_kept else after[view.mask]
    found = []
    same = view.state.is_base
    of_base = _spreads(view.base)
    of_yours = _spreads(view.yours) if all_kept else [_spread(kept[:, k]) for k in range(kept.shape[1])]
    for k, number in enumerate(view.base.numbers):
        if not of_base[k].n and not of_yours[k].n:
            continue
        base, yours = _figure(w, "base", number, of_base[k]), _figure(w, "yours", number, of_yours[k])
        gap = None
        if not same and base.sayable and yours.sayable:
            gap = _gap(w, number, before[:, k], kept[:, k], base, yours, all_kept)
        found.append(Pair(number, base, yours, gap))
    return found


def _gap(w: Writer, number: Headline, before: FloatArray, after: FloatArray, base: Figure, yours: Figure, paired: bool) -> Figure:
    scale = 100.0 if number.is_chance else 1.0
    if paired:
        apart = after - before
        error = float(np.nanstd(apart) / np.sqrt(max(np.isfinite(apart).sum(), 1)))
    else:
        error = float(np.hypot(base.passport.mc_error or 0.0, yours.passport.mc_error or 0.0))
    moved = scale * (yours.value - base.value)
    unit = "points" if number.unit in ("chance", "%", "per cent", "points") else number.unit
    passport = Passport(
        f"gap.{number.id}",
        moved,
        unit,
        "simulated",
        f"yours less base: {number.expression}",
        low=moved - 1.2816 * scale * error,
        high=moved + 1.2816 * scale * error,
        level=0.8,
        n=yours.passport.n,
        mc_error=scale * error,
        rests_on=(base.passport.id, yours.passport.id),
    )
    known = rule("wb.rule.gap_paired" if paired else "wb.rule.gap_kept", what=number.text)
    digits = 1 if number.is_chance or number.unit in ("%", "per cent") else 2
    return w.study.numbers.add(passport, "points" if unit == "points" else "signed", digits, known)


def _level(study: Study, values: npt.NDArray[np.floating], stage: str) -> Level:
    """Central 80 % of each week."""
    n = len(values)
    places = [int(q * (n - 1)) for q in (0.1, 0.5, 0.9)]
    low, middle, high = np.partition(values, places, axis=0)[places].astype(float)
    return Level(tuple(study.week_dates(stage)), middle, low, high)


def _fan(run: Run, mask: Mask, name: str) -> Level | None:
    """The fan of a weekly variable in the worlds kept; that of all worlds is computed once."""
    whole = bool(mask.all())
    if whole and (known := run.cache.get(("fan", name))) is not None:
        return known  # type: ignore[no-any-return]
    study = run.study
    if name == "approval":
        if not study.has("home", "approval"):
            return None
        stage, values = "home", study.array("home", "approval")
    else:
        if not study.has("relation", "index") or study.pair not in study.labels("relation", "pair"):
            return None
        stage = "relation"
        values = study.array("relation", "index")[:, study.labels("relation", "pair").index(study.pair), :]
    kept = values if whole else values[mask]
    if len(kept) < FEWEST or not np.isfinite(kept).all():
        return None
    level = _level(study, kept, stage)
    if whole:
        run.cache.put(("fan", name), level)
    return level


def charts(w: Writer, view: View, found: Sequence[Pair]) -> list[Chart]:
    """The charts of the case page, in the order of the stages."""
    drawings = [_series(w, view, found, "index"), _issues(w, found), _series(w, view, found, "approval"), _wins(w, found)]
    return [chart for chart in drawings if chart is not None]


def _series(w: Writer, view: View, found: Sequence[Pair], name: str) -> Chart | None:
    base = _fan(view.base, np.ones(view.base.worlds.draws, dtype=bool), name)
    if base is None:
        return None
    case, study = view.base.case, view.base.study
    stage = "relation" if name == "index" else "home"
    number = next((p for p in found if p.number.id.startswith("relation.index" if name == "index" else "home.approval")), None)
    yours = None if view.state.is_base else _fan(view.yours, view.mask, name)
    colour = Palette.indigo if name == "index" else Palette.wine
    known = view.base.past.get(name) if view.hurried else past(view.base, name)
    lines = [Line(w.s("wb.base") if yours else "", GREY if yours or not view.state.is_base else colour, past=known, future=base)]
    if yours is not None:
        lines.append(Line(w.s("wb.yours"), colour, future=yours))
    first = known.dates[0] if known else base.dates[0]
    first = max(first, case.as_of.replace(year=case.as_of.year - 1))
    moments = [Moment(case.as_of, w.words.short(case.as_of))]
    if study.vote_day < case.horizon:
        moments.append(Moment(study.vote_day, w.s("chart.vote")))
    percent = "\u00a0%" if name == "approval" else ""
    canvases = drawn(
        lambda width: draw_series(
            width,
            lines,
            moments,
            first=first,
            last=base.dates[-1],
            say=lambda v: w.words.decimal(v, 0 if v == round(v) else 1) + percent,
            month=lambda d: w.words.month(d, short=True),
            height=280,
            zero=name == "index",
            low_label=w.s("relation.conflict") if name == "index" else "",
            high_label=w.s("relation.cooperation") if name == "index" else "",
        )
    )
    rows = [_row(w, number)] if number else []
    return w.chart(
        f"pair-{name}",
        canvases,
        _columns(w),
        rows,
        title=w.s(f"wb.chart.{name}"),
        note=w.s("wb.chart.fan_note"),
        sentence=_sentence(w, f"wb.chart.{stage}_says", number),
    )


def past(run: Run, name: str) -> Level | None:
    """What was estimated up to the date, from the read-outs of the stage; computed once a case."""
    if name not in run.past:
        from cumbre.brief.facts.home import home_facts
        from cumbre.brief.facts.relation import relation_facts

        facts = (relation_facts if name == "index" else home_facts)(run.opened())
        run.past[name] = facts.past if facts is not None else None
    found: Level | None = run.past[name]
    return found


def _columns(w: Writer) -> tuple[str, ...]:
    return w.s("wb.column.number"), w.s("wb.base"), w.s("wb.yours"), w.s("wb.column.gap")


def _row(w: Writer, pair: Pair) -> tuple[object, ...]:
    return (
        pair.number.words(w.words.lang),
        w.band(pair.base),
        w.band(pair.yours),
        w.n(pair.gap) if pair.gap else w.s("number.none"),
    )


def _sentence(w: Writer, key: str, pair: Pair | None) -> tuple[str, dict[str, object]]:
    if pair is None:
        return "wb.chart.plain", {}
    if pair.gap is None:
        return f"{key}.base", {"base": pair.base}
    return f"{key}.both", {"base": pair.base, "yours": pair.yours, "gap": pair.gap}


def _dots(
    w: Writer, shown: Sequence[Pair], labels: Sequence[str], id_: str, key: str, scale: float, colours: Sequence[str]
) -> Chart:
    specs = []
    for pair, label, colour in zip(shown, labels, colours, strict=True):
        base = scale * pair.base.value
        marks = [Mark(base, colour=GREY if pair.gap else colour, style="ring" if pair.gap else "dot")]
        said = w.words.form(pair.base, pair.base.value) if pair.base.form != "chance" else w.words.percent(pair.base.value)
        if pair.gap is not None:
            value = scale * pair.yours.value
            marks = [
                Mark(base, min(base, value), max(base, value), GREY, "tick"),
                *marks,
                Mark(value, colour=colour, style="dot"),
            ]
            said = w.words.percent(pair.yours.value) if pair.base.form == "chance" else w.words.form(pair.yours, pair.yours.value)
        specs.append(RowSpec(label, tuple(marks), said))
    values = [m.value for s in specs for m in s.marks]
    ticks = (
        [0, 25, 50, 75, 100]
        if scale == 100 and max(values) > 50
        else nice(min(0.0, *values), max(10.0 if scale == 100 else 1.0, *values), 5)
    )
    canvases = drawn(
        lambda width: draw_rows(
            width, specs, ticks, lambda v: w.words.decimal(v, 0 if v == round(v) else 1) + ("\u00a0%" if scale == 100 else "")
        )
    )
    top = max((p for p in shown if p.gap), key=lambda p: abs(p.gap.value) if p.gap else 0, default=shown[0])
    return w.chart(
        id_,
        canvases,
        _columns(w),
        [_row(w, p) for p in shown],
        title=w.s(f"wb.chart.{key}"),
        sentence=(
            f"wb.chart.{key}_says.{'both' if top.gap else 'base'}",
            {
                "what": top.number.words(w.words.lang),
                "base": top.base,
                **({"yours": top.yours, "gap": top.gap} if top.gap else {}),
            },
        ),
        note=w.s("wb.chart.dots_note"),
    )


def _wins(w: Writer, found: Sequence[Pair]) -> Chart | None:
    shown = [p for p in found if p.number.id.startswith("ballot.win.") and p.base.sayable and p.yours.sayable]
    shown = sorted(shown, key=lambda p: -p.base.value)[:8]
    if not shown:
        return None
    labels = [w.person(p.number.subject[0]) for p in shown]
    colours = [Palette.people[min(k, 4)] for k in range(len(shown))]
    return _dots(w, shown, labels, "pair-wins", "wins", 100.0, colours)


def _issues(w: Writer, found: Sequence[Pair]) -> Chart | None:
    """Where issues settle on average, as a share of the way along their scales."""
    case = w.study.case
    shown = [p for p in found if p.number.id.startswith("table.issue.") and p.base.sayable and p.yours.sayable]
    if not shown:
        return None
    if any(p.gap for p in shown):
        span = {p.number.id: case.issue[p.number.subject[0]].high - case.issue[p.number.subject[0]].low for p in shown}
        shown = sorted(shown, key=lambda p: -abs(p.gap.value if p.gap else 0.0) / span[p.number.id])
    specs = []
    for pair in shown[:9]:
        issue = case.issue[pair.number.subject[0]]

        def place(value: float, issue=issue) -> float:  # type: ignore[no-untyped-def]
            return float(100 * (value - issue.low) / (issue.high - issue.low))

        base, now = place(pair.base.value), place(issue.status_quo)
        marks = [
            Mark(now, colour=Palette.ink, style="tick"),
            Mark(base, colour=GREY if pair.gap else Palette.indigo, style="ring" if pair.gap else "dot"),
        ]
        said = w.words.form(pair.yours, pair.yours.value)
        if pair.gap is not None:
            marks.append(Mark(place(pair.yours.value), colour=Palette.indigo, style="dot"))
        ends = w.s("wb.chart.scale", low=_end(w, issue, issue.low), high=_end(w, issue, issue.high))
        specs.append(RowSpec(w.issue(issue), tuple(marks), said, ends))
    canvases = drawn(lambda width: draw_rows(width, specs, [0, 25, 50, 75, 100], lambda v: w.words.decimal(v) + "\u00a0%"))
    top = max((p for p in shown if p.gap), key=lambda p: abs(p.gap.value) if p.gap else 0, default=shown[0])
    return w.chart(
        "pair-issues",
        canvases,
        _columns(w),
        [_row(w, p) for p in shown],
        title=w.s("wb.chart.issues"),
        sentence=(
            f"wb.chart.issues_says.{'both' if top.gap else 'base'}",
            {
                "what": w.issue(top.number.subject[0]),
                "base": top.base,
                **({"yours": top.yours, "gap": top.gap} if top.gap else {}),
            },
        ),
        note=w.s("wb.chart.issues_note"),
    )


def _end(w: Writer, issue, value: float) -> str:  # type: ignore[no-untyped-def]
    return w.step(issue, value) if issue.labels else f"{w.words.decimal(value)} {w.unit(issue)}".strip()
