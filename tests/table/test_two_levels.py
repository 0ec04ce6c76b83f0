"""Win-sets, ratification, and the Schelling conjecture."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cumbre.record.winsets import acceptance, audience_gain, support, winset
from cumbre.table.ratification import constrained_split, leader_utility, ratified, winset_ratification

unit = st.floats(0, 1).map(lambda v: round(v, 3))


@settings(max_examples=100, deadline=None)
@given(unit, unit, unit)
def test_schelling_conjecture(nash, low, tighter):
    """A constraint on side 1 never lowers its share while the other side's limit leaves room."""
    high = 0.9
    loose, strict = min(low, tighter), max(low, tighter)
    a, agreed_a = constrained_split(nash, loose, high)
    b, agreed_b = constrained_split(nash, strict, high)
    if agreed_b:
        assert agreed_a
        assert b >= a


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 1000), st.floats(0.0, 0.4))
def test_constraints_on_both_sides_raise_breakdown(seed, tightening):
    rng = np.random.default_rng(seed)
    low, high = rng.normal(0.4, 0.15, 2000), rng.normal(0.6, 0.15, 2000)
    _, loose = constrained_split(0.5, low, high)
    _, one = constrained_split(0.5, low + tightening, high)
    _, both = constrained_split(0.5, low + tightening, high - tightening)
    assert loose.mean() >= one.mean() >= both.mean()


@settings(max_examples=80, deadline=None)
@given(st.lists(unit, min_size=1, max_size=5), st.floats(0, 0.5), st.floats(0, 0.5))
def test_a_higher_threshold_never_raises_the_chance_of_consent(gains, threshold, more):
    g = np.array(gains)
    assert (acceptance(g, threshold + more) <= acceptance(g, threshold) + 1e-12).all()
    assert (winset_ratification(g - threshold - more, 0.1) <= winset_ratification(g - threshold, 0.1) + 1e-12).all()


@settings(max_examples=60, deadline=None)
@given(st.lists(unit, min_size=1, max_size=6), unit, st.floats(0, 0.2))
def test_winset_holds_the_status_quo_and_grows_with_tolerance(positions, quo, tolerance):
    x = np.array(positions)
    one = np.ones(len(x))
    low, high = winset(x, one, one, quo)
    wide_low, wide_high = winset(x, one, one, quo, threshold=-tolerance)
    assert low - 0.01 <= quo <= high + 0.01
    assert wide_low <= low + 1e-9
    assert wide_high >= high - 1e-9


def test_audience_gain_is_what_it_says():
    position, salience = np.array([[1.0, np.nan], [0.0, 0.5]]), np.array([[1.0, 1.0], [0.5, 2.0]])
    gain = audience_gain(position, salience, np.array([0.5, 0.5]), np.array([[1.0, 0.5]]))
    assert gain[0].tolist() == [0.25, 0.5 * (0.25 - 1.0)]


def test_support_counts_shares():
    assert support(np.array([[1.0, 0.0]]), np.array([3.0, 1.0]))[0] == 0.75
    assert np.isnan(support(np.zeros((1, 0)), np.zeros(0))[0])


def test_ratifiers():
    veto = np.array([True, False, False])
    need = np.full((1, 3), 0.5)
    assert ratified(np.array([[0.6, 0.6, 0.1]]), need, veto)[0]
    assert not ratified(np.array([[0.4, 0.9, 0.9]]), need, veto)[0]
    assert not ratified(np.array([[0.6, 0.1, 0.1]]), need, veto)[0]
    assert ratified(np.zeros((1, 0)), np.zeros((1, 0)), np.zeros(0, bool))[0]


def test_a_broken_promise_costs_the_leader():
    kept, broken = (
        leader_utility(np.zeros(1), np.zeros(1), np.zeros(1), np.ones(1), np.array([d]), votes_worth=0.3, audience_cost=0.5)[0]
        for d in (1.0, 0.2)
    )
    assert kept == 0
    assert broken == -0.4
