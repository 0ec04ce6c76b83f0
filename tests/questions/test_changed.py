"""What changed: items between two cuts, hybrid cases, shares that add up, words."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import numpy as np
import pytest

from cumbre import simulate
from cumbre.errors import UsageError
from cumbre.questions import changed, headlines, values
from cumbre.questions.items import apply_items, differences, group_items
from cumbre.record import load
from cumbre.record.case import Case

SINCE = dt.date(2031, 2, 1)


@pytest.fixture
def both(folder: Path) -> tuple[Case, Case]:
    return load(folder, SINCE), load(folder)


def test_items_are_what_became_public(both: tuple[Case, Case]) -> None:
    items = differences(*both)
    assert [item.id for item in items] == [
        "events:e3", "polls:p2", "approval:a2", "issues:tariff", "positions:AAA_GOV-tariff", "meeting", "events:e4", "polls:p3",
    ]  # fmt: skip
    assert [item.on.day for item in items if item.on] == [10, 12, 15, 15, 18, 20, 25, 26]
    by_id = {item.id: item for item in items}
    assert by_id["events:e3"].text_es == "Otra amenaza"
    assert by_id["issues:tariff"].text == "Tariff on goods: 15 per cent since 15 February 2031"
    assert by_id["polls:p3"].text == "poll by North, field work to 26 February 2031"
    assert by_id["events:e3"].source_id == ("s1",)
    assert differences(both[1], both[1]) == []


def test_no_items_gives_the_old_tables_and_all_items_the_new(both: tuple[Case, Case]) -> None:
    old, new = both
    items = differences(old, new)
    assert apply_items(old, new, items).digest == new.digest
    assert apply_items(old, new, []).digest == new.change(
        events=old.events, polls=old.polls, approval=old.approval, issues=old.issues, positions=old.positions, meeting=old.meeting
    ).digest  # fmt: skip


def test_groups_keep_every_edit(both: tuple[Case, Case]) -> None:
    items = differences(*both)
    for most in range(1, 10):
        groups = group_items(items, most)
        assert sum(len(group.edits) for group in groups) == 8
        assert len(groups) <= max(most, 6)
    assert group_items(items, 8) == items
    groups = {group.id: group for group in group_items(items, 7)}
    # The weakest items of a kind are put together: here the two events weigh 4 and 8, so positions, issue and the weaker event go first.
    assert "events:e4" in groups
    whole = {group.id: group for group in group_items(items, 6)}
    assert {"event:all", "poll:all"} <= set(whole)
    assert whole["event:all"].text == "2 events, 10 February 2031 to 25 February 2031"
    assert [member.en for member in whole["event:all"].members] == ["A warm call", "A second threat"]


def test_shares_and_time_add_up_to_the_change(folder: Path) -> None:
    found = changed(folder, SINCE, draws=1500, seed=4, pairs=2)
    assert found.orders == 4
    assert len(found.items) == 8
    assert len(found.changes) == len(headlines(load(folder)))
    for change in found.changes:
        total = change.passing + sum(share.effect for share in change.because)
        assert total == pytest.approx(change.now - change.was, abs=1e-9)


def test_shares_agree_with_larger_runs_within_three_errors(folder: Path) -> None:
    found = changed(folder, SINCE, draws=1500, seed=4)
    old = simulate.run(load(folder, SINCE), draws=30_000, seed=99)
    new = simulate.run(load(folder), draws=30_000, seed=99)
    numbers = headlines(load(folder))
    for change, was, now in zip(found.changes, values(old, numbers), values(new, numbers), strict=True):
        slack = 3 * np.hypot(change.mc_error, np.hypot(was.mc_error, now.mc_error)) + 1e-9
        total = change.passing + sum(share.effect for share in change.because)
        assert abs(total - (now.mean - was.mean)) <= slack, change.headline.id


def test_each_share_is_what_the_model_makes_of_the_item(folder: Path) -> None:
    found = {change.headline.id: change for change in changed(folder, SINCE, draws=4000, seed=4).changes}
    approval = {share.item.id: share for share in found["home.approval"].because}
    # By hand: a reading of 44 beside one of 38 lifts the mean level by 3; events add a tenth of their intensity.
    assert approval["approval:a2"].effect == pytest.approx(3.0, abs=1e-5)
    assert approval["events:e3"].effect == pytest.approx(-0.4, abs=1e-5)
    assert approval["events:e4"].effect == pytest.approx(0.8, abs=1e-5)
    assert approval["polls:p3"].effect == 0
    win = {share.item.id: share for share in found["ballot.win.ana"].because}
    assert win["polls:p3"].effect > 0.02
    assert win["polls:p3"].clear
    assert not win["approval:a2"].clear
    assert found["home.approval"].because[0].item.id == "approval:a2"


def test_exact_for_few_items(folder: Path) -> None:
    found = changed(folder, dt.date(2031, 2, 21), draws=1000)
    assert found.orders == 0
    assert [item.id for item in found.items] == ["events:e4", "polls:p3"]
    for change in found.changes:
        assert change.passing + sum(s.effect for s in change.because) == pytest.approx(change.change, abs=1e-9)


def test_nothing_new_is_only_time(folder: Path) -> None:
    found = changed(folder, dt.date(2031, 2, 27), draws=500)
    assert found.items == ()
    assert all(change.because == () and change.passing == pytest.approx(change.change) for change in found.changes)


def test_a_candidate_who_was_not_known_had_no_chance(folder: Path) -> None:
    path = folder / "candidates.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text(
        "\n".join([lines[0] + ",known", *(f"{line},{'2031-02-20' if line.startswith('ana') else ''}" for line in lines[1:])])
        + "\n"
    )
    found = {change.headline.id: change for change in changed(folder, SINCE, draws=500, pairs=1).changes}
    assert found["ballot.win.ana"].was == 0
    assert found["ballot.win.ana"].now > 0.1
    shares = {share.item.id: share.effect for share in found["ballot.win.ana"].because}
    assert max(shares, key=lambda name: shares[name]) == "candidates:ana"


def test_words_and_json(folder: Path) -> None:
    found = changed(folder, SINCE, draws=1500, seed=4)
    text = found.text()
    assert "small: 1 February 2031 to 1 March 2031, 8 items, 1500 worlds" in text
    assert "poll by North, field work to 26 February 2031" in text
    content = json.loads(found.to_json())
    assert {item["id"] for item in content["items"]} == {item.id for item in found.items}
    moved = [change.headline.id for change in found.moved()]
    assert "home.approval" in moved
    assert all(abs(c.change) > 3 * c.mc_error for c in found.moved())


def test_the_same_seed_gives_the_same_shares(folder: Path) -> None:
    assert changed(folder, SINCE, draws=300, seed=2).to_json() == changed(folder, SINCE, draws=300, seed=2).to_json()


def test_dates_that_make_no_sense(folder: Path, case: Case) -> None:
    for given in (folder, case):
        with pytest.raises(UsageError, match="not before the as-of date"):
            changed(given, dt.date(2031, 3, 1))


def test_a_case_in_memory_finds_its_replaced_judgements(case: Case) -> None:
    found = changed(case, SINCE, draws=300, pairs=1)
    assert "positions:AAA_GOV-tariff" in {item.id for item in found.items}
