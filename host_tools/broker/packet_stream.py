"""Cuts the bytes that a broker sends (MQTT 3.1.1) into packets: messages at once, whatever else for paho to read.

Pure.  A message is a whole and sound PUBLISH packet of QoS 0 or 1.  What is neither that nor a part of a packet is left
where it is, so that paho's own reading decides what becomes of it.
"""

from __future__ import annotations

from host_tools.broker.connection import Message

MOST_TOPICS = 65_536  # in memory: a topic comes again and again
_PUBLISH, _RETAINED, _QOS_1, _QOS_2 = 3, 1, 2, 4  # type; bits of a packet's first byte
_MORE = 128  # the bit of a length's byte that says that another follows

Arrived = tuple[int, Message]  # packet identifier (0: QoS 0) and message


class PacketStream:
    """The bytes that were received and not taken; ``whole``: they begin with a packet, which may be malformed."""

    def __init__(self) -> None:
        self._topics: dict[bytes, str] = {}
        self.clear()

    def clear(self) -> None:
        """Drop everything: another connection begins."""
        self._data = b""
        self._at = 0  # where in it the next packet begins
        self._later: list[bytes] = []  # what follows it, while the packet is not complete
        self._wanted = 2  # bytes without which it cannot be
        self.whole = False

    def feed(self, piece: bytes) -> None:
        """Take what was received."""
        self._later.append(piece)
        self._wanted -= len(piece)
        if self._wanted <= 0:
            self._join()
            self._look()

    def messages(self, most: int) -> list[Arrived]:
        """Take the messages that come next, at most *most*."""
        out: list[Arrived] = []
        if not self.whole:
            return out
        data, at, topics = self._data, self._at, self._topics
        size = len(data)
        while most > 0 and size - at > 2:
            first, length, body = data[at], data[at + 1], at + 2
            if first >> 4 != _PUBLISH or first & _QOS_2:
                break
            if length >= _MORE:
                if data[body] < _MORE:  # two bytes, as of most
                    length += (data[body] - 1) * _MORE
                    body += 1
                else:
                    length, body = _length(data, at + 1)
            end = body + length
            if body == 0 or end > size or length < 2:
                break
            named = body + 2
            begins = ends = named + (data[body] << 8) + data[body + 1]
            mid = 0
            if first & _QOS_1:
                begins += 2
                if begins <= end:
                    mid = (data[ends] << 8) + data[ends + 1]
            if begins > end or ends == named:
                break
            topic = topics.get(data[named:ends])
            if topic is None:
                topic = self._named(data[named:ends])
            out.append((mid, Message(topic, data[begins:end], first & _RETAINED == 1)))
            at = end
            most -= 1
        self._at = at
        self._look()
        return out

    def read(self, most: int) -> bytes:
        """Take at most *most* bytes."""
        if self._later:
            self._join()
        piece = self._data[self._at : self._at + most]
        self._at += len(piece)
        self._look()
        return piece

    def _join(self) -> None:
        self._data = b"".join((self._data[self._at :], *self._later))
        self._at = 0
        self._later = []

    def _look(self) -> None:
        """Find whether the next packet is complete, and how much of it is missing."""
        have = len(self._data) - self._at
        self._wanted = 2 - have
        if have >= 2:
            length, body = _length(self._data, self._at + 1)
            complete = body + length if body else self._at + 6
            self._wanted = complete - len(self._data) if body or have >= 6 else 1
        self.whole = self._wanted <= 0

    def _named(self, name: bytes) -> str:
        """The topic *name*; empty where it is not UTF-8: no pole sends that, and it must not come again."""
        if len(self._topics) >= MOST_TOPICS:
            self._topics.clear()
        try:
            topic = name.decode()
        except UnicodeDecodeError:
            topic = ""
        self._topics[name] = topic
        return topic


def _length(data: bytes, at: int) -> tuple[int, int]:
    """The length that begins at *at*, and the place after it; 0 and 0 where it is not complete, or has five bytes."""
    length = 0
    for place in range(4):
        if at + place >= len(data):
            break
        byte = data[at + place]
        length += (byte & (_MORE - 1)) << (7 * place)
        if byte < _MORE:
            return length, at + place + 1
    return 0, 0
