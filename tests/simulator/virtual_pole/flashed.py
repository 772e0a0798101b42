"""A flash as esptool leaves it, and a technician at the console of its chip."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Thread

from host_tools.boards import load_board
from host_tools.boards.flash_layout import placed
from host_tools.field.images import file_system, nvs, partitions
from simulator.virtual_pole.app_interface import HARD_RESET, POWER_ON
from simulator.virtual_pole.firmware_run import Life
from simulator.virtual_pole.flash_file import FlashFile
from simulator.virtual_pole.stand_in_image import stand_in_image
from tests.patience import until

BOARDS = {"esp32": "esp32-devkitc", "esp32s3": "esp32-s3-devkitc", "esp32c3": "esp32-c3-devkitm"}


def flashed(
    files: Mapping[str, bytes] | None, chip: str = "esp32", path: Path | None = None, flash_mb: int | None = None
) -> FlashFile:
    """A flash with MicroPython, our partition table, NVS of a new pole, and *files* on `vfs` (None: left erased)."""
    board = load_board(BOARDS[chip])
    mb = flash_mb or board["flash_mb"]
    flash = FlashFile(path, mb << 20)
    table = partitions.layout(mb)
    start = partitions.BOOTLOADER_OFFSETS[chip]
    image = stand_in_image(chip, size=100_000, flash_mb=mb)
    flash.program(start, image[: partitions.OFFSET - start])
    flash.program(partitions.OFFSET, partitions.encode(table))
    flash.program(partitions.first_app(table).offset, image[0x10000 - start :])
    flash.program(table["nvs"].offset, nvs.of_new_pole(table["nvs"].size))
    if files is not None:
        whole = {"board.json": json.dumps(board).encode(), **files}
        flash.program(table["vfs"].offset, file_system.image_of(placed(whole), table["vfs"].size))
    return flash


def reached(so: Callable[[], bool], what: str) -> None:
    """Returns when *so*; fails when it never is."""
    until(so, what, 0.005)


class Technician:
    """At the console of the chip that *flash* is in, which is powered until ``leave``."""

    def __init__(self, flash: FlashFile) -> None:
        self.flash = flash
        self.life = Life()
        self.said = b""
        self.starts = 0
        self._start(POWER_ON)

    def _start(self, cause: int) -> None:
        self.starts += 1
        self.life.start(self.flash, cause, self._hear, self._reset)

    def _hear(self, data: bytes) -> None:
        self.said += data

    def _reset(self) -> None:
        def again() -> None:
            self.life.stop()
            self._start(HARD_RESET)

        Thread(target=again).start()  # as the chip does it: the app that asked is not kept waiting

    def types(self, data: bytes) -> None:
        self.life.receive(data)

    def hears(self, text: bytes) -> bytes:
        """What was said up to and with *text*, which is forgotten."""
        reached(lambda: text in self.said, f"{text!r} in {self.said!r}")
        end = self.said.index(text) + len(text)
        heard, self.said = self.said[:end], self.said[end:]
        return heard

    def runs(self, program: bytes) -> bytes:
        """What *program* prints, given to the raw REPL, and then of what it died."""
        self.types(program + b"\x04")
        self.hears(b"OK")
        return self.hears(b"\x04>")[:-2].replace(b"\x04", b"!")

    def leave(self) -> None:
        self.life.close()
        self.flash.close()

    def __enter__(self) -> Technician:
        return self

    def __exit__(self, *_error: object) -> None:
        self.leave()


RAW = b"raw REPL; CTRL-B to exit\r\n>"
