"""How long a shock lasts: half-life from rows that were polled again.

With theta ~ N(m, tau^2) the effect seen by the first wave after the event, and polls d_k days after that wave (d_1 = 0), the
changes since the earlier wave are

    z_k ~ N(m g(d_k), tau^2 g(d_k) g(d_l) + drift * min(gap_k, gap_l) + c + [k = l] c),   g(d) = 0.5^(d / half)

where c is the noise of one poll. The likelihood is profiled over a grid of half-lives (generalised least squares with drift in
the covariance). Decay is counted from the first wave and not from the event because the library's m and tau describe what first
waves saw; counting from the event asks a short half-life to answer for a smaller first change too, and favours endless ones.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from cumbre.home.noise import DRIFT, WOBBLE, sampling_variance

__all__ = ["HALF_LIVES", "decay_log_likelihood", "summary_of_decay"]

FloatArray = npt.NDArray[np.float64]

HALF_LIVES = np.array([7.0, 10, 14, 18, 21, 28, 35, 42, 56, 70, 84, 112, 168, 252, 504])
"""Days; the last stands for "no decay within the time that anyone polled"."""


def decay_log_likelihood(data: pd.DataFrame, centre: FloatArray, spread: FloatArray, degrees: float | None = None) -> FloatArray:
    """Log likelihood of each half-life, shape (half_life,); every shock weighs 1, split over its rows.

    `data` are tidy rows (usable ones are used), `centre` and `spread` (row,) the model's mean and sd of each row's true effect.
    `degrees` makes it a multivariate Student t, which keeps a collapse of the leader for other reasons from deciding the answer.
    Rows without a later wave say nothing.
    """
    total = np.zeros(len(HALF_LIVES))
    rows_of_shock = data[data["usable"] & data["later_change_1"].notna()].groupby("shock").size()
    for i in np.flatnonzero(data["usable"].to_numpy()):
        row = data.iloc[i]
        z = np.array([row["change"], row["later_change_1"], row["later_change_2"]], dtype=float)
        gap = np.array([row["gap"], row["later_gap_1"], row["later_gap_2"]], dtype=float)
        seen = np.isfinite(z) & np.isfinite(gap) & (gap > 0) & (gap < 400)
        z, gap = z[seen], gap[seen]
        if len(z) < 2 or not seen[0]:
            continue
        one_poll = float(sampling_variance(row["before"], row["sample_size"])) + WOBBLE / 2
        noise = DRIFT * np.minimum.outer(gap, gap) + one_poll * (1 + np.eye(len(z)))
        since = np.maximum(gap - gap[0], 0.0)
        for h, half in enumerate(HALF_LIVES):
            g = 0.5 ** (since / half)
            cov = noise + spread[i] ** 2 * np.outer(g, g)
            rest = z - centre[i] * g
            square = float(rest @ np.linalg.solve(cov, rest))
            shape = square / 2 if degrees is None else (degrees + len(z)) / 2 * np.log1p(square / degrees)
            total[h] -= (np.linalg.slogdet(cov)[1] / 2 + shape) / rows_of_shock.get(row["shock"], 1)
    return total


def summary_of_decay(log_likelihood: FloatArray) -> tuple[float, float, float]:
    """Best half-life and the ends of its 90 % likelihood set, days: those within 1.35 of the maximum (half of chi-square 2.71).

    >>> summary_of_decay(-0.5 * (np.log(HALF_LIVES / 28) / 0.4) ** 2)
    (28.0, 18.0, 42.0)
    """
    inside = HALF_LIVES[log_likelihood >= log_likelihood.max() - 1.353]
    return float(HALF_LIVES[int(np.argmax(log_likelihood))]), float(inside.min()), float(inside.max())
