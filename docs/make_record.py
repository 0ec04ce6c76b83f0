# ruff: noqa: E501
"""Write docs/record.md from the row models: `python docs/make_record.py`."""

from __future__ import annotations

import inspect
from pathlib import Path

from cumbre.record import schema as s
from cumbre.record.loader import TABLES

HEAD = """# The case folder

A case is a folder of text files that live well in version control. `cumbre check CASE` validates it; `cumbre new NAME` starts one. Lines that
start with `#` in a table are comments. Every row names its source (`source_id`, one or more ids of sources.csv separated by `;`) or says in
`basis` how it was judged.

**As-of.** A row counts from the day on which it was public: events by `date`, polls and approval by `published`, judgements by `known` (empty: from
the start; of several rows for one thing the last one known holds), the status quo of an issue by its `history`. Planned dates of the
calendar are public before they come.

**Passports.** Every number that reaches a page carries one: value, unit, label (estimated, selected, literature, judged, recorded, simulated),
rule, sources, what it rests on. `numbers.json` holds them all.
"""


def _rows(model: type) -> list[str]:
    lines = ["| column | must | what |", "|---|---|---|"]
    for name, field in model.model_fields.items():
        if name == "line":
            continue
        kind = str(field.annotation).replace("typing.", "").replace("datetime.", "").replace("<class '", "").replace("'>", "")
        kind = kind.split("[")[0] if kind.startswith("Annotated") else kind
        kind = kind.replace("NoneType", "None").replace("|", "or").replace("cumbre.record.schema.", "")
        words = field.description or ""
        lines.append(
            f"| `{field.alias or name}` | {'yes' if field.is_required() else ''} | {kind}{'. ' + words if words else ''} |"
        )
    return lines


def text() -> str:
    """The reference page."""
    parts = [HEAD]
    blocks = [("case.toml `[meeting]`", s.Meeting), ("case.toml `[election]`", s.Election), ("case.toml `[[mediator]]`", s.Mediator),
              ("case.toml `[[spoiler]]`", s.Spoiler), ("case.toml `[[preset]]`", s.Preset), ("issues.toml `[[issue]]`", s.Issue),
              ("questions.toml `[[question]]`", s.Question)]  # fmt: skip
    for title, model in [*((f"{name}.csv", model) for name, (model, _) in TABLES.items()), *blocks]:
        words = " ".join(inspect.cleandoc(model.__doc__ or "").split())
        parts += [f"## {title}", words, "\n".join(_rows(model))]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    Path(__file__).with_name("record.md").write_text(text(), encoding="utf-8")
