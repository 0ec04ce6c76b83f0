"""The whole state of a page in its address, so that a link is all a colleague needs."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from cumbre.errors import UsageError

__all__ = ["FIRST", "FULL", "MOST", "Note", "State", "canonical"]

FIRST, FULL = 5_000, 20_000
"""Worlds of a first answer, and of a full run."""

MOST = 60
"""Assumptions and conditions that one address may carry."""

LONGEST = 600
LANGUAGES = ("en", "es")


def canonical(text: str) -> str:
    """An assignment or condition with the spaces and quotes that the workbench itself writes.

    >>> canonical('position["USA","tariff"].mode=25')
    "position['USA', 'tariff'].mode = 25"
    """
    text = re.sub(r"\s+", " ", text.strip()).replace('"', "'")
    text = re.sub(r"\s*,\s*", ", ", text)
    return re.sub(r"\s*(?<![<>=!])=(?!=)\s*", " = ", text)


@dataclass(frozen=True)
class Note:
    """Who set an assumption, when, and why."""

    about: str
    who: str = ""
    when: str = ""
    why: str = ""

    def text(self) -> str:
        """As it stands in an address; the sign between the parts cannot stand in them."""
        return "~".join(part.replace("~", " ").strip()[:LONGEST] for part in (self.about, self.who, self.when, self.why))

    def sentence(self) -> str:
        """As it stands in a saved scenario."""
        by = ", ".join(part for part in (self.who, self.when) if part)
        return f"{self.about}: {self.why}" + (f" ({by})" if by else "")


@dataclass(frozen=True)
class State:
    """What a page shows.

    case      id of the case; empty = the one that was opened first
    as_of     an earlier day, None = the case's own
    do        interventions: the table runs again
    given     conditions: worlds are kept
    draws     worlds to run
    notes     on the assumptions
    """

    case: str = ""
    as_of: dt.date | None = None
    lang: str = "en"
    do: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    draws: int = FIRST
    title: str = ""
    notes: tuple[Note, ...] = ()

    @classmethod
    def read(cls, pairs: Iterable[tuple[str, str]], accept: str = "") -> State:
        """The state of an address; `accept` is the language wish of the browser. Raises UsageError where it makes no sense."""
        found: dict[str, list[str]] = {}
        for name, value in pairs:
            found.setdefault(name, []).append(value)
        texts: dict[str, tuple[str, ...]] = {}
        for name in ("do", "given"):
            lines = [canonical(line) for value in found.get(name, []) for line in value.splitlines() if line.strip()]
            if len(lines) > MOST or any(len(line) > LONGEST for line in lines):
                raise UsageError(f"the address carries too much in {name!r}; at most {MOST} lines of {LONGEST} signs")
            texts[name] = tuple(dict.fromkeys(lines))
        lang = (found.get("lang") or [""])[-1]
        if lang not in LANGUAGES:
            wish = accept.strip().lower()[:2]
            lang = wish if wish in LANGUAGES else "en"
        return cls(
            case=(found.get("case") or [""])[-1][:80],
            as_of=_day((found.get("as_of") or [""])[-1]),
            lang=lang,
            do=texts["do"],
            given=texts["given"],
            draws=_draws((found.get("draws") or [""])[-1]),
            title=(found.get("title") or [""])[-1][:120],
            notes=_notes(found.get("note", []), [*texts["do"], *texts["given"]]),
        )

    def query(self, **changes: object) -> str:
        """The address's query, with some parts changed."""
        state = replace(self, **changes)  # type: ignore[arg-type]
        pairs: list[tuple[str, str]] = []
        if state.case:
            pairs.append(("case", state.case))
        if state.as_of:
            pairs.append(("as_of", state.as_of.isoformat()))
        pairs.append(("lang", state.lang))
        pairs += [("do", text) for text in state.do]
        pairs += [("given", text) for text in state.given]
        if state.draws != FIRST:
            pairs.append(("draws", str(state.draws)))
        if state.title:
            pairs.append(("title", state.title))
        about = {*state.do, *state.given}
        pairs += [("note", note.text()) for note in state.notes if note.about in about and (note.who or note.why or note.when)]
        return urlencode(pairs)

    @property
    def is_base(self) -> bool:
        """Whether nothing was changed and every world is kept."""
        return not self.do and not self.given

    def note(self, about: str) -> Note:
        """The note on an assumption, empty where there is none."""
        return next((note for note in self.notes if note.about == about), Note(about))


def _day(text: str) -> dt.date | None:
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"as_of {text!r} is not a date; write YYYY-MM-DD") from None


def _draws(text: str) -> int:
    return FULL if text == str(FULL) else FIRST


def _notes(texts: Sequence[str], about: Sequence[str]) -> tuple[Note, ...]:
    notes = []
    for text in texts[:MOST]:
        parts = [part.strip()[:LONGEST] for part in text.split("~")]
        if len(parts) == 4 and parts[0] in about:
            notes.append(Note(*parts))
    return tuple(notes)
