"""Fitting of the shipped numbers: mixture weights and kernel from decided issues, the breakdown logit from dyads that bargained.

Pure functions of arrays. The mixture is chosen on a grid by the mean CRPS of 39 quantiles, with a Dirichlet-shaped pull towards
the starting weights, among settings whose 80 % interval covers within four points of 80 %: sharp, subject to calibration
(Gneiting, Balabdaoui & Raftery 2007, doi:10.1111/j.1467-9868.2007.00587.x).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import optimize

from cumbre.table.bargain import Array
from cumbre.table.kernel import LEVELS, mixture_mean, mixture_quantiles

__all__ = ["GRID_NAMES", "MixtureGrid", "choose", "crps", "fit_logit", "mixture_grid"]

GRID_NAMES = ("favourite", "compromise", "nash", "challenge")
_START = np.array([0.70, 0.15, 0.10, 0.05])
_PULL = 1.0
"""CRPS points a unit of Kullback-Leibler distance from the starting weights costs; settings the data cannot tell apart stay near."""

_SDS = (0.13, 0.15, 0.16, 0.17, 0.18, 0.20, 0.22)


def crps(quantiles: Array, truth: Array) -> Array:
    """Twice the mean pinball loss over the 39 levels, (...,); quantiles (..., 39), truth (...,).

    >>> round(float(crps(np.full((1, 39), 2.0), np.array([5.0]))[0]), 9)
    3.0
    """
    gap = truth[..., None] - quantiles
    return np.asarray(2 * np.mean((LEVELS - (gap < 0)) * gap, axis=-1))


@dataclass(frozen=True)
class MixtureGrid:
    """Scores of every setting on every issue: weights (setting, concept), sd (setting,), and (setting, issue) scores in per cent."""

    weights: npt.NDArray[np.float64]
    sd: npt.NDArray[np.float64]
    crps: npt.NDArray[np.float64]
    error: npt.NDArray[np.float64]
    hit80: npt.NDArray[np.bool_]
    width80: npt.NDArray[np.float64]


def mixture_grid(parts: Sequence[dict[str, tuple[Array, Array]]], truth: Array) -> MixtureGrid:
    """Score all settings; `parts` from `ensemble.components` an issue, `truth` (issue,) on 0-1."""
    atoms, chances = {}, {}
    for name in GRID_NAMES:
        size = max(len(p[name][0]) for p in parts)
        atoms[name], chances[name] = np.zeros((len(parts), size)), np.zeros((len(parts), size))
        for row, p in enumerate(parts):
            a, c = p[name]
            atoms[name][row, : len(a)], chances[name][row, : len(c)] = a, c
    shares = [
        (f, c, n, max(round(1 - f - c - n, 10), 0.0))
        for f, c, n in itertools.product(
            (0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.9), (0.05, 0.1, 0.15, 0.2, 0.25, 0.3), (0.0, 0.05, 0.1)
        )
        if -1e-9 <= 1 - f - c - n <= 0.1001
    ]
    everything = np.concatenate([atoms[n] for n in GRID_NAMES], 1)
    rows: list[tuple[npt.NDArray[Any], ...]] = []
    for share, sd in itertools.product(shares, _SDS):
        law = np.concatenate([w * chances[n] for w, n in zip(share, GRID_NAMES, strict=True)], 1)
        q = mixture_quantiles(everything, law, sd)
        mean = mixture_mean(everything, law, sd)
        rows.append(
            (np.array(share), np.array(sd), 100 * crps(q, truth), 100 * np.abs(mean - truth),
             (q[:, 3] <= truth) & (truth <= q[:, 35]), 100 * (q[:, 35] - q[:, 3]))
        )  # fmt: skip
    stacked = [np.stack(column) for column in zip(*rows, strict=True)]
    return MixtureGrid(stacked[0], stacked[1], stacked[2], stacked[3], stacked[4].astype(bool), stacked[5])


def choose(grid: MixtureGrid, use: npt.NDArray[np.bool_]) -> int:
    """Index of the setting to ship, judged on the issues in `use` only."""
    w = np.maximum(grid.weights, 1e-3)
    distance = (w * np.log(w / _START)).sum(1)
    cover = grid.hit80[:, use].mean(1)
    off = np.maximum(0.0, np.abs(cover - 0.80) - 0.04)
    return int(np.argmin(grid.crps[:, use].mean(1) + _PULL * distance + 20 * off))


def fit_logit(features: Array, outcome: Array, ridge: float = 0.01, centre: Array | None = None) -> tuple[float, Array]:
    """Logistic regression with a ridge on the slopes; returns intercept and slopes. features (row, feature), outcome 0 or 1."""
    x, y = np.asarray(features, np.float64), np.asarray(outcome, np.float64)
    prior = np.zeros(x.shape[1]) if centre is None else centre

    def cost(beta: Array) -> tuple[float, Array]:
        eta = beta[0] + x @ beta[1:]
        p = 1 / (1 + np.exp(-np.clip(eta, -40, 40)))
        value = float((np.logaddexp(0, eta) - y * eta).sum() + ridge * ((beta[1:] - prior) ** 2).sum())
        slope = x.T @ (p - y) + 2 * ridge * (beta[1:] - prior)
        return value, np.concatenate([[float((p - y).sum())], slope])

    found = optimize.minimize(cost, np.zeros(1 + x.shape[1]), jac=True, method="BFGS")
    return float(found.x[0]), np.asarray(found.x[1:], dtype=np.float64)
