"""From a case to the arrays of `Fitted`: scales, sides, groups of issues, win-sets, signals."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from cumbre import priors
from cumbre.errors import InputError
from cumbre.record import schema as s
from cumbre.record.case import Case
from cumbre.record.winsets import winset
from cumbre.table.fitted import Fitted, Group, Judged

__all__ = ["read_case"]

Array = npt.NDArray[np.float64]
_PART = 0.85
"""A soft link at least this strong between two numeric issues of one unit means that the rarer is part of the other."""


def _nice_step(issue: s.Issue) -> float:
    """Smallest move on the issue's scale: one step of an ordered scale; a round number near a twentieth of a numeric one."""
    if issue.kind != "numeric":
        return 1.0
    rough = (issue.high - issue.low) / 20
    power = 10.0 ** math.floor(math.log10(rough))
    return min((m * power for m in (1.0, 2.5, 5.0, 10.0)), key=lambda v: abs(math.log(v / rough)))


def _day(day: dt.date | None, as_of: dt.date, otherwise: int) -> int:
    return otherwise if day is None else (day - as_of).days


def _shifted(row: s.Position, issue: s.Issue, signals: Sequence[s.Signal]) -> tuple[float, float, float]:
    """Low, mode, high after public acts: shifts add up to at most 0.3 of the scale, sd factors multiply, down to 0.5."""
    mine = [g for g in signals if g.actor == row.actor and g.issue == row.issue]
    shift = float(np.clip(sum(g.shift for g in mine), -0.3, 0.3)) * (issue.high - issue.low)
    factor = float(np.clip(np.prod([g.sd_factor for g in mine]) if mine else 1.0, 0.5, 2.0))
    mode = float(np.clip(row.mode + shift, issue.low, issue.high))
    low = float(np.clip(mode - factor * (row.mode - row.low), issue.low, mode))
    return low, mode, float(np.clip(mode + factor * (row.high - row.mode), mode, issue.high))


def _groups(case: Case, judged: Judged) -> tuple[tuple[Group, ...], npt.NDArray[np.intp]]:
    """Pairs of sides that bargain, the principals first, with the issues that are theirs (`Case.parties`)."""
    a, b = case.principals
    pair_of = [case.parties(issue) for issue in case.issues]
    names = list(dict.fromkeys([(a, b), *pair_of]))
    groups = []
    for pair in names:
        members = np.array([k for k, p in enumerate(pair_of) if p == pair], dtype=np.intp)
        rates = [
            (i.change_within[0] + 4 * i.change_within[1] + i.change_within[2]) / 6 for i in (case.issues[k] for k in members)
        ]
        # a deal is as frequent as the changes it would bring: the mean base rate of the issues that the two settle between them
        rate = float(np.mean(rates)) if rates else 0.0
        groups.append(Group(f"{pair[0]}-{pair[1]}", pair, members, rate, pair == (a, b)))
    return tuple(groups), np.array([names.index(p) for p in pair_of], dtype=np.intp)


def read_case(case: Case, *, signals: bool = True, judged: Judged | None = None) -> Fitted:
    """The arrays of a case, not yet calibrated. Raises InputError where a row names an issue that does not exist."""
    judged = judged or Judged()
    shipped = priors.load("table")
    issues = case.issues
    number = {issue.id: k for k, issue in enumerate(issues)}
    count = len(issues)
    low = np.array([i.low for i in issues], float)
    span = np.array([i.high - i.low for i in issues], float)
    horizon = (case.horizon - case.as_of).days
    quo = np.array([(i.status_quo - i.low) / (i.high - i.low) for i in issues], float)
    unknown = sorted({r.issue for r in case.positions if r.issue not in number})
    if unknown:
        raise InputError(f"positions.csv: no issue {', '.join(unknown)} in issues.toml; add it there or correct the id")
    groups, group_of = _groups(case, judged)
    rows = [r for r in case.positions if r.salience > 0 or r.capability > 0]
    total = len(rows)
    acts = case.signals if signals else ()
    beliefs = [_shifted(r, issues[number[r.issue]], acts) for r in rows]
    scale = [(issues[number[r.issue]].low, issues[number[r.issue]].high - issues[number[r.issue]].low) for r in rows]
    actor_ids = tuple(dict.fromkeys(r.actor for r in rows))
    source_ids = tuple(dict.fromkeys((r.source_id or ("none",))[0] for r in rows))
    row_issue = np.array([number[r.issue] for r in rows], dtype=np.intp)
    row_side = tuple(case.side(r.actor) for r in rows)
    row_mode = np.array([(m - lo) / w for (_, m, _), (lo, w) in zip(beliefs, scale, strict=True)], float)
    capability = np.array([r.capability / 100 for r in rows], float)
    salience = np.array([r.salience for r in rows], float)
    red = np.array(
        [np.nan if r.red_line is None else (r.red_line - lo) / w for r, (lo, w) in zip(rows, scale, strict=True)], float
    )
    above = np.zeros(total, bool)
    for n in range(total):
        others = [row_mode[m] for m in range(total) if row_issue[m] == row_issue[n] and m != n]
        centre = float(np.mean(others)) if others else 0.5
        # the line stands between the actor and the rest: nothing beyond it, seen from the actor's own position
        above[n] = red[n] > row_mode[n] or (red[n] == row_mode[n] and centre > red[n])
    decides = np.array([_speaks(case, r.actor, issues[k]) for r, k in zip(rows, row_issue, strict=True)], bool)
    arrays: dict[str, Any] = _sides(case, rows, row_issue, row_side, row_mode, salience, capability, groups, group_of)
    arrays |= _winsets(case, judged, groups, group_of, quo)
    links = np.zeros((count, count))
    for k, issue in enumerate(issues):
        for other, value in issue.soft_links.items():
            if other in number and number[other] != k:
                links[k, number[other]] = value
    links = np.where(np.abs(links) >= np.abs(links.T), links, links.T)
    mean_rate = np.array([(i.change_within[0] + 4 * i.change_within[1] + i.change_within[2]) / 6 for i in issues], float)
    parts = tuple(
        (j, k) for j in range(count) for k in range(count)
        if j != k and links[j, k] >= _PART and issues[j].kind == issues[k].kind == "numeric" and issues[j].unit == issues[k].unit
        and mean_rate[j] < mean_rate[k]
    )  # fmt: skip
    election = case.election
    mediators = tuple(
        (int(next((g for g, group in enumerate(groups) if set(group.sides) == {case.side(p) for p in m.between}), 0)),
         m.engages, m.information, m.money, m.guarantee, m.agenda)
        for m in case.mediators
    )  # fmt: skip
    mediated = np.array([[i.id in m.issues for i in issues] for m in case.mediators], bool).reshape(len(case.mediators), count)
    spoilers = []
    for sp in case.spoilers:
        if sp.watches not in number or sp.moves not in number:
            raise InputError(f"case.toml [[spoiler]] {sp.actor}: no issue {sp.watches} or {sp.moves}; correct the id")
        w, m = number[sp.watches], number[sp.moves]
        at = (sp.above - low[w]) / span[w]
        spoilers.append((w, at, at >= quo[w], sp.chance, m, (sp.to - low[m]) / span[m]))
    power, outside = _power(case, rows, groups, salience, capability, row_side, row_issue)
    return Fitted(
        issue_ids=tuple(i.id for i in issues),
        kinds=tuple(i.kind for i in issues),
        low=low,
        span=span,
        step=np.array([_nice_step(i) for i in issues], float) / span if count else np.zeros(0),
        status_quo=quo,
        base_rate=np.array([i.change_within for i in issues], float).reshape(count, 3),
        visibility=np.array([i.visibility for i in issues], float),
        outlives=np.array([i.outlives_term for i in issues], bool),
        deadline=np.array([_day(i.deadline, case.as_of, horizon) for i in issues], float),
        delivery_days=np.array([i.delivery_days for i in issues], float).reshape(count, 3),
        delivery_chance=np.array([i.delivery_chance for i in issues], float).reshape(count, 3),
        reversions=tuple(tuple(((r.value - i.low) / (i.high - i.low), r.chance) for r in i.reversion) for i in issues),
        ratifiers=tuple(
            (k, r.actor, case.side(r.actor), r.threshold, r.support, r.veto) for k, i in enumerate(issues) for r in i.ratifiers
        ),
        needs=tuple(
            (k, number[n.issue],
             -np.inf if n.at_least is None else (n.at_least - low[number[n.issue]]) / span[number[n.issue]],
             np.inf if n.at_most is None else (n.at_most - low[number[n.issue]]) / span[number[n.issue]])
            for k, i in enumerate(issues) for n in i.needs if n.issue in number
        ),
        links=links,
        parts_of=parts,
        row_issue=row_issue,
        row_actor=np.array([actor_ids.index(r.actor) for r in rows], dtype=np.intp),
        row_low=np.array([(v - lo) / w for (v, _, _), (lo, w) in zip(beliefs, scale, strict=True)], float),
        row_mode=row_mode,
        row_high=np.array([(v - lo) / w for (_, _, v), (lo, w) in zip(beliefs, scale, strict=True)], float),
        row_salience=salience,
        row_capability=capability,
        row_red=red,
        row_red_above=above,
        row_source=np.array([source_ids.index((r.source_id or ("none",))[0]) for r in rows], dtype=np.intp),
        row_ask=np.where(row_mode >= quo[row_issue], 1.0, -1.0) if total else np.zeros(0),
        row_decides=decides,
        row_side=row_side,
        actor_ids=actor_ids,
        source_ids=source_ids,
        groups=groups,
        group_of=group_of,
        single_decider=np.array([len({case.side(d) for d in i.deciders}) == 1 for i in issues], bool),
        **arrays,
        power=power,
        outside=outside,
        public=case.meeting is not None and case.meeting.setting == "public",
        announced=case.meeting is not None and case.meeting.deal_announced,
        horizon=horizon,
        first_round=_day(election.first_round if election else None, case.as_of, -1),
        term_end=_day(election.inauguration if election else None, case.as_of, -1),
        mediators=mediators,
        mediated=mediated,
        spoilers=tuple(spoilers),
        imposed=tuple(
            (number[i.issue], (i.date - case.as_of).days, (i.value - low[number[i.issue]]) / span[number[i.issue]])
            for i in case.imposed if i.issue in number
        ),
        principals=case.principals,
        slope=float(shipped["breakdown"]["single"]["slope"]),
        kernel_sd=float(shipped["many_actor"]["kernel_sd"]),
        judged=judged,
    )  # fmt: skip


def _speaks(case: Case, actor: str, issue: s.Issue) -> bool:
    """Whether a row speaks for a decider: the decider itself, its side, or its government."""
    for decider in issue.deciders:
        side = case.side(decider)
        if actor in (decider, side, f"{side}_GOV") or (
            case.side(actor) == side and _kind(case, actor) in ("state", "government")
        ):
            return True
    return False


def _kind(case: Case, actor: str) -> str:
    row = case.actor.get(actor)
    return row.kind if row else ""


def _sides(
    case: Case,
    rows: Sequence[s.Position],
    row_issue: npt.NDArray[np.intp],
    row_side: tuple[str, ...],
    row_mode: Array,
    salience: Array,
    capability: Array,
    groups: tuple[Group, ...],
    group_of: npt.NDArray[np.intp],
) -> dict[str, Array]:
    """Level II, inner: who makes a side's ideal point on each issue, with what salience; audiences beside it."""
    count, total = len(case.issues), len(rows)
    weight = np.zeros((count, 2, total))
    own, personal = np.zeros((count, 2)), np.zeros((count, 2))
    audience, audience_salience = np.full((count, 2), np.nan), np.zeros((count, 2))
    stated = np.full((count, 2), np.nan)
    for k, issue in enumerate(case.issues):
        pair = groups[group_of[k]].sides
        for side_number, side in enumerate(pair):
            mine = [n for n in range(total) if row_issue[n] == k and row_side[n] == side]
            lead = [
                n for n in mine if rows[n].actor in (side, f"{side}_GOV") or _kind(case, rows[n].actor) in ("state", "government")
            ]
            lead = lead or mine
            for n in mine:
                # the government leads; ministries, chambers, parties and business pull it by their capability and salience
                weight[k, side_number, n] = 1.0 if n in lead else 0.3 * capability[n] * salience[n]
            if mine:
                own[k, side_number] = max(salience[n] for n in lead)
                stated[k, side_number] = float(np.mean([row_mode[n] for n in lead]))
            if issue.benefits and case.side(issue.benefits) == side:
                personal[k, side_number] = 0.3
            people = [r for r in case.audiences if r.issue == issue.id and r.country == side and r.partition == 1]
            mass = np.array([r.share * r.salience for r in people], float)
            if people and mass.sum() > 0:
                ideal = (np.array([r.position for r in people], float) - issue.low) / (issue.high - issue.low)
                audience[k, side_number] = float((mass * np.clip(ideal, 0, 1)).sum() / mass.sum())
                audience_salience[k, side_number] = float(mass.sum() / sum(r.share for r in people))
    return {
        "side_weight": weight, "side_own": own, "side_personal": personal, "side_audience": audience,
        "side_audience_salience": audience_salience, "side_mode": stated,
    }  # fmt: skip


def _winsets(
    case: Case, judged: Judged, groups: tuple[Group, ...], group_of: npt.NDArray[np.intp], quo: Array
) -> dict[str, Array]:
    """Bounds of what a majority of each side's audiences accepts, issue by issue; the whole scale where nobody is asked."""
    count = len(case.issues)
    low, high = np.zeros((count, 2)), np.ones((count, 2))
    public = case.meeting is not None and case.meeting.setting == "public"
    # closed doors widen the win-set (Putnam 1988): an audience lets pass a loss that it hardly sees
    slack = judged.tolerance * (1.0 if public else 2.0)
    for k, issue in enumerate(case.issues):
        for number, side in enumerate(groups[group_of[k]].sides):
            people = [
                r for r in case.audiences if r.issue == issue.id and r.country == side and r.partition == 1 and r.salience > 0
            ]
            if not people:
                continue
            ideal = (np.array([r.position for r in people], float) - issue.low) / (issue.high - issue.low)
            care, mass = (np.array([getattr(r, name) for r in people], float) for name in ("salience", "share"))
            bounds = winset(np.clip(ideal, 0, 1), care, mass, float(quo[k]), threshold=-slack / max(issue.visibility, 0.05))
            if not np.isnan(bounds[0]):
                low[k, number], high[k, number] = bounds
    return {"winset_low": low, "winset_high": high}


def _power(
    case: Case,
    rows: Sequence[s.Position],
    groups: tuple[Group, ...],
    salience: Array,
    capability: Array,
    row_side: tuple[str, ...],
    row_issue: npt.NDArray[np.intp],
) -> tuple[Array, Array]:
    """Bargaining power of each group's first side, and outside options.

    Power is the share of capability (weighted by salience over the group's issues), corrected for patience: a side whose term ends
    within a year discounts half as fast again (Binmore, Rubinstein & Wolinsky 1986). A third state with a position on an issue that
    one side alone decides is that side's outside option; it lowers that side's cost of failure by up to 30 %.
    """
    power, outside = np.full(len(groups), 0.5), np.zeros((len(groups), 2))
    ends = case.election is not None and case.election.inauguration is not None
    for g, group in enumerate(groups):
        strength, impatience = [], []
        for number, side in enumerate(group.sides):
            mine = [n for n in range(len(rows)) if row_side[n] == side and row_issue[n] in group.issues and rows[n].actor == side]
            mine = mine or [n for n in range(len(rows)) if row_side[n] == side and row_issue[n] in group.issues]
            mass = float(sum(salience[n] for n in mine))
            strength.append(sum(capability[n] * salience[n] for n in mine) / mass if mass > 0 else 0.5)
            soon = ends and case.election is not None and case.election.country == side
            impatience.append(1.5 if soon else 1.0)
            for n in range(len(rows)):
                issue = case.issues[row_issue[n]]
                foreign = row_side[n] not in (*case.principals, *group.sides) and _kind(case, rows[n].actor) == "state"
                if group.principal and foreign and [case.side(d) for d in issue.deciders] == [side]:
                    outside[g, number] = max(outside[g, number], 0.3 * capability[n] * salience[n])
        raw = strength[0] / (strength[0] + strength[1]) if sum(strength) > 0 else 0.5
        patient = impatience[1] / (impatience[0] + impatience[1])
        odds = raw / max(1 - raw, 1e-6) * patient / (1 - patient)
        power[g] = float(np.clip(odds / (1 + odds), 0.1, 0.9))
    return power, outside
