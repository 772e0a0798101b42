"""A release as the store keeps it: its signed manifests and the pieces of its content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools.city.store import bulk
from host_tools.city.store.release_tables import release, release_piece, update_message
from host_tools.language.refusal import Refusal
from host_tools.release import manifest
from host_tools.release.file_list import PIECE
from host_tools.release.manifest import Manifest
from host_tools.text import quoted
from host_tools.wire.payload import parsed
from pole.wire.city_side import PIECES

_LOOKED_UP = 500  # poles in one query


class ReleaseFile(Protocol):
    """A release file that was opened, as far as the city needs it."""

    @property
    def version(self) -> str: ...
    @property
    def serial(self) -> int: ...
    @property
    def boards(self) -> Collection[str]: ...
    def message(self, board: str) -> Mapping[str, Any]:
        """``manifest`` and ``signature`` as text."""

    def pieces(self, board: str) -> Iterable[tuple[str, bytes]]:
        """Each topic after root and site, and what is there."""


@dataclass(frozen=True)
class Package:
    """The release for one board: its signed *manifest*, the *signature* (base64), and what the manifest says."""

    manifest: str
    signature: str
    about: Manifest


@dataclass(frozen=True)
class Release:
    """The release *serial* (Unix ms at signing), with a package for each board.  *downgrade*: it may follow a newer."""

    serial: int
    version: str
    downgrade: bool
    packages: Mapping[str, Package]
    added_at: int = 0
    added_by: str = ""

    @property
    def is_image(self) -> bool:
        """Whether it is MicroPython itself, and not the app."""
        return any(one.about.kind == manifest.IMAGE for one in self.packages.values())

    @property
    def title(self) -> str:
        """What people call it."""
        return f"MicroPython {self.version}" if self.is_image else self.version


def release_of(site: str, serial: int, version: str, manifests: Mapping[str, Any]) -> Release:
    """The release of *manifests* {board: {manifest, signature}}.  Raises DiyaError where they make no sense.

    The signature is judged by the poles; here it is seen that all of it is one release for this *site*.
    """
    packages: dict[str, Package] = {}
    for board, signed in sorted(manifests.items()):
        text, signature = signed.get("manifest"), signed.get("signature")
        if not isinstance(text, str) or not isinstance(signature, str):
            raise Refusal("updates.no_manifest", board=quoted(board, 40))
        about = manifest.read(text, f"the manifest for {board}")
        for name, value, wanted in (
            ("board", about.board, board), ("site", about.site, site), ("version", about.version, version),
            ("serial", about.serial, serial),
        ):  # fmt: skip
            if value != wanted:
                raise Refusal(
                    "updates.manifest_field", board=board, name=name, value=quoted(str(value), 40), wanted=wanted
                )
        packages[board] = Package(text, signature, about)
    downgrades = {one.about.downgrade for one in packages.values()}
    if len(downgrades) != 1:
        raise Refusal("updates.no_manifest", board=", ".join(packages))
    return Release(serial, version, downgrades.pop(), packages)


# -- in the store


def keep(connection: Connection, file: ReleaseFile, site: str, who: str, now: int) -> Release:
    """Keeps the release in *file*, unless it is there already.  Raises DiyaError."""
    manifests = {board: dict(file.message(board)) for board in file.boards}
    found = release_of(site, file.serial, file.version, manifests)
    text = json.dumps(manifests, sort_keys=True)
    there = connection.execute(sa.select(release.c.manifests).where(release.c.serial == file.serial)).scalar()
    if there is not None:
        if there != text:
            raise Refusal("updates.other_release", serial=file.serial)
        return found
    pieces: dict[str, bytes] = {}
    for board in file.boards:
        own = dict(file.pieces(board))
        _check_list(board, found.packages[board].about, own)
        pieces |= own
    values = {"serial": file.serial, "version": file.version, "downgrade": found.downgrade, "manifests": text}
    connection.execute(sa.insert(release).values(**values, added_at=now, added_by=who))
    rows = [{"serial": file.serial, "topic": topic, "payload": payload} for topic, payload in pieces.items()]
    connection.execute(sa.insert(release_piece), rows)
    return found


def _check_list(board: str, about: Manifest, pieces: Mapping[str, bytes]) -> None:
    """The list of the content, which begins at the first piece, must be the one that was signed; or all of an image."""
    head, found, at = f"{PIECES}/{about.content[:16]}/", bytearray(), 0
    size = about.size if about.kind == manifest.IMAGE else about.listed
    while len(found) < size and f"{head}{at}" in pieces:
        found += pieces[f"{head}{at}"]
        at += 1
    whole = all(topic.startswith(head) and 0 < len(payload) <= PIECE for topic, payload in pieces.items())
    if not whole or hashlib.sha256(found[:size]).hexdigest() != about.content:
        raise Refusal("updates.wrong_content", board=board)


def kept(connection: Connection, site: str, serial: int) -> Release:
    """The release of that serial.  Raises DiyaError where it is not here, or makes no sense."""
    row = connection.execute(sa.select(release).where(release.c.serial == min(serial, 2**62))).mappings().first()
    if row is None:
        raise Refusal("updates.unknown_release", serial=serial)
    return _of_row(site, dict(row))


def newest(connection: Connection, site: str, most: int) -> list[Release]:
    """The *most* newest releases that are kept here."""
    rows = connection.execute(sa.select(release).order_by(release.c.serial.desc()).limit(most)).mappings()
    return [_of_row(site, dict(row)) for row in rows]


def _of_row(site: str, row: Mapping[str, Any]) -> Release:
    found = release_of(site, row["serial"], row["version"], parsed(str(row["manifests"]).encode()) or {})
    return Release(
        found.serial, found.version, found.downgrade, found.packages, row["added_at"], row["added_by"]
    )  # fmt: skip


def pieces(connection: Connection, serial: int, after: str, most: int) -> list[tuple[str, bytes]]:
    """At most *most* of the pieces of the release *serial*, those whose topic comes after *after*, in order."""
    c = release_piece.c
    wanted = sa.select(c.topic, c.payload).where(c.serial == serial, c.topic > after).order_by(c.topic).limit(most)
    return [(str(topic), bytes(payload)) for topic, payload in connection.execute(wanted)]


# -- the messages to poles


def messages(connection: Connection, keys: Iterable[int]) -> dict[int, tuple[int, str]]:
    """{key of a pole: number and payload of the last message to it} of the poles *keys*."""
    listed, out = list(keys), dict[int, tuple[int, str]]()
    c = update_message.c
    for at in range(0, len(listed), _LOOKED_UP):
        some = sa.select(c.pole, c.n, c.payload).where(c.pole.in_(listed[at : at + _LOOKED_UP]))
        out |= {int(pole): (int(n), str(payload)) for pole, n, payload in connection.execute(some)}
    return out


def remember(connection: Connection, rows: Iterable[tuple[int, int, str]]) -> None:
    """Keeps the messages *rows* (key of the pole, number, payload)."""
    bulk.replace(connection, update_message, ("pole",), ("n", "payload"), rows)
