"""The broker model and a real Mosquitto answer the same bytes to the same clients."""

import socket
from collections.abc import Callable, Iterator

import pytest

from host_tools.broker.mosquitto import Mosquitto, find_mosquitto
from simulator.network import mqtt_stream as mqtt
from simulator.network.broker_model import BrokerModel, Session
from tests.patience import PATIENCE_S
from tests.simulator.network.test_modelled import connect_packet

QUIET_S = 0.03  # after what is expected has come: is there any more?


def subscribe(*filters: tuple[str, int]) -> bytes:
    body = b"\x00\x07"
    for pattern, qos in filters:
        body += len(pattern).to_bytes(2, "big") + pattern.encode() + bytes([qos])
    return mqtt.frame(mqtt.SUBSCRIBE, 2, body)


def publish(topic: str, payload: bytes, qos: int = 0, retain: bool = False) -> bytes:
    return mqtt.publish_frame(topic, payload, qos, retain, 77)


class Model:
    """The model, as the scripts below use a broker."""

    def __init__(self) -> None:
        self._broker = BrokerModel(lambda: 0, lambda topic, payload: None)
        self._sessions: dict[str, Session] = {}
        self._got: dict[str, bytearray] = {}

    def open(self, name: str) -> None:
        got = self._got[name] = bytearray()
        self._sessions[name] = Session(self._broker, lambda data: got.extend(data), lambda: got.extend(b"<closed>"))

    def send(self, name: str, data: bytes) -> None:
        self._sessions[name].feed(data)

    def cut(self, name: str) -> None:
        self._sessions[name].lost()

    def take(self, name: str) -> bytes:
        got = bytes(self._got[name])
        self._got[name].clear()
        return got


class Real:
    """A Mosquitto, used alike; *expected* is what each ``take`` will wait for."""

    def __init__(self, port: int, expected: list[bytes]) -> None:
        self._port = port
        self._lengths = [len(data) for data in expected]
        self._socks: dict[str, socket.socket] = {}

    def open(self, name: str) -> None:
        self._socks[name] = socket.create_connection(("127.0.0.1", self._port))

    def send(self, name: str, data: bytes) -> None:
        self._socks[name].sendall(data)

    def cut(self, name: str) -> None:
        self._socks.pop(name).close()

    def take(self, name: str) -> bytes:
        got = b""
        wanted = self._lengths.pop(0)
        while True:
            self._socks[name].settimeout(QUIET_S if len(got) >= wanted else PATIENCE_S)
            try:
                data = self._socks[name].recv(65536)
            except TimeoutError:
                return got
            if not data:
                return got + b"<closed>"
            got += data

    def close(self) -> None:
        for sock in self._socks.values():
            sock.close()


Broker = Model | Real


def clients(broker: Broker, *names: str) -> list[bytes]:
    for name in names:
        broker.open(name)
        broker.send(name, connect_packet(name, 60, b"bye " + name.encode()))
    return [broker.take(name) for name in names]


def qos(broker: Broker) -> list[bytes]:
    """QoS of a delivery is the subscriber's, also of what was published at QoS 0 (`upgrade_outgoing_qos true`)."""
    out = clients(broker, "a", "b")
    broker.send("a", subscribe(("t/0", 0), ("t/1", 1), ("none/+", 1)))
    out.append(broker.take("a"))
    for topic, level in (("t/0", 0), ("t/0", 1), ("t/1", 0), ("t/1", 1), ("other", 1)):
        broker.send("b", publish(topic, b"x%d" % level, level))
        out += [broker.take("a"), broker.take("b")]
    return out


def retained(broker: Broker) -> list[bytes]:
    """What is retained comes with the subscription and flagged; a fresh one is not flagged; empty forgets it."""
    out = clients(broker, "a", "b")
    broker.send("b", publish("r/x", b"old", 1, True) + publish("r/x", b"new", 1, True) + publish("r/y", b"", 1, True))
    out.append(broker.take("b"))
    broker.send("a", subscribe(("r/#", 1)))
    out.append(broker.take("a"))
    broker.send("b", publish("r/x", b"live", 0, True))
    out += [broker.take("a"), broker.take("b")]
    broker.send("b", publish("r/x", b"", 0, True))
    out += [broker.take("a")]
    broker.send("b", subscribe(("r/x", 1)))
    out += [broker.take("b")]
    return out


def wills(broker: Broker) -> list[bytes]:
    """A cut connection publishes its will, one that said goodbye does not."""
    out = clients(broker, "a", "b", "c")
    broker.send("a", subscribe(("gone", 1)))
    out.append(broker.take("a"))
    broker.cut("b")
    out.append(broker.take("a"))
    broker.send("c", mqtt.frame(mqtt.DISCONNECT, 0, b""))
    out += [broker.take("c"), broker.take("a")]
    return out


def taken_over(broker: Broker) -> list[bytes]:
    """A second connection of the same name closes the first, whose will is published."""
    out = clients(broker, "a", "b")
    broker.send("a", subscribe(("gone", 1)))
    out.append(broker.take("a"))
    broker.open("b2")
    broker.send("b2", connect_packet("b", 60, b"bye again"))
    out += [broker.take("b2"), broker.take("b"), broker.take("a")]
    return out


def pings(broker: Broker) -> list[bytes]:
    out = clients(broker, "a")
    broker.send("a", mqtt.frame(mqtt.PINGREQ, 0, b"") * 2)
    return [*out, broker.take("a")]


@pytest.fixture(scope="module")
def mosquitto() -> Iterator[Mosquitto]:
    if not find_mosquitto():
        pytest.skip("Mosquitto is not on this machine")
    with Mosquitto() as broker:
        yield broker


@pytest.mark.parametrize("script", [qos, retained, wills, taken_over, pings])
def test_the_model_answers_as_mosquitto_does(script: Callable[[Broker], list[bytes]], mosquitto: Mosquitto) -> None:
    ours = script(Model())
    real = Real(mosquitto.port, ours)
    try:
        theirs = script(real)
    finally:
        real.close()
    assert ours == theirs


def test_rubbish_closes_the_connection_and_nothing_else() -> None:
    model = Model()
    clients(model, "a", "b")
    model.send("a", subscribe(("gone", 0)))
    model.take("a")
    model.send("b", b"\x30\xff\xff\xff\xff\xff")
    assert model.take("b") == b"<closed>"
    assert b"bye b" in model.take("a")
    model.send("a", mqtt.frame(mqtt.PINGREQ, 0, b""))
    assert model.take("a") == b"\xd0\x00"


def test_a_message_costs_what_its_subscribers_are_and_not_all_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    model = Model()
    names = [f"P{number:03}" for number in range(300)]
    clients(model, "wild", *names)
    model.send("wild", subscribe(("city/+/state", 0)))
    for name in names:
        model.send(name, subscribe((f"city/{name}/command", 0), ("city/all", 0)))
        model.take(name)
    compared: list[str] = []
    matches = mqtt.matches
    monkeypatch.setattr(mqtt, "matches", lambda pattern, topic: compared.append(pattern) or matches(pattern, topic))
    model.send("P000", publish("city/P007/command", b"on"))
    assert len(compared) <= 2  # with the one filter that has a wildcard
    assert [name for name in names if model.take(name)] == ["P007"]
    model.send("P000", publish("city/all", b"on", retain=True))
    assert all(model.take(name) for name in names)
    model.cut("P007")
    model.send("P000", publish("city/P007/command", b"on"))
    model.send("P000", publish("city/all", b"on"))
    assert not model.take("P007")
    assert [name for name in names if model.take(name)] == [name for name in names if name != "P007"]


def test_a_client_is_dropped_once_it_was_silent_for_one_and_a_half_times_its_keepalive() -> None:
    now, got = [0], {name: bytearray() for name in ("first", "second")}
    broker = BrokerModel(lambda: now[0], lambda topic, payload: None)
    sessions = {
        name: Session(broker, out.extend, lambda out=out: out.extend(b"<closed>"))  # type: ignore[misc]
        for name, out in got.items()
    }
    for name, session in sessions.items():
        session.feed(connect_packet(name, keepalive=10))
    kept = []
    for second in range(1, 40):
        now[0] = second * 1000
        if second == 9:
            sessions["second"].feed(mqtt.frame(mqtt.PINGREQ, 0, b""))
        broker.check_keepalive()
        kept.append(list(broker.sessions))
    assert kept[14] == ["first", "second"] and kept[15] == ["second"]  # after 15 s, and after 16 s
    assert kept[23] == ["second"] and kept[24] == []
    assert all(out.endswith(b"<closed>") for out in got.values())
