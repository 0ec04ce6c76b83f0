"""Ballot: polls, field and rules to primaries, first round and run-off in joint draws."""

from cumbre.ballot.evidence import passports
from cumbre.ballot.simulation import simulate
from cumbre.ballot.stage import Fitted, fit
from cumbre.ballot.tables import readout

__all__ = ["Fitted", "fit", "passports", "readout", "simulate"]
