"""littlefs over a flash, under CPython: what MicroPython's VfsLfs2 and ``pole/drivers/flash/files.py`` do.

The geometry is that of ``pole/drivers/flash/storage.py``, which it takes the place of: both are mounted, and formatted
where there is nothing to mount, by the same code.
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from types import TracebackType
from typing import Any

from littlefs import LittleFS, LittleFSError, lfs
from littlefs.lfs import LFSConfig, LFSFileFlag

from pole.drivers.flash.files import part_of
from simulator.hardware.flash import BLOCK, ERASED, Flash

UNIT = 32  # bytes read, programmed and looked ahead at once, as in pole/drivers/flash/storage.py
# fixed in VfsLfs2: its cache is 4 times that, and metadata moves to other blocks after 100 erases
CACHE = 4 * UNIT
CYCLES = 100
_ERASED_CACHE = ERASED * CACHE

# flags of littlefs' file_open and file_seek, lfs.h
_READ, _FROM_START = 1, 0
_CREATE, _TRUNCATE, _APPEND = 0x102, 0x400, 0x800  # the first with write only
_NAMED = (errno.ENOENT, errno.EIO, errno.EBADF, errno.ENOMEM, errno.EEXIST, errno.EINVAL)  # by MicroPython, in a text


class _Device:
    """*flash* as littlefs-python calls it."""

    def __init__(self, flash: Flash) -> None:
        self._flash = flash
        self._filled = flash.filled

    def read(self, cfg: LFSConfig, block: int, off: int, size: int) -> bytes:
        # as Flash.read, without a call more: littlefs reads 32 pieces of a block to find a file in it
        filled = self._filled.get(block)
        if filled is None:  # most by far are of a mount, which looks at each block
            return _ERASED_CACHE if size == CACHE else ERASED * size
        data = filled[off : off + size]
        return bytes(data) if len(data) == size else bytes(data.ljust(size, ERASED))

    def prog(self, cfg: LFSConfig, block: int, off: int, data: bytes) -> int:
        self._flash.program(block * BLOCK + off, bytes(data))
        return 0

    def erase(self, cfg: LFSConfig, block: int) -> int:
        self._flash.erase(block)
        return 0

    def sync(self, cfg: LFSConfig) -> int:
        return 0


class LittleFiles:
    """The data store on *flash*; ``format`` makes the file system, ``mount`` opens it.

    Until it is mounted, and after ``cut``, nothing can be read and every write raises OSError.
    """

    def __init__(self, flash: Flash) -> None:
        self.blocks = flash.blocks
        self._flash = flash
        self._mounted: LittleFS | None = None
        self.failures: Any = None  # as in pole/drivers/flash/files.py

    # -- what pole/drivers/flash/storage.py asks of a partition

    @property
    def store(self) -> LittleFiles:
        return self

    def readblocks(self, block: int, buffer: bytearray, offset: int) -> None:
        buffer[:] = self._flash.read(block * BLOCK + offset, len(buffer))

    def mount(self) -> None:
        """Raises OSError where there is no littlefs, or a damaged one."""
        little = self._new()
        _raised(little.mount)
        self._mounted = little

    def format(self) -> None:
        """Raises OSError when it cannot be done."""
        _raised(self._new().format)

    def _new(self) -> LittleFS:
        return LittleFS(
            _Device(self._flash),  # type: ignore[arg-type]  # it need not be a UserContext, only to act like one
            mount=False,
            block_size=BLOCK,
            block_count=self.blocks,
            read_size=CACHE,  # more at once than a pole reads; what is written is the same
            prog_size=UNIT,
            cache_size=CACHE,
            lookahead_size=UNIT,
            block_cycles=CYCLES,
        )

    def cut(self) -> None:
        """Cuts the power: later calls change nothing any more."""
        self._mounted = None

    # -- what pole/drivers/flash/files.py offers

    def read(self, name: str) -> bytes | None:
        for last in (False, True):
            try:
                with _Reading(self._little(), name) as file:
                    content = file.read()
                self._works(name)
                return content
            except Exception as error:
                if error.args[:1] == (errno.ENOENT,):
                    break
                if last:
                    self._failed(name, error)
        return None

    def write(self, name: str, data: bytes) -> None:
        try:
            self._put(name + ".new", _TRUNCATE, data)
            _raised(self._little().rename, name + ".new", name)
        except Exception as error:
            self.remove(name + ".new")
            raise self._failed(name, error) from None
        self._works(name)

    def append(self, name: str, data: bytes) -> None:
        try:
            self._put(name, _APPEND, data)
        except Exception as error:
            raise self._failed(name, error) from None
        self._works(name)

    def open(self, name: str) -> _Reading:
        try:
            return _Reading(self._little(), name)
        except Exception as error:
            raise self._failed(name, error) from None

    def _failed(self, name: str, error: Exception) -> OSError:
        if self.failures:
            self.failures.note(part_of(name), error)
        return error if isinstance(error, OSError) else OSError(errno.EIO, f"{type(error).__name__}: {error}")

    def _works(self, name: str) -> None:
        if self.failures and self.failures.failed:
            self.failures.works(part_of(name))

    def names(self, folder: str = "") -> list[str]:
        try:
            return list(self._little().listdir("/" + folder)) if self._mounted else []
        except LittleFSError:
            return []

    def folder(self, name: str) -> None:
        try:
            self._little().makedirs(name, exist_ok=True)
        except Exception as error:
            raise self._failed(name, error) from None

    def free(self) -> int:
        return self.blocks - int(self._little().used_block_count)

    def size(self, name: str) -> int:
        try:
            return int(self._little().stat(name).size)
        except (LittleFSError, OSError):
            return 0

    def rename(self, name: str, other: str) -> None:
        try:
            _raised(self._little().rename, name, other)
        except Exception as error:
            raise self._failed(name, error) from None

    def remove(self, name: str) -> None:
        try:
            self._little().remove(name)
        except (LittleFSError, OSError):
            pass

    def _little(self) -> LittleFS:
        if self._mounted is None:
            raise OSError(errno.ENOENT, "ENOENT")
        return self._mounted

    def _put(self, name: str, flags: int, data: bytes) -> None:
        little = self._little().fs
        file = _raised(lfs.file_open, little, name, LFSFileFlag(flags | _CREATE))
        try:
            _raised(lfs.file_write, little, file, data)
        finally:
            _raised(lfs.file_close, little, file)


class _Reading:
    """An open file, read without a buffer as VfsLfs2 does."""

    def __init__(self, little: LittleFS, name: str) -> None:
        self._fs = little.fs
        self._file = _raised(lfs.file_open, self._fs, name, LFSFileFlag(_READ))

    def __enter__(self) -> _Reading:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        lfs.file_close(self._fs, self._file)

    def read(self, n: int = -1) -> bytes:
        return bytes(_raised(lfs.file_read, self._fs, self._file, n if n >= 0 else lfs.file_size(self._fs, self._file)))

    def seek(self, offset: int) -> int:
        return int(_raised(lfs.file_seek, self._fs, self._file, offset, _FROM_START))


def _raised(work: Callable[..., Any], *arguments: Any) -> Any:
    """What *work* returns; its LittleFSError as the OSError that MicroPython raises."""
    try:
        return work(*arguments)
    except LittleFSError as error:
        raise _os_error(error) from None


def _os_error(error: LittleFSError) -> OSError:
    code = -error.code
    return OSError(code, errno.errorcode[code]) if code in _NAMED else OSError(code)
