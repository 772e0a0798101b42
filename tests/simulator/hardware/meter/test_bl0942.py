"""The BL0942 driver against the chip's model: what flows in is what is read, and nothing false ever is."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from simulator.hardware.meter.bl0942 import Electrical

LSB_MV = 1000 / 15873.36
LSB_MA = 1000 / 251213.46
LSB_MW = 1000 / 623.002
PULSE_WH = 1638.4 * 256 / 623.002 / 3600


def sample(bench, drivers) -> bool:
    drivers.meter.request()
    bench.wait(drivers.meter.answer_ms)
    return drivers.meter.read(drivers.reading)


def values(reading) -> tuple[int, ...]:
    r = reading
    return r.voltage_mv, r.current_ma, r.power_mw, r.pf_thousandths, r.energy_wh


def test_every_load_is_read_to_one_step_of_the_chip(bench, drivers):
    r = drivers.reading
    currents = (0.0, 0.003, 0.01, 0.025, 0.087, 0.2, 0.435, 0.75, 1.3, 2.2, 3.6, 5.0)
    for volts in range(100, 301, 4):
        for amperes in currents:
            for factor in (0.3, 0.5, 0.62, 0.85, 0.98, 1.0):
                v, watts = volts + 0.137, (volts + 0.137) * amperes * factor
                bench.load = Electrical(v, amperes, watts)
                assert sample(bench, drivers)
                assert abs(r.voltage_mv - v * 1000) <= LSB_MV + 0.5
                assert abs(r.current_ma - amperes * 1000) <= LSB_MA + 0.5
                if 0 < watts < 0.25:
                    continue  # the chip counts almost nothing as nothing, see below
                assert abs(r.power_mw - watts * 1000) <= LSB_MW + 0.5
                if amperes:
                    # what one step of voltage (read to 0.1 V here), current (10 uA) and power is worth of the factor
                    step = factor * (0.1 / v + 0.00001 / amperes + LSB_MW / 1000 / watts)
                    assert abs(r.pf_thousandths - factor * 1000) <= 0.5 + 1000 * step


def test_no_load_reads_zero_and_less_than_a_fifth_of_a_watt_counts_as_none(bench, drivers):
    bench.load = Electrical(231.5, 0.0, 0.0)
    assert sample(bench, drivers)
    assert (drivers.reading.current_ma, drivers.reading.power_mw, drivers.reading.pf_thousandths) == (0, 0, 0)
    bench.load = Electrical(230.0, 0.002, 0.15)
    assert sample(bench, drivers)
    assert (drivers.reading.current_ma, drivers.reading.power_mw) == (2, 0)


def test_power_that_flows_backwards_is_negative(bench, drivers):
    bench.load = Electrical(230.0, 0.5, -103.5)
    assert sample(bench, drivers)
    assert abs(drivers.reading.power_mw + 103500) <= LSB_MW + 0.5
    assert drivers.reading.pf_thousandths == -900


def test_power_factor_never_passes_one(bench, drivers):
    bench.load = Electrical(230.0, 0.1, 23.5)  # calibration errors make more watts than volt-amperes
    assert sample(bench, drivers)
    assert drivers.reading.pf_thousandths == 1000


def test_any_flipped_bit_is_refused_and_changes_nothing(bench, drivers):
    bench.load = Electrical(230.0, 0.4, 90.0)
    assert sample(bench, drivers)
    bench.wait(3600000)
    before, energy = values(drivers.reading), (drivers.meter.energy_wh, drivers.meter.energy_uwh)
    bench.load = Electrical(240.0, 0.5, 100.0)
    good = bench.meter.frame
    for bit in range(23 * 8):
        bench.meter.frame = lambda now, bit=bit: flipped(good(now), bit)
        assert not sample(bench, drivers)
        assert values(drivers.reading) == before
    assert (drivers.meter.energy_wh, drivers.meter.energy_uwh) == energy
    bench.meter.frame = good
    assert sample(bench, drivers)
    assert drivers.reading.energy_wh >= 90  # the hour before was not lost


def flipped(frame: bytes, bit: int) -> bytes:
    out = bytearray(frame)
    out[bit // 8] ^= 1 << bit % 8
    return bytes(out)


@pytest.mark.parametrize("length", [0, 1, 22])
def test_a_short_frame_is_refused_and_the_next_one_read(bench, drivers, length):
    bench.load = Electrical(230.0, 0.4, 90.0)
    good = bench.meter.frame
    bench.meter.frame = lambda now: good(now)[:length]
    assert not sample(bench, drivers)
    assert values(drivers.reading) == (0, 0, 0, 0, 0)
    bench.meter.frame = good
    assert sample(bench, drivers)


# as captured on boards with an isolated line (esphome/esphome#10136): each answer, and the volts it says
CAPTURED = (
    ("00 E0 00 55 00 00 00 65 BC 34 FB 29 01 00 00 00 00 00 00 36 4E 00 22 01 00 31", 217.733),
    ("00 F8 00 C0 00 55 00 00 00 A1 C5 34 B4 28 01 00 00 00 00 00 00 2E 4E 00 22 01 00 3C", 217.882),
    ("00 F0 01 E8 00 55 00 00 00 58 BF 34 5A 2A 01 00 00 00 00 00 00 36 4E 00 22 01 00 DB 00 F0", 217.780),
    ("00 55 F4 91 00 86 E4 33 B5 7D 00 82 06 00 A4 1A 00 36 4E 00 00 01 00 33", 214.248),
)


@pytest.mark.parametrize(("answer", "volts"), CAPTURED)
def test_a_frame_behind_stray_bytes_is_read(bench, drivers, answer, volts):
    bench.meter.frame = lambda now: bytes.fromhex(answer)
    assert sample(bench, drivers)
    assert abs(drivers.reading.voltage_mv / 1000 - volts) < 0.01


def test_a_frame_is_found_in_any_junk_and_nothing_false_ever_is(bench, drivers):
    source = random.Random(7)
    good = bench.meter.frame
    found = 0
    for number in range(300):
        bench.load = Electrical(200.0 + number / 10, 0.3 + number / 1000, (200.0 + number / 10) * 0.25)
        frame = good(bench.now_ms)
        before, after = (bytes(source.choices((0x55, 0, 0xFF, 0x58, 0xAA, source.randrange(256)), k=k)) for k in (5, 3))
        if number % 3 == 0:
            before += frame[: source.randrange(23)]  # one that was cut off
        if number % 5 == 0:
            frame = flipped(frame, source.randrange(184))
        answer = before + frame + after
        bench.meter.frame = lambda now, answer=answer: answer
        drivers.meter.request()
        bench.wait(100)
        if drivers.meter.read(drivers.reading):
            found += 1
            assert number % 5 and abs(drivers.reading.voltage_mv - bench.load.voltage_v * 1000) < 1
    assert found == 240


def test_of_two_frames_with_junk_between_the_last_counts(bench, drivers):
    good = bench.meter.frame
    bench.load = Electrical(230.0, 0.4, 90.0)
    first = good(0)
    bench.load = Electrical(220.0, 0.4, 80.0)
    second = good(0)
    bench.meter.frame = lambda now: first + b"\x55\x00" * 20 + second
    drivers.meter.request()
    bench.wait(200)
    assert drivers.meter.read(drivers.reading)
    assert abs(drivers.reading.power_mw - 80000) < 3


def test_bytes_that_can_be_read_as_two_frames_are_refused(bench, drivers):
    bench.load = Electrical(230.0, 0.4, 90.0)
    second = bench.meter.frame(0)
    first = bytearray(23)  # one whose last three bytes are the head of the second: only a checksum says it is none
    first[0], first[16], first[17] = 0x55, 0x20, 0x4E
    first[20:23] = second[:3]
    first[21] = 0
    second = bytes((second[0], 0)) + second[2:22]
    second += bytes((~(0x58 + sum(second)) & 255,))
    first[20], first[22] = second[0], second[2]
    first[5] = (~(0x58 + sum(first[:22])) - first[22]) & 255
    assert sum(first[:23]) + 0x58 & 255 == 255
    bench.meter.frame = lambda now: bytes(first) + second[3:]
    drivers.meter.request()
    bench.wait(100)
    assert not drivers.meter.read(drivers.reading)
    assert values(drivers.reading) == (0, 0, 0, 0, 0)


@pytest.mark.parametrize("place", [18, 21])
def test_a_frame_whose_idle_bytes_are_not_zero_or_whose_mains_is_none_is_refused(bench, drivers, place):
    for change in ({place: 1}, {16: 0, 17: 0}, {17: 0xFF}):
        frame = bytearray(bench.meter.frame(0)[:22])
        for at, value in change.items():
            frame[at] = value
        frame += bytes((~(0x58 + sum(frame)) & 255,))
        bench.meter.frame, good = lambda now, frame=frame: bytes(frame), bench.meter.frame
        assert not sample(bench, drivers)
        bench.meter.frame = good


def test_read_too_early_is_refused(bench, drivers):
    drivers.meter.request()
    assert not drivers.meter.read(drivers.reading)


@pytest.mark.parametrize("baud", [4800, 9600, 19200, 38400])
def test_the_answer_is_there_after_the_time_the_driver_names(bench, baud):
    from pole.drivers.meter.bl0942 import Bl0942
    from pole.drivers.reading import Reading
    from simulator.hardware.meter import bl0942

    bench.chip.uarts.attach(4, 5, bl0942.Bl0942(lambda: bench.load, baud), baud)
    meter, reading = Bl0942(1, 4, 5, baud), Reading()
    meter.request()
    bench.wait(23 * 10 * 1000 // baud)
    assert not meter.read(reading)  # the request takes its time on the line too
    meter.request()
    bench.wait(meter.answer_ms)
    assert meter.read(reading)
    assert reading.voltage_mv > 0


def test_a_wrong_baud_rate_or_wrong_pins_give_nothing(bench):
    from pole.drivers.meter.bl0942 import Bl0942
    from pole.drivers.reading import Reading

    table = bench.board["meter"]
    for meter in (Bl0942(2, table["tx"], table["rx"], 4800), Bl0942(2, table["rx"], table["tx"], 9600)):
        meter.request()
        bench.wait(meter.answer_ms)
        assert not meter.read(Reading())


def test_a_day_of_energy(bench, drivers):
    bench.load = Electrical(230.0, 0.5, 100.0)
    assert sample(bench, drivers)
    for _ in range(24 * 60):
        bench.wait(60000 - drivers.meter.answer_ms)
        assert sample(bench, drivers)
    exact = 100 * bench.now_ms / 3600000
    assert abs(drivers.meter.energy_wh + drivers.meter.energy_uwh / 1e6 - exact) < 2 * PULSE_WH + exact * 1e-5
    assert drivers.reading.energy_wh == drivers.meter.energy_wh


def test_energy_goes_on_through_the_counters_wrap(bench, drivers):
    bench.load = Electrical(230.0, 1.0, 230.0)
    bench.meter.cf_count = 0xFFFFFF - 100
    assert sample(bench, drivers)
    for _ in range(10):
        bench.wait(360000)
        assert sample(bench, drivers)
    assert bench.meter.cf_count < 0xFFFF
    assert abs(drivers.meter.energy_wh + drivers.meter.energy_uwh / 1e6 - 230) < 1


def test_a_meter_that_lost_its_count_adds_no_energy_that_never_flowed(bench, drivers):
    bench.load = Electrical(230.0, 1.0, 230.0)
    for count in (5, 0x8000, 0x900000, 0xFEFFFF):
        bench.meter.cf_count = count
        assert sample(bench, drivers)
        before = drivers.meter.energy_wh
        bench.meter.power_on(bench.now_ms)
        bench.meter.accumulate(bench.now_ms)
        bench.wait(3600000)
        assert sample(bench, drivers)
        assert 228 <= drivers.meter.energy_wh - before <= 230  # 5 pulses are 0.9 Wh


def test_energy_is_kept_over_a_restart(bench, drivers):
    from pole.drivers.meter.bl0942 import Bl0942

    table = bench.board["meter"]
    bench.load = Electrical(230.0, 1.0, 230.0)
    again = Bl0942(table["uart"], table["tx"], table["rx"], table["baud"])
    again.energy_wh, again.energy_uwh = 1234567, 999999
    drivers.meter = again
    assert sample(bench, drivers)
    assert drivers.reading.energy_wh == 1234567
    bench.wait(1000 * 60)
    assert sample(bench, drivers)
    assert drivers.reading.energy_wh == 1234567 + 4  # 3.83 Wh more, and the remainder that was saved


def test_the_load_switched_between_two_samples_is_counted_from_when_it_was_switched(bench, drivers):
    assert sample(bench, drivers)
    bench.wait(1800000)
    bench.load = Electrical(230.0, 1.0, 200.0)
    bench.meter.accumulate(bench.now_ms)
    bench.wait(1800000)
    assert sample(bench, drivers)
    assert drivers.meter.energy_wh in (99, 100)


def test_the_drivers_fractions_are_the_datasheets_constants(bench):
    from pole.drivers.meter import bl0942

    volt, ampere = Fraction("15873.36"), Fraction("251213.46")
    watt = volt * ampere * 3537 / 73989 / 305978
    for pair, exact in (
        (bl0942.VOLTAGE, 1000 / volt),
        (bl0942.CURRENT, 100000 / ampere),
        (bl0942.POWER, 1000 / watt),
        ((bl0942.PULSE_UWH, 1000000), Fraction("1638.4") * 256 / watt / 3600),
    ):
        assert abs(Fraction(*pair) / exact - 1) < Fraction(1, 500000)
        assert max(pair) < 1 << 17 or pair[1] == 1000000


class Small(int):
    """An integer as MicroPython keeps it on a 32-bit chip without allocating: 31 bits with the sign."""

    def __new__(cls, value):
        assert -(1 << 30) <= value < 1 << 30, value
        return super().__new__(cls, value)


for _name in ("add", "sub", "mul", "floordiv", "mod", "and", "or", "lshift", "rshift"):

    def _operation(self, other, name=f"__{_name}__"):
        return Small(getattr(int, name)(self, other))

    setattr(Small, f"__{_name}__", _operation)


def test_scaling_is_exact_and_stays_in_small_integers(bench):
    from pole.drivers.meter import bl0942

    source = random.Random(4)
    counts = [0, 1, 4095, 4096, 0x7FFFFF, 0xFFFFFE, 0xFFFFFF] + [source.randrange(1 << 24) for _ in range(5000)]
    for numerator, denominator in (bl0942.VOLTAGE, bl0942.CURRENT, bl0942.POWER, (131071, 131071), (131071, 65537)):
        for count in counts:
            got = bl0942.scale(Small(count), Small(numerator), Small(denominator))
            assert got == (count * numerator + denominator // 2) // denominator
