"""Constituencies: what an outcome gives each of them, who accepts it, and what that does to approval.

Gains are those of the win-sets (cumbre.record.winsets: quadratic loss on 0-1 scales, saliences of an audience scaled to sum to 1), so
that the table and home mean the same by acceptance:

    V_g = sum_k s_gk [(x_gk - q_k)^2 - (x_gk - z_k)^2],     p_g = 1 / (1 + exp(-(V_g - t_g) / 0.1))

Seen from the status quo, the change of support that issue k brings is, to first order, (z - q) (2 A_k - B_k (z + q)) with
A_k = sum_g w_g p'_g s_gk x_gk and B_k = sum_g w_g p'_g s_gk; that is what the approval effect of a step on the table uses.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cumbre.errors import InputError
from cumbre.record.case import Case
from cumbre.record.schema import Audience
from cumbre.record.winsets import acceptance, audience_gain

__all__ = ["STEEPNESS", "AudienceTable", "audience_table", "step_support"]

FloatArray = npt.NDArray[np.float64]

STEEPNESS = 0.1
LOYALTY = 0.06
"""What the leader's own bloc asks less than others, in units of gain (judged): at the status quo a chance of 0.65 against 0.5."""


@dataclass(frozen=True)
class AudienceTable:
    """Audiences of a case. position (audience, issue) on 0-1 scales, nan = no view; share, threshold (audience,).

    salience (audience, issue) sums to 1 for each audience; attention is the same as written in the case, 0-1 for each issue.
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    names_es: tuple[str, ...]
    country: tuple[str, ...]
    bloc: tuple[str, ...]
    exposure: tuple[str, ...]
    share: FloatArray
    partition: npt.NDArray[np.bool_]
    threshold: FloatArray
    issues: tuple[str, ...]
    low: FloatArray
    span: FloatArray
    status_quo: FloatArray
    position: FloatArray
    salience: FloatArray
    attention: FloatArray

    def scaled(self, value: FloatArray) -> FloatArray:
        """Values (..., issue) on the issues' scales, to 0-1."""
        return np.asarray((value - self.low) / self.span)

    def gain(self, value: FloatArray) -> FloatArray:
        """V_g of outcomes (..., issue) on the issues' scales, shape (..., audience)."""
        return np.asarray(audience_gain(self.position, self.salience, self.status_quo, self.scaled(value)), dtype=np.float64)

    def accept(self, gain: FloatArray, cost: FloatArray | float = 0.0) -> FloatArray:
        """Chance of acceptance (..., audience); `cost` (...,) is an audience cost in units of gain that home audiences add."""
        extra = np.asarray(cost, float)[..., None] if np.ndim(cost) else cost
        return np.asarray(acceptance(gain, self.threshold + extra, STEEPNESS), dtype=np.float64)

    def home_weights(self, home: str) -> FloatArray:
        """Share of each audience in the home electorate: those of the partition, scaled to 1; zero where there is none."""
        mine = np.array([c == home for c in self.country]) & self.partition
        weight = np.where(mine, self.share, 0.0)
        return np.asarray(weight / weight.sum() if weight.sum() > 0 else weight)

    def support_slopes(self, home: str) -> tuple[FloatArray, FloatArray]:
        """A_k and B_k of the module's docstring, both (issue,)."""
        p = self.accept(np.zeros(len(self.ids)))
        slope = self.home_weights(home) * p * (1 - p) / STEEPNESS
        s, x = np.nan_to_num(self.salience), np.nan_to_num(self.position)
        return (slope[:, None] * s * x).sum(axis=0), (slope[:, None] * s).sum(axis=0)


def step_support(before: FloatArray, after: FloatArray, a: FloatArray, b: FloatArray) -> FloatArray:
    """Change of home support when an issue goes from `before` to `after` (0-1 scales, same shape): first order at the status quo.

    The issue dimension comes last. d = (z - q)(2 A - B (z + q)).

    >>> step_support(np.array([0.2]), np.array([0.7]), np.array([1.0]), np.array([1.0])).round(3).tolist()
    [0.55]
    """
    return np.asarray((after - before) * (2 * a - b * (after + before)))


def audience_table(case: Case) -> AudienceTable | None:
    """The audiences of a case over its issues; None where there are none. Raises InputError for an issue that does not exist."""
    rows = case.audiences
    if not rows or not case.issues:
        return None
    issues = tuple(i.id for i in case.issues)
    index = {name: k for k, name in enumerate(issues)}
    first: dict[str, Audience] = {}
    for r in rows:
        first.setdefault(r.id, r)
    ids = tuple(first)
    where = {name: g for g, name in enumerate(ids)}
    low = np.array([i.low for i in case.issues], float)
    span = np.array([i.high - i.low for i in case.issues], float)
    position, salience = np.full((len(ids), len(issues)), np.nan), np.zeros((len(ids), len(issues)))
    for r in rows:
        if r.issue not in index:
            known = ", ".join(issues)
            raise InputError(f"audiences.csv line {r.line}: audience {r.id!r} speaks of issue {r.issue!r}; the case has {known}")
        k = index[r.issue]
        position[where[r.id], k] = (r.position - low[k]) / span[k]
        salience[where[r.id], k] = r.salience
    attention, total = salience, salience.sum(axis=1, keepdims=True)
    salience = np.where(total > 0, salience / np.where(total > 0, total, 1.0), 0.0)
    leader = case.election.leader_bloc if case.election else ""
    threshold = np.array([-LOYALTY if leader and r.bloc == leader else 0.0 for r in first.values()], dtype=np.float64)
    return AudienceTable(
        ids, tuple(r.name for r in first.values()), tuple(r.name_es for r in first.values()),
        tuple(r.country for r in first.values()), tuple(r.bloc for r in first.values()),
        tuple(r.exposure for r in first.values()), np.array([r.share for r in first.values()], float),
        np.array([bool(r.partition) for r in first.values()]), threshold, issues, low, span,
        (np.array([i.status_quo for i in case.issues], float) - low) / span, position, salience, attention,
    )  # fmt: skip
