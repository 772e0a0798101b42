"""Simulates the nights of one pole: plant, calendar, lamp and detectors, and beside them the reference rule set.

It does what the control task does, in the same order and with the same parts, but only at the moments at which
something is due, and without other tasks.  Simplified, without effect on the results:
- a sample is read when it is asked for, not some 40 ms later; of a ramp only every full second is stepped;
- event types that no scenario expects are dropped, as the street's recorder drops them: daylightUnconfirmed, which is
   right for a pole without the time;
- in full day, without a fault near, Diya samples every five minutes instead of twice a minute;
- the reference rule set is read every 10 s around faults and while one of its conditions holds; else when Diya takes a
   sample.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pole.drivers.reading import Reading
from pole.lighting.arbiter import Arbiter
from pole.lighting.daylight import nights
from pole.lighting.lamp import Lamp
from pole.lighting.photocell import Photocell
from pole.lighting.timetable import Timetable
from simulator.benchmarks.detection import readings
from simulator.benchmarks.detection.cpd3000 import READ_MS, Cpd3000, power_profile
from simulator.benchmarks.detection.firmware_detectors import Watching
from simulator.benchmarks.detection.night_times import Night
from simulator.benchmarks.detection.pole_result import PoleResult
from simulator.benchmarks.detection.population import Life
from simulator.benchmarks.detection.sample_times import BOOT_MS, OFF_MS, actions_of, asked_ms, closeness
from simulator.happenings.kind import EVENT_TYPES
from simulator.plant import faults
from simulator.plant.mains import Feeder
from simulator.plant.pole import PolePlant
from simulator.plant.weather import Weather
from simulator.report.detection import Event
from simulator.run_time import RunTime
from simulator.scenario.happening import Happening
from simulator.street.commissioning import curve_of

NEVER = 1 << 60
STEP_MS = 1000
CALM_MS = 300_000
AFTER_MS = 1_800_000  # after the last night, for what is still being noticed
TICKS = (1 << 30) - 1


def live(
    seed: int, life: Life, settings: dict[str, Any], nights: Sequence[Night], happenings: Sequence[Happening]
) -> PoleResult:
    """Simulates *life*."""
    return PoleRun(seed, life, settings, nights, happenings).run()


class PoleRun:
    """The run of one pole."""

    def __init__(
        self, seed: int, life: Life, settings: dict[str, Any], nights: Sequence[Night], happenings: Sequence[Happening]
    ) -> None:
        self._time = time = RunTime(int(life.start.timestamp()), life.site.timezone)
        self._settings = settings
        self._hours = round(life.hours)
        self._end_ms = nights[-1].end_ms + AFTER_MS
        self._happenings = happenings
        self._actions = sorted(actions_of(happenings), key=lambda action: action[0])
        self._close = closeness(nights, happenings)
        site, pole = life.site, life.pole
        weather = Weather(site.latitude, site.longitude, seed + life.number, time)
        feeder = Feeder(pole.feeder, seed, time)
        self.plant = PolePlant(
            pole, life.luminaire, feeder, weather, seed, meter=life.meter, ageing=life.ageing, hours=life.hours
        )
        self._meter = life.meter
        self._name = pole.name
        self._now = 0
        self._ticking = 1.0  # ticks a true millisecond
        self._clocked_ms = 0  # from when on the time is known
        self._boot_ms = self._light_ms = self._sample_ms = self._rival_ms = NEVER
        self._up = False
        self._reading, self._other = Reading(), Reading()
        self._felt_ms = self._counted_ms = 0
        self._energy_mws = 0
        self._diya: list[Event] = []
        self._rival = Cpd3000(power_profile(life.luminaire), settings["supply.nominal"])
        self._timetable = Timetable(settings, lambda: None)
        self._arbiter = Arbiter()
        while self._actions and self._actions[0][0] <= 0:
            self._act(*self._actions.pop(0)[1:])
        curve = curve_of(self.plant, settings["luminaire"]) if life.commissioned else None
        self._watching = Watching(settings, curve, self._hours)
        self._boot()

    def run(self) -> PoleResult:
        """Runs all its nights."""
        actions, index = self._actions, 0
        act_ms = actions[0][0] if actions else NEVER
        while True:
            now = min(act_ms, self._boot_ms, self._light_ms, self._sample_ms, self._rival_ms)
            if now >= self._end_ms:
                break
            self._now = now
            if now == act_ms:
                self._act(*actions[index][1:])
                index += 1
                act_ms = actions[index][0] if index < len(actions) else NEVER
            elif now == self._boot_ms:
                self._boot()
            elif now == self._sample_ms:
                self._sample()
            elif now == self._rival_ms:
                self._read_rival(self._other)
            else:
                self._light()
        rival = [
            Event(f"r{number}", self._name, event_type, True, self._time.unix(ms))
            for number, (event_type, ms) in enumerate(self._rival.alarms)
        ]
        return PoleResult(self._happenings, self._diya, rival, self.plant, self._time, self._end_ms)

    # -- what happens to it

    def _act(self, happening: Happening, begins: bool) -> None:
        now, kind = self._now, happening.kind
        if kind in faults.NAMES:
            if begins:
                self.plant.inject(happening.number, kind, happening.severity, now)
            else:
                self.plant.clear(happening.number, now)
        if kind == "clock_drift":
            self._ticking = 1.0 + 0.01 * happening.severity if begins else 1.0
        elif kind == "clock_lost" and begins:
            self._clocked_ms = NEVER
            self._down()
            self._boot_ms = now + OFF_MS + BOOT_MS
        elif kind == "clock_lost":
            self._clocked_ms = asked_ms(happening.at_ms, now)
        if self.plant.powered and not self._up and self._boot_ms == NEVER:
            self._boot_ms = now + BOOT_MS
        elif not self.plant.powered:
            self._down()
        if self._up:  # close sampling begins now
            self._sample_ms = min(self._sample_ms, now + self._settings["meter.sample"] * 1000)
            self._rival_ms = min(self._rival_ms, now + READ_MS)

    def _down(self) -> None:
        """The node has no supply: its outputs are at rest, which is full light."""
        self._up = False
        self._boot_ms = self._light_ms = self._sample_ms = self._rival_ms = NEVER
        self.plant.set_outputs(True, 1.0, self._now)

    def _boot(self) -> None:
        now, settings = self._now, self._settings
        if now:
            for starts in (True, False):
                self._event("supplyLoss", starts)
            self._watching.restart()
        self._up = True
        self._boot_ms = NEVER
        self._lamp = Lamp(
            settings["lamp.minimumLevel"], settings["lamp.minimumOff"], settings["lamp.constantLightOutput"]
        )
        self._dusk = Photocell(
            settings["photocell.on"], settings["photocell.off"], settings["photocell.delay"],
            *nights(settings["latitude"]),
        )  # fmt: skip
        self._doubt = ""
        self._decision = None
        self._wanted: tuple[object, ...] = ()  # what a sample may change of the lamp
        self._level = -1
        self._sample_ms = self._light_ms = now
        self._rival_ms = NEVER
        self._rival_at = now
        self._counted_ms = self._felt_ms = now
        self._rival.restart(now)

    def _event(self, event_type: str, starts: bool) -> None:
        number = len(self._diya)
        self._diya.append(Event(f"d{number}", self._name, event_type, starts, self._time.unix(self._now)))

    # -- what it does

    def _sample(self) -> None:
        now, watching, reading, lamp = self._now, self._watching, self._reading, self._lamp
        self._energy_mws += reading.power_mw * (now - self._counted_ms) // 1000
        self._counted_ms = now
        readings.fill(reading, self._meter, self.plant.sense(now), self.plant.shock_g(self._felt_ms, now))
        reading.energy_wh = self._energy_mws // 3_600_000
        self._felt_ms = now
        ticks = self._ticks()
        dusk = self._dusk
        dusk.update(reading.lux, ticks, lamp.relay)
        clocked = now >= self._clocked_ms
        day_left = self._timetable.day_left(self._time.unix(now)) if clocked else 0
        dusk.confirm(day_left)
        self._doubt = dusk.doubt(watching.photocell_failed)
        reading.own, reading.doubt = dusk.own, bool(self._doubt)
        wait = watching.sample(reading, lamp.relay, lamp.dim, min(day_left, 1), clocked, ticks)
        for event_type, begins in watching.news(lamp.relay):
            if event_type in EVENT_TYPES:
                self._event(event_type, begins)
        closely = self._closely()
        if not closely and wait >= self._settings["meter.sample"] * 1000:
            wait = CALM_MS
        self._sample_ms = now + wait
        if now - self._rival_at >= READ_MS:
            self._read_rival(reading)
        wanted = (watching.cap, watching.probe, clocked, not clocked and dusk.dark, not clocked and self._doubt)
        if wanted != self._wanted:
            self._wanted = wanted
            self._light()

    def _read_rival(self, reading: Reading) -> None:
        now, rival, lamp = self._now, self._rival, self._lamp
        if reading is self._other:
            readings.fill(reading, self._meter, self.plant.sense(now), 0.0)
        rival.read(reading, lamp.relay, min(lamp.dim + self._watching.probe, 10000), now)
        self._rival_at = now
        self._rival_ms = now + READ_MS if rival.alert or self._closely() == 2 else NEVER

    def _light(self) -> None:
        now, lamp, watching = self._now, self._lamp, self._watching
        ticks = self._ticks()
        unix = self._time.unix(now) if now >= self._clocked_ms else None
        switch = None if unix is None else self._timetable.at(unix)
        decision = self._arbiter.decide(unix, switch, self._dusk.dark, watching.cap, ticks, self._doubt)
        if decision is not self._decision:
            lamp.aim(decision.level, decision.ramp_s if self._decision else min(decision.ramp_s, 2), ticks)
            self._decision = decision
            if decision.owner != "safety" and decision.level != self._level:
                self._level = decision.level
                self._rival.changed(decision.level > 0, now)
        wait = lamp.step(ticks, self._hours)
        self.plant.set_outputs(lamp.relay, min(lamp.dim + watching.probe, 10000) / 10000.0, now)
        self._light_ms = NEVER if wait < 0 else now + max(wait, STEP_MS)
        if switch is not None:
            self._light_ms = min(self._light_ms, max(self._time.ms(switch.until), now + STEP_MS))

    def _ticks(self) -> int:
        return int(self._now * self._ticking) & TICKS

    def _closely(self) -> int:
        """2 around what goes wrong, 1 around the night, 0 in full day."""
        spans, now = self._close, self._now
        while len(spans) > 1 and spans[1][0] <= now:
            del spans[0]
        return spans[0][1]
