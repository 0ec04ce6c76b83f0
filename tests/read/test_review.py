"""Proposals for a case, and the one door through which they enter it."""

from __future__ import annotations

import datetime as dt
import json
import os
import threading
from pathlib import Path

import pytest

from cumbre.errors import InputError, UsageError
from cumbre.read import Document, accept, code_document, correct, propose, reject, run
from cumbre.read import review as module
from cumbre.read.documents import digest
from cumbre.record import check, load, scaffold

TEXT = """Envoys and duties

March 5, 2025. Brazil recalled its ambassador from Paraguay on Monday. Paraguay's president, Santiago Peña, called the step unjustified.
On Tuesday, Paraguay imposed a 10 percent tariff on Brazilian beef. Norway praised both sides."""


@pytest.fixture
def case(tmp_path: Path) -> Path:
    folder = scaffold(tmp_path / "beef", dt.date(2025, 3, 6))
    text = (folder / "case.toml").read_text().replace('home = "AAA"', 'home = "BRA"').replace('["AAA", "BBB"]', '["BRA", "PRY"]')
    (folder / "case.toml").write_text(text)
    lines = (folder / "actors.csv").read_text().splitlines()
    head = next(line for line in lines if line.startswith("id,"))
    columns = head.split(",")
    rows = []
    for code, name in (("BRA", "Brazil"), ("PRY", "Paraguay")):
        for identifier, kind, label in ((code, "state", name), (f"{code}_GOV", "government", f"Government of {name}")):
            cells = {"id": identifier, "name": label, "kind": kind, "country": code, "side": code, "basis": "test"}
            rows.append(",".join(cells.get(c, "") for c in columns))
    (folder / "actors.csv").write_text("# who\n" + head + "\n" + "\n".join(rows) + "\n")
    assert check(folder) == []
    return folder


@pytest.fixture
def document() -> Document:
    return code_document(Document(digest(TEXT), TEXT, "en", name="beef.txt", title="Envoys and duties", date=dt.date(2025, 3, 5)))


def test_proposals_name_actors_of_the_case_and_what_is_missing(case: Path, document: Document) -> None:
    proposals = propose(load(case), [document])
    recall = next(p for p in proposals if p.type == "SANCTION" and p.source == "BRA_GOV")
    assert (recall.target, recall.date, recall.missing) == ("PRY_GOV", dt.date(2025, 3, 3), ())
    praise = next(p for p in proposals if p.event.source == "NOR GOV")
    assert praise.source == ""
    assert "no actor of the case" in praise.missing[0]


def test_accept_appends_once_and_keeps_what_was_there(case: Path, document: Document) -> None:
    before = (case / "events.csv").read_text()
    proposals = propose(load(case), [document])
    written = accept(case, proposals)
    assert len(written.events) >= 2
    assert len(written.sources) == 1
    assert (case / "events.csv").read_text().startswith(before)
    assert check(case) == []
    loaded = load(case)
    event = next(e for e in loaded.events if e.type == "SANCTION" and e.source == "BRA_GOV")
    where = event.quote_ref.split(":")[1].split("-")
    assert (
        TEXT[int(where[0]) : int(where[1])].startswith("Brazil recalled")
        or "Brazil recalled" in TEXT[int(where[0]) : int(where[1])]
    )
    assert event.source_id == written.sources
    again = accept(case, propose(load(case), [document]))
    assert again.events == ()
    assert {why for _, why in again.skipped} >= {"already in the case"}


def test_nothing_is_written_without_accept(case: Path, tmp_path: Path) -> None:
    path = tmp_path / "beef.txt"
    path.write_text(TEXT)
    before = {p.name: p.read_bytes() for p in case.iterdir()}
    said = run([str(path)], case=str(case))
    assert "Append them with --accept" in said
    assert "Brazil recalled its ambassador" in said
    assert {p.name: p.read_bytes() for p in case.iterdir()} == before


def test_decisions_by_hand(case: Path, tmp_path: Path) -> None:
    path, out = tmp_path / "beef.txt", tmp_path / "decide.jsonl"
    path.write_text(TEXT)
    run([str(path)], case=str(case), out=out)
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    for row in rows:
        row["decision"] = "accept" if row["source"] == "BRA_GOV" and row["type"] == "SANCTION" else "reject"
        if row["decision"] == "accept":
            row["summary"] = "Brazil calls its ambassador home"
    out.write_text("\n".join(json.dumps(r) for r in rows))
    said = run([str(path), str(out)], case=str(case), accept=True)
    assert "accepted 1 events" in said
    assert [e.summary for e in load(case).events] == ["Brazil calls its ambassador home"]
    out.write_text('{"event": {"id": "e0"}}')
    with pytest.raises(InputError, match="line 1"):
        run([str(path), str(out)], case=str(case), accept=True)


def test_correct_and_reject(case: Path, document: Document) -> None:
    proposals = propose(load(case), [document])
    praise = next(p for p in proposals if p.event.source == "NOR GOV")
    mended = correct(praise, source="BRA_GOV", target="PRY_GOV")
    assert mended.missing == ()
    with pytest.raises(UsageError, match="quote"):
        correct(praise, quote="other words")
    written = accept(case, [mended, *(reject(p) for p in proposals if p is not praise)])
    assert written.events == (praise.event.id,)
    assert {why for _, why in written.skipped} == {"rejected"}


def test_an_actor_that_does_not_exist_leaves_the_case_as_it_was(case: Path, document: Document) -> None:
    before = (case / "events.csv").read_bytes(), (case / "sources.csv").read_bytes()
    proposal = correct(propose(load(case), [document])[0], source="NOBODY", target="PRY_GOV")
    with pytest.raises(InputError, match="does not fit the case"):
        accept(case, [proposal])
    assert ((case / "events.csv").read_bytes(), (case / "sources.csv").read_bytes()) == before
    assert not list(case.glob(".*"))


def test_a_crash_between_the_two_files_is_undone(case: Path, document: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (case / "events.csv").read_bytes(), (case / "sources.csv").read_bytes()
    real, calls = os.replace, []

    def fails_once(a: str, b: Path) -> None:
        calls.append(b)
        if len(calls) == 2:
            raise OSError("disk full")
        real(a, b)

    monkeypatch.setattr(module.os, "replace", fails_once)
    with pytest.raises(OSError, match="disk full"):
        accept(case, propose(load(case), [document]))
    assert ((case / "events.csv").read_bytes(), (case / "sources.csv").read_bytes()) == before


def test_two_at_once_do_not_mix(case: Path, document: Document) -> None:
    proposals = propose(load(case), [document])
    outcomes: list[object] = []

    def work() -> None:
        try:
            outcomes.append(accept(case, proposals))
        except InputError as error:
            outcomes.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    ids = [e.id for e in load(case).events]
    assert len(ids) == len(set(ids)) >= 2
    assert check(case) == []
    assert not (case / ".cumbre-accept.lock").exists()


def test_no_case_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no case folder"):
        accept(tmp_path, [])
