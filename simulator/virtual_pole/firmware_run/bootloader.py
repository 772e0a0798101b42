"""The bootloader in the flash: reads the partition table, chooses an app slot and checks the image there."""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import dataclass

from host_tools.field.images import esp_image, partitions
from host_tools.field.images.esp_image import ImageError
from host_tools.field.images.partitions import Partition
from simulator.virtual_pole.flash_file import SECTOR, FlashFile

_FACTORY = 0x00
_OTA = range(0x10, 0x20)
_OTADATA = (1, 0x00)
_ENTRY = struct.Struct("<I20sII")  # of otadata: sequence number, label, state, CRC of the sequence number
_SPOILT = (3, 4)  # states: invalid, aborted
_BANNER = re.compile(rb"MicroPython (v[-.0-9A-Za-z]+) on (\d{4}-\d\d-\d\d)")
_NAMES = {"esp32": "ESP32", "esp32s3": "ESP32S3", "esp32c3": "ESP32C3"}


@dataclass(frozen=True)
class Booted:
    """What was found: the *chip* it is for, the partition *table*, the *slot* that starts, the *banner* of its REPL."""

    chip: str
    table: dict[str, Partition]
    slot: Partition
    banner: str


def boot(flash: FlashFile) -> Booted:
    """Raises ImageError, with the sentence that the console shows, where nothing can be started."""
    chip = _bootloader(flash)
    table = partitions.decode(flash.read(partitions.OFFSET, partitions.ROOM), "the partition table")
    for partition in table.values():
        if partition.end > flash.size:
            raise ImageError(f"the partition {partition.name} ends at {partition.end:#x}, past the end of the flash")
    problem: ImageError | None = None
    for slot in _in_order(flash, table):
        image = flash.read(slot.offset, slot.size)
        try:
            found = esp_image.read(image, f"the app in {slot.name}")
            if found.chip != chip:
                raise ImageError(f"the app in {slot.name} is for {found.chip} and must be for {chip}")
        except ImageError as error:
            problem = problem or error  # of the one that should have started
            continue
        return Booted(chip, table, slot, _banner(image[: found.size], chip))
    raise problem or ImageError("the partition table has no app")


def _bootloader(flash: FlashFile) -> str:
    """The chip the bootloader is for; the ROM has started it, so there is a sound one."""
    problem = ImageError("there is no bootloader")
    for chip, at in partitions.BOOTLOADER_OFFSETS.items():
        try:
            if esp_image.read(flash.read(at, partitions.OFFSET - at), "the bootloader").chip == chip:
                return chip
        except ImageError as error:
            problem = error
    raise problem


def _in_order(flash: FlashFile, table: dict[str, Partition]) -> list[Partition]:
    """App slots, the one to be started first."""
    factory = [one for one in table.values() if one.is_app and one.subtype == _FACTORY]
    slots = sorted((one for one in table.values() if one.is_app and one.subtype in _OTA), key=lambda one: one.subtype)
    told = [one for one in table.values() if (one.type, one.subtype) == _OTADATA]
    sequence = max((_sequence(flash.read(one.offset + at, SECTOR)) for one in told for at in (0, SECTOR)), default=0)
    if sequence and slots:
        first = (sequence - 1) % len(slots)
        return [*slots[first:], *slots[:first], *factory]
    return [*factory, *slots]


def _sequence(entry: bytes) -> int:
    number, _label, state, crc = _ENTRY.unpack_from(entry)
    sound = crc == zlib.crc32(entry[:4], 0xFFFFFFFF) and state not in _SPOILT
    return number if sound and number != 0xFFFFFFFF else 0


def _banner(image: bytes, chip: str) -> str:
    found = _BANNER.search(image)
    version, date = (found[1].decode(), found[2].decode()) if found else ("", "")
    name = _NAMES[chip]
    what = f"MicroPython {version} on {date}; Generic {name} module with {name}"
    return f'{what}\r\nType "help()" for more information.\r\n'
