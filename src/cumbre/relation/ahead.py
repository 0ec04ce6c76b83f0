"""The index of a pair one month ahead: mean Goldstein value of the month to come, with heavy-tailed bands.

The mean is a pooled regression on decayed means of the past at five half-lives, once over events and once over days (a day
that tells one event ten times is one day), all as distances from the pair's long-run mean; the spread follows the pair's own
past errors and the traffic. Goldstein 1992, doi:10.1177/0022002792036002007.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from cumbre.relation.counts import LEVELS
from cumbre.relation.kernels import MONTH, decayed_at

__all__ = ["FADES", "FREEDOM", "Scores", "index_ahead", "past_variance", "regressors", "scores_of"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

FADES = (15.0, 45.0, 120.0, 365.0, 1000.0)
FREEDOM = 8.0
"""Degrees of freedom of the Student t errors."""
ENOUGH = 3
"""Events a month under which a monthly mean is not scored."""


@dataclass(frozen=True)
class Scores:
    """Monthly state of pairs: n (pair, month) events, mean (pair, month) Goldstein or nan, base (pair, month) long-run mean,
    feature (pair, month, feature) distances from base then a constant, traffic (pair, month) days with events a month."""

    n: FloatArray
    mean: FloatArray
    base: FloatArray
    feature: FloatArray
    traffic: FloatArray


def scores_of(count: FloatArray, total: FloatArray, month_end: IntArray, prior_mean: float = 2.0) -> Scores:
    """Prepare pairs from daily event counts and Goldstein sums, both (day, pair); everything is seen at the end of a month."""
    starts = np.r_[0, month_end[:-1] + 1]
    n = np.add.reduceat(count[: month_end[-1] + 1], starts, axis=0).T
    s = np.add.reduceat(total[: month_end[-1] + 1], starts, axis=0).T
    once, each = (count > 0).astype(np.float64), total / np.maximum(count, 1)
    base = (np.cumsum(s, axis=1) + 5 * prior_mean) / (np.cumsum(n, axis=1) + 5)
    parts = []
    for weight, value in ((count, total), (once, each)):
        w, v = (decayed_at(a, month_end, FADES).transpose(2, 0, 1) * MONTH for a in (weight, value))
        pull = np.array([0.3, 0.3, 0.3, 0.6, 0.6])
        parts.append((v + pull * base[..., None]) / (w + pull) - base[..., None])
    traffic = decayed_at(once, month_end, (120.0,))[:, 0].T * MONTH
    feature = np.concatenate([*parts, base[..., None], np.ones_like(base)[..., None]], axis=2)
    with np.errstate(invalid="ignore"):
        mean = np.where(n > 0, s / np.maximum(n, 1), np.nan)
    return Scores(n, mean, base, feature, traffic)


def regressors(scores: Scores) -> FloatArray:
    """What each month is forecast from: features at the end of the month before, (pair, month, feature); nan for month 0."""
    out = np.full(scores.feature.shape, np.nan)
    out[:, 1:] = scores.feature[:, :-1]
    return out


def past_variance(error: FloatArray, used: npt.NDArray[np.bool_], prior: float, weight: float) -> FloatArray:
    """Mean squared error of each pair's months before each month, shrunk to `prior` with `weight` months; (pair, month)."""
    square = np.where(used, np.nan_to_num(error) ** 2, 0.0)
    before = np.cumsum(square, axis=1) - square
    months: FloatArray = np.cumsum(used, axis=1, dtype=np.float64) - used
    return np.asarray((before + weight * prior) / (months + weight), dtype=np.float64)


def index_ahead(scores: Scores, fit: dict[str, Any]) -> tuple[FloatArray, FloatArray]:
    """Mean (pair, month) and quantiles (pair, month, 39) of the monthly mean Goldstein value, within -10 .. 10.

    spread = exp(a + b log(v) / 2 + c log(traffic + 0.5)), v the pair's past mean squared error; errors Student t.
    """
    centre = np.full(scores.base.shape, np.nan)
    centre[:, 1:] = (regressors(scores) @ np.asarray(fit["b"]))[:, 1:] + scores.base[:, :-1]
    variance = past_variance(
        scores.mean - centre, (scores.n >= ENOUGH) & np.isfinite(centre), fit["variance"], fit["variance_months"]
    )
    a, b, c = fit["spread"]
    traffic = np.concatenate([scores.traffic[:, :1], scores.traffic[:, :-1]], axis=1)
    spread = np.exp(a + b * 0.5 * np.log(variance) + c * np.log(traffic + 0.5))
    quantiles = np.clip(centre[..., None] + spread[..., None] * special.stdtrit(FREEDOM, LEVELS), -10, 10)
    return np.clip(centre, -10, 10), quantiles
