"""The parts a virtual pole is made of, each without the others."""

from pathlib import Path

import pytest

from host_tools.errors import DiyaError
from host_tools.field.flashing import slip
from simulator.virtual_pole import rom
from simulator.virtual_pole.chips import CHIPS, ESP32, FLASH_ENCRYPTION, SECURE_BOOT
from simulator.virtual_pole.faults import Faults, parse_faults
from simulator.virtual_pole.flash_file import FlashFile
from simulator.virtual_pole.timed_flash import BLOCK, ERASE_BLOCK_S, ERASE_SECTOR_S, PROGRAM_PAGE_S, TimedFlash
from tests.simulator.virtual_pole.bench import bootloader

MIB = 1 << 20


def test_a_frame_comes_out_as_it_went_in_however_it_is_cut() -> None:
    frames = [bytes(range(256)), b"\xdb\xdc\xdb\xdd\xc0\xc0\xdb", b"plain", b"\xdb\xdd\xdc"]
    wire = b"noise" + b"".join(map(slip.frame, frames))
    for size in (1, 2, 7, 1000):
        decoder = slip.Frames()
        out: list[bytes] = []
        for at in range(0, len(wire), size):
            out += decoder.feed(wire[at : at + size])
        assert out == frames
        assert not decoder.inside


def test_programming_clears_bits_and_erasing_sets_them(tmp_path: Path) -> None:
    path = tmp_path / "flash.bin"
    with FlashFile(path, MIB) as flash:
        flash.program(100, b"\x0f\xff")
        flash.program(100, b"\xf5\x3c")
        assert flash.read(99, 4) == b"\xff\x05\x3c\xff"
        flash.erase(5000, 1)
        assert flash.read(100, 1) == b"\x05"
        flash.program(MIB - 1, b"\0")
        with pytest.raises(ValueError, match="not on a flash"):
            flash.program(MIB - 1, b"\0\0")
        with pytest.raises(DiyaError, match="in use by another virtual pole"):
            FlashFile(path, MIB)
    with FlashFile(path, MIB) as flash:  # it outlives the pole
        assert flash.read(100, 2) == b"\x05\x3c"
        flash.erase(0, 4096)
        assert flash.read(100, 2) == b"\xff\xff"
    with pytest.raises(DiyaError, match=r"1048576 bytes, but .* 2097152"):
        FlashFile(path, 2 * MIB)


def test_erasing_and_programming_take_a_flash_chips_time() -> None:
    with FlashFile(None, MIB) as file:
        flash = TimedFlash(file)
        assert flash.program(0x1000, b"\0" * 1024, 10.0) == pytest.approx(10.0 + 4 * PROGRAM_PAGE_S)
        flash.settle(10.0)
        assert file.read(0x1000, 1) == b"\xff"  # not yet
        flash.settle(10.1)
        assert file.read(0x1000, 1024) == b"\0" * 1024
        # two sectors up to the block's boundary, a whole block, one sector after it
        assert flash.erase(BLOCK - 8192, BLOCK + 12288, 20.0) == pytest.approx(20 + 3 * ERASE_SECTOR_S + ERASE_BLOCK_S)


def test_what_was_begun_when_the_power_went_is_half_done_and_the_rest_is_not() -> None:
    with FlashFile(None, MIB) as file:
        flash = TimedFlash(file)
        first = flash.program(0, b"\0" * 4096, 0.0)
        flash.program(4096, b"\0" * 4096, first)
        flash.program(8192, b"\0" * 4096, first)
        flash.cut(first * 1.5)
        assert file.read(0, 6144) == b"\0" * 6144
        assert file.read(6144, 6144) == b"\xff" * 6144
        flash.settle(1000.0)
        assert file.read(6144, 6144) == b"\xff" * 6144


def test_a_bad_block_keeps_bits_at_zero_and_its_neighbours_do_not() -> None:
    with FlashFile(None, MIB) as flash:
        flash.bad = range(0x2000, 0x3000)
        flash.erase(0x1000, 0x3000)
        flash.program(0x1000, b"\xa5" * 0x3000)
        assert flash.read(0x1000, 0x1000) == flash.read(0x3000, 0x1000) == b"\xa5" * 0x1000
        assert flash.read(0x2000, 0x1000) != b"\xa5" * 0x1000


def test_the_rom_starts_a_sound_bootloader_and_no_other() -> None:
    for kind in CHIPS.values():
        image = bootloader(kind.image_id)
        with FlashFile(None, MIB) as flash:
            assert rom.bootloader_problem(kind, flash, frozenset()) == "invalid header: 0xffffffff"
            flash.program(kind.bootloader_at, image)
            assert rom.bootloader_problem(kind, flash, frozenset()) is None
            assert "invalid header" in str(rom.bootloader_problem(kind, flash, frozenset({FLASH_ENCRYPTION})))
            assert "secure boot" in str(rom.bootloader_problem(kind, flash, frozenset({SECURE_BOOT})))
    for at, word in ((40, "csum err"), (3, "SHA-256"), (12, "invalid chip id")):
        with FlashFile(None, MIB) as flash:
            damaged = bytearray(bootloader(0))
            damaged[at] ^= 0x01
            flash.program(ESP32.bootloader_at, damaged)
            assert word in str(rom.bootloader_problem(ESP32, flash, frozenset()))
    with FlashFile(None, MIB) as flash:  # as a pulled cable leaves it
        flash.program(ESP32.bootloader_at, bootloader(0)[:3000])
        assert rom.bootloader_problem(ESP32, flash, frozenset()) is not None


def test_faults_are_named_on_the_command_line() -> None:
    texts = ["cable:1000:2.5", "stuck", "bad-block:0x20000", "secured", "secured:secure-boot", "noisy-above:460800"]
    assert parse_faults([*texts, "chip:esp32c3"]) == Faults(
        cable_at=1000,
        cable_back_after=2.5,
        chip="esp32c3",
        stuck_in_loader=True,
        bad_block=0x20000,
        security=frozenset({FLASH_ENCRYPTION, SECURE_BOOT}),
        noisy_above=460800,
    )
    for wrong in ("cabel:3", "cable", "cable:x", "stuck:1", "chip:esp8266", "secured:badly", "bad-block:1:2"):
        with pytest.raises(DiyaError, match=f"there is no fault '{wrong}'"):
            parse_faults([wrong])
