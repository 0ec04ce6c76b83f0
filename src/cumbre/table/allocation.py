"""Two parties dividing whole units of several goods: all allocations, the fair ones, and the chance that talks break down.

Share of each side under Kalai-Smorodinsky, which predicts human splits better than the Nash product; and the logit of a deal on
n = sqrt(best Nash product), both sides' gains divided by their own best. Breakdown must be possible even where gains exist:
with private values an efficient trade needs a gap (Chatterjee & Samuelson 1983, doi:10.1287/opre.31.5.835).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from cumbre.table.bargain import Array
from cumbre.table.kalai import lexicographic

__all__ = ["Division", "deal_chance", "divide"]


@dataclass(frozen=True)
class Division:
    """What the rule gives each side as a share of its own maximum, and what could be gained.

    nash        sqrt of the best product of gains, each over its own maximum, 0-1
    surplus     best sum of the two gains, each over its own maximum, 0-2
    similarity  cosine of the two sides' values of the goods, 0-1: 1 = both want the same things
    """

    share_a: float
    share_b: float
    nash: float
    surplus: float
    similarity: float


def divide(quantity: Array, value_a: Array, value_b: Array, disagreement: tuple[float, float] = (0.0, 0.0)) -> Division:
    """Kalai-Smorodinsky (largest smallest share of ideal gains) over all integer allocations, ties averaged.

    quantity, value_a, value_b (good,); disagreement in points.

    >>> d = divide(np.array([1, 3, 2]), np.array([6.0, 0.0, 2.0]), np.array([2.0, 2.0, 1.0]))
    >>> round(d.share_a, 3), round(d.share_b, 3)
    (0.8, 0.7)
    """
    q = np.maximum(np.asarray(quantity, np.int64), 0)
    a, b = np.asarray(value_a, np.float64), np.asarray(value_b, np.float64)
    grids = np.meshgrid(*[np.arange(n + 1) for n in q], indexing="ij")
    taken = np.stack([g.ravel() for g in grids], axis=1)
    u = np.stack([taken @ a, (q - taken) @ b], axis=1)
    best = np.array([float(q @ a), float(q @ b)])
    best = np.where(best > 0, best, 1.0)
    d = np.asarray(disagreement, np.float64)
    room = np.maximum(best - d, 1e-12)
    gains = (u - d) / room
    fair = np.asarray((gains >= -1e-12).all(1))
    pool = np.where(fair[:, None], gains, gains.min() - 1.0) if fair.any() else gains
    # gains are measured against a side's own maximum, as people do, and not against what the other's threat leaves of it;
    # whole units leave ties for the worst-off, which people do not resolve for the better-off alone: all of them count alike
    chance = lexicographic(pool, depth=1)
    share = chance @ (u / best)
    product = np.maximum(gains[:, 0], 0) * np.maximum(gains[:, 1], 0)
    norm = float(np.linalg.norm(q * a) * np.linalg.norm(q * b))
    return Division(
        float(share[0]), float(share[1]), float(np.sqrt(product.max())), float(gains.sum(1).max()),
        float((q * a) @ (q * b) / norm) if norm > 0 else 0.0,
    )  # fmt: skip


def deal_chance(features: Array, intercept: float, slopes: Array) -> Array:
    """P(deal) = 1 / (1 + exp(-(a + b . features))); features (..., feature)."""
    return np.asarray(special.expit(intercept + features @ np.asarray(slopes, np.float64)))
