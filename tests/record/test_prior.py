"""Priors that a person writes: quantiles against scipy, cuts, and refusals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from cumbre.record import parse_prior, pert_quantile

U = np.array([0.01, 0.25, 0.5, 0.9, 0.999])


@pytest.mark.parametrize(
    ("text", "oracle"),
    [
        ("normal(0.28, 0.12)", stats.norm(0.28, 0.12)),
        ("t4(2, 2.5)", stats.t(4, 2, 2.5)),
        ("lognormal(4, 0.6)", stats.lognorm(0.6, scale=4)),
        ("beta(2, 5)", stats.beta(2, 5)),
        ("uniform(-1, 3)", stats.uniform(-1, 4)),
        ("pert(0, 2, 10)", stats.beta(1.8, 4.2, 0, 10)),
        ("normal(0.3, 0.5) [0, inf]", stats.truncnorm(-0.6, np.inf, 0.3, 0.5)),
    ],
)
def test_quantiles_agree_with_scipy(text: str, oracle: object) -> None:
    np.testing.assert_allclose(parse_prior(text).ppf(U), oracle.ppf(U), rtol=1e-6)  # type: ignore[attr-defined]


@given(st.floats(0.001, 0.999), st.floats(-5, 4.9), st.floats(0.01, 5))
def test_a_cut_prior_stays_inside_its_cut(u: float, low: float, width: float) -> None:
    value = float(parse_prior(f"normal(0, 1) [{low}, {low + width}]").ppf(u))
    assert low <= value <= low + width


def test_a_pert_without_width_is_a_point() -> None:
    assert pert_quantile(U, 3.0, 3.0, 3.0).tolist() == [3.0] * 5


@pytest.mark.parametrize(
    ("text", "words"),
    [("gauss(0, 1)", "is no prior"), ("normal(0)", "takes 2 parameters"), ("normal(0, -1)", "above 0"), ("normal(a, 1)", "a number"),
     ("uniform(3, 1)", "below high"), ("pert(3, 2, 5)", "low <= mode"), ("normal(0, 1) [2, 1]", "is empty"), ("", "is no prior")],
)  # fmt: skip
def test_what_is_no_prior_is_refused(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_prior(text)
