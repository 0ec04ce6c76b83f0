"""The run-off between two candidates: what the first round says, what polls of the pair say, and the two pooled.

On the logit of the two-way share of A:

    first round alone   y = slope * logit(half) + tau t_nu,   half = 1/2 + (r_A - r_B) / 2: half of the rest to each side
    polls of the pair   m = y + sigma (h) t_nu',              sigma(h) = exp(a + b log((h + 2) / 9)), plus the variance of the filter

slope 1 would be "half of the eliminated vote to each". It is learned from past run-offs, and lies well under 1: those who did not
vote for the leader in round 1 vote against him more often than not. Both errors have fat tails, so the posterior (on a grid) believes
the polls where the two are far apart, and shrinks towards the first round where they are near.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

__all__ = ["RunoffCell", "RunoffError", "fit_runoff", "half_logit", "pool", "quantiles", "sigma_poll"]

FloatArray = npt.NDArray[np.float64]

AXIS = np.linspace(-3.0, 3.0, 2401)
"""Grid of logits on which the pooled distribution lives; shares from 4.7 to 95.3 per cent."""

DF_FIRST, DF_POLLS = 3.0, 5.0
"""Degrees of freedom of the two errors (judged: two dozen run-offs cannot choose them)."""

TEMPER = 0.7
"""Power to which the product of the two likelihoods is raised: both miss for the same reasons, so together they know less than if
they were independent (selected on the open run-offs: the 90 % interval covered 0.82 at 1 and 0.88 at 0.7)."""

PRIOR = {"slope": (0.5, 0.3), "log_tau": (-1.8, 0.5), "log_sigma": (-2.0, 0.5), "horizon": (0.3, 0.2)}
"""Mean and standard deviation of the penalties (judged, weak)."""


@dataclass(frozen=True)
class RunoffError:
    """Parameters: slope and log tau of the first round, log sigma at 7 days and its growth for polls; blank votes in the run-off.

    blank_median: share of blank votes among valid votes where they are valid (0-1); blank_sd on the log scale.
    """

    slope: float
    log_tau: float
    log_sigma: float
    horizon: float
    blank_median: float = 0.04
    blank_sd: float = 0.4
    temper: float = TEMPER

    def as_dict(self) -> dict[str, Any]:
        """Plain values for the prior file."""
        return asdict(self)


@dataclass(frozen=True)
class RunoffCell:
    """One past run-off at one horizon: logit of the true two-way share; logit of half-and-half, if both rounds are known;
    polled logit and its filter variance, if polls of the pair exist; days to the vote."""

    election: str
    truth: float
    half: float | None
    polled: float | None = None
    variance: float = 0.0
    days: float = 0.0


def half_logit(a: FloatArray | float, b: FloatArray | float, blank: FloatArray | float = 0.0) -> FloatArray:
    """Logit of A's two-way share if the vote for others splits evenly; a, b, blank in shares of the first round.

    >>> half_logit(0.3, 0.2).round(3).item()
    0.201
    """
    a, b, blank = np.asarray(a, float), np.asarray(b, float), np.asarray(blank, float)
    half = 0.5 + (a - b) / (2 * np.maximum(1 - blank, 0.2))
    return np.asarray(special.logit(np.clip(half, 0.02, 0.98)), dtype=np.float64)


def sigma_poll(model: RunoffError, days: float) -> float:
    """Scale of the common error of run-off polls on the logit, `days` before the run-off."""
    return float(np.exp(model.log_sigma + model.horizon * np.log((max(days, 0.0) + 2) / 9)))


def _log_t(x: FloatArray | float, scale: FloatArray | float, df: float) -> FloatArray:
    x, scale = np.asarray(x, float), np.asarray(scale, float)
    return np.asarray(-np.log(scale) - (df + 1) / 2 * np.log1p((x / scale) ** 2 / df))


def pool(
    model: RunoffError, first: float | None, polled: float | None = None, variance: float = 0.0, days: float = 0.0,
    first_variance: float = 0.0,
) -> FloatArray:  # fmt: skip
    """Probabilities on AXIS of the logit of A's two-way share, shape (2401,), adding to 1.

    first: what round 1 says, slope * half_logit (None if nothing is known); first_variance: its variance when round 1 is a
    forecast; polled, variance: logit of the polls of the pair and its filter variance.

    >>> w = pool(RunoffError(0.3, -1.8, -2.0, 0.3), 0.0)
    >>> abs(float(w @ AXIS)) < 1e-9
    True
    """
    tau = np.exp(model.log_tau)
    if first is None:
        log = _log_t(AXIS, np.hypot(tau, 0.2), DF_FIRST)
    else:
        log = _log_t(AXIS - first, np.sqrt(tau**2 + first_variance), DF_FIRST)
    if polled is not None:
        log = model.temper * (log + _log_t(AXIS - polled, np.sqrt(sigma_poll(model, days) ** 2 + variance), DF_POLLS))
    weight = np.exp(log - log.max())
    return np.asarray(weight / weight.sum(), dtype=np.float64)


def quantiles(weight: FloatArray, levels: FloatArray) -> FloatArray:
    """Quantiles of the logit under weights on AXIS, linear between grid points.

    >>> abs(float(quantiles(pool(RunoffError(0.3, -1.8, -2.0, 0.3), 0.0), np.array([0.5]))[0])) < 1e-6
    True
    """
    cdf = np.cumsum(weight) - 0.5 * weight
    return np.asarray(np.interp(levels, cdf, AXIS), dtype=np.float64)


def fit_runoff(cells: Sequence[RunoffCell], blanks: Sequence[float] = ()) -> RunoffError:
    """Penalised likelihood of both errors; `blanks` are shares of blank votes of past run-offs where they are valid.

    First-round cells count once an election; poll cells of one election share the weight of two residuals.
    """
    from scipy import optimize

    first = {c.election: (c.half, c.truth) for c in cells if c.half is not None and c.polled is None}
    half = np.array([v[0] for v in first.values()], float)
    truth = np.array([v[1] for v in first.values()], float)
    polls = [c for c in cells if c.polled is not None]
    names = [c.election for c in polls]
    weight = np.array([2.0 / names.count(n) for n in names])
    miss = np.array([c.polled - c.truth for c in polls if c.polled is not None], float)
    days = np.array([c.days for c in polls], float)
    variance = np.array([c.variance for c in polls], float)
    mean = np.array([v[0] for v in PRIOR.values()])
    sd = np.array([v[1] for v in PRIOR.values()])

    def loss(x: FloatArray) -> float:
        slope, log_tau, log_sigma, horizon = x
        value = 0.5 * (((x - mean) / sd) ** 2).sum()
        value -= _log_t(truth - slope * half, np.exp(log_tau), DF_FIRST).sum()
        s = np.sqrt(np.exp(2 * (log_sigma + horizon * np.log((days + 2) / 9))) + variance)
        return float(value - (weight * _log_t(miss, s, DF_POLLS)).sum())

    x = optimize.minimize(loss, mean, method="L-BFGS-B").x
    log_blank = np.log(np.clip(np.array([0.04, *blanks]), 0.002, 0.3))
    slope, log_tau, log_sigma, horizon = (float(v) for v in x)
    return RunoffError(slope, log_tau, log_sigma, horizon, blank_median=float(np.exp(log_blank.mean())))
