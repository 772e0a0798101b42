"""The firmware's source: boot.py and main.py, which MicroPython starts by name, and the app `pole` beside them."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pole

_INSTALLED = Path(__file__).parents[1] / "firmware_files"

FIRMWARE = _INSTALLED if _INSTALLED.is_dir() else Path(pole.__file__).parent.parent


def start_module(name: str) -> ModuleType:
    """The firmware's module *name*, `boot` or `main`, for CPython: from its own file, as others have a `main` too."""
    known = sys.modules.get(name)
    if known is not None and known.__file__ == str(FIRMWARE / f"{name}.py"):
        return known
    spec = importlib.util.spec_from_file_location(name, FIRMWARE / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.modules[name] = module
    return module
