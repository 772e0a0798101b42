"""What stays in memory is one file on a pole, and means there what it meant in its own."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import pole
from host_tools.firmware_build.shrink import for_a_pole
from host_tools.firmware_build.shrink.flatten import flat_names
from host_tools.firmware_build.shrink.group_modules import groups, put_together
from host_tools.firmware_build.shrink.scopes import NamesError

FIRMWARE = Path(pole.__file__).parent.parent
SOURCES = {file.relative_to(FIRMWARE).as_posix(): file.read_text() for file in sorted(FIRMWARE.rglob("*.py"))}


def test_what_decides_and_reports_stays_and_what_judges_a_message_does_not() -> None:
    modules = groups(SOURCES)["resident"]
    assert {"pole.control", "pole.timekeeping.clock", "pole.link.mqtt", "pole.reporting.journal"} <= set(modules)
    assert not {
        "pole.commands.apply",
        "pole.app",
        "pole.health.detectors",
        "pole.wire.contract",
        "pole.drivers.output.relay",
    } & set(modules)
    assert modules.index("pole.commands.handler") < modules.index("pole.control")


def test_nothing_imports_a_module_that_is_no_file_of_its_own_any_more() -> None:
    texts = for_a_pole(SOURCES)
    gone = {flat_names(SOURCES)[module] for modules in groups(SOURCES).values() for module in modules}
    assert {f"{name}.py" for name in groups(SOURCES)} <= set(texts)
    assert not gone & {file.removesuffix(".py") for file in texts}
    for file, text in texts.items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import):
                assert not gone & {alias.name for alias in node.names}, file
            elif isinstance(node, ast.ImportFrom):
                assert node.module not in gone, file


def test_it_runs_as_the_modules_did_before() -> None:
    texts = {
        "lamp.py": "from pole import const\n_STEP = const(20)\nclass L:\n    step = _STEP\n",
        "ramp.py": "from pole import const; import lamp\nfrom lamp import L\n_STEP = const(7)\n"
        "def A():\n    from lamp import L as Lamp\n    return lamp.L.step, L.step, Lamp.step, _STEP\n",
        "other.py": "import ramp\nfrom lamp import L as Lamp\nseen = ramp.A(), Lamp.step\n",
    }
    out = put_together(texts, {"street": ["lamp", "ramp"]})
    one = out["street.py"].replace("from pole import const", "const = int")
    there: dict[str, object] = {}
    exec(one, there)
    assert there["A"]() == (20, 20, 20, 7)  # type: ignore[operator]
    assert out["other.py"].splitlines()[:2] == ["import street as ramp", "from street import L as Lamp"]
    assert set(out) == {"other.py", "street.py"}


@pytest.mark.parametrize("second", ["X = 2\n", "from os import X\n", "try:\n    X = 2\nexcept OSError:\n    pass\n"])
def test_a_name_that_means_two_things_is_refused(second: str) -> None:
    with pytest.raises(NamesError, match="X is of one and of "):
        put_together({"one.py": "X = 1\n", "two.py": second}, {"both": ["one", "two"]})


def test_without_an_app_nothing_is_put_together() -> None:
    assert groups({"pole/__init__.py": "", "pole/timekeeping/clock.py": "X = 1\n"}) == {}


def test_lists_of_what_is_forgotten_name_the_file_that_it_is_in() -> None:
    watch = for_a_pole(SOURCES)["resident.py"]
    assert '"judge_sample"' in watch
    assert '"electrical"' not in watch
    assert '"checking"' in for_a_pole(SOURCES)["main.py"]


def test_a_group_of_which_a_part_is_forgotten_is_refused() -> None:
    sources = {**SOURCES, "pole/extra.py": 'GONE = ("pole.runtime.aio",)\n'}
    with pytest.raises(NamesError, match=r"ground: of its modules only pole\.runtime\.aio are forgotten"):
        groups(sources)
