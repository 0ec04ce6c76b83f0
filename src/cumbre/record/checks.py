"""Checks across the tables of a case: ids that must exist, shares that must add up, positions that must lie on their scale."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Set
from difflib import get_close_matches
from typing import Any

from cumbre.errors import Problem
from cumbre.record import schema as s
from cumbre.record.case import Case
from cumbre.record.prior import parse_prior

__all__ = ["cross_check"]

_SUM_LIMIT = 101.5
"""Per cent to which the shares of one question may add (rounding of many small shares)."""


def _unknown(name: str, known: Iterable[str], file: str) -> str:
    near = get_close_matches(name, list(known), n=1)
    return f"did you mean {near[0]!r}?" if near else f"add it to {file} or correct the id"


def _twice(file: str, rows: Iterable[Any], column: str, key: Any) -> Iterator[Problem]:
    seen: dict[Any, int] = {}
    for row in rows:
        if key(row) in seen:
            what = f"{key(row)!r} is there twice (first on line {seen[key(row)]})"
            yield Problem(file, row.line, column, what, "give each row its own id, or remove one")
        seen.setdefault(key(row), row.line)


def _sources(case: Case) -> Iterator[Problem]:
    known = case.source.keys()
    tables = ("actors", "events", "positions", "audiences", "channels", "signals", "polls", "approval", "candidates", "field",
              "primaries", "calendar", "exposures")  # fmt: skip
    for table in tables:
        for row in getattr(case, table):
            for name in row.source_id:
                if name not in known:
                    what = f"unknown source {name!r}"
                    yield Problem(f"{table}.csv", row.line, "source_id", what, _unknown(name, known, "sources.csv"))
            if table not in ("actors", "sources") and not row.source_id and not getattr(row, "basis", ""):
                mend = "name a source_id" + (", or say in `basis` how it was judged" if hasattr(row, "basis") else "")
                yield Problem(f"{table}.csv", row.line, "source_id", "the row names neither a source nor a basis", mend)
    for issue in case.issues:
        for name in (*issue.source_id, *(n for reading in issue.history for n in reading.source_id)):
            if name not in known:
                yield Problem(
                    "issues.toml", 0, f"{issue.id}: source_id", f"unknown source {name!r}", _unknown(name, known, "sources.csv")
                )


def _events(case: Case) -> Iterator[Problem]:
    for row in case.events:
        for column in ("source", "target"):
            name = getattr(row, column)
            if name not in case.actor:
                yield Problem("events.csv", row.line, column, f"unknown actor {name!r}", _unknown(name, case.actor, "actors.csv"))
        if row.issue and row.issue not in case.issue:
            yield Problem(
                "events.csv", row.line, "issue", f"unknown issue {row.issue!r}", _unknown(row.issue, case.issue, "issues.toml")
            )


def _polls(case: Case) -> Iterator[Problem]:
    questions: dict[str, list[s.Poll]] = defaultdict(list)
    for row in case.polls:
        questions[row.poll_id].append(row)
        if (
            row.kind == "candidate"
            and row.candidate not in case.candidate
            and row.candidate not in {p.id for p in case.primaries}
        ):
            what = f"unknown candidate {row.candidate!r}"
            yield Problem("polls.csv", row.line, "candidate", what, _unknown(row.candidate, case.candidate, "candidates.csv"))
        if row.field_start and row.field_start > row.field_end:
            what = f"starts {row.field_start} after it ends {row.field_end}"
            yield Problem("polls.csv", row.line, "field_start", what, "swap the dates")
        if row.published < row.field_end:
            what = f"published {row.published} before the field work ended {row.field_end}"
            yield Problem("polls.csv", row.line, "published", what, "correct one of the dates")
        if row.primary and row.primary not in {p.id for p in case.primaries}:
            what = f"unknown primary {row.primary!r}"
            yield Problem(
                "polls.csv", row.line, "primary", what, _unknown(row.primary, [p.id for p in case.primaries], "primaries.csv")
            )
    for poll_id, rows in questions.items():
        head = rows[0]
        for row in rows[1:]:
            if (row.pollster, row.field_end, row.round, row.question) != (
                head.pollster,
                head.field_end,
                head.round,
                head.question,
            ):
                what = f"poll {poll_id!r} is two polls: its pollster, date, round or question differ from line {head.line}"
                yield Problem("polls.csv", row.line, "poll_id", what, "give each poll its own id")
                break
        total = sum(row.share_pct for row in rows)
        if total > _SUM_LIMIT:
            what = f"shares of poll {poll_id} add to {total:.1f}, over {_SUM_LIMIT:g}"
            yield Problem("polls.csv", head.line, "share_pct", what, "is the blank vote counted twice?")
        for (name, kind), n in Counter((row.candidate, row.kind) for row in rows).items():
            if n > 1:
                what = f"{name!r} ({kind}) appears {n} times in poll {poll_id}"
                yield Problem("polls.csv", head.line, "candidate", what, "keep one row, or split the poll into two ids")
        if head.question == "pair" and sum(row.kind == "candidate" for row in rows) != 2:
            yield Problem(
                "polls.csv", head.line, "question", f"pair question {poll_id} does not name two candidates", "name both"
            )


def _approval(case: Case) -> Iterator[Problem]:
    yield from _twice("approval.csv", case.approval, "id", lambda r: r.id)
    for row in case.approval:
        if (row.approve_pct or 0) + (row.disapprove_pct or 0) > _SUM_LIMIT:
            what = f"approve {row.approve_pct} and disapprove {row.disapprove_pct} add to over {_SUM_LIMIT:g}"
            yield Problem("approval.csv", row.line, "approve_pct", what, "correct one of them")


def _field(case: Case) -> Iterator[Problem]:
    yield from _twice("candidates.csv", case.candidates, "id", lambda r: (r.id, r.known))
    blocs = case.election.blocs if case.election else {}
    primaries = {p.id for p in case.primaries}
    for row in case.candidates:
        if row.primary and row.primary not in primaries:
            what = f"unknown primary {row.primary!r}"
            yield Problem("candidates.csv", row.line, "primary", what, _unknown(row.primary, primaries, "primaries.csv"))
        if case.election and row.bloc not in blocs:
            yield Problem(
                "candidates.csv",
                row.line,
                "bloc",
                f"unknown bloc {row.bloc!r}",
                _unknown(row.bloc, blocs, "case.toml [election] blocs"),
            )
    for primary in case.primaries:
        inside = [r for r in case.candidates if r.primary == primary.id]
        joins = [f for f in case.field if f.change == "joins_primary" and f.target == primary.id]
        if not inside and not joins:
            what = f"primary {primary.id!r} has no candidates"
            yield Problem("primaries.csv", primary.line, "id", what, "name the primary in candidates.csv, or remove it")
        if not primary.votes_low <= primary.votes_mode <= primary.votes_high:
            yield Problem(
                "primaries.csv", primary.line, "votes_low", "needs votes_low <= votes_mode <= votes_high", "sort the three"
            )
    yield from _twice("field.csv", case.field, "id", lambda r: r.id)
    for change in case.field:
        if change.candidate and change.candidate not in case.candidate:
            what = f"unknown candidate {change.candidate!r}"
            yield Problem(
                "field.csv", change.line, "candidate", what, _unknown(change.candidate, case.candidate, "candidates.csv")
            )
        if (
            change.change in ("joins_primary", "leaves_primary", "barred_from_primary", "primary_cancelled")
            and change.target not in primaries
        ):
            what = f"unknown primary {change.target!r}"
            yield Problem("field.csv", change.line, "target", what, _unknown(change.target, primaries, "primaries.csv"))
        if change.change == "endorses" and change.target not in case.candidate:
            what = f"unknown candidate {change.target!r}"
            yield Problem("field.csv", change.line, "target", what, _unknown(change.target, case.candidate, "candidates.csv"))


def _positions(case: Case) -> Iterator[Problem]:
    yield from _twice("positions.csv", case.positions, "actor", lambda r: (r.actor, r.issue, r.known))
    for row in case.positions:
        if row.actor not in case.actor:
            yield Problem(
                "positions.csv", row.line, "actor", f"unknown actor {row.actor!r}", _unknown(row.actor, case.actor, "actors.csv")
            )
        issue = case.issue.get(row.issue)
        if issue is None:
            yield Problem(
                "positions.csv", row.line, "issue", f"unknown issue {row.issue!r}", _unknown(row.issue, case.issue, "issues.toml")
            )
            continue
        if not row.low <= row.mode <= row.high:
            what = f"low {row.low:g}, mode {row.mode:g}, high {row.high:g} are out of order"
            yield Problem("positions.csv", row.line, "low", what, "write low <= mode <= high")
        for column in ("low", "mode", "high", "red_line"):
            value = getattr(row, column)
            if value is not None and not issue.low <= value <= issue.high:
                what = f"{value:g} is off the scale of {issue.id} ({issue.low:g} to {issue.high:g})"
                yield Problem("positions.csv", row.line, column, what, "move it onto the scale")


def _audiences(case: Case) -> Iterator[Problem]:
    yield from _twice("audiences.csv", case.audiences, "id", lambda r: (r.id, r.issue, r.known))
    first: dict[str, s.Audience] = {}
    for row in case.audiences:
        head = first.setdefault(row.id, row)
        if (row.share, row.bloc, row.country) != (head.share, head.bloc, head.country):
            what = f"share, bloc or country of {row.id!r} differs from line {head.line}"
            yield Problem("audiences.csv", row.line, "share", what, "repeat the same values in every row of an audience")
        issue = case.issue.get(row.issue)
        if issue is None:
            yield Problem(
                "audiences.csv", row.line, "issue", f"unknown issue {row.issue!r}", _unknown(row.issue, case.issue, "issues.toml")
            )
        elif not issue.low <= row.position <= issue.high:
            what = f"{row.position:g} is off the scale of {issue.id} ({issue.low:g} to {issue.high:g})"
            yield Problem("audiences.csv", row.line, "position", what, "move it onto the scale")
        if case.election and row.bloc and row.country == case.home and row.bloc not in case.election.blocs:
            yield Problem(
                "audiences.csv",
                row.line,
                "bloc",
                f"unknown bloc {row.bloc!r}",
                _unknown(row.bloc, case.election.blocs, "case.toml"),
            )
    totals: dict[str, float] = defaultdict(float)
    for row in first.values():
        totals[row.country] += row.share * row.partition
    for country, total in totals.items():
        if total and not 0.98 <= total <= 1.02:
            what = f"shares of the audiences of {country} with partition 1 add to {total:.2f}"
            yield Problem("audiences.csv", 0, "share", what, "make them add to 1, or set partition to 0 for groups that overlap")


def _channels(case: Case) -> Iterator[Problem]:
    yield from _twice("channels.csv", case.channels, "id", lambda r: (r.id, r.known))
    blocs = case.election.blocs if case.election else {}
    for row in case.channels:
        try:
            parse_prior(row.prior)
        except ValueError as error:
            yield Problem("channels.csv", row.line, "prior", str(error), "correct the prior")
        head, _, rest = row.trigger.partition(":")
        if head not in ("approval", "meeting", "issue", "event", "salience") or (
            head in ("issue", "event", "salience") and not rest
        ):
            what = f"{row.trigger!r} is no trigger"
            mend = "write approval, meeting, issue:ID, event:SRC:TGT:KIND or salience:TOPIC"
            yield Problem("channels.csv", row.line, "trigger", what, mend)
        elif head == "issue" and rest not in case.issue:
            yield Problem(
                "channels.csv", row.line, "trigger", f"unknown issue {rest!r}", _unknown(rest, case.issue, "issues.toml")
            )
        elif head == "event" and (len(rest.split(":")) != 3 or rest.split(":")[2] not in {*s.Kind, "*"}):
            yield Problem(
                "channels.csv",
                row.line,
                "trigger",
                f"{row.trigger!r} is no event",
                "write event:SRC:TGT:KIND, e.g. event:USA:COL:SANCTION",
            )
        if case.election and row.to == "vote" and row.bloc not in blocs:
            yield Problem(
                "channels.csv",
                row.line,
                "bloc",
                f"unknown bloc {row.bloc!r}",
                _unknown(row.bloc, blocs, "case.toml [election] blocs"),
            )
    events = {row.id for row in case.events}
    for signal in case.signals:
        for column, known, file in (
            ("event", events, "events.csv"),
            ("actor", case.actor, "actors.csv"),
            ("issue", case.issue, "issues.toml"),
        ):
            name = getattr(signal, column)
            if name not in known:
                yield Problem("signals.csv", signal.line, column, f"unknown {column} {name!r}", _unknown(name, known, file))


def _issues(case: Case) -> Iterator[Problem]:
    for name, n in Counter(issue.id for issue in case.issues).items():
        if n > 1:
            yield Problem("issues.toml", 0, name, f"is there {n} times", "give each issue its own id")
    for issue in case.issues:
        others = [("needs", need.issue) for need in issue.needs] + [("soft_links", name) for name in issue.soft_links]
        for key, name in others:
            if name not in case.issue:
                yield Problem(
                    "issues.toml", 0, f"{issue.id}: {key}", f"unknown issue {name!r}", _unknown(name, case.issue, "issues.toml")
                )
        who = [("deciders", name) for name in issue.deciders] + [("ratifiers", r.actor) for r in issue.ratifiers]
        for key, name in who + ([("benefits", issue.benefits)] if issue.benefits else []):
            if name not in case.actor:
                yield Problem(
                    "issues.toml", 0, f"{issue.id}: {key}", f"unknown actor {name!r}", _unknown(name, case.actor, "actors.csv")
                )
        if issue.labels_es and len(issue.labels_es) != len(issue.labels):
            yield Problem(
                "issues.toml", 0, f"{issue.id}: labels_es", "has another number of labels than `labels`", "translate each label"
            )
        dates = [reading.date for reading in issue.history]
        if dates != sorted(dates):
            yield Problem("issues.toml", 0, f"{issue.id}: history", "is not in order of dates", "sort it, oldest first")


def _head(case: Case) -> Iterator[Problem]:
    if case.horizon <= case.as_of:
        yield Problem("case.toml", 0, "horizon", f"{case.horizon} is not after as_of {case.as_of}", "give a later day")
    for name in (*case.principals, case.home):
        if name not in case.actor:
            yield Problem("case.toml", 0, "principals", f"unknown actor {name!r}", _unknown(name, case.actor, "actors.csv"))
    if case.home not in case.principals:
        yield Problem(
            "case.toml",
            0,
            "home",
            f"{case.home!r} is not one of the principals",
            "name the government whose election is forecast",
        )
    election = case.election
    if election:
        if election.runoff and election.runoff <= election.first_round:
            yield Problem("case.toml", 0, "election.runoff", "is not after the first round", "correct the date")
        if election.rule != "plurality" and not election.runoff:
            yield Problem(
                "case.toml", 0, "election.runoff", f"is missing under rule {election.rule!r}", "give the date of the run-off"
            )
        if election.successor and election.successor not in case.candidate:
            what = f"unknown candidate {election.successor!r}"
            yield Problem(
                "case.toml", 0, "election.successor", what, _unknown(election.successor, case.candidate, "candidates.csv")
            )
        if election.leader_bloc not in election.blocs:
            yield Problem("case.toml", 0, "election.leader_bloc", f"unknown bloc {election.leader_bloc!r}", "add it to blocs")
    for mediator in case.mediators:
        for key, name in [("actor", mediator.actor), *(("between", n) for n in mediator.between)]:
            if name not in case.actor:
                yield Problem(
                    "case.toml", 0, f"mediator.{key}", f"unknown actor {name!r}", _unknown(name, case.actor, "actors.csv")
                )
        for name in mediator.issues:
            if name not in case.issue:
                yield Problem(
                    "case.toml", 0, "mediator.issues", f"unknown issue {name!r}", _unknown(name, case.issue, "issues.toml")
                )
    for spoiler in case.spoilers:
        if spoiler.actor not in case.actor:
            yield Problem(
                "case.toml",
                0,
                "spoiler.actor",
                f"unknown actor {spoiler.actor!r}",
                _unknown(spoiler.actor, case.actor, "actors.csv"),
            )
        for key, name in (("watches", spoiler.watches), ("moves", spoiler.moves)):
            if name not in case.issue:
                yield Problem(
                    "case.toml", 0, f"spoiler.{key}", f"unknown issue {name!r}", _unknown(name, case.issue, "issues.toml")
                )


_OWNERS = {
    "source": "sources.csv", "actor": "actors.csv", "issue": "issues.toml", "candidate": "candidates.csv", "primary": "primaries.csv",
    "bloc": "case.toml", "event": "events.csv",
}  # fmt: skip


def _follows(problem: Problem, broken: Set[str]) -> bool:
    """Whether an id may be unknown only because its own row could not be read; the row is reported, its echo is not."""
    words = problem.what.split()
    return words[0] == "unknown" and len(words) > 1 and _OWNERS.get(words[1]) in broken


def cross_check(case: Case, broken: Set[str] = frozenset()) -> list[Problem]:
    """All problems that show only when tables are laid side by side; `broken` names files with rows that could not be read."""
    found: list[Problem] = []
    found += _twice("sources.csv", case.sources, "id", lambda r: r.id)
    found += _twice("actors.csv", case.actors, "id", lambda r: (r.id, r.from_))
    found += _twice("events.csv", case.events, "id", lambda r: r.id)
    found += _twice("primaries.csv", case.primaries, "id", lambda r: (r.id, r.known))
    found += _twice("exposures.csv", case.exposures, "id", lambda r: (r.id, r.known))
    found += _twice("calendar.csv", case.calendar, "id", lambda r: r.id)
    for check in (_head, _sources, _events, _polls, _approval, _field, _positions, _audiences, _channels, _issues):
        found += check(case)
    for name, n in Counter(question.id for question in case.questions).items():
        if n > 1:
            found.append(Problem("questions.toml", 0, name, f"is there {n} times", "give each question its own id"))
    return [problem for problem in found if not _follows(problem, broken)]
