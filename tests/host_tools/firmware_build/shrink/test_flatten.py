"""All modules side by side for the chip: every import finds what it found in the folders."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import pole
from host_tools.firmware_build.shrink.flatten import flat_names, flatten
from host_tools.firmware_build.shrink.scopes import NamesError
from pole.commands.handler import JUDGING

FIRMWARE = Path(pole.__file__).parent.parent
SOURCES = {file.relative_to(FIRMWARE).as_posix(): file.read_text() for file in sorted(FIRMWARE.rglob("*.py"))}


def test_two_files_of_one_name_are_told_apart_and_none_has_a_name_of_micropythons_own() -> None:
    names = flat_names({**SOURCES, "pole/drivers/photocell.py": ""})
    assert len(set(names.values())) == len(names)
    assert names["pole.lighting.photocell"] == "lighting_photocell"
    assert names["pole.drivers.photocell"] == "drivers_photocell"
    assert names["pole.drivers.network.tls"] == "network_tls"
    assert names["pole.drivers.meter.bl0942"] == "bl0942"
    assert (names["main"], names["pole.control"]) == ("main", "control")


def test_every_import_of_the_firmware_finds_its_module() -> None:
    flat = flatten(SOURCES)
    modules = {path.removesuffix(".py") for path in flat}
    assert not [path for path in flat if "/" in path]
    left = {name for name in flat_names(SOURCES) if "." in name}
    found = 0
    for path, text in flat.items():
        for node in ast.walk(ast.parse(text)):
            assert not (isinstance(node, ast.Constant) and node.value in left), path
            if isinstance(node, ast.ImportFrom):
                assert node.module and not node.module.startswith("pole.")
                found += node.module in modules
            elif isinstance(node, ast.Import):
                found += sum(alias.name in modules for alias in node.names)
    assert found > 150


def test_lines_stay_and_lists_of_modules_follow() -> None:
    flat = flatten(SOURCES)
    names = flat_names(SOURCES)
    for path, text in SOURCES.items():
        module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        assert flat[names[module] + ".py"].count("\n") == text.count("\n")
    assert all(f'"{names[name]}",' in flat["handler.py"] for name in JUDGING)


def test_modules_and_what_is_in_them_in_one_import() -> None:
    app = "from pole import aio, const\nfrom pole.drivers import photocell\nfrom pole.aio import sleep as rest\n"
    files = ["pole/__init__.py", "pole/aio.py", "pole/drivers/__init__.py"]
    files += ["pole/drivers/photocell.py", "pole/lighting/photocell.py"]
    out = flatten({"pole/app.py": app, **dict.fromkeys(files, "")})
    assert out["app.py"].splitlines() == [
        "from pole import const; import aio",
        "import drivers_photocell as photocell",
        "from aio import sleep as rest",
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("import pole.aio\n", r"pole/app.py, line 1: write 'from pole"),
        ("from pole import (\n    aio,\n)\n", "line 1: an import of modules must stand on one line"),
    ],
)
def test_an_import_that_is_not_worked_out_is_refused(text: str, why: str) -> None:
    with pytest.raises(NamesError, match=why):
        flatten({"pole/app.py": text, "pole/aio.py": "", "pole/__init__.py": ""})


def test_a_driver_that_a_board_file_chooses_is_found_by_the_name_that_is_made_of_its_chip() -> None:
    board = next(text for path, text in flatten(SOURCES).items() if path == "board.py")
    assert '"%.0s%s" % (' in board and "pole.drivers.%s" not in board
    with pytest.raises(NamesError, match="a name that no other module has"):
        flat_names({**SOURCES, "pole/drivers/meter/photocell.py": "def make(part, _bus):\n    return part\n"})
