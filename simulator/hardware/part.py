"""The interface of each part of a virtual ESP32 to the chip it belongs to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

Answer = tuple[int, bytes]  # value (below zero: -errno) and data
Operation = Callable[[int, int, bytes], Answer]


class Part(Protocol):
    """Pins, a bus, the radio: it answers some of the operations of ``simulator.device_modules.ops``."""

    def operations(self) -> dict[int, Operation]:
        """What it answers, by operation; each is called with a, b and data."""

    def power_on(self, cut: bool) -> None:
        """The chip begins a new run, after a power cut or (*cut* False) a reset."""
