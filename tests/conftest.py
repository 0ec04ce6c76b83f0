"""What all tests share: a small case of two invented governments, and copies of it to spoil."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from cumbre.record import Case, load

# A busy machine is no fault of the code, and a red run must be red again: same examples each time, no clock.
# `pytest --hypothesis-profile=explore` looks for new ones.
settings.register_profile("house", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("explore", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

ARCADIA = Path(__file__).parent.parent / "examples" / "arcadia"


@pytest.fixture(scope="session")
def arcadia() -> Case:
    """The worked example, two invented governments."""
    return load(ARCADIA)


@pytest.fixture
def spoil(tmp_path: Path) -> Callable[..., Path]:
    """A copy of the worked example in which `old` is replaced by `new` in one file; the text must be there."""

    def make(file: str = "", old: str = "", new: str = "") -> Path:
        folder = tmp_path / "case"
        if not folder.exists():
            shutil.copytree(ARCADIA, folder)
        if file:
            path = folder / file
            text = path.read_text(encoding="utf-8")
            assert old in text, f"{old!r} is not in {file}"
            path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return folder

    return make
