"""What the table and the relation do at home: approval, groups, channels to the vote."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from cumbre.brief.facts.relation import Level
from cumbre.brief.facts.study import Study
from cumbre.brief.numbers import Figure, rule
from cumbre.record.schema import Approval, Channel

__all__ = ["ChannelFacts", "Group", "HomeFacts", "home_facts"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Group:
    """An audience: its share of the electorate, its gain, and the chance that it accepts the outcome."""

    id: str
    name: str
    name_es: str
    country: str
    share: Figure
    gain: Figure | None
    acceptance: Figure | None


@dataclass(frozen=True)
class ChannelFacts:
    """A path to the vote and its effect in points."""

    id: str
    name: str
    name_es: str
    bloc: str
    label: str
    effect: Figure
    row: Channel | None


@dataclass(frozen=True)
class HomeFacts:
    """The section and the card."""

    shift: Figure | None
    bloc: str
    bigger: Figure | None
    now: Figure | None
    later: Figure | None
    peak: Figure | None
    left: Figure | None
    fan: Level | None
    inner: Level | None
    shock: Level | None
    past: Level | None
    polls: tuple[tuple[Approval, Figure], ...]
    groups: tuple[Group, ...]
    channels: tuple[ChannelFacts, ...]
    judged_share: Figure | None
    rally: Figure | None
    protest: Figure | None


def home_facts(study: Study) -> HomeFacts | None:
    """None where the home stage did not run."""
    if study.group("home") is None:
        return None
    numbers, case = study.numbers, study.case
    now = later = peak = left = None
    fan = inner = shock = None
    if study.has("home", "approval"):
        approval, dates = study.array("home", "approval"), tuple(study.week_dates("home"))
        week = study.week("home", study.vote_day)
        q = np.nanquantile(approval, [0.1, 0.25, 0.5, 0.75, 0.9], axis=0)
        fan, inner = Level(dates, q[2], q[0], q[4]), Level(dates, q[2], q[1], q[3])
        now = numbers.spread("brief.home.now", approval[:, 0], "per cent", rule("rule.home.now"), form="percent")
        later = numbers.spread(
            "brief.home.later", approval[:, week], "per cent", rule("rule.home.later", day=study.vote_day), form="percent"
        )
        if study.has("home", "approval_shock"):
            values = study.array("home", "approval_shock")
            q = np.nanquantile(values, [0.1, 0.5, 0.9], axis=0)
            shock = Level(dates, q[1], q[0], q[2])
            top = int(np.argmax(np.abs(q[1])))
            peak = numbers.spread("brief.home.peak", values[:, top], "points", rule("rule.home.peak"), form="points")
            left = numbers.spread(
                "brief.home.left", values[:, week], "points", rule("rule.home.left", day=study.vote_day), form="points", digits=2
            )
    shift, bloc, bigger = _shift(study)
    flags = {
        name: numbers.chance(f"brief.home.{name}", study.array("home", name) > 0, rule(f"rule.home.{name}"))
        for name in ("rally", "protest")
        if study.has("home", name) and case.audiences
    }
    channels, judged = _channels(study)
    return HomeFacts(
        shift,
        bloc,
        bigger,
        now,
        later,
        peak,
        left,
        fan,
        inner,
        shock,
        _past(study),
        _polls(study),
        _groups(study),
        channels,
        judged,
        flags.get("rally"),
        flags.get("protest"),
    )


def _shift(study: Study) -> tuple[Figure | None, str, Figure | None]:
    election = study.case.election
    blocs = study.labels("home", "bloc")
    if not study.has("home", "shift") or election is None or election.leader_bloc not in blocs:
        return None, "", None
    values = study.array("home", "shift")[:, blocs.index(election.leader_bloc)]
    shift = study.numbers.spread(
        "brief.home.shift", values, "points of vote", rule("rule.home.shift", day=study.vote_day), form="points", digits=1
    )
    bigger = study.numbers.chance("brief.home.bigger", np.abs(values) > 1, rule("rule.home.bigger"), within=study.within)
    return shift, election.leader_bloc, bigger


def _past(study: Study) -> Level | None:
    table = study.readout("home", "approval", "approval_level", "level")
    if table is None:
        return None
    date = next((c for c in ("date", "day", "week") if c in table), None)
    middle = next((c for c in ("mean", "level", "median", "approval") if c in table), None)
    if date is None or middle is None or pd.api.types.is_numeric_dtype(table[date]):
        return None
    table = table.sort_values(date)
    level = table[middle].to_numpy(dtype=float)
    low, high = level, level
    for a, b in (("low", "high"), ("q10", "q90")):
        if a in table and b in table:
            low, high = table[a].to_numpy(dtype=float), table[b].to_numpy(dtype=float)
            break
    else:
        if "sd" in table:
            half = 1.2816 * table["sd"].to_numpy(dtype=float)
            low, high = level - half, level + half
    return Level(tuple(pd.Timestamp(d).date() for d in table[date]), level, low, high)


def _polls(study: Study) -> tuple[tuple[Approval, Figure], ...]:
    rows = sorted((r for r in study.case.approval if r.approve_pct is not None), key=lambda r: r.field_end)
    return tuple(
        (
            row,
            study.numbers.recorded(
                f"brief.home.poll.{row.id}",
                float(row.approve_pct or 0),
                "per cent",
                rule("rule.home.poll", pollster=row.pollster),
                sources=row.source_id,
                form="percent",
                digits=1 if (row.approve_pct or 0) % 1 else 0,
                n=row.sample_size,
            ),
        )
        for row in rows
    )


def _groups(study: Study) -> tuple[Group, ...]:
    ids = study.labels("home", "audience")
    names = {row.id: row for row in reversed(study.case.audiences)}
    gain = study.array("home", "gain") if study.has("home", "gain") else None
    accept = study.array("home", "acceptance") if study.has("home", "acceptance") else None
    groups = []
    for k, id_ in enumerate(ids):
        row = names.get(id_)
        if row is None:
            continue
        base = f"brief.home.group.{id_}"
        share = study.numbers.recorded(
            f"{base}.share",
            100 * row.share,
            "per cent",
            rule("rule.home.share"),
            form="percent",
            label="judged",
            digits=0 if row.share >= 0.01 else 1,
            sources=row.source_id,
            note=row.basis,
        )
        won = (
            None
            if gain is None
            else study.numbers.mean(
                f"{base}.gain", 100 * gain[:, k], "hundredths", rule("rule.home.gain"), form="signed", digits=1
            )
        )
        taken = None
        if accept is not None:
            mean = float(np.nanmean(accept[:, k]))
            low, high = np.nanquantile(accept[:, k], [0.1, 0.9])
            taken = study.numbers.simulated(
                f"{base}.acceptance",
                mean,
                "chance",
                rule("rule.home.acceptance"),
                low=float(low),
                high=float(high),
                level=0.8,
                form="chance",
                n=study.worlds.draws,
            )
        groups.append(Group(id_, row.name, row.name_es, row.country, share, won, taken))
    return tuple(sorted(groups, key=lambda g: -(g.gain.value if g.gain else 0)))


def channel_effects(study: Study) -> tuple[list[str], FloatArray] | None:
    """Channels and their points of vote, per world: the variable `channel`, whatever its second dimension is called."""
    group = study.group("home")
    if group is None:
        return None
    name = next((n for n in ("channel_points", "channel", "channels", "channel_effect") if n in group.data_vars), None)
    if name is None or group[name].ndim != 2 or not group[name].shape[1]:
        return None
    dimension = str(group[name].dims[1])
    if dimension in group.coords:
        ids = [str(v) for v in group[dimension].to_numpy()]
    else:
        extra = next((c for c in group.coords if group[c].dims == (dimension,)), None)
        ids = [str(v) for v in group[extra].to_numpy()] if extra is not None else [c.id for c in study.case.channels]
    return ids, study.array("home", name).astype(np.float64)


def _channels(study: Study) -> tuple[tuple[ChannelFacts, ...], Figure | None]:
    found = channel_effects(study)
    if found is None:
        return (), None
    rows = {c.id: c for c in study.case.channels}
    facts = []
    for k, id_ in enumerate(found[0]):
        row = rows.get(id_)
        values = found[1][:, k]
        effect = study.numbers.mean(
            f"brief.home.channel.{id_}",
            values,
            "points of vote",
            rule("rule.home.channel", channel=id_),
            form="points",
            digits=2,
            note=row.basis if row else "",
        )
        label = row.label if row else "simulated"
        facts.append(
            ChannelFacts(id_, row.name if row else id_, row.name_es if row else "", row.bloc if row else "", label, effect, row)
        )
    return tuple(sorted(facts, key=lambda c: -abs(c.effect.value))), _judged(study)


def _judged(study: Study) -> Figure | None:
    """Share of the spread of the effect on the vote that rests on judgement, as the home stage splits it."""
    shares = study.evidence_shares
    if shares is None or "judged" not in shares:
        return None
    return study.numbers.simulated(
        "brief.home.judged_share",
        100 * float(shares["judged"]),
        "per cent",
        rule("rule.home.judged_share"),
        form="percent",
        digits=0,
        n=study.worlds.draws,
    )
