"""How well calibrated is the case engine? Small cases cut from wire-coded events of open pairs, as a coder would meet them.

    python benchmarks/relation_cases.py --data DIR [--cases 150] [--seed 1]

A case: one pair, 400 days of record before an origin, thinned to a share like that of a hand-coded list; half of the origins follow
a burst (a month with at least twice the pair's usual traffic), because cases are made around summits. Then the next 90 days of the
same thinned stream are forecast: was there an event of each kind and direction, how many events in all, the index of the last
month. The same share of thinning goes on, so level and coding rate are the case's own. Brier against each kind's base rate in
these cases, calibration slope, coverage of 80 % intervals; and for each material kind of conflict, what is said of directions whose
record holds none of it.
"""

from __future__ import annotations

import argparse
import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from cumbre.record.case import Case
from cumbre.record.importers.cameo import mode_of_cameo
from cumbre.record.schema import Event
from cumbre.relation import fit, simulate
from cumbre.relation.chances import rivals
from cumbre.relation.dyads import KINDS
from cumbre.worlds import Worlds

FloatArray = npt.NDArray[np.float64]
RECORD, AHEAD, WANTED = 400, 90, 80
"""Days of record, days forecast, events of record aimed at."""


def made_cases(data: Path, count: int, seed: int = 1) -> list[tuple[Case, pd.DataFrame]]:
    """Cases and the events of the days that follow."""
    from cumbre.backtest.coded_events import read_events
    from cumbre.priors.refit_relation_case import plover_rows

    events = read_events(data)
    rows, _ = plover_rows(events)
    g = np.random.default_rng(seed)
    out: list[tuple[Case, pd.DataFrame]] = []
    days = len(events.quad)
    while len(out) < count:
        pair = int(g.integers(len(events.dyads) // 2))
        some = rows[rows["d"] // 2 == pair]
        origin = int(g.integers(RECORD, days - AHEAD))
        if len(out) % 2:
            month = (some["day"] // 30).value_counts()
            busy = month.index[month >= 2 * month.mean()]
            if not len(busy):
                continue
            origin = int(g.choice(busy)) * 30 + 30
        window = some[(some["day"] > origin - RECORD) & (some["day"] <= origin + AHEAD)]
        past = window[window["day"] <= origin]
        if origin < RECORD or origin >= days - AHEAD or len(past) < 20:
            continue
        share = min(1.0, WANTED / len(past))
        window = window[g.random(len(window)) < share]
        past, future = window[window["day"] <= origin], window[window["day"] > origin]
        if len(past) < 10:
            continue
        a, b = events.dyads[2 * pair]
        as_of = (events.first + pd.Timedelta(days=origin)).date()
        listed = tuple(
            Event(
                id=f"E{i}", date=(events.first + pd.Timedelta(days=int(r.day))).date(), source=r.src, target=r.tgt, type=r.kind,
                mode=mode_of_cameo(r.cameo), intensity=r.goldstein, summary=f"row {i}",
            )
            for i, r in enumerate(past.itertuples())
        )  # fmt: skip
        horizon = as_of + dt.timedelta(days=AHEAD)
        case = Case(
            id=f"{a}-{b}-{as_of}", title="", title_es="", as_of=as_of, horizon=horizon, languages=("en",), home=a, principals=(a, b),
            meeting=None, election=None, folder=Path(), events=listed,
        )  # fmt: skip
        out.append((case, future.assign(ahead=future["day"] - origin)))
    return out


def forecast(
    case: Case, future: pd.DataFrame, attention: float | None = None
) -> tuple[list[tuple[float, ...]], dict[str, float]]:
    """(p, y, rivals, events held) of each kind and direction; PIT of the number of events and of the last 28 days' mean intensity."""
    fitted = fit(case)
    if attention is not None:
        fitted = replace(fitted, attention=attention)
    group = simulate(case, Worlds.start(case.id, case.as_of, draws=1024, seed=7), fitted)["relation"]
    days = group["event_day"].to_numpy()
    labels = [group[f"slot_{name}"].to_numpy() for name in ("source", "target", "kind")]
    chances = []
    for source, target in (case.principals, case.principals[::-1]):
        for kind in np.unique(labels[2]):
            some = (labels[0] == source) & (labels[1] == target) & (labels[2] == kind)
            p = float((days[:, some] > 0).any(axis=1).mean())
            y = bool(((future["src"] == source) & (future["tgt"] == target) & (future["kind"].astype(str) == kind)).any())
            held = sum((e.source, e.target, str(e.type)) == (source, target, kind) for e in case.events)
            chances.append((p, float(y), *rivals(fitted, source, target, str(kind), AHEAD), held))
    total, seen = (days > 0).sum(axis=1), len(future)
    found = {"pit_total": float((total < seen).mean() + 0.5 * (total == seen).mean()), "ratio": (total.mean() + 1) / (seen + 1)}
    late = future[future["ahead"] > AHEAD - 28]["goldstein"]
    if len(late) >= 3:
        weeks = group["week_day"].to_numpy()
        level = group["index"].to_numpy()[:, 0, weeks > AHEAD - 35].mean(axis=1)
        # the level is not the mean of a few events; add their own spread
        spread = fitted.pairs[0].laws["all"].event_sd / np.sqrt(len(late))
        noisy = level + spread * np.random.default_rng(1).standard_normal(len(level))
        found |= {"pit_index": float((noisy < late.mean()).mean()), "index_error": float(abs(np.median(level) - late.mean()))}
        found["last_error"] = float(abs(fitted.pairs[0].paths["all"].mean[-1] - late.mean()))
    return chances, found


def slope(p: FloatArray, y: FloatArray) -> float:
    """Slope of the logistic regression of y on the log-odds of p; under 1 is too bold."""
    from cumbre.relation.regress import logistic

    p = np.clip(p, 0.002, 0.998)
    return float(logistic(np.c_[np.log(p / (1 - p)), np.ones(len(p))], y, ridge=1e-6)[0])


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cases", type=int, default=150)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    made = made_cases(args.data, args.cases, args.seed)
    for name, part in (("all", made), ("random origin", made[::2]), ("after a burst", made[1::2])):
        chances, rows = [], []
        for case, future in part:
            c, f = forecast(case, future)
            chances.append(c)
            rows.append(f)
        p, y, constant, ewma, held = (np.array([[v[i] for v in c] for c in chances]) for i in range(5))
        table = pd.DataFrame(rows)
        brier, base = ((p - y) ** 2).mean(), ((y.mean(axis=0) - y) ** 2).mean()
        cover = table[["pit_total", "pit_index"]].apply(lambda c: c.dropna().between(0.1, 0.9).mean())
        print(
            f"{name}: {len(part)} cases, median {np.median([len(c.events) for c, _ in part]):.0f} events; kinds Brier {brier:.4f} "
            f"(base rate {base:.4f}, own constant rate {((constant - y) ** 2).mean():.4f}, EWMA {((ewma - y) ** 2).mean():.4f}),"
            f" mean p {p.mean():.3f} against {y.mean():.3f}, slope {slope(p.ravel(), y.ravel()):.2f}; events: cover "
            f"{cover['pit_total']:.2f}, mean PIT {table['pit_total'].mean():.2f}; index: cover {cover['pit_index']:.2f}, mean PIT "
            f"{table['pit_index'].mean():.2f}, error {table['index_error'].mean():.2f} (last level {table['last_error'].mean():.2f})"
        )
        for kind in ("PROTEST", "SANCTION", "MOBILIZE", "COERCE", "ASSAULT"):
            # `forecast` goes through the kinds in order of name, once a direction
            mine = np.arange(p.shape[1]) % len(KINDS) == sorted(KINDS).index(kind)
            none = held[:, mine] == 0
            print(
                f"    {kind}: Brier {((p - y)[:, mine] ** 2).mean():.4f}; none in the record ({none.sum()} directions): "
                f"mean p {p[:, mine][none].mean():.3f} against {y[:, mine][none].mean():.3f}"
            )


if __name__ == "__main__":
    main()
