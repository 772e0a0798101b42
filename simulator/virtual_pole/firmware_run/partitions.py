"""The flash of a running chip: the file it is in, with the partitions that were flashed into it."""

from __future__ import annotations

import errno
from collections.abc import Iterable
from threading import Lock

from host_tools.field.images import esp_image, otadata
from host_tools.field.images.esp_image import ImageError
from host_tools.field.images.otadata import Entry
from host_tools.field.images.partitions import Partition
from simulator.device_modules import ops
from simulator.hardware import part
from simulator.hardware.flash import BLOCK, Flash, partition_row
from simulator.virtual_pole.flash_file import FlashFile

# what esp_ota_ops answers (esp_err.h, esp_ota_ops.h)
FAIL, INVALID_ARG, NOT_FOUND, VALIDATE_FAILED = -1, -0x102, -0x105, -0x1503
_FIRST_SLOT = 0x10  # subtype of ota_0
_OTADATA = "otadata"


class FlashParts(Flash):
    """*file* as the chip's program in *slot* reads and writes it, until ``close``: the loader may want it then."""

    def __init__(self, file: FlashFile, partitions: Iterable[Partition], slot: Partition | None = None) -> None:
        super().__init__(0)
        self._file = file
        self._partitions = tuple(partitions)
        self._slot = slot
        self._lock = Lock()
        self._open = True

    def close(self) -> None:
        """The power is gone: from now on nothing is changed any more."""
        with self._lock:
            self._open = False

    def read(self, at: int, n: int) -> bytes:
        return self._file.read(at, n)

    def program(self, at: int, data: bytes) -> None:
        with self._lock:
            if self._open and at + len(data) <= self._file.size:
                self._file.program(at, data)

    def erase(self, number: int) -> None:
        with self._lock:
            if self._open and (number + 1) * BLOCK <= self._file.size:
                self._file.erase(number * BLOCK, BLOCK)

    def table(self) -> bytes:
        return b"".join(partition_row(p.type, p.subtype, p.offset, p.size, p.name) for p in self._partitions)

    def operations(self) -> dict[int, part.Operation]:
        return super().operations() | {
            ops.OTA_RUNNING: lambda _a, _b, _data: (self._number(self._slot), b""),
            ops.OTA_BOOT: lambda _a, _b, _data: (self._number(self._next()), b""),
            ops.OTA_SET_BOOT: lambda number, _b, _data: (self._set_boot(self._partitions[number]), b""),
            ops.OTA_VALID: lambda _a, _b, _data: (self._prove(), b""),
        }

    def _number(self, partition: Partition | None) -> int:
        return self._partitions.index(partition) if partition else -errno.ENOENT

    @property
    def _slots(self) -> list[Partition]:
        """The apps that `otadata` chooses from, in its order."""
        found = [one for one in self._partitions if one.is_app and _FIRST_SLOT <= one.subtype < 2 * _FIRST_SLOT]
        return sorted(found, key=lambda one: one.subtype)

    def _entries(self) -> tuple[int, tuple[Entry | None, Entry | None]] | None:
        """Where `otadata` is, and its entries; None where there is none."""
        there = next((one for one in self._partitions if one.name == _OTADATA), None)
        if there is None:
            return None
        first, second = (otadata.decode(self.read(there.offset + at, BLOCK)) for at in (0, BLOCK))
        return there.offset, (first, second)

    def _next(self) -> Partition | None:
        """What the bootloader would start (`esp_ota_get_boot_partition`)."""
        found, slots = self._entries(), self._slots
        active = otadata.active(found[1]) if found else None
        entry = found[1][active] if found and active is not None else None
        if entry and slots:
            return slots[(entry.sequence - 1) % len(slots)]
        return min((one for one in self._partitions if one.is_app), key=lambda one: one.subtype, default=None)

    def _set_boot(self, chosen: Partition) -> int:
        """`esp_ota_set_boot_partition`, with rollback: the app is checked, and has to prove itself once it starts."""
        found, slots = self._entries(), self._slots
        if not chosen.is_app:
            return INVALID_ARG
        try:
            esp_image.read(self.read(chosen.offset, chosen.size), chosen.name)
        except ImageError:
            return VALIDATE_FAILED
        if found is None:
            return NOT_FOUND
        at, entries = found
        if chosen not in slots:  # the factory's
            for place in (0, 1):
                self.erase(at // BLOCK + place)
            return 0
        active = otadata.active(entries)
        now = entries[active] if active is not None else None
        sequence = slots.index(chosen) + 1
        while now and sequence < now.sequence:
            sequence += len(slots)
        self._write(at, 1 - active if active is not None else 0, Entry(sequence, otadata.NEW))
        return 0

    def _prove(self) -> int:
        """`esp_ota_mark_app_valid_cancel_rollback`."""
        found = self._entries()
        if found is None:
            return NOT_FOUND
        at, entries = found
        active = otadata.active(entries)
        entry = entries[active] if active is not None else None
        if active is None or entry is None or not self._slots:
            return FAIL
        if entry.state != otadata.VALID:
            self._write(at, active, entry._replace(state=otadata.VALID))
        return 0

    def _write(self, at: int, place: int, entry: Entry) -> None:
        self.erase(at // BLOCK + place)
        self.program(at + place * BLOCK, otadata.encode(entry))
