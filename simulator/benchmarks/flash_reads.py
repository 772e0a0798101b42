"""Counts how often a pole reads its flash: until its lamp is lit, until its app is made, and for modules of a moment.

littlefs reads little at a time, and each read takes a chip some 50 microseconds beside its bytes.  The count is of
MicroPython's own littlefs (VfsLfs2) over the image that a pole is flashed with.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from host_tools.boards import load_board
from host_tools.boards.flash_layout import placed
from host_tools.field.images import file_system
from host_tools.firmware_build.compile import compile_app, compile_tree
from host_tools.firmware_build.find_micropython import find_micropython
from host_tools.firmware_build.shrink import files_of
from host_tools.firmware_build.sources import FIRMWARE
from host_tools.site import load_site, pole_config
from host_tools.user_folders import writable_cache
from pole.update.pointer import empty
from pole.wire.digest import hash_of
from simulator.benchmarks.heap import FOR_A_MOMENT
from simulator.engines.micropython import VIRTUAL
from simulator.engines.releases import list_of

VM = Path(__file__).parent / "vm" / "flash_reads.py"
BOARD = "esp32-devkitc"
MPY = 6  # version of .mpy files
LIGHT, MOMENT = 1000, 50  # reads at most until the lamp is lit, and for each thing that is loaded for a moment
IN_SLOT = 32  # times as many where the app is in a slot: some 60 ms for a moment, 1.5 s for a start, of a lit lamp
VFS = DATA = 1 << 20  # bytes of the partition


class Reads(NamedTuple):
    """*reads* of *bytes* in all, for *what*; *us*: microseconds of this computer without them, of a start's rows."""

    what: str
    reads: int
    bytes: int
    us: int


def files() -> dict[str, bytes]:
    """What is on the flash of a pole whose link is secure, by name."""
    site = load_site("sagar", 1)
    start = round(datetime.fromisoformat("2026-11-24T12:00+05:30").timestamp())
    config = {**pole_config(site, site.poles[0], start), "keys": {"P0001": "00" * 32}}
    out = compile_app(FIRMWARE, MPY)
    out |= {name: _json(value) for name, value in (("board.json", load_board(BOARD)), ("config.json", config))}
    out |= {"identity.json": b"x" * 60, "update.pem": b"x" * 625}
    return out | dict.fromkeys(("ca.pem", "pole.pem", "pole.key"), b"x" * 900)


def measure(in_slot: bool = False) -> list[Reads]:
    """Starts a pole with ``files`` on its flash; *in_slot*: the app is in slot ``a``, too, and runs there.

    Raises RuntimeError.
    """
    texts = {file.relative_to(FIRMWARE).as_posix(): file.read_text() for file in FIRMWARE.rglob("*.py")}
    names = files_of(texts)
    moments = [
        (what, list(dict.fromkeys(names[name] for name in loaded)), [names[name] for name in forgotten])
        for what, (loaded, forgotten) in FOR_A_MOMENT.items()
    ]
    with tempfile.TemporaryDirectory(prefix="diya-reads-") as folder:
        image, work = Path(folder) / "vfs.bin", Path(folder) / "moments.json"
        image.write_bytes(file_system.image_of(placed(files()), VFS).ljust(VFS, b"\xff"))
        work.write_text(json.dumps(moments))
        more = []
        if in_slot:
            more.append(str(Path(folder) / "data.bin"))
            Path(more[0]).write_bytes(_data())
        path = os.pathsep.join([str(compile_tree(VIRTUAL, writable_cache("mpy"))), ".frozen"])
        done = subprocess.run(
            [*find_micropython(), "-X", "heapsize=4m", str(VM), str(image), str(work), *more],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "MICROPYPATH": path},
        )
    if done.returncode:
        raise RuntimeError(f"counting the reads failed: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return [Reads(*row) for row in json.loads(done.stdout.splitlines()[-1])]


def _data() -> bytes:
    """The data partition of a pole that has run for a while, with the app in slot ``a``."""
    app = placed({**compile_app(FIRMWARE, MPY), "board.json": _json(load_board(BOARD))})
    del app["board.json"]
    text = list_of(app)
    pointer = {**empty(), "run": ["a"], "slots": {"a": ["0.2.0", hash_of(text)]}}
    out = {f"a/{path}": data for path, data in (*app.items(), ("list", text))}
    out |= {"app.json": _json(pointer), "commands.json": b"x" * 300, "counters.json": b"x" * 200}
    out |= {f"j{number:08x}.f": b"x" * 4000 for number in range(16)}
    return file_system.image_of(out, DATA).ljust(DATA, b"\xff")


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()
