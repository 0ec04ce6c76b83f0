"""Exact answers and published results: textbook formulas, the car-emission rounds, breakdown and ratification."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cumbre import priors
from cumbre.table.challenge import rounds_of
from cumbre.table.exchange import exchange
from cumbre.table.kalai import kalai_on_curve, lexicographic
from cumbre.table.mean import weighted_mean, weighted_median
from cumbre.table.nash import nash_on_curve, side_payment_split
from cumbre.table.offers import breakdown_share, deadline_share, outside_option_share, patience_power, rubinstein_share
from cumbre.table.package import logroll, solve_package
from cumbre.table.ratification import audience_cost_needed, offer_under_ratification, overlap_chance, private_trade_chance


@pytest.fixture(scope="module")
def emissions() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rows = priors.load("table")["examples"]["emissions1994"]["rows"]
    x, s, c = (np.array([row[i] for row in rows], float) for i in (1, 2, 3))
    return x, c, s / 100


def test_mean_and_median_of_the_car_emission_case(emissions):
    x, c, s = emissions
    assert weighted_mean(x, c * s) == pytest.approx(7.389955686853766, abs=1e-6)
    assert weighted_median(x, c * s) == 7.0


def test_code_reading_gives_the_published_round_medians(emissions):
    published = [8.4, 9.9, 9.9, 9.9, 9.9, 7.4, 8.8, 9.6]
    medians = [m for m, _ in rounds_of(*emissions, rounds=8, reading="code")]
    off = [abs(a - b) for a, b in zip(medians, published, strict=True)]
    assert sum(v <= 0.1 for v in off) == 7
    assert max(off) <= 0.3


def test_paper_reading_gives_the_known_rounds(emissions):
    found = rounds_of(*emissions, rounds=4, reading="paper")
    assert [m for m, _ in found[:3]] == pytest.approx([9.53] * 3, abs=0.005)
    assert [m for _, m in found[:3]] == pytest.approx([7.61, 7.72, 8.30], abs=0.005)
    assert found[3][0] == pytest.approx(10.0)


def test_the_status_quo_term_is_model_uncertainty(emissions):
    """Another Q moves the medians by years on a scale of six, which is why Q is never taken as a constant."""
    full, half = (np.array(rounds_of(*emissions, rounds=3, reading="code", q=q)) for q in (1.0, 0.5))
    assert np.abs(full - half).max() > 0.5


def test_risk_aversion_hurts():
    shares = [nash_on_curve(lambda t, r=r: t**r, lambda t: 1 - t, (0.0, 0.0))[0] for r in (1.0, 0.8, 0.5, 0.25)]
    assert shares == pytest.approx([r / (1 + r) for r in (1.0, 0.8, 0.5, 0.25)], abs=1e-6)
    assert shares == sorted(shares, reverse=True)


def test_raising_the_threat_point_never_hurts_its_owner():
    last = -1.0
    for d in np.linspace(0, 0.6, 7):
        _, u1, _ = nash_on_curve(lambda t: t, lambda t: 1 - t, (float(d), 0.1))
        assert u1 >= last - 1e-9
        last = u1


def test_kalai_smorodinsky_on_a_bent_and_a_straight_frontier():
    assert kalai_on_curve(lambda t: t, lambda t: 1 - t**2, (0, 0), (1, 1))[1] == pytest.approx((math.sqrt(5) - 1) / 2, abs=1e-9)
    _, u1, u2 = kalai_on_curve(lambda t: t, lambda t: 2 * (1 - t), (0, 0), (1, 2))
    assert (u1, u2) == pytest.approx((0.5, 1.0), abs=1e-9)


def test_kalai_smorodinsky_is_monotone_where_nash_is_not():
    """A frontier that grows for side 2 alone never costs side 2 under Kalai-Smorodinsky; the Nash solution can take from it."""

    def small(t):
        return np.minimum(1.0, 2 - 2 * t)

    def large(t):
        return np.maximum(small(t), 1 - 0.3 * t)

    kalai = [kalai_on_curve(lambda t: t, f, (0, 0), (1, 1))[2] for f in (small, large)]
    assert kalai[1] >= kalai[0] - 1e-9
    nash = [nash_on_curve(lambda t: t, f, (0, 0))[2] for f in (small, large)]
    assert nash[1] < nash[0] - 0.1


def test_lexicographic_rule_serves_the_next_worst_off():
    assert lexicographic(np.array([[0.4, 0.4, 0.9], [0.4, 0.5, 0.5], [0.3, 1.0, 1.0]])).tolist() == [0.0, 1.0, 0.0]


def test_offers():
    assert rubinstein_share(0.9, 0.9) == pytest.approx(1 / 1.9)
    assert patience_power(0.05, 0.3) == pytest.approx(6 / 7)
    # many short rounds approach the patience formula
    assert rubinstein_share(math.exp(-0.05e-6), math.exp(-0.3e-6)) == pytest.approx(6 / 7, abs=1e-5)
    assert breakdown_share(1e-7, 0.2, 0.3) == pytest.approx(0.2 + 0.25, abs=1e-5)
    assert breakdown_share(0.0, 0.2, 0.3) == pytest.approx(0.45)
    # a long horizon forgets its last round
    assert deadline_share(0.8, 0.7, 200) == pytest.approx(float(rubinstein_share(0.8, 0.7)), abs=1e-9)
    assert deadline_share(0.8, 0.7, 3) == pytest.approx(1 - 0.7 * (1 - 0.8))
    # an outside option under the bargaining share changes nothing; above it, it is paid exactly
    assert outside_option_share(0.9, 0.9, 0, 0.4) == pytest.approx(1 / 1.9)
    assert outside_option_share(0.9, 0.9, 0, 0.55) == pytest.approx(0.45)
    assert np.isnan(outside_option_share(0.9, 0.9, 0.6, 0.6))


def test_logrolling():
    _, u = logroll(np.array([[0.8, 0.2]]), np.array([[0.2, 0.8]]), np.array([[0.3, 0.3]]))
    assert u[0] == pytest.approx([0.8, 0.8])
    _, u = logroll(np.array([[0.5, 0.3, 0.2]]), np.array([[0.2, 0.3, 0.5]]), np.array([[0.5, 0.1]]))
    assert u[0] == pytest.approx([0.8, 0.5])


def test_logrolling_against_a_fine_grid():
    rng = np.random.default_rng(3)
    a, b = rng.random((40, 2)), rng.random((40, 2))
    _, u = logroll(a, b, np.zeros((40, 2)))
    t = np.linspace(0, 1, 201)
    for i in range(40):
        u1 = a[i, 0] * t[:, None] + a[i, 1] * t
        u2 = b[i, 0] * (1 - t[:, None]) + b[i, 1] * (1 - t)
        assert u[i].prod() >= (u1 * u2).max() - 1e-9


def test_side_payments_and_ratification():
    assert side_payment_split(10, 2, 1, 0.6) == pytest.approx(6.2)
    assert offer_under_ratification(0, 1) == (0.5, 0.5)
    assert offer_under_ratification(0.2, 0.6, cost=1.0) == pytest.approx((0.6, 1.0))
    assert overlap_chance(40, 10, 50, 10) == pytest.approx(0.7602499389065233)
    assert audience_cost_needed(0.4, 0.55) == pytest.approx(0.15)
    assert private_trade_chance() == 9 / 32


def test_private_values_break_talks_down_although_gains_exist():
    """Simulated double auction with the linear strategies: trade in 9/32 of cases, gains in 1/2."""
    rng = np.random.default_rng(5)
    buyer, seller = rng.random(400_000), rng.random(400_000)
    bid, ask = 2 / 3 * buyer + 1 / 12, 2 / 3 * seller + 1 / 4
    assert (bid >= ask).mean() == pytest.approx(9 / 32, abs=0.003)
    assert (buyer > seller).mean() == pytest.approx(1 / 2, abs=0.003)


def test_exchange_with_equal_gain_and_externality():
    x = np.array([[[0.0, 100.0], [0.0, 100.0]]])
    s = np.array([[[10.0, 60.0], [90.0, 50.0]]])
    before, after, trades = exchange(x, s, np.ones((1, 2)))
    assert before[0] == pytest.approx([600 / 7, 250 / 7])
    assert after[0] == pytest.approx([100, 200 / 7])
    assert trades[0][0].gains == pytest.approx([500, 500])
    # a bystander that shares the first actor's wishes on issue 2 gains by the trade it had no part in
    x3 = np.concatenate([x, np.array([[[50.0], [0.0]]])], axis=2)
    s3 = np.concatenate([s, np.array([[[1.0], [40.0]]])], axis=2)
    _, _, trades = exchange(x3, s3, np.ones((1, 3)), rounds=1)
    assert trades[0][0].gains[2] > 0
    assert trades[0][0].gains[0] == pytest.approx(trades[0][0].gains[1])


def test_packages_agree_with_brute_force():
    rng = np.random.default_rng(11)
    x, s = rng.random((30, 2, 2)), rng.random((30, 2, 2)) + 0.05
    d = -(s * (x - 0.5) ** 2).sum(-1) - 0.2
    grid = np.linspace(0, 1, 301)
    for rule in ("nash", "ks"):
        found = solve_package(x, s, d, rule=rule)
        for i in range(30):
            z = np.stack(np.meshgrid(grid, grid, indexing="ij"), -1)
            u = -(s[i] * (x[i] - z[..., None, :]) ** 2).sum(-1) - d[i]
            inside = (u > 0).all(-1)
            if rule == "nash":
                best = np.where(inside, u[..., 0] * u[..., 1], -1).max()
                assert found.gains[i].prod() >= best - 1e-4
            else:
                ideal = np.where((u >= -1e-9).all(-1)[..., None], u, -1).max((0, 1))
                best = np.where(inside, (u / ideal).min(-1), -1).max()
                assert (found.gains[i] / ideal).min() >= best - 5e-3


def test_money_from_a_third_party_helps_both():
    x = np.array([[[0.0], [1.0]]])
    s, d = np.ones((1, 2, 1)), np.array([[-0.2, -0.2]])
    assert not solve_package(x, s, d).zone[0]
    assert solve_package(x, s, d, transfer=0.3).zone[0]


def test_soft_linkage_ties_movements():
    x = np.array([[[0.9, 0.5], [0.7, 0.5]]])
    s, d, q = np.ones((1, 2, 2)), np.array([[-1.0, -1.0]]), np.full((1, 2), 0.5)
    free = solve_package(x, s, d, status_quo=q).z[0]
    linked = solve_package(x, s, d, status_quo=q, links=np.array([[0.0, 1.0], [1.0, 0.0]])).z[0]
    against = solve_package(x, s, d, status_quo=q, links=np.array([[0.0, -1.0], [-1.0, 0.0]])).z[0]
    assert free[1] == pytest.approx(0.5, abs=1e-6)
    assert linked[1] > 0.5 > against[1]


def test_every_trade_serves_both_whatever_the_others_want():
    rng = np.random.default_rng(8)
    x, s, c = rng.random((60, 4, 5)), rng.random((60, 4, 5)), rng.random((60, 5)) + 0.1
    _, _, trades = exchange(x, s, c, rounds=3)
    seen = [(t.gains[t.giver_p], t.gains[t.giver_q]) for world in trades for t in world]
    assert len(seen) > 100
    assert all(a > 0 and a == pytest.approx(b, abs=1e-9) for a, b in seen)
