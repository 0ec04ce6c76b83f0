"""Scores against values worked out by hand, properties of scores, and the track record of a ledger."""

from __future__ import annotations

import datetime as dt
import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cumbre.errors import CaseError, UsageError
from cumbre.questions import read_ledger, read_rival, resolve, score_command, track_record
from cumbre.questions import scoring as sc
from cumbre.questions.chain import append

pairs = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=2, max_size=60)


def test_brier_and_log_by_hand() -> None:
    assert sc.brier([0.7, 0.2, 1.0], [1, 1, 0]).tolist() == pytest.approx([0.09, 0.64, 1.0])
    assert sc.log_score([0.7, 0.2], [1, 1]).tolist() == pytest.approx([-math.log(0.7), -math.log(0.2)])
    assert sc.log_score([1.0], [0]).tolist() == pytest.approx([-math.log(0.001)])


def test_auc_by_hand() -> None:
    # Pairs (yes, no): .8 beats .5 and .1; .5 ties .5 and beats .1: 3.5 of 4.
    assert sc.auc([0.8, 0.5, 0.5, 0.1], [1, 1, 0, 0]) == pytest.approx(3.5 / 4)
    assert math.isnan(sc.auc([0.8, 0.5], [1, 1]))


def test_wilson_by_hand() -> None:
    # Brown, Cai, DasGupta's formula at n = 10, 3 hits, z = 1.96.
    low, high = sc.wilson(3, 10, 0.95)
    assert (low, high) == pytest.approx((0.1078, 0.6032), abs=2e-4)


def test_calibration_by_tenth() -> None:
    table = sc.calibration([0.3, 0.31, 0.95, 1.0], [0, 1, 1, 1])
    assert table["from"].tolist() == [0.3, 0.9]
    assert table["n"].tolist() == [2, 2]
    assert table["share_yes"].tolist() == [0.5, 1.0]
    assert table["mean_probability"].tolist() == pytest.approx([0.305, 0.975])


@given(pairs)
def test_murphy_parts_add_up_for_constant_tenths(rows: list[tuple[float, bool]]) -> None:
    # With one probability in each tenth the parts give the Brier score exactly.
    p = np.array([min(int(a * 10), 9) / 10 + 0.05 for a, _ in rows])
    y = np.array([float(b) for _, b in rows])
    parts = sc.murphy(p, y)
    assert parts.reliability - parts.resolution + parts.uncertainty == pytest.approx(float(sc.brier(p, y).mean()), abs=1e-9)


@given(pairs)
def test_auc_turns_round_with_the_outcomes(rows: list[tuple[float, bool]]) -> None:
    p, y = np.array([a for a, _ in rows]), np.array([float(b) for _, b in rows])
    if 0 < y.sum() < len(y):
        assert sc.auc(p, y) + sc.auc(p, 1 - y) == pytest.approx(1.0)
        low, high = sc.auc_interval(p, y)
        assert 0 <= low <= sc.auc(p, y) <= high <= 1


@given(st.integers(0, 50), st.integers(1, 50))
def test_wilson_holds_the_share(hits: int, more: int) -> None:
    low, high = sc.wilson(hits, hits + more)
    assert 0 <= low <= hits / (hits + more) <= high <= 1


def test_wilson_covers_as_promised() -> None:
    rng = np.random.default_rng(4)
    p = rng.uniform(0.1, 0.9, 4000)
    hits = rng.binomial(20, p)
    inside = [low <= q <= high for (low, high), q in zip((sc.wilson(int(h), 20) for h in hits), p, strict=True)]
    assert 0.88 <= float(np.mean(inside)) <= 0.93


def test_paired_difference_holds_the_mean() -> None:
    gap = sc.paired_difference([0.1, 0.2, 0.9], [0.2, 0.2, 0.2])
    assert gap.mean == pytest.approx(0.6 / 3)
    assert gap.low <= gap.mean <= gap.high


def forecast(name: str, p: float, day: str, topic: str = "ballot") -> tuple[str, str, dict[str, object]]:
    return (
        "forecast", name,
        {"question": f"{name}?", "question_es": "", "topic": topic, "expression": "1 < 2", "close_date": "2031-06-01", "probability": p,
         "mc_error": 0.0, "n_worlds": 1000, "status": "answered", "reason": "", "as_of": day, "run_id": "r", "seed": 1, "draws": 1000,
         "version": "0", "case_id": "c", "case_hash": "h"},
    )  # fmt: skip


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Four questions resolved, one of them twice forecast; one ambiguous, one resolved too early, one open."""
    path = tmp_path / "ledger.sqlite"
    append(path, [forecast("a", 0.4, "2031-01-01"), forecast("b", 0.2, "2031-01-01"), forecast("c", 0.6, "2031-01-01", "table"),
                  forecast("d", 0.9, "2031-01-01", "table"), forecast("e", 0.5, "2031-01-01"), forecast("f", 0.5, "2031-03-01"),
                  forecast("g", 0.7, "2031-01-01")])  # fmt: skip
    append(path, [forecast("a", 0.8, "2031-02-01"), forecast("a", 0.99, "2031-03-05"), forecast("g", 0.75, "2031-02-01")])
    day = dt.date(2031, 3, 1)
    resolve(path, "a", "yes", dt.date(2031, 3, 5), source="s")
    for name, outcome in (("b", "no"), ("c", "no"), ("d", "yes"), ("e", "ambiguous"), ("f", "yes")):
        resolve(path, name, outcome, day, source="s")
    return path


def test_track_record_by_hand(book: Path) -> None:
    record = track_record(read_ledger(book))
    assert record.resolved.set_index("question_id")["probability"].to_dict() == {"a": 0.8, "b": 0.2, "c": 0.6, "d": 0.9}
    every = record.scores.set_index("part").loc["all"]
    brier = (0.04 + 0.04 + 0.36 + 0.01) / 4
    assert every["brier"] == pytest.approx(brier)
    assert every["base_rate"] == pytest.approx(0.25)
    assert every["skill"] == pytest.approx(1 - brier / 0.25)
    assert every["log"] == pytest.approx(-(math.log(0.8) + math.log(0.8) + math.log(0.4) + math.log(0.9)) / 4)
    assert every["auc"] == 1.0
    assert list(record.scores["part"]) == ["all", "ballot", "table"]
    assert record.not_scored == {"e": "ambiguous", "f": "no forecast was sealed before the day of resolution"}
    assert record.open.to_dict("records")[0]["probability"] == 0.75
    assert record.open.to_dict("records")[0]["sealings"] == 2
    assert record.by_lead["n"].sum() == 5


def test_a_rival_is_compared_on_shared_questions(book: Path, tmp_path: Path) -> None:
    path = tmp_path / "crowd.csv"
    path.write_text("question_id,probability,date\na,0.5,2031-02-20\na,1.0,2031-03-05\nb,0.3,\nz,0.1,\nc,,\n", encoding="utf-8")
    record = track_record(read_ledger(book), [read_rival(path)])
    (row,) = record.rivals.to_dict("records")
    assert (row["rival"], row["n"]) == ("crowd", 2)
    # The crowd's 1.0 came on the day of resolution and does not count.
    assert row["rival_brier"] == pytest.approx((0.25 + 0.09) / 2)
    assert row["skill"] == pytest.approx(1 - 0.04 / 0.17)


def test_a_rival_file_with_faults(tmp_path: Path) -> None:
    path = tmp_path / "crowd.csv"
    path.write_text("question_id,probability\na,1.4\nb,x\nc,0.5\nc,0.6\n", encoding="utf-8")
    with pytest.raises(CaseError) as caught:
        read_rival(path)
    assert [problem.line for problem in caught.value.problems] == [2, 3, 5]
    path.write_text("id,p\n", encoding="utf-8")
    with pytest.raises(CaseError, match="probability: column is missing"):
        read_rival(path)
    with pytest.raises(UsageError, match="no such file"):
        read_rival(tmp_path / "none.csv")


def test_score_command_prints_text_and_json(book: Path) -> None:
    text = score_command(book)
    assert "0.113" in text  # mean Brier by hand, 0.1125
    assert "Not scored: e (ambiguous); f (no forecast" in text
    found = json.loads(score_command(book, as_json=True))
    assert found["scores"][0]["n"] == 4
    assert found["open"][0]["question_id"] == "g"
    assert "the chain holds" in score_command(book, verify=True)


def test_score_command_resolves(book: Path) -> None:
    said = score_command(book, resolve="g=no", on=dt.date(2031, 4, 1), source="s")
    assert said.startswith("g resolved: no on 2031-04-01")
    assert "g corrected" in score_command(book, resolve="g=yes", on=dt.date(2031, 4, 1), source="s", note="typing error")
    with pytest.raises(UsageError, match="ID=OUTCOME"):
        score_command(book, resolve="g", on=dt.date(2031, 4, 1), source="s")
    with pytest.raises(UsageError, match="--on"):
        score_command(book, resolve="g=no", source="s")


def test_an_empty_ledger_says_so(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    assert "nothing is sealed yet" in score_command(path)
    assert "nothing is sealed yet" in score_command(path, verify=True)
    append(path, [forecast("a", 0.5, "2031-01-01")])
    assert "No question is resolved yet" in score_command(path)
