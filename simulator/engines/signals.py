"""Signals that come while a pole is stepped in this process: they wait until the step is over."""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import FrameType
from typing import Any

_ENDING = ("SIGINT", "SIGTERM", "SIGHUP")


class WaitingSignals:
    """Holds back what ends the program while ``stepping``, once; a second signal is handled at once.

    Ctrl-C must end the simulation.  Inside a step it would be the firmware's own KeyboardInterrupt, with which a
    technician at the console asks a pole for maintenance.
    """

    def __init__(self) -> None:
        self.stepping = False
        self.waiting: tuple[int, FrameType | None] | None = None  # what came during the step
        self._before: dict[int, Any] = {}

    def install(self) -> None:
        for name in _ENDING:
            number = getattr(signal, name, None)
            handler = signal.getsignal(number) if number is not None else None
            if number is None or not callable(handler):
                continue  # ignored, or left to the system
            try:
                signal.signal(number, self._handler(handler))
            except ValueError:  # not the main thread, the only one that gets signals
                return
            self._before[number] = handler

    def remove(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before.clear()

    def step_over(self) -> None:
        """Handles what came during the step, as if it came now."""
        self.stepping = False
        if self.waiting is not None:
            (number, frame), self.waiting = self.waiting, None
            self._before[number](number, frame)

    def _handler(self, handler: Callable[[int, FrameType | None], Any]) -> Callable[[int, FrameType | None], None]:
        def handle(number: int, frame: FrameType | None) -> None:
            if self.stepping and self.waiting is None:
                self.waiting = number, frame
            else:
                handler(number, frame)

        return handle
