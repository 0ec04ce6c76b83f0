"""The workbench: a local web application over the same worlds as the brief."""

import fastapi as _fastapi  # noqa: F401  (says at once when the extra is missing)

from cumbre.workbench.security import is_loopback
from cumbre.workbench.server import serve

__all__ = ["is_loopback", "serve"]
