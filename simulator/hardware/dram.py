"""The memory of a virtual ESP32: ESP-IDF's heap, Python's heap that grows in it, and all other users of it.

All figures are measured on an ESP32 without SPIRAM with official MicroPython 1.26.1 (docs/memory.md); the rule by which
Python's heap grows is that of MicroPython's source (py/gc.c: gc_try_add_heap; ports/esp32/gccollect.c:
gc_get_max_new_split).  What the app needs of Python's heap is charged by ``waits``, ``UART_OPEN`` and ``TLS_OPEN`` as
it was seen on the chip and not by what an engine uses: neither engine has objects of the chip's size, and both have to
come to the same decisions.
"""

from __future__ import annotations

import errno
import struct
from collections.abc import Callable

from simulator.device_modules import ops
from simulator.hardware.idf_heap import IdfHeap, Piece
from simulator.hardware.part import Answer, Operation

FIRST_AREA = 56 * 1024  # bytes of Python's heap at the start (ports/esp32/mpconfigport.h)
SECOND_AREA = 48 * 1024  # bytes that pole/drivers/chip/heap.py has it grow by, to 104 KB in all
REGIONS = (33_108, 110_592)  # of ESP-IDF's heap beside that: together 143,700 bytes, the second in one piece
UNMEASURED = (33_108, 300_000)  # of any other chip: so much that nothing is refused for what was never measured
WIFI = (29_712, 12_288)  # what a Wi-Fi that is on takes: 101,700 bytes are left, 98,304 of them in one piece
UART = 848  # bytes that a UART takes beside its receive buffer
TLS_WRAP = (16_717, 4_429, 2_454)  # wrap_socket: mbedTLS' buffers for records, and its contexts; 23,600
TLS_KEPT = (2_200, 2_200)  # what a session has taken after its handshake: 28,000 in all
TLS_HANDSHAKE = (4_000, 2_000, 2_000, 2_000)  # and only during the handshake; see docs/memory.md for the bounds on it
HANDSHAKE_MS = 2_000  # its arithmetic, in which the chip does nothing else (1.5 to 2.0 s)
LWIP = (1_500,) * 8  # what lwIP takes while a connection is open, at most: 12,000

APP = 78_700  # bytes of Python's heap that the app has in use, after a collection
APP_WITH_TLS = 90_000  # at most, while its link is secure
LIT = 22_000  # when the lamp is lit and nothing else is loaded yet

_ROW = struct.Struct("<IIII")


def usable(area: int) -> int:
    """Bytes for objects in an *area* of Python's heap: its tables take 13 of 512."""
    return area - area * 13 // 512


class Dram:
    """Memory of one chip of *kind*; *radio_on* says whether its Wi-Fi is on.

    ``sessions`` are the TLS sessions that are open; ``refused`` counts those for which there was no room, ``stalled``
    those whose handshake found none and stopped.  ``starved`` counts requests of Python that could not be met.
    ``short``: what is left is in pieces, so that no session can be opened, while one that is open goes on.
    ``running``: the app is loaded.  ``areas`` are the sizes of the areas of Python's heap, and ``sizes`` all sizes of
    that heap since power-on.
    """

    def __init__(self, radio_on: Callable[[], bool], kind: str = "esp32") -> None:
        self._regions = REGIONS if kind == "esp32" else UNMEASURED
        self.refused = 0
        self.stalled = 0
        self.starved = 0
        self.short = False
        self._radio_on = radio_on
        self.power_on(False)

    def power_on(self, _cut: bool) -> None:
        self.idf = IdfHeap(self._regions)
        self.sessions = 0
        self._python: list[Piece] = []  # all areas but the first
        self._filled = [LIT, 0]  # bytes in use in the first area, and in the others
        self._charged = 0  # of Python's heap, for the app
        self._taken: list[tuple[int, int]] = []  # by number: what was taken of Python's heap, (area, bytes)
        self._wifi: list[Piece] | None = None
        self._uarts: dict[int, list[Piece]] = {}
        self._tls: list[list[Piece]] = []  # of each session
        self.running = False
        self.sizes = [FIRST_AREA]

    @property
    def free(self) -> int:
        """Bytes of ESP-IDF's heap that are free."""
        self._settle()
        return self.idf.free

    @property
    def areas(self) -> list[int]:
        return [FIRST_AREA, *(piece.size for piece in self._python)]

    @property
    def heap(self) -> int:
        """Bytes of Python's heap in all."""
        return sum(self.areas)

    def operations(self) -> dict[int, Operation]:
        return {
            ops.TLS_OPEN: self._open,
            ops.TLS_CLOSE: self._close,
            ops.IDF_HEAP: self._info,
            ops.PYTHON_SIZE: lambda _a, _b, _data: (self.heap, b""),
            ops.PYTHON_FREE: lambda _a, _b, _data: (max(0, self._room() - max(sum(self._filled), self._charged)), b""),
            ops.PYTHON_TAKE: self._take,
            ops.PYTHON_COLLECT: self._collect,
            ops.PYTHON_USES: lambda used, _b, _data: (self.heap if self.needs(used) else -errno.ENOMEM, b""),
        }

    # -- Python's heap

    def needs(self, used: int) -> bool:
        """Python has *used* bytes in use, and its heap grows until they have room.  False where it cannot."""
        while self._room() < used:
            if not self._grow(0):
                self.starved += 1
                return False
        return True

    def waits(self) -> None:
        """The firmware has nothing to do for now: by then the app is loaded."""
        if not self.running:
            self.running = True
            self._charge(APP)

    def _charge(self, used: int) -> None:
        """The app has *used* bytes in use from now on."""
        self._charged = used
        self.needs(used)

    def _room(self) -> int:
        return sum(map(usable, self.areas))

    def _grow(self, asked: int) -> bool:
        """A new area as large as all there are, in the largest block; False where *asked* bytes do not fit into it."""
        self._settle()
        needed = asked + max(2048, asked * 13 // 512)
        largest = self.idf.largest
        if largest < needed:
            return False
        piece = self.idf.take(min(largest, max(self.heap, needed)))
        assert piece is not None  # no gap is smaller than what is said of it
        self._python.append(piece)
        self.sizes.append(self.heap)
        return True

    def _take(self, size: int, _b: int, _data: bytes) -> Answer:
        """An object of *size* bytes; answers its number."""
        free = [usable(self.areas[0]) - self._filled[0], sum(map(usable, self.areas[1:])) - self._filled[1]]
        area = 0 if free[0] >= size else 1
        if free[area] < size and not self._grow(size):
            return -errno.ENOMEM, b""
        self._filled[area] += size
        self._taken.append((area, size))
        return len(self._taken) - 1, b""

    def _collect(self, kept: int, _b: int, _data: bytes) -> Answer:
        """Of what was taken only number *kept* (-1: nothing) is still used; an area without anything is given back."""
        for number, (area, size) in enumerate(self._taken):
            if number != kept:
                self._filled[area] -= size
        self._taken = [self._taken[kept]] if kept >= 0 else []
        if not self._filled[1] and self._python:
            self.idf.give_back(self._python)
            self._python.clear()
            self.sizes.append(self.heap)
        return 0, b""

    # -- all other users

    def _settle(self) -> None:
        """Wi-Fi has what it needs from when it was switched on."""
        if self._radio_on() and self._wifi is None:
            self._wifi = self.idf.take_all(WIFI) or []
        elif self._wifi is not None and not self._radio_on():
            self.idf.give_back(self._wifi)
            self._wifi = None

    def uart(self, number: int, buffer: int | None) -> bool:
        """UART *number* gets a receive buffer of so many bytes, or is closed (None).  False where there is no room."""
        self._settle()
        self.idf.give_back(self._uarts.pop(number, []))
        if buffer is None:
            return True
        pieces = self.idf.take_all((buffer + UART,))
        self._uarts[number] = pieces or []
        return pieces is not None

    def _info(self, _a: int, _b: int, _data: bytes) -> Answer:
        self._settle()
        idf = self.idf
        rows = [_ROW.pack(size, idf.free_in(n), idf.largest_in(n), idf.least[n]) for n, size in enumerate(idf.sizes)]
        return len(rows), b"".join(rows)

    def _open(self, _a: int, _b: int, _data: bytes) -> Answer:
        self._settle()
        self._charge(APP_WITH_TLS)
        lwip = self.idf.take_all(LWIP)
        wrapped = None if lwip is None or self.short else self.idf.take_all(TLS_WRAP)
        if lwip is None or wrapped is None:
            self.idf.give_back(lwip or [])
            self.refused += 1
            return -errno.ENOMEM, b""
        self.sessions += 1
        kept = self.idf.take_all(TLS_KEPT)
        self._tls.append([*lwip, *wrapped, *(kept or [])])
        transient = self.idf.take_all(TLS_HANDSHAKE) if kept else None
        if transient is None:
            self.stalled += 1
            return 1, b""
        self.idf.give_back(transient)
        return 0, b""

    def _close(self, _a: int, _b: int, _data: bytes) -> Answer:
        if not self.sessions:
            raise RuntimeError("a TLS session was closed that was not open")
        self.sessions -= 1
        self.idf.give_back(self._tls.pop())
        return 0, b""
