"""The file of a release: a signed zip (host_tools/signed_zip) with a package for each kind of board."""

from __future__ import annotations

import base64
import errno
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from host_tools.files import replace_file
from host_tools.keys import signing
from host_tools.keys.signing import Signer
from host_tools.release import manifest, package
from host_tools.release.errors import Damaged, Foreign, NoSpace, ReleaseError
from host_tools.release.file_list import PIECE
from host_tools.release.manifest import IMAGE, Manifest
from host_tools.release.package import ImagePackage, Package
from host_tools.signed_zip import container
from host_tools.signed_zip.kind import Kind
from host_tools.text import text
from pole.wire.city_side import PIECES

KIND = Kind("release", "release.json", 1, Damaged, Foreign, ReleaseError)


class Release:
    """A release, whole and signed.

    ``version``, ``serial`` (Unix ms at signing), ``site`` and ``kind`` (of the app, or of MicroPython's image) are the
    same for all ``boards`` (names, sorted).
    ``public`` is the key that signed it (PEM).
    """

    def __init__(
        self, manifests: Mapping[str, Manifest], signatures: Mapping[str, bytes],
        packages: Mapping[str, Package | ImagePackage],
        public: bytes,
    ) -> None:  # fmt: skip
        self._manifests = manifests
        self._signatures = signatures
        self._packages = packages
        self.public = public
        self.boards = tuple(sorted(manifests))
        first = manifests[self.boards[0]]
        self.version, self.serial, self.site, self.kind = first.version, first.serial, first.site, first.kind

    def manifest(self, board: str) -> Manifest:
        """What is signed for *board*.  Raises ReleaseError for another's."""
        return self._manifests[self._known(board)]

    def message(self, board: str) -> dict[str, Any]:
        """The fields ``manifest`` and ``signature`` of the body of the message to a pole with that *board*."""
        signature = base64.b64encode(self._signatures[self._known(board)]).decode()
        return {"manifest": self._manifests[board].text, "signature": signature}

    def pieces(self, board: str) -> list[tuple[str, bytes]]:
        """(topic behind ``<root>/<site>/``, payload) of each piece for *board*, the list's first."""
        found = self._packages[self._known(board)]
        return [(f"{PIECES}/{found.topic}/{number}", data) for number, data in enumerate(found.pieces)]

    def content(self, board: str) -> str:
        """SHA-256 of the list, or of the image, for *board*, 64 hexadecimal digits."""
        return self._packages[self._known(board)].content

    def files(self, board: str) -> dict[str, bytes]:
        """{path below the slot: bytes} of the app for *board*.  Raises ReleaseError where it is MicroPython's image."""
        found = self._packages[self._known(board)]
        if isinstance(found, ImagePackage):
            raise ReleaseError(f"{self.version} is a MicroPython image, which has no files: name a release of the app")
        return found.data(f"the package for {board}")

    def package(self, board: str) -> Package | ImagePackage:
        """The package for *board*."""
        return self._packages[self._known(board)]

    def _known(self, board: str) -> str:
        if board not in self._manifests:
            raise ReleaseError(f"the board is {text(board, 60)!r} and must be one of {', '.join(self.boards)}")
        return board


def pack(
    manifests: Mapping[str, Manifest], packages: Mapping[str, Package] | Mapping[str, ImagePackage], signer: Signer
) -> bytes:  # fmt: skip
    """The file of a release; the same bytes for the same content."""
    members: dict[str, bytes] = {}
    for board, about in manifests.items():
        found = about.text.encode()
        members |= {f"{board}/manifest": found, f"{board}/signature": signer.sign(found)}
        if about.kind != IMAGE:
            members[f"{board}/list"] = packages[board].listing
        members |= {f"{board}/pieces/{number}": data for number, data in enumerate(packages[board].pieces)}
    return container.pack(KIND, {"boards": sorted(manifests)}, members, signer)


def open_release(path: Path, trust: Path | None = None) -> Release:
    """The release in the file at *path*, with every byte of it checked.

    *trust* is a PEM file with the public key (or the private one) of the required signer.  Raises Damaged, Foreign,
    ReleaseError.
    """
    trusted = signing.read_public(trust) if trust else None
    what = text(path.name, 60)
    try:
        if path.exists() and not path.is_file():
            raise ReleaseError(f"the release {path} is not a file")
        with path.open("rb") as file:
            return unpack(file, what, trusted)
    except OSError as error:
        raise ReleaseError(f"the release {path} cannot be read: {error.strerror}") from error


def unpack(file: bytes | BinaryIO, what: str, trusted: bytes | None = None) -> Release:
    """The release in *file*, called *what* in errors; *trusted*: the required signer (PEM).  Raises as the above."""
    about, members = container.unpack(KIND, file, what, trusted)
    boards = about.get("boards")
    if not isinstance(boards, list) or not boards or not all(isinstance(board, str) for board in boards):
        raise Damaged(f"{what} is signed and makes no sense: boards must be a list with one name at least")
    expected = {container.PUBLIC}
    manifests, signatures = {}, {}
    packages: dict[str, Package | ImagePackage] = {}
    for board in boards:
        named = f"{text(board, 40)} of {what}"
        for name in ("manifest", "signature", "pieces/0"):
            if f"{board}/{name}" not in members:
                raise Damaged(f"{what} is signed and makes no sense: {text(f'{board}/{name}', 60)} is missing")
        count = sum(name.startswith(f"{board}/pieces/") for name in members)
        pieces = [f"{board}/pieces/{number}" for number in range(count)]
        if not members.keys() >= set(pieces):
            raise Damaged(f"{what} is signed and makes no sense: the pieces for {text(board, 40)} are not all there")
        expected |= {f"{board}/{name}" for name in ("manifest", "signature")} | set(pieces)
        signed, signatures[board] = members[f"{board}/manifest"], members[f"{board}/signature"]
        if not signing.genuine(signed, signatures[board], members[container.PUBLIC]):
            raise Foreign(f"the signature of the manifest for {named} is not that of its signer")
        about_board = manifest.read(_ascii(signed), f"the manifest for {named}")
        bodies = tuple(members[name] for name in pieces)
        if about_board.kind == IMAGE:
            packages[board] = ImagePackage(bodies)
        elif f"{board}/list" not in members:
            raise Damaged(f"{what} is signed and makes no sense: {text(f'{board}/list', 60)} is missing")
        else:
            packages[board] = Package(members[f"{board}/list"], bodies)
            expected.add(f"{board}/list")
        manifests[board] = _checked(about_board, board, packages[board], named)
    if other := sorted(members.keys() - expected):
        raise Damaged(f"{what} is signed and makes no sense: {text(other[0], 60)} is of no board")
    for name in ("version", "serial", "site", "kind"):
        if len({getattr(one, name) for one in manifests.values()}) > 1:
            raise Damaged(f"{what} is signed and makes no sense: {name} is not the same for each board")
    return Release(manifests, signatures, packages, members[container.PUBLIC])


def write(path: Path, data: bytes) -> None:
    """Writes a release's *data* to *path*, whole.  Raises ReleaseError, NoSpace."""
    try:
        replace_file(path, data)
    except OSError as error:
        kind = NoSpace if error.errno in (errno.ENOSPC, errno.EDQUOT) else ReleaseError
        raise kind(f"the release {path} cannot be written: {error.strerror}") from error


def _checked(about: Manifest, board: str, found: Package | ImagePackage, named: str) -> Manifest:
    if isinstance(found, ImagePackage):
        size = len(found.image)
        if any(len(piece) != PIECE for piece in found.pieces[:-1]):
            raise Damaged(f"{named}: each piece but the last must have {PIECE} bytes")
    else:
        package.check(found, named)
        size = sum(one.size for one in found.files)
    for name, value, right in (
        ("board", about.board, board),
        ("content", about.content, found.content),
        ("list", about.listed, len(found.listing)),
        ("bytes", about.size, size),
    ):
        if value != right:
            raise Damaged(f"the manifest for {named}: {name} is {value} and must be {right}")
    return about


def _ascii(data: bytes) -> str:
    return data.decode("ascii", "replace")
