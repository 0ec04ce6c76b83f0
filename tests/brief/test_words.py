"""Words: catalogues agree, numbers are written as each language writes them, bare numbers are refused."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cumbre.brief.catalogue import catalogue, parse_po
from cumbre.brief.numbers import Numbers, UnsourcedNumber, rule
from cumbre.brief.words import Words, refuse_bare_numbers
from cumbre.errors import UsageError
from cumbre.record.passport import Passport

ROOM = Path(__import__("cumbre.brief").brief.__file__).parent


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_catalogues_hold_the_same_sentences_with_the_same_places() -> None:
    en, es = catalogue("en"), catalogue("es")
    assert en.keys() == es.keys()
    assert [k for k in en if places(en[k]) != places(es[k])] == []


def test_no_english_sentence_says_will_and_no_catalogue_holds_a_measured_number() -> None:
    english = [k for k, v in catalogue("en").items() if re.search(r"\b(will|won't)\b", v, re.I)]
    assert english == []
    allowed = {"80", "90", "−10", "10", "20", "19", "1", "99", "0", "30", "60"}
    for lang in ("en", "es"):
        for key, text in catalogue(lang).items():
            assert set(re.findall(r"−?\d+", text)) <= allowed, (lang, key, text)


def test_every_sentence_named_in_the_code_is_in_the_catalogues() -> None:
    known = catalogue("en")
    used = set()
    for path in [*ROOM.rglob("*.py"), *ROOM.rglob("*.j2")]:
        used |= set(
            re.findall(
                r'(?:\b[stw]|\bw\.[st]|\.text|\.html|\.raw|\brule)\("([a-z][a-z0-9_.]+\.[a-z0-9_.]+)"',
                path.read_text(encoding="utf-8"),
            )
        )
    used -= {"page.html.j2", "parts.html.j2"}
    assert len(used) > 150
    assert sorted(used - known.keys()) == []


@pytest.mark.parametrize(
    ("p", "en", "es"),
    [(0.55, "11 in 20", "11 de cada 20"), (0.0, "under 1 in 20", "menos de 1 de cada 20"), (0.99, "over 19 in 20", "más de 19 de cada 20"),
     (0.05, "1 in 20", "1 de cada 20")],
)  # fmt: skip
def test_a_chance_is_said_in_twentieths(p: float, en: str, es: str) -> None:
    assert (Words("en").chance(p), Words("es").chance(p)) == (en, es)


@given(st.floats(0, 1))
def test_no_chance_between_the_ends_is_said_to_be_sure(p: float) -> None:
    said = Words("en").chance(p)
    assert said not in ("0 in 20", "20 in 20")


def test_numbers_and_dates_in_both_languages() -> None:
    numbers = Numbers()
    share = numbers.recorded("x", 40.94, "per cent", rule("rule.home.share"), form="percent", digits=1)
    move = numbers.recorded("y", -0.31, "points", rule("rule.home.share"), form="points", digits=1)
    count = numbers.recorded("z", 20000, "count", rule("rule.home.share"), form="count")
    en, es = Words("en"), Words("es")
    assert (en.number(share), es.number(share)) == ("40.9\u00a0%", "40,9\u00a0%")
    assert (en.number(move), es.number(move)) == ("−0.3 pts", "−0,3 pts")
    assert (en.number(count), es.number(count)) == ("20,000", "20.000")
    assert (en.date(dt.date(2026, 2, 6)), es.date(dt.date(2026, 2, 6))) == ("6 February 2026", "6 de febrero de 2026")


def test_lists_end_as_the_language_wants() -> None:
    assert Words("en").join(["a", "b", "c"]) == "a, b and c"
    assert Words("es").join(["a", "Irán"]) == "a e Irán"
    assert Words("es").join(["a", "hierro"]) == "a y hierro"


def test_a_chance_in_a_sentence_carries_its_range_and_leads_to_its_passport() -> None:
    numbers = Numbers()
    p = numbers.chance("brief.p", [True] * 600 + [False] * 400, rule("rule.table.full", day=dt.date(2026, 8, 7)))
    said = Words("en").html("table.deal_plain", deal=p)
    assert "12 in 20" in said
    assert "58 to 62" in said
    assert 'href="#p-brief.p"' in said


def test_bare_numbers_are_refused_in_sentences_and_in_templates() -> None:
    with pytest.raises(UnsourcedNumber, match=r"headline.table.*without a passport"):
        Words("en").text("headline.table", deal=0.5)
    with pytest.raises(UnsourcedNumber, match="without a passport"):
        refuse_bare_numbers(12.5)
    assert refuse_bare_numbers("12 pages") == "12 pages"


def test_words_of_the_case_are_escaped() -> None:
    said = Words("en").html("ballot.voters_of", name="<b>Ana & Co</b>")
    assert str(said) == "voters of &lt;b&gt;Ana &amp; Co&lt;/b&gt;"


def test_bad_input_says_what_to_do() -> None:
    with pytest.raises(UsageError, match="--lang is 'fr'; the brief is written in en and es"):
        catalogue("fr")
    with pytest.raises(UsageError, match="line 2: neither a comment"):
        parse_po('msgid "a"\nmsgstr one')
    with pytest.raises(UsageError, match="defined twice"):
        parse_po('msgid "a"\nmsgstr "x"\nmsgid "a"\nmsgstr "y"\n')
    with pytest.raises(UsageError, match=r"no sentence 'nothing\.here'"):
        Words("en").text("nothing.here")


def test_too_few_worlds_are_not_turned_into_a_number() -> None:
    numbers = Numbers()
    few = numbers.chance("brief.few", [True] * 60 + [False] * 60, rule("rule.table.full", day=dt.date(2026, 8, 7)))
    assert Words("en").number(few) == "too few worlds to say"
    assert Words("es").cell(few).endswith(">muy pocos mundos para decirlo</span>")


def test_a_figure_needs_a_rule_and_one_id_holds_one_number() -> None:
    numbers = Numbers()
    with pytest.raises(UnsourcedNumber, match="no rule says where this number comes from"):
        numbers.add(Passport("a", 1.0, "x", "judged", ""), "number")
    numbers.recorded("b", 1.0, "x", rule("rule.home.share"))
    with pytest.raises(UnsourcedNumber, match="give the two numbers two ids"):
        numbers.recorded("b", 2.0, "x", rule("rule.home.share"))


def test_the_range_of_a_chance_spans_assumptions_but_not_their_noise() -> None:
    import numpy as np

    rng = np.random.default_rng(1)
    truth = rng.random(20_000) < 0.5
    noise = [rng.choice(20_000, 4000, replace=False) for _ in range(20)]
    numbers = Numbers()
    calm = numbers.chance("calm", truth, rule("rule.ballot.decided"), within=noise)
    assert calm.high - calm.low < 0.02
    moved = numbers.chance("moved", truth, rule("rule.ballot.decided"), within=[np.flatnonzero(truth)[:4000], *noise])
    assert moved.high > 0.95
