"""Filters: conditions that keep worlds, made from the variables of the brief's "ask the worlds"."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cumbre.brief.facts.pack import Variable
from cumbre.brief.sections.ask import ask_data
from cumbre.brief.sections.page import Writer
from cumbre.workbench.address import canonical

__all__ = ["Filter", "conditions", "filters", "free"]


@dataclass(frozen=True)
class Filter:
    """One variable that a condition may be set on.

    tests    for categories: label and condition of each; ticked are those kept (all = no condition)
    test     for numbers: condition with `{v}`; low and high as texts of the form, empty = open
    """

    id: str
    stage: str
    title: str
    tests: tuple[tuple[str, str], ...]
    ticked: tuple[bool, ...]
    test: str
    least: str
    most: str
    low: str
    high: str
    unit: str

    @property
    def changed(self) -> bool:
        """Whether it sets a condition."""
        return bool(self.low or self.high) or not all(self.ticked)

    @property
    def condition(self) -> str:
        """The condition as it stands in the address; empty where nothing is asked."""
        if self.tests:
            return _any(self.tests, self.ticked)
        parts = [self.test.replace("{v}", f"{sign} {end}") for sign, end in ((">=", self.low), ("<=", self.high)) if end]
        return canonical(" and ".join(parts))


def _any(tests: Sequence[tuple[str, str]], ticked: Sequence[bool]) -> str:
    if all(ticked):
        return ""
    kept = [test for (_, test), on in zip(tests, ticked, strict=True) if on]
    return canonical(kept[0] if len(kept) == 1 else "(" + " or ".join(kept) + ")") if kept else ""


def filters(w: Writer, variables: Sequence[Variable], given: Sequence[str]) -> list[Filter]:
    """The filters of a case, with what `given` asks of them."""
    data = json.loads(ask_data(w, tuple(variables)).replace("<\\/", "</").replace("<\\!--", "<!--"))
    found = []
    for entry in data["variables"]:
        if not entry["test"]:
            continue
        labels, test = entry["labels"], entry["test"]
        tests = tuple(
            (label, canonical(test.replace("{v}", value))) for label, value in zip(labels, entry["values"], strict=True)
        )
        digits = entry["digits"]
        plain = Filter(
            entry["id"],
            entry["stage"],
            entry["title"],
            tests,
            (True,) * len(tests),
            test,
            f"{entry['low']:.{digits}f}",
            f"{entry['high']:.{digits}f}",
            "",
            "",
            entry["unit"],
        )
        found.append(next((match for text in given if (match := _match(plain, text))), plain))
    return found


def _match(plain: Filter, text: str) -> Filter | None:
    """The filter as a condition of the address sets it, None where the condition is about something else."""
    if plain.tests:
        body = text[1:-1] if text.startswith("(") and " or " in text and text.endswith(")") else text
        parts = [part.strip() for part in body.split(" or ")]
        known = [test for _, test in plain.tests]
        if all(part in known for part in parts):
            return _replaced(plain, ticked=tuple(test in parts for test in known))
        return None
    head = re.escape(canonical(plain.test.replace("{v}", "")).strip())
    number = r"(-?\d+(?:\.\d+)?)"
    match = re.fullmatch(rf"(?:{head} >= {number})?(?: and )?(?:{head} <= {number})?", text)
    return _replaced(plain, low=match[1] or "", high=match[2] or "") if match and (match[1] or match[2]) else None


def _replaced(plain: Filter, **parts: object) -> Filter:
    from dataclasses import replace

    return replace(plain, **parts)  # type: ignore[arg-type]


def conditions(found: Sequence[Filter], form: Mapping[str, Sequence[str]], lines: Sequence[str]) -> tuple[str, ...]:
    """What a filled form asks: a condition for every filter that is set, then the free lines."""
    asked = []
    for item in found:
        if item.tests:
            if f"shown:{item.id}" in form:
                on = set(form.get(f"keep:{item.id}", ()))
                item = _replaced(item, ticked=tuple(str(k) in on for k in range(len(item.tests))))
                if not any(item.ticked):
                    item = _replaced(item, ticked=(True,) * len(item.tests))
        else:
            low, high = (
                _plain(form.get(f"{end}:{item.id}", (getattr(item, key),))[0]) for end, key in (("from", "low"), ("to", "high"))
            )
            item = _replaced(item, low=low, high=high)
        if item.condition:
            asked.append(item.condition)
    return tuple(dict.fromkeys([*asked, *(canonical(line) for line in lines if line.strip())]))


def _plain(text: str) -> str:
    try:
        return f"{float(text.replace(',', '.')):g}" if text.strip() else ""
    except ValueError:
        return ""


def free(found: Sequence[Filter], given: Sequence[str]) -> tuple[str, ...]:
    """Conditions that no filter shows."""
    shown = {item.condition for item in found if item.changed}
    return tuple(text for text in given if text not in shown)
