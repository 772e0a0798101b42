"""The driver of the DALI interface against its model and the gear on its line."""

from __future__ import annotations

import pytest

from simulator.hardware.gear import lw14


def asked(bench, drivers, wait_ms: int = 40) -> bool:
    drivers.gear.request()
    bench.wait(wait_ms)
    return drivers.gear.answered()


def test_gear_that_is_there_answers_every_time(bench, drivers):
    for _ in range(100):
        assert asked(bench, drivers) is True
        bench.wait(20000)


def test_gear_that_is_not_there_does_not(bench, drivers):
    bench.gears = 0
    assert asked(bench, drivers) is False


def test_two_gears_that_answer_at_once_are_there(bench, drivers):
    bench.gears = 2
    assert asked(bench, drivers) is True


@pytest.mark.parametrize("gears", [1, 2])
def test_an_old_answer_is_not_taken_for_a_new_one(bench, drivers, gears):
    bench.gears = gears
    assert asked(bench, drivers)
    bench.gears = 0
    assert asked(bench, drivers) is False
    bench.gears = gears
    drivers.gear.request()  # not read
    bench.wait(20000)
    bench.gears = 0
    assert asked(bench, drivers) is False


def test_before_the_frames_are_over_there_is_no_answer(bench, drivers):
    assert asked(bench, drivers, 30) is False
    bench.wait(1)
    assert drivers.gear.answered() is True


def test_the_slowest_gear_that_dali_allows_is_waited_for(bench, drivers, monkeypatch):
    monkeypatch.setattr(lw14, "PAUSE_MS", 10)
    from pole.drivers.gear.lw14 import ANSWER_MS

    assert asked(bench, drivers, ANSWER_MS) is True


def test_a_dead_interface_is_no_answer(bench, drivers):
    table = bench.board["gear"]
    bench.chip.i2c.detach(table["scl"], table["sda"], lw14.ADDRESS)
    assert asked(bench, drivers) is False
    bench.chip.i2c.attach(table["scl"], table["sda"], lw14.ADDRESS, bench.gear)
    assert asked(bench, drivers) is True


@pytest.mark.parametrize(
    ("status", "there"),
    [
        (0x00, False),
        (0x04, False),
        (0x09, True),
        (0x10, True),
        (0x80, False),
        (0x88, False),
        (0x90, False),
        (0xFF, False),
    ],
)
def test_on_a_line_with_a_fault_no_gear_has_answered(bench, drivers, monkeypatch, status, there):
    monkeypatch.setattr(bench.gear, "read", lambda n: bytes((status,)) * n)
    assert asked(bench, drivers) is there


def test_the_status_goes_through_its_flags(bench):
    chip = bench.gear
    chip.write(b"\x01\xff\x91")
    seen = []
    for _ in range(40):
        seen += chip.read(1)
        bench.wait(1)
    assert seen == [0x40] * 16 + [0x04] * 5 + [0x44] * 5 + [0x40] * 5 + [0x09] * 9
    chip.write(b"\x01")
    assert chip.read(2) == b"\xff\x00"
    assert chip.read(1) == b"\x00"


def test_a_busy_interface_ignores_commands_and_a_command_that_asks_nothing_is_not_answered(bench):
    chip = bench.gear
    chip.write(b"\x01\xfe\x80")  # all to half
    chip.write(b"\x01\xff\x91")
    bench.wait(100)
    assert chip.read(1) == b"\x00"
