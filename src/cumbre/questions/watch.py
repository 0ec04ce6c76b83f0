"""What to watch: for each headline number, the possible events that would move it most. Worlds are kept, nothing runs again.

The effect of an event E on a number X is E[X | E] - E[X], read from the worlds where E happens. It is what one would believe on
hearing of E, which holds both what E does and what E is a sign of; what an intervention does is asked with `whatif --do`.

Events are ranked by how much the number is expected to move when it becomes known whether E happens: with p the chance of E,

    p |E[X | E] - E[X]| + (1 - p) |E[X | not E] - E[X]| = 2 p (1 - p) |E[X | E] - E[X | not E]|,

so that neither a surprise of one in a hundred nor a near certainty crowds out what is really open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from cumbre.questions.headlines import Headline, arrays, headlines
from cumbre.questions.indicators import Possible, possible_events
from cumbre.record.case import Case
from cumbre.worlds import FEWEST, Worlds

__all__ = ["Indicator", "watch"]

Mask = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]

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
    def expected_move(self) -> float:
        """How far the number is expected to move when it becomes known whether the event happens."""
        return 2 * self.chance * (1 - self.chance) * abs(self.given - self.otherwise)

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
            "mc_error": round(self.mc_error, 6), "expected_move": round(self.expected_move, 6),
        }  # fmt: skip


def _percent(value: float, lang: str) -> str:
    text = "under 1 %" if value < 0.01 else "over 99 %" if value > 0.99 else f"{100 * value:.0f} %"
    return text.replace("under", "menos del").replace("over", "más del") if lang == "es" else text


def _said(value: float, number: Headline, lang: str) -> str:
    if number.is_chance:
        return _percent(value, lang)
    text = f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"
    return text.replace(".", ",") if lang == "es" else text


def _says_nothing(event: Possible, number: Headline, case: Case) -> bool:
    """Whether the event is part of the number itself, settles it by definition, or comes after it is decided."""
    if event.by > number.on or (event.by == number.on and number.stage != "ballot"):
        return True
    subject, about = set(number.subject), set(event.about)
    match event.kind:
        case "value" | "deal":
            return bool(subject & about) or (event.kind == "deal" and number.id == "table.deal")
        case "approval":
            return number.id == "home.approval" and (number.on - event.by).days < 28
        case "standing":
            return number.stage == "ballot" and bool(subject & about)
        case "primary":
            return number.stage == "ballot" and bool(subject & set(event.rivals))
        case "pair" if number.id.startswith("ballot.win."):
            return not subject & about
        case "pair" if number.id.startswith("ballot.bloc."):
            # Where both or neither of the finalists are of the bloc, its win is settled.
            return sum(case.candidate[name].bloc in subject for name in about) != 1
        case "pair":
            return number.stage == "ballot"
    return False


def _sums(masks: Mask, table: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Worlds where each event happens, shape (event, 1), and sum of each number over them, shape (event, number)."""
    weights = masks.astype(np.float32)
    return weights.sum(axis=1, keepdims=True, dtype=np.float64), (weights @ table.astype(np.float32)).astype(np.float64)


def _indicator(number: Headline, event: Possible, mask: Mask, column: FloatArray) -> Indicator:
    """Exact figures of one event and number; with p the chance of the event, given - now = (1 - p)(given - otherwise)."""
    inside, outside = column[mask], column[~mask]
    p, now = float(mask.mean()), float(column.mean())
    given, otherwise = float(inside.mean()), float(outside.mean())
    error = (1 - p) * float(np.sqrt(inside.var() / len(inside) + outside.var() / len(outside)))
    return Indicator(number, event, p, len(inside), now, given, otherwise, given - now, error)


def watch(case: Case, worlds: Worlds, numbers: Sequence[Headline] | None = None, *, most: int = 3) -> list[Indicator]:
    """For each headline number the `most` events by which it is expected to move most, largest first.

    An event needs 200 worlds where it happens and 200 where it does not; it must show before the number is decided and not settle it
    by definition; its effect must stand out of Monte Carlo noise at 5 % over all events tried (Bonferroni, with the variance of the
    number over all worlds, so that a rare number without a hit does not look sure). Events of one family count once. Chances under
    1 % or over 99 % have nothing to watch.
    """
    numbers = list(headlines(case) if numbers is None else numbers)
    if worlds.draws < 2 * FEWEST:
        return []
    table, _ = arrays(worlds, numbers)
    columns = [k for k, number in enumerate(numbers) if _open(table[:, k], number)]
    table = table[:, columns]
    events, masks = _events(case, worlds)
    if not columns or not events:
        return []
    limit = float(-special.ndtri(_FAMILYWISE / 2 / len(events)))
    now, variance = table.mean(axis=0), table.var(axis=0)
    found: list[Indicator] = []
    scores = np.concatenate([
        _scores(*_sums(masks[start : start + _AT_A_TIME], table), now, variance, worlds.draws, limit)
        for start in range(0, len(events), _AT_A_TIME)
    ])  # fmt: skip
    for at, k in enumerate(columns):
        families: set[str] = set()
        for row in np.argsort(-scores[:, at], kind="stable"):
            event = events[row]
            if scores[row, at] <= 0 or len(families) == most:
                break
            if event.family in families or _says_nothing(event, numbers[k], case):
                continue
            if numbers[k].is_chance and _few_expected(masks[row], table[:, at]):
                continue
            families.add(event.family)
            found.append(_indicator(numbers[k], event, masks[row], table[:, at]))
    return found


def _open(column: FloatArray, number: Headline) -> bool:
    if not np.isfinite(column).all() or column.std() == 0:
        return False
    return not number.is_chance or 0.01 <= column.mean() <= 0.99


def _few_expected(mask: Mask, column: FloatArray) -> bool:
    """Whether the event's worlds would hold under five hits or misses by chance: too few for a normal approximation."""
    n, p = int(mask.sum()), float(column.mean())
    return n * min(p, 1 - p) < 5


def _events(case: Case, worlds: Worlds) -> tuple[list[Possible], Mask]:
    """Events with at least FEWEST worlds on each side, and where they happen, shape (event, draw)."""
    kept: list[Possible] = []
    rows: list[Mask] = []
    for event, mask in possible_events(case, worlds):
        if FEWEST <= int(np.count_nonzero(mask)) <= worlds.draws - FEWEST:
            kept.append(event)
            rows.append(mask)
    return kept, np.array(rows, dtype=bool)


def _scores(n: FloatArray, sums: FloatArray, now: FloatArray, variance: FloatArray, draws: int, limit: float) -> FloatArray:
    """Expected move of each number by each event, shape (event, number); 0 where it does not stand out of the noise."""
    gap = sums / n - now
    noise = np.sqrt(variance * (1 / n - 1 / draws))
    move = 2 * n / draws * np.abs(gap)
    return np.where(np.abs(gap) > limit * noise, move, 0.0)
