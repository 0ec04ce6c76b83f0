"""What a polling house did in earlier elections of its country, and how much of it returns.

In one election the filter gives each house an effect on every option. Divided by the size that effects have in that election,
the effect z of house h on role k (a name that stands again, a place in the polls, "other", the blank vote) is

    z_he = m_h + u_he + noise_he,   m_h ~ N(0, r_k),   u_he ~ N(0, 1 - r_k)

so r_k is the correlation between two elections: 0 = the past says nothing, 1 = a house never changes. It is the posterior mean on a grid
from houses seen in two elections or more (one-way random effects: doi:10.1002/9780470316856, chapter 3), under a prior that gives
one half to r = 0 and spreads the other half with density 2 (1 - r): memory has to be shown. The size of a house's own effects against
those of the others is one more role, `size`: it makes some houses steadier than others, and leaves their mean square as it is. Effects are
measured against the other houses of the same election, never against the result, so nothing of an outcome enters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from cumbre.ballot.filter import HousePrior

__all__ = ["FAMILIES", "HouseHistory", "Seen", "fit_persistence", "house_key", "roles_of", "seen_of"]

FloatArray = npt.NDArray[np.float64]

FAMILIES = ("name", "place", "other", "blank", "size")
"""Roles whose persistence is estimated apart."""

GRID = np.linspace(0.0, 0.95, 39)
PLACES, LEAST_SHARE = 4, 0.03
"""Places in the polls that count as a role, and the share from which a candidate's effect is read."""

TYPICAL, TYPICAL_SD = 0.08, 1.0
"""Weak log-normal prior on the size of house effects within one election, sd on the log scale (judged)."""

VAGUE = 9.0
"""Variance of a standardised effect above which an election says nothing of a house."""


@dataclass(frozen=True)
class Seen:
    """Houses of one election: size of effects by group (candidate, other, blank); by house and role, z and its variance."""

    scale: dict[str, float]
    houses: dict[str, dict[str, tuple[float, float]]]


def house_key(name: str) -> str:
    """A house's name without accents, case, spaces and dots.

    >>> house_key("Cifras y Conceptos") == house_key("CIFRAS Y CONCEPTOS."), house_key("Infométrika")
    (True, 'infometrika')
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "", plain.lower())


def roles_of(options: Sequence[str], kinds: Sequence[str], share: FloatArray) -> list[tuple[str, ...]]:
    """Roles of every option, the most telling first: its own name, its place among the candidates; `other`; `blank`.

    >>> roles_of(["ana", "other"], ["candidate", "other"], np.array([0.9, 0.1]))
    [('name:ana', 'place:1'), ('other',)]
    """
    out: list[tuple[str, ...]] = []
    ranked = [i for i in np.argsort(-share, kind="stable") if kinds[i] == "candidate"]
    for i, (name, kind) in enumerate(zip(options, kinds, strict=True)):
        if kind != "candidate":
            out.append((kind,))
        elif share[i] < LEAST_SHARE:
            out.append((f"name:{name}",))
        else:
            place = ranked.index(i) + 1
            out.append((f"name:{name}", *((f"place:{place}",) if place <= PLACES else ())))
    return out


def seen_of(
    houses: Sequence[str], roles: Sequence[tuple[str, ...]], share: FloatArray, mean: FloatArray, sd: FloatArray, prior_sd: float
) -> Seen:
    """Standardised effects of the houses of one election.

    mean, sd (house, option) of the effects after its polls, under a prior of sd `prior_sd` around 0; the prior is divided out again, so
    what remains is what the polls say: x = mean / sd^2 / (1 / sd^2 - 1 / prior_sd^2).
    """
    effect = mean - (mean @ share)[:, None]
    variance = np.minimum(sd**2, 0.999 * prior_sd**2)
    precision = 1 / variance - 1 / prior_sd**2
    x, noise = effect / variance / precision, 1 / precision
    group = np.array([r[0].split(":")[0].replace("name", "candidate") for r in roles])
    used = (group != "candidate") | (share >= LEAST_SHARE)
    scale = {}
    for g in sorted(set(group[used])):
        columns = used & (group == g)
        scale[g] = _size(x[:, columns].ravel(), noise[:, columns].ravel())
    out: dict[str, dict[str, tuple[float, float]]] = {}
    inside = used & (group == "candidate")
    for h, house in enumerate(houses):
        found: dict[str, tuple[float, float]] = {}
        for i in np.flatnonzero(used):
            s = scale[group[i]]
            if noise[h, i] / s**2 <= VAGUE:
                found |= dict.fromkeys(roles[int(i)], (float(x[h, i] / s), float(noise[h, i] / s**2)))
        if len(houses) >= 3 and inside.sum() >= 2:
            ratio = x[h, inside] ** 2 / (scale["candidate"] ** 2 + noise[h, inside])
            half = 0.5 * (int(inside.sum()) - 1)
            # mean and variance of half the log of a chi-square over its degrees of freedom
            level = 0.5 * np.log(max(0.5 * ratio.sum() / half, 1e-3)) - 0.5 * (special.digamma(half) - np.log(half))
            found["size"] = (float(level), float(0.25 * special.polygamma(1, half)))
        if found:
            out[house_key(house)] = found
    return Seen(scale, out)


def _size(x: FloatArray, noise: FloatArray) -> float:
    """Size of effects behind noisy values: penalised likelihood on a grid."""
    grid = np.geomspace(0.005, 0.5, 60)
    total = grid[:, None] ** 2 + noise[None, :]
    log = -0.5 * (np.log(total) + x[None, :] ** 2 / total).sum(axis=1) - 0.5 * (np.log(grid / TYPICAL) / TYPICAL_SD) ** 2
    return float(grid[int(np.argmax(log))])


def _loglik(rows: Sequence[Sequence[tuple[float, float]]], unit: float) -> FloatArray:
    """Log-likelihood over GRID of houses and roles, each seen in several elections as (z, variance); unit: variance of an effect."""
    longest = max(len(r) for r in rows)
    z, noise = np.zeros((len(rows), longest)), np.full((len(rows), longest), np.inf)
    for k, row in enumerate(rows):
        z[k, : len(row)], noise[k, : len(row)] = np.array(row).T
    known = np.isfinite(noise)
    own = unit * (1 - GRID[:, None, None]) + noise
    common = unit * GRID[:, None]
    a, b, c = (1 / own).sum(axis=2), (z / own).sum(axis=2), (z**2 / own).sum(axis=2)
    logs = np.where(known, np.log(np.where(known, own, 1.0)), 0.0).sum(axis=2)
    return np.asarray(-0.5 * (logs + np.log1p(common * a) + c - common * b**2 / (1 + common * a)).sum(axis=1), dtype=np.float64)


SIZE_VARIANCE = 0.25
"""Variance of the log of a house's size about that of its election (judged: factors of 0.6 to 1.6 are common)."""


def fit_persistence(seen: Mapping[str, Seen], leave_out: str | None = None) -> dict[str, dict[str, float]]:
    """Correlation r between two elections by family: posterior mean and sd, and n = houses and roles seen at least twice.

    Elections are named `country-year`. Without a pair the prior mean stays out and r is 0: no data, no memory.

    >>> fit_persistence({})["name"]
    {'r': 0.0, 'sd': 0.0, 'n': 0}
    """
    rows: dict[tuple[str, str, str], list[tuple[float, float]]] = {}
    for election in sorted(seen):
        if election != leave_out:
            for house, roles in seen[election].houses.items():
                for role, value in roles.items():
                    rows.setdefault((election.split("-")[0], house, role), []).append(value)
    out = {}
    for family in FAMILIES:
        many = [v for k, v in sorted(rows.items()) if k[2].split(":")[0] == family and len(v) >= 2]
        if not many:
            out[family] = {"r": 0.0, "sd": 0.0, "n": 0}
            continue
        unit = SIZE_VARIANCE if family == "size" else 1.0
        slab = 0.5 * (1 - GRID) / (1 - GRID).sum()
        log = np.log(slab + 0.5 * (GRID == 0))
        log = log + _loglik(many, unit)
        weight = np.exp(log - log.max())
        weight = weight / weight.sum()
        mean = float(weight @ GRID)
        out[family] = {"r": mean, "sd": float(np.sqrt(max(weight @ GRID**2 - mean**2, 0.0))), "n": len(many)}
    return out


@dataclass(frozen=True)
class HouseHistory:
    """Persistence by family, and the houses of past elections."""

    persistence: dict[str, dict[str, float]] = field(default_factory=dict)
    seen: dict[str, Seen] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, d: Mapping[str, Any]) -> HouseHistory:
        """Read plain values."""
        seen = {
            e: Seen(dict(v["scale"]), {h: {k: (x[0], x[1]) for k, x in r.items()} for h, r in v["houses"].items()})
            for e, v in d.get("seen", {}).items()
        }
        return cls(dict(d.get("persistence", {})), seen)

    def before(self, election: str) -> list[Seen]:
        """Earlier elections of the same country, in order; elections are named `country-year`.

        >>> HouseHistory({}, {"xx-2001": Seen({}, {}), "xx-2005": Seen({}, {}), "yy-2000": Seen({}, {})}).before("xx-2005")
        [Seen(scale={}, houses={})]
        """
        head = election.split("-")[0]
        return [self.seen[e] for e in sorted(self.seen) if e.split("-")[0] == head and e < election]

    def effect(self, earlier: Sequence[Seen], house: str, role: str, unit: float = 1.0) -> tuple[float, float, int]:
        """Expected standardised effect of a house in a role, its variance, and in how many earlier elections it was seen."""
        r = float(self.persistence.get(role.split(":")[0], {}).get("r", 0.0))
        found = [s.houses[house_key(house)][role] for s in earlier if role in s.houses.get(house_key(house), {})]
        if not found or r <= 0:
            return 0.0, unit, len(found)
        z, noise = np.array(found).T
        own = unit * (1 - r) + noise
        precision = 1 / (unit * r) + (1 / own).sum()
        return float((z / own).sum() / precision), float(1 / precision + unit * (1 - r)), len(found)

    def prior(self, election: str, houses: Sequence[str], roles: Sequence[tuple[str, ...]]) -> HousePrior | None:
        """Prior of the house effects of an election; None where no house was seen before.

        The mean comes from the first role of an option in which the house was seen; the sd shrinks by what is known of it, and is scaled
        by the size of the house's past effects.
        """
        earlier = self.before(election)
        known = [h for h in houses if any(house_key(h) in s.houses for s in earlier)]
        if not known:
            return None
        mean, ratio = np.zeros((len(houses), len(roles))), np.ones((len(houses), len(roles)))
        size = np.exp([self.effect(earlier, house, "size", SIZE_VARIANCE)[0] for house in houses])
        size = size / np.sqrt(np.mean(size**2))  # how large effects are on the whole is read from this election's polls
        for h, house in enumerate(houses):
            for i, options in enumerate(roles):
                z, variance = 0.0, 1.0
                for role in options:
                    z, variance, n = self.effect(earlier, house, role)
                    if n:
                        break
                group = options[0].split(":")[0].replace("name", "candidate")
                scales = [s.scale[group] for s in earlier if group in s.scale]
                mean[h, i] = z * float(np.exp(np.mean(np.log(scales)))) if scales else 0.0
                ratio[h, i] = np.sqrt(variance) * (size[h] if group == "candidate" else 1.0)
        return HousePrior(mean, ratio)
