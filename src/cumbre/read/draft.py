"""A case folder started from documents: the way in for a new user.

Written are: sources, actors and events found (each with its quote reference), and for each principal the sentences that state a
want, a demand, a refusal or an offer, laid as comments beside empty low / mode / high positions. What nobody but a person can
judge stays open and is listed. The folder passes `cumbre check` from the first minute.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cumbre.errors import CaseError
from cumbre.read.dedup import merge
from cumbre.read.documents import Document, ProposedEvent
from cumbre.read.lexicon import table
from cumbre.read.llm import Reader
from cumbre.read.reading import read
from cumbre.read.review import event_row, propose, source_row
from cumbre.read.tags import tags
from cumbre.read.tokens import sentences
from cumbre.record import check, load, scaffold

__all__ = ["Draft", "draft", "evidence"]

SURE = 0.6
"""Least confidence of an event that a draft writes; the others are listed for review only."""

_WANTS = {
    "demand": (
        r"demand(?:s|ed|ing)?|insist(?:s|ed)?|call(?:s|ed)? (?:on|for)|urg(?:es?|ed)|ask(?:s|ed)?|exig(?:e|en|ió|ieron)|"
        r"reclam(?:a|ó|an)|pid(?:e|ió|en|ieron)|inst(?:a|ó)|solicit(?:a|ó)"
    ),
    "refusal": (
        r"refus(?:es?|ed|ing)|reject(?:s|ed)?|will not|won['’]t|rule[sd]? out|den(?:y|ies|ied)|rechaz(?:a|ó|an|aron)|se neg[óa]|"
        r"descart(?:a|ó)|no acept\w+|se opone"
    ),
    "offer": (
        r"offer(?:s|ed)?|pledg(?:es?|ed)|promis(?:es?|ed)|agree[sd]?|willing(?:ness)?|ready to|propos(?:es?|ed)|suggest(?:s|ed)?"
        r"|ofrec(?:e|ió)|prometi[óe]|acept(?:a|ó)|dispuest[oa]s?|propuso|se comprometi[óe]"
    ),
    "want": (
        r"want(?:s|ed)?|seek(?:s|ing)?|looking (?:for|to)|hop(?:es?|ed|ing)|expect(?:s|ed)?|would like|aim(?:s|ed)?|priorit\w+|"
        r"quiere[n]?|busca[n]?|espera[n]?|aspira|pretende|prioridad\w*"
    ),
}  # fmt: skip
_STANCES = {name: re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE) for name, pattern in _WANTS.items()}
_KIND_OF = {
    "GOV": "government", "MIL": "military", "COP": "agency", "SPY": "agency", "JUD": "court", "LEG": "legislature", "PTY": "party",
    "OPP": "party",
    "REB": "armed_group", "CRM": "armed_group", "CVL": "public", "BUS": "business", "NGO": "organisation", "IGO": "organisation",
    "MED": "organisation", "REL": "organisation", "ELI": "person",
}  # fmt: skip
_WORDS = {
    "GOV": "Government", "MIL": "Armed forces", "COP": "Police", "SPY": "Intelligence services", "JUD": "Courts", "LEG": "Legislature",
    "PTY": "Parties", "OPP": "Opposition", "REB": "Armed opposition groups", "CRM": "Criminal groups", "CVL": "Public", "BUS": "Business",
    "NGO": "Non-governmental organisations", "IGO": "Organisation", "MED": "Media", "REL": "Religious bodies",
    "ELI": "Former office holders",
}  # fmt: skip


@dataclass(frozen=True)
class Draft:
    """What `draft` wrote: the folder, counts, what remains open, and a summary for the screen."""

    folder: Path
    actors: int
    events: int
    open_points: tuple[str, ...]
    summary: str


@dataclass(frozen=True)
class Evidence:
    """A sentence that states what a side wants: `text[start:end]` of a document."""

    country: str
    stance: str
    quote: str
    document: str
    start: int
    end: int
    issues: tuple[str, ...]


def _names() -> dict[str, tuple[str, str]]:
    return {row["code"]: (row["names_en"].split("|")[0], row["names_es"].split("|")[0]) for row in table("countries.csv")}


def evidence(documents: Iterable[Document], countries: Iterable[str]) -> list[Evidence]:
    """Sentences in which a country, its capital, people or office holders stand beside a word of wanting, asking, refusing, offering."""
    from cumbre.read.actors import actor_index
    from cumbre.read.lexicon import lexicon
    from cumbre.read.mentions import Context, find_mentions
    from cumbre.read.tokens import tokenize

    wanted = set(countries)
    found = []
    for document in documents:
        context = Context(document.date)
        for piece in sentences(document.text):
            stances = [name for name, pattern in _STANCES.items() if pattern.search(piece.text)]
            if not stances:
                continue
            tokens = tokenize(piece.text, piece.start)
            subjects = [
                m
                for m in find_mentions(tokens, actor_index(), lexicon(document.lang), context)
                if m.code in wanted and m.kind != "place"
            ]
            lead = next((m for m in subjects if not m.prep), None)
            if lead is not None and lead.code is not None:
                found.append(
                    Evidence(
                        lead.code, stances[0], piece.text, document.id, piece.start, piece.end, tags(piece.text, document.lang)
                    )
                )
    return found


def _principals(events: list[ProposedEvent]) -> tuple[str, ...]:
    """The two countries between which most events lie."""
    states = {row["code"] for row in table("countries.csv")}
    pairs: Counter[tuple[str, ...]] = Counter()
    single: Counter[str] = Counter()
    for event in events:
        codes = sorted({a[:3] for a in (event.source, event.target) if a and a[:3] in states})
        single.update(codes)
        if len(codes) == 2:
            pairs[tuple(codes)] += 1 + len(event.reports)
    if pairs:
        return max(pairs, key=lambda pair: (pairs[pair], pair))
    return tuple(code for code, _ in single.most_common(2))


def _csv(columns: list[str], rows: Iterable[dict[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({c: row.get(c, "") for c in columns})
    return out.getvalue()


def _fill(path: Path, rows: list[dict[str, str]], comments: Iterable[str] = ()) -> None:
    """Put rows under the header of a scaffolded table; its comments stay."""
    lines = path.read_text(encoding="utf-8").splitlines()
    at = next(i for i, line in enumerate(lines) if line.strip() and not line.startswith("#"))
    columns = [c.strip() for c in next(csv.reader([lines[at]]))]
    body = _csv(columns, rows)
    notes = [f"# {' '.join(c.split())}" for c in comments]
    path.write_text("\n".join([*lines[:at], body.rstrip("\n"), *notes]) + "\n", encoding="utf-8")


def _actor_rows(events: list[ProposedEvent], principals: tuple[str, ...], sources: str) -> list[dict[str, str]]:
    names = _names()
    seen: Counter[str] = Counter(a for e in events for a in (e.source, e.target, *e.also_sources, *e.also_targets) if a)
    rows: dict[str, dict[str, str]] = {}
    for code in dict.fromkeys([*principals, *(a[:3] for a, _ in seen.most_common())]):
        if code in names:
            rows[code] = {
                "id": code, "name": names[code][0], "name_es": names[code][1], "kind": "state", "country": code, "side": code,
                "source_id": sources,
                "basis": "principal" if code in principals else "named in the documents",
            }  # fmt: skip
    for actor, _ in seen.most_common():
        code, sector = actor[:3], actor[4:]
        known = code in names
        identifier = f"{code}_{sector}"
        name = f"{_WORDS.get(sector, sector)} of {names[code][0]}" if known else f"{_WORDS.get(sector, sector)} {code}"
        rows[identifier] = {
            "id": identifier, "name": name, "kind": _KIND_OF.get(sector, "other"), "country": code if known else "",
            "side": code if known and code in rows else identifier,
            "source_id": sources, "basis": "found by the coder",
        }  # fmt: skip
    return list(rows.values())


def _evidence_comments(found: list[Evidence], country: str) -> list[str]:
    lines = []
    for item in [e for e in found if e.country == country][:40]:
        about = ", ".join(item.issues) or "no tag"
        lines.append(f'{country}, {item.stance}, {about}: "{item.quote}" ({item.document}:{item.start}-{item.end})')
        lines.append(f"{country},ISSUE,LOW,MODE,HIGH,SALIENCE,CAPABILITY,,s{item.document[1:]},")
    return lines


def draft(
    name: str,
    sources: Iterable[str | Path] | str | Path,
    folder: Path | None = None,
    *,
    lang: str | None = None,
    date: dt.date | None = None,
    llm: str | None = None,
) -> Draft:
    """Start a case folder from documents; returns what was written and what is open.

    `name` names the case and its folder (inside `folder`, if that is given; a path is allowed). Nothing that an endpoint (`llm`)
    proposes is written into events.csv: it stands in `proposals.jsonl` with its quotes, to be read and decided.

    Raises UsageError where the folder exists, InputError where a source cannot be read.
    """
    import json

    reader = Reader(llm) if llm else None
    documents = read(sources, lang=lang, date=date, llm=reader)
    dates = [d.date for d in documents if d.date is not None]
    today = max(dates) if dates else dt.date.today()
    target = (folder / name) if folder is not None else Path(name)
    own = merge(e for d in documents for e in d.events if e.coder == "rules")
    principals = _principals(own)
    path = scaffold(target, today)
    open_points = []
    if len(principals) < 2:
        open_points.append("case.toml, principals: the documents do not name two governments that deal with each other; set them")
        principals = (
            (*principals, *("AAA", "BBB"))[:2] if not principals else (*principals, "BBB" if principals[0] != "BBB" else "AAA")
        )
    home = next((p for p in principals if p != "USA"), principals[0])
    principals = (home, next(p for p in principals if p != home))
    names = _names()
    ids = ";".join("s" + d.id[1:] for d in documents)
    shown = [names.get(p, (p, p)) for p in principals]
    text = (path / "case.toml").read_text(encoding="utf-8")
    text = re.sub(r'^title = ".*"$', f'title = "{shown[0][0]} and {shown[1][0]}"', text, flags=re.MULTILINE)
    text = re.sub(r'^title_es = ".*"$', f'title_es = "{shown[0][1]} y {shown[1][1]}"', text, flags=re.MULTILINE)
    text = re.sub(r'^home = "\w+"', f'home = "{home}"', text, flags=re.MULTILINE)
    text = re.sub(r"^principals = \[[^\]]*\]", f'principals = ["{principals[0]}", "{principals[1]}"]', text, flags=re.MULTILINE)
    (path / "case.toml").write_text(text, encoding="utf-8")
    _fill(path / "sources.csv", [source_row(d) for d in documents])
    actor_rows = _actor_rows(own, principals, ids)
    for code in principals:
        if code not in names:
            actor_rows.insert(
                0,
                {
                    "id": code,
                    "name": f"Government {code}",
                    "kind": "state",
                    "country": code,
                    "side": code,
                    "basis": "to be named",
                },
            )
    _fill(path / "actors.csv", actor_rows)
    case = load(path, None)
    proposals = propose(case, documents)
    ready = [
        p for p in proposals
        if not p.missing and p.source != p.target and p.event.confidence >= SURE and p.event.coder == "rules"
        and p.date is not None and p.date <= today
    ]  # fmt: skip
    _fill(path / "events.csv", [event_row(p) for p in ready])
    rest = [p for p in proposals if p not in ready]
    lines = [json.dumps(p.as_dict(), ensure_ascii=False) for p in rest]
    (path / "proposals.jsonl").write_text("\n".join(lines) + "\n" if lines else "", encoding="utf-8")
    found = evidence(documents, principals)
    _fill(
        path / "positions.csv", [],
        ["Judge each position beside its evidence, fill the line under it, and take its comment sign away.",
        *(c for p in principals for c in _evidence_comments(found, p))],
    )  # fmt: skip
    open_points += _open(documents, own, found, principals, home, rest)
    _issues(path, own, found)
    body = "\n".join(f"- {point}" for point in open_points)
    readme = (path / "README.md").read_text(encoding="utf-8")
    (path / "README.md").write_text(f"{readme}\n## Open points\n\n{body}\n", encoding="utf-8")
    problems = check(path)
    if problems:
        raise CaseError(str(path), problems)
    said = [
        f"{path}: {len(documents)} documents, {len(actor_rows)} actors, {len(ready)} events, {len(rest)} more to decide in "
        f"proposals.jsonl, "
        f"{len(found)} sentences of evidence beside positions.csv",
        f"passes `cumbre check {path}`; open points:",
        *(f"  - {point}" for point in open_points),
    ]
    if reader is not None:
        said.append(reader.usage.summary())
        reader.close()
    return Draft(path, len(actor_rows), len(ready), tuple(open_points), "\n".join(said))


def _open(
    documents: list[Document],
    events: list[ProposedEvent],
    found: list[Evidence],
    principals: tuple[str, ...],
    home: str,
    rest: Sequence[object],
) -> list[str]:
    counts = Counter(tag for e in events for tag in e.issues)
    points = [
        f"case.toml, home: {home} is a guess; the home government is the one whose audiences and vote are forecast",
        f"case.toml, as_of: {max((d.date for d in documents if d.date), default='today')} is the date of the latest document",
        "case.toml, meeting and election: not set; add the blocks if there is a meeting or a vote",
    ]
    points += [f"sources.csv: {Path(d.name).name} shows no date; give it one" for d in documents if d.date is None]
    points += [f"sources.csv: {Path(d.name).name} names no outlet" for d in documents if not d.outlet]
    if counts:
        points.append(
            "issues.toml: tags found are "
            + ", ".join(f"{t} ({n})" for t, n in counts.most_common())
            + "; choose the issues and their scales"
        )
    for p in principals:
        points.append(
            f"positions.csv: {sum(e.country == p for e in found)} sentences of {p} wait for a judged low, mode and high"
        )
    if rest:
        points.append(
            f"proposals.jsonl: {len(rest)} events have no fitting actor or are unsure; decide and run `cumbre read ... --accept`"
        )
    points.append("audiences.csv and channels.csv: empty; who at home cares, and how it reaches the vote")
    return points


def _issues(path: Path, events: list[ProposedEvent], found: list[Evidence]) -> None:
    """Name the issues that the tags suggest as comments above the scaffold of issues.toml."""
    counts = Counter(tag for e in events for tag in e.issues)
    for item in found:
        counts.update(item.issues)
    lines = ["# Issues that the documents speak of, by tag (times named in events and evidence):"]
    lines += [f"#   {tag}: {n}" for tag, n in counts.most_common()] or ["#   none found"]
    file = path / "issues.toml"
    file.write_text("\n".join(lines) + "\n#\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
