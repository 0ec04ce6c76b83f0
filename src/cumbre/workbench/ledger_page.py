"""The ledger page: what was forecast and sealed, what came of it, and how the numbers moved through time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from cumbre.brief.charts.calibration import draw_calibration
from cumbre.brief.charts.canvas import Palette
from cumbre.brief.charts.chart import Chart, drawn
from cumbre.brief.charts.series import Line, Moment, draw_series
from cumbre.brief.charts.timeline import letter
from cumbre.brief.facts.relation import Level
from cumbre.brief.sections.page import Block, Sheet, Writer
from cumbre.errors import CumbreError
from cumbre.questions.ledger import ledger_path, read_ledger, verify
from cumbre.questions.replay import replay
from cumbre.questions.track import TrackRecord, track_record
from cumbre.record.case import Case
from cumbre.record.schema import Event
from cumbre.workbench.address import State
from cumbre.workbench.engine import Engine, bare_study
from cumbre.workbench.figures import figure
from cumbre.workbench.jobs import Job, Progress
from cumbre.workbench.language import Words
from cumbre.workbench.pages import pending
from cumbre.workbench.site import render

__all__ = ["ledger_page", "replay_chart", "start_replay"]

REPLAY_DRAWS, REPLAY_DATES, STEP_DAYS = 1_000, 6, 14
MARKED = 6


class _Writer(Writer):
    """A writer whose figures rest on the ledger."""

    def source_line(self, ids: Sequence[str]) -> Markup:
        """The line under a figure."""
        return self.t("wb.source.ledger")


def ledger_page(engine: Engine, state: State) -> str:
    """The whole page."""
    case = engine.case(state)
    study = bare_study(case)
    w = _Writer(study, Words(state.lang))
    blocks, fault = _ledger(w, case)
    key = engine.register(f"ledger-{case.digest}-{state.lang}", study)
    return render(
        "ledger.html.j2",
        state,
        page="ledger",
        case=case,
        w=w,
        blocks=blocks,
        fault=fault,
        key=key,
        replayed=replay_chart(engine, state),
        open_questions=_questions(w, case),
    )


def _questions(w: Writer, case: Case) -> Sheet | None:
    """Questions that the case asks, sealed or not."""
    if not case.questions:
        return None
    rows = tuple(
        (
            w.words.pick(q.text, q.text_es),
            w.words.short_year(q.close_date),
            Markup("<code>{}</code>").format(q.expression),
            q.resolution,
        )
        for q in sorted(case.questions, key=lambda q: q.close_date)
    )
    columns = tuple(w.s(f"wb.ledger.{c}") for c in ("question", "closes", "expression", "resolution"))
    return Sheet("case-questions", w.s("wb.ledger.asked"), columns, rows, w.t("wb.ledger.asked_note", case=case.id), folded=True)


def _asked(w: Writer, row: Mapping[Any, Any]) -> str:
    """A sealed question in the reader's language, where the ledger or the case holds it."""
    known = next((q.text_es for q in w.study.case.questions if q.id == row["question_id"]), "")
    return w.words.pick(str(row["question"]), str(row.get("question_es") or known))


def _ledger(w: Writer, case: Case) -> tuple[list[Block], str]:
    """Tables and the calibration plot of the case's ledger; a fault in its chain is told."""
    path = ledger_path(case)
    if not path.is_file():
        return [w.t("wb.ledger.empty", case=case.id)], ""
    try:
        faults = verify(path)
        record = track_record(read_ledger(path))
    except CumbreError as error:
        return [], str(error)
    blocks: list[Block] = []
    if len(record.open):
        rows = []
        for row in record.open.to_dict("records"):
            chance = figure(
                w.study,
                f"ledger.open.{row['question_id']}",
                float(row["probability"]),
                "chance",
                "wb.rule.sealed",
                label="simulated",
                form="chance",
            )
            rows.append(
                (
                    _asked(w, row),
                    w.words.short_year(row["close_date"]),
                    w.n(chance),
                    w.words.short_year(row["as_of"]),
                )
            )
        columns = tuple(w.s(f"wb.ledger.{c}") for c in ("question", "closes", "chance", "sealed"))
        blocks.append(Sheet("open", w.s("wb.ledger.open"), columns, tuple(rows)))
    if len(record.resolved):
        done = []
        for row in record.resolved.to_dict("records"):
            id_ = row["question_id"]
            chance = figure(
                w.study,
                f"ledger.resolved.{id_}",
                float(row["probability"]),
                "chance",
                "wb.rule.sealed",
                label="simulated",
                form="chance",
            )
            score = figure(w.study, f"ledger.brier.{id_}", float(row["brier"]), "Brier", "wb.rule.brier", form="number", digits=3)
            done.append(
                (
                    _asked(w, row),
                    w.n(chance),
                    w.s(f"wb.outcome.{row['outcome']}"),
                    w.words.short_year(row["date"]),
                    w.n(score),
                    str(row["source"]),
                )
            )
        columns = tuple(w.s(f"wb.ledger.{c}") for c in ("question", "chance", "outcome", "on", "brier", "source"))
        blocks += [Sheet("resolved", w.s("wb.ledger.resolved"), columns, tuple(done)), _calibration(w, record)]
    if not blocks:
        blocks.append(w.t("wb.ledger.empty", case=case.id))
    return blocks, "; ".join(str(fault) for fault in faults)


def _calibration(w: Writer, record: TrackRecord) -> Chart:
    rows, cells = [], []
    for k, row in enumerate(record.calibration.to_dict("records")):
        rows.append(
            (100 * row["mean_probability"], 100 * row["share_yes"], 100 * row["low"], 100 * row["high"], str(int(row["n"])))
        )
        n = figure(w.study, f"ledger.calibration.{k}.n", float(row["n"]), "questions", "wb.rule.calibration_n", form="count")
        said = figure(
            w.study,
            f"ledger.calibration.{k}.said",
            100 * row["mean_probability"],
            "per cent",
            "wb.rule.calibration_said",
            form="percent",
        )
        came = figure(
            w.study,
            f"ledger.calibration.{k}.came",
            100 * row["share_yes"],
            "per cent",
            "wb.rule.calibration_came",
            form="percent",
            low=100 * row["low"],
            high=100 * row["high"],
            level=0.9,
        )
        cells.append((w.n(said), w.band(came), w.n(n)))
    brier = figure(
        w.study,
        "ledger.brier",
        float(record.resolved["brier"].mean()),
        "Brier",
        "wb.rule.brier_mean",
        digits=3,
        n=len(record.resolved),
    )
    count = figure(w.study, "ledger.n", float(len(record.resolved)), "questions", "wb.rule.calibration_n", form="count")
    axes = (w.s("wb.calibration.said"), w.s("wb.calibration.came"))
    canvases = drawn(
        lambda width: draw_calibration(width, rows, axes, w.s("wb.calibration.perfect"), lambda v: w.words.decimal(v) + "\u00a0%")
    )
    return w.chart(
        "calibration",
        canvases,
        (*axes, w.s("wb.calibration.n")),
        cells,
        title=w.s("wb.calibration"),
        sentence=("wb.calibration.sentence", {"n": count, "brier": brier}),
        note=w.s("wb.calibration.note"),
    )


# replay


def _dates(case: Case) -> tuple[dt.date, dt.date]:
    first = min((e.date for e in case.events), default=case.as_of)
    start = case.as_of - dt.timedelta(days=STEP_DAYS * (REPLAY_DATES - 1))
    while start < first and start + dt.timedelta(days=STEP_DAYS) < case.as_of:
        start += dt.timedelta(days=STEP_DAYS)
    return start, case.as_of


def _replay_key(case: Case) -> tuple[str, str]:
    return ("replay", case.digest)


def start_replay(engine: Engine, state: State) -> Job:
    """Forecast again from each earlier date; the result is kept while the server lives."""
    case = engine.case(state)
    start, end = _dates(case)
    key = _replay_key(case)

    def work(tell: Progress) -> pd.DataFrame:
        frame = replay(case, start, end, STEP_DAYS, draws=REPLAY_DRAWS, progress=lambda share, _: tell(share, "replay"))
        engine.replays.put(key, frame)
        engine.changed()
        return frame

    known = engine.jobs.find(key)
    if known is not None and known.state in ("failed", "cancelled"):
        engine.jobs.forget(key)
    engine.changed()
    return engine.jobs.submit(key, work, urgent=False)


def replay_chart(engine: Engine, state: State) -> str:
    """The paths with the events of their weeks, the progress of the run, or the button that starts it."""
    case = engine.case(state)
    key = _replay_key(case)
    frame = engine.replays.get(key)
    if frame is None:
        job = engine.jobs.find(key)
        if job is not None and job.state != "done":
            return pending(state, job, "/ledger/replay")
        return render("replay_start.html.j2", state)
    study = bare_study(case)
    w = Writer(study, Words(state.lang))
    start, _ = _dates(case)
    events = sorted((e for e in case.events if start <= e.date), key=lambda e: -abs(e.intensity))[:MARKED]
    events.sort(key=lambda e: (e.date, e.id))
    charts = [c for c in (_paths(w, frame, events, unit) for unit in ("chance", "%")) if c is not None]
    named = [
        (letter(k), w.words.short_year(e.date), w.words.pick(e.summary, e.summary_es), w.marks(e.source_id))
        for k, e in enumerate(events)
    ]
    register = engine.register(f"replay-{case.digest}-{state.lang}", study)
    return render("replay.html.j2", state, w, charts=charts, named=named, key=register)


def _paths(w: Writer, frame: pd.DataFrame, events: list[Event], unit: str) -> Chart | None:
    chosen = frame[frame["unit"] == unit]
    if unit == "chance":
        chosen = chosen[chosen["number"].astype(str).str.startswith(("ballot.win.", "table.deal"))]
        last = chosen.groupby("number")["value"].last().sort_values(ascending=False)
        names = [str(n) for n in last.index[:4]]
    else:
        names = [str(n) for n in dict.fromkeys(chosen["number"])][:1]
    lines, rows = [], []
    scale = 100 if unit == "chance" else 1
    for k, name in enumerate(names):
        part = chosen[(chosen["number"] == name) & np.isfinite(chosen["value"])]
        if len(part) < 2:
            continue
        days = tuple(pd.Timestamp(d).date() for d in part["as_of"])
        middle = scale * part["value"].to_numpy(float)
        error = scale * part["mc_error"].to_numpy(float)
        low, high = (
            (middle - 1.28 * error, middle + 1.28 * error)
            if unit == "chance"
            else (part["low"].to_numpy(float), part["high"].to_numpy(float))
        )
        text = str(part["text_es" if w.spanish else "text"].iloc[-1])
        who = name.removeprefix("ballot.win.")
        short = (
            w.surname(who)
            if name.startswith("ballot.win.")
            else w.s("wb.replay.deal")
            if name == "table.deal"
            else w.s("wb.replay.approval")
        )
        lines.append(Line(short, Palette.people[k % 5], past=Level(days, middle, low, high), dash=Palette.dashes[k % 5]))
        cells = [
            w.n(
                figure(
                    w.study,
                    f"replay.{name}.{d}",
                    float(v),
                    "per cent",
                    "wb.rule.replay",
                    label="simulated",
                    form="percent",
                    n=REPLAY_DRAWS,
                )
            )
            for d, v in zip(days, middle, strict=True)
        ]
        rows += [(text, w.words.short_year(d), cell) for d, cell in zip(days, cells, strict=True)]
    if not lines:
        return None
    first, last_day = (
        min(line.past.dates[0] for line in lines if line.past),
        max(line.past.dates[-1] for line in lines if line.past),
    )
    moments = [Moment(e.date, letter(k)) for k, e in enumerate(events) if first <= e.date <= last_day]
    canvases = drawn(
        lambda width: draw_series(
            width,
            lines,
            moments,
            first=first,
            last=last_day,
            say=lambda v: w.words.decimal(v, 0 if v == round(v) else 1) + "\u00a0%",
            month=lambda d: w.words.month(d, short=True),
            height=320,
            floor=0,
        )
    )
    key = "chances" if unit == "chance" else "approval"
    start = w.words.date(first)
    return w.chart(
        f"replay-{key}",
        canvases,
        tuple(w.s(f"wb.replay.{c}") for c in ("number", "as_of", "value")),
        rows,
        title=w.s(f"wb.replay.{key}_title"),
        sentence=("wb.replay.sentence", {"day": start}),
        note=w.s("wb.replay.note"),
    )
