"""Home: what audiences make of it.

Public face: `fit`, `simulate`, `readout`, `passports` of a case; `predict_shock`, `library`, `library_table` of the shock library;
`study` and `placebo` for an event study on any series of polls; `channel_table` and `groups` from simulated worlds.
"""

from cumbre.home.event_study import Answer, Series, Study, placebo, study
from cumbre.home.fitting import Fitted, fit
from cumbre.home.library import Prediction, ShockModel, library, library_table, predict_shock
from cumbre.home.passports import passports
from cumbre.home.readout import channel_table, evidence_shares, groups, readout
from cumbre.home.simulation import simulate

__all__ = [
    "Answer", "Fitted", "Prediction", "Series", "ShockModel", "Study", "channel_table", "evidence_shares", "fit", "groups", "library",
    "library_table", "passports", "placebo", "predict_shock", "readout", "simulate", "study",
]  # fmt: skip
