"""The parts of a site, as frozen values, and the mistakes found in its files.

Nothing here reads a file: load.py fills these in from `site.toml` and `poles.csv`, pole_settings.py turns them into the
settings of one pole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from host_tools.errors import DiyaError
from host_tools.site.alarm_settings import AlarmSettings
from host_tools.site.contract import Contract
from host_tools.site.door_files import DoorFiles
from host_tools.site.limit import Limit
from host_tools.site.publish_settings import PublishSettings


@dataclass(frozen=True)
class Problem:
    """One mistake: ``field`` of ``file`` at ``line`` (1 is the first; 0 where it concerns the whole file)."""

    file: str
    line: int
    field: str
    value: str
    bound: str

    def __str__(self) -> str:
        where = f"{self.file} line {self.line}" if self.line else self.file
        return f"{where}: {self.field} {self.value} and {self.bound}"


class SiteError(DiyaError):
    """A site's files hold mistakes; ``problems`` lists every one of them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        more = len(self.problems) - 1
        rest = f" (and {more} more: see `diya site check`)" if more else ""
        super().__init__(f"{self.problems[0]}{rest}")


@dataclass(frozen=True)
class SwitchPoint:
    """From ``at`` on ("HH:MM", or sunset, sunrise, dusk, dawn plus minutes): ``level`` %, reached in ``ramp_s``."""

    at: str
    level: int
    ramp_s: int


@dataclass(frozen=True)
class Rule:
    """When ``programme`` is followed: on nights for which every condition given holds; the first rule wins.

    ``dates`` (of the noon a night starts at) and ``month_days`` (month, day; every year) are one condition: either will
    do.  ``weekdays`` are ISO (Monday 1).  ``groups`` limits the rule to poles of any of these; empty means every pole.
    """

    name: str
    programme: str
    dates: tuple[date, ...] = ()
    month_days: tuple[tuple[int, int], ...] = ()
    first: date | None = None
    last: date | None = None
    weekdays: tuple[int, ...] = ()
    groups: tuple[str, ...] = ()


# of a luminaire's type: high-pressure sodium and metal halide are discharge lamps
TECHNOLOGIES = ("led", "hps", "mh")
DRIVERS = ("constant-power", "follows-voltage")


@dataclass(frozen=True)
class Luminaire:
    """A type of luminaire: ``points`` are (level %, power W, power factor), by rising level, straight lines between.

    ``rated_w`` is that of all its ``lamps`` together.  ``assumed``: the figures are a guess, so that a pole judges the
    power of its lamp only when it was measured at commissioning.  ``technology`` is one of TECHNOLOGIES, ``driver`` one
    of DRIVERS: whether its power stays the same when the voltage changes.
    """

    name: str
    rated_w: float
    lumens: float
    points: tuple[tuple[int, float, float], ...]
    lamps: int = 1
    assumed: bool = False
    technology: str = "led"
    driver: str = "constant-power"

    def power_at(self, level: float) -> float:
        """Watts taken from the mains at *level* percent (0-100); 0 at level 0, where the relay is open."""
        return 0.0 if level <= 0 else self._between(level, 1)

    def _between(self, level: float, column: int) -> float:
        before = self.points[0]
        for point in self.points:
            if point[0] >= level:
                span = point[0] - before[0]
                share = (level - before[0]) / span if span else 1.0
                return before[column] + (point[column] - before[column]) * share
            before = point
        return before[column]


@dataclass(frozen=True)
class Pole:
    """One pole; ``groups`` are the names it takes group commands under: its road class, zone, ward and feeder.

    Ward, zone and feeder are empty where they are not known.  ``access_point`` is the one its radio uses: that of its
    zone unless given otherwise, empty where neither is known.  ``label`` is the city's name of the pole.
    """

    name: str
    latitude: float
    longitude: float
    ward: str
    zone: str
    feeder: str
    road_class: str
    luminaire: str
    board: str
    access_point: str = ""
    label: str = ""

    def __post_init__(self) -> None:
        if not self.access_point and self.zone:
            object.__setattr__(self, "access_point", self.zone)

    @property
    def groups(self) -> tuple[str, ...]:
        return tuple([group for group in (self.road_class, self.zone, self.ward, self.feeder) if group])

    @property
    def called(self) -> str:
        """Its name, and in brackets what the city calls it."""
        return f"{self.name} ({self.label})" if self.label else self.name


@dataclass(frozen=True)
class Site:
    """A city's lights.  ``road_classes`` names the programme of each class of road, ``programme`` that of any other.

    ``lit_percent``: from this share of its rated light on a luminaire counts as lit.  ``floor``: no group key takes a
    pole below this level.  ``broker`` is an `mqtt://` address and ``root`` the head of every topic.  ``names`` says
    what the city calls a group.  ``time_servers``: where its poles ask for the time; empty: where the firmware does.
    ``by_day``: the programmes whose fixed times may light a lamp by day.
    ``switched`` are the feeders that a contactor switches on at dusk and off at dawn.
    ``alarms`` says who is sent which alarm.  ``limits``: how far each role, and each token of another system, may
    command the lights.  ``doors``: what other systems' messages refer to.  ``publish``: what others read of it.
    ``contract``: what uptime, repairs and energy are counted against.
    """

    name: str
    title: str
    latitude: float
    longitude: float
    timezone: str
    version: int
    broker: str
    root: str
    lit_percent: int
    floor: int
    programme: str
    programmes: Mapping[str, tuple[SwitchPoint, ...]]
    road_classes: Mapping[str, str]
    rules: tuple[Rule, ...]
    luminaires: Mapping[str, Luminaire]
    poles: tuple[Pole, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    by_day: frozenset[str] = frozenset()
    time_servers: tuple[str, ...] = ()
    switched: frozenset[str] = frozenset()
    alarms: AlarmSettings = field(default_factory=AlarmSettings)
    limits: Mapping[str, Limit] = field(default_factory=dict)
    doors: DoorFiles = field(default_factory=DoorFiles)
    publish: PublishSettings = field(default_factory=PublishSettings)
    contract: Contract = field(default_factory=Contract)

    @cached_property
    def by_name(self) -> dict[str, Pole]:
        """Its poles by their names."""
        return {pole.name: pole for pole in reversed(self.poles)}

    def programme_of(self, pole: Pole) -> str:
        """Name of the programme *pole* follows on a night no rule matches."""
        return self.road_classes.get(pole.road_class, self.programme)

    def pole(self, name: str) -> Pole:
        """The pole called *name*.  Raises KeyError."""
        return self.by_name[name]

    def in_group(self, group: str) -> tuple[Pole, ...]:
        """The poles of *group*; empty when there is no such group."""
        return tuple(pole for pole in self.poles if group in pole.groups)

    def groups(self) -> list[str]:
        """Every group of the site, by name."""
        return sorted({group for groups in {pole.groups for pole in self.poles} for group in groups})

    def called(self, group: str) -> str:
        """The name of *group*, and in brackets what the city calls it."""
        return f"{group} ({self.names[group]})" if group in self.names else group

    def with_poles(self, poles: Iterable[Pole]) -> Site:
        """The same site with other poles."""
        return replace(self, poles=tuple(poles))
