"""Three zones, each with a broker and a receiver, on one PostgreSQL: brokers are replaced by empty ones, and one
receiver is away for long; no event is missing, and each broker retains the configurations again.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from host_tools.broker.connection import Link
from host_tools.broker.mosquitto import Mosquitto
from host_tools.city.record import configurations
from host_tools.city.record.query import Wanted, reading
from host_tools.city.record.record import Record
from host_tools.city.record.recorder import Recorder
from host_tools.errors import RecordError
from host_tools.wire import envelope
from tests.host_tools.city.record.played_pole import HEAD, ROOT, SITE, PlayedPole
from tests.patience import until
from tests.postgres import Server

ZONES, POLES, EVENTS = ("east", "north", "west"), 2, 200
REPLACED = 3  # times, each broker
SETTLE_S = 1.0


class Zone:
    """A broker, poles and a receiver in a thread, which ends and begins again."""

    def __init__(self, name: str, url: str, first: int, folder: Path) -> None:
        self.name, self._url, self._folder = name, url, folder
        self.broker = Mosquitto()
        self.broker.start()
        self.said: list[str] = []
        self.poles = [
            PlayedPole(f"P{first + n:04}", self.broker.address, EVENTS, first + n) for n in range(POLES)
        ]  # fmt: skip
        self._thread: threading.Thread | None = None
        self.begin()

    def begin(self) -> None:
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        over = self._over
        record = Record(self._url, ROOT, SITE, {"timezone": "Asia/Kolkata"}, zone=self.name)
        try:
            one = Recorder(
                record, self.broker.address, ROOT, SITE, self._folder, retry_s=1.0, say=self.said.append
            )  # fmt: skip
            one.run(lambda: not over.is_set())
        finally:
            record.close()

    def end(self) -> None:
        if self._thread:
            self._over.set()
            self._thread.join()
            self._thread = None

    def close(self) -> None:
        for pole in self.poles:
            if pole.is_alive():
                pole.end()
        self.end()
        self.broker.close()

    def configure(self) -> list[tuple[str, bytes]]:
        """Publishes a configuration for each pole; what was published."""
        sent = []
        with Link(self.broker.address, ["x"]) as link:
            for n, pole in enumerate(self.poles, 1):
                topic = f"{HEAD}/{pole.pole}/config"
                payload = envelope.seal(topic, "configure", n, json.dumps({"version": n}), None)
                link.publish(topic, payload, retain=True)
                sent.append((topic, payload))
        return sent

    def retained(self) -> list[tuple[str, bytes]]:
        """The configurations that the broker retains."""
        with Link(self.broker.address, [f"{HEAD}/+/config"]) as link:
            return sorted((message.topic, message.payload) for message in link.settle(0.3, 5.0) if message.retained)


@pytest.fixture
def zones(postgresql_server: Server, empty_database: str, tmp_path: Path) -> Iterator[list[Zone]]:
    url = postgresql_server.create(empty_database)
    with ExitStack() as ends:
        ends.callback(postgresql_server.drop, url)
        made = []
        for n, name in enumerate(ZONES):
            made.append(Zone(name, url, 10 * n, tmp_path))
            ends.callback(made[-1].close)
        yield made


def kept(zone: Zone) -> set[tuple[str, str, int]]:
    with reading(zone._url) as reader:
        names = tuple(pole.pole for pole in zone.poles)
        return {
            (row["pole"], row["epoch"], row["sequence"])
            for row in reader.events(Wanted(names))
            if row["source"] == "pole"
        }


def complete(zone: Zone) -> bool:
    try:
        return {(pole.pole, *one) for pole in zone.poles for one in list(pole.raised)} <= kept(zone)
    except RecordError:
        return False


def done(zone: Zone) -> bool:
    """Whether its poles have raised all; a pole's flash is wiped half way, once nothing of its journal is missing."""
    for pole in zone.poles:
        if pole.wants_wipe.is_set() and not pole.may_wipe.is_set() and complete(zone):
            pole.may_wipe.set()
    return all(pole.done.is_set() for pole in zone.poles)


def test_brokers_are_replaced_by_empty_ones_and_a_receiver_is_away_and_nothing_is_missing(
    zones: list[Zone], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(configurations, "SETTLE_S", SETTLE_S)
    wanted = []
    for zone in zones:
        for pole in zone.poles:
            pole.start()
        until(lambda zone=zone: kept(zone), f"{zone.name} hears its poles", 0.2)
        wanted.append(zone.configure())
    zones[1].end()  # its broker queues for it, until that is replaced as well
    for _ in range(REPLACED):
        for zone in zones:
            zone.broker.crash()
            zone.broker.start()
        for zone, sent in zip(zones, wanted, strict=True):
            if zone is not zones[1]:
                until(lambda zone=zone, sent=sent: zone.retained() == sent, f"{zone.name} retains them again", 0.3)
    zones[1].begin()
    for zone, sent in zip(zones, wanted, strict=True):
        until(lambda zone=zone: done(zone), f"the poles of {zone.name} have said all", 0.3)
        until(lambda zone=zone: complete(zone), f"all of {zone.name} is there", 0.5)
        until(lambda zone=zone, sent=sent: zone.retained() == sent, f"{zone.name} retains them again", 0.3)
    with reading(zones[0]._url) as reader:
        summary = reader.summary()
        rows = list(reader.events(Wanted()))
    assert (summary["missing"], summary["conflicts"]) == (0, 0)
    ids = [(row["pole"], row["epoch"], row["sequence"]) for row in rows]
    assert len(ids) == len(set(ids))
