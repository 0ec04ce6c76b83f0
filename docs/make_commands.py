"""Write docs/commands.md from the command line itself: `python docs/make_commands.py`."""

from __future__ import annotations

from pathlib import Path

import typer.main
from typer.core import TyperGroup

from cumbre.cli import app


def text() -> str:
    """The reference page."""
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    lines = [
        "# Commands",
        "",
        "Every command exits with 0 on success, 2 on bad input (one clear error on stderr), 1 on an internal failure.",
        "",
    ]
    for name, command in group.commands.items():
        lines += [f"## `cumbre {name}`", "", str(command.help).strip(), ""]
        arguments = [p for p in command.params if not p.opts[0].startswith("-")]
        options = [p for p in command.params if p.opts[0].startswith("-")]
        if arguments or options:
            lines += ["| argument or option | what | default |", "|---|---|---|"]
        for parameter in arguments + options:
            names = ", ".join(f"`{o}`" for o in parameter.opts) if parameter in options else f"`{(parameter.name or '').upper()}`"
            default = "" if parameter.default in (None, (), False) or callable(parameter.default) else f"`{parameter.default}`"
            lines.append(f"| {names} | {getattr(parameter, 'help', '') or ''} | {default} |")
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    Path(__file__).with_name("commands.md").write_text(text(), encoding="utf-8")
