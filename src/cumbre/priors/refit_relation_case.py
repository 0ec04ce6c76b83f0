"""Pooled numbers that a small case borrows: memories, event mix, spread of the index, base rates."""

from __future__ import annotations

from typing import Any

from cumbre.backtest.coded_events import CodedEvents


def fit_case(events: CodedEvents) -> dict[str, Any]:
    return {}
