"""The field in every world: who stands, who wins each primary, where the support of those who leave goes. Arrays only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cumbre.ballot.inputs import Change, Contest
from cumbre.ballot.logratio import shares
from cumbre.ballot.transfer import move

__all__ = ["Standing", "Tally", "hand_out", "hold_primaries", "resolve"]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

LOYALTY = 4.0
"""How many times more a loser's support goes to the winner of the same primary, or to whom an endorser names (judged: taking part
binds candidates by word, and most party voters follow; a minority does not)."""

STRENGTH = 0.5
"""How much of a change in its members' support, on the log scale, shows in the votes of a primary (judged)."""

STAY_AWAY = 0.7
"""Share of a cancelled primary's voters who take no other card (judged)."""


@dataclass(frozen=True)
class Standing:
    """on (draw, option): on the ballot before primaries decide; member (draw, primary, option): takes part; held (draw, primary);
    later (draw, option): still standing after changes that come after the primaries; heir (draw, option): index of the candidate
    endorsed, -1 = none."""

    on: BoolArray
    member: BoolArray
    held: BoolArray
    later: BoolArray
    heir: npt.NDArray[np.int64]


@dataclass(frozen=True)
class Tally:
    """winner (draw, primary) option index or -1; share (draw, primary, option) 0-1; votes (draw, primary) thousands valid."""

    winner: npt.NDArray[np.int64]
    share: FloatArray
    votes: FloatArray


def resolve(happens: BoolArray, stands: BoolArray, changes: Sequence[Change], contests: Sequence[Contest]) -> Standing:
    """Apply the dated changes in order. happens (draw, change); stands (draw, option) drawn from `standing`.

    A change dated on or before the day of a primary acts before it. What is known already (day <= 0, probability 1) acts as well,
    except "enters" and "restored", whose outcome the candidate's `standing` states.
    """
    draws, options = stands.shape
    on, later = stands.copy(), np.ones((draws, options), dtype=bool)
    member = np.zeros((draws, len(contests), options), dtype=bool)
    held = np.ones((draws, len(contests)), dtype=bool)
    heir = np.full((draws, options), -1, dtype=np.int64)
    number = {c.id: p for p, c in enumerate(contests)}
    first = min((c.day for c in contests), default=0)
    for p, c in enumerate(contests):
        member[:, p, list(c.members)] = True
    for j, change in enumerate(changes):
        yes, who = happens[:, j], change.candidate
        if change.kind == "primary_cancelled" and change.target in number:
            held[yes, number[change.target]] = False
        if who < 0:
            continue
        if change.kind in ("withdraws", "barred"):
            if change.day <= first:
                on[yes, who] = False
            else:
                later[yes, who] = False
        elif change.kind in ("enters", "restored") and change.day > 0:
            on[yes, who] = True
            later[yes, who] = True
        elif change.kind == "joins_primary" and change.target in number:
            member[yes, :, who] = False
            member[yes, number[change.target], who] = True
        elif change.kind in ("leaves_primary", "barred_from_primary", "list_struck"):
            for p, c in enumerate(contests):
                if change.target in ("", c.id) and change.day <= c.day:
                    member[yes, p, who] = False
        elif change.kind == "endorses":
            later[yes, who] = False
            heir[yes, who] = change.heir
    member &= on[:, None, :]
    held &= member.any(axis=2)
    return Standing(on, member, held, later, heir)


def hold_primaries(
    utility: FloatArray, standing: Standing, contests: Sequence[Contest], votes: FloatArray, strength: FloatArray
) -> Tally:
    """Results of the primaries. utility (draw, primary, option): support among those who take that card; votes (draw, primary):
    thousands of valid votes before voters choose between the cards; strength (draw, primary): log of its members' support against
    what was expected.

    The total over all cards is kept; the split between them moves with the strength of each, because a voter takes one card.
    """
    draws, options = standing.on.shape
    winner = np.full((draws, len(contests)), -1, dtype=np.int64)
    share = np.zeros((draws, len(contests), options))
    for p, c in enumerate(contests):
        if c.day <= 0:
            continue
        present = standing.member[:, p] & standing.held[:, p : p + 1]
        share[:, p] = shares(utility[:, p], present)
        winner[:, p] = np.where(standing.held[:, p], share[:, p].argmax(axis=1), -1)
    total = (votes * np.where(standing.held, 1.0, 1 - STAY_AWAY)).sum(axis=1, keepdims=True)
    pull = votes * np.exp(STRENGTH * strength) * standing.held
    whole = pull.sum(axis=1, keepdims=True)
    split = np.divide(pull, whole, out=np.zeros_like(pull), where=whole > 0)
    return Tally(winner, share, split * total)


def hand_out(
    support: FloatArray, standing: Standing, tally: Tally, contests: Sequence[Contest], table: FloatArray,
    tilt: FloatArray, jump: FloatArray, blank: int,
) -> tuple[FloatArray, BoolArray]:  # fmt: skip
    """Shares on the first-round ballot (draw, option) and who is on it.

    support (draw, option): shares if everybody stood. Losers of a primary leave, most of their support to its winner; others who
    are out leave by affinity. tilt (draw, option): noise on attraction; jump (draw, primary): log gain of a primary's winner.
    """
    draws, options = support.shape
    on = standing.on & standing.later
    loser = np.zeros((draws, len(contests), options), dtype=bool)
    rows = np.arange(draws)
    grow = np.ones((draws, options))
    for p, c in enumerate(contests):
        if c.day <= 0:
            continue
        loser[:, p] = standing.member[:, p] & standing.held[:, p : p + 1]
        won = tally.winner[:, p] >= 0
        loser[rows[won], p, tally.winner[won, p]] = False
        on &= ~loser[:, p]
        grow[rows[won], tally.winner[won, p]] *= np.exp(jump[won, p])
    on[:, blank] = True
    stay = np.where(on, support, 0.0)
    pull = np.sqrt(np.maximum(stay, 1e-5)) * tilt * on
    out = np.where(on, 0.0, support)
    gained = np.zeros_like(support)
    for p, c in enumerate(contests):
        if c.day <= 0:
            continue
        leaving = np.where(loser[:, p], out, 0.0)
        out = out - leaving
        loyal = pull.copy()
        won = tally.winner[:, p] >= 0
        loyal[rows[won], tally.winner[won, p]] *= LOYALTY
        gained += move(leaving, loyal, table)
    for target in np.unique(standing.heir[standing.heir >= 0]):
        leaving = np.where((standing.heir == target) & ~on, out, 0.0)
        out = out - leaving
        loyal = pull.copy()
        loyal[:, target] *= LOYALTY
        gained += move(leaving, loyal, table)
    gained += move(out, pull, table)
    final = (stay + gained) * np.where(on, grow, 0.0)
    return final / np.maximum(final.sum(axis=1, keepdims=True), 1e-12), on
