"""Where each fitted number of the relation comes from."""

from __future__ import annotations

import numpy as np

from cumbre import priors
from cumbre.record.case import Case
from cumbre.record.passport import Passport
from cumbre.relation.dyads import QUADS
from cumbre.relation.state import ATTENTION_SD, CODING_SD, FADE_DAYS, PARTS, PSEUDO_EVENTS, SELECTION_SD, Fitted
from cumbre.relation.turning import low_point_table, turning_point_table

__all__ = ["FEW_EVENTS", "passports"]

FEW_EVENTS = 15
"""Under this many events a pair's numbers rest mostly on the pooled ones, and the passport says so."""
POOLED = "pooled over 64 directed pairs of wire-coded events 2005-2015; a hand-coded list is more selective"


def passports(case: Case, fitted: Fitted) -> dict[str, Passport]:
    """Passports by id: state and level of each pair, turning and low points, frozen memories, judged spreads."""
    prior = priors.load("relation")["case"]
    rows: list[Passport] = [
        Passport(
            "relation.events_used", float(len(fitted.events.day)), "events", "recorded",
            "events between sides by as_of, tellings of one act collapsed", n=len(fitted.events.day),
            note=f"{fitted.events.collapsed} rows told an act again; {fitted.events.inside} rows lie within one side",
        ),
        Passport(
            "relation.density", fitted.density, "ratio", "recorded",
            "events a day of the whole record in the last 60 days over its average",
            note="a list coded around a summit is dense there because the coder looked there",
        ),
        Passport(
            "relation.attention", fitted.attention, "factor", "judged",
            f"density ** -0.35, at most 1; each world multiplies it by exp({ATTENTION_SD} z): what recent events still breed is discounted",
            low=fitted.attention * float(np.exp(-1.2816 * ATTENTION_SD)), high=fitted.attention * float(np.exp(1.2816 * ATTENTION_SD)),
            level=0.8, rests_on=("relation.density",),
        ),
        Passport(
            "relation.coding_rate", 1.0, "factor", "judged", f"events to come are coded as those before were, times exp({CODING_SD} z)",
            low=float(np.exp(-1.2816 * CODING_SD)), high=float(np.exp(1.2816 * CODING_SD)), level=0.8,
        ),
        Passport(
            "relation.pooled_weight", PSEUDO_EVENTS, "events", "judged",
            f"weight of the pooled mix of events in the level of a directed pair; own events fade with a half-life of {FADE_DAYS:g} days",
        ),
        Passport(
            "relation.selection_spread", SELECTION_SD, "index", "judged",
            "added spread of a pair's own mean: hand-coded lists choose the newsworthy"
        ),
        Passport(
            "relation.spectral_radius", float(prior["spectral_radius"]), "ratio", "estimated",
            "largest eigenvalue of the branching matrix: how much events breed events; under 1 every quarrel dies out",
            n=prior["kept"], note=POOLED,
        ),
    ]  # fmt: skip
    for q, quad in enumerate(QUADS):
        middle, spread = prior["branching_cross"][q][q], prior["branching_cross_sd"][q][q]
        rows.append(
            Passport(
                f"relation.reciprocity.{quad}", float(middle), "events per event", "estimated",
                "events of the same quad that one event draws from the other side, linear Hawkes, mirrors collapsed",
                low=max(middle - 1.2816 * spread, 0.0), high=middle + 1.2816 * spread, level=0.8, n=prior["kept"],
                note=f"worth {prior['gain_cross'][quad]:.3f} nats an event out of sample; {POOLED}",
            )
        )  # fmt: skip
    for state in fitted.pairs:
        few = f"only {len(state.events)} events: mostly the pooled level, wide bands" if len(state.events) < FEW_EVENTS else ""
        for part in PARTS:
            path = state.paths[part]
            suffix = "" if part == "all" else f".{part}"
            middle, sd = float(path.mean[-1]), float(path.sd[-1])
            rows.append(
                Passport(
                    f"relation.index.{state.name}{suffix}", middle, "index -10..10", "estimated",
                    "level of the last week: local level, variance falling in the number of events, Student t errors",
                    low=max(middle - 1.2816 * sd, -10.0), high=min(middle + 1.2816 * sd, 10.0), level=0.8, n=len(state.events), note=few,
                )
            )  # fmt: skip
        for side, (a, b) in enumerate((state.sides, state.sides[::-1])):
            mean = float((state.spec.quad_shape[side] / state.spec.quad_rate[side]).sum() * 30.4375)
            rows.append(
                Passport(
                    f"relation.rate.{a}.{b}", mean, "events a month", "estimated",
                    "long-run rate: gamma posterior from this case's events and the pooled mix; clustered events count as fewer",
                    n=int(state.counts[side].sum()), note=few, rests_on=("relation.pooled_weight", "relation.coding_rate"),
                )
            )  # fmt: skip
    for row in turning_point_table(fitted, case.as_of).to_dict("records"):
        rows.append(
            Passport(
                f"relation.turn.{row['pair']}.{row['date'].isoformat()}", float(row["p"]), "chance", "estimated",
                f"change of level between {row['low']} and {row['high']} (80 %): exact change-point posterior of weekly counts by quad",
                n=int(row["events_before"] + row["events_after"]), note=f"second method (PELT) agrees: {row['pelt'] or 'not installed'}",
            )
        )  # fmt: skip
    for row in low_point_table(fitted, case.as_of, keep=1).to_dict("records"):
        rows.append(
            Passport(
                f"relation.low_point.{row['pair']}", str(row["date"]), "date", "estimated",
                f"lowest week of the last year; 80 %: {row['low']} to {row['high']}; "
                f"chance {row['p']:.2f} that it lies between {row['from']} and {row['to']}",
            )
        )  # fmt: skip
    return {p.id: p for p in rows}
