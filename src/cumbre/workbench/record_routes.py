"""Addresses of the record page."""

from __future__ import annotations

from typing import Any

ROUTES: dict[tuple[str, str], Any] = {}
