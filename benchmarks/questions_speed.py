"""Time questions, attribution, indicators and replay on a case.

python benchmarks/questions_speed.py [--case washington-2026] [--only ask|watch|changed|replay]
"""

from __future__ import annotations

import argparse
import datetime as dt
import itertools
import os
import resource
import tempfile
import time
from pathlib import Path

import numpy as np

from cumbre import questions, simulate
from cumbre.record import load
from cumbre.record.case import Case
from cumbre.worlds import Worlds


def many(case: Case, n: int) -> list[questions.Asked]:
    """n different questions over every stage of the case."""
    close = case.horizon
    days = [case.as_of + dt.timedelta(days=d) for d in range(1, (case.horizon - case.as_of).days, 5)]
    texts: list[list[str]] = [
        [f"table.value['{i.id}', '{d}'] > {i.low + (i.high - i.low) * f:.3f}" for i in case.issues for d in days for f in (0.2, 0.5, 0.8)],
        [f"home.approval['{d}'] > {level}" for d in days for level in range(20, 60)],
        [f"ballot.share1['{c.id}'] > {level} and ballot.runoff_held" for c in case.candidates for level in range(1, 50)],
        [f"relation.events['{a}', '{b}', '{k}', '{days[0]}', '{d}'] >= {n}"
         for a, b in itertools.permutations(case.principals) for k in ("THREATEN", "CONSULT", "*") for d in days for n in (1, 3)],
        [f"ballot.winner == '{c.id}' and home.approval['{d}'] > 40" for c in case.candidates for d in days],
    ]  # fmt: skip
    mixed = [text for row in itertools.zip_longest(*texts) for text in row if text]
    return [questions.Asked(f"q{k}", "?", text, close) for k, text in enumerate(itertools.islice(itertools.cycle(mixed), n))]


def worked() -> float:
    """Processor seconds of this process and of those it started and waited for."""
    own, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


def start() -> tuple[float, float]:
    return time.perf_counter(), worked()


def clock(name: str, began: tuple[float, float]) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    wall, used = time.perf_counter() - began[0], worked() - began[1]
    print(f"{name:<52} {wall:6.1f} s on the wall, {used:6.1f} s of processors, peak {peak:.2f} GB", flush=True)


def time_ask(case: Case, worlds: Worlds) -> None:
    asked = many(case, 10_000)
    began = start()
    answers = questions.ask(case, worlds, asked)
    said = {status: sum(a.status == status for a in answers) for status in {a.status for a in answers}}
    clock(f"ask 10,000 questions of {worlds.draws} worlds", began)
    print(f"    distinct expressions {len({q.expression for q in asked})}, {said}")


def time_watch(case: Case, worlds: Worlds) -> None:
    began = start()
    found = questions.watch(case, worlds)
    clock(f"watch, {len(found)} indicators", began)


def time_changed(case: Case, since: dt.date, draws: int, workers: int) -> None:
    began = start()
    found = questions.changed(case, since, draws=draws, workers=workers)
    clock(f"changed since {since}, {len(found.items)} items, {found.orders} orders", began)
    began = start()
    numbers = [change.headline for change in found.changes]
    one, two = (simulate.run(c, draws=20_000, seed=77) for c in (load(case.folder, since), case))
    clock("    both days at 20,000 worlds", began)
    errors = []
    for change, was, now in zip(found.changes, questions.values(one, numbers), questions.values(two, numbers), strict=True):
        total = change.passing + sum(share.effect for share in change.because)
        # Both runs pair their own draws, but not each other's: the error of the large change is bounded by that of its two ends.
        error = np.hypot(change.mc_error, np.hypot(was.mc_error, now.mc_error))
        errors.append(abs(total - (now.mean - was.mean)) / error if error else 0.0)
        assert abs(total - change.change) < 1e-9
    print(f"    sum of shares against the change at 20,000 worlds: at most {max(errors):.2f} Monte Carlo errors, over 3 in "
          f"{sum(e > 3 for e in errors)} of {len(errors)}")  # fmt: skip


def time_replay(case: Case, draws: int, workers: int) -> None:
    with tempfile.TemporaryDirectory() as out:
        began = start()
        frame = questions.replay(case, dt.date(2025, 11, 1), dt.date(2026, 2, 6), "7d", Path(out), draws=draws, workers=workers)
        clock(f"replay of {len(frame['as_of'].unique())} dates, {draws} worlds, {workers} processes", began)
        began = start()
        questions.replay(case, dt.date(2025, 11, 1), dt.date(2026, 2, 6), "7d", Path(out), draws=draws, workers=workers)
        clock("    the same again from its finished days", began)


def main() -> None:
    """Run the timings asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case", default="washington-2026")
    parser.add_argument("--only", default="")
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--since", type=dt.date.fromisoformat, default=dt.date(2026, 2, 2))
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()
    case = load(arguments.case)
    if arguments.only in ("", "ask", "watch"):
        worlds = simulate.run(case, draws=20_000)
        if arguments.only != "watch":
            time_ask(case, worlds)
        if arguments.only != "ask":
            time_watch(case, worlds)
    if arguments.only in ("", "changed"):
        time_changed(case, arguments.since, arguments.draws, arguments.workers)
    if arguments.only in ("", "replay"):
        time_replay(case, arguments.draws, arguments.workers)


if __name__ == "__main__":
    main()
