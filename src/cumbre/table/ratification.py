"""Two levels: what a side can get past its own people, and what that does to the split and to the chance of a deal.

Sources: Putnam 1988, doi:10.1017/S0020818300027697; Iida 1993, doi:10.1177/0022002793037003001, and 1996,
doi:10.1007/BF00124341; Mo 1995, doi:10.2307/2082517; Milner & Rosendorff 1997, doi:10.1177/0022002797041001006; Tarar 2001,
doi:10.1177/0022002701045003004; Fearon 1994, doi:10.2307/2944796; Chatterjee & Samuelson 1983, doi:10.1287/opre.31.5.835.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

from cumbre.table.bargain import Array

__all__ = [
    "audience_cost_needed", "constrained_split", "leader_utility", "offer_under_ratification", "overlap_chance", "private_trade_chance",
    "ratified", "winset_ratification",
]  # fmt: skip


def overlap_chance(mean_a: npt.ArrayLike, sd_a: npt.ArrayLike, mean_b: npt.ArrayLike, sd_b: npt.ArrayLike) -> Array:
    """P(a <= b) of two normal bounds: Phi((m_b - m_a) / sqrt(s_a^2 + s_b^2)), the chance that two win-sets overlap.

    >>> round(float(overlap_chance(40, 10, 50, 10)), 6)
    0.76025
    """
    m = np.asarray(mean_b, np.float64) - np.asarray(mean_a, np.float64)
    return np.asarray(special.ndtr(m / np.sqrt(np.asarray(sd_a, np.float64) ** 2 + np.asarray(sd_b, np.float64) ** 2)))


def offer_under_ratification(low: float, high: float, cost: float = 0.0) -> tuple[float, float]:
    """Best offer to a ratifier whose reservation is uniform on [low, high], and its chance: max F(x)(1 - x + C) - C.

    >>> offer_under_ratification(0.0, 1.0)
    (0.5, 0.5)
    """
    x = float(np.clip((1 + cost + low) / 2, low, high))
    return x, float(np.clip((x - low) / (high - low), 0, 1)) if high > low else 1.0


def constrained_split(x: npt.ArrayLike, low: npt.ArrayLike, high: npt.ArrayLike) -> tuple[Array, npt.NDArray[np.bool_]]:
    """Clip an unconstrained split into the overlap [low, high] of the win-sets; second value: whether there is one.

    Schelling's conjecture: a constraint on one side helps that side as long as the overlap is not empty.

    >>> split, agreed = constrained_split(0.5, 0.65, 0.9)
    >>> float(split), bool(agreed)
    (0.65, True)
    """
    x, low, high = np.asarray(x, np.float64), np.asarray(low, np.float64), np.asarray(high, np.float64)
    agreed = low <= high
    return np.where(agreed, np.minimum(np.maximum(x, low), high), np.nan), np.asarray(agreed)


def audience_cost_needed(p: npt.ArrayLike, cost: npt.ArrayLike) -> Array:
    """Smallest audience cost that makes a threat credible: fighting pays p - c, backing down pays -a, so a* = max(0, c - p).

    >>> round(float(audience_cost_needed(0.4, 0.55)), 6)
    0.15
    """
    return np.maximum(0.0, np.asarray(cost, np.float64) - np.asarray(p, np.float64))


def private_trade_chance(gap: float = 0.25) -> float:
    """Chance of trade between values uniform on [0, 1] where the buyer must exceed the seller by `gap`: (1 - gap)^2 / 2.

    With the gap of 1/4 that the linear equilibrium needs this is 9/32, although gains exist in half of all cases.

    >>> private_trade_chance()
    0.28125
    """
    return (1 - gap) ** 2 / 2


def winset_ratification(gain: Array, steepness: Array | float) -> Array:
    """Chance that a side's ratifier consents: 1 / (1 + exp(-(V(z) - V(q)) / k)); arguments broadcast."""
    return np.asarray(special.expit(gain / np.maximum(steepness, 1e-9)))


def ratified(support: Array, threshold: Array, veto: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Whether a deal is ratified: every veto player consents, and at least half of the others.

    support, threshold (world, ratifier), veto (ratifier,); returns (world,). Without ratifiers a signature is enough.

    >>> ratified(np.array([[0.6, 0.4]]), np.array([[0.5, 0.5]]), np.array([True, False])).tolist()
    [False]
    """
    if support.shape[1] == 0:
        return np.ones(len(support), dtype=bool)
    consent = support >= threshold
    free = ~veto
    holds = consent[:, veto].all(1)
    return np.asarray(holds & (2 * consent[:, free].sum(1) >= free.sum()))


def leader_utility(
    state: Array, own: Array, vote: Array, promised: Array, delivered: Array, *, votes_worth: float, audience_cost: Array | float
) -> Array:
    """What a leader gets: u = state + own + e dVote - A max(0, promised - delivered); arguments (world,)."""
    return np.asarray(state + own + votes_worth * vote - audience_cost * np.maximum(0.0, promised - delivered))
