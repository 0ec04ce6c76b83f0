"""The shock library as a prior: what an event of a kind does to a leader's approval, with selection as an explicit knob.

The model (see pooled) is fitted once on the open library; its posterior draws and the fitted rows ship in priors/home.json. A
predictive distribution is an exact mixture of normals over those draws, so listing it costs milliseconds and no randomness.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cumbre import priors
from cumbre.errors import UsageError
from cumbre.home.mixture import Mixture, t_scales
from cumbre.home.pooled import DEGREES, Posterior, fit_pooled
from cumbre.home.shocks import KINDS

__all__ = ["Prediction", "ShockModel", "library", "library_table", "predict_shock", "predictive_table", "shipped_model"]

FloatArray = npt.NDArray[np.float64]
_SCALES = t_scales(DEGREES, 8)
_LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
_PRIOR_SD = {"kind": 2.0, "news": 3.0, "less_salient": 1.5, "election": 0.7, "from_us": 0.7}
"""Prior sd of the coefficients, points: chosen by leaving shocks out; see docs/home.md for what each choice scores."""
SELECTIONS = {"frame": 0.0, "news": 1.0, "mixed": 0.5}


def _features(data: pd.DataFrame) -> FloatArray:
    """Columns less_salient, election, from_us, shape (row, 3); nan where unknown."""
    known = data["salience"].isin(["high", "med", "low"])
    return np.column_stack(
        [
            np.where(known, (data["salience"] != "high").astype(float), np.nan),
            data["election"].to_numpy(dtype=float),
            np.where(data["initiator"] == "", np.nan, (data["initiator"] == "US").astype(float)),
        ]
    )


@dataclass(frozen=True)
class ShockModel:
    """Posterior of the library: centres of the three features and draws of the parameters.

    Column k of beta is the mean effect of KINDS[k] in fixed frames, column 4 + k what selection through news adds, columns 8-10
    what lower salience, an election within six months and a US initiator add. Group 2k + news of tau is the spread.
    """

    centres: FloatArray
    posterior: Posterior

    @classmethod
    def fit(cls, data: pd.DataFrame, *, keep: int = 200, thin: int = 10, seed: int = 1) -> ShockModel:
        """Fit on the usable rows of `tidy_shocks`. About 3 s for 130 rows."""
        rows = data[data["usable"]]
        if rows["shock"].nunique() < 10:
            raise UsageError(f"{rows['shock'].nunique()} usable shocks; the library needs at least 10 to be fitted")
        features = _features(rows)
        centres = np.array([float(np.mean(c[np.isfinite(c)])) if np.isfinite(c).any() else 0.0 for c in features.T])
        kind = np.array([KINDS.index(k) for k in rows["kind"]])
        news = np.nan_to_num(rows["news"].to_numpy(dtype=float), nan=0.5)
        x = cls._design(kind, news, features, centres)
        scale = np.array(
            [_PRIOR_SD["kind"]] * 4 + [_PRIOR_SD["news"]] * 4 + [_PRIOR_SD[n] for n in ("less_salient", "election", "from_us")]
        )
        posterior = fit_pooled(
            rows["change"].to_numpy(dtype=float), rows["noise"].to_numpy(dtype=float), x, scale,
            pd.factorize(rows["shock"])[0], 2 * kind + (news > 0.5), 2 * len(KINDS), keep=keep, thin=thin, seed=seed,
        )  # fmt: skip
        return cls(centres, posterior)

    @staticmethod
    def _design(kind: npt.NDArray[np.intp], news: FloatArray, features: FloatArray, centres: FloatArray) -> FloatArray:
        one = np.eye(len(KINDS))[kind]
        return np.hstack([one, one * news[:, None], np.where(np.isfinite(features), features - centres, 0.0)])

    def effect(self, kind: str, *, news: float = 0.5, less_salient: float = np.nan, election: float = np.nan,
               from_us: float = np.nan) -> Mixture:  # fmt: skip
        """True effect of a new shock, in points, as a mixture; nan means unknown and stands at the library's average.

        `news` in 0..1 weighs the distribution of news-selected shocks against that of the fixed frames. A kind outside KINDS
        is a blend of all four.
        """
        if kind not in KINDS:
            parts = [
                (1.0, self.effect(k, news=news, less_salient=less_salient, election=election, from_us=from_us)) for k in KINDS
            ]
            return Mixture.blend(parts)
        k = np.array([KINDS.index(kind)])
        features = np.array([[less_salient, election, from_us]])
        parts = []
        for selected, weight in ((0.0, 1 - news), (1.0, news)):
            x = self._design(k, np.array([selected]), features, self.centres)[0]
            spread = self.posterior.tau[:, 2 * k[0] + int(selected)]
            parts.append((weight, Mixture.equal((self.posterior.beta @ x)[:, None], spread[:, None] * _SCALES)))
        return Mixture.blend(parts)

    def mean_effect(self, kind: str, news: float) -> FloatArray:
        """Draws of the mean effect of a kind (average salience, initiator and calendar), shape (draw,)."""
        k = KINDS.index(kind)
        return np.asarray(self.posterior.beta[:, k] + news * self.posterior.beta[:, 4 + k])

    def change(self, row: pd.Series[Any]) -> Mixture:
        """Observed change of one tidy row: the effect, this pollster's own departure, and the noise of two polls."""
        less, election, us = _features(row.to_frame().T.astype({"election": float}))[0]
        news = 0.5 if np.isnan(row["news"]) else float(row["news"])
        effect = self.effect(str(row["kind"]), news=news, less_salient=less, election=election, from_us=us)
        return effect.widened(float(row["noise"]) + float(np.mean(self.posterior.s**2)))

    def as_json(self, decimals: int = 3) -> dict[str, Any]:
        """Plain lists, rounded."""
        return {
            "columns": [*KINDS, *(f"news:{k}" for k in KINDS), "less_salient", "election_within_6m", "initiator_us"],
            "centres": self.centres.round(4).tolist(),
            "beta": self.posterior.beta.round(decimals).tolist(),
            "tau": self.posterior.tau.round(decimals).tolist(),
            "s": self.posterior.s.round(decimals).tolist(),
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> ShockModel:
        """The inverse of `as_json`."""
        draws = Posterior(np.array(stored["beta"]), np.array(stored["tau"]), np.array(stored["s"]))
        return cls(np.array(stored["centres"]), draws)


@dataclass(frozen=True)
class Prediction:
    """What the library says of one event: the distribution of its true peak effect on approval, in points.

    `label` is `estimated` where only fixed frames speak, `selected` where news rows enter. `shocks` and `frame_shocks` count
    the fitted shocks of the kind.
    """

    kind: str
    words: str
    effect: Mixture
    label: str
    shocks: int
    frame_shocks: int

    @property
    def mean(self) -> float:
        """Expected effect, points."""
        return self.effect.mean

    def quantile(self, *levels: float) -> list[float]:
        """Quantiles, points."""
        return [float(q) for q in self.effect.quantile(levels)]

    def chance_positive(self) -> float:
        """Chance that the true effect is above zero."""
        return 1 - float(self.effect.cdf(0.0))

    def table(self) -> pd.DataFrame:
        """One row: mean, seven quantiles, chance above zero, counts, label."""
        values = {f"q{round(p * 100):02d}": q for p, q in zip(_LEVELS, self.quantile(*_LEVELS), strict=True)}
        return pd.DataFrame(
            [{"event": self.words, "mean": self.mean, **values, "p_positive": self.chance_positive(), "shocks": self.shocks,
              "frame_shocks": self.frame_shocks, "label": self.label}]
        )  # fmt: skip

    def __str__(self) -> str:
        q05, q50, q95 = self.quantile(0.05, 0.5, 0.95)
        return (
            f"{self.words}: mean {self.mean:+.1f} points of approval at the peak; 5 / 50 / 95 %: {q05:+.1f} / {q50:+.1f} / "
            f"{q95:+.1f}; above zero {self.chance_positive():.0%}; {self.shocks} shocks, {self.frame_shocks} from fixed frames "
            f"({self.label})"
        )


@cache
def shipped_model() -> ShockModel:
    """The model fitted on the open library, as shipped."""
    return ShockModel.from_json(priors.load("home")["model"])


def library(*, kind: str | None = None, initiator: str | None = None, country: str | None = None, salience: str | None = None,
            selection: str | None = None, election_within_6m: bool | None = None) -> pd.DataFrame:  # fmt: skip
    """The shipped rows, one a shock and pollster, filtered; `selection` is `news` or `frame`.

    >>> rows = library(kind="coercion", initiator="US", salience="high", election_within_6m=False)
    >>> bool(len(rows) > 5 and (rows["kind"] == "coercion").all())
    True
    """
    stored = priors.load("home")["rows"]
    rows = pd.DataFrame(stored["data"], columns=stored["columns"])
    for name, wanted in (("kind", kind), ("initiator", initiator), ("country", country), ("salience", salience)):
        if wanted is not None:
            known = sorted(set(rows[name].dropna()))
            if wanted not in known:
                raise UsageError(f"no shock with {name} {wanted!r} in the library; it knows {', '.join(map(str, known))}")
    for name, wanted in (("kind", kind), ("initiator", initiator), ("country", country), ("salience", salience)):
        if wanted is not None:
            rows = rows[rows[name] == wanted]
    if selection is not None:
        if selection not in ("news", "frame"):
            raise UsageError(f"selection {selection!r} is unknown; use news or frame")
        rows = rows[rows["selection"].str.startswith(selection)]
    if election_within_6m is not None:
        rows = rows[rows["election_within_6m"] == ("y" if election_within_6m else "n")]
    return rows.reset_index(drop=True)


def predict_shock(kind: str, *, initiator: str | None = None, salience: str | None = None, selection: float | str | None = None,
                  election_within_6m: bool | None = None) -> Prediction:  # fmt: skip
    """Predictive distribution of the peak effect of an event on the home leader's approval.

    `selection` is `frame` (an event picked without looking at polls), `news` (one that made news through its polls), `mixed`
    (half and half, also where None) or a weight of the news part in 0..1. What else is None stands at the library's average.

    >>> p = predict_shock("coercion", initiator="US", salience="high", election_within_6m=False)
    >>> p.quantile(0.05)[0] < 0 < p.quantile(0.95)[0]
    True
    """
    if kind not in KINDS:
        raise UsageError(f"kind {kind!r} is unknown; use one of {', '.join(KINDS)}")
    if salience not in (None, "high", "med", "low"):
        raise UsageError(f"salience {salience!r} is unknown; use high, med or low")
    selection = "mixed" if selection is None else selection
    if isinstance(selection, str):
        if selection not in SELECTIONS:
            raise UsageError(f"selection {selection!r} is unknown; use frame, news, mixed or a number from 0 to 1")
        news = SELECTIONS[selection]
    else:
        news = float(selection)
        if not 0 <= news <= 1:
            raise UsageError(f"selection {news:g} is outside 0 to 1; 0 is a fixed frame, 1 a story in the news")
    effect = shipped_model().effect(
        kind,
        news=news,
        less_salient=np.nan if salience is None else float(salience != "high"),
        election=np.nan if election_within_6m is None else float(election_within_6m),
        from_us=np.nan if initiator is None else float(initiator.upper() in ("US", "USA")),
    )
    rows = library(kind=kind)
    words = [kind]
    if initiator:
        words.append(f"initiator {initiator}")
    if salience:
        words.append(f"salience {salience}")
    if election_within_6m is not None:
        words.append("an election within six months" if election_within_6m else "no election within six months")
    words.append(f"news weight {news:g}")
    return Prediction(
        kind, ", ".join(words), effect, "estimated" if news == 0 else "selected", int(rows["shock_id"].nunique()),
        int(rows.loc[rows["selection"] != "news", "shock_id"].nunique()),
    )  # fmt: skip


def library_table(*, kind: str | None = None, initiator: str | None = None, country: str | None = None,
                  salience: str | None = None, selection: str | None = None,
                  election_within_6m: bool | None = None) -> pd.DataFrame:  # fmt: skip
    """The shipped rows for reading, newest first: what happened to whom, found how, and the change that polls saw, in points.

    The filters are those of `library`.

    >>> library_table(kind="humiliation").columns[:4].tolist()
    ['date', 'country', 'leader', 'event']
    """
    rows = library(
        kind=kind, initiator=initiator, country=country, salience=salience, selection=selection, election_within_6m=election_within_6m
    )  # fmt: skip
    columns = ["date", "country", "leader", "event", "initiator", "kind", "salience", "selection", "pollster", "before", "change"]
    return rows.sort_values(["date", "shock_id", "pollster"], ascending=[False, True, True])[columns].reset_index(drop=True)


def predictive_table(*, kind: str | None = None, initiator: str | None = None, salience: str | None = None,
                     election_within_6m: bool | None = None) -> pd.DataFrame:  # fmt: skip
    """Predictive distributions of a new shock: a row for every kind (or the one given) and selection (frame, mixed, news).

    >>> len(predictive_table()), len(predictive_table(kind="coercion"))
    (12, 3)
    """
    tables = [
        predict_shock(k, initiator=initiator, salience=salience, selection=s, election_within_6m=election_within_6m)
        .table()
        .assign(kind=k, selection=s)
        for k in ((kind,) if kind else KINDS)
        for s in ("frame", "mixed", "news")
    ]
    return pd.concat(tables, ignore_index=True)
