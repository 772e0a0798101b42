"""`diya flash` as the script that pip installs, from an empty folder, where files named as packages lie about."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bundles import small_bundle
from tests.host_tools.field.flashing.poles import has, virtual_pole

SCRIPT = "import sys\nfrom host_tools.cli import main\nsys.exit(main())\n"
BROKEN = """from host_tools import python_program
python_program._BEGIN += "sys.modules['click'] = None; "
"""
SHADOW = "raise SystemExit('another file of this name was run')\n"
HERE = Path(__file__).parents[4]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """`bin` with the script and files that pip puts beside it, `here` for the user, `other` for PYTHONPATH."""
    for name in ("bin", "here", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "esptool.py").write_text(SHADOW)
    (tmp_path / "bin" / "diya").write_text(SCRIPT)
    return tmp_path


def diya(place: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DIYA_STATE": str(place), "DIYA_REGISTRY": str(place / "r.sqlite"),
                   "PYTHONPATH": os.pathsep.join((str(place / "other"), str(HERE)))}  # fmt: skip
    return subprocess.run(
        [sys.executable, str(place / "bin" / "diya"), *words], capture_output=True, text=True, timeout=120,
        cwd=place / "here", env=environment,
    )  # fmt: skip


def test_no_other_file_named_esptool_takes_the_place_of_the_package(place: Path) -> None:
    bundle = small_bundle(place / "b.diya", size=60_000)
    pole, _ = virtual_pole()
    with pole:
        done = diya(place, "flash", "../b.diya", "--port", pole.url, "--pole", "P0001", "--baud", "4000000")
        assert done.returncode == 0 and "P0001 is flashed in" in done.stdout, done
        assert has(pole, bundle)


def test_esptool_that_does_not_start_is_said_in_its_own_words_and_nothing_was_written(place: Path) -> None:
    small_bundle(place / "b.diya", size=60_000)
    (place / "bin" / "diya").write_text(BROKEN + SCRIPT)  # esptool's own requirement cannot be imported
    pole, _ = virtual_pole()
    with pole:
        blank = pole.flash.read(0, pole.flash.size)
        done = diya(place, "flash", "../b.diya", "--port", pole.url, "--pole", "P0001", "--baud", "4000000")
        assert done.returncode == 1, done
        assert "esptool does not start" in done.stderr and "click" in done.stderr and "cable" not in done.stderr
        assert pole.flash.read(0, pole.flash.size) == blank
