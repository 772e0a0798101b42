"""The house as it is: who may import whom, that every module is used, and that tests are beside what they test."""

from __future__ import annotations

import ast
import re
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TOPS = (("pole", ROOT / "firmware"), ("host_tools", ROOT), ("simulator", ROOT))
SHARED = ("site", "wire", "boards", "registry", "keys")  # rooms of the host tools below the broker
BELOW = {  # a room of the host tools: the rooms it must not import
    "city": ("field", "verbs", "firmware_build"),
    "field": ("city", "verbs"),
    "firmware_build": ("city", "field", "verbs", "broker", *SHARED),
    "broker": ("city", "field", "verbs", "firmware_build", "release"),
    "release": ("city", "field", "verbs"),
    "signed_zip": ("city", "field", "verbs", "broker", "firmware_build", "release"),
    **dict.fromkeys(SHARED, ("city", "field", "verbs", "firmware_build", "broker")),
}
# what is found by its name: verbs (host_tools/cli.py), screens (console/routes.py), chips (the last test), benches and
# the demo (Makefile), and what MicroPython loads on a virtual chip, whose modules have the names of the chip's own
ENTRIES = (
    "host_tools.verbs.",
    "simulator.cli.simulate",
    "host_tools.boards.parts.",
    "host_tools.city.store.migrations.",
    "host_tools.city.console.access.",
    "host_tools.city.console.app",
    "host_tools.city.console.doors.",
    "host_tools.city.console.pages.",
    "simulator.device_modules.",
    "simulator.benchmarks.vm.",
    "simulator.cli.demo",
    "simulator.virtual_pole.command",
)

# <role>/<chip>.py of every chip that a board file may choose
PARTS = ROOT / "host_tools/boards/parts"
CHIPS = {path.relative_to(PARTS).as_posix() for path in PARTS.glob("*/[!_]*.py")}


@cache
def modules() -> dict[str, Path]:
    """{module: its file}"""
    out = {}
    for top, folder in TOPS:
        for path in (folder / top).rglob("*.py"):
            name = path.relative_to(folder).with_suffix("").as_posix().replace("/", ".")
            out[name.removesuffix(".__init__")] = path
    return out


@cache
def imports() -> dict[str, set[str]]:
    """{module: what it imports anywhere in it}"""
    known, out = modules(), {}
    for name, path in known.items():
        found = out[name] = set[str]()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                whole = [f"{node.module}.{alias.name}" for alias in node.names]
                found |= {one if one in known else node.module for one in whole}
            elif isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
    return out


def tops(name: str) -> set[str]:
    return {".".join(one.split(".")[:2]) for one in imports()[name]}


@pytest.mark.parametrize("room", sorted(BELOW))
def test_nothing_runs_back_up(room: str) -> None:
    wrong = [
        f"{name} imports {up}"
        for name in modules()
        if name.startswith(f"host_tools.{room}.") or name == f"host_tools.{room}"
        for up in BELOW[room]
        if f"host_tools.{up}" in tops(name)
    ]
    assert not wrong


def test_the_firmware_knows_neither_host_nor_simulator_and_the_host_no_simulator() -> None:
    wrong = []
    for name, others in imports().items():
        above = {"pole": ("host_tools", "simulator"), "host_tools": ("simulator",)}.get(name.split(".")[0], ())
        wrong += [f"{name} imports {other}" for other in others if other.split(".")[0] in above]
    assert set(wrong) <= {"host_tools.cli imports simulator.cli.simulate"}


def test_every_module_is_used() -> None:
    used = {one for others in imports().values() for one in others}
    boot = ast.parse((ROOT / "firmware" / "boot.py").read_text() + (ROOT / "firmware" / "main.py").read_text())
    for node in ast.walk(boot):
        if isinstance(node, ast.ImportFrom) and node.module:
            used |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    unused = [
        name
        for name, path in modules().items()
        if name not in used
        and not name.endswith(".__main__")
        and not name.startswith(ENTRIES)
        and not any(path.as_posix().endswith(f"/{chip}") for chip in CHIPS)
        and f"{path.parent.name}/{path.name}" not in {f"{Path(chip).parent}/__init__.py" for chip in CHIPS}
        and not any(other.startswith(name + ".") for other in used)
    ]
    assert not unused


@pytest.mark.parametrize("chip", sorted(CHIPS))
def test_a_chip_has_its_driver_its_board_schema_and_its_simulated_chip_at_the_same_place(chip: str) -> None:
    assert (ROOT / "firmware/pole/drivers" / chip).is_file()
    assert (ROOT / "simulator/hardware" / chip).is_file()


TREES = {"firmware": "firmware/pole", "host_tools": "host_tools", "simulator": "simulator"}  # of tests: of the code
WITHOUT_PACKAGE = ("cuts", "device_modules", "updates")  # folders that only the tests have, or that are no package


def test_tests_are_beside_what_they_test_or_the_docstring_of_the_package_names_them() -> None:
    astray = []
    for top, tree in TREES.items():
        for test in (ROOT / "tests" / top).rglob("test_*.py"):
            folder = ROOT / tree / test.parent.relative_to(ROOT / "tests" / top)
            module = re.sub("(_fuzz)?(_host)?$", "", test.stem.removeprefix("test_"))
            of_one = (folder / f"{module}.py").is_file() or (folder / module).is_dir() or module == folder.name
            package = (
                folder if (folder / "__init__.py").is_file() or folder.name not in WITHOUT_PACKAGE else folder.parent
            )
            named = re.findall(r"`(test_[\w*]+)`", (package / "__init__.py").read_text(encoding="utf-8"))
            if not of_one and not any(fnmatch(test.stem, name) for name in named):
                astray.append(test.relative_to(ROOT).as_posix())
    assert not astray
