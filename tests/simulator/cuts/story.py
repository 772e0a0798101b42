"""One pole lives once, and its flash keeps a log of every operation: what can be cut, and where.

To have more in it: another command in ``orders``, another configuration in ``CONFIGURATIONS``, another happening.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from host_tools.keys.key import Key
from host_tools.wire import commands
from pole.link.outbox import Outbox
from pole.reporting.journal import Journal
from pole.wire import contract
from simulator.hardware import flash as model
from simulator.street.street import Street
from tests.simulator.streets import MINUTE_MS, City, live, stored

START = datetime(2026, 11, 24, 17, 0)  # the sun sets at 17:33
HOURS = 1.8
KEY = Key("P0001", bytes(range(32)))
SETTINGS = {
    "report.spread": 0,
    "meter.interval": 3600,
    "keys": {KEY.name: KEY.secret.hex()},
    "clock.floor": 1795500000,  # the same whenever a life begins
}
# by minute; every cut gives the pole two events to tell, and after sixteen that were taken it writes a mark
CUTS = (45, 82, 84, 86, 88, 90, 92, 94, 96, 100)
# an open door is danger: it takes a segment of its own, and the oldest has to go
HAPPENINGS = [("door_open", 30, 33), ("network_outage", 80, 98), *(("power_cut", cut, cut + 1) for cut in CUTS)]
SEGMENTS = 16  # of the journal
# (minute, version, level in the evening, link); the second cannot come online, and is undone by the pole alone
TRIAL_S = 60
BAD = 3
CONFIGURATIONS = (
    (12, 2, 70, {}),
    (62, BAD, 70, {"link.host": "nowhere.invalid", "link.trial": TRIAL_S}),
    (68, 4, 90, {}),
)
CONFIG_TOPIC = contract.topic("diya/1", "sagar", "P0001", contract.CONFIG)
TEXT = (
    '{"v":1,"at":1795500000,"eventType":"test","startEndFlag":true,"timestamp":1795500000,"attributes":{"number":%d}}'
)


@dataclass(frozen=True)
class Order:
    """A command sent at *minute*: from then on the light is at *level* (None: the calendar's) until minute *end*.

    ``raises``: never below the calendar's.
    """

    minute: int
    body: str
    level: int | None
    end: int = 1000
    raises: bool = False

    @property
    def n(self) -> int:
        return self.minute * 1000


def orders(city: City) -> list[Order]:
    """One that raises the light in the daytime and is cancelled, one at night that ends by itself, one that holds."""

    def override(minute: int, level: int, minutes: int, owner: str = "operator") -> Order:
        end = minute + minutes
        body = commands.override(level, city.unix(end * MINUTE_MS), owner=owner, ref=f"T-{minute}", ramp_s=0)
        return Order(minute, body, level, end, owner == "incident")

    return [
        override(5, 80, 60, "incident"),
        Order(10, commands.cancel("incident"), None),
        override(75, 55, 20),
        override(103, 35, 60),
    ]


@dataclass(frozen=True)
class Configuration:
    """One that the city retains from *minute* on (0: the pole was flashed with it); *text* is its JSON."""

    minute: int
    version: int
    text: str

    def send(self, city: City, ms: int) -> None:
        city.seal(ms, CONFIG_TOPIC, 1 + self.minute, self.text, KEY, retain=True)


def configurations(street: Street) -> list[Configuration]:
    """The one the pole was flashed with, and those from afar."""
    text = (street.folder / "P0001" / "vfs" / "config.json").read_text()
    out = [Configuration(0, 1, text)]
    given = json.loads(text)
    del given["keys"]
    for minute, version, level, link in CONFIGURATIONS:
        evening = {
            "programmes": {"evening": [["17:20", level, 2], ["23:00", 0, 2]]},
            "programme": "evening",
            "rules": [],
        }
        out.append(Configuration(minute, version, json.dumps({**given, **evening, **link, "version": version})))
    return out


class Story:
    """The pole's life on *engine*: the flash before it, every operation, and what was said."""

    def __init__(self, engine: str) -> None:
        self.image = full_journal()
        self.log = _Log()
        self.orders: list[Order] = []
        self.configurations: list[Configuration] = []
        scenario = "".join(
            f'[[happening]]\nkind = "{kind}"\nat = "+{start}m"\nuntil = "+{end}m"\n' for kind, start, end in HAPPENINGS
        )
        self._lived = live(
            HOURS, poles=1, start=START.isoformat(), scenario=scenario, begin=self._begin, engine=engine,
            settings=SETTINGS,
        )  # fmt: skip
        assert self._lived.street.failures() == []

    def _begin(self, street: Street) -> None:
        flash = street.poles["P0001"].pole.flash
        flash.load(self.image)
        self.log.street = street
        flash.log = self.log
        city = City(street)
        self.orders = orders(city)
        for order in self.orders:
            city.send(order.minute * MINUTE_MS, order.body, key=KEY, n=order.n)
        self.configurations = configurations(street)
        for one in self.configurations[1:]:
            one.send(city, one.minute * MINUTE_MS)

    @property
    def cuts(self) -> int:
        """Before and in the middle of every operation, and after the last."""
        return 2 * len(self.log) + 1

    def moment(self, number: int) -> Moment:
        """When cut *number* befalls the pole."""
        if number == self.cuts - 1:
            last = self.log.moments[-1]
            return Moment(last.ms + 1, last.nvs)
        return self.log.moments[number // 2]

    def acks(self) -> dict[int, int]:
        """By the number of the command: the ms of the run at which the city had its ack."""
        return {ack["n"]: ms for ms, ack in self._lived.said("P0001", contract.ACK)}

    def versions(self, before_ms: int = 1 << 40) -> list[int]:
        """The versions of the configurations that the pole was online with before that ms of the run."""
        births = self._lived.said("P0001", contract.BIRTH)
        return [birth["configVersion"] for ms, birth in births if ms < before_ms]

    def events(self, before_ms: int = 1 << 40) -> list[dict[str, Any]]:
        """The events that the city had before that ms of the run."""
        return [event for ms, event in self._lived.said("P0001", contract.EVENT) if ms < before_ms]

    def images(self, numbers: Iterable[int]) -> Iterator[tuple[int, bytearray]]:
        """What the cuts *numbers*, which ascend, leave on the flash: 2 n comes before operation n, 2 n + 1 in it."""
        image, done = bytearray(self.image), 0
        for number in numbers:
            while done < number // 2:
                model.apply(image, self.log[done])
                done += 1
            left = bytearray(image)
            if number % 2:
                model.tear(left, self.log[done])
            yield number, left


@dataclass(frozen=True)
class Moment:
    """*ms* of the run, and what the chip's key-value store held for good."""

    ms: int
    nvs: dict[Any, Any]


class _Log(list[model.Operation]):
    """Takes the operations of the flash, and notes when each was done."""

    street: Street

    def __init__(self) -> None:
        super().__init__()
        self.moments: list[Moment] = []

    def append(self, operation: model.Operation) -> None:
        super().append(operation)
        nvs = self.street.poles["P0001"].wiring.chip.nvs
        self.moments.append(Moment(self.street.kernel.now_ms, dict(nvs._flash)))


@cache
def full_journal() -> bytes:
    """The flash of a pole whose journal is full and all of it released: soon it has to let go of the oldest."""
    flash = model.Flash()
    now = 5
    journal = Journal(stored(flash), lambda n: bytes(range(n)), lambda: 1795500000)
    box = Outbox(lambda: now, journal)
    segments = journal.segments
    number = 0
    while len(segments.keys) < SEGMENTS or segments._room(0, 9 * len(TEXT)):
        number += 1
        now = (now + 3_600_000) & 0x3FFFFFFF
        box.put(contract.EVENT, TEXT % number, number > 1 and len(segments.keys) < SEGMENTS)
        now += 1
        record = box.take()
        assert record
        box.acknowledge(record.packet_id)
    return bytes(flash.image())
