"""The partition table of a pole, by the size of its flash.

MicroPython mounts `vfs`, which is written only when the pole is flashed; `data` belongs to the app.  4 MB have room for
one MicroPython; from 8 MB on there are two, and `otadata` says which one starts.
"""

from __future__ import annotations

import hashlib
import struct
from typing import NamedTuple

from host_tools.field.images.esp_image import ImageError

OFFSET = 0x8000  # of the table itself, where the chips' bootloaders look for it
ROOM = 0xC00  # bytes of the table
SIZES_MB = (4, 8, 16)
BOOTLOADER_OFFSETS = {"esp32": 0x1000, "esp32s3": 0, "esp32c3": 0}

_ENTRY = struct.Struct("<HBBII16sI")
_ENTRY_MAGIC = 0x50AA
_MD5_MAGIC = b"\xeb\xeb" + b"\xff" * 14

_APP, _DATA = 0, 1
_FACTORY, _OTA_0, _OTA_1 = 0x00, 0x10, 0x11  # subtypes of an app
_OTADATA, _PHY, _NVS, _FAT, _LITTLEFS = 0x00, 0x01, 0x02, 0x81, 0x83  # of data

_KIB = 1024
_MIB = 1024 * _KIB


class Partition(NamedTuple):
    """*type* and *subtype* as ESP-IDF numbers them; *offset* and *size* in bytes."""

    name: str
    type: int
    subtype: int
    offset: int
    size: int

    @property
    def end(self) -> int:
        return self.offset + self.size

    @property
    def is_app(self) -> bool:
        return self.type == _APP


_SMALL = (
    Partition("nvs", _DATA, _NVS, 0x9000, 24 * _KIB),
    Partition("phy_init", _DATA, _PHY, 0xF000, 4 * _KIB),
    Partition("factory", _APP, _FACTORY, 0x10000, 1984 * _KIB),
    Partition("vfs", _DATA, _FAT, 2 * _MIB, _MIB),  # littlefs in it all the same: MicroPython looks at the name alone
    Partition("data", _DATA, _LITTLEFS, 3 * _MIB, _MIB),
)
_LARGE = (
    Partition("nvs", _DATA, _NVS, 0x9000, 16 * _KIB),
    Partition("otadata", _DATA, _OTADATA, 0xD000, 8 * _KIB),
    Partition("phy_init", _DATA, _PHY, 0xF000, 4 * _KIB),
    Partition("ota_0", _APP, _OTA_0, 0x10000, 3008 * _KIB),
    Partition("ota_1", _APP, _OTA_1, 3 * _MIB, 3008 * _KIB),
    Partition("vfs", _DATA, _FAT, 6 * _MIB, _MIB),
    Partition("data", _DATA, _LITTLEFS, 7 * _MIB, _MIB),
)


def layout(flash_mb: int) -> dict[str, Partition]:
    """The partitions of a pole with *flash_mb* MB of flash (4, 8 or 16), by name."""
    return {partition.name: partition for partition in (_SMALL if flash_mb == SIZES_MB[0] else _LARGE)}


def first_app(partitions: dict[str, Partition]) -> Partition:
    """Where MicroPython is flashed."""
    return min((partition for partition in partitions.values() if partition.is_app), key=lambda app: app.offset)


def encode(partitions: dict[str, Partition]) -> bytes:
    """The table as the chip reads it, with the MD5 of its rows in the last one."""
    rows = b"".join(
        _ENTRY.pack(_ENTRY_MAGIC, p.type, p.subtype, p.offset, p.size, p.name.encode(), 0) for p in partitions.values()
    )
    return (rows + _MD5_MAGIC + hashlib.md5(rows, usedforsecurity=False).digest()).ljust(ROOM, b"\xff")


def decode(table: bytes, what: str) -> dict[str, Partition]:
    """The partitions in *table*, called *what* in errors.  Raises ImageError where it is none, or damaged."""
    found: dict[str, Partition] = {}
    for at in range(0, len(table) - _ENTRY.size + 1, _ENTRY.size):
        row = table[at : at + _ENTRY.size]
        magic, kind, subtype, offset, size, name, _flags = _ENTRY.unpack(row)
        if row[:16] == _MD5_MAGIC:
            if hashlib.md5(table[:at], usedforsecurity=False).digest() != row[16:]:
                raise ImageError(f"{what} is damaged: its MD5 is not that of its rows")
            break
        if magic != _ENTRY_MAGIC:
            break
        text = name.rstrip(b"\0").decode("ascii", "replace")
        found[text] = Partition(text, kind, subtype, offset, size)
    if not found:
        raise ImageError(f"{what} is no partition table")
    return found
