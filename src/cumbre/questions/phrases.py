"""Dates, sides and kinds of events in plain words, English and Spanish."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import NamedTuple

from cumbre.record.case import Case

__all__ = ["KIND_WORDS", "Text", "any_of", "candidate_name", "day", "side_name"]

_MONTHS_ES = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
)  # fmt: skip
_MONTHS_EN = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip


class Text(NamedTuple):
    """The same words in both languages."""

    en: str
    es: str


KIND_WORDS: Mapping[str, Text] = {
    "AGREE": Text("{a} and {b} agree on something", "{a} y {b} acuerdan algo"),
    "CONSULT": Text("{a} and {b} meet or call", "{a} y {b} se reúnen o se llaman"),
    "SUPPORT": Text("{a} speaks in support of {b}", "{a} se pronuncia a favor de {b}"),
    "CONCEDE": Text("{a} yields to {b}", "{a} cede ante {b}"),
    "COOPERATE": Text("{a} works together with {b}", "{a} coopera con {b}"),
    "AID": Text("{a} gives aid to {b}", "{a} da ayuda a {b}"),
    "RETREAT": Text("{a} pulls back before {b}", "{a} retrocede ante {b}"),
    "REQUEST": Text("{a} makes a demand of {b}", "{a} exige algo a {b}"),
    "ACCUSE": Text("{a} accuses {b}", "{a} acusa a {b}"),
    "REJECT": Text("{a} rebuffs {b}", "{a} rechaza a {b}"),
    "THREATEN": Text("{a} threatens {b}", "{a} amenaza a {b}"),
    "PROTEST": Text("{a} protests against {b}", "{a} protesta contra {b}"),
    "SANCTION": Text("{a} punishes {b} with a sanction or a cut", "{a} castiga a {b} con una sanción o un recorte"),
    "MOBILIZE": Text("{a} moves forces against {b}", "{a} moviliza fuerzas contra {b}"),
    "COERCE": Text("{a} uses coercion on {b}", "{a} ejerce coerción sobre {b}"),
    "ASSAULT": Text("{a} uses force against {b}", "{a} usa la fuerza contra {b}"),
}
"""An event of each PLOVER kind, `a` acting on `b`."""


def day(date: dt.date) -> Text:
    """A date in words.

    >>> day(dt.date(2026, 5, 31))
    Text(en='31 May 2026', es='31 de mayo de 2026')
    """
    return Text(
        f"{date.day} {_MONTHS_EN[date.month - 1]} {date.year}", f"{date.day} de {_MONTHS_ES[date.month - 1]} de {date.year}"
    )


def side_name(case: Case, side: str) -> Text:
    """Name of a principal or third party; its id where the case gives none."""
    row = case.actor.get(side)
    return Text(row.name, row.name_es or row.name) if row else Text(side, side)


def candidate_name(case: Case, candidate: str) -> Text:
    """Name of a candidate; the blank vote has one too."""
    if candidate == "blank":
        return Text("the blank vote", "el voto en blanco")
    row = case.candidate.get(candidate)
    return Text(row.name, row.name) if row else Text(candidate, candidate)


def any_of(conditions: list[str]) -> str:
    """Conditions joined by `or`; `1 == 0` where there is none.

    >>> any_of(["a > 1", "b > 1"])
    '(a > 1) or (b > 1)'
    """
    return " or ".join(f"({condition})" for condition in conditions) if conditions else "1 == 0"
