"""Some thousand worlds of two dozen variables, small enough to travel inside the page."""

from __future__ import annotations

import base64
import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cumbre.brief.facts.ballot import BallotFacts
from cumbre.brief.facts.study import Study
from cumbre.brief.facts.table import TableFacts

__all__ = ["PACKED", "Variable", "decode", "pack_worlds"]

PACKED = 4000
"""Worlds that travel in the page."""

ISSUES, SHARES, PAIRS = 7, 4, 5


@dataclass(frozen=True)
class Variable:
    """One variable of the page's own worlds.

    labels   for a variable of categories: (group, id) of each, to be named in the page's language; empty for numbers
    test     the condition in the question language: `{v}` stands for the category's own value, or the number
    low, high   what the codes 0 and 65535 mean, for numbers
    data     base64 of little-endian uint8 (categories) or uint16 (numbers); the last code means undefined
    """

    id: str
    stage: str
    key: str
    subject: str
    labels: tuple[tuple[str, str], ...]
    test: str
    low: float
    high: float
    digits: int
    form: str
    data: str
    day: dt.date | None = None


def pack_worlds(study: Study, table: TableFacts | None, ballot: BallotFacts | None) -> tuple[Variable, ...]:
    """The variables that a reader may set, in the order of the page."""
    return (*_relation(study), *_table(study, table), *_home(study), *_ballot(study, ballot))


def _numbers(id_: str, stage: str, key: str, values: npt.ArrayLike, test: str, *, subject: str = "", digits: int = 1,
             form: str = "number", day: dt.date | None = None) -> Variable | None:  # fmt: skip
    values = np.asarray(values, dtype=np.float64)[:PACKED]
    known = np.isfinite(values)
    if not known.any():
        return None
    low, high = float(values[known].min()), float(values[known].max())
    if low == high:
        return None
    codes = np.full(len(values), 65535, dtype="<u2")
    codes[known] = np.rint((values[known] - low) / (high - low) * 65534).astype("<u2")
    data = base64.b64encode(codes.tobytes()).decode()
    return Variable(id_, stage, key, subject, (), test, low, high, digits, form, data, day)


def _classes(id_: str, stage: str, key: str, codes: npt.NDArray[Any], labels: list[tuple[str, str]], test: str, *, subject: str = "",
             day: dt.date | None = None) -> Variable | None:  # fmt: skip
    codes = np.asarray(codes)[:PACKED]
    there = [k for k in range(len(labels)) if (codes == k).any()]
    if len(there) < 2:
        return None
    order = {old: new for new, old in enumerate(there)}
    small = np.array([order.get(int(c), 255) for c in codes], dtype=np.uint8)
    data = base64.b64encode(small.tobytes()).decode()
    return Variable(id_, stage, key, subject, tuple(labels[k] for k in there), test, 0, 0, 0, "class", data, day)


def decode(variable: Variable) -> npt.NDArray[np.float64]:
    """What the page's script makes of the data: codes of categories, or numbers (nan where undefined)."""
    raw = base64.b64decode(variable.data)
    if variable.labels:
        codes = np.frombuffer(raw, dtype=np.uint8).astype(float)
        return np.where(codes == 255, np.nan, codes)
    codes = np.frombuffer(raw, dtype="<u2").astype(float)
    return np.where(codes == 65535, np.nan, variable.low + codes / 65534 * (variable.high - variable.low))


def _relation(study: Study) -> list[Variable]:
    found: list[Variable | None] = []
    if study.has("relation", "index") and study.pair in study.labels("relation", "pair"):
        pair, day = study.labels("relation", "pair").index(study.pair), study.vote_day
        a, b = sorted(study.case.principals)
        values = study.array("relation", "index")[:, pair, study.week("relation", day)]
        found.append(_numbers("index", "relation", "ask.index", values, f"relation.index['{a}','{b}','{day}'] {{v}}", day=day))
    if study.has("relation", "event_day"):
        days = study.array("relation", "event_day")
        sources, targets, kinds = (np.array(study.labels("relation", f"slot_{c}")) for c in ("source", "target", "kind"))
        home, other, day = study.case.home, study.other, study.vote_day
        last, first = (day - study.case.as_of).days, study.case.as_of
        for source, target, kind in ((other, home, "THREATEN"), (other, home, "SANCTION"), (home, other, "CONSULT")):
            here = (sources == source) & (targets == target) & (kinds == kind)
            if here.any():
                happens = ((days[:, here] > 0) & (days[:, here] <= last)).any(axis=1).astype(int)
                test = f"(relation.events['{source}','{target}','{kind}','{first}','{day}'] > 0) == {{v}}"
                found.append(_classes(f"event_{source}_{kind}", "relation", "ask.event", happens, [("no", "False"), ("yes", "True")],
                                      test, subject=f"{source}|{target}|{kind}", day=day))  # fmt: skip
    return [v for v in found if v is not None]


def _table(study: Study, table: TableFacts | None) -> list[Variable]:
    if table is None:
        return []
    day = study.case.horizon
    deal = study.array("table", "deal")
    found = [_classes("deal", "table", "ask.deal", deal, [("deal", "none"), ("deal", "partial"), ("deal", "full")], "", day=day)]
    for item in table.movers[:ISSUES]:
        issue, test = item.issue, f"table.value['{item.issue.id}','{day}'] {{v}}"
        if item.is_steps:
            codes = np.rint(item.values - issue.low).astype(int)
            labels = [("step", f"{issue.low + k:g}") for k in range(len(issue.labels))]
            equal = f"table.value['{issue.id}','{day}'] == {{v}}"
            found.append(_classes(f"issue_{issue.id}", "table", "ask.issue", codes, labels, equal, subject=issue.id, day=day))
        else:
            digits = 0 if issue.kind == "count" or issue.high - issue.low >= 20 else 1
            found.append(
                _numbers(f"issue_{issue.id}", "table", "ask.issue", item.values, test, subject=issue.id, digits=digits, day=day)
            )
    return [v for v in found if v is not None]


def _home(study: Study) -> list[Variable]:
    found, day = [], study.vote_day
    if study.has("home", "approval"):
        values = study.array("home", "approval")[:, study.week("home", day)]
        found.append(
            _numbers("approval", "home", "ask.approval", values, f"home.approval['{day}'] {{v}}", form="percent", day=day)
        )
    election = study.case.election
    if study.has("home", "shift") and election and election.leader_bloc in study.labels("home", "bloc"):
        values = study.array("home", "shift")[:, study.labels("home", "bloc").index(election.leader_bloc)]
        test = f"home.shift['{election.leader_bloc}'] {{v}}"
        found.append(
            _numbers("shift", "home", "ask.shift", values, test, form="points", digits=2, subject=election.leader_bloc, day=day)
        )
    return [v for v in found if v is not None]


def _ballot(study: Study, ballot: BallotFacts | None) -> list[Variable]:
    if ballot is None:
        return []
    ids = study.labels("ballot", "candidate")
    people = [("person", i) for i in ids]
    found: list[Variable | None] = []
    won = study.array("ballot", "primary_winner") if study.has("ballot", "primary_winner") else None
    for k, primary in enumerate(study.labels("ballot", "primary") if won is not None else []):
        test = f"ballot.primary['{primary}'].winner == '{{v}}'"
        assert won is not None
        found.append(_classes(f"primary_{primary}", "ballot", "ask.primary", won[:, k], people, test, subject=primary))
    rank = study.array("ballot", "rank1")
    found.append(_classes("first", "ballot", "ask.first", np.argmin(rank, axis=1), people, "ballot.rank1['{v}'] == 1"))
    for person in ballot.top[:SHARES]:
        test = f"ballot.share1['{person.id}'] {{v}}"
        standing = np.where(study.array("ballot", "on_ballot")[:, ids.index(person.id)] > 0, person.shares, np.nan)
        found.append(_numbers(f"share_{person.id}", "ballot", "ask.share", standing, test, subject=person.id, form="percent"))
    inside = study.array("ballot", "in_runoff") > 0
    codes = np.full(len(inside), PAIRS)
    labels = [("pair", f"{p.first}|{p.second}") for p in ballot.pairs[:PAIRS]]
    for k, pair in enumerate(ballot.pairs[:PAIRS]):
        codes[inside[:, ids.index(pair.first)] & inside[:, ids.index(pair.second)]] = k
    codes = np.where(codes == PAIRS, len(labels), codes)
    found.append(_classes("pair", "ballot", "ask.pair", codes, [*labels, ("other", "other")], ""))
    found.append(_classes("winner", "ballot", "ask.winner", study.array("ballot", "winner"), people, "ballot.winner == '{v}'"))
    return [v for v in found if v is not None]
