"""Events that breed events: a linear Hawkes process of the four quads in both directions of a pair.

Intensity of quad q from A to B on a day: base + sum over past events of quad p, own (A to B) and cross (B to A), of
weight[side, p, k, q] g_k(age), g_k an exponential memory of half-life h_k that sums to 1. A weight is then the number of events
that one event breeds through that memory. Sources: Hawkes 1971, doi:10.1093/biomet/58.1.83; EM on the branching structure: Lewis
and Mohler 2011; cluster form: Hawkes and Oakes 1974, doi:10.2307/3212693.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cumbre.relation.kernels import HALF_LIVES, decay_factor

__all__ = ["Fit", "branching", "fit_weights", "gain_per_event", "lagged"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Fit:
    """weight (side 2: own and cross, parent quad, memory, child quad) children an event; base (dyad, quad) events a day."""

    weight: FloatArray
    base: FloatArray


def lagged(daily: npt.NDArray[np.floating], half_lives: tuple[float, ...] = HALF_LIVES) -> npt.NDArray[np.float32]:
    """Memory seen on the morning of each day, (day, memory, dyad, quad): sum of (1 - g) g ** (age - 1) over events of earlier days."""
    factor = decay_factor(half_lives).reshape(-1, 1, 1)
    state = np.zeros((len(half_lives), *daily.shape[1:]))
    out = np.zeros((len(daily), *state.shape), dtype=np.float32)
    for day in range(len(daily)):
        out[day] = state
        state = factor * state + (1 - factor) * daily[day]
    return out


def fit_weights(
    daily: npt.NDArray[np.floating], start: int, cross: bool = True, steps: int = 200, half_lives: tuple[float, ...] = HALF_LIVES
) -> Fit:
    """Pooled weights and a base for each dyad and quad by EM on days `start` and later; dyads 2k and 2k + 1 face each other.

    A dyad's base is shrunk to the pooled one by a gamma prior worth a year; each step raises the penalised likelihood.

    Parameters
    ----------
    daily : (day, dyad, quad) counts
    """
    days, dyads, quads = daily.shape
    memory = lagged(daily, half_lives)
    other = np.arange(dyads) ^ 1
    sides = 2 if cross else 1
    weight = np.zeros((2, quads, len(half_lives), quads))
    base = np.zeros((dyads, quads))
    span = days - start
    own_total = memory[start:].sum(axis=0, dtype=np.float64)  # memory, dyad, quad
    total = [own_total, own_total[:, other]]
    for q in range(quads):
        day, dyad = np.nonzero(daily[start:, :, q])
        day = day + start
        y = daily[day, dyad, q].astype(np.float64)
        x = [memory[day, :, dyad, :], memory[day, :, other[dyad], :]][:sides]  # row, memory, quad
        exposure = np.concatenate([t.sum(axis=1).ravel() for t in total[:sides]])
        rows = np.concatenate([part.reshape(len(y), -1) for part in x], axis=1).astype(np.float64)
        w = np.full(rows.shape[1], 0.2 / rows.shape[1])
        b = daily[start:, :, q].mean(axis=0) * 0.5 + 1e-5
        for _ in range(steps):
            mu = rows @ w + b[dyad]
            share = y / mu
            w = w * (rows.T @ share) / (exposure + 1e-9)
            pooled = b.mean()
            b = (b * np.bincount(dyad, share, dyads) + 0.5) / (span + 0.5 / max(pooled, 1e-7))
        weight[:sides, :, :, q] = w.reshape(sides, len(half_lives), quads).transpose(0, 2, 1)
        base[:, q] = b
    return Fit(weight, base)


def branching(weight: FloatArray) -> FloatArray:
    """Expected children of one event, (parent: 2 sides x quad, child: 2 sides x quad), block-symmetric in the two sides."""
    own, cross = weight.sum(axis=2)
    return np.asarray(np.block([[own, cross], [cross, own]]), dtype=np.float64)


def gain_per_event(daily: npt.NDArray[np.floating], fit: Fit, start: int, rate: FloatArray) -> FloatArray:
    """Log-likelihood gain over a constant `rate` (dyad, quad), nats an event of each quad, on days `start` and later."""
    memory = lagged(daily)
    other = np.arange(daily.shape[1]) ^ 1
    out = np.zeros(daily.shape[2])
    for q in range(daily.shape[2]):
        own = np.einsum("tkdp,pk->td", memory[start:], fit.weight[0, :, :, q])
        cross = np.einsum("tkdp,pk->td", memory[start:][:, :, other], fit.weight[1, :, :, q])
        mu = own + cross + fit.base[:, q]
        y = daily[start:, :, q]
        flat = np.maximum(rate[:, q], 1e-5)
        out[q] = ((y * np.log(mu / flat)).sum() - (mu - flat).sum()) / max(y.sum(), 1.0)
    return out
