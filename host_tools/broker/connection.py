"""The city's side of the MQTT broker: paho-mqtt behind the few calls that `watch` and `send` need.

Messages come in on paho's own thread and are put into a queue, from which the caller takes them, so that no other
module has to deal with threads.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import TracebackType
from typing import Any, NamedTuple, Self

import paho.mqtt.client as mqtt

from host_tools.broker.client import ASK_SHARE, Client, not_allowed, refused
from host_tools.errors import BrokerError
from host_tools.site.broker_address import BrokerAddress

WAIT_S = 8.0  # longest wait for a session with a broker, unless given otherwise
LEAST_WAIT_S = 2.0  # the least, for any given time: a handshake takes a second or two
MOST_QUEUED = 1_000_000  # messages; above it the oldest are dropped: `missed` counts them


def within(asked_s: float | None) -> float:
    """How long to wait for the broker where a person gave *asked_s* for the whole (None: no limit)."""
    return WAIT_S if asked_s is None else min(WAIT_S, max(LEAST_WAIT_S, asked_s))


class Message(NamedTuple):
    """One message: ``retained`` when the broker had stored it before the subscription."""

    topic: str
    payload: bytes
    retained: bool


class Link:
    """One session with a broker, reconnected by itself; a context manager.

    ``sessions`` counts how often it was connected, ``missed`` messages that nothing took out in time.  ``arrived`` is
    called with the topic of each message once it can be taken out, by the thread that received it.
    *wait_s* is the longest time until it is connected and subscribed.  *clears*: a topic whose retained message the
    broker removes when this client is gone without a DISCONNECT (its last will).  Raises BrokerError when the broker
    refuses.
    """

    def __init__(self, address: BrokerAddress, topics: Iterable[str], wait_s: float = WAIT_S, clears: str = "") -> None:
        self._address = address
        self._topics = list(topics)
        self._wait_s = wait_s
        self._queue: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._answered = threading.Event()  # connected and subscribed, or refused, or disconnected
        self._refused: BrokerError | None = None
        self._subscribed = False
        self._posted: deque[mqtt.MQTTMessageInfo] = deque()  # of which the broker may not have given its word
        self._first = 0  # number of the SUBSCRIBE with which a session begins
        self.arrived: Callable[[str], None] = lambda topic: None
        self._asked: dict[int, list[str]] = {}
        self._granted: dict[int, list[bool]] = {}  # by SUBSCRIBE: which of its topics the broker refuses
        self._spoken = threading.Event()  # set when the broker has answered a SUBSCRIBE
        self.connected = False
        self.sessions = 0
        self.missed = 0
        client = Client(address, wait_s=wait_s * (1 - ASK_SHARE))
        if clears:
            client.will_set(clears, b"", qos=1, retain=True)
        client.reconnect_delay_set(1, 10)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        self._client = client

    def __enter__(self) -> Self:
        until = time.monotonic() + self._wait_s
        self._client.call()
        self._client.loop_start()
        self._answered.wait(max(0.1, until - time.monotonic() - self._wait_s * ASK_SHARE))
        if not self._subscribed:
            self._client.disconnect()  # its thread ends by itself
            raise self._refused or self._client.why_mute(until)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.leave()

    def publish(self, topic: str, payload: bytes, retain: bool = False, wait_s: float = 10.0) -> None:
        """Publish with QoS 1 and wait for the PUBACK.  Raises BrokerError when it does not come."""
        self._await(self._client.publish(topic, payload, qos=1, retain=retain), wait_s, wait_s)

    def _await(self, sent: mqtt.MQTTMessageInfo, left_s: float, wait_s: float) -> None:
        """Wait *left_s* of *wait_s* for the PUBACK of what was *sent*.  Raises BrokerError."""
        try:
            sent.wait_for_publish(left_s)
            done = sent.is_published()
        except (RuntimeError, ValueError):
            done = False
        if not done:
            raise BrokerError(f"the broker at {self._address} did not take the message within {wait_s:g} s")

    def post(self, topic: str, payload: bytes, retain: bool = False) -> None:
        """Publish with QoS 1 and do not wait: it is sent when there is a connection."""
        sent = self._client.publish(topic, payload, qos=1, retain=retain)
        if sent.rc == mqtt.MQTT_ERR_NO_CONN:
            sent.rc = mqtt.MQTT_ERR_SUCCESS  # paho keeps it and sends it in the next session
        while self._posted and self._posted[0].rc == mqtt.MQTT_ERR_SUCCESS and self._posted[0].is_published():
            self._posted.popleft()
        self._posted.append(sent)

    def taken(self, wait_s: float) -> None:
        """Wait for the PUBACKs of all that was posted, at most *wait_s*.  Raises BrokerError when one is missing."""
        until = time.monotonic() + wait_s
        while self._posted:
            self._await(self._posted.popleft(), max(0.0, until - time.monotonic()), wait_s)

    def subscribe(self, topics: Sequence[str], qos: int = 0) -> int:
        """Subscribe to *topics*, in this session only; returns the number of the request, for ``granted``."""
        number = self._client.subscribe([(topic, qos) for topic in topics])[1] or -1
        self._asked[number] = list(topics)
        return number

    def granted(self, number: int) -> bool:
        """Whether the broker has answered request *number*, once.  Raises BrokerError when it refuses a topic."""
        denied = self._granted.pop(number, None)
        if denied is None:
            return False
        for topic, no in zip(self._asked.pop(number, []), denied, strict=False):
            if no:
                raise not_allowed(self._address, topic)
        return True

    def pause(self, most_s: float) -> None:
        """Wait until the broker answers a SUBSCRIBE, at most *most_s*; messages are left in the queue."""
        self._spoken.wait(most_s)
        self._spoken.clear()

    def unsubscribe(self, topics: Sequence[str]) -> None:
        """Unsubscribe from *topics*."""
        self._client.unsubscribe(list(topics))

    def take(self, wait_s: float) -> Message | None:
        """The next message, waiting at most *wait_s* for it; None where none came."""
        try:
            return self._queue.get(timeout=wait_s) if wait_s > 0 else self._queue.get_nowait()
        except queue.Empty:
            return None

    def drain(self) -> Iterator[Message]:
        """All messages that are here."""
        while (message := self.take(0)) is not None:
            yield message

    def settle(self, quiet_s: float, most_s: float) -> Iterator[Message]:
        """Messages until none came for *quiet_s*, at most *most_s* long: the retained ones after a subscription."""
        until = time.monotonic() + most_s
        while (left := until - time.monotonic()) > 0:
            message = self.take(min(quiet_s, left))
            if message is None:
                return
            yield message

    def _on_connect(self, client: mqtt.Client, data: Any, flags: Any, reason: Any, properties: Any) -> None:
        if reason.is_failure:
            self._refused = refused(self._address, reason)
            self._answered.set()
            return
        self._asked.clear()
        self._granted.clear()
        self.connected = True
        self.sessions += 1
        self._first = client.subscribe([(topic, 1) for topic in self._topics])[1] or 0

    def _on_subscribe(self, client: mqtt.Client, data: Any, mid: int, reasons: Any, properties: Any) -> None:
        if mid != self._first:
            self._granted[mid] = [reason.is_failure for reason in reasons]
            self._spoken.set()
            return
        denied = [topic for topic, one in zip(self._topics, reasons, strict=False) if one.is_failure]
        if denied:
            self._refused = not_allowed(self._address, denied[0])
        else:
            self._subscribed = True
            self._client.keep_on()
        self._answered.set()

    def _on_disconnect(self, client: mqtt.Client, data: Any, flags: Any, reason: Any, properties: Any) -> None:
        self.connected = False
        self._answered.set()

    def _on_message(self, client: mqtt.Client, data: Any, message: mqtt.MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:  # paho decodes late; a topic that is not UTF-8 is no topic of ours
            return
        if self._queue.qsize() >= MOST_QUEUED:
            self.missed += self.take(0) is not None
        self._queue.put(Message(topic, bytes(message.payload), bool(message.retain)))
        self.arrived(topic)
