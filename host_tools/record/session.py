"""A persistent MQTT session whose messages are acknowledged only once they are safe.

No thread: messages are read, stored and acknowledged in turn, so that no PUBACK can go out for a message of another
connection that happens to have the same packet identifier.
"""

from __future__ import annotations

import select
import time
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from host_tools.broker import BrokerAddress
from host_tools.broker.tls import secure
from host_tools.errors import BrokerError
from host_tools.link import Message

KEEPALIVE_S = 30
CONNECT_S = 10.0  # longest wait for a connection, and for the broker's word on it
MOST = 1000  # messages taken before they are stored
LULL_S = 0.002  # without a message for this long, what is here is stored


class Session:
    """One session *client_id*: *kept* topics at QoS 1, queued by the broker while we are away, *live* ones at QoS 0."""

    def __init__(self, address: BrokerAddress, client_id: str, kept: list[str], live: list[str]) -> None:
        self._address = address
        self._topics = [(topic, 1) for topic in kept] + [(topic, 0) for topic in live]
        self._arrived: list[tuple[int, Message]] = []  # packet identifier (0: QoS 0) and message
        self._unacked: list[int] = []
        self._accepted: bool | None = None
        self._refused = ""
        self.connected = False
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id, clean_session=False, protocol=mqtt.MQTTv311, manual_ack=True
        )
        client.connect_timeout = CONNECT_S
        if address.user:
            client.username_pw_set(address.user, address.password or None)
        if address.tls:
            secure(client, address.ca)
        client.on_connect = self._on_connect
        client.on_message = self._on_message
        self._client = client

    def connect(self) -> None:
        """Connect and subscribe.  Raises BrokerError: nobody answers, or (``refused``) we are not let in."""
        self._arrived.clear()
        self._unacked.clear()
        self._accepted, self._refused = None, ""
        try:
            self._client.connect(self._address.host, self._address.port, KEEPALIVE_S)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise BrokerError(f"no MQTT broker answers at {self._address}: {reason}") from error
        until = time.monotonic() + CONNECT_S
        while self._accepted is None and time.monotonic() < until:
            if self._client.loop(0.2) != mqtt.MQTT_ERR_SUCCESS:
                break
        if not self._accepted:
            self._client.disconnect()
            raise BrokerError(
                f"the broker at {self._address} does not let us in: "
                f"{self._refused or 'it takes connections and says nothing'}"
            )
        self.connected = True
        # every time: it brings what the broker has retained, and a broker that crashed has forgotten us
        self._client.subscribe(self._topics)

    @property
    def refused(self) -> bool:
        """Whether the last connect failed because of who we are."""
        return bool(self._refused)

    def take(self, wait_s: float) -> list[Message]:
        """Messages, waiting at most *wait_s* for the first; none where none came or the connection ended."""
        wait = wait_s
        while self.connected and len(self._arrived) < MOST:
            before = len(self._arrived)
            if self._client.loop(wait) != mqtt.MQTT_ERR_SUCCESS:
                self.connected = False
                self._arrived.clear()  # unacknowledged: the broker sends them again
                break
            if len(self._arrived) == before and (before or not self._readable()):
                break
            wait = LULL_S if self._arrived else 0.0
        taken, self._arrived = self._arrived, []
        self._unacked = [mid for mid, _message in taken if mid]
        return [message for _mid, message in taken]

    def acknowledge(self) -> None:
        """Tell the broker that what was taken last is safe."""
        unacked, self._unacked = self._unacked, []
        for mid in unacked:
            if self.connected and self._client.ack(mid, 1) != mqtt.MQTT_ERR_SUCCESS:
                self.connected = False

    def publish(self, topic: str, payload: bytes) -> bool:
        """Publish with QoS 1; False where there is no connection.  It may yet be lost."""
        if not self.connected:
            return False
        return self._client.publish(topic, payload, qos=1).rc == mqtt.MQTT_ERR_SUCCESS

    def close(self) -> None:
        """Leave; the broker keeps the session, and queues for it."""
        self.connected = False
        self._client.disconnect()

    def _readable(self) -> bool:
        sock = self._client.socket()
        return sock is not None and bool(select.select([sock], [], [], 0)[0])

    def _on_connect(self, client: mqtt.Client, data: Any, flags: Any, reason: Any, properties: Any) -> None:
        self._accepted = not reason.is_failure
        self._refused = str(reason) if reason.is_failure else ""

    def _on_message(self, client: mqtt.Client, data: Any, message: mqtt.MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:  # paho decodes late; it is nobody's, and must not come again
            topic = ""
        kept = Message(topic, bytes(message.payload), bool(message.retain))
        self._arrived.append((message.mid if message.qos else 0, kept))
