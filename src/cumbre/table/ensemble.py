"""One issue, many actors: the shipped mixture of concepts as one predictive distribution.

A probabilistic Condorcet election with quadratic utility (its Markov version) leads; the compromise, Nash with far disagreement
and a challenge model join with small weights; a censored normal kernel carries the rest. The election's lottery over exact
positions supplies the spikes that decided issues show: outcomes are often somebody's exact position.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cumbre.table.bargain import Array, Bargain, Concept, single
from cumbre.table.challenge import settle_challenge
from cumbre.table.election import election, settle_election, settle_favourite
from cumbre.table.exchange import settle_exchange
from cumbre.table.kalai import settle_egalitarian, settle_kalai
from cumbre.table.kernel import LEVELS, mixture_mean, mixture_quantiles
from cumbre.table.mean import settle_mean, settle_median, weighted_mean
from cumbre.table.nash import settle_nash, settle_nash_bare

__all__ = ["CONCEPTS", "IssueForecast", "components", "forecast_issue"]

CONCEPTS: Mapping[str, Concept] = {
    "compromise": settle_mean,
    "median": settle_median,
    "nash": settle_nash,
    "nash_bare": settle_nash_bare,
    "kalai_smorodinsky": settle_kalai,
    "egalitarian": settle_egalitarian,
    "election": settle_election,
    "favourite": settle_favourite,
    "challenge": settle_challenge,
    "exchange": settle_exchange,
}
"""Every many-actor concept by name, behind one interface."""


@dataclass(frozen=True)
class IssueForecast:
    """Mean and quantiles of one issue on its own scale."""

    mean: float
    quantiles: npt.NDArray[np.float64]
    levels: npt.NDArray[np.float64]


def components(position: Array, salience: Array, capability: Array, names: tuple[str, ...]) -> dict[str, tuple[Array, Array]]:
    """Points and chances of each named concept on one issue, 0-1; the election gives many points, the others one."""
    b: Bargain = single(position, salience, capability, cost=1.5)
    found: dict[str, tuple[Array, Array]] = {}
    for name in names:
        if name in ("election", "favourite"):
            options, p = election(b.position[0], b.weight[0], power=2, markov=name == "favourite")
            found[name] = (options[0], p[0])
        else:
            found[name] = (CONCEPTS[name](b)[0], np.ones(1))
    return found


def forecast_issue(
    position: npt.ArrayLike,
    salience: npt.ArrayLike,
    capability: npt.ArrayLike,
    *,
    low: float,
    high: float,
    priors: Mapping[str, Any],
    levels: Array = LEVELS,
) -> IssueForecast:
    """The shipped mixture for one issue on the scale low..high.

    Missing salience (nan) takes the issue's mean, missing capability the mean; a blank position is an absent actor. Without any
    actor the forecast is flat over the scale. `priors` holds `weights` (concept -> weight) and `kernel_sd` (share of the scale).

    >>> f = forecast_issue([0, 10], [50, 50], [1, 1], low=0, high=10, priors={"weights": {"compromise": 1.0}, "kernel_sd": 0.1})
    >>> round(f.mean, 6), round(float(f.quantiles[19]), 6)
    (5.0, 5.0)
    """
    x = np.asarray(position, np.float64)
    here = ~np.isnan(x)
    s, c = (np.broadcast_to(np.asarray(v, np.float64), x.shape)[here] for v in (salience, capability))
    span = high - low if high > low else 1.0
    x = np.clip((x[here] - low) / span, 0, 1)
    if x.size == 0:
        grid = low + span * np.asarray(levels, np.float64)
        return IssueForecast(low + span / 2, grid, np.asarray(levels, np.float64))
    s = np.nan_to_num(s, nan=float(np.nanmean(s)) if not np.isnan(s).all() else 1.0)
    c = np.nan_to_num(c, nan=float(np.nanmean(c)) if not np.isnan(c).all() else 1.0)
    s, c = np.maximum(s, 0), np.maximum(c, 0)
    s = s / s.max() if s.max() > 0 else np.ones_like(s)
    c = c / c.max() if c.max() > 0 else np.ones_like(c)
    if (s * c).sum() <= 0:
        c = np.ones_like(c)
    weights = {k: float(v) for k, v in priors["weights"].items() if float(v) > 0}
    parts = components(x, s, c, tuple(weights))
    atoms = np.concatenate([parts[k][0] for k in weights])
    chances = np.concatenate([weights[k] * parts[k][1] for k in weights])
    chances = chances / chances.sum()
    centre = float(weighted_mean(x, s * c))
    atoms = np.where(np.isfinite(atoms), atoms, centre)
    sd = float(priors["kernel_sd"])
    return IssueForecast(
        low + span * float(mixture_mean(atoms, chances, sd)),
        np.asarray(low + span * mixture_quantiles(atoms, chances, sd, levels), np.float64),
        np.asarray(levels, np.float64),
    )
