"""The modelled network: order, latency, outages, and connections that end without notice."""

import errno

import pytest

from simulator.kernel import Kernel
from simulator.network import mqtt_stream as mqtt
from simulator.network.broker_model import BrokerModel
from simulator.network.endpoint import POLLERR, POLLIN, POLLOUT, SOCK_DGRAM, SOCK_STREAM
from simulator.network.modelled import ModelledNetwork
from simulator.network.sntp import NTP_EPOCH


def connect_packet(client: str, keepalive: int = 60, will: bytes = b"") -> bytes:
    name = client.encode()
    body = b"\x00\x04MQTT\x04" + bytes([2 | (0x0C if will else 0)]) + keepalive.to_bytes(2, "big")
    body += len(name).to_bytes(2, "big") + name
    if will:
        body += b"\x00\x04gone" + len(will).to_bytes(2, "big") + will
    return mqtt.frame(mqtt.CONNECT, 0, body)


class Line:
    """A street with a network and no poles: the test is the poles."""

    def __init__(self, seed: int = 1) -> None:
        self.kernel = Kernel()
        self.heard: list[tuple[int, str, bytes]] = []
        self.off: set[str] = set()
        self.broker = BrokerModel(
            lambda: self.kernel.now_ms, lambda topic, payload: self.heard.append((self.kernel.now_ms, topic, payload))
        )
        self.network = ModelledNetwork(
            self.kernel, seed, self.broker, lambda: 1_800_000_000_000 + self.kernel.now_ms,
            lambda pole: pole not in self.off, "city.example",
        )  # fmt: skip
        self.woken: list[int] = []

    def connect(self, pole: str = "P1", kind: int = SOCK_STREAM):
        return self.network.connect(pole, kind, "10.0.0.1", 1883, lambda: self.woken.append(self.kernel.now_ms))

    def wait(self, ms: int) -> None:
        self.kernel.run(self.kernel.now_ms + ms)

    def online(self, pole: str, online: bool) -> None:
        (self.off.discard if online else self.off.add)(pole)
        self.network.changed(pole)

    def session(self, pole: str = "P1", keepalive: int = 60):
        """A connected client with a will."""
        stream = self.connect(pole)
        self.wait(100)
        stream.send(connect_packet(pole, keepalive, b"bye"))
        self.wait(200)
        assert stream.recv(10) == b"\x20\x02\x00\x00"
        return stream


def test_latency_has_bounds_differs_and_repeats_with_the_seed() -> None:
    one, again, other = Line(1), Line(1), Line(2)
    sample = [one.network.latency_ms("P1", 1, chunk) for chunk in range(500)]
    assert min(sample) == 8
    assert max(sample) == 71
    assert sample == [again.network.latency_ms("P1", 1, chunk) for chunk in range(500)]
    assert sample != [other.network.latency_ms("P1", 1, chunk) for chunk in range(500)]
    assert sample != [one.network.latency_ms("P2", 1, chunk) for chunk in range(500)]


def test_chunks_arrive_in_the_order_sent_whatever_their_latency() -> None:
    line = Line()
    stream = line.session()
    for number in range(60):
        assert stream.send(mqtt.publish_frame("t", b"%d" % number, 0, False, 0)) > 0
    line.wait(200)
    assert [payload for _ms, _topic, payload in line.heard] == [b"%d" % number for number in range(60)]
    for number in range(60):
        line.broker.sessions["P1"]._send(b"%02d" % number)
    line.wait(200)
    assert stream.recv(1000) == b"".join(b"%02d" % number for number in range(60))


def test_a_socket_is_writable_once_connected_and_readable_once_there_is_something() -> None:
    line = Line()
    stream = line.connect()
    assert stream.ready() == 0
    assert stream.send(b"x") == -errno.EAGAIN
    line.wait(100)
    assert stream.ready() == POLLOUT
    assert len(line.woken) == 1
    stream.send(connect_packet("P1"))
    line.wait(200)
    assert stream.ready() == POLLIN | POLLOUT


def test_more_than_the_send_buffer_holds_waits() -> None:
    line = Line()
    stream = line.session()
    big = mqtt.publish_frame("t", b"x" * 10_000, 0, False, 0)
    assert stream.send(big) == stream.BUFFER
    assert stream.send(big[stream.BUFFER :]) == -errno.EAGAIN
    assert not stream.ready() & POLLOUT
    line.woken.clear()
    line.wait(100)
    assert line.woken
    assert stream.send(big[stream.BUFFER :]) == len(big) - stream.BUFFER
    line.wait(100)
    assert len(line.heard[0][2]) == 10_000


def test_no_broker_refuses_and_a_dying_one_closes() -> None:
    line = Line()
    stream = line.session()
    line.broker.stop()
    line.wait(100)
    assert stream.recv(10) == b""
    assert stream.send(b"x") == -errno.ECONNRESET
    refused = line.connect()
    line.wait(100)
    assert refused.ready() == POLLERR
    assert refused.recv(1) == -errno.ECONNREFUSED
    assert line.heard == []  # a broker that was killed publishes no wills
    line.broker.start()
    line.session()


def test_an_outage_holds_what_is_under_way_and_lets_it_go_in_order() -> None:
    line = Line()
    stream = line.session()
    line.online("P1", False)
    stream.send(mqtt.publish_frame("t", b"1", 0, False, 0))
    stream.send(mqtt.publish_frame("t", b"2", 0, False, 0))
    line.wait(5000)
    assert line.heard == []
    with pytest.raises(OSError, match="not on the network"):
        line.connect()
    with pytest.raises(OSError, match="not on the network"):
        line.network.resolve("P1", "city.example")
    line.online("P1", True)
    stream.send(mqtt.publish_frame("t", b"3", 0, False, 0))
    line.wait(100)
    assert [payload for _ms, _topic, payload in line.heard] == [b"1", b"2", b"3"]


def test_what_an_outage_held_goes_on_with_the_next_that_crosses_even_if_nobody_said_it_was_over() -> None:
    line = Line()
    stream = line.session()
    line.online("P1", False)
    stream.send(mqtt.publish_frame("t", b"1", 0, False, 0))
    line.wait(1000)
    line.off.clear()  # the radio has joined again by itself
    stream.send(mqtt.publish_frame("t", b"2", 0, False, 0))
    line.wait(100)
    assert [payload for _ms, _topic, payload in line.heard] == [b"1", b"2"]


def test_a_closed_connection_is_a_lost_session_and_its_will() -> None:
    line = Line()
    line.session().close()
    line.wait(100)
    assert [(topic, payload) for _ms, topic, payload in line.heard] == [("gone", b"bye")]
    assert line.broker.sessions == {}


@pytest.mark.parametrize("how", ["vanish", "close off the network"])
def test_a_pole_that_is_gone_without_a_word_is_noticed_by_the_keepalive(how: str) -> None:
    line = Line()
    stream = line.session(keepalive=60)
    started = line.kernel.now_ms
    if how == "vanish":
        stream.vanish()
    else:
        line.online("P1", False)
        stream.close()
    line.wait(80_000)
    assert line.heard == []
    line.wait(20_000)
    ((ms, topic, payload),) = line.heard
    assert (topic, payload) == ("gone", b"bye")
    assert 89_000 < ms - started + 300 <= 92_000


def test_pings_keep_a_session() -> None:
    line = Line()
    stream = line.session(keepalive=10)
    for _ in range(10):
        stream.send(mqtt.frame(mqtt.PINGREQ, 0, b""))
        line.wait(12_000)
    assert line.heard == []
    assert stream.recv(100) == b"\xd0\x00" * 10


def test_a_new_connection_takes_over_and_the_end_of_the_old_does_not_touch_it() -> None:
    line = Line()
    old = line.session()
    fresh = line.connect()
    line.wait(100)
    fresh.send(connect_packet("P1", 60, b"bye"))
    old.close()  # its end may well arrive after the new one's beginning
    line.wait(500)
    assert [payload for _ms, _topic, payload in line.heard] == [b"bye"]
    assert list(line.broker.sessions) == ["P1"]
    fresh.send(mqtt.frame(mqtt.SUBSCRIBE, 2, b"\x00\x01\x00\x01t\x01"))
    line.wait(200)
    fresh.recv(100)
    line.broker.publish("t", b"hello", 0)
    line.wait(100)
    assert b"hello" in fresh.recv(100)


def test_time_is_answered_with_the_true_time_and_not_at_all_when_it_is_not_served() -> None:
    line = Line()
    assert line.network.resolve("P1", "pool.ntp.org") == "10.0.0.2"
    assert line.network.resolve("P1", "city.example") == line.network.resolve("P1", "10.0.0.1") == "10.0.0.1"
    sock = line.connect(kind=SOCK_DGRAM)
    request = bytes([0x23]) + bytes(39) + b"nonce..."
    sock.send(request)
    assert sock.recv(100) == -errno.EAGAIN
    line.wait(200)
    assert sock.ready() & POLLIN
    answer = sock.recv(100)
    assert answer[24:32] == b"nonce..."
    assert abs(int.from_bytes(answer[40:44], "big") - NTP_EPOCH - 1_800_000_000) <= 1
    line.network.time_served = lambda pole: False
    sock.send(request)
    line.wait(1000)
    assert sock.recv(100) == -errno.EAGAIN
