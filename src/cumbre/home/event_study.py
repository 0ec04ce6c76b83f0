"""What one event did to approval, in three numbers: by the library alone, by the polls alone, by both.

Array layer. An interrupted level with decaying pulses (see level) is fitted twice: with a prior so wide that only polls
speak, and with the library's predictive distribution (matched by its mean and variance). Where the polls cannot tell an
event from its neighbours the answer is "not separable" and the library stands.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from cumbre.home.level import Grid, LevelFit, contrasts, fit_level
from cumbre.home.mixture import Mixture
from cumbre.home.noise import WOBBLE, sampling_variance
from cumbre.home.pulse import mean_pulse, pulse

__all__ = ["Answer", "Series", "Study", "placebo", "study"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

WINDOW = 28
"""Days over which the mean effect is reported."""
_OPEN_SD = 25.0
_HOUSE_SD, _QUESTION_SD = 3.0, 6.0
_SHARE_DAYS = 84
_Z90 = 1.6448536


@dataclass(frozen=True)
class Series:
    """Polls of one leader: day (mid-field, any origin), share in per cent, sample size (nan unknown), pollster and question kind.

    `house` counts from 0; `question` is 0 for the kind in which the level is expressed and 1, 2, ... for others.

    >>> s = Series.of([0, 7], [40, 41], [1000, 1000], [0, 0])
    >>> s.variance.round(2).tolist()
    [4.46, 4.49]
    """

    day: FloatArray
    value: FloatArray
    size: FloatArray
    house: IntArray
    question: IntArray
    wobble: float = WOBBLE / 2

    @classmethod
    def of(cls, day: npt.ArrayLike, value: npt.ArrayLike, size: npt.ArrayLike, house: npt.ArrayLike,
           question: npt.ArrayLike | None = None) -> Series:  # fmt: skip
        """Sorted by day, then by the other columns, so that the order of rows does not matter; rows without a value are dropped."""
        d, v, n = (np.atleast_1d(np.asarray(a, float)) for a in (day, value, size))
        h = np.atleast_1d(np.asarray(house, dtype=np.intp))
        k = np.zeros(len(d), dtype=np.intp) if question is None else np.atleast_1d(np.asarray(question, dtype=np.intp))
        keep = np.isfinite(d) & np.isfinite(v)
        order = np.lexsort((np.nan_to_num(n), v, k, h, d))
        order = order[keep[order]]
        return cls(d[order], v[order], n[order], h[order], k[order])

    @property
    def variance(self) -> FloatArray:
        """Noise of each poll, square points: sampling with design effect, and the house's own wobble."""
        return sampling_variance(self.value, self.size) + self.wobble

    def nuisance(self) -> tuple[FloatArray, FloatArray]:
        """Columns and prior covariance of house effects (sum to zero) and question kinds (against kind 0)."""
        houses = int(self.house.max()) + 1 if len(self.house) else 0
        columns, cov = contrasts(self.house, houses, _HOUSE_SD)
        kinds = int(self.question.max()) if len(self.question) else 0
        asked = (
            np.column_stack([(self.question == k + 1).astype(float) for k in range(kinds)])
            if kinds
            else np.zeros((len(self.day), 0))
        )
        size = columns.shape[1] + kinds
        full = np.zeros((size, size))
        full[: columns.shape[1], : columns.shape[1]] = cov
        full[columns.shape[1] :, columns.shape[1] :] = np.eye(kinds) * _QUESTION_SD**2
        return np.hstack([columns, asked]), full

    def fit(self, onset: FloatArray, half: FloatArray, mean: FloatArray, sd: FloatArray, grid: Grid | None = None) -> LevelFit:
        """The level model on these polls with events at `onset` (day) and normal priors on their peaks."""
        return fit_level(self.day, self.value, self.variance, *self.nuisance(), onset, half, mean, sd, grid)


@dataclass(frozen=True)
class Answer:
    """One event: peak effect in points by the library, by polls alone, by both; mean effect over four weeks; half-life; share.

    `half_life` (5, 50, 95 %) in days; `share` (5, 50, 95 %) of the variance of polls in the twelve weeks after the event that is the
    pulse's; `separable` says whether the polls tell this event's part; `reason` why not, `extra_wave` the day on which one more
    poll of 1,200 would help most and `extra_sd` the sd it would leave.
    """

    library: Mixture
    polls: Mixture
    both: Mixture
    polls_window: Mixture
    both_window: Mixture
    half_life: tuple[float, float, float]
    share: tuple[float, float, float]
    separable: bool
    reason: str
    extra_wave: float
    extra_sd: float


@dataclass(frozen=True)
class Study:
    """Answers in the order of the events, and the two fits."""

    answers: tuple[Answer, ...]
    open_fit: LevelFit
    fit: LevelFit
    correlation: FloatArray = field(repr=False)


def _peak(fit: LevelFit, event: int) -> Mixture:
    centre, sd = fit.effect(event)
    return Mixture(centre, sd, fit.weight)


def _window(fit: LevelFit, event: int) -> Mixture:
    centre, sd = fit.effect(event)
    factor = mean_pulse(WINDOW, fit.half[event] * fit.cell_stretch, fit.cell_rise)
    return Mixture(centre * factor, sd * factor, fit.weight)


def _half_life(fit: LevelFit, event: int) -> tuple[float, float, float]:
    order = np.argsort(fit.cell_stretch, kind="stable")
    days, mass = fit.half[event] * fit.cell_stretch[order], np.cumsum(fit.weight[order])
    low, middle, high = (float(days[min(int(np.searchsorted(mass, p)), len(days) - 1)]) for p in (0.05, 0.5, 0.95))
    return low, middle, high


def _share(series: Series, fit: LevelFit, event: int) -> tuple[float, float, float]:
    """Quantiles of theta^2 g2 / (theta^2 g2 + drift + noise), with g2, drift and noise means over the window's polls."""
    since = series.day - fit.onset[event]
    mine = (since >= 0) & (since <= _SHARE_DAYS)
    if not mine.any():
        return (float("nan"),) * 3
    half, rise = float(fit.half[event] * (fit.weight @ fit.cell_stretch)), float(fit.weight @ fit.cell_rise)
    before = series.day[since < 0]
    start = before.max() if before.size else fit.onset[event]
    drift = float(fit.weight @ fit.q[fit.cell_q]) * float(np.mean(series.day[mine] - start))
    rest = drift + float(np.mean(series.variance[mine]))
    g2 = float(np.mean(pulse(since[mine], half, rise) ** 2))
    size = np.linspace(0, abs(_peak(fit, event).mean) + 6 * np.sqrt(_peak(fit, event).variance), 400)
    peak = _peak(fit, event)
    chance = peak.cdf(size) - peak.cdf(-size)
    at = np.interp([0.05, 0.5, 0.95], chance, size)
    low, middle, high = (float(t * t * g2 / (t * t * g2 + rest)) for t in at)
    return low, middle, high


def _why_not(series: Series, fit: LevelFit, event: int, correlation: FloatArray, answer: Mixture, library: Mixture) -> str:
    onset = float(fit.onset[event])
    if not (series.day < onset).any():
        return "no poll before the event"
    if not (series.day >= onset).any():
        return "no poll after the event"
    for other in range(fit.events):
        if other == event:
            continue
        first, last = sorted((onset, float(fit.onset[other])))
        if not ((series.day >= first) & (series.day < last)).any():
            return "another event lies between the same two polls"
        if abs(correlation[event, other]) > 0.9:
            return "its part and another event's move together"
    if answer.variance > library.variance:
        return "the polls leave a wider range than the library"
    return ""


def _extra_wave(series: Series, fit: LevelFit, event: int, library: Mixture) -> tuple[float, float]:
    """Best of a few days for one more poll, and the sd that it would leave (sd does not depend on what the poll finds)."""
    onset = float(fit.onset[event])
    later = [float(o) for o in fit.onset if o > onset]
    days = sorted({onset + d for d in (3.0, 7.0, 14.0, 28.0)} | {onset + (min(later) - onset) / 2 for _ in later[:1]})
    house = int(np.bincount(series.house).argmax()) if len(series.house) else 0
    best = (float("nan"), float("inf"))
    cell = int(np.argmax(fit.weight))
    one = Grid(fit.q[[fit.cell_q[cell]]], fit.cell_stretch[[cell]], fit.cell_rise[[cell]], np.zeros((1, 1, 1)))
    sd = np.full(fit.events, np.sqrt(library.variance))
    for day in days:
        more = Series.of(
            np.append(series.day, day), np.append(series.value, 50.0), np.append(series.size, 1200.0),
            np.append(series.house, house), np.append(series.question, 0),
        )  # fmt: skip
        left = float(more.fit(fit.onset, fit.half, np.zeros(fit.events), sd, one).effect(event)[1][0])
        if left < best[1]:
            best = (day, left)
    return best


def study(series: Series, onset: npt.ArrayLike, half: npt.ArrayLike, library: list[Mixture], grid: Grid | None = None) -> Study:
    """Answer for every event at once, so that neighbours share what they share.

    `onset` and `half` (event,): first day and median half-life in days; `library`: the predictive distribution of each.

    >>> t = np.arange(0, 350.0, 7)
    >>> y = 40 + 9 * pulse(t - 200, 35.0)
    >>> flat = Mixture.equal(np.array([0.0]), np.array([4.0]))
    >>> s = study(Series.of(t, y, np.full(50, 1000), np.zeros(50, int)), [200], [35], [flat])
    >>> s.answers[0].separable, bool(5 < s.answers[0].polls.mean < 13)
    (True, True)
    """
    onset_days, halves = np.atleast_1d(np.asarray(onset, float)), np.atleast_1d(np.asarray(half, float))
    events = len(onset_days)
    centre, sd = np.array([m.mean for m in library]), np.sqrt(np.array([m.variance for m in library]))
    open_fit = series.fit(onset_days, halves, np.zeros(events), np.full(events, _OPEN_SD), grid)
    fit = series.fit(onset_days, halves, centre, sd, grid)
    cov = open_fit.effect_covariance()
    spread = np.sqrt(np.diag(cov))
    correlation = cov / np.outer(spread, spread) if events else cov
    answers = []
    for e in range(events):
        reason = _why_not(series, open_fit, e, correlation, _peak(open_fit, e), library[e])
        day, left = _extra_wave(series, fit, e, library[e])
        answers.append(
            Answer(
                library[e],
                _peak(open_fit, e),
                _peak(fit, e),
                _window(open_fit, e),
                _window(fit, e),
                _half_life(fit, e),
                _share(series, fit, e),
                not reason,
                reason,
                day,
                left,
            )
        )
    return Study(tuple(answers), open_fit, fit, correlation)


def placebo(
    series: Series, days: npt.ArrayLike, onset: npt.ArrayLike, half: npt.ArrayLike, half_life: float = 35.0
) -> FloatArray:
    """The polls-only effect that the same method finds on days without an event, columns (mean, low, high) of 90 %, points.

    Real events stay in the model. A sound method has about one interval in ten exclude zero.

    >>> t = np.arange(0, 210.0, 7)
    >>> placebo(Series.of(t, 40 + 0 * t, 1000 + 0 * t, np.zeros(30, int)), [100.0], [], []).shape
    (1, 3)
    """
    real, halves = np.atleast_1d(np.asarray(onset, float)), np.atleast_1d(np.asarray(half, float))
    standard = Grid.standard()
    coarse = Grid(standard.q, standard.stretch[[1, 3, 5]], standard.rise[:1], standard.log_prior[:, [1, 3, 5], :1])
    out = []
    for day in np.atleast_1d(np.asarray(days, float)):
        events = len(real) + 1
        fit = series.fit(np.append(real, day), np.append(halves, half_life), np.zeros(events), np.full(events, _OPEN_SD), coarse)
        peak = _peak(fit, events - 1)
        out.append([peak.mean, *peak.quantile([0.05, 0.95])])
    return np.array(out).reshape(-1, 3)
