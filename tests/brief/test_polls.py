"""The poll of polls in section 5: what each poll weighs and moves, how each house leans."""

from __future__ import annotations

import re

import pytest

from cumbre import ballot, brief
from cumbre.brief.facts.polls import poll_table
from cumbre.brief.facts.study import Study
from cumbre.brief.report import build
from cumbre.record import load
from cumbre.worlds import Worlds


@pytest.fixture(scope="module")
def study() -> Study:
    case = load("washington-2026")
    fitted = ballot.fit(case)
    worlds = ballot.simulate(case, Worlds.start(case.id, case.as_of, draws=512, seed=1), fitted)
    return brief.open_study(case, worlds, {"ballot": fitted})


def test_weights_leans_and_moves_are_those_of_the_stage(study: Study) -> None:
    found = poll_table(study)
    assert found is not None
    polls, houses, moved = (study.readout("ballot", n) for n in ("polls", "houses", "moved"))
    assert polls is not None
    assert houses is not None
    assert moved is not None
    assert sum(r.weight.value for r in found.rows) == pytest.approx(100, abs=1)
    assert {r.pollster for r in found.rows} <= {h.name for h in found.houses}
    last = found.rows[-1]
    own = moved[(moved["pollster"] == last.pollster) & (moved["candidate"] == found.people[0])]["moved"]
    assert any(last.moved.value == pytest.approx(v, abs=1e-4) for v in own)
    for house in found.houses:
        mine = houses[houses["pollster"] == house.name].set_index("candidate")
        for who, lean in zip(found.people, house.leans, strict=True):
            assert lean is not None
            assert lean.value == pytest.approx(mine.loc[who, "effect"], abs=1e-3)
            assert lean.high - lean.low == pytest.approx(2 * 1.2816 * mine.loc[who, "sd"], abs=0.01)


def test_both_tables_stand_in_the_section_in_both_languages(study: Study) -> None:
    built = build(study.case, study.worlds, study.fitted, study=study, beside=False)
    for page in built.pages.values():
        part = page[page.index('<section id="ballot"') : page.index('<section id="why"')]
        for id_ in ("poll-weights", "houses"):
            sheet = part[part.index(f'id="{id_}"') :]
            rows = sheet[sheet.index("<tbody>") : sheet.index("</tbody>")].count("<tr>")
            assert rows >= 5
        assert 'href="calibration' not in page, "no page is written beside this one"
        assert not re.search(r"<td[^>]*>\s*nan", part)
