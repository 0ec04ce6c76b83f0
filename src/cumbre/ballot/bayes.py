"""The same state space by full Bayes, with multinomial counts: a cross-check of the exact filter (extra `bayes`).

theta_t is a random walk over the days with polls, d_h static house effects, and a poll of options S has counts
n / DESIGN times its shares, drawn from Multinomial(softmax over S of theta_t + d_h + e), e ~ N(0, poll^2). Scales are given, as in one
point of the grid of the filter; what is checked is the Gaussian treatment of counts and closure. Sampler: NUTS, Hoffman and Gelman
2014, arXiv:1111.4246, in numpyro.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cumbre.ballot.filter import DESIGN, DIFFUSE, Scales, Survey
from cumbre.errors import UsageError

__all__ = ["Posterior", "sample"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Posterior:
    """Draws of the shares on the last poll day (draw, option), of house effects (draw, house, option), and the largest R-hat."""

    share: FloatArray
    house: FloatArray
    worst_rhat: float


def _arrays(surveys: Sequence[Survey], options: int) -> dict[str, npt.NDArray[Any]]:
    """Counts (poll, option), mask of listed options, index of the day and of the house of every poll, gaps between days."""
    days = sorted({s.day for s in surveys})
    counts, listed = np.zeros((len(surveys), options)), np.zeros((len(surveys), options), dtype=bool)
    for i, s in enumerate(surveys):
        counts[i, s.options] = np.round(s.n / DESIGN * s.share / s.share.sum())
        listed[i, s.options] = True
    return {
        "counts": counts.astype(np.int32), "listed": listed, "day": np.array([days.index(s.day) for s in surveys]),
        "house": np.array([s.house for s in surveys]), "gap": np.diff(np.array(days)),
    }  # fmt: skip


def sample(
    surveys: Sequence[Survey], options: int, houses: int, scales: Scales, prior_mean: FloatArray, *, draws: int = 1000,
    warmup: int = 500, chains: int = 2, seed: int = 0,
) -> Posterior:  # fmt: skip
    """Posterior of support on the last poll day. Surveys of full fields only (no matrix); sorted or not.

    Raises UsageError where numpyro is not installed or a survey carries a matrix.
    """
    try:
        import jax
        import jax.numpy as jnp
        import numpyro
        from numpyro import distributions as dist
        from numpyro.infer import MCMC, NUTS
    except ImportError as missing:
        raise UsageError("full Bayes needs numpyro; install it with: pip install 'cumbre[bayes]'") from missing
    if any(s.matrix is not None for s in surveys):
        raise UsageError("full Bayes takes questions of the full field only; leave out lists and bloc questions")
    rows = _arrays(surveys, options)
    step = scales.walk * np.sqrt(rows["gap"])

    def model() -> None:
        first = numpyro.sample("first", dist.Normal(0, 1).expand([options]).to_event(1))
        moves = numpyro.sample("moves", dist.Normal(0, 1).expand([len(step), options]).to_event(2))
        raw_house = numpyro.sample("raw_house", dist.Normal(0, 1).expand([houses, options]).to_event(2))
        raw_poll = numpyro.sample("raw_poll", dist.Normal(0, 1).expand([len(rows["day"]), options]).to_event(2))
        start = prior_mean + DIFFUSE * first
        path = jnp.concatenate([start[None], start[None] + jnp.cumsum(step[:, None] * moves, axis=0)])
        house = numpyro.deterministic("house", scales.house * raw_house)
        logits = path[rows["day"]] + house[rows["house"]] + scales.poll * raw_poll
        logits = jnp.where(rows["listed"], logits, -1e9)
        total = rows["counts"].sum(axis=1)
        numpyro.sample("counts", dist.Multinomial(total_count=total, logits=logits).to_event(1), obs=rows["counts"])
        numpyro.deterministic("share", jax.nn.softmax(path[-1]))

    kernel = NUTS(model)
    run = MCMC(kernel, num_warmup=warmup, num_samples=draws, num_chains=chains, chain_method="sequential", progress_bar=False)
    run.run(jax.random.PRNGKey(seed))
    found = run.get_samples()
    summary = numpyro.diagnostics.summary(run.get_samples(group_by_chain=True))
    rhat = max(float(np.nanmax(v["r_hat"])) for k, v in summary.items() if k == "share")
    return Posterior(np.asarray(found["share"], dtype=np.float64), np.asarray(found["house"], dtype=np.float64), rhat)
