"""What houses did in earlier elections: recovered from simulated houses, and used only where it may be."""

from __future__ import annotations

import numpy as np
import pytest

from cumbre.ballot.filter import HousePrior, Scales, Survey, run_filter
from cumbre.ballot.house_record import HouseHistory, Seen, fit_persistence, roles_of, seen_of


def simulated_houses(r: float, seed: int = 0, houses: int = 40, elections: int = 3) -> dict[str, Seen]:
    """Effects of 0.1 on the log scale of which a share r (of the variance) stays with the house; polls of it have an error of 0.02."""
    rng = np.random.default_rng(seed)
    names, share = [f"h{i}" for i in range(houses)], np.array([0.4, 0.3, 0.2, 0.1])
    roles = roles_of(["a", "b", "c", "d"], ["candidate"] * 4, share)
    own = rng.standard_normal((houses, 4))
    prior, noise = 0.15, 0.02
    out = {}
    for e in range(elections):
        true = 0.1 * (np.sqrt(r) * own + np.sqrt(1 - r) * rng.standard_normal((houses, 4)))
        seen = true + noise * rng.standard_normal((houses, 4))
        variance = 1 / (1 / noise**2 + 1 / prior**2)
        mean = seen / noise**2 * variance
        out[f"xx-{2000 + e}"] = seen_of(names, roles, share, mean, np.full((houses, 4), np.sqrt(variance)), prior)
    return out


@pytest.mark.parametrize("r", [0.0, 0.7])
def test_the_memory_of_houses_is_recovered(r: float) -> None:
    found = fit_persistence(simulated_houses(r))["name"]
    assert found["n"] == 160
    assert found["r"] == pytest.approx(r, abs=0.12)


def test_a_house_starts_from_its_record_only_in_later_elections() -> None:
    seen = simulated_houses(0.8)
    history = HouseHistory(fit_persistence(seen), seen)
    roles = roles_of(["a", "e"], ["candidate"] * 2, np.array([0.6, 0.4]))
    assert history.prior("xx-2000", ["h0"], roles) is None, "nothing came before"
    assert history.prior("yy-2009", ["h0"], roles) is None, "another country"
    assert history.prior("xx-2009", ["new"], roles) is None, "a house that was never seen"
    known = history.prior("xx-2009", ["H0.", "new"], roles)
    assert known is not None
    past = np.mean([seen[e].houses["h0"]["name:a"][0] * seen[e].scale["candidate"] for e in seen])
    assert known.mean[0, 0] == pytest.approx(0.85 * past, rel=0.25)
    assert known.ratio[0, 0] < 0.8, "what is known of a house narrows its effect"
    assert known.mean[1].tolist() == [0.0, 0.0]
    assert known.ratio[1] == pytest.approx([1.0, 1.0], abs=0.3), (
        "a new house has no record, only a size beside that of the others"
    )


def test_a_wild_house_is_known_as_wild() -> None:
    seen = simulated_houses(0.0)
    for e in seen.values():
        e.houses["h0"]["size"], e.houses["h1"]["size"] = (0.7, 0.02), (-0.7, 0.02)
    memory = fit_persistence(seen) | {"size": {"r": 0.9, "sd": 0.0, "n": 40}}
    known = HouseHistory(memory, seen).prior("xx-2009", ["h0", "h1"], roles_of(["a"], ["candidate"], np.array([1.0])))
    assert known is not None
    assert known.ratio[0, 0] > 2 * known.ratio[1, 0]
    assert np.mean(known.ratio**2) == pytest.approx(1, abs=0.05)


def test_a_known_lean_is_taken_off_a_single_poll() -> None:
    poll = [Survey(0.0, 0, np.arange(2), np.array([0.55, 0.45]), 2000.0)]
    lean = HousePrior(np.array([[0.1, -0.1]]), np.full((1, 2), 0.3))
    plain = run_filter(poll, Scales(0.03, 0.1, 0.05), np.zeros(2), 1).mean
    known = run_filter(poll, Scales(0.03, 0.1, 0.05), np.zeros(2), 1, lean).mean
    assert np.diff(plain)[0] - np.diff(known)[0] == pytest.approx(-0.2, abs=0.03)


def test_no_memory_changes_nothing() -> None:
    seen = simulated_houses(0.5)
    none = {family: {"r": 0.0, "sd": 0.0, "n": 0} for family in fit_persistence(seen)}
    known = HouseHistory(none, seen).prior("xx-2009", ["h0"], roles_of(["a"], ["candidate"], np.array([1.0])))
    assert known is not None
    assert known.mean.tolist() == [[0.0]]
    assert known.ratio.tolist() == [[1.0]]
