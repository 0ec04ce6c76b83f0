"""The stage: polls, field and rules of a case to joint draws of primaries, first round and run-off."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from cumbre import priors
from cumbre.ballot import inputs
from cumbre.ballot.blank import deflate
from cumbre.ballot.common_error import CommonError, error_scale
from cumbre.ballot.filter import DIFFUSE, HousePrior, Jumps, Scales, Survey, growth, run_filter
from cumbre.ballot.first_round import FEWEST, Estimate, centred_utility, estimate, merge, root, start
from cumbre.ballot.house_record import roles_of
from cumbre.ballot.inputs import Change, Contest, Field, Question
from cumbre.ballot.learning import BallotPrior
from cumbre.ballot.logratio import close
from cumbre.ballot.pairs import PairTable, pair_state, pair_table
from cumbre.ballot.transfer import affinity, fit_sharpness
from cumbre.record.case import Case

__all__ = ["Fitted", "Support", "fit", "horizon_days", "prepared"]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]

MAIN = 10
"""Options whose polls choose the scales of the filter; the rest are too small to say."""

UNSEEN = (0.003, 0.7)
"""Share and sd on the log scale of a candidate whom no poll lists (judged: lists leave out whom nobody names)."""

PRIMARY_SD = 0.5
"""How far the voters of a primary differ from the members' national support, sd on the log scale, before polls of it (judged)."""


FIELD_JUMP, MEETING_JUMP = 0.2, 0.03
"""Sd on the log scale of the jump in a candidate's support on the day of a change that names the candidate, and of everybody's on the
day of the meeting (judged; a summit moves a vote by little: see docs/home.md)."""


@dataclass(frozen=True)
class Support:
    """National support before the field is settled, over the active options.

    active (active,) indices into the field; estimate over them; share (active,) expected, blank deflated; utility, scale (active,)
    centre and Student-t scale on election day; root (active, active) square root of the filter covariance.
    """

    active: IntArray
    estimate: Estimate
    share: FloatArray
    utility: FloatArray
    scale: FloatArray
    root: FloatArray
    scales: Scales


@dataclass(frozen=True)
class Fitted:
    """Everything `simulate` needs; deterministic, without draws."""

    field: Field
    questions: tuple[Question, ...]
    houses: tuple[str, ...]
    contests: tuple[Contest, ...]
    changes: tuple[Change, ...]
    support: Support
    expected: FloatArray
    primary_mean: FloatArray
    primary_sd: FloatArray
    primary_scale: FloatArray
    affinity: FloatArray
    sharpness: float
    pairs: PairTable | None
    prior: BallotPrior
    days: int
    runoff_days: int
    country: str
    surveys: tuple[Survey, ...]
    jumps: tuple[tuple[float, FloatArray], ...]
    record: HousePrior | None = None
    election: str = ""


def horizon_days(case: Case) -> tuple[int, int]:
    """Days from as_of to the first round and to the run-off (three weeks later where no date is set); 0 if past."""
    if case.election is None:
        return 0, 0
    first = (case.election.first_round - case.as_of).days
    second = (case.election.runoff - case.as_of).days if case.election.runoff else first + 21
    return max(first, 0), max(second, 0)


def prepared(
    asked: tuple[Question, ...], field: Field, houses: tuple[str, ...], active: IntArray, share: FloatArray | None,
    table: FloatArray | None, blank: bool,
) -> list[Survey]:  # fmt: skip
    """First-round surveys over the active options only, merged and in order of day; at most WINDOW days before the last."""
    position = np.full(field.size, -1, dtype=np.int64)
    position[active] = np.arange(len(active))
    out = []
    for s in inputs.to_surveys(asked, field, houses, share, table, blank):
        if s.matrix is not None:
            matrix = s.matrix[:, active]
            label = np.maximum(position[s.options], 0)
            out.append(replace(s, options=label, matrix=matrix))
        else:
            kept = position[s.options] >= 0
            if kept.sum() >= 2:
                out.append(replace(s, options=position[s.options[kept]], share=s.share[kept]))
    if out:
        last = max(s.day for s in out)
        out = [s for s in out if s.day > last - inputs.WINDOW]
    return merge(out)


def _active(field: Field, asked: tuple[Question, ...], changes: tuple[Change, ...], blank: bool) -> IntArray:
    """Options that may stand, or that recent polls list (their voters must go somewhere)."""
    may = field.standing > 0
    for c in changes:
        if c.kind in ("enters", "restored") and c.candidate >= 0 and c.day > 0 and c.probability > 0:
            may[c.candidate] = True
    last = max((q.day for q in asked if q.round == 1), default=0)
    index = {name: i for i, name in enumerate(field.ids)}
    for q in asked:
        if q.round == 1 and q.kind == "open" and q.day > last - inputs.WINDOW:
            for name, value in q.share.items():
                if value > 0:
                    may[index[name]] = True
    may[field.blank] = blank
    return np.flatnonzero(may)


def _estimate(
    surveys: list[Survey],
    options: int,
    houses: int,
    seen: BoolArray,
    undecided: float,
    record: HousePrior | None = None,
    jumps: Jumps = (),
) -> tuple[Estimate, Scales, FloatArray, FloatArray]:
    """Scales from the polls of the main options, then the full state at those scales."""
    first = start(surveys, options)
    size = np.where(seen, np.exp(first), 0.0)
    total = size.sum() if size.sum() > 0 else 1.0
    share = np.where(seen, size / total, UNSEEN[0])
    mean = np.log(np.maximum(share, UNSEEN[0]))
    mean = mean - mean.mean()
    sd = np.where(seen, DIFFUSE, UNSEEN[1])
    main = np.argsort(-share, kind="stable")[:MAIN]
    place = np.full(options, -1, dtype=np.int64)
    place[main] = np.arange(len(main))
    small = []
    for s in surveys:
        kept = place[s.options] >= 0
        if s.matrix is None and kept.sum() >= 2:
            n = s.n * float(s.share[kept].sum() / s.share.sum())
            small.append(replace(s, options=place[s.options[kept]], share=s.share[kept], n=n))
    scales = estimate(small, len(main), houses).scales if small else Scales(0.06, 0.15, 0.08)
    return (
        estimate(surveys, options, houses, undecided, record, grid=(scales,), jumps=jumps, prior_mean=mean, prior_sd=sd),
        scales,
        mean,
        sd,
    )


def fit(case: Case, prior: BallotPrior | None = None) -> Fitted:
    """Fit the ballot of a case: support, transfers, pairs. Deterministic. Raises InputError only for contradictions.

    `prior`: what past elections taught; the shipped one by default.
    """
    prior = prior or BallotPrior.from_dict(priors.load("ballot"))
    field = inputs.field_of(case)
    asked = tuple(inputs.questions(case))
    houses = inputs.houses_of(asked)
    contests = tuple(inputs.contests(case, field))
    changes = tuple(inputs.changes(case, field))
    election = case.election
    blank = bool(election and election.blank_valid)
    days, runoff_days = horizon_days(case)
    country = election.id.split("-")[0].lower() if election else ""
    active = _active(field, asked, changes, blank)
    surveys = prepared(asked, field, houses, active, None, None, blank)
    seen = np.zeros(len(active), dtype=bool)
    for s in surveys:
        seen[s.options] = True
    unsure = [q.undecided for q in asked if q.round == 1 and q.kind == "open" and q.day > -90 and q.n >= FEWEST]
    undecided = float(np.mean(unsure)) if unsure else 15.0
    rough, _, _, _ = _estimate(surveys, len(active), max(len(houses), 1), seen, undecided)
    full = np.zeros(field.size)
    full[active] = rough.share

    polled = {}
    for pair, found in inputs.pair_surveys(asked, field, houses).items():
        logit, variance = pair_state(found)
        polled[pair] = (logit, variance, len(found))
    where = field.blank if blank else None
    sharp, _ = fit_sharpness(full, [(a, b, m, v) for (a, b), (m, v, _) in polled.items()], field.x, field.y, field.bloc, where)
    table = affinity(field.x, field.y, field.bloc, where, sharp)

    surveys = prepared(asked, field, houses, active, full, table, blank)
    record = _house_record(houses, active, field, prior, election.id if election else "", rough.share)
    jumps = _jumps(case, changes, active)
    state, scales, _, _ = _estimate(surveys, len(active), max(len(houses), 1), seen, undecided, record, jumps)
    last = max((s.day for s in surveys), default=0.0)
    after = growth(Scales(0.0, 0.0, 0.0), jumps, len(active), last, 0.0)
    state = replace(state, cov=state.cov + np.diag(after))
    support = _support(state, scales, active, field, prior, days, country, blank)
    expected = np.zeros(field.size)
    expected[active] = support.share

    lean = np.array([case.candidate[name].primary_lean if name in case.candidate else 0.0 for name in field.ids])
    mean, sd, scale = _primaries(asked, field, houses, contests, support, prior.common, country, days, lean)
    standing = [int(i) for i in active if i != field.blank and _may_stand(field, changes, int(i))]
    pairs = None
    if len(standing) >= 2:
        pairs = pair_table(prior.runoff, expected, standing, polled, table, field.blank, float(runoff_days))
    return Fitted(
        field, asked, houses, contests, changes, support, expected, mean, sd, scale, table, sharp, pairs, prior, days, runoff_days,
        country, tuple(surveys), jumps, record, election.id if election else "",
    )  # fmt: skip


def _jumps(case: Case, changes: tuple[Change, ...], active: IntArray) -> tuple[tuple[float, FloatArray], ...]:
    """Dated events of the past that let support move at once: a change of the field moves its candidate, the meeting everybody."""
    out = []
    for change in changes:
        if change.day <= 0 and change.candidate in active:
            out.append((float(change.day), FIELD_JUMP**2 * (active == change.candidate)))
    if case.meeting is not None and case.meeting.date <= case.as_of:
        out.append((float((case.meeting.date - case.as_of).days), np.full(len(active), MEETING_JUMP**2)))
    return tuple(out)


def _house_record(
    houses: tuple[str, ...], active: IntArray, field: Field, prior: BallotPrior, election: str, share: FloatArray
) -> HousePrior | None:
    """What the houses did in earlier elections of the country, for the active options; None where none was seen."""
    kinds = ["blank" if i == field.blank else "candidate" for i in active]
    roles = roles_of([field.ids[i] for i in active], kinds, share)
    return prior.houses.prior(election, houses, roles) if houses else None


def _may_stand(field: Field, changes: tuple[Change, ...], i: int) -> bool:
    entering = any(c.candidate == i and c.kind in ("enters", "restored") and c.day > 0 for c in changes)
    return bool(field.standing[i] > 0 or entering)


def _support(
    state: Estimate, scales: Scales, active: IntArray, field: Field, prior: BallotPrior, days: int, country: str, blank: bool
) -> Support:
    position = int(np.flatnonzero(active == field.blank)[0]) if blank and field.blank in active else None
    share = close(deflate(state.share.copy(), position, prior.blank.shift))
    own = prior.blank.sd / np.sqrt(prior.common.df / (prior.common.df - 2))
    fixed = None if position is None else {position: own}
    utility, scale = centred_utility(state, share, prior.common, float(days), country, fixed=fixed)
    return Support(active, state, share, utility, scale, root(state.cov), scales)


def _primaries(
    asked: tuple[Question, ...], field: Field, houses: tuple[str, ...], contests: tuple[Contest, ...], support: Support,
    model: CommonError, country: str, days: int, lean: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray]:  # fmt: skip
    """Deviation of each primary's voters from national support: mean and sd (primary, option); and the part of the common error
    that has built up by the day of the primary (primary,). `lean` (option,) is the judged head start of each candidate among those who
    take the card; polls of the primary itself overrule it as they come in."""
    mean = np.zeros((len(contests), field.size))
    sd = np.full((len(contests), field.size), PRIMARY_SD)
    part = np.ones(len(contests))
    national = np.full(field.size, -30.0)
    national[support.active] = support.utility
    for p, contest in enumerate(contests):
        e = support.estimate
        reference = np.array([0.2])
        early = error_scale(model, reference, float(max(contest.day, 0)), e.undecided, e.spread, country)[0]
        last = max((s.day for s in inputs.primary_surveys(asked, field, houses, contest)), default=0.0)
        part[p] = min(1.0, early / error_scale(model, reference, float(days), e.undecided, e.spread, country)[0])
        members = np.array(contest.members, dtype=np.int64)
        found = merge(inputs.primary_surveys(asked, field, houses, contest))
        mean[p, members] = lean[members]
        if not found or len(members) < 2:
            continue
        level = national[members] - national[members].mean()
        centre = level + lean[members] - lean[members].mean()
        after = run_filter(found, Scales(0.03, 0.15, 0.10), centre, len(houses), prior_sd=PRIMARY_SD)
        mean[p, members] = after.mean - level
        drift = 0.03**2 * max(contest.day - last, 0.0)
        sd[p, members] = np.sqrt(np.maximum(np.diag(after.cov), 0.0) + drift + 0.2**2)
    return mean, sd, part
