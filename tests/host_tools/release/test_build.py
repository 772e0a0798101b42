"""A release of the firmware as it is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from host_tools.firmware_build.sources import FIRMWARE
from host_tools.release import build as module
from host_tools.release import container, package
from host_tools.release.build import Ingredients, build, version_of
from host_tools.release.errors import NoSpace, ReleaseError
from pole.app import FIRMWARE as VERSION
from tests.bundles import signer, small_site
from tests.host_tools.release.releases import SERIAL

BOARDS = ("esp32-devkitc", "esp32-c3-devkitm")


def test_a_release_has_the_compiled_app_for_each_board_and_the_same_bytes_each_time() -> None:
    given = Ingredients(small_site(BOARDS), SERIAL)
    made = build(given, signer())
    assert made == build(given, signer())
    found = container.unpack(made, "r.update", signer().public)
    assert (found.version, found.boards) == (VERSION, tuple(sorted(BOARDS)))
    names = {board: set(found.files(board)) for board in BOARDS}
    assert {"lib/resident.mpy", "lib/main_app.mpy", "lib/bl0942.mpy"} <= names["esp32-devkitc"]
    assert "lib/lw14.mpy" in names["esp32-devkitc"] - names["esp32-c3-devkitm"]  # it has no DALI port
    assert not {"boot.py", "main.py", "board.json"} & names["esp32-devkitc"]
    assert all(data[:2] == b"M\6" for data in found.files("esp32-devkitc").values())


def test_a_change_of_one_source_costs_the_list_and_little_more(tmp_path: Path) -> None:
    site = small_site()
    old = container.unpack(build(Ingredients(site, SERIAL), signer()), "old.update")
    source = shutil.copytree(FIRMWARE, tmp_path / "firmware")
    file = source / "pole" / "lighting" / "lamp.py"
    file.write_text(file.read_text().replace("ramp_ms // _STEP_MS", "(ramp_ms + 1) // _STEP_MS"))
    new = container.unpack(build(Ingredients(site, SERIAL + 1, (old,)), signer(), source), "new.update")
    before, listed = old.files("esp32-devkitc"), new.package("esp32-devkitc").files
    changed = [one for one in listed if before[one.path] != new.files("esp32-devkitc")[one.path]]
    assert [one.path for one in changed] == ["lib/resident.mpy"]
    assert changed[0].deltas[0].size < 300


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('FIRMWARE = "0.2"', "is '0.2' and must be three numbers such as 0.2.0"),
        ("FIRMWARE = 2", "is 2 and must be three numbers"),
        ("VERSION = 2", "has no line FIRMWARE"),
        ("def :", "is not Python"),
    ],
)
def test_a_source_without_a_version_is_refused(text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "pole").mkdir()
    (tmp_path / "pole" / "app.py").write_text(text)
    with pytest.raises(ReleaseError, match=words):
        version_of(tmp_path)
    with pytest.raises(ReleaseError, match=r"has no pole/app\.py that can be read"):
        version_of(tmp_path / "other")


def test_a_window_out_of_bounds_and_a_site_without_poles_are_refused() -> None:
    with pytest.raises(ReleaseError, match="the window is 59 s and must be 60 to 3600"):
        build(Ingredients(small_site(), SERIAL, window=59), signer())
    with pytest.raises(ReleaseError, match="sagar has no poles"):
        build(Ingredients(small_site().with_poles([]), SERIAL), signer())


def test_an_app_that_leaves_no_room_for_two_and_the_journal_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {f"m{number}.mpy": bytes(4000) for number in range(75)}
    monkeypatch.setattr(module, "compile_app", lambda *_: files)
    with pytest.raises(NoSpace, match=r"need \d+ blocks, and 217 of `data` may be used \(85 %\)") as caught:
        build(Ingredients(small_site(), SERIAL), signer())
    assert caught.value.code == 9
    assert package.make(files).files
