"""Who bargains over an issue."""

from __future__ import annotations

from cumbre.questions.headlines import headlines
from cumbre.record import Case


def test_a_third_side_alone_bargains_with_the_home_country(arcadia: Case) -> None:
    issue = arcadia.issues[0]
    third = next(a.id for a in arcadia.actors if arcadia.side(a.id) not in arcadia.principals)
    alone = issue.model_copy(update={"id": "alone", "deciders": (third,)})
    joint = issue.model_copy(update={"id": "joint", "deciders": (third, arcadia.principals[0])})
    assert arcadia.parties(alone) == (arcadia.home, arcadia.side(third))
    assert arcadia.parties(joint) == arcadia.principals


def test_the_headline_of_a_deal_counts_every_issue_between_the_principals(arcadia: Case) -> None:
    deal = next(number for number in headlines(arcadia) if number.id == "table.deal")
    between = {issue.id for issue in arcadia.issues if arcadia.parties(issue) == arcadia.principals}
    assert between
    assert {issue.id for issue in arcadia.issues if f"'{issue.id}'" in deal.expression} == between
