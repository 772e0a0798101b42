"""Models the time of erasing and programming, and the state of the flash when power is lost in between.

The times are the typical ones of the Winbond W25Q32JV, W25Q64JV and W25Q128JV (data sheets, "AC electrical
characteristics": tPP, tSE, tBE2, tCE), which Espressif's modules carry or are compatible with.  An operation changes
the flash file when its time is over; the flash chip does one at a time.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from simulator.virtual_pole.flash_file import SECTOR, FlashFile

PAGE = 256  # bytes programmed at once
BLOCK = 64 * 1024  # bytes of the largest part erased at once, short of the whole chip
PROGRAM_PAGE_S = 0.0004  # tPP
ERASE_SECTOR_S = 0.045  # tSE
ERASE_BLOCK_S = 0.150  # tBE2
ERASE_CHIP_S_PER_MIB = 2.5  # tCE: 10 s for 4 MiB, 20 s for 8 MiB, 40 s for 16 MiB


class _Operation(NamedTuple):
    begin: float
    end: float
    at: int
    n: int
    data: bytes | None  # None: erase


class TimedFlash:
    """The flash chip on its bus.  Times are in seconds of the caller's clock; ``idle_at``: when it is done with all."""

    def __init__(self, file: FlashFile) -> None:
        self.file = file
        self.size = file.size
        self.idle_at = 0.0
        self._pending: deque[_Operation] = deque()

    def program(self, at: int, data: bytes, now: float) -> float:
        """Programs *data* at *at* as soon as the chip is idle; returns when that is done."""
        first, last = at // PAGE, (at + len(data) - 1) // PAGE
        return self._begin(at, len(data), bytes(data), (last - first + 1) * PROGRAM_PAGE_S, now)

    def erase_next(self, at: int, n: int, now: float) -> int:
        """Begins to erase the sector or whole block at *at*, of *n* bytes to be erased; returns how many it takes."""
        if at % BLOCK == 0 and n >= BLOCK:
            self._begin(at, BLOCK, None, ERASE_BLOCK_S, now)
            return BLOCK
        self._begin(at, SECTOR, None, ERASE_SECTOR_S, now)
        return SECTOR

    def erase(self, at: int, n: int, now: float) -> float:
        """Erases the sectors that hold the *n* bytes at *at*; returns when that is done."""
        end = at + n
        at = at // SECTOR * SECTOR
        while at < end:
            at += self.erase_next(at, -(-(end - at) // SECTOR) * SECTOR, now)
        return max(now, self.idle_at)

    def erase_all(self, now: float) -> float:
        """Erases the whole chip; returns when that is done."""
        return self._begin(0, self.size, None, self.size / 2**20 * ERASE_CHIP_S_PER_MIB, now)

    def _begin(self, at: int, n: int, data: bytes | None, seconds: float, now: float) -> float:
        begin = max(now, self.idle_at)
        self.idle_at = begin + seconds
        self._pending.append(_Operation(begin, self.idle_at, at, n, data))
        return self.idle_at

    def settle(self, now: float) -> None:
        """Puts into the file what is done by *now*."""
        while self._pending and self._pending[0].end <= now:
            operation = self._pending.popleft()
            self._apply(operation, operation.n)

    def cut(self, now: float) -> None:
        """The power went, or the chip that drives it was reset: what has begun is half done, the rest is not begun."""
        self.settle(now)
        if self._pending and self._pending[0].begin < now:
            operation = self._pending[0]
            part = (now - operation.begin) / (operation.end - operation.begin)
            self._apply(operation, int(operation.n * part))
        self._pending.clear()
        self.idle_at = min(self.idle_at, now)

    def _apply(self, operation: _Operation, n: int) -> None:
        n = min(n, self.size - operation.at)  # past its end a real chip wraps to its start; that is never intended
        if operation.data is not None:
            self.file.program(operation.at, operation.data[:n])
        elif n:
            self.file.erase(operation.at, n)
