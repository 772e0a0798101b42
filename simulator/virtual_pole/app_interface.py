"""The interface of the program that runs on a virtual chip while it is not in its loader."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from simulator.virtual_pole.flash_file import FlashFile

# why the chip started, as `machine.reset_cause()` of the ESP32 port numbers it
POWER_ON, HARD_RESET, WATCHDOG_RESET, DEEP_SLEEP, SOFT_RESET = 1, 2, 3, 4, 5


class App(Protocol):
    """A program that boots from a flash and talks on the chip's serial line.

    The chip calls ``start`` and ``stop`` in turns, ``receive`` only between them, and never two of them at a time.
    None of them may block: what takes time runs on threads or processes of the app's own.  ``light_log`` has every
    change of the pole's light as (Unix s, %).
    """

    light_log: list[tuple[float, float]]

    def start(self, flash: FlashFile, cause: int, send: Callable[[bytes], None], reset: Callable[[], None]) -> None:
        """Boot from *flash*.

        *cause* is one of the numbers above.  *send* puts bytes on the serial line and *reset* is what
        ``machine.reset()`` or the watchdog does; both may be called from any thread, return at once, and do nothing
        any more once the app was stopped.
        """
        ...

    def receive(self, data: bytes) -> None:
        """Bytes that came over the serial line, as they came."""
        ...

    def stop(self) -> None:
        """EN went low or the power is gone: the program ends at once and leaves the flash as it is."""
        ...

    def close(self) -> None:
        """Ends the app for good, also the parts kept between two starts."""
        ...
