"""Fixtures of the ballot's tests."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # the made-up rows stand beside the tests; importlib mode does not look there

from ballot_rows import past_elections  # type: ignore[import-not-found]


@pytest.fixture
def elections_folder(tmp_path: Path) -> Callable[..., Path]:
    """Write past elections to a folder."""

    def write(seed: int = 1, elections: int = 10, **more: Any) -> Path:
        polls, results = past_elections(seed, elections, **more)
        polls.to_csv(tmp_path / "polls.csv", index=False)
        results.to_csv(tmp_path / "results.csv", index=False)
        return tmp_path

    return write
