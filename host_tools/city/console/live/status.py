"""What the console knows of its own sources: the site's clock, the receivers, their brokers, the database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from host_tools.city.console.live.view import Totals
from host_tools.city.store.receiver_status import ReceiverStatus

UNHEARD_S = 3.5  # a receiver says once a second that it is alive
OLD_S = 15.0  # by the computer's clock, of the first word that this process finds


@dataclass(frozen=True)
class Receiver:
    """A receiver of *zone* as the console sees it; *broker*: whether it has its broker, as far as it still speaks."""

    zone: str
    alive: bool
    broker: bool


class Ears:
    """Judges by a clock that is never set whether receivers are still alive: their own clocks may be wrong."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[float, float]] = {}  # by zone: what it said, when that was new

    def heard(self, said: Iterable[ReceiverStatus], steady: float, wall: float) -> list[Receiver]:
        """The receivers at *steady*; *wall* (Unix s) judges only what was said before this process began."""
        out = []
        for one in said:
            last = self._last.get(one.zone)
            if last is None:
                at = steady if abs(wall - one.said) < OLD_S else steady - OLD_S
                last = self._last[one.zone] = (one.said, at)
            elif last[0] != one.said:
                last = self._last[one.zone] = (one.said, steady)
            alive = steady - last[1] < UNHEARD_S
            out.append(Receiver(one.zone, alive, alive and one.broker))
        return out


@dataclass(frozen=True)
class Status:
    """At *at* (Unix s at the site; *clock* in words).  *factor*: seconds of the site in a real one.

    *by_day*: feeders that are switched may be off, which no revision tells: where it changes, poles are read anew.
    """

    at: float = 0.0
    clock: str = ""
    simulated: bool = False
    factor: float = 1.0
    receivers: tuple[Receiver, ...] = ()
    database: bool = True
    by_day: bool = False
    totals: Totals = field(default_factory=Totals)

    @property
    def sources(self) -> object:
        """What is told at once when it changes."""
        return self.receivers, self.database

    def encoded(self) -> bytes:
        """As a JSON object."""
        return msgspec.json.encode(asdict(self))


def clock(at: float, zone: ZoneInfo) -> str:
    """A time of the site to the second, with its zone."""
    return f"{datetime.fromtimestamp(at, zone):%Y-%m-%d %H:%M:%S %Z}"
