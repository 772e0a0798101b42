"""Checks who signed a site's bundle: the key in --trust, or else the signer of its first bundle on this laptop."""

from __future__ import annotations

from host_tools.field.bundle import Bundle
from host_tools.field.flashing.errors import FlashError
from host_tools.field.flashing.last_run import Memory
from host_tools.keys.signing import fingerprint


class OtherSigner(FlashError):
    """Signed by another key than this site's bundles were so far."""

    code = 8


def check_signer(bundle: Bundle, memory: Memory, trusted: bool) -> None:
    """Raises OtherSigner where *bundle* is signed otherwise than the first one of its site, unless it is *trusted*."""
    signer = fingerprint(bundle.public)
    known = memory.signer_of(bundle.site)
    if known not in (None, signer) and not trusted:
        raise OtherSigner("flash.other_signer", site=bundle.site, signer=signer, known=known)
    memory.keep_signer(bundle.site, signer)
