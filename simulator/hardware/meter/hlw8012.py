"""HLW8012 and BL0937 energy meters, from their datasheets: pulses on CF (power) and CF1 (current, or voltage).

HLW8012 (HLW Technology): CF 48 v i / Vref^2 * f / 128, CF1 24 i / Vref * f / 512 or 2 v / Vref * f / 512, f 3.579 MHz,
Vref 2.43 V.  BL0937 (Shanghai Belling, V1.02): CF 1721506 v i / Vref^2, CF1 94638 i / Vref or 15397 v / Vref, Vref
1.218 V.  v and i are the RMS volts at the inputs.  SEL low gives the current.

No datasheet says for how long CF1 is wrong after SEL has changed; those who measured it wait half a second to two
(github.com/xoseperez/hlw8012, README; esphome/esphome drops the window after a change).  How little power gives no
pulse, and when the first pulses come, are taken to be as for the BL0942.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from simulator.hardware.around import Around, Electrical
from simulator.plant.meter import MeterType

TYPE = MeterType("hlw8012", 1e-4, 1e-7, 1e-5, 0.003, 0.0002, 0.01, 0.1, 0.0003, 0.001, 0.015, 0.001)
CREEP_W = 0.2  # less gives no pulse
START_MS = 300  # from power to the first pulses
SETTLE_MS = 900  # CF1 goes from one frequency to the other


class Model(NamedTuple):
    """Pulses a second for one volt squared at the inputs, or one volt at one of them."""

    power: float
    current: float
    voltage: float


MODELS = {
    "hlw8012": Model(48 / 2.43**2 * 3_579_000 / 128, 24 / 2.43 * 3_579_000 / 512, 2 / 2.43 * 3_579_000 / 512),
    "bl0937": Model(1_721_506 / 1.218**2, 94_638 / 1.218, 15_397 / 1.218),
}


class Hlw8012:
    """Meter whose *sense* says what flows through it now; *gives_current* says what SEL asks for.

    Energy is counted as in the BL0942's model.  No pulse comes while it is ``broken``, or *hangs* says so.
    ``stuck``: None, or what CF1 gives without regard to SEL (True: the current).  ``clock`` is how fast its oscillator
    runs: 1.0 as it should, 0.85 to 1.15 as it is made.  ``noise_hz``: stray pulses a second on CF.
    """

    def __init__(
        self,
        sense: Callable[[], Electrical],
        gives_current: Callable[[], bool],
        part: Mapping[str, Any],
        hangs: Callable[[], bool] = bool,
    ) -> None:
        self._sense = sense
        self._gives_current = gives_current
        self._hangs = hangs
        self._cf, self._cf1 = part["cf"], part["cf1"]
        self._shunt_ohm, self._divider = part["shunt_uohm"] / 1e6, part["divider"]
        self.model = MODELS[part["model"]]
        self.broken = 0
        self.stuck: bool | None = None
        self.clock = 1.0
        self.noise_hz = 0.0
        self._phase = [0.0, 0.0]  # pulses of CF and CF1 since it was made
        self.power_on(0)

    def power_on(self, now_ms: int) -> None:
        """Power has come back."""
        self._seen_ms = now_ms
        self._starts_ms = now_ms + START_MS
        self._hz = [0.0, 0.0]  # of CF, and what CF1 goes to
        self._from_hz = 0.0  # what it comes from
        self._turned_ms = now_ms
        self._turned_to: bool | None = None

    def accumulate(self, now_ms: int) -> Electrical:
        """Brings the pulses up to date and looks at the load and SEL again; returns what flows now."""
        begin = max(self._seen_ms, self._starts_ms)
        if now_ms > begin:
            self._phase[0] += self._hz[0] * (now_ms - begin) / 1000
            self._phase[1] += (self._turned(now_ms) - self._turned(begin)) / 1000
        self._seen_ms = now_ms
        flow = self._sense()
        asked = self._gives_current() if self.stuck is None else self.stuck
        if asked is not self._turned_to:
            self._from_hz, self._turned_ms, self._turned_to = self._at(now_ms), now_ms, asked
        volts, amperes, watts = flow.voltage_v, flow.current_a, abs(flow.power_w)
        works = 0.0 if self.broken or self._hangs() else self.clock
        at_inputs = self._shunt_ohm / self._divider
        self._hz[0] = works * self.model.power * at_inputs * (watts if watts >= CREEP_W else 0.0) + self.noise_hz
        self._hz[1] = works * (
            self.model.current * amperes * self._shunt_ohm if asked else self.model.voltage * volts / self._divider
        )
        return flow

    def pulses(self, pin: int, now_ms: int) -> int:
        """Those on *pin* until now."""
        self.accumulate(now_ms)
        return int(self._phase[pin == self._cf1])

    def turn(self, now_ms: int) -> None:
        """SEL has another level now."""
        self.accumulate(now_ms)

    def _at(self, now_ms: int) -> float:
        """Hertz of CF1: it moves evenly from the one frequency to the other."""
        part = min(1.0, (now_ms - self._turned_ms) / SETTLE_MS)
        return self._from_hz + (self._hz[1] - self._from_hz) * part

    def _turned(self, now_ms: int) -> float:
        """Thousandths of pulses of CF1 since SEL has changed."""
        into_ms = now_ms - self._turned_ms
        moving = min(into_ms, SETTLE_MS)
        return (
            self._from_hz * moving
            + (self._hz[1] - self._from_hz) * moving * moving / (2 * SETTLE_MS)
            + self._hz[1] * (into_ms - moving)
        )


def attach(_table: str, part: Mapping[str, Any], around: Around) -> Hlw8012:
    """Wires the meter."""
    gpio = around.chip.gpio
    # it has no frame to repeat (``meter_frozen``): where another chip does so, this one gives no pulses
    meter = Hlw8012(
        around.electrical,
        lambda: gpio.level(part["sel"]) == part["sel_current"],
        part,
        lambda: around.plant.meter_frozen,
    )
    for pin in (part["cf"], part["cf1"]):
        around.chip.counters.attach(pin, meter)
    gpio.listeners[part["sel"]] = lambda: meter.turn(around.now_ms())
    return meter
