"""The negotiation as a distribution: positions in, dated outcomes and the chance of agreement out.

`fit`, `simulate`, `readout` and `passports` are the stage; `packages`, `by_model`, `tornado`, `levers`, `sensitivity` and
`deal_space` explain it; `CONCEPTS` holds every solution concept behind one interface.
"""

from cumbre.table.ensemble import CONCEPTS, forecast_issue
from cumbre.table.explain import by_model, levers, mean_lever_table, packages, sensitivity, tornado, trades
from cumbre.table.fitted import Fitted, Judged
from cumbre.table.passports import passports
from cumbre.table.readout import deal_space, outside_view, readout
from cumbre.table.settlement import MODELS
from cumbre.table.stage import fit, simulate

__all__ = [
    "CONCEPTS", "Fitted", "Judged", "MODELS", "by_model", "deal_space", "fit", "forecast_issue", "levers", "mean_lever_table",
    "outside_view", "packages", "passports", "readout", "sensitivity", "simulate", "tornado", "trades",
]  # fmt: skip
