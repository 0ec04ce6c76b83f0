"""Weighted mean and weighted median: the compromise, and the voter in the middle.

The mean is the hardest point forecast to beat on decisions of the European Union. Sources: Van den Bos 1991; Achen 2006, in
*The European Union Decides*, doi:10.1017/CBO9780511492082; Stokman & Van Oosten 1994; Black 1958.
"""

from __future__ import annotations

import numpy as np

from cumbre.table.bargain import Array, Bargain

__all__ = ["mean_levers", "settle_mean", "settle_median", "weighted_mean", "weighted_median"]


def weighted_mean(x: Array, w: Array) -> Array:
    """z = sum_i w_i x_i / sum_i w_i over the last axis; the plain mean where all weights are 0.

    x, w  (..., actor); returns (...).

    >>> float(weighted_mean(np.array([0.0, 1.0]), np.array([3.0, 1.0])))
    0.25
    """
    total = w.sum(-1)
    flat = total <= 0
    if flat.any():
        w = np.where(flat[..., None], 1.0, w)
        total = w.sum(-1)
    return np.asarray((w * x).sum(-1) / total)


def weighted_median(x: Array, w: Array) -> Array:
    """Smallest position whose cumulated weight reaches half of the total; the lower median where two tie.

    x, w  (..., actor); returns (...). Where all weights are 0 every actor counts 1.

    >>> float(weighted_median(np.array([7.0, 0.0, 10.0]), np.array([1.0, 1.0, 1.0])))
    7.0
    """
    flat = w.sum(-1) <= 0
    if flat.any():
        w = np.where(flat[..., None], 1.0, w)
    order = np.argsort(x, axis=-1, kind="stable")
    ranked, running = np.take_along_axis(x, order, -1), np.cumsum(np.take_along_axis(w, order, -1), axis=-1)
    # a hair under one half, so that weights that add to exactly one half in arithmetic do so in floating point too
    half = running[..., -1:] * (0.5 - 1e-6 if running.dtype == np.float32 else 0.5 - 1e-12)
    first = np.argmax(running >= half, axis=-1)
    return np.asarray(np.take_along_axis(ranked, first[..., None], -1)[..., 0])


def settle_mean(bargain: Bargain) -> Array:
    """The capability x salience weighted mean, cut to the bounds; (world, issue)."""
    return np.asarray(np.clip(weighted_mean(bargain.position, bargain.weight), bargain.low, bargain.high))


def settle_median(bargain: Bargain) -> Array:
    """The capability x salience weighted median, cut to the bounds; (world, issue)."""
    return np.asarray(np.clip(weighted_median(bargain.position, bargain.weight), bargain.low, bargain.high))


def mean_levers(x: Array, w: Array) -> tuple[Array, Array]:
    """Exact derivatives of the weighted mean: dz/dx_i = w_i / W and dz/dw_i = (x_i - z) / W, both (..., actor).

    >>> by_position, by_weight = mean_levers(np.array([0.0, 1.0]), np.array([3.0, 1.0]))
    >>> by_position.tolist(), by_weight.tolist()
    ([0.75, 0.25], [-0.0625, 0.1875])
    """
    total = w.sum(-1, keepdims=True)
    z = (w * x).sum(-1, keepdims=True) / total
    return np.asarray(w / total), np.asarray((x - z) / total)
