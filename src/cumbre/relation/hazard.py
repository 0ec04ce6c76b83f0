"""Chance of at least one event of a kind within a window: a pooled logit for each kind on fading memories.

Own history of the kind (half-lives 10, 60, 240, 1000 days), the same from the other side, all traffic, the four quads, how often
past windows held such an event; then an intercept learned on each dyad's own matured windows. Chances rise with the window.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from cumbre.relation.kernels import MONTH, decayed_at
from cumbre.relation.regress import unit_intercept

__all__ = ["MEMORIES", "History", "chances_ahead", "features", "happened", "history_of"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

MEMORIES = (10.0, 60.0, 240.0, 1000.0)
"""Half-lives of a kind's own memory, days; longer than for counts because kinds are rare."""
_FLOOR = 0.03


@dataclass(frozen=True)
class History:
    """What is remembered at each origin day.

    at (origin,) days;  running (day + 1, dyad, kind) cumulated counts, running[t] = events before day t
    kind (origin, memory, dyad, kind);  quad (origin, 3, dyad, quad);  long_kind (origin, dyad, kind);
    long_all (origin, dyad): events a month
    """

    at: IntArray
    running: FloatArray
    kind: FloatArray
    quad: FloatArray
    long_kind: FloatArray
    long_all: FloatArray


def history_of(daily_kind: npt.NDArray[Any], daily_quad: npt.NDArray[Any], at: IntArray) -> History:
    """Remember daily counts of kinds (day, dyad, kind) and quads (day, dyad, quad) at the end of the days `at`.

    A day with several rows of one kind counts once: one event told many times is one event.
    """
    once = np.minimum(daily_kind, 1)
    running = np.concatenate([np.zeros((1, *daily_kind.shape[1:])), np.cumsum(daily_kind, axis=0, dtype=np.float64)])
    days = (at + 1)[:, None]
    totals = np.cumsum(daily_quad.sum(axis=2), axis=0, dtype=np.float64)
    return History(
        np.asarray(at, dtype=np.int64),
        running,
        decayed_at(once, at, MEMORIES) * MONTH,
        decayed_at(daily_quad, at, (10.0, 60.0, 365.0)) * MONTH,
        running[at + 1] / days[:, :, None] * MONTH,
        totals[at] / days * MONTH,
    )


def happened(history: History, window: int) -> FloatArray:
    """1 where an event of the kind fell on the days origin + 1 .. origin + window, nan where not yet known; (origin, dyad, kind)."""
    out = np.full((len(history.at), *history.running.shape[1:]), np.nan)
    known = history.at + window + 1 < len(history.running)
    start = history.at[known] + 1
    out[known] = history.running[start + window] > history.running[start]
    return out


def _shares(history: History, window: int) -> FloatArray:
    """Decayed share of past days whose last `window` days held an event, (origin, 2, dyad, kind)."""
    running = history.running
    end = np.arange(1, len(running))
    held = running[end] > running[np.maximum(end - window, 0)]
    return decayed_at(held.astype(np.float32), history.at, (120.0, 600.0))


def features(history: History, window: int) -> FloatArray:
    """Features of every kind, (kind, origin, dyad, feature); the constant comes last."""
    other = np.arange(history.kind.shape[2]) ^ 1
    shares = np.clip(_shares(history, window), 0.003, 0.997)
    shares = np.log(shares / (1 - shares))
    traffic = history.quad.sum(axis=3)
    common = [np.log(traffic[:, j] + 0.1) for j in range(3)]
    common += [np.log(history.quad[:, j, :, q] + 0.05) for j in (2, 1) for q in range(4)]
    common.append(np.log(history.long_all + 0.1))
    out = []
    for k in range(history.kind.shape[3]):
        own = [np.log(history.kind[:, j, :, k] + _FLOOR) for j in range(4)]
        cross = [np.log(history.kind[:, j, :, k][:, other] + _FLOOR) for j in (1, 2)]
        rest = [np.log(history.long_kind[:, :, k] + _FLOOR), shares[:, 0, :, k], shares[:, 1, :, k], np.ones_like(traffic[:, 0])]
        out.append(np.stack([*own, *cross, *common, *rest], axis=-1))
    return np.stack(out)


def chances_ahead(history: History, windows: tuple[int, ...], wanted: IntArray, fit: dict[str, Any]) -> FloatArray:
    """Chances at the origins `wanted` (positions in history.at), shape (window, origin, dyad, kind), rising with the window."""
    out = np.empty((len(windows), len(wanted), *history.running.shape[1:]))
    spacing = float(np.median(np.diff(history.at))) if len(history.at) > 1 else 14.0
    for w, window in enumerate(windows):
        x, truth = features(history, window), happened(history, window)
        for k in range(x.shape[0]):
            one = fit["kinds"][k][str(window)]
            eta = ((x[k] - np.asarray(one["centre"])) / np.asarray(one["scale"])) @ np.asarray(one["b"])
            for i, position in enumerate(wanted.tolist()):
                day = history.at[position]
                past = history.at + window <= day
                fade = 0.5 ** ((day - window - history.at[past]) / fit["half_life"]) * min(spacing / window, 1.0)
                seen, came = eta[past], truth[past][:, :, k]
                # the coding of a whole archive grows thinner or thicker: one shift for all dyads first, then each dyad's own
                common = unit_intercept(
                    seen.reshape(-1, 1), came.reshape(-1, 1), np.repeat(fade, seen.shape[1]), fit["common_sd"]
                )
                own = unit_intercept(seen + common, came, fade, fit["sd"])
                out[w, i, :, k] = special.expit(eta[position] + common + own)
    return np.asarray(np.maximum.accumulate(out, axis=0), dtype=np.float64)
