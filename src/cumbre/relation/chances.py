"""Chances of each kind of event within 30, 60, 90 days and up to the horizon, read from worlds, beside the pooled base rate."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cumbre import priors
from cumbre.record.case import Case
from cumbre.worlds import Worlds, day_number

__all__ = ["WINDOWS", "chances"]

WINDOWS = (30, 60, 90)
BASE_WINDOWS = (30, 60, 90, 180)


def chances(case: Case, worlds: Worlds) -> pd.DataFrame:
    """One row a source, target, kind and window: p, its Monte Carlo error, mean and 80 % range of the count, base rate.

    `base_rate` is the share of windows with such an event over directed pairs of wire-coded data (64 busy pairs, 2005-2015): a point
    of comparison, not the same coding. Windows beyond the horizon are left out; the horizon itself is the last window.
    """
    group = worlds["relation"]
    days = group["event_day"].to_numpy()
    labels = pd.DataFrame({name: group[f"slot_{name}"].to_numpy() for name in ("source", "target", "kind")})
    horizon = day_number(case.horizon, case.as_of)
    base = priors.load("relation")["case"]["base_rates"]
    windows = [w for w in WINDOWS if w < horizon] + [horizon]
    rows = []
    for (source, target, kind), some in labels.groupby(["source", "target", "kind"], sort=False):
        held = days[:, some.index.to_numpy()]
        for window in windows:
            count = ((held > 0) & (held <= window)).sum(axis=1)
            p = float((count > 0).mean())
            known = base.get(str(kind), {})
            nearest = BASE_WINDOWS[int(np.abs(np.subtract(BASE_WINDOWS, window)).argmin())]
            rows.append(
                {
                    "source": source, "target": target, "kind": kind, "window_days": window, "p": p,
                    "mc_error": float(np.sqrt(p * (1 - p) / max(len(count), 1))), "mean_count": float(count.mean()),
                    "q10": float(np.quantile(count, 0.1)), "q90": float(np.quantile(count, 0.9)),
                    "base_rate": known.get(str(nearest), np.nan), "base_window_days": nearest,
                }
            )  # fmt: skip
    return pd.DataFrame(rows)
