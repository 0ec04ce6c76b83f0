"""Who is who: states, capitals, demonyms, dated office holders, organisations, armed groups, role nouns, places.

Look-up is by folded tokens, longest match first. People carry the dates of their office: inside them they act for their office,
after them they are former elites (`ELI`), before them party figures (`PTY`). Users add rows with a CSV file of the columns
`names,code,sector,from,to` (names separated by `|`).
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from cumbre.errors import InputError
from cumbre.read.lexicon import table
from cumbre.read.tokens import fold, tokenize

__all__ = ["Alias", "Index", "actor_index", "office", "read_actors_csv"]


class Alias(NamedTuple):
    """One way to name an actor. `kind`: state, capital, demonym, person, group, role, place, media."""

    kind: str
    code: str
    sector: str
    row: str
    upper: bool
    capital: bool
    since: dt.date | None = None
    until: dt.date | None = None
    last: bool = False


Index = dict[str, list[tuple[tuple[str, ...], tuple[Alias, ...]]]]


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _spanish_forms(word: str) -> list[str]:
    """Masculine, feminine and plural of a Spanish demonym; only its last word changes."""
    head, _, last = word.rpartition(" ")
    lead = head + " " if head else ""
    if last.endswith("o"):
        forms = [last, last[:-1] + "a", last + "s", last[:-1] + "as"]
    elif last.endswith(("és", "án")):
        stem = last[:-2] + {"é": "e", "á": "a"}[last[-2]] + last[-1]
        forms = [last, stem + "a", stem + "es", stem + "as"]
    elif last.endswith("ón"):
        forms = [last, last[:-2] + "ona", last[:-2] + "ones", last[:-2] + "onas"]
    elif last.endswith("í"):
        forms = [last, last + "es", last + "s"]
    elif last.endswith("ol"):
        forms = [last, last + "a", last + "es", last + "as"]
    elif last.endswith(("a", "e")):
        forms = [last, last + "s"]
    else:
        forms = [last, last + "es"]
    return [lead + f for f in forms]


def _english_forms(word: str) -> list[str]:
    return (
        [word]
        if word.endswith(("s", "sh", "ch", "se", "x", "men")) or word in ("US", "U.S.", "UK", "U.K.")
        else [word, word + "s"]
    )


def office(rows: tuple[Alias, ...], date: dt.date | None) -> tuple[Alias, str]:
    """The row in force on a date, and the sector the person has on it."""
    if len(rows) == 1 and rows[0].since is None and rows[0].until is None:
        return rows[0], rows[0].sector
    if date is None:
        best = max(rows, key=lambda r: r.since or dt.date.min)
        return best, best.sector
    for row in rows:
        if (row.since is None or row.since <= date) and (row.until is None or date < row.until):
            return row, row.sector
    past = [r for r in rows if r.until is not None and r.until <= date]
    if past:
        last = max(past, key=lambda r: r.until or dt.date.min)
        # Those who never held an office of state (party figures, legislators) do not become a former elite.
        return last, "ELI" if last.sector in ("GOV", "LEG", "MIL") else last.sector
    return rows[0], "PTY" if rows[0].sector in ("GOV", "LEG") else rows[0].sector


def _rows() -> Iterable[tuple[str, Alias]]:
    for n, row in enumerate(table("countries.csv"), 2):
        code, where = row["code"], f"countries.csv:{n}"
        for name in (row["names_en"] + "|" + row["names_es"]).split("|"):
            yield name, Alias("state", code, "GOV", where, name.replace(".", "").isupper(), True)
        for name in row["capitals"].split("|"):
            yield name, Alias("capital", code, "GOV", where, False, True)
        for name in filter(None, row["demonyms_en"].split("|")):
            for form in _english_forms(name):
                yield form, Alias("demonym", code, "GOV", where, name.replace(".", "").isupper(), True)
        for name in filter(None, row["demonyms_es"].split("|")):
            for form in _spanish_forms(name):
                yield form, Alias("demonym_es", code, "GOV", where, False, False)
    for n, row in enumerate(table("groups.csv"), 2):
        kind = "media" if row["code"] == "MED" else "group"
        for name in row["names"].split("|"):
            lower = name[:1].islower()
            yield name, Alias(kind, row["code"], row["sector"], f"groups.csv:{n}", name.isupper() and len(name) < 8, not lower)
    spellings: dict[tuple[str, str], dict[str, None]] = {}
    for row in table("people.csv"):
        spellings.setdefault((row["names"].split("|")[0], row["code"]), {}).update(dict.fromkeys(row["names"].split("|")))
    for n, row in enumerate(table("people.csv"), 2):
        # All offices of a person answer to all spellings of the name, in whichever row they stand.
        for name in spellings[row["names"].split("|")[0], row["code"]]:
            yield (
                name,
                Alias(
                    "person",
                    row["code"],
                    row["sector"],
                    f"people.csv:{n}",
                    False,
                    name[:1].isupper(),
                    _day(row["from"]),
                    _day(row["to"]),
                ),
            )
    for n, row in enumerate(table("roles.csv"), 2):
        for name in row["words"].split("|"):
            yield name, Alias("role", "", row["sector"], f"roles.csv:{n}:{row['lang']}", False, False)
    for n, row in enumerate(table("places.csv"), 2):
        for name in row["places"].split("|"):
            yield name, Alias("place", row["code"], "CVL", f"places.csv:{n}", False, True)


_ORDER = {"person": 0, "group": 1, "state": 2, "capital": 3, "demonym": 4, "demonym_es": 5, "place": 6, "role": 7, "media": 8}


def _build(rows: Iterable[tuple[str, Alias]]) -> Index:
    names: dict[tuple[str, ...], list[Alias]] = {}
    for name, alias in rows:
        if not name or "(" in name:
            continue
        parts = tokenize(name)
        keys = tuple(t.key for t in parts)
        if keys:
            # "el alto" is not El Alto: where the table writes the last word with a capital, so must the text.
            alias = alias._replace(last=alias.capital and len(keys) > 1 and parts[-1].text[:1].isupper())
            names.setdefault(keys, []).append(alias)
    index: Index = {}
    for keys, aliases in names.items():
        index.setdefault(keys[0], []).append((keys[1:], tuple(sorted(aliases, key=lambda a: _ORDER[a.kind]))))
    for entries in index.values():
        entries.sort(key=lambda e: -len(e[0]))
    return index


def read_actors_csv(path: Path) -> list[tuple[str, Alias]]:
    """Extra actors of a user: columns names, code, sector, from, to; the last two may be missing or empty."""
    try:
        rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read as UTF-8 text ({error}); save it as CSV in UTF-8") from error
    if not rows or not {"names", "code", "sector"} <= set(rows[0]):
        raise InputError(f"{path} line 1: needs the columns names, code, sector (and from, to); add the header line")
    found = []
    for n, row in enumerate(rows, 2):
        code, sector = (row["code"] or "").strip(), (row["sector"] or "").strip()
        if len(code) != 3 or len(sector) != 3 or not (code + sector).isupper():
            raise InputError(
                f"{path} line {n}: code {code!r} and sector {sector!r} must be three capital letters each, such as COL and GOV"
            )
        try:
            since, until = _day((row.get("from") or "").strip()), _day((row.get("to") or "").strip())
        except ValueError as error:
            raise InputError(f"{path} line {n}: {error}; write dates as 2026-02-06") from error
        for name in filter(None, (part.strip() for part in row["names"].split("|"))):
            kind = "person" if since or until else "group"
            found.append((name, Alias(kind, code, sector, f"{path.name}:{n}", False, name[:1].isupper(), since, until)))
    return found


@lru_cache(maxsize=8)
def _cached(extra: tuple[tuple[str, Alias], ...]) -> Index:
    if not extra:
        return _build(_rows())
    # A user's row replaces what the tables say of the same name.
    own = {tuple(fold(t.text) for t in tokenize(name)) for name, _ in extra}
    kept = ((name, a) for name, a in _rows() if tuple(fold(t.text) for t in tokenize(name)) not in own)
    return _build([*extra, *kept])


def actor_index(extra: Iterable[tuple[str, Alias]] = ()) -> Index:
    """Aliases by the first folded token: pairs of (the other tokens, rows), longest first.

    >>> [rows[0].code for rest, rows in actor_index()["casa"] if rest == ("blanca",)]
    ['USA']
    """
    return _cached(tuple(extra))
