"""Meters and events of many poles, through a broker as it is written for a city, into a receiver that is killed.

DIYA_INGEST=whole (`make bench-city INGEST=whole`): as many as the design asks for, of a city of 10,000 poles, of which
the broker holds an hour while the receiver is away.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from host_tools.city.record.query import reading
from host_tools.city.store import partitions
from host_tools.city.store.partitions import METER
from host_tools.city.store.tables import event
from host_tools.errors import RecordError
from tests.host_tools.broker.test_mosquitto_config import HEAD, SAGAR, City
from tests.host_tools.city.record.publisher import Publisher
from tests.installed import Live, start
from tests.patience import until

STEP_S = 1
EACH = 11  # of so many messages one is an event


@dataclass(frozen=True)
class Size:
    """``poles`` speak, of a site of as many as ``city``, by which the broker's queues are sized.

    ``part``: messages between two looks; ``every_s``: between two counts of what is there.  ``behind``: how many the
    receiver may lack before more are sent, and ``away`` how many are sent in the longest of its absences; together less
    than the broker queues for it.
    """

    poles: int
    city: int
    messages: int
    kills: int  # and a longer absence
    part: int
    behind: int
    away: int
    every_s: float

    def site(self, folder: Path) -> Path:
        """A site of as many poles; that of the simulator where it has enough."""
        with (SAGAR / "poles.csv").open() as file:
            lines = file.read().splitlines()
        rows = [line for line in lines if line.startswith("P0")]
        if self.city <= len(rows):
            return SAGAR
        shutil.copytree(SAGAR, folder)
        more = [f"P{n:05},{rows[n % len(rows)].partition(',')[2]}" for n in range(len(rows), self.city)]
        (folder / "poles.csv").write_text("\n".join([*lines, *more]) + "\n")
        return folder


TENTH = Size(100, 100, 110_000, 4, 2_000, 4_000, 12_000, 0.2)
WHOLE = Size(1_000, 10_000, 1_100_000, 4, 20_000, 40_000, 120_000, 3.0)
SIZE = WHOLE if os.environ.get("DIYA_INGEST") == "whole" else TENTH


class Receiver:
    """`diya record run` as installed; killed, and started again."""

    def __init__(self, city: City, where: Path | str, folder: Path) -> None:
        login = folder / "login"
        login.write_text(f"iccc:{city.password('iccc')}\n")
        self._words = (
            "record", "run", "--site", "sagar", "--broker", f"mqtts://localhost:{city.city_port}",
            "--ca", city.out / "ca.pem", "--login", login, "--db", where,
        )  # fmt: skip
        self._folder, self._where = folder, where
        self.process: Live | None = None

    def start(self) -> None:
        self.process = start(*self._words, cwd=self._folder)

    def hears(self, city: City) -> None:
        """Returns once it has subscribed: what comes from now on waits for it."""
        with city.iccc() as client:
            presence = f"{HEAD}/P0001/presence"
            until(lambda: client.say(presence, b'{"v":1,"online":true}') or self._knows(), "the receiver", 0.2)

    def _knows(self) -> bool:
        try:
            with reading(self._where) as reader:
                return bool(reader.summary()["online"])
        except RecordError:  # it is only being made
            return False

    def kill(self) -> None:
        if self.process:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            for stream in (self.process.stdout, self.process.stderr):
                if stream:
                    stream.close()
            self.process = None


def counted(where: Path | str) -> tuple[int, int]:
    """How many readings and events of poles there are."""
    try:
        with reading(where) as reader:
            connection = reader.connection
            readings = sum(
                connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()
                for table in partitions.between(connection, METER, 0, 2**40)
            )
            events = connection.execute(select(func.count()).select_from(event).where(event.c.source == "pole"))
            return readings, events.scalar_one()
    except RecordError:  # it is only being made
        return 0, 0


def reaches(where: Path | str, wanted: int) -> None:
    """Returns once there are *wanted* messages; however long that takes, as long as more and more are there."""
    have = 0
    while have < wanted:
        have = until(lambda before=have: max(0, sum(counted(where)) - before), "more messages", SIZE.every_s) + have


class Poles:
    """Say number by number what they measure, and each eleventh time an event, in the order of time."""

    def __init__(self, publisher: Publisher, begun: int) -> None:
        self._publisher = publisher
        self._begun = begun
        self._sequences = [0] * SIZE.poles

    def say(self, numbers: range) -> None:
        """Say *numbers*; the broker has them then."""
        messages = []
        for number in numbers:
            of, at = number % SIZE.poles, self._begun + STEP_S * (number // SIZE.poles)
            kind, values = ("event", self._event(of)) if number % EACH == EACH - 1 else ("meter", self._meter(number))
            payload = json.dumps({"v": 1, "at": at, **values}).encode()
            messages.append((f"{HEAD}/P{of + 1:04}/{kind}", payload, 1 if kind == "event" else 0))
        self._publisher.say(messages)

    def _event(self, of: int) -> dict[str, object]:
        self._sequences[of] += 1
        sequence = self._sequences[of]
        return {
            "id": f"e-{sequence}", "eventType": "lampFailure", "startEndFlag": bool(sequence % 2),
            "timestamp": self._begun + sequence, "attributes": {"level": 100, "activePower": 2.5},
        }  # fmt: skip

    @staticmethod
    def _meter(number: int) -> dict[str, object]:
        return {
            "supplyVoltage": 231.4, "supplyCurrent": 0.412, "activePower": 80.5, "powerFactor": 0.95,
            "activeEnergy": round(number / 1000, 3), "temperature": 31.5,
        }  # fmt: skip


def test_of_meters_and_events_none_is_lost_and_none_is_there_twice_though_it_is_killed(
    tmp_path: Path, new_store: Path | str
) -> None:
    parts = [range(first, first + SIZE.part) for first in range(0, SIZE.messages, SIZE.part)]
    absent = len(parts) - SIZE.away // SIZE.part - 5
    back = absent + SIZE.away // SIZE.part
    kills = random.Random(7).sample(range(3, absent), SIZE.kills)
    made = City(tmp_path, "--certificates")  # no pole speaks here: 10,000 passwords would take a minute
    made.configure(SIZE.site(tmp_path / "site"))
    with made as city:
        receiver = Receiver(city, new_store, tmp_path)
        try:
            receiver.start()
            receiver.hears(city)
            began = time.monotonic()
            with Publisher(city.city_port, city.out / "ca.pem", "iccc", city.password("iccc")) as publisher:
                poles = Poles(publisher, int(time.time()) - STEP_S * SIZE.messages // SIZE.poles)
                for number, part in enumerate(parts):
                    if number in kills or number == absent:
                        receiver.kill()
                    poles.say(part)
                    if number in kills or number == back:
                        receiver.start()
                    if not absent <= number < back:
                        reaches(new_store, part.stop - SIZE.behind)
                reaches(new_store, SIZE.messages)
            readings, events = counted(new_store)
            print(f"{readings:,} readings and {events:,} events in {time.monotonic() - began:.0f} s")
            assert (readings, events) == (SIZE.messages - SIZE.messages // EACH, SIZE.messages // EACH)
            with reading(new_store) as reader:
                summary = reader.summary()
            assert (summary["gone"], summary["conflicts"], summary["malformed"]) == (0, 0, 0)
        finally:
            receiver.kill()
