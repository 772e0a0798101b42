"""A release as the store keeps it: its signed manifests and the pieces of its content."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools.city.store import bulk
from host_tools.city.store.release_tables import release, release_piece, update_message
from host_tools.errors import DiyaError
from host_tools.keys import signing
from host_tools.language.refusal import Refusal
from host_tools.release import manifest
from host_tools.release.file_list import PIECE
from host_tools.release.manifest import Manifest
from host_tools.text import quoted
from host_tools.wire.payload import parsed
from pole.wire.city_side import PIECES

_LOOKED_UP = 500  # poles in one query
AHEAD_S = 86400  # a release may be signed so long after the receiver's time: a laptop in another zone, a day's mistake


class ReleaseFile(Protocol):
    """A release file that was opened, as far as the city needs it."""

    @property
    def version(self) -> str: ...
    @property
    def serial(self) -> int: ...
    @property
    def boards(self) -> Collection[str]: ...
    @property
    def public(self) -> bytes:
        """The key that signed it, PEM."""

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
    """The release *serial* (Unix ms at signing), with a package for each board.  *downgrade*: it may follow a newer.

    *public*: the key whose signature each of its manifests has, PEM; "" where nobody knows.
    """

    serial: int
    version: str
    downgrade: bool
    packages: Mapping[str, Package]
    added_at: int = 0
    added_by: str = ""
    public: str = ""

    @cached_property
    def print(self) -> str:
        """Its key as poles name theirs in their births."""
        return signing.print_of(self.public.encode())

    @property
    def signed_by(self) -> str:
        """Its key as people compare it."""
        return signing.fingerprint(self.public.encode()) if self.public else ""

    @property
    def is_image(self) -> bool:
        """Whether it is MicroPython itself, and not the app."""
        return any(one.about.kind == manifest.IMAGE for one in self.packages.values())

    @property
    def title(self) -> str:
        """What people call it."""
        return f"MicroPython {self.version}" if self.is_image else self.version


def release_of(
    site: str, serial: int, version: str, manifests: Mapping[str, Any], public: str = ""
) -> Release:  # fmt: skip
    """The release of *manifests* {board: {manifest, signature}}, signed with the key *public* (PEM; "": not known).

    Raises DiyaError where they make no sense, are not one release for this *site*, or are not signed with that key.
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
        if public and not signing.genuine(text.encode(), _bytes(signature), public.encode()):
            raise Refusal("updates.bad_signature", board=board, key=signing.fingerprint(public.encode()))
        packages[board] = Package(text, signature, about)
    downgrades = {one.about.downgrade for one in packages.values()}
    if len(downgrades) != 1:
        raise Refusal("updates.no_manifest", board=", ".join(packages))
    return Release(serial, version, downgrades.pop(), packages, public=public)


def release_in(site: str, file: ReleaseFile) -> Release:
    """The release in *file*.  Raises DiyaError."""
    manifests = {board: dict(file.message(board)) for board in file.boards}
    return release_of(site, file.serial, file.version, manifests, file.public.decode("ascii", "replace"))


def _bytes(signature: str) -> bytes:
    try:
        return base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return b""


def check_age(release: Release, now: float) -> None:
    """Raises DiyaError where *release* was signed more than a day after *now*, Unix s: its signer's clock was wrong.

    A pole that took it would refuse everything that is signed with a right clock until then.
    """
    if days := days_ahead(release.serial, now):
        raise Refusal("updates.signed_ahead", version=release.version, days=days, serial=release.serial)


def days_ahead(serial: int, now: float) -> int:
    """By how many days what has that *serial*, Unix ms, was signed after *now*, Unix s; 0 up to AHEAD_S."""
    ahead_s = serial // 1000 - int(now)
    return ahead_s // 86400 if ahead_s > AHEAD_S else 0


# -- in the store


def keep(connection: Connection, file: ReleaseFile, site: str, who: str, now: int) -> Release:
    """Keeps the release in *file*, unless it is there already.  Raises DiyaError."""
    found = release_in(site, file)
    text = json.dumps({board: dict(file.message(board)) for board in file.boards}, sort_keys=True)
    there = connection.execute(sa.select(release.c.manifests).where(release.c.serial == file.serial)).scalar()
    if there is not None:
        if there != text:
            raise Refusal("updates.other_release", serial=file.serial)
        connection.execute(sa.update(release).where(release.c.serial == file.serial).values(public=found.public))
        return found
    pieces: dict[str, bytes] = {}
    for board in file.boards:
        own = dict(file.pieces(board))
        _check_list(board, found.packages[board].about, own)
        pieces |= own
    values = {"serial": file.serial, "version": file.version, "downgrade": found.downgrade, "manifests": text}
    values["public"] = found.public
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
    """The *most* newest releases that are kept here; without rows that make no sense, which anything may have
    written."""
    out = []
    for row in connection.execute(sa.select(release).order_by(release.c.serial.desc()).limit(most)).mappings():
        with suppress(DiyaError):
            out.append(_of_row(site, dict(row)))
    return out


def _of_row(site: str, row: Mapping[str, Any]) -> Release:
    manifests = parsed(str(row["manifests"]).encode()) or {}
    found = release_of(site, row["serial"], row["version"], manifests, str(row["public"]))
    return replace(found, added_at=row["added_at"], added_by=row["added_by"])


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
