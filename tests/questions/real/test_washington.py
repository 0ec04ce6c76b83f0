"""The rooms above the worlds on the bundled case, with the real stages."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cumbre import simulate
from cumbre.questions import ask, changed, check_questions, headlines, replay, values, watch
from cumbre.questions.changed import _Runs, numbers_of
from cumbre.questions.items import apply_items, differences, group_items
from cumbre.record import load
from cumbre.record.case import Case
from cumbre.worlds import Worlds

SINCE = dt.date(2026, 2, 2)


def test_every_own_question_is_answered(washington: Case, drawn: Worlds) -> None:
    assert check_questions(washington) == []
    answers = ask(washington, drawn, washington.questions)
    assert len(answers) >= 40
    assert {a.status for a in answers} == {"answered"}
    assert all(0 <= (a.probability or 0) <= 1 for a in answers)


def test_every_headline_is_defined(washington: Case, drawn: Worlds) -> None:
    numbers = headlines(washington)
    found = dict(zip([n.id for n in numbers], values(drawn, numbers), strict=True))
    assert all(v.n == drawn.draws and not v.reason for v in found.values())
    blocs = sum(v.mean for name, v in found.items() if name.startswith("ballot.bloc."))
    assert 0.99 <= blocs <= 1.0 + 1e-9
    for issue in washington.issues:
        assert issue.low <= found[f"table.issue.{issue.id}"].mean <= issue.high


def test_something_is_to_be_watched(washington: Case, drawn: Worlds) -> None:
    found = watch(washington, drawn)
    assert {i.headline.stage for i in found} >= {"ballot", "table"}
    assert all(i.event.by > washington.as_of for i in found)
    assert all(i.sentence("es").startswith("Si ") for i in found)


@pytest.mark.slow
def test_reused_stages_give_the_bytes_of_plain_runs() -> None:
    old, new = load("washington-2026", SINCE), load("washington-2026")
    items = group_items(differences(old, new), 20)
    assert len(items) == 20
    numbers = headlines(new)
    runs = _Runs(old, new, items, numbers, 300, 2)
    rng = np.random.default_rng(7)
    for _ in range(4):
        inside = frozenset(np.flatnonzero(rng.random(20) < 0.5).tolist())
        case = apply_items(old, new, [items[i] for i in inside])
        np.testing.assert_array_equal(runs(inside), numbers_of(simulate.run(case, draws=300, seed=2), numbers))


@pytest.mark.slow
def test_shares_add_up_on_the_bundled_case() -> None:
    found = changed("washington-2026", dt.date(2026, 2, 4), draws=300, most_items=7)
    assert len(found.items) == 7
    for change in found.changes:
        assert change.passing + sum(s.effect for s in change.because) == pytest.approx(change.change, abs=1e-9)
    ballot = next(c for c in found.changes if c.headline.id == "ballot.win.cepeda")
    assert max(ballot.because, key=lambda s: abs(s.effect)).item.kind in ("poll", "field")
    # The same bytes from two processes.
    assert changed("washington-2026", dt.date(2026, 2, 4), draws=300, most_items=7, workers=2).to_json() == found.to_json()


@pytest.mark.slow
def test_replay_is_the_same_for_any_number_of_processes(tmp_path: Path) -> None:
    start, end = dt.date(2026, 1, 23), dt.date(2026, 2, 6)
    one = replay("washington-2026", start, end, "7d", tmp_path / "one", draws=250)
    two = replay("washington-2026", start, end, "7d", tmp_path / "two", draws=250, workers=2)
    pd.testing.assert_frame_equal(one, two)
    assert one["as_of"].nunique() == 3
