"""Properties that every solution concept must have (all actors on one issue)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cumbre.table import CONCEPTS
from cumbre.table.bargain import single
from cumbre.table.election import election
from cumbre.table.mean import mean_levers, weighted_mean, weighted_median
from cumbre.table.nash import settle_nash
from cumbre.table.package import solve_package

LOTTERIES = ("election", "favourite")
SMOOTH = ("compromise", "nash", "kalai_smorodinsky", "egalitarian")
unit = st.floats(0, 1).map(lambda v: round(v, 3))
positive = st.floats(0.05, 1).map(lambda v: round(v, 3))
actors = st.integers(2, 7).flatmap(
    lambda n: st.tuples(*(st.lists(kind, min_size=n, max_size=n) for kind in (unit, positive, positive)))
)


def settle(name: str, x, s, c, **more) -> float:
    return float(CONCEPTS[name](single(x, s, c, cost=1.5, **more))[0, 0])


@pytest.mark.parametrize("name", sorted(CONCEPTS))
@settings(max_examples=40, deadline=None)
@given(actors)
def test_settlement_lies_between_the_extreme_positions(name, rows):
    x, s, c = rows
    assert min(x) - 1e-6 <= settle(name, x, s, c) <= max(x) + 1e-6


@pytest.mark.parametrize("name", sorted(CONCEPTS))
@settings(max_examples=20, deadline=None)
@given(unit, st.integers(2, 6), actors)
def test_identical_actors_settle_on_their_position(name, x, n, rows):
    s, c = rows[1], rows[2]
    k = min(n, len(s))
    assert settle(name, [x] * k, s[:k], c[:k]) == pytest.approx(x, abs=1e-6)


@pytest.mark.parametrize("name", sorted(CONCEPTS))
@settings(max_examples=30, deadline=None)
@given(actors, st.randoms(use_true_random=False))
def test_order_of_actors_does_not_matter(name, rows, shuffle):
    x, s, c = rows
    if name in LOTTERIES:
        # a lottery is drawn by rank of the options, so compare its law, not one ticket
        order = list(range(len(x)))
        shuffle.shuffle(order)
        a = _law(x, s, c, name)
        b = _law([x[i] for i in order], [s[i] for i in order], [c[i] for i in order], name)
        assert a == pytest.approx(b, abs=1e-6)
        return
    order = list(range(len(x)))
    shuffle.shuffle(order)
    moved = settle(name, [x[i] for i in order], [s[i] for i in order], [c[i] for i in order])
    assert moved == pytest.approx(settle(name, x, s, c), abs=2e-4)


@pytest.mark.parametrize("name", sorted(CONCEPTS))
@settings(max_examples=30, deadline=None)
@given(actors, unit)
def test_an_actor_that_does_not_care_changes_nothing(name, rows, x_absent):
    x, s, c = rows
    # in the published challenge model an actor that does not care can still be pressed; only an empty seat changes nothing
    power = 0.0 if name == "challenge" else 0.7
    assert settle(name, [*x, x_absent], [*s, 0.0], [*c, power]) == pytest.approx(settle(name, x, s, c), abs=1e-5)


def _law(x, s, c, name: str) -> dict[float, float]:
    w = np.array(s) * np.array(c)
    options, p = election(np.array(x), w, markov=name == "favourite")
    found: dict[float, float] = {}
    for o, v in zip(options, p, strict=True):
        found[round(float(o), 6)] = found.get(round(float(o), 6), 0.0) + float(v)
    return {k: found[k] for k in sorted(found)}


@pytest.mark.parametrize("name", ["compromise", "median", "election"])
@settings(max_examples=40, deadline=None)
@given(actors)
def test_splitting_an_actor_in_two_halves_changes_nothing(name, rows):
    x, s, c = rows
    halves = (x + x[-1:], s + s[-1:], [*c[:-1], c[-1] / 2, c[-1] / 2])
    if name == "election":
        assert _law(*halves, name) == pytest.approx(_law(x, s, c, name), abs=1e-9)
    else:
        assert settle(name, *halves) == pytest.approx(settle(name, x, s, c), abs=1e-9)


@pytest.mark.parametrize("name", sorted(set(CONCEPTS) - set(LOTTERIES) - {"median", "challenge"}))
@settings(max_examples=40, deadline=None)
@given(actors)
def test_reflecting_the_scale_reflects_the_settlement(name, rows):
    x, s, c = rows
    assert settle(name, [1 - v for v in x], s, c) == pytest.approx(1 - settle(name, x, s, c), abs=2e-4)


@settings(max_examples=40, deadline=None)
@given(actors)
def test_reflecting_the_scale_reflects_the_election(rows):
    x, s, c = rows
    for name in LOTTERIES:
        plain, mirrored = _law(x, s, c, name), _law([round(1 - v, 9) for v in x], s, c, name)
        assert {round(1 - k, 6): v for k, v in mirrored.items()} == pytest.approx(plain, abs=1e-6)


@pytest.mark.parametrize("name", sorted(CONCEPTS))
@settings(max_examples=30, deadline=None)
@given(actors, st.floats(0.1, 50))
def test_scaling_all_capabilities_changes_nothing(name, rows, factor):
    x, s, c = rows
    scaled = settle(name, x, s, [v * factor for v in c])
    assert scaled == pytest.approx(settle(name, x, s, c), abs=2e-4)


@settings(max_examples=60, deadline=None)
@given(actors, st.integers(0, 6), st.floats(0.01, 0.5))
def test_mean_and_election_mean_follow_a_move(rows, who, by):
    x, s, c = rows
    who %= len(x)
    moved = [min(1.0, v + by) if i == who else v for i, v in enumerate(x)]
    w = np.array(s) * np.array(c)
    assert weighted_mean(np.array(moved), w) >= weighted_mean(np.array(x), w) - 1e-12


@settings(max_examples=60, deadline=None)
@given(st.lists(positive, min_size=2, max_size=2), unit, st.floats(0.01, 0.5))
def test_election_mean_of_two_follows_a_move(w, x, by):
    a, b = sorted((x, min(1.0, x + 0.3)))
    options, p = election(np.array([a, b]), np.array(w))
    further, q = election(np.array([a, min(1.0, b + by)]), np.array(w))
    assert float((further * q).sum()) >= float((options * p).sum()) - 1e-9


@settings(max_examples=50, deadline=None)
@given(actors, unit)
def test_nash_is_efficient_and_rational(rows, quo):
    x, s, c = (np.array(v) for v in rows)
    bargain = single(x, s, c, status_quo=quo, cost=0.5)
    z = float(settle_nash(bargain, halvings=40)[0, 0])
    threat = -s * (x - quo) ** 2 - 0.5 * s
    gain = -s * (x - z) ** 2 - threat
    assert (gain > -1e-6).all()
    grid = np.linspace(0, 1, 401)[:, None]
    others = -s * (x - grid) ** 2
    assert not ((others > -s * (x - z) ** 2 + 1e-4).all(1)).any()
    with np.errstate(divide="ignore", invalid="ignore"):
        score = np.where((others - threat > 0).all(1), (c * np.log(np.maximum(others - threat, 1e-300))).sum(1), -np.inf)
    assert (c * np.log(gain)).sum() >= score.max() - 1e-5


@settings(max_examples=40, deadline=None)
@given(actors, st.floats(0.2, 5))
def test_nash_does_not_change_with_the_units_of_one_actors_utility(rows, unit_of_first):
    x, s, c = (np.array(v) for v in rows)
    # positive affine change of one actor's utility: salience and cost of failure scale together
    plain = single(x, s, c, status_quo=0.4, cost=0.7)
    scaled_s = s.copy()
    scaled_s[0] *= unit_of_first
    scaled = single(x, scaled_s, c, status_quo=0.4, cost=0.7)
    assert float(settle_nash(scaled)[0, 0]) == pytest.approx(float(settle_nash(plain)[0, 0]), abs=1e-4)


@settings(max_examples=60, deadline=None)
@given(actors)
def test_levers_of_the_mean_are_its_derivatives(rows):
    x, s, c = (np.array(v) for v in rows)
    w = s * c
    by_position, by_weight = mean_levers(x, w)
    step = 1e-6 * w.sum()
    for i in range(len(x)):
        up = np.eye(len(x))[i] * step
        assert by_position[i] == pytest.approx(
            (weighted_mean(x + up, w) - weighted_mean(x - up, w)) / (2 * step), rel=1e-5, abs=1e-7
        )
        assert by_weight[i] == pytest.approx(
            (weighted_mean(x, w + up) - weighted_mean(x, w - up)) / (2 * step), rel=1e-5, abs=1e-5
        )


def test_lower_median_where_two_tie():
    assert weighted_median(np.array([1.0, 2.0]), np.array([1.0, 1.0])) == 1.0


@pytest.mark.parametrize("name", sorted(CONCEPTS))
@pytest.mark.parametrize(
    ("x", "s", "c"),
    [
        ([0.2, 0.9], [0.0, 0.0], [1.0, 1.0]),
        ([0.2, 0.9], [1.0, 1.0], [0.0, 0.0]),
        ([0.5, 0.5, 0.5], [1.0, 0.5, 0.2], [1.0, 1.0, 1.0]),
        ([0.0, 1.0], [1.0, 1.0], [1.0, 1.0]),
        ([0.3], [1.0], [1.0]),
        (list(np.linspace(0, 1, 80)), [0.5] * 80, [1.0] * 80),
    ],
    ids=["nobody cares", "nobody has power", "all alike", "two extremes", "one actor", "eighty actors"],
)
def test_awkward_issues_are_solved(name, x, s, c):
    if name == "exchange" and len(x) == 80:
        pytest.skip("one issue has nothing to exchange")
    assert min(x) - 1e-6 <= settle(name, x, s, c) <= max(x) + 1e-6


@pytest.mark.parametrize("rule", ["nash", "ks", "egalitarian"])
@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_packages_are_efficient_and_rational(rule, seed):
    """Nobody loses by a package against no deal where both can gain, and no other package serves both better."""
    rng = np.random.default_rng(seed)
    x, s = rng.random((1, 2, 3)), rng.random((1, 2, 3)) + 0.05
    q = rng.random(3)
    d = -(s * (x - q) ** 2).sum(-1) - 0.1 * s.sum(-1)
    found = solve_package(x, s, d, rule=rule)
    assert found.zone[0]
    assert found.gains.min() > 0
    others = rng.random((4000, 3))
    gains = -(s[0] * (x[0] - others[:, None]) ** 2).sum(-1) - d
    assert not (gains > found.gains + 1e-6).all(1).any()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_fair_packages_are_fair(seed):
    """Kalai-Smorodinsky gives both the same share of what each could gain; equal gains gives both the same."""
    rng = np.random.default_rng(seed)
    x, s = rng.random((5, 2, 3)), rng.random((5, 2, 3)) + 0.05
    d = -(s * (x - 0.5) ** 2).sum(-1) - 0.2
    one = np.zeros((5, 2))
    for side in range(2):
        # the most of one side while the other gains nothing: its weight is raised until the other is at its threat
        low, high = np.zeros(5), np.ones(5)
        for _ in range(50):
            mid = 0.5 * (low + high)
            w = np.stack([mid, 1 - mid] if side == 0 else [1 - mid, mid], 1)
            z = (w[:, :, None] * s * x).sum(1) / np.maximum((w[:, :, None] * s).sum(1), 1e-300)
            g = -(s * (x - z[:, None]) ** 2).sum(-1) - d
            more = g[:, 1 - side] > 0
            low, high = np.where(more, mid, low), np.where(more, high, mid)
        one[:, side] = g[:, side]
    kalai = solve_package(x, s, d, rule="ks", steps=40).gains / one
    assert np.allclose(kalai[:, 0], kalai[:, 1], atol=1e-4)
    equal = solve_package(x, s, d, rule="egalitarian", steps=40)
    inside = (equal.weight > 1e-6) & (equal.weight < 1 - 1e-6)
    assert np.allclose(equal.gains[inside, 0], equal.gains[inside, 1], atol=1e-6)
