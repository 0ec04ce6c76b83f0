"""A case folder to a `Case`: read, validate, cross-check, cut at `as_of`."""

from __future__ import annotations

import datetime as dt
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from cumbre.errors import CaseError, Problem, UsageError
from cumbre.record import schema as s
from cumbre.record.as_of import cut
from cumbre.record.case import Case
from cumbre.record.checks import cross_check
from cumbre.record.reading import read_csv, read_toml, validate_block

__all__ = ["TABLES", "bundled", "check", "find", "load"]

TABLES: dict[str, tuple[type[s.Row], bool]] = {
    "sources": (s.Source, True),
    "actors": (s.Actor, True),
    "events": (s.Event, True),
    "positions": (s.Position, True),
    "audiences": (s.Audience, True),
    "channels": (s.Channel, True),
    "approval": (s.Approval, True),
    "calendar": (s.CalendarEntry, True),
    "polls": (s.Poll, False),
    "candidates": (s.Candidate, False),
    "primaries": (s.Primary, False),
    "field": (s.FieldChange, False),
    "signals": (s.Signal, False),
    "exposures": (s.Exposure, False),
}
"""CSV tables of a case folder: row model, and whether the file must exist. With an [election], polls and candidates must too."""

_KEYS = {
    "id", "title", "title_es", "as_of", "horizon", "languages", "home", "principals", "meeting", "election", "mediator",
    "spoiler", "preset",
}  # fmt: skip


def bundled() -> tuple[str, ...]:
    """Names of the cases that come with the package.

    >>> "washington-2026" in bundled()
    True
    """
    root = resources.files("cumbre") / "cases"
    return tuple(sorted(entry.name for entry in root.iterdir() if entry.is_dir() and (entry / "case.toml").is_file()))


def find(case: str | Path) -> Path:
    """Folder of a case: a path to a folder, or the name of a bundled case. Raises UsageError where there is none."""
    path = Path(case)
    if path.is_dir():
        return path
    if str(case) in bundled():
        return Path(str(resources.files("cumbre") / "cases" / str(case)))
    if path.exists():
        raise UsageError(f"{case} is a file; give the folder of a case (it holds case.toml)")
    raise UsageError(
        f"{case}: no such case folder, and no bundled case of that name (bundled: {', '.join(bundled())}); "
        "`cumbre new NAME` starts one"
    )


def _head(folder: Path, problems: list[Problem]) -> tuple[dict[str, Any], str]:
    path = folder / "case.toml"
    if not path.is_file():
        problems.append(Problem("case.toml", 0, "", "is missing", "write it, or start a folder with `cumbre new NAME`"))
        return {}, ""
    head, text = read_toml(path, problems)
    if not head:
        return {}, ""
    for key in head.keys() - _KEYS:
        problems.append(
            Problem("case.toml", 0, key, "unknown key", f"remove it or check its spelling (keys: {', '.join(sorted(_KEYS))})")
        )
    kinds = {"id": str, "title": str, "as_of": dt.date, "horizon": dt.date, "home": str, "principals": list}
    for key, kind in kinds.items():
        if key not in head:
            problems.append(Problem("case.toml", 0, key, "is missing", "add it at the top of the file"))
        elif not isinstance(head[key], kind):
            word = {"date": "a date without quotes, e.g. 2026-02-06", "list": 'a list, e.g. ["COL", "USA"]'}.get(
                kind.__name__, "a text in quotes"
            )
            problems.append(Problem("case.toml", 0, key, f"{head[key]!r} is not allowed", f"write {word}"))
    if isinstance(head.get("principals"), list) and len(head["principals"]) != 2:
        problems.append(Problem("case.toml", 0, "principals", f"names {len(head['principals'])} governments", "name exactly two"))
    return head, text


def _read(folder: Path) -> tuple[Case | None, list[Problem]]:
    """Everything in the folder, uncut, with all problems found."""
    problems: list[Problem] = []
    head, text = _head(folder, problems)
    sound = not problems
    tables: dict[str, Any] = {}
    for name, (model, must) in TABLES.items():
        path = folder / f"{name}.csv"
        if path.is_file():
            tables[name] = read_csv(path, model, problems)
        elif must or (name in ("polls", "candidates") and "election" in head):
            mend = "write it (a header line alone is allowed), or start a folder with `cumbre new NAME`"
            problems.append(Problem(path.name, 0, "", "is missing", mend))
    document_model: type[BaseModel]
    for name, key, document_model in (("issues", "issue", s.Issue), ("questions", "question", s.Question)):
        path = folder / f"{name}.toml"
        if path.is_file():
            document, body = read_toml(path, problems)
            for other in document.keys() - {key}:
                problems.append(Problem(path.name, 0, other, "unknown key", f"every entry starts with [[{key}]]"))
            tables[name] = validate_block(document_model, document.get(key, []), f"[[{key}]]", path, body, problems)
        elif name == "issues":
            problems.append(Problem(path.name, 0, "", "is missing", "write it; every issue starts with [[issue]]"))
    path = folder / "case.toml"
    single: dict[str, Any] = {}
    for key, document_model in (("meeting", s.Meeting), ("election", s.Election)):
        blocks = [head[key]] if key in head else []
        found = validate_block(document_model, blocks, f"[{key}]", path, text, problems)
        single[key] = found[0] if found else None
    for key, field, document_model in (
        ("mediator", "mediators", s.Mediator),
        ("spoiler", "spoilers", s.Spoiler),
        ("preset", "presets", s.Preset),
    ):
        tables[field] = validate_block(document_model, head.get(key, []), f"[[{key}]]", path, text, problems)
    if (
        any(p.file == "case.toml" for p in problems)
        and not {"id", "title", "as_of", "horizon", "home", "principals"} <= head.keys()
    ):
        return None, problems
    if not sound:
        return None, problems
    case = Case(
        id=head["id"], title=head["title"], title_es=head.get("title_es", head["title"]), as_of=head["as_of"],
        horizon=head["horizon"], languages=tuple(head.get("languages", ["en"])), home=head["home"],
        principals=(head["principals"][0], head["principals"][1]), folder=folder, **single, **tables,
    )  # fmt: skip
    return case, problems


def check(case: str | Path) -> list[Problem]:
    """All problems of a case folder, sorted by file and line; empty where it can be used."""
    built, problems = _read(find(case))
    if built is not None:
        problems += cross_check(built, {problem.file for problem in problems})
    return sorted(problems)


def load(case: str | Path, as_of: dt.date | None = None) -> Case:
    """A validated case, cut at `as_of` (the case's own date unless given).

    Parameters
    ----------
    case : name of a bundled case or path to a folder.
    as_of : replay the case with what was public on this day; at most the case's own date.

    Raises CaseError with every problem of the folder, UsageError where there is no such folder or date.

    >>> load("washington-2026").as_of
    datetime.date(2026, 2, 6)
    """
    folder = find(case)
    built, problems = _read(folder)
    if built is not None:
        problems += cross_check(built, {problem.file for problem in problems})
    if problems or built is None:
        raise CaseError(str(case), sorted(problems))
    day = as_of or built.as_of
    if day > built.as_of:
        raise UsageError(f"--as-of {day} is after the case's own date {built.as_of}; nothing is recorded beyond it")
    return cut(built, day)
