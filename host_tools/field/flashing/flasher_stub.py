"""Espressif's flasher stub: a loader in the chip's RAM that runs at 160 MHz instead of the ROM's 40.

It comes with esptool, as a file for each chip, under the Apache or MIT licence.  We put it there while esptool is still
starting, which saves that time, and have the MD5 of what is in the flash in a third of it.  esptool finds it running.
"""

from __future__ import annotations

import json
from base64 import b64decode
from functools import lru_cache
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import NamedTuple

from host_tools.python_program import distribution


class Stub(NamedTuple):
    """What goes to which address in RAM, and where it starts."""

    segments: tuple[tuple[int, bytes], ...]
    entry: int


@lru_cache
def stub_for(chip: str) -> Stub | None:
    """The stub for *chip*; None where this esptool keeps it elsewhere, and the ROM has to do."""
    try:
        file = Path(str(distribution("esptool").locate_file(f"esptool/targets/stub_flasher/2/{chip}.json")))
        found = json.loads(file.read_text(encoding="utf-8"))
        segments = [(int(found[f"{part}_start"]), b64decode(found[part])) for part in ("text", "data") if part in found]
        return Stub(tuple(segments), int(found["entry"]))
    except (PackageNotFoundError, OSError, ValueError, KeyError, TypeError):
        return None
