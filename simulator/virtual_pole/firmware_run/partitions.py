"""The flash of a running chip: the file it is in, with the partitions that were flashed into it."""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock

from host_tools.field.images.partitions import Partition
from simulator.hardware.flash import BLOCK, Flash, partition_row
from simulator.virtual_pole.flash_file import FlashFile


class FlashParts(Flash):
    """*file* as the chip's program reads and writes it, until ``close``: the loader may want it then."""

    def __init__(self, file: FlashFile, partitions: Iterable[Partition]) -> None:
        super().__init__(0)
        self._file = file
        self._partitions = tuple(partitions)
        self._lock = Lock()
        self._open = True

    def close(self) -> None:
        """The power is gone: from now on nothing is changed any more."""
        with self._lock:
            self._open = False

    def read(self, at: int, n: int) -> bytes:
        return self._file.read(at, n)

    def program(self, at: int, data: bytes) -> None:
        with self._lock:
            if self._open and at + len(data) <= self._file.size:
                self._file.program(at, data)

    def erase(self, number: int) -> None:
        with self._lock:
            if self._open and (number + 1) * BLOCK <= self._file.size:
                self._file.erase(number * BLOCK, BLOCK)

    def table(self) -> bytes:
        return b"".join(partition_row(p.type, p.subtype, p.offset, p.size, p.name) for p in self._partitions)
