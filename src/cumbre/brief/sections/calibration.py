"""The calibration page of the ballot: what past elections say of the forecasts, from the figures that ship with the priors."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from cumbre.brief.charts.calibration import Panel, Series, draw_calibration, draw_measures, draw_panels
from cumbre.brief.charts.canvas import Palette
from cumbre.brief.charts.chart import Chart, drawn
from cumbre.brief.charts.scale import nice
from cumbre.brief.sections.measured import NEAR, Measured, Row
from cumbre.brief.sections.page import Block, Section, Sheet

__all__ = ["calibration_sections", "headline_of"]

SHOWN_OUTRIGHT = (7, 30, 60, 90, 120, 150)


def headline_of(m: Measured) -> tuple[Markup, Markup]:
    """The headline and the reason line."""
    row = next((r for r in m.found["by_horizon"] if r["days"] == 7), m.found["by_horizon"][0])
    cover = m.share(f"cov90.{row['days']}", row["cov90"], row["elections"])
    provenance = m.content["provenance"]
    return (
        m.t("calibration.headline", level="90", cover=cover, days=str(row["days"])),
        m.t(
            "calibration.reason",
            elections=m.count("elections", len(provenance["elections"])),
            ours=m.f(f"crps.{row['days']}", row["crps"], n=row["elections"]),
            bar=m.f(f"crps_reference.{row['days']}", row["crps_reference"], n=row["elections"]),
        ),
    )


def calibration_sections(m: Measured) -> list[Section]:
    """The sections of the page, in order."""
    return [_cover(m), _pit(m), _error(m), _chances(m), _outright(m), _sensitive(m), _limits(m), _method(m)]


def _title(m: Measured, key: str) -> str:
    return m.s(f"calibration.{key}.title")


def _cover(m: Measured) -> Section:
    rows = m.found["by_horizon"]
    styles = ((Palette.indigo, "ring"), (Palette.ochre, "dot"), (Palette.wine, "dot"))
    series, cells = [], []
    for level, name, (colour, style) in zip(NEAR, m.ranges(), styles, strict=True):
        values = tuple((100 * r[f"cov{level}"], 100 * r[f"cov{level}_low"], 100 * r[f"cov{level}_high"]) for r in rows)
        series.append(Series(name, colour, style, values))  # type: ignore[arg-type]
    for r in rows:
        figures = [m.share(f"cov{k}.{r['days']}", r[f"cov{k}"], r["elections"]) for k in NEAR]
        ends = [
            m.s("number.range", low=m.words.decimal(100 * r[f"cov{k}_low"]), high=m.percent(100 * r[f"cov{k}_high"]))
            for k in NEAR
        ]
        said = (Markup('{}<span class="rg"> ({})</span>').format(m.n(f), e) for f, e in zip(figures, ends, strict=True))
        size = m.count(f"size.{r['days']}", r["elections"]), m.count(f"cells.{r['days']}", r["cells"])
        cells.append((m.days(r), m.n(size[0]), m.n(size[1]), *said, m.cell(f"width.{r['days']}", r["width90"], digits=1)))
    canvases = drawn(
        lambda width: draw_measures(width, [m.days(r) for r in rows], series, [30, 40, 50, 60, 70, 80, 90, 100], m.percent,
                                    references=NEAR)
    )  # fmt: skip
    week = next((r for r in rows if r["days"] == 7), rows[0])
    chart = m.chart(
        "coverage", canvases,
        (*m.columns("horizon", "elections", "cells"), *m.ranges(), m.s("calibration.column.width")), cells,
        title=m.s("calibration.cover.chart"),
        sentence=("calibration.cover.sentence", {
            "days": str(week["days"]), "half": m.share(f"cov50.{week['days']}", week["cov50"], week["elections"]),
            "most": m.share(f"cov80.{week['days']}", week["cov80"], week["elections"]),
            "nearly": m.share(f"cov90.{week['days']}", week["cov90"], week["elections"]),
        }),
        note=m.s("calibration.cover.note"),
    )  # fmt: skip
    far = tuple(
        (m.days(r), m.many(f"size.{r['days']}", r["elections"]), m.many(f"cells.{r['days']}", r["cells"]),
         *(m.held(f"cov{k}.{r['days']}", r[f"cov{k}"], r["elections"]) for k in NEAR),
         m.cell(f"width.{r['days']}", r["width90"], digits=1))
        for r in m.found["long"]
    )  # fmt: skip
    blocks: list[Block] = [chart]
    if far:
        columns = (*m.columns("horizon", "elections", "cells"), *m.ranges(), m.s("calibration.column.width"))
        blocks.append(Sheet("far", m.s("calibration.far.title"), columns, far, m.t("calibration.far.note")))
    return Section("cover", _title(m, "cover"), (m.t("calibration.cover.lede"),), tuple(blocks))


def _pit(m: Measured) -> Section:
    rows = m.found["pit_by_horizon"]
    panels = [Panel(m.days(r), tuple(r["share"]), 1.645 * r["sd"]) for r in rows]
    canvases = drawn(lambda width: draw_panels(width, panels, m.percent))
    outside = sum(abs(v - 0.1) > 1.645 * r["sd"] for r in rows for v in r["share"])
    cells = [
        (m.days(r), *(m.held(f"pit.{r['days']}.{b}", v, r["cells"]) for b, v in enumerate(r["share"])),
         m.held(f"slack.{r['days']}", 1.645 * r["sd"])) for r in rows
    ]  # fmt: skip
    bins = tuple(f"{10 * b}\u2013{10 * b + 10}" for b in range(10))
    chart = m.chart(
        "pit", canvases, (m.s("calibration.column.horizon"), *bins, m.s("calibration.column.slack")), cells,
        title=m.s("calibration.pit.chart"),
        sentence=("calibration.pit.sentence", {
            "outside": m.count("outside", outside), "bars": m.count("bars", 10 * len(rows)), "tenth": m.share("tenth", 0.1),
        }),
        note=m.s("calibration.pit.note"),
    )  # fmt: skip
    return Section("pit-section", _title(m, "pit"), (m.t("calibration.pit.lede"),), (chart,))


def _error(m: Measured) -> Section:
    rows = m.found["by_horizon"]
    kinds = (
        ("crps", "cumbre", Palette.wine, "dot"), ("crps_reference", "reference", Palette.indigo, "ring"),
        ("crps_sampling", "sampling", Palette.ochre, "tick"), ("crps_average", "average", Palette.slate, "ring"),
    )  # fmt: skip
    series = [
        Series(m.s(f"calibration.who.{who}"), colour, style,  # type: ignore[arg-type]
               tuple((r[k], *((r["crps_low"], r["crps_high"]) if k == "crps" else (r[k], r[k]))) for r in rows))
        for k, who, colour, style in kinds
    ]  # fmt: skip
    most = max(r["crps_average"] for r in rows)
    canvases = drawn(lambda width: draw_measures(width, [m.days(r) for r in rows], series, nice(0, most, 5), m.plain))
    cells = [
        (m.days(r), *(m.cell(f"{k}.{r['days']}", r[k], n=r["elections"]) for k, *_ in kinds),
         m.held(f"sampling90.{r['days']}", r["cov90_sampling"], r["elections"])) for r in rows
    ]  # fmt: skip
    week = next((r for r in rows if r["days"] == 7), rows[0])
    said = {k.replace("crps_", ""): m.f(f"{k}.{week['days']}", week[k], n=week["elections"]) for k, *_ in kinds}
    chart = m.chart(
        "crps", canvases,
        (m.s("calibration.column.horizon"), *(m.s(f"calibration.who.{who}") for _, who, *_ in kinds), m.s("calibration.column.sampling90")),
        cells, title=m.s("calibration.error.chart"),
        sentence=("calibration.error.sentence", {
            "days": str(week["days"]), "ours": said["crps"], "reference": said["reference"], "average": said["average"],
        }),
        note=m.s("calibration.error.note"),
    )  # fmt: skip
    blocks: list[Block] = [chart]
    if m.rivals.get("rows"):
        blocks.append(_kronikas(m))
    return Section("error", _title(m, "error"), (m.t("calibration.error.lede"),), tuple(blocks))


def _kronikas(m: Measured) -> Sheet:
    rows: list[tuple[Any, ...]] = []
    pairs: dict[tuple[str, int], dict[str, Row]] = {}
    for r in m.rivals["rows"]:
        pairs.setdefault((r["election"], r["days"]), {})[r["who"]] = r
    inside = dict.fromkeys(("Cumbre", "kronikas"), 0)
    total = 0
    for (election, days), both in pairs.items():
        if set(both) != set(inside):
            continue
        cells: list[Any] = [
            Markup("{}, {}").format(election, m.s("calibration.days", n=str(days))),
            m.many(f"polls.{election}.{days}", both["Cumbre"]["polls"]),
        ]
        for who in inside:
            r = both[who]
            key = f"{who.lower()}.{election}.{days}"
            held = m.many(f"held.{key}", r["inside90"]), m.many(f"options.{key}", r["cells"])
            cells += [
                m.t("calibration.of", a=held[0], b=held[1]),
                m.cell(f"rivalwidth.{key}", r["width90"], digits=1),
                m.cell(f"rivalcrps.{key}", r["crps"]),
            ]
            inside[who] += r["inside90"]
        total += both["Cumbre"]["cells"]
        rows.append(tuple(cells))
    columns = [m.s("calibration.column.election"), m.s("calibration.column.polls")]
    for who in inside:
        columns += [f"{who}: {m.s(f'calibration.column.{k}')}" for k in ("held", "width", "crps")]
    note = m.t(
        "calibration.kronikas.note",
        ours=m.share("heldall.cumbre", inside["Cumbre"] / max(total, 1), total),
        theirs=m.share("heldall.kronikas", inside["kronikas"] / max(total, 1), total),
        cells=m.count("heldcells", total), level="90",
    )  # fmt: skip
    return Sheet("kronikas", m.s("calibration.kronikas.title"), tuple(columns), tuple(rows), note)


def _reliable(m: Measured, key: str) -> Chart:
    rows = m.found["reliability"][key]
    points = [
        (100 * r["said"], 100 * r["happened"], 100 * r["low"], 100 * r["high"], m.words.decimal(r["n"])) for r in rows
    ]  # fmt: skip
    axes = (m.s("calibration.chances.said"), m.s("calibration.chances.came"))
    canvases = drawn(lambda width: draw_calibration(width, points, axes, "", m.percent))
    cells = []
    for k, r in enumerate(rows):
        figures = m.share(f"said.{key}.{k}", r["said"], r["n"]), m.share(f"came.{key}.{k}", r["happened"], r["elections"])
        ends = m.s("number.range", low=m.words.decimal(100 * r["low"]), high=m.percent(100 * r["high"]))
        cells.append((
            m.n(figures[0]), Markup('{}<span class="rg"> ({})</span>').format(m.n(figures[1]), ends), m.many(f"chances.{key}.{k}", r["n"]),
            m.many(f"behind.{key}.{k}", r["elections"]),
        ))  # fmt: skip
    worst = max(range(len(rows)), key=lambda k: abs(rows[k]["said"] - rows[k]["happened"]))
    far = rows[worst]
    return m.chart(
        f"reliability-{key.replace('_', '-')}", canvases, (*axes, *m.columns("chances", "elections")), cells,
        title=m.s(f"calibration.chances.{key}"),
        sentence=("calibration.chances.sentence", {
            "said": m.share(f"said.{key}.{worst}", far["said"], far["n"]),
            "came": m.share(f"came.{key}.{worst}", far["happened"], far["elections"]),
            "n": m.count(f"chances.{key}.{worst}", far["n"]),
        }),
        note=m.s("calibration.chances.note"),
    )  # fmt: skip


def _chances(m: Measured) -> Section:
    rows = tuple(
        (m.s("calibration.first_only") if r["days"] == 0 else m.days(r), m.many(f"runoffs.{r['days']}", r["elections"]),
         m.cell(f"rmae.{r['days']}", r["mae"], digits=1), *(m.held(f"rcov{k}.{r['days']}", r[f"cov{k}"], r["elections"]) for k in NEAR),
         m.cell(f"rwidth.{r['days']}", r["width90"], digits=1), m.cell(f"rbrier.{r['days']}", r["brier"]))
        for r in m.found["runoff"]
    )  # fmt: skip
    columns = (*m.columns("horizon", "runoffs", "mae"), *m.ranges(), *m.columns("width", "brier"))
    sheet = Sheet("runoff-scores", m.s("calibration.runoff.title"), columns, rows, m.t("calibration.runoff.note"))
    blocks: list[Block] = [_reliable(m, k) for k in ("top_two", "winner") if m.found["reliability"][k]]
    return Section("chances", _title(m, "chances"), (m.t("calibration.chances.lede"),), (*blocks, sheet))


def _outright(m: Measured) -> Section:
    by = {(r["days"], r["level"]): r for r in m.found["outright"]}
    levels = sorted({level for _, level in by})
    rows = []
    for days in (d for d in SHOWN_OUTRIGHT if (d, levels[0]) in by):
        cells: list[Any] = [m.days(by[days, levels[0]]), m.many(f"states.{days}", by[days, levels[0]]["elections"])]
        for level in levels:
            r, key = by[days, level], f"{level}.{days}"
            expected, sd = m.f(f"expected.{key}", r["expected"], digits=1), m.f(f"expectedsd.{key}", r["sd"], digits=1)
            cells.append(m.t("calibration.outright.cell", expected=m.n(expected), sd=m.n(sd)))
            cells.append(m.many(f"seen.{key}", r["seen"]))
        rows.append(tuple(cells))
    columns = list(m.columns("horizon", "elections"))
    for level in levels:
        columns += [m.s("calibration.column.passes", level=m.percent(level)), m.s("calibration.column.seen")]
    return Section(
        "outright", _title(m, "outright"), (m.t("calibration.outright.lede"),),
        (Sheet("outright-counts", m.s("calibration.outright.sheet"), tuple(columns), tuple(rows), m.t("calibration.outright.note")),),
    )  # fmt: skip


def _one(m: Measured, key: str, measure: str, row: Row) -> Markup:
    """One cell of the sensitivity table."""
    if measure == "cov90":
        return m.held(f"runcov90.{key}.{row['days']}", row[measure], row["elections"])
    digits = 2 if measure == "crps" else 1
    return m.cell(f"run{measure.rstrip('0123456789')}.{key}.{row['days']}", row[measure], digits=digits, n=row["elections"])


def _sensitive(m: Measured) -> Section:
    rows = []
    for measure in ("crps", "cov90", "width90"):
        for key in ("by_horizon", "thin_weighted", "country_out"):
            said = [m.s(f"calibration.run.{key}"), m.s(f"calibration.measure.{measure}", level="90")]
            rows.append((*said, *(_one(m, f"{measure}.{key}", measure, r) for r in m.found[key])))
    columns = (*m.columns("run", "measure"), *(m.days(r) for r in m.found["by_horizon"]))
    memory = tuple(
        (m.s(f"calibration.memory.{k}"), m.cell(f"memory.{k}", v["r"], n=v["n"]), m.cell(f"memorysd.{k}", v["sd"]),
         m.many(f"memoryn.{k}", v["n"]))
        for k, v in m.content["houses"]["persistence"].items()
    )  # fmt: skip
    blocks = (
        Sheet("sensitivity", m.s("calibration.sensitive.sheet"), columns, tuple(rows), m.t("calibration.sensitive.note")),
        Sheet("memory", m.s("calibration.memory.title"), m.columns("role", "memory", "memorysd", "pairs"), memory,
              m.t("calibration.memory.note")),
    )  # fmt: skip
    return Section("sensitive", _title(m, "sensitive"), (m.t("calibration.sensitive.lede"),), blocks)


def _limits(m: Measured) -> Section:
    rows = tuple(
        (m.days(r), m.many(f"large.{r['days']}", r["of"]), m.many(f"late.{r['days']}", r["late"]),
         m.many(f"latetop.{r['days']}", r["late_top2"])) for r in m.found["surprises"]
    )  # fmt: skip
    said = {"level": m.percent(5), "low": m.percent(3)}
    columns = (
        m.s("calibration.column.horizon"), m.s("calibration.column.large", **said), m.s("calibration.column.late", **said),
        m.s("calibration.column.latetop"),
    )  # fmt: skip
    lede = tuple(m.t(f"calibration.limits.{k}") for k in ("surge", "sample", "few", "world"))
    return Section("limits", _title(m, "limits"), lede, (Sheet("surprises", m.s("calibration.limits.sheet"), columns, rows),))


def _method(m: Measured) -> Section:
    p = m.content["provenance"]
    names = Markup(", ").join(Markup("<code>{}</code>").format(e) for e in p["elections"])
    lede = (
        m.t("calibration.method.cells"), m.t("calibration.method.scores"), m.t("calibration.method.elections", names=names),
        m.t("calibration.method.commands", page=Markup("<code>cumbre backtest ballot --data DIR --out FILE --refit loo --page PAGE</code>"),
            prior=Markup("<code>{}</code>").format(p["code"]),
            rival=Markup("<code>python benchmarks/ballot_kronikas.py --data DIR --kronikas-python PYTHON --out FILE</code>")),
    )  # fmt: skip
    return Section("method", _title(m, "method"), lede)
