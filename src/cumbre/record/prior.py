"""One small language for a prior that a person writes in a case: `normal(0.28, 0.12) [0, inf]`.

Forms (all with optional truncation `[low, high]`): `normal(mean, sd)`, `t4(centre, scale)` (Student t, 4 d.f.),
`lognormal(median, sigma)`, `beta(a, b)`, `uniform(low, high)`, `pert(low, mode, high)`, `point(value)`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

__all__ = ["Prior", "parse_prior", "pert_quantile"]

FloatArray = npt.NDArray[np.float64]
_FORM = re.compile(r"^\s*([a-z0-9]+)\s*\(([^()]*)\)\s*(?:\[\s*([^,\]]+)\s*,\s*([^,\]]+)\s*\])?\s*$")
_PARAMETERS = {"normal": 2, "t4": 2, "lognormal": 2, "beta": 2, "uniform": 2, "pert": 3, "point": 1}


def pert_quantile(u: FloatArray, low: FloatArray | float, mode: FloatArray | float, high: FloatArray | float) -> FloatArray:
    """Quantiles of the PERT distribution, a beta on [low, high] with the given mode and weight 4.

    a = 1 + 4 (mode - low) / (high - low), b = 1 + 4 (high - mode) / (high - low). Where low == high the value is low.
    Source: Malcolm et al. 1959, doi:10.1287/opre.7.5.646. All arguments broadcast.

    >>> pert_quantile(np.array([0.5]), 0.0, 5.0, 10.0).round(6).tolist()
    [5.0]
    """
    low, mode, high = np.asarray(low, float), np.asarray(mode, float), np.asarray(high, float)
    span = np.where(high > low, high - low, 1.0)
    a = 1 + 4 * (mode - low) / span
    b = 1 + 4 * (high - mode) / span
    return np.asarray(np.where(high > low, low + span * special.betaincinv(a, b, u), low), dtype=np.float64)


@dataclass(frozen=True)
class Prior:
    """A parsed prior; `ppf` maps uniforms in (0, 1) to values.

    >>> parse_prior("normal(0, 1)").ppf(np.array([0.5])).tolist()
    [0.0]
    """

    form: str
    parameters: tuple[float, ...]
    low: float
    high: float

    def _quantile(self, u: FloatArray) -> FloatArray:
        p: Any = self.parameters
        match self.form:
            case "normal":
                return np.asarray(p[0] + p[1] * special.ndtri(u))
            case "t4":
                return np.asarray(p[0] + p[1] * special.stdtrit(4, u))
            case "lognormal":
                return np.asarray(p[0] * np.exp(p[1] * special.ndtri(u)))
            case "beta":
                return np.asarray(special.betaincinv(p[0], p[1], u))
            case "uniform":
                return np.asarray(p[0] + (p[1] - p[0]) * u)
            case "pert":
                return pert_quantile(u, *p)
        return np.full_like(u, p[0])

    def _cdf(self, x: float) -> float:
        if np.isinf(x):
            return 0.0 if x < 0 else 1.0
        p: Any = self.parameters
        match self.form:
            case "normal":
                return float(special.ndtr((x - p[0]) / p[1]))
            case "t4":
                return float(special.stdtr(4, (x - p[0]) / p[1]))
            case "lognormal":
                return float(special.ndtr(np.log(x / p[0]) / p[1])) if x > 0 else 0.0
            case "beta":
                return float(special.betainc(p[0], p[1], min(max(x, 0.0), 1.0)))
            case "uniform":
                return float(np.clip((x - p[0]) / (p[1] - p[0]), 0, 1))
            case "pert":
                span = p[2] - p[0]
                a, b = 1 + 4 * (p[1] - p[0]) / span, 1 + 4 * (p[2] - p[1]) / span
                return float(special.betainc(a, b, np.clip((x - p[0]) / span, 0.0, 1.0)))
        return float(x >= p[0])

    def ppf(self, u: npt.ArrayLike) -> FloatArray:
        """Values at probabilities `u`, cut to [low, high] by restricting the probability range."""
        u = np.asarray(u, dtype=np.float64)
        if self.form == "point":
            return np.full_like(u, self.parameters[0])
        a, b = self._cdf(self.low), self._cdf(self.high)
        return np.clip(self._quantile(np.clip(a + (b - a) * u, 1e-12, 1 - 1e-12)), self.low, self.high)


@lru_cache(maxsize=512)
def parse_prior(text: str) -> Prior:
    """Read a prior. Raises ValueError with the mend where the text is not one."""
    match = _FORM.match(text)
    forms = ", ".join(_PARAMETERS)
    if not match or match[1] not in _PARAMETERS:
        raise ValueError(f"{text!r} is no prior; write e.g. normal(0, 1) or normal(0.3, 0.1) [0, inf] (forms: {forms})")
    form = match[1]
    try:
        parameters = tuple(float(part) for part in match[2].split(","))
        low = float(match[3]) if match[3] else -np.inf
        high = float(match[4]) if match[4] else np.inf
    except ValueError:
        raise ValueError(f"{text!r}: every parameter must be a number") from None
    if len(parameters) != _PARAMETERS[form]:
        raise ValueError(f"{text!r}: {form} takes {_PARAMETERS[form]} parameters, got {len(parameters)}")
    if form in ("normal", "t4", "lognormal") and parameters[1] <= 0:
        raise ValueError(f"{text!r}: the spread must be above 0")
    if form == "uniform" and parameters[0] >= parameters[1]:
        raise ValueError(f"{text!r}: low must be below high")
    if form == "pert" and not (parameters[0] <= parameters[1] <= parameters[2] and parameters[0] < parameters[2]):
        raise ValueError(f"{text!r}: pert needs low <= mode <= high and low < high")
    if low >= high:
        raise ValueError(f"{text!r}: the cut [{low:g}, {high:g}] is empty")
    return Prior(form, parameters, low, high)
