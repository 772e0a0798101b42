"""The LIS3DH driver against the chip's model."""

from __future__ import annotations

import math

import pytest

from simulator.hardware.chip import PWRON_RESET
from simulator.hardware.sensor import lis3dh


@pytest.fixture
def pole(bench, drivers):
    """The drivers of a pole that has stood for a while."""
    drivers.accelerometer.read(drivers.reading)
    bench.wait(1000)
    return drivers


def hit(bench, g: float) -> None:
    """A shock of *g*, somewhere in the 20 s to the next sample."""
    bench.shocks.append((bench.now_ms + 7000, g))
    bench.wait(20000)


def test_the_first_read_sets_the_chip_up_and_the_second_has_the_values(bench, drivers):
    drivers.accelerometer.read(drivers.reading)
    assert drivers.reading.z_mg is None
    drivers.accelerometer.read(drivers.reading)
    assert (drivers.reading.x_mg, drivers.reading.y_mg, drivers.reading.z_mg) == (0, 0, 1000)


@pytest.mark.parametrize("degrees", range(-180, 181, 15))
def test_a_leaning_pole_is_read_to_one_step_of_the_chip(bench, pole, degrees):
    angle = math.radians(degrees)
    for acceleration in ((math.sin(angle), 0.0, math.cos(angle)), (0.0, -math.sin(angle), math.cos(angle))):
        bench.acceleration_g = acceleration
        pole.accelerometer.read(pole.reading)
        read = (pole.reading.x_mg, pole.reading.y_mg, pole.reading.z_mg)
        assert all(abs(mg - 1000 * g) <= 2.001 for mg, g in zip(read, acceleration, strict=True))


def test_more_than_it_can_say_is_its_full_scale(bench, pole):
    bench.acceleration_g = (-20.0, 20.0, 8.0)
    pole.accelerometer.read(pole.reading)
    assert (pole.reading.x_mg, pole.reading.y_mg, pole.reading.z_mg) == (-8192, 8188, 8000)


@pytest.mark.parametrize(
    ("g", "mg"), [(0.0, 0), (0.2, 0), (1.0, 0), (2.0, 0), (2.2, 1488), (2.5, 1488), (5.5, 1488), (5.7, 3968), (8, 3968)]
)
def test_a_shock_between_two_reads_is_held_and_told_once(bench, pole, g, mg):
    hit(bench, g)
    pole.accelerometer.read(pole.reading)
    assert pole.reading.shock_mg == mg
    bench.wait(1000)
    pole.accelerometer.read(pole.reading)
    assert pole.reading.shock_mg == 0


def test_a_pole_that_comes_to_rest_leaning_is_no_shock(bench, pole):
    bench.acceleration_g = (0.71, 0.0, 0.71)
    bench.wait(20000)
    pole.accelerometer.read(pole.reading)
    assert pole.reading.shock_mg == 0


def test_without_its_filter_gravity_would_count(bench, pole):
    hit(bench, 1.0)
    bench.accelerometer.write(bytes((0x21, 0x00)))
    bench.shocks.append((bench.now_ms + 500, 1.0))
    bench.wait(1000)
    pole.accelerometer.read(pole.reading)
    assert pole.reading.shock_mg == 1488


def test_a_chip_that_does_not_answer_leaves_the_reading_and_has_felt_nothing(bench, pole):
    pole.accelerometer.read(pole.reading)
    hit(bench, 8.0)
    pole.accelerometer.read(pole.reading)
    assert pole.reading.shock_mg == 3968
    table = bench.board["accelerometer"]
    bench.chip.i2c.detach(table["scl"], table["sda"], lis3dh.ADDRESS)
    hit(bench, 8.0)
    bench.acceleration_g = (1.0, 0.0, 0.0)
    pole.accelerometer.read(pole.reading)
    assert (pole.reading.x_mg, pole.reading.z_mg, pole.reading.shock_mg) == (0, 1000, 0)
    bench.chip.i2c.attach(table["scl"], table["sda"], lis3dh.ADDRESS, bench.accelerometer)
    bench.wait(1000)
    pole.accelerometer.read(pole.reading)
    assert pole.reading.x_mg == 1000


def test_a_chip_that_is_not_there_at_the_start_is_found_later(bench, drivers):
    table = bench.board["accelerometer"]
    bench.chip.i2c.detach(table["scl"], table["sda"], lis3dh.ADDRESS)
    for _ in range(3):
        drivers.accelerometer.read(drivers.reading)
    assert drivers.reading.z_mg is None
    bench.chip.i2c.attach(table["scl"], table["sda"], lis3dh.ADDRESS, bench.accelerometer)
    drivers.accelerometer.read(drivers.reading)
    drivers.accelerometer.read(drivers.reading)
    assert drivers.reading.z_mg == 1000


def test_after_a_power_cut_it_is_set_up_again(bench, pole):
    pole.accelerometer.read(pole.reading)
    bench.chip.power_on(PWRON_RESET)
    bench.chip.i2c._open[bench.board["accelerometer"]["bus"]] = (22, 21)
    bench.acceleration_g = (1.0, 0.0, 0.0)
    pole.accelerometer.read(pole.reading)
    assert pole.reading.z_mg == 1000  # not the zeros of a chip that is powered down
    hit(bench, 4.0)
    pole.accelerometer.read(pole.reading)
    assert (pole.reading.x_mg, pole.reading.z_mg, pole.reading.shock_mg) == (1000, 0, 1488)


@pytest.mark.parametrize("cut_at", range(4))
def test_set_up_cut_short_is_begun_again(bench, drivers, cut_at):
    """Whichever of its writes fails: it is never taken for a pole that lies on its side, nor for one that was hit."""
    write = bench.accelerometer.write
    writes = 0

    def failing(data: bytes) -> None:
        nonlocal writes
        if len(data) > 1:
            writes += 1
            if writes == cut_at + 1:
                raise OSError(110)
        write(data)

    bench.accelerometer.write = failing
    drivers.accelerometer.read(drivers.reading)
    assert (drivers.reading.z_mg, drivers.reading.shock_mg) == (None, 0)
    bench.wait(20000)
    drivers.accelerometer.read(drivers.reading)
    assert (drivers.reading.z_mg, drivers.reading.shock_mg) == (None, 0)
    hit(bench, 3.0)
    drivers.accelerometer.read(drivers.reading)
    assert (drivers.reading.z_mg, drivers.reading.shock_mg) == (1000, 1488)


def test_it_says_who_it_is_and_begins_powered_down(bench):
    chip = bench.accelerometer
    chip.write(b"\x0f")
    assert chip.read(1) == b"\x33"
    chip.write(b"\xa0")
    assert chip.read(6) == b"\x07\0\0\0\0\0"
    chip.write(b"\xa8")
    assert chip.read(6) == bytes(6)
