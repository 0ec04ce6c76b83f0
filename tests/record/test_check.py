# ruff: noqa: E501
"""Bad input gets a clear error: what, where, and the mend. Each message is read as a user would read it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from cumbre.errors import CaseError, UsageError
from cumbre.record import check, load, scaffold

Spoil = Callable[..., Path]

SPOILED = [
    # file, old, new, words of the message
    ("polls.csv", "N1,1,North Polls,2031-01-05,2031-01-09,2031-01-11,1200,phone,open,,tarn,31,", "N1,1,North Polls,2031-01-05,2031-01-09,2031-01-11,1200,phone,open,,tarn,131,",
     ["polls.csv line 2, share_pct: 131 is over 100", "at most 100"]),
    ("polls.csv", "tarn,33,", "tarn,53,", ["polls.csv line 6, share_pct: shares of poll N2 add to 120.0, over 101", "blank vote counted twice?"]),
    ("polls.csv", "N2r,2,North Polls", "N1,2,North Polls", ["polls.csv line 10, poll_id: poll 'N1' is two polls", "its own id"]),
    ("polls.csv", ",voss,35,", ",tarn,35,", ["polls.csv line 2, candidate: 'tarn' (candidate) appears 2 times in poll N1"]),
    ("polls.csv", "open,,elm,14", "open,,elmm,14", ["polls.csv line 4, candidate: unknown candidate 'elmm'", "did you mean 'elm'?"]),
    ("polls.csv", "2031-01-05,2031-01-09", "2031-01-15,2031-01-09", ["polls.csv line 2, field_start: starts 2031-01-15 after it ends 2031-01-09"]),
    ("polls.csv", "pair,,voss,43,candidate,north-2031-03-05,", "pair,,voss,43,other,north-2031-03-05,", ["polls.csv line 10, question: pair question N2r does not name two candidates"]),
    ("events.csv", "2030-11-02", "2030-02-30", ["events.csv line 2, date: '2030-02-30' is not a date", "a day that exists, as YYYY-MM-DD"]),
    ("events.csv", "A2,2030-12-01,BOR_GOV", "A2,2030-12-01,BOR_GVT", ["events.csv line 3, source: unknown actor 'BOR_GVT'", "did you mean 'BOR_GOV'?"]),
    ("events.csv", "THREATEN", "MENACE", ["events.csv line 2, type: 'MENACE' is not allowed", "'THREATEN'"]),
    ("events.csv", "A3,", "A2,", ["events.csv line 4, id: 'A2' is there twice (first on line 3)"]),
    ("events.csv", "public,-5,", "public,-50,", ["events.csv line 2, intensity: -50 is under -10", "at least -10"]),
    ("events.csv", "strait_fee,Arcadia calls", "strait_fees,Arcadia calls", ["events.csv line 4, issue: unknown issue 'strait_fees'", "did you mean 'strait_fee'?"]),
    ("events.csv", "selene-2031-02-20,\nA5", "sellene-2031-02-20,\nA5", ["events.csv line 5, source_id: unknown source 'sellene-2031-02-20'", "did you mean 'selene-2031-02-20'?"]),
    ("events.csv", "selene-2031-02-20,\nA5", ",\nA5", ["events.csv line 5, source_id: the row names neither a source nor a basis"]),
    ("events.csv", "Arcadia asks for talks", "Arcadia asks, politely, for talks", ["events.csv line 5: has 15 fields, the header has 13", "comma not in quotes?"]),
    ("events.csv", "id,date,source", "id,date,sauce", ["events.csv line 1, sauce: unknown column", "events.csv line 1, source: column is missing"]),
    ("events.csv", "Arcadia asks for talks", '"Arcadia asks for talks', ["events.csv line 5: cannot be read as CSV", "quotation marks"]),
    ("positions.csv", "ARC,strait_fee,0,2,5", "ARC,strait_fee,3,2,5", ["positions.csv line 2, low: low 3, mode 2, high 5 are out of order", "low <= mode <= high"]),
    ("positions.csv", "BOR,strait_fee,5,8,12", "BOR,strait_fee,5,8,32", ["positions.csv line 3, high: 32 is off the scale of strait_fee (0 to 20)"]),
    ("positions.csv", "CAL,strait_fee,2,5,8,0.3", "CAL,strait_fee,2,5,8,3", ["positions.csv line 4, salience: 3 is over 1"]),
    ("audiences.csv", "inland,Inland Boreas,Boreas interior,BOR,0.7", "inland,Inland Boreas,Boreas interior,BOR,0.5", ["shares of the audiences of BOR with partition 1 add to 0.80"]),
    ("audiences.csv", "capital,Capital,Capital,ARC,0.45,civic,1,fishing", "capital,Capital,Capital,ARC,0.4,civic,1,fishing", ["audiences.csv line 5, share: share, bloc or country of 'capital' differs from line 4"]),
    ("channels.csv", '"normal(-0.05, 0.05)"', '"norml(-0.05, 0.05)"', ["channels.csv line 3, prior: 'norml(-0.05, 0.05)' is no prior"]),
    ("channels.csv", "issue:strait_fee", "isue:strait_fee", ["channels.csv line 3, trigger: 'isue:strait_fee' is no trigger"]),
    ("candidates.csv", "green,3", "gren,3", ["candidates.csv line 4, bloc: unknown bloc 'gren'", "did you mean 'green'?"]),
    ("issues.toml", "high = 20", "high = -1", ["issues.toml line 1, strait_fee", "low 0 is not below high -1"]),
    ("issues.toml", 'labels = ["closed to Arcadia", "shared, no text", "shared by treaty"]', 'labels = ["closed"]', ["has 1 labels for 3 steps"]),
    ("issues.toml", 'deciders = ["BOR"]', 'deciders = ["BORE"]', ["issues.toml, strait_fee: deciders: unknown actor 'BORE'"]),
    ("issues.toml", 'kind = "ordered"', 'kind = ordered', ["issues.toml line", "is no TOML"]),
    ("issues.toml", "worst = 20", "worst = 21", ["worst 21 is off the scale 0 to 20"]),
    ("case.toml", 'principals = ["ARC", "BOR"]', 'principals = ["ARC"]', ["case.toml, principals: names 1 governments; name exactly two"]),
    ("case.toml", "as_of = 2031-03-10", 'as_of = "10 March"', ["case.toml, as_of: '10 March' is not allowed", "a date without quotes"]),
    ("case.toml", 'home = "ARC"', 'hom = "ARC"', ["case.toml, hom: unknown key", "case.toml, home: is missing"]),
    ("case.toml", "horizon = 2031-09-30", "horizon = 2031-01-30", ["case.toml, horizon: 2031-01-30 is not after as_of 2031-03-10"]),
    ("case.toml", 'rule = "majority"', 'rule = "most"', ["case.toml line 25, election: rule: 'most' is not allowed"]),
    ("case.toml", 'successor = "tarn"', 'successor = "tarm"', ["unknown candidate 'tarm'", "did you mean 'tarn'?"]),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "words"), SPOILED, ids=[f"{row[0]}-{i}" for i, row in enumerate(SPOILED)])
def test_every_fault_names_place_and_mend(spoil: Spoil, file: str, old: str, new: str, words: list[str]) -> None:
    found = "\n".join(str(problem) for problem in check(spoil(file, old, new)))
    for word in words:
        assert word in found
    with pytest.raises(CaseError):
        load(spoil())


def test_the_worked_example_has_no_problem(spoil: Spoil) -> None:
    assert check(spoil()) == []


def test_all_problems_come_at_once(spoil: Spoil) -> None:
    spoil("polls.csv", "tarn,33,", "tarn,333,")
    spoil("events.csv", "2030-11-02", "2030-13-02")
    spoil("positions.csv", "ARC,fishing,1,2,2", "ARC,fishing,1,2,9")
    folder = spoil("issues.toml", "worst = 20", "worst = 99")
    assert {problem.file for problem in check(folder)} == {"polls.csv", "events.csv", "positions.csv", "issues.toml"}
    with pytest.raises(CaseError, match=r"problems\n") as caught:
        load(folder)
    assert len(caught.value.problems) >= 4


@pytest.mark.parametrize("file", ["case.toml", "issues.toml", "events.csv", "polls.csv", "audiences.csv", "sources.csv"])
def test_a_missing_file_is_named(spoil: Spoil, file: str) -> None:
    folder = spoil()
    (folder / file).unlink()
    assert any(problem.file == file and problem.what == "is missing" for problem in check(folder))


def test_a_primary_without_candidates(spoil: Spoil) -> None:
    folder = spoil()
    header = "id,name,date,bloc,votes_low,votes_mode,votes_high,basis\n"
    (folder / "primaries.csv").write_text(header + "open_harbour,Open Harbour,2031-04-20,harbour,100,200,300,invented\n")
    assert [str(p) for p in check(folder)] == [
        "primaries.csv line 2, id: primary 'open_harbour' has no candidates; name the primary in candidates.csv, or remove it"
    ]


def test_a_file_that_is_no_text(spoil: Spoil) -> None:
    folder = spoil()
    (folder / "events.csv").write_bytes(b"\xff\xfe\x00id,date")
    assert any("events.csv: is not UTF-8 text" in str(problem) for problem in check(folder))


def test_no_such_case_names_the_bundled_ones() -> None:
    with pytest.raises(UsageError, match=r"no such case folder.*washington-2026.*cumbre new"):
        load("washingtn")


def test_a_new_case_is_commented_and_valid(tmp_path: Path) -> None:
    folder = scaffold(tmp_path / "mine", date(2031, 1, 1))
    assert check(folder) == []
    assert load(folder).principals == ("AAA", "BBB")
    for file in folder.glob("*.csv"):
        assert file.read_text().startswith("# "), file
    for bad, words in (
        (tmp_path / "mine", "exists"),
        (tmp_path / "1x", "cannot name a case"),
        (tmp_path / "no" / "x", "not a folder"),
    ):
        with pytest.raises(UsageError, match=words):
            scaffold(bad, date(2031, 1, 1))


def test_comments_in_tables_are_for_people(spoil: Spoil) -> None:
    folder = spoil("events.csv", "id,date", "# what happened, day by day\nid,date")
    assert check(folder) == []
    spoil("events.csv", "2030-11-02", "2030-11-32")
    assert check(folder)[0].line == 3
