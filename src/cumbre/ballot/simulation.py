"""Joint draws of primaries, first round and run-off, world by world; nothing here looks across draws."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy import special

from cumbre.ballot import rules
from cumbre.ballot.blocks import product
from cumbre.ballot.field_draws import Standing, Tally, hand_out, hold_primaries, resolve
from cumbre.ballot.logratio import shares
from cumbre.ballot.pairs import draw_pairs
from cumbre.ballot.stage import Fitted, fit
from cumbre.record.case import Case
from cumbre.record.prior import pert_quantile
from cumbre.record.schema import Election
from cumbre.worlds import Worlds

__all__ = ["simulate"]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]

JUMP = (0.1, 0.2)
"""Gain of a primary's winner on the log scale beyond the losers' support: mean and sd (judged from two primaries of one election in
the open data, where the winners gained about 0.33 and 0.05; halved, because the common error at a long horizon, learned on the same
election, already holds part of it)."""

TILT_SD = 0.4
"""Noise on the attraction of each option when support moves, sd on the log scale (judged)."""

TURNOUT_LINK = 0.8
"""Correlation of turnout in the two rounds on the normal scale (judged)."""

BLANK_INVALID = (2.5, 0.5)
"""Blank votes in per cent of all votes where they are not valid: median and sd on the log scale (judged)."""


@lru_cache(maxsize=64)
def _pert_table(low: float, mode: float, high: float) -> tuple[FloatArray, FloatArray]:
    """Quantiles of a PERT at 1025 levels; reading between them is exact to four digits and a hundred times faster."""
    levels = np.linspace(0.0, 1.0, 1025)
    return levels, pert_quantile(levels, low, mode, high)


def _pert(u: FloatArray, triple: tuple[float, float, float]) -> FloatArray:
    return np.interp(u, *_pert_table(*triple))


def _national(worlds: Worlds, fitted: Fitted) -> tuple[FloatArray, FloatArray]:
    """Utilities on election day if everybody stood (draw, option), and the error in them; addressed by candidate."""
    s, field = fitted.support, fitted.field
    draws, df = worlds.draws, fitted.prior.common.df
    names = [field.ids[i] for i in s.active]
    z = np.column_stack([worlds.stream("ballot", f"support:{n}").normal() for n in names])
    t = np.column_stack([worlds.stream("ballot", f"error:{n}").student_t(df) for n in names])
    error = np.zeros((draws, field.size))
    error[:, s.active] = product(z, s.root.T) + s.scale * t
    utility = np.full((draws, field.size), -30.0)
    utility[:, s.active] = s.utility + error[:, s.active]
    return utility, error


def _standing(worlds: Worlds, fitted: Fitted) -> Standing:
    """Who stands before the primaries, and what happens to the field later."""
    field, draws = fitted.field, worlds.draws
    stands = np.zeros((draws, field.size), dtype=bool)
    for i in fitted.support.active:
        p = field.standing[i]
        stands[:, i] = p >= 1 or (p > 0 and worlds.stream("ballot", f"standing:{field.ids[i]}").uniform() < p)
    happens = np.ones((draws, len(fitted.changes)), dtype=bool)
    for j, change in enumerate(fitted.changes):
        if change.probability < 1:
            happens[:, j] = worlds.stream("ballot", f"change:{change.id}").uniform() < change.probability
    return resolve(happens, stands, fitted.changes, fitted.contests)


def _primaries(worlds: Worlds, fitted: Fitted, standing: Standing, error: FloatArray) -> Tally:
    """Results of the primaries in every world."""
    draws, size = standing.on.shape
    contests = fitted.contests
    utility = np.full((draws, len(contests), size), -30.0)
    votes, strength = np.zeros((draws, len(contests))), np.zeros((draws, len(contests)))
    centre = np.full(size, -30.0)
    centre[fitted.support.active] = fitted.support.utility
    for p, contest in enumerate(contests):
        votes[:, p] = _pert(worlds.stream("ballot", f"votes:{contest.id}").uniform(), contest.votes)
        members = [int(i) for i in np.flatnonzero(standing.member[:, p].any(axis=0))]
        national = centre[members] + fitted.primary_scale[p] * error[:, members]
        for n, i in enumerate(members):
            own = worlds.stream("ballot", f"primary:{contest.id}:{fitted.field.ids[i]}").normal()
            utility[:, p, i] = national[:, n] + fitted.primary_mean[p, i] + fitted.primary_sd[p, i] * own
        if members:
            present = np.where(standing.member[:, p][:, members], np.exp(national), 0.0).sum(axis=1)
            strength[:, p] = np.log(np.maximum(present, 1e-9)) - np.log(np.exp(centre[members]).sum())
    return hold_primaries(utility, standing, contests, votes, np.clip(strength, -2.0, 2.0))


def _shift(worlds: Worlds, fitted: Fitted, share: FloatArray) -> FloatArray:
    """First-round shares with the points that `home` moved."""
    if "home" not in worlds or "shift" not in worlds["home"]:
        return share
    shift = worlds["home"]["shift"]
    blocs = [str(b) for b in shift["bloc"].to_numpy()]
    member = np.array([[float(b == bloc) for b in fitted.field.bloc] for bloc in blocs]).reshape(len(blocs), fitted.field.size)
    return rules.shift_blocs(share, member, np.nan_to_num(shift.transpose("draw", "bloc").to_numpy().astype(float)))


def _turnout(worlds: Worlds, election: Election) -> tuple[FloatArray, FloatArray]:
    """Turnout of both rounds, per cent of the roll."""
    z = worlds.stream("ballot", "turnout1").normal()
    other = worlds.stream("ballot", "turnout2").normal()
    linked = TURNOUT_LINK * z + np.sqrt(1 - TURNOUT_LINK**2) * other
    return _pert(special.ndtr(z), election.turnout1), _pert(special.ndtr(linked), election.turnout2)


def simulate(case: Case, worlds: Worlds, fitted: Fitted | None = None) -> Worlds:
    """Worlds with the group `ballot` added: see docs/ballot.md for its variables, dimensions and units.

    Reads `home.shift` where the worlds hold it. Without an election, or without candidates, the group holds who may stand and nothing else.
    """
    fitted = fitted or fit(case)
    field, election, draws = fitted.field, case.election, worlds.draws
    names = list(field.ids)
    coords = {
        "candidate": names, "candidate_bloc": ("candidate", list(field.bloc)), "primary": [c.id for c in fitted.contests]
    }  # fmt: skip
    standing = _standing(worlds, fitted)
    if election is None or not case.candidates:
        on = standing.on & standing.later
        on[:, field.blank] = False
        return worlds.add("ballot", xr.Dataset({"on_ballot": (("draw", "candidate"), on.astype(np.int8))}, coords))
    utility, error = _national(worlds, fitted)
    tally = _primaries(worlds, fitted, standing, error)
    tilt = np.ones((draws, field.size))
    for i in fitted.support.active:
        tilt[:, i] = np.exp(TILT_SD * worlds.stream("ballot", f"tilt:{names[i]}").normal())
    jump = np.column_stack(
        [np.zeros((draws, 0)), *(JUMP[0] + JUMP[1] * worlds.stream("ballot", f"jump:{c.id}").normal() for c in fitted.contests)]
    )
    support = shares(utility)
    share, on = hand_out(support, standing, tally, fitted.contests, fitted.affinity, tilt, jump, field.blank)
    blank_valid = election.blank_valid
    if not blank_valid:
        share[:, field.blank] = 0.0
        share = share / np.maximum(share.sum(axis=1, keepdims=True), 1e-12)
    plain = 100 * share
    moved = _shift(worlds, fitted, plain)
    candidates = on.copy()
    candidates[:, field.blank] = False
    data = _rounds(worlds, fitted, election, moved, plain, candidates, error)
    data |= _primary_variables(fitted, tally)
    return worlds.add("ballot", xr.Dataset(data, coords))


def _rounds(
    worlds: Worlds, fitted: Fitted, election: Election, share: FloatArray, plain: FloatArray, on: BoolArray, error: FloatArray
) -> dict[str, tuple[tuple[str, ...], npt.NDArray[np.generic]]]:
    """Both rounds: ranks, run-off, winner, turnout and blank votes."""
    draws, size = share.shape
    rows, blank = np.arange(draws), fitted.field.blank
    ranks = rules.rank(share, on)
    order = np.argsort(ranks, axis=1, kind="stable")
    first, second = order[:, 0].astype(np.int64), order[:, 1].astype(np.int64)
    field_of_two = on[rows, second]
    ahead, behind = share[rows, first], np.where(field_of_two, share[rows, second], 0.0)
    blank1 = share[:, blank] if election.blank_valid else _invalid_blank(worlds, "blank1")
    done = rules.outright(election.rule, ahead, behind, share[:, blank]) | ~field_of_two
    held = ~done & on[rows, first]
    logit = np.zeros(draws)
    lower, upper = np.minimum(first, second), np.maximum(first, second)
    if fitted.pairs is not None:
        number = fitted.pairs.index(size)[lower, upper]
        known = number >= 0
        uniform = worlds.stream("ballot", "runoff").uniform()
        drawn = draw_pairs(
            fitted.pairs, fitted.prior.runoff, np.maximum(number, 0), share / 100, error, uniform, fitted.affinity, blank
        )
        logit = np.where(known, drawn, 0.0)
    two_way = special.expit(logit)
    if election.blank_valid:
        model = fitted.prior.runoff
        blank2 = 100 * np.clip(model.blank_median * np.exp(model.blank_sd * worlds.stream("ballot", "blank2").normal()), 0, 0.5)
    else:
        blank2 = _invalid_blank(worlds, "blank2")
    valid = 100 - blank2 if election.blank_valid else np.full(draws, 100.0)
    share2 = np.zeros((draws, size))
    share2[rows, lower] = valid * two_way
    share2[rows, upper] = valid * (1 - two_way)
    if election.blank_valid:
        share2[:, blank] = blank2
    share2[~held] = np.nan
    ahead2 = np.where(two_way > 0.5, lower, np.where(two_way < 0.5, upper, first))
    winner = np.where(held, ahead2, np.where(on[rows, first], first, -1))
    in_runoff = np.zeros((draws, size), dtype=np.int8)
    in_runoff[rows, first] = held
    in_runoff[rows[held], second[held]] = 1
    margin = np.where(held, valid * np.abs(2 * two_way - 1), np.nan)
    turnout1, turnout2 = _turnout(worlds, election)
    by_candidate, one = ("draw", "candidate"), ("draw",)
    return {
        "share1": (by_candidate, share.astype(np.float32)), "share2": (by_candidate, share2.astype(np.float32)),
        "share1_without_shift": (by_candidate, plain.astype(np.float32)), "on_ballot": (by_candidate, on.astype(np.int8)),
        "rank1": (by_candidate, ranks.astype(np.int8)), "in_runoff": (by_candidate, in_runoff),
        "runoff_held": (one, held.astype(np.int8)), "winner": (one, winner.astype(np.int16)),
        "margin2": (one, margin.astype(np.float32)), "turnout1": (one, turnout1.astype(np.float32)),
        "turnout2": (one, np.where(held, turnout2, np.nan).astype(np.float32)), "blank1": (one, blank1.astype(np.float32)),
        "blank2": (one, np.where(held, blank2, np.nan).astype(np.float32)),
    }  # fmt: skip


def _invalid_blank(worlds: Worlds, name: str) -> FloatArray:
    median, sd = BLANK_INVALID
    return np.clip(median * np.exp(sd * worlds.stream("ballot", name).normal()), 0, 50)


def _primary_variables(fitted: Fitted, tally: Tally) -> dict[str, tuple[tuple[str, ...], npt.NDArray[np.generic]]]:
    """Votes and shares of the primaries; null votes come on top of the valid ones."""
    persons = 1000 * tally.votes
    null = np.array([c.null for c in fitted.contests])
    by_all, by_primary = ("draw", "primary", "candidate"), ("draw", "primary")
    return {
        "primary_winner": (by_primary, tally.winner.astype(np.int16)),
        "primary_share": (by_all, (100 * tally.share).astype(np.float32)),
        "primary_votes": (by_all, (persons[:, :, None] * tally.share).astype(np.float32)),
        "primary_votes_total": (by_primary, persons.astype(np.float32)),
        "primary_null": (by_primary, (persons * null / (100 - null)).astype(np.float32)),
    }
