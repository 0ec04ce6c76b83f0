"""The record page: what happened, what was read, what was polled."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from markupsafe import Markup

from cumbre.brief.charts.chart import Chart
from cumbre.brief.facts.record import record_facts
from cumbre.brief.numbers import Figure
from cumbre.brief.sections.page import Sheet, Writer
from cumbre.brief.sections.record import record_section
from cumbre.read import Proposal
from cumbre.record.schema import Kind
from cumbre.workbench.address import State
from cumbre.workbench.articles import marked
from cumbre.workbench.engine import Engine, bare_study
from cumbre.workbench.figures import figure
from cumbre.workbench.jobs import Job
from cumbre.workbench.language import Words
from cumbre.workbench.pages import pending
from cumbre.workbench.polls import OTHERS, named
from cumbre.workbench.site import render

__all__ = ["event_rows", "houses", "proposal_cards", "record_page"]


def event_rows(w: Writer) -> list[dict[str, Any]]:
    """Rows of the table of events, newest first; every intensity has its passport."""
    case, rows = w.study.case, []
    for event in sorted(case.events, key=lambda e: (e.date, e.id), reverse=True):
        intensity = figure(
            w.study,
            f"record.{event.id}.intensity",
            event.intensity,
            "scale -10 to 10",
            "wb.rule.intensity",
            sources=event.source_id,
            form="signed",
            digits=0 if event.intensity == round(event.intensity) else 1,
            label="judged",
        )
        rows.append(
            {
                "date": event.date.isoformat(),
                "day": w.words.short_year(event.date),
                "source": event.source,
                "target": event.target,
                "who": w.s("record.who", a=w.side(event.source), b=w.side(event.target)),
                "what": w.words.pick(event.summary, event.summary_es),
                "kind": event.type.value,
                "kind_words": w.words.either(f"kind.{event.type}", event.type.value.lower()),
                "mode": event.mode,
                "mode_words": w.s(f"record.{event.mode}"),
                "intensity": intensity,
                "raw": f"{event.intensity:g}",
                "marks": w.marks(event.source_id),
                "sides": f"{event.source} {event.target}",
            }
        )
    return rows


def _polls(w: Writer) -> list[tuple[Any, ...]]:
    rows = []
    polls: dict[str, list[Any]] = {}
    for row in w.study.case.polls:
        polls.setdefault(row.poll_id, []).append(row)
    for id_, group in sorted(polls.items(), key=lambda item: item[1][0].field_end, reverse=True):
        head = group[0]
        shares: list[Markup] = []
        for row in sorted(group, key=lambda r: -r.share_pct):
            share = figure(
                w.study,
                f"record.poll.{id_}.{row.kind}.{row.candidate}",
                row.share_pct,
                "per cent",
                "wb.rule.poll_share",
                sources=row.source_id,
                form="percent",
                digits=1,
            )
            who = w.person(row.candidate) if row.kind in ("candidate", "blank") else w.s(f"ballot.kind.{row.kind}")
            shares.append(Markup("{} {}").format(who, w.n(share)))
        size: Figure | None = None
        if head.sample_size:
            size = figure(
                w.study,
                f"record.poll.{id_}.n",
                head.sample_size,
                "persons",
                "wb.rule.poll_n",
                sources=head.source_id,
                form="count",
            )
        day = Markup('<time datetime="{}">{}</time>').format(head.field_end.isoformat(), w.words.short_year(head.field_end))
        rows.append(
            (
                day,
                head.pollster,
                w.s(f"wb.question.{head.question}"),
                w.n(size),
                Markup(" · ").join(shares),
                w.marks(head.source_id),
            )
        )
    return rows


def record_page(engine: Engine, state: State, notice: str = "") -> str:
    """The whole page."""
    case = engine.case(state)
    study = bare_study(case)
    w = Writer(study, Words(state.lang))
    section = record_section(w, record_facts(study))
    timeline = [block for block in section.blocks if isinstance(block, Chart)]
    words = [block for block in section.blocks if not isinstance(block, Chart)]
    rows = event_rows(w)
    kinds = [
        (kind.value, w.words.either(f"kind.{kind}", kind.value.lower()))
        for kind in Kind
        if any(r["kind"] == kind.value for r in rows)
    ]
    sides = [(id_, w.side(id_)) for id_ in sorted({s for r in rows for s in (r["source"], r["target"])})]
    polls = Sheet(
        "polls-table",
        w.s("wb.polls"),
        tuple(w.s(f"wb.poll.{c}") for c in ("last_day", "pollster", "question", "n", "shares", "source")),
        tuple(_polls(w)),
    )
    key = engine.register(f"record-{case.digest}-{state.lang}", study)
    return render(
        "record.html.j2",
        state,
        w,
        page="record",
        case=case,
        timeline=timeline,
        extra=words,
        lede=section.lede,
        rows=rows,
        kinds=kinds,
        sides=sides,
        polls=polls if case.polls else None,
        key=key,
        notice=notice,
        candidates=named(case),
        others=OTHERS,
        bundled=engine.is_bundled(state),
        copy_name=engine.copy_name(state),
        count=w.words.decimal(len(rows)),
        folder=str(engine.folder(state.case)),
    )


def proposal_cards(engine: Engine, state: State, proposals: list[Proposal], note: str = "") -> str:
    """Cards to review: the quote with its words marked, and a form to correct it."""
    case, words = engine.case(state), Words(state.lang)
    cards = []
    for proposal in proposals:
        id_ = f"{proposal.document.id}.{proposal.event.id}"
        engine.proposals.put(id_, proposal)
        cards.append(
            {
                "id": id_,
                "quote": marked(proposal),
                "p": proposal,
                "day": proposal.date.isoformat() if proposal.date else "",
                "sure": words.percent(proposal.event.confidence),
                "title": proposal.document.title or proposal.document.name,
                "missing": [(line.split(":")[0]) for line in proposal.missing],
            }
        )
    actors = [(row.id, words.pick(row.name, row.name_es)) for row in case.actors]
    kinds = [(kind.value, words.either(f"kind.{kind}", kind.value.lower())) for kind in Kind]
    issues = [(row.id, words.pick(row.title, row.title_es)) for row in case.issues]
    return render("proposals.html.j2", state, cards=cards, actors=actors, kinds=kinds, issues=issues, note=note)


def houses(engine: Engine, state: State) -> str:
    """House effects of the pollsters as the ballot stage estimates them."""
    view = engine.view(replace(state, do=(), given=()), 1.5)
    if isinstance(view, Job):
        return pending(state, view, "/record/houses")
    base, study = view.base, view.base.opened()
    w = Writer(study, Words(state.lang))
    table = study.readout("ballot", "houses", "house_effects")
    if table is None:
        return render("none.html.j2", state, words_key="wb.houses.none")
    found: dict[str, list[Any]] = {}
    names = list(dict.fromkeys(str(c) for c in table["candidate"]))[:6]
    for row in table.to_dict("records"):
        if str(row["candidate"]) in names:
            effect = figure(
                study,
                f"record.house.{row['pollster']}.{row['candidate']}",
                float(row["effect"]),
                "points",
                "wb.rule.house",
                label="estimated",
                low=float(row["effect"]) - 1.2816 * float(row["sd"]),
                high=float(row["effect"]) + 1.2816 * float(row["sd"]),
                level=0.8,
                form="points",
                digits=1,
            )
            found.setdefault(str(row["pollster"]), []).append(w.band(effect))
    rows = tuple((pollster, *cells) for pollster, cells in found.items())
    sheet = Sheet(
        "houses", w.s("wb.houses"), (w.s("wb.poll.pollster"), *(w.surname(n) for n in names)), rows, w.t("wb.houses.note")
    )
    key = engine.register(f"houses-{base.case.digest}-{state.lang}", study)
    return render("block.html.j2", state, w, block=sheet, key=key)
