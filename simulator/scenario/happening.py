"""A scenario as values: what happens, where, from when until when, and what has to be reported of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from host_tools.errors import DiyaError
from simulator.happenings.catalogue import KINDS
from simulator.scenario.call import Call


class ScenarioError(DiyaError):
    """A scenario cannot be used; ``problems`` has one sentence for each mistake, and its text is all of them."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Order:
    """What a happening of the kind ``command`` sends: ``level`` (0-100 %) for ``minutes``, reached in ``ramp_s``."""

    level: int
    minutes: int
    owner: str
    ramp_s: int


@dataclass(frozen=True)
class Happening:
    """One happening, ready to be played: ``number`` counts from 1 in the file, times are milliseconds of the run.

    ``poles`` are all the poles it concerns, in the order of the site; ``group`` is the site group it was addressed
    to, if any, and ``everywhere`` says that it named no target.  ``until_ms`` None: it lasts until the run ends.
    ``seconds``: by which a wrong clock is ahead of the true time.
    """

    number: int
    kind: str
    at_ms: int
    until_ms: int | None
    poles: tuple[str, ...]
    group: str | None
    everywhere: bool
    severity: float
    expect: tuple[str, ...]
    allow: tuple[str, ...]
    within_s: int | None
    order: Order | None = None
    seconds: int = 0

    @cached_property
    def places(self) -> Mapping[str, int]:
        """The place of each of ``poles`` among them."""
        return {pole: place for place, pole in enumerate(self.poles)}

    @property
    def over_ms(self) -> int | None:
        """When it is over: at ``until_ms``, or by itself before that."""
        return KINDS[self.kind].over_ms(self.severity, self.at_ms, self.until_ms)


@dataclass(frozen=True)
class Scenario:
    """What happens in a run of ``hours``: ``happenings`` in the order of the file, and ``calls`` to the console."""

    name: str
    hours: float
    happenings: tuple[Happening, ...] = ()
    calls: tuple[Call, ...] = ()

    def ageing(self, pole: str) -> float:
        """How old the lamp of *pole* is, 0 to 1: from the start of the run on, whenever a happening says so."""
        return max(
            (each.severity for each in self.happenings if each.kind == "ageing" and pole in each.places), default=0.0
        )
