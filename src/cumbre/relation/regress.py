"""Three small fits that the panel models rest on, all maximum likelihood with a ridge or a sign.

`linear_em`      counts, mean linear in non-negative weights (a Hawkes-type sum of memories), by expectation maximisation
`log_linear`     counts, log mean linear, by Newton steps with halving
`logistic`       chance of at least one event, by Newton steps
`unit_intercept` a shrunk intercept for each unit, learned from its own past only
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from cumbre.relation.counts import log_pmf

__all__ = ["dispersion_law", "linear_em", "log_linear", "logistic", "spread_of", "unit_intercept"]

FloatArray = npt.NDArray[np.float64]

_LEAST = 1e-6


def linear_em(x: FloatArray, y: FloatArray, r: npt.ArrayLike, steps: int = 120) -> FloatArray:
    """Non-negative weights w of mean = x w for negative binomial counts.

    A negative binomial is a Poisson whose rate is multiplied by a gamma variable of mean 1; given the data its mean is
    (y + r) / (mu + r). The M-step of the resulting EM is multiplicative, so weights that start above 0 stay there:
    w_j <- w_j * sum(x_j y / mu) / sum(x_j (y + r) / (mu + r)). Source for the Poisson case: Lewis and Mohler 2011 (Hawkes by EM);
    Richardson 1972, doi:10.1364/JOSA.62.000055.

    Parameters
    ----------
    x : (row, feature) not negative;  y : (row,) counts;  r : (row,) or scalar dispersion

    Returns
    -------
    (feature,) weights, not negative

    Examples
    --------
    >>> x = np.ones((4, 1)); linear_em(x, np.array([0.0, 2.0, 1.0, 1.0]), 5.0).round(3).tolist()
    [1.0]
    """
    r = np.asarray(r, dtype=np.float64)
    weight = y.mean() / x.shape[1] / (x.mean(axis=0) + 1e-9)
    for _ in range(steps):
        mu = x @ weight + _LEAST
        weight = weight * (x.T @ (y / mu)) / (x.T @ ((y + r) / (mu + r)) + 1e-12)
    return np.asarray(weight, dtype=np.float64)


def log_linear(
    x: FloatArray, y: FloatArray, r: npt.ArrayLike, start: FloatArray, offset: npt.ArrayLike = 0.0, ridge: float = 5.0
) -> FloatArray:
    """Coefficients b of log mean = x b + offset for negative binomial counts; the last column of x is the constant.

    Penalised Newton steps, halved until the likelihood rises; the constant is not penalised. `start` (feature,) matters: from
    zero the first step can overshoot by orders of magnitude on bursty counts.
    """
    r, offset = np.asarray(r, dtype=np.float64), np.asarray(offset, dtype=np.float64)
    penalty = np.full(x.shape[1], ridge)
    penalty[-1] = 0.0

    def mean(b: FloatArray) -> FloatArray:
        return np.asarray(np.exp(np.clip(x @ b + offset, -9, 8)))

    def value(b: FloatArray) -> float:
        mu = mean(b)
        return float((y * np.log(mu) - (y + r) * np.log(mu + r)).sum() - 0.5 * penalty @ b**2)

    b = np.asarray(start, dtype=np.float64).copy()
    now = value(b)
    for _ in range(40):
        mu = mean(b)
        slope = x.T @ ((y - mu) / (1 + mu / r)) - penalty * b
        curve = (x * (mu / (1 + mu / r))[:, None]).T @ x + np.diag(penalty)
        step, size = np.linalg.solve(curve, slope), 1.0
        while size > 1e-4 and value(b + size * step) < now:
            size /= 2
        b = b + size * step
        after = value(b)
        if after - now < 1e-4:
            break
        now = after
    return b


def logistic(x: FloatArray, y: FloatArray, ridge: float = 20.0) -> FloatArray:
    """Coefficients b of logit p = x b; the last column of x is the constant and is not penalised.

    >>> logistic(np.ones((4, 1)), np.array([1.0, 0.0, 0.0, 0.0])).round(4).tolist()
    [-1.0986]
    """
    penalty = np.full(x.shape[1], ridge)
    penalty[-1] = 0.0
    b = np.zeros(x.shape[1])
    for _ in range(30):
        p = special.expit(np.clip(x @ b, -30, 30))
        curve = (x * (p * (1 - p))[:, None]).T @ x + np.diag(penalty) + 1e-9 * np.eye(len(b))
        step = np.linalg.solve(curve, x.T @ (y - p) - penalty * b)
        b = b + np.clip(step, -3, 3)
        if np.abs(step).max() < 1e-6:
            break
    return np.asarray(b, dtype=np.float64)


def unit_intercept(eta: FloatArray, y: FloatArray, weight: FloatArray, sd: float) -> FloatArray:
    """A shrunk intercept for each unit: the mode of its posterior under a normal prior of mean 0 and spread `sd`.

    Parameters
    ----------
    eta : (time, unit) log-odds of earlier forecasts;  y : (time, unit) what came, 0 or 1
    weight : (time,) weight of each time, e.g. fading with age
    sd : prior standard deviation, log-odds

    Returns
    -------
    (unit,) log-odds to add; 0 where there is no past

    Examples
    --------
    >>> unit_intercept(np.zeros((0, 2)), np.zeros((0, 2)), np.zeros(0), 0.5).tolist()
    [0.0, 0.0]
    """
    shift = np.zeros(eta.shape[1])
    for _ in range(4):
        p = special.expit(eta + shift)
        slope = (weight[:, None] * (y - p)).sum(axis=0) - shift / sd**2
        curve = (weight[:, None] * p * (1 - p)).sum(axis=0) + 1 / sd**2
        shift = shift + slope / curve
    return np.asarray(shift, dtype=np.float64)


def dispersion_law(mu: npt.ArrayLike, law: tuple[float, float] | list[float]) -> FloatArray:
    """Dispersion r = exp(a + b log(mu + 0.02)), kept within e**-6 .. e**6; busy cells burst less.

    >>> dispersion_law(0.98, (0.0, 1.0)).round(6).tolist()
    1.0
    """
    return np.asarray(np.exp(np.clip(law[0] + law[1] * np.log(np.asarray(mu) + 0.02), -6, 6)), dtype=np.float64)


def spread_of(y: FloatArray, mu: FloatArray) -> tuple[float, float]:
    """The dispersion law (a, b) of highest likelihood for counts `y` with means `mu`."""

    def loss(law: FloatArray) -> float:
        return -float(log_pmf(y, mu, dispersion_law(mu, (law[0], law[1]))).mean())

    best = optimize.minimize(loss, [-0.5, 0.5], method="Nelder-Mead", options={"maxiter": 80}).x
    return float(best[0]), float(best[1])
