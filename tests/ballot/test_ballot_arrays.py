"""The arrays of the ballot: filter and smoother against dense algebra, closure, transfers, rules, pairs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.linalg import block_diag

from cumbre.ballot import rules
from cumbre.ballot.blank import deflate, fit_blank
from cumbre.ballot.blocks import product
from cumbre.ballot.common_error import CommonError, centre, error_scale, pooled_spread
from cumbre.ballot.filter import Scales, Survey, observe, run_filter, smooth
from cumbre.ballot.first_round import estimate, merge, quasi_errors
from cumbre.ballot.logratio import close, shares
from cumbre.ballot.pairs import first_part, pair_state
from cumbre.ballot.runoff import AXIS, RunoffError, pool, quantiles
from cumbre.ballot.transfer import affinity, fit_sharpness, list_view, move, pair_logit

SCALES = Scales(0.05, 0.10, 0.05)
MODEL = CommonError(-1.6, 0.2, 1.0, 1.0, 0.05, 0.1, {"xx": 0.2})
RUNOFF = RunoffError(0.3, -2.0, -2.2, 0.2)


def surveys(seed: int = 0, options: int = 4, polls: int = 7, houses: int = 2) -> list[Survey]:
    """Polls on irregular days, some with partial lists."""
    rng = np.random.default_rng(seed)
    out = []
    for i, day in enumerate(np.sort(rng.integers(0, 40, polls))):
        listed = np.arange(options) if i % 3 else np.sort(rng.choice(options, 2, replace=False))
        share = rng.dirichlet(np.arange(options, 0, -1) * 4.0)[listed]
        out.append(Survey(float(day), int(rng.integers(houses)), listed, share, float(rng.integers(300, 2000))))
    return out


def dense(
    rows: list[Survey], k: int, houses: int, days: np.ndarray, jumps: list[tuple[float, np.ndarray]]
) -> tuple[np.ndarray, np.ndarray, float]:
    """Posterior of the state on `days` and the likelihood, by one big Gaussian."""
    n = len(days)
    prior = np.zeros((n * k + houses * k,) * 2)
    first = rows[0].day
    for i in range(n):
        for j in range(n):
            together = SCALES.walk**2 * max(0.0, min(days[i], days[j]) - first)
            moved = sum((v for d, v in jumps if first < d <= min(days[i], days[j])), np.zeros(k))
            prior[i * k : (i + 1) * k, j * k : (j + 1) * k] = np.diag(1.5**2 + together + moved)
    prior[n * k :, n * k :] = np.eye(houses * k) * SCALES.house**2
    zs, hs, rs = [], [], []
    for s in rows:
        z, h, r = observe(s, k, houses)
        i = int(np.flatnonzero(days == s.day)[0])
        wide = np.zeros((len(z), len(prior)))
        wide[:, i * k : (i + 1) * k] = h[:, :k]
        wide[:, n * k :] = h[:, k:]
        zs.append(z)
        hs.append(wide)
        rs.append(r + SCALES.poll**2 * np.eye(len(z)))
    z, h, r = np.concatenate(zs), np.vstack(hs), block_diag(*rs)
    f = h @ prior @ h.T + r
    gain = prior @ h.T @ np.linalg.inv(f)
    return gain @ z, prior - gain @ h @ prior, float(stats.multivariate_normal.logpdf(z, np.zeros(len(z)), f))


@pytest.mark.parametrize("seed", range(4))
def test_filter_and_smoother_are_exact(seed: int) -> None:
    k, houses = 4, 2
    rows = surveys(seed, k)
    days = np.arange(rows[0].day, rows[-1].day + 4)
    jumps = [(rows[2].day + 0.5, np.array([0.3, 0.0, 0.1, 0.0])), (rows[-1].day, np.full(k, 0.02))] if seed % 2 else []
    mean, cov, loglik = dense(rows, k, houses, days, jumps)
    trend, state = smooth(rows, SCALES, np.zeros(k), houses, days, jumps=jumps)
    assert state.loglik == pytest.approx(loglik, abs=1e-6)
    for t in range(len(days)):
        part = slice(t * k, (t + 1) * k)
        np.testing.assert_allclose(trend.mean[t], mean[part], atol=1e-8)
        np.testing.assert_allclose(trend.cov[t], cov[part, part], atol=1e-8)
    last = int(np.flatnonzero(days == rows[-1].day)[0])
    np.testing.assert_allclose(state.mean, mean[last * k : (last + 1) * k], atol=1e-8)


def test_the_past_is_smoothed_with_days_before_the_first_poll() -> None:
    rows = surveys(3)
    trend, _ = smooth(rows, SCALES, np.zeros(4), 2, np.array([rows[0].day - 5, rows[0].day]))
    assert np.all(np.diag(trend.cov[0]) > np.diag(trend.cov[1]))
    np.testing.assert_allclose(trend.mean[0], trend.mean[1], atol=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.randoms())
def test_order_of_polls_and_options_changes_nothing(seed: int, random: object) -> None:
    rows = surveys(seed % 50)
    rng = np.random.default_rng(seed)
    base = estimate(rows, 4, 2)
    again = estimate([rows[i] for i in rng.permutation(len(rows))], 4, 2)
    np.testing.assert_allclose(again.share, base.share, atol=1e-9)
    order = rng.permutation(4)
    turned = [Survey(s.day, s.house, np.argsort(order)[s.options], s.share, s.n) for s in rows]
    np.testing.assert_allclose(estimate(turned, 4, 2).share, base.share[order], atol=1e-6)
    assert base.share.sum() == pytest.approx(1)


def test_a_poll_of_nobody_changes_nothing() -> None:
    rows = surveys(1)
    ghost = Survey(rows[-1].day, 1, np.arange(4), np.array([0.1, 0.1, 0.1, 0.7]), 1e-7)
    base, more = estimate(rows, 4, 2), estimate([*rows, ghost], 4, 2)
    np.testing.assert_allclose(more.share, base.share, atol=1e-5)
    np.testing.assert_allclose(more.cov, base.cov, atol=1e-4)


def test_two_halves_of_a_poll_are_the_poll() -> None:
    rows = surveys(2)
    last = rows[-1]
    half = Survey(last.day, last.house, last.options, last.share, last.n / 2)
    base, split = estimate(rows, 4, 2), estimate([*rows[:-1], half, half], 4, 2)
    np.testing.assert_allclose(split.mean, base.mean, atol=1e-9)
    np.testing.assert_allclose(split.cov, base.cov, atol=1e-9)
    assert len(merge([*rows[:-1], half, half])) == len(rows)


def test_a_longer_walk_follows_the_last_poll_more() -> None:
    rows = [Survey(float(d), 0, np.arange(2), np.array([0.5, 0.5]), 1500.0) for d in range(0, 50, 5)]
    rows.append(Survey(55.0, 0, np.arange(2), np.array([0.6, 0.4]), 1500.0))
    slow = run_filter(rows, Scales(0.005, 0.0, 0.02), np.zeros(2), 1)
    fast = run_filter(rows, Scales(0.10, 0.0, 0.02), np.zeros(2), 1)
    assert 0.5 < shares(slow.mean)[0] < shares(fast.mean)[0] < 0.6


def test_house_effects_are_found() -> None:
    rng = np.random.default_rng(5)
    truth, bias = np.log([0.4, 0.35, 0.25]), np.array([0.15, -0.15, 0.0])
    rows = []
    for day in range(0, 60, 2):
        for house in range(3):
            p = close(np.exp(truth + (bias if house == 2 else 0.0)))
            rows.append(Survey(float(day), house, np.arange(3), rng.multinomial(2000, p) / 2000, 2000.0))
    e = estimate(rows, 3, 3)
    effect = e.house_mean[2] - e.house_mean[:2].mean(axis=0)
    assert effect[0] - effect[1] == pytest.approx(0.30, abs=0.08)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0.02, 1.0), min_size=2, max_size=8), st.floats(0.0, 1.0))
def test_a_wide_error_keeps_the_mean(weights: list[float], scale: float) -> None:
    p = close(np.array(weights))
    z, t = quasi_errors(len(p), 5.0)
    error = scale * t * np.sqrt(0.2 / np.maximum(p, 0.05)) + 0.05 * z
    x = shares(centre(p, error, rounds=30) + error)
    np.testing.assert_allclose(x.sum(axis=1), 1.0, atol=1e-12)
    np.testing.assert_allclose(x.mean(axis=0), p, atol=0.01)


def test_the_error_grows_with_days_undecided_spread_and_country() -> None:
    p = np.array([0.02, 0.05, 0.2, 0.4])
    base = error_scale(MODEL, p, 7, 3.0, 0.07, "yy")
    assert np.all(np.diff(base[1:]) < 0)
    assert base[0] == base[1]
    for other in (
        error_scale(MODEL, p, 60, 3.0, 0.07, "yy"), error_scale(MODEL, p, 7, 20.0, 0.07, "yy"),
        error_scale(MODEL, p, 7, 3.0, 0.12, "yy"), error_scale(MODEL, p, 7, 3.0, 0.07, "xx"),
    ):  # fmt: skip
        assert np.all(other > base)


def test_spread_between_houses() -> None:
    wide = np.array([[0.30, 0.70], [0.50, 0.50], [0.40, 0.60]])
    narrow = np.array([[0.40, 0.60], [0.41, 0.59], [0.40, 0.60]])
    assert pooled_spread(narrow) < pooled_spread(np.array([[0.4, 0.6]])) < pooled_spread(wide)


def test_blank_vote_is_deflated_more_where_elections_say_so() -> None:
    assert fit_blank([0.13, 0.07], [0.06, 0.02]).shift < fit_blank([], []).shift < 0
    out = deflate(np.array([0.5, 0.38, 0.12]), 2, -1.0)
    assert out.sum() == pytest.approx(1)
    assert out[0] / out[1] == pytest.approx(0.5 / 0.38)
    assert out[2] < 0.06


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_transfers_move_everything_and_only_to_those_who_stay(seed: int) -> None:
    rng = np.random.default_rng(seed)
    k = int(rng.integers(3, 8))
    table = affinity(rng.uniform(0, 10, k), rng.uniform(-1, 1, k), list(rng.choice(["l", "c", "r"], k)), None)
    share = rng.dirichlet(np.ones(k), 5)
    on = rng.random((5, k)) < 0.6
    on[:, 0] = True
    gained = move(np.where(on, 0.0, share), np.where(on, np.sqrt(share), 0.0), table)
    np.testing.assert_allclose((gained + np.where(on, share, 0.0)).sum(axis=1), 1.0)
    assert np.all(gained[~on] == 0)
    assert np.all(gained >= 0)


def test_neighbours_inherit_more() -> None:
    x, y = np.array([1.0, 2.0, 8.0]), np.array([0.8, 0.6, -0.8])
    table = affinity(x, y, ["l", "l", "r"], None)
    gained = move(np.array([[0.3, 0.0, 0.0]]), np.array([[0.0, 0.5, 0.5]]), table)
    assert gained[0, 1] > 3 * gained[0, 2]


def test_a_list_of_some_names_sees_the_voters_of_the_others() -> None:
    share = np.array([0.4, 0.2, 0.3, 0.1])
    table = affinity(np.array([1.0, 9.0, 2.0, 8.0]), np.zeros(4), ["l", "r", "l", "r"], None)
    matrix, offset = list_view(share, np.array([0, 1]), table)
    q = np.exp(matrix @ np.log(share) + offset)
    assert q.sum() == pytest.approx(1)
    assert q[0] > 0.4 / 0.6
    step = 1e-6
    bumped = np.log(share) + step * np.array([0, 0, 1, 0])
    moved = np.exp(matrix @ bumped + offset)
    assert (moved[0] / q[0]) > (moved[1] / q[1])


def test_polls_of_pairs_sharpen_or_flatten_transfers() -> None:
    x, y, bloc = np.array([1.0, 9.0, 2.0]), np.zeros(3), ["l", "r", "l"]
    share = np.array([0.35, 0.35, 0.3])
    split, _ = fit_sharpness(share, [(0, 1, 0.0, 0.005)], x, y, bloc, None)
    solid, _ = fit_sharpness(share, [(0, 1, 0.9, 0.005)], x, y, bloc, None)
    assert split < 1 < solid or split < solid


def test_pairs_are_antisymmetric() -> None:
    share = np.random.default_rng(1).dirichlet(np.ones(5), 6)
    table = affinity(np.linspace(1, 9, 5), np.linspace(1, -1, 5), list("llcrr"), None)
    a, b = np.full(6, 1), np.full(6, 3)
    np.testing.assert_allclose(pair_logit(share, a, b, table), -pair_logit(share, b, a, table), atol=1e-12)
    np.testing.assert_allclose(
        first_part(RUNOFF, share, a, b, table, 4), -first_part(RUNOFF, share, b, a, table, 4), atol=1e-12
    )  # fmt: skip


def test_pooling_lies_between_its_parts_and_narrows_with_polls() -> None:
    alone, polled = pool(RUNOFF, 0.0), pool(RUNOFF, 0.0, 0.3, 0.002, 7)
    far = pool(RUNOFF, 0.0, 1.6, 0.002, 7)
    assert 0 < polled @ AXIS < 0.3
    width = [np.diff(quantiles(w, np.array([0.05, 0.95])))[0] for w in (alone, polled)]
    assert width[1] < width[0]
    assert far @ AXIS > 0.9, "where polls and the first round are far apart the polls are believed"
    early = pool(RUNOFF, 0.0, 0.3, 0.002, 120)
    assert early @ AXIS < polled @ AXIS


def test_a_pair_with_houses_that_differ_is_less_sure() -> None:
    def ask(values: list[float]) -> list[Survey]:
        return [Survey(-float(i), i, np.arange(2), np.array([v, 1 - v]), 1500.0) for i, v in enumerate(values)]

    close_by, apart = pair_state(ask([0.54, 0.55, 0.56])), pair_state(ask([0.44, 0.55, 0.66]))
    assert close_by[0] == pytest.approx(apart[0], abs=0.05)
    assert apart[1] > 2 * close_by[1]


RULE_CASES = [
    ("majority_blank", 50.5, 30.0, 5.0, True), ("majority_blank", 49.0, 30.0, 5.0, False), ("majority", 49.0, 30.0, 5.0, True),
    ("majority", 45.0, 40.0, 5.0, False), ("argentina", 45.5, 44.0, 0.0, True), ("argentina", 41.0, 30.0, 0.0, True),
    ("argentina", 41.0, 32.0, 0.0, False), ("argentina", 44.9, 36.0, 0.0, False), ("costa_rica", 40.5, 39.0, 0.0, True),
    ("costa_rica", 39.9, 20.0, 0.0, False), ("plurality", 22.0, 21.0, 0.0, True),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "first", "second", "blank", "done"), RULE_CASES)
def test_rules_of_the_first_round(rule: str, first: float, second: float, blank: float, done: bool) -> None:
    assert rules.outright(rule, np.array([first]), np.array([second]), np.array([blank])).tolist() == [done]


def test_an_unknown_rule_is_refused() -> None:
    with pytest.raises(ValueError, match="one of majority"):
        rules.outright("coin", np.zeros(1), np.zeros(1), np.zeros(1))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_shifts_keep_the_sum_and_the_range(seed: int) -> None:
    rng = np.random.default_rng(seed)
    share = 100 * rng.dirichlet(np.ones(6), 4)
    member = np.zeros((3, 6))
    member[rng.integers(0, 2, 6), np.arange(6)] = 1.0
    shift = rng.normal(0, 15, (4, 3))
    out = rules.shift_blocs(share, member, shift)
    np.testing.assert_allclose(out.sum(axis=1), 100.0)
    assert out.min() >= -1e-9
    np.testing.assert_allclose(rules.shift_blocs(share, member, np.zeros((4, 3))), share)


def test_products_do_not_depend_on_the_number_of_rows() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((5000, 17)), rng.standard_normal((17, 13))
    whole = product(a, b)
    assert np.array_equal(product(a[:2500], b), whole[:2500])
    np.testing.assert_allclose(whole, a @ b)
