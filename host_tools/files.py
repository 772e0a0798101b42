"""Replaces files whole: after an interruption at any point the old content or the new one is there.

A symbolic link is written through and stays a link; owner, group and mode of a file that was there are kept.  Where the
new content cannot be put beside the old one and take its name (a folder one may not write into, a file with two names
or with one mounted over it), it is written into the old file, which gets its room on the disk first and its old content
back if that fails; then only a power cut can leave it in pieces.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

WAIT_S = 10.0  # longest wait for another program to have changed a file
LOOK_S = 0.02

# the new file cannot take the name of the old one here; writing into the old one may work
_IN_PLACE = frozenset({errno.EACCES, errno.EPERM, errno.EBUSY, errno.EROFS, errno.EXDEV})


class Busy(OSError):
    """Another program keeps the file locked."""


def write_secret(path: Path, text: str) -> None:
    """Replace the file *path* by *text*; a new one can be read by its owner alone from its first byte on."""
    replace_file(path, text.encode(), 0o600)


def create_secret(path: Path, text: str) -> bool:
    """Make the file *path* with *text*, whole, for its owner alone; False, and nothing changed, where it is there.

    Raises OSError.
    """
    target = os.path.realpath(path)
    with _beside(target, (text.encode(),)) as new:
        try:
            os.link(new, target)
        except FileExistsError:
            return False
        except OSError:  # a file system without hard links
            if os.path.lexists(target):
                return False
            os.replace(new, target)
    return True


def secret_folder(path: Path) -> None:
    """Make the folder *path*, and those above it; it is closed to everyone but its owner, also where it was there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode=0o700)
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        path.chmod(0o700)


def shared_with(path: Path) -> str:
    """Who besides its owner may read the file *path*: "everybody", "its group" or ""; always "" on Windows."""
    mode = path.stat().st_mode if os.name == "posix" else 0
    return "everybody" if mode & 0o004 else "its group" if mode & 0o040 else ""


def replace_file(path: Path, data: bytes, mode: int | None = None) -> None:
    """Replace the file *path* by *data*, whole or not at all.

    *mode* (default: 0o666 less the umask) is that of a file which is not there yet.  One that is there keeps its own,
    unless *mode* is given and everybody may do more with the file: then that was not meant, and it gets *mode*.
    Raises OSError.
    """
    replace_by_pieces(path, lambda: (data,), mode)


def replace_by_pieces(path: Path, pieces: Callable[[], Iterable[bytes]], mode: int | None = None) -> None:
    """As ``replace_file``, for a content that need not fit into memory: *pieces* gives it, once more where it must."""
    target = os.path.realpath(path)
    try:
        old = os.stat(path)  # a link to itself is an OSError
    except FileNotFoundError:
        old = None
    if old and stat.S_ISDIR(old.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if old and not stat.S_ISREG(old.st_mode):  # a device, a pipe: /dev/stdout
        with open(path, "wb", buffering=0) as file:
            for piece in pieces():
                _write_all(file.fileno(), piece)
        return
    if old and old.st_nlink > 1:
        _write_into(target, b"".join(pieces()))
        return
    try:
        _put_in_its_place(target, pieces(), old, mode)
    except OSError as error:
        if old is None or error.errno not in _IN_PLACE:
            error.filename, error.filename2 = str(path), None
            raise
        _write_into(target, b"".join(pieces()))


@contextlib.contextmanager
def locked(path: Path, wait_s: float = WAIT_S) -> Iterator[None]:
    """Lock the file *path*, under any of its names, against other programs that lock it; it must be there.

    The lock is the system's (flock) and ends with the program that holds it.  Inside, the file may be replaced once.
    Raises Busy after *wait_s*, OSError.
    """
    until = time.monotonic() + wait_s
    while True:
        handle = _open(path)
        try:
            if _lock(handle) and _is_still(path, handle):
                yield
                return
        finally:
            os.close(handle)
        if time.monotonic() > until:
            raise Busy(errno.EAGAIN, "another program is changing it", str(path))
        time.sleep(LOOK_S)


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR)  # NFS locks only what may be written
    except OSError as error:
        if error.errno not in _IN_PLACE:
            raise
        return os.open(path, os.O_RDONLY)


def _lock(handle: int) -> bool:
    """Whether the lock is ours now."""
    try:
        import fcntl
    except ImportError:  # not on Windows; there a file that is open cannot be replaced
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_still(path: Path, handle: int) -> bool:
    """Whether *path* still names the open file: the one who held the lock may have replaced it."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(handle))
    except FileNotFoundError:
        return False


def _put_in_its_place(target: str, pieces: Iterable[bytes], old: os.stat_result | None, mode: int | None) -> None:
    def set_mode(handle: int) -> None:
        if old:
            _like(handle, old, mode)
        elif mode != 0o600:
            os.umask(mask := os.umask(0o077))
            os.fchmod(handle, 0o666 & ~mask if mode is None else mode)

    with _beside(target, pieces, set_mode) as new:
        os.replace(new, target)


@contextlib.contextmanager
def _beside(
    target: str, pieces: Iterable[bytes], prepare: Callable[[int], None] = lambda handle: None
) -> Iterator[str]:
    """The name of a new file in the folder of *target*, which has *pieces* on the disk and is its owner's alone.

    *prepare* may do otherwise with the open file before anything is in it.  Afterwards that name is gone, and what the
    file was called meanwhile is on the disk as well.
    """
    folder, name = os.path.split(target)
    handle, new = tempfile.mkstemp(prefix=f".{name[:100]}.", suffix=".new", dir=folder)
    try:
        try:
            prepare(handle)
            for piece in pieces:
                _write_all(handle, piece)
            os.fsync(handle)
        finally:
            os.close(handle)  # Windows renames no file that is open
        yield new
        _remember(folder)
    finally:
        with contextlib.suppress(OSError):
            os.unlink(new)


def _like(handle: int, old: os.stat_result, mode: int | None) -> None:
    """Give the open file owner, group and mode of *old*."""
    new = os.fstat(handle)
    if (new.st_uid, new.st_gid) != (old.st_uid, old.st_gid):
        os.fchown(handle, old.st_uid, old.st_gid)  # where that is not allowed, the old file itself is written into
    kept = stat.S_IMODE(old.st_mode)
    os.fchmod(handle, kept if mode is None or not kept & 0o007 & ~mode else mode)


def _write_into(target: str, data: bytes) -> None:
    """Write *data* into the file itself; it has its old content again where the disk does not take the new one."""
    handle = os.open(target, os.O_RDWR)
    try:
        before = os.pread(handle, os.fstat(handle).st_size, 0)
        try:
            _make_room(handle, len(data))
            os.lseek(handle, 0, os.SEEK_SET)
            _write_all(handle, data)
            os.ftruncate(handle, len(data))
            os.fsync(handle)
        except OSError:
            os.ftruncate(handle, len(before))
            os.lseek(handle, 0, os.SEEK_SET)
            _write_all(handle, before)
            raise
    finally:
        os.close(handle)


def _make_room(handle: int, size: int) -> None:
    if size and hasattr(os, "posix_fallocate"):
        try:
            os.posix_fallocate(handle, 0, size)
        except OSError as error:
            if error.errno not in (errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS):  # a file system that cannot
                raise


def _write_all(handle: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(handle, rest) :]


def _remember(folder: str) -> None:
    """Put the new name on the disk as well, where folders can be synchronised."""
    with contextlib.suppress(OSError):
        handle = os.open(folder or ".", os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
