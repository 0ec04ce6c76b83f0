"""The command line: each command calls one public function and prints what it returns.

Exit codes: 0 success, 2 bad usage or bad input (one clear error on stderr), 1 an internal failure.
Imports of the working rooms stand inside the commands, so that `cumbre --help` answers at once.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cumbre.errors import CaseError, CumbreError, InputError, UsageError

if TYPE_CHECKING:
    from cumbre.record.case import Case
    from cumbre.worlds import Worlds

__all__ = ["app", "main"]

app = typer.Typer(
    name="cumbre",
    help="Two-level games: what is behind a summit, what could come out of it, and what that does at home.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

CaseName = Annotated[
    str, typer.Argument(metavar="CASE", help="Name of a bundled case (washington-2026) or path to a case folder.")
]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="Use only what was public on this day (YYYY-MM-DD).")]
Draws = Annotated[int, typer.Option(help="Number of worlds.")]
Seed = Annotated[int, typer.Option(help="Same seed, same bytes.")]
Workers = Annotated[int, typer.Option(help="Processes, 0 for as many as there are cores; the result does not depend on it.")]
Out = Annotated[Path | None, typer.Option(help="Where to write.")]
Do = Annotated[list[str] | None, typer.Option("--do", metavar="EXPR", help="Intervene: path = value; may be repeated.")]
Given = Annotated[
    list[str] | None, typer.Option("--given", metavar="EXPR", help="Keep the worlds where this holds; may be repeated.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def _date(text: str | None, option: str) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} {text!r} is not a date; write YYYY-MM-DD") from None


@contextmanager
def _progress(title: str) -> Iterator[Any]:
    """A progress bar on stderr where that is a terminal; a function (share done, words) to feed it."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description:<28}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeElapsedColumn())
    # No refreshing thread: workers are forked, and a fork must not find another thread in the middle of something.
    with Progress(*columns, console=console, transient=True, auto_refresh=False, disable=not console.is_terminal) as bar:
        task = bar.add_task(title, total=1.0)

        def tell(share: float, words: str = "") -> None:
            bar.update(task, completed=min(max(share, 0.0), 1.0), description=words or title, refresh=True)

        yield tell


def _simulate(case: Case, draws: int, seed: int, workers: int, progress: Any) -> tuple[Worlds, dict[str, Any]]:
    from cumbre import simulate

    workers = workers or min(os.cpu_count() or 1, 8)
    fitted = simulate.fit(case, progress=lambda share, words: progress(0.3 * share, words), workers=workers)
    worlds = simulate.run(
        case, draws=draws, seed=seed, workers=workers, fitted=fitted, progress=lambda s, words: progress(0.3 + 0.7 * s, words)
    )
    return worlds, fitted


def _writable(folder: Path) -> Path:
    """The folder, made if need be. Raises UsageError where nothing can be written into it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder} cannot be made ({error.strerror}); choose another place with --out") from None
    if not os.access(folder, os.W_OK):
        raise UsageError(f"{folder} cannot be written to; choose another place with --out")
    return folder


def _table(frame: Any, title: str = "") -> None:
    """Print a data frame as a table."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title or None, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for column in frame.columns:
        numeric = frame[column].dtype.kind in "fiu"
        table.add_column(str(column), justify="right" if numeric else "left", overflow="fold")
    for row in frame.itertuples(index=False):
        table.add_row(*[f"{v:.3f}" if isinstance(v, float) else str(v) for v in row])
    Console(width=None if sys.stdout.isatty() else 160).print(table)


@app.command()
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
    found = load(case, _date(as_of, "--as-of"))
    folder = _writable(out or Path("briefs") / found.id)
    with _progress("simulate") as bar, tempfile.TemporaryDirectory(dir=folder, prefix=".run-") as aside:
        worlds, fitted = _simulate(found, draws, seed, workers, lambda s, w: bar(0.6 * s, w))
        with simulate.beside(worlds.save, Path(aside) / "worlds.nc"):
            report = room.write(
                found, worlds, fitted, folder, lang=lang, since=_date(since, "--since"), track=_track(found),
                progress=lambda s, w: bar(0.6 + 0.35 * s, w),
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


@app.command()
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


@app.command()
def new(name: Annotated[str, typer.Argument(help="Name of the case, also of its folder; a path is allowed.")]) -> None:
    """Start an empty, commented case folder that passes `check`."""
    from cumbre.record import scaffold

    path = scaffold(name, datetime.now().date())
    typer.echo(f"{path}: a new case; open case.toml first, then run `cumbre check {path}`")


@app.command()
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

    report = room.draft(name, sources, lang=lang, date=_date(day, "--date"), llm=llm)
    typer.echo(report.summary)


@app.command()
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
        date=_date(day, "--date"),
        confidence=confidence,
        actors=actors,
        llm=llm,
    )
    typer.echo(report)


@app.command()
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

    found = load(case, _date(as_of, "--as-of"))
    asked = room.read_questions(questions) if questions else found.questions
    with _progress("simulate") as bar:
        worlds, _ = _simulate(found, draws, seed, workers, bar)
    answers = room.ask(found, worlds, asked)
    if out:
        room.write_answers(answers, out)
    if seal:
        typer.echo(f"sealed {room.seal(found, worlds, answers, questions=asked)}", err=True)
    frame = room.answers_frame(answers)
    if as_json:
        typer.echo(json.dumps(json.loads(frame.to_json(orient="records")), indent=1))
    elif not out:
        _table(frame)
    else:
        counts = frame["status"].value_counts()
        typer.echo(f"{out}: " + ", ".join(f"{n} {status}" for status, n in counts.items()))


@app.command()
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
    found = load(case, _date(as_of, "--as-of"))
    with _progress("simulate") as bar:
        frame = room.whatif(found, do=do, given=given, draws=draws, seed=seed, progress=bar)
    if as_json:
        typer.echo(frame.to_json(orient="records", indent=1))
    else:
        _table(frame)


@app.command()
def changed(
    case: CaseName,
    since: Annotated[str, typer.Option(metavar="DATE", help="The earlier day.")],
    as_of: AsOf = None,
    draws: Draws = 2_000,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Say which numbers moved between two days, and because of which items."""
    from cumbre import questions as room
    from cumbre.record import load

    day = _date(since, "--since")
    assert day is not None
    with _progress("attribute") as bar:
        found = room.changed(
            load(case, _date(as_of, "--as-of")), since=day, draws=draws, seed=seed, workers=os.cpu_count() or 1, progress=bar
        )
    typer.echo(found.to_json() if as_json else found.text())


@app.command()
def replay(
    case: CaseName,
    start: Annotated[str, typer.Option("--from", metavar="DATE", help="First day.")],
    end: Annotated[str, typer.Option("--to", metavar="DATE", help="Last day.")],
    every: Annotated[str, typer.Option(help="Step, e.g. 7d.")] = "7d",
    out: Out = None,
    draws: Draws = 2_000,
    seed: Seed = 1,
    workers: Annotated[int, typer.Option(help="Processes; all cores by default.")] = 0,
) -> None:
    """Path of every headline number with what was public at each date."""
    from cumbre import questions as room
    from cumbre.brief.replay import replay_svg

    first, last = _date(start, "--from"), _date(end, "--to")
    assert first is not None
    assert last is not None
    folder = _writable(out or Path("briefs") / "replay")
    with _progress("replay") as bar:
        frame = room.replay(
            case,
            first,
            last,
            every=every,
            out=folder,
            draws=draws,
            seed=seed,
            workers=workers or os.cpu_count() or 1,
            progress=bar,
        )
    _table(room.replay_table(frame))
    (folder / "replay.svg").write_text(replay_svg(frame), encoding="utf-8")
    typer.echo(f"{folder}: replay.csv, public.csv, replay.nc, replay.svg")


@app.command()
def score(
    case: CaseName,
    verify: Annotated[bool, typer.Option("--verify", help="Check the chain of sealed rows.")] = False,
    resolve: Annotated[
        str | None, typer.Option(metavar="ID=OUTCOME", help="Resolve a question: yes, no, ambiguous or annulled.")
    ] = None,
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help="Day of the resolution.")] = None,
    source: Annotated[str, typer.Option(help="What the resolution rests on.")] = "",
    note: Annotated[str, typer.Option(help="A note on the resolution.")] = "",
    rival: Annotated[Path | None, typer.Option(help="CSV of another forecaster: question_id,probability.")] = None,
    head: Annotated[
        str | None,
        typer.Option(metavar="HASH", help="With --verify: a head noted at an earlier sealing that must still be there."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Forecast ledger: open and resolved questions, Brier and log score, calibration."""
    from cumbre import questions as room

    typer.echo(
        room.score_command(
            case,
            verify=verify,
            resolve=resolve,
            on=_date(on, "--on"),
            source=source,
            note=note,
            rival=rival,
            as_json=as_json,
            head=head,
        )
    )


@app.command()
def shocks(
    kind: Annotated[str | None, typer.Option(help="coercion, cooperation, humiliation or military.")] = None,
    initiator: Annotated[str | None, typer.Option(help="Who moved first, e.g. US.")] = None,
    salience: Annotated[str | None, typer.Option(help="high, med or low.")] = None,
    selection: Annotated[str | None, typer.Option(help="news, frame, or leave out for an even mix.")] = None,
    election_near: Annotated[
        bool | None, typer.Option("--election-near/--no-election-near", help="An election within six months.")
    ] = None,
) -> None:
    """List the shock library and the predictive distribution of a shock's effect on approval."""
    from cumbre import home as room

    _table(
        room.library_table(
            kind=kind, initiator=initiator, salience=salience, selection=selection, election_within_6m=election_near
        ),
        "Shock library: change of approval that polls saw, points",
    )
    if kind is None:
        frame = room.predictive_table(initiator=initiator, salience=salience, election_within_6m=election_near)
        _table(frame, "Peak effect of a new shock on approval, points")
    else:
        found = room.predict_shock(
            kind, initiator=initiator, salience=salience, selection=selection, election_within_6m=election_near
        )
        typer.echo(str(found))


@app.command()
def backtest(
    stage: Annotated[str, typer.Argument(help="ballot, table, relation, home or read.")],
    data: Annotated[Path, typer.Option(help="Folder (for read also a file) in the stage's schema.")],
    out: Annotated[Path, typer.Option(help="Forecast file to write; for relation a folder.")],
    refit: Annotated[str | None, typer.Option(help="loo: refit leaving out the unit that is forecast.")] = None,
    page: Annotated[Path | None, typer.Option(help="For ballot: calibration page to write, measured on --data.")] = None,
) -> None:
    """Forecast past data as of their dates, write the forecasts, print the scores."""
    import importlib

    known = ("ballot", "table", "relation", "home", "read")
    if stage not in known:
        raise UsageError(f"unknown stage {stage!r}; write one of {', '.join(known)}")
    if refit not in (None, "loo"):
        raise UsageError(f"--refit {refit!r} is not known; write --refit loo, or leave it out to use the shipped priors")
    if not data.exists():
        raise UsageError(f"{data}: no such file or folder; --data takes a folder in the stage's schema")
    if page is not None and stage != "ballot":
        raise UsageError(f"--page belongs to the ballot, not to {stage}; leave it out")
    for path in (out, *([page] if page else [])):
        _writable(path.parent)
    room = importlib.import_module(f"cumbre.backtest.{stage}")
    with _progress(f"backtest {stage}") as bar:
        scores = room.run(data, out, refit=refit, progress=bar)
    _table(scores)
    typer.echo(f"forecasts in {out}")
    if page is not None:
        from cumbre.brief.calibration import write_calibration
        from cumbre.priors.refit_ballot import refit as measure

        with _progress("calibration page") as bar:
            files = write_calibration(page, measure(data, bar))
        typer.echo(f"calibration page in {' and '.join(str(f) for f in files)}")


@app.command(name="import")
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
    _writable(out.parent)
    with _progress("import") as bar:
        report = import_events(kind, files, out, rejects=rejects, progress=bar)
    typer.echo(str(report))


@app.command()
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


@app.command()
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
    found = load(case, _date(as_of, "--as-of"))
    folder = _writable(out or Path("briefs") / found.id / "export")
    with _progress("simulate") as bar:
        worlds, _ = _simulate(found, draws, seed, workers, bar)
    files = write_export(found, worlds, folder, form)
    typer.echo(f"{folder}: {len(files)} files ({', '.join(file.name for file in files[:6])}{', ...' if len(files) > 6 else ''})")


@app.command()
def version() -> None:
    """Print the version."""
    from cumbre import __version__

    typer.echo(__version__)


def main() -> None:
    """Run the command line; turn errors into one message and the right exit code."""
    # A polite request to stop unwinds the stack, so that half-written files are taken away.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        app()
    except InputError as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(2)
    except CumbreError as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        typer.echo("stopped; nothing that stood before was changed", err=True)
        sys.exit(130)
    except Exception as error:
        if os.environ.get("CUMBRE_DEBUG"):
            raise
        typer.echo(
            f"internal error: {type(error).__name__}: {error}\nset CUMBRE_DEBUG=1 for the full trace, and please report it",
            err=True,
        )
        sys.exit(1)
