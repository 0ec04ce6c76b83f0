"""The level model and the event study: properties, an independent filter, simulated truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cumbre.home.event_study import Series, placebo, study
from cumbre.home.level import Grid, contrasts, fit_level
from cumbre.home.mixture import Mixture
from cumbre.home.pulse import mean_pulse, pulse

ONE_CELL = Grid(np.array([0.2]), np.ones(1), np.zeros(1), np.zeros((1, 1, 1)))
WIDE = Mixture.equal(0.0, 5.0)
NONE = np.zeros(0)


def series(n: int = 40, seed: int = 1, houses: int = 2, size: float = 1000.0, step: float = 7.0, peak: float = 0.0) -> Series:
    rng = np.random.default_rng(seed)
    day = step * np.arange(n)
    level = 45 + np.cumsum(rng.normal(0, 1.0, n))
    return Series.of(
        day, level + rng.normal(0, 1.5, n) + peak * pulse(day - day[n // 2], 35.0), np.full(n, size), rng.integers(0, houses, n)
    )


def kalman(day: np.ndarray, value: np.ndarray, variance: np.ndarray, q: float) -> tuple[float, float]:
    """Filtered mean and variance of a local level after the last poll, written from the recursion."""
    m, p, last = 45.0, 50.0**2, day[0]
    for t, y, r in zip(day, value, variance, strict=True):
        p += q * (t - last)
        gain = p / (p + r)
        m, p, last = m + gain * (y - m), (1 - gain) * p, t
    return m, p


@given(st.floats(3, 200), st.floats(0, 60), st.floats(0, 400))
def test_pulse_halves_every_half_life(half: float, rise: float, since: float) -> None:
    t = rise + since
    assert pulse(t + half, half, rise) == pytest.approx(pulse(t, half, rise) / 2)
    assert pulse(-1e-9, half, rise) == 0
    assert 0 <= pulse(t, half, rise) <= 1


def test_pulse_rises_to_its_peak() -> None:
    assert pulse([0.0, 5.0, 10.0], 20.0, rise=10.0).tolist() == [0.0, 0.5, 1.0]
    assert mean_pulse(28, 1e9) == pytest.approx(1.0)


@given(st.integers(2, 6))
def test_contrasts_sum_to_zero(members: int) -> None:
    columns, cov = contrasts(np.arange(members), members, 2.0)
    assert np.allclose(columns.sum(axis=0), 0)
    spread = columns @ cov @ columns.T
    assert np.allclose(spread.sum(axis=0), 0, atol=1e-12)
    assert np.allclose(np.diag(spread), np.diag(spread)[0])


def test_without_events_it_is_the_plain_filter() -> None:
    s = series(houses=1)
    fit = s.fit(NONE, NONE, NONE, NONE, ONE_CELL)
    mean, variance = kalman(s.day, s.value, s.variance, 0.2)
    found_mean, found_sd = fit.level(np.array([s.day[-1]]))
    assert fit.events == 0
    assert found_mean[0] == pytest.approx(mean, abs=1e-6)
    assert found_sd[0] ** 2 == pytest.approx(variance, rel=1e-6)


def test_level_and_joint_agree() -> None:
    s = series(houses=3)
    fit = s.fit(np.array([100.0]), np.array([35.0]), np.zeros(1), np.full(1, 5.0), ONE_CELL)
    mean, sd = fit.level(np.array([150.0, 300.0]))
    for k, day in enumerate((150.0, 300.0)):
        m, cov = fit.joint(day, 0)
        assert m[0] == pytest.approx(mean[k])
        assert np.sqrt(cov[0, 0]) == pytest.approx(sd[k])
        assert m[1] == pytest.approx(fit.effect(0)[0][0])


@settings(max_examples=20, deadline=None)
@given(st.floats(1.0, 4.0), st.integers(0, 5))
def test_bigger_samples_never_widen_an_interval(factor: float, seed: int) -> None:
    small, big = series(seed=seed, size=800), series(seed=seed, size=800 * factor)
    args = (np.array([140.0]), np.array([35.0]), np.zeros(1), np.full(1, 10.0), ONE_CELL)
    a, b = small.fit(*args), big.fit(*args)
    assert b.effect(0)[1][0] <= a.effect(0)[1][0] + 1e-9
    days = np.arange(0, 300.0, 30)
    assert (b.level(days)[1] <= a.level(days)[1] + 1e-9).all()


def test_two_polls_of_one_house_say_less_than_two_houses() -> None:
    base = series(n=12, houses=1)
    day, value, size = np.append(base.day, [200.0, 200.0]), np.append(base.value, [50.0, 50.0]), np.full(14, 1000.0)
    # the background is shared by two houses so that either house effect is equally well known
    who = np.arange(12) % 2
    sds = []
    for last in ([0, 0], [0, 1]):
        s = Series.of(day, value, size, np.append(who, last))
        sds.append(s.fit(NONE, NONE, NONE, NONE, ONE_CELL).level(np.array([200.0]))[1][0])
    assert sds[1] < sds[0]


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(6)))
def test_order_of_polls_changes_nothing(order: list[int]) -> None:
    day, value = np.array([0.0, 7, 7, 7, 14, 21]), np.array([40.0, 43, 41, 42, 44, 40])
    size, house = np.array([800.0, 900, 1000, 1100, np.nan, 1000]), np.array([0, 1, 0, 2, 1, 0])
    a = study(Series.of(day, value, size, house), [10.0], [35.0], [WIDE])
    k = np.array(order)
    b = study(Series.of(day[k], value[k], size[k], house[k]), [10.0], [35.0], [WIDE])
    assert a.answers[0].both.mean == b.answers[0].both.mean
    assert a.answers[0].polls.variance == b.answers[0].polls.variance


def test_a_real_jump_is_found_and_its_size_lies_in_the_interval() -> None:
    inside = 0
    for seed in range(12):
        answer = study(series(seed=seed, peak=9.0), [140.0], [35.0], [WIDE]).answers[0]
        low, high = answer.polls.quantile([0.025, 0.975])
        inside += low <= 9 <= high
        assert answer.separable
    assert inside >= 10


def test_three_numbers_lie_in_order() -> None:
    answer = study(series(peak=8.0), [140.0], [35.0], [Mixture.equal(0.0, 2.0)]).answers[0]
    assert abs(answer.library.mean) < abs(answer.both.mean) < abs(answer.polls.mean)
    assert answer.both.variance < min(answer.polls.variance, answer.library.variance)
    assert answer.half_life[0] <= answer.half_life[1] <= answer.half_life[2]
    assert 0 <= answer.share[0] <= answer.share[1] <= answer.share[2] <= 1


@pytest.mark.parametrize(
    ("onsets", "reason"),
    [
        ([-50.0], "no poll before"),
        ([500.0], "no poll after"),
        ([141.0, 144.0], "same two polls"),
    ],
)
def test_not_separable_says_why(onsets: list[float], reason: str) -> None:
    s = series()
    answer = study(s, onsets, [35.0] * len(onsets), [WIDE] * len(onsets)).answers[0]
    assert not answer.separable
    assert reason in answer.reason


def test_a_gap_of_months_leaves_the_library_and_names_a_wave() -> None:
    s = Series.of([0.0, 90.0, 180.0], [40, 45, 41], [1000] * 3, [0] * 3)
    answer = study(s, [100.0], [35.0], [Mixture.equal(1.0, 2.5)]).answers[0]
    assert not answer.separable
    assert answer.reason == "the polls leave a wider range than the library"
    assert 100 <= answer.extra_wave <= 128
    assert answer.extra_sd < np.sqrt(answer.both.variance)


def test_two_close_events_share_what_they_share() -> None:
    found = study(series(peak=8.0), [140.0, 147.0], [35.0, 35.0], [WIDE, WIDE])
    assert found.correlation[0, 1] < -0.3


def test_question_kinds_keep_their_distance() -> None:
    s = series(n=40)
    asked = np.arange(40) % 4 == 0
    image = Series.of(s.day, s.value + 9.0 * asked, s.size, s.house, asked.astype(int))
    fit = image.fit(NONE, NONE, NONE, NONE)
    mean, sd = fit.nuisance_effects()
    assert mean[-1] == pytest.approx(9.0, abs=3 * sd[-1])
    assert fit.level(s.day)[0].mean() == pytest.approx(s.value.mean(), abs=1.5)


def test_rows_without_a_value_are_dropped() -> None:
    assert len(Series.of([0, 7], [40, np.nan], [1000, 1000], [0, 0]).day) == 1


def test_no_polls_leave_the_prior() -> None:
    empty = fit_level(NONE, NONE, NONE, np.zeros((0, 0)), np.zeros((0, 0)), NONE, NONE, NONE, NONE, ONE_CELL)
    mean, sd = empty.level(np.array([0.0]))
    assert (mean[0], sd[0]) == pytest.approx((45.0, 50.0))


def test_placebo_dates_are_flagged_about_one_time_in_ten() -> None:
    flagged = dates = 0
    for seed in range(24):
        found = placebo(series(n=70, seed=seed, houses=3), np.arange(100, 400, 50.0), [], [])
        flagged += int(((found[:, 1] > 0) | (found[:, 2] < 0)).sum())
        dates += len(found)
    # 144 dates: the 99 % range of a true rate of 10 % is 4 to 17 %
    assert 0.03 <= flagged / dates <= 0.18
