"""The exact filter beside full Bayes on simulated polls. Skipped where numpyro (extra `bayes`) is not installed."""

from __future__ import annotations

import sys
import warnings

import numpy as np
import pytest

from cumbre.ballot.filter import DIFFUSE, Scales, Survey, run_filter
from cumbre.ballot.logratio import close, shares
from cumbre.errors import UsageError

SCALES = Scales(0.03, 0.10, 0.05)


def drawn(seed: int) -> list[Survey]:
    """Twelve polls of three houses on a moving truth of four options; one of three lists only three options."""
    rng = np.random.default_rng(seed)
    theta = np.log([0.36, 0.30, 0.22, 0.12])
    effects = SCALES.house * rng.standard_normal((3, 4))
    out = []
    for i in range(12):
        theta = theta + SCALES.walk * np.sqrt(4.0) * rng.standard_normal(4)
        listed = np.arange(4) if i % 3 else np.arange(3)
        p = close(np.exp(theta + effects[i % 3] + SCALES.poll * rng.standard_normal(4))[listed])
        n = 1200
        out.append(Survey(4.0 * i, i % 3, listed, rng.multinomial(round(n / 1.4), p) / round(n / 1.4), float(n)))
    return out


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_filter_and_full_bayes_agree() -> None:
    pytest.importorskip("numpyro", reason="numpyro is not installed: pip install 'cumbre[bayes]'")
    from cumbre.ballot.bayes import sample

    rows = drawn(11)
    mean = np.zeros(4)
    state = run_filter(rows, SCALES, mean, 3)
    z = np.random.default_rng(0).multivariate_normal(state.mean, state.cov, 40_000)
    exact = shares(z)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        full = sample(rows, 4, 3, SCALES, mean, draws=1500, warmup=700, seed=3)
    assert full.worst_rhat < 1.03
    sd = full.share.std(axis=0)
    np.testing.assert_array_less(np.abs(exact.mean(axis=0) - full.share.mean(axis=0)), 0.25 * sd)
    np.testing.assert_allclose(exact.std(axis=0), sd, rtol=0.15)
    assert DIFFUSE > 1


def test_without_numpyro_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    from cumbre.ballot.bayes import sample

    monkeypatch.setitem(sys.modules, "numpyro", None)
    with pytest.raises(UsageError, match=r"cumbre\[bayes\]"):
        sample(drawn(1), 4, 3, SCALES, np.zeros(4))
