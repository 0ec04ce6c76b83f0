"""Section 1: what happened."""

from __future__ import annotations

from markupsafe import Markup

from cumbre.brief.charts.chart import drawn
from cumbre.brief.charts.timeline import draw_timeline, letter
from cumbre.brief.facts.record import RecordFacts
from cumbre.brief.sections.page import Section, Writer

__all__ = ["record_section"]


def record_section(w: Writer, facts: RecordFacts | None) -> Section:
    """The timeline, the events that carry letters, and the whole table behind it."""
    title = w.s("record.title")
    if facts is None:
        return Section("record", title, (w.t("record.empty"),))
    case, (a, b) = w.study.case, w.study.case.principals
    meeting = case.meeting.date if case.meeting else None
    lede = w.t("record.lede", n=facts.count, first=facts.first, last=facts.last, sources=facts.sources)
    sentence = ("record.sentence", {"a": w.side(a), "b": w.side(b), "up": facts.cooperative, "down": facts.conflictual})
    rows = []
    letters = {e.id: letter(k) for k, e in enumerate(facts.named)}
    for event in sorted((*facts.pair, *facts.around), key=lambda e: (e.date, e.id)):
        rows.append((
            Markup('<time datetime="{}">{}</time>').format(event.date.isoformat(), w.words.short_year(event.date)),
            w.s("record.who", a=w.side(event.source), b=w.side(event.target)),
            w.words.pick(event.summary, event.summary_es),
            w.words.either(f"kind.{event.type}", event.type.value.lower()), w.s(f"record.{event.mode}"), w.n(facts.intensity[event.id]),
            w.marks(event.source_id),
        ))  # fmt: skip
    chart = w.chart(
        "timeline",
        drawn(lambda width: draw_timeline(width, facts.pair, facts.around, facts.named, w.words, meeting)),
        tuple(w.s(f"record.column.{c}") for c in ("date", "who", "what", "kind", "mode", "intensity", "source")), rows,
        title=w.s("record.chart"), sentence=sentence, sources=[s for e in facts.named for s in e.source_id],
        note=w.s("record.note"),
    )  # fmt: skip
    named = Markup("").join(
        Markup('<li><b>{}</b> <time datetime="{}">{}</time> {} {}</li>').format(
            letters[e.id],
            e.date.isoformat(),
            w.words.short_year(e.date),
            w.words.pick(e.summary, e.summary_es),
            w.marks(e.source_id),
        )
        for e in facts.named
    )
    return Section("record", title, (lede,), (chart, Markup('<ol class="letters">{}</ol>').format(named)))
