"""The file of a bundle: a signed zip (host_tools/signed_zip) whose list is `bundle.json`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, BinaryIO

from host_tools.field.bundle.errors import BundleError, Damaged, Foreign
from host_tools.keys.signing import Signer
from host_tools.signed_zip import container
from host_tools.signed_zip.container import PUBLIC
from host_tools.signed_zip.kind import Kind

__all__ = ["PUBLIC", "json_object", "pack", "unpack"]

FORMAT = 1


def pack(manifest: dict[str, Any], members: Mapping[str, bytes], signer: Signer) -> bytes:
    """The bundle's file; *manifest* is given the list of *members*."""
    return container.pack(_kind(), manifest, members, signer)


def unpack(file: bytes | BinaryIO, what: str, trusted: bytes | None) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Manifest and members of the bundle in *file*, everything checked: see ``signed_zip.container.unpack``.

    Raises Foreign, Damaged, and BundleError for a bundle of a newer format.
    """
    return container.unpack(_kind(), file, what, trusted)


def json_object(data: bytes, what: str) -> dict[str, Any]:
    """The JSON object in *data*, called *what* in errors.  Raises Damaged."""
    return container.json_object(data, what, Damaged)


def _kind() -> Kind:
    return Kind("bundle", "bundle.json", FORMAT, Damaged, Foreign, BundleError)
