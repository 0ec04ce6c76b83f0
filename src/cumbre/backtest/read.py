"""Backtest of the event coder: sentences in, coded events out, scored by type, dyad and full triple.

Data are JSONL files with the fields id, lang, text, date and, for scoring, events. Each sentence is coded alone. The rules of
matching: every required gold event can be hit once; alternatives are accepted; a second prediction of an event already hit, and
one that fits an optional event, are neither asked for nor punished.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from cumbre.errors import InputError

__all__ = ["matches", "run", "score"]

Triple = tuple[str, str | None, str | None]


def _side(gold: dict[str, Any], side: str, value: str | None, level: str) -> bool:
    if value is None:
        return gold[side] is None or bool(gold.get(f"{side}_may_be_null", False))
    accepted = [a for a in (gold[side], *gold.get(f"alt_{side}s", ())) if a]
    return value in accepted if level == "full" else value[:3] in {a[:3] for a in accepted}


def matches(gold: dict[str, Any], triple: Triple, level: str) -> bool:
    """Whether a prediction fits a gold event at a level: type, country or full."""
    kind, source, target = triple
    if kind != gold["type"] and kind not in gold.get("alt_types", ()):
        return False
    if level == "type":
        return True
    straight = _side(gold, "source", source, level) and _side(gold, "target", target, level)
    return straight or (
        bool(gold.get("undirected")) and _side(gold, "source", target, level) and _side(gold, "target", source, level)
    )


def score(rows: Sequence[dict[str, Any]], found: dict[str, list[Triple]], level: str) -> tuple[int, int, int]:
    """Hits, false positives and misses over sentences."""
    hits = false = missed = 0
    for row in rows:
        used: set[int] = set()
        left: list[Triple] = []
        for triple in dict.fromkeys(found.get(row["id"], [])):
            gold = next(
                (i for i, g in enumerate(row["events"]) if i not in used and not g.get("optional") and matches(g, triple, level)),
                None,
            )
            if gold is None:
                left.append(triple)
            else:
                used.add(gold)
                hits += 1
        for triple in left:
            if not any((i in used or g.get("optional")) and matches(g, triple, level) for i, g in enumerate(row["events"])):
                false += 1
        missed += sum(1 for i, g in enumerate(row["events"]) if i not in used and not g.get("optional"))
    return hits, false, missed


def _rows(data: Path) -> list[dict[str, Any]]:
    files = sorted(data.glob("*.jsonl")) if data.is_dir() else [data]
    if not files:
        raise InputError(f"{data}: holds no .jsonl file; give a folder with sentences as JSON lines, or one such file")
    rows: list[dict[str, Any]] = []
    for path in files:
        for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                rows.append({"lang": None, "date": None, **row, "id": str(row["id"]), "text": str(row["text"])})
            except (ValueError, KeyError, TypeError) as error:
                raise InputError(f"{path.name} line {n}: {error}; each line needs an object with id, lang, text, date") from error
    return rows


def _day(value: Any) -> dt.date | None:
    try:
        return dt.date.fromisoformat(str(value)[:10]) if value else None
    except ValueError:
        return None


def _table(rows: list[dict[str, Any]], found: dict[str, list[Triple]]) -> pd.DataFrame:
    lines = []
    for part in ("all", *sorted({str(r["lang"]) for r in rows})):
        chosen = [r for r in rows if part == "all" or r["lang"] == part]
        for level, name in (("type", "type"), ("country", "dyad"), ("full", "full")):
            hits, false, missed = score(chosen, found, level)
            precision, recall = hits / max(1, hits + false), hits / max(1, hits + missed)
            lines.append(
                {
                    "part": part, "level": name, "sentences": len(chosen), "precision": precision, "recall": recall,
                    "f1": 2 * precision * recall / max(1e-9, precision + recall), "hits": hits, "false": false, "missed": missed,
                }
            )  # fmt: skip
    bare = [r for r in rows if all(e.get("optional") for e in r["events"])]
    clean = sum(score([r], found, "type")[1] == 0 for r in bare)
    if bare:
        lines.append({"part": "all", "level": "clean", "sentences": len(bare), "precision": clean / len(bare), "hits": clean})
    return pd.DataFrame(lines)


def run(data: Path, out: Path, *, refit: str | None = None, progress: Callable[[float, str], None] | None = None) -> pd.DataFrame:
    """Code every sentence of `data`, write `{id, events: [...]}` lines to `out`, return the scores.

    `refit` changes nothing: no number of the coder is learned from such data.
    """
    from cumbre.read import code_text

    rows = _rows(Path(data))
    found: dict[str, list[Triple]] = {}
    lines = []
    for k, row in enumerate(rows):
        lang = row["lang"] if row["lang"] in ("en", "es") else None
        events = code_text(row["text"], lang, _day(row["date"]))
        found[row["id"]] = [(e.type, e.source, e.target) for e in events]
        keys = ("type", "source", "target", "mode", "quote", "start", "end")
        lines.append(
            json.dumps({"id": row["id"], "events": [{k: getattr(e, k) for k in keys} for e in events]}, ensure_ascii=False)
        )
        if progress is not None and k % 50 == 0:
            progress(k / len(rows), f"{k} of {len(rows)} sentences")
    Path(out).write_text("\n".join(lines) + "\n" if lines else "", encoding="utf-8")
    if progress is not None:
        progress(1.0, f"{len(rows)} sentences")
    scored = [r for r in rows if isinstance(r.get("events"), list)]
    return _table(scored, found) if scored else pd.DataFrame([{"part": "all", "level": "coded", "sentences": len(rows)}])
