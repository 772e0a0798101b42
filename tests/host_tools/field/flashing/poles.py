"""Virtual poles and bundles for the tests of flashing: small, so that a whole pole takes half a second."""

from __future__ import annotations

import hashlib
import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from host_tools.boards import load_board
from host_tools.field.bundle import Bundle, Region
from host_tools.field.flashing.flash_job import Job
from host_tools.field.flashing.plan import OWN
from host_tools.field.flashing.region_files import Files
from host_tools.field.images import micropython, partitions
from host_tools.field.ports import PortInfo
from simulator.virtual_pole.chips import CHIPS
from simulator.virtual_pole.faults import Faults
from simulator.virtual_pole.flash_file import FlashFile
from simulator.virtual_pole.pole import SerialPole
from simulator.virtual_pole.rom import bootloader_problem
from simulator.virtual_pole.stand_in_image import stand_in_image
from tests.bundles import ingredients, signer, small_bundle, small_site
from tests.patience import PATIENCE_S

FAST = (8_000_000, 4_000_000)  # baud; no adapter does that, and no test wants to wait


class Program:
    """What runs on the chip: nothing, but it knows how often it was started."""

    def __init__(self) -> None:
        self.starts = 0
        self.light_log: list[Any] = []

    def start(self, flash: FlashFile, cause: int, send: Callable[[bytes], None], reset: Callable[[], None]) -> None:
        self.starts += 1

    def was_started(self, times: int) -> bool:
        """Whether it was started so often, or is before long: without modem lines a chip is started by silence."""
        until = time.monotonic() + PATIENCE_S
        while self.starts < times and time.monotonic() < until:
            time.sleep(0.01)
        return self.starts == times

    def receive(self, data: bytes) -> None:
        pass

    def stop(self) -> None:
        pass

    def close(self) -> None:
        pass


@dataclass
class Names:
    """A registry that agrees to everything."""

    told: list[tuple[str, str, str]] = field(default_factory=list)

    def ask(self, mac: str, pole: str, site: str) -> None:
        pass

    def tell(self, mac: str, pole: str, site: str) -> None:
        self.told.append((mac, pole, site))


@lru_cache
def bundle(boards: tuple[str, ...] = ("esp32-devkitc",), size: int = 140_000, broker: str = "") -> Bundle:
    """A bundle whose file is gone again; with another *broker* only the poles' own files differ."""
    with TemporaryDirectory() as folder:
        return small_bundle(Path(folder) / "b.diya", boards, broker or "mqtt://127.0.0.1:1883", size)


class Tiny:
    """As a bundle, with as little in it as can be told apart: flash chips take their time, and most tests need not."""

    site = "sagar"
    poles = ("P0001", "P0002")

    def __init__(self, text: str = "1.24.1", board: str = "esp32-devkitc", data_at: int = 0) -> None:
        self._board = load_board(board)
        chip = self._board["chip"]
        image = micropython.read(stand_in_image(chip, 80_000, text), f"{chip}.bin")
        at = partitions.layout(self._board["flash_mb"])
        if data_at:
            at["data"] = at["data"]._replace(offset=data_at)
        rest = hashlib.shake_128(text.encode()).digest
        self._regions = [
            Region("bootloader", partitions.BOOTLOADER_OFFSETS[chip], image.bootloader),
            Region("partitions", partitions.OFFSET, partitions.encode(at)),
            Region("nvs", at["nvs"].offset, b"\xff" * 4096),
            Region("micropython", partitions.first_app(at).offset, image.app),
            Region("vfs", at["vfs"].offset, rest(6_000).hex().encode()),
            Region("data", at["data"].offset, b"littlefs" * 512),
        ]

    def board(self, pole: str) -> dict[str, Any]:
        return self._board

    def regions(self, pole: str, first: bool) -> list[Region]:
        return [region for region in self._regions if first or region.name not in OWN]

    def partition_table(self, pole: str) -> bytes:
        return self._regions[1].data


def virtual_pole(
    chip: str = "esp32", port: str = "socket", faults: Faults | Iterable[str] = (), **more: Any
) -> tuple[SerialPole, Program]:
    program = Program()
    return SerialPole(chip, port, faults=faults, app=program, **more), program


def plug_in(pole: SerialPole) -> None:
    """The cable is put back; returns when the port is there again."""
    pole.plug_in()
    end = time.monotonic() + PATIENCE_S
    host, port = pole.url.removeprefix("socket://").split(":")
    while time.monotonic() < end:
        try:
            socket.create_connection((host, int(port))).close()
            return
        except ConnectionRefusedError:
            time.sleep(0.002)
    raise AssertionError("the port did not come back")


def put(pole: SerialPole, of: Bundle | Tiny, name: str = "P0001") -> None:
    """*pole* has all that *of* has for it, as if it had been flashed."""
    for region in of.regions(name, True):
        pole.flash.program(region.offset, region.data)


def has(pole: SerialPole, of: Bundle | Tiny, name: str = "P0001", first: bool = True) -> bool:
    """Whether everything that *of* has for the pole is in the flash."""
    return all(pole.flash.read(at, len(data)) == data for _, at, data in of.regions(name, first))


def starts(pole: SerialPole) -> bool:
    """Whether the chip's ROM finds something to start."""
    return bootloader_problem(CHIPS[pole.kind.name], pole.flash, frozenset()) is None


def job(
    pole: SerialPole, of: Bundle | Tiny, files: Files, bauds: tuple[int, ...] = FAST, name: str = "P0001", **more: Any
) -> Job:
    return Job(of, name, PortInfo(pole.url), Names(), files, bauds, **more)


__all__ = [
    "FAST",
    "Tiny",
    "bundle",
    "has",
    "ingredients",
    "job",
    "plug_in",
    "put",
    "signer",
    "small_site",
    "starts",
    "virtual_pole",
]
