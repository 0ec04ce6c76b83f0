"""Cumbre: two-level games from the public record to the ballot.

>>> import cumbre
>>> case = cumbre.load("washington-2026")
>>> worlds = cumbre.run(case, draws=256, seed=1)  # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cumbre.errors import CaseError, CumbreError, ExpressionError, InputError, Problem, UsageError, WorldsError
    from cumbre.intervention import intervene
    from cumbre.record import Case, Passport, check, load
    from cumbre.simulate import fit, run
    from cumbre.worlds import Chance, Worlds

__version__ = "0.1.0"

_HOMES = {
    "Case": "cumbre.record", "CaseError": "cumbre.errors", "Chance": "cumbre.worlds", "CumbreError": "cumbre.errors",
    "ExpressionError": "cumbre.errors", "InputError": "cumbre.errors", "Passport": "cumbre.record", "Problem": "cumbre.errors",
    "UsageError": "cumbre.errors", "Worlds": "cumbre.worlds", "WorldsError": "cumbre.errors", "check": "cumbre.record",
    "fit": "cumbre.simulate", "intervene": "cumbre.intervention", "load": "cumbre.record", "run": "cumbre.simulate",
}  # fmt: skip

__all__ = [
    "Case", "CaseError", "Chance", "CumbreError", "ExpressionError", "InputError", "Passport", "Problem", "UsageError", "Worlds",
    "WorldsError", "check", "fit", "intervene", "load", "run",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for, so that the command line answers at once."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'cumbre' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
