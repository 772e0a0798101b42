"""A node on the bench: the real drivers, over the virtual modules, over a chip with the device models wired to it."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

import pole.drivers
from host_tools.boards import load_board
from simulator import device_modules
from simulator.hardware.chip import PWRON_RESET, Chip
from simulator.hardware.gear import lw14
from simulator.hardware.gear.lw14 import Lw14
from simulator.hardware.meter.bl0942 import Bl0942, Electrical
from simulator.hardware.radio import Radio
from simulator.hardware.rtc.ds3231 import ADDRESS, Ds3231
from simulator.hardware.sensor import lis3dh
from simulator.hardware.sensor.adc import LinearSensor
from simulator.hardware.sensor.lis3dh import Lis3dh

START_UNIX = 1795500000  # a moment in November 2026
VIRTUAL = ("ops", "machine", "network", "esp32", "ntptime", "pulse_counter")


class Bench:
    """One node and its surroundings; tests set what it senses and move ``now_ms``."""

    def __init__(self, board: str) -> None:
        self.board = load_board(board)
        self.now_ms = 0
        self.load = Electrical(230.0, 0.0, 0.0)
        self.lux = 0.0
        self.celsius = 25.0
        self.acceleration_g = (0.0, 0.0, 1.0)
        self.shocks: list[tuple[int, float]] = []  # (millisecond, g)
        self.door_open = False
        self.leakage_a = 0.0
        self.gears = 1
        self.outputs: list[tuple[int, int]] = []  # (pin, duty) as they changed
        self.resets: list[int] = []
        b = self.board
        self.radio = Radio(lambda: self.now_ms, 7, ssid="sagar-lights", password="secret", ip="10.1.2.3")
        self.chip = Chip(
            lambda: self.now_ms,
            lambda: START_UNIX + self.now_ms // 1000,
            self.radio,
            mac=bytes((2, 0, 0, 0, 0, 1)),
            seed=1,
            pulls={b["relay"]["pin"]: b["relay"]["closed"], b["dimmer"]["pin"]: 0 if b["dimmer"]["inverted"] else 1},
        )
        self.meter = Bl0942(lambda: self.load, b["meter"]["baud"])
        self.clock = Ds3231(lambda: START_UNIX * 1000 + self.now_ms, lambda: self.celsius)
        self.chip.uarts.attach(b["meter"]["tx"], b["meter"]["rx"], self.meter, b["meter"]["baud"])
        self.chip.i2c.attach(b["rtc"]["scl"], b["rtc"]["sda"], ADDRESS, self.clock)
        self.chip.attach_adc(b["photocell"]["pin"], LinearSensor(lambda: self.lux, b["photocell"]["full_scale_lux"]))
        self.accelerometer = Lis3dh(lambda: self.now_ms, lambda: self.acceleration_g, self._shock_g)
        self.gear = Lw14(lambda: self.now_ms, lambda: self.gears)
        a, g = b["accelerometer"], b["gear"]
        self.chip.i2c.attach(a["scl"], a["sda"], lis3dh.ADDRESS, self.accelerometer)
        self.chip.i2c.attach(g["scl"], g["sda"], lw14.ADDRESS, self.gear)
        monitor = LinearSensor(lambda: 1000 * self.leakage_a, b["leakage"]["full_scale_ma"])
        self.chip.attach_adc(b["leakage"]["pin"], monitor)
        self.chip.gpio.contacts[b["door"]["pin"]] = lambda: not self.door_open
        self.chip.on_output = lambda pin: self.outputs.append((pin, self.chip.gpio.duty(pin)))
        self.chip.on_reset = self.resets.append
        self.chip.power_on(PWRON_RESET)

    @property
    def unix(self) -> int:
        return START_UNIX + self.now_ms // 1000

    def _shock_g(self, from_ms: int, to_ms: int) -> float:
        return max((g for ms, g in self.shocks if from_ms < ms <= to_ms), default=0.0)

    def wait(self, ms: int) -> None:
        self.now_ms += ms

    def port(self) -> ModuleType:
        """A module ``_chip`` that calls this node's chip."""
        module: Any = ModuleType("_chip")
        module.call = lambda op, a=0, b=0, data=b"": self.chip.handle(op, a, b, data)[0]
        module.post = module.call
        module.read = self._read
        module.read_into = self._read_into
        module.idle = self.wait
        return module

    def _read(self, op: int, a: int = 0, b: int = 0, data: bytes = b"") -> bytes:
        value, out = self.chip.handle(op, a, b, data)
        if value < 0:
            raise OSError(-value)
        return out

    def _read_into(self, op: int, buffer: bytearray, a: int = 0, b: int = 0) -> int:
        value, out = self.chip.handle(op, a, b)
        buffer[: len(out)] = out
        return value


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """The bench, with ``machine`` and its like on it for as long as the test runs.

    The drivers are imported again: a module keeps the ``machine`` it was imported with.
    """
    node = Bench("esp32-devkitc")
    package = dict(vars(pole.drivers))
    for name in [name for name in sys.modules if name.startswith("pole.drivers.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "_chip", node.port())
    for name in VIRTUAL:
        spec = importlib.util.spec_from_file_location(name, Path(device_modules.__path__[0]) / f"{name}.py")
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, name, module)
        spec.loader.exec_module(module)
    try:
        yield node
    finally:
        for name in [name for name in sys.modules if name.startswith("pole.drivers.")]:
            del sys.modules[name]
        vars(pole.drivers).clear()
        vars(pole.drivers).update(package)


@pytest.fixture
def drivers(bench: Bench) -> SimpleNamespace:
    """Every driver of the board, made as the firmware makes them."""
    from pole.drivers.board import i2c
    from pole.drivers.gear.lw14 import Lw14
    from pole.drivers.meter.bl0942 import Bl0942
    from pole.drivers.output.dimmer import Dimmer
    from pole.drivers.output.relay import Relay
    from pole.drivers.reading import Reading
    from pole.drivers.rtc.ds3231 import Ds3231
    from pole.drivers.sensor.inputs import Contact, Sensor
    from pole.drivers.sensor.lis3dh import Lis3dh

    b = bench.board
    return SimpleNamespace(
        relay=Relay(b["relay"]["pin"], b["relay"]["closed"]),
        dimmer=Dimmer(b["dimmer"]["pin"], b["dimmer"]["frequency"], b["dimmer"]["inverted"]),
        meter=Bl0942(b["meter"]["uart"], b["meter"]["tx"], b["meter"]["rx"], b["meter"]["baud"]),
        clock=Ds3231(i2c(b["rtc"])),
        photocell=Sensor(b["photocell"]["pin"], b["photocell"]["full_scale_lux"]),
        accelerometer=Lis3dh(i2c(b["accelerometer"])),
        door=Contact(b["door"]["pin"], b["door"]["open"]),
        leakage=Sensor(b["leakage"]["pin"], b["leakage"]["full_scale_ma"]),
        gear=Lw14(i2c(b["gear"])),
        reading=Reading(),
    )
