"""The chip's memory as it was measured: how Python's heap grows, what is left for TLS then, and with a bounded heap.

The figures asserted here are those seen on an ESP32 with official MicroPython 1.26.1 (docs/memory.md), within the bytes
that the model does not know of.
"""

import errno
import struct

import pytest

from simulator.device_modules import ops
from simulator.device_modules.ops import TLS_CLOSE, TLS_OPEN
from simulator.hardware.dram import APP, Dram


class Chip:
    def __init__(self) -> None:
        self.wifi = False
        self.dram = Dram(lambda: self.wifi)

    def call(self, op: int, a: int = 0) -> int:
        return self.dram.operations()[op](a, 0, b"")[0]

    @property
    def largest(self) -> int:
        rows = self.dram.operations()[ops.IDF_HEAP](0, 0, b"")[1]
        return max(row[2] for row in struct.iter_unpack("<IIII", rows))

    def fill(self) -> int:
        """Takes of Python's heap until it has grown; the number of the last object."""
        size = self.call(ops.PYTHON_SIZE)
        while self.call(ops.PYTHON_SIZE) == size:
            number = self.call(ops.PYTHON_TAKE, 1024)
            assert number >= 0
        return number

    def bound(self, keep: bool = True) -> None:
        """What pole/drivers/chip/heap.py does."""
        self.wifi = True
        assert self.dram.uart(2, self.largest - 50_000)
        last = self.fill()
        self.dram.uart(2, None)
        self.call(ops.PYTHON_COLLECT, last if keep else -1)


def bounded() -> Chip:
    chip = Chip()
    chip.bound()
    chip.dram.waits()
    return chip


def unbounded() -> Chip:
    """As the app was started before: it is loaded, and then Wi-Fi is switched on."""
    chip = Chip()
    chip.dram.waits()
    chip.wifi = True
    return chip


def test_memory_beside_pythons_first_area_is_what_was_measured() -> None:
    chip = Chip()
    assert 139_000 <= chip.dram.free <= 144_000
    assert chip.largest == 110_592
    chip.wifi = True
    assert chip.dram.free == 101_700
    assert chip.largest == 98_304
    chip.wifi = False
    assert chip.largest == 110_592


def test_the_heap_doubles_as_soon_as_its_first_area_is_full() -> None:
    chip = Chip()
    assert chip.dram.areas == [57_344]
    chip.fill()
    assert chip.dram.areas == [57_344, 57_344]


def test_an_area_with_nothing_in_it_is_given_back_and_one_object_keeps_it() -> None:
    chip = Chip()
    before = chip.dram.free
    last = chip.fill()
    chip.call(ops.PYTHON_COLLECT, last)
    assert len(chip.dram.areas) == 2
    chip.call(ops.PYTHON_COLLECT, -1)
    assert chip.dram.areas == [57_344]
    assert chip.dram.free == before


def test_a_bounded_heap_is_104_kb_and_leaves_what_was_measured() -> None:
    chip = bounded()
    assert chip.dram.heap == 104 * 1024
    assert abs(chip.dram.free - 52_344) < 500
    assert chip.largest == 49_152
    assert chip.dram.sizes == [57_344, 106_496]  # the app was loaded into it


def test_with_a_heap_that_is_not_bounded_tls_finds_no_memory_for_its_handshake_and_goes_silent() -> None:
    chip = unbounded()
    assert chip.dram.heap == 112 * 1024
    for time in range(1, 4):
        assert chip.call(TLS_OPEN) == 1
        assert chip.dram.stalled == time
        assert chip.dram.free < 6144  # as pole/drivers/network/tls.py finds out
        chip.call(TLS_CLOSE)


def test_with_a_bounded_heap_a_thousand_sessions_find_their_memory_one_after_another() -> None:
    chip = bounded()
    before = chip.dram.free
    for _ in range(1000):
        assert chip.call(TLS_OPEN) == 0
        assert chip.dram.free > 6144
        assert chip.call(TLS_CLOSE) == 0
    assert chip.dram.free == before
    assert chip.dram.sizes == [57_344, 106_496]
    assert chip.dram.refused == chip.dram.stalled == chip.dram.starved == 0


def test_a_bounded_heap_whose_new_area_nothing_keeps_grows_again_without_a_bound() -> None:
    chip = Chip()
    chip.bound(keep=False)
    chip.dram.waits()
    assert chip.dram.sizes == [57_344, 106_496, 57_344, 114_688]
    assert chip.call(TLS_OPEN) == 1


def test_there_is_room_for_one_session_and_for_no_second() -> None:
    chip = bounded()
    assert chip.call(TLS_OPEN) == 0
    assert chip.call(TLS_OPEN) == -errno.ENOMEM
    assert (chip.dram.sessions, chip.dram.refused) == (1, 1)


def test_memory_in_pieces_refuses_a_new_session_and_keeps_the_old() -> None:
    chip = bounded()
    chip.call(TLS_OPEN)
    chip.dram.short = True
    assert chip.dram.sessions == 1
    chip.call(TLS_CLOSE)
    assert chip.call(TLS_OPEN) == -errno.ENOMEM
    chip.dram.short = False
    assert chip.call(TLS_OPEN) == 0


def test_a_need_that_nothing_can_meet_is_counted_and_leaves_the_heap_as_it_is() -> None:
    chip = bounded()
    chip.call(TLS_OPEN)
    assert chip.call(ops.PYTHON_USES, 400_000) == -errno.ENOMEM
    assert chip.dram.starved == 1


def test_a_uart_takes_its_buffer_and_gives_it_back_and_is_refused_one_that_has_no_room() -> None:
    chip = Chip()
    before = chip.dram.free
    assert chip.dram.uart(1, 40_000)
    assert before - chip.dram.free == 40_848
    assert chip.dram.uart(1, 256)  # opened again with another buffer
    assert before - chip.dram.free == 1_104
    assert chip.dram.uart(2, 65_535) and not chip.dram.uart(0, 65_535)
    for number in range(3):
        chip.dram.uart(number, None)
    assert chip.dram.free == before


def test_a_reset_frees_all_of_it() -> None:
    chip = bounded()
    chip.call(TLS_OPEN)
    chip.wifi = False
    chip.dram.power_on(False)
    assert chip.dram.sessions == 0
    assert chip.dram.areas == [57_344]
    assert chip.dram.free == Chip().dram.free
    with pytest.raises(RuntimeError, match="was not open"):
        chip.call(TLS_CLOSE)


def test_the_app_fits_into_the_bounded_heap_with_8_kb_to_spare() -> None:
    assert APP < 104 * 1024 - 8192
