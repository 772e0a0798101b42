"""A Mosquitto that queues as a city's does, and what its poles say: ten readings of meters to an event."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from host_tools.broker.mosquitto import find_mosquitto
from host_tools.errors import BrokerError
from host_tools.site.broker_address import free_port
from pole.wire import contract

SITE, HEAD = "sagar", "diya/1/sagar"
POLES, STEP_S = 200, 5
EACH = 11  # of so many messages one is an event
LIMIT_S = 600.0


class Broker:
    """A Mosquitto on ``port`` that queues without limit; its files are in *folder*."""

    def __init__(self, folder: Path) -> None:
        program = find_mosquitto()
        if program is None:
            raise BrokerError("Mosquitto, the MQTT broker, is not on this machine")
        self.port = free_port()
        config = folder / "mosquitto.conf"
        config.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence false\nmax_queued_messages 0\n"
            "queue_qos0_messages true\nupgrade_outgoing_qos true\n"
            f"max_inflight_messages {contract.IN_FLIGHT}\nset_tcp_nodelay true\n",
            encoding="ascii",
        )
        self._process = subprocess.Popen([program, "-c", str(config)], stderr=subprocess.DEVNULL)
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        until(self._connects)
        self._client.loop_start()
        # retained: who has heard it has subscribed
        self._client.publish(f"{HEAD}/P0001/{contract.PRESENCE}", b'{"v":1,"online":true}', 1, retain=True)
        self._said = 0  # how often it was said something

    def _connects(self) -> bool:
        try:
            return self._client.connect("127.0.0.1", self.port) == mqtt.MQTT_ERR_SUCCESS
        except OSError:
            return False

    def say(self, count: int) -> None:
        """Publish *count* messages of poles, of the time up to now; the broker has them then."""
        # no two readings of a pole at one second, in up to STEP_S calls
        begun = (int(time.time()) - STEP_S * count // POLES) // STEP_S * STEP_S + self._said % STEP_S
        self._said += 1
        for number in range(count):
            of, turn = number % POLES, number // POLES
            at = begun + STEP_S * turn
            if number % EACH == EACH - 1:
                kind, values = "event", _event(begun, turn // EACH + 1, at)
            else:
                kind, values = "meter", _meter(number)
            payload = json.dumps({"v": 1, "at": at, **values}).encode()
            self._client.publish(f"{HEAD}/P{of + 1:04}/{kind}", payload, 1 if kind == "event" else 0)
        self._client.publish("none", b"", 1).wait_for_publish(LIMIT_S)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()
        self._process.terminate()
        self._process.wait()


def _event(begun: int, sequence: int, at: int) -> dict[str, object]:
    """Event *sequence* of a pole's journal, which skips none."""
    return {
        "id": f"e{begun}-{sequence}", "eventType": "lampFailure", "startEndFlag": bool(sequence % 2),
        "timestamp": at, "replayed": False,
        "attributes": {"level": 100, "activePower": 2.5, "expectedPower": 148, "cause": "broken or loose"},
    }  # fmt: skip


def _meter(number: int) -> dict[str, object]:
    return {
        "supplyVoltage": 231.4, "supplyCurrent": 0.412, "activePower": 80.5, "powerFactor": 0.95,
        "activeEnergy": round(number / 1000, 3), "temperature": 31.5, "operatingHours": 1234.5, "switchOnCounter": 77,
    }  # fmt: skip


def until(done: Callable[[], bool]) -> None:
    """Returns once *done*.  Raises BrokerError after LIMIT_S."""
    end = time.monotonic() + LIMIT_S
    while not done():
        if time.monotonic() > end:
            raise BrokerError(f"the benchmark is not done after {LIMIT_S:g} s")
        time.sleep(0.2)
