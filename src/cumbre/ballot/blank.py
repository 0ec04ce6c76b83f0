"""The blank vote where it is valid: polls overstate it, and by how much is learned from past elections.

On the logit of the blank share among valid votes, real = polled + shift + sd t. With few elections the shift is the posterior mean
of a normal prior, so a country without a record gets a mild deflation and a wide error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["BlankError", "deflate", "fit_blank"]

FloatArray = npt.NDArray[np.float64]

PRIOR_MEAN, PRIOR_SD, ELECTION_SD = -0.7, 0.5, 0.35
"""Prior on the shift and spread between elections (judged: respondents who answer "blank" are partly undecided)."""


@dataclass(frozen=True)
class BlankError:
    """shift and sd on the logit; n elections behind it."""

    shift: float
    sd: float
    n: int

    def as_dict(self) -> dict[str, float]:
        """Plain values for the prior file."""
        return asdict(self)


def fit_blank(polled: Sequence[float], real: Sequence[float]) -> BlankError:
    """Posterior of the shift from pairs of polled and real blank shares (0-1), one pair an election.

    >>> fit_blank([], []).shift
    -0.7
    >>> fit_blank([0.134], [0.0598]).shift < -0.7
    True
    """
    p = np.clip(np.asarray(polled, float), 0.002, 0.9)
    r = np.clip(np.asarray(real, float), 0.002, 0.9)
    miss = np.log(r / (1 - r)) - np.log(p / (1 - p))
    precision = 1 / PRIOR_SD**2 + len(miss) / ELECTION_SD**2
    shift = (PRIOR_MEAN / PRIOR_SD**2 + miss.sum() / ELECTION_SD**2) / precision
    return BlankError(float(shift), float(np.sqrt(1 / precision + ELECTION_SD**2)), len(miss))


def deflate(share: FloatArray, blank: int | None, shift: float) -> FloatArray:
    """Shares with the blank vote moved by `shift` on the logit and the others scaled to fill.

    >>> deflate(np.array([0.5, 0.4, 0.1]), 2, -1.0).round(3).tolist()
    [0.534, 0.427, 0.039]
    """
    if blank is None:
        return share
    b = min(max(float(share[blank]), 1e-6), 1 - 1e-6)
    logit = np.log(b / (1 - b)) + shift
    new = 1 / (1 + np.exp(-logit))
    out = share * (1 - new) / (1 - b)
    out[blank] = new
    return np.asarray(out, dtype=np.float64)
