"""Checks the zip of a signed file by its directory, before a member is read.

Its members are stored, not compressed, so all of them together have no more bytes than the file.  Any other zip
was not made by `diya`: a few hundred kilobytes that inflate to gigabytes, members that overlap, a name that
leads out of its folder, a link, an encrypted member, a directory of millions of entries.
"""

from __future__ import annotations

import io
import re
import stat
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from host_tools.signed_zip.kind import Kind
from host_tools.text import text

MOST_BYTES = 1 << 30  # of a bundle, the largest: a hundred thousand poles take a third of it
MOST_DIRECTORY = 1 << 24  # bytes of its directory
_END = struct.Struct("<4s4H2IH")  # "end of central directory", without a comment
_LOCATOR, _END_64 = struct.Struct("<4sIQI"), struct.Struct("<4sQ2H2I4Q")
_NAME = re.compile(r"[A-Za-z0-9._][A-Za-z0-9._+-]*(/[A-Za-z0-9._][A-Za-z0-9._+-]*){0,7}")
_LONGEST_NAME = 160


class Archive:
    """An open zip whose directory is sound; ``sizes`` are its members' bytes by name."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.sizes = {entry.filename: entry.file_size for entry in archive.infolist()}

    def read(self, name: str) -> bytes:
        """The bytes of the member *name*.  Raises zipfile.BadZipFile where they are not what the directory says."""
        return self._archive.read(name)


@contextmanager
def opened(file: BinaryIO, what: str, kind: Kind) -> Iterator[Archive]:
    """The zip in *file*, called *what* in errors.  Raises *kind*'s ``damaged``, and what `zipfile` raises."""
    size = file.seek(0, io.SEEK_END)
    if size > MOST_BYTES:
        raise kind.damaged(f"{what} has {size} bytes and a {kind.word} has {MOST_BYTES} at most")
    if directory_bytes(file, size) > MOST_DIRECTORY:
        raise kind.damaged(f"{what} is no {kind.word}: its list of members has more than {MOST_DIRECTORY} bytes")
    with zipfile.ZipFile(file) as archive:
        problem = problem_of(archive.infolist(), size, kind.word)
        if problem:
            raise kind.damaged(f"{what} is no {kind.word}, or was changed: {problem}")
        yield Archive(archive)


def directory_bytes(file: BinaryIO, size: int) -> int:
    """How long the directory of the zip in *file*, of *size* bytes, says that it is; the larger number if it has two.

    Raises zipfile.BadZipFile where no directory ends the file, as every signed file's does.
    """
    file.seek(max(0, size - _END.size))
    end = file.read(_END.size)
    if len(end) < _END.size or end[:4] != b"PK\5\6" or end[-2:] != bytes(2):
        raise zipfile.BadZipFile("no directory at its end")
    found = int(_END.unpack(end)[5])
    file.seek(max(0, size - _END.size - _LOCATOR.size))
    locator = file.read(_LOCATOR.size)
    if locator[:4] == b"PK\6\7":
        file.seek(max(0, size - _END.size - _LOCATOR.size - _END_64.size))
        record = file.read(_END_64.size)
        if len(record) < _END_64.size or record[:4] != b"PK\6\6":
            raise zipfile.BadZipFile("no directory where it says")
        found = max(found if found < 0xFFFFFFFF else 0, int(_END_64.unpack(record)[8]))
    return found


def problem_of(entries: list[zipfile.ZipInfo], size: int, word: str) -> str:
    """What is wrong with the *entries* of a zip of *size* bytes, in words; empty where they are as a *word*'s."""
    names = set()
    total = 0
    for entry in entries:
        name = text(entry.filename, 60)
        if entry.orig_filename != entry.filename or not good_name(entry.filename):
            return f"{name!r} is no name of a {word}'s file"
        if entry.filename in names:
            return f"it holds {name} twice"
        if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG):
            return f"{name} is a link, or no file"
        if entry.flag_bits & 0x1:
            return f"{name} is encrypted"
        if entry.compress_type != zipfile.ZIP_STORED or entry.compress_size != entry.file_size:
            return f"{name} is compressed"
        names.add(entry.filename)
        total += entry.file_size
        if total > size:
            return f"its files have more bytes than the {size} it has itself"
    return ""


def good_name(name: str) -> bool:
    """Whether *name* is relative, stays in its folder, and is as `diya` names files."""
    return len(name) <= _LONGEST_NAME and _NAME.fullmatch(name) is not None and ".." not in name.split("/")
