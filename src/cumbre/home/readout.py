"""Tables of the home stage: those that need no draws, and those read from simulated worlds."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from cumbre.errors import WorldsError
from cumbre.home.channels import shift_of_blocs
from cumbre.home.event_study import placebo
from cumbre.home.fitting import Fitted, as_date, fit
from cumbre.home.mixture import Mixture
from cumbre.record.case import Case
from cumbre.record.winsets import winset
from cumbre.worlds import Worlds

__all__ = ["channel_table", "evidence_shares", "groups", "pollsters", "readout"]

FloatArray = npt.NDArray[np.float64]
_Z90 = 1.6448536
_Z80 = 1.2815516


def _approval(case: Case, fitted: Fitted) -> pd.DataFrame:
    """Weekly level of approval, all pollsters at zero effect; low and high hold 80 %."""
    mean, sd = fitted.history_mean, fitted.history_sd
    return pd.DataFrame(
        {
            "date": [as_date(case, d) for d in fitted.history_day],
            "mean": mean, "sd": sd, "low": mean - _Z80 * sd, "high": mean + _Z80 * sd, "level": 0.8, "label": "estimated",
        }
    )  # fmt: skip


def pollsters(fitted: Fitted) -> pd.DataFrame:
    """House effects (sum to zero) and question kinds (against the one asked most), points, with 90 % ranges."""
    columns = ["name", "what", "mean", "low", "high", "polls", "label"]
    if fitted.study is None:
        return pd.DataFrame(columns=columns)
    found, polls = fitted.study.fit, fitted.polls
    mean, sd = found.nuisance_effects()
    houses = len(polls.houses)
    rows = []
    for h, name in enumerate(polls.houses):
        if h < houses - 1:
            m, s = mean[h], sd[h]
        else:
            # the last effect is minus the sum of the others; cells differ little, so the covariance within cells is used
            part = slice(1, houses)
            m = -mean[: houses - 1].sum()
            s = np.sqrt(max(float(found.weight @ found.cov[:, part, part].sum(axis=(1, 2))), 0.0))
        rows.append([name, "pollster", m, m - _Z90 * s, m + _Z90 * s, int((polls.series.house == h).sum()), "estimated"])
    for k, name in enumerate(polls.questions):
        n = int((polls.series.question == k).sum())
        m, s = (0.0, 0.0) if k == 0 else (mean[houses - 1 + k - 1], sd[houses - 1 + k - 1])
        rows.append([name, "question", m, m - _Z90 * s, m + _Z90 * s, n, "estimated"])
    return pd.DataFrame(rows, columns=columns)


def _interval(mixture: Mixture, prefix: str) -> dict[str, float]:
    low, high = mixture.quantile([0.05, 0.95])
    return {f"{prefix}_mean": mixture.mean, f"{prefix}_low": float(low), f"{prefix}_high": float(high)}


def _events(case: Case, fitted: Fitted) -> pd.DataFrame:
    """Each past shock in three numbers (90 % ranges, points of approval at the peak), and whether polls can tell it apart."""
    rows = []
    for e, event in enumerate(fitted.events):
        row: dict[str, object] = {
            "event": event.id, "date": as_date(case, event.day), "words": event.words, "words_es": event.words_es,
            "kind": event.kind, **_interval(event.library, "library"),
            "library_label": "selected" if event.news > 0 else "estimated",
        }  # fmt: skip
        if fitted.study is not None:
            a = fitted.study.answers[e]
            seen = bool((fitted.polls.series.day >= event.day).any())
            row.update(_interval(a.polls, "polls") if seen else dict.fromkeys(("polls_mean", "polls_low", "polls_high"), np.nan))
            row.update(_interval(a.both, "both"))
            row.update(
                half_life_low=a.half_life[0], half_life_days=a.half_life[1], half_life_high=a.half_life[2],
                share_low=a.share[0], share=a.share[1], share_high=a.share[2], separable=a.separable,
                reason=a.reason, extra_wave=as_date(case, a.extra_wave) if np.isfinite(a.extra_wave) else None, extra_sd=a.extra_sd,
            )  # fmt: skip
        else:
            row.update(separable=False, reason="no polls of approval in the record")
        rows.append(row)
    return pd.DataFrame(rows)


def _placebo(case: Case, fitted: Fitted) -> pd.DataFrame:
    """What the same method finds on days without an event: polls-only effect and 90 % range, flagged where it excludes zero.

    Days lie four weeks apart, at least four weeks from any event, between the fourth poll and the last but two.
    """
    day = fitted.polls.series.day
    columns = ["date", "mean", "low", "high", "flagged", "label"]
    if len(day) < 8:
        return pd.DataFrame(columns=columns)
    onset = np.array([float(e.day) for e in fitted.events])
    dates = np.arange(day[3], day[-3], 28.0)
    if len(onset):
        dates = dates[np.abs(dates[:, None] - onset).min(axis=1) >= 28]
    found = placebo(fitted.polls.series, dates, onset, np.array([e.half_life for e in fitted.events]))
    return pd.DataFrame(
        {
            "date": [as_date(case, d) for d in dates], "mean": found[:, 0], "low": found[:, 1], "high": found[:, 2],
            "flagged": (found[:, 1] > 0) | (found[:, 2] < 0), "label": "estimated",
        }
    )  # fmt: skip


def _winsets(case: Case, fitted: Fitted) -> pd.DataFrame:
    """Per issue, the values that audiences holding half of the home electorate accept over the status quo, on the issue's scale.

    Without the tolerance for losses that the table adds (closed doors, low visibility): what audiences would accept in the open.
    """
    columns = ["issue", "status_quo", "low", "high", "size", "label"]
    table = fitted.audiences
    if table is None or not table.home_weights(case.home).any():
        return pd.DataFrame(columns=columns)
    weight = table.home_weights(case.home)
    rows = []
    for k, issue in enumerate(table.issues):
        if not (np.isfinite(table.position[:, k]) & (table.attention[:, k] > 0) & (weight > 0)).any():
            continue
        low, high = winset(table.position[:, k], table.attention[:, k], weight, float(table.status_quo[k]))
        size = high - low if np.isfinite(low) else 0.0
        scale = (table.low[k], table.span[k])
        rows.append(
            [issue, scale[0] + table.status_quo[k] * scale[1], scale[0] + low * scale[1], scale[0] + high * scale[1], size, "judged"]
        )  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def readout(case: Case, fitted: Fitted | None = None) -> dict[str, pd.DataFrame]:
    """Tables that rest on no draw: approval, pollsters, events, placebo, winsets, base_rates."""
    fitted = fitted or fit(case)
    answered, blows = fitted.answered
    rates: list[dict[str, object]] = [
        {
            "what": name,
            "count": rate.count,
            "out_of": f"{rate.days} days",
            "rate": rate.yearly,
            "unit": "a year",
            "label": "estimated",
        }
        for name, rate in (("protest", fitted.protests), ("rally", fitted.rallies))
    ]
    rates.append(
        {"what": "rally answers a strong blow", "count": answered, "out_of": f"{blows} blows", "rate": (answered + 0.5) / (blows + 1),
         "unit": "chance", "label": "estimated"}
    )  # fmt: skip
    return {
        "approval": _approval(case, fitted),
        "pollsters": pollsters(fitted),
        "events": _events(case, fitted),
        "placebo": _placebo(case, fitted),
        "winsets": _winsets(case, fitted),
        "base_rates": pd.DataFrame(rates),
    }


def _home(worlds: Worlds, name: str) -> FloatArray | None:
    if "home" not in worlds:
        raise WorldsError("worlds hold no stage 'home'; simulate it first")
    group = worlds["home"]
    return group[name].values.astype(np.float64) if name in group.data_vars else None


def _leverage(fitted: Fitted, case: Case) -> FloatArray:
    """Points of vote that one point of each channel moves for the leader's bloc (the first bloc where there is no leader)."""
    leader = case.election.leader_bloc if case.election and case.election.leader_bloc in fitted.blocs else ""
    target = fitted.blocs.index(leader) if leader else 0
    out = np.zeros(len(fitted.channels))
    for k, c in enumerate(fitted.channels):
        if c.to == "vote" and c.bloc in fitted.blocs:
            one = np.zeros((1, len(fitted.blocs)))
            one[0, fitted.blocs.index(c.bloc)] = 1.0
            out[k] = shift_of_blocs(one, fitted.bloc_weight)[0, target]
    return out


def channel_table(case: Case, worlds: Worlds, fitted: Fitted | None = None) -> pd.DataFrame:
    """One row a channel: mean and 90 % range in points of vote for its bloc, share of variance, share of worlds where it is open.

    The share of variance is over all channels to the vote and sums to 1 where any of them varies. `flip_at` is the effect per unit
    of trigger at which, all else at its mean, the mean shift of the leader's bloc would be zero (nan where the channel is never
    open): a judged number far from its flip does not carry the sign of the conclusion.
    """
    columns = ["channel", "name", "name_es", "bloc", "to", "on", "label", "mean", "low", "high", "variance_share", "open", "flip_at",
               "basis"]  # fmt: skip
    points = _home(worlds, "channel")
    if points is None:
        return pd.DataFrame(columns=columns)
    fitted = fitted or fit(case)
    votes = np.array([c.to == "vote" for c in case.channels])
    variance = np.where(votes, points.var(axis=0), 0.0)
    total, leverage = variance.sum(), _leverage(fitted, case)
    moved = leverage * points.mean(axis=0)
    rows = []
    for k, c in enumerate(case.channels):
        low, high = np.quantile(points[:, k], [0.05, 0.95])
        effect = _home(worlds, f"input_channel.{c.id}")
        flip = np.nan
        if effect is not None and leverage[k]:
            opened = np.divide(points[:, k], effect, out=np.zeros_like(effect), where=effect != 0).mean() * c.group_share
            flip = -(moved.sum() - moved[k]) / (leverage[k] * opened) if opened else np.nan
        rows.append(
            [c.id, c.name, c.name_es, c.bloc, c.to, bool(c.on), c.label, points[:, k].mean(), low, high,
             variance[k] / total if total > 0 else 0.0, float((points[:, k] != 0).mean()), flip, c.basis]
        )  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def groups(case: Case, worlds: Worlds) -> pd.DataFrame:
    """One row an audience: what the outcome in force on polling day gives it, who gains and who pays, and its acceptance.

    `gain` is V_g in hundredths of the range from the worst to the best possible outcome for an audience that cares about one issue
    only; `verdict` is gains or pays where that is so in at least six worlds of ten of those where anything changes for it, else
    unclear; unchanged where nothing changes in nine of ten.
    """
    columns = ["audience", "name", "name_es", "country", "bloc", "share", "gain", "low", "high", "p_gain", "p_loss", "acceptance",
               "verdict", "exposure", "exposure_words", "exposure_words_es", "label"]  # fmt: skip
    gain, accept = _home(worlds, "gain"), _home(worlds, "acceptance")
    if gain is None or accept is None:
        return pd.DataFrame(columns=columns)
    first = {r.id: r for r in reversed(case.audiences)}
    carried = {
        e.id: tuple(f"{m or e.measure}: {'not found' if e.value is None else format(e.value, 'g')} {e.unit}".strip()
                    for m in (e.measure, e.measure_es))
        for e in case.exposures
    }  # fmt: skip
    ids = [str(v) for v in worlds["home"]["audience"].values]
    rows = []
    for k, name in enumerate(ids):
        r = first[name]
        v = 100 * gain[:, k]
        up, down = float((v > 1e-6).mean()), float((v < -1e-6).mean())
        if up + down < 0.1:
            verdict = "unchanged"
        else:
            verdict = "gains" if up >= 0.6 * (up + down) else "pays" if down >= 0.6 * (up + down) else "unclear"
        low, high = np.quantile(v, [0.05, 0.95])
        rows.append(
            [r.id, r.name, r.name_es, r.country, r.bloc, r.share, v.mean(), low, high, up, down, accept[:, k].mean(), verdict,
             r.exposure, *carried.get(r.exposure, ("", "")), "judged"]
        )  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def evidence_shares(case: Case, worlds: Worlds, fitted: Fitted | None = None) -> pd.DataFrame:
    """Share of the variance of all channels to the vote by the kind of evidence it rests on, and what joint variation is left.

    A contribution is effect times trigger. With the trigger frozen at its mean the effect's label answers for the variance, with
    the effect frozen the trigger's does: the shock library's for approval, judged for salience, simulated (table, relation) for
    issues and events. Rows sum to 1; `interaction` is what needs two kinds to vary.
    """
    fitted = fitted or fit(case)
    points = _home(worlds, "channel")
    names = ("estimated", "selected", "literature", "judged", "simulated", "interaction")
    part = dict.fromkeys(names, 0.0)
    if points is not None:
        library = "selected" if fitted.meeting is not None and fitted.meeting.news > 0 else "estimated"
        for k, c in enumerate(case.channels):
            effect = _home(worlds, f"input_channel.{c.id}")
            if c.to != "vote" or effect is None:
                continue
            head = c.trigger.partition(":")[0]
            trigger = np.divide(points[:, k], effect, out=np.zeros_like(effect), where=effect != 0)
            own, other = effect.var() * trigger.mean() ** 2, effect.mean() ** 2 * trigger.var()
            source = {"approval": library, "salience": "judged"}.get(head, "simulated")
            if source == c.label:
                part[c.label] += points[:, k].var()
                continue
            part[c.label] += own
            part[source] += other
            part["interaction"] += points[:, k].var() - own - other
    total = sum(part.values())
    shares = [part[n] / total if total > 0 else 0.0 for n in names]
    return pd.DataFrame({"label": names, "share": shares})
