"""A trial: what happens to the poles, and what is read from their courses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.benchmarks.stress.course import Course
from simulator.benchmarks.stress.watch import Watch
from simulator.network.impaired import Impairment
from simulator.scenario.happening import Happening

MODELLED, MOSQUITTO = "modelled network", "Mosquitto"


@dataclass(frozen=True)
class Run:
    """A trial that was run on *network*; ``known`` has what a real broker's trial found beside the courses."""

    network: str
    courses: list[Course]
    wall_s: float
    known: Mapping[str, Any] = field(default_factory=dict)

    @property
    def poles(self) -> int:
        return len(self.courses)

    @property
    def attempts(self) -> list[int]:
        """When any pole began a connection to its broker."""
        return [ms for course in self.courses for ms in course.attempts]

    @property
    def sessions(self) -> list[int]:
        """When the city had the presence of any pole."""
        return [ms for course in self.courses for ms in course.online]

    @property
    def raised(self) -> int:
        """Events on the flash of all poles."""
        return sum(len(course.journal) for course in self.courses)

    @property
    def missing(self) -> int:
        """Those of them that the city never had."""
        return sum(len(course.missing) for course in self.courses)

    def acked(self, name: str, since: int) -> list[int | None]:
        """Milliseconds from *since* until the city had the ack *name* of each pole."""
        return [ack.ms - since if (ack := course.ack(name)) else None for course in self.courses]


@dataclass(frozen=True)
class Verdict:
    """One sentence on a bound, and whether it holds."""

    holds: bool
    sentence: str


def _nothing(watch: Watch) -> None:
    pass


@dataclass(frozen=True)
class Trial:
    """``start`` is local time, ``length_s`` how long the run takes and ``zero_s`` when it begins to count, which is
    ``zero`` in words; ``speed``: simulated seconds in a second with a real broker.

    ``happenings`` are those of the poles given to it; ``act`` makes the rest happen; ``after`` gives what becomes
    ``Run.known``.  ``rates`` and ``curves`` are what its picture shows, by name: moments and durations in ms
    from zero.
    """

    name: str
    title: str
    start: str
    length_s: int
    zero_s: int
    zero: str
    figures: Callable[[Run], list[tuple[str, str]]]
    verdict: Callable[[Run], list[Verdict]]
    rates: Callable[[Run], dict[str, list[int]]]
    curves: Callable[[Run], dict[str, list[int | None]]]
    happenings: Callable[[tuple[str, ...]], tuple[Happening, ...]] = lambda poles: ()
    act: Callable[[Watch], None] = _nothing
    after: Callable[[Watch], dict[str, Any]] = lambda watch: {}
    settings: Mapping[str, Any] = field(default_factory=dict)
    impairment: Impairment | None = None
    speed: float = 2.0

    @property
    def zero_ms(self) -> int:
        return self.zero_s * 1000

    @property
    def end_ms(self) -> int:
        return self.length_s * 1000


def happening(number: int, kind: str, from_s: float, to_s: float | None, poles: tuple[str, ...]) -> Happening:
    """A happening of *kind* to *poles*, at its full severity; nothing is expected of it."""
    until = None if to_s is None else round(to_s * 1000)
    return Happening(number, kind, round(from_s * 1000), until, poles, None, False, 1.0, (), (), None)
