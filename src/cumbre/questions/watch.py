"""What to watch: for each headline number, the possible events that would move it most. Worlds are kept, nothing runs again.

The effect of an event E on a number X is E[X | E] - E[X], read from the worlds where E happens. It is what one would believe on
hearing of E, which holds both what E does and what E is a sign of; what an intervention does is asked with `whatif --do`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from cumbre.errors import ExpressionError
from cumbre.expression import evaluate_condition, parse
from cumbre.questions.headlines import Headline, arrays, headlines, vocabulary_of
from cumbre.questions.indicators import Possible, possible_events
from cumbre.record.case import Case
from cumbre.worlds import FEWEST, Worlds

__all__ = ["Indicator", "watch"]

_AT_A_TIME = 256
_FAMILYWISE = 0.05


@dataclass(frozen=True)
class Indicator:
    """One event to watch for one number.

    headline   the number
    event      what may happen, by when
    chance     share of worlds where it happens; n worlds
    now, given, otherwise   the number over all worlds, where it happens, where it does not
    effect     given - now, with its Monte Carlo error
    """

    headline: Headline
    event: Possible
    chance: float
    n: int
    now: float
    given: float
    otherwise: float
    effect: float
    mc_error: float

    @property
    def condition(self) -> str:
        """The event as an expression, for --given."""
        return self.event.condition

    def sentence(self, lang: str = "en") -> str:
        """The indicator in plain words."""
        now, then = _said(self.now, self.headline, lang), _said(self.given, self.headline, lang)
        much = _percent(self.chance, lang)
        if lang == "es":
            return f"Si {self.event.text_es} (probabilidad {much}), esta cifra pasa de {now} a {then}: {self.headline.text_es}."
        return f"If {self.event.text} (chance {much}), this goes from {now} to {then}: {self.headline.text}."

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "number": self.headline.id, "condition": self.event.condition, "event": self.event.text, "event_es": self.event.text_es,
            "by": self.event.by.isoformat(), "chance": round(self.chance, 6), "n": self.n, "now": round(self.now, 6),
            "given": round(self.given, 6), "otherwise": round(self.otherwise, 6), "effect": round(self.effect, 6),
            "mc_error": round(self.mc_error, 6),
        }  # fmt: skip


def _percent(value: float, lang: str) -> str:
    text = "under 1 %" if value < 0.01 else "over 99 %" if value > 0.99 else f"{100 * value:.0f} %"
    return text.replace("under", "menos del").replace("over", "más del") if lang == "es" else text


def _said(value: float, number: Headline, lang: str) -> str:
    if number.is_chance:
        return _percent(value, lang)
    text = f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"
    return text.replace(".", ",") if lang == "es" else text


def _says_nothing(event: Possible, number: Headline) -> bool:
    """Whether the event is part of the number itself, or comes after it is decided."""
    if event.by > number.on or (event.by == number.on and event.family.startswith(number.stage)):
        return True
    subject = set(number.subject)
    if number.id.startswith("table.issue.") and subject & set(event.about):
        return True
    if number.id == "table.deal" and "deal" in event.about:
        return True
    if number.id == "home.approval" and "approval" in event.about and (number.on - event.by).days < 28:
        return True
    if number.id.startswith(("ballot.win.", "ballot.reach.", "ballot.pair.")) and subject & set(event.about):
        return True
    return number.id.startswith(("ballot.pair.", "ballot.reach.", "ballot.runoff")) and "pair" in event.about


def _effects(
    masks: npt.NDArray[np.bool_], table: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Means where events happen and where they do not, and the error of (given - all); shape (event, number).

    With p the share of worlds where the event happens, given - all = (1 - p)(given - otherwise).
    """
    weights = masks.astype(np.float64)
    n = weights.sum(axis=1, keepdims=True)
    rest = masks.shape[1] - n
    total, squares = table.sum(axis=0), (table**2).sum(axis=0)
    inside, inside2 = weights @ table, weights @ table**2
    given, otherwise = inside / n, (total - inside) / rest
    spread1 = np.maximum(inside2 / n - given**2, 0) / n
    spread0 = np.maximum((squares - inside2) / rest - otherwise**2, 0) / rest
    return given, otherwise, (1 - n / masks.shape[1]) * np.sqrt(spread1 + spread0)


def _masks(events: Sequence[Possible], worlds: Worlds) -> Iterator[tuple[list[Possible], npt.NDArray[np.bool_]]]:
    """Events with at least FEWEST worlds on each side, some at a time."""
    names = vocabulary_of(worlds)
    kept: list[Possible] = []
    rows: list[npt.NDArray[np.bool_]] = []
    for event in events:
        try:
            mask = evaluate_condition(parse(event.condition), names)
        except ExpressionError:
            continue
        if FEWEST <= int(mask.sum()) <= worlds.draws - FEWEST:
            kept.append(event)
            rows.append(mask)
        if len(rows) == _AT_A_TIME:
            yield kept, np.array(rows)
            kept, rows, names = [], [], vocabulary_of(worlds)
    if rows:
        yield kept, np.array(rows)


def watch(case: Case, worlds: Worlds, numbers: Sequence[Headline] | None = None, *, most: int = 3) -> list[Indicator]:
    """For each headline number the `most` events that would move it most, largest first.

    An event needs 200 worlds where it happens and 200 where it does not, must show before the number is decided, and its effect must
    be clear of Monte Carlo noise at 5 % over all events tried for that number (Bonferroni). Events of one family count once.
    """
    numbers = list(headlines(case) if numbers is None else numbers)
    table, _ = arrays(worlds, numbers)
    columns = [k for k in range(len(numbers)) if np.isfinite(table[:, k]).all() and table[:, k].std() > 0]
    if not columns or worlds.draws < 2 * FEWEST:
        return []
    table = table[:, columns]
    now = table.mean(axis=0)
    found: dict[int, list[Indicator]] = {k: [] for k in columns}
    tried = 0
    for events, masks in _masks(possible_events(case, worlds), worlds):
        given, otherwise, error = _effects(masks, table)
        tried += len(events)
        for row, event in enumerate(events):
            n = int(masks[row].sum())
            for at, k in enumerate(columns):
                if _says_nothing(event, numbers[k]):
                    continue
                effect = float(given[row, at] - now[at])
                # A first sieve that no correction would let through keeps the list short.
                if abs(effect) > 3 * error[row, at]:
                    found[k].append(Indicator(
                        numbers[k], event, n / worlds.draws, n, float(now[at]), float(given[row, at]), float(otherwise[row, at]), effect,
                        float(error[row, at]),
                    ))  # fmt: skip
    limit = float(stats.norm.isf(_FAMILYWISE / 2 / max(tried, 1)))
    return [indicator for k in columns for indicator in _largest(found[k], limit, most)]


def _largest(indicators: Sequence[Indicator], limit: float, most: int) -> list[Indicator]:
    chosen: list[Indicator] = []
    families: set[str] = set()
    for indicator in sorted(indicators, key=lambda i: (-abs(i.effect), i.event.by, i.event.condition)):
        if len(chosen) == most:
            break
        if abs(indicator.effect) > limit * indicator.mc_error and indicator.event.family not in families:
            families.add(indicator.event.family)
            chosen.append(indicator)
    return chosen
