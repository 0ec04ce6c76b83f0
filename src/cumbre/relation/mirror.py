"""One event told twice: mirror rows and repeats are collapsed before anything is counted.

A mirror row is the same act told from the other side on the same day: same kind, source and target swapped (a meeting coded
"A consults B" and "B consults A"). A repeat is the same day, source, target and kind again. More than half of the cross-border
rows of machine-coded archives have a mirror; a reciprocity model that keeps them rediscovers the coding rule.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["MUTUAL", "first_tellings"]

MUTUAL = frozenset({"AGREE", "CONSULT", "SUPPORT", "COOPERATE"})
"""Kinds that one act makes on both sides; a threat that answers a threat on the same day is a second act, not a mirror."""


def first_tellings(
    days: Sequence[int] | npt.NDArray[np.integer],
    sources: Sequence[Hashable],
    targets: Sequence[Hashable],
    kinds: Sequence[Hashable],
    mutual: frozenset[Hashable] | frozenset[str] = MUTUAL,
    repeats: bool = True,
) -> npt.NDArray[np.bool_]:
    """Which rows are the first telling of their act; the others are mirrors or repeats.

    Rows are taken in the order given, so that a row added later never displaces an earlier one.

    Parameters
    ----------
    days, sources, targets, kinds : (row,) one entry a row;  mutual : kinds whose swapped row is a mirror
    repeats : whether a second row of the same day, source, target and kind is dropped too

    Returns
    -------
    (row,) bool

    Examples
    --------
    >>> first_tellings([1, 1, 1], ["A", "B", "A"], ["B", "A", "B"], ["CONSULT"] * 3).tolist()
    [True, False, False]
    """
    seen: set[tuple[object, ...]] = set()
    keep = np.ones(len(days), dtype=np.bool_)
    for row, key in enumerate(zip(days, sources, targets, kinds, strict=True)):
        day, source, target, kind = key
        if (repeats and key in seen) or (kind in mutual and (day, target, source, kind) in seen):
            keep[row] = False
        seen.add(key)
    return keep
