"""Ask, seal, score and replay from the command line, one after the other as a user would."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from cumbre.cli import app
from cumbre.questions import ledger_path, read_ledger
from cumbre.questions.chain import LedgerError


def run(*words: str) -> str:
    result = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_ask_seal_resolve_score(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "answers.csv"
    said = run("ask", str(folder), "--draws", "500", "--seal", "--out", str(out))
    assert "2 answered" in said
    assert f"sealed 2 forecasts in {folder / 'ledger.sqlite'}, head " in said
    assert pd.read_csv(out)["status"].tolist() == ["answered", "answered"]
    head = read_ledger(folder).head
    assert f"2 forecasts, 0 resolved, head {head[:16]}" in run("score", str(folder), "--verify", "--head", head)
    run("score", str(folder), "--resolve", "q2=no", "--on", "2031-05-01", "--source", "Gazette")
    rival = tmp_path / "crowd.csv"
    rival.write_text("question_id,probability\nq2,0.5\n", encoding="utf-8")
    content = json.loads(run("score", str(folder), "--json", "--rival", str(rival)))
    p = read_ledger(folder).forecasts.set_index("question_id")["probability"]["q2"]
    assert content["resolved"][0]["brier"] == pytest.approx(p**2, abs=1e-6)
    assert content["rivals"][0]["rival_brier"] == 0.25
    assert [row["question_id"] for row in content["open"]] == ["q1"]


def test_a_broken_chain_is_an_error(folder: Path) -> None:
    run("ask", str(folder), "--draws", "300", "--seal")
    with pytest.raises(LedgerError, match="the hash 0123 noted earlier is not in the chain"):
        run("score", str(folder), "--verify", "--head", "0123")


def test_replay_writes_its_files(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "replay"
    said = run(
        "replay", str(folder), "--from", "2031-02-22", "--to", "2031-03-01", "--out", str(out), "--draws", "300", "--workers", "1"
    )
    assert "ballot.win.ana" in said
    assert {path.name for path in out.iterdir()} == {
        ".replay",
        "replay.csv",
        "public.csv",
        "replay.nc",
        "replay.svg",
    }


def test_the_ledger_lies_beside_the_case(folder: Path) -> None:
    assert ledger_path(folder) == folder / "ledger.sqlite"
