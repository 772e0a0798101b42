"""What a message costs a receiver, beside a paho subscriber that only counts: processor time, in one run.

A machine gives a program between one and two times the same time for the same work, by what else it does.  So all are
measured in turn, a few rounds, and the middle of each counts.  In a round each program is run twice, with a tenth of
the messages and with all of them: the difference is free of what a start costs.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from sqlalchemy import func, select

from host_tools.city.record.query import reading
from host_tools.city.store import partitions
from host_tools.city.store.partitions import METER
from host_tools.city.store.tables import event
from host_tools.errors import RecordError
from host_tools.installed import diya_script
from simulator.benchmarks.city.ingest_broker import SITE, Broker, until

BARE_NAME = "bare paho"
RATIO = 1.3  # the bound of the design
ROUNDS = 3
BARE = """
import sys, paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
port, wanted = int(sys.argv[1]), int(sys.argv[2])
client = mqtt.Client(CallbackAPIVersion.VERSION2, "bare", clean_session=False)
seen = 0
def heard(client, data, message):
    global seen
    seen += 1
    if seen >= wanted:
        client.disconnect()
def connected(client, *rest):
    client.subscribe([("diya/1/sagar/+/meter", 1), ("diya/1/sagar/+/event", 1)])
client.on_message, client.on_connect = heard, connected
client.on_subscribe = lambda *rest: client.disconnect() if not wanted else None
client.connect("127.0.0.1", port)
client.loop_forever()
"""

Stores = dict[str, Callable[[Path], Path | str]]  # by name: makes an empty one, in a folder where that is a file


@dataclass(frozen=True)
class Cost:
    """Microseconds of a processor a message, messages in a second of real time, and ``us`` beside the bare one's."""

    name: str
    us: float
    rate: float
    ratio: float


class _Subscriber:
    """The bare subscriber, or a receiver into the store ``where``."""

    def __init__(self, name: str, broker: Broker, folder: Path, where: Path | str | None) -> None:
        self.name = name
        self._broker, self._folder, self._where = broker, folder, where
        self._wanted = 0
        self._run(0, lambda: where is None or _hears(where))  # the broker queues for it from now on

    def drain(self, count: int) -> tuple[float, float]:
        """Processor seconds and real seconds for the *count* messages that wait for it."""
        self._wanted += count
        return self._run(count, lambda: _stored(self._where) >= self._wanted)

    def _run(self, count: int, done: Callable[[], bool]) -> tuple[float, float]:
        if self._where is None:
            return _timed([sys.executable, "-c", BARE, str(self._broker.port), str(count)], self._folder, None)
        words = [
            str(diya_script()), "record", "run", "--broker", f"mqtt://127.0.0.1:{self._broker.port}", "--db",
            str(self._where), "--site", SITE,
        ]  # fmt: skip
        return _timed(words, self._folder, done)


def _hears(where: Path | str) -> bool:
    """Whether the receiver has subscribed: it knows the pole of which the broker retains that it is online."""
    try:
        with reading(where) as reader:
            return bool(reader.summary()["online"])
    except RecordError:  # it is only being made
        return False


def _stored(where: Path | str | None) -> int:
    """Readings and events of poles that are in the store."""
    if where is None:
        return 0
    try:
        with reading(where) as reader:
            connection = reader.connection
            readings = sum(
                connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()
                for table in partitions.between(connection, METER, 0, 2**40)
            )
            ours = select(func.count()).select_from(event).where(event.c.source == "pole")
            return int(readings + connection.execute(ours).scalar_one())
    except RecordError:  # it is being written
        return 0


def _timed(words: list[str], folder: Path, done: Callable[[], bool] | None) -> tuple[float, float]:
    """Processor seconds and real seconds of the program *words*, which ends by itself, or is ended once *done*."""
    with tempfile.TemporaryDirectory() as state:
        began = time.monotonic()
        process = subprocess.Popen(
            words, cwd=folder, env={**os.environ, "XDG_STATE_HOME": state}, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            if done:
                until(done)
                os.kill(process.pid, signal.SIGINT)  # send_signal would take the end of the process away from wait4
            _pid, _status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            raise
        process.returncode = 0
        return usage.ru_utime + usage.ru_stime, time.monotonic() - began


def one_round(stores: Stores, count: int) -> dict[str, tuple[float, float]]:
    """Microseconds of a processor a message, and messages a second, of the bare subscriber and of each receiver."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        broker = Broker(folder)
        try:
            places = {BARE_NAME: None, **{what: make(folder) for what, make in stores.items()}}
            those = [_Subscriber(what, broker, folder, where) for what, where in places.items()]
            few = max(1, count // 10)
            broker.say(few)
            starts = [one.drain(few) for one in those]
            broker.say(count)
            found = {}
            for one, (used_before, took_before) in zip(those, starts, strict=True):
                used, took = one.drain(count)
                more = count - few
                found[one.name] = 1e6 * (used - used_before) / more, more / max(0.001, took - took_before)
            return found
        finally:
            broker.close()


def measured(stores: Stores, count: int, rounds: int = ROUNDS) -> list[Cost]:
    """What *count* messages cost the bare subscriber, and a receiver with each of *stores*: the middle of *rounds*."""
    found = [one_round(stores, count) for _ in range(rounds)]
    costs = []
    for name in found[0]:
        us = median(one[name][0] for one in found)
        ratio = median(one[name][0] / one[BARE_NAME][0] for one in found)
        costs.append(Cost(name, us, median(one[name][1] for one in found), ratio))
    return costs
