"""Fitted numbers with their provenance: one JSON file a stage, beside the code that refits it."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

from cumbre.errors import UsageError

__all__ = ["load"]


@cache
def load(stage: str) -> dict[str, Any]:
    """The fitted priors of one stage. Every file holds a key `provenance` (data, formula, date of fit, n).

    Raises UsageError where the package ships no priors for the stage.
    """
    file = resources.files(__package__).joinpath(f"{stage}.json")
    if not file.is_file():
        raise UsageError(f"no shipped priors for {stage!r}; refit them with python -m cumbre.priors.refit_{stage} --data DIR")
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return content
