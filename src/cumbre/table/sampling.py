"""Draws of everything uncertain at the table, each addressed by its own name, so that adding an actor moves no other number.

Positions are PERT, saliences truncated normal, capabilities log-normal, red lines yes or no. A Gaussian copula ties errors: one
factor an actor (it asks for more, or less, on all issues than coded) and one a source (what one reading got wrong it got wrong
throughout). Points are scrambled Sobol sets (`net`), balanced inside a block and put in random order, so that sets of different
actors are independent of each other.

Arrays are (W, ...) to the reader, in single precision, and the worlds of one input lie together in memory.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from cumbre.table.fitted import Fitted
from cumbre.table.net import CELLS, TICKS, Places, Single, normal_at, places, points, uniform_at, value_at
from cumbre.table.pert import PertTable
from cumbre.worlds import Stream

__all__ = ["Draws", "draw_inputs", "linked_normals", "pert_table"]

Array = npt.NDArray[np.floating[Any]]
Source = Callable[[str], Stream]


@dataclass(frozen=True)
class Draws:
    """Inputs of some worlds, worlds first."""

    position: Array  # (W, R) 0-1
    salience: Array  # (W, R)
    capability: Array  # (W, R)
    red_holds: npt.NDArray[np.bool_]  # (W, R); where no red line is coded it is true and means nothing
    asks: Array  # (W, A) standard normal: how much more than coded an actor asks for
    base: Array  # (W, K) chance of change within 180 days
    change: Array  # (W, K) uniforms, linked: whether and when an issue changes
    where: Array  # (W, K) uniforms, linked: to which value
    kind: Array  # (W, K, 4) uniforms: reversion, second change, its value, spare
    model: Array  # (W,) uniforms
    pick: Array  # (W, K) uniforms of the concept that is a lottery
    deal: Array  # (W, G) uniforms: whether and when the pair signs
    slope: Array  # (W,) standard normal
    cost: Array  # (W, G, 2) cost of failure, share of full-scale loss
    winset: Array  # (W, K, 2) standard normal
    power: Array  # (W, G) standard normal
    ratify: Array  # (W, number of ratifiers) support
    days: Array  # (W, K, 2) standard normals: lag of ratification, of delivery
    deliver: Array  # (W, K, 2) standard normal: chance of delivery; uniform: whether
    engage: Array  # (W, M) uniforms
    spoil: Array  # (W, S, 2) uniforms
    lapse: Array  # (W, K, 2) uniforms


def linked_normals(links: Array, sign: bool) -> Single:
    """Square root of the correlation that soft links ask for, (K, K); negative eigenvalues are cut so that it is one.

    `sign` False takes the size of links (issues change together), True their direction (they move together or apart).
    """
    return _root_of(np.asarray(links, np.float64).tobytes(), len(links), sign)


@lru_cache(maxsize=16)
def _root_of(links: bytes, count: int, sign: bool) -> Single:
    wish = np.frombuffer(links).reshape(count, count)
    wish = wish if sign else np.abs(wish)
    corr = np.clip(0.7 * (wish + wish.T) / 2, -0.9, 0.9)
    np.fill_diagonal(corr, 1.0)
    values, vectors = np.linalg.eigh(corr)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    size = np.sqrt((root**2).sum(1, keepdims=True))
    return np.asarray((root / np.maximum(size, 1e-12)).astype(np.float32))


def _mixed(normals: Array, root: Array) -> Array:
    """Uniforms (W, K) with the correlation of `root`, from normals (K, W).

    einsum, because a matrix product may round a world by its neighbours.
    """
    return np.asarray(np.clip(special.ndtr(np.einsum("kj,jw->kw", root, normals)), 1e-7, 1 - 1e-7).T)


@lru_cache(maxsize=64)
def _kept(low: bytes, mode: bytes, high: bytes) -> PertTable:
    return PertTable(*(np.frombuffer(v, np.float64) for v in (low, mode, high)))


def pert_table(low: Array, mode: Array, high: Array) -> PertTable:
    """The table of these distributions, kept between blocks."""
    return _kept(*(np.ascontiguousarray(v, np.float64).tobytes() for v in (low, mode, high)))


@lru_cache(maxsize=8)
def _salience_table(mode: bytes, sd: float) -> Single:
    """Salience at the edges of the cells, (row, CELLS + 1): normal around the coded value, cut to 0-1."""
    centre = np.frombuffer(mode, np.float64)[:, None]
    below, above = special.ndtr(-centre / sd), special.ndtr((1 - centre) / sd)
    # one part in ten million off the ends, so that 0 and 1 stay what they are: limits
    chance = below + (above - below) * np.clip(np.linspace(0, 1, CELLS + 1), 1e-7, 1 - 1e-7)
    return np.asarray(np.clip(centre + sd * special.ndtri(chance), 1e-6, 1 - 1e-6), np.float32)


def _rows(f: Fitted, source: Source, worlds: int) -> tuple[Single, Single, npt.NDArray[np.bool_]]:
    """Own errors (standard normal), saliences and whether red lines hold, (R, W) each, from one point set a position row."""
    total = len(f.row_issue)
    cells, holds = np.empty((2, total, worlds), np.int32), np.ones((total, worlds), bool)
    coded = ~np.isnan(f.row_red)
    for row in range(total):
        address = source(f"row.{f.actor_ids[f.row_actor[row]]}.{f.issue_ids[f.row_issue[row]]}")
        # the third coordinate is drawn last, so that coding a red line moves no position
        found = points(address, 3 if coded[row] else 2).T
        cells[:, row] = found[:2]
        if coded[row]:
            holds[row] = found[2] < TICKS * f.judged.red_line_holds
    salience = (
        value_at(cells[1], _salience_table(f.row_salience.tobytes(), f.judged.salience_sd)) if total else uniform_at(cells[1])
    )
    return normal_at(cells[0]), salience, holds


_PER_ISSUE = {"base": 1, "pick": 1, "winset": 2, "kind": 4, "days": 2, "deliver": 2, "lapse": 2}


def _issues(f: Fitted, source: Source, worlds: int) -> tuple[Single, dict[str, Places]]:
    """Two normals an issue, (2, K, W), and its places by use, (n, K, W); one address an issue."""
    width, count = sum(_PER_ISSUE.values()), len(f.issue_ids)
    normal, cells = np.empty((2, count, worlds), np.float32), np.empty((width, count, worlds), np.int32)
    for k, issue in enumerate(f.issue_ids):
        address = source(f"issue.{issue}")
        normal[:, k] = address.draw(lambda g, n: g.standard_normal((2, n), dtype=np.float32).T).T
        cells[:, k] = source(f"places.{issue}").draw(lambda g, n: places(g, width, n).T).T
    found, first = {}, 0
    for name, n in _PER_ISSUE.items():
        found[name] = cells[first : first + n]
        first += n
    return normal, found


def draw_inputs(f: Fitted, source: Source) -> Draws:
    """All inputs for the draws of `source(name)`; the same name gives the same numbers whatever else the case holds."""
    j = f.judged
    model = uniform_at(points(source("model"), 1)[:, 0])
    worlds = len(model)
    count, total, groups = len(f.issue_ids), len(f.row_issue), len(f.groups)
    both = np.empty((2, len(f.actor_ids), worlds), np.int32)
    for a, actor in enumerate(f.actor_ids):
        both[:, a] = points(source(f"actor.{actor}"), 2).T
    factor, power = normal_at(both)
    shared = np.empty((len(f.source_ids), worlds), np.float32)
    for n, name in enumerate(f.source_ids):
        shared[n] = source(f"source.{name}").draw(lambda g, n: g.standard_normal(n, dtype=np.float32))
    own, salience, holds = _rows(f, source, worlds)
    z = np.float32(np.sqrt(1 - j.actor_share - j.source_share)) * own
    z += (np.sqrt(j.actor_share) * f.row_ask).astype(np.float32)[:, None] * factor[f.row_actor]
    z += (np.float32(np.sqrt(j.source_share)) * shared)[f.row_source]
    normal, cells = _issues(f, source, worlds)

    def per_group(name: str, size: int) -> Places:
        return np.stack([points(source(f"{name}.{g.name}"), size).T for g in f.groups])

    def uniform(name: str) -> Single:
        return uniform_at(cells[name]).transpose(2, 1, 0)

    ratify = [source(f"ratify.{actor}.{f.issue_ids[k]}").normal() for k, actor, *_ in f.ratifiers]
    cost = per_group("cost", 2).reshape(2 * groups, worlds)
    deliver = np.stack([normal_at(cells["deliver"][0]), uniform_at(cells["deliver"][1])])
    return Draws(
        position=(pert_table(f.row_low, f.row_mode, f.row_high).at(z) if total else z).T,
        salience=salience.T,
        capability=(f.row_capability.astype(np.float32)[:, None] * np.exp(np.float32(j.capability_sigma) * power)[f.row_actor]).T,
        red_holds=holds.T,
        asks=factor.T,
        base=(pert_table(*f.base_rate.T).of_place(cells["base"][0]) if count else uniform_at(cells["base"][0])).T,
        change=_mixed(normal[0], linked_normals(f.links, False)) if count else normal[0].T,
        where=_mixed(normal[1], linked_normals(f.links, True)) if count else normal[1].T,
        kind=uniform("kind"),
        model=model,
        pick=uniform("pick")[..., 0],
        deal=uniform_at(per_group("deal", 1)[:, 0]).T,
        slope=source("slope").normal(),
        cost=_cost_table(groups).of_place(cost).reshape(groups, 2, worlds).transpose(2, 0, 1),
        winset=normal_at(cells["winset"]).transpose(2, 1, 0),
        power=normal_at(per_group("power", 1)[:, 0]).T,
        ratify=pert_table(*np.array([r[4] for r in f.ratifiers]).T).at(np.stack(ratify)).T if ratify else np.empty((worlds, 0)),
        days=normal_at(cells["days"]).transpose(2, 1, 0),
        deliver=deliver.transpose(2, 1, 0),
        engage=source("engage").uniform(len(f.mediators)),
        spoil=source("spoil").uniform(len(f.spoilers), 2),
        lapse=uniform("lapse"),
    )


def _cost_table(groups: int) -> PertTable:
    """Cost of failure, share of full-scale loss: PERT(0.05, 0.15, 0.45) for both sides of every pair."""
    return pert_table(*np.tile([[0.05], [0.15], [0.45]], (1, 2 * groups)))
