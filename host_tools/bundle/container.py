"""The file of a bundle: a zip whose bytes follow from what is in it, with a signed list of its members.

`bundle.json` lists every other member with its SHA-256, and `signature` is that of `bundle.json`; so whatever is
changed, added or taken away is found before anything is used.  Members are stored as they are, by name and with one
date: a compressor of another version would give other bytes.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

from host_tools.bundle import signing
from host_tools.bundle.errors import BundleError, Damaged, Foreign
from host_tools.bundle.signing import Signer

FORMAT = 1
MANIFEST, SIGNATURE, PUBLIC = "bundle.json", "signature", "public.pem"
_DATE = (1980, 1, 1, 0, 0, 0)
_UNIX = 3  # the system that made it, whatever it is


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


def unpack(data: bytes, what: str, trusted: bytes | None) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Manifest and members of the bundle *data*, called *what* in errors, everything checked.

    *trusted* is the public key (PEM) of whoever must have signed it; without one, whoever signed it is believed and
    only what was changed since is found.  Raises Foreign, Damaged, and BundleError for a bundle of a newer format.
    """
    files = _members(data, what)
    for name in (MANIFEST, SIGNATURE, PUBLIC):
        if name not in files:
            raise Damaged(f"{what} is no bundle: it has no {name}")
    text, signature = files.pop(MANIFEST), files.pop(SIGNATURE)
    if trusted is not None and not signing.same(files[PUBLIC], trusted):
        raise Foreign(
            f"{what} is signed with the key {signing.fingerprint(files[PUBLIC])} and must be signed with "
            f"{signing.fingerprint(trusted)}: it is not of this city"
        )
    if not signing.genuine(text, signature, files[PUBLIC]):
        raise Foreign(f"{what} has a broken signature: it was changed since it was signed, fetch it again")
    manifest: dict[str, Any] = json.loads(text)
    if manifest.get("format") != FORMAT:
        raise BundleError(f"{what} is of format {manifest.get('format')} and this diya reads {FORMAT}: update diya")
    listed = manifest["members"]
    if listed.keys() != files.keys():
        other = sorted(listed.keys() ^ files.keys())[0]
        raise Damaged(f"{what} was changed: {other} is {'missing' if other in listed else 'not on its signed list'}")
    for name, content in files.items():
        if _hash(content) != listed[name]["sha256"]:
            raise Damaged(f"{what} was changed: the SHA-256 of {name} is not that on its signed list, fetch it again")
    return manifest, files


def _members(data: bytes, what: str) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            if len(names) != len(set(names)):
                raise Damaged(f"{what} was changed: it holds a file twice")
            return {name: archive.read(name) for name in names}
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        raise Damaged(f"{what} is damaged or cut short ({len(data)} bytes): fetch it again") from error


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
