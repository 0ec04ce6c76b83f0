"""What is new between two dates: the difference of two cuts of one case, as a set of items that can be put in one by one."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from cumbre.questions.phrases import Text, candidate_name, day, side_name
from cumbre.record.case import Case

__all__ = ["Edit", "Item", "apply_items", "differences", "group_items"]

_KEYS: Mapping[str, Callable[[Any], Hashable]] = {
    "events": lambda r: r.id,
    "polls": lambda r: r.poll_id,
    "approval": lambda r: r.id,
    "field": lambda r: r.id,
    "candidates": lambda r: r.id,
    "primaries": lambda r: r.id,
    "positions": lambda r: (r.actor, r.issue),
    "audiences": lambda r: r.id,
    "channels": lambda r: r.id,
    "signals": lambda r: r.id,
    "issues": lambda r: r.id,
    "calendar": lambda r: r.id,
    "exposures": lambda r: r.id,
    "actors": lambda r: (r.id, r.from_),
}
"""What makes rows of a table one thing. Tables that no stage reads (sources, questions, presets) take their later form."""

_NOUNS: Mapping[str, Text] = {
    "event": Text("events", "hechos"), "poll": Text("polls", "encuestas"),
    "approval": Text("approval readings", "mediciones de aprobación"), "field": Text("changes of the field", "cambios en la contienda"),
    "position": Text("edits to positions", "cambios de posiciones"), "issue": Text("issue values", "valores de asuntos"),
    "audience": Text("edits to audiences", "cambios de audiencias"), "channel": Text("edits to channels", "cambios de canales"),
    "other": Text("edits", "cambios"),
}  # fmt: skip


class Edit(NamedTuple):
    """The rows of one thing in one table, before and after; either may be empty."""

    table: str
    key: Hashable
    before: tuple[Any, ...]
    after: tuple[Any, ...]


@dataclass(frozen=True)
class Item:
    """One piece of news, or one edit of a judgement.

    kind      event, poll, approval, field, position, issue, audience, channel or other
    text, text_es   what it is
    on        the day on which it became public, if known
    source_id ids of sources.csv
    edits     what it changes in the tables
    weight    how much it may matter, for choosing what stands alone where there are too many items
    members   words of the items in it, where it is a group
    """

    id: str
    kind: str
    text: str
    text_es: str
    on: dt.date | None
    source_id: tuple[str, ...]
    edits: tuple[Edit, ...]
    weight: float = 0.0
    members: tuple[Text, ...] = ()

    def words(self, lang: str = "en") -> str:
        """What it is, in one language."""
        return self.text_es if lang == "es" else self.text


def _rows(case: Case, table: str) -> dict[Hashable, tuple[Any, ...]]:
    found: dict[Hashable, list[Any]] = defaultdict(list)
    for row in getattr(case, table):
        found[_KEYS[table](row)].append(row)
    return {key: tuple(rows) for key, rows in found.items()}


def _edits(old: Case, new: Case) -> list[Edit]:
    found = []
    for table in _KEYS:
        before, after = _rows(old, table), _rows(new, table)
        for key in [*after, *(key for key in before if key not in after)]:
            one, two = before.get(key, ()), after.get(key, ())
            if one != two:
                found.append(Edit(table, key, one, two))
    return found


def _issue_value(issue: Any, value: float, lang: str) -> str:
    labels = (issue.labels_es or issue.labels) if lang == "es" else issue.labels
    place = round(value - issue.low)
    if labels and 0 <= place < len(labels):
        return str(labels[place])
    return f"{value:g} {(issue.unit_es or issue.unit) if lang == 'es' else issue.unit}".strip()


def _describe(edit: Edit, new: Case) -> tuple[str, Text, dt.date | None, float]:
    """Kind, words, day and weight of an edit."""
    row = (edit.after or edit.before)[0]
    known = getattr(row, "known", None)
    match edit.table:
        case "events":
            # Acts between the two governments weigh more than those of third parties: the headline numbers are about the two.
            own = {new.side(row.source), new.side(row.target)} == set(new.principals)
            weight = abs(row.intensity) * (1.0 if own else 0.5)
            return "event", Text(row.summary, row.summary_es or row.summary), row.known or row.date, weight
        case "polls":
            return (
                "poll",
                Text(
                    f"poll by {row.pollster}, field work to {day(row.field_end).en}",
                    f"encuesta de {row.pollster}, trabajo de campo hasta el {day(row.field_end).es}",
                ),
                row.known or row.published,
                6.0,
            )  # fmt: skip
        case "approval":
            level = "" if row.approve_pct is None else f": {row.approve_pct:g} %"
            text = Text(f"approval by {row.pollster}{level}", f"aprobación según {row.pollster}{level}")
            return "approval", text, row.known or row.published, 6.0
        case "field":
            name = candidate_name(new, row.candidate) if row.candidate else Text(row.target, row.target)
            plain = Text(f"{name.en}: {row.change.replace('_', ' ')}", f"{name.es}: cambio en la contienda")
            return (
                "field",
                Text(row.summary or plain.en, row.summary_es or row.summary or plain.es),
                row.known or row.date,
                3.0 * row.probability,
            )
        case "candidates":
            return "field", Text(f"entry on {row.name} revised", f"ficha de {row.name} revisada"), known, 3.0
        case "primaries":
            return (
                "field",
                Text(f"{row.name}: expected votes", f"{row.name_es or row.name}: votos esperados"),
                known,
                3.0,
            )
        case "positions":
            name, issue = side_name(new, row.actor), new.issue.get(row.issue)
            title = issue.title if issue else row.issue
            title_es = (issue.title_es or issue.title) if issue else row.issue
            return (
                "position",
                Text(f"position of {name.en} on {title}", f"posición de {name.es} sobre {title_es}"),
                known,
                4.0,
            )
        case "issues":
            value = row.history[-1]
            if edit.before and edit.before[0].history[-1].value == value.value:
                text = Text(
                    f"{row.title}: still {_issue_value(row, value.value, 'en')} on {day(value.date).en}",
                    f"{row.title_es or row.title}: sigue en {_issue_value(row, value.value, 'es')} el {day(value.date).es}",
                )
                return "issue", text, value.date, 1.0
            text = Text(
                f"{row.title}: {_issue_value(row, value.value, 'en')} since {day(value.date).en}",
                f"{row.title_es or row.title}: {_issue_value(row, value.value, 'es')} desde el {day(value.date).es}",
            )
            return "issue", text, value.date, 5.0
        case "audiences":
            return "audience", Text(f"judgement on {row.name}", f"juicio sobre {row.name_es or row.name}"), known, 2.0
        case "channels":
            return "channel", Text(f"channel {row.name}", f"canal {row.name_es or row.name}"), known, 4.0
        case "signals":
            return "other", Text(f"signal {row.id}", f"señal {row.id}"), known, 0.0
        case "calendar":
            return "other", Text(f"calendar: {row.event}", f"calendario: {row.event_es or row.event}"), known, 0.0
    plain = row.measure if edit.table == "exposures" else row.name
    spanish = (row.measure_es if edit.table == "exposures" else row.name_es) or plain
    return "other", Text(f"record: {plain}", f"registro: {spanish}"), known, 0.0


def _together(edits: Sequence[Edit]) -> list[list[Edit]]:
    """Edits that make no sense apart: a signal with its event; a change of the field with the entries of that day."""
    by_event: dict[str, list[Edit]] = {}
    entries: dict[Any, list[Edit]] = {}
    found: list[list[Edit]] = []
    for edit in edits:
        row = (edit.after or edit.before)[0]
        if edit.table == "signals" and row.event in by_event:
            by_event[row.event].append(edit)
        elif edit.table in ("candidates", "primaries"):
            # Half of a registration (a primary without its candidates) is a field that nobody ever saw.
            if row.known not in entries:
                entries[row.known] = []
                found.append(entries[row.known])
            entries[row.known].append(edit)
        else:
            group = [edit]
            found.append(group)
            if edit.table == "events":
                by_event[row.id] = group
    return found


def differences(old: Case, new: Case) -> list[Item]:
    """Items that lead from the tables of `old` to those of `new`, in order of the day on which they became public."""
    items = []
    edits = sorted(_edits(old, new), key=lambda edit: edit.table == "signals")
    for group in _together(edits):
        kind, text, on, weight = _describe(group[0], new)
        if len(group) > 1 and group[0].table in ("candidates", "primaries"):
            since = f" of {day(on).en}" if on else ""
            desde = f" del {day(on).es}" if on else ""
            text = Text(
                f"the field of candidates{since} ({len(group)} entries)", f"la lista de candidaturas{desde} ({len(group)} fichas)"
            )
        sources = tuple(dict.fromkeys(name for edit in group for row in edit.after or edit.before for name in row.source_id))
        key = group[0].key if isinstance(group[0].key, str) else "-".join(map(str, group[0].key))  # type: ignore[call-overload]
        id_ = f"{group[0].table}:{key}"
        items.append(Item(id_, kind, text.en, text.es, on, sources, tuple(group), weight))
    if old.meeting != new.meeting:
        items.append(_meeting(old, new))
    return sorted(items, key=lambda item: (item.on or dt.date.min, item.id))


def _meeting(old: Case, new: Case) -> Item:
    meeting = new.meeting or old.meeting
    assert meeting is not None
    on, words = meeting.known, Text("the meeting becomes known", "se conoce la reunión")
    if old.meeting is not None or meeting.date <= new.as_of:
        on = meeting.date
        words = Text(f"outcome of the meeting (tone: {meeting.tone})", "desenlace de la reunión")
    edit = Edit("meeting", "meeting", (old.meeting,), (new.meeting,))
    return Item("meeting", "other", words.en, words.es, on, (), (edit,), 8.0)


def _merged(kind: str, items: Sequence[Item], others: bool) -> Item:
    """One item for many; `others` says that some of the kind stand alone beside it."""
    days = sorted(item.on for item in items if item.on)
    noun = _NOUNS.get(kind, _NOUNS["other"])
    span = Text("", "")
    if days:
        one, two = day(days[0]), day(days[-1])
        span = (
            Text(f", {one.en} to {two.en}", f", del {one.es} al {two.es}") if one != two else Text(f", {one.en}", f", {one.es}")
        )
    more = Text("more ", " más") if others else Text("", "")
    sources = tuple(dict.fromkeys(name for item in items for name in item.source_id))
    return Item(
        f"{kind}:all", kind, f"{len(items)} {more.en}{noun.en}{span.en}", f"{len(items)} {noun.es}{more.es}{span.es}",
        days[-1] if days else None, sources, tuple(edit for item in items for edit in item.edits), max(item.weight for item in items),
        tuple(Text(item.text, item.text_es) for item in items),
    )  # fmt: skip


def group_items(items: Sequence[Item], most: int) -> list[Item]:
    """At most `most` items: the weightiest stand alone, the rest are put together by kind (never fewer groups than one a kind)."""
    order = sorted(items, key=lambda item: (-item.weight, item.id))
    alone = len(order)
    while alone and alone + len({item.kind for item in order[alone:]}) > most:
        alone -= 1
    rest: dict[str, list[Item]] = defaultdict(list)
    for item in order[alone:]:
        rest[item.kind].append(item)
    single = {item.kind for item in order[:alone]}
    merged = [group[0] if len(group) == 1 else _merged(kind, group, kind in single) for kind, group in rest.items()]
    return sorted([*order[:alone], *merged], key=lambda item: (item.on or dt.date.min, item.id))


def apply_items(old: Case, new: Case, chosen: Iterable[Item]) -> Case:
    """The tables of `old` with the chosen items put in; dates, frame and what no stage reads are those of `new`."""
    put = {(edit.table, edit.key): edit for item in chosen for edit in item.edits}
    tables: dict[str, Any] = {}
    for table in _KEYS:
        before, after = _rows(old, table), _rows(new, table)
        rows: list[Any] = []
        for key in [*after, *(key for key in before if key not in after)]:
            edit = put.get((table, key))
            rows += edit.after if edit is not None else before.get(key, ())
        tables[table] = tuple(rows)
    meeting = new.meeting if ("meeting", "meeting") in put else old.meeting
    return new.change(meeting=meeting, **tables)
