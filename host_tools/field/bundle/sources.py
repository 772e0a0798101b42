"""Where the parts of a bundle come from: images from files or the network, keys from the city's key file."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from host_tools.boards import load_board
from host_tools.field.bundle.errors import BundleError, FetchError
from host_tools.field.bundle.fetch_micropython import BASE, PINS, VERSION, Fetcher
from host_tools.field.images import micropython
from host_tools.field.images.micropython import MicroPython
from host_tools.field.images.stand_in import stand_in_image
from host_tools.files import create_secret
from host_tools.keys.key import Key
from host_tools.keys.key_file import KeyFile
from host_tools.site.model import Site


def read_images(
    site: Site, given: Sequence[str], hashes: Collection[str], folder: Path, base: str = BASE
) -> dict[str, MicroPython]:
    """The MicroPython images *given* (files, or versions to fetch from *base* for each chip of *site*), by chip.

    Each must have one of the SHA-256 *hashes* where there are any; what is fetched is pinned in the site's *folder*.
    Raises FetchError, ImageError, BundleError.
    """
    chips = sorted({load_board(pole.board)["chip"] for pole in site.poles})
    out: dict[str, MicroPython] = {}
    for what in given:
        path, version = Path(what), VERSION.fullmatch(what)
        if path.is_file():
            data = read_file(path, "the image")
            found = hashlib.sha256(data).hexdigest()
            if hashes and found not in hashes:
                raise FetchError(f"{path.name} has the SHA-256 {found} and must have {' or '.join(sorted(hashes))}")
            images = [micropython.read(data, path.name)]
        elif version:
            fetcher = Fetcher(folder / PINS, base)
            fetched = [fetcher.fetch(chip, version[1], hashes) for chip in chips]
            images = [micropython.read(data, name) for name, data in fetched]
        else:
            raise BundleError(f"--micropython is {what!r} and must be a file, or a version such as 1.24.1")
        for image in images:
            if image.chip in out:
                raise BundleError(f"there are two MicroPython images for {image.chip}: one will do")
            out[image.chip] = image
    return out


def practice_images(site: Site) -> dict[str, MicroPython]:
    """A stand-in for MicroPython for each chip of *site*: virtual poles accept it, and no network is needed."""
    chips = sorted({load_board(pole.board)["chip"] for pole in site.poles})
    return {chip: micropython.read(stand_in_image(chip), f"the stand-in for {chip}") for chip in chips}


def city_keys(path: Path, poles: Iterable[str], new: bool) -> tuple[dict[str, Key], list[str]]:
    """The keys in the file at *path*, and which were made: with *new*, one for each of *poles* that had none.

    A key that is there is never changed.  Raises CommandError.
    """
    if new:
        try:
            create_secret(path, "")
        except OSError as error:
            raise BundleError(f"the key file {path} cannot be written: {error.strerror}") from error
    file = KeyFile(path)
    made = file.add(poles) if new else []
    return file.current, made


def read_file(path: Path, what: str) -> bytes:
    """The bytes of the file at *path*.  Raises BundleError."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise BundleError(f"{what} {path} cannot be read: {error.strerror}") from error
