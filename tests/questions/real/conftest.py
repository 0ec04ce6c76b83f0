"""The bundled case with its real stages."""

from __future__ import annotations

import pytest

from cumbre import simulate
from cumbre.record import load
from cumbre.record.case import Case
from cumbre.worlds import Worlds


@pytest.fixture(autouse=True)
def plain_stages() -> None:
    """Nothing is replaced here."""


@pytest.fixture(scope="session")
def washington() -> Case:
    return load("washington-2026")


@pytest.fixture(scope="session")
def drawn(washington: Case) -> Worlds:
    return simulate.run(washington, draws=2048, seed=1)
