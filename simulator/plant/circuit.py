"""Currents and power in one pole: from the mains through meter and relay to the driver and its LEDs, with any faults.

The meter sits behind the pole's fuse and measures all that the pole takes, the stolen too; the residual-current
transformer sits before it, so what leaks to earth there does not show as power.
"""

from __future__ import annotations

from math import exp

from simulator.plant import luminaire as led
from simulator.plant import noise
from simulator.plant.faults import HEALTHY, Faults
from simulator.plant.mains import NOMINAL_V
from simulator.plant.senses import METER_WINDOW_MS, Electrical, electrical

CYCLE_MS = 120_000  # period of a lamp that cycles, at severity 1.0; in inverse proportion below
CYCLE_OUT = 0.4  # part of it without light
RUN_UP_MS = 20_000.0  # time constant of a restrike: a high-pressure lamp is at 95 % after a minute
STRIKE_POWER, STRIKE_LIGHT = 0.45, 0.10  # right after it, as parts of the full

FLICKER_DEPTH = 0.30  # of light and power to either side, at severity 1.0
FLICKER_MS = 400  # a new value this often
SHORT_PART = 1.0  # what a shorted driver takes beside its power, as a part of it, at severity 1.0
PF_DOWN, PF_LEAST = 0.5, 0.2
THEFT_A, THEFT_PF = 5.0, 0.95
THEFT_TAN = (1.0 / THEFT_PF**2 - 1.0) ** 0.5


DEAD = Electrical(0.0, 0.0, 0.0)


class Circuit:
    """Relay, driver and LEDs of one pole.  After a reset the contact is closed and the dimmer at full."""

    def __init__(self, model: led.LuminaireModel, pole: str, seed: int) -> None:
        self.model = model
        self.relay_closed = True
        self.dim = 1.0
        self.energised_ms = -METER_WINDOW_MS
        self.live = True  # the driver has mains
        self.present = HEALTHY
        self.output = 1.0
        self._rated = (0.0, 0.0)
        self._plain = True
        self._stuck_dim = 1.0  # the level of a driver that ignores its dim line
        self._cycle_ms = 0  # when a cycling lamp was last struck, had it cycled from there on
        self._flicker = noise.key(seed, pole, "flicker")
        self.settle(HEALTHY, 0)

    def fault(self, name: str, now_ms: int) -> None:
        """The fault *name* begins, before ``settle``: what it starts from."""
        if name == "driver_ignores_dim" and self.present.driver_ignores_dim == 0.0:
            self._stuck_dim = self.dim if self.live else 1.0
        elif name == "cycling" and self.present.cycling == 0.0:
            self._cycle_ms = -1  # it goes out now: the period is known in settle

    def settle(self, present: Faults, now_ms: int) -> None:
        """Takes over the inputs and the faults *present* as they are at *now_ms*."""
        live = self.contact(present)
        if live and not self.live:
            self.energised_ms = now_ms
            self._cycle_ms = now_ms
        if not live:
            self._stuck_dim = 1.0  # a driver comes up at full
        if self._cycle_ms < 0:
            self._cycle_ms = now_ms - round((1.0 - CYCLE_OUT) * CYCLE_MS / present.cycling) if present.cycling else 0
        if self.model.arc:
            self.model.arc.settle(live, present, now_ms)
            if self.present.lamp_open and not present.lamp_open:
                self.model.arc.strike(now_ms)  # another lamp
        self.live = live
        self.present = present
        self.output = self.output_of(present) if live else 0.0
        self._rated = self.model.rated(self.output)
        self._plain = not (
            present.lamp_open or present.string_open or present.driver_short or present.cycling or present.flicker
            or present.pf_low or present.theft
        )  # fmt: skip

    def contact(self, present: Faults) -> bool:
        """Whether the driver is connected to live mains under the faults *present*."""
        if present.mains_lost or present.relay_stuck_open > 0.0:
            return False
        return self.relay_closed or present.relay_welded > 0.0

    def output_of(self, present: Faults) -> float:
        """LED current (of the rated one) that the driver is told under *present*."""
        if present.driver_ignores_dim > 0.0:
            return self.model.output(self._stuck_dim)
        return self.model.output(1.0 if present.dim_line_cut > 0.0 else self.dim)

    def flow(self, present: Faults, volts: float, warmth: float, air_c: float, now_ms: int) -> Electrical:
        """What flows under *present* at *volts*, *warmth* (of the heat sink, 0 to 1) and *air_c* (C)."""
        if volts == 0.0:
            return DEAD
        known = present is self.present
        if not (self.live if known else self.contact(present)):
            amperes = led.LEAKAGE_A * volts / NOMINAL_V
            flows = Electrical(volts, amperes, volts * amperes * led.LEAKAGE_PF)
            return _stolen(flows, present.theft) if present.theft else flows
        output = self.output if known else self.output_of(present)
        rated = self._rated if known else self.model.rated(output)
        watts, factor = self.model.conditioned(rated, output, volts, warmth, air_c)
        if self.model.arc and output > 0.0 and watts:
            part = self.model.arc.part(now_ms)
            if not part:
                watts = self.model.no_load_w
                flows = Electrical(volts, watts / (volts * self.model.no_load_pf), watts)
                return _stolen(flows, present.theft) if present.theft else flows
            watts *= part
        if known and self._plain:
            return electrical((volts, watts / (volts * factor), watts))
        return self._faulty(present, output, volts, watts, factor, now_ms)

    def _faulty(
        self, present: Faults, output: float, volts: float, watts: float, factor: float, now_ms: int
    ) -> Electrical:
        amperes = watts / (volts * factor)
        if output > 0.0 and volts >= led.START_V:
            lit, run_up = self.lit(present, now_ms), self._run_up(present, STRIKE_POWER, now_ms)
            idle = self.model.no_load_w * (1.0 - lit)
            drawn = lit * run_up * self._flickers(present, now_ms) + present.driver_short * SHORT_PART
            watts = watts * drawn + idle
            amperes = amperes * drawn + idle / (volts * self.model.no_load_pf)
        if present.pf_low > 0.0 and amperes > 0.0:
            factor = watts / (volts * amperes)
            amperes = watts / (volts * max(factor - PF_DOWN * present.pf_low, min(factor, PF_LEAST)))
        flows = Electrical(volts, amperes, watts)
        return _stolen(flows, present.theft) if present.theft else flows

    def lit(self, present: Faults, now_ms: int) -> float:
        """Part of the LEDs that is driven, 0 to 1, at any level of the dimmer."""
        if present.lamp_open > 0.0 or (present.cycling > 0.0 and self._is_out(present.cycling, now_ms)):
            return 0.0
        return 1.0 - present.string_open

    def light_part(self, present: Faults, now_ms: int) -> float:
        """What the faults *present* leave of the light at *now_ms*."""
        run_up = self._run_up(present, STRIKE_LIGHT, now_ms)
        return self.lit(present, now_ms) * run_up * self._flickers(present, now_ms)

    def _phase(self, severity: float, now_ms: int) -> tuple[float, float]:
        """Milliseconds since a cycling lamp was struck, and after how many it goes out."""
        period = CYCLE_MS / severity
        return (now_ms - self._cycle_ms) % period, period * (1.0 - CYCLE_OUT)

    def _is_out(self, severity: float, now_ms: int) -> bool:
        since, lasts = self._phase(severity, now_ms)
        return since >= lasts

    def _run_up(self, present: Faults, struck: float, now_ms: int) -> float:
        """What a lamp that was struck again has reached: from *struck* towards 1."""
        if present.cycling <= 0.0:
            return 1.0
        since, _lasts = self._phase(present.cycling, now_ms)
        return 1.0 - (1.0 - struck) * exp(-since / RUN_UP_MS)

    def _flickers(self, present: Faults, now_ms: int) -> float:
        if present.flicker <= 0.0:
            return 1.0
        return 1.0 + FLICKER_DEPTH * present.flicker * (2.0 * noise.uniform(self._flicker, now_ms // FLICKER_MS) - 1.0)


def _stolen(flows: Electrical, severity: float) -> Electrical:
    """*flows* and beside it what is taken from the pole: active and reactive currents each add up."""
    volts, amperes, watts = flows
    more = volts * THEFT_A * severity * THEFT_PF
    apparent = volts * amperes
    reactive = max(apparent * apparent - watts * watts, 0.0) ** 0.5 + more * THEFT_TAN
    watts += more
    return Electrical(volts, (watts * watts + reactive * reactive) ** 0.5 / volts, watts)
