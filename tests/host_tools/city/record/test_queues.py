"""Events and meters have a queue each at the broker: what a recorder that was killed finds again."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from host_tools.broker.connection import Link
from host_tools.broker.mosquitto import Mosquitto
from host_tools.city.record.query import Wanted, reading
from host_tools.city.record.record import Record
from host_tools.errors import RecordError
from tests.host_tools.city.record.played_pole import HEAD, ROOT, SITE, event
from tests.patience import until

METERS, EVENTS = 2000, 500
DIYA = Path(sys.executable).with_name("diya")


@contextmanager
def recorder(broker: Mosquitto, file: Path) -> Iterator[None]:
    """`diya record run`, subscribed; killed at the end."""
    one = subprocess.Popen([DIYA, "record", "run", "--broker", broker.url, "--site", SITE, "--db", file],
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    name = f"Q{time.time_ns()}"
    try:
        with Link(broker.address, ["x"]) as link:
            for kind in ("meter", "state"):
                topic = f"{HEAD}/{name}/{kind}"
                until(
                    lambda kind=kind, topic=topic: known(file, name, kind) or link.post(topic, b'{"v":1,"at":1}'),
                    "the recorder has subscribed",
                    0.05,
                )
        yield
    finally:
        one.kill()
        one.wait()


def known(file: Path, pole: str, kind: str) -> bool:
    try:
        with reading(file) as reader:
            return any(one[kind] for one in reader.latest(Wanted(poles=(pole,))))
    except RecordError:  # it is only being made
        return False


def counts(file: Path) -> tuple[int, int]:
    """Events, and poles whose meter is known."""
    with reading(file) as reader:
        poles = [one for one in reader.latest(Wanted()) if one["pole"].startswith("P") and one["meter"]]
        return reader.summary()["events"], len(poles)


def test_what_was_said_while_the_recorder_was_dead_is_all_there(tmp_path: Path) -> None:
    file = tmp_path / "record.sqlite"
    with Mosquitto(queued=METERS) as broker:  # in one queue the meters would displace the events
        with recorder(broker, file):
            pass
        with Link(broker.address, ["x"]) as link:
            for number in range(METERS):
                link._client.publish(f"{HEAD}/P{number:04}/meter", b'{"v":1,"at":1795531800,"activePower":90}', 0)
            for number in range(1, EVENTS + 1):
                link.post(f"{HEAD}/P0001/event", event(f"a-{number}"))
            link.publish("none", b"")
        with recorder(broker, file):
            until(lambda: counts(file) == (EVENTS, METERS), "the recorder")


def test_events_queued_in_the_session_of_an_older_version_are_not_lost(tmp_path: Path) -> None:
    file = tmp_path / "record.sqlite"
    store = Record(file, ROOT, SITE)
    name = store.remembered("clientId", "diya-record-sagar-0123abcd")
    store.close()
    with Mosquitto() as broker:
        old = mqtt.Client(CallbackAPIVersion.VERSION2, name, clean_session=False, protocol=mqtt.MQTTv311)
        away = threading.Event()
        old.on_disconnect = lambda *what: away.set()
        old.connect("127.0.0.1", broker.port)
        old.loop_start()
        kinds = ("presence", "birth", "state", "meter", "ack")
        old.subscribe([(f"{HEAD}/+/event", 1), *((f"{HEAD}/+/{kind}", 0) for kind in kinds)])
        with Link(broker.address, [f"{HEAD}/P0001/event"]) as link:
            time.sleep(0.5)
            old.disconnect()
            assert away.wait(10)
            for number in range(1, 51):
                link.publish(f"{HEAD}/P0001/event", event(f"a-{number}"))
            with recorder(broker, file):
                until(lambda: counts(file)[0] == 50, "the recorder")
            # the old session hears meters no longer, which would displace events in its queue
            for number in range(20):
                link.publish(f"{HEAD}/P0001/meter", json.dumps({"v": 1, "at": 1, "activePower": number}).encode())
        heard: list[str] = []
        old = mqtt.Client(CallbackAPIVersion.VERSION2, name, clean_session=False, protocol=mqtt.MQTTv311)
        old.on_message = lambda client, data, message: heard.append(message.topic)
        old.connect("127.0.0.1", broker.port)
        old.loop_start()
        time.sleep(1)
        old.disconnect()
        assert not [topic for topic in heard if topic.endswith("/meter")]
