"""Constructions of news prose: each sentence stands for a class that an unseen set once got wrong."""

from __future__ import annotations

import datetime as dt

import pytest

from cumbre.read import code_text

DAY = dt.date(2025, 6, 1)


def dyads(text: str, lang: str) -> set[tuple[str, str | None, str | None]]:
    return {(e.type, e.source and e.source[:3], e.target and e.target[:3]) for e in code_text(text, lang=lang, date=DAY)}


@pytest.mark.parametrize(
    ("lang", "text", "event"),
    [
        ("en", "Iran was hit with fresh sanctions by the European Union over its drone deliveries to Russia.", ("SANCTION", "EUR", "IRN")),
        ("en", "Israel's decision to recognise the region was condemned by Egypt and Turkey.", ("ACCUSE", "EGY", "ISR")),
        ("en", "Moldova accused Russia of trying to buy votes, a claim the Kremlin rejected.", ("REJECT", "RUS", "MDA")),
        ("en", "Burundi reopened its border with Rwanda, which it had shut in 2024.", ("SANCTION", "BDI", "RWA")),
        ("en", "Under an agreement signed in Doha, Kinshasa and Kigali pledged to exchange prisoners.", ("AGREE", "COD", "RWA")),
        ("en", "Rockets fired from Gaza hit a school in Sderot.", ("ASSAULT", "PSE", "ISR")),
        ("en", "Mexico will not pay for the wall, its president said.", ("REJECT", "MEX", None)),
        ("en", "Macron said Israel must let more aid into Gaza.", ("REQUEST", "FRA", "ISR")),
        ("en", "The Dominican Republic deported Haitians, drawing a rebuke from the United Nations.", ("ACCUSE", "UNO", "DOM")),
        ("en", "Peru broke relations with Mexico over its decision to grant asylum to a Peruvian minister.", ("AID", "MEX", "PER")),
        ("en", "France is withdrawing its last troops from Senegal.", ("RETREAT", "FRA", "SEN")),
        ("en", "Guatemala complained after Washington threatened the Central American nation with tariffs.", ("THREATEN", "USA", "GTM")),
        ("en", "Mali left ECOWAS in anger, accusing the bloc of serving foreign powers.", ("ACCUSE", "MLI", "WAS")),
        ("es", "Tras recibir en Lima a Gustavo Petro, el presidente Boric ofreció su mediación.", ("CONSULT", "CHL", "COL")),
        ("es", "Bogotá respondió con un arancel del 30 % a una veintena de productos ecuatorianos.", ("SANCTION", "COL", "ECU")),
        ("es", "La Unión Europea levantó las sanciones que impuso a Níger en 2023.", ("CONCEDE", "EUR", "NER")),
        ("es", "Caracas ordenó maniobras en respuesta al despliegue de Estados Unidos, que calificó de amenaza.", ("ACCUSE", "VEN", "USA")),
        ("es", "Cuatro países, entre ellos Brasil y Bolivia, reclamaron a la Argentina que suspenda el peaje.", ("REQUEST", "BRA", "ARG")),
        ("es", "Brasil envió medicinas a Venezuela, cuyo almacén quedó destruido en un bombardeo colombiano.", ("ASSAULT", "COL", "VEN")),
        ("es", "Reunido en Manila con su par australiano, el secretario filipino pidió más patrullas.", ("CONSULT", "PHL", "AUS")),
        ("es", "Quito impuso una tasa a Colombia, que respondió con la suspensión de la venta de energía.", ("SANCTION", "COL", "ECU")),
    ],
)  # fmt: skip
def test_who_did_what_to_whom(lang: str, text: str, event: tuple[str, str | None, str | None]) -> None:
    assert event in dyads(text, lang)


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Neither Lima nor Quito has confirmed a date for the call."),
        ("en", "Peru remains Chile's largest partner, buying a third of everything the country sells."),
        ("en", "Any attack on Taiwan would trigger a global recession, economists warn."),
        ("en", "Polls show that most Panamanians oppose any return of American troops."),
        ("en", "It is unlikely that Chile will attack Peru."),
        ("en", "There was no sign that Thai troops had pulled back from the temple."),
        ("en", "Heavy rain hit the north of Peru."),
        ("en", "Demand for Chilean salmon is strong in Peru."),
        ("es", "A diez días de la cumbre con la Unión Europea todavía no se sabe qué presidentes asistirán."),
        ("es", "El precio del cobre cayó por la menor demanda de Perú."),
        ("es", "Una invasión de Taiwán tendría consecuencias imprevisibles, advirtió un experto japonés."),
    ],
)
def test_what_nobody_did(lang: str, text: str) -> None:
    assert dyads(text, lang) == set()


def test_all_offices_of_a_person_answer_to_all_spellings() -> None:
    early = code_text("Abdelfatah al Sisi se reunió con Putin en Moscú.", lang="es", date=dt.date(2013, 2, 1))[0]
    later = code_text("Abdelfatá al Sisi se reunió con Putin en Moscú.", lang="es", date=dt.date(2024, 2, 1))[0]
    assert (early.source, later.source) == ("EGY MIL", "EGY GOV")
