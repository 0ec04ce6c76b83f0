"""The ledger: sealed rows stay, the chain shows tampering, a kill loses nothing, two processes do not disturb each other."""

from __future__ import annotations

import datetime as dt
import os
import random
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from cumbre.errors import UsageError
from cumbre.questions import ask, read_ledger, resolve, score_command, seal, verify
from cumbre.questions.chain import LedgerError, append, read_rows
from cumbre.record.case import Case
from cumbre.worlds import Worlds

SEALER = Path(__file__).with_name("sealer.py")
DAY = dt.date(2031, 5, 2)


@pytest.fixture
def sealed(case: Case, worlds: Worlds) -> Path:
    return seal(case, worlds, ask(case, worlds, case.questions)).path


def start(path: Path, name: str, size: int = 5) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, str(SEALER), str(path), name, str(size)], stdout=subprocess.PIPE, text=True)


def test_what_a_row_holds(case: Case, worlds: Worlds, sealed: Path) -> None:
    book = read_ledger(case)
    assert sealed == case.folder / "ledger.sqlite"
    assert list(book.forecasts["question_id"]) == ["q1", "q2"]
    row = book.forecasts.iloc[0]
    (answer, _) = ask(case, worlds, case.questions)
    assert row["probability"] == answer.probability
    assert (row["expression"], row["as_of"], row["seed"], row["draws"]) == ("ballot.winner == 'ana'", case.as_of, 3, 6000)
    assert row["case_hash"] == case.digest
    assert row["run_id"] == dict(worlds.meta)["run_id"]
    assert row["version"]
    assert verify(case) == []
    assert book.head == book.forecasts["hash"].iloc[-1]


def test_rows_append_and_link(case: Case, worlds: Worlds, sealed: Path) -> None:
    first = read_ledger(case).head
    again = seal(case, worlds, ask(case, worlds, case.questions))
    rows = read_rows(sealed)
    assert [row.n for row in rows] == [1, 2, 3, 4]
    assert all(b.previous == a.hash for a, b in pairwise(rows))
    assert again.head == rows[-1].hash
    assert verify(case, head=first) == []


def test_unanswered_questions_are_not_sealed(case: Case, worlds: Worlds) -> None:
    bad = case.questions[0].model_copy(update={"expression": "ballot.winner == 'nobody'"})
    assert int(seal(case, worlds, ask(case, worlds, [bad]), questions=[bad])) == 0
    assert read_ledger(case).forecasts.empty
    with pytest.raises(UsageError, match="belongs to no question"):
        seal(case, worlds, ask(case, worlds, case.questions), questions=[bad.model_copy(update={"id": "other"})])


def test_the_file_refuses_update_and_delete(sealed: Path) -> None:
    with sqlite3.connect(sealed) as connection:
        for statement in ("UPDATE ledger SET content = '{}'", "DELETE FROM ledger WHERE n = 1"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                connection.execute(statement)
    connection.close()


@pytest.mark.parametrize(
    ("tamper", "says"),
    [
        (
            "UPDATE ledger SET content = replace(content, '\"probability\":0', '\"probability\":1') WHERE n = 1",
            "row 1: its content",
        ),
        ("UPDATE ledger SET sealed_at = '2030-01-01' WHERE n = 2", "row 2: its content"),
        ("DELETE FROM ledger WHERE n = 1", "row 2: follows row 0"),
        ("UPDATE ledger SET hash = 'x' WHERE n = 1", "row 2: does not name the hash"),
    ],
)
def test_tampering_shows(case: Case, sealed: Path, tamper: str, says: str) -> None:
    with sqlite3.connect(sealed) as connection:
        connection.execute("DROP TRIGGER ledger_no_update")
        connection.execute("DROP TRIGGER ledger_no_delete")
        assert connection.execute(tamper).rowcount == 1
    connection.close()
    assert any(str(fault).startswith(says) for fault in verify(case))
    with pytest.raises(LedgerError, match="the chain does not hold"):
        score_command(case, verify=True)


def test_a_cut_tail_shows_against_a_noted_head(case: Case, worlds: Worlds, sealed: Path) -> None:
    head = read_ledger(case).head
    with sqlite3.connect(sealed) as connection:
        connection.execute("DROP TRIGGER ledger_no_delete")
        connection.execute("DELETE FROM ledger WHERE n = 2")
    connection.close()
    assert verify(case) == []
    assert "not in the chain" in str(verify(case, head=head)[0])
    assert "not in the chain" in str(verify(case, head=head[:16])[0])


def test_resolution_and_correction_append(case: Case, sealed: Path) -> None:
    resolve(case, "q1", "yes", DAY, source="Registry")
    with pytest.raises(UsageError, match="say why with --note"):
        resolve(case, "q1", "no", DAY, source="Registry")
    resolve(case, "q1", "no", DAY, source="Registry", note="recount")
    book = read_ledger(case)
    (row,) = book.resolutions.to_dict("records")
    assert (row["outcome"], row["corrections"], row["note"]) == ("no", 1, "recount")
    kinds = Counter(row.kind for row in read_rows(sealed))
    assert kinds == {"forecast": 2, "resolution": 2}
    assert verify(case) == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("q1", "perhaps", DAY, "Registry"), "write one of yes, no, ambiguous, annulled"),
        (("q9", "yes", DAY, "Registry"), "no forecast of 'q9' was sealed"),
        (("q1", "yes", dt.date(2031, 2, 1), "Registry"), "before its first forecast"),
        (("q1", "yes", DAY, " "), "names no source"),
    ],
)
def test_a_resolution_that_cannot_stand(case: Case, sealed: Path, arguments: tuple[str, str, dt.date, str], says: str) -> None:
    name, outcome, day, source = arguments
    with pytest.raises(UsageError, match=says):
        resolve(case, name, outcome, day, source=source)
    assert len(read_rows(sealed)) == 2


def test_a_folder_that_cannot_be_written(case: Case, worlds: Worlds, monkeypatch: pytest.MonkeyPatch) -> None:
    # A super-user may write anywhere, so the answer of the system is given by hand.
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(
        LedgerError, match="make the folder writable, or name another file in the environment variable CUMBRE_LEDGER"
    ):
        seal(case, worlds, ask(case, worlds, case.questions))


def test_another_ledger_file(case: Case, worlds: Worlds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "elsewhere.sqlite"
    seal(case, worlds, ask(case, worlds, case.questions), path=other)
    assert len(read_rows(other)) == 2
    assert not (case.folder / "ledger.sqlite").exists()
    monkeypatch.setenv("CUMBRE_LEDGER", str(other))
    assert len(read_ledger(case).forecasts) == 2
    with pytest.raises(UsageError, match="no such folder"):
        seal(case, worlds, ask(case, worlds, case.questions), path=tmp_path / "no" / "ledger.sqlite")


def test_a_file_that_is_no_ledger(case: Case) -> None:
    (case.folder / "ledger.sqlite").write_bytes(b"this is a text, not a database" * 100)
    with pytest.raises(LedgerError, match="no readable ledger"):
        read_ledger(case)


def test_a_fault_half_way_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    append(path, [("forecast", "a", {"probability": 0.5})])
    with pytest.raises(ValueError, match="JSON compliant"):
        append(path, [("forecast", "b", {"probability": 0.5}), ("forecast", "c", {"probability": float("nan")})])
    assert [row.question_id for row in read_rows(path)] == ["a"]


def test_killed_at_any_moment_loses_no_sealed_row(tmp_path: Path) -> None:
    """Twelve kills at random moments; `benchmarks/questions_kill.py` does three hundred."""
    path = tmp_path / "ledger.sqlite"
    chance = random.Random(5)
    reported: dict[str, str] = {}
    kills = 0
    for k in range(12):
        process = start(path, f"r{k}")
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(chance.uniform(0, 0.05))
        process.kill()
        rest = process.stdout.read()
        process.wait()
        process.stdout.close()
        assert process.returncode == -9
        kills += 1
        for line in (first + rest).splitlines(keepends=True):
            # A line cut off by the kill reports nothing.
            if line.endswith("\n"):
                batch, _, found = line.split()
                reported[batch] = found
    assert kills == 12
    assert len(reported) >= 12
    assert verify(path) == []
    rows = read_rows(path)
    hashes = {row.hash for row in rows}
    assert set(reported.values()) <= hashes
    # A batch is there whole or not at all.
    assert set(Counter(row.content["batch"] for row in rows).values()) == {5}


def test_two_processes_at_once(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    pair = [start(path, name, 2) for name in ("one", "two")]
    lines: list[str] = []
    for process in pair:
        assert process.stdout is not None
        lines += [process.stdout.readline() for _ in range(25)]
    for process in pair:
        assert process.stdout is not None
        process.kill()
        lines += [line for line in process.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
        process.wait()
        process.stdout.close()
    assert verify(path) == []
    rows = read_rows(path)
    assert {line.split()[2] for line in lines} <= {row.hash for row in rows}
    assert {row.question_id.split("-")[0] for row in rows} == {"one", "two"}
    assert set(Counter(row.content["batch"] for row in rows).values()) == {2}
