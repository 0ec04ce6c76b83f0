"""Ask: probabilities from worlds, questions that cannot be answered, files of questions and answers."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cumbre.errors import CaseError, UsageError
from cumbre.questions import Asked, answers_frame, ask, check_questions, headlines, read_questions, values, write_answers
from cumbre.record import schema as s
from cumbre.record.case import Case
from cumbre.worlds import Worlds

LATER = dt.date(2031, 6, 30)


def asked(expression: str, close: dt.date = LATER) -> Asked:
    return Asked("q", "?", expression, close)


def test_probability_is_the_share_of_worlds(case: Case, worlds: Worlds) -> None:
    (answer,) = ask(case, worlds, [asked("ballot.winner == 'ana' and table.value['tariff', '2031-05-01'] > 15")])
    ana = worlds["ballot"]["winner"].values == 0
    high = worlds["table"]["value"].values[:, 0, 1] > 15
    p = (ana & high).mean()
    assert answer.probability == pytest.approx(p)
    assert answer.mc_error == pytest.approx(math.sqrt(p * (1 - p) / 6000))
    assert (answer.status, answer.n_worlds, answer.reason) == ("answered", 6000, "")


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("ballot.winner == 'anna'", "did you mean 'ana'"),
        ("ballot.share1['zz'] > 3", "unknown candidate 'zz'"),
        ("table.value['tarif', '2031-05-01'] > 1", "did you mean 'tariff'"),
        ("table.value['tariff', '2031-02-01'] > 1", "before 2031-03-01"),
        ("table.value['tariff', '2032-02-01'] > 1", "after the horizon"),
        ("ballot.share1['ana']", "not a condition"),
        ("weather.rain > 1", "unknown name 'weather'"),
        ("ballot.winner = 'ana'", "write =="),
        ("__import__('os').system('true')", "unknown function"),
        ("", "no expression"),
    ],
)
def test_what_worlds_cannot_tell_is_not_answered(case: Case, worlds: Worlds, expression: str, says: str) -> None:
    (answer,) = ask(case, worlds, [asked(expression)])
    assert answer.status == "not_answerable"
    assert answer.probability is None
    assert says in answer.reason


def test_a_question_that_closed_is_not_answered(case: Case, worlds: Worlds) -> None:
    (answer,) = ask(case, worlds, [asked("ballot.runoff_held", dt.date(2031, 3, 1))])
    assert answer.status == "not_answerable"
    assert "not after 2031-03-01" in answer.reason
    (open_,) = ask(case, worlds, [asked("ballot.runoff_held", dt.date(2031, 3, 2))])
    assert open_.status == "answered"


def test_an_undefined_comparison_is_false_and_says_so(case: Case, worlds: Worlds) -> None:
    low, high = ask(case, worlds, [asked("ballot.margin2 < 5"), asked("ballot.margin2 >= 5")])
    held = worlds["ballot"]["runoff_held"].values.mean()
    assert low.probability is not None
    assert high.probability is not None
    assert low.probability + high.probability == pytest.approx(held)
    assert f"undefined in {1 - held:.1%} of worlds" in low.reason


def test_too_few_worlds(case: Case, worlds: Worlds) -> None:
    few = worlds.keep(np.arange(6000) < 199)
    enough = worlds.keep(np.arange(6000) < 200)
    assert ask(case, few, [asked("ballot.runoff_held")])[0].status == "too_few_worlds"
    assert ask(case, enough, [asked("ballot.runoff_held")])[0].status == "answered"


def test_order_is_kept_over_many_questions(case: Case, worlds: Worlds) -> None:
    levels = [(37 * k) % 601 / 10 for k in range(1201)]
    many = [Asked(f"q{k}", "?", f"ballot.share1['ana'] > {level}", LATER) for k, level in enumerate(levels)]
    answers = ask(case, worlds, many)
    assert [a.question_id for a in answers] == [q.question_id for q in many]
    share = worlds["ballot"]["share1"].values[:, 0]
    assert [a.probability for a in answers] == pytest.approx([float((share > level).mean()) for level in levels])


def test_questions_of_the_case_are_asked_as_they_are(case: Case, worlds: Worlds) -> None:
    assert [a.status for a in ask(case, worlds, case.questions)] == ["answered", "answered"]


def test_read_csv_and_write_answers(tmp_path: Path, case: Case, worlds: Worlds) -> None:
    path = tmp_path / "q.csv"
    path.write_text(
        "question_id,question,expression,close_date,weight\n"
        "a,Will there be a run-off?,ballot.runoff_held,2031-06-02,1\n"
        "b,\"Tariff, above ten?\",\"table.value['tariff', '2031-05-01'] > 10\",2031-05-01,2\n"
        "c,Nothing to go by,,2031-05-01,1\n",
        encoding="utf-8",
    )
    answers = ask(case, worlds, read_questions(path))
    out = write_answers(answers, tmp_path / "a.csv")
    frame = pd.read_csv(out)
    assert list(frame.columns) == ["question_id", "probability", "mc_error", "n_worlds", "status", "reason"]
    assert list(frame["status"]) == ["answered", "answered", "not_answerable"]
    assert frame["probability"].notna().tolist() == [True, True, False]
    assert not list(tmp_path.glob("*.part"))


def test_every_problem_of_a_question_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "q.csv"
    path.write_text(
        "question_id,question,expression,close_date\na,x,1 < 2,2031-02-30\na,x,1 < 2,2031-03-01\na,x,1 < 2,2031-03-01\n"
        ",x,1 < 2,2031-03-01\nb,x,f['a', 'b'] > 1,2031-03-01\n",
        encoding="utf-8",
    )
    with pytest.raises(CaseError) as caught:
        read_questions(path)
    said = [str(problem) for problem in caught.value.problems]
    assert said[0].startswith("q.csv line 2, close_date: '2031-02-30' is not a date")
    assert "line 4, question_id: 'a' is there twice (first on line 3)" in said[1]
    assert "line 5, question_id: is empty" in said[2]
    assert "line 6: has 5 fields, the header has 4" in said[3]


def test_a_question_file_without_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "q.csv"
    path.write_text("question_id,expression\n", encoding="utf-8")
    with pytest.raises(CaseError, match="close_date: column is missing"):
        read_questions(path)
    with pytest.raises(UsageError, match="no such file"):
        read_questions(tmp_path / "none.csv")
    (tmp_path / "empty.csv").write_text("question_id,question,expression,close_date\n", encoding="utf-8")
    with pytest.raises(CaseError, match="holds no question"):
        read_questions(tmp_path / "empty.csv")


def test_toml_questions(tmp_path: Path, folder: Path) -> None:
    assert [q.question_id for q in read_questions(folder / "questions.toml")] == ["q1", "q2"]
    path = tmp_path / "q.toml"
    path.write_text(
        '[[question]]\nid = "a"\ntext = "x"\nexpression = "1 < 2"\nclose_date = 2031-05-01\nwhen = 3\n', encoding="utf-8"
    )
    with pytest.raises(CaseError, match="unknown key"):
        read_questions(path)


def test_check_finds_every_bad_expression(case: Case) -> None:
    assert check_questions(case) == []
    bad = case.change(
        questions=(
            case.questions[0].model_copy(update={"expression": "ballot.winner == 'anna'"}),
            case.questions[1].model_copy(update={"expression": "table.value['tarif', '2031-05-01'] > 15"}),
            s.Question(id="q3", text="?", expression="ballot.runoff_held", close_date=dt.date(2031, 3, 1)),
        ),
        presets=(
            s.Preset(id="p", title="p", do=("table.value['tariff', '2031-04-01'] = 99",), given=("relation.index['AAA', 'BBB'] > 0",)),
        ),
    )  # fmt: skip
    said = [str(problem) for problem in check_questions(bad)]
    assert len(said) == 5
    assert any(
        "questions.toml line 3, q1: expression: unknown id 'anna'" in text and "did you mean 'ana'" in text for text in said
    )
    assert any("q2: expression: unknown issue 'tarif'" in text for text in said)
    assert any("q3: close_date: closes 2031-03-01, not after 2031-03-01" in text for text in said)
    assert any("p: do: 99.0 is off the scale" in text for text in said)
    assert any("p: given: index needs [A, B, date]" in text for text in said)


def test_answers_frame_of_nothing() -> None:
    assert answers_frame([]).columns[0] == "question_id"
    assert len(answers_frame([])) == 0


def test_headlines_read_from_worlds(case: Case, worlds: Worlds) -> None:
    numbers = headlines(case)
    ids = [n.id for n in numbers]
    assert len(set(ids)) == len(ids)
    for wanted in ("ballot.win.ana", "ballot.runoff", "ballot.reach.ana", "ballot.pair.ana.bo", "table.deal", "table.issue.tariff",
                   "home.approval", "home.shift.left", "relation.index"):  # fmt: skip
        assert wanted in ids
    found = dict(zip(ids, values(worlds, numbers), strict=True))
    wins = sum(v.mean for name, v in found.items() if name.startswith("ballot.win."))
    assert wins == pytest.approx(1.0)
    assert all(v.n == 6000 and not v.reason for v in found.values())
    level = found["table.issue.tariff"]
    assert level.mean == pytest.approx(float(worlds["table"]["value"].values[:, 0, 1].mean()))
    assert level.low <= level.mean <= level.high


def test_headlines_without_an_election_or_issues(case: Case) -> None:
    bare = case.change(election=None, candidates=(), issues=(), positions=())
    assert [n.id for n in headlines(bare)] == ["home.approval", "relation.index"]


def test_the_most_polled_candidates_lead(case: Case) -> None:
    wins = [n.subject[0] for n in headlines(case) if n.id.startswith("ballot.win.")]
    assert wins == ["ana", "bo", "cy", "di"]
