"""State shared by the checks of one pole: the pole, its type and position, and its measurements."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from host_tools.field.commission.expected import Type, Warmth
from host_tools.field.console_client import Reading, Service, Status

HOLD_S = 90  # s: every override ends so long after it was set: if the laptop fails, the programme returns
REASON = "commissioning"
FULL = 100
LEVELS = (10, 25, 50, 75, 100)  # where the type is not known
FRAME_S = 0.45  # a meter has a new reading every 400 ms
JOINING_S = 60.0  # after a start a pole waits up to half a minute, so that a ward does not come back all at once
LONG_S = 7200
OBEYED_S = 15.0  # a relay that has just opened stays so for ten seconds


@dataclass
class Visit:
    """*type*: the luminaire's, None where it is not known.  *position*: degrees north and east, None where not known.

    *relay_opens*: the relay may be opened for a moment.  *set_time*: the laptop's time counts for more than the pole's.
    *tell(key, values)* is called with each step.  *wall* is Unix seconds, an argument so that tests can set it.
    """

    service: Service
    status: Status
    type: Type | None = None
    position: tuple[float, float] | None = None
    relay_opens: bool = False
    set_time: bool = False
    tell: Callable[..., None] = lambda key, **values: None
    wall: Callable[[], float] = time.time
    first: Reading = field(init=False)
    curve: list[Point] = field(default_factory=list)  # what was measured
    stored: list[tuple[int, int, int]] = field(default_factory=list)  # what the pole was given
    asked_at: float = field(init=False)  # when the last reading was asked for (monotonic)

    def __post_init__(self) -> None:
        self.first = self.service.read()
        self._begin = self._read_at = self.asked_at = self.monotonic()
        # a lamp is lit from power-on; where that time is not known it has been lit for long
        since_s = LONG_S if self.status.uptime_s is None else min(self.status.uptime_s, LONG_S)
        self._warmth = Warmth(self.first.dim if self.first.relay else 0.0, since_s, self.monotonic(), self.type)

    @property
    def parts(self) -> tuple[str, ...]:
        return self.first.capabilities

    @property
    def levels(self) -> tuple[int, ...]:
        """At which the lamp is measured, rising; the lowest is the type's lowest, and none is dark."""
        return tuple(point[0] for point in self.type.points) if self.type else LEVELS

    @property
    def is_dimmed(self) -> bool:
        """Whether another level makes another power; so where the type is not known."""
        return self.type is None or self.type.is_dimmed

    @property
    def has_arc(self) -> bool:
        """Whether it is known to be a discharge lamp."""
        return self.type is not None and self.type.has_arc

    def monotonic(self) -> float:
        """Seconds."""
        return self.service.monotonic()

    def wait(self, seconds: float) -> None:
        self.service.listen(seconds)

    def light(self, level: int, ramp_s: int = 1) -> None:
        """Asks for *level* percent, which is never dark, and waits until the lamp is there, or will not go."""
        self.service.set(level, HOLD_S, ramp_s, REASON)
        begin, before = self.monotonic(), -1
        while (gone := self.monotonic() - begin) < ramp_s + OBEYED_S:
            now = self.service.status().level
            if now == level or (now == before and now > 0 and gone > ramp_s + 1.0):
                return  # there, or at the lowest it goes to
            before = now
            self.wait(0.2)

    def joined(self, so: Callable[[Status], bool]) -> Status:
        """The status as soon as it is *so*, or once a pole would long have joined its network."""
        while not so(status := self.service.status()) and self.monotonic() - self._begin < JOINING_S:
            self.tell("joining")
            self.wait(1.0)
        return status

    def read(self) -> Reading:
        """A reading that no meter can have given before; how warm the lamp is follows it."""
        self.wait(max(self._read_at + FRAME_S - self.monotonic(), 0.0))
        self.asked_at = self.monotonic()
        reading = self.service.read()
        self._read_at = self.monotonic()
        self._warmth.follow(reading.dim if reading.relay else 0.0, self.monotonic())
        return reading

    def corrected(self, reading: Reading) -> float:
        """The power of *reading* (W), as it would be warm, at nominal voltage and 25 degrees."""
        return (reading.power_w or 0.0) / self._warmth.share(
            reading.dim, reading.voltage_v or 0.0, reading.temperature_c
        )


@dataclass(frozen=True)
class Point:
    """The lamp measured at *level* percent of its dimmer: W as they were and as they are warm, power factor, spread of
    the readings in percent."""

    level: int
    watts: float
    warm_watts: float
    factor: float
    spread: float

    def as_json(self) -> dict[str, Any]:
        return {
            "level": self.level, "activePower": round(self.watts, 2), "warmPower": round(self.warm_watts, 2),
            "powerFactor": round(self.factor, 3), "spread": round(self.spread, 2),
        }  # fmt: skip
