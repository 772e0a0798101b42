"""A street's pole on a flash with room for two MicroPython images, and the bootloader of its chip at each start.

`data` is where it is for every pole of a street; all else lies behind it, in a file as large as the chip's flash.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from host_tools.field.images import esp_image, otadata, partitions
from simulator.device_modules import ops
from simulator.hardware import part
from simulator.hardware.flash import BLOCK, Flash, Operation, partition_row
from simulator.street.street import Street
from simulator.virtual_pole.firmware_run.bootloader import boot
from simulator.virtual_pole.firmware_run.partitions import FlashParts
from simulator.virtual_pole.flash_file import FlashFile
from simulator.virtual_pole.stand_in_image import stand_in_image

CHIP, BOARD = "esp32s3", "esp32-s3-devkitc"
TABLE = partitions.layout(8)
BEHIND = 1 << 24  # where the chip's own flash begins, seen from the pole
START = partitions.BOOTLOADER_OFFSETS[CHIP]


def app_image(version: str = "1.24.1", size: int = 90_000) -> bytes:
    """A MicroPython image of some KB as an update brings it."""
    return stand_in_image(CHIP, size=size, version=version, flash_mb=8)[0x10000 - START :]


class Noted(FlashFile):
    """The chip's flash; each change goes into ``log`` where that is a list."""

    open: list[Noted] = []  # those that a test has to close

    def __init__(self) -> None:
        super().__init__(None, 8 << 20)
        self.log: list[Operation] | None = None
        self.open.append(self)

    def program(self, at: int, data: bytes | bytearray | memoryview) -> None:
        if self.log is not None:
            self.log.append(Operation(BEHIND + at, bytes(data)))
        super().program(at, data)

    def erase(self, at: int, n: int) -> None:
        for block in range(at, at + n, BLOCK):
            if self.log is not None:
                self.log.append(Operation(BEHIND + block, None))
            super().erase(block, BLOCK)


class TwoImages(Flash):
    """``booted``: the label of the partition of each start.  Images with the bytes in ``dead`` die before MicroPython.

    ``rollback``: False for a bootloader that was built without it, which treats an image that waits as any other.
    """

    def __init__(self) -> None:
        super().__init__()
        self.chip = Noted()
        image = stand_in_image(CHIP, size=90_000, flash_mb=8)
        self.chip.program(START, image[: partitions.OFFSET - START])
        self.chip.program(partitions.OFFSET, partitions.encode(TABLE))
        self.chip.program(TABLE["ota_0"].offset, image[0x10000 - START :])
        self.chip.program(TABLE["otadata"].offset, otadata.of_first_slot(TABLE["otadata"].size))
        self.booted: list[str] = []
        self.dead: set[bytes] = set()
        self.rollback = True
        self.obeys = True  # set_boot does what it is asked for
        self._parts = FlashParts(self.chip, TABLE.values(), TABLE["ota_0"])

    def power_on(self, cut: bool) -> None:
        super().power_on(cut)
        while True:
            if not self.rollback:
                self._as_undefined()
            slot = boot(self.chip).slot
            self.booted.append(slot.name)
            data = self.chip.read(slot.offset, slot.size)
            if data[: esp_image.read(data, slot.name).size] not in self.dead:
                break
        self._parts = FlashParts(self.chip, TABLE.values(), slot)

    def _as_undefined(self) -> None:
        for place in (0, BLOCK):
            at = TABLE["otadata"].offset + place
            entry = otadata.decode(self.chip.read(at, BLOCK))
            if entry and entry.state in (otadata.NEW, otadata.PENDING):
                self.chip.erase(at, BLOCK)
                self.chip.program(at, otadata.encode(entry._replace(state=otadata.UNDEFINED)))

    def table(self) -> bytes:
        return b"".join(
            partition_row(p.type, p.subtype, 0 if p.name == "data" else BEHIND + p.offset, p.size, p.name)
            for p in TABLE.values()
        )

    def operations(self) -> dict[int, part.Operation]:
        own, both = super().operations(), {}
        for op in (ops.OTA_RUNNING, ops.OTA_BOOT, ops.OTA_SET_BOOT, ops.OTA_VALID):
            both[op] = lambda a, b, data, op=op: (
                self._parts.operations()[op](a, b, data) if self.obeys or op != ops.OTA_SET_BOOT else (0, b"")
            )
        both[ops.FLASH_READ] = lambda at, n, data: (
            (n, self.chip.read(at - BEHIND, n)) if at >= BEHIND else own[ops.FLASH_READ](at, n, data)
        )
        both[ops.FLASH_PROGRAM] = lambda at, b, data: (
            self._program_image(at - BEHIND, data) if at >= BEHIND else own[ops.FLASH_PROGRAM](at, b, data)
        )
        both[ops.FLASH_ERASE] = lambda number, b, data: (
            self._erase_image(number * BLOCK - BEHIND)
            if number * BLOCK >= BEHIND
            else own[ops.FLASH_ERASE](number, b, data)
        )
        return {**own, **both}

    def _program_image(self, at: int, data: bytes) -> part.Answer:
        self.on_program()
        if not self.protected:
            self.chip.program(at, data)
        return 0, b""

    def _erase_image(self, at: int) -> part.Answer:
        if not self.protected:
            self.chip.erase(at, BLOCK)
        return 0, b""

    def running(self) -> str:
        """The label of the partition whose image runs."""
        return self.booted[-1]

    def state_of(self, label: str) -> int | None:
        """The state in `otadata` of the image in the partition *label*, None where no entry is of it."""
        entries = [
            otadata.decode(self.chip.read(TABLE["otadata"].offset + place, BLOCK)) for place in (0, BLOCK)
        ]  # fmt: skip
        mine = [one for one in entries if one and f"ota_{(one.sequence - 1) % 2}" == label]
        return max(mine, key=lambda one: one.sequence).state if mine else None

    def image_in(self, label: str, size: int) -> bytes:
        return self.chip.read(TABLE[label].offset, size)


def refit(street: Street, name: str = "P0001") -> TwoImages:
    """Gives the pole *name*, which has not started, such a flash; what its own had is taken along."""
    stage = street.poles[name]
    flash = TwoImages()
    flash.load(stage.pole.flash.image())
    stage.wiring.chip.refit(flash, stage.wiring.chip.nvs)
    stage.pole.flash = flash
    return flash


@dataclass
class Kept:
    """What a test keeps of a street with such a pole."""

    flash: Any = None
    lights: dict[str, list[tuple[int, float]]] = field(default_factory=dict)
