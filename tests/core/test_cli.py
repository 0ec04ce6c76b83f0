"""The command line as a user meets it: exit codes, one clear error, nothing lost."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
ARCADIA = str(ROOT / "examples" / "arcadia")


def cumbre(*words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from cumbre.cli import main; main()", *words]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=300, check=False)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["brief", "nowhere"], "no such case folder"),
        (["brief", ARCADIA, "--draws", "0"], "--draws is 0; give a whole number of at least 1"),
        (["brief", ARCADIA, "--seed", "-1"], "--seed is -1"),
        (["brief", ARCADIA, "--as-of", "2031-02-30"], "--as-of '2031-02-30' is not a date; write YYYY-MM-DD"),
        (["brief", ARCADIA, "--as-of", "2032-01-01"], "nothing is recorded beyond it"),
        (["brief", ARCADIA, "--lang", "fr"], "--lang 'fr' is not offered; write en or es"),
        (["brief", ARCADIA, "--workers", "-1"], "--workers is -1"),
        (["whatif", ARCADIA], "nothing to compare"),
        (["whatif", ARCADIA, "--do", "table.value['fee', '2031-05-01'] = 3"], "unknown issue 'fee'"),
        (["backtest", "weather", "--data", ".", "--out", "x.csv"], "unknown stage 'weather'"),
        (["backtest", "home", "--data", "nowhere", "--out", "x.csv"], "no such file or folder"),
        (["read", "x.txt", "--accept"], "--accept needs --case"),
        (["export", ARCADIA, "--format", "xls"], "--format 'xls' is not offered"),
        (["import", "gdelt", "nowhere.csv", "--out", "x.csv"], "no such file"),
        (["new", "1abc"], "cannot name a case"),
    ],
)
def test_bad_use_is_one_clear_error_and_exit_2(words: list[str], message: str, tmp_path: Path) -> None:
    done = cumbre(*words, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert message in done.stderr
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr
    assert list(tmp_path.rglob("*.html")) == []


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a place that no user can write to; Linux has /proc")
@pytest.mark.parametrize("words", [["brief", ARCADIA, "--out", "/proc/nowhere"], ["new", "/proc/nowhere"]])
def test_a_place_that_cannot_be_written_to(words: list[str]) -> None:
    done = cumbre(*words)
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("error: /proc")
    assert "choose another place" in done.stderr


def test_an_output_place_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("here")
    done = cumbre("brief", ARCADIA, "--out", str(tmp_path / "x"))
    assert done.returncode == 2
    assert "cannot be made" in done.stderr


def test_check_lists_all_problems_and_exits_2(spoil: Callable[..., Path]) -> None:
    spoil("polls.csv", "tarn,33,", "tarn,333,")
    folder = spoil("events.csv", "2030-11-02", "2030-13-02")
    done = cumbre("check", str(folder))
    assert done.returncode == 2
    assert "2 problems" in done.stderr
    assert "events.csv line 2, date" in done.stderr
    good = cumbre("check", ARCADIA)
    assert good.returncode == 0
    assert "no problems (7 events" in good.stdout


def test_new_then_check(tmp_path: Path) -> None:
    assert cumbre("new", "mine", cwd=tmp_path).returncode == 0
    assert cumbre("check", "mine", cwd=tmp_path).returncode == 0
    assert cumbre("new", "mine", cwd=tmp_path).returncode == 2


def test_brief_writes_its_three_files(tmp_path: Path) -> None:
    done = cumbre("brief", ARCADIA, "--draws", "1500", "--out", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    for name in ("brief.html", "worlds.nc", "numbers.json"):
        assert (tmp_path / "out" / name).stat().st_size > 1000
        assert name in done.stdout
    assert json.loads((tmp_path / "out" / "numbers.json").read_text(encoding="utf-8"))


def test_an_interrupted_run_leaves_the_previous_brief(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    for name in ("brief.html", "worlds.nc", "numbers.json"):
        (out / name).write_text("the previous one")
    command = [
        sys.executable,
        "-c",
        "from cumbre.cli import main; main()",
        "brief",
        ARCADIA,
        "--draws",
        "200000",
        "--out",
        str(out),
    ]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(4)
    assert running.poll() is None, "the run ended before it could be interrupted"
    running.terminate()
    running.wait(timeout=30)
    assert {path.name: path.read_text() for path in out.iterdir()} == dict.fromkeys(
        ("brief.html", "worlds.nc", "numbers.json"), "the previous one"
    )


def test_whatif_pairs_base_and_scenario() -> None:
    done = cumbre("whatif", ARCADIA, "--do", "table.value['strait_fee', '2031-04-15'] = 16", "--draws", "600", "--json")
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    assert {"id", "base", "scenario", "difference", "mc_error"} <= rows[0].keys()
    assert any(abs(row["difference"] or 0) > 1 for row in rows)


def test_ask_answers_the_cases_own_questions(tmp_path: Path) -> None:
    done = cumbre("ask", ARCADIA, "--draws", "600", "--out", str(tmp_path / "answers.csv"))
    assert done.returncode == 0, done.stderr
    lines = (tmp_path / "answers.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "question_id,probability,mc_error,n_worlds,status,reason"
    assert len(lines) == 4


@pytest.mark.parametrize("form", ["csv", "nc", "parquet", "json"])
def test_export_in_every_form(form: str, tmp_path: Path) -> None:
    done = cumbre("export", ARCADIA, "--format", form, "--draws", "300", "--out", str(tmp_path / "e"))
    assert done.returncode == 0, done.stderr
    assert any((tmp_path / "e").iterdir())


def test_help_answers_at_once() -> None:
    """Processor time, not the clock: other work on the machine must not fail it."""
    used = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert cumbre("--help").returncode == 0
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(used) < 0.35
