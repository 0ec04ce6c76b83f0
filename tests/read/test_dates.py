"""Dates against a document of Thursday, 5 February 2026; sixty phrases, thirty a language."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cumbre.read.dates import event_date, find_dateline, find_dates

REFERENCE = dt.date(2026, 2, 5)

ENGLISH = [
    ("They met on Tuesday.", "2026-02-03", "day"),
    ("They met today in Geneva.", "2026-02-05", "day"),
    ("The visa was revoked yesterday.", "2026-02-04", "day"),
    ("The embassy closed last Monday.", "2026-02-02", "day"),
    ("Last Thursday the talks collapsed.", "2026-01-29", "day"),
    ("He revoked the visa in September.", "2025-09-01", "month"),
    ("The duty was raised in September 2024.", "2024-09-01", "month"),
    ("He was captured in early January.", "2026-01-01", "month"),
    ("The raid of January 3, 2026 shocked the region.", "2026-01-03", "day"),
    ("On 3 January troops landed.", "2026-01-03", "day"),
    ("The pact was signed on November 24.", "2025-11-24", "day"),
    ("The ambassador left three weeks ago.", "2026-01-12", "week"),
    ("Two days earlier the rebels attacked.", "2026-02-03", "day"),
    ("They spoke a week ago.", "2026-01-26", "week"),
    ("He was expelled five months ago.", "2025-09-01", "month"),
    ("The border was shut ten years ago.", "2016-01-01", "year"),
    ("Last week the minister resigned.", "2026-01-26", "week"),
    ("Last month he announced a tariff.", "2026-01-01", "month"),
    ("Last year they clashed often.", "2025-01-01", "year"),
    ("The suspect was extradited hours before the meeting.", "2026-02-05", "day"),
    ("In 2017 the group disarmed.", "2017-01-01", "year"),
    ("The strike hit late on Sunday night.", "2026-02-01", "day"),
    ("Protesters gathered over the weekend.", "2026-01-31", "week"),
    ("In March last year the court ruled.", "2025-03-01", "month"),
    ("Published 2026-02-03 by the ministry.", "2026-02-03", "day"),
    ("In mid-October the envoy returned.", "2025-10-11", "month"),
    ("The attack took place the previous day.", "2026-02-04", "day"),
    ("On Feb. 3 the two spoke.", "2026-02-03", "day"),
    ("The decree of 12 May 2025 was repealed.", "2025-05-12", "day"),
    ("On 02/03/2026 the deal was signed.", "2026-02-03", "day"),
    ("A ceasefire began this morning.", "2026-02-05", "day"),
]
SPANISH = [
    ("Se reunieron este martes en Washington.", "2026-02-03", "day"),
    ("El lunes rompieron relaciones.", "2026-02-02", "day"),
    ("El pasado miércoles suspendió los diálogos.", "2026-02-04", "day"),
    ("El jueves pasado expulsó al cónsul.", "2026-01-29", "day"),
    ("Hoy firmaron el pacto.", "2026-02-05", "day"),
    ("Ayer condenó el ataque.", "2026-02-04", "day"),
    ("Anoche bombardearon el puerto.", "2026-02-04", "day"),
    ("Anteayer llegó el enviado.", "2026-02-03", "day"),
    ("Le retiraron la visa en septiembre.", "2025-09-01", "month"),
    ("En septiembre de 2024 subió el arancel.", "2024-09-01", "month"),
    ("A principios de enero fue capturado.", "2026-01-01", "month"),
    ("A mediados de octubre volvió el embajador.", "2025-10-11", "month"),
    ("El 3 de febrero se vieron en la Casa Blanca.", "2026-02-03", "day"),
    ("El pasado 3 de enero entraron las tropas.", "2026-01-03", "day"),
    ("El 24 de noviembre de 2016 firmaron la paz.", "2016-11-24", "day"),
    ("Hace tres semanas anunció el gravamen.", "2026-01-12", "week"),
    ("Hace una semana hablaron por teléfono.", "2026-01-26", "week"),
    ("Hace dos días detuvieron al líder.", "2026-02-03", "day"),
    ("Hace cinco meses lo sancionaron.", "2025-09-01", "month"),
    ("Hace diez años cerraron la frontera.", "2016-01-01", "year"),
    ("La semana pasada renunció la ministra.", "2026-01-26", "week"),
    ("El mes pasado prometió una tasa.", "2026-01-01", "month"),
    ("El año pasado chocaron a menudo.", "2025-01-01", "year"),
    ("Lo extraditaron horas antes del encuentro.", "2026-02-05", "day"),
    ("En 2017 dejaron las armas.", "2017-01-01", "year"),
    ("El fin de semana hubo marchas.", "2026-01-31", "week"),
    ("En marzo del año pasado falló la corte.", "2025-03-01", "month"),
    ("El 12 de mayo fue derogado el decreto.", "2025-05-12", "day"),
    ("El acta del 03/02/2026 está firmada.", "2026-02-03", "day"),
    ("La pasada semana se conoció la carta.", "2026-01-26", "week"),
    ("Un día antes había amenazado con salir.", "2026-02-04", "day"),
]
FUTURE = [
    ("They will meet on Monday.", "en", "2026-02-09", "day"),
    ("He will visit in March.", "en", "2026-03-01", "month"),
    ("The duty starts next week.", "en", "2026-02-09", "week"),
    ("Next month the envoys will return.", "en", "2026-03-01", "month"),
    ("Se verán el próximo jueves.", "es", "2026-02-12", "day"),
    ("Viajará a Lima en abril.", "es", "2026-04-01", "month"),
    ("La próxima semana se reunirán.", "es", "2026-02-09", "week"),
    ("Dentro de tres días vence el plazo.", "es", "2026-02-08", "day"),
]


def _first(text: str, lang: str, future: bool = False) -> tuple[str, str]:
    found = find_dates(text, REFERENCE, lang, future)
    assert found, text
    return found[0].first.isoformat(), found[0].granularity


@pytest.mark.parametrize(("text", "date", "granularity"), ENGLISH)
def test_english(text: str, date: str, granularity: str) -> None:
    assert _first(text, "en") == (date, granularity)


@pytest.mark.parametrize(("text", "date", "granularity"), SPANISH)
def test_spanish(text: str, date: str, granularity: str) -> None:
    assert _first(text, "es") == (date, granularity)


@pytest.mark.parametrize(("text", "lang", "date", "granularity"), FUTURE)
def test_future(text: str, lang: str, date: str, granularity: str) -> None:
    assert _first(text, lang, True) == (date, granularity)


def test_no_date_where_none_stands() -> None:
    assert find_dates("She may sign the pact, he said.", REFERENCE, "en") == []
    assert find_dates("Por la mañana hace frío.", REFERENCE, "es") == []


def test_the_phrase_of_the_clause_wins() -> None:
    text = "On Monday Peru recalled its envoy, and on Wednesday Chile followed."
    assert event_date(text, text.index("recalled"), REFERENCE, "en")[0] == dt.date(2026, 2, 2)
    assert event_date(text, text.index("followed"), REFERENCE, "en")[0] == dt.date(2026, 2, 4)


def test_dateline() -> None:
    assert find_dateline("A title\n\nBy A. Writer February 2, 2026\n\nText.", "en") == dt.date(2026, 2, 2)
    assert find_dateline("Un título\n\nBogotá, 4 de febrero de 2026.\n", "es") == dt.date(2026, 2, 4)
    assert find_dateline("No date at all.", "en") is None


@given(st.text(max_size=120), st.sampled_from(["en", "es"]), st.dates(dt.date(1950, 1, 1), dt.date(2090, 1, 1)))
def test_any_text_gives_offsets_inside_it(text: str, lang: str, day: dt.date) -> None:
    for phrase in find_dates(text, day, lang):
        assert 0 <= phrase.start < phrase.end <= len(text)
        assert phrase.first <= phrase.last
