"""The result of a street's run as values, without its chips: reports and pictures are made of it.

A process can send it, and the results of parts of a street are joined to that of the whole.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from simulator.report.darkness import Darkness
from simulator.report.detection import Detection, Event, judge
from simulator.report.flash import FlashUse, use_of
from simulator.report.night import NightLog
from simulator.run_time import RunTime
from simulator.scenario.happening import Scenario
from simulator.street.street import Street

Sight = tuple[int | None, int | None]  # when a fault, and its end, could first be sensed: ms of the run; None: never
UNSEEN: Sight = (None, None)


@dataclass
class StreetResult:
    """``log`` is of the light that the lamps gave, ``told`` of the levels that the poles reported.

    ``events`` are those of the record with the moment at which each was heard (ms of the run), in that order.
    ``sights`` are by the number of the happening and its pole; what could not be sensed is left out.
    """

    failures: list[str]
    messages: int
    bytes: int
    steps: int
    reported: int
    resets: Counter[str]
    acks: Counter[str]
    max_heap: int | None
    flash: list[FlashUse]
    darkness: Darkness
    log: NightLog
    told: NightLog
    events: list[tuple[int, Event]]
    sights: dict[tuple[int, str], Sight]

    def join(self, other: StreetResult) -> None:
        """Adds the result of other poles, which stand behind these in the site."""
        self.failures += other.failures
        self.messages += other.messages
        self.bytes += other.bytes
        self.steps += other.steps
        self.reported += other.reported
        self.resets += other.resets
        self.acks += other.acks
        self.max_heap = max(self.max_heap or 0, other.max_heap or 0) or None
        self.flash += other.flash
        self.darkness.join(other.darkness)
        self.log.join(other.log)
        self.told.join(other.told)
        self.events = sorted([*self.events, *other.events], key=lambda heard: heard[0])
        self.sights |= other.sights

    def detection(self, scenario: Scenario, time: RunTime) -> Detection:
        """The poles' reports compared with the expectations of *scenario*."""
        events = [event for _ms, event in self.events]
        sighted = lambda number, pole: self.sights.get((number, pole), UNSEEN)  # noqa: E731
        return judge(scenario.happenings, events, sighted, time, round(scenario.hours * 3_600_000))


def result_of(street: Street) -> StreetResult:
    """The result of *street*, which has been run."""
    recorder, stages = street.recorder, street.poles.values()
    sights = {
        (happening.number, name): sight
        for happening in street.scenario.happenings
        for name in street.poles
        if name in happening.places and (sight := street.sighted(happening.number, name)) != UNSEEN
    }
    return StreetResult(
        failures=street.failures(),
        messages=recorder.messages,
        bytes=recorder.bytes,
        steps=sum(stage.pole.steps for stage in stages),
        reported=sum(1 for kinds in recorder.reported.values() if kinds),
        resets=street.resets(),
        acks=recorder.acks,
        max_heap=street.max_heap(),
        flash=[use_of(stage.pole.flash) for stage in stages],
        darkness=street.darkness,
        log=street.log,
        told=street.told,
        events=list(zip(recorder.heard_ms, recorder.events, strict=True)),
        sights=sights,
    )
