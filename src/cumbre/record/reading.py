"""Text files to rows: CSV tables and TOML documents, every problem collected with file, line, column and mend."""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from cumbre.errors import Problem
from cumbre.record.schema import Row

__all__ = ["read_csv", "read_toml", "validate_block"]

R = TypeVar("R", bound=Row)
B = TypeVar("B", bound=BaseModel)
_SYNTAX = re.compile(r"\(at line (\d+), column (\d+)\)")
_CSV_LIMIT = 10_000_000


def _columns(model: type[BaseModel]) -> dict[str, bool]:
    """Names of the columns of a row model and whether each must be present."""
    return {field.alias or name: field.is_required() for name, field in model.model_fields.items() if name != "line"}


def _say(error: Mapping[str, Any]) -> tuple[str, str]:
    """One pydantic error in plain words: what is wrong, and the mend."""
    value, context = error.get("input"), error.get("ctx") or {}
    shown = repr(value) if not isinstance(value, dict | list) else "the entry"
    match error["type"]:
        case "missing":
            return "is missing or empty", "fill it in; it has no default"
        case "less_than_equal" | "less_than":
            limit = context.get("le", context.get("lt"))
            return f"{value} is over {limit:g}", f"expected at most {limit:g}"
        case "greater_than_equal" | "greater_than":
            limit = context.get("ge", context.get("gt"))
            word = "at least" if "ge" in context else "more than"
            return (
                f"{value} is under {limit:g}" if "ge" in context else f"{value} is not over {limit:g}",
                f"expected {word} {limit:g}",
            )
        case "literal_error" | "enum":
            return f"{shown} is not allowed", f"write one of {context.get('expected', '')}"
        case "extra_forbidden":
            return "unknown key", "remove it or check its spelling"
        case "string_pattern_mismatch":
            return f"{shown} has a form that is not allowed", "start with a letter; use letters, digits, '-', '_' and '.'"
        case kind if kind.startswith("date"):
            return f"{shown} is not a date", "write a day that exists, as YYYY-MM-DD"
        case kind if kind.startswith(("float", "int", "finite")):
            return f"{shown} is not a number", "write digits with a decimal point, e.g. 12.5"
        case "value_error":
            return str(context.get("error", error["msg"])), "correct the entry"
    return f"{shown}: {error['msg']}", "correct the entry"


def read_csv(path: Path, model: type[R], problems: list[Problem]) -> tuple[R, ...]:
    """Rows of a table. Empty cells take the field's default. Problems are appended, never raised."""
    name = path.name
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        problems.append(Problem(name, 0, "", f"is not UTF-8 text (byte {error.start})", "save it as UTF-8"))
        return ()
    except OSError as error:
        problems.append(Problem(name, 0, "", f"cannot be read ({error.strerror})", "check the file and its permissions"))
        return ()
    columns = _columns(model)
    csv.field_size_limit(_CSV_LIMIT)
    # A line that starts with '#' is a comment for the person who fills the table in.
    lines = ["\n" if line.startswith("#") else line for line in text.splitlines(keepends=True)]
    reader = csv.reader(lines, strict=True)
    rows: list[R] = []
    start = 1
    try:
        header = next((cells for cells in reader if any(cell.strip() for cell in cells)), None)
        header_line = reader.line_num
        if not header:
            problems.append(Problem(name, 1, "", "is empty", f"start with the header line {','.join(columns)}"))
            return ()
        header = [cell.strip() for cell in header]
        mend = f"remove it or rename it (columns: {', '.join(columns)})"
        problems += [Problem(name, header_line, cell, "unknown column", mend) for cell in header if cell not in columns]
        twice = sorted({cell for cell in header if header.count(cell) > 1})
        problems += [Problem(name, header_line, cell, "column appears twice", "keep one of them") for cell in twice]
        absent = [cell for cell, must in columns.items() if must and cell not in header]
        mend = "add it to the header and fill it in every row"
        problems += [Problem(name, header_line, cell, "column is missing", mend) for cell in absent]
        if absent:
            return ()
        start = reader.line_num + 1
        for cells in reader:
            line, start = start, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                what = f"has {len(cells)} fields, the header has {len(header)}"
                problems.append(Problem(name, line, "", what, "is a text with a comma not in quotes?"))
                continue
            given = {key: cell for key, cell in zip(header, cells, strict=True) if cell.strip() and key in columns}
            try:
                rows.append(model.model_validate({**given, "line": line}))
            except ValidationError as error:
                for item in error.errors():
                    what, mend = _say(item)
                    problems.append(Problem(name, line, str(item["loc"][0]) if item["loc"] else "", what, mend))
    except csv.Error as error:
        problems.append(Problem(name, start, "", f"cannot be read as CSV ({error})", "check the quotation marks of this line"))
    return tuple(rows)


def read_toml(path: Path, problems: list[Problem]) -> tuple[dict[str, Any], str]:
    """A TOML document and its text; ({}, "") with a problem where it cannot be read."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        return tomllib.loads(text), text
    except tomllib.TOMLDecodeError as error:
        found = _SYNTAX.search(str(error))
        line = int(found[1]) if found else 0
        what = _SYNTAX.sub("", str(error)).strip()
        problems.append(
            Problem(path.name, line, f"column {found[2]}" if found else "", f"is no TOML ({what})", "correct this line")
        )
    except UnicodeDecodeError as error:
        problems.append(Problem(path.name, 0, "", f"is not UTF-8 text (byte {error.start})", "save it as UTF-8"))
    except OSError as error:
        problems.append(Problem(path.name, 0, "", f"cannot be read ({error.strerror})", "check the file and its permissions"))
    return {}, ""


def _find_line(text: str, header: str, index: int, key: str) -> int:
    """Line of `key` in the index-th block `header` of a TOML text; of the block itself where the key is absent."""
    lines = text.splitlines()
    starts = [i for i, line in enumerate(lines) if line.strip().replace(" ", "") == header]
    if not starts:
        return 0
    begin = starts[min(index, len(starts) - 1)]
    for i in range(begin + 1, len(lines)):
        stripped = lines[i].strip()
        if stripped.startswith("[[") or (stripped.startswith("[") and stripped.endswith("]") and "=" not in stripped):
            break
        if key and re.match(rf"{re.escape(key)}\s*=", stripped):
            return i + 1
    return begin + 1


def validate_block(
    model: type[B], blocks: Sequence[Any], header: str, path: Path, text: str, problems: list[Problem]
) -> tuple[B, ...]:
    """Validate the tables of a TOML document, e.g. every [[issue]]; `header` is written as in the file."""
    rows: list[B] = []
    for index, block in enumerate(blocks):
        try:
            rows.append(model.model_validate(block))
        except ValidationError as error:
            for item in error.errors():
                what, mend = _say(item)
                key = str(item["loc"][0]) if item["loc"] else ""
                name = block.get("id", "") if isinstance(block, dict) else ""
                where = ".".join(str(part) for part in item["loc"])
                if not header.startswith("[["):
                    name = header.strip("[]")
                label = f"{name}: {where}" if name and where else name or where
                problems.append(Problem(path.name, _find_line(text, header, index, key), label, what, mend))
    return tuple(rows)
