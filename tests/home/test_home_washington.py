"""The bundled case: the size of what the meeting does, and what is said of it."""

from __future__ import annotations

import numpy as np
import pytest

from cumbre import home
from cumbre.record import Case, load
from cumbre.worlds import Worlds


@pytest.fixture(scope="module")
def case() -> Case:
    return load("washington-2026")


@pytest.fixture(scope="module")
def alone(case: Case) -> Worlds:
    """Worlds in which neither the table nor the relation moves: what is left is the meeting."""
    return home.simulate(case, Worlds.start(case.id, case.as_of, draws=20_000, seed=1))


def test_the_meeting_alone_is_worth_about_a_tenth_of_a_point(case: Case, alone: Worlds) -> None:
    points = alone["home"]["channel"]
    ids = ["approval_to_successor", "lost_attack_line", "security_salience", "remittance_visa"]
    total = points.sel(path=ids).sum("path").values
    low, high = np.quantile(total, [0.05, 0.95])
    assert 0.0 < total.mean() < 0.3
    assert -0.9 < low < -0.4
    assert 0.7 < high < 1.3


def test_no_single_past_shock_is_claimed_from_polls_months_apart(case: Case) -> None:
    events = home.readout(case)["events"]
    assert not events["separable"].any()
    assert (events["reason"] != "").all()
    assert (events["library_low"] < 0).all()
    assert (events["library_high"] > 0).all()


def test_image_is_not_job_approval(case: Case) -> None:
    table = home.readout(case)["pollsters"].set_index("name")
    assert table.loc["job", "mean"] == 0
    assert table.loc["image", "mean"] > 3


def test_method_is_quiet_on_quiet_dates(case: Case) -> None:
    placebo = home.readout(case)["placebo"]
    assert len(placebo) >= 20
    assert placebo["flagged"].mean() <= 0.2


def test_replay_before_the_invitation_knows_no_meeting() -> None:
    import datetime as dt

    early = load("washington-2026", as_of=dt.date(2025, 12, 1))
    fitted = home.fit(early)
    assert fitted.meeting is None
    assert all(e.day <= 0 for e in fitted.events)
    group = home.simulate(early, Worlds.start(early.id, early.as_of, draws=500, seed=1), fitted)["home"]
    assert not group["channel"].sel(path="lost_attack_line").values.any()


def test_every_label_is_one_of_the_six(case: Case) -> None:
    labels = {p.label for p in home.passports(case).values()}
    assert labels <= {"estimated", "selected", "literature", "judged", "recorded", "simulated"}
    assert {"estimated", "selected", "judged"} <= labels
