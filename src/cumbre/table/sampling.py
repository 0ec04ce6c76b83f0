"""Draws of everything uncertain at the table, each addressed by its own name, so that adding an actor moves no other number.

Positions are PERT, saliences truncated normal, capabilities log-normal, red lines yes or no. A Gaussian copula ties errors: one
factor an actor (it asks for more, or less, on all issues than coded) and one a source (what one reading got wrong it got wrong
throughout). Points are scrambled Sobol sets, balanced inside a block and put in random order, so that sets of different actors
are independent of each other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy import special, stats

from cumbre.table.fitted import Fitted
from cumbre.table.pert import PertTable
from cumbre.worlds import Stream

__all__ = ["Draws", "draw_inputs", "linked_normals", "pert_table"]

Array = npt.NDArray[np.float64]
Source = Callable[[str], Stream]


@dataclass(frozen=True)
class Draws:
    """Inputs of some worlds, worlds first."""

    position: Array  # (W, R) 0-1
    salience: Array  # (W, R)
    capability: Array  # (W, R)
    red_holds: npt.NDArray[np.bool_]  # (W, R)
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
    days: Array  # (W, K, 2) uniforms: lag of ratification, delivery
    deliver: Array  # (W, K, 2) uniforms: chance of delivery, whether
    engage: Array  # (W, M) uniforms
    spoil: Array  # (W, S, 2) uniforms
    lapse: Array  # (W, K, 2) uniforms


def _balanced(stream: Stream, d: int) -> Array:
    """Scrambled Sobol points (W, d), balanced inside each block, rows in random order."""

    def points(g: np.random.Generator, n: int) -> Array:
        # the scramble wants a generator that can spawn; a counter-based one with a given key cannot
        raw = stats.qmc.Sobol(d, scramble=True, rng=np.random.default_rng(g.integers(0, 2**63, 2))).random(n)
        return np.clip(raw[g.permutation(n)], 1e-9, 1 - 1e-9)

    return np.asarray(stream.draw(points), dtype=np.float64)


def _stratified(stream: Stream, d: int) -> Array:
    """Latin hypercube points (W, d) inside each block: each column a one-dimensional net in its own random order.

    For the hundred or so rows of positions, whose interactions are weak, this does as well as a Sobol set at a fifth of its cost.
    """

    def points(g: np.random.Generator, n: int) -> Array:
        return np.stack([(g.permutation(n) + g.random(n)) / n for _ in range(d)], axis=1)

    return np.clip(np.asarray(stream.draw(points), dtype=np.float64), 1e-9, 1 - 1e-9)


def linked_normals(links: Array, sign: bool) -> Array:
    """Square root of the correlation that soft links ask for, (K, K); negative eigenvalues are cut so that it is one.

    `sign` False takes the size of links (issues change together), True their direction (they move together or apart).
    """
    wish = links if sign else np.abs(links)
    corr = np.clip(0.7 * (wish + wish.T) / 2, -0.9, 0.9)
    np.fill_diagonal(corr, 1.0)
    values, vectors = np.linalg.eigh(corr)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    size = np.sqrt((root**2).sum(1, keepdims=True))
    return np.asarray(root / np.maximum(size, 1e-12))


def _mixed(normals: Array, root: Array) -> Array:
    """Uniforms with the correlation of `root`; einsum, because a matrix product may round a row by its neighbours."""
    return np.asarray(np.clip(special.ndtr(np.einsum("wj,kj->wk", normals, root)), 1e-9, 1 - 1e-9))


@lru_cache(maxsize=64)
def _kept(low: bytes, mode: bytes, high: bytes) -> PertTable:
    return PertTable(*(np.frombuffer(v, np.float64) for v in (low, mode, high)))


def pert_table(low: Array, mode: Array, high: Array) -> PertTable:
    """The table of these distributions, kept between blocks."""
    return _kept(*(np.ascontiguousarray(v, np.float64).tobytes() for v in (low, mode, high)))


def draw_inputs(f: Fitted, source: Source) -> Draws:
    """All inputs for the draws of `source(name)`; the same name gives the same numbers whatever else the case holds."""
    j = f.judged
    worlds = source("model").draws
    count, total, groups = len(f.issue_ids), len(f.row_issue), len(f.groups)
    actor_factor = np.empty((worlds, len(f.actor_ids)))
    source_factor = np.empty((worlds, len(f.source_ids)))
    # columns are filled one by one, so each lies together in memory
    own, sal, cap, red = (np.empty((total, worlds)).T for _ in range(4))
    for n, name in enumerate(f.source_ids):
        source_factor[:, n] = source(f"source.{name}").normal(1)[:, 0]
    for a, actor in enumerate(f.actor_ids):
        mine = np.flatnonzero(f.row_actor == a)
        names = [f.issue_ids[k] for k in f.row_issue[mine]]
        points = special.ndtri(_balanced(source(f"actor.{actor}"), 2))
        actor_factor[:, a] = points[:, 0]
        cap[:, mine] = f.row_capability[mine] * np.exp(j.capability_sigma * points[:, 1:2])
        for row, issue in zip(mine, names, strict=True):
            cell = _stratified(source(f"row.{actor}.{issue}"), 3)
            own[:, row] = special.ndtri(cell[:, 0])
            # normal around the coded salience, cut to 0-1 by restricting the probability range
            a0, a1 = (
                special.ndtr((0 - f.row_salience[row]) / j.salience_sd),
                special.ndtr((1 - f.row_salience[row]) / j.salience_sd),
            )
            sal[:, row] = f.row_salience[row] + j.salience_sd * special.ndtri(a0 + (a1 - a0) * cell[:, 1])
            red[:, row] = cell[:, 2]
    shared = (
        np.sqrt(j.actor_share) * actor_factor[:, f.row_actor] * f.row_ask
        + np.sqrt(j.source_share) * source_factor[:, f.row_source]
    )
    z = np.sqrt(1 - j.actor_share - j.source_share) * own + shared if total else own
    position = pert_table(f.row_low, f.row_mode, f.row_high).at(z) if total else own
    change = np.stack([source(f"change.{k}").normal(1)[:, 0] for k in f.issue_ids], 1) if count else np.empty((worlds, 0))
    where = np.stack([source(f"where.{k}").normal(1)[:, 0] for k in f.issue_ids], 1) if count else np.empty((worlds, 0))

    def each(name: str, *shape: int) -> Array:
        """Uniforms an issue, (W, K, *shape), addressed by issue."""
        parts = [source(f"{name}.{k}").uniform(*shape) for k in f.issue_ids]
        return np.stack(parts, 1) if parts else np.empty((worlds, 0, *shape))

    def per_group(name: str, *shape: int) -> Array:
        return np.stack(
            [_balanced(source(f"{name}.{g.name}"), max(int(np.prod(shape)), 1)).reshape(worlds, *shape) for g in f.groups], 1
        )

    ratify = [source(f"ratify.{actor}.{f.issue_ids[k]}").normal() for k, actor, *_ in f.ratifiers]
    cost = per_group("cost", 2)
    return Draws(
        position=np.asarray(position),
        salience=sal,
        capability=cap,
        red_holds=red < j.red_line_holds,
        asks=actor_factor,
        base=pert_table(*f.base_rate.T).of_uniform(each("base")) if count else np.empty((worlds, 0)),
        change=_mixed(change, linked_normals(f.links, False)) if count else change,
        where=_mixed(where, linked_normals(f.links, True)) if count else where,
        kind=each("kind", 4),
        model=_balanced(source("model"), 1)[:, 0],
        pick=each("pick"),
        deal=per_group("deal"),
        slope=source("slope").normal(),
        cost=pert_table(*np.tile([[0.05], [0.15], [0.45]], (1, 2 * groups)))
        .of_uniform(cost.reshape(worlds, -1))
        .reshape(cost.shape),
        winset=special.ndtri(np.clip(each("winset", 2), 1e-9, 1 - 1e-9)),
        power=special.ndtri(per_group("power")),
        ratify=pert_table(*np.array([r[4] for r in f.ratifiers]).T).at(np.stack(ratify, 1)) if ratify else np.empty((worlds, 0)),
        days=each("days", 2),
        deliver=each("deliver", 2),
        engage=source("engage").uniform(len(f.mediators)),
        spoil=source("spoil").uniform(len(f.spoilers), 2),
        lapse=each("lapse", 2),
    )
