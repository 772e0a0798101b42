"""Watches the poles of a street while a trial runs, and returns their courses."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

from host_tools.site.model import Site
from host_tools.wire.from_pole import Ack, Event, Presence, read
from host_tools.wire.topics import Topic
from pole.wire import contract
from simulator.benchmarks.stress.course import Course, Heard, thinned
from simulator.network.endpoint import SOCK_STREAM, Endpoint
from simulator.street.journal_reader import journalled
from simulator.street.street import Street, StreetPole


class Watch:
    """Of *street*, before it runs, a part of *site* or all of it; ``finish`` is called when it has run.

    ``told`` is called with each ack and presence of a pole, as the city has it: by it a trial answers as the city does.
    ``broker`` is the address of a real broker, "" with the model; ``ends`` is called back when the run is over.
    ``sent``: bytes of configurations that the trial published; ``recorded``: names of the events in its record.
    """

    def __init__(self, street: Street, site: Site, broker: str = "") -> None:
        self.street = street
        self.site = site
        self.broker = broker
        self.ends = ExitStack()
        self.sent = 0
        self.recorded: set[str] = set()
        self.courses = {name: Course(name) for name in street.poles}
        self.told: Callable[[str, Ack | Presence], None] = lambda pole, said: None
        self._connect = street.network.connect
        street.network.connect = self._connecting  # type: ignore[method-assign]
        street.recorder.follow = self._heard
        for name, stage in street.poles.items():
            course = self.courses[name]
            stage.follow = partial(self._shines, stage, course)
            stage.pole.flash.on_program = partial(self._programs, course)

    def _now(self) -> int:
        return self.street.kernel.now_ms

    def _connecting(self, pole: str, kind: int, address: str, port: int, changed: Callable[[], None]) -> Endpoint:
        endpoint = self._connect(pole, kind, address, port, changed)
        if kind == SOCK_STREAM:
            self.courses[pole].attempts.append(self._now())
        return endpoint

    def _shines(self, stage: StreetPole, course: Course, light: float) -> None:
        now = self._now()
        course.light.append((now, round(100 * light, 2)))
        closed, dim = stage.wiring.outputs()
        level = round(100 * dim, 2) if closed and stage.plant.powered else 0.0
        if not course.dim or course.dim[-1][1] != level:
            course.dim.append((now, level))

    def _programs(self, course: Course) -> None:
        now = self._now()
        if not course.programmed or course.programmed[-1] != now:
            course.programmed.append(now)

    def _heard(self, where: Topic, payload: bytes) -> None:
        course = self.courses.get(where.pole)
        if course is None:
            return
        now = self._now()
        if where.kind == contract.CONFIG:
            course.configs.append(now)
        if not where.from_pole:
            return
        said = read(where, payload)
        if not (isinstance(said, Presence) and not said.online):  # the broker's word, its last will
            course.messages[now // 1000] += 1
            course.bytes += len(payload)
        if isinstance(said, Presence):
            if said.online:
                course.online.append(now)
            self.told(where.pole, said)
        elif isinstance(said, Ack):
            course.acks.append(Heard(now, f"{said.sender} {said.n}", said.reason or said.outcome))
            self.told(where.pole, said)
        elif isinstance(said, Event):
            course.events.append(Heard(now, f"{said.epoch}-{said.sequence}", said.type))

    def finish(self) -> list[Course]:
        """The courses of all poles, in the order of the site."""
        for name, stage in self.street.poles.items():
            course = self.courses[name]
            course.light, course.dim = thinned(course.light), thinned(course.dim)
            course.resets = dict(stage.pole.resets)
            course.failures = list(stage.pole.failures)
            course.journal = [f"{epoch}-{sequence}" for epoch, sequence in journalled(stage.pole.flash)]
        return list(self.courses.values())
