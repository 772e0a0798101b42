"""Where the `diya` script of this installation is, for programs that start verbs as a user does."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from pathlib import Path

from host_tools.errors import DiyaError


def diya_script() -> str:
    """Path of the `diya` script that was installed with this Python, else of the one on PATH.

    Raises DiyaError where there is none.
    """
    places = [str(Path(sys.executable).parent), sysconfig.get_path("scripts")]
    found = shutil.which("diya", path=os.pathsep.join(places)) or shutil.which("diya")
    if found is None:
        raise DiyaError(f"the `diya` script is not installed beside {sys.executable}: run `make setup` or install diya")
    return found
