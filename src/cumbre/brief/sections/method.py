"""Section 10: what the numbers rest on, how they are made, and where the record was read."""

from __future__ import annotations

from collections import Counter

from markupsafe import Markup, escape

from cumbre.brief.facts.study import STAGES
from cumbre.brief.numbers import Figure
from cumbre.brief.sections.page import Block, Section, Sheet, Speaker, Writer
from cumbre.brief.words import slug

__all__ = ["evidence", "method_section", "passport_list"]

IN_THEIR_ROW = (
    "brief.record.W", "brief.record.e", "brief.ballot.poll.", "brief.ballot.weight.", "brief.ballot.lean.", "brief.home.poll.",
    "brief.relation.index.",
)  # fmt: skip
"""Figures whose source stands in their own row of a table; numbers.json holds their passports."""

ORDER = ("estimated", "selected", "literature", "judged", "recorded", "simulated")


def evidence(w: Writer, stage: str) -> str:
    """The label that most inputs of a stage carry, records aside (for home: most of the spread); `simulated` where it names none."""
    if stage == "home" and (shares := w.study.evidence_shares) is not None:
        kept = shares[shares.index.isin(ORDER)]
        if len(kept) and kept.max() > 0:
            return str(kept.idxmax())
    labels = Counter(p.label for p in w.study.passports.get(stage, {}).values() if p.label not in ("recorded", "simulated"))
    return labels.most_common(1)[0][0] if labels else "simulated"


def method_section(w: Writer) -> Section:
    """Assumptions by stage, method in a paragraph a stage, sources."""
    blocks: list[Block] = [Markup("<dl class='labels'>{}</dl>").format(Markup("").join(
        Markup("<dt>{}</dt><dd>{}</dd>").format(chip(w, label), w.s(f"label.{label}.means")) for label in ORDER
    ))]  # fmt: skip
    for stage in STAGES:
        passports = w.study.passports.get(stage, {})
        if not passports:
            continue
        rows = []
        for id_, p in passports.items():
            figure = w.study.numbers.stage(p)
            basis = p.quote or p.note or p.rule
            about = w.words.range(figure)
            value = w.n(figure) if isinstance(p.value, (int, float)) else escape(str(p.value or "\u2013"))
            said = Markup("{} {}").format(value, p.unit)
            if about:
                said += Markup('<span class="rg"> ({})</span>').format(about)
            rows.append(
                (
                    Markup('<code id="p-{}">{}</code>').format(slug(id_), id_),
                    said,
                    chip(w, p.label),
                    Markup("<span lang=en>{}</span>").format(basis) if w.spanish else basis,
                    w.marks(p.sources),
                )
            )
        columns = tuple(w.s(f"method.column.{c}") for c in ("number", "value", "evidence", "basis", "source"))
        blocks.append(
            Sheet(f"inputs-{stage}", w.s("method.inputs", stage=w.s(f"stage.{stage}")), columns, tuple(rows), folded=True)
        )
    paragraphs = Markup("").join(
        Markup("<h4>{}</h4><p>{}</p>").format(w.s(f"stage.{s}"), w.t(f"method.{s}")) for s in STAGES if s in w.study.worlds
    )
    blocks.append(Markup('<h3 id="how">{}</h3><p>{}</p>{}').format(w.s("method.how"), w.t("method.worlds"), paragraphs))
    blocks.append(_sources(w))
    return Section("method", w.s("method.title"), (w.t("method.lede"),), tuple(blocks))


def chip(w: Speaker, label: str) -> Markup:
    """An evidence label."""
    return Markup('<span class="chip {}">{}</span>').format(label, w.s(f"label.{label}"))


def _sources(w: Writer) -> Markup:
    items = []
    for k, row in enumerate(w.study.case.sources, 1):
        title = Markup("<cite>{}</cite>").format(row.title) if row.title else Markup("")
        if row.url.startswith(("https://", "http://")):
            title = Markup('<a href="{}" rel="noreferrer">{}</a>').format(row.url, title or row.url)
        parts = [escape(row.outlet), title]
        if row.date:
            parts.append(escape(w.words.short_year(row.date)))
        if row.accessed:
            parts.append(w.t("source.accessed", day=w.words.short_year(row.accessed)))
        items.append(Markup('<li id="s-{}" value="{}">{}</li>').format(str(k), str(k), Markup(", ").join(p for p in parts if p)))
    return Markup('<h3 id="sources">{}</h3><ol class="sources">{}</ol>').format(w.s("method.sources"), Markup("").join(items))


def passport_list(w: Speaker, figures: list[Figure]) -> Markup:
    """Every number that this page prints: one heading a rule with its label, then ids, values and ranges.

    End tags of items and paragraphs are optional in HTML, and a thousand of them add up.
    """
    families: dict[tuple[str, str, int | None], list[Figure]] = {}
    for f in figures:
        p = f.passport
        if p.id.startswith("brief.") and not p.id.startswith(IN_THEIR_ROW):
            families.setdefault((f.rule[0] if f.rule else p.rule, p.label, p.n if p.label == "simulated" else None), []).append(f)
    parts = []
    for (_, label, n), family in families.items():
        said = [w.words.rule(_shared(family)).removesuffix(".")]
        if n is not None:
            said.append(w.s("passport.worlds", n=w.words.decimal(n)))
        rests = sorted({i for f in family for i in f.passport.rests_on})
        if rests:
            said.append(w.s("passport.rests", ids=", ".join(rests[:12]) + (" \u2026" if len(rests) > 12 else "")))
        items = []
        for f in family:
            about, note = w.words.range(f), f.passport.note
            more = (f" ({about})" if about else "") + (f"; {note}" if note else "")
            items.append(Markup('<li id="p-{}"><code>{}</code> <b>{}</b>{} {}').format(
                slug(f.passport.id), f.passport.id, w.words.number(f), more, w.marks(f.passport.sources)
            ))  # fmt: skip
        head = Markup("<p>{} {}").format(chip(w, label), "; ".join(said))
        parts.append(Markup("<li>{}<ul>{}</ul>").format(head, Markup("").join(items)))
    return Markup('<ul class="passports">{}</ul>').format(Markup("").join(parts))


def _shared(family: list[Figure]) -> Figure:
    """A figure that stands for its family: values of the rule that differ within it are left open."""
    first = family[0]
    if first.rule is None or len(family) == 1:
        return first
    values = dict(first.rule[1])
    for f in family[1:]:
        assert f.rule is not None
        values = {k: v if v == dict(f.rule[1]).get(k) else "\u2026" for k, v in values.items()}
    return Figure(first.passport, first.form, first.digits, (first.rule[0], tuple(values.items())))
