"""From settlements to dated outcomes: whether and when a pair signs, what changes without a deal, what follows from what.

The honesty rule. For each issue the case gives a base rate: the chance that its value changes at all within 180 days. In a world
with drawn base rate p the issue changes with chance

    expit(logit p + c_k + b (D - rate) + h pressure + ...),

where D says whether its pair makes a deal. The constant c_k is found on a reference design so that the share of worlds in which
the value does change within 180 days equals the mean base rate. A deal, the positions and the relation decide *in which worlds* an
issue moves and *where to*, not how often issues of this kind move.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from cumbre.table.fitted import Fitted
from cumbre.table.sampling import Draws, pert_table
from cumbre.table.settlement import Settlement

__all__ = ["Moves", "Surroundings", "engaged_mediators", "moves", "pressure", "talk_odds"]

Array = npt.NDArray[np.floating[Any]]
Days = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Cells = npt.NDArray[np.intp]
NEVER = np.int64(1 << 30)


@dataclass(frozen=True)
class Surroundings:
    """What the relation stage says about these worlds.

    drift      (W, G) change of the pair's cooperation-conflict index within the horizon, points
    coercion   one array (W, slot) of days (-1 = none) an issue: hostile material acts of its decider against the other side
    """

    drift: Array
    coercion: tuple[Array, ...]


@dataclass(frozen=True)
class Moves:
    """Candidate events of the issues that may change, and the fate of what was signed; days are NEVER where nothing happens.

    Most issues stay as they are in most worlds, so events are kept for the n cells (one world, one issue) that may have one:
    world, issue (n,);  day, value, settled (n, E).
    Of all worlds: signed, ratified, delivered (W, K) days;  attempted (W, K) and chance (W, K) for calibration;  term (W, K)
    whether the issue is a term of a signed deal;  refused (W, K, 2) which side did not ratify;  deal_made (W, G).
    """

    world: Cells
    issue: Cells
    day: Days
    value: Array
    settled: Bools
    signed: Days
    ratified: Days
    delivered: Days
    attempted: Bools
    chance: Array
    deal_made: Bools
    term: Bools
    refused: Bools


def engaged_mediators(f: Fitted, d: Draws) -> Bools:
    """Which mediators take part in each world, (W, M)."""
    chances = np.array([m[1] for m in f.mediators], float).reshape(1, -1)
    return np.asarray(d.engage < chances)


def talk_odds(f: Fitted, d: Draws, s: Settlement, engaged: Bools, around: Surroundings | None) -> Array:
    """Log-odds (W, G) that each pair signs within 180 days, before the calibrated constant."""
    rate = np.array([g.rate for g in f.groups])
    rate = np.clip(rate, 1e-6, 1 - 1e-6)
    slope = np.maximum(f.slope + f.judged.slope_sd * d.slope, 0.0)
    centre = f.mean_nash if len(f.mean_nash) else np.zeros(len(f.groups))
    odds = np.log(rate / (1 - rate)) + slope[:, None] * (s.nash - centre)
    for m, (g, _, information, money, guarantee, _) in enumerate(f.mediators):
        # information narrows beliefs and with them the risk of breakdown; a guarantee and money help the deal hold
        odds[:, g] += np.where(engaged[:, m], 1.5 * information + 1.0 * guarantee + (0.5 if money > 0 else 0.0), 0.0)
    if f.announced:
        odds = odds + np.array([f.judged.announced_odds if g.principal else 0.0 for g in f.groups])
    if around is not None:
        odds = odds + f.judged.relation_odds * np.clip(around.drift, -5, 5)
    for k, _, value in f.imposed:
        odds[:, f.group_of[k]] += _imposed_pull(f, s, k, value)
    return np.asarray(odds)


def _imposed_pull(f: Fitted, s: Settlement, k: int, value: float) -> Array:
    """An outcome set from outside makes a deal likelier or less likely by what it does to the side that likes it less."""
    before = (s.ideal[:, k] - f.status_quo[k]) ** 2
    after = (s.ideal[:, k] - value) ** 2
    return np.asarray(np.clip(2.5 * (s.care[:, k] * (before - after)).min(-1), -2, 2))


def pressure(f: Fitted, s: Settlement) -> Array:
    """Distance between the deciders' wish and the status quo, in kernel widths, bounded; (W, K)."""
    return np.asarray(np.tanh(np.abs(s.wish - f.status_quo) / (2 * f.kernel_sd)))


def _destination(step: Array, centre: Array, low: Array, high: Array, away: Array, u: Array, sd: float) -> tuple[Array, Bools]:
    """A value other than `away`, drawn from a normal around `centre` cut to steps within [low, high]; and whether there is one.

    All arguments (n,); `step` is the smallest move of each cell's issue.
    """
    last = np.round(1 / step)
    at = np.round(away / step)
    bottom = np.ceil(np.maximum(low, 0) / step - 1e-6)
    top = np.minimum(np.floor(np.minimum(high, 1) / step + 1e-6), last)

    def edge(cell: Array) -> Array:
        """Chance below the lower edge of a cell; the ends of the scale take what lies beyond them."""
        value = special.ndtr(((cell - 0.5) * step - centre) / sd)
        return np.where(cell <= 0, 0.0, np.where(cell > last, 1.0, value))

    first = edge(bottom)
    after = edge(np.maximum(at + 1, bottom))
    left = np.maximum(edge(np.minimum(at, top + 1)) - first, 0.0)
    right = np.maximum(edge(top + 1) - after, 0.0)
    mass = left + right
    feasible = mass > 1e-12
    target = u * mass
    below = target < left
    p = np.where(below, first + target, after + target - left)
    y = centre + sd * special.ndtri(np.clip(p, 1e-12, 1 - 1e-12))
    cell = np.clip(np.round(y / step), bottom, top)
    # rounding may fall back on the excluded cell at its edge; step off it on the side that was drawn
    cell = np.where(cell == at, np.where(below, at - 1, at + 1), cell)
    return np.clip(cell * step, 0, 1), np.asarray(feasible & (cell >= bottom) & (cell <= top))


def _wait(u: Array, chance: Array) -> Array:
    """Days until something that happens within 180 days with `chance`, at a constant hazard; inverse of its distribution."""
    return np.asarray(180 * np.log1p(-np.clip(u, 0, 1 - 1e-12)) / np.log1p(-np.clip(chance, 1e-12, 1 - 1e-12)))


def _drag(f: Fitted, days: Array) -> Array:
    """Talks slow down once the successor of the home leader is being chosen."""
    if f.first_round < 0:
        return days
    return np.where(days > f.first_round, f.first_round + (days - f.first_round) / f.judged.term_drag, days)


def _whole(days: Array, horizon: int) -> Days:
    return np.where(days <= horizon, np.maximum(np.ceil(np.minimum(days, horizon + 1.0)), 1), NEVER).astype(np.int64)


def _deal_days(f: Fitted, d: Draws, s: Settlement, engaged: Bools, around: Surroundings | None) -> Array:
    """Day on which each pair signs, (W, G), inf where it never does."""
    p = special.expit(talk_odds(f, d, s, engaged, around) + (f.deal_shift if len(f.deal_shift) else 0.0)) * s.zone
    wait = _wait(d.deal, p)
    principal = np.array([g.principal for g in f.groups])
    wait = np.where(principal, _drag(f, wait), wait)
    return np.where(p > 1e-9, np.maximum(np.ceil(wait), 1), np.inf)


def _change_odds(f: Fitted, d: Draws, s: Settlement, made: Bools, around: Surroundings | None) -> tuple[Array, Array]:
    """Log-odds (W, K) that each issue changes within 180 days, and where its deciders want it."""
    j, group = f.judged, f.group_of
    count = len(f.issue_ids)
    rate = np.array([g.rate for g in f.groups])
    size = f.pressure_sd if len(f.pressure_sd) else np.ones(count)
    centre = f.pressure_mean if len(f.pressure_mean) else np.zeros(count)
    shift = f.change_shift if len(f.change_shift) else np.zeros(count)
    odds = special.logit(np.clip(d.base, 1e-6, 1 - 1e-6)) + (shift - j.deal_odds * rate[group] - j.pressure_odds * centre / size)
    odds += j.deal_odds * made.T[group].T
    odds += j.pressure_odds / size * pressure(f, s)
    wish = s.wish
    for k, _, fixed in f.imposed:
        pull = f.links[k] * (fixed - f.status_quo[k])
        # a linked issue that would have gone the same way anyway goes sooner; one that would have gone the other way stays
        odds = odds + pull * np.sign(wish - f.status_quo)
        wish = np.clip(wish + 0.3 * pull, 0, 1)
    if around is not None:
        wish = np.clip(wish + 0.01 * np.clip(around.drift, -5, 5).T[group].T * _friendly(f), 0, 1)
    return odds, wish


def moves(f: Fitted, d: Draws, s: Settlement, engaged: Bools, around: Surroundings | None = None) -> Moves:
    """All candidate events but those that follow from other issues (spoilers, linkage), which `steps` adds."""
    horizon, sd = f.horizon, f.kernel_sd
    worlds = len(d.model)
    deal_day = _deal_days(f, d, s, engaged, around)
    made = deal_day <= horizon
    odds, wish = _change_odds(f, d, s, made, around)
    chance = special.expit(odds)
    attempted = d.change <= chance
    # 1 - (1 - c)^t is at most c t for t > 1 and at most c for t < 1: no other cell can change within the horizon
    cell = np.flatnonzero((d.change <= chance * max(1.0, horizon / 180)).T)
    issue, world = np.divmod(cell, worlds) if worlds else (cell, cell)

    def at(values: npt.NDArray[Any], some: Any = slice(None)) -> npt.NDArray[Any]:
        """Entries of an array (W, K) at the cells, or at some of them."""
        return np.asarray(values.T.reshape(-1).take(cell[some]))

    q, step = f.status_quo[issue], f.step[issue]
    group = f.group_of[issue]
    counts = np.array([kind == "count" for kind in f.kinds], bool)[issue]
    likely = at(chance)
    alone = _wait(at(d.change), likely)
    where = at(d.where)
    deal_on = deal_day.T.reshape(-1).take(group * worlds + world)
    deadline = f.deadline[issue]

    may = np.flatnonzero((deal_on <= np.minimum(horizon, deadline)) & at(s.open) & at(attempted) & ~counts)
    by_deal, fits = _destination(step[may], at(s.z, may), at(s.low, may), at(s.high, may), q[may], where[may], sd)
    ideal, care = (v[world[may], issue[may]] for v in (s.ideal, s.care))
    gain = (care * ((ideal - q[may, None]) ** 2 - (ideal - by_deal[:, None]) ** 2)).sum(-1) > 0
    term = np.zeros(len(cell), bool)
    term[may[fits & gain]] = True

    hope = at(wish)
    value, can = _destination(step, hope, at(s.wish_low), at(s.wish_high), q, where, sd)
    value, can, event_day = _revert(f, d, value, can, around, alone, issue, world)
    value = np.where(counts, np.clip(q + step, 0, 1), value)
    alone_day = _whole(np.where(np.isfinite(event_day), event_day, alone), horizon)
    alone_day = np.where((can | counts) & ~term & (alone_day <= deadline), alone_day, NEVER)

    terms = np.flatnonzero(term)
    value[may[fits & gain]] = by_deal[fits & gain]
    fate = _Fate(f, d, engaged, world[terms], issue[terms], deal_on[terms].astype(np.int64))
    main = alone_day
    main[terms] = fate.delivered
    day = np.full((len(cell), 4), NEVER)
    values = np.repeat(q[:, None], 4, axis=1)
    day[:, 0], values[:, 0] = main, value
    _again(f, d, day, values, hope, likely, s, world, issue)
    day[terms, 3] = fate.lapse
    settled = np.zeros(day.shape, bool)
    settled[:, 0] = term
    shape = (len(f.issue_ids), worlds)
    return Moves(
        world=world, issue=issue, day=day, value=values, settled=settled,
        signed=_spread(shape, cell[terms], fate.signed, NEVER), ratified=_spread(shape, cell[terms], fate.ratified, NEVER),
        delivered=_spread(shape, cell[terms], fate.delivered, NEVER), attempted=attempted, chance=chance, deal_made=made,
        term=_spread(shape, cell[terms], np.ones(len(terms), bool), False),
        refused=np.stack([_spread(shape, cell[terms], fate.refused[:, n], False) for n in (0, 1)], -1),
    )  # fmt: skip


def _spread(shape: tuple[int, int], cell: Cells, values: npt.NDArray[Any], otherwise: Any) -> npt.NDArray[Any]:
    """Values of some cells as an array (W, K), `otherwise` elsewhere."""
    out = np.full(shape, otherwise, values.dtype)
    out.reshape(-1)[cell] = values
    return out.T


def _friendly(f: Fitted) -> Array:
    """Direction along each scale in which the home side asks for more, (K,): better relations lean that way."""
    way = f.side_mode[:, 0] - f.status_quo
    return np.sign(np.where(np.isnan(way), 0.0, way))


def _revert(
    f: Fitted, d: Draws, value: Array, can: Bools, around: Surroundings | None, alone: Array, issue: Cells, world: Cells
) -> tuple[Array, Bools, Array]:
    """Changes without a deal that take a reversion value of the case; hostile acts in the relation make them likelier and date them."""
    event_day = np.full(value.shape, np.inf)
    rate = np.array([g.rate for g in f.groups])
    for k, options in enumerate(f.reversions):
        if not options:
            continue
        mine = slice(*np.searchsorted(issue, [k, k + 1]))
        here = world[mine]
        chance = np.array([c for _, c in options]) * (1 - rate[f.group_of[k]]) / max(float(f.target[k]), 1e-6)
        total = chance.sum()
        chance = chance * min(1.0, f.judged.reversion_cap / total) if total > 0 else chance
        weight = np.ones(len(here))
        nearest = np.full(len(here), np.inf)
        if around is not None and around.coercion[k].shape[1]:
            days = around.coercion[k][here]
            days = np.where(days > 0, days, np.inf).astype(float)
            hostile = np.isfinite(days).any(1)
            weight = np.where(hostile, 1.1, 0.9)
            gap = np.where(np.isfinite(days), np.abs(days - np.minimum(alone[mine, None], 1e6)), np.inf)
            pick = np.argmin(gap, axis=1)
            nearest = np.where(hostile & (alone[mine] <= f.horizon), days[np.arange(len(days)), pick], np.inf)
        running = np.zeros(len(here))
        u = d.kind[here, k, 0]
        for (to, _), c in zip(options, chance, strict=True):
            chosen = (u >= running) & (u < running + c * weight)
            running = running + c * weight
            value[mine] = np.where(chosen, to, value[mine])
            can[mine] |= chosen
            event_day[mine] = np.where(chosen, nearest, event_day[mine])
    return value, can, event_day


class _Fate:
    """What becomes of each signed term: days of signature, ratification, delivery and lapse, (n,); refused (n, 2) by which side."""

    def __init__(self, f: Fitted, d: Draws, engaged: Bools, world: Cells, issue: Cells, signed: Days) -> None:
        self.signed = signed
        self.ratified, self.refused = _ratify(f, d, engaged, world, issue, signed)
        self.delivered = _deliver(f, d, engaged, world, issue, self.ratified)
        self.lapse = _lapse(f, d, world, issue, self.delivered)


def _ratify(f: Fitted, d: Draws, engaged: Bools, world: Cells, issue: Cells, signed: Days) -> tuple[Days, Bools]:
    """Days of ratification (signature itself where nobody must consent), and which side refused, (n, 2)."""
    refused = np.zeros((len(issue), 2), bool)
    ratified = signed.copy()
    for k in sorted({r[0] for r in f.ratifiers}):
        at = np.flatnonzero(issue == k)
        here = world[at]
        help_ = np.zeros(len(at))
        for m, (_, _, _, _, guarantee, _) in enumerate(f.mediators):
            help_ += 0.2 * guarantee * (engaged[here, m] & f.mediated[m, k])
        mine = [(n, r) for n, r in enumerate(f.ratifiers) if r[0] == k]
        consent = np.stack([d.ratify[here, n] + help_ >= r[3] for n, r in mine], 1)
        veto = np.array([r[5] for _, r in mine])
        sides = f.groups[f.group_of[k]].sides
        # every veto player must consent, and at least half of the others
        free_ok = 2 * consent[:, ~veto].sum(1) >= (~veto).sum()
        passed = consent[:, veto].all(1) & free_ok
        for n, (_, r) in enumerate(mine):
            side = sides.index(r[2]) if r[2] in sides else 0
            refused[at, side] |= ~passed & ~consent[:, n]
        lag = pert_table(np.array([5.0]), np.array([30.0]), np.array([90.0])).at(d.days[here, k, 0][None])[0]
        day = np.where(passed, signed[at] + np.ceil(lag.astype(np.float64)), float(NEVER))
        ratified[at] = np.where(day <= f.horizon, day, NEVER).astype(np.int64)
    return ratified, refused


def _deliver(f: Fitted, d: Draws, engaged: Bools, world: Cells, issue: Cells, ratified: Days) -> Days:
    """Days on which what was ratified is in force; a guarantee raises the chance that it is delivered at all."""
    day = np.full(len(issue), float(NEVER))
    for k in np.unique(issue):
        at = np.flatnonzero(issue == k)
        here = world[at]
        chance = pert_table(*f.delivery_chance[k : k + 1].T).at(d.deliver[here, k, 0][None])[0].astype(np.float64)
        for m, (_, _, _, _, guarantee, _) in enumerate(f.mediators):
            chance = chance + guarantee * (1 - chance) * 0.5 * (engaged[here, m] & f.mediated[m, k])
        lag = np.ceil(pert_table(*f.delivery_days[k : k + 1].T).at(d.days[here, k, 1][None])[0].astype(np.float64))
        day[at] = np.where((d.deliver[here, k, 1] < chance) & (ratified[at] < NEVER), ratified[at] + lag, float(NEVER))
    return np.where(day <= f.horizon, day, NEVER).astype(np.int64)


def _again(
    f: Fitted, d: Draws, day: Days, value: Array, wish: Array, chance: Array, s: Settlement, world: Cells, issue: Cells
) -> None:
    """Later changes, written into columns 1 and 2 of day and value (n, E).

    Counts go on counting; a binary state stays; other values may change once more, half of the time back.
    """
    binary, counting = (np.array([kind == name for kind in f.kinds], bool) for name in ("binary", "count"))
    some = np.flatnonzero((day[:, 0] < NEVER) & ~binary[issue])
    k, w = issue[some], world[some]
    counts, q, step = counting[k], f.status_quo[k], f.step[k]
    likely = np.clip(chance[some], 0, 0.97)
    u = d.kind[w, k]
    second = _whole(day[some, 0] + _wait(u[:, 1], likely) / np.where(counts, 1.0, f.judged.second_speed), f.horizon)
    other, can = _destination(step, wish[some], s.wish_low[w, k], s.wish_high[w, k], value[some, 0], u[:, 2], f.kernel_sd)
    to = np.where((u[:, 3] < 0.5) | ~can, q, other)
    day[some, 1], value[some, 1] = second, np.where(counts, np.clip(q + 2 * step, 0, 1), to)
    third = _whole(np.where(counts & (second < NEVER), second + _wait(u[:, 2], likely), np.inf), f.horizon)
    day[some, 2], value[some, 2] = third, np.clip(q + 3 * step, 0, 1)


def _lapse(f: Fitted, d: Draws, world: Cells, issue: Cells, delivered: Days) -> Days:
    """A deal that rests on a person may lapse when the home leader's term ends inside the horizon."""
    if f.term_end < 1 or f.term_end > f.horizon:
        return np.full(len(issue), NEVER)
    u = d.lapse[world, issue]
    gone = (delivered < f.term_end) & ~f.outlives[issue] & (u[:, 0] < f.judged.lapse)
    day = np.minimum(f.term_end + np.floor(30 * u[:, 1].astype(np.float64)), f.horizon)
    return np.where(gone, day, NEVER).astype(np.int64)
