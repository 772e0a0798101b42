"""The key that releases of a site must be signed with: ``update.pem`` in the folder of its files, its public half.

Without that file nobody is asked for one: what poles say of their own key in their births is held against a release all
the same (`city/updates/plan.py`).
"""

from __future__ import annotations

from pathlib import Path

from host_tools.files import replace_file
from host_tools.keys import signing
from host_tools.release.errors import ReleaseError

FILE = "update.pem"


def trusted(folder: Path) -> bytes | None:
    """The key (PEM) for the site in *folder*; None where it names none.  Raises SigningKeyError for one that is bad."""
    return signing.read_public(folder / FILE) if (folder / FILE).exists() else None


def trust(folder: Path, public: bytes) -> None:
    """Makes *public* (PEM) the key for the site in *folder*.  Raises ReleaseError."""
    try:
        replace_file(folder / FILE, public)
    except OSError as error:
        raise ReleaseError(f"{folder / FILE} cannot be written: {error.strerror}") from error
