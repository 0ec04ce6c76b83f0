"""Section 5: the election in the same worlds."""

from __future__ import annotations

import datetime as dt

from cumbre.brief.charts.canvas import Palette
from cumbre.brief.charts.chain import draw_chain
from cumbre.brief.charts.chart import Chart, drawn
from cumbre.brief.charts.rows import Mark, RowSpec, draw_rows
from cumbre.brief.charts.series import Line, Moment, draw_series
from cumbre.brief.charts.stack import Part, StackRow, draw_stack
from cumbre.brief.facts.ballot import BallotFacts, PrimaryFacts
from cumbre.brief.facts.relation import Level
from cumbre.brief.sections.page import Block, Section, Sheet, Writer

__all__ = ["ballot_section"]


def ballot_section(w: Writer, facts: BallotFacts | None) -> Section:
    """Polls and fan, primaries, the two rounds, transfers."""
    title, election = w.s("ballot.title"), w.study.case.election
    if facts is None or election is None:
        return Section("ballot", title, (w.t("ballot.empty"),))
    leader = facts.leader
    lede = [w.t("ballot.lede", name=w.person(leader.id), win=leader.win, day=election.runoff or election.first_round)]
    front = max(facts.people, key=lambda p: p.first.value)
    lede.append(w.t("ballot.first_round", name=w.person(front.id), first=front.first, share=front.share, range=w.words.range(front.share),
                    day=election.first_round, decided=facts.decided))  # fmt: skip
    if facts.pairs:
        pair = facts.pairs[0]
        lede.append(w.t("ballot.pair", first=w.person(pair.first), second=w.person(pair.second), chance=pair.chance, wins=pair.wins))
    if facts.moved is not None and facts.successor is not None:
        lede.append(w.t("ballot.moved", name=w.person(facts.successor.id), moved=facts.moved, range=w.words.range(facts.moved)))
    if not facts.polls:
        lede.append(w.t("ballot.no_polls"))
    elif facts.last_poll is not None:
        lede.append(w.t("ballot.last_poll", day=facts.last_poll))
    blocks: list[Block] = [_polls(w, facts)]
    blocks += [_primary(w, p) for p in facts.primaries if p.people]
    if not facts.primaries:
        blocks.append(w.t("ballot.no_primaries"))
    blocks.append(_chain(w, facts))
    if facts.transfers and facts.transfer_pair:
        blocks.append(_transfers(w, facts))
    blocks.append(_people(w, facts))
    return Section("ballot", title, tuple(lede), tuple(blocks))


def _polls(w: Writer, facts: BallotFacts) -> Chart:
    election, case = w.study.case.election, w.study.case
    assert election is not None
    top = facts.top[:6]
    first = min([p.field_end for p, _ in facts.polls], default=case.as_of - dt.timedelta(days=30))
    first = max(first, case.as_of - dt.timedelta(days=400)) - dt.timedelta(days=5)
    lines = []
    for person in top:
        trend = [point for point in person.trend if point[0] <= case.as_of]
        past = None
        if len(trend) > 1:
            days, middle, low, high = zip(*trend, strict=True)
            past = Level(tuple(days), *(_array(column) for column in (middle, low, high)))
        dots = tuple((p.field_end, f.value) for p, f in facts.polls if p.candidate == person.id)
        future = None
        if past is not None and person.share.has_range:
            ends = (float(past.middle[-1]), person.share.value), (float(past.low[-1]), person.share.low), (float(past.high[-1]), person.share.high)
            future = Level((case.as_of, election.first_round), *(_array(e) for e in ends))
        label = f"{w.surname(person.id)} {w.words.form(person.share, person.share.value)}"
        lines.append(Line(label, w.colour(person.id), past=past, future=future, dots=dots,
                          end=(person.share.low, person.share.value, person.share.high), dash=w.dash(person.id)))  # fmt: skip
    moments = [Moment(case.as_of, w.words.short(case.as_of)), Moment(election.first_round, w.words.short(election.first_round))]
    moments[1:1] = [Moment(day, "") for day in sorted({p.primary.date for p in facts.primaries}) if day > case.as_of]
    canvases = drawn(
        lambda width: draw_series(
            width, lines, moments, first=first, last=election.first_round, say=lambda v: w.words.decimal(v) + "\u00a0%",
            month=lambda d: w.words.month(d, short=True), height=380, floor=0,
        )
    )  # fmt: skip
    rows = [(w.words.short_year(p.field_end), p.pollster, w.person(p.candidate) if p.kind == "candidate" else w.s(f"ballot.kind.{p.kind}"),
             w.n(f), w.marks(p.source_id)) for p, f in facts.polls]  # fmt: skip
    rows += [(w.words.short_year(election.first_round), w.s("home.worlds"), w.person(p.id), w.band(p.share), "") for p in facts.top]
    return w.chart("polls", canvases, tuple(w.s(f"ballot.column.{c}") for c in ("date", "pollster", "who", "share", "source")), rows,
                   title=w.s("ballot.polls_chart"),
                   sentence=("ballot.polls_sentence", {"name": w.person(top[0].id), "share": top[0].share, "range": w.words.range(top[0].share)}),
                   sources=[s for p, _ in facts.polls[-8:] for s in p.source_id], note=w.s("ballot.polls_note"))  # fmt: skip


def _array(values):  # type: ignore[no-untyped-def]
    import numpy as np

    return np.asarray(values, dtype=float)


def _primary(w: Writer, facts: PrimaryFacts) -> Chart:
    name = w.words.pick(facts.primary.name, facts.primary.name_es)
    people = [p for p in facts.people if p[1].sayable][:8]
    specs = [
        RowSpec(w.person(id_), (Mark(100 * win.value, colour=w.colour(id_), style="bar"),), w.words.percent(win.value)) for id_, win, _ in people
    ]
    canvases = drawn(lambda width: draw_rows(width, specs, [0, 25, 50, 75, 100], lambda v: w.words.decimal(v) + "\u00a0%", label_share=0.28))
    rows = [(w.person(id_), w.n(win), w.band(share)) for id_, win, share in facts.people]
    first = people[0] if people else facts.people[0]
    return w.chart(f"primary-{facts.primary.id}", canvases, tuple(w.s(f"ballot.column.{c}") for c in ("who", "wins_primary", "primary_share")), rows,
                   title=w.s("ballot.primary_chart", primary=name, day=facts.primary.date),
                   sentence=("ballot.primary_sentence", {"name": w.person(first[0]), "win": first[1], "votes": facts.votes,
                                                         "range": w.words.range(facts.votes)}),
                   sources=facts.primary.source_id, note=w.s("ballot.primary_note"))  # fmt: skip


def _chain(w: Writer, facts: BallotFacts) -> Chart:
    people = facts.top[:6]
    canvases = drawn(lambda width: draw_chain(width, people, facts.pairs, w.colour, w.surname, w.words))
    rows = [(w.person(p.id), w.n(p.runoff), w.n(p.win)) for p in people]
    rows += [(w.s("ballot.pair_row", first=w.person(q.first), second=w.person(q.second)), w.n(q.chance),
              w.t("ballot.pair_wins", name=w.surname(q.first), wins=w.n(q.wins))) for q in facts.pairs]  # fmt: skip
    second = facts.pairs[0] if facts.pairs else None
    sentence = (
        ("ballot.chain_sentence", {"first": w.person(second.first), "second": w.person(second.second), "chance": second.chance,
                                   "wins": second.wins})
        if second else ("ballot.chain_plain", {"decided": facts.decided})
    )  # fmt: skip
    return w.chart("chain", canvases, tuple(w.s(f"ballot.column.{c}") for c in ("who", "runoff", "wins")), rows,
                   title=w.s("ballot.chain_chart"), sentence=sentence, note=w.s("ballot.chain_note"))  # fmt: skip


def _transfers(w: Writer, facts: BallotFacts) -> Chart:
    assert facts.transfer_pair is not None
    targets = [*facts.transfer_pair, "blank", "abstain"]
    sources = [t.source for t in facts.transfers]
    order = [p.id for p in facts.people if p.id in sources and p.id not in facts.transfer_pair][:8]
    colours = {facts.transfer_pair[0]: w.colour(facts.transfer_pair[0]), facts.transfer_pair[1]: w.colour(facts.transfer_pair[1]),
               "blank": Palette.rule, "abstain": Palette.faint}  # fmt: skip

    def name(id_: str) -> str:
        return w.s("ballot.abstain") if id_ == "abstain" else w.surname(id_)

    specs, cells = [], []
    for source in order:
        shares = {t.target: t.share for t in facts.transfers if t.source == source}
        total = sum(s.value for k, s in shares.items() if k in targets) or 1.0
        parts = tuple(
            Part(shares[k].value / total, colours[k], w.words.decimal(shares[k].value), hatch=k == facts.transfer_pair[1]) for k in targets if k in shares
        )
        specs.append(StackRow(w.s("ballot.voters_of", name=name(source)), parts))
        cells.append((w.person(source), *(w.n(shares.get(k)) for k in targets)))
    key = [(name(k), colours[k], k == facts.transfer_pair[1]) for k in targets if any(t.target == k for t in facts.transfers)]
    canvases = drawn(lambda width: draw_stack(width, specs, key))
    first, second = facts.transfer_pair
    return w.chart("transfers", canvases, (w.s("ballot.column.who"), *(name(k) for k in targets)), cells,
                   title=w.s("ballot.transfers_chart", first=w.person(first), second=w.person(second)),
                   sentence=("ballot.transfers_sentence", {"first": w.person(first), "second": w.person(second)}),
                   note=w.s("ballot.transfers_note"))  # fmt: skip


def _people(w: Writer, facts: BallotFacts) -> Sheet:
    rows = tuple(
        (w.person(p.id), w.n(p.stands), w.band(p.share), w.n(p.first), w.n(p.runoff), w.n(p.win)) for p in facts.people if p.stands.value >= 0.005
    )
    columns = tuple(w.s(f"ballot.column.{c}") for c in ("who", "stands", "share_1", "first", "runoff", "wins"))
    extra = [w.t("ballot.margin", margin=facts.margin, range=w.words.range(facts.margin))] if facts.margin else []
    if facts.turnout and facts.blank:
        extra.append(w.t("ballot.turnout", turnout=facts.turnout, t_range=w.words.range(facts.turnout), blank=facts.blank,
                         b_range=w.words.range(facts.blank)))  # fmt: skip
    note = extra[0] if len(extra) == 1 else w.t("two", a=extra[0], b=extra[1]) if extra else w.t("empty")
    return Sheet("people", w.s("ballot.people"), columns, rows, note)
