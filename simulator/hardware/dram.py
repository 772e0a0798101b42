"""The memory of a virtual ESP32 outside of Python's heap: who takes how much of it, and what is left for TLS.

A chip without SPIRAM has about 165 KB when MicroPython has started.  Python keeps to its budget of 80 KiB, a Wi-Fi that
is on takes 28 KiB, and each TLS session 45 KB: the buffers of 16 and 4 KiB for its records, its keys and certificates,
and what the handshake needs.  So there is room for one session and for no second.
"""

from __future__ import annotations

import errno
from collections.abc import Callable

from simulator.hardware.part import Answer, Operation
from simulator.virtual import ops

TOTAL = 165_000  # bytes
PYTHON = 80 * 1024
WIFI = 28 * 1024
TLS_SESSION = 45_000


class Dram:
    """Memory of one chip; *radio_on* says whether its Wi-Fi is on.

    ``sessions`` are the TLS sessions that are open; ``refused`` counts those for which there was no room.  ``short``:
    what is left is in pieces, so that none can be opened, while one that is open goes on.
    """

    def __init__(self, radio_on: Callable[[], bool]) -> None:
        self.sessions = 0
        self.refused = 0
        self.short = False
        self._radio_on = radio_on

    @property
    def free(self) -> int:
        """Bytes that nobody has."""
        return TOTAL - PYTHON - (WIFI if self._radio_on() else 0) - self.sessions * TLS_SESSION

    def power_on(self, _cut: bool) -> None:
        self.sessions = 0

    def operations(self) -> dict[int, Operation]:
        return {ops.TLS_OPEN: self._open, ops.TLS_CLOSE: self._close}

    def _open(self, _a: int, _b: int, _data: bytes) -> Answer:
        if self.short or self.free < TLS_SESSION:
            self.refused += 1
            return -errno.ENOMEM, b""
        self.sessions += 1
        return 0, b""

    def _close(self, _a: int, _b: int, _data: bytes) -> Answer:
        if not self.sessions:
            raise RuntimeError("a TLS session was closed that was not open")
        self.sessions -= 1
        return 0, b""
