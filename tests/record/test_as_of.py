"""Nothing later than the as-of date reaches a case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cumbre.errors import UsageError
from cumbre.record import Case, load

Spoil = Callable[..., Path]
FUTURE = {
    "events.csv": "F1,{day},BOR_GOV,ARC_GOV,ASSAULT,material,public,-10,,An attack,Un ataque,selene-2031-02-20,\n",
    "polls.csv": "F2,1,North Polls,2031-02-01,{day},{day},900,phone,open,,tarn,90,candidate,north-2031-03-05,\n",
    "approval.csv": "F3,North Polls,,2031-02-01,{day},{day},99,0,900,job,north-2031-03-05,\n",
}
JUDGED_LATER = {
    "positions.csv": (
        "CAL,strait_fee,2,5,8,0.3,20,,,judged: its ships pay too",
        "known",
        "CAL,strait_fee,9,9,9,0.9,99,,,changed mind,{day}",
    ),
}


def _add(path: Path, row: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + row, encoding="utf-8")


def test_future_rows_change_nothing(spoil: Spoil, arcadia: Case) -> None:
    folder = spoil()
    for file, row in FUTURE.items():
        _add(folder / file, row.format(day="2031-03-11"))
    assert load(folder).digest == arcadia.digest


def test_the_same_rows_count_when_they_are_not_future(spoil: Spoil, arcadia: Case) -> None:
    folder = spoil()
    for file, row in FUTURE.items():
        _add(folder / file, row.format(day="2031-03-09"))
    assert load(folder).digest != arcadia.digest


@settings(max_examples=30)
@given(st.integers(0, 200))
def test_a_replay_holds_only_what_was_public(back: int) -> None:
    folder = Path(__file__).parent.parent.parent / "examples" / "arcadia"
    day = date(2031, 3, 10) - timedelta(days=back)
    case = load(folder, as_of=day)
    assert case.as_of == day
    assert all(row.date <= day for row in case.events)
    assert all(row.published <= day for row in (*case.polls, *case.approval))
    assert all(reading.date <= day for issue in case.issues for reading in issue.history[1:])
    assert {signal.event for signal in case.signals} <= {event.id for event in case.events}
    if case.meeting:
        assert case.meeting.known is not None
        assert case.meeting.known <= day
        assert case.meeting.tone == ("cordial" if day >= case.meeting.date else "unknown")


def test_a_judgement_holds_from_the_day_it_is_known(spoil: Spoil) -> None:
    folder = spoil("positions.csv", "source_id,basis", "source_id,basis,known")
    path = folder / "positions.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([lines[0], *(line + "," for line in lines[1:])]) + "\n", encoding="utf-8")
    _add(path, "CAL,strait_fee,9,9,9,0.9,99,,,judged: changed its mind,2031-03-08\n")
    before = {(p.actor, p.issue): p.mode for p in load(folder, as_of=date(2031, 3, 7)).positions}
    after = {(p.actor, p.issue): p.mode for p in load(folder).positions}
    assert before["CAL", "strait_fee"] == 5
    assert after["CAL", "strait_fee"] == 9


def test_a_status_quo_is_that_of_the_day() -> None:
    folder = Path(__file__).parent.parent.parent / "examples" / "arcadia"
    assert load(folder).issue["strait_fee"].status_quo == 8
    assert load(folder, as_of=date(2030, 11, 30)).issue["strait_fee"].status_quo == 4


def test_a_date_after_the_record_is_refused() -> None:
    folder = Path(__file__).parent.parent.parent / "examples" / "arcadia"
    with pytest.raises(UsageError, match="nothing is recorded beyond it"):
        load(folder, as_of=date(2031, 3, 11))
