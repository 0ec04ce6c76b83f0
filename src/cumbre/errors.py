"""Every error that Cumbre raises on purpose.

::

    CumbreError
    ├── InputError            what the user gave cannot be used; exit code 2
    │   ├── CaseError         a case folder has problems; `problems` lists all of them
    │   ├── ExpressionError   a question or condition cannot be read; carries the position
    │   └── UsageError        an option or argument is out of range
    └── WorldsError           worlds were combined or read in a way that has no meaning

A message says what is wrong, where, and how to mend it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["CaseError", "CumbreError", "ExpressionError", "InputError", "Problem", "UsageError", "WorldsError"]


class CumbreError(Exception):
    """Base of all errors that Cumbre raises on purpose."""


class InputError(CumbreError):
    """What the user gave cannot be used."""


class UsageError(InputError):
    """An option or argument is out of range."""


class WorldsError(CumbreError):
    """Worlds were combined or read in a way that has no meaning."""


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong with an input file: where it is, what it is, and how to mend it.

    `line` counts from 1 and is 0 where the whole file is meant; `column` is the name of the CSV column or TOML key.

    >>> print(Problem("polls.csv", 14, "share_pct", "shares of poll P07 add to 112.0", "is the blank vote counted twice?"))
    polls.csv line 14, share_pct: shares of poll P07 add to 112.0; is the blank vote counted twice?
    """

    file: str
    line: int
    column: str
    what: str
    mend: str

    def __str__(self) -> str:
        where = self.file + (f" line {self.line}" if self.line else "") + (f", {self.column}" if self.column else "")
        return f"{where}: {self.what}; {self.mend}"


class CaseError(InputError):
    """A case folder has problems; all of them are listed at once."""

    def __init__(self, folder: str, problems: Sequence[Problem]) -> None:
        self.folder = folder
        self.problems = tuple(problems)
        lines = "\n".join(f"  {p}" for p in self.problems)
        plural = "problem" if len(self.problems) == 1 else "problems"
        super().__init__(f"{folder}: {len(self.problems)} {plural}\n{lines}")


class ExpressionError(InputError):
    """A question, condition or intervention cannot be read.

    >>> print(ExpressionError("unknown name 'balot'", "balot.winner == 'x'", 0, "did you mean 'ballot'?"))
    unknown name 'balot'; did you mean 'ballot'?
      balot.winner == 'x'
      ^
    """

    def __init__(self, what: str, text: str, position: int, mend: str) -> None:
        self.what, self.text, self.position, self.mend = what, text, position, mend
        line_start = text.rfind("\n", 0, position) + 1
        line_end = text.find("\n", position)
        line = text[line_start : line_end if line_end >= 0 else len(text)]
        super().__init__(f"{what}; {mend}\n  {line}\n  {' ' * (position - line_start)}^")
