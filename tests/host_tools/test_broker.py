"""Broker addresses, and a Mosquitto of our own."""

import os
import socket
from pathlib import Path

import pytest

from host_tools.broker import embedded_broker
from host_tools.broker.connection import Link
from host_tools.broker.mosquitto import Mosquitto, find_mosquitto
from host_tools.errors import BrokerError
from host_tools.site.broker_address import BrokerAddress, parse_broker


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("mqtt://localhost", BrokerAddress("localhost", 1883)),
        ("mqtt://10.0.0.7:18830/", BrokerAddress("10.0.0.7", 18830)),
        ("mqtt://[::1]:99", BrokerAddress("::1", 99)),
        ("mqtt://me:p%40ss@broker.example", BrokerAddress("broker.example", 1883, "me", "p@ss")),
    ],
)
def test_addresses(text: str, address: BrokerAddress) -> None:
    assert parse_broker(text) == address


@pytest.mark.parametrize(
    "text",
    ["", "localhost", "http://localhost", "mqtt://", "mqtt://:1883", "mqtt://a:0", "mqtt://a:99999", "mqtt://a:x",
     "mqtt://a/topic", "mqtt://a b"],
)  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(BrokerError, match="must be mqtt://HOST or mqtt://HOST:PORT"):
        parse_broker(text)


def test_a_password_is_never_shown() -> None:
    assert str(parse_broker("mqtt://me:secret@broker:1")) == "mqtt://broker:1"


def test_it_goes_down_and_comes_back_on_the_same_port() -> None:
    with Mosquitto() as broker:
        port = broker.port
        with Link(broker.address, ["x"]) as link:
            link.publish("x", b"1")
            assert link.take(5) is not None
        broker.stop()
        assert not broker.running
        with pytest.raises(BrokerError, match="no MQTT broker answers at"):
            Link(broker.address, ["x"]).__enter__()
        broker.start()
        assert broker.running
        assert broker.port == port
        with Link(broker.address, ["x"]) as link:
            link.publish("x", b"1")
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", port), 0.5)


def test_what_was_posted_is_waited_for_and_outlives_a_broker_that_comes_back() -> None:
    with Mosquitto() as broker, Link(broker.address, ["x"]) as link:
        for number in range(50):
            link.post("x", b"%d" % number)
        link.taken(5)
        assert [one.payload for one in (link.take(5) for _ in range(50)) if one] == [b"%d" % n for n in range(50)]
        broker.stop()
        link.post("x", b"later")
        with pytest.raises(BrokerError, match=r"did not take the message within 0\.2 s"):
            link.taken(0.2)
        link.post("x", b"last")
        broker.start()
        link.taken(20)
        heard = [link.take(5), link.take(5)]
        assert [one and one.payload for one in heard] == [b"later", b"last"]


def test_it_ends_only_what_it_started() -> None:
    with Mosquitto() as first:
        with Mosquitto() as second:
            assert first.port != second.port
        assert first.running
        with Link(first.address, ["x"]) as link:
            link.publish("x", b"1")


def test_a_port_that_is_taken_is_said_so() -> None:
    with Mosquitto() as broker, pytest.raises(BrokerError, match=r"did not start on port \d+: another program listens"):
        Mosquitto(broker.port).start()


def test_a_program_that_is_no_broker_is_said_so(tmp_path: Path) -> None:
    program = tmp_path / "mosquitto"
    program.write_text("#!/bin/sh\necho 'no good' >&2\nexit 3\n")
    program.chmod(0o755)
    broker = Mosquitto(program=str(program))
    with pytest.raises(BrokerError, match=r"Mosquitto did not start on port \d+: no good"):
        broker.start()


def test_a_burst_beyond_mosquittos_own_limits_is_not_lost() -> None:
    count = 4000
    with Mosquitto() as broker, Link(broker.address, ["burst/#"]) as link, Link(broker.address, ["none"]) as other:
        for number in range(count):
            other.post(f"burst/{number}", b"x" * 100)
        assert sum(1 for _ in link.settle(1.0, 20.0)) == count


def test_where_there_is_no_mosquitto_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("host_tools.broker.mosquitto.FOLDERS", ())
    monkeypatch.setenv("PATH", os.devnull)
    assert find_mosquitto() is None
    with pytest.raises(BrokerError, match="apt-get install mosquitto"):
        Mosquitto()
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(BrokerError, match="neither Mosquitto nor amqtt"):
        embedded_broker()


def test_amqtt_takes_its_place_with_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("amqtt")
    monkeypatch.setattr("host_tools.broker.mosquitto.find_mosquitto", lambda: None)
    broker, warning = embedded_broker()
    assert "amqtt takes its place" in warning
    with broker:
        port = broker.port
        with Link(broker.address, ["x"]) as link:
            link.publish("x", b"1")
            assert link.take(5) is not None
        broker.stop()
        broker.start()
        assert broker.port == port
