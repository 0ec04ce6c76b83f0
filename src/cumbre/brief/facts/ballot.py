"""The election in the same worlds: shares, the pair, the winner, primaries, transfers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from cumbre.brief.facts.polls import PollTable, poll_table
from cumbre.brief.facts.study import Study
from cumbre.brief.numbers import Figure, Form, rule
from cumbre.record.passport import Passport
from cumbre.record.schema import Poll, Primary

__all__ = ["BallotFacts", "PairFacts", "Person", "PrimaryFacts", "Transfer", "ballot_facts"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Person:
    """One candidate (or the blank vote)."""

    id: str
    name: str
    bloc: str
    stands: Figure
    share: Figure
    first: Figure
    runoff: Figure
    win: Figure
    shares: FloatArray
    trend: tuple[tuple[dt.date, float, float, float], ...]


@dataclass(frozen=True)
class PairFacts:
    """A run-off pair: how likely it is, and who wins it."""

    first: str
    second: str
    chance: Figure
    wins: Figure
    share: Figure


@dataclass(frozen=True)
class PrimaryFacts:
    """An interparty primary: who wins it and how many vote."""

    primary: Primary
    held: Figure
    votes: Figure
    people: tuple[tuple[str, Figure, Figure], ...]


@dataclass(frozen=True)
class Transfer:
    """Where the support of a candidate who leaves the race goes, per cent."""

    source: str
    target: str
    share: Figure


@dataclass(frozen=True)
class HeadToHead:
    """A pair as polls of the run-off see it, and as all that is known sees it."""

    first: str
    second: str
    polls: Figure
    polled: Figure | None
    share: Figure
    wins: Figure


@dataclass(frozen=True)
class BallotFacts:
    """The section and the card."""

    people: tuple[Person, ...]
    successor: Person | None
    leader: Person
    decided: Figure
    runoff: Figure
    margin: Figure | None
    turnout: Figure | None
    blank: Figure | None
    pairs: tuple[PairFacts, ...]
    primaries: tuple[PrimaryFacts, ...]
    transfers: tuple[Transfer, ...]
    heads: tuple[HeadToHead, ...]
    polls: tuple[tuple[Poll, Figure], ...]
    last_poll: dt.date | None
    moved: Figure | None
    weights: PollTable | None = None

    @property
    def top(self) -> tuple[Person, ...]:
        """Those worth a line of their own: the six most likely to win, or with a share of 3 % or more."""
        real = [p for p in self.people if p.id != "blank"]
        strong = [p for p in real if p.win.value >= 0.01 or p.share.value >= 3]
        return tuple(strong[:7] or real[:5])

    def person(self, id_: str) -> Person | None:
        """A candidate by id."""
        return next((p for p in self.people if p.id == id_), None)


def ballot_facts(study: Study) -> BallotFacts | None:
    """None where no election was simulated."""
    if not study.has("ballot", "share1", "winner"):
        return None
    numbers, case = study.numbers, study.case
    ids = study.labels("ballot", "candidate")
    blocs = study.labels("ballot", "candidate_bloc") or [""] * len(ids)
    winner = study.array("ballot", "winner")
    share, on, rank, inside = (study.array("ballot", n) for n in ("share1", "on_ballot", "rank1", "in_runoff"))
    people = []
    trends = _trends(study)
    for k, id_ in enumerate(ids):
        base, name = f"brief.ballot.{id_}", study.name(id_)
        here = on[:, k] > 0
        if not here.any():
            continue
        people.append(
            Person(
                id_,
                name,
                blocs[k],
                numbers.chance(f"{base}.stands", here, rule("rule.ballot.stands", name=name)),
                numbers.spread(
                    f"{base}.share",
                    np.where(here, share[:, k], np.nan),
                    "per cent of valid votes",
                    rule("rule.ballot.share", name=name),
                    form="percent",
                ),
                numbers.chance(f"{base}.first", rank[:, k] == 1, rule("rule.ballot.first", name=name), within=study.within),
                numbers.chance(f"{base}.runoff", inside[:, k] > 0, rule("rule.ballot.runoff", name=name), within=study.within),
                numbers.chance(f"{base}.win", winner == k, rule("rule.ballot.win", name=name), within=study.within),
                share[:, k],
                trends.get(id_, ()),
            )
        )
    if not people:
        return None
    people.sort(key=lambda p: (p.id == "blank", -p.win.value, -p.share.value))
    held = study.array("ballot", "runoff_held") > 0
    successor = next((p for p in people if case.election and p.id == case.election.successor), None)
    plain = {}
    for name, digits in (("margin2", 1), ("turnout1", 0), ("blank1", 1)):
        if study.has("ballot", name) and np.isfinite(study.array("ballot", name)).any():
            form: Form = "number" if name == "margin2" else "percent"
            plain[name] = numbers.spread(
                f"brief.ballot.{name}",
                study.array("ballot", name),
                "points" if name == "margin2" else "per cent",
                rule(f"rule.ballot.{name}"),
                form=form,
                digits=digits,
            )
    pairs = _pairs(study, ids, winner, held)
    polls = _polls(study, {p.id for p in people})
    return BallotFacts(
        tuple(people),
        successor,
        max(people, key=lambda p: p.win.value),
        numbers.chance("brief.ballot.decided", ~held, rule("rule.ballot.decided")),
        numbers.chance("brief.ballot.runoff_held", held, rule("rule.ballot.runoff_held")),
        plain.get("margin2"),
        plain.get("turnout1"),
        plain.get("blank1"),
        pairs,
        _primaries(study, ids),
        _transfers(study, people),
        _heads(study),
        polls,
        max((p.field_end for p, _ in polls), default=None),
        _moved(study, ids, successor),
        poll_table(study),
    )


def _moved(study: Study, ids: list[str], successor: Person | None) -> Figure | None:
    """Points by which table and relation move the successor's first-round share, on paired worlds."""
    if successor is None or not study.has("ballot", "share1_without_shift"):
        return None
    k = ids.index(successor.id)
    gap = study.array("ballot", "share1")[:, k] - study.array("ballot", "share1_without_shift")[:, k]
    return study.numbers.spread(
        "brief.ballot.moved", gap, "points", rule("rule.ballot.moved", name=successor.name), form="points"
    )


def _pairs(study: Study, ids: list[str], winner: npt.NDArray[np.int16], held: npt.NDArray[np.bool_]) -> tuple[PairFacts, ...]:
    inside = study.array("ballot", "in_runoff") > 0
    share2 = study.array("ballot", "share2")
    both = held & (inside.sum(axis=1) == 2)
    if not both.any():
        return ()
    order = np.argsort(~inside[both], axis=1, kind="stable")[:, :2]
    code = np.full(len(held), -1)
    code[both] = order[:, 0] * len(ids) + order[:, 1]
    found = []
    values, counts = np.unique(code[code >= 0], return_counts=True)
    for value in values[np.argsort(-counts)][:6]:
        a, b = divmod(int(value), len(ids))
        here = code == value
        if (winner[here] == b).mean() > 0.5:
            a, b = b, a
        base, said = f"brief.ballot.pair.{ids[a]}.{ids[b]}", {"first": study.name(ids[a]), "second": study.name(ids[b])}
        found.append(
            PairFacts(
                ids[a],
                ids[b],
                study.numbers.chance(base, here, rule("rule.ballot.pair", **said)),
                study.numbers.chance(f"{base}.wins", winner[here] == a, rule("rule.ballot.pair_wins", **said)),
                study.numbers.spread(
                    f"{base}.share", share2[here, a], "per cent", rule("rule.ballot.pair_share", **said), form="percent"
                ),
            )
        )
    return tuple(found)


def _primaries(study: Study, ids: list[str]) -> tuple[PrimaryFacts, ...]:
    if not study.has("ballot", "primary_winner"):
        return ()
    won, share = study.array("ballot", "primary_winner"), study.array("ballot", "primary_share")
    total = study.array("ballot", "primary_votes_total")
    rows = {p.id: p for p in study.case.primaries}
    found = []
    for k, id_ in enumerate(study.labels("ballot", "primary")):
        row = rows.get(id_)
        if row is None:
            continue
        base, held = f"brief.ballot.primary.{id_}", won[:, k] >= 0
        people = []
        for c in np.flatnonzero((share[:, k, :] > 0).any(axis=0)):
            name = study.name(ids[c])
            said = {"name": name, "primary": row.name}
            taking = held & (share[:, k, c] > 0)
            people.append(
                (
                    ids[c],
                    study.numbers.chance(f"{base}.{ids[c]}.win", won[held, k] == c, rule("rule.ballot.primary_win", **said)),
                    study.numbers.spread(
                        f"{base}.{ids[c]}.share",
                        share[taking, k, c],
                        "per cent of its valid votes",
                        rule("rule.ballot.primary_share", **said),
                        form="percent",
                        digits=0,
                    ),
                )
            )
        people.sort(key=lambda p: -p[1].value if p[1].sayable else 0)
        votes = study.numbers.spread(
            f"{base}.votes", total[held, k] / 1e6, "million votes", rule("rule.ballot.primary_votes", primary=row.name), digits=1
        )
        chance = study.numbers.chance(f"{base}.held", held, rule("rule.ballot.primary_held", primary=row.name))
        found.append(PrimaryFacts(row, chance, votes, tuple(people)))
    return tuple(found)


def _polls(study: Study, known: set[str]) -> tuple[tuple[Poll, Figure], ...]:
    rows = [p for p in study.case.polls if p.round == 1 and p.question == "open" and (p.candidate in known or p.kind == "blank")]
    found = []
    for k, row in enumerate(sorted(rows, key=lambda p: (p.field_end, p.poll_id, p.candidate))):
        figure = study.numbers.recorded(
            f"brief.ballot.poll.{row.poll_id}.{row.candidate or k}",
            row.share_pct,
            "per cent as published",
            rule("rule.ballot.poll", pollster=row.pollster),
            sources=row.source_id,
            form="percent",
            digits=1 if row.share_pct % 1 else 0,
            n=row.sample_size,
        )
        found.append((row, figure))
    return tuple(found)


def _trends(study: Study) -> dict[str, tuple[tuple[dt.date, float, float, float], ...]]:
    table = study.readout("ballot", "trend", "poll_trend", "state")
    if table is None or not {"date", "candidate"} <= set(table.columns):
        return {}
    middle = next((c for c in ("median", "mean", "share") if c in table), None)
    if middle is None:
        return {}
    ends = next(
        ((a, b) for a, b in (("low80", "high80"), ("low", "high"), ("q10", "q90")) if a in table and b in table), (middle, middle)
    )
    found: dict[str, tuple[tuple[dt.date, float, float, float], ...]] = {}
    for id_, rows in table.sort_values("date").groupby("candidate"):
        columns = zip(rows["date"], rows[middle], rows[ends[0]], rows[ends[1]], strict=True)
        found[str(id_)] = tuple((pd.Timestamp(d).date(), float(m), float(lo), float(hi)) for d, m, lo, hi in columns)
    return found


def _transfers(study: Study, people: list[Person]) -> tuple[Transfer, ...]:
    """Where the support of those who may leave goes; those sure to stand are left out."""
    table = study.readout("ballot", "transfers")
    if table is None or not {"from", "to", "share"} <= set(table.columns):
        return ()
    unsure = {p.id for p in people if p.stands.value < 0.9}
    return tuple(
        Transfer(
            str(row["from"]),
            str(row["to"]),
            study.numbers.recorded(
                f"brief.ballot.transfer.{row['from']}.{row['to']}",
                float(row["share"]),
                "per cent",
                rule("rule.ballot.transfer"),
                label="judged",
                form="percent",
            ),
        )
        for row in table.to_dict("records")
        if row["from"] in unsure and row["from"] != row["to"]
    )


def _heads(study: Study) -> tuple[HeadToHead, ...]:
    """Pairs that may meet in the run-off, polled or not."""
    table = study.readout("ballot", "pairs")
    if table is None or not {"a", "b", "polls", "polled", "median", "low90", "high90", "p_a"} <= set(table.columns):
        return ()
    found = []
    for row in table.to_dict("records"):
        base, said = (
            f"brief.ballot.head.{row['a']}.{row['b']}",
            {"first": study.name(str(row["a"])), "second": study.name(str(row["b"]))},
        )
        polled = None
        if np.isfinite(float(row["polled"])):
            polled = study.numbers.recorded(
                f"{base}.polled",
                float(row["polled"]),
                "per cent",
                rule("rule.ballot.head_polled", **said),
                form="percent",
                digits=1,
                label="estimated",
                n=int(row["polls"]),
            )
        known = rule("rule.ballot.head", **said)
        share = study.numbers.add(
            Passport(
                base,
                round(float(row["median"]), 4),
                "per cent",
                "estimated",
                study.numbers.english(known),
                low=float(row["low90"]),
                high=float(row["high90"]),
                level=0.9,
            ),
            "percent",
            1,
            known,
        )
        polls = study.numbers.recorded(
            f"{base}.polls", float(row["polls"]), "polls", rule("rule.ballot.head_polls", **said), form="count"
        )
        wins = study.numbers.recorded(
            f"{base}.wins", float(row["p_a"]), "chance", rule("rule.ballot.head_wins", **said), form="chance", label="estimated"
        )
        found.append(HeadToHead(str(row["a"]), str(row["b"]), polls, polled, share, wins))
    return tuple(found)
