"""Whole sentences in English and Spanish, and numbers, dates and chances as each language writes them.

A catalogue is a gettext `.po` file whose ids are names (`ballot.win.sentence`), so that neither language is the source of the
other: both are written. Sentences take `Figure` values, dates and names; a bare number is refused.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import Any

import numpy as np
from markupsafe import Markup, escape

from cumbre.brief.catalogue import catalogue
from cumbre.brief.numbers import Figure, UnsourcedNumber
from cumbre.errors import UsageError

__all__ = ["Words", "refuse_bare_numbers", "slug"]

NARROW = "\u00a0"
MINUS = "\u2212"


class Words:
    """One language: `text` gives plain words, `html` the same with numbers that lead to their passports."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self._sentences = catalogue(lang)
        self.printed: dict[str, str] = {}

    # sentences

    def has(self, key: str) -> bool:
        """Whether the catalogue holds a sentence of this name."""
        return key in self._sentences

    def text(self, key: str, /, **values: Any) -> str:
        """A sentence as plain text."""
        return self.raw(key).format_map({name: self._plain(value, key) for name, value in values.items()})

    def html(self, key: str, /, **values: Any) -> Markup:
        """A sentence as HTML; names are escaped, figures link to their passports."""
        return Markup(self.raw(key).format_map({name: self._rich(value, key) for name, value in values.items()}))

    def pick(self, english: str, spanish: str) -> str:
        """Words of the case in this language; English where no Spanish was written."""
        return spanish if self.lang == "es" and spanish else english

    def either(self, key: str, other: str) -> str:
        """A word of the catalogue if there is one, else `other`."""
        return self._sentences.get(key, other)

    def rule(self, figure: Figure) -> str:
        """The rule of a figure in this language; a stage's own rule as it was written."""
        if figure.rule is None:
            return figure.passport.rule
        key, values = figure.rule
        return self.text(key, **dict(values))

    def raw(self, key: str) -> str:
        """A sentence with its places unfilled."""
        try:
            return self._sentences[key]
        except KeyError:
            raise UsageError(f"{self.lang}.po has no sentence {key!r}; write one in every catalogue") from None

    def _plain(self, value: Any, key: str) -> str:
        if isinstance(value, Figure):
            return self.number(value)
        if isinstance(value, dt.date):
            return self.date(value)
        if isinstance(value, str):
            return str(value)
        if isinstance(value, (list, tuple)):
            return self.join([self._plain(part, key) for part in value])
        raise UnsourcedNumber(f"sentence {key}: {value!r} is printed without a passport; register it as a Figure first")

    def _rich(self, value: Any, key: str) -> Markup:
        if isinstance(value, Figure):
            return self.link(value)
        if isinstance(value, Markup):
            return value
        if isinstance(value, (list, tuple)):
            return Markup(self.join([str(self._rich(part, key)) for part in value]))
        return escape(self._plain(value, key))

    def join(self, parts: list[str]) -> str:
        """`a, b and c` in this language."""
        if len(parts) < 2:
            return "".join(parts)
        last = self.raw("list.and")
        if self.lang == "es" and re.match(r"^h?i(?![aeo])", re.sub(r"<[^>]*>", "", parts[-1]).lower()):
            last = " e "
        return ", ".join(parts[:-1]) + last + parts[-1]

    # numbers

    def decimal(self, value: float, digits: int = 0, *, signed: bool = False) -> str:
        """A number with this language's separators: 20,000.5 or 20.000,5.

        >>> Words("es").decimal(20000.5, 1), Words("en").decimal(-0.25, 1, signed=True)
        ('20.000,5', '−0.2')
        """
        if not math.isfinite(value):
            return self.raw("number.none")
        body = f"{abs(value):,.{digits}f}"
        zero = float(body.replace(",", "")) == 0
        if self.lang == "es":
            body = body.translate(str.maketrans(",.", ".,"))
        sign = MINUS if value < 0 and not zero else "+" if signed and not zero else ""
        return sign + body

    def number(self, figure: Figure) -> str:
        """A figure in words: `40.9 %`, `11 in 20`, `+0.3 pts`."""
        if not figure.sayable:
            return self.raw("number.few" if figure.passport.n is not None else "number.none")
        said = self.form(figure, figure.value)
        self.printed[figure.passport.id] = said
        return said

    def form(self, figure: Figure, value: float) -> str:
        """Any value in the form of a figure (used for the ends of its range)."""
        match figure.form:
            case "percent":
                return self.decimal(value, figure.digits) + NARROW + "%"
            case "points":
                return self.raw("number.points").format(value=self.decimal(value, figure.digits, signed=True))
            case "signed":
                return self.decimal(value, figure.digits, signed=True)
            case "chance":
                return self.chance(value)
        return self.decimal(value, figure.digits)

    def chance(self, p: float) -> str:
        """`11 in 20`, `under 1 in 20`, `over 19 in 20`.

        >>> Words("en").chance(0.55), Words("es").chance(0.01)
        ('11 in 20', 'menos de 1 de cada 20')
        """
        if not math.isfinite(p):
            return self.raw("number.none")
        of_twenty = round(p * 20)
        if of_twenty < 1 or p < 0.025:
            return self.raw("chance.under")
        if of_twenty > 19 or p > 0.975:
            return self.raw("chance.over")
        return self.raw("chance.of").format(n=of_twenty)

    def percent(self, p: float) -> str:
        """A chance as a whole per cent, `under 1 %` and `over 99 %` at the ends."""
        if not math.isfinite(p):
            return self.raw("number.none")
        if p < 0.01:
            return self.raw("percent.under")
        if p > 0.99:
            return self.raw("percent.over")
        return self.decimal(100 * p) + NARROW + "%"

    def range(self, figure: Figure) -> str:
        """The interval of a figure, e.g. `52 to 58 %`; empty where there is none."""
        if not (figure.has_range and figure.sayable):
            return ""
        if figure.form == "chance":
            if figure.high < 0.01 or figure.low > 0.99:
                return self.percent(figure.high if figure.high < 0.01 else figure.low)
            low, high = self.decimal(100 * figure.low), self.decimal(100 * figure.high)
            if low == high:
                return low + NARROW + "%"
            high += NARROW + "%"
        else:
            low = self.decimal(figure.low, figure.digits, signed=figure.form in ("points", "signed"))
            high = self.form(figure, figure.high)
        return self.raw("number.range").format(low=low, high=high)

    def link(self, figure: Figure) -> Markup:
        """A figure in a sentence, leading to its passport; a chance carries its range."""
        said = escape(self.number(figure))
        if figure.form == "chance":
            said = Markup("<span class=x>{}</span>").format(said)
        if figure.form == "chance" and figure.sayable:
            about = self.raw("chance.range").format(range=self.range(figure)) if figure.has_range else ""
            said = Markup('{}<span class="rg"> ({})</span>').format(said, about) if about else said
        id_ = figure.passport.id
        return Markup('<a class="n" href="#p-{}" data-p="{}">{}</a>').format(slug(id_), id_, said)

    def cell(self, figure: Figure, *, percent: bool = True) -> Markup:
        """A figure in a table: with its id; chances as per cent."""
        if figure.form == "chance" and percent and figure.sayable:
            said = self.percent(figure.value)
            self.printed.setdefault(figure.passport.id, said)
        else:
            said = self.number(figure)
        return Markup('<span class=x data-p="{}">{}</span>').format(figure.passport.id, said)

    # dates

    def date(self, day: dt.date) -> str:
        """`6 February 2026`, `6 de febrero de 2026`."""
        return self.raw("date.long").format(day=day.day, month=self.month(day), year=day.year)

    def short(self, day: dt.date) -> str:
        """`6 Feb`, `6 feb`."""
        return self.raw("date.short").format(day=day.day, month=self.month(day, short=True))

    def short_year(self, day: dt.date) -> str:
        """`6 Feb 2026`."""
        return self.raw("date.short_year").format(day=day.day, month=self.month(day, short=True), year=day.year)

    def month(self, day: dt.date, *, short: bool = False) -> str:
        """Name of the month."""
        return self.raw("months.short" if short else "months").split()[day.month - 1]


def slug(id_: str) -> str:
    """An id as an HTML anchor."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", id_)


def refuse_bare_numbers(value: Any) -> Any:
    """Jinja's `finalize`: a template may print words and markup, never a bare number."""
    if isinstance(value, (bool, int, float, np.number)):
        raise UnsourcedNumber(f"a template prints {value!r} without a passport; print a Figure through n() or t()")
    if isinstance(value, Figure):
        raise UnsourcedNumber(f"a template prints {value.passport.id} raw; print it through n() or t()")
    return value
