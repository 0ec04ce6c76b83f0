"""Monthly counts of a panel of directed dyads, one to three months ahead: four quad classes, distribution and all.

Three mean models (a linear Hawkes-type sum of memories, a log-linear regression on them, EWMA) are joined by a geometric mean
with log-score weights; a volume factor follows the news of the whole file; the negative binomial takes its dispersion from a
law in the mean times a factor learned on each dyad; a pooled logit corrects the chance of at least one event. Pooled numbers
are frozen (see `cumbre.priors`); what is learned here from the file is learned from months before each origin only.

Arrays: dyads stand in pairs, 2k and 2k + 1 are the two directions of one pair; quads are VC, MC, VK, MK.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from cumbre.relation.counts import LEVELS, log_pmf, mixture_cdf, quantiles_of
from cumbre.relation.kernels import MONTH, decayed_at
from cumbre.relation.regress import dispersion_law, unit_intercept

__all__ = [
    "FIRST", "FORGET", "HORIZONS", "QUADS", "Panel", "any_features", "counts_ahead", "linear_features", "log_features", "means",
    "panel_of", "season_of",
]  # fmt: skip

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

QUADS = ("VC", "MC", "VK", "MK")
HORIZONS = (1, 2, 3)
FIRST = 23
"""First month used as an origin: two years of history stand before it."""
FORGET = (0.3, 0.1, 0.03)
_FLOOR = 0.05
_TOP = 400
_FACTORS = np.exp(np.linspace(-2.4, 2.4, 17))
"""Grid of what a dyad multiplies the dispersion law by."""


@dataclass(frozen=True)
class Panel:
    """Monthly counts with the memories that the models read.

    counts  (dyad, month, quad);  season (12, quad) multipliers;  first_month 0-11: calendar month of month 0
    memory  (month, kernel, dyad, quad) decayed rates, events a month, season taken out, seen at the end of the month
    level   (dyad, month, quad) EWMA with weight 0.1;  long_run (dyad, month, quad) mean of everything seen
    """

    counts: FloatArray
    season: FloatArray
    first_month: int
    memory: FloatArray
    level: FloatArray
    long_run: FloatArray

    @property
    def other(self) -> IntArray:
        """Index of the same pair in the other direction."""
        return np.asarray(np.arange(len(self.counts)) ^ 1, dtype=np.int64)

    def season_at(self, months: npt.ArrayLike) -> FloatArray:
        """Season multipliers of month numbers, shape (month, quad)."""
        return np.asarray(self.season[(np.asarray(months) + self.first_month) % 12], dtype=np.float64)


def season_of(counts: FloatArray, first_month: int = 0) -> FloatArray:
    """Calendar-month multipliers of each quad, shape (12, quad), shrunk towards those of all quads together.

    Ratio of sums over dyad-years, each weighted by 1 / (1 + mean / 5) so that no single busy dyad sets the season.
    """
    dyads, months, quads = counts.shape
    years = months // 12
    block = np.roll(counts[:, : years * 12].reshape(dyads, years, 12, quads), first_month, axis=2)
    mean = block.mean(axis=2, keepdims=True)
    weight = 1 / (1 + mean / 5)
    total, expected = (block * weight).sum(axis=(0, 1)), (mean * weight).sum(axis=(0, 1))
    own = total / np.maximum(expected, 1e-9)
    pooled = total.sum(axis=1) / np.maximum(expected.sum(axis=1), 1e-9)
    seen = block.sum(axis=(0, 1))
    return np.asarray((own * seen + pooled[:, None] * 400) / (seen + 400), dtype=np.float64)


def panel_of(daily: npt.NDArray[Any], month_end: IntArray, season: FloatArray, first_month: int = 0) -> Panel:
    """Prepare a panel from daily counts.

    Parameters
    ----------
    daily : (day, dyad, quad) counts;  month_end : (month,) number of the last day of each month
    season : (12, quad) multipliers;  first_month : calendar month (0-11) of the first month
    """
    starts = np.r_[0, month_end[:-1] + 1]
    counts = np.add.reduceat(daily[: month_end[-1] + 1], starts, axis=0).transpose(1, 0, 2).astype(np.float64)
    month_of_day = np.minimum(np.searchsorted(month_end, np.arange(len(daily))), len(month_end) - 1)
    calendar = (np.arange(len(month_end)) + first_month) % 12
    flat = daily / season[calendar[month_of_day]][:, None, :]
    memory = decayed_at(flat, month_end) * MONTH
    clean = counts / season[calendar][None]
    level = np.empty_like(clean)
    state = clean[:, :6].mean(axis=1)
    for month in range(clean.shape[1]):
        state = 0.1 * clean[:, month] + 0.9 * state
        level[:, month] = state
    long_run = np.cumsum(clean, axis=1) / np.arange(1, clean.shape[1] + 1)[None, :, None]
    return Panel(counts, season, first_month, memory, level, long_run)


def _own_and_cross(panel: Panel, at: IntArray) -> tuple[FloatArray, FloatArray]:
    own = panel.memory[at].transpose(2, 0, 1, 3)
    return own, own[panel.other]


def linear_features(panel: Panel, at: IntArray, quad: int) -> FloatArray:
    """Features of the linear model, (dyad, origin, 34): own and cross memories of every quad, long-run mean, constant."""
    own, cross = _own_and_cross(panel, at)
    shape = (*own.shape[:2], 16)
    base = panel.long_run[:, at][:, :, [quad]]
    return np.concatenate([own.reshape(shape), cross.reshape(shape), base, np.ones_like(base)], axis=2)


def log_features(panel: Panel, at: IntArray, quad: int) -> FloatArray:
    """Features of the log-linear model, (dyad, origin, feature); EWMA and the constant come last."""
    own, cross = _own_and_cross(panel, at)
    rest = [k for k in range(4) if k != quad]
    parts = [
        own[:, :, :, quad], own.sum(axis=3)[:, :, 2:], cross[:, :, 2:, quad], own[:, :, 3, :][:, :, rest],
        panel.long_run[:, at][:, :, [quad]], panel.level[:, at][:, :, [quad]],
    ]  # fmt: skip
    logs = np.log(np.concatenate(parts, axis=2) + _FLOOR)
    return np.concatenate([logs, np.ones_like(logs[:, :, :1])], axis=2)


def any_features(panel: Panel, at: IntArray, quad: int, horizon: int) -> FloatArray:
    """Features of the chance of at least one event in the month `horizon` after each origin, (dyad, origin, feature)."""
    hit = (panel.counts[:, :, quad] > 0).astype(np.float64)
    shares = []
    for weight in FORGET:
        state, track = hit[:, :6].mean(axis=1) * 0.8 + 0.05, np.empty_like(hit)
        for month in range(hit.shape[1]):
            state = weight * hit[:, month] + (1 - weight) * state
            track[:, month] = state
        shares.append(_log_odds(track[:, at]))
    shares.append(_log_odds((np.cumsum(hit, axis=1) / np.arange(1, hit.shape[1] + 1))[:, at]))
    own, cross = _own_and_cross(panel, at)
    rest = [k for k in range(4) if k != quad]
    parts = [own[:, :, :, quad], cross[:, :, 1:, quad], own.sum(axis=3)[:, :, 1:], own[:, :, 3, :][:, :, rest]]
    logs = np.log(np.concatenate([*parts, panel.level[:, at][:, :, [quad]]], axis=2) + _FLOOR)
    level, year = logs[:, :, -1], logs[:, :, 3]
    square = [level**2, year**2, shares[0] * level]
    season = np.broadcast_to(np.log(panel.season_at(at + horizon)[:, quad])[None], level.shape)
    return np.concatenate([np.stack([*square, *shares], axis=2), logs, np.stack([season, np.ones_like(level)], axis=2)], axis=2)


def _log_odds(p: FloatArray) -> FloatArray:
    p = np.clip(p, 0.004, 0.996)
    return np.asarray(np.log(p / (1 - p)), dtype=np.float64)


def means(panel: Panel, at: IntArray, quad: int, horizon: int, fit: dict[str, Any]) -> FloatArray:
    """Mean counts of the three models, (model, dyad, origin): linear, log-linear, EWMA."""
    season = panel.season_at(at + horizon)[:, quad][None]
    linear = linear_features(panel, at, quad) @ np.asarray(fit["linear"]) + 1e-3
    logs = np.exp(np.clip(log_features(panel, at, quad) @ np.asarray(fit["log"]), -9, 8))
    return np.stack([season * linear, season * logs, season * panel.level[:, at, quad] + 0.01])


def _volume(mu: FloatArray, y: FloatArray, at: IntArray, horizon: int, half_life: float, prior: float) -> FloatArray:
    """Factor (model, origin) by which the whole file ran above its forecasts so far; 1 at first."""
    out = np.ones((len(mu), len(at)))
    damp = 1 / (1 + mu / 2)
    seen, told = np.nansum(damp * y[None], axis=1), np.where(np.isnan(y)[None], 0.0, damp * mu).sum(axis=1)
    for i, origin in enumerate(at):
        past = at + horizon <= origin
        fade = 0.5 ** ((origin - horizon - at[past]) / half_life)
        out[:, i] = ((seen[:, past] * fade).sum(axis=1) + prior) / ((told[:, past] * fade).sum(axis=1) + prior)
    return out


def counts_ahead(panel: Panel, quad: int, horizon: int, targets: IntArray, fit: dict[str, Any]) -> tuple[FloatArray, ...]:
    """Distribution of the counts of `targets` (month numbers), each seen from `horizon` months before.

    Returns
    -------
    mean (dyad, target), quantiles (dyad, target, 39), p_any (dyad, target), log score (dyad, target; nan where unknown)
    """
    months = panel.counts.shape[1]
    at = np.arange(FIRST, int(targets.max()) - horizon + 1)
    known = at + horizon < months
    y = np.full((len(panel.counts), len(at)), np.nan)
    y[:, known] = panel.counts[:, at[known] + horizon, quad]
    each = means(panel, at, quad, horizon, fit)
    each = each * _volume(each, y, at, horizon, fit["volume_half_life"], fit["volume_prior"])[:, None, :]
    mu = np.exp(np.tensordot(np.asarray(fit["weights"]), np.log(each), axes=1))
    r = dispersion_law(mu, fit["dispersion"])
    score = np.stack([log_pmf(np.nan_to_num(y), mu, r * f) for f in _FACTORS], axis=-1)
    score[np.isnan(y)] = 0.0
    grid_prior = -0.5 * (np.log(_FACTORS) / fit["dispersion_sd"]) ** 2
    eta = any_features(panel, at, quad, horizon) @ np.asarray(fit["any"])
    out_mean, out_q = np.empty((len(mu), len(targets))), np.empty((len(mu), len(targets), len(LEVELS)))
    out_any, out_log = np.empty_like(out_mean), np.full_like(out_mean, np.nan)
    for i, target in enumerate(targets.tolist()):
        origin = target - horizon
        now, past = origin - FIRST, at + horizon <= origin
        log_weight = grid_prior + score[:, past].sum(axis=1)
        weight = np.exp(log_weight - log_weight.max(axis=1, keepdims=True))
        weight /= weight.sum(axis=1, keepdims=True)
        mu_now, r_now = mu[:, now, None] * np.ones(len(_FACTORS)), r[:, now, None] * _FACTORS
        cdf = mixture_cdf(weight, mu_now, r_now, _TOP)
        fade = 0.5 ** ((origin - horizon - at[past]) / fit["any_half_life"])
        shift = unit_intercept(eta[:, past].T, (y[:, past] > 0).astype(float).T, fade, fit["any_sd"])
        p_logit = special.expit(eta[:, now] + shift)
        p_count = 1 - cdf[:, 0]
        share = fit["any_weight"]
        p_any = special.expit((1 - share) * special.logit(np.clip(p_count, 2e-3, 1 - 2e-3)) + share * special.logit(p_logit))
        hurdle = np.maximum(cdf - cdf[:, :1], 0) / np.maximum(1 - cdf[:, :1], 1e-12)
        cdf = (1 - p_any)[:, None] + p_any[:, None] * hurdle
        out_q[:, i], out_any[:, i] = quantiles_of(cdf), p_any
        out_mean[:, i] = mu[:, now] * p_any / np.maximum(p_count, 1e-9)
        if target < months:
            seen = np.minimum(panel.counts[:, target, quad].astype(int), _TOP)
            pmf = np.diff(cdf, axis=1, prepend=0.0)
            out_log[:, i] = -np.log(np.maximum(pmf[np.arange(len(seen)), seen], 1e-12))
    return out_mean, out_q, out_any, out_log
