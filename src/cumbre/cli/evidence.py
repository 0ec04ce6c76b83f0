"""Commands that show what the stages rest on: shocks, backtest."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cumbre.cli.shared import print_table, progress_bar, writable
from cumbre.errors import UsageError

__all__ = ["backtest", "shocks"]


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

    print_table(
        room.library_table(
            kind=kind, initiator=initiator, salience=salience, selection=selection, election_within_6m=election_near
        ),
        "Shock library: change of approval that polls saw, points",
    )
    if kind is None:
        frame = room.predictive_table(initiator=initiator, salience=salience, election_within_6m=election_near)
        print_table(frame, "Peak effect of a new shock on approval, points")
    else:
        found = room.predict_shock(
            kind, initiator=initiator, salience=salience, selection=selection, election_within_6m=election_near
        )
        typer.echo(str(found))


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
        writable(path.parent)
    room = importlib.import_module(f"cumbre.backtest.{stage}")
    with progress_bar(f"backtest {stage}") as bar:
        scores = room.run(data, out, refit=refit, progress=bar)
    print_table(scores)
    typer.echo(f"forecasts in {out}")
    if page is not None:
        from cumbre.brief.calibration import write_calibration
        from cumbre.priors.refit_ballot import refit as measure

        with progress_bar("calibration page") as bar:
            files = write_calibration(page, measure(data, bar))
        typer.echo(f"calibration page in {' and '.join(str(f) for f in files)}")
