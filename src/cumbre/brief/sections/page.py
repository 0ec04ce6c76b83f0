"""What a section is made of, and the writer that turns facts into words of one language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from cumbre.brief.charts.canvas import Palette
from cumbre.brief.charts.chart import Chart
from cumbre.brief.facts.ballot import BallotFacts
from cumbre.brief.facts.outcomes import Outcome
from cumbre.brief.facts.study import Study
from cumbre.brief.numbers import Figure
from cumbre.brief.words import Words
from cumbre.questions.phrases import KIND_WORDS
from cumbre.record.schema import Issue

__all__ = ["Block", "Section", "Sheet", "Speaker", "Writer", "capital"]

PARTICLES = {"de", "del", "la", "las", "los", "van", "von", "da", "dos", "y"}
SHOWN_SOURCES = 4
EMPTY = Markup("")
ARTICLE = ("United ", "European Union", "Netherlands", "Philippines", "Gulf ", "Dominican ", "Czech ")
"""How names that English gives an article begin."""


@dataclass(frozen=True)
class Sheet:
    """A table of the page. Cells are words or the HTML of figures; the first cell of a row is its head."""

    id: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    note: Markup = EMPTY
    folded: bool = False
    sources: tuple[str, ...] = ()


Block = Chart | Sheet | Markup


@dataclass(frozen=True)
class Section:
    """A numbered section: its sentences, then its blocks in order."""

    id: str
    title: str
    lede: tuple[Markup, ...]
    blocks: tuple[Block, ...] = ()
    note: Markup = EMPTY


class Speaker:
    """One language: sentences, cells and charts of any page."""

    words: Words

    def t(self, key: str, /, **values: Any) -> Markup:
        """A sentence as HTML."""
        return self.words.html(key, **values)

    def s(self, key: str, /, **values: Any) -> str:
        """A sentence as plain text."""
        return self.words.text(key, **values)

    def n(self, figure: Figure | None) -> Markup:
        """A figure as the cell of a table; a dash where there is none."""
        return Markup("\u2013") if figure is None else self.words.cell(figure)

    def band(self, figure: Figure | None) -> Markup:
        """A figure and its range as one cell."""
        if figure is None:
            return Markup("\u2013")
        about = self.words.range(figure)
        return Markup('{}<span class="rg"> ({})</span>').format(self.n(figure), about) if about else self.n(figure)

    def chart(self, id_: str, canvases: Sequence[Any], columns: Sequence[str], rows: Sequence[Sequence[Any]], *, title: str,
              sentence: tuple[str, dict[str, Any]], sources: Sequence[str] = (), note: str = "") -> Chart:  # fmt: skip
        """A chart with its sentence in HTML and in plain text."""
        key, values = sentence
        cells = tuple(tuple(row) for row in rows)
        return Chart(
            id_, title, self.t(key, **values), self.s(key, **values), tuple(canvases), tuple(columns), cells, tuple(sources), note
        )

    def drawing(
        self, key: str, id_: str, canvases: Sequence[Any], columns: Sequence[str], rows: Sequence[Sequence[Any]],
        said: dict[str, Any], *, sources: Sequence[str] = (), **titled: Any,
    ) -> Chart:  # fmt: skip
        """A chart whose words follow the pattern of the catalogues: `<key>_chart` (filled with `titled`), `<key>_sentence` (with
        `said`), `<key>_note`, and `<room>.column.<name>` for its table, the room being the head of the key."""
        heads = tuple(self.s(f"{key.split('.')[0]}.column.{c}") for c in columns)
        return self.chart(
            id_, canvases, heads, rows, title=self.s(f"{key}_chart", **titled), sentence=(f"{key}_sentence", said), sources=sources,
            note=self.s(f"{key}_note"),
        )  # fmt: skip

    @property
    def spanish(self) -> bool:
        """Whether this is the Spanish page."""
        return self.words.lang == "es"

    def marks(self, ids: Sequence[str]) -> Markup:
        """Source marks; none where the page has no list of sources."""
        return EMPTY


@dataclass
class Writer(Speaker):
    """One language and the study it speaks of."""

    study: Study
    words: Words
    ballot: BallotFacts | None = None

    # names

    def side(self, id_: str) -> str:
        """Name of an actor or side, with its article where English wants one."""
        name = self.study.name(id_, self.spanish)
        return f"the {name}" if not self.spanish and name.startswith(ARTICLE) else name

    def person(self, id_: str) -> str:
        """Name of a candidate, or of the blank vote."""
        return self.s("ballot.blank") if id_ == "blank" else self.study.name(id_)

    def surname(self, id_: str) -> str:
        """Short name of a candidate: the last word and the particles before it; the full name where two would be alike."""
        if id_ == "blank":
            return self.s("ballot.blank")
        others = [c.name for c in self.study.case.candidates if c.id != id_]
        short = _surname(self.study.name(id_))
        return self.study.name(id_) if short in {_surname(o) for o in others} else capital(short)

    def issue(self, issue: Issue | str) -> str:
        """Title of an issue."""
        row = self.study.case.issue[issue] if isinstance(issue, str) else issue
        return self.words.pick(row.title, row.title_es)

    def step(self, issue: Issue, value: float) -> str:
        """Words for a value of a labelled scale."""
        labels = issue.labels_es if self.spanish and issue.labels_es else issue.labels
        k = min(max(round(value - issue.low), 0), len(labels) - 1)
        return labels[k]

    def value(self, issue: Issue, figure: Figure) -> Markup:
        """A value of an issue: its step in words, or the number with its unit."""
        if issue.labels and figure.sayable:
            said = escape(self.step(issue, figure.value))
            return Markup('<span data-p="{}">{}</span>').format(figure.passport.id, said)
        return Markup("{} {}").format(self.n(figure), self.unit(issue)).strip()

    def unit(self, issue: Issue) -> str:
        """Unit of an issue as it is printed after a number."""
        unit = self.words.pick(issue.unit, issue.unit_es)
        return "%" if unit in ("per cent", "percent", "por ciento", "%") else unit

    def event(self, source: str, target: str, kind: str) -> str:
        """An event of a kind between two sides, as a clause."""
        text = KIND_WORDS.get(kind)
        if text is None:
            return f"{self.side(source)} {kind} {self.side(target)}"
        return (text.es if self.spanish else text.en).format(a=self.side(source), b=self.side(target))

    def colour(self, id_: str) -> str:
        """The colour of a candidate: the leader's successor wine, the others by their chance; slate from the fifth on."""
        if self.ballot is None:
            return Palette.slate
        order = [self.ballot.successor.id] if self.ballot.successor else []
        order += [p.id for p in self.ballot.top if p.id not in order]
        offset = 0 if self.ballot.successor else 1
        place = order.index(id_) + offset if id_ in order else 99
        return Palette.people[place] if place < len(Palette.people) and id_ != "blank" else Palette.slate

    def dash(self, id_: str) -> str:
        """The dash that repeats a candidate's colour."""
        return Palette.dashes[min([p.id for p in self.ballot.top].index(id_), 4)] if self.ballot else ""

    def outcome(self, outcome: Outcome) -> str:
        """An outcome as a noun phrase."""
        return self.s(f"outcome.{outcome.key}", name=self.person(outcome.who), day=self.study.vote_day)

    # sources

    def marks(self, ids: Sequence[str]) -> Markup:
        """Source marks [1][4], each leading to its source."""
        order = list(self.study.case.source)
        known = sorted({order.index(i) + 1 for i in ids if i in self.study.case.source})
        return Markup("").join(Markup("<a class=m href=#s-{}>[{}]</a>").format(str(k), str(k)) for k in known)

    def source_line(self, ids: Sequence[str]) -> Markup:
        """The line under a figure: where it was read and when it was looked up."""
        seen = dict.fromkeys(i for i in ids if i in self.study.case.source)
        if not seen:
            return self.t("source.worlds")
        parts = []
        for id_ in list(seen)[:SHOWN_SOURCES]:
            row = self.study.case.source[id_]
            said = escape(row.outlet) + (", " + self.words.short_year(row.date) if row.date else "")
            if row.accessed:
                said += " " + self.t("source.accessed", day=self.words.short_year(row.accessed))
            parts.append(Markup("{} {}").format(self.marks([id_]), said))
        if len(seen) > SHOWN_SOURCES:
            parts.append(self.t("source.more", n=self.words.decimal(len(seen) - SHOWN_SOURCES)))
        return self.t("source.line", sources=Markup("; ").join(parts))


def capital(words: str) -> str:
    """The words with a capital at their start."""
    return words[:1].upper() + words[1:]


def _surname(name: str) -> str:
    parts = name.split()
    k = len(parts) - 1
    while k > 1 and parts[k - 1].lower() in PARTICLES:
        k -= 1
    return " ".join(parts[k:])
