"""Measures the pole's heap on an ESP32, module by module; without Node.js it prints a sentence instead."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from host_tools.boards import load_board
from host_tools.boards.tables import ROLES
from host_tools.firmware_build.compile import compile_tree
from host_tools.firmware_build.shrink import files_of
from host_tools.firmware_build.sources import FIRMWARE
from host_tools.site import load_site, pole_config
from host_tools.user_folders import writable_cache
from pole.commands.handler import JUDGING
from pole.control import KEEPING, TELLING, UPDATING
from pole.health.watch import DETECTORS, EXPLAINING
from pole.lighting.timetable import WORKING_OUT
from pole.reporting.journal import RESENDING, UPKEEP
from pole.service.laptop import SERVING
from pole.timekeeping.clock import HEARING
from pole.timekeeping.network_time import ASKING
from pole.update.pointer import empty
from pole.update.updating import STEPS
from pole.wire.digest import hash_of
from simulator.benchmarks.modules import import_order, loaded_later
from simulator.benchmarks.wasm import missing, run
from simulator.engines.releases import list_of
from simulator.hardware.dram import FIRST_AREA, SECOND_AREA, usable

BUDGET = usable(FIRST_AREA) + usable(SECOND_AREA)  # bytes for objects in Python's heap of the size that boot.py sets
SLACK = 8 * 1024  # bytes of it that are in use at no time

STEADY = "its link is secure"
GOLDEN_IS_GONE = "... and forgetting it, for the app in a slot"
FOR_A_MOMENT = {  # modules that are loaded (with all they need), and those that are unloaded afterwards
    "while a command's JSON is read": (("pole.commands.judge", "pole.wire.json_reader"), JUDGING),
    "while its envelope is checked": (("pole.commands.judge", "pole.security.envelope"), JUDGING),
    "while it is understood": (("pole.commands.judge", "pole.commands.body"), JUDGING),
    "while it is obeyed": (("pole.commands.verdict", "pole.commands.apply", "pole.lighting.overrides"), JUDGING),
    "while a new key is understood": (("pole.commands.judge", "pole.security.rekey"), JUDGING),
    "while it is stored": (("pole.commands.verdict", "pole.commands.apply", "pole.security.keyring"), JUDGING),
    "while a configuration's JSON is read": (("pole.settings.receive", "pole.wire.json_reader"), JUDGING),
    "while a configuration's envelope is checked": (("pole.settings.receive", "pole.security.envelope"), JUDGING),
    "while a configuration is judged": (("pole.settings.receive", "pole.settings.state_file"), JUDGING),
    "while an update's JSON is read": (
        ("pole.update.receive", "pole.security.open_message", "pole.wire.json_reader"),
        JUDGING,
    ),
    "while an update's signature is checked": (("pole.update.receive", "pole.update.signer"), JUDGING),
    "while an update is accepted, begins or ends": (("pole.update.accept",), JUDGING),
    "while an update comes": (("pole.update.assemble",), STEPS),
    "while a night is worked out": (("pole.lighting.calendar",), WORKING_OUT),
    "while events are asked for again": (
        ("pole.commands.verdict", "pole.commands.apply", *RESENDING),
        (*JUDGING, *RESENDING),
    ),
    "while the journal makes room": (UPKEEP, UPKEEP),
    "while the time is asked for": (("pole.timekeeping.sntp",), ASKING),
    "while the city's time is read": (("pole.timekeeping.city_time",), ASKING),
    "while a witness of the time is heard": (("pole.timekeeping.witnesses",), HEARING),
    "while an event is explained": (EXPLAINING, EXPLAINING),
    "while faults or a curve are kept": (KEEPING, KEEPING),
    "while a session is announced": (TELLING, TELLING),
    "while new software is on probation": (("pole.update.advance",), UPDATING),
    "while a laptop is told something": (("pole.service.dispatch", "pole.service.status"), SERVING),
    "while a laptop overrides": (("pole.service.dispatch", "pole.service.override"), SERVING),
    "while a laptop asks for an answer of the broker": (("pole.service.dispatch", "pole.service.connection"), SERVING),
    "while a laptop has a curve kept": (("pole.service.dispatch", "pole.service.calibrate"), SERVING),
}
OF_AN_IMAGE = {  # the same of a MicroPython image: a board with 4 MB of flash has no such moments
    "while an image is accepted, begins or ends": (("pole.update.accept", "pole.update.image"), (*JUDGING, *STEPS)),
    "while an image comes": (("pole.update.image_fetch",), STEPS),
    "while an image is on probation": (("pole.update.image_trial",), UPDATING),
}

# objects that the WebAssembly build does not have, or has outside of its heap: (after which step, what, bytes)
CHARGED = (
    # extmod/vfs_lfsx.c: lfs2_t, two caches (the program's of 1 KB, pole/drivers/flash/program.py), look-ahead
    ("its ports", "buffers of its two file systems", 640 + 640 + 2 * (1024 - 128)),
    # an estimate, chosen so that the sum fits what was seen in use on a chip (84 to 90 KB with TLS)
    (STEADY, "its session: socket, MQTT client, tasks", 1_500),
    (STEADY, "its TLS context and socket", 2_600),  # extmod/modtls_mbedtls.c: mbedTLS' structures lie in them
)


@dataclass(frozen=True)
class Row:
    """``what`` was done and how many ``bytes`` it left in use; ``live``: bytes in use then, ``names``: names kept."""

    what: str
    bytes: int
    live: int
    names: int


@dataclass(frozen=True)
class Measured:
    """``rows`` in the order of a pole's start, then the modules that are loaded for a moment and unloaded again."""

    rows: list[Row]

    @property
    def steady(self) -> int:
        """Bytes in use once the app is made and online."""
        at = [row.what for row in self.rows].index(STEADY) + sum(after == STEADY for after, _, _ in CHARGED)
        return self.rows[at].live

    @property
    def peak(self) -> Row:
        """The moment when most is in use."""
        return max(self.rows, key=lambda row: row.live)


def show(console: Console) -> None:
    """Measures and prints the table, or one sentence that names what is missing."""
    if missing():
        console.print(missing())
        return
    measured = measure()
    table = Table(title="heap in the ESP32's memory layout, bytes", title_justify="left")
    table.add_column("what")
    table.add_column("bytes", justify="right")
    table.add_column("in use then", justify="right")
    for row in measured.rows:
        table.add_row(row.what, f"{row.bytes:,}", f"{row.live:,}")
    console.print(table)
    peak = measured.peak
    console.print(
        f"steady {measured.steady:,} bytes, peak {peak.live:,} ({peak.what}) of the {BUDGET:,} there are in all: "
        f"{BUDGET - peak.live:,} to spare; {measured.rows[-1].names} names are kept"
    )


def measure(in_slot: bool = False, images: bool = False) -> Measured:
    """Runs the pole's start, step by step; *in_slot*: of the app in a slot, after golden's; *images*: then those of
    an image, and of nothing else for a moment.

    Raises what ``wasm.run`` raises.
    """
    board = load_board("esp32-devkitc")
    site = load_site("sagar", 1)
    start = round(datetime.fromisoformat("2026-11-24T12:00+05:30").timestamp())
    files = {"board.json": json.dumps(board), "config.json": json.dumps(pole_config(site, site.poles[0], start))}
    app = compile_tree(FIRMWARE, writable_cache("mpy"), shorter=True)
    if in_slot:
        with tempfile.TemporaryDirectory(prefix="diya-slot-") as folder:
            slot = Path(folder) / "a"
            shutil.copytree(app, slot)
            text = list_of({file.name: file.read_bytes() for file in slot.iterdir()})
            (slot / "list").write_bytes(text)
            pointer = json.dumps({**empty(), "run": ["a"], "slots": {"a": ["0.2.0", hash_of(text)]}})
            (_, start_bytes, start_names), *rest = run(app, files, steps(True, images), slot, pointer)
    else:
        (_, start_bytes, start_names), *rest = run(app, files, steps(False, images))
    rows: list[Row] = []
    charged = 0
    for what, used, names in rest:
        before = charged
        # the stand-ins for the chip's own modules have names too, and these come first
        here = _pools(names) - _pools(start_names)
        names -= start_names
        live = used - start_bytes - here + _pools(names) + charged
        rows.append(Row(what, live - (rows[-1].live if rows else 0), live, names))
        for after, charge, size in CHARGED:
            if after == what:
                charged += size
                rows.append(Row(charge, size, live + charged - before, names))
    return Measured(rows)


def _pools(names: int) -> int:
    """Bytes of MicroPython's tables of *names* names (py/qstr.c): the first has 20 places, each other twice as many.

    A place has an address (4 bytes), a hash (2) and a length (1); the letters lie elsewhere.
    """
    places = 20
    out = 0
    while names > 0:
        out += (24 + 7 * places + 15) // 16 * 16
        names -= places
        places *= 2
    return out


def steps(in_slot: bool = False, images: bool = False) -> list[tuple[str, str]]:
    """(what, code to run), in the order of the pole's own start (boot.py, then main.py); as for ``measure``."""
    board = load_board("esp32-devkitc")
    names = files_of({file.relative_to(FIRMWARE).as_posix(): file.read_text() for file in FIRMWARE.rglob("*.py")})
    drivers = ["pole.drivers.board", *_drivers(board)]
    loads = [names[name] for first in drivers for name in import_order(FIRMWARE, first)]
    out = [("asyncio, which is a part of MicroPython", "import asyncio")]
    ports = "ports = boot.boot('/vfs', '/data')"
    if in_slot:
        out.append(("golden's start", f"import boot, main\n{ports}\nhanded = boot.handed_by(ports)"))
        forget = "import hand_over\ndel boot, main, ports\nhand_over.clear(handed)"
        out.append((GOLDEN_IS_GONE, forget))
        ports = "ports = boot.take_over(handed)\ndel boot, sys.modules['boot']"
    out += [(file, f"__import__('{file}')") for file in dict.fromkeys(loads)]
    out.append(("its ports", f"import boot\n{ports}"))
    out.append(("checking the settings", "import main\nsettings = main.read_settings(ports, 0)"))
    out.append(("... and forgetting how", "main.unload('board', *main.CHECKING)"))
    loads = [names[name] for first in ("pole.app", "pole.health.watch") for name in import_order(FIRMWARE, first)]
    out += [(file, f"__import__('{file}')") for file in dict.fromkeys(loads) if file not in dict(out)]
    out.append(("the app itself", "one = main.build(ports, *settings, (0, ''))\nports.chip = None"))
    out.append(("... and forgetting how", f"main.unload('app', '{names['pole.drivers.chip.identity']}')"))
    out.append(("its first turn: a night's table, a state, an event", "turns = one.run()\nturns.send(None)"))
    out.append(("the detectors of faults", "\n".join(f"__import__('{names[name]}')" for name in DETECTORS)))
    out.append(("while its link is made secure", f"__import__('{names['pole.drivers.network.tls']}')"))
    out.append((STEADY, f"main.unload('{names['pole.drivers.network.tls']}')"))
    out.append(("... without the detectors", f"main.unload(*{[names[name] for name in DETECTORS]})"))
    for what, (loaded, forgotten) in (OF_AN_IMAGE if images else FOR_A_MOMENT).items():
        out.append((what, "\n".join(f"__import__('{names[name]}')" for name in loaded)))
        out.append(("... and forgetting how", f"main.unload(*{[names[name] for name in forgotten]})"))
    return out


def _drivers(board: dict[str, Any]) -> list[str]:
    """Modules of pole/drivers that a pole with *board* loads."""
    chosen = (f"pole.drivers.{ROLES[table]}.{board[table]['driver']}" for table in ROLES if table in board)
    return [*loaded_later(FIRMWARE, "pole.drivers.board"), *dict.fromkeys(chosen)]
