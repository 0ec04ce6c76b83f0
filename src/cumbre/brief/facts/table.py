"""What is on the table, what either side wants, and where the worlds settle."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cumbre.brief.facts.study import Study
from cumbre.brief.numbers import Figure, rule
from cumbre.record.schema import Issue, Position

__all__ = ["IssueFacts", "ModelChance", "TableFacts", "Want", "table_facts"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Want:
    """What a side wants on an issue."""

    side: str
    actor: str
    low: Figure
    mode: Figure
    high: Figure
    red_line: Figure | None


@dataclass(frozen=True)
class IssueFacts:
    """One issue: the status quo, both sides, and its values over the worlds on the last day."""

    issue: Issue
    status_quo: Figure
    wants: tuple[Want, ...]
    value: Figure
    changed: Figure
    better: Figure
    worse: Figure
    signed: Figure | None
    ratified: Figure | None
    delivered: Figure | None
    steps: tuple[Figure, ...]
    values: FloatArray
    win_set: tuple[float, float] | None

    @property
    def is_steps(self) -> bool:
        """Whether the scale is a ladder of labelled steps."""
        return bool(self.issue.labels)


@dataclass(frozen=True)
class ModelChance:
    """Chance of a deal in the worlds of one solution concept, and that concept's share of worlds."""

    name: str
    weight: Figure
    deal: Figure


@dataclass(frozen=True)
class OutsideView:
    """How often past cases of a kind ended in some way."""

    kind: str
    group: str
    outcome: str
    share: Figure
    n: Figure
    source: str


@dataclass(frozen=True)
class TradeFacts:
    """Two sides give way, each on the issue it cares less about; how far the outcomes move on their scales, and the gain of each."""

    giver: str
    issue: Issue
    shift: Figure
    other: str
    for_issue: Issue
    for_shift: Figure
    gain: Figure


@dataclass(frozen=True)
class TableFacts:
    """The section and the card."""

    any_deal: Figure
    full: Figure
    partial: Figure
    none: Figure
    causes: tuple[tuple[str, Figure], ...]
    models: tuple[ModelChance, ...]
    signed: Figure | None
    ratified: Figure | None
    delivered: Figure | None
    issues: tuple[IssueFacts, ...]
    outside: tuple[OutsideView, ...]
    trades: tuple[TradeFacts, ...]
    last_day: dt.date

    @property
    def movers(self) -> tuple[IssueFacts, ...]:
        """Issues by their chance of change, most likely first."""
        return tuple(sorted(self.issues, key=lambda i: -i.changed.value))


def table_facts(study: Study) -> TableFacts | None:
    """None where the table did not run."""
    if not study.has("table", "value", "deal"):
        return None
    numbers, deal = study.numbers, study.array("table", "deal")
    last_day = study.case.horizon

    def chance(name: str, mask: npt.ArrayLike) -> Figure:
        return numbers.chance(f"brief.table.{name}", mask, rule(f"rule.table.{name}", day=last_day), within=study.within)

    ids = study.labels("table", "issue")
    known = [(k, study.case.issue[i]) for k, i in enumerate(ids) if i in study.case.issue]
    mutual = [k for k, issue in known if study.case.parties(issue) == tuple(study.case.principals)]
    stages: dict[str, Figure | None] = {"signed": None, "ratified": None, "delivered": None}
    for name in stages:
        if study.has("table", f"{name}_day"):
            stages[name] = chance(name, (study.array("table", f"{name}_day")[:, mutual] >= 0).any(axis=1))
    return TableFacts(
        chance("any_deal", deal > 0), chance("full", deal == 2), chance("partial", deal == 1), chance("none", deal == 0),
        _causes(study), _models(study, deal), stages["signed"], stages["ratified"], stages["delivered"],
        tuple(_issue(study, k, issue) for k, issue in known), _outside(study), _trades(study),
        last_day,
    )  # fmt: skip


def _flags(study: Study, name: str) -> list[str]:
    meanings = study.worlds["table"][name].attrs.get("flag_meanings", "")
    if isinstance(meanings, (list, tuple, np.ndarray)):
        return [str(m) for m in meanings]
    return [part.strip() for part in str(meanings).split(";" if ";" in str(meanings) else None)]


def _outside(study: Study) -> tuple[OutsideView, ...]:
    frame = study.readout("table", "outside_view")
    if frame is None or not {"kind", "group", "outcome", "share", "n", "source"} <= set(frame.columns):
        return ()
    found = []
    for k, row in enumerate(frame.to_dict("records")):
        base, source = f"brief.table.outside.{k}", str(row["source"])
        share = study.numbers.recorded(
            base,
            100 * float(row["share"]),
            "per cent",
            rule("rule.table.outside", source=source),
            form="percent",
            label="selected",
            n=int(row["n"]),
        )
        n = study.numbers.recorded(
            f"{base}.n", float(row["n"]), "cases", rule("rule.table.outside_n", source=source), form="count"
        )
        found.append(OutsideView(str(row["kind"]), str(row["group"]), str(row["outcome"]), share, n, source))
    return tuple(found)


def _trades(study: Study) -> tuple[TradeFacts, ...]:
    frame = study.readout("table", "trades")
    if frame is None:
        return ()
    found = []
    for k, row in enumerate(frame.head(3).to_dict("records")):
        one, two = study.case.issue[str(row["issue"])], study.case.issue[str(row["for_issue"])]

        def moved(name: str, issue: Issue, base: str = f"brief.table.trade.{k}", row: dict[Any, Any] = row) -> Figure:
            return study.numbers.recorded(
                f"{base}.{name}", float(row[name]), issue.unit or "step", rule("rule.table.trade_shift"), form="signed", digits=2,
                label="judged",
            )  # fmt: skip

        gain = study.numbers.recorded(
            f"brief.table.trade.{k}.gain", 100 * float(row["gain"]), "per cent", rule("rule.table.trade"), form="percent", digits=1,
            label="judged",
        )  # fmt: skip
        found.append(
            TradeFacts(str(row["giver"]), one, moved("shift", one), str(row["other"]), two, moved("for_shift", two), gain)
        )
    return tuple(found)


def _key(name: str) -> str:
    return "_".join(name.replace(",", "").split())


def _causes(study: Study) -> tuple[tuple[str, Figure], ...]:
    if not study.has("table", "cause"):
        return ()
    cause = study.array("table", "cause")
    found = [
        (
            _key(name),
            study.numbers.chance(
                f"brief.table.cause.{_key(name)}", cause == k, rule("rule.table.cause", cause=name.replace("_", " "))
            ),
        )
        for k, name in enumerate(_flags(study, "cause"))
        if (cause == k).any()
    ]
    return tuple(sorted(found, key=lambda pair: -pair[1].value))


def _models(study: Study, deal: npt.NDArray[np.int8]) -> tuple[ModelChance, ...]:
    if not study.has("table", "model"):
        return ()
    model = study.array("table", "model")
    found = []
    for k, name in enumerate(_flags(study, "model")):
        here = model == k
        if here.any():
            said = name.replace("_", " ")
            weight = study.numbers.chance(f"brief.table.model.{name}.weight", here, rule("rule.table.model_weight", model=said))
            inside = study.numbers.chance(
                f"brief.table.model.{name}.deal", deal[here] > 0, rule("rule.table.model_deal", model=said)
            )
            found.append(ModelChance(name, weight, inside))
    return tuple(sorted(found, key=lambda m: -m.deal.value))


def _speaker(study: Study, side: str, issue: str) -> Position | None:
    """The actor that speaks for a side on an issue: the side itself, else its most capable actor."""
    rows = [p for p in study.case.positions if p.issue == issue and study.case.side(p.actor) == side]
    return max(rows, key=lambda p: (p.actor == side, p.capability), default=None)


def _issue(study: Study, k: int, issue: Issue) -> IssueFacts:
    numbers, base = study.numbers, f"brief.table.{issue.id}"
    values = study.issue_value(k, study.case.horizon)
    unit = issue.unit or "step"
    digits = 0 if issue.labels or issue.kind == "count" or issue.high - issue.low >= 20 else 1
    quo = issue.status_quo
    wants = []
    for side in (study.case.home, study.other):
        row = _speaker(study, side, issue.id)
        if row is None:
            continue
        said = {
            name: numbers.recorded(
                f"{base}.{side}.{name}", value, unit, rule(f"rule.table.position_{name}", actor=row.actor), sources=row.source_id,
                label="judged", digits=digits, note=row.basis,
            )
            for name, value in (("low", row.low), ("mode", row.mode), ("high", row.high), ("red_line", row.red_line))
            if value is not None
        }  # fmt: skip
        wants.append(Want(side, row.actor, said["low"], said["mode"], said["high"], said.get("red_line")))
    sign = 1.0 if issue.best >= issue.worst else -1.0
    moved = np.abs(values - quo) > 1e-6 * (issue.high - issue.low)
    gain = sign * (values - quo)
    chances = {
        name: numbers.chance(f"{base}.{name}", mask, rule(f"rule.table.issue_{name}", day=study.case.horizon))
        for name, mask in (("changed", moved), ("better", moved & (gain > 0)), ("worse", moved & (gain < 0)))
    }
    stages: dict[str, Figure | None] = {"signed": None, "ratified": None, "delivered": None}
    for name in stages:
        if study.has("table", f"{name}_day"):
            mask = study.array("table", f"{name}_day")[:, k] >= 0
            stages[name] = numbers.chance(f"{base}.{name}", mask, rule(f"rule.table.issue_{name}", day=study.case.horizon))
    steps: list[Figure] = []
    if issue.labels:
        nearest = np.rint(values - issue.low).astype(int)
        for step, label in enumerate(issue.labels):
            steps.append(numbers.chance(f"{base}.step{step}", nearest == step, rule("rule.table.issue_step", step=label)))
    status = numbers.recorded(
        f"{base}.status_quo", quo, unit, rule("rule.table.status_quo"), sources=issue.history[-1].source_id or issue.source_id,
        digits=digits,
    )  # fmt: skip
    value = numbers.spread(f"{base}.value", values, unit, rule("rule.table.issue_value", day=study.case.horizon), digits=digits)
    return IssueFacts(
        issue, status, tuple(wants), value, chances["changed"], chances["better"], chances["worse"], stages["signed"],
        stages["ratified"], stages["delivered"], tuple(steps), values, _win_set(study, issue.id),
    )  # fmt: skip


def _win_set(study: Study, issue: str) -> tuple[float, float] | None:
    """Values that enough audiences of both sides would accept, as the table reads them."""
    frame = study.readout("table", "zone")
    if frame is None or not {"issue", "low", "high"} <= set(frame.columns):
        return None
    rows = frame[frame["issue"] == issue]
    if rows.empty or ("open" in rows and not bool(rows["open"].iloc[0])):
        return None
    low, high = float(rows["low"].iloc[0]), float(rows["high"].iloc[0])
    return (low, high) if np.isfinite(low) and np.isfinite(high) and low <= high else None
