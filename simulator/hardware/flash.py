"""The ``data`` partition of a pole's NOR flash: erasing sets the bits of a block, programming only clears them.

It outlives resets and power cuts.  Only blocks with something in them take memory, so a thousand poles fit in one
process.  Every program and erase is an operation; with ``log`` they are kept, so the state at any moment of any
operation can be made again without running anything twice (``apply``, ``tear``).  An erase that was cut short leaves
the rest of the block in disorder, a program that was cut short half of its bytes and one with only some of its bits.
"""

from __future__ import annotations

import errno
import struct
from array import array
from collections.abc import Callable
from hashlib import shake_128
from typing import NamedTuple

from simulator.device_modules import ops
from simulator.hardware import part

BLOCK = 4096
DATA_BLOCKS = 256  # of the data partition: 1 MiB
ERASED = b"\xff"
_ROW = struct.Struct("<BBII16s")  # of ops.PARTITIONS
_DATA, _LITTLEFS = 1, 0x83  # type and subtype of the data partition


class Operation(NamedTuple):
    """One change of the flash: *data* programmed at byte *at*, or the block there erased (None)."""

    at: int
    data: bytes | None


class Flash:
    """*blocks* blocks of 4 KiB, erased unless there is an *image*.

    ``erases`` counts by block, ``programmed`` counts bytes.  ``log`` takes the operations where it is a list.
    ``filled`` is what is not erased: {block: its bytes, up to the last one}.
    ``protected``: the flash takes every operation and nothing changes, as when its write protection is set.
    ``on_program`` is called at each program operation.
    """

    def __init__(self, blocks: int = DATA_BLOCKS, image: bytes | bytearray | None = None) -> None:
        self.blocks = blocks
        self.erases = array("I", bytes(4 * blocks))
        self.programmed = 0
        self.log: list[Operation] | None = None
        self.protected = False
        self.on_program: Callable[[], None] = _ignore
        self.filled: dict[int, bytes | bytearray] = {}
        if image is not None:
            self.load(image)

    def read(self, at: int, n: int) -> bytes:
        """*n* bytes from byte *at* on, of one block."""
        block = self.filled.get(at // BLOCK)
        if block is None:
            return ERASED * n
        offset = at % BLOCK
        data = bytes(block[offset : offset + n])
        return data if len(data) == n else data + ERASED * (n - len(data))

    def program(self, at: int, data: bytes) -> None:
        """Clears the bits at byte *at* that are clear in *data*, which lies in one block."""
        self.programmed += len(data)
        self.on_program()
        if self.log is not None:
            self.log.append(Operation(at, data))
        if self.protected:
            return
        number, offset = at // BLOCK, at % BLOCK
        block = self.filled.get(number)
        if not isinstance(block, bytearray):  # erased, or random bytes, which many blocks share
            block = self.filled[number] = bytearray(block or b"")
        block.extend(ERASED * (offset + len(data) - len(block)))
        for place, byte in enumerate(data, offset):
            block[place] &= byte

    def erase(self, number: int) -> None:
        """Sets all bits of block *number*."""
        self.erases[number] += 1
        if self.log is not None:
            self.log.append(Operation(number * BLOCK, None))
        if not self.protected:
            self.filled.pop(number, None)

    def image(self) -> bytearray:
        """All of it."""
        return bytearray(b"".join(self.read(number * BLOCK, BLOCK) for number in range(self.blocks)))

    def load(self, image: bytes | bytearray) -> None:
        """Puts *image* there, which is as long as the flash; nothing is counted."""
        self.filled.clear()
        for number in range(self.blocks):
            block = image[number * BLOCK : (number + 1) * BLOCK].rstrip(ERASED)
            if block:
                self.filled[number] = bytearray(block)

    def corrupt(self, seed: int) -> None:
        """Overwrites all of it with random bytes."""
        random_bytes = shake_128(str(seed).encode()).digest(BLOCK)
        self.filled.update(dict.fromkeys(range(self.blocks), random_bytes))

    @property
    def bytes_held(self) -> int:
        """Memory it takes on this computer, about."""
        return sum(len(block) for block in self.filled.values())

    # -- part of a chip

    def power_on(self, _cut: bool) -> None:
        """Keeps all its content."""

    def operations(self) -> dict[int, part.Operation]:
        return {
            ops.PARTITIONS: lambda _a, _b, _data: (0, self.table()),
            ops.OTA_RUNNING: lambda _a, _b, _data: (-errno.ENOENT, b""),
            ops.OTA_BOOT: lambda _a, _b, _data: (-errno.ENOENT, b""),
            ops.FLASH_READ: lambda at, n, _data: (n, self.read(at, n)),
            ops.FLASH_PROGRAM: self._program,
            ops.FLASH_ERASE: self._erase,
        }

    def table(self) -> bytes:
        """The chip's partition table: the data partition, if there is one."""
        return partition_row(_DATA, _LITTLEFS, 0, self.blocks * BLOCK, "data") if self.blocks else b""

    def _program(self, at: int, _b: int, data: bytes) -> part.Answer:
        self.program(at, data)
        return 0, b""

    def _erase(self, number: int, _b: int, _data: bytes) -> part.Answer:
        self.erase(number)
        return 0, b""


def partition_row(kind: int, subtype: int, first: int, size: int, label: str) -> bytes:
    """A row of what ops.PARTITIONS answers."""
    return _ROW.pack(kind, subtype, first, size, label.encode())


def _ignore() -> None:
    """Does nothing; in place until a callback is set."""


def apply(image: bytearray, operation: Operation) -> None:
    """Does *operation* to *image*, whole."""
    at, data = operation
    image[at : at + (len(data) if data is not None else BLOCK)] = data if data is not None else ERASED * BLOCK


def tear(image: bytearray, operation: Operation) -> None:
    """Does half of *operation* to *image*, as a power cut in the middle of it would."""
    at, data = operation
    if data is None:
        half = BLOCK // 2
        image[at : at + half] = ERASED * half
        for place in range(at + half, at + BLOCK):
            image[place] |= (place * 2654435761 >> 13) & 0xFF  # some bits are back to one already
    else:
        half = len(data) // 2
        image[at : at + half] = data[:half]
        image[at + half] &= data[half] | 0x55
