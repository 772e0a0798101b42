"""The chip's whole SPI flash in a file, so that its content is kept after this process ends.

Erasing sets the bits of 4 KiB sectors, programming only clears bits.  Both are instant here: the loader adds the time
that a real chip takes (`timed_flash`).
"""

from __future__ import annotations

import fcntl
import mmap
import os
import tempfile
from pathlib import Path
from threading import RLock
from types import TracebackType

from host_tools.errors import DiyaError

SECTOR = 4096  # bytes, the smallest part that can be erased
_ERASED = b"\xff"
_MEBIBYTE = 1024 * 1024


class FlashFile:
    """*size* bytes of NOR flash in the file *path*, all erased where there was no file; without *path* it is forgotten.

    Safe to use from several threads.  Raises DiyaError when the file is of another size or another pole has it.
    """

    def __init__(self, path: Path | None, size: int) -> None:
        self.size = size
        self.lock = RLock()
        self.bad: range = range(0)  # addresses of worn cells, which keep a bit at zero in every case
        self._file = tempfile.TemporaryFile() if path is None else open(path, "r+b" if path.exists() else "w+b")  # noqa: SIM115
        try:
            self._prepare(path)
            self._map = mmap.mmap(self._file.fileno(), size)
        except BaseException:
            self._file.close()
            raise

    def _prepare(self, path: Path | None) -> None:
        try:
            fcntl.flock(self._file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DiyaError(f"{path} is in use by another virtual pole: give each its own --flash file") from None
        length = os.fstat(self._file.fileno()).st_size
        if length == 0:
            for _ in range(0, self.size, _MEBIBYTE):
                self._file.write(_ERASED * _MEBIBYTE)
            self._file.flush()
        elif length != self.size:
            raise DiyaError(
                f"{path} has {length} bytes, but this board's flash has {self.size}: "
                "name the file of a pole with this board, or a new one"
            )

    def read(self, at: int, n: int) -> bytes:
        """*n* bytes from byte *at* on; past the end the chip's address lines wrap round, as a real one's do."""
        with self.lock:
            at %= self.size
            data = self._map[at : at + n]
            while len(data) < n:
                data += self._map[: n - len(data)]
            return data

    def program(self, at: int, data: bytes | bytearray | memoryview) -> None:
        """Clears the bits from byte *at* on that are clear in *data*; raises ValueError past the end."""
        n = len(data)
        self._check(at, n)
        with self.lock:
            old = self._map[at : at + n]
            if old.count(_ERASED) == n:
                self._map[at : at + n] = bytes(data)
            else:  # one wide AND, not one of each byte
                both = int.from_bytes(old, "little") & int.from_bytes(data, "little")
                self._map[at : at + n] = both.to_bytes(n, "little")
            self._wear(at, n)

    def erase(self, at: int, n: int) -> None:
        """Sets all bits of the sectors that hold the *n* bytes from *at* on; raises ValueError past the end."""
        self._check(at, n)
        first = at // SECTOR * SECTOR
        last = -(-(at + n) // SECTOR) * SECTOR
        with self.lock:
            self._map[first:last] = _ERASED * (last - first)
            self._wear(first, last - first)

    def _wear(self, at: int, n: int) -> None:
        for cell in range(max(at, self.bad.start), min(at + n, self.bad.stop), 64):
            self._map[cell] &= 0xFE

    def _check(self, at: int, n: int) -> None:
        if not 0 <= at <= at + n <= self.size:
            raise ValueError(f"bytes {at:#x} to {at + n:#x} are not on a flash of {self.size:#x} bytes")

    def close(self) -> None:
        """Puts everything into the file."""
        with self.lock:
            if not self._map.closed:
                self._map.close()
                self._file.close()

    def __enter__(self) -> FlashFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
