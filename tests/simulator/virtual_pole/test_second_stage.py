"""Which app starts, and why none does, as the bootloader of a chip decides it."""

from __future__ import annotations

import struct

import pytest

from host_tools.field.images import otadata, partitions
from host_tools.field.images.esp_image import ImageError
from host_tools.field.images.otadata import ABORTED, NEW, PENDING, UNDEFINED, VALID, Entry
from simulator.virtual_pole.firmware_run.bootloader import boot
from simulator.virtual_pole.flash_file import FlashFile
from simulator.virtual_pole.stand_in_image import stand_in_image
from tests.simulator.virtual_pole.flashed import flashed

LARGE = partitions.layout(8)


def chosen(flash: FlashFile, sequence: int, sector: int = 0, state: int = UNDEFINED) -> None:
    """Puts an entry of `otadata` there: the app with this *sequence* is to start."""
    at = LARGE["otadata"].offset + otadata.SECTOR * sector
    flash.erase(at, otadata.SECTOR)
    flash.program(at, otadata.encode(Entry(sequence, state)))


def entries(flash: FlashFile) -> list[Entry | None]:
    at = LARGE["otadata"].offset
    return [otadata.decode(flash.read(at + place, otadata.SECTOR)) for place in (0, otadata.SECTOR)]


def second_app(flash: FlashFile, chip: str = "esp32s3") -> None:
    flash.program(LARGE["ota_1"].offset, app_of(chip))


def app_of(chip: str) -> bytes:
    return stand_in_image(chip, size=100_000, flash_mb=8)[0x10000 - partitions.BOOTLOADER_OFFSETS[chip] :]


@pytest.mark.parametrize("chip", ["esp32", "esp32s3", "esp32c3"])
def test_a_pole_starts_as_it_was_flashed(chip: str) -> None:
    with flashed({}, chip) as flash:
        booted = boot(flash)
    assert booted.chip == chip
    assert booted.slot.offset == 0x10000
    assert booted.banner.startswith("MicroPython v1.24.1 on 2024-11-29; ")


def test_otadata_says_which_of_two_apps_starts_and_a_damaged_one_is_passed_over() -> None:
    with flashed({}, "esp32s3") as flash:
        assert boot(flash).slot.name == "ota_0"  # no data in otadata
        chosen(flash, 2)
        assert boot(flash).slot.name == "ota_0"  # there is no other yet
        second_app(flash)
        assert boot(flash).slot.name == "ota_1"
        chosen(flash, 3, sector=1)
        assert boot(flash).slot.name == "ota_0"
        flash.program(LARGE["ota_0"].offset + 4000, bytes(16))
        assert boot(flash).slot.name == "ota_1"


def test_the_first_start_writes_down_what_it_found_and_a_pole_is_flashed_so() -> None:
    size = LARGE["otadata"].size
    with flashed({}, "esp32s3") as flash:
        boot(flash)
        assert flash.read(LARGE["otadata"].offset, size) == otadata.of_first_slot(size)
        boot(flash)
        assert flash.read(LARGE["otadata"].offset, size) == otadata.of_first_slot(size)


def test_a_new_app_that_does_not_prove_itself_before_the_next_start_is_aborted() -> None:
    with flashed({}, "esp32s3") as flash:
        second_app(flash)
        chosen(flash, 1, state=VALID)
        chosen(flash, 2, sector=1, state=NEW)
        assert boot(flash).slot.name == "ota_1"
        assert entries(flash) == [Entry(1, VALID), Entry(2, PENDING)]
        assert boot(flash).slot.name == "ota_0"
        assert entries(flash) == [Entry(1, VALID), Entry(2, ABORTED)]
        chosen(flash, 2, sector=1, state=VALID)
        assert boot(flash).slot.name == boot(flash).slot.name == "ota_1"


def test_an_entry_of_otadata_that_is_spoilt_says_nothing() -> None:
    with flashed({}, "esp32s3") as flash:
        second_app(flash)
        chosen(flash, 2, state=3)
        flash.program(LARGE["otadata"].offset + 4096, struct.pack("<I", 4) + b"\xff" * 24 + bytes(4))
        assert boot(flash).slot.name == "ota_0"


def test_a_partition_table_with_a_wrong_md5_starts_nothing() -> None:
    with flashed({}) as flash:
        flash.program(partitions.OFFSET + 8, bytes(2))
        with pytest.raises(ImageError, match="the partition table is damaged: its MD5"):
            boot(flash)


def test_an_app_for_another_chip_starts_nothing() -> None:
    with flashed({}, "esp32s3") as flash:
        at = LARGE["ota_0"].offset
        flash.erase(at, 0x100000)
        flash.program(at, app_of("esp32c3"))
        with pytest.raises(ImageError, match="the app in ota_0 is for esp32c3 and must be for esp32s3"):
            boot(flash)


def test_a_table_made_for_a_larger_flash_starts_nothing() -> None:
    with flashed({}) as flash:
        flash.erase(partitions.OFFSET, 4096)
        flash.program(partitions.OFFSET, partitions.encode(LARGE))
        with pytest.raises(ImageError, match="past the end of the flash"):
            boot(flash)
