"""Levers at the table: what a reader may set, read from the case, and what was set, as assignments of the scenario language."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cumbre.brief.sections.page import ARTICLE
from cumbre.expression import parse_assignment
from cumbre.record.case import Case
from cumbre.workbench.address import canonical
from cumbre.workbench.language import Words

__all__ = ["Group", "Lever", "assignments", "levers", "path_of", "unmatched"]

CANDIDATES = 8


@dataclass(frozen=True)
class Lever:
    """One thing that can be set.

    path    left side of the assignment; `{date}` stands for the day of an imposed outcome
    kind    number, choice (of `options`), or impose (a value, empty = not imposed, and a day)
    base    value in the case, as a literal; value  what it is set to; both as texts for a form
    """

    path: str
    kind: str
    label: str
    base: str
    value: str
    low: str = ""
    high: str = ""
    step: str = ""
    options: tuple[tuple[str, str], ...] = ()
    unit: str = ""
    about: str = ""
    day: str = ""
    last_day: str = ""
    first_day: str = ""

    @property
    def changed(self) -> bool:
        """Whether it differs from the case."""
        return self.value != self.base


@dataclass(frozen=True)
class Group:
    """Levers of one kind, under one heading."""

    id: str
    title: str
    levers: tuple[Lever, ...]

    @property
    def changed(self) -> int:
        """How many of them differ from the case."""
        return sum(lever.changed for lever in self.levers)


def path_of(text: str) -> str:
    """Left side of an assignment.

    >>> path_of("meeting.setting = 'public'")
    'meeting.setting'
    """
    return canonical(text).split(" = ")[0]


_IMPOSED = re.compile(r"^table\.value\['([^']+)', '(\d{4}-\d\d-\d\d)'\]$")


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _set(do: Sequence[str]) -> dict[str, str]:
    """Value that each path was set to last, as the text of a form."""
    found = {}
    for text in do:
        _, value = parse_assignment(text)
        found[path_of(text)] = f"{value:g}" if isinstance(value, float) else str(value)
    return found


def levers(case: Case, do: Sequence[str], words: Words) -> list[Group]:
    """All levers of a case, with the values that `do` gives them. Raises ExpressionError where `do` cannot be read."""
    now = _set(do)
    groups = [
        _meeting(case, now, words),
        _imposed(case, now, words),
        *_positions(case, now, words),
        _channels(case, now, words),
        _candidates(case, now, words),
        _mediators(case, now, words),
    ]
    return [group for group in groups if group.levers]


def _meeting(case: Case, now: Mapping[str, str], words: Words) -> Group:
    rows = []
    if case.meeting is not None:
        for field, values in (("setting", ("private", "public")), ("tone", ("cordial", "neutral", "hostile", "unknown"))):
            path, base = f"meeting.{field}", str(getattr(case.meeting, field))
            options = tuple((value, words.text(f"wb.meeting.{value}")) for value in values)
            rows.append(Lever(path, "choice", words.text(f"wb.meeting.{field}"), base, now.get(path, base), options=options))
    return Group("meeting", words.text("wb.group.meeting"), tuple(rows))


def _imposed(case: Case, now: Mapping[str, str], words: Words) -> Group:
    set_ = {m[1]: (m[2], value) for path, value in now.items() if (m := _IMPOSED.match(path))}
    default = min(case.as_of + dt.timedelta(days=42), case.horizon).isoformat()
    rows = []
    for issue in case.issues:
        day, value = set_.get(issue.id, (default, ""))
        labels = issue.labels_es if words.lang == "es" and issue.labels_es else issue.labels
        options = tuple((f"{issue.low + k:g}", label) for k, label in enumerate(labels))
        rows.append(
            Lever(
                f"table.value['{issue.id}', '{{date}}']",
                "impose",
                words.pick(issue.title, issue.title_es),
                "",
                value,
                _number(issue.low),
                _number(issue.high),
                "any",
                options,
                words.pick(issue.unit, issue.unit_es),
                "",
                day,
                case.horizon.isoformat(),
                case.as_of.isoformat(),
            )
        )
    return Group("imposed", words.text("wb.group.imposed"), tuple(rows))


def _side(case: Case, actor: str, words: Words) -> str:
    row = case.actor.get(actor)
    if row is None:
        return actor
    name = words.pick(row.name, row.name_es)
    return f"the {name}" if words.lang == "en" and name.startswith(ARTICLE) else name


def _positions(case: Case, now: Mapping[str, str], words: Words) -> list[Group]:
    groups = []
    actors = list(dict.fromkeys([*case.principals, *(row.actor for row in case.positions)]))
    for actor in actors:
        rows = []
        for row in (p for p in case.positions if p.actor == actor):
            issue = case.issue[row.issue]
            labels = issue.labels_es if words.lang == "es" and issue.labels_es else issue.labels
            scale = " · ".join(f"{issue.low + k:g} {label}" for k, label in enumerate(labels))
            unit = words.pick(issue.unit, issue.unit_es)
            path, base = f"position['{actor}', '{row.issue}'].mode", _number(row.mode)
            rows.append(
                Lever(
                    path,
                    "number",
                    words.pick(issue.title, issue.title_es),
                    base,
                    now.get(path, base),
                    _number(issue.low),
                    _number(issue.high),
                    "any",
                    unit=unit if unit not in ("scale", "escala") else "",
                    about=scale,
                )
            )
        groups.append(Group(f"position-{actor}", words.text("wb.group.position", actor=_side(case, actor, words)), tuple(rows)))
    return groups


def _channels(case: Case, now: Mapping[str, str], words: Words) -> Group:
    options = (("1", words.text("wb.on")), ("0", words.text("wb.off")))
    rows = []
    for row in case.channels:
        path = f"channel['{row.id}'].on"
        rows.append(
            Lever(path, "choice", words.pick(row.name, row.name_es), str(row.on), now.get(path, str(row.on)), options=options)
        )
    return Group("channels", words.text("wb.group.channels"), tuple(rows))


def _candidates(case: Case, now: Mapping[str, str], words: Words) -> Group:
    from cumbre.questions.headlines import leading

    rows = []
    if case.election is not None:
        for id_ in leading(case)[:CANDIDATES]:
            row = case.candidate[id_]
            path, base = f"candidate['{id_}'].standing", _number(row.standing)
            rows.append(Lever(path, "number", row.name, base, now.get(path, base), "0", "1", "any"))
    return Group("candidates", words.text("wb.group.candidates"), tuple(rows))


def _mediators(case: Case, now: Mapping[str, str], words: Words) -> Group:
    rows = []
    for row in case.mediators:
        path, base = f"mediator['{row.actor}'].engages", _number(row.engages)
        rows.append(Lever(path, "number", _side(case, row.actor, words), base, now.get(path, base), "0", "1", "any"))
    return Group("mediators", words.text("wb.group.mediators"), tuple(rows))


def _assignment(path: str, value: str) -> str:
    try:
        literal = f"{float(value):g}"
    except ValueError:
        literal = "'" + value.replace("'", "") + "'"
    return f"{path} = {literal}"


def assignments(groups: Sequence[Group], form: Mapping[str, str], free: Sequence[str]) -> tuple[str, ...]:
    """What a filled form says: an assignment for every lever that differs from the case, then the free lines.

    A lever absent from the form keeps the value it has.
    """
    found = []
    for lever in (lever for group in groups for lever in group.levers):
        value = form.get(f"lever:{lever.path}", lever.value).strip()
        if lever.kind == "impose":
            if value:
                found.append(_assignment(lever.path.format(date=form.get(f"day:{lever.path}", lever.day).strip()), value))
        elif value and _differs(value, lever.base):
            found.append(_assignment(lever.path, value))
    return tuple(dict.fromkeys([*found, *(canonical(line) for line in free if line.strip())]))


def _differs(value: str, base: str) -> bool:
    try:
        return abs(float(value) - float(base)) > 1e-12
    except ValueError:
        return value != base


def unmatched(groups: Sequence[Group], do: Sequence[str]) -> tuple[str, ...]:
    """Assignments that no lever shows (another field of a position, a prior)."""
    shown = {lever.path.format(date=lever.day) for group in groups for lever in group.levers if lever.changed}
    return tuple(text for text in do if path_of(text) not in shown)
