"""Why the table says what it says: packages, results by concept, tornado, levers, variance shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from cumbre.errors import ExpressionError, UsageError
from cumbre.expression import evaluate_condition, parse
from cumbre.record.case import Case
from cumbre.table.exchange import exchange
from cumbre.table.fitted import Fitted
from cumbre.table.mean import mean_levers
from cumbre.table.process import engaged_mediators, moves, talk_odds
from cumbre.table.sampling import Draws, draw_inputs
from cumbre.table.settlement import MODELS, settle
from cumbre.table.sobol import Shares, first_order_by_bins, variance_shares
from cumbre.table.stage import Outcome, _deal, fit
from cumbre.table.steps import follow
from cumbre.worlds import FEWEST, Stream, Worlds

__all__ = ["by_model", "levers", "mean_lever_table", "packages", "sensitivity", "tornado", "trades"]

Array = npt.NDArray[np.float64]


def packages(case: Case, worlds: Worlds, side: str | None = None) -> pd.DataFrame:
    """Worst, most likely and best case for a side as whole worlds, never issue by issue: columns issue, worst, likely, best.

    Worlds are ranked by the side's utility; worst and best are the central world (smallest distance to the mean) of the lowest and
    the highest tenth; most likely is the central world of the commonest pattern of issues that changed. Values at the horizon, on
    each issue's scale. `side` is a principal, the home side by default. Raises UsageError for another side.
    """
    data = worlds["table"]
    sides = [str(s) for s in data["side"].values]
    side = side or (case.home if case.home in sides else sides[0])
    if side not in sides:
        raise UsageError(f"no principal {side!r}; packages are told from the view of {' or '.join(sides)}")
    utility = data["utility"].values[:, sides.index(side)].astype(np.float64)
    ids = [str(i) for i in data["issue"].values]
    final = data["value"].values[:, :, -1].astype(np.float64)
    start = data["value"].values[:, :, 0].astype(np.float64)
    span = np.array([case.issue[i].high - case.issue[i].low for i in ids])
    scaled = final / span
    rank = np.argsort(utility, kind="stable")
    tenth = max(len(rank) // 10, 1)
    changed = np.abs(final - start) > 1e-6 * span
    pattern = changed @ (1 << np.arange(len(ids), dtype=np.int64))
    common = _commonest(pattern)
    chosen = {"worst": rank[:tenth], "likely": common, "best": rank[-tenth:]}
    columns: dict[str, Any] = {"issue": ids}
    for name, members in chosen.items():
        gap = ((scaled[members] - scaled[members].mean(0)) ** 2).sum(1)
        columns[name] = final[members[int(np.argmin(gap))]]
    return pd.DataFrame(columns)


def _commonest(pattern: npt.NDArray[np.int64]) -> npt.NDArray[np.intp]:
    values, counts = np.unique(pattern, return_counts=True)
    return np.flatnonzero(pattern == values[int(np.argmax(counts))])


def by_model(case: Case, worlds: Worlds) -> pd.DataFrame:
    """Results of each solution concept beside the mix, from the worlds that each drew.

    Columns model, weight, worlds, deal, deal_error, and for each issue its mean at the horizon and its chance of change; the row
    "mix" holds all worlds. The concept is drawn independently of every other input, so the rows are comparable.
    """
    data = worlds["table"]
    final, start = data["value"].values[:, :, -1], data["value"].values[:, :, 0]
    deal, model = data["deal"].values > 0, data["model"].values
    ids = [str(i) for i in data["issue"].values]
    rows = []
    for name, mask in [("mix", np.ones(len(deal), bool)), *((n, model == k) for k, n in enumerate(MODELS))]:
        n = int(mask.sum())
        if not n:
            continue
        p = float(deal[mask].mean())
        error = float(np.sqrt(p * (1 - p) / n))
        row: dict[str, Any] = {"model": name, "weight": n / len(deal), "worlds": n, "deal": p, "deal_error": error}
        for k, issue in enumerate(ids):
            row[f"{issue}.mean"] = float(final[mask, k].mean())
            row[f"{issue}.changed"] = float((final[mask, k] != start[mask, k]).mean())
        rows.append(row)
    return pd.DataFrame(rows)


def _outcome(worlds: Worlds, outcome: str | npt.NDArray[Any]) -> Array:
    if not isinstance(outcome, str):
        return np.asarray(outcome, np.float64)
    if outcome == "deal":
        return np.asarray(worlds["table"]["deal"].values > 0, np.float64)
    try:
        return np.asarray(worlds.number(outcome), np.float64)
    except ExpressionError:
        # a yes or no counts as 1 or 0
        return np.asarray(evaluate_condition(parse(outcome), worlds.vocabulary), np.float64)


def tornado(case: Case, worlds: Worlds, outcome: str | npt.NDArray[Any] = "deal") -> pd.DataFrame:
    """Mean of an outcome where each input stands in its lowest and highest tenth, from the same worlds.

    `outcome` is "deal", an expression of the question language, or an array (draw,). Columns input, low, high, gap, error
    (standard error of the gap), share (first-order share of variance); largest gap first. The choice of concept is one input: its
    rows are the two concepts with the lowest and highest mean.
    """
    y = _outcome(worlds, outcome)
    data = worlds["table"]
    rows = []
    for name in data.data_vars:
        if not str(name).startswith("input_"):
            continue
        x = data[name].values.astype(np.float64)
        low, high = np.quantile(x, [0.1, 0.9])
        if x.max() <= x.min():
            continue
        if low == high or len(np.unique(x)) == 2:
            low, high = x.min(), x.max()
        rows.append(_row(str(name).removeprefix("input_"), y, x <= low, x >= high, x))
    model = data["model"].values
    means = {k: float(y[model == k].mean()) for k in range(len(MODELS)) if (model == k).sum() >= FEWEST}
    if len(means) > 1:
        worst, best = min(means, key=means.__getitem__), max(means, key=means.__getitem__)
        rows.append(_row(f"model ({MODELS[worst]} to {MODELS[best]})", y, model == worst, model == best, model))
    frame = pd.DataFrame(rows, columns=["input", "low", "high", "gap", "error", "share"])
    return frame.sort_values("gap", key=np.abs, ascending=False, kind="stable").reset_index(drop=True)


def _row(name: str, y: Array, low: npt.NDArray[np.bool_], high: npt.NDArray[np.bool_], x: npt.NDArray[Any]) -> tuple[Any, ...]:
    a, b = y[low], y[high]
    error = float(np.sqrt(a.var() / max(len(a), 1) + b.var() / max(len(b), 1)))
    return name, float(a.mean()), float(b.mean()), float(b.mean() - a.mean()), error, first_order_by_bins(x, y)


def _run(f: Fitted, d: Draws) -> Outcome:
    engaged = engaged_mediators(f, d)
    s = settle(f, d, engaged)
    m = moves(f, d, s, engaged)
    return Outcome(d, s, m, follow(f, d, m))


def _measure(f: Fitted, o: Outcome, issue: int | None) -> Array:
    if issue is None:
        return (_deal(f, o)[0] > 0).astype(np.float64)
    return np.asarray(f.low[issue] + f.span[issue] * o.steps.value[:, issue, -1])


def _expected_deal(f: Fitted, d: Draws) -> Array:
    """Chance of a deal in force in each world given its inputs, (W,): the talks are made to succeed and weighted by their chance.

    The same expectation as the share of worlds with a deal, with a fraction of its noise (conditional Monte Carlo).
    """
    g = next((n for n, group in enumerate(f.groups) if group.principal), None)
    if g is None:
        return np.zeros(len(d.model))
    engaged = engaged_mediators(f, d)
    s = settle(f, d, engaged)
    shift = f.deal_shift if len(f.deal_shift) else np.zeros(len(f.groups))
    within = special.expit(talk_odds(f, d, s, engaged, None) + shift)[:, g]
    chance = (1 - (1 - within) ** (f.horizon / 180)) * s.zone[:, g]
    certain = d.deal.copy(order="K")
    certain[:, g] = d.deal[:, g] * chance
    sure = replace(d, deal=certain)
    m = moves(f, sure, s, engaged)
    return np.asarray(chance * (_deal(f, Outcome(sure, s, m, follow(f, sure, m)))[0] > 0))


def _value(f: Fitted, d: Draws, issue: int | None) -> Array:
    return _expected_deal(f, d) if issue is None else _measure(f, _run(f, d), issue)


def _draws(f: Fitted, draws: int, seed: int, name: str = "table") -> Draws:
    return draw_inputs(f, lambda part: Stream(seed, name, part, 0, draws))


def levers(
    case: Case,
    fitted: Fitted | None = None,
    *,
    outcome: str = "deal",
    move: float = 0.1,
    actors: Sequence[str] | None = None,
    draws: int = 2048,
    seed: int = 1,
) -> pd.DataFrame:
    """Who to work on: what the outcome gains when one actor's position on one issue moves by `move` of the scale, up or down.

    `outcome` is "deal" or an issue id (its mean at the horizon). Same random numbers before and after, base rates and all else held,
    so that noise cancels. Columns actor, issue, moved (on the issue's scale), before, after, change, error; largest change first.
    `actors` defaults to the principals. Raises UsageError for an unknown issue.
    """
    f = fitted if fitted is not None else fit(case)
    issue = None if outcome == "deal" else _issue_number(f, outcome)
    d = _draws(f, draws, seed)
    before = _value(f, d, issue)
    wanted = set(actors if actors is not None else f.principals)
    rows = []
    for row, k in enumerate(f.row_issue):
        actor = f.actor_ids[f.row_actor[row]]
        if actor not in wanted:
            continue
        for sign in (1.0, -1.0):
            shift = float(np.clip(f.row_mode[row] + sign * move, 0, 1) - f.row_mode[row])
            if abs(shift) < 1e-9:
                continue
            position = d.position.copy(order="K")
            position[:, row] = np.clip(position[:, row] + shift, 0, 1)
            mode = f.side_mode.copy()
            for at, side in enumerate(f.groups[f.group_of[k]].sides):
                if f.row_side[row] == side and f.row_decides[row]:
                    mode[k, at] = np.clip(mode[k, at] + shift, 0, 1)
            after = _value(replace(f, side_mode=mode), replace(d, position=position), issue)
            difference = after - before
            rows.append((actor, f.issue_ids[k], shift * f.span[k], before.mean(), after.mean(), difference.mean(),
                         difference.std() / np.sqrt(len(difference))))  # fmt: skip
    frame = pd.DataFrame(rows, columns=["actor", "issue", "moved", "before", "after", "change", "error"])
    return frame.sort_values("change", key=np.abs, ascending=False, kind="stable").reset_index(drop=True)


def _issue_number(f: Fitted, issue: str) -> int:
    if issue not in f.issue_ids:
        raise UsageError(f"no issue {issue!r}; known issues: {', '.join(f.issue_ids)}")
    return f.issue_ids.index(issue)


def mean_lever_table(case: Case, fitted: Fitted | None = None) -> pd.DataFrame:
    """Exact levers of the compromise: how far the weighted mean of an issue moves with each actor's position and weight.

    Columns actor, issue, by_position (dz/dx_i = w_i / W) and by_weight (dz/dw_i = (x_i - z) / W, per unit of capability x salience),
    both on the issue's scale.
    """
    f = fitted if fitted is not None else fit(case)
    rows = []
    for k, issue in enumerate(f.issue_ids):
        members = np.flatnonzero(f.row_issue == k)
        w = f.row_capability[members] * f.row_salience[members]
        if not len(members) or w.sum() <= 0:
            continue
        by_position, by_weight = mean_levers(f.row_mode[members], w)
        for n, row in enumerate(members):
            rows.append((f.actor_ids[f.row_actor[row]], issue, float(by_position[n]), float(by_weight[n] * f.span[k])))
    return pd.DataFrame(rows, columns=["actor", "issue", "by_position", "by_weight"])


def trades(case: Case, fitted: Fitted | None = None, rounds: int = 3) -> pd.DataFrame:
    """Exchanges of issues between the sides that both partners gain by, best first, on coded modes; with what they do to others.

    Columns giver (gives way on `issue`), for_issue (on which the other gives way), other, shift and for_shift (how far each outcome
    moves, on its scale), gain (of either partner, in salience-weighted shares of the scale), and externality_SIDE for each side
    that has no part in the trade. Start: the weighted mean of every issue (Stokman & Van Oosten 1994).
    """
    f = fitted if fitted is not None else fit(case)
    sides = list(dict.fromkeys(side for group in f.groups for side in group.sides))
    count = len(f.issue_ids)
    x, s = np.full((1, count, len(sides)), 0.5), np.zeros((1, count, len(sides)))
    power = np.zeros((1, len(sides)))
    for n, side in enumerate(sides):
        rows = [r for r in range(len(f.row_issue)) if f.row_side[r] == side and f.actor_ids[f.row_actor[r]] == side]
        for row in rows:
            x[0, f.row_issue[row], n], s[0, f.row_issue[row], n] = f.row_mode[row], f.row_salience[row]
        if rows:
            power[0, n] = float(np.mean(f.row_capability[rows]))
    columns = ["giver", "issue", "other", "for_issue", "shift", "for_shift", "gain", *(f"externality_{side}" for side in sides)]
    if count < 2:
        return pd.DataFrame(columns=columns)
    found = []
    for trade in exchange(x, s, power, rounds)[2][0]:
        i, j, p, q = trade.giver_p, trade.giver_q, trade.issue_p, trade.issue_q
        outside = [float("nan") if n in (i, j) else float(g) for n, g in enumerate(trade.gains)]
        found.append((sides[i], f.issue_ids[p], sides[j], f.issue_ids[q], trade.shift_p * f.span[p], trade.shift_q * f.span[q],
                      float(trade.gains[i]), *outside))  # fmt: skip
    return pd.DataFrame(found, columns=columns)


def sensitivity(
    case: Case, fitted: Fitted | None = None, *, by: str = "kind", outcome: str = "deal", draws: int = 2048, seed: int = 1
) -> pd.DataFrame:
    """Sobol shares of groups of inputs, on draws (d + 2) worlds: columns group, first, total, error; largest total first.

    `by` groups inputs by "kind" (positions, saliences, ..., the choice of concept), by "actor" or by "issue". The total share counts
    what a group does together with others; chance events (whether a door opens) are inputs like any other.
    """
    f = fitted if fitted is not None else fit(case)
    issue = None if outcome == "deal" else _issue_number(f, outcome)
    a, b = _draws(f, draws, seed), _draws(f, draws, seed, "table.second")
    mixed = {name: _measure(f, _run(f, _mix(a, b, fields)), issue) for name, fields in _groups(f, by).items()}
    shares: Shares = variance_shares(_measure(f, _run(f, a), issue), _measure(f, _run(f, b), issue), mixed)
    frame = pd.DataFrame(
        {"group": list(mixed), "first": [shares.first[n] for n in mixed], "total": [shares.total[n] for n in mixed],
         "error": [shares.error[n] for n in mixed]}
    )  # fmt: skip
    return frame.sort_values("total", ascending=False, kind="stable").reset_index(drop=True)


_KINDS: Mapping[str, tuple[str, ...]] = {
    "positions": ("position", "asks"), "saliences": ("salience",), "capabilities and power": ("capability", "power"),
    "red lines": ("red_holds",), "base rates": ("base",), "chance of change": ("change",), "where to": ("where", "kind"),
    "choice of concept": ("model", "pick"), "chance of signature": ("deal",), "breakdown slope": ("slope",), "cost of failure": ("cost",),
    "win-sets": ("winset",), "ratification and delivery": ("ratify", "days", "deliver", "lapse"), "third parties": ("engage", "spoil"),
}  # fmt: skip


def _groups(f: Fitted, by: str) -> dict[str, dict[str, Any]]:
    """Group -> field -> columns (None = the whole field)."""
    if by == "kind":
        return {name: dict.fromkeys(fields) for name, fields in _KINDS.items()}
    if by == "actor":
        found: dict[str, dict[str, Any]] = {}
        for n, actor in enumerate(f.actor_ids):
            columns = np.flatnonzero(f.row_actor == n)
            found[actor] = dict.fromkeys(("position", "salience", "capability", "red_holds"), columns) | {"asks": np.array([n])}
        return found
    if by == "issue":
        fields = ("base", "change", "where", "kind", "pick", "winset", "days", "deliver", "lapse")
        return {issue: dict.fromkeys(fields, np.array([k])) for k, issue in enumerate(f.issue_ids)}
    raise UsageError(f"cannot group inputs by {by!r}; choose kind, actor or issue")


def _mix(a: Draws, b: Draws, fields: Mapping[str, Any]) -> Draws:
    changed: dict[str, Any] = {}
    for name, columns in fields.items():
        if columns is None:
            changed[name] = getattr(b, name)
        else:
            value = getattr(a, name).copy(order="K")
            value[:, columns] = getattr(b, name)[:, columns]
            changed[name] = value
    return replace(a, **changed)
