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

import numpy as np
import numpy.typing as npt
from scipy import special

from cumbre.table.fitted import Fitted
from cumbre.table.sampling import Draws, pert_table
from cumbre.table.settlement import Settlement

__all__ = ["Moves", "Surroundings", "engaged_mediators", "moves", "pressure", "talk_odds"]

Array = npt.NDArray[np.float64]
Days = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
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
    """Candidate events of each issue, worlds first; days are NEVER where nothing happens.

    day, value, settled  (W, K, E);  signed, ratified, delivered (W, K) days;  attempted (W, K) and chance (W, K) for calibration;
    deal_made (W, G);  term (W, K) whether the issue is a term of a signed deal;  refused (W, K, 2) which side did not ratify
    """

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


def _destination(f: Fitted, centre: Array, low: Array, high: Array, away: Array, u: Array, sd: float) -> tuple[Array, Bools]:
    """A value other than `away`, drawn from a normal around `centre` cut to steps within [low, high]; and whether there is one."""
    step = f.step
    last = np.round(1 / step)
    at = np.round(away / step)
    bottom = np.ceil(np.maximum(low, 0) / step - 1e-6)
    top = np.minimum(np.floor(np.minimum(high, 1) / step + 1e-6), last)

    def edge(cell: Array) -> Array:
        """Chance below the lower edge of a cell; the ends of the scale take what lies beyond them."""
        value = special.ndtr(((cell - 0.5) * step - centre) / sd)
        return np.where(cell <= 0, 0.0, np.where(cell > last, 1.0, value))

    left = np.maximum(edge(np.minimum(at, top + 1)) - edge(bottom), 0.0)
    right = np.maximum(edge(top + 1) - edge(np.maximum(at + 1, bottom)), 0.0)
    mass = left + right
    feasible = mass > 1e-12
    target = u * mass
    p = np.where(target < left, edge(bottom) + target, edge(np.maximum(at + 1, bottom)) + target - left)
    y = centre + sd * special.ndtri(np.clip(p, 1e-12, 1 - 1e-12))
    cell = np.clip(np.round(y / step), bottom, top)
    # rounding may fall back on the excluded cell at its edge; step off it on the side that was drawn
    cell = np.where(cell == at, np.where(target < left, at - 1, at + 1), cell)
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


def moves(f: Fitted, d: Draws, s: Settlement, engaged: Bools, around: Surroundings | None = None) -> Moves:
    """All candidate events but those that follow from other issues (spoilers, linkage), which `steps` adds."""
    j, horizon = f.judged, f.horizon
    worlds, count = s.z.shape
    q = np.broadcast_to(f.status_quo, (worlds, count))
    group = f.group_of
    rate = np.array([g.rate for g in f.groups])
    p_deal = special.expit(talk_odds(f, d, s, engaged, around) + (f.deal_shift if len(f.deal_shift) else 0.0)) * s.zone
    wait = _wait(d.deal, p_deal)
    principal = np.array([g.principal for g in f.groups])
    wait = np.where(principal, _drag(f, wait), wait)
    deal_day = np.where(p_deal > 1e-9, np.maximum(np.ceil(wait), 1), np.inf)
    made = deal_day <= horizon

    size = f.pressure_sd if len(f.pressure_sd) else np.ones(count)
    centre = f.pressure_mean if len(f.pressure_mean) else np.zeros(count)
    odds = special.logit(np.clip(d.base, 1e-6, 1 - 1e-6)) + (f.change_shift if len(f.change_shift) else 0.0)
    odds = odds + j.deal_odds * (made[:, group] - rate[group]) + j.pressure_odds * (pressure(f, s) - centre) / size
    wish = s.wish.copy()
    for k, _, fixed in f.imposed:
        pull = f.links[k] * (fixed - f.status_quo[k])
        # a linked issue that would have gone the same way anyway goes sooner; one that would have gone the other way stays
        odds = odds + pull * np.sign(wish - f.status_quo)
        wish = np.clip(wish + 0.3 * pull, 0, 1)
    if around is not None:
        wish = np.clip(wish + 0.01 * np.clip(around.drift, -5, 5)[:, group] * _friendly(f), 0, 1)
    chance = special.expit(odds)
    alone = _wait(d.change, chance)
    before_deadline = f.deadline[None, :] if count else np.zeros((1, 0))

    sd = f.kernel_sd
    counts = np.array([kind == "count" for kind in f.kinds], bool)
    by_deal, fits = _destination(f, s.z, s.low, s.high, q, d.where, sd)
    gain = ((s.care * ((s.ideal - q[..., None]) ** 2 - (s.ideal - by_deal[..., None]) ** 2)).sum(-1)) > 0
    inside = d.change <= chance
    term = made[:, group] & s.open & fits & gain & inside & ~counts & (deal_day[:, group] <= before_deadline)
    by_wish, can = _destination(f, wish, s.wish_low, s.wish_high, q, d.where, sd)
    by_wish, can, event_day = _revert(f, d, rate, by_wish, can, around, alone)
    by_wish = np.where(counts, np.clip(q + f.step, 0, 1), by_wish)
    can = can | counts
    alone_day = _whole(np.where(np.isfinite(event_day), event_day, alone), horizon)
    alone_day = np.where(can & ~term & (alone_day <= before_deadline), alone_day, NEVER)

    signed = np.where(term, np.where(np.isfinite(deal_day[:, group]), deal_day[:, group], 0), NEVER).astype(np.int64)
    ratified, refused = _ratify(f, d, engaged, signed, term)
    delivered = _deliver(f, d, engaged, ratified)
    main = np.where(term, delivered, alone_day)
    value = np.where(term, by_deal, by_wish)

    day3, value3, settled3 = [main], [value], [term]
    for day, to in _again(f, d, main, value, q, wish, counts, chance, s):
        day3.append(day)
        value3.append(to)
        settled3.append(np.zeros_like(term))
    lapse = _lapse(f, d, term, delivered)
    day3.append(lapse)
    value3.append(q.copy())
    settled3.append(np.zeros_like(term))
    return Moves(
        day=np.stack(day3, -1), value=np.stack(value3, -1), settled=np.stack(settled3, -1), signed=signed, ratified=ratified,
        delivered=delivered, attempted=inside, chance=chance, deal_made=made, term=term, refused=refused,
    )  # fmt: skip


def _friendly(f: Fitted) -> Array:
    """Direction along each scale in which the home side asks for more, (K,): better relations lean that way."""
    way = f.side_mode[:, 0] - f.status_quo
    return np.sign(np.where(np.isnan(way), 0.0, way))


def _revert(
    f: Fitted, d: Draws, rate: Array, value: Array, can: Bools, around: Surroundings | None, alone: Array
) -> tuple[Array, Bools, Array]:
    """Changes without a deal that take a reversion value of the case; hostile acts in the relation make them likelier and date them."""
    event_day = np.full(value.shape, np.inf)
    value, can = value.copy(), can.copy()
    for k, options in enumerate(f.reversions):
        if not options:
            continue
        chance = np.array([c for _, c in options]) * (1 - rate[f.group_of[k]]) / max(float(f.target[k]), 1e-6)
        total = chance.sum()
        chance = chance * min(1.0, f.judged.reversion_cap / total) if total > 0 else chance
        weight = np.ones(len(value))
        nearest = np.full(len(value), np.inf)
        if around is not None and around.coercion[k].shape[1]:
            days = np.where(around.coercion[k] > 0, around.coercion[k], np.inf).astype(float)
            hostile = np.isfinite(days).any(1)
            weight = np.where(hostile, 1.1, 0.9)
            wait = alone[:, k : k + 1]
            gap = np.where(np.isfinite(days), np.abs(days - np.minimum(wait, 1e6)), np.inf)
            pick = np.argmin(gap, axis=1)
            nearest = np.where(hostile & (alone[:, k] <= f.horizon), days[np.arange(len(days)), pick], np.inf)
        running = np.zeros(len(value))
        for (to, _), c in zip(options, chance, strict=True):
            u = d.kind[:, k, 0]
            chosen = (u >= running) & (u < running + c * weight)
            running = running + c * weight
            value[:, k] = np.where(chosen, to, value[:, k])
            can[:, k] |= chosen
            event_day[:, k] = np.where(chosen, nearest, event_day[:, k])
    return value, can, event_day


def _ratify(f: Fitted, d: Draws, engaged: Bools, signed: Days, term: Bools) -> tuple[Days, Bools]:
    """Days of ratification (signature itself where nobody must consent), and which side refused, (W, K, 2)."""
    worlds, count = term.shape
    refused = np.zeros((worlds, count, 2), bool)
    ratified = signed.copy()
    help_ = np.zeros(term.shape)
    for m, (_, _, _, _, guarantee, _) in enumerate(f.mediators):
        help_ += 0.2 * guarantee * engaged[:, m : m + 1] * f.mediated[m]
    for k in sorted({r[0] for r in f.ratifiers}):
        mine = [(n, r) for n, r in enumerate(f.ratifiers) if r[0] == k]
        consent = np.stack([d.ratify[:, n] + help_[:, k] >= r[3] for n, r in mine], 1)
        veto = np.array([r[5] for _, r in mine])
        sides = f.groups[f.group_of[k]].sides
        # every veto player must consent, and at least half of the others
        free_ok = 2 * consent[:, ~veto].sum(1) >= (~veto).sum()
        passed = consent[:, veto].all(1) & free_ok
        for n, (_, r) in enumerate(mine):
            at = sides.index(r[2]) if r[2] in sides else 0
            refused[:, k, at] |= term[:, k] & ~passed & ~consent[:, n]
        lag = pert_table(np.array([5.0]), np.array([30.0]), np.array([90.0])).of_uniform(d.days[:, k, :1])[:, 0]
        day = np.where(passed & term[:, k], signed[:, k] + np.ceil(lag), float(NEVER))
        ratified[:, k] = np.where(day <= f.horizon, day, NEVER).astype(np.int64)
    return ratified, refused


def _deliver(f: Fitted, d: Draws, engaged: Bools, ratified: Days) -> Days:
    """Days on which what was ratified is in force; a guarantee raises the chance that it is delivered at all."""
    if not f.issue_ids:
        return ratified
    chance = pert_table(*f.delivery_chance.T).of_uniform(d.deliver[:, :, 0])
    for m, (_, _, _, _, guarantee, _) in enumerate(f.mediators):
        chance = chance + guarantee * (1 - chance) * 0.5 * (engaged[:, m : m + 1] & f.mediated[m])
    lag = np.ceil(pert_table(*f.delivery_days.T).of_uniform(d.days[:, :, 1]))
    day = np.where((d.deliver[:, :, 1] < chance) & (ratified < NEVER), ratified + lag, float(NEVER))
    return np.where(day <= f.horizon, day, NEVER).astype(np.int64)


def _again(
    f: Fitted, d: Draws, main: Days, value: Array, q: Array, wish: Array, counts: Bools, chance: Array, s: Settlement
) -> list[tuple[Days, Array]]:
    """Later changes: counts go on counting; a binary state stays; other values may change once more, half of the time back."""
    last = np.where(main < NEVER, main, 0)
    binary = np.array([kind == "binary" for kind in f.kinds], bool)
    speed = np.where(counts, 1.0, f.judged.second_speed)
    wait = _wait(d.kind[:, :, 1], np.clip(chance, 0, 0.97)) / speed
    second = _whole(np.where(main < NEVER, last + wait, np.inf), f.horizon)
    other, can = _destination(f, wish, s.wish_low, s.wish_high, value, d.kind[:, :, 2], f.kernel_sd)
    back = d.kind[:, :, 3] < 0.5
    to = np.where(back | ~can, q, other)
    to = np.where(counts, np.clip(q + 2 * f.step, 0, 1), to)
    third_wait = _wait(d.kind[:, :, 2], np.clip(chance, 0, 0.97))
    third = _whole(np.where(counts & (second < NEVER), second + third_wait, np.inf), f.horizon)
    return [(np.where(binary, NEVER, second), to), (third, np.clip(q + 3 * f.step, 0, 1))]


def _lapse(f: Fitted, d: Draws, term: Bools, delivered: Days) -> Days:
    """A deal that rests on a person may lapse when the home leader's term ends inside the horizon."""
    if f.term_end < 1 or f.term_end > f.horizon:
        return np.full(term.shape, NEVER)
    gone = term & (delivered < f.term_end) & ~f.outlives & (d.lapse[:, :, 0] < f.judged.lapse)
    day = np.minimum(f.term_end + np.floor(30 * d.lapse[:, :, 1]), f.horizon)
    return np.where(gone, day, NEVER).astype(np.int64)
