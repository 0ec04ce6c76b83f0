"""Dates in English and Spanish news, against the date of the document.

A phrase becomes a first and a last day and a granularity: "on Tuesday" is a day, "last week" a week from Monday to Sunday,
"en septiembre" a month. Weekdays and bare months mean the nearest past one unless the verb beside them is future. Relative
phrases without an anchor in the text ("hours before") keep the day of the document.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable
from typing import NamedTuple

from cumbre.read.tokens import fold

__all__ = ["DatePhrase", "event_date", "find_dates", "find_dateline"]


class DatePhrase(NamedTuple):
    """A dated phrase: offsets in the text given, first and last day, granularity (day, week, month, year)."""

    start: int
    end: int
    first: dt.date
    last: dt.date
    granularity: str


_MONTHS = {
    **{name: i for i, name in enumerate(["january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december"], 1)},
    **{name: i for i, name in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)},
    **{name: i for i, name in enumerate(["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre",
    "octubre", "noviembre", "diciembre"], 1)},
    "sept": 9, "setiembre": 9,
}  # fmt: skip
_DAYS = {
    **{name: i for i, name in enumerate(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])},
    **{name: i for i, name in enumerate(["lunes", "martes", "miercoles", "jueves", "viernes", "sabado", "domingo"])},
}
_NUMBERS = {
    **{w: i for i, w in enumerate(["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"], 1)},
    **{w: i for i, w in enumerate(["uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once", "doce"], 1)},
    "a": 1, "an": 1, "un": 1, "una": 1, "several": 3, "few": 3, "some": 3, "unos": 3, "unas": 3, "varios": 3, "varias": 3, "couple": 2,
    "quince": 15, "veinte": 20, "treinta": 30, "twenty": 20, "thirty": 30, "fifteen": 15,
}  # fmt: skip
_UNITS = {
    "hour": 0, "hours": 0, "minute": 0, "minutes": 0, "hora": 0, "horas": 0, "minuto": 0, "minutos": 0, "day": 1, "days": 1, "dia": 1,
    "dias": 1,
    "week": 7, "weeks": 7, "semana": 7, "semanas": 7, "month": 30, "months": 30, "mes": 30, "meses": 30, "year": 365, "years": 365,
    "ano": 365, "anos": 365, "decade": 3650, "decades": 3650, "decada": 3650, "decadas": 3650,
}  # fmt: skip
_M = "(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b\.?"
_D = "(?P<weekday>" + "|".join(sorted(_DAYS, key=len, reverse=True)) + r")\b"
_N = r"(?P<n>\d{1,3}|" + "|".join(sorted(_NUMBERS, key=len, reverse=True)) + ")"
_U = "(?P<unit>" + "|".join(sorted(_UNITS, key=len, reverse=True)) + r")\b"
_Y = r"(?P<year>(?:19|20)\d\d)\b"
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th|\.?º)?"
_PART = r"(?:(?P<part>early|mid|late|principios de|comienzos de|inicios de|mediados de|finales de|fines de)[ -])?"

Maker = Callable[[re.Match[str], dt.date, bool], "tuple[dt.date, dt.date, str] | None"]


def _day(date: dt.date) -> tuple[dt.date, dt.date, str]:
    return date, date, "day"


def _week(date: dt.date) -> tuple[dt.date, dt.date, str]:
    monday = date - dt.timedelta(days=date.weekday())
    return monday, monday + dt.timedelta(days=6), "week"


def _month(year: int, month: int, part: str = "") -> tuple[dt.date, dt.date, str]:
    last = calendar.monthrange(year, month)[1]
    bounds = {"e": (1, 10), "p": (1, 10), "c": (1, 10), "i": (1, 10), "m": (11, 20), "l": (21, last), "f": (21, last)}
    low, high = bounds.get(part[:1], (1, last)) if part else (1, last)
    return dt.date(year, month, low), dt.date(year, month, high), "month"


def _year(year: int) -> tuple[dt.date, dt.date, str]:
    return dt.date(year, 1, 1), dt.date(year, 12, 31), "year"


def _add_months(date: dt.date, months: int) -> dt.date:
    total = date.year * 12 + date.month - 1 + months
    year, month = divmod(total, 12)
    return dt.date(year, month + 1, min(date.day, calendar.monthrange(year, month + 1)[1]))


def _number(text: str) -> int:
    return int(text) if text.isdigit() else _NUMBERS[text]


def _explicit(m: re.Match[str], ref: dt.date, future: bool) -> tuple[dt.date, dt.date, str] | None:
    g = m.groupdict()
    month, day = _MONTHS[g["month"]], int(g["day"])
    try:
        if g.get("year"):
            return _day(dt.date(int(g["year"]), month, day))
        found = [dt.date(y, month, day) for y in (ref.year - 1, ref.year, ref.year + 1)]
    except ValueError:
        return None
    if future:
        later = [d for d in found if d >= ref]
        return _day(later[0])
    # What has happened lies in the past, save for a day or two of time zones.
    near = [d for d in found if d <= ref + dt.timedelta(days=2)]
    return _day(near[-1])


def _iso(m: re.Match[str], ref: dt.date, future: bool) -> tuple[dt.date, dt.date, str] | None:
    try:
        return _day(dt.date(int(m["y"]), int(m["mo"]), int(m["d"])))
    except ValueError:
        return None


def _slashed(first_is_day: bool) -> Maker:
    def make(m: re.Match[str], ref: dt.date, future: bool) -> tuple[dt.date, dt.date, str] | None:
        a, b, y = int(m["a"]), int(m["b"]), int(m["y"])
        day, month = (a, b) if first_is_day or a > 12 else (b, a)
        if month > 12:
            day, month = month, day
        try:
            return _day(dt.date(y, month, day))
        except ValueError:
            return None

    return make


def _bare_month(m: re.Match[str], ref: dt.date, future: bool) -> tuple[dt.date, dt.date, str]:
    g = m.groupdict()
    month, part = _MONTHS[g["month"]], g.get("part") or ""
    if g.get("year"):
        return _month(int(g["year"]), month, part)
    which = g.get("which") or ""
    if which in ("last year", "del ano pasado", "del pasado ano"):
        return _month(ref.year - 1, month, part)
    if which in ("next year", "del proximo ano", "del ano que viene"):
        return _month(ref.year + 1, month, part)
    if future or which in ("next", "proximo", "que viene"):
        return _month(ref.year + (month < ref.month), month, part)
    return _month(ref.year - (month > ref.month), month, part)


def _weekday(m: re.Match[str], ref: dt.date, future: bool) -> tuple[dt.date, dt.date, str]:
    g = m.groupdict()
    target = _DAYS[g["weekday"]]
    which = (g.get("which") or "") + (g.get("which2") or "")
    back = (ref.weekday() - target) % 7
    if "next" in which or "proximo" in which or "que viene" in which or "coming" in which:
        return _day(ref + dt.timedelta(days=(target - ref.weekday() - 1) % 7 + 1))
    if "last" in which or "pasado" in which or "past" in which or "previous" in which:
        return _day(ref - dt.timedelta(days=back or 7))
    if future:
        return _day(ref + dt.timedelta(days=(target - ref.weekday()) % 7))
    return _day(ref - dt.timedelta(days=back))


def _ago(m: re.Match[str], ref: dt.date, future: bool) -> tuple[dt.date, dt.date, str]:
    n, unit = _number(m["n"]), m["unit"]
    days = _UNITS[unit]
    if days == 0:
        return _day(ref)
    if days == 1:
        return _day(ref - dt.timedelta(days=n))
    if days == 7:
        return _week(ref - dt.timedelta(days=7 * n))
    if days == 30:
        past = _add_months(ref, -n)
        return _month(past.year, past.month)
    return _year(max(1, ref.year - n * days // 365))


def _ahead(m: re.Match[str], ref: dt.date, future: bool) -> tuple[dt.date, dt.date, str]:
    n, unit = _number(m["n"]), m["unit"]
    days = _UNITS[unit]
    if days <= 1:
        return _day(ref + dt.timedelta(days=n * days))
    if days == 7:
        return _week(ref + dt.timedelta(days=7 * n))
    if days == 30:
        later = _add_months(ref, n)
        return _month(later.year, later.month)
    return _year(min(9999, ref.year + n * days // 365))


def _period(shift: int) -> Maker:
    def make(m: re.Match[str], ref: dt.date, future: bool) -> tuple[dt.date, dt.date, str]:
        days = _UNITS[m["unit"]]
        if days == 7:
            return _week(ref + dt.timedelta(days=7 * shift))
        if days == 30:
            other = _add_months(ref, shift)
            return _month(other.year, other.month)
        if days == 365:
            return _year(ref.year + shift)
        return _day(ref + dt.timedelta(days=shift * days))

    return make


def _shift(days: int) -> Maker:
    return lambda m, ref, future: _day(ref + dt.timedelta(days=days))


def _weekend(m: re.Match[str], ref: dt.date, future: bool) -> tuple[dt.date, dt.date, str]:
    if future and ref.weekday() < 5:
        saturday = ref + dt.timedelta(days=5 - ref.weekday())
    else:
        saturday = ref - dt.timedelta(days=(ref.weekday() - 5) % 7)
    return saturday, saturday + dt.timedelta(days=1), "week"


def _only_year(m: re.Match[str], ref: dt.date, future: bool) -> tuple[dt.date, dt.date, str]:
    return _year(int(m["year"]))


_COMMON: list[tuple[str, Maker]] = [(r"\b(?P<y>(?:19|20)\d\d)-(?P<mo>\d\d)-(?P<d>\d\d)\b", _iso)]
_EN: list[tuple[str, Maker]] = [
    *_COMMON,
    (r"\b(?P<a>\d{1,2})/(?P<b>\d{1,2})/(?P<y>(?:19|20)\d\d)\b", _slashed(False)),
    (rf"\b{_M} {_DAY},? {_Y}", _explicit),
    (rf"\b{_DAY} (?:of )?{_M},? {_Y}", _explicit),
    (rf"\b{_M} {_DAY}\b(?!,? ?\d)", _explicit),
    (rf"\b{_DAY} (?:of )?{_M}(?! ?\d)", _explicit),
    (r"\bthe day before yesterday\b", _shift(-2)),
    (r"\bthe day after tomorrow\b", _shift(2)),
    (r"\b(?:yesterday|last night|the (?:previous|day before))(?: day)?\b", _shift(-1)),
    (r"\b(?:tomorrow|the (?:next|following) day)\b", _shift(1)),
    (r"\b(?:today|tonight|this (?:morning|afternoon|evening)|earlier in the day|overnight)\b", _shift(0)),
    (
        rf"\b(?:on )?(?:(?P<which>last|next|this|this past|this coming|past|previous) )?{_D}(?: (?:morning|afternoon|evening|night))?",
        _weekday,
    ),
    (rf"\b(?:in )?{_PART}{_M},? (?:of )?{_Y}", _bare_month),
    (
        rf"\b(?:in|since|by|during|until|from|of|back in|late in|early in) {_PART}(?:(?P<which>next) )?{_M}(?: (?P<which2>last "
        rf"year|next year))?(?! ?\d)",
        _bare_month,
    ),
    (rf"\b(?:last|this past) {_M}(?! ?\d)", _bare_month),
    (rf"\b(?P<which>next) {_M}(?! ?\d)", _bare_month),
    (rf"\b(?:early|mid|late)[ -]{_M}(?! ?\d)", _bare_month),
    (r"\b(?:last|this|past|over the|at the|the) weekend\b", _weekend),
    (rf"\b(?:the )?(?:last|past|previous) {_U}", _period(-1)),
    (rf"\b(?:this|current) {_U}", _period(0)),
    (rf"\b(?:next|following|coming) {_U}", _period(1)),
    (rf"\b(?:the |in the |over the |for the )?(?:last|past) {_N} {_U}", _ago),
    (rf"\b(?:about |some |around |more than |just |only )?(?:a )?{_N} (?:of )?{_U} (?:ago|earlier|before|prior)\b", _ago),
    (rf"\b(?:in|within) {_N} {_U}(?: time)?", _ahead),
    (rf"\b{_N} {_U} (?:later|from now)\b", _ahead),
    (r"\b(?:just )?hours (?:ago|before|earlier|after|later)\b|\bwithin hours\b|\bmoments (?:ago|later)\b", _shift(0)),
    (rf"\b(?:in|since|by|during|of|from|back in) (?:early |mid-|late )?{_Y}", _only_year),
    (rf"\b(?:early|mid|late)[ -]{_Y}", _only_year),
]
_ES: list[tuple[str, Maker]] = [
    *_COMMON,
    (r"\b(?P<a>\d{1,2})[/.](?P<b>\d{1,2})[/.](?P<y>(?:19|20)\d\d)\b", _slashed(True)),
    (
        rf"\b(?:el )?(?:pasado |proximo )?(?:{_D.replace('weekday', 'wd')},? )?(?:dia )?{_DAY} (?:de )?{_M} (?:de |del )?(?:ano )?{_Y}",
        _explicit,
    ),
    (rf"\b(?:el )?(?:pasado |proximo )?(?:{_D.replace('weekday', 'wd')},? )?(?:dia )?{_DAY} de {_M}(?! de(?:l)? \d)", _explicit),
    (r"\b(?:anteayer|antier|antes de ayer)\b", _shift(-2)),
    (r"\bpasado manana\b", _shift(2)),
    (r"\b(?:ayer|anoche|la vispera|el dia anterior|un dia antes)\b", _shift(-1)),
    (r"\b(?:al dia siguiente|el dia siguiente|un dia despues)\b", _shift(1)),
    (r"(?<!la )(?<!esta )(?<!de )(?<!por la )\bmanana\b", _shift(1)),
    (r"\b(?:hoy|esta (?:manana|tarde|noche|madrugada)|en la jornada de hoy)\b", _shift(0)),
    (
        rf"\b(?:(?:el|del|al|este|la noche del|la tarde del) )?(?:(?P<which>pasado|proximo) )?{_D}(?: (?P<which2>pasado|proximo|"
        rf"que viene))?",
        _weekday,
    ),
    (rf"\b(?:en |desde |a )?{_PART}{_M} (?:de |del )(?:ano )?{_Y}", _bare_month),
    (
        rf"\b(?:en|desde|hasta|durante|de|a|para) {_PART}(?:el mes de )?(?:(?P<which0>pasado) )?{_M}(?: (?P<which>del ano pasado|"
        rf"del pasado ano|del proximo ano|proximo|pasado|que viene))?(?! de(?:l)? \d)",
        _bare_month,
    ),
    (rf"\b(?:el )?(?:pasado mes de|pasado) {_M}", _bare_month),
    (rf"\bel (?P<which>proximo)(?: mes de)? {_M}", _bare_month),
    (r"\b(?:el|este|el pasado|el ultimo) fin de semana(?: pasado)?\b", _weekend),
    (rf"\b(?:la|el) {_U} pasad[oa]\b", _period(-1)),
    (rf"\b(?:la|el) (?:pasad[oa]|anterior) {_U}", _period(-1)),
    (rf"\best[ea] {_U}", _period(0)),
    (
        rf"\b(?:la|el) (?:proxim[oa]) {_U}|\b(?:la|el) (?P<u2>semana|mes|ano) (?:que viene|proxim[oa]|siguiente|entrante)\b",
        lambda m, r, f: _period(1)(m, r, f) if m["unit"] else _next_es(m, r),
    ),
    (rf"\bhace (?:apenas |solo |mas de |casi |ya |un par de )?{_N} {_U}", _ago),
    (r"\bhace (?:unas |pocas )?(?:horas|minutos)\b|\bhoras (?:antes|despues|mas tarde)\b", _shift(0)),
    (rf"\b{_N} {_U} (?:antes|atras)\b", _ago),
    (rf"\b(?:en los ultimos|en las ultimas|durante los ultimos|durante las ultimas) {_N} {_U}", _ago),
    (rf"\b(?:dentro de|en) {_N} {_U}", _ahead),
    (rf"\b{_N} {_U} (?:despues|mas tarde)\b", _ahead),
    (rf"\b(?:en|desde|de|hasta|durante|a principios de|a mediados de|a finales de) (?:el ano )?{_Y}", _only_year),
]


def _next_es(m: re.Match[str], ref: dt.date) -> tuple[dt.date, dt.date, str]:
    unit = m["u2"]
    if unit == "semana":
        return _week(ref + dt.timedelta(days=7))
    if unit == "mes":
        later = _add_months(ref, 1)
        return _month(later.year, later.month)
    return _year(ref.year + 1)


def _compile(rules: list[tuple[str, Maker]]) -> list[tuple[re.Pattern[str], Maker]]:
    return [(re.compile(pattern), make) for pattern, make in rules]


_RULES = {"en": _compile(_EN), "es": _compile(_ES)}
_HINT = re.compile(
    r"\d|day|week|month|year|ago|night|today|hour|morning|evening|dia|tarde|madrugada|manana|moment|decad|\b(?:"
    + "|".join({*_MONTHS, *_DAYS})
    + r")\b|hoy|ayer|anoche|manana|seman|mes\b|ano\b|hace|vispera|hora"
)


def _fold_keep(text: str) -> str:
    """Folded text of the same length, so that offsets stay."""
    return text.lower() if text.isascii() else "".join(fold(c)[:1] or " " for c in text)


def find_dates(text: str, reference: dt.date, lang: str, future: bool = False) -> list[DatePhrase]:
    """Dated phrases of a sentence, in order, the longest where two overlap.

    >>> found = find_dates("The visa was revoked in September.", dt.date(2026, 2, 3), "en")
    >>> [(p.first.isoformat(), p.granularity) for p in found]
    [('2025-09-01', 'month')]
    >>> [p.first.isoformat() for p in find_dates("Este martes se reunieron.", dt.date(2026, 2, 5), "es")]
    ['2026-02-03']
    """
    low = _fold_keep(text)
    if not _HINT.search(low):
        return []
    found: list[DatePhrase] = []
    for pattern, make in _RULES[lang]:
        for m in pattern.finditer(low):
            if (
                "month" in m.groupdict()
                and m["month"] in ("may", "mar", "sep")
                and not text[m.start("month")].isupper()
                and lang == "en"
            ):
                continue
            try:
                made = make(m, reference, future)
            except (OverflowError, ValueError):
                made = None
            if made is not None:
                found.append(DatePhrase(m.start(), m.end(), *made))
    found.sort(key=lambda p: (-(p.end - p.start), p.start))
    kept: list[DatePhrase] = []
    for phrase in found:
        if all(phrase.end <= k.start or phrase.start >= k.end for k in kept):
            kept.append(phrase)
    return sorted(kept)


def event_date(
    sentence: str, at: int, reference: dt.date | None, lang: str, future: bool = False
) -> tuple[dt.date | None, str, tuple[int, int] | None]:
    """Date, granularity and phrase of an event whose trigger stands at `at` in the sentence; the document's date by default.

    >>> event_date("He left on Monday and met aides on Tuesday.", 23, dt.date(2026, 2, 5), "en")[0].isoformat()
    '2026-02-03'
    """
    if reference is None:
        return None, "unknown", None
    phrases = find_dates(sentence, reference, lang, future)
    if not phrases:
        return reference, "document", None

    def distance(p: DatePhrase) -> tuple[int, int]:
        gap = p.start - at if p.start >= at else at - p.end
        between = sentence[min(at, p.end) : max(at, p.start)]
        breaks = len(re.findall(r"[;,]| (?:and|but|after|y|pero|tras|who|which|que) ", between))
        return breaks * 40 + gap, p.start

    best = min(phrases, key=distance)
    return best.first, best.granularity, (best.start, best.end)


def find_dateline(text: str, lang: str) -> dt.date | None:
    """The date a document gives itself in its first lines, None if it shows none."""
    for line in text[:1500].splitlines()[:12]:
        low = _fold_keep(line)
        for pattern, make in _RULES[lang][:5]:
            m = pattern.search(low)
            if m is not None and (m.groupdict().get("year") or m.groupdict().get("y")):
                made = make(m, dt.date(2000, 1, 1), False)
                if made is not None:
                    return made[0]
    return None
