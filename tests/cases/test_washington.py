"""The bundled case: whole, sourced, sealed at its date, and true to the figures it was made from."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections import defaultdict
from pathlib import Path

import pytest

from cumbre import ballot
from cumbre.expression import parse
from cumbre.intervention import intervene
from cumbre.record import load
from cumbre.record.case import Case
from cumbre.record.loader import check, find
from cumbre.worlds import Worlds

AS_OF = dt.date(2026, 2, 6)
FOLDER = find("washington-2026")
SCALES: dict[str, tuple[float, float, str]] = {
    "security_guarantee": (0, 3, "ordered"),
    "high_value_targets": (0, 3, "count"),
    "intelligence": (0, 2, "ordered"),
    "us_tariff": (0, 50, "numeric"),
    "us_tariff_specific": (0, 50, "numeric"),
    "petro_visa": (0, 2, "ordered"),
    "public_visas": (0, 2, "ordered"),
    "ofac_listing": (0, 2, "ordered"),
    "deportation_flights": (0, 2, "ordered"),
    "venezuela_energy": (0, 2, "ordered"),
    "ecuador_tariff": (0, 100, "numeric"),
    "colombia_tariff_ecuador": (0, 100, "numeric"),
    "ecuador_trilateral": (0, 1, "binary"),
    "aid": (0, 2, "ordered"),
    "china": (0, 2, "ordered"),
    "gulf_clan_talks": (0, 2, "ordered"),
    "next_meeting": (0, 1, "binary"),
}


@pytest.fixture(scope="module")
def case() -> Case:
    return load("washington-2026")


def test_the_case_passes_its_own_check() -> None:
    assert check("washington-2026") == []


def test_every_table_has_the_rows_of_the_record(case: Case) -> None:
    sizes = {name: len(getattr(case, name)) for name in ("events", "polls", "approval", "candidates", "exposures", "primaries")}
    assert sizes == {"events": 109, "polls": 259, "approval": 32, "candidates": 40, "exposures": 38, "primaries": 3}
    assert len({row.poll_id for row in case.polls}) == 39


def test_issue_ids_and_scales_are_the_agreed_ones(case: Case) -> None:
    assert {i.id: (i.low, i.high, i.kind) for i in case.issues} == SCALES


def test_status_quo_of_the_sixth_of_february(case: Case) -> None:
    known = {"us_tariff": 10, "us_tariff_specific": 0, "ecuador_tariff": 30, "colombia_tariff_ecuador": 0, "gulf_clan_talks": 1}
    assert {name: case.issue[name].status_quo for name in known} == known


def test_nothing_is_dated_after_the_day_of_the_case(case: Case) -> None:
    past = [e.date for e in case.events] + [p.published for p in case.polls] + [a.published for a in case.approval]
    past += [s.date for s in case.sources if s.date] + [s.accessed for s in case.sources if s.accessed]
    past += [r.date for i in case.issues for r in i.history]
    assert max(past) <= AS_OF
    ahead = {row.id for row in case.calendar if row.date > AS_OF}
    assert ahead == {
        "congress_consultas", "registration_closes", "last_changes", "first_round", "runoff", "congress_sits", "inauguration",
    }  # fmt: skip
    assert all(change.probability < 1 and change.basis for change in case.field if change.date > AS_OF)


def test_no_file_of_the_case_knows_a_later_known_day() -> None:
    for path in FOLDER.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                assert not row.get("known") or dt.date.fromisoformat(row["known"]) <= AS_OF, (path.name, row)


def test_every_figure_names_a_source_or_a_basis(case: Case) -> None:
    for table in ("events", "polls", "approval", "candidates", "field", "primaries", "calendar", "exposures"):
        assert [row for row in getattr(case, table) if not row.source_id] == [], table
    for table in ("positions", "audiences", "channels", "signals"):
        assert [row for row in getattr(case, table) if not row.basis] == [], table
    used = {
        name for table in ("events", "polls", "approval", "candidates") for row in getattr(case, table) for name in row.source_id
    }
    assert len(used) > 100


def test_words_come_in_both_languages(case: Case) -> None:
    for table, column in (
        ("events", "summary_es"), ("calendar", "event_es"), ("exposures", "measure_es"), ("audiences", "name_es"),
        ("channels", "name_es"), ("questions", "text_es"), ("presets", "title_es"), ("issues", "title_es"), ("issues", "at_stake_es"),
        ("candidates", "status_es"), ("actors", "name_es"),
    ):  # fmt: skip
        assert [row for row in getattr(case, table) if not getattr(row, column)] == [], (table, column)
    assert all(len(i.labels) == len(i.labels_es) for i in case.issues)


@pytest.mark.parametrize(
    ("poll", "candidate", "share"),
    [
        ("invamer-2025-11-open", "cepeda", 31.9),
        ("invamer-2025-11-three", "fajardo", 24.9),
        ("invamer-2025-11-cepeda-espriella", "cepeda", 59.1),
        ("atlasintel-2026-01-open", "espriella", 28.0),
        ("gad3-2026-01-cepeda-espriella", "espriella", 32.0),
        ("guarumo-2026-01-open", "valencia", 6.9),
        ("cnc-2026-01-afterconsulta", "clopez", 7.7),
        ("atlasintel-2026-02-open", "cepeda", 31.4),
        ("cifras-2025-11-left", "cepeda", 24.0),
    ],
)
def test_poll_figures(case: Case, poll: str, candidate: str, share: float) -> None:
    found = [row.share_pct for row in case.polls if (row.poll_id, row.candidate) == (poll, candidate)]
    assert found == [share]


def test_question_kinds_of_the_polls(case: Case) -> None:
    kinds = {row.poll_id: row.question for row in case.polls}
    assert kinds["invamer-2025-11-three"] == "list"
    assert kinds["cnc-2026-01-afterconsulta"] == "list"
    assert kinds["cifras-2025-11-left"] == "bloc"
    assert {kinds[row.poll_id] for row in case.polls if row.round == 2} == {"pair"}
    assert {row.kind for row in case.polls} == {"candidate", "blank", "none", "undecided", "other"}


def test_approval_figures(case: Case) -> None:
    rows = {row.id: row for row in case.approval}
    assert (rows["invamer-2025-11"].approve_pct, rows["invamer-2025-11"].disapprove_pct) == (37.7, 56.7)
    assert rows["cnc-2026-01"].measure == "image"
    assert rows["guarumo-2025-04"].measure == "rating"
    assert rows["invamer-2023-10"].approve_pct is None


def test_event_figures(case: Case) -> None:
    by_id = {event.id: event for event in case.events}
    summit = by_id["W26-091"]
    assert (summit.date, summit.channel, summit.intensity) == (dt.date(2026, 2, 3), "private", 7)
    assert by_id["W26-048"].intensity == -10
    assert (by_id["W26-102"].target, by_id["W26-102"].date) == ("ELN", dt.date(2026, 2, 4))


def test_exposure_figures(case: Case) -> None:
    value = {row.id: row.value for row in case.exposures}
    assert value["us_share_of_colombian_exports"] == 29.6
    assert value["remittances_2025"] == 13_098
    assert value["us_share_of_remittances"] is None


def test_those_out_of_the_race_cannot_stand(case: Case) -> None:
    out = {c.id for c in case.candidates if c.standing == 0}
    assert out == {"muribeturbay", "cabal", "bolivar", "corcho", "muhamad", "pizarro", "algaviria", "jphernandez"}
    polled = {row.candidate for row in case.polls if row.kind == "candidate"}
    assert polled <= case.candidate.keys()


def test_forty_questions_parse_and_close_later(case: Case) -> None:
    assert len(case.questions) == 40
    for question in case.questions:
        parse(question.expression)
        assert AS_OF < question.close_date <= case.horizon
        assert question.resolution
    stages = {question.topic for question in case.questions}
    assert stages == {"ballot", "primaries", "table", "relation", "home"}


def test_presets_can_be_applied(case: Case) -> None:
    assert len(case.presets) >= 6
    for preset in case.presets:
        changed = intervene(case, preset.do)
        assert (changed.digest != case.digest) == bool(preset.do), preset.id


def test_channels_off_switches_every_open_channel_off(case: Case) -> None:
    preset = next(p for p in case.presets if p.id == "channels_off")
    assert {c.on for c in intervene(case, preset.do).channels} == {0}


def test_audiences_of_each_country_make_a_whole(case: Case) -> None:
    total: dict[str, float] = defaultdict(float)
    for row in {a.id: a for a in case.audiences if a.partition}.values():
        total[row.country] += row.share
    assert total == pytest.approx({"COL": 1.0, "USA": 1.0})


def test_replay_knows_less() -> None:
    before = load("washington-2026", dt.date(2026, 2, 2))
    assert len(before.events) == 89
    assert before.candidate["cepeda"].primary == "frente_vida"
    assert before.issue["gulf_clan_talks"].status_quo == 2
    assert before.issue["security_guarantee"].status_quo == 1
    assert not any(row.poll_id == "atlasintel-2026-02-open" for row in before.polls)
    assert not any(row.event == "W26-097" for row in before.signals)


def test_primary_of_the_left_is_smaller_without_its_main_candidate(case: Case) -> None:
    def votes(day: dt.date | None) -> float:
        return next(p.votes_mode for p in load("washington-2026", day).primaries if p.id == "frente_vida")

    assert votes(None) < votes(dt.date(2026, 2, 2)) / 3


def test_a_head_start_helps_in_the_primary(case: Case) -> None:
    level = case.change(candidates=tuple(c.model_copy(update={"primary_lean": 0.0}) for c in case.candidates))

    def chance(of: Case) -> float:
        worlds = ballot.simulate(of, Worlds.start(of.id, of.as_of, draws=2048, seed=5))["ballot"]
        names = [str(name) for name in worlds["candidate"].values]
        gran = [str(name) for name in worlds["primary"].values].index("gran_consulta")
        return float((worlds["primary_winner"].values[:, gran] == names.index("valencia")).mean())

    assert chance(level) + 0.2 < chance(case) < 0.85


def test_files_hold_no_path_of_a_machine() -> None:
    absolute = re.compile(r"(?:^|\s|[\"'(])/[a-z]+/[a-z]", re.MULTILINE)
    for path in sorted(Path(FOLDER).iterdir()):
        assert not absolute.search(path.read_text(encoding="utf-8")), path.name
