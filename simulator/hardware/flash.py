"""NOR flash in blocks, as littlefs sees it: programming only clears bits, and the power may go in the middle of it all.

Every program and erase is an operation.  ``Flash.log`` keeps them, so the state at any moment of any operation can be
made again without running anything twice (``apply``, ``tear``).  An erase that was cut short leaves the rest of the
block in disorder, a program that was cut short half of its bytes and one with only some of its bits.

``LittleFiles`` puts littlefs over it, in the geometry MicroPython gives it on an ESP32, under the interface of
``pole/drivers/files.py``; and it counts what wears out.
"""

from __future__ import annotations

import io
from typing import NamedTuple

from littlefs import LittleFS, LittleFSError, UserContext, lfs
from littlefs.lfs import LFSConfig, LFSFileFlag

BLOCK = 4096
# what MicroPython's VfsLfs2 asks for: read and program 32 bytes, cache 4 of these, lookahead 32, 100 block cycles
PROGRAM = 32
CACHE = 128
LOOKAHEAD = 32
CYCLES = 100

# flags of littlefs' file_open, lfs.h
_CREATE, _TRUNCATE, _APPEND = 0x102, 0x400, 0x800  # the first with write only


class Operation(NamedTuple):
    """One change of the flash: *data* programmed at byte *at*, or the block there erased (None)."""

    at: int
    data: bytes | None


class Flash(UserContext):
    """*blocks* blocks of 4 KiB.  ``erases`` counts by block; ``programmed`` counts bytes."""

    def __init__(self, blocks: int, image: bytes | None = None) -> None:
        super().__init__(buffer=bytearray(image if image is not None else b"\xff" * (blocks * BLOCK)))
        self.erases = [0] * blocks
        self.programmed = 0
        self.log: list[Operation] = []

    def prog(self, cfg: LFSConfig, block: int, off: int, data: bytes) -> int:
        at = block * BLOCK + off
        assert len(data) % PROGRAM == 0, "not a multiple of what the flash programs"
        assert self.buffer[at : at + len(data)] == b"\xff" * len(data), "programmed twice"
        self.programmed += len(data)
        self._do(Operation(at, bytes(data)))
        return 0

    def erase(self, cfg: LFSConfig, block: int) -> int:
        self.erases[block] += 1
        self._do(Operation(block * BLOCK, None))
        return 0

    def _do(self, operation: Operation) -> None:
        self.log.append(operation)
        apply(self.buffer, operation)


def apply(image: bytearray, operation: Operation) -> None:
    """Does *operation* to *image*, whole."""
    at, data = operation
    image[at : at + (len(data) if data is not None else BLOCK)] = data if data is not None else b"\xff" * BLOCK


def tear(image: bytearray, operation: Operation) -> None:
    """Does half of *operation* to *image*, as a power cut in the middle of it would."""
    at, data = operation
    if data is None:
        half = BLOCK // 2
        image[at : at + half] = b"\xff" * half
        for place in range(at + half, at + BLOCK):
            image[place] |= (place * 2654435761 >> 13) & 0xFF  # some bits are back to one already
    else:
        half = len(data) // 2
        image[at : at + half] = data[:half]
        image[at + half] &= data[half] | 0x55


class LittleFiles:
    """The data store on littlefs: what ``pole/drivers/files.py`` does through MicroPython, done without it.

    Raises OSError as it does.  ``format=True`` makes a new file system.
    """

    def __init__(self, flash: Flash, format: bool = False) -> None:
        self.flash = flash
        self._fs = LittleFS(
            flash,
            mount=False,
            block_size=BLOCK,
            block_count=len(flash.erases),
            read_size=PROGRAM,
            prog_size=PROGRAM,
            cache_size=CACHE,
            lookahead_size=LOOKAHEAD,
            block_cycles=CYCLES,
        )
        if format:
            self._fs.format()
        self._fs.mount()

    def read(self, name: str) -> bytes | None:
        try:
            with self.open(name) as file:
                return file.read()
        except OSError:
            return None

    def write(self, name: str, data: bytes) -> None:
        self._put(name + ".new", _TRUNCATE, data)
        self.rename(name + ".new", name)

    def append(self, name: str, data: bytes) -> None:
        self._put(name, _APPEND, data)

    def open(self, name: str) -> io.BytesIO:
        try:
            with self._fs.open(name, "rb") as file:
                return io.BytesIO(file.read())
        except LittleFSError as error:
            raise OSError(-error.code, str(error)) from None

    def names(self) -> list[str]:
        return list(self._fs.listdir("/"))

    def size(self, name: str) -> int:
        try:
            return int(self._fs.stat(name).size)
        except LittleFSError:
            return 0

    def rename(self, name: str, other: str) -> None:
        try:
            self._fs.rename(name, other)
        except LittleFSError as error:
            raise OSError(-error.code, str(error)) from None

    def remove(self, name: str) -> None:
        try:
            self._fs.remove(name)
        except LittleFSError:
            pass
        except FileNotFoundError:
            pass

    def _put(self, name: str, flags: int, data: bytes) -> None:
        try:
            file = lfs.file_open(self._fs.fs, name, LFSFileFlag(flags | _CREATE))
            lfs.file_write(self._fs.fs, file, data)
            lfs.file_close(self._fs.fs, file)
        except LittleFSError as error:
            raise OSError(-error.code, str(error)) from None
