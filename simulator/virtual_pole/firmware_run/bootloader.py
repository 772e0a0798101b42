"""The bootloader in the flash: reads the partition table, chooses an app slot and checks the image there."""

from __future__ import annotations

import re
from dataclasses import dataclass

from host_tools.field.images import esp_image, otadata, partitions
from host_tools.field.images.esp_image import ImageError
from host_tools.field.images.otadata import Entry
from host_tools.field.images.partitions import Partition
from simulator.virtual_pole.flash_file import FlashFile

_FACTORY = 0x00
_OTA = range(0x10, 0x20)
_OTADATA = (1, 0x00)
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
    slots, first, initial = _in_order(flash, table)
    for slot in [*slots[first::-1], *slots[first + 1 :]]:  # backwards to the factory's, then those behind it
        image = flash.read(slot.offset, slot.size)
        try:
            found = esp_image.read(image, f"the app in {slot.name}")
            if found.chip != chip:
                raise ImageError(f"the app in {slot.name} is for {found.chip} and must be for {chip}")
        except ImageError as error:
            problem = problem or error  # of the one that should have started
            continue
        if initial and slot.subtype in _OTA:
            _write(flash, table, 0, Entry(slot.subtype - _OTA.start + 1, otadata.VALID))
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


def _in_order(flash: FlashFile, table: dict[str, Partition]) -> tuple[list[Partition], int, bool]:
    """App slots, the factory's before the others; the place of the one to be tried first; and whether `otadata` says
    nothing yet although it is all that could.

    An image that was to prove itself, and did not before this start, is aborted; a new one is to prove itself now.
    """
    factory = [one for one in table.values() if one.is_app and one.subtype == _FACTORY]
    slots = sorted((one for one in table.values() if one.is_app and one.subtype in _OTA), key=lambda one: one.subtype)
    told = next((one for one in table.values() if (one.type, one.subtype) == _OTADATA), None)
    if told is None:
        return [*factory, *slots], 0, False
    entries = [otadata.decode(flash.read(told.offset + at, otadata.SECTOR)) for at in (0, otadata.SECTOR)]
    for place, entry in enumerate(entries):
        if entry and entry.state == otadata.PENDING:
            entries[place] = entry._replace(state=otadata.ABORTED)
            _write(flash, table, place, entry._replace(state=otadata.ABORTED))
    active = otadata.active((entries[0], entries[1]))
    if active is None or not slots:
        return [*factory, *slots], 0, not factory and not any(entries)
    entry = entries[active]
    assert entry
    if entry.state == otadata.NEW:
        _write(flash, table, active, entry._replace(state=otadata.PENDING))
    return [*factory, *slots], len(factory) + (entry.sequence - 1) % len(slots), False


def _write(flash: FlashFile, table: dict[str, Partition], place: int, entry: Entry) -> None:
    at = table["otadata"].offset + place * otadata.SECTOR
    flash.erase(at, otadata.SECTOR)
    flash.program(at, otadata.encode(entry))


def _banner(image: bytes, chip: str) -> str:
    found = _BANNER.search(image)
    version, date = (found[1].decode(), found[2].decode()) if found else ("", "")
    name = _NAMES[chip]
    what = f"MicroPython {version} on {date}; Generic {name} module with {name}"
    return f'{what}\r\nType "help()" for more information.\r\n'
