"""The HLW8012 driver against the chip's model: what flows in is read, from few pulses too, and nothing false is."""

from __future__ import annotations

import random

import pytest

from simulator.hardware.around import Electrical
from simulator.hardware.meter import hlw8012

PART = {
    "model": "bl0937", "cf": 34, "cf1": 35, "sel": 32, "sel_current": 0, "shunt_uohm": 1000, "divider": 2001,
    "clock_permille": 1000,
}  # fmt: skip


class Node:
    """A driver with a chip on its pins."""

    def __init__(self, bench, monkeypatch, chip_sel=None, **changed) -> None:
        from pole.runtime import aio

        monkeypatch.setattr(aio, "ticks_ms", lambda: bench.now_ms & 0x3FFFFFFF)
        from pole.drivers.meter import hlw8012 as driver
        from pole.drivers.reading import Reading

        self.bench = bench
        part = {**PART, **changed}
        level = part["sel_current"] if chip_sel is None else chip_sel
        gpio = bench.chip.gpio
        self.chip = hlw8012.Hlw8012(lambda: bench.load, lambda: gpio.level(part["sel"]) == level, part)
        for pin in (part["cf"], part["cf1"]):
            bench.chip.counters.attach(pin, self.chip)
        gpio.listeners[part["sel"]] = lambda: self.chip.turn(bench.now_ms)
        self.meter, self.reading = driver.make(part, None), Reading()

    def sample(self, wait_ms: int = 1000) -> bool:
        self.bench.wait(wait_ms)
        self.meter.request()
        self.bench.wait(self.meter.answer_ms)
        answered = self.meter.read(self.reading)
        assert answered in (False, 2)  # never one that may be frozen
        return bool(answered)

    def samples(self, count: int, wait_ms: int = 1000) -> list[bool]:
        return [self.sample(wait_ms) for _ in range(count)]

    def load(self, volts: float, amperes: float, watts: float) -> None:
        self.bench.load = Electrical(volts, amperes, watts)
        self.chip.accumulate(self.bench.now_ms)


@pytest.fixture
def node(bench, monkeypatch):
    return Node(bench, monkeypatch)


@pytest.mark.parametrize("model", ["bl0937", "hlw8012"])
@pytest.mark.parametrize("watts", [1.0, 23.0, 90.0, 400.0])
def test_every_load_is_read(bench, monkeypatch, model, watts):
    node = Node(bench, monkeypatch, model=model)
    node.load(231.0, watts / 231.0 / 0.9, watts)
    assert node.samples(12, 29_000)[3:] == [True] * 9
    r = node.reading
    assert abs(r.voltage_mv - 231_000) < 300
    assert abs(r.power_mw - watts * 1000) < 100 + watts * 10
    amperes = watts / 231.0 / 0.9
    assert abs(r.current_ma - amperes * 1000) < 5 + amperes * 15
    if watts > 20:
        assert abs(r.pf_thousandths - 900) < 25


def test_one_pulse_more_or_less_is_all_that_a_first_reading_is_wrong_by(node):
    source = random.Random(5)
    worth_w = 1.7244  # one pulse a second
    node.load(230.0, 0.3, 60.0)
    node.samples(4)
    for _ in range(150):
        watts = source.choice((0.0, source.uniform(5.0, 200.0)))
        node.bench.wait(source.randrange(1, 40_000))
        node.load(230.0, watts / 207.0, watts)
        assert node.sample() or node.sample()
        assert abs(node.reading.power_mw / 1000 - watts) < 2 * worth_w + watts * 0.02, watts
        node.samples(8)
        assert abs(node.reading.power_mw / 1000 - watts) < worth_w / 4 + watts * 0.01, watts


@pytest.mark.parametrize("model", ["bl0937", "hlw8012"])
def test_a_lamp_that_goes_out_is_no_load_after_ten_seconds_and_never_more_than_could_flow(bench, monkeypatch, model):
    node = Node(bench, monkeypatch, model=model)
    node.load(230.0, 0.4, 90.0)
    node.samples(6)
    assert node.reading.power_mw > 80_000
    node.load(230.0, 0.0, 0.0)
    out_at, last = node.bench.now_ms, 90_000
    while node.bench.now_ms - out_at < 12_000:
        assert node.sample()
        assert node.reading.power_mw <= max(1, last * (1 if last else 0)) or node.reading.power_mw < last
        last = node.reading.power_mw
    assert (node.reading.power_mw, node.reading.current_ma, node.reading.pf_thousandths) == (0, 0, 0)
    node.load(230.0, 0.4, 90.0)
    assert node.sample() or node.sample()
    assert node.reading.power_mw > 75_000


def test_without_load_the_voltage_is_read_each_time_and_a_current_without_power_is_found(node):
    for number in range(40):
        node.load(225.0 + number / 4, 0.0, 0.0)
        if number > 3:
            assert node.sample()
            assert abs(node.reading.voltage_mv - 1000 * node.bench.load.voltage_v) < 1500
        else:
            node.sample()
    node.load(230.0, 0.05, 0.0)  # a driver's capacitor
    node.samples(17)
    assert (node.reading.power_mw, node.reading.pf_thousandths) == (0, 0)
    assert abs(node.reading.current_ma - 50) < 15


def test_voltage_and_current_never_mix_however_often_sel_changes(node):
    node.load(231.0, 0.5, 100.0)
    assert node.samples(3) == [False, False, True]  # CF1 has to settle, then the current is still to come
    for wait in (1000, 1001, 1500, 29_000) * 10:
        assert node.sample(wait)
        assert abs(node.reading.voltage_mv - 231_000) < 400
        assert abs(node.reading.current_ma - 500) < 20
        assert abs(node.reading.pf_thousandths - 866) < 35


def test_a_new_load_is_read_with_its_own_power_factor_at_the_second_time_at_the_latest(node):
    for turn in range(2):  # while the voltage is measured, and while the current is
        node.load(230.0, 0.5, 103.5)
        node.samples(6 + turn)
        node.load(230.0, 0.25, 40.0)
        read = node.sample() or node.sample()
        assert read
        for _ in range(6):
            assert abs(node.reading.pf_thousandths - 696) < 50
            assert abs(node.reading.current_ma - 250) < 20
            assert node.sample()


def test_a_reading_that_comes_late_is_as_right_as_any(node):
    node.load(230.0, 0.3, 60.0)
    node.samples(4)
    for late in (0, 7, 400, 3000, 20_000):  # while the flash was erased, or memory collected
        node.bench.wait(1000)
        node.meter.request()
        node.bench.wait(node.meter.answer_ms + late)
        assert node.meter.read(node.reading)
        assert abs(node.reading.power_mw - 60_000) < 1800


@pytest.mark.parametrize("level", [0, 1])
def test_sel_the_wrong_way_round_is_no_reading(bench, monkeypatch, level):
    node = Node(bench, monkeypatch, chip_sel=1 - level, sel_current=level)
    node.load(230.0, 0.5, 103.5)
    assert not any(node.samples(12))


@pytest.mark.parametrize("stuck", [True, False])
def test_a_cf1_that_does_not_obey_sel_is_no_reading_until_it_does(node, stuck):
    node.load(230.0, 0.4, 90.0)
    assert all(node.samples(8)[2:])
    node.chip.stuck = stuck
    node.samples(3)
    assert not any(node.samples(8))
    node.chip.stuck = None
    node.samples(2)
    assert all(node.samples(4))
    assert abs(node.reading.current_ma - 400) < 20


def test_a_dead_chip_has_not_answered_and_one_that_works_again_has(node):
    node.load(230.0, 0.4, 90.0)
    node.samples(6)
    node.chip.broken = 1
    node.samples(2)
    assert not any(node.samples(8))
    node.chip.broken = 0
    node.samples(2)
    assert node.sample()
    assert abs(node.reading.power_mw - 90_000) < 2500


def test_noise_on_an_open_pin_is_neither_power_nor_energy(node):
    node.load(230.0, 0.4, 90.0)
    node.samples(4)
    before = node.meter.energy_wh, node.meter.energy_uwh
    node.chip.noise_hz = 50_000.0
    node.chip.accumulate(node.bench.now_ms)
    assert not any(node.samples(4))
    assert (node.meter.energy_wh, node.meter.energy_uwh) == before
    node.chip.noise_hz = 0.0
    node.samples(2)
    assert node.sample()


def test_a_day_of_energy_and_a_cut_adds_none(node):
    node.bench.load = Electrical(230.0, 0.5, 100.0)
    for _ in range(24 * 60):
        node.sample(59_000)
    exact = 100 * (node.bench.now_ms - 59_000) / 3_600_000  # since the counters were opened
    assert abs(node.meter.energy_wh + node.meter.energy_uwh / 1e6 - exact) < 0.02
    node.bench.load = Electrical(230.0, 0.0, 0.0)
    node.bench.wait(3_600_000)
    node.bench.chip.power_on(1)
    from pole.drivers.meter import hlw8012 as driver

    again = driver.make(PART, None)
    again.energy_wh, again.energy_uwh = node.meter.energy_wh, node.meter.energy_uwh
    node.meter = again
    node.samples(3)
    assert abs(node.meter.energy_wh - exact) < 101  # the hour before the cut at 100 W was not seen to its end
    assert node.reading.energy_wh == node.meter.energy_wh


@pytest.mark.parametrize("clock", [0.87, 1.15])
def test_a_clock_that_is_off_shows_alike_in_all_values_until_the_board_file_says_so(bench, monkeypatch, clock):
    shown = []
    for permille in (1000, round(clock * 1000)):
        node = Node(bench, monkeypatch, clock_permille=permille)
        node.chip.clock = clock
        node.load(230.0, 0.5, 115.0)
        node.samples(12)
        r = node.reading
        shown.append((r.voltage_mv / 230_000, r.current_ma / 500, r.power_mw / 115_000))
    assert all(abs(value / clock - 1) < 0.015 for value in shown[0])
    volts, amperes, watts = shown[0]
    assert abs(volts * amperes / watts - clock) < 0.02  # how a technician finds it with a resistive load
    assert all(abs(value - 1) < 0.015 for value in shown[1])


def test_a_chip_without_a_counter_says_so(bench, monkeypatch):
    import machine

    monkeypatch.setattr(machine, "call", lambda op, *_: 2)  # an ESP32-C3
    with pytest.raises(AttributeError, match="Counter"):
        Node(bench, monkeypatch).meter.request()


def test_the_drivers_integers_are_the_datasheets_constants(bench):
    from host_tools.boards.parts.meter import hlw8012 as board_part
    from pole.drivers.meter import hlw8012 as driver

    for name, model in hlw8012.MODELS.items():
        power, voltage, current = driver._WORTHS[name]
        assert power == board_part._WORTH[name]  # what `diya boards` goes by
        assert abs(power * model.power / 1e12 - 1) < 1e-5
        assert abs(voltage * model.voltage / 1e9 - 1) < 1e-5
        assert abs(current * model.current / 1e14 - 1) < 1e-5
