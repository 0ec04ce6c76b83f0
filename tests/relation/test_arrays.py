"""Array layer: counts, memories, fits, the level, the cluster process."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from cumbre.priors.refit_relation_case import dirichlet
from cumbre.relation import cluster, counts, hawkes, kernels, level, mirror, regress

LAW = level.Law(0.0, 2.0, 2.0, 12.0, 3.0, 0.5)


@given(st.floats(0.01, 40), st.floats(0.05, 50))
@settings(max_examples=30, deadline=None)
def test_negative_binomial_is_scipys(mu, r):
    table = counts.pmf_table(np.array([mu]), np.array([r]), 60)[0]
    expected = stats.nbinom.pmf(np.arange(61), r, r / (r + mu))
    np.testing.assert_allclose(table, expected, rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(np.exp(counts.log_pmf(np.arange(61), mu, r)), expected, rtol=1e-6, atol=1e-12)


def test_negative_binomial_tends_to_poisson():
    y = np.arange(30)
    gaps = [np.abs(np.exp(counts.log_pmf(y, 4.0, r)) - stats.poisson.pmf(y, 4.0)).max() for r in (1, 10, 100, 10_000)]
    assert all(np.diff(gaps) < 0)
    assert gaps[-1] < 1e-4


def test_memory_is_a_weighted_mean_of_the_past_only():
    g = np.random.default_rng(1)
    y = g.poisson(1.0, (300, 3)).astype(float)
    at = np.array([10, 299, 150])
    found = kernels.decayed_at(y, at, (5.0, 40.0))
    np.testing.assert_allclose(found[1], kernels.decayed_last(y, (5.0, 40.0)))
    changed = y.copy()
    changed[151:] = 99
    np.testing.assert_array_equal(kernels.decayed_at(changed, [150], (5.0, 40.0))[0], found[2])
    np.testing.assert_allclose(kernels.decayed_at(np.ones((4000, 1)), [3999], (60.0,)), 1.0, atol=1e-6)
    with pytest.raises(ValueError, match="after the last day"):
        kernels.decayed_at(y, [300])


def test_linear_em_recovers_weights_and_keeps_them_positive():
    g = np.random.default_rng(2)
    x = g.gamma(1.0, 1.0, (20_000, 3))
    y = g.poisson(g.gamma(2.0, (x @ np.array([0.5, 0.0, 2.0])) / 2.0)).astype(float)
    w = regress.linear_em(x, y, 2.0, 400)
    assert (w >= 0).all()
    np.testing.assert_allclose(w, [0.5, 0.0, 2.0], atol=0.06)


def test_log_linear_recovers_coefficients_from_a_bad_start():
    g = np.random.default_rng(3)
    x = np.c_[g.normal(size=(20_000, 1)), np.ones(20_000)]
    y = g.poisson(g.gamma(3.0, np.exp(x @ np.array([0.7, 0.3])) / 3.0)).astype(float)
    np.testing.assert_allclose(regress.log_linear(x, y, 3.0, np.array([-3.0, 0.0]), ridge=0.1), [0.7, 0.3], atol=0.04)


def test_unit_intercept_is_shrunk_and_fades():
    eta, y = np.zeros((40, 1)), np.ones((40, 1))
    full = regress.unit_intercept(eta, y, np.ones(40), 0.5)[0]
    few = regress.unit_intercept(eta[:2], y[:2], np.ones(2), 0.5)[0]
    assert 0 < few < full < 3


def test_mirrors_are_collapsed_in_order():
    keep = mirror.first_tellings([1, 1, 1, 2], list("ABAB"), list("BABA"), ["CONSULT", "CONSULT", "ACCUSE", "CONSULT"])
    assert keep.tolist() == [True, False, True, True]


def test_hawkes_em_recovers_self_excitation():
    """Counts drawn from the model: the branching ratio comes back, the cross side stays near 0."""
    g = np.random.default_rng(4)
    days, dyads = 4000, 12
    keep = kernels.decay_factor((2.0,))[0]
    y = np.zeros((days, dyads, 1))
    memory = np.zeros(dyads)
    for day in range(days):
        y[day, :, 0] = g.poisson(0.05 + 0.6 * memory)
        memory = keep * memory + (1 - keep) * y[day, :, 0]
    found = hawkes.fit_weights(y, 0, half_lives=(2.0, 60.0))
    spread = hawkes.branching(found.weight)
    assert abs(spread[0, 0] - 0.6) < 0.08
    assert spread[1, 0] < 0.05


@given(st.lists(st.integers(-60, 0), min_size=0, max_size=12, unique=True), st.integers(-60, 0))
@settings(max_examples=30, deadline=None)
def test_a_week_without_events_never_narrows_and_one_with_events_never_widens(weeks, extra):
    grid = np.arange(-60, 1)
    weeks = np.array(sorted(weeks), dtype=np.int64)
    y, n = np.zeros(len(weeks)), np.full(len(weeks), 2.0)
    path = level.smooth(weeks, y, n, grid, LAW)
    after = level.smooth(np.r_[weeks, 1], np.r_[y, 0.0], np.r_[n, 1e-12], grid, LAW)
    np.testing.assert_allclose(path.sd, after.sd, atol=1e-6)
    if extra not in weeks:
        more = level.smooth(np.sort(np.r_[weeks, extra]), np.zeros(len(weeks) + 1), np.full(len(weeks) + 1, 2.0), grid, LAW)
        assert (more.sd <= path.sd + 1e-9).all()
    ahead = level.smooth(weeks, y, n, np.arange(-60, 20), LAW)
    if len(weeks):
        assert (np.diff(ahead.sd[60:]) >= -1e-9).all()


def test_state_agrees_with_the_path():
    g = np.random.default_rng(5)
    weeks = np.arange(-50, 1, 3)
    path = level.smooth(weeks, g.normal(size=len(weeks)), np.full(len(weeks), 4.0), np.arange(-50, 1), LAW)
    assert path.state.sum() == pytest.approx(path.mean[-1], abs=1e-8)
    assert path.state_cov.sum() == pytest.approx(path.cov[-1, -1], abs=1e-8)


def test_an_odd_week_does_not_drag_the_level():
    weeks, y, n = np.arange(-20, 1), np.full(21, 2.0), np.full(21, 5.0)
    calm = level.smooth(weeks, y, n, weeks, LAW).mean[10]
    y[10] = -9.0
    odd = level.smooth(weeks, y, n, weeks, LAW)
    gaussian = level.smooth(weeks, y, n, weeks, LAW, rounds=0).mean[10]
    assert abs(odd.mean[10] - calm) < abs(gaussian - calm)


def made_spec(weight: float) -> cluster.Spec:
    w = np.zeros((2, 4, 4, 4))
    for q in range(4):
        w[0, q, 1, q] = weight
    quad_of_kind = np.array([0, 0, 1, 2, 3])
    flat = np.ones((41, 5))
    return cluster.Spec(
        np.full((2, 4), 1e6), np.full((2, 4), 1e7), np.full((2, 5), 5.0), quad_of_kind, np.zeros((2, 4, 4)), w,
        kernels.HALF_LIVES, flat, np.ones((41, 4)),
    )  # fmt: skip


@pytest.mark.parametrize("weight", [0.0, 0.5])
def test_cluster_draws_keep_the_long_run_rate(weight):
    """0.1 events a day of each quad and side; at the start of the window the clusters of the past are missing, later they are not."""
    g = np.random.default_rng(6)
    n, horizon = 1500, 150
    drawn = cluster.draw_events(g, made_spec(weight), horizon, np.ones(n), np.ones(n), np.zeros((22, n)))
    late = drawn.day > 75
    assert late.sum() / (n * 75 * 8) == pytest.approx(0.1, rel=0.05)
    per_draw = np.bincount(drawn.draw[late], minlength=n)
    if weight:
        assert per_draw.var() > 2 * per_draw.mean(), "clusters make counts burst"
    else:
        assert per_draw.var() == pytest.approx(per_draw.mean(), rel=0.15)


def test_a_generation_has_the_children_that_the_weights_say():
    """Parents of two quads in two draws: number, side, quad and delay of their children are those of the weights."""
    w = np.zeros((2, 4, 4, 4))
    w[0, 0, 0, 2], w[1, 0, 2, 3], w[1, 3, 1, 0] = 0.5, 0.3, 0.8
    spec = dataclasses.replace(made_spec(0.0), weight=w)
    many = 20_000
    actor = np.r_[np.full(many, 0), np.full(many, 3)]  # quad 0: draw 0, side 0; quad 3: draw 1, side 1
    born, day, size = cluster._Breeding(spec, 10_000)(
        np.random.default_rng(8), actor, np.full(2 * many, 5), np.array([many, 0, 0, many])
    )
    assert size.sum() == len(born) == len(day)
    np.testing.assert_allclose(size / many, [0.8, 0.0, 0.5, 0.3], atol=0.02)
    first, second, third = np.split(born, np.cumsum(size[size > 0])[:-1])
    assert (first == 2).all(), "across, within draw 1"
    assert (second == 0).all(), "the own side"
    assert (third == 1).all(), "across, within draw 0"
    delay = day[: size[0]] - 5  # half-life of 10 days
    assert delay.min() == 1
    assert (delay <= 10).mean() == pytest.approx(0.5, abs=0.02)


def test_the_record_breeds_what_its_residual_says():
    w = np.zeros((2, 4, 4, 4))
    w[0, 0, 1, 0], w[1, 0, 1, 2] = 0.4, 0.2
    residual = np.zeros((2, 4, 4))
    residual[1, 0, 1] = 3.0  # side 1, quad 0, half-life 10 days
    spec = dataclasses.replace(made_spec(0.0), weight=w, residual=residual)
    actor, quad, day = cluster._from_the_past(np.random.default_rng(9), spec, 20, np.full(20_000, 0.5))
    held = 1 - 0.5**2  # two half-lives
    assert ((actor & 1 == 1) & (quad == 0)).sum() / 20_000 == pytest.approx(0.5 * 3 * 0.4 * held, rel=0.04)
    assert ((actor & 1 == 0) & (quad == 2)).sum() / 20_000 == pytest.approx(0.5 * 3 * 0.2 * held, rel=0.05)
    assert (day <= 10).mean() == pytest.approx(0.5 / held, abs=0.02)
    assert day.min() == 1
    assert day.max() == 20


def test_laws_are_scored_alike_together_and_alone():
    g = np.random.default_rng(10)
    weeks = np.sort(g.choice(100, 25, replace=False))
    y, n = g.normal(size=25), g.integers(1, 5, 25).astype(float)
    laws = [level.Law(0.5, 1.0, sd, half, 2.0, 0.3) for sd in (0.5, 2.0) for half in (3.0, 20.0)]
    together = level.log_marginals(weeks, y, n, laws)
    for law, score in zip(laws, together, strict=True):
        chol = np.linalg.cholesky(law.covariance(weeks, weeks) + np.diag(law.noise(n)))
        z = np.linalg.solve(chol, y - law.mean)
        expected = (-3 * np.log1p(z**2 / 5)).sum() - np.log(np.diag(chol)).sum()
        assert score == pytest.approx(expected)


def test_violence_of_a_few_pairs_is_not_given_to_all():
    """Half of the pairs have kind 1 only, half never: a pair with a few events of kind 0 is not expected to have much of kind 1."""
    apart, mixed = np.array([[20.0, 0.0], [0.0, 20.0]] * 10), np.full((20, 2), 10.0)
    assert dirichlet(apart)[1] / (dirichlet(apart).sum() + 3) < 0.15
    assert dirichlet(mixed)[1] / (dirichlet(mixed).sum() + 3) > 0.4


def test_tilt_moves_the_mix_to_the_level():
    share, intensity = np.array([0.3, 0.2, 0.3, 0.2]), np.array([4.0, 6.0, -4.0, -8.0])
    tilt = cluster.tilt_of(share, intensity)
    for i, wanted in enumerate(cluster.LEVELS):
        mix = share * tilt[i] / (share * tilt[i]).sum()
        if -5 < wanted < 4:
            assert mix @ intensity == pytest.approx(wanted, abs=1e-3)
    assert (np.diff((share * tilt) @ intensity / (share * tilt).sum(axis=1)) >= -1e-6).all()


def test_place_sorts_and_drops_the_latest():
    drawn = cluster.Drawn(np.array([1, 1, 1, 0]), np.array([0, 0, 0, 1]), np.array([0, 0, 0, 1]), np.array([30, 10, 20, 5]))
    found = cluster.place(drawn, 2, np.array([[2, 1], [1, 1]]))
    assert found.tolist() == [[-1, -1, -1, -1, 5], [10, 20, -1, -1, -1]]
