"""The chip's key-value store in the flash: read as Espressif's own generator writes it, and kept."""

from __future__ import annotations

import struct

import pytest

from host_tools.field.images import nvs, partitions
from simulator.device_modules import ops
from simulator.hardware.chip import Chip
from simulator.virtual_pole.firmware_run.nvs import FlashNvs
from simulator.virtual_pole.firmware_run.partitions import FlashParts
from simulator.virtual_pole.flash_file import FlashFile

NVS = partitions.layout(4)["nvs"]
BLOB, I32 = 1, 0


class Store:
    """What a program sees of it, after a start of the chip."""

    def __init__(self, flash: FlashFile) -> None:
        self._nvs = FlashNvs(FlashParts(flash, [NVS]), NVS)
        self._do = self._nvs.operations()

    def number(self, key: str) -> int | None:
        found = self._do[ops.NVS_GET](I32, 0, b"diya\0" + key.encode())[1]
        return struct.unpack("<i", found)[0] if found else None

    def blob(self, key: str) -> bytes | None:
        found = self._do[ops.NVS_GET](BLOB, 0, b"diya\0" + key.encode())[1]
        return found[1:] if found else None

    def put(self, key: str, value: int | bytes) -> None:
        name = b"diya\0" + key.encode() + b"\0"
        if isinstance(value, int):
            self._do[ops.NVS_SET](I32, value, name)
        else:
            self._do[ops.NVS_SET](BLOB, 0, name + value)

    def remove(self, key: str) -> None:
        self._do[ops.NVS_ERASE](0, 0, b"diya\0" + key.encode())

    def commit(self) -> None:
        self._do[ops.NVS_COMMIT](0, 0, b"")


@pytest.fixture
def flash():
    with FlashFile(None, 1 << 20) as made:
        yield made


def test_a_new_pole_is_read_as_the_generator_wrote_it(flash: FlashFile) -> None:
    flash.program(NVS.offset, nvs.of_new_pole(NVS.size))
    assert Store(flash).blob("highWater") == bytes(8)
    assert Store(flash).blob("lowWater") is None
    assert Store(flash).number("highWater") is None


def test_what_is_written_into_an_empty_store_is_what_the_generator_writes(flash: FlashFile) -> None:
    store = Store(flash)
    store.put("highWater", bytes(8))
    store.commit()
    assert flash.read(NVS.offset, NVS.size) == nvs.of_new_pole(NVS.size)


def test_what_was_committed_is_there_at_the_next_start_and_nothing_else(flash: FlashFile) -> None:
    flash.program(NVS.offset, nvs.of_new_pole(NVS.size))
    store = Store(flash)
    store.put("highWater", b"\x01" * 8)
    store.put("boots", -7)
    store.put("long", b"0123456789" * 20)
    store.commit()
    store.put("boots", 8)
    again = Store(flash)
    assert (again.blob("highWater"), again.number("boots"), again.blob("long")) == (b"\x01" * 8, -7, b"0123456789" * 20)
    again.remove("long")
    again.commit()
    assert Store(flash).blob("long") is None


def test_it_lasts_for_ever_on_its_few_pages(flash: FlashFile) -> None:
    flash.program(NVS.offset, nvs.of_new_pole(NVS.size))
    store = Store(flash)
    for boots in range(1500):
        if boots % 100 == 99:
            store = Store(flash)
        store.put("boots", boots)
        if boots % 10 == 0:
            store.put("highWater", boots.to_bytes(8, "little"))
        store.commit()
    assert (Store(flash).number("boots"), Store(flash).blob("highWater")) == (1499, (1490).to_bytes(8, "little"))
    assert flash.read(NVS.offset + NVS.size, 4096) == b"\xff" * 4096


def test_rubbish_is_an_empty_store_that_can_be_written(flash: FlashFile) -> None:
    flash.program(NVS.offset, bytes(range(256)) * 96)
    store = Store(flash)
    assert store.blob("highWater") is None
    store.put("boots", 1)
    store.commit()
    assert Store(flash).number("boots") == 1


def test_after_the_power_is_gone_nothing_is_stored(flash: FlashFile) -> None:
    parts = FlashParts(flash, [NVS])
    kept = FlashNvs(parts, NVS)
    parts.close()
    kept.operations()[ops.NVS_SET](I32, 5, b"diya\0boots\0")
    kept.operations()[ops.NVS_COMMIT](0, 0, b"")
    assert flash.read(NVS.offset, NVS.size) == b"\xff" * NVS.size


def test_a_chip_whose_flash_was_written_anew_reads_that(flash: FlashFile) -> None:
    parts = FlashParts(flash, [NVS])
    chip = Chip(lambda: 0, lambda: 0, _radio(), mac=bytes(6), seed=1, pulls={}, flash=parts, nvs=FlashNvs(parts, NVS))
    name = b"diya\0highWater"
    assert chip.handle(ops.NVS_GET, BLOB, 0, name) == (0, b"")
    flash.program(NVS.offset, nvs.of_new_pole(NVS.size))
    chip.refit(parts, FlashNvs(parts, NVS))
    assert chip.handle(ops.NVS_GET, BLOB, 0, name) == (0, b"\x01" + bytes(8))


def _radio():
    from simulator.hardware.radio import Radio

    return Radio(lambda: 0, 1)
