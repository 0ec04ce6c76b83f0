"""Where two governments stand, and what kind of event comes next."""

from cumbre.relation.simulation import simulate
from cumbre.relation.state import Fitted, fit

__all__ = ["Fitted", "fit", "simulate"]
