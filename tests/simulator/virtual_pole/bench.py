"""A virtual pole on the bench: a program that says that it runs, an image that its ROM accepts, and esptool."""

import struct
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256, shake_128
from threading import Event
from typing import Any

from simulator.virtual_pole.flash_file import FlashFile
from simulator.virtual_pole.pole import SerialPole
from tests.patience import PATIENCE_S, until


class Program:
    """What runs on the chip: says that it runs, and says again what it is told."""

    def __init__(self) -> None:
        self.starts: list[int] = []
        self.heard = b""
        self.runs = False
        self.booted = Event()
        self.send: Callable[[bytes], None] = lambda _data: None
        self.reset: Callable[[], None] = lambda: None
        self.light_log: list[tuple[float, float]] = []

    def start(self, flash: FlashFile, cause: int, send: Callable[[bytes], None], reset: Callable[[], None]) -> None:
        self.starts.append(cause)
        self.send, self.reset, self.runs = send, reset, True
        send(b"program runs\r\n")
        self.booted.set()

    def receive(self, data: bytes) -> None:
        self.heard += data
        self.send(data)

    def stop(self) -> None:
        self.runs = False

    def close(self) -> None:
        assert not self.runs


def pole(chip: str = "esp32", port: str = "socket", **settings: Any) -> tuple[SerialPole, Program]:
    """A pole with a Program on it."""
    program = Program()
    return SerialPole(chip, port, app=program, **settings), program


def filler(n: int, seed: str = "filler") -> bytes:
    """*n* bytes that compress about 1.6 to 1."""
    return shake_128(seed.encode()).digest(n).translate(bytes(byte % 32 for byte in range(256)))


def bootloader(chip_id: int, n: int = 6000) -> bytes:
    """A second-stage bootloader that the ROM of a chip with that number finds sound."""
    segment = filler(n // 4 * 4)
    image = struct.pack("<BBBBI4xH8x?", 0xE9, 1, 2, 0x20, 0x40080000, chip_id, True).ljust(23, b"\0")[:23] + b"\1"
    image += struct.pack("<II", 0x3FFF0000, len(segment)) + segment
    check = 0xEF
    for byte in segment:
        check ^= byte
    image += bytes(15 - len(image) % 16) + bytes([check])
    return image + sha256(image).digest()


def esptool(url: str, *arguments: str) -> "subprocess.Popen[str]":
    """Starts esptool at *url*."""
    command = [sys.executable, "-m", "esptool", "--port", url, *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def finish(process: "subprocess.Popen[str]") -> tuple[int, str]:
    """Its exit code and all it said."""
    out, _ = process.communicate(timeout=PATIENCE_S)
    return process.returncode, out


def eventually(condition: Callable[[], Any], what: str) -> None:
    """Waits until *condition* holds."""
    until(condition, what, 0.005)
