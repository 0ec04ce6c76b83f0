"""Addresses of the ballot page and of the draws."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import Request
from fastapi.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.background import BackgroundTask

from cumbre.export import draws_frame
from cumbre.workbench.address import State
from cumbre.workbench.ballot_page import ballot_page, ballot_results
from cumbre.workbench.case_routes import WAIT
from cumbre.workbench.jobs import Job
from cumbre.workbench.language import Words

if TYPE_CHECKING:
    from cumbre.workbench.app import Bench

__all__ = ["ROUTES"]

Fields = list[tuple[str, Any]]


def _page(bench: Bench, state: State, rest: str, fields: Fields, request: Request) -> Response:
    return HTMLResponse(ballot_page(bench.engine, state))


def _results(bench: Bench, state: State, rest: str, fields: Fields, request: Request) -> Response:
    return HTMLResponse(ballot_results(bench.engine, state, WAIT)[0])


def _draws(bench: Bench, state: State, rest: str, fields: Fields, request: Request) -> Response:
    """The worlds kept, as NetCDF (all stages) or as CSV (one stage, a row a world)."""
    view = bench.engine.view(state, 120)
    if isinstance(view, Job) or not view.kept:
        return PlainTextResponse(Words(state.lang).text("wb.few"), status_code=409)
    worlds = view.yours.worlds if view.mask.all() else view.yours.worlds.keep(view.mask)
    stage = rest.removesuffix(".csv")
    if rest != "worlds.nc" and not (rest.endswith(".csv") and stage in worlds.stages):
        return PlainTextResponse("no such file", status_code=404)
    handle, name = tempfile.mkstemp(prefix="cumbre-", suffix=Path(rest).suffix)
    os.close(handle)
    if rest == "worlds.nc":
        worlds.save(name)
    else:
        draws_frame(worlds, stage).to_csv(name, index=False)
    shown = f"{view.base.case.id}-{rest}"
    return FileResponse(name, filename=shown, background=BackgroundTask(Path(name).unlink, missing_ok=True))


ROUTES = {("GET", "ballot"): _page, ("GET", "ballot/results"): _results, ("GET", "download/"): _draws}
