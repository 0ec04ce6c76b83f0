"""The command line: each command calls one public function and prints what it returns.

Exit codes: 0 success, 2 bad usage or bad input (one clear error on stderr), 1 an internal failure.
Imports of the working rooms stand inside the commands, so that `cumbre --help` answers at once.
"""

from __future__ import annotations

import os
import signal
import sys

import typer

from cumbre.cli import cases, evidence, ledger, runs
from cumbre.errors import CumbreError, InputError

__all__ = ["app", "main"]

app = typer.Typer(
    name="cumbre",
    help="Two-level games: what is behind a summit, what could come out of it, and what that does at home.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

for _command in (
    runs.brief, runs.ask, runs.whatif, runs.export, runs.serve, cases.check, cases.new, cases.draft, cases.read,
    ledger.changed, ledger.replay, ledger.score, evidence.shocks, evidence.backtest,
):  # fmt: skip
    app.command()(_command)
app.command(name="import")(cases.import_)


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
