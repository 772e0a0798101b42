"""MQTT 3.1.1 packets, as far as a client needs them that publishes and subscribes with QoS 0 and 1.

Section numbers are those of the OASIS standard of 29 October 2014.  ``Decoder`` reads from one small buffer that is
used again for each packet.  Only a payload that does not fit gets memory of its own, until its message is handled; one
above ``contract.MAX_PAYLOAD`` is drained and never stored.
"""

import gc

from pole import const
from pole.runtime.transient import unload
from pole.wire import utf8
from pole.wire.contract import MAX_PAYLOAD

CONNACK = const(2)
PUBLISH = const(3)
PUBACK = const(4)
SUBACK = const(9)
UNSUBACK = const(11)
PINGRESP = const(13)

PINGREQ = b"\xc0\x00"

_BUFFER = const(512)  # a command and its topic fit, but for a long reason
_SHORTEST = {CONNACK: 2, PUBLISH: 3, PUBACK: 2, SUBACK: 3, UNSUBACK: 2, PINGRESP: 0}
_LONGEST = {CONNACK: 2, PUBACK: 2, SUBACK: 66, UNSUBACK: 2, PINGRESP: 0}


# what is wrong, as a PacketError is made: the number of its sentence in stray_packets.py
_LENGTH = const(0)
_KIND = const(1)
_SIZE = const(2)
_QOS = const(3)
_SHORT = const(4)
_TOPIC_SIZE = const(5)
_TOPIC_BYTES = const(6)
_TOPIC = const(7)
_IDENTIFIER = const(8)
TWICE = const(9)
EARLY = const(10)
OTHER = const(11)


class PacketError(Exception):
    """The peer violates MQTT 3.1.1, or the part of it that is supported: the number of a sentence
    (stray_packets.py), and its values.
    """

    def __str__(self):
        try:
            from pole.link.stray_packets import sentence

            return sentence(*self.args)
        except MemoryError:
            return ""
        finally:
            unload("pole.link.stray_packets")


def publish(topic, payload, retain=False, packet_id=0, dup=False):
    """PUBLISH *payload* on *topic* (both bytes): QoS 1 when there is a *packet_id*, else QoS 0 (3.3)."""
    if packet_id:
        return packet(0x32 | (8 if dup else 0) | (1 if retain else 0), (field(topic), number(packet_id), payload))
    return packet(0x30 | (1 if retain else 0), (field(topic), payload))


def puback(packet_id):
    """PUBACK (3.4)."""
    return b"\x40\x02" + number(packet_id)


def packet(first, parts):
    """A packet of fixed header *first* and *parts* (bytes)."""
    rest = b"".join(parts)
    length = len(rest)
    head = bytearray((first,))
    while length > 127:  # 2.2.3
        head.append(length & 127 | 128)
        length >>= 7
    head.append(length)
    return bytes(head) + rest


def number(value):
    """Two bytes."""
    return bytes((value >> 8, value & 255))


def field(data):
    """*data* (bytes) behind its length."""
    return number(len(data)) + data


class Decoder:
    """Packets out of a stream of bytes.

    The caller reads into ``space()``, says how much came with ``filled(n)``, and calls ``next()`` until it returns 0.
    What ``next()`` returned is described by the attributes, which hold until it is called again:

    CONNACK    ``code``: 0 accepted, 1-5 refused (3.2.2.3)
    PUBLISH    ``topic``, ``payload`` (bytes or bytearray; None when it was too large), ``qos``, ``packet_id``
    PUBACK     ``packet_id``
    SUBACK     ``packet_id``, ``payload``: one return code a filter (3.9.3)
    UNSUBACK   ``packet_id``
    """

    def __init__(self):
        self._buffer = bytearray(_BUFFER)
        self._view = memoryview(self._buffer)
        self.reset()

    def reset(self):
        """Drops all data: the next bytes are the first of a new connection."""
        self._start = 0
        self._end = 0
        self._left = 0  # bytes of a large payload still to come
        self._large = None  # where they go; None while they are drained
        self.code = 0
        self.topic = ""
        self.payload = None
        self.qos = 0
        self.packet_id = 0

    def space(self):
        """Where the next bytes are to be put: never empty between calls of ``next()`` that returned 0."""
        if self._large is not None:
            return memoryview(self._large)[len(self._large) - self._left :]
        return self._view[self._end :] if self._end else self._view

    def filled(self, count):
        """*count* bytes were put at the beginning of ``space()``."""
        if self._large is not None:
            self._left -= count
        else:
            self._end += count

    def next(self):
        """The type of the next complete packet, or 0 when more bytes are needed.  Raises PacketError."""
        kind = self._rest_of_large() if self._left or self._large is not None else self._small()
        if not kind:
            self._make_room()
        return kind

    def _make_room(self):
        waiting = self._end - self._start
        if self._start and waiting:
            self._view[:waiting] = self._view[self._start : self._end]
        self._start = 0
        self._end = waiting

    def _rest_of_large(self):
        if self._large is None:
            drained = min(self._left, self._end - self._start)
            self._start += drained
            self._left -= drained
        if self._left:
            return 0
        self.payload = self._large
        self._large = None
        return PUBLISH

    def _small(self):
        buffer = self._buffer
        at = self._start + 1
        length = shift = 0
        while True:
            if at >= self._end:
                return 0
            byte = buffer[at]
            at += 1
            length |= (byte & 127) << shift
            if byte < 128:
                break
            shift += 7
            if shift > 21:
                raise PacketError(_LENGTH)
        first = buffer[self._start]
        kind = first >> 4
        if kind not in _SHORTEST or (kind != PUBLISH and first & 15):
            raise PacketError(_KIND, first)
        if length < _SHORTEST[kind] or length > _LONGEST.get(kind, length):
            raise PacketError(_SIZE, kind, length)
        end = at + length
        if kind == PUBLISH:
            return self._publish(first, at, end)
        if end > self._end:
            return 0
        self._start = end
        if kind == CONNACK:
            self.code = buffer[at + 1]
        elif kind != PINGRESP:
            self.packet_id = self._packet_id(at)
        if kind == SUBACK:
            self.payload = bytes(self._view[at + 2 : end])
        return kind

    def _publish(self, first, at, end):
        self.qos = first >> 1 & 3
        if self.qos > 1:
            raise PacketError(_QOS, self.qos)
        if at + 2 > self._end:
            return 0
        topic = at + 2
        body = topic + (self._buffer[at] << 8 | self._buffer[at + 1])
        payload = body + 2 * self.qos
        if payload > end:
            raise PacketError(_SHORT)
        if payload - self._start > _BUFFER:
            raise PacketError(_TOPIC_SIZE, body - topic, _BUFFER - 9)
        if payload > self._end or (end > self._end and end - self._start <= _BUFFER):
            return 0
        try:
            self.topic = name = utf8.decode(bytes(self._view[topic:body]))
        except ValueError:
            raise PacketError(_TOPIC_BYTES) from None
        if not name or "\0" in name or "+" in name or "#" in name:  # 4.7.1, 4.7.3
            raise PacketError(_TOPIC)
        self.packet_id = self._packet_id(body) if self.qos else 0
        if end - self._start > _BUFFER:
            return self._begin_large(payload, end)
        self.payload = bytes(self._view[payload:end])
        self._start = end
        return PUBLISH

    def _packet_id(self, at):
        value = self._buffer[at] << 8 | self._buffer[at + 1]
        if not value:
            raise PacketError(_IDENTIFIER)  # 2.3.1
        return value

    def _begin_large(self, payload, end):
        size = end - payload
        here = self._end - payload  # all the bytes there are belong to this packet, which is longer than the buffer
        self._left = size - here
        if size <= MAX_PAYLOAD:
            self._large = _memory(size)
        if self._large is not None:
            self._large[:here] = self._view[payload : self._end]
        self._start = self._end
        return 0


def _memory(size):
    """A bytearray, or None when there is no memory for it: the message then counts as too large."""
    for _ in range(2):
        try:
            return bytearray(size)
        except MemoryError:
            gc.collect()
    return None
