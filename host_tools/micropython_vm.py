"""Finds the MicroPython virtual machine."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from host_tools.errors import DiyaError


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
