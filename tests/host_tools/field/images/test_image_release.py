"""A release of MicroPython itself: checked as before flashing, and only for boards with room for two."""

from __future__ import annotations

from dataclasses import replace

import pytest

from host_tools.errors import DiyaError
from host_tools.field.images import image_release, micropython
from host_tools.field.images.micropython import MicroPython
from host_tools.release import Release, container
from host_tools.release.errors import Damaged, ReleaseError
from host_tools.release.file_list import PIECE
from host_tools.release.publish import pieces_of
from host_tools.site import load_site
from host_tools.site.model import Site
from simulator.virtual_pole.stand_in_image import stand_in_image
from tests.bundles import signer

SERIAL = 1795500000000
S3 = "esp32-s3-devkitc"


def image(
    chip: str = "esp32s3", size: int = 90_000, version: str = "1.26.1", mpy: tuple[int, int] = (6, 3)
) -> MicroPython:
    return micropython.read(stand_in_image(chip, size, version, mpy, 8), "practice.bin")


def site(*boards: str) -> Site:
    found = load_site("sagar", len(boards))
    return found.with_poles(replace(pole, board=board) for pole, board in zip(found.poles, boards, strict=True))


def release(*images: MicroPython, boards: tuple[str, ...] = (S3,)) -> Release:
    data = image_release.build(site(*boards), images or (image(),), SERIAL, 6, signer())
    return container.unpack(data, "r.update")


def test_the_package_is_the_image_alone_in_pieces_and_4_mb_boards_are_left_out() -> None:
    found = release(boards=(S3, "esp32-devkitc", S3))
    assert (found.kind, found.version, found.boards) == ("image", "1.26.1", (S3,))
    about, made = found.manifest(S3), found.package(S3)
    assert b"".join(made.pieces) == image().app  # without bootloader and partition table (micropython-esp32-ota#9)
    assert about.size == len(image().app) and about.listed == 0 and about.mpy == 6
    topics = pieces_of(found)
    assert len(topics) == -(-about.size // PIECE) and all(len(data) <= PIECE for data in topics.values())
    with pytest.raises(ReleaseError, match=r"1\.26\.1 is a MicroPython image, which has no files"):
        found.files(S3)


def test_the_same_image_gives_the_same_bytes_and_another_byte_is_found() -> None:
    data = image_release.build(site(S3), [image()], SERIAL, 6, signer())
    assert data == image_release.build(site(S3), [image()], SERIAL, 6, signer())
    for at in (len(data) // 3, len(data) // 2):
        broken = bytearray(data)
        broken[at] ^= 1
        with pytest.raises(Damaged):
            container.unpack(bytes(broken), "r.update")


@pytest.mark.parametrize(
    ("boards", "images", "sentence"),
    [
        (("esp32-devkitc",), (image("esp32"),), r"no pole of sagar has room for two MicroPython images.*\(4 MB\)"),
        ((S3,), (image("esp32"),), "the board esp32-s3-devkitc has the chip esp32s3 and the image given is for esp32"),
        ((S3,), (image(), image("esp32")), "the image for esp32 is for no board of sagar"),
        ((S3,), (image(), image()), "there are two images for esp32s3"),
        ((S3,), (image(mpy=(5, 0)),), r"loads \.mpy files of version 5, and what the poles have was compiled to"),
        ((S3,), (image(size=3_300_000),), r"has \d+ bytes, and its partition on esp32-s3-devkitc has 3080192"),
    ],
)
def test_what_no_pole_could_run_is_refused(
    boards: tuple[str, ...], images: tuple[MicroPython, ...], sentence: str
) -> None:
    with pytest.raises(DiyaError, match=sentence):
        release(*images, boards=boards)


def test_a_window_out_of_its_bounds_is_refused() -> None:
    with pytest.raises(ReleaseError, match="the window is 59 s and must be 60 to 3600"):
        image_release.build(site(S3), [image()], SERIAL, 6, signer(), window=59)
