"""The negotiation as a distribution: positions in, dated outcomes and the chance of agreement out."""

from cumbre.table.fitted import Fitted, Judged
from cumbre.table.stage import fit, simulate

__all__ = ["Fitted", "Judged", "fit", "simulate"]
