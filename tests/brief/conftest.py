"""Fixtures of the room: the small invented case and its worlds."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from invented import small_case, small_worlds

from cumbre.record.case import Case
from cumbre.worlds import Worlds


@pytest.fixture(scope="session")
def case() -> Case:
    return small_case()


@pytest.fixture(scope="session")
def worlds(case: Case) -> Worlds:
    return small_worlds(case)
