"""Finds when each fault of one pole becomes observable, and when its end does."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import NamedTuple

from simulator.happenings import act
from simulator.plant import observable as seen_by
from simulator.plant.circuit import Circuit
from simulator.plant.column import SHOCK_G, TILT
from simulator.plant.daylight import Photocell
from simulator.plant.enclosure import OVERHEAT_K, Enclosure
from simulator.plant.faults import Faults, Held, combined
from simulator.plant.leak import LEAK_A
from simulator.plant.meter import NOISY, MeterType
from simulator.plant.observable import PART, SHOWS_IN, Sighting
from simulator.plant.senses import Electrical


class _Watch(NamedTuple):
    """One fault that is looked out for: the pole with it, its twin without it."""

    happening: int
    sighting: Sighting
    shows_in: str
    one: Faults
    twin: Faults


class Lookout:
    """*parts* are the tables of the pole's board.

    *flow* gives what flows under given faults, free of noise, *celsius* the temperature in the enclosure, *light* the
    lamp's light, 0 to 1.
    """

    def __init__(
        self,
        parts: Collection[str],
        circuit: Circuit,
        photocell: Photocell,
        enclosure: Enclosure,
        meter: MeterType,
        flow: Callable[[Faults, int], Electrical],
        celsius: Callable[[int], float],
        light: Callable[[int], float],
    ) -> None:
        self._open: list[_Watch] = []
        self._parts = parts
        self._circuit = circuit
        self._photocell = photocell
        self._meter = meter
        self._flow = flow
        self._enclosure = enclosure
        self._celsius = celsius
        self._light = light
        self._sightings: dict[int, Sighting] = {}
        self._slept: list[Sighting] = []  # faults during which the node had no power: it detects them afterwards
        self._live = True
        self._looked_ms = self._asked_ms = -1

    def begin(self, happening: int, fault: str, severity: float, now_ms: int) -> None:
        """*fault* begins because of *happening*."""
        self._sightings[happening] = Sighting(fault, severity, now_ms)

    def end(self, happening: int, now_ms: int) -> None:
        """The fault of *happening* is over."""
        sighting = self._sightings[happening]
        sighting.cleared_ms = now_ms
        if SHOWS_IN.get(sighting.fault) == act.MAINS and "supply" not in self._parts:
            self._slept.append(sighting)

    def seen_ms(self, happening: int) -> int | None:
        """When the fault of *happening* could first be sensed; None: not yet, or never."""
        return self._sightings[happening].observable_ms if happening in self._sightings else None

    def seen_gone_ms(self, happening: int) -> int | None:
        """The same of its end."""
        return self._sightings[happening].end_observable_ms if happening in self._sightings else None

    def settle(self, held: Held) -> None:
        """Take *held*, the pole's present faults: makes a twin for each fault that is still to be observed."""
        self._open = []
        self._live = not combined(held).mains_lost
        for happening, sighting in self._sightings.items():
            shows_in = SHOWS_IN.get(sighting.fault, "")
            if shows_in == act.MAINS and "supply" not in self._parts:
                continue
            part = PART.get(shows_in)
            looked_for = sighting.open or (sighting.cleared_ms is None and self._glimpsed(sighting))
            if looked_for and shows_in and (part is None or part in self._parts):
                there = {**held, happening: (sighting.fault, sighting.severity)}
                gone = {number: fault for number, fault in held.items() if number != happening}
                self._open.append(_Watch(happening, sighting, shows_in, combined(there), combined(gone)))
        self._asked_ms = -1

    def look(self, now_ms: int) -> None:
        """Notes which faults the pole can sense at *now_ms*."""
        if self._slept and self._live:
            for sighting in self._slept:
                sighting.observable_ms = sighting.end_observable_ms = now_ms
            self._slept = []
        if not self._open or now_ms == self._asked_ms:
            return
        self._looked_ms = self._asked_ms = now_ms
        settled = False
        for watch in self._open:
            sighting = watch.sighting
            if not self._seen(watch, now_ms):
                if self._glimpsed(sighting):
                    sighting.observable_ms = None
            elif sighting.open:
                sighting.seen(now_ms)
            settled = settled or not (sighting.open or self._glimpsed(sighting))
        if settled:
            self._open = [watch for watch in self._open if watch.sighting.open or self._glimpsed(watch.sighting)]

    def _glimpsed(self, sighting: Sighting) -> bool:
        """Whether it was first seen less than a minute ago, in what comes and goes with the lamp's relay and level."""
        if sighting.cleared_ms is not None or sighting.observable_ms is None:
            return False
        steady = SHOWS_IN[sighting.fault] in (act.POWER, act.POWER_FACTOR) and sighting.fault not in seen_by.FITFUL
        return steady and self._looked_ms - sighting.observable_ms < seen_by.GLIMPSE_MS

    def _seen(self, watch: _Watch, now_ms: int) -> bool:
        one, twin, shows_in = watch.one, watch.twin, watch.shows_in
        if shows_in == act.MAINS:
            return one.mains_lost != twin.mains_lost
        if one.mains_lost:
            return False  # so has its twin, and no node runs
        if shows_in in (act.POWER, act.VOLTAGE, act.POWER_FACTOR):
            return self._meter_shows(shows_in, one, twin, now_ms)
        if shows_in == act.FRAMES:
            since_ms = watch.sighting.injected_ms if watch.sighting.cleared_ms is None else watch.sighting.cleared_ms
            return now_ms > since_ms
        if shows_in == act.HEAT:
            return self._hot(watch, now_ms)
        if shows_in == act.SKY:
            seen_ms = None if watch.sighting.cleared_ms is None else watch.sighting.observable_ms
            if seen_ms is not None and not self._photocell.proves_itself(now_ms, seen_ms):
                return False
            light, impossible = self._light(now_ms), self._photocell.impossible
            return impossible(one, light, now_ms) and not impossible(twin, light, now_ms)
        if shows_in == act.GEAR:
            return self._circuit.contact(one) and one.gear_comm_lost > 0.0 and not twin.gear_comm_lost
        if shows_in == act.DOOR:
            return one.door_open > 0.0 and not twin.door_open
        if shows_in == act.LEAK:
            return LEAK_A * (one.leakage - twin.leakage) > seen_by.LEAKAGE_A
        if shows_in == act.LEAN:
            return TILT * (one.tilt - twin.tilt) > seen_by.TILT
        return SHOCK_G * one.impact > seen_by.SHOCK_G >= SHOCK_G * twin.impact

    def _meter_shows(self, shows_in: str, one: Faults, twin: Faults, now_ms: int) -> bool:
        if one.meter_frozen > 0.0:
            return False
        noisy = 1.0 + NOISY * one.meter_noise
        flows, twin_flows = self._flow(one, now_ms), self._flow(twin, now_ms)
        if shows_in == act.POWER:
            return seen_by.power_differs(flows, twin_flows, self._meter, noisy)
        if shows_in == act.VOLTAGE:
            return seen_by.voltage_differs(flows, twin_flows, self._meter, noisy)
        return seen_by.factor_differs(flows, twin_flows)

    def _hot(self, watch: _Watch, now_ms: int) -> bool:
        celsius, added = self._celsius(now_ms), self._enclosure.overheat_k(now_ms)
        if watch.sighting.cleared_ms is None:
            return celsius > seen_by.HOT_C >= celsius - added + OVERHEAT_K * watch.twin.overheat
        return celsius - added + OVERHEAT_K * watch.one.overheat > seen_by.HOT_C >= celsius
