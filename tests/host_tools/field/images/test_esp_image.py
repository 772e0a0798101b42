"""ESP images as the chip's ROM judges them, and as esptool does."""

import subprocess
import sys
from pathlib import Path

import pytest

from host_tools.field.images import esp_image, micropython
from host_tools.field.images.esp_image import CHIP_IDS, ImageError, WrongChip
from simulator.virtual_pole.stand_in_image import stand_in_image


def bootloader(chip: str = "esp32") -> bytes:
    return micropython.read(stand_in_image(chip, 100_000), "image").bootloader


@pytest.mark.parametrize("chip", CHIP_IDS)
def test_an_image_says_which_chip_and_flash_it_is_for(chip: str) -> None:
    image = esp_image.read(bootloader(chip), "image")
    assert (image.chip, image.flash_mb) == (chip, 4)


def test_esptool_finds_it_sound_with_another_flash_size_too(tmp_path: Path) -> None:
    changed = esp_image.with_flash_size(bootloader(), 8)
    assert esp_image.read(changed, "image").flash_mb == 8
    assert esp_image.with_flash_size(changed, 4) == bootloader()
    file = tmp_path / "bootloader.bin"
    file.write_bytes(changed)
    run = subprocess.run([sys.executable, "-m", "esptool", "image-info", str(file)], capture_output=True, text=True)
    assert "Flash size: 8MB" in run.stdout
    assert "(invalid" not in run.stdout
    assert run.stdout.count("(valid)") == 2  # checksum and digest


def test_every_byte_counts() -> None:
    sound = bootloader()
    for at in (0, 1, 30, 1000, len(sound) - 33, len(sound) - 1):
        damaged = bytearray(sound)
        damaged[at] ^= 0x55
        with pytest.raises(ImageError, match="image is"):
            esp_image.read(bytes(damaged), "image")


def test_wherever_it_is_cut_it_is_called_cut_short() -> None:
    sound = bootloader()
    for length in (0, 7, 23, 31, 1000, len(sound) - 33, len(sound) - 1):
        with pytest.raises(ImageError, match=f"^image is cut short: it has {length} bytes and must have"):
            esp_image.read(sound[:length], "image")


def test_another_kind_of_chip_is_named() -> None:
    other = bytearray(bootloader())
    other[12] = 13  # an ESP32-C6
    with pytest.raises(WrongChip, match="number 13 and must be for esp32, esp32c3, esp32s3"):
        esp_image.read(bytes(other), "image")
