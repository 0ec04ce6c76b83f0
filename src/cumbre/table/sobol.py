"""Variance shares: which inputs, alone and together with others, make an output uncertain.

First-order share S_i = Var(E[y | x_i]) / Var(y); total share T_i = 1 - Var(E[y | all but x_i]) / Var(y). Inputs may be groups of
columns. Estimators: Saltelli et al. 2010 (first order) and Jansen 1999 (total), doi:10.1016/j.cpc.2009.09.018, on a design of
N (d + 2) worlds; and a given-data estimate by bins with a bias correction (Plischke 2010, doi:10.1016/j.ress.2009.11.011), which
needs no further worlds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Shares", "first_order_by_bins", "sobol_shares", "variance_shares"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Shares:
    """First-order and total share of each group, with a standard error from the worlds; `variance` of the output."""

    first: Mapping[str, float]
    total: Mapping[str, float]
    error: Mapping[str, float]
    variance: float
    runs: int


def variance_shares(y_a: Array, y_b: Array, y_mixed: Mapping[str, Array]) -> Shares:
    """Shares from outputs of design A, design B, and of A with one group of columns taken from B.

    y_a, y_b (n,); y_mixed group -> (n,). S = mean(y_B (y_AB - y_A)) / V, T = mean((y_A - y_AB)^2) / (2 V).
    """
    both = np.concatenate([y_a, y_b])
    centre, variance = float(both.mean()), float(both.var())
    first, total, error = {}, {}, {}
    for name, y in y_mixed.items():
        if variance <= 0:
            first[name], total[name], error[name] = 0.0, 0.0, 0.0
            continue
        one = (y_b - centre) * (y - y_a) / variance
        two = 0.5 * (y_a - y) ** 2 / variance
        first[name], total[name] = float(one.mean()), float(two.mean())
        error[name] = float(two.std() / np.sqrt(len(two)))
    return Shares(first, total, error, variance, len(y_a) * (2 + len(y_mixed)))


def sobol_shares(model: Callable[[Array], Array], groups: Mapping[str, list[int]], *, draws: int = 4096, seed: int = 1) -> Shares:
    """Shares of a function of uniforms; model maps (n, d) in [0, 1) to (n,); groups name columns.

    >>> shares = sobol_shares(lambda u: 3 * u[:, 0] + u[:, 1], {"a": [0], "b": [1]}, draws=1024)
    >>> round(shares.total["a"], 1), round(shares.total["b"], 1)
    (0.9, 0.1)
    """
    d = 1 + max(c for columns in groups.values() for c in columns)
    from scipy.stats import qmc  # here, because it takes longer to load than all the rest

    points = qmc.Sobol(2 * d, scramble=True, rng=np.random.default_rng(seed)).random(draws)
    a, b = points[:, :d], points[:, d:]
    mixed: dict[str, Array] = {}
    for name, columns in groups.items():
        change = a.copy()
        change[:, columns] = b[:, columns]
        mixed[name] = model(change)
    return variance_shares(model(a), model(b), mixed)


def first_order_by_bins(x: npt.NDArray[Any], y: npt.NDArray[Any], bins: int = 50) -> float:
    """First-order share of one input from worlds at hand: variance of bin means over variance, corrected for noise of the means.

    x, y (n,); x may take few values, then each value is a bin.

    >>> rng = np.random.default_rng(1); x = rng.random(20000)
    >>> round(first_order_by_bins(x, x), 2)
    1.0
    """
    x, y = np.asarray(x, np.float64), np.asarray(y, np.float64)
    variance = y.var()
    if variance <= 0 or len(y) < 4:
        return 0.0
    values = np.unique(x)
    if len(values) <= bins:
        codes = np.searchsorted(values, x)
    else:
        codes = np.searchsorted(np.quantile(x, np.linspace(0, 1, bins + 1)[1:-1]), x, side="right")
    size = np.bincount(codes)
    used = size > 1
    mean = np.bincount(codes, y) / np.maximum(size, 1)
    square = np.bincount(codes, y * y) / np.maximum(size, 1)
    inside = np.maximum(square - mean**2, 0) * size / np.maximum(size - 1, 1)
    weight = size[used] / size[used].sum()
    between = float((weight * (mean[used] - (weight * mean[used]).sum()) ** 2).sum())
    noise = float((weight * inside[used] / size[used]).sum())
    return float(np.clip((between - noise) / variance, 0.0, 1.0))
