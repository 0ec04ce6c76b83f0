"""Chances of each kind of event within 30, 60, 90 days and up to the horizon, read from worlds, beside the pooled base rate."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cumbre import priors
from cumbre.record.case import Case
from cumbre.relation.counts import log_pmf
from cumbre.relation.dyads import KINDS
from cumbre.relation.state import Fitted, fit
from cumbre.worlds import Worlds, day_number

__all__ = ["WINDOWS", "chances", "rivals"]

WINDOWS = (30, 60, 90)
BASE_WINDOWS = (30, 60, 90, 180)


FADE_DAYS = 200.0
"""Half-life of the EWMA rival, days; the weight 0.1 a month that won on open pairs."""
SPREAD = 0.5
"""Negative binomial dispersion of both rivals (judged, between 0.2 and 1 of the pooled monthly counts)."""


def rivals(fitted: Fitted, source: str, target: str, kind: str, window: int) -> tuple[float, float]:
    """Chance of at least one event from this case's own history alone: constant rate, and rate fading with age; half an event added."""
    events = fitted.events
    mine = [
        i
        for i in range(len(events.day))
        if (events.source[i], events.target[i]) == (source, target) and KINDS[events.kind[i]] == kind
    ]
    age = -events.day[mine].astype(float)
    age = age[age < fitted.span]
    rate = np.log(2) / FADE_DAYS
    constant = (len(age) + 0.5) / (fitted.span + 180)
    fading = ((0.5 ** (age / FADE_DAYS)).sum() + 0.5 * FADE_DAYS / (FADE_DAYS + 180)) * rate / (1 - np.exp(-rate * fitted.span))
    first, second = (1 - np.exp(log_pmf(0, window * each, SPREAD)) for each in (constant, fading))
    return float(first), float(second)


def chances(case: Case, worlds: Worlds, fitted: Fitted | None = None) -> pd.DataFrame:
    """One row a source, target, kind and window: p, its Monte Carlo error, mean and 80 % range of the count, and three rivals.

    `constant` and `ewma` are the chances that this case's own history gives by itself (rate constant, or fading with age).
    `base_rate` is the share of windows with such an event over directed pairs of wire-coded data (64 busy pairs, 2005-2015): a point
    of comparison, not the same coding. Windows beyond the horizon are left out; the horizon itself is the last window.
    """
    fitted = fit(case) if fitted is None else fitted
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
            constant, ewma = rivals(fitted, str(source), str(target), str(kind), window)
            known = base.get(str(kind), {})
            nearest = BASE_WINDOWS[int(np.abs(np.subtract(BASE_WINDOWS, window)).argmin())]
            rows.append(
                {
                    "source": source, "target": target, "kind": kind, "window_days": window, "p": p,
                    "mc_error": float(np.sqrt(p * (1 - p) / max(len(count), 1))), "mean_count": float(count.mean()),
                    "q10": float(np.quantile(count, 0.1)), "q90": float(np.quantile(count, 0.9)),
                    "constant": constant, "ewma": ewma,
                    "base_rate": known.get(str(nearest), np.nan), "base_window_days": nearest,
                }
            )  # fmt: skip
    return pd.DataFrame(rows)
