"""What a connection costs on the air, worked out by hand for a few packets."""

from __future__ import annotations

from simulator.benchmarks.pole import air
from simulator.benchmarks.pole.air import HEADER, OTHER, Chunk
from simulator.network import mqtt_stream as mqtt

PING, PONG = mqtt.frame(mqtt.PINGREQ, 0, b""), mqtt.frame(mqtt.PINGRESP, 0, b"")
METER = mqtt.publish_frame("diya/1/sagar/P0001/meter", b"x" * 100, 0, False, 0)
STATE = mqtt.publish_frame("diya/1/sagar/P0001/state", b"y" * 200, 1, True, 7)
PUBACK = mqtt.frame(mqtt.PUBACK, 0, b"\0\7")


def test_a_ping_is_answered_and_its_answer_acknowledged() -> None:
    found = air.count([Chunk(0, True, PING), Chunk(60, False, PONG)])
    assert found.up["ping"].total == 2 + HEADER + HEADER  # the empty acknowledgement of the answer goes up
    assert found.down["ping"].total == 2 + HEADER
    assert found.up["ping"].messages == 1 and found.down["ping"].messages == 0


def test_what_nobody_answers_is_acknowledged_by_an_empty_segment() -> None:
    found = air.count([Chunk(0, True, METER)])
    assert (found.up["meter"].payload, found.up["meter"].mqtt) == (100, len(METER) - 100)
    assert found.down["meter"].total == found.down["meter"].acks == HEADER


def test_a_ping_in_the_segment_of_a_report_has_no_header_and_its_answer_acknowledges_both() -> None:
    found = air.count([Chunk(0, True, METER + PING), Chunk(60, False, PONG)])
    assert found.up["meter"].header == HEADER and found.up["ping"].header == 0 and found.up["ping"].mqtt == 2
    assert "meter" not in found.down
    assert found.sent == len(METER) + 2 + 2 * HEADER and found.received == 2 + HEADER


def test_a_puback_counts_for_what_it_acknowledges() -> None:
    found = air.count([Chunk(0, True, STATE), Chunk(60, False, PUBACK)])
    assert set(found.kinds) == {"state"}
    assert found.down["state"].total == 4 + HEADER and found.up["state"].acks == HEADER


def test_segments_in_a_row_share_an_acknowledgement() -> None:
    found = air.count([Chunk(0, True, METER), Chunk(100, True, METER), Chunk(10_000, True, METER)])
    assert found.down["meter"].acks == 2 * HEADER


def test_a_long_message_takes_several_segments_and_one_in_two_pieces_is_one_message() -> None:
    long = mqtt.publish_frame("diya/1/sagar/P0001/event", b"z" * 3000, 0, False, 0)
    assert air.count([Chunk(0, True, long)]).up["event"].header == 3 * HEADER
    found = air.count([Chunk(0, True, METER[:50]), Chunk(10, True, METER[50:])])
    assert found.up["meter"].messages == 1
    assert found.sent == len(METER) + 2 * HEADER  # the first piece cannot be told what it is of
    assert found.up[OTHER].header == HEADER


def test_only_the_time_that_is_asked_for_counts() -> None:
    chunks = [Chunk(0, True, STATE), Chunk(60, False, PUBACK), Chunk(5000, True, PING), Chunk(5050, False, PONG)]
    assert air.count(chunks, 1000).kinds == ["ping"]
    assert air.count(chunks, 0, 1000).kinds == ["state"]
