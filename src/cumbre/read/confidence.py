"""How sure the coder is of one event: the chance that its type and both of its countries are right.

A logistic model of a few features of how the event was found (verb or noun, object matched, sides present, sides inferred, ...).
Fitted with a ridge penalty on the project's own sentences only, by `benchmarks/read_confidence.py`, which also reports its
calibration by cross-validation. p = 1 / (1 + exp(-(w . x))).
"""

from __future__ import annotations

import json
import math
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cumbre.read.coder import Coded

__all__ = ["FEATURES", "confidence"]

FEATURES = (
    "intercept", "nominal", "phrase", "object", "source known", "target known", "side inferred", "type turned", "passive",
    "infinitive or gerund", "source is adjective", "target is adjective or place", "sentence length", "mentions", "target before",
    "light verb",
)  # fmt: skip


@lru_cache(maxsize=1)
def _weights() -> tuple[float, ...]:
    text = files("cumbre.read").joinpath("tables", "confidence.json").read_text(encoding="utf-8")
    return tuple(json.loads(text)["weights"])


def confidence(event: Coded) -> float:
    """Chance, 0 to 1, that type and both countries of an event are right."""
    total = sum(w * x for w, x in zip(_weights(), event.features, strict=True))
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))
