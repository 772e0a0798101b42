"""A BatchClient reads the same messages as paho does, wherever the bytes are cut."""

from __future__ import annotations

import ssl
import struct
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from host_tools.broker.batch_client import BatchClient
from host_tools.broker.client import Client
from host_tools.broker.connection import Message
from host_tools.broker.packet_stream import Arrived
from host_tools.site.broker_address import BrokerAddress

PINGRESP, PUBACK, PUBREL, SUBACK = b"\xd0\x00", b"\x40\x02\x00\x09", b"\x62\x02\x00\x07", b"\x90\x03\x00\x05\x01"
HERE = BrokerAddress("127.0.0.1", 1883)
MOST = 1000


class Cut:
    """A socket from which one piece at a time can be read: after each there is nothing for once."""

    def __init__(self, pieces: list[bytes], none: type[OSError] = BlockingIOError) -> None:
        self._pieces = [piece for piece in pieces if piece]
        self._none = none
        self._had = False
        self.sent = b""

    def recv(self, most: int) -> bytes:
        if not self._pieces:
            return b""  # the broker has closed
        if self._had:
            self._had = False
            raise self._none
        piece, rest = self._pieces[0][:most], self._pieces[0][most:]
        self._pieces[:1] = [rest] if rest else []
        self._had = not rest
        return piece

    def send(self, data: bytes) -> int:
        self.sent += data
        return len(data)

    def close(self) -> None:
        self._pieces = []


def packet(first: int, body: bytes) -> bytes:
    length, out = len(body), b""
    while True:
        out += bytes([length % 128 + (128 if length > 127 else 0)])
        length //= 128
        if not length:
            return bytes([first]) + out + body


def publish(topic: bytes, payload: bytes, qos: int = 0, mid: int = 1, retain: bool = False, dup: bool = False) -> bytes:
    number = struct.pack("!H", mid) if qos else b""
    return packet(
        0x30 | dup << 3 | qos << 1 | retain, struct.pack("!H", len(topic)) + topic + number + payload
    )  # fmt: skip


def read(client: mqtt.Client, cut: Cut) -> list[MQTTErrorCode]:
    """Have *client* read all of *cut*, until the connection ends."""
    client._sock = cut  # type: ignore[assignment]
    client._state = mqtt._ConnectionState.MQTT_CS_CONNECTED
    codes = []
    for _ in range(100_000):
        code = client.loop_read()
        if code != MQTTErrorCode.MQTT_ERR_SUCCESS:
            codes.append(code)
            return codes
    raise AssertionError("it does not end")


def by_paho(pieces: list[bytes]) -> tuple[list[Arrived], bytes, list[MQTTErrorCode]]:
    """Messages, what was answered, and how the connection ended, by paho's own reading."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, "", manual_ack=True)
    heard: list[Arrived] = []

    def on_message(_client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = ""
        heard.append((message.mid if message.qos else 0, Message(topic, bytes(message.payload), bool(message.retain))))

    client.on_message = on_message
    cut = Cut(pieces)
    codes = read(client, cut)
    return heard, cut.sent, codes


def by_batch(pieces: list[bytes], none: type[OSError] = BlockingIOError) -> tuple[list[Arrived], bytes, Any]:
    client, cut = BatchClient(HERE, most=MOST), Cut(pieces, none)
    codes = read(client, cut)
    return client.arrived, cut.sent, codes


messages = st.builds(
    publish, st.sampled_from([b"diya/1/sagar/P0001/meter", b"a", b"\xff\xfe", "पोल/९".encode(), b"x" * 200]),
    st.one_of(st.binary(max_size=20), st.integers(100, 20_000).map(lambda n: b"p" * n)), st.integers(0, 2),
    st.integers(1, 65535), st.booleans(), st.booleans(),
)  # fmt: skip
packets = st.one_of(messages, messages, messages, st.sampled_from([PINGRESP, PUBACK, PUBREL, SUBACK]))


@given(st.lists(packets, max_size=12), st.lists(st.integers(0, 400), max_size=12), st.booleans())
@settings(max_examples=120, deadline=None)
def test_the_same_messages_as_by_paho_wherever_the_bytes_are_cut(
    sent: list[bytes], places: list[int], tls: bool
) -> None:
    data = b"".join(sent)
    cuts = sorted({0, len(data), *(place * len(data) // 400 for place in places)})
    pieces = [data[low:high] for low, high in pairwise(cuts)]
    expected = by_paho(pieces)
    assert by_batch(pieces, ssl.SSLWantReadError if tls else BlockingIOError) == expected
    assert by_batch([data[at : at + 1] for at in range(min(len(data), 300))] + [data[300:]]) == expected


@pytest.mark.parametrize(
    "bad",
    [
        b"\x30\xff\xff\xff\xff\x01",  # a length of five bytes
        b"\x30\x80\x80\x80\x80\x80",
        packet(0x30, b"\x00\x09diya"),  # a topic longer than its packet
        packet(0x32, b"\x00\x01a\x00"),  # half a packet identifier
        packet(0x30, b"\x00"), packet(0x30, b""), packet(0x30, b"\x00\x00payload"),  # no topic
        packet(0x36, b"\x00\x01a\x00\x01"),  # there is no QoS 3
        b"\xf0\x00", b"\x00\x00", b"\x10\x02ab",  # packets that no broker sends
    ],
    ids=lambda bad: bad.hex()[:12],
)  # fmt: skip
def test_a_packet_that_is_malformed_ends_the_connection_and_what_came_before_is_there(bad: bytes) -> None:
    before, after = publish(b"a/b", b"1", 1, 7), publish(b"a/c", b"2")
    for pieces in ([before + bad + after], [before + bad[:1], bad[1:] + after]):
        heard, _sent, codes = by_batch(pieces)
        assert heard == [(7, Message("a/b", b"1", False))]
        assert codes == [MQTTErrorCode.MQTT_ERR_PROTOCOL]


def test_it_holds_no_more_messages_than_asked_for_and_the_rest_needs_no_readable_socket() -> None:
    client = BatchClient(HERE, most=2)
    client._sock = Cut([b"".join(publish(b"a", bytes([n])) for n in range(5)), PINGRESP])  # type: ignore[assignment]
    seen = []
    while client.loop_read() == MQTTErrorCode.MQTT_ERR_SUCCESS:
        seen.append((len(client.arrived), client.holds_packet))
        client.arrived.clear()
    assert seen[:3] == [(2, True), (2, True), (1, False)]


def test_half_a_packet_of_the_connection_before_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    client = BatchClient(HERE, most=MOST)
    read(client, Cut([publish(b"a", b"1"), publish(b"a", b"2")[:5]]))
    monkeypatch.setattr(Client, "_create_socket", lambda self: Cut([publish(b"a", b"3")]))
    read(client, client._create_socket())  # type: ignore[arg-type]
    assert [message.payload for _mid, message in client.arrived] == [b"1", b"3"]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Which of the private methods that are relied upon paho has called."""
    called: list[str] = []

    def noting(name: str) -> Callable[..., Any]:
        before = getattr(BatchClient, name)

        def note(self: BatchClient, *words: Any) -> Any:
            called.append(name)
            return before(self, *words)

        return note

    for name in ("_packet_read", "_sock_recv"):
        monkeypatch.setattr(BatchClient, name, noting(name))
    yield called


def test_this_version_of_paho_still_reads_by_the_methods_that_are_replaced(asked: list[str]) -> None:
    client = BatchClient(HERE, most=MOST)
    client._last_bytes_received = 0.0
    read(client, Cut([PINGRESP, publish(b"a", b"1")]))
    assert {"_packet_read", "_sock_recv"} <= set(asked)
    assert client._last_bytes_received > 0 and client._ping_t == 0
    for name in ("_create_socket", "_packet_queue", "_reset_sockets", "_msgtime_mutex", "_sock"):
        assert hasattr(mqtt.Client(CallbackAPIVersion.VERSION2), name), name
