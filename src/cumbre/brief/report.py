"""The main job's last step: worlds in, a self-contained page and its numbers out, whole or not at all."""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from cumbre import simulate
from cumbre.brief.calibration import calibration_pages, file_names
from cumbre.brief.catalogue import LANGUAGES, catalogue
from cumbre.brief.facts.gather import Facts, gather
from cumbre.brief.facts.study import STAGES, Study
from cumbre.brief.render import render
from cumbre.brief.words import Words
from cumbre.questions import Changes, changed
from cumbre.record.case import Case
from cumbre.worlds import Worlds

__all__ = ["BriefReport", "build", "describe", "open_study", "write"]

Progress = Callable[[float, str], None]
Described = Mapping[str, tuple[dict[str, Any], dict[str, Any]]]
"""Tables and passports of each stage."""
EARLIER_DRAWS, MOST_ITEMS = 2048, 6
"""Worlds of each run behind "what changed", and items that it tells apart."""


@dataclass(frozen=True)
class BriefReport:
    """What was written: the page, the page in the other language, the numbers; and a few lines for the terminal."""

    html: Path
    other: Path | None
    numbers: Path
    charts: tuple[Path, ...]
    printed: int
    summary: str


@dataclass(frozen=True)
class Built:
    """A brief before it is written: the page in each language, numbers.json, the charts as files; the calibration pages by file name."""

    pages: dict[str, str]
    numbers: dict[str, Any]
    charts: dict[str, str]
    summary: str
    calibration: dict[str, str] = field(default_factory=dict)


def describe(case: Case, fitted: Mapping[str, Any]) -> Described:
    """What the stages say of themselves without any world: the tables and the passports of each."""
    with threadpool_limits(1):  # Small matrices: a second thread costs more than it brings.
        return {
            stage: (
                dict(simulate.STAGES[stage].readout(case, fitted[stage])),
                dict(simulate.STAGES[stage].passports(case, fitted[stage])),
            )
            for stage in STAGES
            if stage in fitted
        }


def open_study(case: Case, worlds: Worlds, fitted: Mapping[str, Any], described: Described | None = None) -> Study:
    """A case and its worlds with what the stages say of themselves; `described` if that is at hand."""
    study = Study(case, worlds, fitted, dict(simulate.STAGES))
    there = {stage: thing for stage, thing in fitted.items() if stage in worlds}
    for stage, (tables, passports) in (describe(case, there) if described is None else described).items():
        if stage in there:
            study.tables[stage], study.passports[stage] = tables, passports
    return study


def _meta(study: Study) -> dict[str, Any]:
    worlds, case = study.worlds, study.case
    versions = {name: metadata.version(name) for name in ("cumbre", "numpy", "scipy", "xarray", "pandas")}
    run = f"{case.digest[:8]}-{worlds.seed}-{worlds.draws}"
    return {
        "case": case.id, "title": case.title, "as_of": case.as_of.isoformat(), "horizon": case.horizon.isoformat(), "seed": worlds.seed,
        "draws": worlds.draws, "digest": case.digest, "run": run, "versions": versions, "python": platform.python_version(),
    }  # fmt: skip


def build(
    case: Case,
    worlds: Worlds,
    fitted: Mapping[str, Any],
    *,
    lang: str = "en",
    since: dt.date | Changes | None = None,
    progress: Progress | None = None,
    track: Mapping[str, Any] | None = None,
    study: Study | None = None,
    beside: bool = True,
) -> Built:
    """Everything that `write` writes, in memory. `beside`: whether the calibration page stands beside the page and is linked."""
    catalogue(lang)
    tell = progress or (lambda share, words: None)
    if isinstance(since, dt.date):
        since = changed(
            case, since, draws=EARLIER_DRAWS, seed=worlds.seed, pairs=1, most_items=MOST_ITEMS,
            progress=lambda share, words: tell(0.2 * share, words),
        )  # fmt: skip
    tell(0.2, "read worlds")
    study = study or open_study(case, worlds, fitted)
    facts: Facts = gather(study, changes=since, track=track)
    meta = _meta(study)
    pages: dict[str, str] = {}
    charts: dict[str, str] = {}
    printed: dict[str, dict[str, str]] = {}
    order = [lang, *(other for other in LANGUAGES if other != lang and other in case.languages)]
    names, measured = file_names("brief.html", order), file_names("calibration.html", order)
    beside = beside and "ballot" in study.worlds
    for k, language in enumerate(order):
        tell(0.4 + 0.3 * k, f"write {language}")
        words = Words(language)
        pages[language], drawn = render(study, facts, words, meta, names, measured[language] if beside else "")
        for id_, said in words.printed.items():
            printed.setdefault(id_, {})[language] = said
        if language == lang:
            charts = drawn
    tell(0.95, "numbers")
    summary = _summary(study, facts, Words(lang))
    told = calibration_pages(measured, homes=names) if beside else {}
    return Built(pages, study.numbers.as_json(printed, meta), charts, summary, {measured[k]: text for k, text in told.items()})


def write(
    case: Case,
    worlds: Worlds,
    fitted: Mapping[str, Any],
    out: Path,
    *,
    lang: str = "en",
    since: dt.date | Changes | None = None,
    progress: Progress | None = None,
    track: Mapping[str, Any] | None = None,
    described: Described | None = None,
) -> BriefReport:
    """Write `brief.html`, the page in the other language and the calibration pages beside it, `numbers.json` and the charts as SVG files.

    case, worlds, fitted   the run; `fitted` maps each stage to what its `fit` returned
    since      an earlier day, or what `cumbre.questions.changed` found: fills "what changed" (a day costs some dozen small runs)
    track      rows of the ledger: {"resolved": [{"text", "probability", "outcome"}, ...]}
    described  what `describe(case, fitted)` returned, if at hand

    Every file is written aside first and moved into place at the end, the page last, so an interrupted run leaves the previous
    brief as it was. Raises UnsourcedNumber where a number would be printed without a passport.
    """
    study = open_study(case, worlds, fitted, described)
    built = build(case, worlds, fitted, lang=lang, since=since, progress=progress, track=track, study=study)
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    (out / "charts").mkdir(exist_ok=True)
    files: dict[Path, str] = {out / "charts" / f"{name}.svg": svg for name, svg in built.charts.items()}
    files |= {out / name: text for name, text in built.calibration.items()}
    files[out / "numbers.json"] = _lines(built.numbers)
    others = [out / f"brief.{language}.html" for language in built.pages if language != lang]
    for path, language in zip(others, [k for k in built.pages if k != lang], strict=True):
        files[path] = built.pages[language]
    files[out / "brief.html"] = built.pages[lang]
    _replace_all(files)
    for left in (out / "charts").glob("*.svg"):
        if left not in files:  # a chart of an earlier run that this page does not have
            left.unlink()
    if progress:
        progress(1.0, "done")
    return BriefReport(
        out / "brief.html", others[0] if others else None, out / "numbers.json", tuple(p for p in files if p.suffix == ".svg"),
        len(built.numbers["numbers"]), built.summary,
    )  # fmt: skip


def _lines(numbers: Mapping[str, Any]) -> str:
    """numbers.json with one number on a line: a change shows as one line, and it is quicker to write than an indented file."""
    rows = (f"{json.dumps(id_)}: {json.dumps(body, ensure_ascii=False)}" for id_, body in numbers["numbers"].items())
    meta = json.dumps(numbers["meta"], ensure_ascii=False)
    return '{"meta": ' + meta + ',\n"numbers": {\n' + ",\n".join(rows) + "\n}}\n"


def _replace_all(files: Mapping[Path, str]) -> None:
    """Write every file aside, then move all into place in order."""
    parts: list[tuple[str, Path]] = []
    try:
        for path, text in files.items():
            handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}", suffix=".part")
            parts.append((temporary, path))
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            os.chmod(temporary, 0o644)
        while parts:
            os.replace(*parts[0])
            parts.pop(0)
    except BaseException:
        for temporary, _ in parts:
            Path(temporary).unlink(missing_ok=True)
        raise


def _summary(study: Study, facts: Facts, words: Words) -> str:
    lines = [
        words.pick(study.case.title, study.case.title_es),
        words.text("summary.run", day=study.case.as_of, n=words.decimal(study.worlds.draws)),
    ]
    if facts.relation:
        lines.append(words.text("summary.relation", now=facts.relation.now, range=words.range(facts.relation.now)))
    if facts.table:
        lines.append(words.text("summary.table", deal=facts.table.any_deal, range=words.range(facts.table.any_deal)))
    if facts.home and facts.home.shift:
        lines.append(words.text("summary.home", shift=facts.home.shift, range=words.range(facts.home.shift)))
    if facts.ballot:
        leader = facts.ballot.leader
        lines.append(words.text("summary.ballot", name=leader.name, win=leader.win, range=words.range(leader.win)))
    return "\n".join(lines)
