"""Which events of a case, cited from an article, the default coder finds in that article.

    python benchmarks/read_seeds.py washington-2026 seed000=PATH seed003=PATH

An event of the case with the reference `seed003:35` is looked for on line 35 of that article (`quote_ref` of events.csv):
found = same type and both sides; type = both sides, another type; missed = neither. Sides are compared by country.
"""

from __future__ import annotations

import re
import sys
from collections import Counter

from cumbre.read import read
from cumbre.record import load


def main() -> None:
    case = load(sys.argv[1])
    documents = {name: read(path)[0] for name, path in (pair.split("=", 1) for pair in sys.argv[2:])}
    groups = {row.id: row.country for row in case.actors if row.country}
    totals: Counter[str] = Counter()
    for event in case.events:
        references = [
            (n, int(a), int(b or a)) for n, a, b in re.findall(r"(\w+):(\d+)(?:-(\d+))?", event.quote_ref) if n in documents
        ]
        if not references:
            continue
        sides = [
            groups.get(event.source, event.source[:3]),
            groups.get(event.target, "UNO" if event.target == "UN" else event.target[:3]),
        ]
        near = [
            found
            for name, low, high in references
            for found in documents[name].events
            if low <= documents[name].text.count("\n", 0, found.trigger[0]) + 1 <= high
        ]
        pairs = [(e, [(e.source or "")[:3], (e.target or "")[:3]]) for e in near]
        same = [e for e, pair in pairs if pair == sides or (e.type == "CONSULT" and sorted(pair) == sorted(sides))]
        verdict = "found" if any(e.type == event.type for e in same) else "type" if same else "missed"
        totals[verdict] += 1
        others = "" if verdict == "found" else ", ".join(sorted({e.type for e in (same or near)}))
        print(f"| {event.id} | {event.type} | {verdict} | {others} |")
    print(dict(totals), {name: len(d.events) for name, d in documents.items()})


if __name__ == "__main__":
    main()
