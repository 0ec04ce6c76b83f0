"""Fair shares of a change: Shapley values over orderings of the items.

An item's share is its mean marginal effect over the orders in which the items could have come,

    phi_i = mean over orders of [v(before i, i) - v(before i)],

and the shares add up to v(all) - v(none) in every single order, hence in their mean. With few items all subsets are visited
(exact); else orders are drawn in antithetic pairs, each with its reverse, which cancels most of the error of near-additive games.
Shapley 1953, doi:10.1515/9781400881970-018; Castro, Gomez, Tejada 2009, doi:10.1016/j.cor.2008.04.004; Mitchell, Cooper, Frank,
Holmes 2022, Journal of Machine Learning Research 23 (43), on antithetic permutations.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from math import comb

import numpy as np
import numpy.typing as npt

__all__ = ["Game", "antithetic", "exact", "marginals"]

FloatArray = npt.NDArray[np.float64]
Game = Callable[[frozenset[int]], FloatArray]
"""What a set of items is worth: an array of any fixed shape."""


def antithetic(n: int, pairs: int, seed: int) -> list[tuple[int, ...]]:
    """2 `pairs` orders of n items, each followed by its reverse.

    >>> antithetic(3, 1, 0)[1] == antithetic(3, 1, 0)[0][::-1]
    True
    """
    generator = np.random.default_rng(np.random.SeedSequence([seed, n]))
    orders: list[tuple[int, ...]] = []
    for _ in range(pairs):
        order = tuple(int(i) for i in generator.permutation(n))
        orders += [order, order[::-1]]
    return orders


def marginals(game: Game, order: Sequence[int]) -> FloatArray:
    """Marginal effect of each item in one order, shape (item, ...) in item order; they add up to v(all) - v(none)."""
    before = game(frozenset())
    found = np.empty((len(order), *before.shape))
    inside: frozenset[int] = frozenset()
    for item in order:
        inside |= {item}
        after = game(inside)
        found[item] = after - before
        before = after
    return found


def exact(game: Game, n: int) -> FloatArray:
    """Shapley values by visiting all 2^n subsets, shape (item, ...).

    >>> exact(lambda s: np.array([1.0 if s >= {0, 1} else 0.0]), 3)[:, 0].round(2).tolist()
    [0.5, 0.5, 0.0]
    """
    worth = {frozenset(s): game(frozenset(s)) for size in range(n + 1) for s in combinations(range(n), size)}
    found = np.zeros((n, *worth[frozenset()].shape))
    for inside, value in worth.items():
        for i in range(n):
            if i not in inside:
                found[i] += (worth[inside | {i}] - value) / (n * comb(n - 1, len(inside)))
    return found
