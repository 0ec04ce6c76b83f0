"""The ballot page: polls and fan, primaries, the two rounds, where votes go, and the draws to take away."""

from __future__ import annotations

import numpy as np

from cumbre.brief.charts.canvas import Palette
from cumbre.brief.charts.chart import Chart, drawn
from cumbre.brief.facts.ballot import BallotFacts, ballot_facts
from cumbre.brief.sections.ballot import ballot_section
from cumbre.brief.sections.page import Sheet, Writer
from cumbre.record.passport import Label
from cumbre.workbench.address import State
from cumbre.workbench.drawings import draw_flow
from cumbre.workbench.engine import Engine, View
from cumbre.workbench.figures import figure
from cumbre.workbench.language import Words
from cumbre.workbench.pages import fragment
from cumbre.workbench.site import render
from cumbre.worlds import FEWEST

__all__ = ["ballot_page", "ballot_results", "runoff_flow"]

SOURCES, TARGETS = 7, 8


def ballot_page(engine: Engine, state: State) -> str:
    """The whole page."""
    body, _ = ballot_results(engine, state)
    return render("ballot.html.j2", state, page="ballot", case=engine.case(state), results=body)


def ballot_results(engine: Engine, state: State, wait: float = 0.0) -> tuple[str, bool]:
    """The election in your worlds."""
    return fragment(engine, state, "ballot", "/ballot/results", lambda view: _results(engine, view), wait)


def _results(engine: Engine, view: View) -> str:
    study = view.study()
    w = Writer(study, Words(view.state.lang))
    facts = w.ballot = ballot_facts(study)
    if facts is None:
        return render("none.html.j2", view.state, words_key="wb.ballot.none")
    section = ballot_section(w, facts)
    blocks = [block for block in section.blocks if isinstance(block, (Chart, Sheet))]
    flows = [chart for chart in (_transfer_flow(w, facts), runoff_flow(w, facts)) if chart is not None]
    key = engine.register(f"{view.key}-study", study)
    return render(
        "ballot_results.html.j2", view.state, w, section=section, blocks=blocks, flows=flows, key=key, stages=study.worlds.stages
    )


def _transfer_flow(w: Writer, facts: BallotFacts) -> Chart | None:
    """The transfer matrix: where the support of a candidate who leaves goes, thick as that support."""
    table, field = w.study.readout("ballot", "transfers"), w.study.readout("ballot", "field")
    if table is None or field is None:
        return None
    support = {
        str(row["candidate"]): float(row["support"]) for row in field.to_dict("records") if np.isfinite(float(row["support"]))
    }
    unsure = {p.id for p in facts.people if p.stands.value < 0.999}
    moving = [s for s in dict.fromkeys(str(v) for v in table["from"]) if s in support and (s in unsure or not unsure)]
    sources = sorted(moving, key=lambda s: -support[s])[:SOURCES]
    if not sources:
        return None
    amounts: dict[tuple[str, str], float] = {}
    for row in table.to_dict("records"):
        source, target = str(row["from"]), str(row["to"])
        if source in sources and target != source and float(row["share"]) > 0:
            amounts[source, target] = support[source] * float(row["share"]) / 100
    return _flow(w, facts, amounts, "transfer-flow", "transfer", ("wb.flow.from", "wb.flow.to"), "judged")


def runoff_flow(w: Writer, facts: BallotFacts) -> Chart | None:
    """First round to run-off over the worlds of the likeliest pair: how votes add up where just these two meet.

    The part of a finalist's run-off share beyond his first-round share comes from the others in proportion to what they lost; it is
    an accounting of the simulated shares, not a poll of second choices.
    """
    if not facts.pairs or not w.study.has("ballot", "share1", "share2"):
        return None
    pair = facts.pairs[0]
    ids = w.study.labels("ballot", "candidate")
    inside = w.study.array("ballot", "in_runoff") > 0
    here = inside[:, ids.index(pair.first)] & inside[:, ids.index(pair.second)]
    if here.sum() < FEWEST:
        return None
    one = np.nanmean(w.study.array("ballot", "share1")[here], axis=0)
    two = np.nanmean(w.study.array("ballot", "share2")[here], axis=0)
    finalists = (pair.first, pair.second)
    amounts: dict[tuple[str, str], float] = {}
    gains = {f: max(float(two[ids.index(f)] - one[ids.index(f)]), 0.0) for f in finalists}
    others = {c: float(one[k]) for k, c in enumerate(ids) if c not in finalists and one[k] > 0.05}
    spare, gained = sum(others.values()), sum(gains.values())
    for f in finalists:
        amounts[f, f] = float(min(one[ids.index(f)], two[ids.index(f)]))
    for c, share in others.items():
        moved = min(gained, spare) * share / spare if spare else 0.0
        for f in finalists:
            if gained:
                amounts[c, f] = moved * gains[f] / gained
        if share - moved > 0.05:
            amounts[c, "blank"] = amounts.get((c, "blank"), 0.0) + share - moved
    return _flow(w, facts, amounts, "runoff-flow", "runoff", ("wb.flow.first", "wb.flow.second"), "simulated")


def _flow(
    w: Writer, facts: BallotFacts, amounts: dict[tuple[str, str], float], id_: str, key: str, heads: tuple[str, str], label: Label
) -> Chart:
    amounts = _few(amounts, 0, SOURCES)
    amounts = _few(amounts, 1, TARGETS)
    names = {n for pair in amounts for n in pair}
    colours = {n: w.colour(n) if n not in ("other", "blank") else Palette.slate for n in names}

    def name(n: str) -> str:
        return w.s("ballot.others") if n == "other" else w.surname(n)

    canvases = drawn(
        lambda width: draw_flow(
            width, amounts, name, colours, (w.s(heads[0]), w.s(heads[1])), lambda v: w.words.decimal(v, 0 if v >= 10 else 1)
        )
    )
    rows = []
    for (source, target), amount in sorted(amounts.items(), key=lambda item: -item[1]):
        if amount >= 0.05:
            moved = figure(
                w.study,
                f"ballot.{id_}.{source}.{target}",
                amount,
                "points",
                f"wb.rule.flow.{key}",
                label=label,
                form="percent",
                digits=1,
                n=w.study.worlds.draws,
            )
            rows.append((name(source), name(target), w.n(moved)))
    named = {k: v for k, v in amounts.items() if k[0] != k[1] and "other" not in k} or amounts
    (source, target), most = max(named.items(), key=lambda item: item[1])
    said = figure(
        w.study,
        f"ballot.{id_}.{source}.{target}",
        most,
        "points",
        f"wb.rule.flow.{key}",
        label=label,
        form="percent",
        digits=1,
        n=w.study.worlds.draws,
    )
    return w.chart(
        id_,
        canvases,
        (w.s(heads[0]), w.s(heads[1]), w.s("wb.flow.points")),
        rows,
        title=w.s(f"wb.flow.{key}"),
        sentence=("wb.flow.sentence", {"source": name(source), "target": name(target), "points": said}),
        note=w.s(f"wb.flow.{key}_note"),
    )


def _few(amounts: dict[tuple[str, str], float], side: int, most: int) -> dict[tuple[str, str], float]:
    """The largest nodes of one side, the rest added up as `other`."""
    sizes: dict[str, float] = {}
    for key, amount in amounts.items():
        sizes[key[side]] = sizes.get(key[side], 0.0) + amount
    kept = set(sorted(sizes, key=lambda n: -sizes[n])[:most])
    found: dict[tuple[str, str], float] = {}
    for key, amount in amounts.items():
        name = key[side] if key[side] in kept else "other"
        new = (name, key[1]) if side == 0 else (key[0], name)
        found[new] = found.get(new, 0.0) + amount
    return found
