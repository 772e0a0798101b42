"""What a message costs a receiver, beside a paho subscriber that only counts: processor time, in one run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from sqlalchemy import func, select

from host_tools.broker.mosquitto import find_mosquitto
from host_tools.city.record.query import reading
from host_tools.city.store import partitions
from host_tools.city.store.partitions import METER
from host_tools.city.store.tables import event
from host_tools.errors import BrokerError, RecordError
from host_tools.installed import diya_script
from host_tools.site.broker_address import free_port

HEAD, POLES, STEP_S = "diya/1/sagar", 200, 5
EACH = 11  # of so many messages one is an event
LIMIT_S = 600.0
RATIO = 1.3  # the bound of the design
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


@dataclass(frozen=True)
class Cost:
    """Microseconds of a processor a message, and messages in a second of real time."""

    name: str
    us: float
    rate: float


class Broker:
    """A Mosquitto that queues as the city's does, without limit."""

    def __init__(self, folder: Path) -> None:
        program = find_mosquitto()
        if program is None:
            raise BrokerError("Mosquitto, the MQTT broker, is not on this machine")
        self.port = free_port()
        config = folder / "mosquitto.conf"
        config.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence false\nmax_queued_messages 0\n"
            "queue_qos0_messages true\nupgrade_outgoing_qos true\nset_tcp_nodelay true\n",
            encoding="ascii",
        )
        self._process = subprocess.Popen([program, "-c", str(config)], stderr=subprocess.DEVNULL)
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        _until(self._connects)
        self._client.loop_start()

    def _connects(self) -> bool:
        try:
            return self._client.connect("127.0.0.1", self.port) == mqtt.MQTT_ERR_SUCCESS
        except OSError:
            return False

    def say(self, count: int, begun: int) -> None:
        """Publish *count* messages of poles, dated from *begun* (Unix s) on; the broker has them then."""
        for number in range(count):
            of, turn = number % POLES, number // POLES
            at = begun + STEP_S * turn
            if number % EACH == EACH - 1:
                sequence = turn // EACH + 1  # of its pole, which skips none
                kind, values = "event", {
                    "id": f"e{begun}-{sequence}", "eventType": "lampFailure", "startEndFlag": bool(sequence % 2),
                    "timestamp": at, "replayed": False,
                    "attributes": {"level": 100, "activePower": 2.5, "expectedPower": 148, "cause": "broken or loose"},
                }  # fmt: skip
            else:
                kind, values = "meter", {
                    "supplyVoltage": 231.4, "supplyCurrent": 0.412, "activePower": 80.5, "powerFactor": 0.95,
                    "activeEnergy": round(number / 1000, 3), "temperature": 31.5, "operatingHours": 1234.5,
                    "switchOnCounter": 77,
                }  # fmt: skip
            payload = json.dumps({"v": 1, "at": at, **values}).encode()
            self._client.publish(f"{HEAD}/P{of + 1:04}/{kind}", payload, 1 if kind == "event" else 0)
        self._client.publish("none", b"", 1).wait_for_publish(LIMIT_S)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()
        self._process.terminate()
        self._process.wait()


def bare(broker: Broker, count: int) -> Cost:
    """A subscriber that only counts."""

    def run(wanted: int) -> tuple[float, float]:
        return _timed([sys.executable, "-c", BARE, str(broker.port), str(wanted)], lambda: True, end=False)

    idle, _ = run(0)  # and its session is there
    broker.say(count, int(time.time()) - STEP_S * count // POLES)
    used, took = run(count)
    return Cost("bare paho", 1e6 * (used - idle) / count, count / took)


def receiver(broker: Broker, name: str, where: Path | str, folder: Path, count: int) -> Cost:
    """`diya record run` into *where*."""
    words = [
        str(diya_script()), "record", "run", "--broker", f"mqtt://127.0.0.1:{broker.port}", "--db", str(where),
        "--site", "sagar",
    ]  # fmt: skip
    begun = time.monotonic()
    idle, _ = _timed(words, lambda: time.monotonic() > begun + 8, folder=folder)
    broker.say(count, int(time.time()) - STEP_S * count // POLES)
    used, took = _timed(words, lambda: _stored(where) >= count, folder=folder)
    return Cost(name, 1e6 * (used - idle) / count, count / took)


def _stored(where: Path | str) -> int:
    try:
        with reading(where) as reader:
            connection = reader.connection
            readings = sum(
                connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()
                for table in partitions.between(connection, METER, 0, 2**40)
            )
            ours = select(func.count()).select_from(event).where(event.c.source == "pole")
            return int(readings + connection.execute(ours).scalar_one())
    except RecordError:  # it is only being made
        return 0


def _timed(
    words: list[str], done: Callable[[], bool], folder: Path | None = None, end: bool = True
) -> tuple[float, float]:  # fmt: skip
    """Processor seconds and real seconds of the program *words*, which is ended once *done* where *end*."""
    with tempfile.TemporaryDirectory() as state:
        began = time.monotonic()
        process = subprocess.Popen(
            words, cwd=folder, env={**os.environ, "XDG_STATE_HOME": state},
            stdout=subprocess.DEVNULL, stderr=None,
        )  # fmt: skip
        try:
            if end:
                _until(done)
                os.kill(process.pid, signal.SIGINT)  # send_signal would take the end of the process away from wait4
            _pid, _status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            raise
        process.returncode = 0
        return usage.ru_utime + usage.ru_stime, time.monotonic() - began


def _until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + LIMIT_S
    while not done():
        if time.monotonic() > end:
            raise BrokerError(f"the benchmark is not done after {LIMIT_S:g} s")
        time.sleep(0.3)


def measured(stores: dict[str, Path | str], count: int) -> list[Cost]:
    """What *count* messages cost the bare subscriber, and a receiver with each of *stores*."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        broker = Broker(folder)
        try:
            first = bare(broker, count)
            return [first, *(receiver(broker, what, where, folder, count) for what, where in stores.items())]
        finally:
            broker.close()
