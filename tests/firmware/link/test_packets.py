"""The bytes of MQTT: what is written, and what is made of what comes in."""

from pole.link import connect, packets
from pole.wire import contract, utf8


def decoded(data, chunk=None):
    """[(kind, topic, payload, qos, packet_id)] of *data*, fed in pieces of *chunk* bytes."""
    decoder = packets.Decoder()
    out = []
    at = 0
    while at < len(data):
        space = decoder.space()
        count = min(len(space), len(data) - at, chunk or len(data))
        space[:count] = data[at : at + count]
        decoder.filled(count)
        at += count
        kind = decoder.next()
        while kind:
            if kind == packets.PUBLISH:
                payload = None if decoder.payload is None else bytes(decoder.payload)
                out.append((kind, decoder.topic, payload, decoder.qos, decoder.packet_id))
            elif kind == packets.SUBACK:
                out.append((kind, bytes(decoder.payload), decoder.packet_id))
            elif kind == packets.CONNACK:
                out.append((kind, decoder.code))
            else:
                out.append((kind, decoder.packet_id if kind == packets.PUBACK else 0))
            kind = decoder.next()
    return out


def refused(data):
    try:
        decoded(data)
    except packets.PacketError as error:
        return str(error)
    raise AssertionError("taken: %r" % data)


def test_connect_asks_for_a_clean_session_and_leaves_a_retained_will():
    packet = connect.connect("sagar-P1", 60, "", "", b"t", b"w")
    assert packet == b"\x10\x1a\x00\x04MQTT\x04\x2e\x00\x3c\x00\x08sagar-P1\x00\x01t\x00\x01w"
    named = connect.connect("c", 300, "user", "word", b"t", b"w")
    assert named[9] == 0xEE and named[10:12] == b"\x01\x2c" and named[-12:] == b"\x00\x04user\x00\x04word"


def test_publish_says_qos_retain_identifier_and_repetition():
    assert packets.publish(b"a/b", b"x") == b"\x30\x06\x00\x03a/bx"
    assert packets.publish(b"a/b", b"x", packet_id=258) == b"\x32\x08\x00\x03a/b\x01\x02x"
    assert packets.publish(b"a/b", b"x", True, 1, True)[0] == 0x3B
    long = packets.publish(b"t", bytes(300))
    assert long[:3] == b"\x30\xaf\x02" and len(long) == 306


def test_subscribe_and_puback():
    assert connect.subscribe(7, ("a", "bc")) == b"\x82\x0b\x00\x07\x00\x01a\x01\x00\x02bc\x01"
    assert packets.puback(65535) == b"\x40\x02\xff\xff"


def test_packets_are_the_same_however_the_bytes_are_cut():
    stream = (
        b"\x20\x02\x00\x05"
        + b"\x90\x04\x00\x09\x01\x80"
        + packets.publish("diya/1/s/P/command".encode(), b'{"v":1}', packet_id=300)
        + packets.publish(b"q", b"")
        + b"\xd0\x00"
        + b"\x40\x02\x12\x34"
        + packets.publish(b"large", b"abc" * 2000, packet_id=2)
        + packets.publish(b"huge", b"z" * 9000, packet_id=3)
        + packets.publish(b"after", b"ok")
    )
    expected = [
        (packets.CONNACK, 5),
        (packets.SUBACK, b"\x01\x80", 9),
        (packets.PUBLISH, "diya/1/s/P/command", b'{"v":1}', 1, 300),
        (packets.PUBLISH, "q", b"", 0, 0),
        (packets.PINGRESP, 0),
        (packets.PUBACK, 0x1234),
        (packets.PUBLISH, "large", b"abc" * 2000, 1, 2),
        (packets.PUBLISH, "huge", None, 1, 3),
        (packets.PUBLISH, "after", b"ok", 0, 0),
    ]
    for chunk in (None, 1, 2, 7, 1000, 1024, 4000):
        assert decoded(stream, chunk) == expected


def test_a_payload_at_the_limit_is_taken_and_one_byte_more_is_drained():
    for size in (0, 1, 1000, 1015, 1016, 1017, 1018, 1020, 1024, contract.MAX_PAYLOAD):
        data = packets.publish(b"t", b"x" * size) + b"\xd0\x00"
        assert decoded(data) == [(packets.PUBLISH, "t", b"x" * size, 0, 0), (packets.PINGRESP, 0)], size
    data = packets.publish(b"t", bytes(contract.MAX_PAYLOAD + 1)) + b"\xd0\x00"
    assert decoded(data, 100) == [(packets.PUBLISH, "t", None, 0, 0), (packets.PINGRESP, 0)]


def test_a_megabyte_is_drained_through_the_small_buffer():
    decoder = packets.Decoder()
    head = packets.publish(b"t", b"")[:1] + b"\x83\x80\x40" + b"\x00\x01t"  # 3 + 1 MiB
    decoder.space()[: len(head)] = head
    decoder.filled(len(head))
    assert decoder.next() == 0
    left = 1 << 20
    while left:
        space = decoder.space()
        count = min(len(space), left)
        assert 0 < len(space) <= 1024
        decoder.filled(count)
        left -= count
        assert bool(decoder.next()) == (left == 0)
    assert decoder.topic == "t" and decoder.payload is None


def test_malformed_packets_are_refused():
    assert "more than four bytes" in refused(b"\x30\xff\xff\xff\xff\x01")
    assert "0x00" in refused(b"\x00\x00")
    assert "0x41" in refused(b"\x41\x02\x00\x01")  # flags on a PUBACK
    assert "0x82" in refused(b"\x82\x02\x00\x01")  # a broker does not subscribe
    assert "3 bytes" in refused(b"\x20\x03\x00\x00\x00")
    assert "QoS 2" in refused(packets.publish(b"t", b"", packet_id=1).replace(b"\x32", b"\x34"))
    assert "shorter than its topic" in refused(b"\x30\x05\x00\x09abc")
    assert "identifier 0" in refused(b"\x40\x02\x00\x00")
    assert "identifier 0" in refused(b"\x32\x05\x00\x01t\x00\x00")
    assert "at most" in refused(packets.publish(b"t" * 2000, b""))


def test_topics_that_no_message_may_have_are_refused():
    for topic in (b"", b"a/+", b"#", b"a\x00b"):
        assert "none may have" in refused(packets.publish(topic, b"x"))
    for topic in (b"\xff", b"a\xc3", b"\xed\xa0\x80", b"\xc0\x80"):
        assert "not UTF-8" in refused(packets.publish(topic, b"x"))


def test_a_new_connection_starts_with_nothing_left_over():
    decoder = packets.Decoder()
    data = packets.publish(b"t", bytes(5000))[:3000]
    while data:
        space = decoder.space()
        count = min(len(space), len(data))
        space[:count] = data[:count]
        data = data[count:]
        decoder.filled(count)
        assert decoder.next() == 0
    decoder.reset()
    decoder.space()[:2] = b"\xd0\x00"
    decoder.filled(2)
    assert decoder.next() == packets.PINGRESP


def test_utf8_is_as_strict_on_every_runtime():
    for good in ("", "abc", "é", "बत्ती", "\U0001f4a1", "\ud7ff\ue000\uffff\U00010000\U0010ffff"):
        assert utf8.decode(good.encode()) == good
    bad = (
        b"\x80", b"a\xff", b"\xc0\xaf", b"\xc1\xbf", b"\xe0\x9f\xbf", b"\xed\xa0\x80", b"\xed\xbf\xbf",
        b"\xf0\x8f\xbf\xbf", b"\xf4\x90\x80\x80",
        b"\xf5\x80\x80\x80", b"\xf8\x88\x80\x80\x80", b"\xe2\x82", b"\xe2\x28\xa1", b"\xc3",
    )  # fmt: skip
    for data in bad:
        try:
            utf8.decode(data)
        except ValueError:
            continue
        raise AssertionError("taken: %r" % data)
