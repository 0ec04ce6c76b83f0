"""Fixtures of the table's tests: the small case of `made_table`, fitted once, and many worlds of it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

# the makers of the small case stand beside this file, whatever way the tests are imported
sys.path.insert(0, str(Path(__file__).parent))

from made_table import small_case, worlds_of

from cumbre.record import Case
from cumbre.table import fit
from cumbre.table.fitted import Fitted
from cumbre.worlds import Worlds


@pytest.fixture(scope="session")
def small() -> Case:
    return small_case()


@pytest.fixture(scope="session")
def fitted(small: Case) -> Fitted:
    return fit(small)


@pytest.fixture(scope="session")
def many(small: Case, fitted: Fitted) -> Worlds:
    return worlds_of(small, fitted, 16_384)
