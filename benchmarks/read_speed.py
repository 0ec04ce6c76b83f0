"""Speed of the event coder: text in, events out, on one core.

    python benchmarks/read_speed.py

Sentences are those of tests/read, mixed and repeated; the figure is sentences a second of processor time, so that other work
on the machine does not count. Loading the tables is timed apart.
"""

from __future__ import annotations

import json
import statistics
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    start = time.process_time()
    from cumbre.read import code_text

    imported = time.process_time() - start
    start = time.process_time()
    code_text("Chile met Peru.", "en")
    code_text("Chile se reunió con Perú.", "es")
    tables = time.process_time() - start
    rows = [
        json.loads(line)
        for path in sorted((ROOT / "tests/read").glob("sentences_*.jsonl"))
        for line in path.open(encoding="utf-8")
    ]
    texts = {lang: "\n\n".join(r["text"] for r in rows if r["lang"] == lang) for lang in ("en", "es")}
    rates = []
    for _ in range(7):
        start = time.process_time()
        events = sum(len(code_text(texts[lang], lang)) for lang in texts)
        rates.append(len(rows) / (time.process_time() - start))
    print(f"import {imported:.2f} s, tables {tables:.2f} s, {len(rows)} sentences, {events} events")
    print(f"sentences a second: median {statistics.median(rates):.0f}, lowest {min(rates):.0f}, highest {max(rates):.0f}")


if __name__ == "__main__":
    main()
