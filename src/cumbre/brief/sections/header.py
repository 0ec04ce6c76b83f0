"""The top of the page: headline, reason, four cards, what changed."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from cumbre.brief.facts.ballot import BallotFacts
from cumbre.brief.facts.changed import ChangedFacts
from cumbre.brief.facts.home import HomeFacts
from cumbre.brief.facts.news import latest
from cumbre.brief.facts.record import RecordFacts
from cumbre.brief.facts.relation import RelationFacts
from cumbre.brief.facts.table import TableFacts
from cumbre.brief.numbers import Figure
from cumbre.brief.sections.method import chip, evidence
from cumbre.brief.sections.page import Block, Section, Sheet, Writer, capital
from cumbre.brief.words import slug

__all__ = ["Card", "cards", "changed_section", "headline", "reason"]

MOST_MOVES = 8
ARROWS = {"up": "\u2197", "down": "\u2198", "flat": "\u2192"}


@dataclass(frozen=True)
class Card:
    """One of the four cards."""

    anchor: str
    stage: str
    number: Markup
    about: Markup
    range: Markup
    dots: Markup
    change: Markup
    evidence: Markup


def headline(
    w: Writer, relation: RelationFacts | None, table: TableFacts | None, home: HomeFacts | None, ballot: BallotFacts | None
) -> Markup:
    """One sentence from the worlds; which one depends on what they hold and say."""
    if table and ballot and home and home.shift:
        p = table.any_deal.value
        deal = "likely" if p >= 0.6 else "even" if p >= 0.4 else "unlikely"
        shift = "small" if abs(home.shift.value) < 0.5 else "large"
        return w.t(
            f"headline.{deal}.{shift}",
            deal=table.any_deal,
            shift=home.shift,
            name=w.person(ballot.leader.id),
            win=ballot.leader.win,
        )
    if table:
        return w.t("headline.table", deal=table.any_deal)
    if ballot:
        return w.t("headline.ballot", name=w.person(ballot.leader.id), win=ballot.leader.win)
    if relation:
        return w.t("headline.relation", warmer=relation.warmer, day=relation.later_day)
    return w.t("headline.none")


def reason(w: Writer, record: RecordFacts | None) -> Markup:
    """The reason line: the strongest recent events, with their source marks."""
    if record is None or not record.reasons:
        return w.t("reason.none")
    parts = []
    for event in record.reasons:
        said = w.words.pick(event.summary, event.summary_es).rstrip(".")
        parts.append(
            Markup("{} ({}) {}").format(said[:1].upper() + said[1:], w.words.short(event.date), w.marks(event.source_id))
        )
    return w.t("reason.line", events=Markup("; ").join(parts))


def cards(
    w: Writer, relation: RelationFacts | None, table: TableFacts | None, home: HomeFacts | None, ballot: BallotFacts | None,
    changed: ChangedFacts | None,
) -> list[Card]:  # fmt: skip
    """Relation, table, home, ballot; a stage that has nothing says so."""
    found = []
    if relation:
        arrow = Markup('<span class="arrow" aria-hidden="true">{}</span> {}').format(
            ARROWS[relation.direction], w.s(f"card.{relation.direction}")
        )
        found.append(_card(w, "relation", relation.now, arrow, w.t("card.index", now=relation.now), changed, "relation.index"))
    if table:
        found.append(
            _card(
                w,
                "table",
                table.any_deal,
                _number(w, table.any_deal),
                w.t("card.deal", day=table.last_day),
                changed,
                "table.deal",
                dots=True,
            )
        )
    if home and home.shift:
        found.append(_card(w, "home", home.shift, _number(w, home.shift), w.t("card.shift"), changed, f"home.shift.{home.bloc}"))
    elif home and home.later:
        found.append(
            _card(
                w,
                "home",
                home.later,
                _number(w, home.later),
                w.t("card.approval", day=w.study.vote_day),
                changed,
                "home.approval",
            )
        )
    if ballot:
        said = w.t("card.win", name=w.person(ballot.leader.id))
        found.append(
            _card(
                w,
                "ballot",
                ballot.leader.win,
                _number(w, ballot.leader.win),
                said,
                changed,
                f"ballot.win.{ballot.leader.id}",
                dots=True,
            )
        )
    have = {c.stage for c in found}
    for stage in ("relation", "table", "home", "ballot"):
        if stage not in have:
            none = w.s("card.none")
            found.append(
                Card(stage, stage, Markup("\u2013"), w.t(f"card.empty.{stage}"), Markup(none), Markup(""), Markup(""), Markup(""))
            )
    return sorted(found, key=lambda c: ("relation", "table", "home", "ballot").index(c.stage))


def _number(w: Writer, figure: Figure) -> Markup:
    return Markup('<a class="n" href="#p-{}" data-p="{}">{}</a>').format(
        slug(figure.passport.id), figure.passport.id, w.words.number(figure)
    )


def _card(w: Writer, stage: str, figure: Figure, number: Markup, about: Markup, changed: ChangedFacts | None,
          *follows: str, dots: bool = False) -> Card:  # fmt: skip
    said = w.words.range(figure)
    band = w.t("card.range" if figure.form == "chance" else "card.band", range=said) if said else Markup("")
    move = changed.of(*follows) if changed else None
    change = w.t("card.change", by=move.by, day=w.words.short(changed.day)) if move and changed else w.t("card.first")
    return Card(stage, stage, number, about, band, twenty(figure.value) if dots else Markup(""), change,
                w.t("card.evidence", chip=chip(w, evidence(w, stage))))  # fmt: skip


def twenty(p: float) -> Markup:
    """Twenty dots, as many filled as worlds in twenty; for the eye only, the words stand beside it."""
    filled = min(max(round(p * 20), 0), 20)
    dots = "".join(
        f'<circle cx="{6 + 12 * (k % 10)}" cy="{6 + 12 * (k // 10)}" r="4.4" class="{"on" if k < filled else "off"}"/>'
        for k in range(20)
    )
    return Markup(
        f'<svg class="dots" viewBox="0 0 120 24" width="120" height="24" aria-hidden="true" focusable="false">{dots}</svg>'
    )


def _news_section(w: Writer, title: str) -> Section:
    """No earlier run to compare with: what is new in the record, and how to have the numbers compared."""
    news = latest(w.study.case)
    if not news:
        return Section("changed", title, (w.t("changed.none"),))
    rows = tuple(
        (
            Markup('<time datetime="{}">{}</time>').format(n.day.isoformat(), w.words.short_year(n.day)),
            w.s(f"changed.kind.{n.kind}"),
            w.words.pick(n.text, n.text_es),
            w.marks(n.sources[:4]),
        )
        for n in news
    )
    columns = tuple(w.s(f"changed.item.{c}") for c in ("date", "kind", "what", "source"))
    sheet = Sheet("news", w.s("changed.news", day=w.words.date(w.study.case.as_of)), columns, rows)
    return Section("changed", title, (w.t("changed.none"),), (sheet,))


def changed_section(w: Writer, changed: ChangedFacts | None) -> Section:
    """Number, was, is, because of; and the items since. Without an earlier date it says so."""
    title = w.s("changed.title")
    if changed is None:
        return _news_section(w, title)
    rows = []
    for move in changed.clear[:MOST_MOVES]:
        reasons = [
            w.t(
                "changed.reason",
                effect=w.n(r.effect),
                item=Markup("{} {}").format(w.words.pick(r.text, r.text_es), w.marks(r.sources[:4])),
            )
            for r in move.because
            if w.words.number(r.effect).strip("+−0., pts") or r is move.because[0]
        ]
        if move.passing is not None:
            reasons.append(w.t("changed.reason", effect=w.n(move.passing), item=w.s("changed.passing")))
        said = Markup("<br>").join(reasons) if reasons else w.t("changed.many")
        rows.append(
            (capital(w.words.pick(move.headline.text, move.headline.text_es)), w.n(move.was), w.n(move.now), w.n(move.by), said)
        )
    blocks: list[Block] = []
    if rows:
        columns = tuple(w.s(f"changed.column.{c}") for c in ("number", "was", "is", "by", "because"))
        blocks.append(
            Sheet(
                "changes",
                w.s("changed.sheet", day=w.words.date(changed.day)),
                columns,
                tuple(rows),
                w.t("changed.still", n=changed.still),
            )
        )
    if changed.items:
        items = tuple(
            (w.words.short_year(i.on) if i.on else "\u2013", w.words.pick(i.text, i.text_es), w.marks(i.source_id))
            for i in sorted(changed.items, key=lambda i: (i.on is None, str(i.on), i.id))
        )
        columns = tuple(w.s(f"changed.item.{c}") for c in ("date", "what", "source"))
        blocks.append(Sheet("new-items", w.s("changed.items"), columns, items, folded=True))
    return Section("changed", title, (w.t("changed.lede" if rows else "changed.nothing", day=changed.day),), tuple(blocks))
