"""Questions from outside: a CSV or TOML file to rows, every problem of the file at once."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cumbre.errors import CaseError, Problem, UsageError
from cumbre.record import schema as s
from cumbre.record.reading import read_toml, validate_block

__all__ = ["Asked", "from_case", "read_questions"]

COLUMNS = ("question_id", "question", "expression", "close_date")


@dataclass(frozen=True)
class Asked:
    """A question as it was put: id, text, expression of the question language, last day on which it may resolve."""

    question_id: str
    question: str
    expression: str
    close_date: dt.date
    topic: str = ""
    question_es: str = ""
    resolution: str = ""


def from_case(questions: Sequence[s.Question]) -> list[Asked]:
    """The questions of questions.toml in the same form."""
    return [Asked(q.id, q.text, q.expression, q.close_date, q.topic, q.text_es, q.resolution) for q in questions]


def _csv(path: Path, problems: list[Problem]) -> list[Asked]:
    name = path.name
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        problems.append(Problem(name, 0, "", f"is not UTF-8 text (byte {error.start})", "save it as UTF-8"))
        return []
    csv.field_size_limit(10_000_000)
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    rows: list[Asked] = []
    try:
        header = [cell.strip() for cell in next(reader, [])]
        absent = [column for column in COLUMNS if column not in header]
        twice = sorted({column for column in header if column and header.count(column) > 1})
        for column in absent:
            problems.append(Problem(name, 1, column, "column is missing", f"the columns are {','.join(COLUMNS)}"))
        for column in twice:
            problems.append(Problem(name, 1, column, "column appears twice", "keep one of them"))
        if absent or twice:
            return []
        first: dict[str, int] = {}
        line = reader.line_num + 1
        for cells in reader:
            at, line = line, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                what = f"has {len(cells)} fields, the header has {len(header)}"
                problems.append(Problem(name, at, "", what, "put an expression that holds a comma in double quotes"))
                continue
            given = {key: cell.strip() for key, cell in zip(header, cells, strict=True)}
            row = _row(given, name, at, problems)
            if row is None:
                continue
            if row.question_id in first:
                what = f"{row.question_id!r} is there twice (first on line {first[row.question_id]})"
                problems.append(Problem(name, at, "question_id", what, "give each question its own id"))
            first.setdefault(row.question_id, at)
            rows.append(row)
    except csv.Error as error:
        problems.append(
            Problem(name, reader.line_num, "", f"cannot be read as CSV ({error})", "check the quotation marks of this line")
        )
    return rows


def _row(given: dict[str, str], name: str, line: int, problems: list[Problem]) -> Asked | None:
    if not given["question_id"]:
        problems.append(Problem(name, line, "question_id", "is empty", "give the question an id"))
    try:
        close = dt.date.fromisoformat(given["close_date"])
    except ValueError:
        what = f"{given['close_date']!r} is not a date" if given["close_date"] else "is empty"
        problems.append(Problem(name, line, "close_date", what, "write a day that exists, as YYYY-MM-DD"))
        return None
    if not given["question_id"]:
        return None
    return Asked(
        given["question_id"], given["question"], given["expression"], close, given.get("topic", ""), given.get("question_es", ""),
        given.get("resolution", ""),
    )  # fmt: skip


def _toml(path: Path, problems: list[Problem]) -> list[Asked]:
    document, text = read_toml(path, problems)
    for other in document.keys() - {"question"}:
        problems.append(Problem(path.name, 0, other, "unknown key", "every entry starts with [[question]]"))
    found = from_case(validate_block(s.Question, document.get("question", []), "[[question]]", path, text, problems))
    seen: set[str] = set()
    for row in found:
        if row.question_id in seen:
            problems.append(Problem(path.name, 0, row.question_id, "is there twice", "give each question its own id"))
        seen.add(row.question_id)
    return found


def read_questions(path: Path | str) -> list[Asked]:
    """Questions of a CSV (`question_id,question,expression,close_date`; further columns are allowed) or TOML file.

    An expression is not judged here: one that cannot be read or answered comes back from `ask` as not answerable.
    Raises CaseError with every problem of the file, UsageError where there is no such file.
    """
    path = Path(path)
    if not path.is_file():
        raise UsageError(f"{path}: no such file; give a CSV or TOML file of questions")
    problems: list[Problem] = []
    rows = _toml(path, problems) if path.suffix.lower() == ".toml" else _csv(path, problems)
    if not rows and not problems:
        problems.append(Problem(path.name, 0, "", "holds no question", f"write at least one row of {','.join(COLUMNS)}"))
    if problems:
        raise CaseError(str(path), sorted(problems))
    return rows
