"""The documents say what the program does: every Python block runs, every command and option is there, every link leads somewhere."""

from __future__ import annotations

import importlib
import pkgutil
import re
import shlex
from pathlib import Path

import pytest
import typer.main
from typer.core import TyperGroup

import cumbre
from cumbre.cli import app

ROOT = Path(__file__).parent.parent.parent
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])
COMMANDS = typer.main.get_command(app)
assert isinstance(COMMANDS, TyperGroup)


def _blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.S)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_python_blocks_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for block in _blocks(page, "python"):
        exec(compile(block, str(page), "exec"), names)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_shell_lines_name_commands_and_options_that_exist(page: Path) -> None:
    for block in [*_blocks(page, "sh"), *_blocks(page, "console")]:
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(line.removeprefix("$ "), comments=True)
            if not words or words[0] != "cumbre" or len(words) < 2 or words[1].startswith("-"):
                continue
            command = COMMANDS.commands.get(words[1])
            assert command is not None, f"{page.name}: no command {words[1]!r}"
            options = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)} | {"--help"}
            for word in words[2:]:
                if word.startswith("--"):
                    assert word.split("=")[0] in options, f"{page.name}: {words[1]} has no option {word}"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_to_files_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if not target.startswith(("http://", "https://", "mailto:")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_command_and_option_is_in_the_reference() -> None:
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    for name, command in COMMANDS.commands.items():
        assert f"## `cumbre {name}`" in text, name
        section = text.split(f"## `cumbre {name}`", 1)[1].split("\n## ", 1)[0]
        for parameter in command.params:
            for option in parameter.opts:
                if option.startswith("--") and option != "--help":
                    assert f"`{option}`" in section, f"{name} {option}"


def test_every_public_name_has_a_docstring() -> None:
    silent = []
    for info in pkgutil.walk_packages(cumbre.__path__, "cumbre."):
        if info.name.startswith(("cumbre.workbench", "cumbre.ballot.bayes", "cumbre.bulk")):
            continue
        module = importlib.import_module(info.name)
        if not module.__doc__:
            silent.append(info.name)
        for name in getattr(module, "__all__", []):
            thing = getattr(module, name)
            if callable(thing) and getattr(thing, "__module__", "") == info.name and not thing.__doc__:
                silent.append(f"{info.name}.{name}")
    assert silent == []


def test_the_wide_door_is_small() -> None:
    assert 10 <= len(cumbre.__all__) <= 18
    for name in cumbre.__all__:
        assert getattr(cumbre, name).__doc__


def test_the_project_speaks_of_itself_alone() -> None:
    """No path of one machine stands in a tracked text."""
    pattern = re.compile(r"(?<![\w.])/(?:root|work|tmp|home/[a-z]+)/[A-Za-z.]")
    for path in [*(ROOT / "src").rglob("*"), *(ROOT / "docs").rglob("*.md"), ROOT / "README.md", ROOT / "Makefile"]:
        if path.is_file() and path.suffix in {".py", ".md", ".csv", ".toml", ".json", ".j2", ".js", ".css"}:
            found = pattern.search(path.read_text(encoding="utf-8"))
            assert not found, f"{path.relative_to(ROOT)}: {found.group() if found else ''}"


@pytest.mark.parametrize("page", ["commands", "record"])
def test_generated_pages_are_up_to_date(page: str) -> None:
    source = ROOT / "docs" / f"make_{page}.py"
    names: dict[str, object] = {"__name__": "page", "__file__": str(source)}
    exec(compile(source.read_text(encoding="utf-8"), str(source), "exec"), names)
    fresh = names["text"]()  # type: ignore[operator]
    assert (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8") == fresh, f"run python docs/make_{page}.py"
