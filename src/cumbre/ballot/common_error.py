"""The error that all houses of one election share, learned across elections.

The result differs from the poll average by much more than sampling error, and most of the difference is common to every house. Its
size on the log scale of option k is

    s_k = exp(a + b log((h + 2) / 9) + c_u log((1 + u) / 4) + c_d log(d / 0.07) + country) (max(p_k, 0.05) / 0.2)^(-g / 2)

with h days to the vote, p_k the polled share, u the undecided (per cent), d the spread between houses, `country` a shrunken
effect, and errors drawn as s_k times a Student t with nu degrees of freedom, independent on the utility scale. After closure
this is the full covariance across candidates: with g = 1 and small s it is proportional to diag(p) - pp', so whoever is over-polled
feeds the others in proportion. The spread is shrunk to 0.07 by two pseudo-houses, so that one house alone says nothing about it.

The parameters maximise the Student-t likelihood of logit(result) - logit(poll) over candidates polled at 3 % or more, each
election at each horizon weighted alike, with normal penalties (in `PRIOR`) that a few dozen elections can move.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from cumbre.ballot.logratio import shares

__all__ = ["CommonError", "Residuals", "centre", "error_scale", "fit_common_error", "pooled_spread"]

FloatArray = npt.NDArray[np.float64]

SPREAD = 0.07
"""Typical spread between houses, sd / sqrt(p (1 - p)); the value that two pseudo-houses report."""

LEAST = 0.05
"""Polled share under which the scale grows no more: candidates polled at 1-3 % miss by no larger factor than those at 5 % (selected:
at 0.03 the 50 % interval of candidates at 2-3 % covered 0.70)."""

FEW = 4.0
"""Independent residuals that one election is worth at all horizons together (candidates and horizons repeat each other)."""

COUNTRY_SD = 0.4
"""Prior standard deviation of the country effect on the log of the scale."""

PRIOR: dict[str, tuple[float, float]] = {
    "level": (-1.6, 0.5), "horizon": (0.2, 0.15), "share_power": (1.0, 0.2), "log_df": (1.0, 0.5), "undecided": (0.0, 0.15),
    "spread": (0.0, 0.3),
}  # fmt: skip
"""Mean and standard deviation of the penalty on each parameter (judged, weak)."""


@dataclass(frozen=True)
class CommonError:
    """Parameters of the common error; `country` holds effects on log s by country code (lower case, two letters)."""

    level: float
    horizon: float
    share_power: float
    log_df: float
    undecided: float
    spread: float
    country: dict[str, float] = field(default_factory=dict)

    @property
    def df(self) -> float:
        """Degrees of freedom of the Student t, above 2."""
        return float(2.0 + np.exp(self.log_df))

    def as_dict(self) -> dict[str, Any]:
        """Plain values for the prior file."""
        return asdict(self)


@dataclass(frozen=True)
class Residuals:
    """One election at one horizon, for learning.

    election, country ids; days to the vote; share (option,) polled; variance (option,) of the utility from the filter; scored
    indices of options with a result, result (scored,) 0-1; undecided per cent; spread of houses.
    """

    election: str
    country: str
    days: float
    share: FloatArray
    variance: FloatArray
    scored: npt.NDArray[np.int64]
    result: FloatArray
    undecided: float
    spread: float
    weight: float = 1.0


def pooled_spread(table: FloatArray) -> float:
    """Spread between houses, sd / sqrt(p (1 - p)) pooled over options, shrunk to SPREAD by two pseudo-houses.

    table (house, option): closed shares, nan where a house does not list the option.

    >>> pooled_spread(np.array([[0.5, 0.5]]))
    0.07
    """
    houses = np.isfinite(table).sum(axis=0)
    enough = houses >= 2
    if not enough.any():
        return SPREAD
    part = table[:, enough]
    mean = np.nanmean(part, axis=0)
    big = mean >= 0.03
    if not big.any():
        return SPREAD
    ratio = np.nanvar(part[:, big], axis=0, ddof=1) / (mean[big] * (1 - mean[big]))
    free = float(np.mean(houses[enough][big] - 1))
    return float(np.sqrt((2 * SPREAD**2 + free * ratio.mean()) / (2 + free)))


def error_scale(model: CommonError, share: FloatArray, days: float, undecided: float, spread: float, country: str) -> FloatArray:
    """Scale of the Student-t error of every option's utility, shape (option,).

    >>> m = CommonError(-1.6, 0.2, 1.0, 1.0, 0.0, 0.0)
    >>> bool(error_scale(m, np.array([0.2]), 7.0, 3.0, 0.07, "xx").round(4) == np.exp(-1.6).round(4))
    True
    """
    log = (
        model.level + model.horizon * np.log((max(days, 0.0) + 2.0) / 9.0) + model.undecided * np.log((1.0 + undecided) / 4.0)
        + model.spread * np.log(spread / SPREAD) + model.country.get(country, 0.0)
    )  # fmt: skip
    return np.asarray(np.exp(log) * (np.maximum(share, LEAST) / 0.2) ** (-model.share_power / 2))


def centre(share: FloatArray, error: FloatArray, rounds: int = 6) -> FloatArray:
    """Utilities whose shares, after adding `error`, have mean `share`.

    Closure of a wide error favours the small; without this the forecast would drift towards equal shares. error (point, option)
    is a fixed set of quasi-random errors, so the result is deterministic.

    >>> u = centre(np.array([0.6, 0.4]), np.zeros((8, 2)))
    >>> shares(u).round(6).tolist()
    [0.6, 0.4]
    """
    target = np.maximum(share, 1e-6)
    u = np.log(target)
    for _ in range(rounds):
        mean = shares(u + error).mean(axis=0)
        u = u + np.log(target / np.maximum(mean, 1e-12))
    return np.asarray(u - u.mean(), dtype=np.float64)


_NAMES = tuple(PRIOR)


def _pack(cells: Sequence[Residuals]) -> dict[str, FloatArray]:
    """Rows of all scored candidates, padded over options, ready for vector arithmetic."""
    width = max(len(c.share) for c in cells)
    rows: dict[str, list[Any]] = {k: [] for k in ("r", "p", "w2", "v0", "days", "u", "d", "cell", "wt")}
    for number, c in enumerate(cells):
        p = np.zeros(width)
        p[: len(c.share)] = c.share
        v = np.zeros(width)
        v[: len(c.share)] = c.variance
        for i, y in zip(c.scored, c.result, strict=True):
            w2 = (p / (1 - p[i])) ** 2
            w2[i] = 1.0
            rows["r"].append(special.logit(min(max(y, 1e-3), 1 - 1e-3)) - special.logit(min(max(p[i], 1e-3), 1 - 1e-3)))
            rows["p"].append(np.maximum(p, LEAST))
            rows["w2"].append(w2 * (p > 0))
            rows["v0"].append(v)
            rows["days"].append(c.days)
            rows["u"].append(c.undecided)
            rows["d"].append(c.spread)
            rows["cell"].append(number)
            rows["wt"].append(c.weight / len(c.scored))
    return {k: np.asarray(v, float) for k, v in rows.items()}


def fit_common_error(cells: Sequence[Residuals]) -> CommonError:
    """Penalised maximum likelihood over all cells; every election counts as FEW independent residuals. No cell: the prior means."""
    from scipy import optimize

    cells = [c for c in cells if len(c.scored)]
    if not cells:
        level, horizon, power, log_df, undecided, spread = (mean for mean, _ in PRIOR.values())
        return CommonError(level, horizon, power, log_df, undecided, spread)
    rows = _pack(cells)
    index = rows["cell"].astype(int)
    elections = [c.election for c in cells]
    per = {e: elections.count(e) for e in set(elections)}
    weight = rows["wt"] * np.array([FEW / per[elections[i]] for i in index])
    countries = sorted({c.country for c in cells})
    where = np.array([countries.index(cells[i].country) for i in index])
    mean = np.array([PRIOR[k][0] for k in _NAMES])
    sd = np.array([PRIOR[k][1] for k in _NAMES])
    log_h = np.log((rows["days"] + 2) / 9)
    log_u, log_d = np.log((1 + rows["u"]) / 4), np.log(rows["d"] / SPREAD)
    log_p = np.log(rows["p"] / 0.2)
    fixed = (rows["w2"] * rows["v0"]).sum(axis=1)

    def loss(x: FloatArray) -> float:
        level, horizon, power, log_df, c_u, c_d = x[:6]
        effect = x[6:]
        log_s = level + horizon * log_h + c_u * log_u + c_d * log_d + effect[where]
        variance = np.exp(2 * log_s) * (rows["w2"] * np.exp(-power * log_p)).sum(axis=1) + fixed
        df = 2 + np.exp(log_df)
        density = (
            special.gammaln((df + 1) / 2) - special.gammaln(df / 2) - 0.5 * np.log(df * np.pi * variance)
            - (df + 1) / 2 * np.log1p(rows["r"] ** 2 / variance / df)
        )  # fmt: skip
        penalty = 0.5 * (((x[:6] - mean) / sd) ** 2).sum() + 0.5 * ((effect / COUNTRY_SD) ** 2).sum()
        return float(penalty - (weight * density).sum())

    start = np.r_[mean, np.zeros(len(countries))]
    found = optimize.minimize(loss, start, method="L-BFGS-B", bounds=[(-6, 3)] * len(start))
    x = found.x
    level, horizon, power, log_df, undecided, spread = (float(v) for v in x[:6])
    effects = {c: float(x[6 + i]) for i, c in enumerate(countries)}
    return CommonError(level, horizon, power, log_df, undecided, spread, effects)
