"""Each way not to reach a broker: its own sentence with its cure, within the time that was asked for."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from host_tools.broker.connection import Link
from host_tools.broker.contact import ContactError
from host_tools.broker.mosquitto import find_mosquitto
from host_tools.broker.persistent_client import Session
from host_tools.site.broker_address import BrokerAddress, free_port, free_ports
from tests.host_tools.certificates import Authority

WAIT_S = 4.0
SLACK_S = 4.0  # a computer that is busy with other tests


@contextmanager
def listening(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """A port whose connections are handed to *serve*."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(20)

        def accept() -> None:
            while True:
                try:
                    one, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=serve, args=(one,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield server.getsockname()[1]


def says(words: bytes) -> Callable[[socket.socket], None]:
    def serve(one: socket.socket) -> None:
        with one:
            one.recv(1000)
            one.sendall(words)

    return serve


def says_nothing(one: socket.socket) -> None:
    with one:
        while one.recv(1000):
            pass


def refusal(address: BrokerAddress) -> ContactError:
    """Why neither a link nor a recorder's session is let in: the same sentence for both, in time."""
    errors = []
    for connect in (
        lambda: Link(address, ["x"], WAIT_S).__enter__(),
        lambda: Session(address, "test", ["x"]).connect(WAIT_S),
    ):
        began = time.monotonic()
        with pytest.raises(ContactError) as caught:
            connect()
        assert time.monotonic() - began < WAIT_S + SLACK_S
        errors.append(caught.value)
    assert str(errors[0]) == str(errors[1])
    return errors[0]


def at(port: int, tls: bool = False) -> BrokerAddress:
    return BrokerAddress("127.0.0.1", port, tls=tls)


@pytest.mark.parametrize("tls", [False, True])
def test_a_closed_port(tls: bool) -> None:
    said = refusal(at(free_port(), tls))
    assert "the port is closed; start the broker, or correct host and port" in str(said)
    assert not said.lasting


def test_a_host_name_that_is_not_known() -> None:
    said = str(refusal(BrokerAddress("no-such-host.invalid")))
    assert said.startswith("the host name no-such-host.invalid of the broker mqtt://no-such-host.invalid:1883 is not")
    assert "check its spelling" in said


def test_a_host_name_that_cannot_be_one() -> None:
    assert "it is no host name" in str(refusal(BrokerAddress("a" * 70 + ".example")))


def test_a_name_server_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *what, **more: over.wait(60) and [])
    assert "no name server answers within" in str(refusal(BrokerAddress("broker.example")))
    over.set()


@pytest.mark.parametrize("tls", [False, True])
def test_a_port_that_takes_connections_and_says_nothing(tls: bool) -> None:
    with listening(says_nothing) as port:
        assert "takes the connection and says nothing; check host and port" in str(refusal(at(port, tls)))


@pytest.mark.parametrize(
    ("tls", "words"),
    [(False, "is no MQTT broker, it is a web server"), (True, "does not speak TLS, it is a web server")],
)
def test_a_web_server(tls: bool, words: str) -> None:
    with listening(says(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as port:
        said = refusal(at(port, tls))
        assert words in str(said)
        assert said.lasting


def test_another_program_says_who_it_is_and_can_write_nothing_on_the_screen() -> None:
    with listening(says(b"SSH-2.0-Open\x1b[31mSSH\r\nmore")) as port:
        assert "is no MQTT broker, it says 'SSH-2.0-Open?[31mSSH'" in str(refusal(at(port)))


def test_a_port_that_hangs_up() -> None:
    with listening(lambda one: one.close()) as port:
        assert "it ends the connection without a word" in str(refusal(at(port)))


# a real Mosquitto


class City:
    """A Mosquitto with a port in clear, one with a login, and ports with TLS and a certificate of each kind."""

    def __init__(self, folder: Path) -> None:
        self.ca = folder / "ca.pem"
        authority = Authority()
        self.ca.write_bytes(authority.pem)
        self.other_ca = folder / "other.pem"
        self.other_ca.write_bytes(Authority("another").pem)
        (folder / "passwords").write_text("")
        subprocess.run(["mosquitto_passwd", "-b", folder / "passwords", "iccc", "right"], check=False)
        pairs = {
            "good": authority.server("127.0.0.1"),
            "expired": authority.server("127.0.0.1", expired=True),
            "early": authority.server("127.0.0.1", days_ahead=10),
            "named": authority.server("broker.example"),
            "mutual": authority.server("127.0.0.1"),
        }
        names = ("clear", "login", *pairs)
        self.ports = dict(zip(names, free_ports(len(names)), strict=True))
        lines = ["per_listener_settings true"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            lines.append("user root")
        lines += [f"listener {self.ports['clear']} 127.0.0.1", "allow_anonymous true"]
        lines += [f"listener {self.ports['login']} 127.0.0.1", "allow_anonymous false"]
        lines.append(f"password_file {folder / 'passwords'}")
        for name, pair in pairs.items():
            pair.save(folder / f"{name}.pem", folder / f"{name}.key")
            lines += [f"listener {self.ports[name]} 127.0.0.1", "allow_anonymous true"]
            lines += [f"certfile {folder / name}.pem", f"keyfile {folder / name}.key"]
            if name == "mutual":
                lines += [f"cafile {self.ca}", "require_certificate true"]
        (folder / "mosquitto.conf").write_text("\n".join(lines) + "\n")
        self._process = subprocess.Popen([str(find_mosquitto()), "-c", str(folder / "mosquitto.conf")])
        until = time.monotonic() + 20
        for port in self.ports.values():
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    assert time.monotonic() < until
                    time.sleep(0.05)

    def at(self, name: str, ca: Path | None = None) -> BrokerAddress:
        return replace(at(self.ports[name], tls=True), ca=ca or self.ca)

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(10)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    one = City(tmp_path_factory.mktemp("city"))
    yield one
    one.close()


def test_a_certificate_that_is_trusted_lets_us_in(city: City) -> None:
    with Link(city.at("good"), ["x"]):
        pass


def test_a_certificate_that_is_not_trusted(city: City) -> None:
    said = str(refusal(replace(city.at("good"), ca=None)))
    assert "is not trusted, for it was not signed by the CAs that this computer trusts" in said
    assert said.endswith("give the city's CA with --ca FILE")
    assert f"not signed by the CA in {city.other_ca}" in str(refusal(city.at("good", city.other_ca)))


def test_a_certificate_that_has_expired(city: City) -> None:
    assert "has expired (the date of this computer is 20" in str(refusal(city.at("expired")))


def test_a_certificate_that_is_not_valid_yet_may_be_so_after_the_clock_is_set(city: City) -> None:
    said = refusal(city.at("early"))
    assert "is not valid yet (the date of this computer is 20" in str(said)
    assert not said.lasting


def test_a_certificate_for_another_host_says_for_which(city: City) -> None:
    said = str(refusal(city.at("named")))
    assert "is not for 127.0.0.1 but for broker.example: give --broker with a name that is in it" in said


def test_a_broker_that_wants_our_certificate(city: City) -> None:
    assert "wants a certificate of its clients" in str(refusal(city.at("mutual")))


def test_tls_spoken_to_in_clear(city: City) -> None:
    port = city.ports["good"]
    assert f"speaks TLS on this port: give mqtts://127.0.0.1:{port}" in str(refusal(at(port)))


def test_a_port_in_clear_spoken_to_in_tls(city: City) -> None:
    said = str(refusal(city.at("clear")))
    assert f"speaks MQTT without TLS on this port: give mqtt://127.0.0.1:{city.ports['clear']}" in said


def test_no_login_and_a_wrong_one(city: City) -> None:
    address = at(city.ports["login"])
    said = refusal(address)
    assert said.lasting
    assert str(said).endswith("does not let us in: Not authorized; give a user and password with --login FILE")
    wrong = str(refusal(replace(address, user="iccc", password="wrong")))
    assert "check user 'iccc' and the password, in --login FILE or in --broker" in wrong
    assert "right" not in wrong


def test_a_file_that_is_no_ca(city: City, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("no PEM")
    with pytest.raises(Exception, match="must hold PEM certificates"):
        Link(city.at("good", file), ["x"])
