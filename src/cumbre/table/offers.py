"""Alternating offers: what patience, risk of breakdown, outside options and a deadline do to the split of a pie of size 1.

Sources: Rubinstein 1982, doi:10.2307/1912531; Binmore, Rubinstein & Wolinsky 1986, doi:10.2307/2555382; Shaked & Sutton 1984,
doi:10.2307/1913509; Muthoo 1999, *Bargaining Theory with Applications*, ch. 4, doi:10.1017/CBO9780511751691.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cumbre.table.bargain import Array

__all__ = ["breakdown_share", "deadline_share", "outside_option_share", "patience_power", "rubinstein_share"]


def rubinstein_share(delta1: npt.ArrayLike, delta2: npt.ArrayLike) -> Array:
    """Share of the first mover: (1 - delta2) / (1 - delta1 delta2), discount factors in [0, 1].

    >>> float(rubinstein_share(0.5, 0.5).round(6))
    0.666667
    """
    d1, d2 = np.asarray(delta1, np.float64), np.asarray(delta2, np.float64)
    return np.asarray((1 - d2) / (1 - d1 * d2))


def patience_power(r1: npt.ArrayLike, r2: npt.ArrayLike) -> Array:
    """Limit of quick offers: player 1 gets r2 / (r1 + r2), r the discount rates; the power of an asymmetric Nash solution."""
    a, b = np.asarray(r1, np.float64), np.asarray(r2, np.float64)
    return np.asarray(b / (a + b))


def breakdown_share(p: npt.ArrayLike, b1: npt.ArrayLike, b2: npt.ArrayLike) -> Array:
    """First mover's share where each refusal ends the talks with chance p and payoffs b1, b2, without discounting.

    x = (1 - p b2 - (1-p)(1 - p b1)) / (1 - (1-p)^2); as p falls this goes to b1 + (1 - b1 - b2)/2, the Nash solution.

    >>> float(breakdown_share(0.1, 0.2, 0.3).round(8))
    0.46315789
    """
    p, b1, b2 = np.asarray(p, np.float64), np.asarray(b1, np.float64), np.asarray(b2, np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        x = (1 - p * b2 - (1 - p) * (1 - p * b1)) / (1 - (1 - p) ** 2)
    return np.asarray(np.where(p > 0, x, b1 + (1 - b1 - b2) / 2))


def outside_option_share(delta1: npt.ArrayLike, delta2: npt.ArrayLike, out1: npt.ArrayLike, out2: npt.ArrayLike) -> Array:
    """First mover's share where a responder may take an outside option: it binds only above what bargaining gives.

    Player 2, when answering, expects delta2 times its share as a proposer; an option below that changes nothing
    (Shaked & Sutton's outside option principle). Found by iterating the two indifference conditions. nan where the options
    together exceed the pie, so that no agreement serves both.

    >>> float(outside_option_share(0.9, 0.9, 0.0, 0.3).round(6)), float(outside_option_share(0.9, 0.9, 0.0, 0.6).round(6))
    (0.526316, 0.4)
    """
    d1, d2 = np.asarray(delta1, np.float64), np.asarray(delta2, np.float64)
    o1, o2 = np.asarray(out1, np.float64), np.asarray(out2, np.float64)
    shape = np.broadcast_shapes(d1.shape, d2.shape, o1.shape, o2.shape)
    x = np.broadcast_to(rubinstein_share(d1, d2), shape).astype(np.float64)
    for _ in range(2000):
        y = 1 - np.maximum(d1 * x, o1)
        new = 1 - np.maximum(d2 * y, o2)
        if np.allclose(new, x, rtol=0, atol=1e-13):
            break
        x = new
    return np.where(o1 + o2 > 1, np.nan, x)


def deadline_share(
    delta1: npt.ArrayLike, delta2: npt.ArrayLike, rounds: int, b1: npt.ArrayLike = 0.0, b2: npt.ArrayLike = 0.0
) -> Array:
    """First mover's share with a last round: backward induction from payoffs b1, b2 after the last refusal.

    Offers alternate, player 1 first; in the last round the proposer gives the other what no deal is worth.

    >>> float(deadline_share(0.9, 0.9, 1)), round(float(deadline_share(0.9, 0.9, 2)), 6)
    (1.0, 0.1)
    """
    d1, d2 = np.asarray(delta1, np.float64), np.asarray(delta2, np.float64)
    v1 = np.asarray(b1, np.float64) + 0 * d1
    v2 = np.asarray(b2, np.float64) + 0 * d2
    for back in range(rounds, 0, -1):
        # in the last round a refusal brings b at once; before it, a refusal brings the next round's value, discounted
        w1, w2 = (v1, v2) if back == rounds else (d1 * v1, d2 * v2)
        if back % 2 == 1:
            v1, v2 = 1 - w2, w2
        else:
            v1, v2 = w1, 1 - w1
    return np.asarray(v1)
