"""Commands that run worlds: brief, ask, whatif, export, serve."""

from __future__ import annotations

import os
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cumbre.cli.shared import (
    AsJson,
    AsOf,
    CaseName,
    Do,
    Draws,
    Given,
    Out,
    Seed,
    Workers,
    fit_case,
    parse_day,
    print_table,
    progress_bar,
    run_case,
    writable,
)
from cumbre.errors import UsageError

if TYPE_CHECKING:
    from cumbre.record.case import Case
    from cumbre.worlds import Worlds

__all__ = ["ask", "brief", "export", "serve", "whatif"]


def brief(
    case: CaseName = "washington-2026",
    as_of: AsOf = None,
    draws: Draws = 20_000,
    seed: Seed = 1,
    lang: Annotated[str, typer.Option(help="Language of the page: en or es.")] = "en",
    out: Out = None,
    workers: Workers = 0,
    since: Annotated[str | None, typer.Option(metavar="DATE", help="Say what changed since this day.")] = None,
    seal: Annotated[bool, typer.Option("--seal", help="Seal the answers to the case's questions in its ledger.")] = False,
) -> None:
    """Run every stage and write the brief: brief.html, worlds.nc, numbers.json."""
    from cumbre import brief as room
    from cumbre import simulate
    from cumbre.record import load

    if lang not in ("en", "es"):
        raise UsageError(f"--lang {lang!r} is not offered; write en or es")
    found = load(case, parse_day(as_of, "--as-of"))
    folder = writable(out or Path("briefs") / found.id)
    with progress_bar("simulate") as bar, tempfile.TemporaryDirectory(dir=folder, prefix=".run-") as aside:
        fitted = fit_case(found, workers, lambda s, w: bar(0.15 * s, w))
        with simulate.aside(partial(room.describe, found, fitted)) as described:
            worlds = run_case(found, draws, seed, workers, lambda s, w: bar(0.15 + 0.45 * s, w), fitted)
            told = described()
        with simulate.beside(worlds.save, Path(aside) / "worlds.nc"):
            report = room.write(
                found, worlds, fitted, folder, lang=lang, since=parse_day(since, "--since"), track=_track(found),
                progress=lambda s, w: bar(0.6 + 0.35 * s, w), described=told,
            )  # fmt: skip
        os.replace(Path(aside) / "worlds.nc", folder / "worlds.nc")
    if seal:
        _seal(found, worlds)
    typer.echo(report.summary)
    typer.echo(f"\nbrief    {folder / 'brief.html'}\nworlds   {folder / 'worlds.nc'}\nnumbers  {folder / 'numbers.json'}")


def _track(case: Case) -> dict[str, Any]:
    from cumbre import questions as room

    return room.track_record(room.read_ledger(case)).as_dict()


def _seal(case: Case, worlds: Worlds) -> None:
    from cumbre import questions as room

    sealed = room.seal(case, worlds, room.ask(case, worlds, case.questions))
    typer.echo(f"sealed   {sealed}", err=True)


def ask(
    case: CaseName,
    questions: Annotated[Path | None, typer.Option(help="TOML or CSV of questions; the case's own otherwise.")] = None,
    as_of: AsOf = None,
    out: Annotated[Path | None, typer.Option(help="Write the answers as CSV.")] = None,
    draws: Draws = 20_000,
    seed: Seed = 1,
    workers: Workers = 0,
    seal: Annotated[bool, typer.Option("--seal", help="Seal the answers in the case's ledger.")] = False,
    as_json: AsJson = False,
) -> None:
    """Give a probability for each question."""
    import json

    from cumbre import questions as room
    from cumbre.record import load

    found = load(case, parse_day(as_of, "--as-of"))
    asked = room.read_questions(questions) if questions else found.questions
    with progress_bar("simulate") as bar:
        worlds = run_case(found, draws, seed, workers, bar)
    answers = room.ask(found, worlds, asked)
    if out:
        room.write_answers(answers, out)
    if seal:
        typer.echo(f"sealed {room.seal(found, worlds, answers, questions=asked)}", err=True)
    frame = room.answers_frame(answers)
    if as_json:
        typer.echo(json.dumps(json.loads(frame.to_json(orient="records")), indent=1))
    elif not out:
        print_table(frame)
    else:
        counts = frame["status"].value_counts()
        typer.echo(f"{out}: " + ", ".join(f"{n} {status}" for status, n in counts.items()))


def whatif(
    case: CaseName,
    do: Do = None,
    given: Given = None,
    scenario: Annotated[
        Path | None, typer.Option(help="A TOML file with `do` and `given` lists, as the workbench saves it.")
    ] = None,
    as_of: AsOf = None,
    draws: Draws = 5_000,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Set base against scenario on paired worlds."""
    from cumbre import questions as room
    from cumbre.record import load

    do, given = list(do or []), list(given or [])
    if scenario:
        saved_do, saved_given = room.read_scenario(scenario)
        do, given = saved_do + do, saved_given + given
    if not do and not given:
        raise UsageError("nothing to compare; give --do, --given or --scenario")
    found = load(case, parse_day(as_of, "--as-of"))
    with progress_bar("simulate") as bar:
        frame = room.whatif(found, do=do, given=given, draws=draws, seed=seed, progress=bar)
    if as_json:
        typer.echo(frame.to_json(orient="records", indent=1))
    else:
        print_table(frame)


def export(
    case: CaseName,
    form: Annotated[str, typer.Option("--format", help="csv, nc, parquet or json.")] = "csv",
    as_of: AsOf = None,
    out: Out = None,
    draws: Draws = 20_000,
    seed: Seed = 1,
    workers: Workers = 0,
) -> None:
    """Write worlds and case tables for use elsewhere."""
    from cumbre.export import FORMATS, write_export
    from cumbre.record import load

    if form not in FORMATS:
        raise UsageError(f"--format {form!r} is not offered; write one of {', '.join(FORMATS)}")
    found = load(case, parse_day(as_of, "--as-of"))
    folder = writable(out or Path("briefs") / found.id / "export")
    with progress_bar("simulate") as bar:
        worlds = run_case(found, draws, seed, workers, bar)
    files = write_export(found, worlds, folder, form)
    typer.echo(f"{folder}: {len(files)} files ({', '.join(file.name for file in files[:6])}{', ...' if len(files) > 6 else ''})")


def serve(
    case: Annotated[str, typer.Argument(metavar="[CASE]", help="Case to open first.")] = "washington-2026",
    host: Annotated[str, typer.Option(help="Address to listen on; other than loopback needs --token.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port.")] = 8642,
    token: Annotated[str | None, typer.Option(help="Token that readers must give; needed with --host.")] = None,
) -> None:
    """Open the workbench in a browser, on loopback by default."""
    try:
        from cumbre import workbench as room
    except ImportError as error:
        raise UsageError(f"the workbench needs the extra 'web' ({error.name} is missing); install cumbre[web]") from None
    room.serve(case, host=host, port=port, token=token)
