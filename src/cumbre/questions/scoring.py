"""Scores of probabilities: plain arrays in, plain numbers out.

`p` are probabilities, `y` outcomes (1 yes, 0 no), both of shape (question,).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

__all__ = [
    "CLIP", "Difference", "Parts", "auc", "auc_interval", "brier", "calibration", "log_score", "murphy", "paired_difference", "wilson",
]  # fmt: skip

FloatArray = npt.NDArray[np.float64]

CLIP = 0.001
"""Probabilities are cut to [CLIP, 1 - CLIP] in the log score, so that one sure miss does not outweigh everything."""

_ROUNDS = 4000


class Parts(NamedTuple):
    """Murphy's parts of the Brier score: reliability (lower is better), resolution (higher is better), uncertainty."""

    reliability: float
    resolution: float
    uncertainty: float


class Difference(NamedTuple):
    """A mean difference and its 90 % bootstrap range."""

    mean: float
    low: float
    high: float


def brier(p: npt.ArrayLike, y: npt.ArrayLike) -> FloatArray:
    """Brier score (p - y)^2 of each question; 0 is perfect, 0.25 a coin.

    Brier 1950, Monthly Weather Review 78, doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2.

    >>> brier([0.8, 0.5], [1, 0]).round(2).tolist()
    [0.04, 0.25]
    """
    return np.asarray((np.asarray(p, float) - np.asarray(y, float)) ** 2)


def log_score(p: npt.ArrayLike, y: npt.ArrayLike) -> FloatArray:
    """Log score -ln(probability given to what happened), p cut to [0.001, 0.999]; 0 is perfect, 0.69 a coin.

    Good 1952, Journal of the Royal Statistical Society B 14, doi:10.1111/j.2517-6161.1952.tb00104.x.
    """
    chance = np.clip(np.asarray(p, dtype=np.float64), CLIP, 1 - CLIP)
    return np.asarray(-np.log(np.where(np.asarray(y, float) == 1, chance, 1 - chance)))


def auc(p: npt.ArrayLike, y: npt.ArrayLike) -> float:
    """Discrimination: chance that a random yes was given a higher probability than a random no; ties count half.

    Hanley, McNeil 1982, Radiology 143, doi:10.1148/radiology.143.1.7063747. nan where all outcomes are alike.

    >>> auc([0.9, 0.6, 0.4], [1, 0, 0])
    1.0
    """
    p, hit = np.asarray(p, float), np.asarray(y, float) == 1
    n1, n0 = int(hit.sum()), int((~hit).sum())
    if not n1 or not n0:
        return float("nan")
    _, place, count = np.unique(p, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(count) - (count - 1) / 2)[place]
    return float((ranks[hit].sum() - n1 * (n1 + 1) / 2) / (n1 * n0))


def auc_interval(p: npt.ArrayLike, y: npt.ArrayLike, level: float = 0.9) -> tuple[float, float]:
    """Interval of the AUC by Hanley and McNeil's standard error; (nan, nan) where it is not defined."""
    a = auc(p, y)
    if not np.isfinite(a):
        return float("nan"), float("nan")
    n1 = float(np.sum(np.asarray(y, float) == 1))
    n0 = float(np.size(np.asarray(y)) - n1)
    q1, q2 = a / (2 - a), 2 * a * a / (1 + a)
    variance = (a * (1 - a) + (n1 - 1) * (q1 - a * a) + (n0 - 1) * (q2 - a * a)) / (n1 * n0)
    half = special.ndtri(0.5 + level / 2) * np.sqrt(max(variance, 0.0))
    return float(max(a - half, 0.0)), float(min(a + half, 1.0))


def wilson(hits: int, n: int, level: float = 0.9) -> tuple[float, float]:
    """Wilson interval of a share.

    Brown, Cai, DasGupta 2001, Statistical Science 16, doi:10.1214/ss/1009213286.

    >>> tuple(round(v, 3) for v in wilson(0, 10, 0.95))
    (0.0, 0.278)
    """
    if n == 0:
        return float("nan"), float("nan")
    z = float(special.ndtri(0.5 + level / 2))
    share = hits / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * float(np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)))
    return (0.0 if hits == 0 else max(centre - half, 0.0)), (1.0 if hits == n else min(centre + half, 1.0))


def _tenth(p: FloatArray) -> npt.NDArray[np.intp]:
    # 0.3 is stored a little below 3/10; the nudge puts it where a reader expects it.
    return np.minimum((p * 10 + 1e-9).astype(np.intp), 9)


def calibration(p: npt.ArrayLike, y: npt.ArrayLike, level: float = 0.9) -> pd.DataFrame:
    """Calibration by tenth: from, to, n, mean probability, share of yes, and the Wilson interval of that share.

    Tenths without a question are left out.
    """
    p, y = np.asarray(p, float), np.asarray(y, float)
    rows = []
    for k in range(10):
        inside = _tenth(p) == k
        n = int(inside.sum())
        if n:
            hits = int(y[inside].sum())
            low, high = wilson(hits, n, level)
            rows.append((k / 10, (k + 1) / 10, n, float(p[inside].mean()), hits / n, low, high))
    return pd.DataFrame(rows, columns=["from", "to", "n", "mean_probability", "share_yes", "low", "high"])


def murphy(p: npt.ArrayLike, y: npt.ArrayLike) -> Parts:
    """Brier = reliability - resolution + uncertainty (up to the spread inside a tenth).

    Murphy 1973, Journal of Applied Meteorology 12, doi:10.1175/1520-0450(1973)012<0595:ANVPOT>2.0.CO;2.
    """
    p, y = np.asarray(p, float), np.asarray(y, float)
    base = float(y.mean())
    table = calibration(p, y)
    weight = table["n"].to_numpy(float) / len(y)
    gap = table["mean_probability"].to_numpy() - table["share_yes"].to_numpy()
    spread = table["share_yes"].to_numpy() - base
    return Parts(float(weight @ gap**2), float(weight @ spread**2), base * (1 - base))


def paired_difference(one: npt.ArrayLike, other: npt.ArrayLike, seed: int = 1) -> Difference:
    """Mean of `one - other` over questions and its 90 % bootstrap range (Efron 1979, doi:10.1214/aos/1176344552).

    Questions are drawn as if independent; questions on one election are not, so the true range is wider.
    """
    gap = np.asarray(one, float) - np.asarray(other, float)
    if not gap.size:
        return Difference(float("nan"), float("nan"), float("nan"))
    pick = np.random.default_rng(seed).integers(0, gap.size, (_ROUNDS, gap.size))
    means = gap[pick].mean(axis=1)
    return Difference(float(gap.mean()), float(np.quantile(means, 0.05)), float(np.quantile(means, 0.95)))
