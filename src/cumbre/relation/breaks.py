"""Turning points: when did the rates of events change level, and how sure is that?

A pair's counts of several series (the four quad classes) keep one rate each between changes; the counts are negative binomial, so
that a burst need not be a change. The rate of a segment is integrated out over a grid, log-uniform around the series' mean, and
the posterior of all change points is then exact by forward and backward sums. Sources: Fearnhead 2006,
doi:10.1007/s11222-006-8450-8 (all data); Adams and MacKay 2007, arXiv:0710.3742 (online run length).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cumbre.relation.counts import log_pmf

__all__ = ["Changes", "alarms", "change_points", "dispersion_of", "pelt", "run_length", "segment_scores", "window_chance"]

FloatArray = npt.NDArray[np.float64]

_STEPS = np.exp(np.linspace(-3.4, 3.4, 35))
"""Rates of a segment that are tried, as factors on the series' mean: thirty times less to thirty times more."""


@dataclass(frozen=True)
class Changes:
    """Posterior of the change points of one pair.

    p        (time,) chance that a new level starts at this period; 0 for the first
    expected mean number of changes
    r        (series,) negative binomial dispersion used
    """

    p: FloatArray
    expected: float
    r: FloatArray


def dispersion_of(counts: FloatArray) -> FloatArray:
    """Negative binomial r of each series, from differences of neighbours so that a change of level hardly counts.

    Half the squared difference of neighbours has mean m + m^2 / r, m their mean; r solves sum(square - m) = sum(m^2) / r over pairs
    of neighbours, squares cut at their 98 % point, shrunk to r = 2 with the weight of 12 periods at the series' mean; within 0.1 .. 50.

    >>> dispersion_of(np.zeros((5, 1))).round(6).tolist()
    [2.0]
    """
    square = np.diff(counts, axis=0) ** 2 / 2
    if len(square):
        square = np.minimum(square, np.quantile(square, 0.98, axis=0))
    local = 0.5 * (counts[1:] + counts[:-1])
    mean = np.maximum(counts.mean(axis=0), 0.05)
    above = np.maximum((square - local).sum(axis=0), 0.0) + 12 * mean**2 / 2.0
    return np.asarray(np.clip(((local**2).sum(axis=0) + 12 * mean**2) / above, 0.1, 50.0), dtype=np.float64)


def segment_scores(counts: FloatArray, r: FloatArray) -> FloatArray:
    """Log marginal likelihood of every segment, (start, end) with both ends included; -inf where end < start."""
    periods = len(counts)
    start, end = np.triu_indices(periods)
    score = np.zeros(len(start))
    for series in range(counts.shape[1]):
        y = counts[:, series]
        mu = max(float(y.mean()), 0.02) * _STEPS
        each = log_pmf(y[:, None], mu[None, :], r[series])
        total = np.concatenate([np.zeros((1, len(mu))), np.cumsum(each, axis=0)])
        part = total[end + 1] - total[start]
        top = part.max(axis=1)
        score += top + np.log(np.exp(part - top[:, None]).mean(axis=1))
    out = np.full((periods, periods), -np.inf)
    out[start, end] = score
    return out


def _log_sum(terms: FloatArray) -> float:
    """log(sum(exp(terms))) without overflow."""
    top = terms.max()
    return float(top + np.log(np.exp(terms - top).sum()))


def change_points(counts: FloatArray, hazard: float, r: FloatArray | None = None) -> Changes:
    """Chance of a change of level at each period, given all of `counts` (time, series); `hazard` is the prior chance a period.

    Examples
    --------
    >>> y = np.r_[np.full(30, 2.0), np.full(30, 20.0)][:, None]
    >>> int(change_points(y, 1 / 48, np.array([2.0])).p.argmax())
    30
    """
    counts = np.asarray(counts, dtype=np.float64)
    r = dispersion_of(counts) if r is None else r
    periods = len(counts)
    if periods < 2:
        return Changes(np.zeros(periods), 0.0, r)
    score = segment_scores(counts, r)
    go, stay = np.log(hazard), np.log1p(-hazard)
    length = np.arange(1, periods + 1)
    forward = np.full(periods + 1, -np.inf)  # forward[t]: log p(y_0..y_{t-1}, a segment ends at t - 1)
    forward[0] = 0.0
    for t in range(1, periods + 1):
        start = np.arange(t)
        terms = forward[start] + score[start, t - 1] + stay * (t - start - 1) + np.where(start > 0, go, 0.0)
        forward[t] = _log_sum(terms)
    backward = np.full(periods + 1, -np.inf)  # backward[t]: log p(y_t.. | a segment starts at t)
    backward[periods] = 0.0
    for t in range(periods - 1, -1, -1):
        stop = np.arange(t, periods)
        terms = score[t, stop] + stay * (stop - t) + backward[stop + 1] + np.where(stop + 1 < periods, go, 0.0)
        backward[t] = _log_sum(terms)
    p = np.zeros(periods)
    inner = length[:-1]
    p[1:] = np.exp(np.minimum(forward[inner] + go + backward[inner] - forward[periods], 0.0))
    return Changes(p, float(p.sum()), r)


def run_length(counts: FloatArray, hazard: float, r: FloatArray) -> FloatArray:
    """Online posterior, (time, start): chance, seen at the end of each period, that the current level began at `start`."""
    score = segment_scores(counts, r)
    periods = len(counts)
    go, stay = np.log(hazard), np.log1p(-hazard)
    forward = np.full(periods + 1, -np.inf)
    forward[0] = 0.0
    out = np.zeros((periods, periods))
    for t in range(1, periods + 1):
        start = np.arange(t)
        terms = forward[start] + score[start, t - 1] + stay * (t - start - 1) + np.where(start > 0, go, 0.0)
        forward[t] = _log_sum(terms)
        out[t - 1, :t] = np.exp(terms - forward[t])
    return out


def window_chance(p: FloatArray, reach: int = 1) -> FloatArray:
    """Chance of a change within `reach` periods of each local peak of `p`; elsewhere `p` itself.

    The posterior of one change spreads over neighbours; its mass belongs to its peak.

    >>> window_chance(np.array([0.0, 0.3, 0.4, 0.2, 0.0])).round(2).tolist()
    [0.0, 0.3, 0.9, 0.2, 0.0]
    """
    out = p.copy()
    for t in range(len(p)):
        low, high = max(t - reach, 0), min(t + reach + 1, len(p))
        if p[t] > 0 and p[t] == p[low:high].max():
            out[t] = min(1.0, p[low:high].sum())
    return out


def alarms(p: FloatArray, least: float = 0.5) -> list[int]:
    """Periods of alarm: each run of periods with p >= least, dated at its largest p.

    >>> alarms(np.array([0.1, 0.6, 0.9, 0.1, 0.5]))
    [2, 4]
    """
    on = np.flatnonzero(p >= least)
    runs = np.split(on, np.flatnonzero(np.diff(on) > 1) + 1) if len(on) else []
    return [int(run[p[run].argmax()]) for run in runs]


def pelt(counts: FloatArray, penalty: float = 12.0) -> list[int] | None:
    """Change points by PELT (l2) on standardised log(1 + counts); None where the optional package is not installed.

    Killick, Fearnhead and Eckley 2012, doi:10.1080/01621459.2012.737745, as in `ruptures` (extra `breaks`), jump 1, least size 2.
    """
    try:
        import ruptures
    except ImportError:
        return None
    signal = np.log1p(counts)
    spread = signal.std(axis=0)
    signal = ((signal - signal.mean(axis=0)) / np.where(spread > 0, spread, 1.0))[:, spread > 0]
    if signal.shape[1] == 0 or len(signal) < 4:
        return []
    found = ruptures.Pelt(model="l2", jump=1, min_size=2).fit(signal).predict(pen=penalty)
    return [int(t) for t in found[:-1]]
