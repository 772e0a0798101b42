"""What MQTT over TCP puts on the air: payloads, MQTT's own bytes, headers of TCP and IP, and acknowledgements.

Each write of either end is a segment of its own.  A segment is acknowledged by the next one in the other direction
where that comes soon enough, else by an empty one, which stands for all that came until then (RFC 1122, 4.2.3.2).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from simulator.network import mqtt_stream as mqtt

HEADER = 40  # bytes of TCP and IPv4 without options
DATAGRAM = 28  # bytes of UDP and IPv4
MSS = 1440  # bytes of data in a segment of lwIP as ESP-IDF sets it
TLS_RECORD = 29  # bytes that TLS 1.2 with AES-GCM adds to a record
POLE_WAITS_MS = 250  # until lwIP acknowledges what it has nothing to answer to
BROKER_ANSWERS_MS = 200  # within which the answer of a broker is back, and has acknowledged what was asked
OTHER = "of the connection"
_NAMES = {mqtt.PINGREQ: "ping", mqtt.PINGRESP: "ping"}


class Chunk(NamedTuple):
    """What one end wrote at once, at *ms*; *up*: the pole did."""

    ms: int
    up: bool
    data: bytes


@dataclass
class Cost:
    """Bytes of one kind in one direction: payloads, what MQTT adds, headers of TCP and IP, empty acknowledgements sent
    this way, and what TLS would add; ``messages`` counts those, and pings.
    """

    payload: int = 0
    mqtt: int = 0
    header: int = 0
    acks: int = 0
    tls: int = 0
    messages: int = 0

    @property
    def total(self) -> int:
        """All bytes without TLS."""
        return self.payload + self.mqtt + self.header + self.acks


@dataclass
class Air:
    """Costs by kind, of what the pole sends (*up*) and of what it gets (*down*)."""

    up: dict[str, Cost] = field(default_factory=dict)
    down: dict[str, Cost] = field(default_factory=dict)

    def of(self, up: bool, kind: str) -> Cost:
        """The cost of *kind* in that direction."""
        return (self.up if up else self.down).setdefault(kind, Cost())

    @property
    def sent(self) -> int:
        return sum(cost.total for cost in self.up.values())

    @property
    def received(self) -> int:
        return sum(cost.total for cost in self.down.values())

    @property
    def kinds(self) -> list[str]:
        """All kinds, the dearest first."""
        return sorted({*self.up, *self.down}, key=lambda kind: -self.of(True, kind).total - self.of(False, kind).total)


def count(chunks: Sequence[Chunk], from_ms: int = 0, to_ms: int = 1 << 62) -> Air:
    """The cost of one connection's *chunks*, in their order in time; only those from *from_ms* on, before *to_ms*."""
    air = Air()
    readers = {True: mqtt.PacketReader(), False: mqtt.PacketReader()}
    asked: dict[tuple[bool, int], str] = {}  # kinds of messages of QoS 1, by direction and packet identifier
    kinds = [_add(air, chunk, readers[chunk.up], asked, from_ms <= chunk.ms < to_ms) for chunk in chunks]
    for place, (chunk, kind) in enumerate(zip(chunks, kinds, strict=True)):
        if from_ms <= chunk.ms < to_ms and _is_bare(chunks, place):
            air.of(not chunk.up, kind).acks += HEADER
    return air


def _is_bare(chunks: Sequence[Chunk], place: int) -> bool:
    """Whether what comes at *place* is acknowledged by an empty segment: nothing follows soon, in either direction.

    What follows in the same direction is acknowledged in its turn, and this with it.
    """
    if place + 1 == len(chunks):
        return True
    patience = BROKER_ANSWERS_MS if chunks[place].up else POLE_WAITS_MS
    return chunks[place + 1].ms - chunks[place].ms > patience


def _add(air: Air, chunk: Chunk, reader: mqtt.PacketReader, asked: dict[tuple[bool, int], str], counts: bool) -> str:
    """Adds the packets of *chunk* and its headers; the kind of its first packet."""
    first = ""
    for packet in reader.feed(chunk.data):
        kind, payload = _kind(packet, chunk.up, asked)
        first = first or kind
        if counts:
            cost = air.of(chunk.up, kind)
            cost.payload += payload
            cost.mqtt += len(mqtt.frame(packet.kind, packet.flags, packet.body)) - payload
            cost.messages += packet.kind in (mqtt.PUBLISH, mqtt.PINGREQ)
    first = first or OTHER
    if counts:
        cost = air.of(chunk.up, first)
        cost.header += HEADER * -(-len(chunk.data) // MSS)
        cost.tls += TLS_RECORD
    return first


def _kind(packet: mqtt.Packet, up: bool, asked: dict[tuple[bool, int], str]) -> tuple[str, int]:
    """The kind of *packet*, and bytes of its payload."""
    if packet.kind == mqtt.PUBLISH:
        message = mqtt.parse_publish(packet)
        kind = message.topic.rpartition("/")[2]
        if message.qos:
            asked[up, message.packet_id] = kind
        return kind, len(message.payload)
    if packet.kind == mqtt.PUBACK:
        return asked.pop((not up, int.from_bytes(packet.body[:2], "big")), OTHER), 0
    return _NAMES.get(packet.kind, OTHER), 0


def rows(air: Air) -> Iterator[tuple[str, int, Cost, Cost]]:
    """(kind, messages, what the pole sends, what it gets), the dearest first."""
    for kind in air.kinds:
        up, down = air.of(True, kind), air.of(False, kind)
        yield kind, up.messages + down.messages, up, down
