"""MQTT packets out of a stream of bytes, as a broker reads them."""

import pytest

from simulator.network import mqtt_stream as mqtt


@pytest.mark.parametrize("size", [0, 1, 127, 128, 16383, 16384, 300_000])
@pytest.mark.parametrize("piece", [1, 7, 1_000_000])
def test_a_packet_comes_whole_however_it_was_cut(size: int, piece: int) -> None:
    if piece == 1 and size > 20_000:
        return  # the same again, only slower
    data = mqtt.publish_frame("a/b", b"x" * size, 1, True, 7) + mqtt.frame(mqtt.PINGREQ, 0, b"")
    reader = mqtt.PacketReader()
    packets = [packet for place in range(0, len(data), piece) for packet in reader.feed(data[place : place + piece])]
    assert [packet.kind for packet in packets] == [mqtt.PUBLISH, mqtt.PINGREQ]
    assert mqtt.parse_publish(packets[0]) == mqtt.Publish("a/b", b"x" * size, 1, True, False, 7)


def test_a_length_of_five_bytes_is_no_mqtt() -> None:
    with pytest.raises(ValueError, match="four bytes"):
        list(mqtt.PacketReader().feed(b"\x30\xff\xff\xff\xff\x01"))


def test_text_that_is_no_utf8_is_no_mqtt() -> None:
    (packet,) = mqtt.PacketReader().feed(mqtt.frame(mqtt.PUBLISH, 0, b"\x00\x02\xff\xfe"))
    with pytest.raises(ValueError, match="utf-8"):
        mqtt.parse_publish(packet)


@pytest.mark.parametrize(
    ("pattern", "topic", "within"),
    [
        ("a/b/c", "a/b/c", True),
        ("a/+/c", "a/b/c", True),
        ("a/+", "a/b/c", False),
        ("a/#", "a/b/c", True),
        ("a/#", "a", True),
        ("#", "a/b", True),
        ("a/b", "a/b/c", False),
        ("a/b/c", "a/b", False),
        ("+/+", "/b", True),
        ("a/+/c", "a//c", True),
    ],
)
def test_topic_filters(pattern: str, topic: str, within: bool) -> None:
    assert mqtt.matches(pattern, topic) is within
