"""The pole's side of the record, played by paho: a journal, its outbox, losses, and answers to `resend`."""

from __future__ import annotations

import json
import queue
import random
import threading
import time
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from host_tools.site.broker_address import BrokerAddress
from tests.patience import PATIENCE_S

ROOT, SITE = "diya/1", "sagar"
NOW = 1795531800
HEAD = f"{ROOT}/{SITE}"


def event(id_: str, **more: Any) -> bytes:
    """An event's payload as a pole writes it."""
    values = {
        "v": 1, "at": NOW, "id": id_, "eventType": "lampFailure", "startEndFlag": True, "timestamp": NOW,
        "replayed": False, "attributes": {"activePower": 0},
    }  # fmt: skip
    return json.dumps({**values, **more}).encode()


class PlayedPole(threading.Thread):
    """Raises *count* events as fast as it can, in two journals: its flash is wiped half way.

    It wipes only when ``may_wipe`` is set, because unsent events are lost then.  Some events are never sent until they
    are asked for, as if a broker had lost them; some the journal drops before they are sent, and says so when they are
    asked for.  When ``may_end`` is set it raises the last ones, and sets ``ended`` when the broker has them.
    ``raised`` is what the record must hold in the end, in order; ``dropped`` what it cannot.
    """

    def __init__(self, name: str, address: BrokerAddress, count: int, seed: int, *, tells_journal: bool = True) -> None:
        super().__init__(daemon=True)
        self.pole = name
        self.raised: list[tuple[str, int]] = []
        self.dropped: list[tuple[str, int]] = []
        self.questions = 0
        self.done = threading.Event()
        self._count, self._tells_journal = count, tells_journal
        self._random = random.Random(seed)
        self._journal: dict[int, bytes] = {}
        self._gone: set[int] = set()
        self._epoch = ""
        self._asked: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self.wants_wipe, self.may_wipe = threading.Event(), threading.Event()
        self.may_end, self.ended = threading.Event(), threading.Event()
        self._over = threading.Event()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, f"pole-{name}", protocol=mqtt.MQTTv311)
        self._client.will_set(f"{HEAD}/{name}/presence", b'{"v":1,"online":false}', 1, True)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = self._on_connect
        self._client.on_message = lambda client, data, message: self._asked.put(message.payload)
        self._client.connect(address.host, address.port, 30)
        self._new_journal()

    def run(self) -> None:
        self._client.loop_start()
        for number in range(self._count):
            if number == self._count // 2:
                self.wants_wipe.set()
                while not self.may_wipe.is_set() and not self._over.is_set():
                    self._answer()
                    time.sleep(0.01)
                self._new_journal()
                self._birth()
            self._raise(number, self._random.random())
            self._answer()
            if number % 25 == 0:
                time.sleep(0.1)
        self.done.set()
        while not self._over.is_set():
            self._answer()
            if self.may_end.is_set() and not self.ended.is_set():
                for number in range(20):
                    self._raise(self._count + number, 1.0)
                self._client.publish("none", b"", 1).wait_for_publish(PATIENCE_S)
                self.ended.set()
            time.sleep(0.01)
        self._client.disconnect()
        self._client.loop_stop()

    def end(self) -> None:
        self._over.set()
        self.join()

    def _new_journal(self) -> None:
        self._epoch = f"{self._random.getrandbits(64):016x}"
        self._journal, self._gone = {}, set()

    def _raise(self, number: int, fate: float) -> None:
        sequence = len(self._journal) + len(self._gone) + 1
        if fate < 0.01:
            self._gone.add(sequence)
            self.dropped.append((self._epoch, sequence))
            return
        payload = event(f"{self._epoch}-{sequence}", timestamp=NOW + number, attributes={"number": number})
        self._keep(sequence, payload)
        if fate > 0.04:
            self._send(payload)

    def _keep(self, sequence: int, payload: bytes) -> None:
        self._journal[sequence] = payload
        self.raised.append((self._epoch, sequence))

    def _send(self, payload: bytes) -> None:
        self._client.publish(f"{HEAD}/{self.pole}/event", payload, 1)

    def _answer(self) -> bool:
        try:
            envelope = json.loads(self._asked.get_nowait())
        except queue.Empty:
            return False
        self.questions += 1
        body = json.loads(envelope["body"])
        assert body["type"] == "resend"
        ack = {"v": 1, "at": NOW, "sender": envelope["sender"], "n": envelope["n"], "outcome": "applied"}
        self._client.publish(f"{HEAD}/{self.pole}/ack", json.dumps(ack).encode(), 1)
        if body["epoch"] == self._epoch:
            self._replay(body["from"], body["to"])
        else:
            self._say_gone(body["from"], body["to"], epoch=body["epoch"])
        return True

    def _replay(self, low: int, high: int) -> None:
        for sequence in range(low, min(high, len(self._journal) + len(self._gone)) + 1):
            if sequence in self._gone:
                self._say_gone(sequence, sequence)
            else:
                self._send(json.dumps({**json.loads(self._journal[sequence]), "replayed": True}).encode())

    def _say_gone(self, low: int, high: int, **more: str) -> None:
        mine = len(self._journal) + len(self._gone) + 1
        lost = {"first": low, "last": high, **more}
        payload = event(f"{self._epoch}-{mine}", eventType="eventsDropped", startEndFlag=None, attributes=lost)
        self._keep(mine, payload)
        self._send(payload)

    def _on_connect(self, client: mqtt.Client, data: Any, flags: Any, reason: Any, properties: Any) -> None:
        client.subscribe(f"{HEAD}/{self.pole}/command", 1)
        client.publish(f"{HEAD}/{self.pole}/presence", b'{"v":1,"online":true}', 1, True)
        self._birth()

    def _birth(self) -> None:
        values: dict[str, Any] = {"v": 1, "at": NOW, "groups": ["market" if self.pole < "P0003" else "park"]}
        if self._tells_journal:
            last = len(self._journal) + len(self._gone)
            values["journal"] = {"epoch": self._epoch, "first": 1, "last": last}
        self._client.publish(f"{HEAD}/{self.pole}/birth", json.dumps(values).encode(), 1, True)
