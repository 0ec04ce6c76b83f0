"""Section 5: the election in the same worlds."""

from __future__ import annotations

import datetime as dt

import numpy as np
from markupsafe import Markup

from cumbre.brief.charts.canvas import Palette
from cumbre.brief.charts.chain import draw_chain
from cumbre.brief.charts.chart import Chart, drawn
from cumbre.brief.charts.rows import Mark, RowSpec, draw_rows
from cumbre.brief.charts.series import Line, Moment, draw_series
from cumbre.brief.charts.stack import Part, StackRow, draw_stack
from cumbre.brief.facts.ballot import BallotFacts, PrimaryFacts
from cumbre.brief.facts.polls import PollTable
from cumbre.brief.facts.relation import Level
from cumbre.brief.sections.page import Block, Section, Sheet, Writer

__all__ = ["ballot_section"]

SHOWN_DAYS = 180
SHOWN_PEOPLE = 14


def ballot_section(w: Writer, facts: BallotFacts | None) -> Section:
    """Polls and fan, primaries, the two rounds, transfers."""
    title, election = w.s("ballot.title"), w.study.case.election
    if facts is None or election is None:
        return Section("ballot", title, (w.t("ballot.empty"),))
    leader = facts.leader
    lede = [w.t("ballot.lede", name=w.person(leader.id), win=leader.win, day=election.runoff or election.first_round)]
    front = max(facts.people, key=lambda p: p.first.value)
    lede.append(
        w.t(
            "ballot.first_round",
            name=w.person(front.id),
            first=front.first,
            share=front.share,
            range=w.words.range(front.share),
            day=election.first_round,
            decided=facts.decided,
        )
    )
    if facts.pairs:
        pair = facts.pairs[0]
        lede.append(
            w.t("ballot.pair", first=w.person(pair.first), second=w.person(pair.second), chance=pair.chance, wins=pair.wins)
        )
    if facts.moved is not None and facts.successor is not None:
        lede.append(w.t("ballot.moved", name=w.person(facts.successor.id), moved=facts.moved, range=w.words.range(facts.moved)))
    if not facts.polls:
        lede.append(w.t("ballot.no_polls"))
    elif facts.last_poll is not None:
        lede.append(w.t("ballot.last_poll", day=facts.last_poll))
    blocks: list[Block] = [_polls(w, facts)]
    if facts.weights is not None:
        blocks += [_weights(w, facts.weights), _leans(w, facts.weights)]
    blocks += [_primary(w, p) for p in facts.primaries if p.people]
    if not facts.primaries:
        blocks.append(w.t("ballot.no_primaries"))
    blocks.append(_chain(w, facts))
    if facts.heads:
        blocks.append(_heads(w, facts))
    if facts.transfers:
        blocks.append(_transfers(w, facts))
    blocks += _people(w, facts)
    return Section("ballot", title, tuple(lede), tuple(blocks))


def _polls(w: Writer, facts: BallotFacts) -> Chart:
    election, case = w.study.case.election, w.study.case
    assert election is not None
    top = facts.top[:6]
    since = case.as_of - dt.timedelta(days=SHOWN_DAYS)
    first = min([p.field_end for p, _ in facts.polls if p.field_end >= since], default=since) - dt.timedelta(days=5)
    lines = []
    for person in top:
        trend = [point for point in person.trend if point[0] <= case.as_of]
        past = None
        if len(trend) > 1:
            days, middle, low, high = zip(*trend, strict=True)
            past = Level(tuple(days), *(np.asarray(column, dtype=float) for column in (middle, low, high)))
        dots = tuple((p.field_end, f.value) for p, f in facts.polls if p.candidate == person.id)
        label = f"{w.surname(person.id)} {w.words.form(person.share, person.share.value)}"
        lines.append(
            Line(
                label,
                w.colour(person.id),
                past=past,
                dots=dots,
                end=(person.share.low, person.share.value, person.share.high),
                dash=w.dash(person.id),
            )
        )
    moments = [Moment(case.as_of, w.words.short(case.as_of)), Moment(election.first_round, w.words.short(election.first_round))]
    moments[1:1] = [Moment(day, "") for day in sorted({p.primary.date for p in facts.primaries}) if day > case.as_of]
    canvases = drawn(
        lambda width: draw_series(
            width,
            lines,
            moments,
            first=first,
            last=election.first_round,
            say=lambda v: w.words.decimal(v) + "\u00a0%",
            month=lambda d: w.words.month(d, short=True),
            height=380,
            floor=0,
        )
    )
    rows = [
        (
            w.words.short_year(p.field_end),
            p.pollster,
            w.person(p.candidate) if p.kind == "candidate" else w.s(f"ballot.kind.{p.kind}"),
            w.n(f),
            w.marks(p.source_id),
        )
        for p, f in facts.polls
    ]
    rows += [
        (w.words.short_year(election.first_round), w.s("home.worlds"), w.person(p.id), w.band(p.share), Markup(""))
        for p in facts.top
    ]
    said = {"name": w.person(top[0].id), "share": top[0].share, "range": w.words.range(top[0].share)}
    sources = [s for p, _ in facts.polls[-8:] for s in p.source_id]
    return w.drawing(
        "ballot.polls", "polls", canvases, ("date", "pollster", "who", "share", "source"), rows, said, sources=sources
    )


def _weights(w: Writer, table: PollTable) -> Sheet:
    """The poll of polls: what each poll weighs and what it moved, the latest first."""
    first = w.surname(table.people[0])
    rows = tuple(
        (
            w.words.short_year(r.day), r.pollster, w.s(f"ballot.question.{r.kind}"), w.n(r.n), w.n(r.weight), w.n(r.moved),
        )
        for r in reversed(table.rows)
    )  # fmt: skip
    columns = (
        *(w.s(f"ballot.column.{c}") for c in ("date", "pollster", "question", "asked")), w.s("ballot.column.weight", name=first),
        w.s("ballot.column.moved", name=first),
    )  # fmt: skip
    return Sheet("poll-weights", w.s("ballot.weights"), columns, rows, w.t("ballot.weights_note"))


def _leans(w: Writer, table: PollTable) -> Sheet:
    """How each house stands to the others."""
    rows = tuple((h.name, w.n(h.polls), w.n(h.earlier), *(w.band(lean) for lean in h.leans)) for h in table.houses)
    leans = (w.s("ballot.column.lean", name=w.surname(p)) for p in table.people)
    columns = (w.s("ballot.column.pollster"), w.s("ballot.column.polls"), w.s("ballot.column.earlier"), *leans)
    return Sheet("houses", w.s("ballot.houses"), columns, rows, w.t("ballot.houses_note"))


def _primary(w: Writer, facts: PrimaryFacts) -> Chart:
    name = w.words.pick(facts.primary.name, facts.primary.name_es)
    people = [p for p in facts.people if p[1].sayable][:8]
    specs = [
        RowSpec(w.person(id_), (Mark(100 * win.value, colour=w.colour(id_), style="bar"),), w.words.percent(win.value))
        for id_, win, _ in people
    ]
    canvases = drawn(
        lambda width: draw_rows(width, specs, [0, 25, 50, 75, 100], lambda v: w.words.decimal(v) + "\u00a0%", label_share=0.28)
    )
    rows = [(w.person(id_), w.n(win), w.band(share)) for id_, win, share in facts.people]
    first = people[0] if people else facts.people[0]
    said = {"name": w.person(first[0]), "win": first[1], "votes": facts.votes, "range": w.words.range(facts.votes)}
    return w.drawing(
        "ballot.primary", f"primary-{facts.primary.id}", canvases, ("who", "wins_primary", "primary_share"), rows, said,
        sources=facts.primary.source_id, primary=name, day=facts.primary.date,
    )  # fmt: skip


def _chain(w: Writer, facts: BallotFacts) -> Chart:
    people = facts.top[:6]
    canvases = drawn(lambda width: draw_chain(width, people, facts.pairs, w.colour, w.surname, w.words))
    rows = [(w.person(p.id), w.n(p.runoff), w.n(p.win)) for p in people]
    rows += [
        (
            w.s("ballot.pair_row", first=w.person(q.first), second=w.person(q.second)),
            w.n(q.chance),
            w.t("ballot.pair_wins", name=w.surname(q.first), wins=w.n(q.wins)),
        )
        for q in facts.pairs
    ]
    second = facts.pairs[0] if facts.pairs else None
    sentence = (
        (
            "ballot.chain_sentence",
            {"first": w.person(second.first), "second": w.person(second.second), "chance": second.chance, "wins": second.wins},
        )
        if second
        else ("ballot.chain_plain", {"decided": facts.decided})
    )
    return w.chart(
        "chain",
        canvases,
        tuple(w.s(f"ballot.column.{c}") for c in ("who", "runoff", "wins")),
        rows,
        title=w.s("ballot.chain_chart"),
        sentence=sentence,
        note=w.s("ballot.chain_note"),
    )


def _transfers(w: Writer, facts: BallotFacts) -> Chart:
    support: dict[str, float] = {}
    for t in facts.transfers:
        support[t.target] = support.get(t.target, 0.0) + t.share.value
    named = {p.id for p in facts.people}
    targets = sorted((t for t in support if t in named and t != "blank"), key=lambda t: -support[t])[:4]
    order = [p.id for p in facts.people if any(t.source == p.id for t in facts.transfers)][:8]
    colours = {t: w.colour(t) for t in targets}
    used: list[tuple[str, bool]] = []
    for target in targets:  # two grey targets are told apart by hatching
        used.append((colours[target], (colours[target], False) in used))
    marks = dict(zip(targets, used, strict=True))
    specs, cells = [], []
    for source in order:
        shares = {t.target: t.share for t in facts.transfers if t.source == source}
        parts = [
            Part(shares[k].value / 100, marks[k][0], w.words.decimal(shares[k].value), hatch=marks[k][1])
            for k in targets
            if k in shares
        ]
        parts.append(Part(max(1 - sum(p.share for p in parts), 0.0), Palette.rule, ""))
        specs.append(StackRow(w.s("ballot.voters_of", name=w.surname(source)), tuple(parts)))
        cells.append((w.person(source), *(w.n(shares.get(k)) for k in targets)))
    key = [*((w.surname(k), *marks[k]) for k in targets), (w.s("ballot.others"), Palette.rule, False)]
    canvases = drawn(lambda width: draw_stack(width, specs, key))
    first = order[0]
    best = max((t for t in facts.transfers if t.source == first and t.target in targets), key=lambda t: t.share.value)
    return w.chart(
        "transfers",
        canvases,
        (w.s("ballot.column.who"), *(w.surname(k) for k in targets)),
        cells,
        title=w.s("ballot.transfers_chart"),
        sentence=("ballot.transfers_sentence", {"source": w.person(first), "target": w.person(best.target), "share": best.share}),
        note=w.s("ballot.transfers_note"),
    )


def _heads(w: Writer, facts: BallotFacts) -> Sheet:
    rows = tuple(
        (
            w.s("ballot.pair_row", first=w.person(h.first), second=w.person(h.second)),
            w.n(h.polls),
            w.n(h.polled),
            w.band(h.share),
            w.n(h.wins),
        )
        for h in facts.heads[:10]
    )
    columns = tuple(w.s(f"ballot.column.{c}") for c in ("pair", "polls", "polled", "pooled", "first_wins"))
    return Sheet("head-to-head", w.s("ballot.heads"), columns, rows, w.t("ballot.heads_note"))


def _people(w: Writer, facts: BallotFacts) -> list[Block]:
    columns = tuple(w.s(f"ballot.column.{c}") for c in ("who", "stands", "share_1", "first", "runoff", "wins"))
    rows = tuple(
        (w.person(p.id), w.n(p.stands), w.band(p.share), w.n(p.first), w.n(p.runoff), w.n(p.win))
        for p in facts.people
        if p.stands.value >= 0.005
    )
    extra = [w.t("ballot.margin", margin=facts.margin, range=w.words.range(facts.margin))] if facts.margin else []
    if facts.turnout and facts.blank:
        extra.append(
            w.t(
                "ballot.turnout",
                turnout=facts.turnout,
                t_range=w.words.range(facts.turnout),
                blank=facts.blank,
                b_range=w.words.range(facts.blank),
            )
        )
    note = Markup(" ").join(extra)
    blocks: list[Block] = [Sheet("people", w.s("ballot.people"), columns, rows[:SHOWN_PEOPLE], note)]
    if rows[SHOWN_PEOPLE:]:
        blocks.append(Sheet("people-more", w.s("ballot.more_people"), columns, rows[SHOWN_PEOPLE:], folded=True))
    return blocks
