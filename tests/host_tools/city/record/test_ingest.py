"""Meters and events of many poles, through a broker as it is written for a city, into a receiver that is killed."""

from __future__ import annotations

import json
import random
import signal
import time
from pathlib import Path

from sqlalchemy import func, select

from host_tools.city.record.query import reading
from host_tools.city.store import partitions
from host_tools.city.store.partitions import METER
from host_tools.city.store.tables import event
from host_tools.errors import RecordError
from tests.host_tools.broker.test_mosquitto_config import HEAD, City, Client
from tests.installed import Live, start
from tests.patience import PATIENCE_S, until

POLES = 100
METERS, EVENTS = 100_000, 10_000  # a tenth of what `make bench-city` sends
PART = 2_000  # messages between two looks
KILLS = 4  # and a longer absence
BEHIND, AWAY = 4_000, 12_000  # messages: together less than the 20,000 that a broker of so few poles queues
STEP_S = 5


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


class Poles:
    """Say number by number what they measure, and each eleventh time an event, in the order of time."""

    def __init__(self, client: Client, begun: int) -> None:
        self._client = client.client
        self._begun = begun
        self._sequences = [0] * POLES

    def say(self, numbers: range) -> None:
        """Say *numbers*; the broker has them then."""
        for number in numbers:
            of, at = number % POLES, self._begun + STEP_S * (number // POLES)
            kind, values = ("event", self._event(of)) if number % 11 == 10 else ("meter", self._meter(number))
            payload = json.dumps({"v": 1, "at": at, **values}).encode()
            sent = self._client.publish(f"{HEAD}/P{of + 1:04}/{kind}", payload, 1 if kind == "event" else 0)
        self._client.publish("none", b"", 1).wait_for_publish(PATIENCE_S)
        assert sent.rc == 0

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
    messages = METERS + EVENTS
    parts = [range(first, first + PART) for first in range(0, messages, PART)]
    absent = len(parts) - AWAY // PART - 5
    back = absent + AWAY // PART
    kills = random.Random(7).sample(range(3, absent), KILLS)
    with City(tmp_path) as city:
        receiver = Receiver(city, new_store, tmp_path)
        try:
            receiver.start()
            receiver.hears(city)
            with city.iccc() as client:
                poles = Poles(client, int(time.time()) - STEP_S * messages // POLES)
                for number, part in enumerate(parts):
                    if number in kills or number == absent:
                        receiver.kill()
                    poles.say(part)
                    if number in kills or number == back:
                        receiver.start()
                    if not absent <= number < back:
                        wanted = part.stop - BEHIND
                        until(lambda wanted=wanted: sum(counted(new_store)) >= wanted, "it keeps up", 0.2)
                until(lambda: sum(counted(new_store)) >= messages, "all of it is there", 0.5)
            assert counted(new_store) == (METERS, EVENTS)
            with reading(new_store) as reader:
                summary = reader.summary()
            assert (summary["gone"], summary["conflicts"], summary["malformed"]) == (0, 0, 0)
        finally:
            receiver.kill()
