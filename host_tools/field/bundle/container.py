"""The file of a bundle: a zip whose bytes follow from what is in it, with a signed list of its members.

`bundle.json` lists every other member with its SHA-256, and `signature` is that of `bundle.json`; so what is changed,
added or taken away is found before anything is used.  Members are stored as they are, by name and with one date: a
compressor of another version would give other bytes, and a file that inflates to gigabytes cannot be a bundle.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any, BinaryIO

from host_tools.field.bundle.archive import Archive, opened
from host_tools.field.bundle.errors import BundleError, Damaged, Foreign
from host_tools.keys import signing
from host_tools.keys.signing import Signer
from host_tools.text import quoted, text

FORMAT = 1
MANIFEST, SIGNATURE, PUBLIC = "bundle.json", "signature", "public.pem"
_FIRST = {MANIFEST: 1 << 25, SIGNATURE: 1 << 12, PUBLIC: 1 << 14}  # read first, and the most bytes each may have
_DATE = (1980, 1, 1, 0, 0, 0)
_UNIX = 3  # the system that made it: the same constant on every system


def pack(manifest: dict[str, Any], members: Mapping[str, bytes], signer: Signer) -> bytes:
    """The bundle's file; *manifest* is given the list of *members*."""
    files = {**members, PUBLIC: signer.public}
    listed = {name: {"size": len(data), "sha256": _hash(data)} for name, data in sorted(files.items())}
    text = json.dumps(
        {"format": FORMAT, **manifest, "members": listed}, sort_keys=True, ensure_ascii=False, indent=1
    ).encode()
    files |= {MANIFEST: text, SIGNATURE: signer.sign(text)}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, data in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _DATE)
            entry.create_system = _UNIX
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, data)
    return out.getvalue()


def unpack(file: bytes | BinaryIO, what: str, trusted: bytes | None) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Manifest and members of the bundle in *file*, called *what* in errors, everything checked.

    *trusted* is the public key (PEM) of the required signer; without one, any signer is accepted and only later
    changes are detected.  Nothing but list, signature and public key is read before the signature is found genuine.
    Raises Foreign, Damaged, and BundleError for a bundle of a newer format.
    """
    source = io.BytesIO(file) if isinstance(file, bytes) else file
    try:
        with opened(source, what) as archive:
            return _checked(archive, what, trusted)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise Damaged(
            f"{what} is damaged or cut short ({source.seek(0, io.SEEK_END)} bytes): fetch it again"
        ) from error


def _checked(archive: Archive, what: str, trusted: bytes | None) -> tuple[dict[str, Any], dict[str, bytes]]:
    for name in _FIRST:
        if name not in archive.sizes:
            raise Damaged(f"{what} is no bundle: it has no {name}")
        if archive.sizes[name] > _FIRST[name]:
            raise Damaged(
                f"{what} was changed: {name} has {archive.sizes[name]} bytes, at most {_FIRST[name]} are right"
            )
    listing, signature, public = (archive.read(name) for name in _FIRST)
    if trusted is not None and not signing.same(public, trusted):
        raise Foreign(
            f"{what} is signed with the key {signing.fingerprint(public)} and must be signed with "
            f"{signing.fingerprint(trusted)}: it is not of this city"
        )
    if not signing.genuine(listing, signature, public):
        raise Foreign(f"{what} has a broken signature: it was changed since it was signed, fetch it again")
    manifest = json_object(listing, f"{MANIFEST} of {what}")
    if manifest.get("format") != FORMAT:
        raise BundleError(
            f"{what} is of format {quoted(manifest.get('format'), 40)} and this diya reads {FORMAT}: update diya"
        )
    listed = manifest.get("members")
    if not isinstance(listed, dict) or not all(isinstance(about, dict) for about in listed.values()):
        raise Damaged(f"{what} is signed and makes no sense: members must be a list of files by name")
    there = archive.sizes.keys() - {MANIFEST, SIGNATURE}
    if listed.keys() != there:
        other = sorted(listed.keys() ^ there)[0]
        where = "missing" if other in listed else "not on its signed list"
        raise Damaged(f"{what} was changed: {text(other, 60)} is {where}")
    files = {}
    for name in sorted(there):
        files[name] = archive.read(name)
        if _hash(files[name]) != listed[name].get("sha256"):
            raise Damaged(f"{what} was changed: the SHA-256 of {name} is not that on its signed list, fetch it again")
        if listed[name].get("size") != len(files[name]):
            raise Damaged(f"{what} was changed: {name} has not the bytes on its signed list, fetch it again")
    return manifest, files


def json_object(data: bytes, what: str) -> dict[str, Any]:
    """The JSON object in *data*, called *what* in errors.  Raises Damaged; NaN and Infinity are no JSON."""

    def none(word: str) -> Any:
        raise ValueError(word)

    try:
        value = json.loads(data, parse_constant=none)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise Damaged(f"{what} is signed and makes no sense: it must be an object of JSON")
    return value


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
