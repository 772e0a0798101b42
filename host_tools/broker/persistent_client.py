"""One of the recorder's MQTT sessions, whose messages are acknowledged only once they are stored.

No thread: messages are read, stored and acknowledged in turn, so that no PUBACK can be sent for a message of another
connection that happens to have the same packet identifier.
"""

from __future__ import annotations

import select
import time
from typing import Any

import paho.mqtt.client as mqtt

from host_tools.broker.batch_client import BatchClient
from host_tools.broker.client import ASK_SHARE, not_allowed, refused
from host_tools.broker.connection import Message
from host_tools.errors import BrokerError
from host_tools.site.broker_address import BrokerAddress

MOST = 1000  # messages read before they are stored


class Session:
    """A session subscribed to *topics*: kept by the broker under *name*, at QoS 1, or (no name) a clean one at QoS 0.

    *drops* are topics that an older version subscribed to under that name.
    """

    def __init__(self, address: BrokerAddress, name: str, topics: list[str], drops: list[str] | None = None) -> None:
        self._address = address
        self._topics = topics
        self._qos = 1 if name else 0
        self._drops = drops or []
        self._unacked: list[int] = []
        self._accepted = False
        self._refused: BrokerError | None = None
        self.connected = False
        client = BatchClient(address, name, most=MOST)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        self._client = client

    def connect(self, wait_s: float) -> None:
        """Connect and subscribe, within *wait_s*.  Raises ContactError."""
        until = time.monotonic() + wait_s
        self._client.arrived.clear()
        self._unacked.clear()
        self._accepted, self._refused = False, None
        self._client.wait_s = wait_s * (1 - ASK_SHARE)
        self._client.call()
        while not self._accepted and time.monotonic() < until - wait_s * ASK_SHARE:
            if self._client.loop(0.05) != mqtt.MQTT_ERR_SUCCESS:
                break
        if not self._accepted:
            self._client.disconnect()
            raise self._refused or self._client.why_mute(until)
        self.connected = True
        # every time: it brings what the broker has retained, and a broker that crashed has lost the session
        self._client.subscribe([(topic, self._qos) for topic in self._topics])
        if self._drops:
            self._client.unsubscribe(self._drops)

    @property
    def socket(self) -> Any:
        """The open socket, for `select`; None without one."""
        return self._client.socket()

    @property
    def readable(self) -> bool:
        """Whether there is something to read."""
        sock = self._client.socket()
        if sock is None:
            return False
        if self._client.holds_packet:
            return True
        return bool(hasattr(sock, "pending") and sock.pending()) or bool(select.select([sock], [], [], 0)[0])

    @property
    def waiting(self) -> int:
        """Messages that were read and not taken."""
        return len(self._client.arrived)

    def read(self) -> None:
        """Read what is here, at most MOST messages in all, and keep the connection alive.

        Raises ContactError when the broker refuses a subscription.
        """
        while self.connected and self.waiting < MOST:
            if self._client.loop(0.0) != mqtt.MQTT_ERR_SUCCESS or not self._read_on():
                self.connected = False
                self._client.arrived.clear()  # unacknowledged: the broker sends them again
            elif not self.readable:
                break
        if self._refused:
            raise self._refused

    def _read_on(self) -> bool:
        """Read as long as messages come, without asking the system before each; False where the connection ended."""
        before = -1
        while before < self.waiting < MOST:
            before = self.waiting
            if self._client.loop_read() != mqtt.MQTT_ERR_SUCCESS:
                return False
        return True

    def take(self) -> list[Message]:
        """The messages that were read."""
        taken, self._client.arrived = self._client.arrived, []
        self._unacked = [mid for mid, _message in taken if mid]
        return [message for _mid, message in taken]

    def acknowledge(self) -> None:
        """Acknowledge the messages that were taken last: they are stored."""
        unacked, self._unacked = self._unacked, []
        if self.connected and not self._client.acknowledge(unacked):
            self.connected = False

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> bool:
        """Publish with QoS 1; False where there is no connection.  It may yet be lost."""
        if not self.connected:
            return False
        return self._client.publish(topic, payload, qos=1, retain=retain).rc == mqtt.MQTT_ERR_SUCCESS

    def hear(self, topic: str, on: bool) -> None:
        """Subscribe to *topic* (*on*), or unsubscribe; what the broker retains comes first."""
        if self.connected and on:
            self._client.subscribe(topic, self._qos)
        elif self.connected:
            self._client.unsubscribe(topic)

    def close(self) -> None:
        """Disconnect; the broker keeps a session with a name, and queues for it."""
        self.connected = False
        self._client.disconnect()

    def _on_connect(self, client: mqtt.Client, data: Any, flags: Any, reason: Any, properties: Any) -> None:
        self._accepted = not reason.is_failure
        self._refused = refused(self._address, reason) if reason.is_failure else None

    def _on_subscribe(self, client: mqtt.Client, data: Any, mid: int, reasons: Any, properties: Any) -> None:
        for topic, reason in zip(self._topics, reasons, strict=False):
            if reason.is_failure:
                self._refused = not_allowed(self._address, topic)
