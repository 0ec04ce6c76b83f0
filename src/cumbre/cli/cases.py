"""Commands that make, fill and check a case: check, new, draft, read, import."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from cumbre.cli.shared import CaseName, parse_day, progress_bar, writable
from cumbre.errors import CaseError, UsageError

__all__ = ["check", "draft", "import_", "new", "read"]


def check(case: CaseName) -> None:
    """Validate a case folder; list every problem with file, line, column and mend."""
    from cumbre import questions as room
    from cumbre.record import check as problems_of
    from cumbre.record import find, load

    problems = problems_of(case)
    if not problems:
        problems = room.check_questions(load(case))
    if problems:
        raise CaseError(str(find(case)), problems)
    found = load(case)
    counts = [("events", found.events), ("issues", found.issues), ("positions", found.positions), ("polls", found.polls),
              ("questions", found.questions)]  # fmt: skip
    typer.echo(f"{found.id}: no problems ({', '.join(f'{len(rows)} {name}' for name, rows in counts)}; as of {found.as_of})")


def new(name: Annotated[str, typer.Argument(help="Name of the case, also of its folder; a path is allowed.")]) -> None:
    """Start an empty, commented case folder that passes `check`."""
    from cumbre.record import scaffold

    path = scaffold(name, datetime.now().date())
    typer.echo(f"{path}: a new case; open case.toml first, then run `cumbre check {path}`")


def draft(
    name: Annotated[str, typer.Argument(help="Name of the case, also of its folder; a path is allowed.")],
    sources: Annotated[
        list[str], typer.Argument(metavar="SOURCE...", help="Texts, HTML or PDF files, folders, or - for standard input.")
    ],
    lang: Annotated[str | None, typer.Option(help="Language of the documents, if it is known: en or es.")] = None,
    day: Annotated[str | None, typer.Option("--date", metavar="DATE", help="Date of documents that show none.")] = None,
    llm: Annotated[
        str | None, typer.Option(metavar="URL", help="An OpenAI-compatible endpoint that proposes more (extra llm).")
    ] = None,
) -> None:
    """Start a case folder from documents: actors, events, issues, evidence, open points."""
    from cumbre import read as room

    report = room.draft(name, sources, lang=lang, date=parse_day(day, "--date"), llm=llm)
    typer.echo(report.summary)


def read(
    sources: Annotated[
        list[str], typer.Argument(metavar="SOURCE...", help="Texts, HTML or PDF files, folders, or - for standard input.")
    ],
    case: Annotated[str | None, typer.Option(metavar="CASE", help="Propose for this case; with --accept, append to it.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write JSONL here; standard output otherwise.")] = None,
    accept: Annotated[bool, typer.Option("--accept", help="Append the proposed events to the case.")] = False,
    lang: Annotated[str | None, typer.Option(help="Language, if it is known: en or es.")] = None,
    day: Annotated[str | None, typer.Option("--date", metavar="DATE", help="Date of documents that show none.")] = None,
    confidence: Annotated[float, typer.Option(help="Leave out events under this confidence, 0 to 1.")] = 0.0,
    actors: Annotated[Path | None, typer.Option(help="A CSV of further actors.")] = None,
    llm: Annotated[
        str | None, typer.Option(metavar="URL", help="An OpenAI-compatible endpoint that reads beside the coder (extra llm).")
    ] = None,
) -> None:
    """Read articles and propose coded events, each with its quote."""
    from cumbre import read as room

    if accept and not case:
        raise UsageError("--accept needs --case CASE: say which case the events go to")
    report = room.run(
        sources,
        case=case,
        out=out,
        accept=accept,
        lang=lang,
        date=parse_day(day, "--date"),
        confidence=confidence,
        actors=actors,
        llm=llm,
    )
    typer.echo(report)


def import_(
    kind: Annotated[str, typer.Argument(help="gdelt, icews, polecat or csv.")],
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files to read.")],
    out: Annotated[Path, typer.Option(help="events.csv to write.")],
    rejects: Annotated[Path | None, typer.Option(help="Where rows that cannot be used go; beside --out otherwise.")] = None,
) -> None:
    """Turn GDELT, ICEWS, POLECAT or plain CSV files into a case's event table."""
    from cumbre.record.importers import import_events

    for file in files:
        if not file.is_file():
            raise UsageError(f"{file}: no such file")
    writable(out.parent)
    with progress_bar("import") as bar:
        report = import_events(kind, files, out, rejects=rejects, progress=bar)
    typer.echo(str(report))
