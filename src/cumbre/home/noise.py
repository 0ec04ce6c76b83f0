"""How far two polls by one house differ when nothing happens: sampling, the house's own wobble, and drift between them.

Variance of the change, in square points:

    v = deff * 1e4 * [p (1 - p) / n_before + p (1 - p) / n_after] + wobble + drift * gap_days

deff 1.4 is the usual design effect of weighted polls (judged); wobble 2.2 and drift 0.186 a day are medians over 32 leader
series of Gallup, Ifop, Kantar and Levada with windows that hold a listed event removed (estimated).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["DESIGN_EFFECT", "DRIFT", "GAP_UNKNOWN", "SAMPLE_UNKNOWN", "WOBBLE", "change_variance", "sampling_variance"]

FloatArray = npt.NDArray[np.float64]

DESIGN_EFFECT = 1.4
WOBBLE = 2.2
"""Square points of a difference of two polls of one house, beyond sampling."""
DRIFT = 0.186
"""Square points a day by which the level wanders in quiet times."""
SAMPLE_UNKNOWN = 1000.0
GAP_UNKNOWN = 45.0


def sampling_variance(share: npt.ArrayLike, sample_size: npt.ArrayLike) -> FloatArray:
    """Variance of one poll's figure, square points; `share` in per cent, unknown sizes (nan) count as 1,000.

    Shares are cut to 5-95 and sizes to 100-5,000: beyond them the sampling formula promises more than polls keep.

    >>> sampling_variance(50.0, 1000).round(2).item()
    3.5
    """
    p = np.clip(np.nan_to_num(np.asarray(share, float), nan=50.0), 5, 95) / 100
    n = np.clip(np.nan_to_num(np.asarray(sample_size, float), nan=SAMPLE_UNKNOWN), 100, 5000)
    return np.asarray(DESIGN_EFFECT * 1e4 * p * (1 - p) / n, dtype=np.float64)


def change_variance(before: npt.ArrayLike, sample_size: npt.ArrayLike, gap_days: npt.ArrayLike) -> FloatArray:
    """Quiet-time variance of after minus before, square points; arguments broadcast.

    Only the earlier share is used, for the later one is what a forecast does not know. Gaps are cut to 3-120 days, unknown
    ones (nan) count as 45.

    >>> change_variance(50.0, 1000, 28).round(2).item()
    14.41
    """
    gap = np.clip(np.nan_to_num(np.asarray(gap_days, float), nan=GAP_UNKNOWN), 3, 120)
    return np.asarray(2 * sampling_variance(before, sample_size) + WOBBLE + DRIFT * gap, dtype=np.float64)
