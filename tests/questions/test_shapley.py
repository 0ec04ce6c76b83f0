"""Shapley values: axioms on games drawn at random, and the sampled values beside the exact ones."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cumbre.questions.shapley import antithetic, exact, marginals


def game(seed: int, n: int):
    """A game with random worth for every subset."""
    worth: dict[frozenset[int], np.ndarray] = {}

    def value(inside: frozenset[int]) -> np.ndarray:
        if inside not in worth:
            key = sum(1 << i for i in inside)
            worth[inside] = np.random.default_rng([seed, n, key]).normal(size=2)
        return worth[inside]

    return value


@given(st.integers(0, 100), st.integers(1, 5))
@settings(max_examples=30, deadline=None)
def test_exact_is_the_mean_over_all_orders(seed: int, n: int) -> None:
    value = game(seed, n)
    every = np.mean([marginals(value, order) for order in permutations(range(n))], axis=0)
    assert exact(value, n) == pytest.approx(every)


@given(st.integers(0, 100), st.integers(1, 8))
@settings(max_examples=30, deadline=None)
def test_shares_add_up_in_every_order(seed: int, n: int) -> None:
    value = game(seed, n)
    total = value(frozenset(range(n))) - value(frozenset())
    for order in antithetic(n, 2, seed):
        assert marginals(value, order).sum(axis=0) == pytest.approx(total)


def test_an_item_that_does_nothing_gets_nothing_and_equals_share_equally() -> None:
    found = exact(lambda s: np.array([float(len(s & {0, 1}) == 2)]), 3)[:, 0]
    assert found.tolist() == pytest.approx([0.5, 0.5, 0.0])


def test_one_antithetic_pair_is_exact_for_a_game_of_pairs() -> None:
    # v(S) = sum of a_i + sum of b_ij over pairs inside: an order and its reverse average to the Shapley value exactly.
    rng = np.random.default_rng(1)
    n = 7
    a, b = rng.normal(size=n), np.triu(rng.normal(size=(n, n)), 1)

    def value(inside: frozenset[int]) -> np.ndarray:
        mask = np.array([i in inside for i in range(n)], dtype=float)
        return np.array([a @ mask + mask @ b @ mask])

    one, two = antithetic(n, 1, 3)
    sampled = (marginals(value, one) + marginals(value, two)) / 2
    assert sampled == pytest.approx(exact(value, n))
