"""What moved since an earlier run of the same case, and which items became public in between."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cumbre.brief.facts.study import Study
from cumbre.brief.numbers import Figure, rule

__all__ = ["Change", "ChangedFacts", "changed_facts"]

FOLLOWED = (
    ("relation", "brief.relation.now"), ("table", "brief.table.any_deal"), ("table", "brief.table.full"), ("home", "brief.home.shift"),
    ("home", "brief.home.later"), ("ballot", "brief.ballot.decided"),
)  # fmt: skip


@dataclass(frozen=True)
class Change:
    """One number then and now. `because` holds items in words where an attribution was given."""

    stage: str
    id: str
    was: Figure
    now: Figure
    by: Figure
    because: tuple[str, ...]


@dataclass(frozen=True)
class ChangedFacts:
    """Changes since `day`, and the items of the record since then: events, polls, approval, changes of the field."""

    day: dt.date
    changes: tuple[Change, ...]
    items: tuple[tuple[dt.date, str, str, str, tuple[str, ...]], ...]

    def of(self, id_: str) -> Change | None:
        """The change of one number, if it is followed."""
        return next((c for c in self.changes if c.id == id_), None)


def changed_facts(study: Study, since: Mapping[str, Any] | None, more: Sequence[tuple[str, str]] = ()) -> ChangedFacts | None:
    """Compare with `since`, the parsed numbers.json of an earlier run (`meta.as_of`, `numbers`); None without one.

    `more` names further (stage, id) to follow, e.g. the candidates' chances. `since["because"]` may map ids to items in words.
    """
    if not since:
        return None
    meta = since.get("meta", since)
    day = dt.date.fromisoformat(str(meta["as_of"])[:10])
    old = since.get("numbers", {})
    because = since.get("because", {})
    changes = []
    for stage, id_ in (*FOLLOWED, *more):
        if id_ not in study.numbers or id_ not in old:
            continue
        now, was = study.numbers[id_], old[id_]
        value = was.get("value") if isinstance(was, Mapping) else was
        if not isinstance(value, (int, float)) or not now.sayable:
            continue
        passport = replace(
            now.passport, id=f"{id_}.was", value=float(value), rule=now.passport.rule, low=None, high=None,
            note=f"as of {day.isoformat()}", mc_error=None,
        )  # fmt: skip
        then = study.numbers.add(passport, now.form, now.digits, now.rule)
        scale = 100 if now.form == "chance" else 1
        gap = scale * (now.value - float(value))
        by = study.numbers.simulated(
            f"{id_}.by", gap, "points", rule("rule.changed.by", day=day), form="points" if now.form != "number" else "signed",
            digits=max(now.digits, 0 if scale == 100 else 1), n=now.passport.n,
        )  # fmt: skip
        changes.append(Change(stage, id_, then, now, by, tuple(str(b) for b in because.get(id_, ()))))
    return ChangedFacts(day, tuple(changes), _items(study, day))


def _items(study: Study, day: dt.date) -> tuple[tuple[dt.date, str, str, str, tuple[str, ...]], ...]:
    found = []
    for event in study.case.events:
        known = event.known or event.date
        if known > day:
            found.append((known, "event", event.summary, event.summary_es, event.source_id))
    for change in study.case.field:
        known = change.known or change.date
        if day < known <= study.case.as_of:
            found.append((known, "field", change.summary, change.summary_es, change.source_id))
    polls = {(p.published, p.pollster): p.source_id for p in study.case.polls if p.published > day}
    found += [(published, "poll", pollster, pollster, sources) for (published, pollster), sources in polls.items()]
    found += [(a.published, "approval", a.pollster, a.pollster, a.source_id) for a in study.case.approval if a.published > day]
    return tuple(sorted(found, key=lambda item: (item[0], item[1], item[2])))
