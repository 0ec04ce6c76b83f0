"""The brief: one self-contained page in English and Spanish, every number with its passport."""

from cumbre.brief.report import BriefReport, build, describe, open_study, write

__all__ = ["BriefReport", "build", "describe", "open_study", "write"]
