"""A turn of the control task: what it allocates and how long it takes, with a sample and without.

On the 64-bit machine it is that of a pole at night in the simulator, whose modules of the chip allocate nothing where a
chip's do not.  In the ESP32's layout the time of day is above 2**30, so integers that are computed from it take memory.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import Counter
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from host_tools.boards import load_board
from host_tools.firmware_build.compile import compile_tree
from host_tools.firmware_build.sources import FIRMWARE
from host_tools.site import load_site, pole_config
from host_tools.user_folders import writable_cache
from simulator.benchmarks import wasm
from simulator.engines import micropython
from simulator.run import Options, simulate
from simulator.street.street import Street

_VM = Path(__file__).parents[1] / "vm" / "turn.py"
START = datetime(2026, 11, 24, 20)
HOURS = 1.0
_TURN = "            wait = self._turn()\n"
_WATCHED = """            gc.collect()
            gc.threshold(-1)
            asked = self._parts.senses._asked
            before, began = gc.mem_alloc(), utime.ticks_us()
            wait = self._turn()
            took = utime.ticks_us() - began
            print("turn", gc.mem_alloc() - before, took, int(asked), int(self._parts.senses._asked))
            gc.threshold(8192)
"""
_WARM = 200  # turns


class Turn(NamedTuple):
    """One turn: ``bytes`` allocated, ``us`` on this computer, ``kind``: "asks", "reads" or "other"."""

    bytes: int
    us: int
    kind: str


def turns(hours: float = HOURS) -> list[Turn]:
    """The turns of a pole at night on the real MicroPython, in their order, from the end of the first half."""
    said: list[str] = []

    def begin(street: Street) -> None:
        console = street.folder / "P0001" / "console.log"
        street.kernel.at(round(hours * 3_600_000) - 1, lambda: said.extend(console.read_text().splitlines()))

    with tempfile.TemporaryDirectory(prefix="diya-turn-") as folder:
        watched = Path(folder) / "firmware"
        shutil.copytree(FIRMWARE, watched)
        control = watched / "pole" / "control.py"
        text = control.read_text()
        assert text.count(_TURN) == 1
        control.write_text(
            text.replace(_TURN, _WATCHED).replace("from pole import", "import gc\nimport utime\nfrom pole import", 1)
        )
        engine: Any = micropython
        engine.FIRMWARE = watched
        try:
            simulate(Options(load_site("sagar", 1), START, hours, "micropython"), begin=begin)
        finally:
            engine.FIRMWARE = FIRMWARE
    found = [turn_of(line) for line in said if line.startswith("turn ")]
    return found[len(found) // 2 :]


def turn_of(line: str) -> Turn:
    """The turn that *line* of the console tells."""
    _, took, us, before, after = line.split()
    kind = "other" if before == after else "asks" if after == "1" else "reads"
    return Turn(int(took), int(us), kind)


class Steady(NamedTuple):
    """Of the turns of a kind: ``bytes`` that most of them allocate, ``share`` of them that do, median ``us``."""

    bytes: int
    share: float
    us: float


def steady(found: list[Turn], kind: str) -> Steady:
    """What most turns of *kind* take: the others write a report, too, or load what they need for a moment."""
    of = [turn for turn in found if turn.kind == kind]
    (size, count), *_ = Counter(turn.bytes for turn in of).most_common(1)
    return Steady(size, count / len(of), median(turn.us for turn in of))


def in_31_bits() -> dict[str, int]:
    """{"asks": bytes, "reads": bytes} in the ESP32's layout.  Raises as ``wasm.run``."""
    site = load_site("sagar", 1)
    start = round(datetime.fromisoformat("2026-11-24T12:00+05:30").timestamp())
    files = {
        "board.json": json.dumps(load_board("esp32-devkitc")),
        "config.json": json.dumps(pole_config(site, site.poles[0], start)),
        "turn.py": _VM.read_text(),
    }
    begin = "ports = boot.boot('/vfs', '/data')\nsettings = main.read_settings(ports, 0)"
    steps = [
        ("load", "import sys\nsys.path.insert(0, '/vfs')\nimport boot, js, main, turn"),
        ("begin", begin),
        ("make", "one = main.build(ports, *settings, (0, ''))\nports.chip = None"),
        ("first", "turn.prepare(one)\nturns = one.run()\nturns.send(None)"),
        ("warm", f"turn.warm(one, {_WARM})"),
        ("asks", "js.told = turn.allocated(one, True)"),
        ("reads", "js.told = turn.allocated(one, False)"),
    ]
    rows = wasm.run(compile_tree(FIRMWARE, writable_cache("mpy")), files, steps)
    return {what: told for what, told, _names in rows if what in ("asks", "reads")}
