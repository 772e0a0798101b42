"""Whether a release is signed with the key of the site (`release/trust.py`), as far as its files name one."""

from __future__ import annotations

from pathlib import Path

from host_tools.city.updates.kept_release import Release
from host_tools.keys import signing
from host_tools.language.refusal import Refusal
from host_tools.release.trust import FILE, trusted


def check(release: Release, folder: Path) -> bool:
    """Whether the site's files in *folder* name a key, which has signed *release* then.

    Raises DiyaError where another one has, or where nobody knows which one has.
    """
    if not release.public:
        raise Refusal("updates.signer_unknown", version=release.version)
    key = trusted(folder)
    if key is not None and not signing.same(key, release.public.encode()):
        signed, wanted = signing.fingerprint(release.public.encode()), signing.fingerprint(key)
        raise Refusal("updates.other_signer", version=release.version, signed=signed, wanted=wanted, file=FILE)
    return key is not None
