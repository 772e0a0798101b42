"""Publishes many messages in one piece: paho would take more of the processor than the broker and the receiver."""

from __future__ import annotations

import socket
import ssl
import struct
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.patience import PATIENCE_S

AT_ONCE = 500  # messages: their PUBACKs fit into the buffers of the system while none is read
_CONNACK = bytes((0x20, 2, 0, 0))


class Publisher:
    """A client *user* of the broker on *port*, by TLS; a context manager."""

    def __init__(self, port: int, ca: Path, user: str, password: str) -> None:
        self._where = ("localhost", port)
        self._ca, self._user, self._password = ca, user, password
        self._mid = 0

    def __enter__(self) -> Self:
        plain = socket.create_connection(self._where, PATIENCE_S)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = ssl.create_default_context(cafile=self._ca).wrap_socket(plain, server_hostname="localhost")
        texts = b"".join(map(_text, (b"poles", self._user.encode(), self._password.encode())))
        self._socket.sendall(_packet(0x10, b"\x00\x04MQTT\x04\xc2" + struct.pack("!H", 0) + texts))
        assert self._receive(len(_CONNACK)) == _CONNACK
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def say(self, messages: list[tuple[str, bytes, int]]) -> None:
        """Publish *messages*: topic, payload, QoS; the broker has them then."""
        for first in range(0, len(messages), AT_ONCE):
            self._send(messages[first : first + AT_ONCE])
        self._send([("none", b"", 1)])

    def _send(self, messages: list[tuple[str, bytes, int]]) -> None:
        out, mids = [], []
        for topic, payload, qos in messages:
            number = b""
            if qos:
                self._mid = self._mid % 65535 + 1
                mids.append(self._mid)
                number = struct.pack("!H", self._mid)
            out.append(_packet(0x30 | qos << 1, _text(topic.encode()) + number + payload))
        self._socket.sendall(b"".join(out))
        got = self._receive(4 * len(mids))
        assert [struct.unpack("!H", got[at + 2 : at + 4])[0] for at in range(0, len(got), 4)] == mids

    def _receive(self, size: int) -> bytes:
        got = b""
        while len(got) < size:
            piece = self._socket.recv(size - len(got))
            assert piece, "the broker has ended the connection"
            got += piece
        return got


def _text(text: bytes) -> bytes:
    return struct.pack("!H", len(text)) + text


def _packet(first: int, body: bytes) -> bytes:
    length, size = b"", len(body)
    while size > 127:
        length += bytes([size % 128 + 128])
        size //= 128
    return bytes([first]) + length + bytes([size]) + body
