"""Where two governments stand, and what kind of event comes next."""

from cumbre.relation.chances import chances
from cumbre.relation.passports import passports
from cumbre.relation.readout import readout
from cumbre.relation.signals import signal_strength
from cumbre.relation.simulation import simulate
from cumbre.relation.state import Fitted, fit

__all__ = ["Fitted", "chances", "fit", "passports", "readout", "signal_strength", "simulate"]
