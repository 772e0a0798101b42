"""The chip's memory outside of Python's: one TLS session fits beside Wi-Fi, a second does not, and nothing is lost."""

import errno

import pytest

from simulator.hardware.dram import TLS_SESSION, WIFI, Dram
from simulator.virtual.ops import TLS_CLOSE, TLS_OPEN


class Chip:
    def __init__(self) -> None:
        self.wifi = True
        self.dram = Dram(lambda: self.wifi)

    def call(self, op: int) -> int:
        return self.dram.operations()[op](0, 0, b"")[0]


def test_one_session_fits_beside_wifi_and_no_second() -> None:
    chip = Chip()
    assert chip.call(TLS_OPEN) == 0
    assert chip.call(TLS_OPEN) == -errno.ENOMEM
    assert (chip.dram.sessions, chip.dram.refused) == (1, 1)
    assert 0 < chip.dram.free < TLS_SESSION


def test_what_was_taken_is_given_back() -> None:
    chip = Chip()
    before = chip.dram.free
    for _ in range(1000):
        assert chip.call(TLS_OPEN) == 0
        assert chip.call(TLS_CLOSE) == 0
    assert chip.dram.free == before


def test_wifi_takes_its_share_while_it_is_on() -> None:
    chip = Chip()
    with_wifi = chip.dram.free
    chip.wifi = False
    assert chip.dram.free - with_wifi == WIFI


def test_memory_in_pieces_refuses_a_new_session_and_keeps_the_old() -> None:
    chip = Chip()
    chip.call(TLS_OPEN)
    chip.dram.short = True
    assert chip.dram.sessions == 1
    chip.call(TLS_CLOSE)
    assert chip.call(TLS_OPEN) == -errno.ENOMEM
    chip.dram.short = False
    assert chip.call(TLS_OPEN) == 0


def test_a_reset_frees_all_of_it() -> None:
    chip = Chip()
    chip.call(TLS_OPEN)
    chip.dram.power_on(False)
    assert chip.dram.sessions == 0
    with pytest.raises(RuntimeError, match="was not open"):
        chip.call(TLS_CLOSE)
