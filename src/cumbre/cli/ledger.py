"""Commands of forecasts over time: changed, replay, score."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from cumbre.cli.shared import AsJson, AsOf, CaseName, Draws, Out, Seed, parse_day, print_table, progress_bar, writable

__all__ = ["changed", "replay", "score"]


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

    day = parse_day(since, "--since")
    assert day is not None
    with progress_bar("attribute") as bar:
        found = room.changed(
            load(case, parse_day(as_of, "--as-of")), since=day, draws=draws, seed=seed, workers=os.cpu_count() or 1, progress=bar
        )
    typer.echo(found.to_json() if as_json else found.text())


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

    first, last = parse_day(start, "--from"), parse_day(end, "--to")
    assert first is not None
    assert last is not None
    folder = writable(out or Path("briefs") / "replay")
    with progress_bar("replay") as bar:
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
    print_table(room.replay_table(frame))
    (folder / "replay.svg").write_text(replay_svg(frame), encoding="utf-8")
    typer.echo(f"{folder}: replay.csv, public.csv, replay.nc, replay.svg")


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
            on=parse_day(on, "--on"),
            source=source,
            note=note,
            rival=rival,
            as_json=as_json,
            head=head,
        )
    )
