"""Matrix products whose rows do not depend on how many rows there are.

A linear algebra library rounds differently for other shapes. Multiplying block by block, the last block filled up with zeros, gives every
draw the same bytes however the work is split.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cumbre.worlds import BLOCK

__all__ = ["product"]

FloatArray = npt.NDArray[np.float64]


def product(rows: FloatArray, matrix: FloatArray) -> FloatArray:
    """rows (draw, a) times matrix (a, b), in blocks of BLOCK draws.

    >>> product(np.ones((3, 2)), np.eye(2)).tolist()
    [[1.0, 1.0], [1.0, 1.0], [1.0, 1.0]]
    """
    out = np.empty((len(rows), matrix.shape[1]))
    for start in range(0, len(rows), BLOCK):
        part = rows[start : start + BLOCK]
        if len(part) < BLOCK:
            full = np.zeros((BLOCK, rows.shape[1]))
            full[: len(part)] = part
            out[start:] = (full @ matrix)[: len(part)]
        else:
            out[start : start + BLOCK] = np.ascontiguousarray(part) @ matrix
    return out
