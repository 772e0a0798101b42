"""Reads what a client sends to a broker: MQTT 3.1.1 control packets out of a stream of bytes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK = 1, 2, 3, 4, 8, 9
PINGREQ, PINGRESP, DISCONNECT = 12, 13, 14


class Packet(NamedTuple):
    """One control packet: its type (1-14), the flags of its first byte, and what follows the length."""

    kind: int
    flags: int
    body: bytes


class Publish(NamedTuple):
    topic: str
    payload: bytes
    qos: int
    retain: bool
    dup: bool
    packet_id: int


class PacketReader:
    """Packets as they become complete."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Packet]:
        self._buffer += data
        while True:
            length = 0
            for place in range(1, 5):
                if place >= len(self._buffer):
                    return
                byte = self._buffer[place]
                length |= (byte & 127) << 7 * (place - 1)
                if not byte & 128:
                    break
            else:
                raise ValueError("the remaining length has more than four bytes")
            end = place + 1 + length
            if len(self._buffer) < end:
                return
            first = self._buffer[0]
            body = bytes(self._buffer[place + 1 : end])
            del self._buffer[:end]
            yield Packet(first >> 4, first & 15, body)


def text_at(body: bytes, place: int) -> tuple[str, int]:
    """The length-prefixed UTF-8 text at *place*, and the place behind it."""
    length = int.from_bytes(body[place : place + 2], "big")
    return body[place + 2 : place + 2 + length].decode(), place + 2 + length


def bytes_at(body: bytes, place: int) -> tuple[bytes, int]:
    """The length-prefixed bytes at *place*, and the place behind them."""
    length = int.from_bytes(body[place : place + 2], "big")
    return body[place + 2 : place + 2 + length], place + 2 + length


def parse_publish(packet: Packet) -> Publish:
    topic, place = text_at(packet.body, 0)
    qos = packet.flags >> 1 & 3
    packet_id = 0
    if qos:
        packet_id = int.from_bytes(packet.body[place : place + 2], "big")
        place += 2
    return Publish(topic, packet.body[place:], qos, bool(packet.flags & 1), bool(packet.flags & 8), packet_id)


def frame(kind: int, flags: int, body: bytes) -> bytes:
    """The bytes of one control packet."""
    out = bytearray([kind << 4 | flags])
    length = len(body)
    while True:
        byte = length & 127
        length >>= 7
        out.append(byte | 128 if length else byte)
        if not length:
            return bytes(out) + body


def publish_frame(topic: str, payload: bytes, qos: int, retain: bool, packet_id: int) -> bytes:
    name = topic.encode()
    body = len(name).to_bytes(2, "big") + name
    if qos:
        body += packet_id.to_bytes(2, "big")
    return frame(PUBLISH, qos << 1 | retain, body + payload)


def matches(pattern: str, topic: str) -> bool:
    """Whether *topic* is within the topic filter *pattern* (``+`` one level, ``#`` all the rest)."""
    wanted, given = pattern.split("/"), topic.split("/")
    for place, level in enumerate(wanted):
        if level == "#":
            return True
        if place >= len(given) or (level != "+" and level != given[place]):
            return False
    return len(wanted) == len(given)
