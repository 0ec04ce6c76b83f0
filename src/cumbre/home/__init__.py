"""Home: what audiences make of it.

Of a case: `fit`, `simulate`, `readout`, `passports`, and from its worlds `channel_table`, `groups`, `evidence_shares`. Of the shock
library: `library`, `library_table`, `predict_shock`, `predictive_table`. On any series of polls: `study` and `placebo`.
"""

from cumbre.home.event_study import Answer, Series, Study, placebo, study
from cumbre.home.fitting import Fitted, fit
from cumbre.home.library import Prediction, ShockModel, library, library_table, predict_shock, predictive_table
from cumbre.home.passports import passports
from cumbre.home.readout import channel_table, evidence_shares, groups, readout
from cumbre.home.simulation import simulate

__all__ = [
    "Answer", "Fitted", "Prediction", "Series", "ShockModel", "Study", "channel_table", "evidence_shares", "fit", "groups", "library",
    "library_table", "passports", "placebo", "predict_shock", "predictive_table", "readout", "simulate", "study",
]  # fmt: skip
