"""The documentation is under test: every command it shows is one that `diya` or `make` takes."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from host_tools.cli import cli

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def _lines(word: str) -> list[tuple[str, str]]:
    found = []
    for page in PAGES:
        text = page.read_text()
        shown = re.findall(r"^```\n(.*?)^```", text, re.S | re.M)
        candidates = [line for block in shown for line in block.splitlines()] + re.findall(r"`([^`\n]+)`", text)
        found += [(page.name, line) for line in candidates if re.match(rf"{word} [a-z-]", line)]
    return found


@pytest.mark.parametrize(("page", "line"), _lines("diya"))
def test_every_diya_command_in_the_documentation_parses(page: str, line: str) -> None:
    words = shlex.split(line, comments=True)[1:]
    command: click.Command = cli
    context = click.Context(cli)
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(context, words[0])
        assert found is not None, f"{page}: {line}"
        command, words = found, words[1:]
        context = click.Context(command, info_name=command.name, parent=context)
    known = {option for parameter in command.params for option in parameter.opts}
    for word in words:
        if word.startswith("--") and word != "--help":
            assert word.split("=")[0] in known, f"{page}: {line}: {word}"


def test_every_make_target_in_the_documentation_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    named = {line.split()[1] for _page, line in _lines("make")}
    assert named
    assert named <= targets
    listed = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.M))
    assert {"setup", "demo", "test", "check", "bench", "clean"} <= listed


def test_links_between_pages_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
