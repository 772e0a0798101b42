"""A package: the app of one board as a list and pieces, each of which a pole fetches by its number."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from host_tools.release import delta, file_list
from host_tools.release.errors import Damaged, NoSpace
from host_tools.release.file_list import PIECE, Delta, Listed, pieces_of

_WORTH = 0.75  # a difference that is larger than so much of the file is not sent


class Package(NamedTuple):
    """The *listing* is the list's bytes; the first of *pieces* are the list again."""

    listing: bytes
    pieces: tuple[bytes, ...]

    @property
    def content(self) -> str:
        """SHA-256 of the list, which names the SHA-256 of each file."""
        return _hash(self.listing)

    @property
    def topic(self) -> str:
        """What stands in the topics of its pieces."""
        return self.content[:16]

    @property
    def files(self) -> list[Listed]:
        """The files in it."""
        return file_list.read(self.listing, "the list")

    def data(self, what: str) -> dict[str, bytes]:
        """{path: the file's bytes}, checked against the list.  Raises Damaged, calling the package *what*."""
        check(self, what)
        return {one.path: self._from(one.piece, one.size) for one in self.files}

    def _from(self, piece: int, size: int) -> bytes:
        return b"".join(self.pieces[piece : piece + pieces_of(size)])


class ImagePackage(NamedTuple):
    """A MicroPython image, which is one file without a list."""

    pieces: tuple[bytes, ...]

    @property
    def listing(self) -> bytes:
        return b""

    @property
    def image(self) -> bytes:
        """All of it."""
        return b"".join(self.pieces)

    @property
    def content(self) -> str:
        """SHA-256 of the image."""
        return _hash(self.image)

    @property
    def topic(self) -> str:
        """What stands in the topics of its pieces."""
        return self.content[:16]

    @property
    def files(self) -> list[Listed]:
        """None: poles are sent no difference of it."""
        return []


def of_image(data: bytes) -> ImagePackage:
    """The package of the image *data*."""
    return ImagePackage(tuple(_cut(data)))


def make(files: Mapping[str, bytes], bases: Sequence[Mapping[str, bytes]] = ()) -> Package:
    """The package of *files* ({path: bytes}), with differences from the files of *bases*, older apps.

    The same bytes for the same files.  Raises NoSpace where there are too many files.
    """
    if len(files) > file_list.MOST_FILES:
        raise NoSpace(f"the app has {len(files)} files and a pole takes {file_list.MOST_FILES} at most")
    deltas = {path: _deltas(data, [base[path] for base in bases if path in base]) for path, data in files.items()}
    count = 1  # pieces of the list, which is longer where later pieces have longer numbers
    while True:
        listed, bodies = _listed(files, deltas, count)
        listing = file_list.encode(listed)
        if pieces_of(len(listing)) == count:
            break
        count = pieces_of(len(listing))
    if len(listing) > file_list.MOST_BYTES:
        raise NoSpace(f"the list of files has {len(listing)} bytes and may have {file_list.MOST_BYTES}")
    file_list.read(listing, "the list")  # as a pole does
    return Package(listing, tuple(piece for body in (listing, *bodies) for piece in _cut(body)))


def check(package: Package, what: str) -> None:
    """Raises Damaged, calling it *what*, unless each file and difference is in *package* as its list says."""
    sizes = [0] * len(package.pieces)  # of each piece, by the list
    spans = [("the list", 0, len(package.listing))]
    for one in package.files:
        spans.append((one.path, one.piece, one.size))
        spans += [(f"a difference of {one.path}", other.piece, other.size) for other in one.deltas]
    for name, first, size in spans:
        for number in range(pieces_of(size)):
            at = first + number
            if at >= len(sizes) or sizes[at]:
                raise Damaged(f"{what}: {name} has the piece {at}, which is missing or another's")
            sizes[at] = min(PIECE, size - number * PIECE)
    if [len(piece) for piece in package.pieces] != sizes:
        raise Damaged(f"{what}: its pieces have not the bytes that are listed")
    if package._from(0, len(package.listing)) != package.listing:
        raise Damaged(f"{what}: its first pieces are not its list")
    for one in package.files:
        if _hash(package._from(one.piece, one.size)) != one.digest:
            raise Damaged(f"{what}: the SHA-256 of {one.path} is not that on its list")


def _deltas(data: bytes, bases: Sequence[bytes]) -> dict[str, bytes]:
    """{hash of the base: the difference}, where it is worth it."""
    out: dict[str, bytes] = {}
    for base in bases:
        name = _hash(base)[:16]
        if base == data or name in out or len(out) == file_list.MOST_DELTAS:
            continue
        made = delta.make(base, data)
        if len(made) < _WORTH * len(data):
            out[name] = made
    return out


def _listed(
    files: Mapping[str, bytes], deltas: Mapping[str, Mapping[str, bytes]], first: int
) -> tuple[list[Listed], list[bytes]]:
    """What is listed, and the bodies in the order of their pieces, of which the *first* ones are the list's."""
    out, bodies, at = [], [], first
    for path, data in sorted(files.items()):
        own = at
        at += pieces_of(len(data))
        bodies.append(data)
        found = []
        for base, made in deltas[path].items():
            found.append(Delta(base, len(made), at))
            at += pieces_of(len(made))
            bodies.append(made)
        out.append(Listed(path, len(data), _hash(data), own, tuple(found)))
    return out, bodies


def _cut(body: bytes) -> list[bytes]:
    return [body[at : at + PIECE] for at in range(0, len(body), PIECE)]


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
