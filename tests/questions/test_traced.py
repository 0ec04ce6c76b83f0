"""Runs that reuse what did not change give the bytes of runs that reuse nothing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from cumbre import simulate
from cumbre.questions import headlines
from cumbre.questions.changed import _Runs, numbers_of
from cumbre.questions.items import apply_items, differences
from cumbre.questions.traced import Runner
from cumbre.record import load
from cumbre.record.case import Case


@pytest.fixture
def runs(folder: Path) -> _Runs:
    old, new = load(folder, dt.date(2031, 2, 1)), load(folder)
    return _Runs(old, new, differences(old, new), headlines(new), 2500, 3)


def test_every_subset_equals_a_plain_run(runs: _Runs) -> None:
    rng = np.random.default_rng(2)
    for _ in range(25):
        inside = frozenset(np.flatnonzero(rng.random(len(runs.items)) < rng.random()).tolist())
        case = apply_items(runs.old, runs.new, [runs.items[i] for i in inside])
        plain = numbers_of(simulate.run(case, draws=2500, seed=3), runs.numbers)
        np.testing.assert_array_equal(runs(inside), plain)


def test_a_stage_runs_again_only_for_what_it_reads(runs: _Runs) -> None:
    runs(frozenset())
    before = dict(runs.runner.runs)
    poll = next(i for i, item in enumerate(runs.items) if item.kind == "poll")
    runs(frozenset({poll}))
    again = {name for name, n in runs.runner.runs.items() if n > before.get(name, 0)}
    assert again == {"simulate ballot 0", "simulate ballot 2048"}
    event = next(i for i, item in enumerate(runs.items) if item.kind == "event")
    before = dict(runs.runner.runs)
    runs(frozenset({event}))
    again = {name.split()[1] for name, n in runs.runner.runs.items() if n > before.get(name, 0)}
    assert again == {"relation", "table", "home", "ballot"}


def test_a_table_that_only_the_second_version_reads_is_noticed(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    # The stage looks at approval only where there are events: what is read depends on what was read before.
    real = simulate.STAGES["home"].simulate

    def curious(given: Case, worlds, fitted=None):
        level = len(given.approval) if given.events else 0
        group = real(case, worlds, fitted)["home"]
        return worlds.add("home", group.assign(approval=group["approval"] + np.float32(level)))

    monkeypatch.setattr(simulate.STAGES["home"], "simulate", curious)
    runner = Runner(200, 1)

    def mean(events: tuple, approval: tuple, states: dict[str, int]) -> float:
        given = case.change(events=events, approval=approval)
        return float(runner.run(given, states)[0]["home"]["approval"].mean())

    base = mean((), case.approval, {"events": 0, "approval": 1})
    assert mean((), (), {"events": 0, "approval": 0}) == base
    one = mean(case.events, case.approval, {"events": 1, "approval": 1})
    two = mean(case.events, (), {"events": 1, "approval": 0})
    assert one - two == pytest.approx(2, abs=1e-4)
