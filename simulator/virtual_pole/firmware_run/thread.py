"""Implements `simulator.virtual_pole.app_interface.App` for a virtual chip, on a thread, in a pole of its own."""

from __future__ import annotations

import selectors
import socket
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from threading import Lock, Thread

from simulator.hardware.dram import Dram
from simulator.virtual_pole.firmware_run.pole import LiveClock, LivePole, Start
from simulator.virtual_pole.flash_file import FlashFile

FOREVER_MS = 1 << 40


class Life:
    """The chip with the station address *mac* and its pole.  *log* takes lines about what happens.

    *clock*: as for LivePole.  ``light_log`` has every change of the lamp's light as (Unix s, %), the first when the
    pole is wired.
    """

    def __init__(
        self, mac: bytes = bytes((2, 0, 0, 0, 0, 1)), log: Callable[[str], None] = lambda _text: None,
        clock: LiveClock | None = None,
    ) -> None:  # fmt: skip
        self.light_log: list[tuple[float, float]] = []
        self._mac = mac
        self._log = log
        self._clock = clock
        self._todo: deque[Callable[[], None]] = deque()
        self._bell: socket.socket | None = None
        self._thread: Thread | None = None
        self._present: Start | None = None
        self._lock = Lock()

    # -- App

    def start(self, flash: FlashFile, cause: int, send: Callable[[bytes], None], reset: Callable[[], None]) -> None:
        with self._lock:
            if self._thread is None:
                self._pole = LivePole(self._mac, self._log, self.light_log, self._clock)
                self._bell, ear = socket.socketpair()
                self._bell.setblocking(False)
                ear.setblocking(False)
                self._thread = Thread(target=self._run, args=(ear,), name="life of a virtual pole", daemon=True)
                self._thread.start()
        start = self._present = Start(flash, cause, send, reset)
        self._do(lambda: self._pole.begin(start))

    def receive(self, data: bytes) -> None:
        start = self._present
        if start:
            self._do(lambda: self._pole.type(start, data))

    def stop(self) -> None:
        start, self._present = self._present, None
        if start:
            start.cut()
            self._do(lambda: self._pole.end(start))

    # -- what happens to the pole

    def close(self) -> None:
        """The end: of the pole, too."""
        self.stop()
        thread, self._thread = self._thread, None
        if thread:
            self._do(self._pole.kernel.stop)
            thread.join()
            assert self._bell
            self._bell.close()

    def unix_ms(self) -> int:
        """The time at the pole, once it has started."""
        return self._pole.unix_ms()

    def light_percent(self) -> float:
        """The light the lamp gives now, in percent of what a new one gives; a chip that does nothing has it lit."""
        return self.light_log[-1][1] if self.light_log else 100.0

    @property
    def running(self) -> bool:
        """Whether MicroPython has the console: what is typed before is lost, as on a chip."""
        start = self._present
        return start is not None and start.running is not None

    @property
    def dram(self) -> Dram:
        """The memory of the chip, once it has started."""
        return self._pole.dram

    def wifi(self, in_reach: bool) -> None:
        """From now on the access point is in reach, or not."""
        self._do(lambda: self._pole.reach(in_reach))

    def _do(self, action: Callable[[], None]) -> None:
        self._todo.append(action)
        if self._bell:
            with suppress(BlockingIOError, BrokenPipeError):  # it rings already, or the thread has ended
                self._bell.send(b"!")

    def _run(self, ear: socket.socket) -> None:
        def hear(_mask: int) -> None:
            with suppress(BlockingIOError):
                ear.recv(4096)
            while self._todo:
                self._todo.popleft()()

        pole = self._pole
        pole.kernel.every(60_000, lambda: None)  # no wait is too long for the system
        pole.selector.register(ear, selectors.EVENT_READ, hear)
        try:
            pole.kernel.run(FOREVER_MS)
        finally:
            pole.close()
            ear.close()
