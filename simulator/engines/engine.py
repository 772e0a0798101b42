"""The interface of an engine, which runs one pole's firmware from power-on until it is reset or loses power."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from simulator.hardware.flash import Flash


class PoleReset(SystemExit):
    """The firmware asked for a reset.  A SystemExit, so that no ``except Exception`` of the firmware stops it."""

    def __init__(self, cause: int) -> None:
        super().__init__(cause)
        self.cause = cause


class PoleDied(Exception):
    """The firmware ended without a reset, which on a pole would leave the REPL running."""


class Hardware(Protocol):
    """The pole's end of things on the host: every call of a virtual module arrives here."""

    name: str
    folder: Path  # holds vfs/
    flash: Flash  # the data partition
    loud: bool  # its parts may raise OSError, ValueError, MemoryError or RuntimeError, which the firmware is to see

    def handle(self, op: int, a: int, b: int, data: bytes) -> tuple[int, bytes]:
        """Value and data of one operation.  Raises PoleReset."""


class Runner(Protocol):
    """One run of one pole's firmware, from start to reset."""

    def step(self, ticks: int, ready: list[tuple[int, int]]) -> int:
        """Runs the firmware at *ticks* (ms since power-on) until it has nothing to do; *ready* are sockets.

        Returns how many milliseconds it waits at most, -1 for no limit.  Raises PoleReset and PoleDied.
        """

    def type(self, data: bytes) -> None:
        """*data* comes in on the console, to be seen at the next step."""

    def kill(self) -> None:
        """Ends the run: the power is gone."""

    def heap(self) -> tuple[int, int] | None:
        """Highest heap in use so far and live heap after the last collection, bytes; None where it is not measured."""


class Engine(Protocol):
    """Starts runs of firmware."""

    name: str

    def start(self, hardware: Hardware) -> Runner:
        """A pole is powered: its firmware begins with boot.py at the first step."""

    def close(self) -> None:
        """Ends what the engine itself started."""
