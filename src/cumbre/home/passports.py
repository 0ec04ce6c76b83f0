"""Where each number of the home stage comes from."""

from __future__ import annotations

import numpy as np

from cumbre import priors
from cumbre.home.approval import half_life_of, level_without_polls
from cumbre.home.fitting import Fitted, fit
from cumbre.home.mixture import Mixture
from cumbre.home.noise import DESIGN_EFFECT, DRIFT, WOBBLE
from cumbre.home.readout import pollsters
from cumbre.home.simulation import BELLIGERENCE, GAMMA, INCONSISTENCY, REFUSAL, SALIENCE_SD
from cumbre.record.case import Case
from cumbre.record.passport import Label, Passport

__all__ = ["passports"]


def _of_mixture(id_: str, mixture: Mixture, unit: str, label: Label, rule: str, **more: object) -> Passport:
    low, high = (float(v) for v in mixture.quantile([0.05, 0.95]))
    return Passport(id_, mixture.mean, unit, label, rule, low=low, high=high, level=0.9, **more)  # type: ignore[arg-type]


def passports(case: Case, fitted: Fitted | None = None) -> dict[str, Passport]:
    """Passports by id; every id starts with `home.`."""
    fitted = fitted or fit(case)
    out: list[Passport] = []
    shipped = priors.load("home")
    n = int(shipped["provenance"]["shocks"])
    if fitted.study is not None and len(fitted.history_mean):
        mean, sd = float(fitted.history_mean[-1]), float(fitted.history_sd[-1])
        used = tuple(dict.fromkeys(s for r in case.approval for s in r.source_id))
        out.append(
            Passport("home.level_now", mean, "per cent", "estimated",
                     "local level over all polls of approval, house effects summing to zero, question kinds apart, foreign shocks as "
                     "decaying pulses", low=mean - 1.2816 * sd, high=mean + 1.2816 * sd, level=0.8,
                     n=len(fitted.polls.series.day), sources=used)
        )  # fmt: skip
    else:
        mean, sd = level_without_polls()
        out.append(
            Passport("home.level_now", mean, "per cent", "selected", "no polls of approval in the record: mean of the leaders in the "
                     "shock library before their shock", low=mean - 1.2816 * sd, high=mean + 1.2816 * sd, level=0.8, n=n)
        )  # fmt: skip
    out.append(
        Passport("home.drift", DRIFT, "square points a day", "estimated",
                 "median of quiet-time variance over 32 leader series; prior of the level's drift, lognormal with sd 0.5 of the log", n=32)
    )  # fmt: skip
    out.append(
        Passport(
            "home.wobble", WOBBLE, "square points", "estimated", "quiet-time variance of two polls less sampling and drift", n=32
        )
    )
    out.append(Passport("home.design_effect", DESIGN_EFFECT, "factor", "judged", "usual design effect of weighted polls"))
    for kind in ("cooperation", "coercion"):
        median, sigma = half_life_of(kind)
        found = shipped["half_life"][kind]
        out.append(
            Passport(f"home.half_life.{kind}", median / 7, "weeks", shipped["half_life"]["used"][kind]["label"],
                     "lognormal prior set from the profile likelihood of the rows polled again", low=median / 7 * np.exp(-1.645 * sigma),
                     high=median / 7 * np.exp(1.645 * sigma), level=0.9, n=int(found["shocks_with_later_waves"]),
                     note=f"likelihood alone: {found['best_days']:g} days, 90 % set {found['low90_days']:g} to {found['high90_days']:g}")
        )  # fmt: skip
    for event in fitted.events:
        label: Label = "selected" if event.news > 0 else "estimated"
        out.append(
            _of_mixture(f"home.event.{event.id}.library", event.library, "points", label,
                        f"predictive distribution of a new {event.kind} shock, news weight {event.news:g}", n=n, sources=event.source_id)
        )  # fmt: skip
    if fitted.study is not None:
        last_poll = float(fitted.polls.series.day.max())
        for event, answer in zip(fitted.events, fitted.study.answers, strict=True):
            note = "" if answer.separable else f"not separable: {answer.reason}"
            if event.day <= last_poll:
                out.append(
                    _of_mixture(f"home.event.{event.id}.polls", answer.polls, "points", "estimated", "interrupted local level, polls alone",
                                sources=event.source_id, note=note)
                )  # fmt: skip
            out.append(
                _of_mixture(f"home.event.{event.id}.both", answer.both, "points", "selected" if event.news > 0 else "estimated",
                            "interrupted local level with the library as prior", rests_on=(f"home.event.{event.id}.library",),
                            sources=event.source_id, note=note)
            )  # fmt: skip
    out.extend(_pollster_passports(fitted))
    for (source, target), share in fitted.shock_share.items():
        out.append(
            Passport(f"home.shock_share.{source}.{target}", share, "chance", "estimated",
                     "share of the record's coercive events between the two with an intensity of at least 7 of 10, plus one in ten more: "
                     "(strong + 1) / (coded + 10)")
        )  # fmt: skip
    for name, rate in (("protest", fitted.protests), ("rally", fitted.rallies)):
        out.append(
            Passport(f"home.base_rate.{name}", rate.yearly, "a year", "estimated",
                     f"{rate.count} in {rate.days} days of record; gamma posterior, shape count + 1/2, rate days + 365", n=rate.count)
        )  # fmt: skip
    answered, blows = fitted.answered
    out.append(
        Passport("home.rally_answers", (answered + 0.5) / (blows + 1), "chance", "estimated",
                 f"{answered} of {blows} strong coercive acts of the record were answered by a rally within a fortnight; beta posterior",
                 n=blows)
    )  # fmt: skip
    slope = shipped["pass_through"]
    out.append(
        Passport("home.pass_through", slope["slope"], "points of vote per point of approval", "selected",
                 "slope through the origin, a leader's own party, same pollster and shock", low=slope["slope"] - 1.645 * slope["se"],
                 high=slope["slope"] + 1.645 * slope["se"], level=0.9, n=int(slope["pairs"]),
                 note="no prior of a channel is taken from it; it stands beside them for comparison")
    )  # fmt: skip
    for channel, prior in zip(fitted.channels, fitted.priors, strict=True):
        q05, q50, q95 = (float(v) for v in prior.ppf([0.05, 0.5, 0.95]))
        for id_ in (f"home.channel.{channel.id}", f"home.input_channel.{channel.id}"):
            scale = channel.group_share if "input" in id_ else 1.0
            out.append(
                Passport(id_, q50 * scale, f"points of {channel.to} per unit of {channel.trigger}", channel.label,
                         f"prior {channel.prior}" + (f" times group share {channel.group_share:g}" if channel.group_share != 1 else ""),
                         low=q05 * scale, high=q95 * scale, level=0.9, sources=channel.source_id, note=channel.basis)
            )  # fmt: skip
    out.append(
        _of_mixture("home.input_coercion_peak", fitted.coercion, "points", "estimated",
                    "predictive distribution of a coercion shock from fixed frames: simulated events are not picked for their effect", n=n)
    )  # fmt: skip
    if fitted.meeting is not None:
        out.append(
            _of_mixture("home.input_meeting_peak", fitted.meeting.library, "points", "selected" if fitted.meeting.news else "estimated",
                        "peak of the meeting on approval: the library, updated by polls after it if there are any",
                        rests_on=(f"home.event.{fitted.meeting.id}.library",))
        )  # fmt: skip
    median, sigma = half_life_of("cooperation")
    out.append(
        Passport("home.input_half_life_weeks", median / 7, "weeks", "estimated", "half-life of what the table brings",
                 low=median / 7 * np.exp(-1.645 * sigma), high=median / 7 * np.exp(1.645 * sigma), level=0.9,
                 rests_on=("home.half_life.cooperation",))
    )  # fmt: skip
    judged = (
        ("outcome_weight", GAMMA, "points of approval per unit of support", "approval effect of a change of home support by 1"),
        (
            "inconsistency",
            INCONSISTENCY,
            "points",
            "approval lost by a visible step back over a whole scale beyond a public red line",
        ),
        ("belligerence", BELLIGERENCE, "points", "approval lost by the home government's own strong threats and sanctions"),
    )
    for name, prior, unit, rule in judged:
        low, middle, high = (float(v) for v in prior.ppf([0.05, 0.5, 0.95]))
        out.append(Passport(f"home.{name}", middle, unit, "judged", rule, low=low, high=high, level=0.9))
    out.append(
        Passport("home.salience_sd", SALIENCE_SD, "points", "judged", "sd of the change of a topic's salience until the vote")
    )
    out.append(
        Passport("home.refusal", REFUSAL, "units of gain", "judged", "what a full visible step back adds to every home threshold")
    )
    return {p.id: p for p in out}


def _pollster_passports(fitted: Fitted) -> list[Passport]:
    """Passports of house effects and question kinds."""
    rules = {
        "pollster": "house effect in the level model (they sum to zero)",
        "question": "question kind against the one asked most",
    }
    return [
        Passport(
            f"home.{row['what']}.{str(row['name']).replace(' ', '_')}", float(row["mean"]), "points", "estimated",
            rules[str(row["what"])], low=float(row["low"]), high=float(row["high"]), level=0.9, n=int(row["polls"]),
        )
        for row in pollsters(fitted).to_dict("records")
    ]  # fmt: skip
