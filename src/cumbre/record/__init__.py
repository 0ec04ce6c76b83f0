"""What is known: the case folder, its tables and their schemas, sources, passports, the as-of cut.

>>> case = load("washington-2026")
>>> case.id
'washington-2026'
"""

from cumbre.record.appending import add_rows
from cumbre.record.case import Case, Imposed
from cumbre.record.loader import bundled, check, find, load
from cumbre.record.passport import Label, Passport
from cumbre.record.prior import Prior, parse_prior, pert_quantile
from cumbre.record.scaffold import scaffold
from cumbre.record.schema import Kind

__all__ = [
    "Case", "Imposed", "Kind", "Label", "Passport", "Prior", "add_rows", "bundled", "check", "find", "load", "parse_prior", "pert_quantile",
    "scaffold",
]  # fmt: skip
