"""Runs the plain firmware tests a second time, under the real MicroPython virtual machine.

A file ``tests/firmware/**/test_*.py`` holds functions without arguments and plain asserts; pytest collects it as usual,
and once more as ``[micropython]``: one virtual machine a file, one report a test.  Files named ``test_*_host.py`` need
CPython (hypothesis, astral, a real broker) and are collected once.
"""

from __future__ import annotations

import ast
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from host_tools.micropython_vm import find_micropython

ROOT = Path(__file__).parent.parent

# As it is for `make test &`: what a test ends by Ctrl-C would inherit it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

RUNNER = ROOT / "tests" / "vm_runner.py"
LIMIT_S = 120

WAITING = ("test_bare_board.py",)  # a pole's own time is most of what they take: they begin first, and others fill it


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.name not in WAITING)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    plain = file_path.name.startswith("test_") and not file_path.stem.endswith("_host")
    if plain and file_path.suffix == ".py" and (ROOT / "tests" / "firmware") in file_path.parents:
        return MicroPythonFile.from_parent(parent, path=file_path)
    return None


class MicroPythonFile(pytest.File):
    """A test file as the virtual machine runs it."""

    outcomes: dict[str, str] | None = None

    def collect(self) -> Iterator[pytest.Item]:
        for node in ast.parse(self.path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield MicroPythonItem.from_parent(self, name=node.name + "[micropython]")

    def outcome(self, name: str) -> str:
        """What the virtual machine said of the test *name*: empty when it passed."""
        if self.outcomes is None:
            self.outcomes = self._run()
        return self.outcomes.get(name, "the virtual machine ended before this test: " + self.outcomes.get("", ""))

    def _run(self) -> dict[str, str]:
        path = os.pathsep.join([str(ROOT / "firmware"), str(self.path.parent), ".frozen"])
        run = subprocess.run(
            [*find_micropython(), "-X", "heapsize=4m", str(RUNNER), self.path.stem],
            env={**os.environ, "MICROPYPATH": path},
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            cwd=ROOT,
        )
        outcomes = {"": run.stdout + run.stderr}
        for line in run.stdout.split("\n"):
            if line.startswith("\x1e"):
                name, text = json.loads(line[1:])
                outcomes[name] = text
        return outcomes


class MicroPythonItem(pytest.Item):
    """One test under the virtual machine."""

    def runtest(self) -> None:
        assert isinstance(self.parent, MicroPythonFile)
        failure = self.parent.outcome(self.name.removesuffix("[micropython]"))
        if failure:
            raise AssertionError(failure)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        return str(excinfo.value)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, None, self.name
