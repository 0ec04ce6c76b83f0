"""Cumbre: two-level games from the public record to the ballot."""

__version__ = "0.1.0"
