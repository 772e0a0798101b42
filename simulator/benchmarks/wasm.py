"""MicroPython with the ESP32's memory layout: its WebAssembly build, 32-bit words and blocks of 16 bytes.

It is one npm package, fetched the first time.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from host_tools.firmware_build.compile import compile_tree
from host_tools.user_folders import writable_cache
from simulator.engines.micropython import VIRTUAL

PACKAGE = "@micropython/micropython-webassembly-pyscript@1.28.0-6"
HERE = Path(__file__).parent
NPM = HERE.parents[1] / "build" / "npm"


def missing() -> str:
    """Why nothing can be measured here, in a sentence; "" when it can."""
    if shutil.which("node") and shutil.which("npm"):
        return ""
    return "no table of the ESP32's heap: it needs Node.js (Debian and Ubuntu: apt-get install nodejs npm)"


def run(
    firmware: Path,
    files: Mapping[str, str],
    steps: Sequence[tuple[str, str]],
    slot: Path | None = None,
    pointer: str = "",
) -> list[tuple[str, int, int]]:
    """Runs *steps* (what, code) on the firmware compiled to the folder *firmware*, with *files* in its ``/vfs``.

    *slot* is the folder of the app in slot ``a``, and *pointer* the text of ``app.json``, where there is one.

    [(what, bytes in use after it, names kept), ...], the first before the first step.  Raises RuntimeError where a step
    fails, CalledProcessError where npm cannot fetch the package.
    """
    module = NPM / "node_modules" / "@micropython" / "micropython-webassembly-pyscript" / "micropython.mjs"
    if not module.exists():
        NPM.mkdir(parents=True, exist_ok=True)
        subprocess.run(["npm", "install", "--silent", "--prefix", str(NPM), PACKAGE], check=True)
    with tempfile.TemporaryDirectory(prefix="diya-heap-") as folder:
        for name, text in files.items():
            (Path(folder) / name).write_text(text)
        job = {
            "micropython": str(module),
            "firmware": str(firmware),
            "virtual": str(compile_tree(VIRTUAL, writable_cache("mpy"))),
            "folder": folder,
            "steps": list(steps),
            "slot": str(slot or ""),
            "pointer": pointer,
        }
        done = subprocess.run(
            ["node", str(HERE / "heap32.mjs"), json.dumps(job)], capture_output=True, text=True, check=False
        )
    if done.returncode:
        raise RuntimeError(f"measuring the heap failed: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return [(what, used, names) for what, used, names in json.loads(done.stdout.splitlines()[-1])]
