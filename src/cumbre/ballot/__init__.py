"""Ballot: polls, field and rules to primaries, first round and run-off in joint draws."""

from cumbre.ballot.simulation import simulate
from cumbre.ballot.stage import Fitted, fit

__all__ = ["Fitted", "fit", "simulate"]
