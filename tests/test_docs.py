"""The documentation is under test: every command line it shows is run as it stands there.

A command line is a line of a block without a language that begins with a program of ``PROGRAMS``.  The lines of a
page are run in its order and in one folder, in which `town.Town` has laid what they take for given; what an earlier
line of the page made is there for a later one.  A verb that goes on until Ctrl-C gets one.

What cannot be run is marked in the source, directly before its block, with its reason:

    <!-- not run: needs a board at a port -->                         all lines of the block
    <!-- not run `diya flash`, `diya pole`: needs a board at a port -->   those that begin so
"""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

from host_tools.cli import cli
from tests.town import MADE, Town

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
PROGRAMS = ("diya", "mosquitto", "openssl", "eval", "mkdir", "printf")
NOT_RUN = {  # lines a page
    "README.md": 5, "alarms.md": 8, "bundle.md": 1, "commands.md": 6, "commissioning.md": 9, "flashing.md": 5,
    "iccc.md": 1, "ledger.md": 4, "programmes.md": 4, "record.md": 1, "releases.md": 9, "scale.md": 4,
    "security.md": 3, "updates.md": 3,
}  # fmt: skip

KEYED = ("site.md",)  # pages whose poles were flashed with the keys of poles.keys
NEED_A_STREET = ("diya console", "diya watch", "diya send", "diya site configure", "diya site rekey", "diya record run")
UNTIL_CTRL_C = {  # lines that may go on; seconds until they are ended
    "diya simulate": 12, "diya console": 20, "diya watch": 4, "diya record run": 12, "diya virtual-pole": 3,
}  # fmt: skip
CODES = {"diya doctor": (0, 1)}  # 1: this machine has a problem
LIMIT_S = 240
END_S = 60
CTRL_C = 130
PAGES_AT_ONCE = 3
LOCAL_PORT = 1883  # of the broker in the documentation; the town's has another where that is taken

_FENCE = re.compile(r"^```(.*)$")
_MARK = re.compile(r"^<!-- not run(?P<which>(?: `[^`]+`,?)*): (?P<why>.+) -->$")


@dataclass(frozen=True)
class Line:
    """A command line of a page; ``why`` it is not run, or empty."""

    page: str
    number: int
    text: str
    why: str = ""

    def __str__(self) -> str:
        return f"{self.page}:{self.number}: {self.text.partition('  #')[0].strip()}"


def command_lines(page: Path) -> list[Line]:
    """The command lines of *page*.  A mark before no block, or that names no line of it, is an AssertionError."""
    found: list[Line] = []
    mark: re.Match[str] | None = None
    language: str | None = None  # of the block, None outside of one
    block: list[Line] = []
    for number, text in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        fence = _FENCE.match(text)
        if language is None:
            if fence:
                language = fence[1]
            elif text.startswith("<!-- not run"):
                mark = _MARK.match(text)
                assert mark, (
                    f"{page.name}:{number}: a mark is <!-- not run: REASON -->, or <!-- not run `LINE`: REASON -->"
                )
            else:
                assert mark is None, f"{page.name}:{number}: the mark before this line stands before no block"
        elif fence:
            found += _marked(block, mark, page.name)
            language, mark, block = None, None, []
        elif language == "" and text.split(" ")[0] in PROGRAMS:
            block.append(Line(page.name, number, text))
    return found


def _marked(block: list[Line], mark: re.Match[str] | None, page: str) -> list[Line]:
    if mark is None:
        return block
    begins = re.findall(r"`([^`]+)`", mark["which"]) or [""]
    for begin in begins:
        assert any(line.text.startswith(begin) for line in block), f"{page}: no line of the block begins with {begin!r}"
    return [
        Line(line.page, line.number, line.text, mark["why"] if line.text.startswith(tuple(begins)) else "")
        for line in block
    ]


LINES = [line for page in PAGES for line in command_lines(page)]


@dataclass(frozen=True)
class Ran:
    """What came of a line: exit code, what it printed, and whether it was ended by Ctrl-C."""

    code: int | None
    said: str
    by_ctrl_c: bool


@pytest.fixture(scope="module")
def ran() -> dict[Line, Ran]:
    """What came of every line that is run.  Much of it is waiting, so pages are run side by side."""
    pages: dict[str, list[Line]] = {}
    for line in LINES:
        if not line.why:
            pages.setdefault(line.page, []).append(line)
    with tempfile.TemporaryDirectory(prefix="diya-docs-") as folder, ThreadPoolExecutor(PAGES_AT_ONCE) as pool:
        done = pool.map(lambda name: _run_page(Path(folder) / name, pages[name]), pages)
        return {line: one for page in done for line, one in page.items()}


def _run_page(folder: Path, lines: list[Line]) -> dict[Line, Ran]:
    page = lines[0].page
    with Town(folder, LOCAL_PORT if page == "README.md" else 0) as town:
        if any(line.text.startswith(NEED_A_STREET) for line in lines):
            town.light("poles.keys" if page in KEYED else "")
        for file in MADE:
            first = next((line for line in lines if file in line.text), None)
            if first and not re.search(rf"--(out|db) {re.escape(file)}", first.text):
                town.make(file)
        return {line: _run(town, line) for line in lines}


def _run(town: Town, line: Line) -> Ran:
    if line.text.startswith(NEED_A_STREET):
        town.wait_for_light()
    text = line.text.replace(f":{LOCAL_PORT}", f":{town.broker.port}")
    seconds = next((s for begin, s in UNTIL_CTRL_C.items() if line.text.startswith(begin)), None)
    with subprocess.Popen(
        ["bash", "-c", text], cwd=town.work, env=town.environment(), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", start_new_session=True,
    ) as process:  # fmt: skip
        try:
            said, _ = process.communicate(timeout=seconds or LIMIT_S)
            return Ran(process.returncode, said, False)
        except subprocess.TimeoutExpired:
            if seconds is None:
                process.kill()
                return Ran(None, f"is still at it after {LIMIT_S} s", False)
            os.killpg(process.pid, signal.SIGINT)
        try:
            said, _ = process.communicate(timeout=END_S)
            return Ran(_as_a_shell_says(process.returncode), said, True)
        except subprocess.TimeoutExpired:
            process.kill()
            return Ran(None, f"goes on {END_S} s after Ctrl-C", True)


def _as_a_shell_says(code: int) -> int:
    """128 + n where signal n ended the program, as a Ctrl-C does that comes when its work is done and Python ends."""
    return 128 - code if code < 0 else code


@pytest.mark.parametrize("line", [line for line in LINES if not line.why], ids=str)
def test_a_command_line_of_the_documentation_runs_as_it_stands(ran: dict[Line, Ran], line: Line) -> None:
    one = ran[line]
    allowed = next((codes for begin, codes in CODES.items() if line.text.startswith(begin)), (0,))
    assert one.code in (*allowed, *((CTRL_C,) if one.by_ctrl_c else ())), one.said
    assert "Traceback" not in one.said
    assert "bug in diya" not in one.said


def test_how_many_lines_of_each_page_are_not_run_is_known() -> None:
    marked: dict[str, int] = dict.fromkeys(NOT_RUN, 0)
    for line in LINES:
        if line.why:
            marked[line.page] = marked.get(line.page, 0) + 1
    assert marked == NOT_RUN


def _shown(word: str) -> list[tuple[str, str]]:
    """What begins with *word*: command lines, and code in running text, which may be a part of a command."""
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        shown = re.findall(r"^```\n(.*?)^```", text, re.S | re.M)
        candidates = [line for block in shown for line in block.splitlines()] + re.findall(r"`([^`\n]+)`", text)
        found += [(page.name, line) for line in candidates if re.match(rf"{word} [a-z-]", line)]
    return found


@pytest.mark.parametrize(("page", "line"), _shown("diya"))
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
    named = {line.split()[1] for _page, line in _shown("make")}
    assert named
    assert named <= targets
    listed = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.M))
    assert {"setup", "demo", "test", "check", "bench", "clean"} <= listed


def test_links_between_pages_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_row_of_who_holds_what_names_tests_that_are_there() -> None:
    text = (ROOT / "docs/security.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\|.*\| (`[\w/]+\.py::.*) \|$", text, re.M)
    assert len(rows) >= 10
    for row in rows:
        for file, name in re.findall(r"`([\w/]+\.py)::(\w+)`", row):
            assert f"def {name}(" in (ROOT / "tests" / file).read_text(encoding="utf-8"), f"{file} has no {name}"
