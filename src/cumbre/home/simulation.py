"""Approval, acceptance and the shift of blocs in every world."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from cumbre.home.approval import COERCIVE, half_life_of
from cumbre.home.audiences import step_support
from cumbre.home.channels import fading_steps, shift_of_blocs, standing_change
from cumbre.home.fitting import BaseRate, Fitted, fit
from cumbre.home.pulse import pulse
from cumbre.home.reactions import activity
from cumbre.home.upstream import ForeignEvents, Outcomes, foreign_events, outcomes
from cumbre.record.case import Case
from cumbre.record.prior import parse_prior
from cumbre.worlds import Stream, Worlds, day_number

__all__ = ["simulate"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

GAMMA = parse_prior("normal(6, 3)")
"""Points of approval for a change of home support by 1 (judged)."""
INCONSISTENCY = parse_prior("pert(0, 3, 12)")
"""Points lost for a step back over the whole scale beyond a public red line. Judged: survey experiments find about 16 points of
disapproval (Tomz 2007, doi:10.1017/S0020818307070282) and overstate this part (Kertzer & Brutger 2016,
doi:10.1111/ajps.12201)."""
BELLIGERENCE = parse_prior("pert(0, 1, 4)")
"""Points lost for the home government's own strong threats and sanctions (judged; Kertzer & Brutger 2016)."""
SALIENCE_SD = 2.0
"""Sd of the change of a topic's salience between now and the vote, points (judged)."""
REFUSAL = 0.05
"""Units of gain that a full visible step back beyond a red line adds to every home audience's threshold (judged)."""


def _open(uniform: FloatArray) -> FloatArray:
    return np.clip(uniform, 1e-9, 1 - 1e-9)


def _mixture_draws(stream: Stream, quantile: FloatArray) -> FloatArray:
    """Draws from a distribution given by its quantiles at equal steps, shape (draw,)."""
    at = (np.arange(len(quantile)) + 0.5) / len(quantile)
    return np.asarray(np.interp(stream.uniform(), at, quantile), dtype=np.float64)


def _path(worlds: Worlds, fitted: Fitted, days: IntArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Approval without new shocks (draw, day), the meeting's part of it apart (draw, day), and the meeting's peak (draw,)."""
    state = fitted.state
    cumulative = np.cumsum(state.weight)
    cell = np.minimum(np.searchsorted(cumulative, worlds.stream("home", "cell").uniform()), len(cumulative) - 1)
    size = state.mean.shape[1]
    z = worlds.stream("home", "state").normal(size)
    drawn = state.mean[cell]
    for j in range(size):
        drawn = drawn + state.chol[cell][:, :, j] * z[:, j : j + 1]
    base, meeting = drawn[:, 0:1], np.zeros((worlds.draws, len(days)))
    past = np.zeros((worlds.draws, len(days)))
    rise = state.rise[cell][:, None]
    for e in range(size - 1):
        half = state.half[cell, e][:, None]
        theta = drawn[:, 1 + e : 2 + e]
        base = base - theta * pulse(0.0 - state.onset[e], half, rise)
        shape = theta * pulse(days[None, :] - state.onset[e], half, rise)
        if fitted.meeting is not None and e == size - 2:
            meeting = shape
        else:
            past = past + shape
    steps = np.diff(np.concatenate([[0], days])).astype(float)
    walk = worlds.stream("home", "walk").normal(len(days)) * np.sqrt(steps)[None, :] * np.sqrt(state.q[cell])[:, None]
    wander = np.zeros((worlds.draws, len(days)))
    total = np.zeros(worlds.draws)
    for k in range(len(days)):
        total = total + walk[:, k]
        wander[:, k] = total
    return base + past + wander, meeting, drawn[:, -1]


def _outcome(table: Outcomes, fitted: Fitted, case: Case, half: FloatArray, days: IntArray) -> FloatArray:
    """Change of home support that the table's steps bring, fading from the day of each step, (draw, day)."""
    out = np.zeros((len(half), len(days)))
    audiences = fitted.audiences
    if audiences is None or not audiences.home_weights(case.home).any():
        return out
    a, b = audiences.support_slopes(case.home)
    for k, issue in enumerate(audiences.issues):
        one = table.one(issue)
        if one is None:
            continue
        value, day = (one[0] - audiences.low[k]) / audiences.span[k], one[1]
        now = value[:, 0]
        size, when = np.zeros_like(value), np.where(day >= 0, day, 0)
        for s in range(1, value.shape[1]):
            happened = day[:, s] >= 0
            size[:, s] = np.where(happened, step_support(now, value[:, s], a[k], b[k]), 0.0)
            now = np.where(happened, value[:, s], now)
        if size.any():
            out += activity(when, size, half, days)
    return out


def _pressure(
    events: ForeignEvents, worlds: Worlds, fitted: Fitted, pair: tuple[str, str], half: FloatArray, days: IntArray
) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """min(1, sum of pulses) of the strong coercive events from pair[0] to pair[1], (draw, day), and whether one comes by the vote."""
    total, any_ = np.zeros((worlds.draws, len(days))), np.zeros(worlds.draws, dtype=bool)
    for kind, day in events.of(*pair, COERCIVE).items():
        strong = worlds.stream("home", f"strong:{pair[0]}:{pair[1]}:{kind}").uniform(day.shape[1]) < fitted.shock_share[pair]
        size = np.where((day > 0) & strong, 1.0, 0.0)
        total += activity(day, size, half, days)
        any_ |= ((size > 0) & (day <= fitted.vote_day)).any(axis=1)
    return np.minimum(total, 1.0), any_


def _step_back(table: Outcomes, fitted: Fitted, at: int) -> FloatArray:
    """Visible step back beyond public red lines in force on day `at`, in scales, (draw,); at most 1 in all."""
    total = np.zeros(table.value.shape[0])
    audiences = fitted.audiences
    for line in fitted.red_lines:
        one = table.one(line.issue)
        if one is None:
            continue
        span = audiences.span[audiences.issues.index(line.issue)] if audiences and line.issue in audiences.issues else 1.0
        value = one[0][:, 0] + standing_change(*one, at)
        # only what lies beyond the line and was not already beyond it at the status quo is a step back
        beyond = np.maximum(line.sign * (value - line.value), 0) - np.maximum(line.sign * (one[0][:, 0] - line.value), 0)
        total = total + line.visibility * np.maximum(beyond, 0) / span
    return np.asarray(np.minimum(total, 1.0))


def _trigger(
    text: str, half_days: float | None, worlds: Worlds, fitted: Fitted, table: Outcomes | None, events: ForeignEvents | None,
    approval_left: FloatArray, at: int,
) -> FloatArray:  # fmt: skip
    """How far a channel is open on day `at`, in its own unit, (draw,)."""
    head, _, rest = text.partition(":")
    none = np.zeros(worlds.draws)

    def fade(since: float) -> float:
        return 1.0 if half_days is None else float(np.exp2(-max(since, 0.0) / half_days))

    if head == "approval":
        return approval_left
    if head == "meeting":
        if fitted.meeting is None or fitted.meeting.day > at:
            return none
        return none + fade(at - fitted.meeting.day)
    if head == "salience":
        return SALIENCE_SD * worlds.stream("home", f"salience:{rest}").normal()
    if head == "issue":
        one = table.one(rest) if table else None
        if one is None:
            return none
        return standing_change(*one, at) if half_days is None else fading_steps(*one, at, half_days)
    source, target, kind = rest.split(":")
    if events is None:
        return none
    last = none - 1
    for day in events.of(source, target, frozenset() if kind == "*" else frozenset({kind})).values():
        for j in range(day.shape[1]):
            last = np.maximum(last, np.where((day[:, j] > 0) & (day[:, j] <= at), day[:, j], -1))
    since = np.where(last > 0, at - last, 0.0)
    open_ = np.ones(worlds.draws) if half_days is None else np.exp2(-since / half_days)
    return np.where(last > 0, open_, 0.0)


def _crowd(worlds: Worlds, name: str, rate: BaseRate, days: int) -> npt.NDArray[np.bool_]:
    """Whether at least one comes within `days`: a Poisson process whose rate has a gamma posterior."""
    drawn = worlds.stream("home", f"{name}_rate").gamma(rate.count + 0.5) / (rate.days + 365)
    return worlds.stream("home", name).uniform() < -np.expm1(-drawn * days)


def _rally(worlds: Worlds, fitted: Fitted, struck: npt.NDArray[np.bool_] | None, days: int) -> npt.NDArray[np.bool_]:
    """Whether a large rally comes: of itself, or in answer to a strong blow (beta posterior of the record's answers).

    Where nobody simulated blows (`struck` is None) those of the record count as coming of themselves.
    """
    answered, blows = fitted.answered
    if struck is None:
        return _crowd(worlds, "rally", BaseRate(fitted.rallies.count + answered, fitted.rallies.days), days)
    yes, no = (worlds.stream("home", f"answer_{n}").gamma(k + 0.5) for n, k in (("yes", answered), ("no", blows - answered)))
    answer = worlds.stream("home", "answer").uniform() < yes / (yes + no)
    return _crowd(worlds, "rally", fitted.rallies, days) | (struck & answer)


def simulate(case: Case, worlds: Worlds, fitted: Fitted | None = None) -> Worlds:
    """Worlds with the group `home`.

    Variables: approval (draw, week), per cent; approval_shock (draw, week), points due to the meeting, the table, the relation and
    audience costs; shift (draw, bloc) and channel (draw, path), points of vote at the first round (a channel `to` approval is in
    points of approval); gain and acceptance (draw, audience); inconsistency, belligerence (draw,), points of approval lost on
    polling day; protest, rally (draw,); input_<name> (draw,), what the worlds assume. What the case has no table for is left out.
    """
    fitted = fitted or fit(case)
    table, events = outcomes(worlds), foreign_events(worlds)
    horizon = max(day_number(case.horizon, case.as_of), 0)
    weeks = np.arange(0, horizon + 1, 7, dtype=np.int64)
    days = np.unique(np.append(weeks, fitted.vote_day)).astype(np.int64)
    vote = int(np.searchsorted(days, fitted.vote_day))
    at = fitted.vote_day

    quiet, meeting, peak = _path(worlds, fitted, days)
    lives = {}
    for kind in ("cooperation", "coercion"):
        median, sigma = half_life_of(kind)
        lives[kind] = median * np.exp(sigma * worlds.stream("home", f"half_life:{kind}").normal())

    content = meeting
    if table is not None:
        gamma = GAMMA.ppf(_open(worlds.stream("home", "outcome_weight").uniform()))
        content = content + gamma[:, None] * _outcome(table, fitted, case, lives["cooperation"], days)
    # an outcome is the content of the meeting, so the two together stay inside what the library has seen of such events
    shock = np.clip(content, *fitted.meeting_bounds)
    struck = np.zeros(worlds.draws, dtype=bool)
    hostile = np.zeros((worlds.draws, len(days)))
    theta = _mixture_draws(worlds.stream("home", "coercion"), fitted.coercion_quantiles)
    if events is not None:
        for pair in fitted.shock_share:
            level, any_ = _pressure(events, worlds, fitted, pair, lives["coercion"], days)
            if pair[1] == case.home:
                shock = shock + theta[:, None] * level
                struck |= any_
            else:
                hostile = hostile + level
    belligerence = BELLIGERENCE.ppf(_open(worlds.stream("home", "belligerence").uniform()))[:, None] * np.minimum(hostile, 1.0)
    back = _step_back(table, fitted, at) if table is not None else np.zeros(worlds.draws)
    inconsistency = INCONSISTENCY.ppf(_open(worlds.stream("home", "inconsistency").uniform())) * back
    shock = shock - belligerence - inconsistency[:, None] * (days > 0)[None, :]

    contribution = np.zeros((worlds.draws, len(fitted.channels)))
    inputs = {"input_half_life_weeks": lives["cooperation"] / 7, "input_coercion_peak": theta}
    if fitted.meeting is not None:
        inputs["input_meeting_peak"] = peak
    order = sorted(range(len(fitted.channels)), key=lambda c: fitted.channels[c].to == "vote")
    for c in order:
        row, prior = fitted.channels[c], fitted.priors[c]
        if not row.on:
            continue
        half = None if row.half_life_weeks is None else 7.0 * row.half_life_weeks
        effect = prior.ppf(_open(worlds.stream("home", f"channel:{row.id}").uniform())) * row.group_share
        if row.to == "approval":
            for k, day in enumerate(days):
                shock[:, k] += effect * _trigger(
                    row.trigger, half, worlds, fitted, table, events, np.zeros(worlds.draws), int(day)
                )
        inputs[f"input_channel.{row.id}"] = effect
        opened = _trigger(row.trigger, half, worlds, fitted, table, events, shock[:, vote], at)
        # + 0.0 turns the minus zero of a closed channel into zero, which is what a page should print
        contribution[:, c] = effect * opened + 0.0

    week_index = np.searchsorted(days, weeks)
    approval = np.clip(quiet + shock, 0.5, 99.5)[:, week_index]
    data: dict[str, tuple[tuple[str, ...], npt.NDArray[np.generic]]] = {
        "approval": (("draw", "week"), approval.astype(np.float32)),
        "approval_shock": (("draw", "week"), shock[:, week_index].astype(np.float32)),
        "inconsistency": (("draw",), inconsistency.astype(np.float32)),
        "belligerence": (("draw",), belligerence[:, vote].astype(np.float32)),
        "protest": (("draw",), _crowd(worlds, "protest", fitted.protests, at).astype(np.int8)),
        "rally": (("draw",), _rally(worlds, fitted, struck if events is not None else None, at).astype(np.int8)),
        "struck": (("draw",), struck.astype(np.int8)),
        "approval_shock_at_vote": (("draw",), shock[:, vote].astype(np.float32)),
    }
    data.update({name: (("draw",), values.astype(np.float32)) for name, values in inputs.items()})
    coords: dict[str, tuple[str, npt.NDArray[np.generic] | list[str]]] = {"week_day": ("week", weeks.astype(np.int32))}
    if fitted.channels:
        # xarray takes a variable named like one of its dimensions for a coordinate, so the dimension has a name of its own
        data["channel"] = (("draw", "path"), contribution.astype(np.float32))
        coords["path"] = ("path", [c.id for c in fitted.channels])
    if fitted.blocs:
        own = np.zeros((worlds.draws, len(fitted.blocs)))
        for c, row in enumerate(fitted.channels):
            if row.to == "vote" and row.bloc in fitted.blocs:
                own[:, fitted.blocs.index(row.bloc)] += contribution[:, c]
        data["shift"] = (("draw", "bloc"), shift_of_blocs(own, fitted.bloc_weight).astype(np.float32))
        coords["bloc"] = ("bloc", list(fitted.blocs))
    audiences = fitted.audiences
    if audiences is not None:
        value = np.tile(audiences.low + audiences.status_quo * audiences.span, (worlds.draws, 1))
        for k, issue in enumerate(audiences.issues):
            one = table.one(issue) if table is not None else None
            if one is not None:
                value[:, k] = one[0][:, 0] + standing_change(*one, at)
        gain = audiences.gain(value)
        home_side = np.array([c == case.home for c in audiences.country], dtype=float)
        accept = audiences.accept(gain - REFUSAL * back[:, None] * home_side)
        data["gain"] = (("draw", "audience"), gain.astype(np.float32))
        data["acceptance"] = (("draw", "audience"), accept.astype(np.float32))
        coords["audience"] = ("audience", list(audiences.ids))
    return worlds.add("home", xr.Dataset(data, coords=coords))
