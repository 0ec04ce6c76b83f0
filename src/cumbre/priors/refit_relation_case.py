"""Pooled numbers that a small case borrows: memories, event mix, spread of the index, base rates, intensities.

All are learned from wire-coded events of the open pairs, recoded to PLOVER kinds, mirrors collapsed. They describe how events
follow one another, never how many a hand-coded list holds.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import optimize, special

from cumbre.backtest.coded_events import CodedEvents
from cumbre.record.importers.cameo import QUAD_OF, kind_of_cameo, mode_of_cameo
from cumbre.record.schema import Kind
from cumbre.relation.hawkes import branching, fit_weights, gain_per_event
from cumbre.relation.level import Law, log_marginals
from cumbre.relation.mirror import first_tellings

__all__ = ["dirichlet", "fit_case", "plover_rows"]

FloatArray = npt.NDArray[np.float64]
QUADS = ("VC", "MC", "VK", "MK")
KINDS = tuple(Kind)
HELD_OUT_YEARS = 3
"""Last years, on which the worth of cross-excitation is measured."""


def plover_rows(events: CodedEvents) -> tuple[pd.DataFrame, dict[str, float]]:
    """Rows with a PLOVER kind, mirrors and repeats dropped, and what share of them was dropped."""
    rows = events.rows.sort_values("day", kind="stable")
    kind = {code: kind_of_cameo(code) for code in rows["cameo"].unique()}
    rows = rows.assign(
        kind=pd.Series([kind[c] for c in rows["cameo"]], index=rows.index, dtype=object),
        mode=[mode_of_cameo(c) for c in rows["cameo"]],
    )
    rows = rows[rows["kind"].notna()]
    first = first_tellings(rows["day"].to_numpy(), rows["src"].tolist(), rows["tgt"].tolist(), rows["kind"].tolist())
    return rows[first], {
        "rows_with_kind": len(rows),
        "kept": int(first.sum()),
        "collapsed_share": round(1 - float(first.mean()), 4),
    }


def _weekly(rows: pd.DataFrame, pairs: int) -> list[tuple[npt.NDArray[np.int64], FloatArray, FloatArray]]:
    out: list[tuple[npt.NDArray[np.int64], FloatArray, FloatArray]] = []
    for pair in range(pairs):
        some = rows[rows["d"] // 2 == pair]
        week = some["day"] // 7
        mean, n = some["goldstein"].groupby(week).mean(), some["goldstein"].groupby(week).size()
        out.append((np.asarray(mean.index, dtype=np.int64), np.asarray(mean, dtype=np.float64), np.asarray(n, dtype=np.float64)))
    return out


def _law(rows: pd.DataFrame, pairs: int) -> dict[str, float]:
    """Pooled law of the index by maximum likelihood over pairs with 30 weeks of events or more."""
    series = [s for s in _weekly(rows, pairs) if len(s[0]) >= 30]

    def law_of(p: FloatArray) -> Law:
        mean_sd, sd, half_life, event_sd, week_sd = np.exp(np.clip(p[1:], -3, 5))
        return Law(float(p[0]), float(mean_sd), float(sd), float(half_life), float(event_sd), float(week_sd))

    def loss(p: FloatArray) -> float:
        law = law_of(p)
        return -sum(float(log_marginals(w, y, n, [law])[0]) for w, y, n in series)

    start = np.array([1.0, np.log(1.5), np.log(1.5), np.log(20.0), np.log(3.0), np.log(0.7)])
    best = law_of(optimize.minimize(loss, start, method="Nelder-Mead", options={"maxiter": 160, "xatol": 0.02, "fatol": 0.5}).x)
    return {k: round(float(getattr(best, k)), 3) for k in Law.__dataclass_fields__}


def dirichlet(counts: FloatArray) -> FloatArray:
    """Parameters of the Dirichlet-multinomial of highest likelihood, counts (row, kind); shape (kind,).

    Every kind has its own: one that a few pairs have often and most never gets a small parameter, so that a pair which has not had it
    is not given the average of both (Minka 2000, Estimating a Dirichlet distribution).

    >>> same, apart = np.full((8, 2), 10.0), np.array([[20.0, 0.0], [0.0, 20.0]] * 4)
    >>> bool(dirichlet(same).sum() > 10 > 1 > dirichlet(apart).sum())
    True
    """
    counts = counts[counts.sum(axis=1) > 0]

    def loss(log_a: FloatArray) -> float:
        a = np.exp(log_a)
        total = special.gammaln(a.sum()) - special.gammaln(a.sum() + counts.sum(axis=1))
        return -float((total + (special.gammaln(a + counts) - special.gammaln(a)).sum(axis=1)).sum())

    start = np.zeros(counts.shape[1])
    return np.asarray(np.exp(optimize.minimize(loss, start, method="L-BFGS-B", bounds=[(-5, 5)] * len(start)).x))


def _mix(rows: pd.DataFrame, dyads: int) -> tuple[dict[str, float], dict[str, float]]:
    """Share of each quad in a typical directed dyad, and for each kind the Dirichlet parameter of its share within its quad.

    For the quads every dyad counts alike, so that a few at war do not make violence the habit of all.
    """
    counts = np.zeros((dyads, len(KINDS)))
    np.add.at(counts, (rows["d"].to_numpy(), np.asarray([KINDS.index(k) for k in rows["kind"]])), 1)
    enough = counts[counts.sum(axis=1) >= 20] + 0.1
    mix = (enough / enough.sum(axis=1, keepdims=True)).mean(axis=0)
    share: dict[str, float] = {}
    own: dict[str, float] = {}
    for quad in QUADS:
        some = [i for i, k in enumerate(KINDS) if QUAD_OF[k] == quad]
        share[quad] = round(float(mix[some].sum()), 4)
        own |= {str(KINDS[i]): round(float(a), 3) for i, a in zip(some, dirichlet(counts[:, some]), strict=True)}
    return share, own


def _base_rates(rows: pd.DataFrame, events: CodedEvents) -> dict[str, dict[str, float]]:
    """Share of windows (directed dyad, every 14th day) with at least one event of each kind."""
    days, dyads = events.quad.shape[:2]
    out: dict[str, dict[str, float]] = {}
    for kind in KINDS:
        some = rows[rows["kind"] == kind]
        daily = np.zeros((days + 1, dyads))
        np.add.at(daily, (some["day"].to_numpy() + 1, some["d"].to_numpy()), 1)
        running = daily.cumsum(axis=0)
        at = np.arange(0, days - 180, 14)
        out[str(kind)] = {str(w): round(float((running[at + 1 + w] > running[at + 1]).mean()), 4) for w in (30, 60, 90, 180)}
    return out


def fit_case(events: CodedEvents) -> dict[str, Any]:
    """The `case` part of priors/relation.json."""
    rows, told = plover_rows(events)
    pairs = len(events.dyads) // 2
    daily = np.zeros(events.quad.shape, dtype=np.float32)
    quads = np.asarray([QUADS.index(QUAD_OF[k]) for k in rows["kind"]])
    np.add.at(daily, (rows["day"].to_numpy(), rows["d"].to_numpy(), quads), 1)
    cut = len(daily) - round(365.25 * HELD_OUT_YEARS)
    early, lone = fit_weights(daily[:cut], 365), fit_weights(daily[:cut], 365, cross=False)
    rate = daily[:cut].mean(axis=0)
    gain, gain_own = gain_per_event(daily, early, cut, rate), gain_per_event(daily, lone, cut, rate)
    halves = [fit_weights(daily[:, np.repeat(np.arange(pairs) % 4 != k, 2)], 365) for k in range(4)]
    crossings = np.stack([branching(h.weight)[4:, :4] for h in halves])
    whole = fit_weights(daily, 365)
    quad_mix, kind_prior = _mix(rows, len(events.dyads))
    intensity = rows["goldstein"].groupby(rows["kind"].astype(str))
    spread = branching(whole.weight)
    return {
        **told,
        "weight": np.round(whole.weight, 4).tolist(),
        "branching_own": np.round(spread[:4, :4], 4).tolist(),
        "branching_cross": np.round(spread[4:, :4], 4).tolist(),
        "branching_cross_sd": np.round(crossings.std(axis=0) * np.sqrt(3), 4).tolist(),
        "spectral_radius": round(float(np.abs(np.linalg.eigvals(spread)).max()), 4),
        "gain_own": dict(zip(QUADS, np.round(gain_own, 4).tolist(), strict=True)),
        "gain_cross": dict(zip(QUADS, np.round(gain - gain_own, 4).tolist(), strict=True)),
        "quad_mix": quad_mix,
        "kind_prior": kind_prior,
        "intensity": {
            str(k): [round(float(m), 2), round(float(max(s, 0.8)), 2)]
            for k, m, s in zip(intensity.mean().index, intensity.mean(), intensity.std(), strict=True)
        },
        "wire_rate": round(float(len(rows) / len(events.dyads) / (len(daily) / 30.4375)), 3),
        "base_rates": _base_rates(rows, events),
        "law": {
            "all": _law(rows, pairs),
            "words": _law(rows[rows["mode"] == "verbal"], pairs),
            "deeds": _law(rows[rows["mode"] == "material"], pairs),
        },
    }  # fmt: skip
