"""Chooses the folder of each file on a pole's flash: littlefs reads a whole folder to find one file in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from host_tools.boards import BoardError, load_board
from host_tools.boards.tables import ROLES, drivers

_ONE_IMAGE_MB = 4  # a flash that has room for one MicroPython image alone (as in field/images/partitions.py)

FOLDER = "lib/"  # where MicroPython looks last
# compiled modules that are loaded once, at the start; those for a moment are found sooner, as often as they are needed,
# but for four that are needed alone: a list of more than some 900 bytes takes every look at it one read more
AT_THE_START = frozenset((
    "agree", "app", "arise", "bcd_time", "board", "boot_app", "checking", "ground", "hand_over",
    "inputs", "keep", "main_app", "maintenance", "photocell", "reach", "resident", "sampling", "sensor_supply",
    "standing", "tidings", "which",
))  # fmt: skip
_OF_TWO_IMAGES = frozenset(("partition", "load", "replace"))  # MicroPython's update, where the flash has room for it
_DRIVERS = frozenset(chip for table in ROLES for chip in drivers(table))  # loaded then too
SELDOM = ("identity.json",)


def placed(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """*files* by their paths on the pole's flash, without drivers of chips that its ``board.json`` does not name."""
    out = {}
    board = json.loads(files["board.json"]) if "board.json" in files else {}
    others = _DRIVERS - _chips(board) if board else frozenset()
    if board.get("flash_mb") == _ONE_IMAGE_MB:
        others |= _OF_TWO_IMAGES
    for name, data in files.items():
        module, _, kind = name.rpartition(".")
        if kind == "mpy" and module in others:
            continue
        seldom = (kind == "mpy" and module in AT_THE_START | _DRIVERS | _OF_TWO_IMAGES) or name in SELDOM
        out[FOLDER + name if seldom else name] = data
    return out


@cache
def has_one_image(name: str) -> bool:
    """Whether the flash of the board *name* has room for one MicroPython image alone; False of a board not known."""
    try:
        return bool(load_board(name)["flash_mb"] == _ONE_IMAGE_MB)
    except BoardError:
        return False


def _chips(board: Mapping[str, Any]) -> set[str]:
    return {board[table]["driver"] for table in ROLES if table in board}
