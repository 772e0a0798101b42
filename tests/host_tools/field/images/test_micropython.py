"""A MicroPython image is taken apart, and says its version and what it loads."""

import pytest

from host_tools.field.images import esp_image, micropython, partitions
from host_tools.field.images.esp_image import CHIP_IDS, ImageError
from simulator.virtual_pole.stand_in_image import stand_in_image


@pytest.mark.parametrize("chip", CHIP_IDS)
def test_bootloader_and_micropython_are_at_their_places(chip: str) -> None:
    whole = stand_in_image(chip, 200_000)
    found = micropython.read(whole, "image")
    start = partitions.BOOTLOADER_OFFSETS[chip]
    assert found.chip == chip
    assert whole.startswith(found.bootloader)
    assert whole[0x10000 - start :] == found.app
    assert esp_image.read(found.app, "app").size == len(found.app)


@pytest.mark.parametrize(
    ("version", "mpy"), [("1.22.0", (6, 2)), ("1.24.1", (6, 3)), ("1.29.0", (6, 3)), ("1.40.0", (7, 0))]
)
def test_version_and_mpy_are_those_in_the_image(version: str, mpy: tuple[int, int]) -> None:
    found = micropython.read(stand_in_image("esp32", 100_000, version, mpy), "image")
    assert found.version == f"v{version}"
    assert found.mpy == mpy


def test_without_the_constant_the_release_says_which_mpy_it_loads() -> None:
    for version, mpy in (("1.22.2", (6, 2)), ("1.23.0", (6, 3))):
        # a version in the constant which is not that of the banner is not what is looked for
        data = stand_in_image("esp32", 100_000, "1.99.9", (5, 0))
        found = micropython.read(data, "image")
        banner = found.app.replace(b"v1.99.9", f"v{version}".encode())
        image = esp_image.read(found.app, "app")
        parts = [(s.address, banner[s.offset : s.offset + s.size]) for s in image.segments]
        at = 0x10000 - partitions.BOOTLOADER_OFFSETS["esp32"]
        changed = data[:at] + esp_image.build("esp32", 4, 0, parts)
        assert micropython.read(changed, "image").mpy == mpy


def test_one_that_is_too_old_is_refused() -> None:
    with pytest.raises(ImageError, match=r"^old\.bin is MicroPython v1\.21\.0 and must be v1\.22 or newer$"):
        micropython.read(stand_in_image("esp32", 100_000, "1.21.0"), "old.bin")


def test_wherever_it_is_cut_it_is_called_cut_short() -> None:
    whole = stand_in_image("esp32", 200_000)
    for length in (10, 5000, 0x7000, 0x7400, 0xEFFF, 0xF000, 100_000, len(whole) - 1):
        with pytest.raises(ImageError, match=f"cut.bin is cut short: it has {length} bytes"):
            micropython.read(whole[:length], "cut.bin")


def test_micropython_alone_is_no_image_to_flash() -> None:
    app = micropython.read(stand_in_image("esp32", 200_000), "image").app
    with pytest.raises(ImageError, match=r"without bootloader: take the \.bin of the board from micropython\.org"):
        micropython.read(app, "app.bin")


def test_any_other_file_and_any_other_program_are_refused() -> None:
    with pytest.raises(ImageError, match="is no ESP image"):
        micropython.read(b"PK\x03\x04" * 1000, "photo.zip")
    data = stand_in_image("esp32", 100_000)
    at = 0x10000 - partitions.BOOTLOADER_OFFSETS["esp32"]
    other = data[:at] + esp_image.build("esp32", 4, 0, [(0x3F400020, b"Tasmota" * 100)])
    with pytest.raises(ImageError, match="holds no MicroPython"):
        micropython.read(other, "other.bin")
