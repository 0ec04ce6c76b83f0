"""Addresses of the ledger page."""

from __future__ import annotations

from typing import Any

ROUTES: dict[tuple[str, str], Any] = {}
