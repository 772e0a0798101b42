"""A release as the store keeps it: its signed manifests and the pieces of its content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools.city.store import bulk
from host_tools.city.store.release_tables import release, release_piece, update_message
from host_tools.language.refusal import Refusal
from host_tools.text import quoted
from host_tools.wire.payload import number, parsed

MOST_PIECE = 1024  # bytes
UPDATE = "_update"  # the topic of all content, after root and site
WINDOW_S, MOST_WINDOW_S = 600, 3600
_LOOKED_UP = 500  # poles in one query

Numbers = tuple[int, int, int]


class ReleaseFile(Protocol):
    """A release file that was opened, as far as the city needs it."""

    @property
    def version(self) -> str: ...
    @property
    def serial(self) -> int: ...
    @property
    def boards(self) -> Iterable[str]: ...
    def message(self, board: str) -> Mapping[str, str]:
        """``manifest`` and ``signature`` as text."""

    def pieces(self, board: str) -> Iterable[tuple[str, bytes]]:
        """Each topic after root and site, and what is there."""


@dataclass(frozen=True)
class Package:
    """The release for one board: the signed *manifest*, its *signature* (base64), and what the manifest says."""

    manifest: str
    signature: str
    content: str
    size: int
    window: int


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
    def numbers(self) -> Numbers:
        return numbers(self.version)


def numbers(version: str) -> Numbers:
    """ "1.2.3" as numbers, for comparing."""
    first, second, third = (int(part) for part in version.split("."))
    return first, second, third


def release_of(site: str, serial: int, version: str, manifests: Mapping[str, Any]) -> Release:
    """The release of *manifests* {board: {manifest, signature}}.  Raises CommandError where they make no sense.

    The signature is judged by the poles; here it is seen that all of it is one release of this *site*.
    """
    packages: dict[str, Package] = {}
    downgrades = set()
    for board, signed in sorted(manifests.items()):
        text, signature = signed.get("manifest"), signed.get("signature")
        said = parsed(text.encode()) if isinstance(text, str) else None
        if said is None or not isinstance(signature, str):
            raise Refusal("updates.no_manifest", board=quoted(board, 40))
        content, size = said.get("content"), number(said.get("bytes"), 1, 2**24)
        window = number(said.get("window", WINDOW_S), 1, MOST_WINDOW_S)
        expected = {"kind": "app", "board": board, "site": site, "version": version, "serial": serial}
        for name, wanted in expected.items():
            if said.get(name) != wanted:
                value = quoted(str(said.get(name)), 40)
                raise Refusal("updates.manifest_field", board=board, name=name, value=value, wanted=wanted)
        if not isinstance(content, str) or len(content) != 64 or size is None or window is None:
            raise Refusal("updates.no_manifest", board=quoted(board, 40))
        downgrades.add(said.get("downgrade") is True)
        packages[board] = Package(text, signature, content, size, window)
    if len(downgrades) != 1:
        raise Refusal("updates.no_manifest", board="")
    return Release(serial, version, downgrades.pop(), packages)


# -- in the store


def keep(connection: Connection, file: ReleaseFile, site: str, who: str, now: int) -> Release:
    """Keeps the release in *file*, unless it is there already.  Raises CommandError."""
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
        _check_list(board, found.packages[board], own)
        pieces |= own
    values = {"serial": file.serial, "version": file.version, "downgrade": found.downgrade, "manifests": text}
    connection.execute(sa.insert(release).values(**values, added_at=now, added_by=who))
    rows = [{"serial": file.serial, "topic": topic, "payload": payload} for topic, payload in pieces.items()]
    connection.execute(sa.insert(release_piece), rows)
    return found


def _check_list(board: str, package: Package, pieces: Mapping[str, bytes]) -> None:
    """The list of the content, which begins at the first piece, must be the one that was signed."""
    said = parsed(package.manifest.encode()) or {}
    length, head = number(said.get("list"), 1, 2**20) or 0, f"{UPDATE}/{package.content[:16]}/"
    found, at = b"", 0
    while len(found) < length and f"{head}{at}" in pieces:
        found, at = found + pieces[f"{head}{at}"], at + 1
    whole = all(topic.startswith(head) and 0 < len(payload) <= MOST_PIECE for topic, payload in pieces.items())
    if not whole or hashlib.sha256(found[:length]).hexdigest() != package.content:
        raise Refusal("updates.wrong_content", board=board)


def kept(connection: Connection, site: str, serial: int) -> Release:
    """The release of that serial.  Raises CommandError where it is not here, or makes no sense."""
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
