"""Write the first pages of the bundled case into the package: `python -m cumbre.workbench.ship`, the last step before a release.

A page is found again by the content of case and package, so one that was not written anew after a change is never shown.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from cumbre.workbench.address import State
from cumbre.workbench.case_routes import passports_of
from cumbre.workbench.engine import Engine
from cumbre.workbench.jobs import Job
from cumbre.workbench.kept import KeptPages
from cumbre.workbench.pages import case_page

__all__ = ["ship"]


def ship(case: str = "washington-2026") -> list[Path]:
    """Run the case in full and write its first page in both languages; returns the files."""
    with tempfile.TemporaryDirectory() as home:
        engine = Engine(case, home=Path(home))
        job = engine.base(State(), engine.full_draws)
        if isinstance(job, Job):
            job.wait(600)
        pages = KeptPages(case)
        written = []
        for lang in ("en", "es"):
            state = State(lang=lang)
            page, view = case_page(engine, state), engine.view(state)
            if isinstance(view, Job):
                raise SystemExit(f"{case} could not be run: {view.error or view.state}")
            written.append(pages.ship(lang, page, view.key, passports_of(engine, view)))
        engine.close()
    return written


if __name__ == "__main__":
    for path in ship():
        print(f"{path} ({path.stat().st_size / 1000:.0f} kB)")
