"""Normal mixtures: the exact form in which every predictive distribution of the shock library is kept.

A posterior sample of a hierarchical model with Student-t shocks is a finite mixture of normals once the t is written as a
scale mixture (Andrews & Mallows 1974, doi:10.1111/j.2517-6161.1974.tb00989.x). Quantiles then follow by bisection, without
random numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

__all__ = ["Mixture", "t_scales"]

FloatArray = npt.NDArray[np.float64]


def t_scales(df: float, nodes: int) -> FloatArray:
    """Multipliers of a scale whose equal mixture of normals stands for a Student t, shape (nodes,).

    If w ~ Gamma(df/2, rate df/2) then N(0, 1/w) is t with `df` degrees of freedom; the nodes are the medians of `nodes` equal
    slices of w, and the value returned is 1/sqrt(w).

    >>> t_scales(4.0, 3).round(2).tolist()
    [1.65, 1.09, 0.79]
    """
    middle = (np.arange(nodes) + 0.5) / nodes
    w = special.gammaincinv(df / 2, middle) / (df / 2)
    return np.asarray(1 / np.sqrt(w), dtype=np.float64)


@dataclass(frozen=True)
class Mixture:
    """A weighted mixture of normals: `centre`, `sd` and `weight`, each of shape (component,); weights sum to 1.

    >>> m = Mixture.equal(np.array([1.0]), np.array([2.0]))
    >>> m.quantile([0.5, 0.975]).round(2).tolist()
    [1.0, 4.92]
    """

    centre: FloatArray
    sd: FloatArray
    weight: FloatArray

    @classmethod
    def equal(cls, centre: npt.ArrayLike, sd: npt.ArrayLike) -> Mixture:
        """Components of equal weight; the arguments broadcast and are flattened."""
        c, s = np.broadcast_arrays(np.asarray(centre, float), np.asarray(sd, float))
        return cls(c.ravel(), s.ravel(), np.full(c.size, 1 / c.size))

    @staticmethod
    def blend(parts: list[tuple[float, Mixture]]) -> Mixture:
        """A mixture of mixtures with the given weights (they are scaled to sum to 1); parts of weight 0 are left out."""
        parts = [(w, m) for w, m in parts if w > 0]
        total = sum(w for w, _ in parts)
        return Mixture(
            np.concatenate([m.centre for _, m in parts]),
            np.concatenate([m.sd for _, m in parts]),
            np.concatenate([m.weight * (w / total) for w, m in parts]),
        )

    def widened(self, variance: float) -> Mixture:
        """The same mixture with independent normal noise of this variance added."""
        return Mixture(self.centre, np.sqrt(self.sd**2 + variance), self.weight)

    @property
    def mean(self) -> float:
        """Expected value."""
        return float(self.weight @ self.centre)

    @property
    def variance(self) -> float:
        """Variance about the mean."""
        return float(self.weight @ (self.sd**2 + (self.centre - self.mean) ** 2))

    def cdf(self, x: npt.ArrayLike) -> FloatArray:
        """Chance of a value at or below each x, shape of x."""
        x = np.asarray(x, float)
        return np.asarray(special.ndtr((x[..., None] - self.centre) / self.sd) @ self.weight, dtype=np.float64)

    def pdf(self, x: npt.ArrayLike) -> FloatArray:
        """Density at each x, shape of x."""
        z = (np.asarray(x, float)[..., None] - self.centre) / self.sd
        return np.asarray(np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi) @ (self.weight / self.sd), dtype=np.float64)

    def quantile(self, levels: npt.ArrayLike) -> FloatArray:
        """Values at the given levels in (0, 1), shape of `levels`, exact to 1e-6 of the widest component."""
        p = np.asarray(levels, float)
        wanted, reach = p.ravel(), 12 * self.sd.max()
        # eight points a component make a fair picture of the whole: a start from which few Newton steps are left
        z = special.ndtri((np.arange(8) + 0.5) / 8)
        points = (self.centre[:, None] + self.sd[:, None] * z).ravel()
        order = np.argsort(points)
        mass = np.repeat(self.weight / 8, 8)[order]
        x = np.interp(wanted, np.cumsum(mass) - mass / 2, points[order])
        low, high = np.full(x.shape, self.centre.min() - reach), np.full(x.shape, self.centre.max() + reach)
        left = np.arange(len(x))
        for _ in range(80):
            z = (x[left, None] - self.centre) / self.sd
            miss = special.ndtr(z) @ self.weight - wanted[left]
            slope = np.exp(-0.5 * z * z) @ (self.weight / self.sd) / np.sqrt(2 * np.pi)
            low[left], high[left] = np.where(miss < 0, x[left], low[left]), np.where(miss < 0, high[left], x[left])
            with np.errstate(divide="ignore", invalid="ignore"):
                newton = x[left] - miss / slope
            # where Newton leaves what is known to hold the level, as it does between two far components, the middle is safe
            inside = (newton > low[left]) & (newton < high[left])
            step = np.where(inside, newton, (low[left] + high[left]) / 2)
            moved = np.abs(step - x[left]) >= 1e-9 * reach
            x[left] = step
            left = left[moved]
            if not len(left):
                break
        return np.asarray(x.reshape(p.shape), dtype=np.float64)
