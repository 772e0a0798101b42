"""The plant of one pole: what its relay and dimmer control, and what its sensors measure.

Between two changes of an input all quantities are closed functions of time, so nothing is stepped; light is constant
except for a lamp that cycles or flickers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from simulator.plant import faults
from simulator.plant import luminaire as led
from simulator.plant.circuit import Circuit
from simulator.plant.column import Column
from simulator.plant.daylight import Photocell
from simulator.plant.enclosure import Enclosure
from simulator.plant.heat import Heat
from simulator.plant.leak import Leak
from simulator.plant.lookout import Lookout
from simulator.plant.mains import Feeder, Supply
from simulator.plant.meter import BL0942, Meter, MeterType
from simulator.plant.observable import EVERY_PART
from simulator.plant.senses import METER_WINDOW_MS, NOTHING, Electrical, Electricity, Sense
from simulator.plant.weather import Weather

if TYPE_CHECKING:
    from host_tools.site.model import Luminaire, Pole

__all__ = ["PolePlant", "Sense"]


class PolePlant:
    """The plant of *pole*, lit by a luminaire of the type *luminaire* that has burnt for *hours*.

    *board* has the tables of its node's board: of a part that is not among them nothing can be sensed.  The meter is of
    the type *meter*.  *ageing* (0 to 1) is how old the lamp is beside its hours, from the start on.
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
        board: Mapping[str, Any] = EVERY_PART,
        meter: MeterType = BL0942,
        ageing: float = 0.0,
        hours: float = 0.0,
    ) -> None:
        self.name = pole.name
        self._weather = weather
        self._supply = Supply(feeder, pole.name, seed)
        self._model = led.LuminaireModel(luminaire, pole.name, seed, ageing)
        self._circuit = Circuit(self._model, pole.name, seed)
        self._meter = Meter(pole.name, seed, meter) if "meter" in board else None
        self._photocell = Photocell(weather, board.get("photocell", {}), pole, seed)
        self._enclosure = Enclosure(pole.name, seed)
        self._column = Column(pole.name, seed)
        self._leak = Leak(pole.name, seed)
        self._lookout = Lookout(
            board, self._circuit, self._photocell, self._enclosure, meter, self._flow, self._celsius, self.light
        )
        self._held: faults.Held = {}
        self._faults = faults.HEALTHY
        self._hours = led.HoursMeter(hours)
        self._full_light = self._light = 0.0
        self._warmth = Heat(led.WARM_UP_S, 0.0)
        self._settle(0)

    # -- what is done to the pole

    def set_outputs(self, relay_closed: bool, dim_fraction: float, now_ms: int) -> None:
        """The pins now say: contact closed or open, dimmer at *dim_fraction* (0 to 1 of 10 V)."""
        circuit = self._circuit
        if relay_closed != circuit.relay_closed or dim_fraction != circuit.dim:
            circuit.relay_closed = relay_closed
            circuit.dim = dim_fraction
            self._settle(now_ms)

    def inject(self, happening: int, fault: str, severity: float, now_ms: int) -> None:
        """From *now_ms* on the pole has *fault* (a name of faults.NAMES), *severity* 0 to 1, because of *happening*.

        It lasts until ``clear`` (see Kind.over_ms).  Raises ValueError when the plant knows no such fault.
        """
        if fault not in faults.NAMES:
            raise ValueError(f"the fault is {fault} and must be one of {', '.join(faults.NAMES)}")
        self._circuit.fault(fault, now_ms)
        if fault == "impact":
            self._column.strike(happening, severity, now_ms)
        self._held[happening] = (fault, severity)
        self._lookout.begin(happening, fault, severity, now_ms)
        self._held_changed(now_ms)

    def clear(self, happening: int, now_ms: int) -> None:
        """The fault of *happening* ends.  Raises KeyError when it was never injected."""
        fault, _severity = self._held.pop(happening)
        if fault == "impact":
            self._column.leave(happening, now_ms)
        self._lookout.end(happening, now_ms)
        self._held_changed(now_ms)

    def curve(self, levels: Iterable[int]) -> list[tuple[int, float, float]]:
        """What a technician measures at commissioning, for each of *levels* (%): (level, watts, power factor).

        It is the pole's own lamp through its own meter, warm, at 240 V and 25 C, without faults, as the mean of ten
        readings.  Raises ValueError where there is no meter.
        """
        if self._meter is None:
            raise ValueError(f"the pole {self.name} has no meter to measure a curve with")
        return self._meter.curve(self._model, levels)

    # -- its state

    def mains(self, now_ms: int) -> float:
        """Voltage (V) at the pole; 0 while it has no mains."""
        return self._supply.volts(now_ms, self._faults)

    @property
    def powered(self) -> bool:
        """Whether the pole has mains, and so whether its node runs."""
        return not self._faults.mains_lost

    @property
    def excused(self) -> bool:
        """Whether darkness is not the firmware's doing: no mains, or an injected fault of lamp, relay or gear."""
        return self._faults.mains_lost or self._faults.of_the_light

    def light(self, now_ms: int) -> float:
        """Light, 0 to 1 of the rated light, without the start-up of the driver (under half a second) or of an arc.

        At low levels it is a little more than the level, because LEDs are more efficient at a low current.
        """
        if self._faults.restless:
            return self._full_light * self._circuit.light_part(self._faults, now_ms)
        return self._light

    def hours(self, now_ms: int) -> float:
        """Hours the lamp has burnt."""
        return self._hours.at(now_ms)

    # -- what it senses; *now_ms* must not lie before the last change

    def sense(self, now_ms: int) -> Sense:
        """What every part senses at *now_ms*."""
        volts, amperes, watts, factor = self.electricity(now_ms)
        present = self._faults
        daylight = self._photocell.daylight(present, now_ms)
        celsius = self._enclosure.celsius(self._air_c(now_ms), daylight, self._warmth.at(now_ms), now_ms)
        return Sense(
            volts, amperes, watts, factor, self._enclosure.read(celsius, now_ms),
            self._photocell.read(present, daylight, self.light(now_ms), now_ms),
            self._column.acceleration_g(now_ms), self.door_open, self._leak.read(present, now_ms), self.gear_answers,
        )  # fmt: skip

    def electricity(self, now_ms: int) -> Electricity:
        """What the meter shows; nothing without mains or meter."""
        self._lookout.look(now_ms)
        present = self._faults
        if self._meter is None or present.mains_lost:
            return NOTHING
        flow = self._flow(present, now_ms)
        if now_ms - self._circuit.energised_ms < METER_WINDOW_MS:
            flow = led.with_inrush(flow)
        return self._meter.show(flow, present, now_ms)

    @property
    def meter_frozen(self) -> bool:
        """Whether the meter repeats its last frame."""
        return self._faults.meter_frozen > 0.0

    def temperature(self, now_ms: int) -> float:
        """What the thermometer in the node's enclosure shows (C)."""
        self._lookout.look(now_ms)
        return self._enclosure.read(self._celsius(now_ms), now_ms)

    def lux(self, now_ms: int) -> float:
        """Light as the photocell shows it (lux)."""
        self._lookout.look(now_ms)
        daylight = self._photocell.daylight(self._faults, now_ms)
        return self._photocell.read(self._faults, daylight, self.light(now_ms), now_ms)

    def acceleration_g(self, now_ms: int) -> tuple[float, float, float]:
        """Acceleration at rest along x, y and z (g)."""
        return self._column.acceleration_g(now_ms)

    def shock_g(self, from_ms: int, to_ms: int) -> float:
        """Highest deviation from 1 g after *from_ms* and up to *to_ms*."""
        return self._column.shock_g(from_ms, to_ms)

    @property
    def door_open(self) -> bool:
        """Whether the door of the cabinet stands open."""
        return self._faults.door_open > 0.0

    def leakage_a(self, now_ms: int) -> float:
        """What flows to earth, as the residual-current monitor shows it (A)."""
        return self._leak.read(self._faults, now_ms)

    @property
    def gear_answers(self) -> bool:
        """Whether the driver answers on its DALI port: it must have mains for that."""
        return self._circuit.live and not self._faults.gear_comm_lost

    # -- when its faults can be seen

    def observable_ms(self, happening: int) -> int | None:
        """First moment at which the pole could sense the fault of *happening*; None: not yet, or never."""
        return self._lookout.seen_ms(happening)

    def end_observable_ms(self, happening: int) -> int | None:
        """First moment at which the pole could sense that the fault of *happening* is gone; None: not yet, or never."""
        return self._lookout.seen_gone_ms(happening)

    def _held_changed(self, now_ms: int) -> None:
        self._faults = faults.combined(self._held)
        self._lookout.settle(self._held)
        self._settle(now_ms)

    def _settle(self, now_ms: int) -> None:
        """Takes over the inputs as they are at *now_ms*."""
        present, circuit = self._faults, self._circuit
        circuit.settle(present, now_ms)
        lit = circuit.lit(present, now_ms)
        current = circuit.output * (1.0 if present.cycling else lit)
        self._hours.settle(current > 0.0, now_ms)
        self._full_light = (
            self._model.light(circuit.output) * led.light_left(self._hours.at(now_ms)) * self._model.light_kept
        )
        self._light = self._full_light * lit
        self._warmth.follow(current, now_ms)
        self._enclosure.settle(present, now_ms)
        self._column.settle(present)
        self._lookout.look(now_ms)

    def _flow(self, present: faults.Faults, now_ms: int) -> Electrical:
        """What flows at *now_ms* under the faults *present*, free of noise."""
        volts = self._supply.volts(now_ms, present)
        return self._circuit.flow(present, volts, self._warmth.at(now_ms), self._air_c(now_ms), now_ms)

    def _air_c(self, now_ms: int) -> float:
        return self._weather.air_c(now_ms) + self._enclosure.cold_k(now_ms)

    def _celsius(self, now_ms: int) -> float:
        daylight = self._photocell.daylight(self._faults, now_ms)
        return self._enclosure.celsius(self._air_c(now_ms), daylight, self._warmth.at(now_ms), now_ms)
