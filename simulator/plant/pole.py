"""The plant of one pole: what its relay and dimmer act on, and what its meter, thermometer and photocell sense.

Between two changes of an input everything is a closed function of time, so nothing is stepped; light is constant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from simulator.plant import faults, noise
from simulator.plant import luminaire as led
from simulator.plant.heat import Heat
from simulator.plant.mains import NOMINAL_V, Feeder, Supply
from simulator.plant.meter import METER_WINDOW_MS, Meter
from simulator.plant.observable import Electrical, Sighting, differ
from simulator.plant.weather import Weather

if TYPE_CHECKING:
    from host_tools.site.model import Luminaire, Pole

NODE_K, NODE_S = 6.0, 1200.0  # the node warms its enclosure by this much, with this time constant
GEAR_K = 9.0  # what the driver beside it adds at full output
SUN_K, SUN_LUX = 12.0, 100_000.0  # what full sun on the enclosure adds
THERMOMETER_K = 0.1  # standard deviation of one reading
PHOTOCELL_PART = 0.015  # standard deviation of one reading
DIRT_PART = 0.08  # standard deviation from photocell to photocell: dirt, and where it looks


class Sense(NamedTuple):
    """One reading of everything a pole can sense, noise included.  ``power_factor`` 0 to 1, ``lux`` of daylight."""

    voltage_v: float
    current_a: float
    power_w: float
    power_factor: float
    temperature_c: float
    lux: float


class PolePlant:
    """The plant of *pole*, lit by a luminaire of the type *luminaire* that has burnt for *hours*.

    Without a meter (*metered* false) the pole senses nothing electrical but the loss of its own supply.
    At time 0 it is as after a reset: contact closed (it is normally closed), dimmer at full, lamp cold.
    """

    def __init__(
        self,
        pole: Pole,
        luminaire: Luminaire,
        feeder: Feeder,
        weather: Weather,
        seed: int,
        *,
        metered: bool = True,
        hours: float = 0.0,
    ) -> None:
        self.name = pole.name
        self._longitude = pole.longitude
        self._weather = weather
        self._supply = Supply(feeder, pole.name, seed)
        self._model = led.LuminaireModel(luminaire, pole.name, seed)
        self._meter = Meter(pole.name, seed) if metered else None
        self._thermometer = noise.key(seed, pole.name, "thermometer")
        self._photocell = noise.key(seed, pole.name, "photocell")
        self._dirt = max(0.5, 1.0 + DIRT_PART * noise.normal(noise.key(seed, pole.name, "dirt"), 0))
        self._relay_closed = True
        self._dim = 1.0
        self._held: faults.Held = {}
        self._faults = faults.Faults()
        self._sightings: dict[int, Sighting] = {}
        self._open: list[tuple[int, Sighting]] = []
        self._hours = hours
        self._burning = False
        self._since_ms = 0
        self._energised_ms = -METER_WINDOW_MS
        self._live = True
        self._light = 0.0
        self._warmth = Heat(led.WARM_UP_S, 0.0)
        self._node = Heat(NODE_S, 1.0)
        self._changed(0)

    # -- what is done to the pole

    def set_outputs(self, relay_closed: bool, dim_fraction: float, now_ms: int) -> None:
        """The pins now say: contact closed or open, dimmer at *dim_fraction* (0 to 1 of 10 V)."""
        if relay_closed != self._relay_closed or dim_fraction != self._dim:
            self._relay_closed = relay_closed
            self._dim = dim_fraction
            self._changed(now_ms)

    def inject(self, happening: int, fault: str, severity: float, now_ms: int) -> None:
        """From *now_ms* on the pole has *fault* (a name of faults.NAMES), *severity* 0 to 1, because of *happening*.

        Raises ValueError when the plant knows no such fault.
        """
        if fault not in faults.NAMES:
            raise ValueError(f"the fault is {fault} and must be one of {', '.join(faults.NAMES)}")
        self._held[happening] = (fault, severity)
        sighting = self._sightings[happening] = Sighting(fault, severity, now_ms)
        self._open.append((happening, sighting))
        self._faults = faults.combined(self._held)
        self._changed(now_ms)

    def clear(self, happening: int, now_ms: int) -> None:
        """The fault of *happening* ends.  Raises KeyError when it was never injected."""
        del self._held[happening]
        sighting = self._sightings[happening]
        sighting.cleared_ms = now_ms
        self._open = [entry for entry in self._open if entry[0] != happening]
        if sighting.open:
            self._open.append((happening, sighting))
        self._faults = faults.combined(self._held)
        self._changed(now_ms)

    # -- what becomes of it

    def mains(self, now_ms: int) -> float:
        """Voltage (V) at the pole; 0 while it has no mains."""
        return 0.0 if self._faults.mains_lost else self._supply.volts(now_ms)

    @property
    def powered(self) -> bool:
        """Whether the pole has mains, and so whether its node runs."""
        return not self._faults.mains_lost

    @property
    def excused(self) -> bool:
        """Whether darkness is not the firmware's doing: no mains, or an injected fault of lamp, relay or gear."""
        return self._faults.mains_lost or self._faults.of_the_light

    def light(self, now_ms: int) -> float:
        """Light, 0 to 1 of the rated light, constant from each change to the next.

        At low levels it is a little more than the level, because LEDs are more efficient at a low current.  The
        driver's own start-up (under half a second) is not in it.
        """
        return self._light

    def hours(self, now_ms: int) -> float:
        """Hours the lamp has burnt."""
        return self._hours + ((now_ms - self._since_ms) / 3_600_000.0 if self._burning else 0.0)

    def sense(self, now_ms: int) -> Sense:
        """What the pole senses at *now_ms*, which must not lie before the last change."""
        if self._open:
            self._look(now_ms)
        volts, amperes, watts = self._electrical(self._faults, now_ms)
        if now_ms - self._energised_ms < METER_WINDOW_MS:
            amperes = (amperes * amperes + led.INRUSH_RMS_A * led.INRUSH_RMS_A) ** 0.5
        if self._meter is None or volts == 0.0:
            volts = amperes = watts = 0.0
        else:
            volts, amperes, watts = self._meter.read(volts, amperes, watts, now_ms)
        apparent = volts * amperes
        daylight = self._weather.lux(now_ms, self._longitude)
        celsius = self._weather.air_c(now_ms) + SUN_K * min(daylight / SUN_LUX, 1.0)
        celsius += NODE_K * self._node.at(now_ms) + GEAR_K * self._warmth.at(now_ms)
        return Sense(
            voltage_v=volts,
            current_a=amperes,
            power_w=watts,
            power_factor=min(watts / apparent, 1.0) if apparent > 0.0 else 0.0,
            temperature_c=celsius + THERMOMETER_K * noise.normal(self._thermometer, now_ms),
            lux=daylight * self._dirt * max(0.0, 1.0 + PHOTOCELL_PART * noise.normal(self._photocell, now_ms)),
        )

    # -- when its faults can be seen

    def observable_ms(self, happening: int) -> int | None:
        """First moment at which the pole could sense the fault of *happening*; None: not yet, or never."""
        sighting = self._sightings.get(happening)
        return sighting.observable_ms if sighting else None

    def end_observable_ms(self, happening: int) -> int | None:
        """First moment at which the pole could sense that the fault of *happening* is gone; None: not yet, or never."""
        sighting = self._sightings.get(happening)
        return sighting.end_observable_ms if sighting else None

    def _changed(self, now_ms: int) -> None:
        """Takes over the inputs as they are at *now_ms*."""
        self._hours = self.hours(now_ms)
        self._since_ms = now_ms
        live = self._contact(self._faults)
        if live and not self._live:
            self._energised_ms = now_ms
        self._live = live
        output = self._model.output(self._dim) if live else 0.0
        current = output * (1.0 - self._faults.lamp_open)
        self._burning = current > 0.0
        self._light = led.light_of(output) * (1.0 - self._faults.lamp_open) * led.light_left(self._hours)
        self._warmth.follow(current, now_ms)
        self._node.follow(0.0 if self._faults.mains_lost else 1.0, now_ms)
        if self._open:
            self._look(now_ms)

    def _contact(self, present: faults.Faults) -> bool:
        """Whether the luminaire is connected to live mains under the faults *present*."""
        return not present.mains_lost and (self._relay_closed or present.relay_welded)

    def _electrical(self, present: faults.Faults, now_ms: int) -> Electrical:
        """What would flow at *now_ms* under the faults *present*, free of noise."""
        if present.mains_lost:
            return Electrical(0.0, 0.0, 0.0)
        volts = self._supply.volts(now_ms)
        if not self._contact(present):
            amperes = led.LEAKAGE_A * volts / NOMINAL_V
            return Electrical(volts, amperes, volts * amperes * led.LEAKAGE_PF)
        output = self._model.output(self._dim)
        watts, factor = self._model.draw(output, volts, self._warmth.at(now_ms))
        amperes = watts / (volts * factor)
        if present.lamp_open > 0.0 and output > 0.0:
            idle_w, left = self._model.no_load_w, 1.0 - present.lamp_open
            watts = watts * left + idle_w * present.lamp_open
            amperes = amperes * left + idle_w / (volts * led.NO_LOAD_PF) * present.lamp_open
        return Electrical(volts, amperes, watts)

    def _look(self, now_ms: int) -> None:
        """Notes which faults the pole can sense at *now_ms*: those whose presence makes a difference."""
        for happening, sighting in self._open:
            there = {**self._held, happening: (sighting.fault, sighting.severity)}
            gone = {number: held for number, held in self._held.items() if number != happening}
            one, other = faults.combined(there), faults.combined(gone)
            if self._meter is None:
                seen = one.mains_lost != other.mains_lost
            else:
                seen = differ(self._electrical(one, now_ms), self._electrical(other, now_ms))
            if seen:
                sighting.seen(now_ms)
        self._open = [entry for entry in self._open if entry[1].open]
