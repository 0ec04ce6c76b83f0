"""The coder: what it codes, and what must hold for any text."""

from __future__ import annotations

import datetime as dt
import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cumbre.backtest.read import run
from cumbre.read import code_text

HERE = Path(__file__).parent
DAY = dt.date(2025, 6, 1)


def triples(text: str, lang: str | None = None, date: dt.date = DAY) -> list[tuple[str, str | None, str | None]]:
    return [(e.type, e.source, e.target) for e in code_text(text, lang, date)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Denmark recalled its ambassador from Minsk.", ("SANCTION", "DNK GOV", "BLR GOV")),
        ("Kenya's foreign minister met his Ugandan counterpart in Mombasa.", ("CONSULT", "KEN GOV", "UGA GOV")),
        ("Nigerian troops attacked Boko Haram camps.", ("ASSAULT", "NGA MIL", "NGA REB")),
        ("Sweden agreed to help Latvia.", ("AGREE", "SWE GOV", "LVA GOV")),
        ("Tokyo imposed sanctions on Myanmar.", ("SANCTION", "JPN GOV", "MMR GOV")),
        ("Lima lifted the tariffs on Chilean wine.", ("CONCEDE", "PER GOV", "CHL GOV")),
        ("Oslo sent food and medicine to Somalia.", ("AID", "NOR GOV", "SOM GOV")),
        ("Rebels in Darfur released ten Egyptian hostages.", ("RETREAT", "SDN REB", "EGY CVL")),
        ("Portugal extradited a drug lord to Brazil.", ("COOPERATE", "PRT GOV", "BRA GOV")),
        ("Vienna rejected Budapest's proposal.", ("REJECT", "AUT GOV", "HUN GOV")),
        ("Jordan threatened to cut ties with Syria.", ("THREATEN", "JOR GOV", "SYR GOV")),
        ("El canciller uruguayo se reunió con su homólogo paraguayo.", ("CONSULT", "URY GOV", "PRY GOV")),
        ("Argelia rompió relaciones diplomáticas con Marruecos.", ("SANCTION", "DZA GOV", "MAR GOV")),
        ("La policía peruana detuvo a tres ciudadanos bolivianos.", ("COERCE", "PER COP", "BOL CVL")),
        ("Cuba agradeció a México el envío de petróleo.", ("SUPPORT", "CUB GOV", "MEX GOV")),
        ("Egipto acusó a Etiopía de violar el tratado.", ("ACCUSE", "EGY GOV", "ETH GOV")),
        ("Estudiantes chilenos marcharon contra el Gobierno de Boric.", ("PROTEST", "CHL CVL", "CHL GOV")),
        ("Turquía desplegó tropas cerca de la frontera con Siria.", ("MOBILIZE", "TUR GOV", "SYR GOV")),
        ("Panamá exigió a Nicaragua la entrega del expresidente.", ("REQUEST", "PAN GOV", "NIC GOV")),
        ("El rey Felipe VI visitó Luxemburgo.", ("CONSULT", "ESP GOV", "LUX GOV")),
        ("Iceland stopped issuing visas to Danish citizens.", ("SANCTION", "ISL GOV", "DNK CVL")),
        ("Islandia dejó de expedir visados a ciudadanos daneses.", ("SANCTION", "ISL GOV", "DNK CVL")),
        ("Noruega ya no suministra gas a Letonia.", ("SANCTION", "NOR GOV", "LVA GOV")),
        ("Finlandia y Estonia llevaron a cabo maniobras conjuntas en el golfo.", ("COOPERATE", "FIN GOV", "EST GOV")),
        ("Diez soldados togoleses murieron en un ataque de la aviación ghanesa.", ("ASSAULT", "GHA MIL", "TGO MIL")),
        ("Se impusieron aranceles a Malta por parte de Chipre.", ("SANCTION", "CYP GOV", "MLT GOV")),
        ("Viena mantiene cerrada la frontera con Hungría.", ("SANCTION", "AUT GOV", "HUN GOV")),
        ("Bhutan let Nepal use its airfields.", ("CONCEDE", "BTN GOV", "NPL GOV")),
        ("Manila would not be blackmailed by Hanoi, officials said.", ("REJECT", "PHL GOV", "VNM GOV")),
        ("A Greek ceasefire with Albania took effect on Monday.", ("RETREAT", "GRC GOV", "ALB GOV")),
    ],
)
def test_one_event(text: str, expected: tuple[str, str, str]) -> None:
    found = triples(text)
    assert expected in found or (expected[0] == "CONSULT" and (expected[0], expected[2], expected[1]) in found), found
    assert len(found) == 1


@pytest.mark.parametrize(
    "text",
    [
        "The river rises in spring and floods the lower fields.",
        "If Canada imposed tariffs on Mexico, prices would rise.",
        "Will France recall its ambassador from Rabat?",
        "Ghana beat Togo 2-1 to reach the final of the Africa Cup of Nations.",
        "El banco central de Kenia atacó la inflación con otra subida.",
        "Exporters in Dakar fear that Spain will impose tariffs.",
        "The Danish soldiers stationed in Latvia play football on Sundays.",
        "Chile did not expel the Peruvian diplomat.",
        "India could attack Pakistan.",
        "Si Bolivia cortara el gas a Brasil, subirían los precios.",
        "Perú no rompió relaciones con Ecuador.",
        "Los precios del cobre cayeron en Londres.",
        "In the worst case, Italy will close its embassy in Libya.",
    ],
)
def test_nothing_happened(text: str) -> None:
    assert triples(text) == []


def test_negating_a_trigger_removes_the_event() -> None:
    assert triples("Ghana attacked Togo.") == [("ASSAULT", "GHA GOV", "TGO GOV")]
    assert triples("Ghana has never attacked Togo.") == []
    assert triples("Ghana atacó a Togo.", "es") == [("ASSAULT", "GHA GOV", "TGO GOV")]
    assert triples("Ghana nunca atacó a Togo.", "es") == []


@pytest.mark.parametrize(
    ("active", "passive"),
    [
        ("Iraq condemned Iran.", "Iran was condemned by Iraq."),
        ("Australia sanctioned Fiji.", "Fiji was sanctioned by Australia."),
        ("Chile acusó a Perú.", "Perú fue acusado por Chile."),
        ("Rusia atacó a Georgia.", "Georgia fue atacada por Rusia."),
    ],
)
def test_passive_and_active_give_the_same_dyad(active: str, passive: str) -> None:
    assert triples(active) == triples(passive)
    assert len(triples(active)) == 1


def test_a_carrier_swallows_what_it_carries() -> None:
    assert triples("Rwanda accused Burundi of attacking a village.") == [("ACCUSE", "RWA GOV", "BDI GOV")]
    assert triples("Japan refused to lift sanctions on North Korea.")[0][0] == "REJECT"
    assert [t[0] for t in triples("Kuwait amenazó con expulsar al embajador de Irán.", "es")] == ["THREATEN"]


def test_offices_are_dated() -> None:
    text = "Joe Biden met Emmanuel Macron."
    assert triples(text, date=dt.date(2023, 1, 1)) == [("CONSULT", "USA GOV", "FRA GOV")]
    assert triples(text, date=dt.date(2025, 6, 1)) == [("CONSULT", "USA ELI", "FRA GOV")]


def test_an_unknown_person_keeps_country_and_role_through_the_text() -> None:
    text = "Zambian Foreign Minister Chanda Mwamba arrived on Monday. On Tuesday, Mwamba criticised Malawi."
    assert ("ACCUSE", "ZMB GOV", "MWI GOV") in triples(text)


def test_a_missing_side_comes_from_the_article_and_says_so() -> None:
    events = code_text("Guyana accused Suriname of overfishing. Georgetown also expelled two diplomats.", "en", DAY)
    last = events[-1]
    assert (last.type, last.source, last.target) == ("SANCTION", "GUY GOV", "SUR GOV")
    assert last.inferred == ("target",)


def test_case_accents_and_curly_quotes_do_not_change_actors() -> None:
    plain = "Mexico's president met Colombia's foreign minister in Bogota."
    for other in (plain.replace("'", "’"), plain.replace("Mexico", "México").replace("Bogota", "Bogotá"), plain.upper()):
        actors = {a for _, s, t in triples(other, "en") for a in (s, t)}
        assert {a for _, s, t in triples(plain, "en") for a in (s, t)} == actors == {"MEX GOV", "COL GOV"}


def test_decomposed_text_gives_the_same_events() -> None:
    text = "El ministro de Exteriores de Túnez acusó a Níger de no cumplir el pacto."
    split = unicodedata.normalize("NFD", text)
    assert triples(split, "es") == triples(text, "es") != []
    event = code_text(split, "es", DAY)[0]
    assert split[event.start : event.end] == event.quote


def test_twice_the_same_answer_and_order_of_documents_does_not_matter() -> None:
    one, two = "Italy thanked Libya for the release of ten sailors.", "Kenia expulsó al embajador de Sudán."
    assert code_text(one, "en", DAY) == code_text(one, "en", DAY)
    first = (code_text(one, "en", DAY), code_text(two, "es", DAY))
    second = (code_text(two, "es", DAY), code_text(one, "en", DAY))
    assert first == second[::-1]


_WORDS = st.sampled_from(
    [
        "Colombia",
        "Washington",
        "Petro",
        "Trump",
        "sanctions",
        "tariffs",
        "imposed",
        "on",
        "against",
        "met",
        "with",
        "accused",
        "of",
        "attacking",
        "the",
        "and",
        ",",
        ".",
        "“",
        "”",
        "'",
        "’s",
        "–",
        "-",
        "said",
        "that",
        "que\n",
        "",
        "",
        "",
        "el",
        "la",
        "presidente",
        "de",
        "España",
        "rompió",
        "relaciones",
        "con",
        "Francia",
        "acusó",
        "a",
        "no",
        "will",
        "would",
        "fue",
        "por",
        "by",
        "U.S.",
        "EE.",
        "UU.",
        "\n\n",
        "?",
        "!",
        "5",
        "%",
        "ministro",
        "Serbia's",
        "Kosovo\n",
        "",
        "",
        "",
        "\u200f",
        "́",
        "ñ",
        "İ",
        "ß",
        "🙂",
        "\t",
        "(",
        ")",
        "…",
        "who",
        "quien",
        "cuyo",
        "anunció",
        "suspensión",
        "talks",
        "release",
        "hostages",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=400), st.lists(_WORDS, max_size=80).map(" ".join)), st.sampled_from(["en", "es", None]))
def test_every_quote_is_really_there(text: str, lang: str | None) -> None:
    for event in code_text(text, lang, DAY):
        assert text[event.start : event.end] == event.quote
        assert event.quote.strip() == event.quote != ""
        for span in (event.trigger, event.source_span, event.target_span):
            assert span is None or event.start <= span[0] < span[1] <= event.end
        assert event.date_span is None or event.start <= event.date_span[0] < event.date_span[1] <= event.end
        assert 0 <= event.confidence <= 1
        assert -10 <= event.intensity <= 10


def test_scores_on_the_sentences_set_aside(tmp_path: Path) -> None:
    table = run(HERE / "sentences_held_out.jsonl", tmp_path / "out.jsonl").set_index(["part", "level"])
    assert table.loc[("all", "type"), "f1"] >= 0.80
    assert table.loc[("all", "dyad"), "f1"] >= 0.70
    assert table.loc[("all", "full"), "f1"] >= 0.60
    assert abs(table.loc[("es", "type"), "f1"] - table.loc[("en", "type"), "f1"]) <= 0.08
    assert table.loc[("all", "clean"), "precision"] >= 0.90


def test_a_grievance_names_the_wrong_and_who_did_it() -> None:
    found = triples("Guinea protested to Senegal over the arrest of ten fishermen.", "en")
    assert ("ACCUSE", "GIN GOV", "SEN GOV") in found
    assert ("COERCE", "SEN GOV", "GIN CVL") in found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Cyprus joined the bank on Monday, a move that Ankara called hostile.", ("ACCUSE", "TUR", "CYP")),
        ("Malta cerró el puerto, decisión que Roma criticó con dureza.", ("ACCUSE", "ITA", "MLT")),
        ("Oslo sanctioned the Belarusian general, whom Kyiv accuses of torture.", ("ACCUSE", "UKR", "BLR")),
        ("Fiyi dijo que el pacto con Tonga no cambiará y condenó a Samoa.", ("ACCUSE", "FJI", "WSM")),
        ("Ghana accused Togo of smuggling and took the matter to the United Nations.", ("ACCUSE", "GHA", "TGO")),
        ("Togo demandó a Benín ante la Corte Internacional de Justicia.", ("ACCUSE", "TGO", "BEN")),
    ],
)
def test_sides_across_clauses(text: str, expected: tuple[str, str, str]) -> None:
    found = [(kind, (a or "")[:3], (b or "")[:3]) for kind, a, b in triples(text)]
    assert expected in found, found


@pytest.mark.parametrize(
    "text",
    [
        "Belgian beer usually sells in Nairobi for twice the price of the local one.",
        "The road passes within sight of Chinese posts, and both armies keep thousands of men there.",
        "Tonga had committed crimes that nobody in Fiji remembers.",
    ],
)
def test_what_only_looks_like_an_act(text: str) -> None:
    assert triples(text) == []


def test_both_languages_code_the_same() -> None:
    pairs: dict[str, dict[str, set[tuple[str, str, str]]]] = {}
    for name in ("fifth", "eighth"):
        for line in (HERE / f"sentences_{name}.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            found = triples(row["text"], row["lang"], dt.date.fromisoformat(row["date"]))
            key = row["id"].removesuffix(row["lang"])
            pairs.setdefault(key, {})[row["lang"]] = {(kind, (a or "")[:3], (b or "")[:3]) for kind, a, b in found}
    assert len(pairs) == 101
    assert sum(pair["en"] == pair["es"] for pair in pairs.values()) / len(pairs) >= 0.75


def test_a_run_without_an_end_is_cut_and_stays_quick() -> None:
    text = "Colombia accused Ecuador of dumping and " * 20_000
    events = code_text(text, "en", DAY)
    assert max(len(e.quote) for e in events) <= 1200
    assert all(text[e.start : e.end] == e.quote for e in events[:50])
