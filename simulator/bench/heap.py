"""What the pole costs on an ESP32, module by module, measured in the WebAssembly build of MicroPython.

That build lays objects out as the ESP32 does: 32-bit words, blocks of 16 bytes.  It is one npm package, fetched the
first time; without Node.js there is no table, and that is said.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from host_tools.boards import load_board
from host_tools.site import load_site, pole_config
from simulator.bench.modules import import_order
from simulator.engines.micropython import FIRMWARE, VIRTUAL
from simulator.engines.vm import compile_tree
from simulator.run import CACHE

PACKAGE = "@micropython/micropython-webassembly-pyscript@1.28.0-6"
NPM = CACHE.parent / "npm"
BUDGET = 80 * 1024  # of the ESP32's memory for Python's peak: what is left then opens TLS
HERE = Path(__file__).parent
START_ONLY = (
    "pole.drivers.board", "pole.config", "pole.lighting.calendar_settings", "pole.lighting.lamp_settings",
)  # fmt: skip


def show(console: Console) -> None:
    """Measures and prints the table, or one sentence that says what is missing."""
    if not shutil.which("node") or not shutil.which("npm"):
        console.print("no table of the ESP32's heap: it needs Node.js (Debian and Ubuntu: apt-get install nodejs npm)")
        return
    measured = measure()
    table = Table(title="heap in the ESP32's memory layout, bytes", title_justify="left")
    table.add_column("what")
    table.add_column("bytes", justify="right")
    table.add_column("up to here", justify="right")
    total = 0
    for name, used in measured["rows"]:
        total += used
        table.add_row(name, f"{used:,}", f"{total:,}")
    console.print(table)
    console.print(f"in use once the app is made: {measured['live']:,} bytes; budget {BUDGET:,}")


def measure() -> dict[str, Any]:
    """``rows``: [what, bytes] in the order in which the pole starts; ``live``: bytes in use at the end."""
    module = NPM / "node_modules" / "@micropython" / "micropython-webassembly-pyscript" / "micropython.mjs"
    if not module.exists():
        NPM.mkdir(parents=True, exist_ok=True)
        subprocess.run(["npm", "install", "--silent", "--prefix", str(NPM), PACKAGE], check=True)
    with tempfile.TemporaryDirectory(prefix="diya-heap-") as scratch:
        folder = Path(scratch)
        board = load_board("esp32-devkitc")
        site = load_site("sagar", 1)
        start = round(datetime.fromisoformat("2026-11-24T12:00+05:30").timestamp())
        (folder / "board.json").write_text(json.dumps(board))
        (folder / "config.json").write_text(json.dumps(pole_config(site, site.poles[0], start)))
        job = {
            "micropython": str(module),
            "firmware": str(compile_tree(FIRMWARE, CACHE)),
            "virtual": str(compile_tree(VIRTUAL, CACHE)),
            "folder": str(folder),
            "steps": steps(),
        }
        run = subprocess.run(
            ["node", str(HERE / "heap32.mjs"), json.dumps(job)], capture_output=True, text=True, check=False
        )
    if run.returncode:
        raise RuntimeError(f"measuring the heap failed: {run.stdout[-2000:]}{run.stderr[-2000:]}")
    result: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return result


def steps() -> list[tuple[str, str]]:
    """(what, code to run), in the order of the pole's own start (boot.py, then main.py)."""
    board = load_board("esp32-devkitc")
    drivers = ["pole.drivers.board", *(f"pole.drivers.{name}" for name in _drivers(board))]
    loads = [name for first in drivers for name in import_order(FIRMWARE, first)]
    out = [(name, f"import {name}") for name in dict.fromkeys(loads)]
    out.append(("its ports", "import boot\nports = boot.boot('/vfs', '/data')"))
    out.append(("checking the settings", "import main\nsettings = main.read_settings(ports)"))
    out.append(("... and forgetting how", f"main.unload{START_ONLY}"))
    out += [(name, f"import {name}") for name in import_order(FIRMWARE, "pole.app") if name not in dict(out)]
    out.append(("the app itself", "one = main.build(ports, *settings)\nports.chip = None"))
    out.append(("... and forgetting how", "main.unload('pole.app', 'pole.drivers.chip')"))
    return out


def _drivers(board: dict[str, Any]) -> list[str]:
    """Modules of pole/drivers that a pole with *board* loads."""
    always = ["dimmer", "relay", "watchdog", "chip", "files", "wifi", "net"]
    chosen = {"meter": "bl0942", "rtc": "ds3231", "photocell": "photocell"}
    return always + [driver for table, driver in chosen.items() if table in board]
