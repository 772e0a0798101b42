"""Runs the plain firmware tests a second time, under the real MicroPython virtual machine.

A file ``tests/firmware/**/test_*.py`` holds functions without arguments and plain asserts; pytest collects it as usual,
and once more as ``[micropython]``: one virtual machine a file, one report a test.  Files named ``test_*_host.py`` need
CPython (hypothesis, astral, a real broker) and are collected once.
"""

from __future__ import annotations

import ast
import gc
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from host_tools.firmware_build.find_micropython import find_micropython
from tests.patience import Stopwatch

ROOT = Path(__file__).parent.parent

# As it is for `make test &`: what a test ends by Ctrl-C would inherit it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

FIRMWARE_TESTS = ROOT / "tests" / "firmware"
RUNNER = ROOT / "tests" / "vm_runner.py"
SLOW = {line for line in (ROOT / "tests" / "slow.txt").read_text().splitlines() if line and line[0] != "#"}
LIMIT_S = 900  # a virtual machine that hangs; a file takes a minute at most, and ten times that under load

# what a user of Diya may have set: no test depends on it, or writes where it leads
USERS_OWN = ("DIYA_LANG", "DIYA_TECHNICIAN", "DIYA_TRUST", "DIYA_STATE", "DIYA_REGISTRY", "DIYA_DEBUG")

# these begin first: of the first a pole's own time is most of what it takes, and others fill it; the others take a
# minute or more of the processor, and begun late they would leave one of two alone with the rest
FIRST = (
    "test_bare_board.py", "test_on_a_street.py", "test_street_scenarios.py", "test_pole_cuts.py", "test_cuts.py",
    "test_bad_software.py", "test_docs.py", "test_killed.py", "test_map.py", "test_flashed_pole.py",
    "test_terminals.py", "test_street_faults.py", "test_long_life.py", "test_wheel.py",
)  # fmt: skip


# on a busy computer one draw may take half a minute: how fast a test runs says nothing of what it tests
settings.register_profile("diya", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("diya")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--times", metavar="FILE", help="Append to FILE for how long each test takes a processor.")


def pytest_configure(config: pytest.Config) -> None:
    gc.disable()  # until all is collected: what is made till then stays
    config.addinivalue_line("markers", "slow: named in tests/slow.txt, and left out by `make test-fast`")
    if file := config.getoption("--times"):
        config.pluginmanager.register(Times(file))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Where nothing slow is run, a file of which all is slow need not be imported."""
    if config.option.markexpr == "not slow" and collection_path.is_relative_to(ROOT):
        return collection_path.relative_to(ROOT).as_posix() in SLOW or None
    return None


def pytest_collection_finish(session: pytest.Session) -> None:
    """The virtual machine runs those tests of a file that were chosen.

    What there is now, the modules and 8,000 tests, is never garbage: each full collection would look through it for
    some 0.3 s.
    """
    gc.collect()
    gc.freeze()
    gc.enable()
    for item in session.items:
        if isinstance(item, MicroPythonItem) and isinstance(item.parent, MicroPythonFile):
            item.parent.chosen.append(item.name.removesuffix("[micropython]"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {name: place for place, name in enumerate(FIRST)}
    items.sort(key=lambda item: places.get(item.path.name, len(FIRST)))
    for item in items:
        if not SLOW.isdisjoint({item.nodeid.partition("::")[0], item.nodeid.partition("[")[0]}):
            item.add_marker(pytest.mark.slow)


class Times:
    """For how long tests take a processor, or a worker where they wait: about the same under any load.

    That is the larger one of the processor time of a test and the processes it started and waited for, and of its real
    time without what others had the processor for.  Written to *file* as lines of "seconds test"; what tests of a file
    share has a line "seconds file".
    """

    def __init__(self, file: str) -> None:
        self._file = file
        self._shared = 0.0  # of the current test's time

    def _write(self, seconds: float, name: str) -> None:
        with open(self._file, "a", encoding="utf-8") as times:
            times.write(f"{seconds:.2f} {name}\n")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        begun, self._shared = Taken(), 0.0
        outcome = yield
        took = max(0.0, begun.seconds() - self._shared)
        if isinstance(item, MicroPythonItem) and isinstance(item.parent, MicroPythonFile):
            if "" in item.parent.seconds:
                self._write(item.parent.seconds.pop(""), item.nodeid.partition("::")[0])
            took = item.parent.seconds.get(item.name.removesuffix("[micropython]"), 0.0)
        self._write(took, item.nodeid)
        return outcome

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[object], request: pytest.FixtureRequest
    ) -> Iterator[None]:
        """Takes what is set up for more than one test out of the time of the one that needs it first."""
        begun, shared = Taken(), self._shared
        outcome = yield
        if fixturedef.scope != "function":
            self._shared = shared + begun.seconds()
            if fixturedef.scope == "module":
                self._write(self._shared - shared, request.node.nodeid)
        return outcome


class Taken:
    """What is taken of a processor or a worker from now on."""

    def __init__(self) -> None:
        self._processor, self._own = _processor_s(), Stopwatch()

    def seconds(self) -> float:
        return max(_processor_s() - self._processor, self._own.own_s)


def _processor_s() -> float:
    """Of this process and of those that it started and waited for."""
    return sum(os.times()[:4])


@pytest.fixture(scope="session", autouse=True)
def _outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty folder outside the checkout, where all tests run, and a user's folders that are not this user's."""
    home, empty = tmp_path_factory.mktemp("user"), tmp_path_factory.mktemp("outside")
    with pytest.MonkeyPatch.context() as patch:
        for name in USERS_OWN:
            patch.delenv(name, raising=False)
        for name in ("XDG_STATE_HOME", "XDG_DATA_HOME"):
            patch.setenv(name, str(home))
        patch.chdir(empty)
        yield empty


@pytest.fixture(autouse=True)
def _leaves_nothing(_outside: Path) -> Iterator[None]:
    """Fails a test that writes into the current folder, where its user has other things."""
    yield
    left = [file.name for file in _outside.iterdir()]
    assert not left, f"left in the current folder: {left}"


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    plain = file_path.name.startswith("test_") and not file_path.stem.endswith("_host")
    if plain and file_path.suffix == ".py" and FIRMWARE_TESTS in file_path.parents:
        return MicroPythonFile.from_parent(parent, path=file_path)
    return None


class MicroPythonFile(pytest.File):
    """A test file as the virtual machine runs it."""

    outcomes: dict[str, str] | None = None

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.chosen: list[str] = []
        self.seconds: dict[str, float] = {}  # of the processor; "": what the tests share

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
        helpers = {path.parent for path in FIRMWARE_TESTS.rglob("*.py") if not path.name.startswith("test_")}
        folders = [ROOT / "firmware", self.path.parent, *sorted(helpers - {self.path.parent})]
        path = os.pathsep.join([*map(str, folders), ".frozen"])
        run = subprocess.run(
            [*find_micropython(), "-X", "heapsize=4m", str(RUNNER), self.path.stem, *self.chosen],
            env={**os.environ, "MICROPYPATH": path},
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            cwd=ROOT,
        )
        outcomes = {"": run.stdout + run.stderr}
        for line in run.stdout.split("\n"):
            if line.startswith("\x1e"):
                name, text, self.seconds[name] = json.loads(line[1:])
                if name:
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
