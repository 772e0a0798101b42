"""Makes a release of MicroPython itself, for the boards of a site that have room for two images."""

from __future__ import annotations

from collections.abc import Sequence

from host_tools.boards import load_board
from host_tools.errors import DiyaError
from host_tools.field.images import partitions
from host_tools.field.images.esp_image import TooLarge, WrongChip
from host_tools.field.images.micropython import MicroPython
from host_tools.keys.signing import Signer
from host_tools.release import container, package
from host_tools.release.errors import ReleaseError
from host_tools.release.manifest import IMAGE, LEAST_WINDOW_S, MOST_WINDOW_S, WINDOW_S, Manifest
from host_tools.site.model import Site

_OTA = range(0x10, 0x20)  # subtypes of the partitions that `otadata` chooses from


class OneImage(DiyaError):
    """No board has room for a second image."""

    code = 4


def build(
    site: Site, images: Sequence[MicroPython], serial: int, mpy: int, signer: Signer, downgrade: bool = False,
    window: int = WINDOW_S,
) -> bytes:  # fmt: skip
    """The file of the release of *images*, one for each kind of chip; *mpy*: of the .mpy files that the poles have.

    Boards of *site* with room for one image are left out.  Raises BoardError, WrongChip, TooLarge, ReleaseError, and
    OneImage where these are all.
    """
    if not LEAST_WINDOW_S <= window <= MOST_WINDOW_S:
        raise ReleaseError(
            f"the window is {window} s and must be {LEAST_WINDOW_S} to {MOST_WINDOW_S}: so long a pole tries it"
        )
    by_chip: dict[str, MicroPython] = {}
    for image in images:
        if image.chip in by_chip:
            raise WrongChip(f"there are two images for {image.chip}: one will do")
        if image.mpy[0] != mpy:
            raise ReleaseError(
                f"MicroPython {image.version} loads .mpy files of version {image.mpy[0]}, and what the poles have was "
                f"compiled to version {mpy}: with it they could start none of their software"
            )
        by_chip[image.chip] = image
    manifests, packages = {}, {}
    for board in _boards(site, by_chip):
        image = by_chip[load_board(board)["chip"]]
        made = packages[board] = package.of_image(image.app)
        manifests[board] = Manifest(
            board=board, content=made.content, listed=0, mpy=mpy, serial=serial, site=site.name,
            size=len(image.app), version=_numbers(image.version), downgrade=downgrade, window=window, kind=IMAGE,
        )  # fmt: skip
    if len({about.version for about in manifests.values()}) > 1:
        raise ReleaseError("the images are of several versions of MicroPython: a release has one")
    return container.pack(manifests, packages, signer)


def room_for_image(board: str) -> int:
    """Bytes of the partition for another image on *board*; 0 where its flash has room for one alone."""
    table = partitions.layout(load_board(board)["flash_mb"])
    slots = [one.size for one in table.values() if one.is_app and one.subtype in _OTA]
    return min(slots) if len(slots) > 1 else 0


def _boards(site: Site, by_chip: dict[str, MicroPython]) -> list[str]:
    """The boards of *site* that the images are for."""
    all_boards = sorted({pole.board for pole in site.poles})
    out = [board for board in all_boards if room_for_image(board)]
    if not out:
        named = ", ".join(f"{board} ({load_board(board)['flash_mb']} MB)" for board in all_boards) or "no board"
        raise OneImage(
            f"no pole of {site.name} has room for two MicroPython images, and one alone cannot be exchanged safely: "
            f"{named}. From 8 MB on there is room; these are flashed at their USB port"
        )
    for board in out:
        chip = load_board(board)["chip"]
        if chip not in by_chip:
            there = " and ".join(sorted(by_chip))
            raise WrongChip(f"the board {board} has the chip {chip} and the image given is for {there}")
        if len(by_chip[chip].app) > room_for_image(board):
            raise TooLarge(
                f"MicroPython {by_chip[chip].version} has {len(by_chip[chip].app)} bytes, and its partition on {board} "
                f"has {room_for_image(board)}"
            )
    chips = {load_board(board)["chip"] for board in out}
    if unused := sorted(by_chip.keys() - chips):
        raise WrongChip(f"the image for {unused[0]} is for no board of {site.name} with room for two: {', '.join(out)}")
    return out


def _numbers(version: str) -> str:
    """The three numbers of *version*, such as "1.26.0" of v1.26.0-preview."""
    numbers = version.removeprefix("v").partition("-")[0].split(".")
    return ".".join([*numbers, "0"][:3])
