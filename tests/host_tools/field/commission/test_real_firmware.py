"""The real firmware, on both engines, commissioned over its console: no part of the pole is a stand-in."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from threading import Semaphore, Thread
from typing import Any, NamedTuple

import pytest

from host_tools.field.commission import Outcome, Visit, commission
from host_tools.field.commission.expected import Type
from host_tools.field.console_client import Service
from pole.health.persistence import CURVE
from simulator.street.street import Street
from tests.simulator.streets import MINUTE_MS, NIGHT, live, stored, watch_light

BEGIN_MS = 40 * MINUTE_MS  # the lamp is warm by then
GLANCE_MS = 50
NAME = "P0001"


class ConsolePort:
    """The console of a pole in a street as a port: a read without data lets the street run on for a moment.

    Laptop and street take turns, on a thread each, so simulated time stands still while the laptop thinks.
    """

    def __init__(self, street: Street, visit: Callable[[ConsolePort], None]) -> None:
        self._kernel = street.kernel
        self._pole = street.poles[NAME].pole
        self._laptops, self._streets = Semaphore(0), Semaphore(0)
        self._taken = 0
        self._out = b""
        self._done = False
        self.error: BaseException | None = None

        def work() -> None:
            self._laptops.acquire()
            try:
                self._taken = len(self._pole.printed.encode())
                visit(self)
            except BaseException as error:
                self.error = error
            self._done = True
            self._streets.release()

        self._thread = Thread(target=work, daemon=True)
        self._kernel.at(BEGIN_MS, self._begin)

    def _begin(self) -> None:
        self._thread.start()
        self._turn()

    def _turn(self) -> None:
        self._laptops.release()
        self._streets.acquire()
        if not self._done:
            self._kernel.at(self._kernel.now_ms + GLANCE_MS, self._turn)

    def monotonic(self) -> float:
        return self._kernel.now_ms / 1000

    @property
    def in_waiting(self) -> int:
        return len(self._out)

    def read(self, size: int = 1) -> bytes:
        if size and not self._out:
            self._streets.release()
            self._laptops.acquire()
            said = self._pole.printed.encode()
            self._out, self._taken = said[self._taken :], len(said)
        data, self._out = self._out[:size], self._out[size:]
        return data

    def write(self, data: bytes) -> int:
        self._pole.type(data)
        return len(data)

    def close(self) -> None:
        pass


class Visited(NamedTuple):
    outcomes: dict[str, Outcome]
    visit: Visit
    seconds: float
    darkest: float
    curve: Any
    reference: list[tuple[int, float, float]]
    failures: list[str]


@cache
def visited(engine: str) -> Visited:
    found: dict[str, Any] = {}

    def begin(street: Street) -> None:
        site, pole = street.site, street.site.pole(NAME)
        kind = site.luminaires[pole.luminaire]

        def tried(port: ConsolePort) -> None:
            service = Service(port, NAME, None, port.monotonic)
            place = (pole.latitude, pole.longitude)
            wall = lambda: street.time.start_unix + street.kernel.now_ms / 1000  # noqa: E731
            visit = Visit(service, service.hello(), Type.of(kind), place, wall=wall)
            begin_s = port.monotonic()
            found["outcomes"] = {outcome.name: outcome for outcome in commission(visit)}
            found["visit"], found["seconds"] = visit, port.monotonic() - begin_s

        found["port"], found["light"] = ConsolePort(street, tried), watch_light(street)

    lived = live(0.75, poles=1, start=NIGHT, begin=begin, engine=engine)
    if found["port"].error:
        raise found["port"].error
    stage = lived.street.poles[NAME]
    levels = [point[0] for point in found["visit"].type.points]
    return Visited(
        found["outcomes"], found["visit"], found["seconds"],
        min(light for ms, light in found["light"][NAME] if ms >= BEGIN_MS),
        json.loads(stored(stage.pole.flash).read(CURVE) or b"null"), stage.plant.curve(levels), lived.street.failures(),
    )  # fmt: skip


@pytest.mark.parametrize("engine", ["cpython", "micropython"])
def test_every_check_passes_and_the_lamp_stays_lit(engine: str) -> None:
    there = visited(engine)
    wrong = {
        name: [(figure.bound.name, figure.value) for figure in outcome.figures if not figure.good] + list(outcome.notes)
        for name, outcome in there.outcomes.items()
        if outcome.result != "pass"
    }
    assert wrong == {}
    assert there.darkest >= 0.1
    assert there.seconds < 60
    assert there.failures == []


@pytest.mark.parametrize("engine", ["cpython", "micropython"])
def test_the_pole_keeps_its_lamps_own_curve(engine: str) -> None:
    there = visited(engine)
    assert [tuple(point[:3]) for point in there.curve] == there.visit.stored
    assert [point[0] for point in there.curve] == [10, 25, 50, 75, 100]
    for (_level, milliwatts, _factor, as_new), (_, watts, _pf) in zip(there.curve, there.reference, strict=True):
        assert abs(milliwatts / 1000 - watts) < 0.01 * watts
        assert as_new == milliwatts
