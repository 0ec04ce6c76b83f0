"""Interventions change a copy of the case, and point at their faults."""

from __future__ import annotations

import pytest

from cumbre.errors import ExpressionError
from cumbre.intervention import intervene
from cumbre.record import Case


def test_each_lever_changes_what_it_names_and_nothing_else(arcadia: Case) -> None:
    digest = arcadia.digest
    changed = intervene(
        arcadia,
        [
            "table.value['strait_fee', '2031-05-01'] = 16", "position['BOR', 'strait_fee'].mode = 14", "channel['fee_cost'].on = 0",
            "channel['successor'].prior = 'normal(0.5, 0.1)'", "candidate['elm'].standing = 0", "meeting.setting = 'private'",
            "mediator['CAL'].engages = 1",
        ],
    )  # fmt: skip
    assert arcadia.digest == digest != changed.digest
    assert [(row.issue, str(row.date), row.value) for row in changed.imposed] == [("strait_fee", "2031-05-01", 16.0)]
    moved = next(row for row in changed.positions if (row.actor, row.issue) == ("BOR", "strait_fee"))
    assert (moved.low, moved.mode, moved.high) == (11, 14, 18)
    assert {row.id: row.on for row in changed.channels} == {"successor": 1, "fee_cost": 0}
    assert changed.candidate["elm"].standing == 0
    assert changed.meeting is not None
    assert changed.meeting.setting == "private"
    assert changed.mediators[0].engages == 1
    assert changed.events == arcadia.events


def test_a_later_word_on_the_same_day_replaces_the_earlier(arcadia: Case) -> None:
    changed = intervene(arcadia, [f"table.value['strait_fee', '2031-05-01'] = {value}" for value in (16, 3)])
    assert [row.value for row in changed.imposed] == [3.0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("table.value['strait_fe', '2031-05-01'] = 16", "did you mean 'strait_fee'?"),
        ("table.value['strait_fee', '2031-05-01'] = 160", "off the scale; give a number from 0 to 20"),
        ("table.value['strait_fee', '2030-05-01'] = 6", "outside the worlds"),
        ("table.value['strait_fee', 'May'] = 6", "'May' is not a date"),
        ("table.settled['fishing', '2031-05-01'] = 1", "only table.value can be set"),
        ("position['BOR', 'fish'].mode = 1", "unknown position 'BOR, fish'"),
        ("position['BOR', 'fishing'].mood = 1", "did you mean 'mode'?"),
        ("position['BOR', 'fishing'].salience = 3", "3.0 is not allowed for salience"),
        ("channel['fee_cost'].prior = 'much'", "is no prior"),
        ("channel['nothing'].on = 0", "unknown channel 'nothing'"),
        ("meeting.setting = 'secret'", "'secret' is not allowed for setting"),
        ("ballot.winner = 'tarn'", "unknown lever 'ballot'"),
        ("position['BOR', 'fishing'].mode", "expected '='"),
    ],
)
def test_faults_point_at_themselves(arcadia: Case, text: str, words: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        intervene(arcadia, [text])
    assert words in str(caught.value)
    assert str(caught.value).endswith("^")
