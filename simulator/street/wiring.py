"""Wires one pole: the devices of its board file, on their pins, over the plant of that pole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from hashlib import blake2b
from typing import Any, NamedTuple

from simulator.hardware.around import Around, attach_parts
from simulator.hardware.chip import Chip
from simulator.hardware.flash import Flash
from simulator.hardware.gpio import FULL
from simulator.hardware.memory import Nvs
from simulator.hardware.radio import Radio
from simulator.hardware.rtc.ds3231 import Ds3231
from simulator.kernel import Kernel
from simulator.plant import noise
from simulator.plant.pole import PolePlant


class Own(NamedTuple):
    """Parts of a chip that are not new."""

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
        self._now: Callable[[], int] = partial(getattr, kernel, "now_ms")  # asked most often of all
        self._plant = plant
        self._relay = board["relay"]
        self._dimmer = board["dimmer"]
        self._pins = (self._relay["pin"], self._dimmer["pin"])
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
            self.chip.nvs.provision("diya", "highWater", bytes(8))  # a new pole has applied no command yet
        self.chip.on_output = self._output
        parts = attach_parts(board, Around(self.chip, board["chip"], plant, self._now, unix_ms))
        self.clock: Ds3231 | None = parts.get("rtc")
        self.meter = parts.get("meter")  # any of them has ``accumulate``

    def _output(self, pin: int) -> None:
        if pin in self._pins:
            self.apply()

    def outputs(self) -> tuple[bool, float]:
        """Whether the pins say that the relay is closed, and what they say to the dimmer, 0 to 1."""
        closed = self.chip.gpio.level(self._relay["pin"]) == self._relay["closed"]
        duty = self.chip.gpio.duty(self._dimmer["pin"])
        return closed, (FULL - duty if self._dimmer["inverted"] else duty) / FULL

    def apply(self) -> None:
        """Gives the plant the present state of the pins."""
        self._plant.set_outputs(*self.outputs(), self._now())
        if self.meter and self._plant.powered:
            self.meter.accumulate(self._now())
        self.changed()


def _address(name: str) -> bytes:
    """The station address of a pole called *name*: locally administered, of one station."""
    mac = bytearray(blake2b(name.encode(), digest_size=6).digest())
    mac[0] = mac[0] & 0xFC | 0x02
    return bytes(mac)
