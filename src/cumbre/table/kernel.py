"""Model error: a normal kernel around what a concept says, censored to the scale.

Concepts name points; outcomes scatter around them. The kernel's standard deviation is fitted on decided issues (priors). Without
it intervals are too narrow: the final intervals of a published challenge model cover 6 % of outcomes where 80 % is meant.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from cumbre.table.bargain import Array

__all__ = ["LEVELS", "mixture_mean", "mixture_quantiles", "smear"]

LEVELS: Array = np.arange(1, 40) / 40
"""The 39 quantile levels of a forecast file, 0.025 to 0.975."""


def mixture_quantiles(atoms: Array, chances: Array, sd: float | Array, levels: Array = LEVELS) -> Array:
    """Quantiles of sum_j p_j Normal(a_j, sd) censored to [0, 1]; atoms, chances (..., atom); returns (..., level).

    >>> mixture_quantiles(np.array([0.5]), np.array([1.0]), 0.1, np.array([0.5])).round(6).tolist()
    [0.5]
    """
    spread = np.maximum(np.asarray(sd, np.float64), 1e-9)[..., None, None]
    a, p = atoms[..., None, :], chances[..., None, :]
    shape = (*atoms.shape[:-1], len(levels))
    low, high = np.full(shape, -1e-9), np.full(shape, 1 + 1e-9)
    for _ in range(44):
        mid = 0.5 * (low + high)
        under = (p * special.ndtr((mid[..., None] - a) / spread)).sum(-1) < levels
        low, high = np.where(under, mid, low), np.where(under, high, mid)
    return np.asarray(np.maximum.accumulate(np.clip(0.5 * (low + high), 0.0, 1.0), axis=-1))


def mixture_mean(atoms: Array, chances: Array, sd: float | Array) -> Array:
    """Mean of the same censored mixture: E clip(a + sd e, 0, 1) in closed form; returns (...,).

    >>> float(mixture_mean(np.array([0.0]), np.array([1.0]), 0.1).round(6))
    0.039894
    """
    spread = np.maximum(np.asarray(sd, np.float64), 1e-9)[..., None]
    l, h = (0.0 - atoms) / spread, (1.0 - atoms) / spread  # noqa: E741

    def phi(t: Array) -> Array:
        return np.asarray(np.exp(-0.5 * t * t) / np.sqrt(2 * np.pi))

    inside = special.ndtr(h) - special.ndtr(l)
    mean = atoms * inside + spread * (phi(l) - phi(h)) + special.ndtr(-h)
    return np.asarray((chances * mean).sum(-1))


def smear(z: Array, noise: Array, sd: float) -> Array:
    """A settlement with model error: clip(z + sd e, 0, 1), `noise` standard normal of the same shape."""
    return np.asarray(np.clip(z + np.asarray(sd, z.dtype) * noise, 0, 1))
