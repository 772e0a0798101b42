"""The pole that a flashed chip finds itself in: a plant and a board, wired as the files in its flash say."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from littlefs import LittleFS, LittleFSError, UserContext

from host_tools.boards import list_boards, load_board
from host_tools.site.model import Luminaire, Pole
from simulator.hardware.flash import BLOCK
from simulator.kernel import Kernel
from simulator.plant.mains import Feeder
from simulator.plant.pole import PolePlant
from simulator.plant.weather import Weather
from simulator.run_time import RunTime
from simulator.street.wiring import Own, Wiring
from simulator.virtual_pole.firmware_run.bootloader import Booted

ZONE = "Asia/Kolkata"  # whose clock the town's load and the weather go by
SEED = 1
LAMP = Luminaire("led-90", 90.0, 12150.0, ((10, 14.0, 0.60), (50, 46.0, 0.88), (100, 90.0, 0.97)))
SAGAR = (23.84, 78.74)
_LUMENS_PER_W = 135.0


def files_of(image: bytes) -> dict[str, Any]:
    """``board.json`` and ``config.json`` of the file system *image*, as far as they can be read."""
    little = LittleFS(
        UserContext(buffer=bytearray(image)), mount=False, block_size=BLOCK, block_count=len(image) // BLOCK
    )
    found: dict[str, Any] = {}
    try:
        little.mount()
        for name in ("board.json", "config.json"):
            with little.open(name, "rb") as file:
                found[name] = json.loads(file.read())
    except (LittleFSError, OSError, ValueError):
        pass
    return found


def board_of(files: Mapping[str, Any], booted: Booted) -> dict[str, Any]:
    """The board the files name; without, or where it has another chip, the first one with this chip."""
    board = files.get("board.json")
    if isinstance(board, dict) and board.get("chip") == booted.chip:
        return board
    boards = (load_board(name) for name in list_boards())
    return next(board for board in boards if board["chip"] == booted.chip)


def solder(
    kernel: Kernel, unix_ms: Callable[[], int], board: dict[str, Any], config: Mapping[str, Any], address: str, own: Own
) -> tuple[PolePlant, Wiring]:
    """The plant of the pole that *config* is of, and the wiring of its *board* over it."""
    run_time = RunTime((unix_ms() - kernel.now_ms) // 1000, ZONE)
    latitude, longitude = config.get("latitude", SAGAR[0]), config.get("longitude", SAGAR[1])
    name = str(config.get("pole", "pole"))
    pole = Pole(name, latitude, longitude, "W1", "Z1", "F1", "road", LAMP.name, board["name"])
    plant = PolePlant(
        pole,
        _luminaire(config),
        Feeder(pole.feeder, SEED, run_time),
        Weather(latitude, longitude, SEED, run_time),
        SEED,
        board=board,
    )
    wiring = Wiring(kernel, board, plant, SEED, unix_ms, address, own)
    wiring.chip.gpio.release()
    return plant, wiring


def _luminaire(config: Mapping[str, Any]) -> Luminaire:
    points = tuple((level, mw / 1000, factor / 1000) for level, mw, factor in config.get("luminaire", ()))
    if not points:
        return LAMP
    rated = points[-1][1]
    return Luminaire("flashed", rated, rated * _LUMENS_PER_W, points)
