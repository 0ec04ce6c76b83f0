"""Importers: hand-made rows in the layouts of the archives, good and bad."""

from __future__ import annotations

import csv
import gzip
import zipfile
from pathlib import Path

import pytest

from cumbre.errors import InputError, UsageError
from cumbre.record.importers import import_events
from cumbre.record.importers.cameo import QUAD_OF, kind_of_cameo, mode_of_cameo
from cumbre.record.importers.countries import country_code
from cumbre.record.schema import Event, Kind


def gdelt_line(number: int, day: str, source: str, target: str, code: str, goldstein: str = "-5", articles: str = "1") -> str:
    cell = [""] * 61
    cell[0], cell[1], cell[6], cell[7], cell[16], cell[17] = (
        str(number),
        day,
        f"GOV OF {source}",
        source,
        f"GOV OF {target}",
        target,
    )
    cell[26], cell[30], cell[33], cell[60] = code, goldstein, articles, "https://example.org/a"
    return "\t".join(cell)


ICEWS_HEADER = [
    "Event ID", "Event Date", "Source Name", "Source Sectors", "Source Country", "Event Text", "CAMEO Code", "Intensity", "Target Name",
    "Target Sectors", "Target Country", "Story ID", "Sentence Number", "Publisher",
]  # fmt: skip


def icews_line(number: int, day: str, source: str, target: str, code: str, intensity: str = "1.0") -> str:
    cells = [
        str(number),
        day,
        "Ministry",
        "Government",
        source,
        "Consult",
        code,
        intensity,
        "Embassy",
        "Government",
        target,
        "9",
        "1",
        "Paper",
    ]
    return "\t".join(cells)


def events_of(path: Path) -> list[Event]:
    """The written table, checked row by row against the schema of a case."""
    with path.open(encoding="utf-8", newline="") as stream:
        return [Event(**row) for row in csv.DictReader(stream)]


def rejects_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_gdelt_rows_become_events(tmp_path: Path) -> None:
    lines = [
        gdelt_line(1, "20260103", "USA", "COL", "130", "-4.4", "3"), gdelt_line(2, "20260103", "USA", "COL", "131", "-5.8", "8"),
        gdelt_line(3, "20260104", "ROM", "COL", "0841", "7"), gdelt_line(4, "20260104", "COL", "COL", "190", "-10"),
        gdelt_line(5, "20260104", "EUR", "COL", "042", "1.9"), gdelt_line(6, "20260104", "USA", "COL", "010", "0"),
        gdelt_line(7, "2026-99-04", "USA", "COL", "042", "1"), gdelt_line(8, "20260105", "USA", "COL", "042", "31"), "short\tline",
    ]  # fmt: skip
    source = tmp_path / "20260105.export.CSV"
    source.write_text("\n".join(lines) + "\n", encoding="utf-8")
    report = import_events("gdelt", [source], tmp_path / "events.csv")
    events = events_of(report.out)
    assert [(e.source, e.target, e.type, e.mode) for e in events] == [
        ("USA", "COL", Kind.THREATEN, "verbal"), ("ROU", "COL", Kind.RETREAT, "material"),
    ]  # fmt: skip
    assert events[0].intensity == -5.8, "the telling with more reports stands"
    assert "11 reports" in events[0].summary
    assert (report.read, report.written, report.merged, report.rejected) == (9, 2, 1, 6)
    assert report.rejects is not None
    bad = {int(row["line"]): row["reason"] for row in rejects_of(report.rejects)}
    assert set(bad) == {4, 5, 6, 7, 8, 9}
    assert "within one country" in bad[4]
    assert "'EUR' is not a country" in bad[5]
    assert "no PLOVER kind" in bad[6]
    assert "date" in bad[7]
    assert "off the scale" in bad[8]
    assert "2 fields" in bad[9]
    assert sum(report.reasons.values()) == 6


@pytest.mark.parametrize("form", ["plain", "gz", "zip"])
def test_archives_are_opened(tmp_path: Path, form: str) -> None:
    text = gdelt_line(1, "20260103", "USA", "COL", "042", "1.9") + "\n"
    path = tmp_path / {"plain": "a.csv", "gz": "a.csv.gz", "zip": "a.zip"}[form]
    if form == "plain":
        path.write_text(text, encoding="utf-8")
    elif form == "gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("inside.csv", text)
    report = import_events("gdelt", [path], tmp_path / "events.csv")
    assert report.written == 1
    assert report.rejects is None
    assert not (tmp_path / "events.rejects.csv").exists()


def test_icews_names_and_bad_bytes(tmp_path: Path) -> None:
    path = tmp_path / "events.2026.tab"
    good = [
        icews_line(1, "2026-01-03", "United States", "Colombia", "040"),
        icews_line(1, "01/04/2026", "Venezuela", "Russian Federation", "190", "-10"),
    ]
    bad = [
        icews_line(2, "2026-01-03", "", "Colombia", "040"),
        icews_line(3, "2026-01-03", "Atlantis", "Colombia", "040"),
        "one\ttwo",
    ]
    text = (
        "\n".join(["\t".join(ICEWS_HEADER), *good, *bad]).encode()
        + b"\n"
        + icews_line(4, "2026-01-05", "Per\xfa", "Colombia", "040").encode("latin-1")
    )
    path.write_bytes(text + b"\n")
    report = import_events("icews", [path], tmp_path / "out.csv", rejects=tmp_path / "bad.csv")
    assert [(e.source, e.target, str(e.type)) for e in events_of(report.out)] == [
        ("USA", "COL", "CONSULT"),
        ("VEN", "RUS", "ASSAULT"),
    ]
    reasons = [row["reason"] for row in rejects_of(tmp_path / "bad.csv")]
    assert [r.split(" ")[0] for r in reasons] == ["source", "source", "2", "not"]


def test_a_quotation_mark_does_not_swallow_lines(tmp_path: Path) -> None:
    path = tmp_path / "quotes.tab"
    rows = [icews_line(i, f"2026-01-0{i}", "Peru", "Chile", "040").replace("Consult", '"Consult') for i in (1, 2, 3)]
    path.write_text("\n".join(["\t".join(ICEWS_HEADER), *rows]) + "\n", encoding="utf-8")
    assert import_events("icews", [path], tmp_path / "out.csv").written == 3


def test_polecat_takes_its_own_kinds(tmp_path: Path) -> None:
    header = [
        "Event ID",
        "Event Date",
        "Event Type",
        "Event Mode",
        "Intensity",
        "Actor Name",
        "Actor Country",
        "Recipient Name",
        "Recipient Country",
    ]
    rows = [
        ["A1", "2026-01-03", "SANCTION", "withdraw", "-5.0", "Treasury", "USA", "Government", "COL;VEN"],
        ["A2", "2026-01-03", "CONSULT", "visit", "", "Minister", "Colombia", "Minister", "Ecuador"],
        ["A3", "2026-01-03", "DANCE", "", "1", "Minister", "Colombia", "Minister", "Ecuador"],
    ]
    path = tmp_path / "polecat.txt"
    path.write_text("\n".join("\t".join(r) for r in [header, *rows]) + "\n", encoding="utf-8")
    report = import_events("polecat", [path], tmp_path / "out.csv")
    found = {str(e.type): e for e in events_of(report.out)}
    assert set(found) == {"SANCTION", "CONSULT"}
    assert found["SANCTION"].target == "COL"
    assert found["SANCTION"].mode == "material"
    assert found["CONSULT"].intensity > 0, "no intensity given: the kind's usual one"
    assert report.rejected == 1


def test_plain_csv_by_type_or_code(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(
        "date,source,target,type,cameo,mode,issue,summary\n"
        "2026-01-03,USA,Colombia,threaten,,,us_tariff,Says so\n"
        "2026-01-03,USA,Colombia,,163,verbal,us_tariff,\n"
        "2026-01-03,USA,Colombia,shout,,,,\n"
        "2026-01-03,USA,Colombia,THREATEN,,loud,,\n",
        encoding="utf-8",
    )
    report = import_events("csv", [path], tmp_path / "out.csv")
    found = events_of(report.out)
    assert {(str(e.type), e.mode, e.issue) for e in found} == {
        ("THREATEN", "verbal", "us_tariff"),
        ("SANCTION", "verbal", "us_tariff"),
    }
    assert report.rejected == 2
    assert {e.source_id for e in found} == {("csv",)}
    assert (tmp_path / "out.sources.csv").read_text(encoding="utf-8").startswith("id,outlet")


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        ("icews", "a\tb\n", "lacks the column"),
        ("csv", "date,source,target\n2026-01-01,USA,COL\n", "type or cameo"),
        ("gdelt", "", "no usable row of 0"),
        ("gdelt", "a,b,c\n", "is it a gdelt file"),
    ],
)
def test_wrong_files_are_refused(tmp_path: Path, kind: str, text: str, said: str) -> None:
    path = tmp_path / "in.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        import_events(kind, [path], tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()
    assert not list(tmp_path.glob("*.part"))


def test_unknown_kind_and_broken_zip(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="gdelt"):
        import_events("gdlet", [tmp_path / "x"], tmp_path / "out.csv")
    broken = tmp_path / "x.zip"
    broken.write_bytes(b"PK\x03\x04 not a zip")
    with pytest.raises(InputError, match="broken"):
        import_events("gdelt", [broken], tmp_path / "out.csv")


def test_progress_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(gdelt_line(1, "20260103", "USA", "COL", "042", "1.9") + "\n", encoding="utf-8")
    seen: list[float] = []
    import_events("gdelt", [path], tmp_path / "out.csv", progress=lambda share, words: seen.append(share))
    assert seen[-1] == pytest.approx(1.0)


def test_every_kind_has_a_quad_and_codes_follow_their_heads() -> None:
    assert set(QUAD_OF) == set(Kind)
    roots = {
        "02": "REQUEST",
        "031": "AGREE",
        "04": "CONSULT",
        "057": "AGREE",
        "061": "COOPERATE",
        "0871": "RETREAT",
        "112": "ACCUSE",
        "172": "SANCTION",
    }
    assert {code: str(kind_of_cameo(code)) for code in roots} == roots
    assert kind_of_cameo("") is None
    assert mode_of_cameo("111") == "verbal"
    assert country_code("Korea, South") == "KOR"
