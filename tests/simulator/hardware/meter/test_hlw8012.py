"""The HLW8012 driver against the chip's model: what flows in is read, from few pulses too, and nothing false is."""

from __future__ import annotations

import pytest

from simulator.hardware.around import Electrical
from simulator.hardware.meter import hlw8012

PART = {"model": "bl0937", "cf": 34, "cf1": 35, "sel": 32, "sel_current": 0, "shunt_uohm": 1000, "divider": 2001}


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
        return self.meter.read(self.reading)

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
