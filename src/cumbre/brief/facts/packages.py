"""Worst, most likely and best world for the home side, each as one coherent package."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from cumbre.brief.facts.study import Study
from cumbre.brief.numbers import Figure, rule

__all__ = ["PackageFacts", "package_facts"]

KEYS = ("worst", "likely", "best")
_NAMES = {"worst": "worst", "likely": "likely", "most_likely": "likely", "most likely": "likely", "best": "best"}


@dataclass(frozen=True)
class PackageFacts:
    """One package: the value of every issue in its central world."""

    key: str
    values: dict[str, Figure]
    notes: dict[str, Any]


def package_facts(study: Study) -> tuple[PackageFacts, ...]:
    """What `cumbre.table.packages` gives for the home side; empty where the table did not run."""
    explain = study.explain("table", "packages")
    if explain is None or not study.has("table", "value", "utility"):
        return ()
    found = explain(study.case, study.worlds, study.case.home)
    frames = _columns(found)
    facts = []
    for key in KEYS:
        if key not in frames:
            continue
        values = {
            issue: study.numbers.simulated(
                f"brief.package.{key}.{issue}", value, study.case.issue[issue].unit or "step", rule(f"rule.package.{key}"),
                n=study.worlds.draws, digits=0 if study.case.issue[issue].labels or abs(value) >= 20 or value == round(value) else 1,
            )
            for issue, value in frames[key].items()
            if issue in study.case.issue and value == value
        }  # fmt: skip
        facts.append(PackageFacts(key, values, {}))
    return tuple(facts)


def _columns(found: Any) -> dict[str, dict[str, float]]:
    """Package -> issue -> value, from a frame in wide or long form."""
    if isinstance(found, pd.DataFrame):
        frame = found
        if {"package", "issue", "value"} <= set(frame.columns):
            return {
                _NAMES[str(k)]: {str(i): float(v) for i, v in zip(rows["issue"], rows["value"], strict=True)}
                for k, rows in frame.groupby("package")
                if str(k) in _NAMES
            }
        if "issue" in frame.columns:
            frame = frame.set_index("issue")
        return {_NAMES[str(c)]: {str(i): float(v) for i, v in frame[c].items()} for c in frame.columns if str(c) in _NAMES}
    return {}
