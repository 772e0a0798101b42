"""A broker inside the simulator, for runs in virtual time: MQTT 3.1.1 with QoS 0 and 1, retained messages and wills.

It exchanges bytes with the poles' own client.  With a real broker (``--broker``) it is not used.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable

from pole.wire.contract import IN_FLIGHT
from simulator.network import mqtt_stream as mqtt


class Session:
    """One connection of one client."""

    def __init__(self, broker: BrokerModel, send: Callable[[bytes], None], close: Callable[[], None]) -> None:
        self._broker = broker
        self._send = send
        self._close = close
        self._reader = mqtt.PacketReader()
        self._packet_id = 0
        self._in_flight = 0  # messages of QoS 1 sent and not acknowledged
        self._waiting: list[tuple[str, bytes, bool]] = []  # those that wait for one of these
        self._will: tuple[str, bytes, int, bool] | None = None
        self.client = ""
        self.keepalive_ms = 0
        self.heard_ms = broker.now_ms()
        self.place = 0  # among the sessions, in the order in which they connected
        self.filters: dict[str, int] = {}

    def feed(self, data: bytes) -> None:
        """Takes bytes from the client."""
        self.heard_ms = self._broker.now_ms()
        try:
            for packet in self._reader.feed(data):
                self._packet(packet)
        except (ValueError, IndexError):
            self.drop()

    def _packet(self, packet: mqtt.Packet) -> None:
        if packet.kind == mqtt.CONNECT:
            self._connect(packet.body)
        elif packet.kind == mqtt.PUBLISH:
            message = mqtt.parse_publish(packet)
            if message.qos:
                self._send(mqtt.frame(mqtt.PUBACK, 0, message.packet_id.to_bytes(2, "big")))
            self._broker.publish(message.topic, message.payload, message.qos, message.retain)
        elif packet.kind == mqtt.PUBACK:
            self._in_flight -= 1
            if self._waiting:
                self._deliver_once(*self._waiting.pop(0))
        elif packet.kind == mqtt.SUBSCRIBE:
            self._subscribe(packet.body)
        elif packet.kind == mqtt.PINGREQ:
            self._send(mqtt.frame(mqtt.PINGRESP, 0, b""))
        elif packet.kind == mqtt.DISCONNECT:
            self._will = None
            self.drop()

    def _connect(self, body: bytes) -> None:
        flags = body[7]
        self.keepalive_ms = int.from_bytes(body[8:10], "big") * 1000
        self.client, place = mqtt.text_at(body, 10)
        if flags & 4:
            topic, place = mqtt.text_at(body, place)
            payload, place = mqtt.bytes_at(body, place)
            self._will = (topic, payload, flags >> 3 & 3, bool(flags & 32))
        self._broker.take_over(self)
        self._send(mqtt.frame(mqtt.CONNACK, 0, b"\0\0"))

    def _subscribe(self, body: bytes) -> None:
        place, codes = 2, bytearray()
        added = []
        while place < len(body):
            pattern, place = mqtt.text_at(body, place)
            qos = min(body[place], 1)
            place += 1
            self.filters[pattern] = qos
            added.append(pattern)
            codes.append(qos)
        self._broker.subscribed(self, added)
        self._send(mqtt.frame(mqtt.SUBACK, 0, body[:2] + bytes(codes)))
        for topic, payload, qos in self._broker.retained_by(added):
            self.deliver(topic, payload, qos, retain=True)

    def deliver(self, topic: str, payload: bytes, qos: int = 1, retain: bool = False) -> None:
        """Sends a message to the client, at *qos* and at most at the QoS it subscribed with."""
        granted = [
            wanted
            for pattern, wanted in self.filters.items()
            if pattern == topic or (is_wild(pattern) and mqtt.matches(pattern, topic))
        ]
        if granted:
            if not min(qos, *granted):
                self._send(mqtt.publish_frame(topic, payload, 0, retain, 0))
            elif self._in_flight < IN_FLIGHT:
                self._deliver_once(topic, payload, retain)
            else:
                self._waiting.append((topic, payload, retain))

    def _deliver_once(self, topic: str, payload: bytes, retain: bool) -> None:
        self._packet_id = self._packet_id % 65535 + 1
        self._in_flight += 1
        self._send(mqtt.publish_frame(topic, payload, 1, retain, self._packet_id))

    def lost(self) -> None:
        """Ends the session after a broken connection: the will is published."""
        if self._broker.sessions.get(self.client) is self:  # and not one that took its place
            self._broker.leave(self)
        will, self._will = self._will, None
        if will:
            self._broker.publish(*will)

    def drop(self) -> None:
        """The broker closes the connection."""
        self.lost()
        self._close()


class BrokerModel:
    """Sessions by client name, and retained messages.

    *heard* is called with every message (topic, payload) that the broker takes, wills and the city's own included.
    What a message or a second costs depends on how many clients it concerns, not on how many there are.
    """

    def __init__(self, now_ms: Callable[[], int], heard: Callable[[str, bytes], None]) -> None:
        self.now_ms = now_ms
        self._heard = heard
        self.running = True
        self.sessions: dict[str, Session] = {}
        self.retained: dict[str, tuple[bytes, int]] = {}
        self._retained_at: dict[str, int] = {}  # the place of each in their order
        self._connected = 0
        self._kept = 0
        self._exact: dict[str, dict[Session, None]] = {}  # who subscribed to a topic by its own name
        self._wild: dict[Session, None] = {}  # who has a filter with a wildcard
        self._alarms: list[tuple[int, int, Session]] = []  # when to look whether a client is silent, and its place

    def take_over(self, session: Session) -> None:
        """A client connected: an older connection of the same name is closed."""
        older = self.sessions.get(session.client)
        if older:
            self.leave(older)
            older.drop()
        self.sessions[session.client] = session
        self._connected += 1
        session.place = self._connected
        if session.keepalive_ms:
            heapq.heappush(self._alarms, (_dead_ms(session), session.place, session))

    def leave(self, session: Session) -> None:
        """The session under its client's name is over."""
        del self.sessions[session.client]
        self._wild.pop(session, None)
        for pattern in session.filters:
            there = self._exact.get(pattern)
            if there is not None:
                there.pop(session, None)
                if not there:
                    del self._exact[pattern]

    def subscribed(self, session: Session, added: list[str]) -> None:
        """*session* has the topic filters *added*."""
        if self.sessions.get(session.client) is not session:
            return
        for pattern in added:
            if is_wild(pattern):
                self._wild[session] = None
            else:
                self._exact.setdefault(pattern, {})[session] = None

    def retained_by(self, patterns: list[str]) -> list[tuple[str, bytes, int]]:
        """(topic, payload, QoS) of what is retained and within one of *patterns*, in the order in which it came."""
        if any(map(is_wild, patterns)):
            topics = [topic for topic in self.retained if any(mqtt.matches(pattern, topic) for pattern in patterns)]
        else:
            topics = sorted({one for one in patterns if one in self.retained}, key=self._retained_at.__getitem__)
        return [(topic, *self.retained[topic]) for topic in topics]

    def publish(self, topic: str, payload: bytes, qos: int, retain: bool = False) -> None:
        """A message to all who subscribed to it."""
        if retain:
            if payload:
                if topic not in self.retained:
                    self._kept += 1
                    self._retained_at[topic] = self._kept
                self.retained[topic] = (payload, qos)
            else:
                self.retained.pop(topic, None)
        self._heard(topic, payload)
        there = self._exact.get(topic)
        if there or self._wild:
            for session in sorted({**(there or {}), **self._wild}, key=_place):
                session.deliver(topic, payload)  # as `upgrade_outgoing_qos true` has it: at the subscriber's QoS

    def check_keepalive(self) -> None:
        """Drops clients silent for one and a half times their keepalive (MQTT 3.1.1, 3.1.2.10); call every second."""
        now = self.now_ms()
        silent = []
        while self._alarms and self._alarms[0][0] < now:
            _, _, session = heapq.heappop(self._alarms)
            if self.sessions.get(session.client) is session:
                if _dead_ms(session) < now:
                    silent.append(session)
                else:
                    heapq.heappush(self._alarms, (_dead_ms(session), session.place, session))
        for session in sorted(silent, key=_place):
            session.drop()

    def stop(self) -> None:
        """Kills the broker: connections break, and retained messages are lost."""
        self.running = False
        sessions, self.sessions = list(self.sessions.values()), {}
        self.retained.clear()
        self._exact.clear()
        self._wild.clear()
        for session in sessions:
            session._will = None
            session._close()

    def start(self) -> None:
        self.running = True


def is_wild(pattern: str) -> bool:
    """Whether a topic filter has a wildcard."""
    return "+" in pattern or "#" in pattern


def _place(session: Session) -> int:
    return session.place


def _dead_ms(session: Session) -> int:
    """The last moment at which it may still be silent."""
    return session.heard_ms + session.keepalive_ms * 3 // 2
