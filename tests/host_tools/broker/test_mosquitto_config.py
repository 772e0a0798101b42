"""The written broker configuration, under a real Mosquitto: who gets in, and who may touch what."""

from __future__ import annotations

import base64
import csv
import os
import queue
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from host_tools.broker.mosquitto import find_mosquitto
from host_tools.cli import run
from host_tools.keys.broker_passwords import hashed, new_password
from host_tools.site import load_site
from host_tools.site.broker_address import free_ports
from tests.host_tools.certificates import Authority
from tests.patience import PATIENCE_S, until

SAGAR = Path(__file__).parents[3] / "simulator" / "sites" / "sagar"
HEAD = "diya/1/sagar"
P1, P2 = (load_site(SAGAR).pole(name) for name in ("P0001", "P0002"))
OTHER_GROUP = next(group for group in P2.groups if group not in P1.groups)
DIYA = str(Path(sys.executable).with_name("diya"))
QUIET_S = 0.5  # nothing more comes once nothing came for so long

Capture = pytest.CaptureFixture[str]


class City:
    """A site folder, a CA, and a Mosquitto started on what `diya site broker-config` wrote."""

    def __init__(self, folder: Path, *options: str, server: str = "localhost", expired: bool = False) -> None:
        self.folder = folder
        self.ca = Authority()
        self.options = options
        self._take_ports()
        self._ports_are_ours = False  # until a broker has listened there, another program may take them
        self._process: subprocess.Popen[bytes] | None = None
        out = folder / "broker"
        out.mkdir(parents=True)
        (folder / "data").mkdir()
        (out / "ca.pem").write_bytes(self.ca.pem)
        self.ca.server(server, expired=expired).save(out / "server.pem", out / "server.key")
        self.out = out
        self._site = SAGAR
        self.configure()

    def _take_ports(self) -> None:
        self.port, self.city_port = free_ports(2)

    def configure(self, site: Path | None = None) -> None:
        """Write the configuration of *site*, or of the site that it is of already."""
        self._site = site or self._site
        code = run([
            "site", "broker-config", str(self._site), "--out", str(self.out), "--port", str(self.port),
            "--city-port", str(self.city_port), "--data", str(self.folder / "data"), *self.options,
        ])  # fmt: skip
        assert code == 0

    def password(self, user: str) -> str:
        with (self.out / "secrets" / "users.csv").open() as file:
            return {row["user"]: row["password"] for row in csv.DictReader(file)}[user]

    def start(self) -> None:
        """Start the broker, the first time on other ports where these have been taken meanwhile."""
        for _ in range(5):
            if self._listens() or self._ports_are_ours:
                break
            self._take_ports()
            self.configure()
        assert self._process and self._process.poll() is None, (self.folder / "mosquitto.log").read_text()
        self._ports_are_ours = True

    def _listens(self) -> bool:
        """Whether the broker has started; False where it has ended."""
        conf = self.out / "mosquitto.conf"
        text = conf.read_text()
        if os.geteuid() == 0:  # it would become a user who may not read a test's folder
            text += "user root\n"
        used = self.folder / "used.conf"
        used.write_text(text)
        log = (self.folder / "mosquitto.log").open("ab")
        self._process = process = subprocess.Popen([str(find_mosquitto()), "-c", str(used)], stdout=log, stderr=log)
        log.close()
        until(lambda: process.poll() is not None or self._answers(), "the city's broker answers")
        time.sleep(0.02)  # so that one which ends because its port was taken has ended, and is not taken for another
        return process.poll() is None

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(PATIENCE_S)
            self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def _answers(self) -> bool:
        try:
            for port in (self.port, self.city_port):
                socket.create_connection(("127.0.0.1", port), 0.2).close()
        except OSError:
            return False
        return True

    def pole(self, name: str, **more: Any) -> Client:
        """A client on the poles' listener, with the password of *name* unless told otherwise."""
        more = {"user": name, "password": self.password(name), **more}
        return Client(self.port, self.out / "ca.pem", **more)

    def iccc(self, **more: Any) -> Client:
        more = {"user": "iccc", "password": self.password("iccc"), **more}
        return Client(self.city_port, self.out / "ca.pem", **more)


class Client:
    """paho over TLS; a context manager that raises Refused or ssl.SSLError where it is not let in."""

    def __init__(
        self, port: int, ca: Path, *, user: str = "", password: str = "", host: str = "localhost",
        certificate: Path | None = None, topics: tuple[str, ...] = (), client_id: str = "", clean: bool = True,
    ) -> None:  # fmt: skip
        self.heard: queue.SimpleQueue[tuple[str, bytes]] = queue.SimpleQueue()
        self._where = (host, port)
        self._topics = topics
        self._code: Any = None
        self._subscribed = False
        self.lost = False
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id, clean_session=clean, protocol=mqtt.MQTTv311,
            reconnect_on_failure=False,
        )  # fmt: skip
        if user:
            client.username_pw_set(user, password)
        context = ssl.create_default_context(cafile=ca)
        if certificate:
            context.load_cert_chain(certificate)
        client.tls_set_context(context)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_message = lambda c, data, message: self.heard.put((message.topic, message.payload))
        self.client = client

    def __enter__(self) -> Self:
        self.client.connect(*self._where)
        self.client.loop_start()
        try:
            until(lambda: self.lost or self._answered(), "the broker's word")
            if not self._answered():
                raise Refused(f"no answer; lost: {self.lost}")
            if self._code.is_failure:
                raise Refused(str(self._code))
        except Refused:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    def _answered(self) -> bool:
        return self._code is not None and (self._subscribed or not self._topics or self._code.is_failure)

    def say(self, topic: str, payload: bytes = b"{}", retain: bool = False) -> None:
        sent = self.client.publish(topic, payload, 1, retain)
        sent.wait_for_publish(PATIENCE_S)
        assert sent.is_published()

    def all(self, count: int = 0) -> list[str]:
        """Topics of what came, once *count* messages have come and then no more for a while."""
        topics: list[str] = []
        try:
            while True:
                topics.append(self.heard.get(timeout=PATIENCE_S if len(topics) < count else QUIET_S)[0])
        except queue.Empty:
            return topics

    def _on_connect(self, client: mqtt.Client, data: Any, flags: Any, reason: Any, properties: Any) -> None:
        if self._topics and not reason.is_failure:
            client.subscribe([(topic, 1) for topic in self._topics])
        self._code = reason

    def _on_subscribe(self, client: mqtt.Client, data: Any, mid: int, reasons: Any, properties: Any) -> None:
        self._subscribed = True

    def _on_disconnect(self, *_what: Any) -> None:
        self.lost = True


# paho leaves the socket of a failed handshake to the garbage collector, which complains
unclosed = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")


class Refused(Exception):
    """The broker does not let us in."""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    with City(tmp_path_factory.mktemp("city")) as one:
        yield one


def test_a_pole_says_what_is_its_own_and_hears_what_is_meant_for_it(city: City) -> None:
    with city.iccc(topics=(f"{HEAD}/#",)) as iccc, city.pole("P0001", topics=("#",)) as pole:
        for kind in ("presence", "birth", "state", "meter", "event", "ack"):
            pole.say(f"{HEAD}/P0001/{kind}")
        assert len(iccc.all(6)) == 6
        for topic in ("P0001/command", "P0001/config", "P0001/update", "_all/command"):
            iccc.say(f"{HEAD}/{topic}")
        for group in P1.groups:
            iccc.say(f"{HEAD}/_group/{group}/command")
        heard = pole.all(4 + len(set(P1.groups)))
        assert len(heard) == 4 + len(set(P1.groups))
        assert f"{HEAD}/_group/{P1.feeder}/command" in heard


def test_what_is_for_others_is_not_heard(city: City) -> None:
    with city.iccc(topics=("x",)) as iccc, city.pole("P0001", topics=("#", f"{HEAD}/P0002/#")) as pole:
        for topic in ("P0002/command", "P0002/config", f"_group/{OTHER_GROUP}/command", "P0002/event", "P0001/x"):
            iccc.say(f"{HEAD}/{topic}")
        iccc.say("diya/1/other/P0001/command")
        assert pole.all() == []


def test_every_pole_reads_the_pieces_of_a_release_and_only_the_city_writes_them(city: City) -> None:
    piece = f"{HEAD}/_update/0123456789abcdef/0"
    with city.iccc(topics=(f"{HEAD}/_update/#",)) as iccc, city.pole("P0001") as pole:
        pole.say(piece, b"forged", retain=True)
        pole.say(f"{HEAD}/_update/0123456789abcdef/1", b"forged")
        iccc.say(piece, b"genuine", retain=True)
        assert iccc.heard.get(timeout=PATIENCE_S) == (piece, b"genuine")
    with city.pole("P0002", topics=(piece,)) as other:
        assert other.heard.get(timeout=PATIENCE_S) == (piece, b"genuine")
    with city.iccc() as iccc:
        iccc.say(piece, b"", retain=True)


def test_a_pole_cannot_speak_for_another_or_for_the_city(city: City) -> None:
    with city.iccc(topics=(f"{HEAD}/#",)) as iccc, city.pole("P0001") as pole:
        for topic in (
            "P0002/event", "P0002/presence", "P0002/command", "P0001/command", "P0001/config", "_all/command",
            f"_group/{P1.feeder}/command", "P0001/other", "P0001/event/more", "_sim/clock",
        ):  # fmt: skip
            pole.say(f"{HEAD}/{topic}")
        pole.say("$SYS/broker/version")
        pole.say(f"{HEAD}/P0001/event", b'{"last":1}')
        assert iccc.all(1) == [f"{HEAD}/P0001/event"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"user": "", "password": ""},
        {"password": "guessed"},
        {"password": ""},
        {"user": "P0002"},  # with the password of P0001
        {"user": "P9999"},
        {"user": "iccc"},
    ],
)
def test_without_the_right_password_nobody_is_let_in(city: City, wrong: dict[str, str]) -> None:
    with pytest.raises(Refused), city.pole("P0001", **wrong):
        pass


def test_each_listener_has_users_of_its_own(city: City) -> None:
    with pytest.raises(Refused), city.iccc(user="P0001", password=city.password("P0001")):
        pass
    with pytest.raises(Refused), city.pole("P0001", user="iccc", password=city.password("iccc")):
        pass


def test_a_last_will_for_another_pole_is_not_published(city: City) -> None:
    with city.iccc(topics=(f"{HEAD}/+/presence",)) as iccc:
        pole = city.pole("P0001")
        pole.client.will_set(f"{HEAD}/P0002/presence", b"{}", 1)
        with pytest.raises(Refused), pole:
            sock = pole.client.socket()
            assert sock is not None
            sock.close()
            raise Refused("let in, and cut off")
        assert iccc.all() == []


def test_no_pole_can_take_over_a_session_by_its_identifier(city: City) -> None:
    record = city.iccc(client_id="diya-record-sagar", clean=False, topics=(f"{HEAD}/+/event",))
    with record, city.pole("P0001", client_id="diya-record-sagar", clean=False) as thief:
        thief.say(f"{HEAD}/P0001/event")
        assert record.all(1) == [f"{HEAD}/P0001/event"]
        assert not record.lost
        assert thief.all() == []
        with city.pole("P0002", client_id="P0001") as other:
            other.say(f"{HEAD}/P0002/event")
            assert record.all(1) == [f"{HEAD}/P0002/event"]
            assert not thief.lost


def test_events_wait_for_the_recorder_through_a_restart_of_the_broker(tmp_path: Path) -> None:
    count = 3000
    with City(tmp_path / "city") as city:
        with city.iccc(client_id="diya-record-sagar", clean=False, topics=(f"{HEAD}/+/event",)):
            pass
        with city.pole("P0001") as pole:
            for number in range(count):
                sent = pole.client.publish(f"{HEAD}/P0001/event", str(number).encode(), 1)
            sent.wait_for_publish(PATIENCE_S)
            assert sent.is_published()
        city.stop()
        city.start()
        with city.iccc(client_id="diya-record-sagar", clean=False) as record:
            assert len(record.all(count)) == count


def test_meters_of_qos_0_wait_for_a_receiver_that_was_away_or_killed(city: City) -> None:
    # 69 of 100 were lost without upgrade_outgoing_qos; alone, queue_qos0_messages loses what was on its way
    count, name = 300, "diya-record-meters"
    with city.iccc(client_id=name, clean=False, topics=(f"{HEAD}/+/meter",)):
        pass
    with city.pole("P0001") as pole:
        for number in range(count):
            pole.client.publish(f"{HEAD}/P0001/meter", str(number).encode(), 0)
        pole.say(f"{HEAD}/P0001/state")  # the broker has all before it
    with Killed(city, name) as killed:
        assert killed.all(1), "some were on their way"
    with city.iccc(client_id=name, clean=False) as record:
        assert len(record.all(count)) == count


class Killed(Client):
    """The receiver *name* of *city*, which acknowledges nothing."""

    def __init__(self, city: City, name: str) -> None:
        super().__init__(
            city.city_port, city.out / "ca.pem", user="iccc", password=city.password("iccc"), client_id=name,
            clean=False,
        )  # fmt: skip
        self.client.manual_ack_set(True)


@unclosed
def test_a_broker_of_another_ca_is_not_believed(city: City, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    other.write_bytes(Authority("somebody else").pem)
    client = Client(city.port, other, user="P0001", password=city.password("P0001"))
    with pytest.raises(ssl.SSLCertVerificationError, match="unable to get local issuer"), client:
        pass


@unclosed
def test_a_broker_of_another_name_is_not_believed(city: City) -> None:
    client = city.pole("P0001", host="127.0.0.1")  # the certificate says localhost
    with pytest.raises(ssl.SSLCertVerificationError, match="IP address mismatch"), client:
        pass


@unclosed
def test_an_expired_certificate_of_the_broker_is_not_believed(tmp_path: Path) -> None:
    with City(tmp_path / "city", expired=True) as city, pytest.raises(ssl.SSLCertVerificationError, match="expired"):
        city.pole("P0001").__enter__()


def test_nobody_is_let_in_without_tls(city: City) -> None:
    plain = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv311)
    plain.username_pw_set("P0001", city.password("P0001"))
    codes: list[Any] = []
    plain.on_connect = lambda client, data, flags, reason, properties: codes.append(reason)
    plain.connect("127.0.0.1", city.port)
    until(lambda: plain.loop(0.1) != mqtt.MQTT_ERR_SUCCESS, "the broker hangs up")
    assert not codes


@unclosed
def test_with_certificates_a_pole_is_who_its_certificate_says(tmp_path: Path) -> None:
    with City(tmp_path / "city", "--certificates") as city:
        assert not (city.out / "poles.passwords").exists()
        for name, pair in (
            ("right", city.ca.client("P0001")), ("expired", city.ca.client("P0001", expired=True)),
            ("other", Authority().client("P0001")), ("stranger", city.ca.client("P7777")),
        ):  # fmt: skip
            pair.save(tmp_path / f"{name}.pem")

        def pole(name: str, **more: Any) -> Client:
            certificate = tmp_path / f"{name}.pem" if name else None
            return Client(city.port, city.out / "ca.pem", certificate=certificate, **more)

        with city.iccc(topics=(f"{HEAD}/#",)) as iccc:
            with pole("right", topics=("#",)) as right:
                right.say(f"{HEAD}/P0002/event")
                right.say(f"{HEAD}/P0001/event")
                assert iccc.all(1) == [f"{HEAD}/P0001/event"]
                iccc.say(f"{HEAD}/P0002/command")
                iccc.say(f"{HEAD}/_group/{P1.feeder}/command")
                assert right.all(1) == [f"{HEAD}/_group/{P1.feeder}/command"]
            with pole("right", user="P0002", password="x", topics=("x",)) as right:  # the certificate counts
                right.say(f"{HEAD}/P0002/event")
                right.say(f"{HEAD}/P0001/event")
                assert iccc.all(1)[-1] == f"{HEAD}/P0001/event"
        for name in ("", "expired", "other"):
            with pytest.raises((Refused, OSError)), pole(name, topics=("x",)):
                pass


def test_running_it_again_keeps_the_passwords_in_use(tmp_path: Path, capsys: Capture) -> None:
    city = City(tmp_path / "city")
    before = city.password("P0001")
    site = tmp_path / "sagar"
    shutil.copytree(SAGAR, site)
    lines = (SAGAR / "poles.csv").read_text().splitlines()
    gone = next(line for line in lines if line.startswith("P0002"))
    lines[lines.index(gone)] = gone.replace("P0002", "P0902")
    (site / "poles.csv").write_text("\n".join(lines) + "\n")
    capsys.readouterr()
    city.configure(site)
    assert "240 poles, 1 new users" in capsys.readouterr().out
    assert city.password("P0001") == before
    with city:
        for pole in ("P0001", "P0902"):
            with city.pole(pole):
                pass
        with pytest.raises(KeyError):
            city.password("P0002")


def test_secrets_are_for_their_owner_alone_and_never_printed(tmp_path: Path, capsys: Capture) -> None:
    city = City(tmp_path / "city")
    out, err = capsys.readouterr()
    password = city.password("P0001")
    assert len(password) == 32
    assert password not in out + err
    for path in city.out.rglob("*"):
        if path.is_file() and password in path.read_text():
            assert path.parent.name == "secrets"
            assert path.stat().st_mode & 0o077 == 0
    assert (city.out / "secrets").stat().st_mode & 0o077 == 0


def test_passwords_are_hashed_as_mosquitto_does(tmp_path: Path) -> None:
    program = shutil.which("mosquitto_passwd")
    if program is None:
        pytest.skip("there is no mosquitto_passwd on this machine")
    file = tmp_path / "passwords"
    subprocess.run([program, "-b", "-c", str(file), "P0001", "secret"], check=True, capture_output=True)
    theirs = file.read_text().strip().partition(":")[2]
    assert hashed("secret", base64.b64decode(theirs.split("$")[3])) == theirs


def test_a_password_file_that_was_saved_by_excel_is_read_and_one_that_makes_no_sense_is_not_replaced(
    tmp_path: Path, capsys: Capture
) -> None:
    city = City(tmp_path)
    file = city.out / "secrets" / "users.csv"
    before = file.read_text()
    file.write_bytes(before.replace(",", ";").replace("\n", "\r\n").encode("utf-8-sig"))
    city.configure()
    assert file.read_text() == before
    for wrong, words in (
        (before + "P0001,secret\n", "line 243 of the file"), (before + "P9\n", "line 243 of the file"),
        ("users,secret\n", "must be CSV with the columns user and password"), (before + '"secret', "is no CSV"),
    ):  # fmt: skip
        file.write_text(wrong)
        assert run(["site", "broker-config", str(SAGAR), "--out", str(city.out)]) == 1
        said = capsys.readouterr().err
        assert words in said and "secret" not in said.replace("/secrets/", "")
        assert file.read_text() == wrong


def test_two_at_a_time_write_passwords_that_belong_together(tmp_path: Path) -> None:
    city = City(tmp_path)
    (city.out / "secrets" / "users.csv").unlink()
    command = [DIYA, "site", "broker-config", str(SAGAR), "--out", str(city.out)]
    several = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(3)]
    assert [one.wait(120) for one in several] == [0, 0, 0]
    lines = dict(line.split(":") for line in (city.out / "poles.passwords").read_text().splitlines())
    for name in ("P0001", "P0240"):
        salt = base64.b64decode(lines[name].split("$")[3])
        assert hashed(city.password(name), salt) == lines[name]


def test_a_broker_that_reads_by_its_group_can_after_a_second_run(tmp_path: Path) -> None:
    city = City(tmp_path)
    passwords, acl = city.out / "poles.passwords", city.out / "poles.acl"
    passwords.chmod(0o640)
    acl.chmod(0o640)
    city.configure()
    assert [path.stat().st_mode & 0o777 for path in (passwords, acl)] == [0o640, 0o640]


def test_no_password_begins_as_a_formula_does() -> None:
    assert all(new_password()[0].isalnum() for _ in range(500))


def test_what_is_missing_is_said(tmp_path: Path, capsys: Capture) -> None:
    assert run(["site", "broker-config", str(SAGAR), "--out", str(tmp_path / "b")]) == 0
    out = capsys.readouterr().out
    assert out.count("is not there yet") == 3
    assert run(["site", "broker-config", str(SAGAR), "--out", str(tmp_path / "b"), "--city-port", "8883"]) == 1
    assert "are both 8883 and must differ" in capsys.readouterr().err


def test_the_broker_has_as_much_on_its_way_to_a_pole_as_a_pole_acknowledges(tmp_path: Path) -> None:
    from host_tools.broker.mosquitto import Mosquitto
    from host_tools.broker.mosquitto_config import Plan, configuration
    from pole.wire.contract import IN_FLIGHT

    plan = Plan(tmp_path / "ca", tmp_path / "certificate", tmp_path / "key")
    line = f"max_inflight_messages {IN_FLIGHT}"
    assert line in configuration(load_site("sagar", 1), tmp_path, plan).splitlines()
    if find_mosquitto():
        assert line in Mosquitto()._config(1883).splitlines()
