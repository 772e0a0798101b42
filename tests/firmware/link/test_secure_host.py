"""The link over TLS to a real Mosquitto, which `diya site broker-config` configured: on CPython and on MicroPython.

On MicroPython it is the pole's own drivers/network/sockets.py over real sockets; there mbedTLS goes by the computer's
clock.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from host_tools.firmware_build.find_micropython import find_micropython
from tests.firmware.link.asyncio_net import Net
from tests.firmware.link.secure_pole import live
from tests.host_tools.broker.test_mosquitto_config import HEAD, OTHER_GROUP, P1, City
from tests.host_tools.certificates import Authority
from tests.patience import PATIENCE_S

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
YEAR_2000 = 946684800 + 5
NOW = int(time.time())
SMOOTH_MS = 500  # another task may be late by so much; what blocks does so for the time-out

# paho leaves the socket of a failed handshake to the garbage collector, which complains
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")


class Pole:
    """One pole's files, and its life on one runtime."""

    def __init__(self, runtime: str, folder: Path) -> None:
        self.runtime = runtime
        self.folder = folder
        self.folder.mkdir()

    def file(self, name: str, content: str) -> None:
        (self.folder / name).write_bytes(content)

    def live(self, port: int, user: str = "P0001", password: str = "", **more: Any) -> dict[str, Any]:
        """``secure_pole.live``, with these credentials; more are fields of the job, and ``host``."""
        settings = {"link.port": port, "link.user": user, "link.secret": password, "groups": list(P1.groups)}
        settings["link.host"] = more.pop("host", "localhost")
        settings["link.timeout"] = more.pop("timeout", 60)
        job = {"settings": settings, "believed": NOW, "seconds": PATIENCE_S, "events": [], "hear": 0, **more}
        if self.runtime == "cpython":
            net = LocalNet()
            return {**asyncio.run(live(net, str(self.folder), job)), "unix": net.unix}
        path = os.pathsep.join([str(ROOT / "firmware"), str(HERE), ".frozen"])
        done = subprocess.run(
            [*find_micropython(), "-X", "heapsize=192k", str(HERE / "vm_tls.py"), str(self.folder)],
            input=json.dumps(job), env={**os.environ, "MICROPYPATH": path}, capture_output=True, text=True,
            timeout=2 * PATIENCE_S,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        out: dict[str, Any] = json.loads(done.stdout)
        return out

    def in_city(self, city: City, user: str = "P0001", **more: Any) -> dict[str, Any]:
        return self.live(city.port, user, city.password(user), **more)


class LocalNet(Net):
    async def resolve(self, host: str) -> str:
        return "127.0.0.1"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    with City(tmp_path_factory.mktemp("city")) as one:
        yield one


@pytest.fixture(params=["cpython", "micropython"])
def pole(request: pytest.FixtureRequest, tmp_path: Path) -> Pole:
    return Pole(request.param, tmp_path / "vfs")


def refused(lived: dict[str, Any], *words: str) -> bool:
    """Never online, and the problem has one of *words*."""
    assert not lived["online"], lived
    assert any(word in lived["problem"] for word in words), lived
    return True


def test_with_its_own_password_a_pole_speaks_and_hears(city: City, pole: Pole) -> None:
    pole.file("ca.pem", city.ca.pem)
    with city.iccc(topics=(f"{HEAD}/#",)) as iccc:
        topics = [f"{HEAD}/P0002/command", f"{HEAD}/_group/{OTHER_GROUP}/command", f"{HEAD}/P0001/command"]
        topics += [f"{HEAD}/_group/{P1.groups[0]}/command", f"{HEAD}/_all/command"]
        seen: list[str] = []

        def command() -> None:
            while f"{HEAD}/P0001/event" not in seen:  # which comes after its subscriptions
                seen.append(iccc.heard.get(timeout=PATIENCE_S)[0])
            for topic in topics:
                iccc.say(topic)

        thread = threading.Thread(target=command)
        thread.start()
        lived = pole.in_city(city, events=[["", '{"v":1}']], hear=3)
        thread.join()
        assert lived["online"] and lived["problem"] == ""
        assert lived["refused"] == []
        assert lived["heard"] == topics[2:]
        assert lived["longest"] < SMOOTH_MS
        assert f"{HEAD}/P0001/presence" in seen


@pytest.mark.parametrize(
    ("user", "password"), [("", ""), ("P0001", ""), ("P0001", "guessed"), ("P0002", "of P0001"), ("iccc", "of iccc")]
)
def test_without_the_right_password_no_pole_is_let_in(city: City, pole: Pole, user: str, password: str) -> None:
    pole.file("ca.pem", city.ca.pem)
    word, _, whose = password.partition(" ")
    secret = city.password(whose) if word == "of" else password
    assert refused(pole.live(city.port, user, secret), "not authorized")


def test_with_another_poles_password_it_is_that_pole_and_cannot_pass_for_itself(city: City, pole: Pole) -> None:
    pole.file("ca.pem", city.ca.pem)
    seen: list[str] = []
    commands = [f"{HEAD}/P0001/command", f"{HEAD}/_all/command"]
    with city.iccc(topics=(f"{HEAD}/#",)) as iccc:
        iccc.all()  # what was retained

        def command() -> None:
            while f"{HEAD}/P0002/event" not in seen:  # it is there, and has subscribed
                seen.append(iccc.heard.get(timeout=PATIENCE_S)[0])
            for topic in commands:
                iccc.say(topic)

        thread = threading.Thread(target=command)
        thread.start()
        lived = pole.in_city(city, "P0002", events=[["", '{"v":1}'], [f"{HEAD}/P0002/event", '{"v":1}']], hear=1)
        thread.join()
        assert lived["online"] and lived["heard"] == commands[1:]  # what is for all, and no command for a P0001
        assert seen + iccc.all(2) == [f"{HEAD}/P0002/event", *commands]  # and nothing that came from a P0001


def test_what_a_pole_publishes_for_another_is_thrown_away(city: City, pole: Pole) -> None:
    pole.file("ca.pem", city.ca.pem)
    forged = [f"{HEAD}/P0002/event", f"{HEAD}/P0002/command", f"{HEAD}/_all/command", f"{HEAD}/P0001/command"]
    with city.iccc(topics=(f"{HEAD}/+/event", f"{HEAD}/+/command")) as iccc:
        lived = pole.in_city(city, events=[*([topic, '{"v":1}'] for topic in forged), ["", '{"v":1}']])
        assert lived["online"] and lived["problem"] == ""
        assert iccc.all(1) == [f"{HEAD}/P0001/event"]


def test_a_broker_of_another_ca_is_not_believed(city: City, pole: Pole) -> None:
    pole.file("ca.pem", Authority("somebody else").pem)
    assert refused(pole.in_city(city), "not correctly signed by the trusted CA", "unable to get local issuer")


def test_a_ca_file_may_hold_several(city: City, pole: Pole) -> None:
    pole.file("ca.pem", b"the old one and the new one\n" + Authority("old").pem + city.ca.pem)
    assert pole.in_city(city)["online"]


def test_a_broker_of_another_name_is_not_believed(city: City, pole: Pole) -> None:
    pole.file("ca.pem", city.ca.pem)
    assert refused(pole.in_city(city, host="broker.example"), "does not match", "Hostname mismatch")


def broker_with(folder: Path, **certificate: Any) -> City:
    """A city whose broker shows a certificate of its own."""
    city = City(folder)
    city.ca.server("localhost", **certificate).save(city.out / "server.pem", city.out / "server.key")
    return city


def test_an_expired_certificate_is_not_believed(pole: Pole, tmp_path: Path) -> None:
    with broker_with(tmp_path / "city", expired=True) as city:
        pole.file("ca.pem", city.ca.pem)
        assert refused(pole.in_city(city), "expired")


def test_a_certificate_that_is_not_good_yet_is_not_believed(pole: Pole, tmp_path: Path) -> None:
    with broker_with(tmp_path / "city", days_ahead=2) as city:
        pole.file("ca.pem", city.ca.pem)
        assert refused(pole.in_city(city), "starts in the future", "not yet valid")


def test_a_clock_in_the_year_2000_believes_no_broker_and_the_floor_is_the_way_out(city: City, tmp_path: Path) -> None:
    pole = Pole("cpython", tmp_path / "vfs")  # the unix port asks the computer's clock; the street's tests have both
    pole.file("ca.pem", city.ca.pem)
    assert refused(pole.in_city(city, believed=YEAR_2000), "not yet valid")
    assert pole.in_city(city, believed=NOW - 3600)["online"]


def test_on_micropython_the_chips_clock_is_set_to_what_the_pole_believes(city: City, tmp_path: Path) -> None:
    pole = Pole("micropython", tmp_path / "vfs")
    pole.file("ca.pem", city.ca.pem)
    lived = pole.in_city(city, believed=1798761599)
    assert lived["online"]
    assert lived["clock"] == [[2026, 12, 31, 0, 23, 59, 59, 0]]


@pytest.mark.parametrize("content", ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "garbage"])
def test_a_ca_file_that_is_none_lets_nobody_pass(city: City, pole: Pole, content: str) -> None:
    pole.file("ca.pem", content.encode())
    lived = pole.in_city(city)
    assert not lived["online"] and lived["problem"]


def test_with_certificates_a_pole_is_who_its_certificate_says(pole: Pole, tmp_path: Path) -> None:
    with City(tmp_path / "city", "--certificates") as city, city.iccc(topics=(f"{HEAD}/#",)) as iccc:
        pole.file("ca.pem", city.ca.pem)
        assert not pole.live(city.port)["online"]  # it shows none
        for pair in (Authority().client("P0001"), city.ca.client("P0001", expired=True)):
            pair.save(pole.folder / "pole.pem", pole.folder / "pole.key")
            assert not pole.live(city.port)["online"]
        assert iccc.all() == []
        city.ca.client("P0001").save(pole.folder / "pole.pem", pole.folder / "pole.key")
        lived = pole.live(city.port, events=[["", '{"v":1}'], [f"{HEAD}/P0002/event", '{"v":1}']])
        assert lived["online"] and lived["problem"] == ""
        heard = iccc.all(1)
        assert f"{HEAD}/P0001/event" in heard and f"{HEAD}/P0002/event" not in heard


class Silent:
    """A broker that takes connections and never says a word, or half of one."""

    def __init__(self, word: bytes = b"") -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._word = word
        self.connections: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections.append(connection)
            connection.sendall(self._word)

    def __enter__(self) -> Silent:
        return self

    def __exit__(self, *_error: object) -> None:
        self._socket.close()
        for connection in self.connections:
            connection.close()


@pytest.mark.parametrize("word", [b"", b"\x16\x03\x03\x00\x7a\x02\x00\x00\x76"])
def test_a_broker_that_stays_silent_costs_the_timeout_and_holds_nobody_up(pole: Pole, word: bytes) -> None:
    pole.file("ca.pem", Authority().pem)
    with Silent(word) as broker:
        lived = pole.live(broker.port, timeout=1)
    assert not lived["online"] and lived["problem"]
    assert len(broker.connections) == 1
    assert lived["lasted"] > 1000
    assert (
        lived["lasted"] - lived["queued"] < 1000 + 3 * SMOOTH_MS
    )  # the time-out, and what the computer takes under load
    assert lived["longest"] < SMOOTH_MS


def test_without_a_ca_file_not_even_a_connection_is_made(pole: Pole) -> None:
    with Silent() as broker:
        lived = pole.live(broker.port)
    assert lived["problem"] == "link.tls is 1 and ca.pem is missing: the broker cannot be told from another"
    assert broker.connections == []


def test_a_broker_without_tls_is_not_believed_and_hears_no_password(pole: Pole) -> None:
    pole.file("ca.pem", Authority().pem)
    said: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        listen(server, lambda data: said.append(data))
        lived = pole.live(server.getsockname()[1], password="secret")
    assert not lived["online"] and lived["problem"]
    assert b"secret" not in b"".join(said) and b"".join(said)[:1] == b"\x16"  # a handshake and nothing else


def listen(server: socket.socket, heard: Callable[[bytes], None]) -> None:
    """Answers the first packet of the first connection as a broker without TLS would a CONNECT."""

    def serve() -> None:
        connection, _ = server.accept()
        heard(connection.recv(4096))
        connection.sendall(b"\x20\x02\x00\x00")
        connection.close()

    threading.Thread(target=serve, daemon=True).start()
