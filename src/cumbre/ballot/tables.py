"""Tables for readers: poll of polls, trend, what each poll moved, transfers, pairs, calibration. Labels on top of the arrays."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from cumbre import priors
from cumbre.ballot.blank import deflate
from cumbre.ballot.filter import DIFFUSE, HousePrior, Survey, run_filter, smooth
from cumbre.ballot.first_round import start
from cumbre.ballot.house_record import house_key
from cumbre.ballot.logratio import shares
from cumbre.ballot.pairs import LEVELS
from cumbre.ballot.stage import Fitted
from cumbre.record.case import Case

__all__ = ["readout"]

FloatArray = npt.NDArray[np.float64]

SHOWN = 12
"""Candidates in tables of one row a candidate and poll or day."""


def readout(case: Case, fitted: Fitted) -> dict[str, pd.DataFrame]:
    """Tables that do not depend on draws, by name.

    polls       one row a question: house, dates, n, weight in the leader's figure (per cent of all weights), undecided, none
    poll_shares one row a question and candidate: share as published, and share of the answers that count
    houses      one row a house and candidate: effect in points at today's support, with its sd; its polls here, the earlier elections
                of the country in which it was seen, and the effect that was expected from them
    trend       one row a day and candidate: median and 50 / 80 % bands of support if everybody stood, per cent
    moved       one row a poll and candidate: support with the poll minus without it, points
    field       one row a candidate: standing, primary, support if everybody stood
    transfers   one row from and to: where the support of a candidate who leaves goes, per cent
    pairs       one row a pair: polls, polled share, pooled share with 90 % band, chance of the first if the two meet
    calibration, calibration_runoff (days 0: the first round alone), pit, surprises, thin   measured on past elections, each left out
                in turn
    """
    return {
        "polls": _polls(case, fitted), "poll_shares": _poll_shares(fitted), "houses": _houses(fitted), "trend": _trend(case, fitted),
        "moved": _moved(fitted), "field": _field(case, fitted), "transfers": _transfers(fitted), "pairs": _pairs(fitted),
        **_measured(),
    }  # fmt: skip


def _shown(fitted: Fitted) -> list[int]:
    """Positions among the active options of the candidates that tables show, largest first."""
    s = fitted.support
    order = [int(i) for i in np.argsort(-s.share, kind="stable") if s.active[i] != fitted.field.blank]
    return [i for i in order if s.share[i] >= 0.005][:SHOWN]


def _reduced(fitted: Fitted) -> tuple[list[Survey], list[int]]:
    """Surveys over the shown options and the blank vote only: enough for influence, and quick."""
    s = fitted.support
    kept = _shown(fitted)
    if fitted.field.blank in s.active:
        kept = [*kept, int(np.flatnonzero(s.active == fitted.field.blank)[0])]
    place = np.full(len(s.active), -1, dtype=np.int64)
    place[kept] = np.arange(len(kept))
    out = []
    for survey in fitted.surveys:
        if survey.matrix is not None:
            matrix = survey.matrix[:, kept]
            whole = matrix.sum(axis=1, keepdims=True)
            if (whole > 0.3).all():
                out.append(replace(survey, options=np.maximum(place[survey.options], 0), matrix=matrix / whole))
            continue
        inside = place[survey.options] >= 0
        if inside.sum() >= 2:
            out.append(replace(survey, options=place[survey.options[inside]], share=survey.share[inside]))
    return out, kept


def _final(fitted: Fitted, surveys: list[Survey], kept: list[int]) -> FloatArray:
    mean = start(surveys, len(kept))
    return run_filter(surveys, fitted.support.scales, mean, max(len(fitted.houses), 1), _record(fitted, kept)).mean


def _record(fitted: Fitted, kept: list[int]) -> HousePrior | None:
    """What is known of the houses beforehand, for some of the active options."""
    known = fitted.record
    return None if known is None else HousePrior(known.mean[:, kept], known.ratio[:, kept])


def _influence(fitted: Fitted) -> dict[str, float]:
    """Change of the leader's log support per unit of the leader's log share in each poll (numerical derivative)."""
    surveys, kept = _reduced(fitted)
    if len(surveys) < 1 or len(kept) < 2:
        return {}
    base = start(surveys, len(kept))
    houses = max(len(fitted.houses), 1)
    known = _record(fitted, kept)

    def leader(rows: list[Survey]) -> float:
        m = run_filter(rows, fitted.support.scales, base, houses, known).mean
        return float(m[0] - m[1:].mean())

    here, step = leader(surveys), 0.05
    out: dict[str, float] = {}
    for i, survey in enumerate(surveys):
        if survey.matrix is None and 0 not in survey.options:
            continue
        row = int(survey.matrix[:, 0].argmax()) if survey.matrix is not None else int(np.flatnonzero(survey.options == 0)[0])
        share = np.array(survey.share, float)
        share[row] *= np.exp(step)
        changed = [*surveys[:i], replace(survey, share=share), *surveys[i + 1 :]]
        out[survey.name] = out.get(survey.name, 0.0) + max(0.0, (leader(changed) - here) / step)
    return out


def _polls(case: Case, fitted: Fitted) -> pd.DataFrame:
    influence = _influence(fitted)
    total = sum(influence.values()) or 1.0
    rows = []
    for q in fitted.questions:
        rows.append(
            {
                "poll_id": q.poll_id, "pollster": q.pollster, "last_day": case.as_of + dt.timedelta(days=q.day),
                "published": case.as_of + dt.timedelta(days=q.published), "n": q.n, "mode": q.mode, "round": q.round,
                "question": q.kind, "undecided": q.undecided, "none": q.none,
                "weight": 100 * influence.get(q.poll_id, 0.0) / total,
            }
        )  # fmt: skip
    columns = ["poll_id", "pollster", "last_day", "published", "n", "mode", "round", "question", "undecided", "none", "weight"]
    return pd.DataFrame(rows, columns=columns)


def _poll_shares(fitted: Fitted) -> pd.DataFrame:
    rows = [
        {"poll_id": q.poll_id, "candidate": name, "share": value, "of_answers": 100 * value / q.listed_total}
        for q in fitted.questions
        for name, value in q.share.items()
    ]
    return pd.DataFrame(rows, columns=["poll_id", "candidate", "share", "of_answers"])


def _houses(fitted: Fitted) -> pd.DataFrame:
    s = fitted.support
    rows = []
    for h, name in enumerate(fitted.houses):
        n = sum(x.house == h for x in fitted.surveys)
        if not n:
            continue
        effect = s.estimate.house_mean[h]
        effect = effect - float(s.share @ effect)
        before = np.zeros(len(effect)) if fitted.record is None else fitted.record.mean[h]
        before = before - float(s.share @ before)
        earlier = sum(house_key(name) in e.houses for e in fitted.prior.houses.before(fitted.election))
        for i in _shown(fitted):
            rows.append(
                {
                    "pollster": name, "candidate": fitted.field.ids[s.active[i]], "polls": n,
                    "effect": 100 * s.share[i] * effect[i], "sd": 100 * s.share[i] * s.estimate.house_sd[h, i],
                    "earlier_elections": earlier, "expected": 100 * s.share[i] * before[i],
                }
            )  # fmt: skip
    return pd.DataFrame(rows, columns=["pollster", "candidate", "polls", "effect", "sd", "earlier_elections", "expected"])


def _trend(case: Case, fitted: Fitted) -> pd.DataFrame:
    columns = ["date", "candidate", "median", "low50", "high50", "low80", "high80"]
    if not fitted.surveys:
        return pd.DataFrame(columns=columns)
    s, k = fitted.support, len(fitted.support.active)
    surveys = list(fitted.surveys)
    first = start(surveys, k)
    listed = np.zeros(k, dtype=bool)
    for x in surveys:
        listed[x.options] = True
    share = np.where(listed, np.exp(first), 0.0)
    mean = np.log(np.maximum(share / max(share.sum(), 1e-12), 0.003))
    days = np.arange(surveys[0].day, 1.0)
    trend, _ = smooth(
        surveys, s.scales, mean - mean.mean(), max(len(fitted.houses), 1), days, fitted.record, fitted.jumps, np.where(listed, DIFFUSE, 0.7)
    )  # fmt: skip
    shown, rows = _shown(fitted), []
    found = np.flatnonzero(s.active == fitted.field.blank)
    blank = int(found[0]) if len(found) else None
    z = special.ndtri([0.5, 0.25, 0.75, 0.1, 0.9])
    for t, day in enumerate(days):
        p = deflate(shares(trend.mean[t]), blank, fitted.prior.blank.shift)
        date = case.as_of + dt.timedelta(days=int(day))
        for i in shown:
            slope = -p / max(1 - p[i], 1e-9)
            slope[i] = 1.0
            sd = np.sqrt(max(float(slope @ trend.cov[t] @ slope), 0.0))
            band = 100 * special.expit(special.logit(p[i]) + sd * z)
            rows.append((date, fitted.field.ids[s.active[i]], *(float(v) for v in band)))
    return pd.DataFrame(rows, columns=columns)


def _moved(fitted: Fitted) -> pd.DataFrame:
    """Leave one question out, at the same scales. Support here is a share of the shown candidates and the blank vote."""
    surveys, kept = _reduced(fitted)
    columns = ["poll_id", "pollster", "day", "candidate", "moved"]
    if len(surveys) < 2:
        return pd.DataFrame(columns=columns)
    whole = 100 * shares(_final(fitted, surveys, kept))
    rows = []
    for i, survey in enumerate(surveys):
        without = 100 * shares(_final(fitted, [*surveys[:i], *surveys[i + 1 :]], kept))
        head = (survey.name, fitted.houses[survey.house], int(survey.day))
        rows += [(*head, fitted.field.ids[fitted.support.active[j]], float(whole[n] - without[n])) for n, j in enumerate(kept)]
    return pd.DataFrame(rows, columns=columns)


def _field(case: Case, fitted: Fitted) -> pd.DataFrame:
    rows = [
        {
            "candidate": c.id, "name": c.name, "bloc": c.bloc, "standing": c.standing, "primary": c.primary,
            "support": 100 * float(fitted.expected[fitted.field.ids.index(c.id)]), "status": c.status,
        }
        for c in case.candidates
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["candidate", "name", "bloc", "standing", "primary", "support", "status"])


def _transfers(fitted: Fitted) -> pd.DataFrame:
    field, s = fitted.field, fitted.support
    shown = [int(s.active[i]) for i in _shown(fitted)]
    to = [i for i in shown if field.standing[i] > 0] + ([field.blank] if field.blank in s.active else [])
    rows = []
    for j in shown:
        pull = np.array([0.0 if i == j else fitted.affinity[j, i] * np.sqrt(max(fitted.expected[i], 1e-5)) for i in to])
        if pull.sum() > 0:
            rows += [(field.ids[j], field.ids[i], 100 * float(v)) for i, v in zip(to, pull / pull.sum(), strict=True)]
    return pd.DataFrame(rows, columns=["from", "to", "share"])


def _pairs(fitted: Fitted) -> pd.DataFrame:
    columns = ["a", "b", "polls", "polled", "polled_sd", "first_round", "poll_weight", "median", "low90", "high90", "p_a"]
    if fitted.pairs is None:
        return pd.DataFrame(columns=columns)
    t, shown = fitted.pairs, {int(fitted.support.active[i]) for i in _shown(fitted)}
    rows = []
    for n, (a, b) in enumerate(zip(t.a, t.b, strict=True)):
        if t.polls[n] == 0 and not ({int(a), int(b)} <= shown):
            continue
        q = 100 * special.expit(np.interp([0.5, 0.05, 0.95], LEVELS, t.quantile[n]))
        above = 1 - np.interp(0.0, t.quantile[n], LEVELS)
        polled = 100 * special.expit(t.polled[n]) if t.polls[n] else np.nan
        rows.append(
            (
                fitted.field.ids[a], fitted.field.ids[b], int(t.polls[n]), polled, 25 * t.sd[n],
                100 * special.expit(t.first[n]), t.weight[n], *q, above,
            )
        )  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values(["polls", "a", "b"], ascending=[False, True, True], ignore_index=True)


def _measured() -> dict[str, pd.DataFrame]:
    found = priors.load("ballot").get("calibration", {})
    pit = found.get("pit", [])
    return {
        "calibration": pd.DataFrame(found.get("by_horizon", [])),
        "calibration_runoff": pd.DataFrame(found.get("runoff", [])),
        "pit": pd.DataFrame({"from": np.arange(len(pit)) / 10, "share": pit}),
        "surprises": pd.DataFrame(found.get("surprises", [])),
        "thin": pd.DataFrame(found.get("thin_weighted", [])),
    }
