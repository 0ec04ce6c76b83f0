"""The stage: a case to its fitted table, and worlds to worlds with outcomes at the table.

`fit` reads the case and calibrates the base rates on a fixed design of worlds (no random choice is left to the caller); `simulate`
draws, settles, dates and stores.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy import special

from cumbre.record.case import Case
from cumbre.table.fitted import Fitted, Judged
from cumbre.table.process import NEVER, Moves, Surroundings, engaged_mediators, moves, pressure, talk_odds
from cumbre.table.reading import read_case
from cumbre.table.sampling import Draws, draw_inputs
from cumbre.table.settlement import MODELS, Settlement, settle
from cumbre.table.steps import STEPS, Steps, follow
from cumbre.worlds import BLOCK, Stream, Worlds

__all__ = ["CAUSES", "DEALS", "Outcome", "calibrate", "fit", "play", "simulate"]

Array = npt.NDArray[np.floating[Any]]
DEALS = ("none", "partial", "full")
CAUSES = ("deal in force", "no zone of agreement", "no agreement reached", "first side did not ratify", "second side did not ratify",
          "ratified, not delivered")  # fmt: skip
_DESIGN = BLOCK
_COERCIVE = ("SANCTION", "COERCE", "ASSAULT")


@dataclass(frozen=True)
class Outcome:
    """Everything one run of the table holds, worlds first."""

    draws: Draws
    settlement: Settlement
    moves: Moves
    steps: Steps


def play(f: Fitted, source: Callable[[str], Stream], around: Surroundings | None = None, draws: Draws | None = None) -> Outcome:
    """Draw (unless `draws` are given), settle, date and order; the whole table as arrays."""
    d = draw_inputs(f, source) if draws is None else draws
    engaged = engaged_mediators(f, d)
    s = settle(f, d, engaged)
    m = moves(f, d, s, engaged, around)
    return Outcome(d, s, m, follow(f, d, m))


def _design(name: str) -> Stream:
    return Stream(20_260_206, "table.reference", name, 0, _DESIGN)


def calibrate(f: Fitted, rounds: int = 5) -> Fitted:
    """Constants that make each issue change as often as its base rate says, and each pair agree as often as its own.

    The design is fixed, so the same case gives the same constants. A control variate (the known chance of an attempt against its
    frequency) takes most of the sampling error out. Issues whose other causes (spoilers, parts) already exceed the base rate keep
    the excess; `reached` reports what was attained.
    """
    if not f.issue_ids:
        return replace(f, change_shift=np.zeros(0), deal_shift=np.zeros(len(f.groups)), mean_nash=np.zeros(len(f.groups)))
    # what a preset imposes, and what a meeting announced, move the worlds away from the base rate; they are no part of it
    neutral = replace(f, imposed=(), announced=False)
    d = draw_inputs(neutral, _design)
    engaged = engaged_mediators(neutral, d)
    s = settle(neutral, d, engaged)
    strain = pressure(neutral, s)
    zone = s.zone.astype(float)
    mean_nash = (s.nash * zone).sum(0) / np.maximum(zone.sum(0), 1)
    neutral = replace(
        neutral, mean_nash=mean_nash, pressure_mean=strain.mean(0), pressure_sd=np.maximum(strain.std(0), 0.05),
        deal_shift=np.zeros(len(f.groups)), change_shift=np.zeros(len(f.issue_ids)),
    )  # fmt: skip
    odds = talk_odds(neutral, d, s, engaged, None)
    rate = np.clip(np.array([g.rate for g in f.groups]), 1e-6, 1 - 1e-6)
    shift = np.zeros(len(f.groups))
    for _ in range(30):
        reached = (special.expit(odds + shift) * zone).mean(0)
        goal = np.minimum(rate, 0.98 * zone.mean(0))
        step = special.logit(np.clip(goal, 1e-6, 1 - 1e-6)) - special.logit(np.clip(reached, 1e-6, 1 - 1e-6))
        shift = np.clip(shift + step, -8, 8)
    neutral = replace(neutral, deal_shift=shift)
    window, target = min(180, f.horizon), np.clip(f.target, 1e-6, 1 - 1e-6)
    constant = np.zeros(len(f.issue_ids))
    frequency = np.zeros(len(f.issue_ids))
    for number in range(rounds):
        neutral = replace(neutral, change_shift=constant)
        m = moves(neutral, d, s, engaged)
        steps = follow(neutral, d, m)
        changed = ((steps.day[..., 1] > 0) & (steps.day[..., 1] <= window)).mean(0)
        success = changed / np.maximum(m.attempted.mean(0), 1e-9)
        frequency = changed + np.clip(success, 0, 1.5) * (m.chance.mean(0) - m.attempted.mean(0))
        if number < rounds - 1:
            step = special.logit(target) - special.logit(np.clip(frequency, 1e-4, 1 - 1e-4))
            constant = np.clip(constant + step, -6, 6)
    return replace(
        f, change_shift=constant, deal_shift=shift, mean_nash=mean_nash, pressure_mean=neutral.pressure_mean,
        pressure_sd=neutral.pressure_sd, reached=frequency,
    )  # fmt: skip


_KEPT: deque[tuple[Case, Judged | None, Fitted]] = deque(maxlen=4)
"""References calibrated last: every "what if" of one case shares them, and they are nine tenths of a fit."""


def _reference(case: Case, judged: Judged | None) -> Fitted:
    for known, by, fitted in tuple(_KEPT):
        if known is case and by is judged:
            return fitted
    fitted = calibrate(read_case(case, judged=judged))
    _KEPT.append((case, judged, fitted))
    return fitted


def fit(case: Case, *, judged: Judged | None = None, model: str = "") -> Fitted:
    """Read a case and calibrate it; deterministic, about a quarter of a second.

    Base rates describe the case as it stands on the as-of date, signals included, so the constants come from that case; what an
    intervention changes then moves the worlds away from them. `case.extra["reference"]` holds the case before an intervention.
    `model` fixes one solution concept for all worlds; empty draws it per world.
    """
    base = case.extra.get("reference", case)
    base = base if isinstance(base, Case) else case
    reference = _reference(base, judged)
    if base is case:
        return replace(reference, model=model)
    f = replace(read_case(case, judged=judged), model=model)
    if reference.issue_ids != f.issue_ids or len(reference.groups) != len(f.groups):
        reference = calibrate(read_case(case, judged=judged))
    return replace(
        f, change_shift=reference.change_shift, deal_shift=reference.deal_shift, mean_nash=reference.mean_nash,
        pressure_mean=reference.pressure_mean, pressure_sd=reference.pressure_sd, reached=reference.reached,
    )  # fmt: skip


def _drift(index: Array) -> Array:
    """Mean of the second half of a path less the mean of its second quarter, (W,); index (W, week).

    The first quarter is left out: how the warmth or anger of the as-of date fades is expected, and no news about the talks.
    """
    weeks = index.shape[1]
    early, late = index[:, weeks // 4 : weeks // 2], index[:, weeks // 2 :]
    if not early.shape[1] or not late.shape[1]:
        return np.zeros(len(index))
    # einsum and not mean: one fixed order of addition whatever the number of worlds
    return np.asarray(np.einsum("wk->w", late) / late.shape[1] - np.einsum("wk->w", early) / early.shape[1])


def _surroundings(case: Case, f: Fitted, worlds: Worlds) -> Surroundings | None:
    """Drift of each pair's index and days of coercive acts, from the relation stage; None where there is none."""
    if "relation" not in worlds:
        return None
    data = worlds["relation"]
    drift = np.zeros((worlds.draws, len(f.groups)))
    if "index" in data and data.sizes.get("week", 0) > 1:
        pairs = {str(p): n for n, p in enumerate(np.atleast_1d(data["pair"].values))}
        index = data["index"].values
        for g, group in enumerate(f.groups):
            at = pairs.get("-".join(sorted(group.sides)))
            if at is not None:
                drift[:, g] = _drift(index[:, at].astype(np.float64))
    coercion: list[Array] = []
    empty = np.zeros((worlds.draws, 0))
    if "event_day" in data:
        actor, target, kind = (np.asarray(data[n].values).astype(str) for n in ("slot_source", "slot_target", "slot_kind"))
        days = data["event_day"].values
    for k, issue in enumerate(case.issues):
        if "event_day" not in data or not issue.reversion:
            coercion.append(empty)
            continue
        deciders = {case.side(x) for x in issue.deciders}
        others = set(f.groups[f.group_of[k]].sides)
        slots = np.isin(actor, list(deciders)) & np.isin(target, list(others)) & (actor != target) & np.isin(kind, _COERCIVE)
        coercion.append(days[:, slots].astype(np.float64) if slots.any() else empty)
    return Surroundings(drift, tuple(coercion))


def _deal(f: Fitted, o: Outcome) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]]:
    """Package between the principals: none, partial, full; and why."""
    worlds = len(o.draws.model)
    g = next((n for n, group in enumerate(f.groups) if group.principal), None)
    if g is None or not len(f.groups[g].issues):
        return np.zeros(worlds, np.int8), np.full(worlds, 2, np.int8)
    mine = f.groups[g].issues
    m, s = o.moves, o.settlement
    signed = m.term[:, mine]
    ratified = m.ratified[:, mine] < NEVER
    delivered = m.delivered[:, mine] < NEVER
    wanted = s.open[:, mine] & (np.abs(s.z[:, mine] - f.status_quo[mine]) > 0.5 * f.step[mine])
    counts = np.array([f.kinds[k] == "count" for k in mine])
    wanted &= ~counts
    any_in = (ratified & delivered).any(1)
    full = any_in & (delivered | ~wanted).all(1)
    deal = np.where(full, 2, np.where(any_in, 1, 0)).astype(np.int8)
    refused_a, refused_b = (m.refused[:, mine, n].any(1) for n in (0, 1))
    cause = np.where(
        any_in, 0,
        np.where(~s.zone[:, g], 1,
                 np.where(~signed.any(1), 2,
                          np.where(ratified.any(1), 5, np.where(refused_a, 3, np.where(refused_b, 4, 5))))),
    )  # fmt: skip
    return deal, cause.astype(np.int8)


def _utility(f: Fitted, o: Outcome) -> Array:
    """Gain of each principal over the status quo at the horizon, (W, side): share of its full-scale loss, -1 to 1."""
    worlds = len(o.draws.model)
    out = np.zeros((worlds, 2))
    final = o.steps.value[..., -1]
    for number, side in enumerate(f.principals):
        top, total = np.zeros(worlds), np.zeros(worlds)
        for k in range(len(f.issue_ids)):
            sides = f.groups[f.group_of[k]].sides
            if side not in sides:
                continue
            at = sides.index(side)
            ideal, care = o.settlement.ideal[:, k, at], o.settlement.care[:, k, at]
            top += care * ((ideal - f.status_quo[k]) ** 2 - (ideal - final[:, k]) ** 2)
            total += care
        out[:, number] = top / np.maximum(total, 1e-9)
    return out


def _days(day: npt.NDArray[np.int64]) -> npt.NDArray[np.int16]:
    return np.where(day >= NEVER, -1, day).astype(np.int16)


def simulate(case: Case, worlds: Worlds, fitted: Fitted | None = None) -> Worlds:
    """Worlds with the group `table`; see the documentation for its variables. Values are on each issue's own scale."""
    f = fitted if fitted is not None else fit(case)
    around = _surroundings(case, f, worlds)
    o = play(f, lambda name: worlds.stream("table", name), around)
    deal, cause = _deal(f, o)
    value = f.low[:, None] + f.span[:, None] * o.steps.value
    step_size = f.step * f.span
    # back on the scale's own steps, so that 10 is 10 and not 9.9999997
    value = np.where(np.isfinite(step_size)[:, None], np.round(value, 6), value)
    engaged = engaged_mediators(f, o.draws)
    j = f.judged
    inputs: dict[str, Array] = {
        "slope": np.maximum(f.slope + j.slope_sd * o.draws.slope, 0.0),
        "gain": o.settlement.nash[:, 0] if len(f.groups) else np.zeros(worlds.draws),
    }
    for number, side in enumerate(f.principals):
        rows = [n for n, name in enumerate(f.actor_ids) if name == side]
        inputs[f"toughness_{side}"] = o.draws.asks[:, rows[0]] if rows else np.zeros(worlds.draws)
        inputs[f"cost_{side}"] = o.draws.cost[:, 0, number] if len(f.groups) else np.zeros(worlds.draws)
    inputs["power"] = o.draws.power[:, 0] if len(f.groups) else np.zeros(worlds.draws)
    if around is not None:
        inputs["drift"] = around.drift[:, 0] if len(f.groups) else np.zeros(worlds.draws)
    for n, mediator in enumerate(case.mediators):
        inputs[f"mediator_{mediator.actor}"] = engaged[:, n].astype(float)
    dims = ("draw", "issue", "step")
    variables: dict[str, Any] = {
        "value": (dims, value.astype(np.float32)),
        "value_day": (dims, o.steps.day.astype(np.int16)),
        "settled": (dims, o.steps.settled.astype(np.int8)),
        "signed_day": (dims[:2], _days(o.moves.signed)),
        "ratified_day": (dims[:2], _days(o.moves.ratified)),
        "delivered_day": (dims[:2], _days(o.moves.delivered)),
        "deal": ("draw", deal, {"flag_values": list(range(len(DEALS))), "flag_meanings": " ; ".join(DEALS)}),
        "cause": ("draw", cause, {"flag_values": list(range(len(CAUSES))), "flag_meanings": " ; ".join(_causes(f))}),
        "model": ("draw", o.settlement.model, {"flag_values": list(range(len(MODELS))), "flag_meanings": " ; ".join(MODELS)}),
        "utility": (("draw", "side"), _utility(f, o).astype(np.float32)),
        **{f"input_{name}": ("draw", values.astype(np.float32)) for name, values in inputs.items()},
    }
    coords = {"issue": list(f.issue_ids), "step": np.arange(STEPS), "side": list(f.principals)}
    return worlds.add("table", xr.Dataset(variables, coords=coords, attrs={"horizon": f.horizon}))


def _causes(f: Fitted) -> tuple[str, ...]:
    a, b = f.principals
    return tuple(c.replace("first side", a).replace("second side", b) for c in CAUSES)
