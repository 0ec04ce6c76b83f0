"""Forecasts of past data as of their dates: a module a stage, data folder in, forecast file and score table out."""
