"""Solders one pole together: the devices its board file names, on their pins, over the plant of that pole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import Any, NamedTuple

from pole.drivers.rtc.bcd_time import mark
from pole.timekeeping.clock import FIRM
from simulator.hardware.chip import Chip
from simulator.hardware.flash import Flash
from simulator.hardware.gear import lw14
from simulator.hardware.gear.lw14 import Lw14
from simulator.hardware.gpio import FULL
from simulator.hardware.memory import Nvs
from simulator.hardware.meter.bl0942 import Bl0942, Electrical
from simulator.hardware.radio import Radio
from simulator.hardware.rtc import ds3231
from simulator.hardware.rtc.ds3231 import Ds3231
from simulator.hardware.sensor import lis3dh
from simulator.hardware.sensor.adc import LinearSensor
from simulator.hardware.sensor.lis3dh import Lis3dh
from simulator.kernel import Kernel
from simulator.plant import noise
from simulator.plant.pole import PolePlant

DRIFT_PPM = 2  # a DS3231 within its specification, 0 to 40 degrees
MAINS_MILLIHERTZ = 49_970  # not in step with what looks every so many milliseconds
CROSSING_US = 1300  # an optocoupler lets go for so long on either side of a zero crossing (mysensors/NodeManager#81)


class Own(NamedTuple):
    """What a chip brings along that is not new."""

    mac: bytes
    flash: Flash
    nvs: Nvs


class Wiring:
    """The chip of one pole and all soldered to it.  ``changed`` is called when the lamp's inputs have changed.

    The chip is a new one unless it has something of its *own*.
    """

    def __init__(
        self,
        kernel: Kernel,
        board: Mapping[str, Any],
        plant: PolePlant,
        seed: int,
        unix_ms: Callable[[], int],
        address: str,
        own: Own | None = None,
    ) -> None:
        self.changed: Callable[[], None] = lambda: None
        self.clock: Ds3231 | None = None
        self._kernel = kernel
        self._plant = plant
        self._meter: Bl0942 | None = None
        self._relay = board["relay"]
        self._dimmer = board["dimmer"]
        self.radio = Radio(self._now, noise.key(seed, plant.name, "radio"), ip=address)
        self.chip = Chip(
            self._now,
            lambda: unix_ms() // 1000,
            self.radio,
            mac=own.mac if own else _address(plant.name),
            seed=noise.key(seed, plant.name, "entropy"),
            pulls={},
            kind=board["chip"],
            flash=own.flash if own else None,
            nvs=own.nvs if own else None,
        )
        if own is None:
            self.chip.nvs.provision("diya", "highWater", bytes(8))  # a new pole has obeyed nobody yet
        self.chip.on_output = self._output
        self._attach(board, unix_ms)

    def _now(self) -> int:
        return self._kernel.now_ms

    def _attach(self, board: Mapping[str, Any], unix_ms: Callable[[], int]) -> None:
        plant, now = self._plant, self._now
        meter, rtc, photocell = board.get("meter"), board.get("rtc"), board.get("photocell")
        accelerometer, gear = board.get("accelerometer"), board.get("gear")
        door, leakage, supply = board.get("door"), board.get("leakage"), board.get("supply")
        if meter:
            self._meter = Bl0942(self._electrical, meter["baud"])
            self.chip.uarts.attach(meter["tx"], meter["rx"], self._meter, meter["baud"])
        if rtc:
            self.clock = Ds3231(unix_ms, lambda: plant.temperature(now()), DRIFT_PPM)
            unix = unix_ms() // 1000
            self.clock.set_unix(unix)
            self.clock.remember(mark(unix, FIRM))  # as the pole itself set it while it was commissioned
            self.chip.i2c.attach(rtc["scl"], rtc["sda"], ds3231.ADDRESS, self.clock)
        if photocell:
            light = LinearSensor(lambda: plant.lux(now()), photocell["full_scale_lux"], board["chip"])
            self.chip.attach_adc(photocell["pin"], light)
        if accelerometer:
            felt = Lis3dh(now, lambda: plant.acceleration_g(now()), plant.shock_g)
            self.chip.i2c.attach(accelerometer["scl"], accelerometer["sda"], lis3dh.ADDRESS, felt)
        if gear:
            line = Lw14(now, lambda: int(plant.gear_answers))
            self.chip.i2c.attach(gear["scl"], gear["sda"], lw14.ADDRESS, line)
        if door:
            self.chip.gpio.contacts[door["pin"]] = lambda: plant.door_open != (door["open"] == 1)
        if supply:
            conducts = supply["present"] == 1  # an idle pin is high
            self.chip.gpio.contacts[supply["pin"]] = lambda: (plant.powered and not _crossing(now())) != conducts
        if leakage:
            monitor = LinearSensor(lambda: 1000 * plant.leakage_a(now()), leakage["full_scale_ma"], board["chip"])
            self.chip.attach_adc(leakage["pin"], monitor)

    def _electrical(self) -> Electrical:
        volts, amperes, watts, _factor = self._plant.electricity(self._now())
        return Electrical(volts, amperes, watts)

    def _output(self, pin: int) -> None:
        if pin in (self._relay["pin"], self._dimmer["pin"]):
            self.apply()

    def apply(self) -> None:
        """Hands the plant what the pins say now."""
        closed = self.chip.gpio.level(self._relay["pin"]) == self._relay["closed"]
        duty = self.chip.gpio.duty(self._dimmer["pin"])
        self._plant.set_outputs(closed, (FULL - duty if self._dimmer["inverted"] else duty) / FULL, self._now())
        if self._meter and self._plant.powered:
            self._meter.accumulate(self._now())
        self.changed()


def _address(name: str) -> bytes:
    """The station address of a pole called *name*: locally administered, of one station."""
    mac = bytearray(blake2b(name.encode(), digest_size=6).digest())
    mac[0] = mac[0] & 0xFC | 0x02
    return bytes(mac)


def _crossing(now_ms: int) -> bool:
    """Whether an optocoupler across the mains lets go at *now_ms*, near a zero crossing."""
    half_wave = 1_000_000_000 // (2 * MAINS_MILLIHERTZ)  # microseconds
    since = (now_ms * 1000 + half_wave // 2) % half_wave
    return min(since, half_wave - since) < CROSSING_US
