"""Every thing that the two seed articles describe stands in the bundled case, by its row or id."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from cumbre.record import load
from cumbre.record.case import Case

SUMMIT = dt.date(2026, 2, 3)


@pytest.fixture(scope="module")
def case() -> Case:
    return load("washington-2026")


def events(case: Case, *ids: str) -> list[str]:
    """Kinds of the events with these numbers; fails on a number that is not there."""
    found = {event.id: event for event in case.events}
    return [found[f"W26-{number}"].type.value for number in ids]


def year_of_clashes(case: Case) -> bool:
    between = [e for e in case.events if {case.side(e.source), case.side(e.target)} == {"COL", "USA"}]
    before = [e.intensity for e in between if dt.date(2025, 9, 1) <= e.date < dt.date(2026, 1, 7)]
    after = [e.intensity for e in between if e.date >= dt.date(2026, 1, 26)]
    modes = {e.mode for e in between}
    return sum(before) / len(before) < -3 and sum(after) / len(after) > 2 and modes == {"verbal", "material"}


def coded_events(case: Case) -> bool:
    kinds = events(case, "025", "036", "048", "052", "079", "090")
    offices = {actor.id: (actor.from_, actor.to) for actor in case.actors if actor.office}
    return kinds == ["SANCTION", "SANCTION", "ASSAULT", "THREATEN", "COOPERATE", "COOPERATE"] and offices["petro"] == (
        dt.date(2022, 8, 7),
        dt.date(2026, 8, 7),
    )


def signals(case: Case) -> bool:
    by_event = {row.event: row for row in case.signals}
    shifted = by_event["W26-090"].shift > 0 > by_event["W26-097"].shift
    private = [e for e in case.events if e.channel == "private" and e.date < SUMMIT]
    return shifted and {"W26-058", "W26-059", "W26-074"} <= {e.id for e in private}


def private_and_public_tone(case: Case) -> bool:
    leaders = [e for e in case.events if {case.side(e.source), case.side(e.target)} == {"COL", "USA"}]
    private = [e.intensity for e in leaders if e.channel == "private"]
    public = [e.intensity for e in leaders if e.channel == "public" and e.mode == "verbal"]
    return len(private) >= 8 and sum(private) / len(private) > 0 > sum(public) / len(public)


def agenda(case: Case) -> bool:
    whole = all(i.at_stake and i.at_stake_es and i.change_basis and i.likely is not None for i in case.issues)
    principals = {(p.actor, p.issue) for p in case.positions}
    between_the_two = [i.id for i in case.issues if "USA" in i.deciders]
    return whole and len({i.topic for i in case.issues}) >= 12 and all(
        ("COL", name) in principals and ("USA", name) in principals for name in between_the_two
    )  # fmt: skip


def closed_doors(case: Case) -> bool:
    assert case.meeting is not None
    return case.meeting.setting == "private" and any("meeting.setting = 'public'" in preset.do for preset in case.presets)


def military_guarantee(case: Case) -> bool:
    issue = case.issue["security_guarantee"]
    return issue.kind == "ordered" and len(issue.labels) == 4 and (issue.best, issue.likely, issue.worst) == (3, 2, 0)


def tariffs(case: Case) -> bool:
    numeric = {"us_tariff": 10, "us_tariff_specific": 0, "ecuador_tariff": 30, "colombia_tariff_ecuador": 0}
    mediation = [m for m in case.mediators if m.actor == "USA" and set(m.between) == {"COL", "ECU"}]
    trilateral = set(case.issue["ecuador_trilateral"].deciders) == {"USA", "COL", "ECU"}
    linked = case.issue["us_tariff"].soft_links["us_tariff_specific"] > 0
    threats = events(case, "002", "031") == ["THREATEN", "THREATEN"]
    return (
        {name: case.issue[name].status_quo for name in numeric} == numeric
        and bool(mediation)
        and trilateral
        and linked
        and threats
    )


def side_payments(case: Case) -> bool:
    personal = {i.id for i in case.issues if i.benefits}
    answers = {a.id for a in case.audiences if a.issue in ("petro_visa", "ofac_listing")}
    return personal == {"petro_visa", "ofac_listing"} and len(answers) >= 8 and "public_visas" in case.issue


def drugs(case: Case) -> bool:
    targets = case.issue["high_value_targets"]
    figures = {row.id: row.value for row in case.exposures}
    return (
        targets.kind == "count"
        and targets.delivery_chance[1] < 1
        and figures["unodc_coca_area_2023"] == 253_000
        and {"chiquito_malo", "mordisco", "pablito"} <= case.actor.keys()
    )


def venezuela(case: Case) -> bool:
    issue = case.issue["venezuela_energy"]
    return set(issue.deciders) == {"USA", "VEN", "COL"} and any(p.actor == "VEN" and p.issue == issue.id for p in case.positions)


def gulf_clan(case: Case) -> bool:
    spoilers = [s for s in case.spoilers if s.actor == "EGC" and s.watches == "high_value_targets"]
    return events(case, "097") == ["REJECT"] and bool(spoilers) and case.issue["gulf_clan_talks"].status_quo == 1


def china(case: Case) -> bool:
    outside = [p for p in case.positions if p.actor == "CHN" and p.issue == "china"]
    return bool(outside) and any(r.value == 2 and r.chance > 0 for r in case.issue["china"].reversion)


def six_months(case: Case) -> bool:
    assert case.election is not None
    short = {i.id for i in case.issues if not i.outlives_term}
    return case.election.inauguration == case.horizon == dt.date(2026, 8, 7) and "security_guarantee" in short


def nothing_signed(case: Case) -> bool:
    assert case.meeting is not None
    stages = all(i.delivery_days[2] > i.delivery_days[0] and 0 < i.delivery_chance[0] < 1 for i in case.issues)
    return not case.meeting.deal_announced and stages and any(i.ratifiers for i in case.issues)


def bases(case: Case) -> bool:
    home = {a.id for a in case.audiences if a.country == "COL"}
    abroad = {a.id for a in case.audiences if a.country == "USA"}
    called = events(case, "086", "057") == ["MOBILIZE", "PROTEST"]
    return len(home) >= 8 and len(abroad) >= 4 and called and any(c.id == "backlash_coercion" for c in case.channels)


def approval(case: Case) -> bool:
    through = next(c for c in case.channels if c.trigger == "approval")
    return (
        len(case.approval) == 32 and through.bloc == "left" and {r.measure for r in case.approval} == {"job", "rating", "image"}
    )


def who_is_affected(case: Case) -> bool:
    groups = {row.group for row in case.exposures}
    audiences = {a.id for a in case.audiences}
    named = {"business", "ngo_rights", "remittance_visa", "exporter_regions", "conflict_rural"}
    return named <= groups and named <= audiences


def field_of_candidates(case: Case) -> bool:
    changes = {row.id: row for row in case.field}
    struck = [row for row in case.field if row.change == "list_struck"]
    barred = changes["cepeda_barred"]
    return (
        (barred.candidate, barred.change, barred.target, barred.probability)
        == ("cepeda", "barred_from_primary", "frente_vida", 1)
        and case.candidate["cepeda"].primary == ""
        and len(struck) == 2
        and {p.id for p in case.primaries} == {"gran_consulta", "soluciones", "frente_vida"}
    )


def lost_line(case: Case) -> bool:
    by_id = {c.id: c for c in case.channels}
    return by_id["lost_attack_line"].trigger == "meeting" and by_id["agenda_known"].label == "judged" and all(
        c.basis for c in case.channels
    )  # fmt: skip


def calendar(case: Case) -> bool:
    assert case.election is not None
    days = {row.kind: row.date for row in case.calendar}
    return (days["first_round"], days["runoff"], days["inauguration"]) == (
        case.election.first_round,
        case.election.runoff,
        case.election.inauguration,
    ) == (dt.date(2026, 5, 31), dt.date(2026, 6, 21), dt.date(2026, 8, 7))  # fmt: skip


def middle(case: Case) -> bool:
    within = [i for i in case.issues if i.likely not in (i.best, i.worst)]
    return len(case.questions) == 40 and len(within) >= 5


def lessons(case: Case) -> bool:
    restated = {c.id for c in load("washington-2026", dt.date(2026, 2, 2)).candidates if c.primary == "frente_vida"}
    return "cepeda" in restated and all(q.resolution for q in case.questions)


ROWS: list[tuple[str, Callable[[Case], bool]]] = [
    ("a year of clashes, a low point, a dramatic shift, cordial tone", year_of_clashes),
    ("visa revoked, listing, capture of Maduro, threats, flights resumed, extradition hours before", coded_events),
    ("backchannel and public signals of willingness", signals),
    ("rhetoric swings, calls; tone in private against tone in public", private_and_public_tone),
    ("agenda with a range of outcomes a point", agenda),
    ("closed doors or television", closed_doors),
    ("military guarantee: formal, informal, none", military_guarantee),
    ("tariffs at 10 %, threatened rises; Ecuador's 30 %; mediation by a third government", tariffs),
    ("visas for leaders and for ordinary people, the list as a personal deal", side_payments),
    ("drugs: disputed coca figures, high-value targets named, results expected", drugs),
    ("Venezuela's recovery, energy", venezuela),
    ("the Gulf Clan suspends the talks in answer", gulf_clan),
    ("China as the outside option", china),
    ("six months left in office, successor on 7 August", six_months),
    ("no formal agreement; signed, ratified and delivered are different", nothing_signed),
    ("both leaders play to their base; protests called", bases),
    ("unpopularity eased, legacy", approval),
    ("who is affected: business, NGOs, rights groups, ordinary people", who_is_affected),
    ("Cepeda may gain; barred from the primary, lists excluded", field_of_candidates),
    ("the opposition loses an argument; all candidates learn Washington's priorities", lost_line),
    ("election of 31 May, run-off, inauguration 7 August", calendar),
    ("the end result somewhere in the middle: forecasts that resolve", middle),
    ("what works and what falls short, for the next president: replay and score", lessons),
]


@pytest.mark.parametrize(("row", "holds"), ROWS, ids=[name for name, _ in ROWS])
def test_row_of_the_seeds_is_in_the_case(case: Case, row: str, holds: Callable[[Case], bool]) -> None:
    assert holds(case), row
