"""A signed file: a zip whose bytes follow from what is in it, with a signed list of its members.

The list (`bundle.json` of a bundle) has every other member with its SHA-256, and `signature` is that of the list; so
what is changed, added or taken away is found before anything is used.  Members are stored as they are, by name and with
one date: a compressor of another version would give other bytes, and a file that inflates to gigabytes cannot be one.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any, BinaryIO

from host_tools.errors import DiyaError
from host_tools.keys import signing
from host_tools.keys.signing import Signer
from host_tools.signed_zip.archive import Archive, opened
from host_tools.signed_zip.kind import Kind
from host_tools.text import quoted, text

SIGNATURE, PUBLIC = "signature", "public.pem"
_LIST, _SIGNATURE, _PUBLIC = 1 << 25, 1 << 12, 1 << 14  # the most bytes that each may have
_DATE = (1980, 1, 1, 0, 0, 0)
_UNIX = 3  # the system that made it: the same constant on every system


def pack(kind: Kind, manifest: dict[str, Any], members: Mapping[str, bytes], signer: Signer) -> bytes:
    """The file; *manifest* is given the list of *members*."""
    files = {**members, PUBLIC: signer.public}
    listed = {name: {"size": len(data), "sha256": _hash(data)} for name, data in sorted(files.items())}
    text = json.dumps(
        {"format": kind.format, **manifest, "members": listed}, sort_keys=True, ensure_ascii=False, indent=1
    ).encode()
    files |= {kind.listing: text, SIGNATURE: signer.sign(text)}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, data in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _DATE)
            entry.create_system = _UNIX
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, data)
    return out.getvalue()


def unpack(
    kind: Kind, file: bytes | BinaryIO, what: str, trusted: bytes | None
) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Manifest and members of the *kind* of file in *file*, called *what* in errors, everything checked.

    *trusted* is the public key (PEM) of the required signer; without one, any signer is accepted and only later
    changes are detected.  Nothing but list, signature and public key is read before the signature is found genuine.
    Raises *kind*'s ``foreign`` and ``damaged``, and its ``other`` for one of a newer format.
    """
    source = io.BytesIO(file) if isinstance(file, bytes) else file
    try:
        with opened(source, what, kind) as archive:
            return _checked(kind, archive, what, trusted)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise kind.damaged(
            f"{what} is damaged or cut short ({source.seek(0, io.SEEK_END)} bytes): fetch it again"
        ) from error


def _checked(kind: Kind, archive: Archive, what: str, trusted: bytes | None) -> tuple[dict[str, Any], dict[str, bytes]]:
    first = {kind.listing: _LIST, SIGNATURE: _SIGNATURE, PUBLIC: _PUBLIC}  # read before all others
    for name, most in first.items():
        if name not in archive.sizes:
            raise kind.damaged(f"{what} is no {kind.word}: it has no {name}")
        if archive.sizes[name] > most:
            raise kind.damaged(f"{what} was changed: {name} has {archive.sizes[name]} bytes, at most {most} are right")
    listing, signature, public = (archive.read(name) for name in first)
    if trusted is not None and not signing.same(public, trusted):
        raise kind.foreign(
            f"{what} is signed with the key {signing.fingerprint(public)} and must be signed with "
            f"{signing.fingerprint(trusted)}: it is not of this city"
        )
    if not signing.genuine(listing, signature, public):
        raise kind.foreign(f"{what} has a broken signature: it was changed since it was signed, fetch it again")
    manifest = json_object(listing, f"{kind.listing} of {what}", kind.damaged)
    if manifest.get("format") != kind.format:
        raise kind.other(
            f"{what} is of format {quoted(manifest.get('format'), 40)} and this diya reads {kind.format}: update diya"
        )
    listed = manifest.get("members")
    if not isinstance(listed, dict) or not all(isinstance(about, dict) for about in listed.values()):
        raise kind.damaged(f"{what} is signed and makes no sense: members must be a list of files by name")
    there = archive.sizes.keys() - {kind.listing, SIGNATURE}
    if listed.keys() != there:
        other = sorted(listed.keys() ^ there)[0]
        where = "missing" if other in listed else "not on its signed list"
        raise kind.damaged(f"{what} was changed: {text(other, 60)} is {where}")
    files = {}
    for name in sorted(there):
        files[name] = archive.read(name)
        if _hash(files[name]) != listed[name].get("sha256"):
            raise kind.damaged(
                f"{what} was changed: the SHA-256 of {name} is not that on its signed list, fetch it again"
            )
        if listed[name].get("size") != len(files[name]):
            raise kind.damaged(f"{what} was changed: {name} has not the bytes on its signed list, fetch it again")
    return manifest, files


def json_object(data: bytes, what: str, damaged: type[DiyaError]) -> dict[str, Any]:
    """The JSON object in *data*, called *what* in errors.  Raises *damaged*; NaN and Infinity are no JSON."""

    def none(word: str) -> Any:
        raise ValueError(word)

    try:
        value = json.loads(data, parse_constant=none)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise damaged(f"{what} is signed and makes no sense: it must be an object of JSON")
    return value


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
