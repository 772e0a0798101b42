"""Plays a scenario: makes each happening begin and end in the kernel's time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from host_tools.site.model import Site
from host_tools.wire import commands, envelope
from pole.wire import contract
from simulator.happenings import flood
from simulator.kernel import Kernel
from simulator.plant import faults
from simulator.plant.pole import PolePlant
from simulator.scenario.happening import Happening, Order, Scenario
from simulator.street.pole_runner import VirtualPole
from simulator.street.troubles import FLASH, MET, PARTS, RTC_STOPPED, RTC_WRONG
from simulator.street.wiring import Wiring

SENDER = "scenario"
FLOODS = ("mqtt_flood", "console_flood")
DRIFT_PPM = 10_000  # that a clock gains at severity 1.0
FLOOD = 20  # messages, or lines on the console, of a flood at severity 1.0 ...
FLOOD_MS = 10_000  # ... and how often they come
OFF_MS = 1000  # a pole that is restarted to lose something is without power for this long


class Stage(Protocol):
    """One pole as the player handles it."""

    plant: PolePlant
    wiring: Wiring
    pole: VirtualPole

    def power(self) -> None:
        """Starts or ends the pole's firmware as its mains has it, and tells what became of its light."""


class Surroundings(Protocol):
    """What is around the poles: broker, network and time server."""

    def broker(self, running: bool) -> None:
        """Starts the broker, or kills it."""

    def reach(self, pole: str, reachable: bool) -> None:
        """The pole's access point is in reach, or not."""

    def time_served(self, pole: str, served: bool) -> None:
        """The time server answers this pole, or not."""

    def publish(self, topic: str, payload: bytes) -> None:
        """The city sends a command."""


class Player:
    """Plays *scenario* on the poles of *stages*."""

    def __init__(
        self,
        kernel: Kernel,
        scenario: Scenario,
        site: Site,
        stages: Mapping[str, Stage],
        around: Surroundings,
        unix_ms: Callable[[], int],
    ) -> None:
        self._kernel = kernel
        self._site = site
        self._stages = stages
        self._around = around
        self._unix_ms = unix_ms
        self._down = 0  # happenings that keep the broker down
        self._on: dict[tuple[str, str], dict[int, float]] = {}  # {(kind, pole): {happening: severity}}
        self._flooded: dict[str, int] = {}  # messages so far, by pole
        for happening in scenario.happenings:
            if happening.severity == 0.0 and happening.kind not in (*faults.NAMES, "command"):
                continue  # nothing of it
            if happening.kind in PARTS:  # an engine has to know from its start that calls may raise
                for name in happening.poles:
                    stages[name].pole.loud = True
            kernel.at(happening.at_ms, self._call(self._begin, happening))
            if happening.over_ms is not None:
                kernel.at(happening.over_ms, self._call(self._end, happening))

    def _call(self, action: Callable[[Happening], None], happening: Happening) -> Callable[[], None]:
        return lambda: action(happening)

    def _begin(self, happening: Happening) -> None:
        if happening.kind == "broker_down":
            self._down += 1
            self._around.broker(False)
        elif happening.kind == "command" and happening.order:
            self._command(happening, happening.order)
        else:
            for name in happening.poles:
                self._begin_on(happening, name)

    def _end(self, happening: Happening) -> None:
        if happening.kind == "broker_down":
            self._down -= 1
            if not self._down:
                self._around.broker(True)
        else:
            for name in happening.poles:
                self._end_on(happening, name)

    def _begin_on(self, happening: Happening, name: str) -> None:
        stage = self._stages[name]
        if happening.kind in faults.NAMES:
            stage.plant.inject(happening.number, happening.kind, happening.severity, self._kernel.now_ms)
            stage.power()
        elif happening.kind == "data_corrupt":
            stage.pole.power_off()
            stage.pole.flash.corrupt(happening.number)
            self._kernel.after(OFF_MS, stage.power)
        elif happening.kind == RTC_WRONG:
            stage.pole.power_off()
            if stage.wiring.clock:
                stage.wiring.clock.jump(happening.seconds)
            self._kernel.after(OFF_MS, stage.power)
        elif happening.kind in MET:
            stage.pole.troubles.begin(happening.number, happening.kind, happening.seconds)
            self._protect(stage)
        else:
            held = self._on.setdefault((happening.kind, name), {})
            held[happening.number] = happening.severity
            self._put_on(happening.kind, name, max(held.values()))
            if happening.kind == "clock_lost":
                self._lose_time(stage)
            elif happening.kind in FLOODS and len(held) == 1:
                self._flood(happening.kind, name)

    def _end_on(self, happening: Happening, name: str) -> None:
        if happening.kind in faults.NAMES:
            self._stages[name].plant.clear(happening.number, self._kernel.now_ms)
            self._stages[name].power()
        elif happening.kind in MET:
            stage = self._stages[name]
            stage.pole.troubles.end(happening.number, happening.kind)
            self._protect(stage)
        else:
            held = self._on[happening.kind, name]
            del held[happening.number]
            self._put_on(happening.kind, name, max(held.values(), default=0.0))

    def _put_on(self, kind: str, name: str, severity: float) -> None:
        """The pole called *name* now has *kind*, which is nothing of the plant, by *severity*; 0: no longer."""
        stage = self._stages[name]
        if kind == "network_outage":
            self._around.reach(name, severity == 0.0)
        elif kind == "names_unanswered":
            stage.pole.names_served = severity == 0.0
        elif kind == "clock_lost":
            self._around.time_served(name, severity == 0.0)
        elif kind == "memory_short":
            stage.wiring.chip.dram.short = severity > 0.0
        elif kind == RTC_STOPPED:
            if stage.wiring.clock:
                stage.wiring.clock.stop(severity > 0.0)
        elif kind == "clock_drift":
            ppm = round(DRIFT_PPM * severity)
            stage.pole.drift(ppm)
            if stage.wiring.clock:
                stage.wiring.clock.drift(ppm)

    def _protect(self, stage: Stage) -> None:
        """The flash takes what is written, or not."""
        pole = stage.pole
        pole.flash.protected = pole.troubles.fails(FLASH)
        pole.flash.on_program = lambda: pole.troubles.meet(FLASH, pole.troubles.fails(FLASH))

    def _flood(self, kind: str, name: str) -> None:
        """Sends the next messages of a flood, and goes on while there is one."""
        severity = max(self._on[kind, name].values(), default=0.0)
        if not severity:
            return
        for _ in range(round(FLOOD * severity)):
            number = self._flooded[name] = self._flooded.get(name, 0) + 1
            if kind == "mqtt_flood":
                topic = contract.topic(self._site.root, self._site.name, name, contract.COMMAND)
                self._around.publish(topic, flood.message(number))
            else:
                self._stages[name].pole.type(flood.line(number))
        self._kernel.after(FLOOD_MS, lambda: self._flood(kind, name))

    def _lose_time(self, stage: Stage) -> None:
        stage.pole.power_off()
        if stage.wiring.clock:
            stage.wiring.clock.lose()
        self._kernel.after(OFF_MS, stage.power)

    def _command(self, happening: Happening, order: Order) -> None:
        site = self._site
        if happening.everywhere:
            topics = [contract.all_topic(site.root, site.name)]
        elif happening.group:
            topics = [contract.group_topic(site.root, site.name, happening.group)]
        else:
            topics = [contract.topic(site.root, site.name, name, contract.COMMAND) for name in happening.poles]
        now_ms = self._unix_ms()
        body = commands.override(
            order.level,
            now_ms // 1000 + order.minutes * 60,
            owner=order.owner,
            reason=f"happening {happening.number}",
            ref=f"happening-{happening.number}",
            ramp_s=order.ramp_s,
        )
        for place, topic in enumerate(topics):
            n = now_ms + happening.number * 1000 + place
            self._around.publish(topic, envelope.seal(topic, SENDER, n, body))
