"""The model of the flash itself."""

import pytest

from simulator.hardware.flash import BLOCK, DATA_BLOCKS, Flash, Operation, apply, tear


def test_erasing_sets_bits_and_programming_only_clears_them() -> None:
    flash = Flash()
    assert flash.read(5 * BLOCK + 100, 3) == b"\xff\xff\xff"
    flash.program(5 * BLOCK + 100, b"\x0f\xf0")
    flash.program(5 * BLOCK + 101, b"\x33\x44")
    assert flash.read(5 * BLOCK + 99, 5) == b"\xff\x0f\x30\x44\xff"
    flash.erase(5)
    assert flash.read(5 * BLOCK + 99, 5) == b"\xff" * 5


def test_it_is_as_large_as_the_partition_and_takes_memory_only_where_something_is() -> None:
    poles = [Flash() for _ in range(1000)]
    assert poles[0].blocks * BLOCK == DATA_BLOCKS * BLOCK == 1 << 20
    for flash in poles:
        flash.program(7 * BLOCK, b"x" * 64)
        flash.program(9 * BLOCK + 100, b"y")
        flash.erase(9)
    assert sum(flash.bytes_held for flash in poles) == 64 * 1000


def test_wear_is_counted_by_block() -> None:
    flash = Flash(4)
    for _ in range(3):
        flash.erase(2)
    flash.program(0, bytes(96))
    assert list(flash.erases) == [0, 0, 3, 0]
    assert flash.programmed == 96


def test_a_protected_flash_takes_everything_and_nothing_changes() -> None:
    flash = Flash(2)
    flash.program(0, b"kept")
    flash.protected = True
    flash.program(100, b"lost")
    flash.erase(0)
    assert flash.image() == Flash(2, b"kept" + b"\xff" * (2 * BLOCK - 4)).image()


def test_the_log_makes_every_state_again() -> None:
    flash = Flash(2)
    flash.program(0, b"before")
    image, states = flash.image(), [flash.image()]
    flash.log = []
    for work in (lambda: flash.program(BLOCK, b"one"), lambda: flash.erase(0), lambda: flash.program(0, b"two")):
        work()
        states.append(flash.image())
    assert flash.log == [Operation(BLOCK, b"one"), Operation(0, None), Operation(0, b"two")]
    for operation, state in zip(flash.log, states[1:], strict=True):
        apply(image, operation)
        assert image == state


def test_a_torn_program_is_half_done_and_a_torn_erase_leaves_disorder() -> None:
    flash = Flash(1)
    image = flash.image()
    tear(image, Operation(0, b"\x00" * 64))
    assert image[:32] == bytes(32) and image[32] not in (0, 255) and image[33:64] == b"\xff" * 31
    image[:] = bytes(BLOCK)
    tear(image, Operation(0, None))
    half = BLOCK // 2
    assert image[:half] == b"\xff" * half
    rest = set(image[half:])
    assert len(rest) > 100


def test_an_image_comes_back_as_it_was() -> None:
    flash = Flash(3)
    flash.corrupt(1)
    flash.erase(1)
    again = Flash(3, flash.image())
    assert again.image() == flash.image()
    assert again.bytes_held == flash.bytes_held == pytest.approx(2 * BLOCK, abs=2)
    other = Flash(3)
    other.corrupt(2)
    assert other.read(0, 100) != flash.read(0, 100)
    flash.program(0, b"\x00")  # random bytes are shared by all blocks until one changes
    assert flash.read(0, 1) == b"\x00" and flash.read(2 * BLOCK, 1) != b"\x00"
