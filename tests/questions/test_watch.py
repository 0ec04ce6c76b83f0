"""What to watch: effects by hand, sides large enough, nothing that is true by definition, words in two languages."""

from __future__ import annotations

import numpy as np
import pytest

from cumbre.questions import headlines, watch
from cumbre.record.case import Case
from cumbre.worlds import Worlds


def test_the_effect_is_the_shift_of_the_mean(case: Case, worlds: Worlds) -> None:
    found = watch(case, worlds)
    assert found
    for indicator in found:
        inside = worlds.chance(indicator.condition)
        mask = worlds.number(f"{indicator.condition}") > 0
        x = worlds.number(indicator.headline.expression)
        assert indicator.n == int(mask.sum())
        assert indicator.chance == pytest.approx(inside.p)
        assert indicator.effect == pytest.approx(x[mask].mean() - x.mean(), abs=1e-9)
        assert indicator.given == pytest.approx(x[mask].mean())
        assert indicator.otherwise == pytest.approx(x[~mask].mean())
        assert 200 <= indicator.n <= worlds.draws - 200
        p = indicator.chance
        moved = p * abs(indicator.given - indicator.now) + (1 - p) * abs(indicator.otherwise - indicator.now)
        assert indicator.expected_move == pytest.approx(moved)


def test_a_threat_is_to_be_watched_for_approval(case: Case, worlds: Worlds) -> None:
    numbers = [n for n in headlines(case) if n.id == "home.approval"]
    threat = next(i for i in watch(case, worlds, numbers, most=9) if i.event.family == "relation BBB AAA THREATEN")
    # The first threat within 60 days cools the index, and with it approval, by 1.5; of 30, 60, 90 days and the eve of the vote, the
    # window that parts worlds best is the one of 60 days.
    assert threat.effect < 0
    assert abs(threat.given - threat.otherwise) <= 1.5 + 4 * threat.mc_error
    assert threat.condition.startswith("relation.events['BBB', 'AAA', 'THREATEN', '2031-03-02', ")


def test_the_error_is_that_of_repeated_runs(case: Case, worlds: Worlds) -> None:
    from cumbre import simulate

    numbers = [n for n in headlines(case) if n.id == "home.approval"]
    first = watch(case, worlds, numbers)[0]
    repeats = []
    for seed in range(40):
        again = simulate.run(case, draws=2000, seed=100 + seed)
        mask = again.number(first.condition) > 0
        x = again.number(first.headline.expression)
        repeats.append(x[mask].mean() - x.mean())
    expected = first.mc_error * np.sqrt(worlds.draws / 2000)
    assert np.std(repeats) == pytest.approx(expected, rel=0.35)


def test_nothing_that_is_true_by_definition(case: Case, worlds: Worlds) -> None:
    found = watch(case, worlds, most=50)
    for indicator in found:
        number = indicator.headline
        if number.id.startswith("table.issue."):
            assert number.subject[0] not in indicator.condition
        if number.id.startswith(("ballot.pair.", "ballot.reach.")):
            assert "in_runoff" not in indicator.condition
        if number.id.startswith("ballot.win.") and indicator.event.kind == "pair":
            assert number.subject[0] in indicator.condition
        if number.id.startswith("ballot.win.") and indicator.event.kind == "primary":
            assert number.subject[0] not in indicator.event.rivals
        assert indicator.event.by <= number.on


def test_pure_noise_is_not_reported(case: Case, worlds: Worlds) -> None:
    # Primaries are drawn from a stream of their own and say nothing about the relation.
    numbers = [n for n in headlines(case) if n.id == "relation.index"]
    found = watch(case, worlds, numbers, most=50)
    assert all("primary" not in indicator.condition for indicator in found)


def test_families_are_named_once_and_largest_first(case: Case, worlds: Worlds) -> None:
    found = watch(case, worlds, most=5)
    for number in {indicator.headline.id for indicator in found}:
        own = [indicator for indicator in found if indicator.headline.id == number]
        assert len(own) <= 5
        assert len({indicator.event.family for indicator in own}) == len(own)
        sizes = [indicator.expected_move for indicator in own]
        assert sizes == sorted(sizes, reverse=True)


def test_too_few_worlds_say_nothing(case: Case, worlds: Worlds) -> None:
    assert watch(case, worlds.keep(np.arange(worlds.draws) < 300)) == []


def test_sentences(case: Case, worlds: Worlds) -> None:
    numbers = [n for n in headlines(case) if n.id == "ballot.win.ana"]
    found = watch(case, worlds, numbers, most=9)
    primary = next(i for i in found if "primary" in i.condition)
    assert primary.sentence().startswith("If ")
    assert "wins the primary Open primary on 6 April 2031 (chance " in primary.sentence()
    assert primary.sentence().endswith(": Ana Prado wins the presidency.")
    assert "gana la consulta Open primary el 6 de abril de 2031 (probabilidad " in primary.sentence("es")
    assert primary.as_dict()["condition"] == primary.condition
