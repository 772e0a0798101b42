"""The task watchdog of a virtual ESP32: off after every reset, and not to be stopped once started."""

from __future__ import annotations

from collections.abc import Callable

from simulator.device_modules import ops
from simulator.hardware.part import Answer, Operation


class Watchdog:
    """``deadline`` is the millisecond of the run at which it resets the chip; None while it is off."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._timeout_ms = 0
        self.deadline: int | None = None

    def expired(self, now_ms: int) -> bool:
        """True from the deadline on: the chip has to be reset."""
        return self.deadline is not None and now_ms >= self.deadline

    def power_on(self, _cut: bool) -> None:
        self.deadline = None

    def operations(self) -> dict[int, Operation]:
        return {ops.WDT_START: self._start, ops.WDT_FEED: self._feed}

    def _start(self, timeout_ms: int, _b: int, _data: bytes) -> Answer:
        self._timeout_ms = timeout_ms
        return self._feed(0, 0, b"")

    def _feed(self, _a: int, _b: int, _data: bytes) -> Answer:
        self.deadline = self._now_ms() + self._timeout_ms
        return 0, b""
