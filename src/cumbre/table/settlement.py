"""Where each pair would settle in each world if it made a deal, and what a deal is worth to both.

A leader's utility is the state's interest plus what the leader gains in person, plus votes, less the audience cost of leaving the
stated position (`stated` weight, larger in public). All four are quadratic, so their sum is one quadratic with a shifted ideal
point. Packages come from Nash or Kalai-Smorodinsky over all issues of the pair, or from the exchanges that the two leaders trade from
their weighted mean; compromise, election and challenge work issue by issue with every actor. The concept is drawn per world.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cumbre.errors import UsageError
from cumbre.table.bargain import Bargain, Concept
from cumbre.table.challenge import settle_challenge
from cumbre.table.election import settle_election
from cumbre.table.exchange import exchange
from cumbre.table.fitted import Fitted
from cumbre.table.mean import weighted_mean
from cumbre.table.package import Rule, solve_package
from cumbre.table.sampling import Draws

__all__ = ["MODELS", "Settlement", "model_codes", "settle"]

Array = npt.NDArray[np.floating[Any]]
MODELS = ("kalai_smorodinsky", "nash", "compromise", "election", "challenge", "exchange")
_RULES: dict[str, Rule] = {"kalai_smorodinsky": "ks", "nash": "nash"}
_TRADES = 3
_CONCEPTS: dict[str, Concept] = {"election": settle_election, "challenge": settle_challenge}


@dataclass(frozen=True)
class Settlement:
    """What talks would bring; worlds first, 0-1 scales.

    ideal, care  (W, K, 2) effective ideal point and weight of the leaders of each issue's pair
    z            (W, K) settlement;  low, high (W, K) bounds of a deal (win-sets and red lines)
    open         (W, K) whether the bounds leave room, so that the issue can be part of a deal
    wish         (W, K) where the issue goes if its decider moves alone;  wish_low, wish_high its own red lines
    zone         (W, G) whether both sides gain by the package;  nash (W, G) geometric mean of the two shares of the possible gain
    model        (W,) index into MODELS
    """

    ideal: Array
    care: Array
    z: Array
    low: Array
    high: Array
    open: npt.NDArray[np.bool_]
    wish: Array
    wish_low: Array
    wish_high: Array
    zone: npt.NDArray[np.bool_]
    nash: Array
    model: npt.NDArray[np.int8]


def model_codes(f: Fitted, u: Array) -> npt.NDArray[np.int8]:
    """Index into MODELS for each world: drawn with the mix's weights, or one for all where a model is chosen."""
    if f.model:
        if f.model not in MODELS:
            raise UsageError(f"no model {f.model!r}; choose one of {', '.join(MODELS)}")
        return np.full(len(u), MODELS.index(f.model), np.int8)
    weights = dict(f.judged.model_weights)
    edges = np.cumsum([weights.get(name, 0.0) for name in MODELS])
    return np.minimum(np.searchsorted(edges / edges[-1], u, side="right"), len(MODELS) - 1).astype(np.int8)


def _blank(*shape: int) -> Array:
    """An empty array (W, ...) in which the worlds of one entry lie together in memory."""
    return np.empty(shape[::-1]).T


def _leaders(f: Fitted, d: Draws) -> tuple[Array, Array]:
    """Effective ideal points and weights of the two leaders of each issue's pair, (W, K, 2)."""
    worlds, count = len(d.model), len(f.issue_ids)
    ideal, care = _blank(worlds, count, 2), _blank(worlds, count, 2)
    stated = f.judged.audience_cost * (1.0 if f.public else 1 / 3)
    positions, saliences = d.position.T, d.salience.T
    for k in range(count):
        for side in range(2):
            mine = np.flatnonzero(f.side_weight[k, side] > 0)
            if len(mine):
                weight = f.side_weight[k, side, mine] / f.side_weight[k, side, mine].sum()
                x = np.einsum("r,rw->w", weight, positions[mine])
                s = np.einsum("r,rw->w", weight * (1 + f.side_personal[k, side]), saliences[mine])
            else:
                x, s = np.full(worlds, f.status_quo[k]), np.full(worlds, 1e-3)
            top, total = s * x, s.copy()
            if not np.isnan(f.side_audience[k, side]):
                vote = f.judged.votes_worth * f.side_audience_salience[k, side] * f.visibility[k]
                top += vote * f.side_audience[k, side]
                total += vote
            if not np.isnan(f.side_mode[k, side]):
                cost = stated * f.visibility[k] * s
                total += cost
                cost *= f.side_mode[k, side]
                top += cost
            ideal[:, k, side], care[:, k, side] = top / total, total
    return ideal, care


def _bounds(f: Fitted, d: Draws) -> tuple[Array, Array, Array, Array]:
    """Bounds of a deal from win-sets and red lines of the pair, and bounds of a decider that moves alone; (W, K) each."""
    worlds, count = len(d.model), len(f.issue_ids)
    noise = f.judged.winset_noise * d.winset
    narrow_low, narrow_high = f.winset_low > 0, f.winset_high < 1
    low = np.where(narrow_low, f.winset_low + noise, 0.0).max(-1) if count else np.zeros((worlds, 0))
    high = np.where(narrow_high, f.winset_high + noise, 1.0).min(-1) if count else np.zeros((worlds, 0))
    low, high = np.clip(low, 0, 1), np.clip(high, 0, 1)
    own_low, own_high = np.zeros((count, worlds)).T, np.ones((count, worlds)).T
    for row in np.flatnonzero(~np.isnan(f.row_red)):
        k, red, holds = f.row_issue[row], f.row_red[row], d.red_holds[:, row]
        in_pair = f.row_side[row] in f.groups[f.group_of[k]].sides
        if not (in_pair or f.row_decides[row]):
            continue
        if f.row_red_above[row]:
            high[:, k] = np.where(holds, np.minimum(high[:, k], red), high[:, k])
            if f.row_decides[row]:
                own_high[:, k] = np.where(holds, np.minimum(own_high[:, k], red), own_high[:, k])
        else:
            low[:, k] = np.where(holds, np.maximum(low[:, k], red), low[:, k])
            if f.row_decides[row]:
                own_low[:, k] = np.where(holds, np.maximum(own_low[:, k], red), own_low[:, k])
    return low, high, own_low, own_high


def _sizes(f: Fitted) -> list[npt.NDArray[np.intp]]:
    """Issues in classes of about as many actors, so that padding to the largest of a class costs little; issues without are left out."""
    actors = np.bincount(f.row_issue, minlength=len(f.issue_ids))
    found, left = [], actors > 0
    while left.any():
        top = actors[left].max()
        chosen = left & (actors > 0.6 * top)
        found.append(np.flatnonzero(chosen))
        left &= ~chosen
    return found


def _issue_by_issue(f: Fitted, d: Draws, worlds: npt.NDArray[np.intp], name: str, z: Array, low: Array, high: Array) -> None:
    """Writes a many-actor concept on every issue of some worlds into z (W, K)."""
    single = np.float32  # six figures are plenty for a point that model error smears by a tenth of the scale
    position, salience, capability = (v.T[:, worlds].T.astype(single, copy=False) for v in (d.position, d.salience, d.capability))
    for issues in _sizes(f):
        members = [np.flatnonzero(f.row_issue == k) for k in issues]
        slots = np.full((len(issues), max(len(m) for m in members)), -1, np.intp)
        for n, m in enumerate(members):
            slots[n, : len(m)] = m
        here = slots >= 0
        shape, box = (-1, 1, slots.shape[1]), np.ix_(worlds, issues)
        flat = (len(worlds) * len(issues), 1)

        def rows(values: Array, blank: float, slots: npt.NDArray[np.intp] = slots, here: npt.NDArray[np.bool_] = here) -> Array:
            return np.where(here, values[:, slots], single(blank))

        bargain = Bargain(
            position=rows(position, 0.5).reshape(shape), salience=rows(salience, 0.0).reshape(shape),
            capability=rows(capability, 0.0).reshape(-1, slots.shape[1]),
            status_quo=np.broadcast_to(f.status_quo[issues], (len(worlds), len(issues))).reshape(flat),
            cost=np.ones((flat[0], slots.shape[1]), single), low=low[box].reshape(flat), high=high[box].reshape(flat),
            pick=d.pick[box].reshape(flat),
        )  # fmt: skip
        z[box] = _CONCEPTS[name](bargain).reshape(len(worlds), len(issues))


def settle(f: Fitted, d: Draws, engaged: npt.NDArray[np.bool_]) -> Settlement:
    """Settlements of all issues in all worlds; engaged (W, M) tells which mediators took part."""
    worlds, count = len(d.model), len(f.issue_ids)
    ideal, care = _leaders(f, d)
    low, high, own_low, own_high = _bounds(f, d)
    room = low <= high
    q = np.broadcast_to(f.status_quo, (worlds, count))
    box_low, box_high = np.where(room, low, q), np.where(room, high, q)
    model = model_codes(f, d.model)
    z = _blank(worlds, count)
    z[:] = q
    wish, mean = _wishes(f, d)
    for code, name in enumerate(MODELS):
        chosen = np.flatnonzero(model == code)
        if name == "compromise":
            z[chosen] = np.clip(mean[chosen], box_low[chosen], box_high[chosen])
        elif name in _CONCEPTS and len(chosen):
            _issue_by_issue(f, d, chosen, name, z, box_low, box_high)
    zone, nash = np.zeros((worlds, len(f.groups)), bool), np.zeros((worlds, len(f.groups)))
    for g, group in enumerate(f.groups):
        if not len(group.issues):
            continue
        mine = group.issues
        x, s = (v.T[:, mine].transpose(2, 0, 1) for v in (ideal, care))
        total = s.sum(-1)
        cost = d.cost[:, g] * (1 - f.outside[g]) * total
        gap = x - f.status_quo[mine]
        threat = -(s * gap * gap).sum(-1) - cost
        money = np.zeros(worlds)
        agenda = np.zeros(worlds, bool)
        for m, (of, _, _, sum_, _, first) in enumerate(f.mediators):
            if of == g:
                money = money + np.where(engaged[:, m], sum_, 0.0) * total.mean(1)
                agenda |= engaged[:, m] & first
        odds = np.log(f.power[g] / (1 - f.power[g])) + 0.4 * d.power[:, g]
        # a mediator that sets the agenda takes the first move away from both
        power = 1 / (1 + np.exp(-np.where(agenda, 0.5 * odds, odds)))
        for code, name in enumerate(MODELS):
            chosen = np.flatnonzero(model == code)
            if name == "exchange" and len(chosen):
                wants, cares = (v[chosen].transpose(0, 2, 1) for v in (x, s))
                strength = np.stack([power[chosen], 1 - power[chosen]], 1)
                traded = exchange(wants, cares, strength, _TRADES, record=False)[1]
                z[np.ix_(chosen, mine)] = np.clip(traded, box_low[np.ix_(chosen, mine)], box_high[np.ix_(chosen, mine)])
            if name in _RULES and len(chosen):
                links = f.links[np.ix_(mine, mine)] * 0.1
                part = [v.astype(np.float32) for v in (x[chosen], s[chosen], threat[chosen], power[chosen], money[chosen])]
                bounds = [v[np.ix_(chosen, mine)].astype(np.float32) for v in (box_low, box_high, q)]
                found = solve_package(
                    *part[:3], rule=_RULES[name], power=part[3], low=bounds[0], high=bounds[1], status_quo=bounds[2], links=links,
                    transfer=part[4], steps=9,
                )  # fmt: skip
                z[np.ix_(chosen, mine)] = found.z
        miss = x - z.T[mine].T[:, None]
        gain = money[:, None] / 2 - (s * miss * miss).sum(-1) - threat
        zone[:, g] = (gain > 0).all(1) & room[:, mine].any(1)
        share = np.clip(gain / np.maximum(-threat, 1e-9), 0, 1)
        nash[:, g] = np.sqrt(share[:, 0] * share[:, 1])
    return Settlement(ideal, care, z, low, high, room, wish, own_low, own_high, zone, nash, model)


def _wishes(f: Fitted, d: Draws) -> tuple[Array, Array]:
    """Where an issue goes without a deal, and everybody's weighted mean; (W, K) each.

    Without a deal: three parts the mean of those who speak for the deciders, one part the mean of all.
    """
    worlds, count = len(d.model), len(f.issue_ids)
    wish, mean = _blank(worlds, count), _blank(worlds, count)
    wish[:], mean[:] = f.status_quo, f.status_quo
    positions, weights = d.position.T, (d.capability * d.salience).T
    for k in range(count):
        rows = np.flatnonzero(f.row_issue == k)
        if not len(rows):
            continue
        mean[:, k] = weighted_mean(positions[rows].T, weights[rows].T)
        decide = rows[f.row_decides[rows]]
        own = weighted_mean(positions[decide].T, weights[decide].T) if len(decide) else mean[:, k]
        wish[:, k] = 0.75 * own + 0.25 * mean[:, k]
    return wish, mean
