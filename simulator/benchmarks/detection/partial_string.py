"""Finds how small a loss of light is detected: a string open, at full level and at 30 %.

An evening with the largest variation of the mains; the string opens when the lamp has been on for an hour or more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from host_tools.site.model import SwitchPoint
from simulator.benchmarks.detection.night_times import Night
from simulator.benchmarks.detection.pole_run import live
from simulator.benchmarks.detection.population import Life, settings_of
from simulator.benchmarks.detection.random_stream import Draw
from simulator.benchmarks.detection.score import DIYA, RIVAL
from simulator.report.detection import LATE_MS, Event
from simulator.run_time import RunTime
from simulator.scenario.happening import Happening

SEVERITIES = (0.05, 0.08, 0.10, 0.12, 0.15, 0.20, 0.30, 0.50)
LEVELS = (100, 30)
NAMES = {"lampPowerTooLow", "lampFailure"}
EVENING = timedelta(hours=6)  # after noon
MINUTE_MS = 60_000
LENGTH_MS = 150 * MINUTE_MS


@dataclass(frozen=True)
class Trial:
    """One string open on the pole of *life*."""

    life: Life
    level: int
    severity: float


def trials(lives: list[Life], each: int) -> list[Trial]:
    """*each* trials of every level and severity, on the commissioned of *lives* with plain LEDs in turn."""
    usable = [life for life in lives if life.commissioned and life.technology == "led, constant power"]
    wanted = [(level, severity) for level in LEVELS for severity in SEVERITIES for _ in range(each)]
    return [Trial(usable[number % len(usable)], level, severity) for number, (level, severity) in enumerate(wanted)]


def found(seed: int, trial: Trial) -> dict[str, bool]:
    """Whether it was found, by either."""
    life = trial.life
    programme = life.site.programme
    points = (SwitchPoint("12:00", trial.level, 0),)
    site = replace(life.site, programmes={programme: points})
    life = replace(life, site=site, start=life.start + EVENING, constant_light=())
    time = RunTime(int(life.start.timestamp()), site.timezone)
    draw = Draw(seed, life.pole.name, "string", str(trial.level), str(trial.severity))
    at_ms = round(draw.between(60, 100) * MINUTE_MS)
    until_ms = at_ms + 20 * MINUTE_MS
    wobble = Happening(1, "mains_wobble", 0, None, (life.pole.name,), None, False, 1.0, (), (), None)
    string = replace(wobble, number=2, kind="string_open", at_ms=at_ms, until_ms=until_ms, severity=trial.severity)
    night = Night(0, LENGTH_MS, 0, LENGTH_MS, 0, LENGTH_MS, ())
    lived = live(seed, life, settings_of(life), [night], [wobble, string])

    def named(events: list[Event]) -> bool:
        return any(
            event.starts and event.event_type in NAMES and at_ms <= time.ms(event.timestamp) <= until_ms + LATE_MS
            for event in events
        )

    return {DIYA: named(lived.diya), RIVAL: named(lived.rival)}
