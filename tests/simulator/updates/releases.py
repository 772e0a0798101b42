"""Releases of the app for tests: the firmware with a change, compiled, and put into a slot as a download leaves it."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from littlefs import LittleFSError

from host_tools.boards import load_board
from host_tools.boards.flash_layout import placed
from host_tools.firmware_build.compile import compile_app
from host_tools.firmware_build.sources import FIRMWARE
from pole.update import pointer
from simulator.engines.releases import know, list_of
from simulator.hardware.flash import Flash
from simulator.hardware.little_files import LittleFiles
from tests.simulator.streets import stored

MPY = 6
Change = tuple[str, str, str]  # path below the firmware, what stands there, what is to stand there


@cache
def sources(version: str, *changes: Change) -> Path:
    """The firmware's sources with *version* as theirs, and each of *changes* made, in a folder that stays."""
    folder = Path(tempfile.mkdtemp(prefix="diya-release-")) / "firmware"
    shutil.copytree(FIRMWARE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for path, old, new in (("pole/app.py", 'FIRMWARE = "0.1.0"', f'FIRMWARE = "{version}"'), *changes):
        text = (folder / path).read_text()
        assert text.count(old) == 1, (path, old)
        (folder / path).write_text(text.replace(old, new))
    return folder


@cache
def files(version: str, *changes: Change, board: str = "virtual") -> Mapping[str, bytes]:
    """The files of a slot with that release, by their paths below it, ``list`` the last."""
    out = dict(compile_app(sources(version, *changes), MPY))
    out["board.json"] = json.dumps(load_board(board)).encode()
    out = placed(out)
    del out["board.json"]
    out["list"] = list_of(out)
    know(out["list"], sources(version, *changes))
    return out


def fill(store: LittleFiles, slot: str, files: Mapping[str, bytes]) -> None:
    """Writes *files* into *slot*."""
    little = store._little()
    for folder in (slot, f"{slot}/lib"):
        try:
            little.mkdir(folder)
        except LittleFSError:
            pass
    for path, data in files.items():
        store.write(f"{slot}/{path}", data)


def install(
    flash: Flash, slot: str, version: str, *changes: Change, window: int = 600, state: str = "", serial: int = 1
) -> LittleFiles:
    """Puts that release into *slot* on *flash*; confirmed, or in that *state* of an update."""
    store = stored(flash)
    pointer.vacate(store, slot)
    fill(store, slot, files(version, *changes))
    pointer.stage(store, slot, version, serial, {"window": window, "spread": 0})
    at = pointer.read(store)
    if state:
        at["new"]["state"] = state
    else:
        at["run"] = [slot, *at["run"][:1]]
        at["new"] = None
    pointer.write(store, at)
    return store
