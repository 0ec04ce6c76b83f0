"""Exact Gaussian filter and smoother of support over time.

State: utilities theta_t (option) as a random walk with innovation variance `walk`^2 a day, and static house effects d_h (option)
with variance (`house` ratio)^2 around the record of the house. A poll of the options S, seen through the matrix A (rows: listed
options, columns: all options; identity rows unless the question changes the field), gives

    B y = B (A theta_t + d_h[S] + error),   error ~ N(0, design / n diag(1 / p) + poll^2 I + extra^2 I)

with B the orthonormal contrasts within S, so that partial lists need no imputation. diag(1/p)/n is the multinomial covariance
of log shares up to a constant that B removes. Kalman 1960, doi:10.1115/1.3662552; disturbance smoother: Durbin and Koopman 2012,
doi:10.1093/acprof:oso/9780199641178.001.0001, section 4.4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cumbre.ballot.logratio import FLOOR, close, helmert, utilities

__all__ = [
    "DIFFUSE",
    "HousePrior",
    "Scales",
    "State",
    "Survey",
    "Trend",
    "fit_scales",
    "growth",
    "observe",
    "run_filter",
    "smooth",
]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

DESIGN = 1.4
"""Design effect of poll samples on the variance (judged; weighting losses of published polls are 1.2-2)."""

DIFFUSE = 1.5
"""Standard deviation of the prior on a utility when the first poll arrives: e^1.5 either way."""


@dataclass(frozen=True)
class Survey:
    """One question of one poll, in arrays.

    day        days, any origin
    house      index of the polling house
    options    indices of the options listed, shape (m,)
    share      shares of those options as published, shape (m,); closed inside
    n          respondents who gave one of the listed answers
    extra      further standard deviation on the log scale (questions that are not the full field)
    matrix     how the listed options see the state, shape (m, option); None = the options themselves
    offset     known part of the observation, shape (m,); None = 0
    name       id of the poll, carried along for tables
    """

    day: float
    house: int
    options: IntArray
    share: FloatArray
    n: float
    extra: float = 0.0
    matrix: FloatArray | None = None
    offset: FloatArray | None = None
    name: str = ""


@dataclass(frozen=True)
class Scales:
    """Standard deviations on the log scale: `walk` a root day, `house` of a house effect, `poll` of one poll beyond sampling."""

    walk: float
    house: float
    poll: float


@dataclass(frozen=True)
class HousePrior:
    """What is known of house effects beforehand, each (house, option): mean on the log scale, and factor on the sd `house`."""

    mean: FloatArray
    ratio: FloatArray


@dataclass(frozen=True)
class State:
    """What is known of support on one day.

    mean (option,), cov (option, option) of utilities; house_mean, house_var (house, option) of house effects; loglik of all
    polls; day of the last poll used.
    """

    mean: FloatArray
    cov: FloatArray
    house_mean: FloatArray
    house_var: FloatArray
    loglik: float
    day: float


@dataclass(frozen=True)
class Trend:
    """Smoothed support: day (time,), mean (time, option), cov (time, option, option) of utilities."""

    day: FloatArray
    mean: FloatArray
    cov: FloatArray


Observation = tuple[FloatArray, FloatArray, FloatArray]
Jumps = Sequence[tuple[float, FloatArray]]


@dataclass(frozen=True)
class _Step:
    """One update, kept for the smoother: prediction before it, and the innovation terms."""

    day: float
    mean: FloatArray
    cov: FloatArray
    h: FloatArray
    weight: FloatArray
    innovation: FloatArray


def observe(survey: Survey, k: int, houses: int) -> Observation:
    """Contrast observation z (m-1,), matrix H (m-1, state) and sampling covariance R (m-1, m-1) of one survey.

    The contrasts are orthonormal, so the error of a poll beyond sampling adds poll^2 I to R whatever the list.
    """
    m = len(survey.options)
    p = close(np.maximum(survey.share, 0.0))
    y = utilities(p, survey.n)
    if survey.offset is not None:
        y = y - survey.offset
    b = helmert(m)
    a = np.zeros((m, k * (1 + houses)))
    if survey.matrix is None:
        a[np.arange(m), survey.options] = 1.0
    else:
        a[:, :k] = survey.matrix
    first = k * (1 + survey.house)
    a[:, first : first + k] = a[:, :k]
    noise = DESIGN / max(survey.n, 1e-6) / np.maximum(p, FLOOR) + survey.extra**2
    return b @ y, b @ a, (b * noise) @ b.T


def growth(scales: Scales, jumps: Jumps, options: int, start: float, end: float) -> FloatArray:
    """Variance that utilities gain after `start` up to `end`: the walk, and the dated events in between, shape (option,).

    >>> growth(Scales(0.1, 0, 0), [(3.0, np.array([0.0, 0.5]))], 2, 0.0, 4.0).round(3).tolist()
    [0.04, 0.54]
    """
    out = np.full(options, scales.walk**2 * max(end - start, 0.0))
    for day, variance in jumps:
        if start < day <= end:
            out = out + variance
    return out


def run_filter(
    surveys: Sequence[Survey],
    scales: Scales,
    prior_mean: FloatArray,
    houses: int,
    house_record: HousePrior | None = None,
    jumps: Jumps = (),
    keep: list[_Step] | None = None,
    prior_sd: FloatArray | float = DIFFUSE,
    observed: Sequence[Observation | None] | None = None,
) -> State:
    """Support after all surveys, which must be sorted by day.

    prior_mean (option,) of utilities before the first poll; house_record: prior of house effects, N(0, house^2) without it;
    jumps: (day, variance (option,)) of dated events, which widen the walk between the polls before and on or after that day;
    prior_sd (option,) of utilities before the first poll; observed: what `observe` gives for each survey, if it is at hand.

    >>> s = [Survey(float(d), 0, np.arange(2), np.array([0.6, 0.4]), 1000.0) for d in range(5)]
    >>> state = run_filter(s, Scales(0.02, 0.0, 0.0), np.zeros(2), 1)
    >>> bool(abs(np.diff(state.mean)[0] - np.log(0.4 / 0.6)) < 0.01)
    True
    """
    k = len(prior_mean)
    size = k * (1 + houses)
    mean = np.zeros(size)
    mean[:k] = prior_mean
    cov = np.zeros((size, size))
    cov[np.arange(k), np.arange(k)] = np.square(prior_sd)
    cov[np.arange(k, size), np.arange(k, size)] = scales.house**2
    if house_record is not None:
        mean[k:] = house_record.mean.ravel()
        cov[np.arange(k, size), np.arange(k, size)] *= np.square(house_record.ratio.ravel())
    index = np.arange(k)
    loglik, day = 0.0, surveys[0].day if surveys else 0.0
    extra = scales.poll**2
    for number, survey in enumerate(surveys):
        if survey.day > day:
            cov[index, index] += growth(scales, jumps, k, day, survey.day)
            day = survey.day
        if len(survey.options) < 2:
            continue
        z, h, r = (observed[number] if observed else None) or observe(survey, k, houses)
        ph = cov @ h.T
        f = h @ ph + r
        f[np.diag_indices_from(f)] += extra
        v = z - h @ mean
        inverse = np.asarray(np.linalg.inv(f), dtype=np.float64)
        loglik -= 0.5 * (v @ inverse @ v + np.linalg.slogdet(f)[1] + len(v) * np.log(2 * np.pi))
        if keep is not None:
            keep.append(_Step(survey.day, mean.copy(), cov.copy(), h, inverse, v))
        gain = ph @ inverse
        mean = mean + gain @ v
        cov = cov - gain @ ph.T
    cov = 0.5 * (cov + cov.T)
    variance = np.diag(cov)
    return State(
        mean[:k].copy(),
        cov[:k, :k].copy(),
        mean[k:].reshape(houses, k).copy(),
        variance[k:].reshape(houses, k).copy(),
        loglik,
        day,
    )


def smooth(
    surveys: Sequence[Survey],
    scales: Scales,
    prior_mean: FloatArray,
    houses: int,
    days: FloatArray,
    house_record: HousePrior | None = None,
    jumps: Jumps = (),
    prior_sd: FloatArray | float = DIFFUSE,
) -> tuple[Trend, State]:
    """Support on every day of `days` (sorted) given all surveys, and the filtered state at the end.

    Between polls a random walk is predicted by its last value, so theta_t|T = a_t + P_t r, where a_t, P_t are the prediction
    for that day and r, N come backwards from the polls at or after it.
    """
    steps: list[_Step] = []
    state = run_filter(surveys, scales, prior_mean, houses, house_record, jumps, keep=steps, prior_sd=prior_sd)
    k = len(prior_mean)
    size = k * (1 + houses)
    r, n = np.zeros(size), np.zeros((size, size))
    mean_out, cov_out = np.zeros((len(days), k)), np.zeros((len(days), k, k))
    last = surveys[-1].day if surveys else 0.0
    index = np.arange(k)
    t = len(days) - 1
    while t >= 0 and days[t] > last:
        mean_out[t] = state.mean
        cov_out[t] = state.cov + np.diag(growth(scales, jumps, k, last, days[t]))
        t -= 1
    for i in range(len(steps) - 1, -1, -1):
        s = steps[i]
        r = s.h.T @ (s.weight @ s.innovation) + r - s.h.T @ (s.weight @ (s.h @ (s.cov @ r)))
        gain = s.cov @ s.h.T @ s.weight
        ng = n @ gain
        cross = ng @ s.h
        n = n - cross - cross.T + s.h.T @ (gain.T @ ng + s.weight) @ s.h
        before = steps[i - 1].day if i else -np.inf
        while t >= 0 and days[t] > before:
            if days[t] <= s.day:
                p = s.cov.copy()
                if np.isfinite(before):
                    p[index, index] -= growth(scales, jumps, k, days[t], s.day)
                mean_out[t] = s.mean[:k] + p[:k] @ r
                cov_out[t] = p[:k, :k] - p[:k] @ n @ p[:, :k]
                if not np.isfinite(before):
                    cov_out[t] += np.diag(growth(scales, jumps, k, days[t], s.day))
            t -= 1
    return Trend(np.asarray(days, float), mean_out, cov_out), state


def fit_scales(
    surveys: Sequence[Survey],
    grid: Sequence[Scales],
    log_prior: FloatArray,
    prior_mean: FloatArray,
    houses: int,
    house_record: HousePrior | None = None,
    jumps: Jumps = (),
    prior_sd: FloatArray | float = DIFFUSE,
) -> tuple[FloatArray, list[State]]:
    """Posterior weights of the scales on a grid, by marginal likelihood times prior; and the state under each.

    >>> s = [Survey(float(d), 0, np.arange(2), np.array([0.6, 0.4]), 1000.0) for d in range(5)]
    >>> w, _ = fit_scales(s, [Scales(0.01, 0.1, 0.1), Scales(0.3, 0.1, 0.1)], np.zeros(2), np.zeros(2), 1)
    >>> bool(w[0] > w[1])
    True
    """
    k = len(prior_mean)
    observed = [observe(s, k, houses) if len(s.options) >= 2 else None for s in surveys]
    states = [run_filter(surveys, g, prior_mean, houses, house_record, jumps, prior_sd=prior_sd, observed=observed) for g in grid]
    score = np.array([s.loglik for s in states]) + log_prior
    weight = np.exp(score - score.max())
    return np.asarray(weight / weight.sum()), states
