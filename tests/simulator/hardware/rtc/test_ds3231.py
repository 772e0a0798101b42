"""The DS3231 driver against the chip's model."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from simulator.hardware.chip import PWRON_RESET
from simulator.hardware.rtc.ds3231 import ADDRESS

DAY = 86400


def test_every_day_from_2024_to_2060_survives_the_round_trip(bench, drivers):
    first = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp())
    last = int(datetime(2061, 1, 1, tzinfo=UTC).timestamp())
    for n, day in enumerate(range(first, last, DAY)):
        unix = day + n * 7919 % DAY
        assert drivers.clock.set(unix)
        assert bench.clock.now() == datetime.fromtimestamp(unix, UTC)
        assert drivers.clock.get() == unix


def test_midnight_of_every_month_is_crossed(bench, drivers):
    for year in range(2024, 2061):
        for month in range(1, 13):
            midnight = int(datetime(year, month, 1, tzinfo=UTC).timestamp())
            drivers.clock.set(midnight - 1)
            bench.wait(1000)
            assert drivers.clock.get() == midnight


def test_a_chip_that_begins_to_drift_keeps_the_time_it_had(bench, drivers):
    drivers.clock.set(bench.unix)
    bench.clock.drift(10_000)
    before = drivers.clock.get()
    bench.wait(1000_000)
    assert drivers.clock.get() - before == 1010
    bench.clock.drift(0)
    bench.wait(1000_000)
    assert drivers.clock.get() - before in (2010, 2011)


def test_the_weekday_register_counts_from_monday(bench):
    from pole.drivers.rtc import bcd_time

    registers = bytearray(7)
    for day in range(1000):
        unix = bench.unix + day * DAY
        assert bcd_time.encode(unix, registers)
        assert registers[3] == datetime.fromtimestamp(unix, UTC).isoweekday()


def test_a_new_chip_has_no_time(bench, drivers):
    assert drivers.clock.get() is None
    assert drivers.clock.set(bench.unix)
    assert drivers.clock.get() == bench.unix


def test_the_battery_carries_the_time_through_a_power_cut(bench, drivers):
    drivers.clock.set(bench.unix)
    bench.wait(40 * DAY * 1000)
    bench.chip.power_on(PWRON_RESET)
    from pole.drivers.board import i2c
    from pole.drivers.rtc.ds3231 import Ds3231

    assert Ds3231(i2c(bench.board["rtc"])).get() == bench.unix


def test_a_stopped_oscillator_is_not_believed_until_the_clock_is_set(bench, drivers):
    drivers.clock.set(bench.unix)
    bench.clock.lose()
    bench.wait(5000)
    assert drivers.clock.get() is None
    drivers.clock.set(bench.unix)
    assert drivers.clock.get() == bench.unix


def test_setting_cut_short_leaves_the_clock_unknown(bench, drivers):
    write = bench.clock.write

    def only_the_time(data: bytes) -> None:
        if data[0] == 0:
            write(data)
        else:
            raise SystemExit  # power fails here

    bench.clock.write = only_the_time
    with pytest.raises(SystemExit):
        drivers.clock.set(bench.unix)
    bench.clock.write = write
    assert drivers.clock.get() is None


def test_drift(bench, drivers):
    from simulator.hardware.rtc.ds3231 import Ds3231

    fast = Ds3231(lambda: bench.unix * 1000, lambda: 25.0, drift_ppm=20)
    table = bench.board["rtc"]
    bench.chip.i2c.attach(table["scl"], table["sda"], ADDRESS, fast)
    drivers.clock.set(bench.unix)
    bench.wait(10 * DAY * 1000)
    assert drivers.clock.get() == bench.unix + 17  # 20 ppm of ten days are 17.28 s


def test_a_dead_clock_is_no_clock(bench, drivers):
    drivers.clock.set(bench.unix)
    table = bench.board["rtc"]
    bench.chip.i2c.detach(table["scl"], table["sda"], ADDRESS)
    assert drivers.clock.get() is None
    assert drivers.clock.temperature_tenths() is None
    assert drivers.clock.set(bench.unix) is False


@pytest.mark.parametrize(
    "registers",
    [
        b"\xff\xff\xff\xff\xff\xff\xff",  # a bus that floats
        b"\x60\x00\x00\x01\x01\x01\x26",
        b"\x00\x60\x00\x01\x01\x01\x26",
        b"\x00\x00\x24\x01\x01\x01\x26",
        b"\x00\x00\x52\x01\x01\x01\x26",  # 12-hour form
        b"\x00\x00\x00\x01\x00\x01\x26",
        b"\x00\x00\x00\x01\x29\x02\x26",  # 29 February of a year without one
        b"\x00\x00\x00\x01\x31\x04\x26",
        b"\x00\x00\x00\x01\x01\x00\x26",
        b"\x00\x00\x00\x01\x01\x13\x26",
        b"\x0a\x00\x00\x01\x01\x01\x26",
    ],
)
def test_registers_that_hold_no_time_give_none(bench, drivers, registers):
    drivers.clock.set(bench.unix)
    bench.clock._time = lambda: registers
    assert drivers.clock.get() is None


def test_years_the_chip_does_not_know_are_refused(bench, drivers):
    end = int(datetime(2100, 1, 1, tzinfo=UTC).timestamp())
    assert drivers.clock.set(end - 1)
    assert drivers.clock.get() == end - 1
    for unix in (946684799, end, 0, -1):
        assert drivers.clock.set(unix) is False
    assert drivers.clock.get() == end - 1


def test_temperature_from_minus_40_to_85(bench, drivers):
    for quarter in range(-160, 341):
        bench.celsius = quarter / 4
        assert abs(drivers.clock.temperature_tenths() - quarter * 2.5) <= 0.5


def test_the_model_keeps_any_time_it_is_given(bench):
    for hours in range(0, 24 * 400, 7):
        moment = datetime(2027, 1, 1, tzinfo=UTC) + timedelta(hours=hours, seconds=hours)
        bench.clock.set_unix(int(moment.timestamp()))
        assert bench.clock.now() == moment


def test_the_mark_says_whose_time_it_is_and_how_wrong_it_may_be(bench, drivers):
    drivers.clock.set(bench.unix)
    assert drivers.clock.mark(bench.unix) == (15, 1432)
    drivers.clock.set(bench.unix, 1)
    assert drivers.clock.mark(bench.unix + 100 * DAY) == (1, 1432 + 100 * 432)
    assert drivers.clock.mark(bench.unix + 231 * DAY) == (0, 0)  # 5 parts per million make 100 s
    assert drivers.clock.mark(bench.unix - 2 * DAY) == (0, 0)  # it says that it was set after now


def test_a_chip_that_another_program_set_has_no_mark(bench, drivers):
    bench.clock.set_unix(bench.unix)
    assert drivers.clock.get() == bench.unix
    assert drivers.clock.mark(bench.unix) == (0, 0)


def test_no_damaged_byte_of_a_mark_passes(bench, drivers):
    drivers.clock.set(bench.unix)
    for place in (0, 1, 2, 3, 4, 6):
        for bit in range(8):
            bench.clock._registers[7 + place] ^= 1 << bit
            assert drivers.clock.mark(bench.unix) == (0, 0)
            bench.clock._registers[7 + place] ^= 1 << bit
    assert drivers.clock.mark(bench.unix) == (15, 1432)


def test_a_chip_can_jump_and_keeps_its_mark_and_can_stand_still_without_a_flag(bench, drivers):
    drivers.clock.set(bench.unix)
    bench.clock.jump(-3600)
    assert drivers.clock.get() == bench.unix - 3600
    assert drivers.clock.mark(bench.unix) == (15, 1432)
    bench.clock.jump(-(10**10))
    assert bench.clock.now().year == 2000
    drivers.clock.set(bench.unix)
    bench.clock.stop(True)
    stood = bench.unix
    bench.now_ms += 500_000
    assert drivers.clock.get() == stood
    bench.clock.stop(False)
    bench.now_ms += 100_000
    assert drivers.clock.get() == stood + 100
