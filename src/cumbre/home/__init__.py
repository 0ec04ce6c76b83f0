"""Home: what audiences make of it."""

from cumbre.home.library import Prediction, ShockModel, library, library_table, predict_shock

__all__ = ["Prediction", "ShockModel", "library", "library_table", "predict_shock"]
