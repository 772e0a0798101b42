"""`otadata`: which of two MicroPython images starts, as ESP-IDF's bootloader and `esp_ota_ops` keep it.

Two entries in two sectors, so that a power cut leaves one of them.  The sound one with the highest sequence number is
in force: number n starts slot (n - 1) modulo the number of slots.  (ESP-IDF: esp_flash_partitions.h, esp_ota_ops.c,
bootloader_utility.c; MicroPython is built with CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE.)
"""

from __future__ import annotations

import struct
import zlib
from typing import NamedTuple

SECTOR = 4096  # bytes; an entry lies at the start of one
NEW, PENDING, VALID, INVALID, ABORTED = range(5)  # states
UNDEFINED = 0xFFFFFFFF  # the state without rollback, and the sequence number where there is none

_ENTRY = struct.Struct("<I20sII")  # sequence number, label, state, CRC of the sequence number
_LABEL = b"\xff" * 20


class Entry(NamedTuple):
    """*sequence* from 1 on, and the *state* of the image that it starts."""

    sequence: int
    state: int

    @property
    def starts(self) -> bool:
        """Whether it may be in force."""
        return self.state not in (INVALID, ABORTED)


def encode(entry: Entry) -> bytes:
    """The bytes at the start of its sector."""
    number = struct.pack("<I", entry.sequence)
    return _ENTRY.pack(entry.sequence, _LABEL, entry.state, zlib.crc32(number, 0xFFFFFFFF))


def decode(sector: bytes) -> Entry | None:
    """The entry in *sector*; None where it is erased or damaged."""
    number, _label, state, crc = _ENTRY.unpack_from(sector)
    sound = number not in (0, UNDEFINED) and crc == zlib.crc32(sector[:4], 0xFFFFFFFF)
    return Entry(number, state) if sound else None


def active(entries: tuple[Entry | None, Entry | None]) -> int | None:
    """The place of the entry that is in force; None where none is."""
    numbers = [one.sequence if one and one.starts else 0 for one in entries]
    return numbers.index(max(numbers)) if any(numbers) else None


def of_first_slot(size: int) -> bytes:
    """A partition of *size* bytes that starts the first slot: what the bootloader itself makes of an erased one.

    A pole that has started is so found unchanged when it is visited again.
    """
    return encode(Entry(1, VALID)).ljust(size, b"\xff")
