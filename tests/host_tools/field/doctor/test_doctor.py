"""The doctor: every line with its cure, and each of a laptop's usual troubles found."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from host_tools import cli
from host_tools.broker.mosquitto import Mosquitto, find_mosquitto
from host_tools.errors import PortBusy, PortForbidden
from host_tools.field.doctor import adapters, files, tools
from host_tools.field.doctor.broker import broker
from host_tools.field.doctor.finding import OK, PROBLEM, WARNING, Finding
from host_tools.field.ports import PortInfo
from host_tools.registry import Registry
from host_tools.site.broker_address import parse_broker
from tests.host_tools.certificates import Authority
from tests.patience import PATIENCE_S

needs_mosquitto = pytest.mark.skipif(find_mosquitto() is None, reason="needs Mosquitto")


def usb(folder: Path, vid: int, pid: int, port: str = "") -> None:
    """What Linux shows of an adapter that is plugged in."""
    (folder / "1-1" / "1-1:1.0" / port).mkdir(parents=True)
    (folder / "1-1" / "idVendor").write_text(f"{vid:04x}\n")
    (folder / "1-1" / "idProduct").write_text(f"{pid:04x}\n")


def running(proc: Path, *names: str) -> None:
    for number, name in enumerate(names, 100):
        (proc / str(number)).mkdir()
        (proc / str(number) / "comm").write_text(f"{name}\n")


def test_an_adapter_with_its_driver_is_well(tmp_path: Path) -> None:
    usb(tmp_path, 0x10C4, 0xEA60, "ttyUSB0")
    assert [(one.state, one.says) for one in adapters.drivers(tmp_path, tmp_path / "proc")] == [(OK, "cp210x")]


def test_a_chip_with_its_own_usb_is_well(tmp_path: Path) -> None:
    usb(tmp_path, 0x303A, 0x1001, "tty/ttyACM0")
    assert [one.state for one in adapters.drivers(tmp_path, tmp_path / "proc")] == [OK]


@pytest.mark.parametrize(("process", "cure"), [("bash", "modprobe ch341"), ("brltty", "apt remove brltty")])
def test_an_adapter_without_a_port_is_a_problem_with_its_cure(tmp_path: Path, process: str, cure: str) -> None:
    usb(tmp_path / "usb", 0x1A86, 0x7523)
    (tmp_path / "proc").mkdir()
    running(tmp_path / "proc", process)
    (finding,) = adapters.drivers(tmp_path / "usb", tmp_path / "proc")
    assert finding.state == PROBLEM
    assert cure in finding.cure


def test_what_is_no_adapter_is_passed_over_and_modem_manager_is_a_warning(tmp_path: Path) -> None:
    usb(tmp_path / "usb", 0x046D, 0xC52B)
    (tmp_path / "proc").mkdir()
    running(tmp_path / "proc", "ModemManager")
    (finding,) = adapters.drivers(tmp_path / "usb", tmp_path / "proc")
    assert (finding.about, finding.state) == ("ModemManager", WARNING)


def test_each_port_is_told_with_what_keeps_us_from_it(monkeypatch: pytest.MonkeyPatch) -> None:
    troubles = {"/dev/a": None, "/dev/b": PortBusy("held by screen: end it"), "/dev/c": PortForbidden("no: join uucp")}

    def check(device: str) -> None:
        if error := troubles[device]:
            raise error

    monkeypatch.setattr(adapters, "find", lambda: [PortInfo(device, adapter="CH340 (WCH)") for device in troubles])
    monkeypatch.setattr(adapters, "check_access", check)
    assert [(one.state, one.says, one.cure) for one in adapters.ports()] == [
        (OK, "CH340 (WCH)", ""), (WARNING, "held by screen", "end it"), (PROBLEM, "no", "join uucp"),
    ]  # fmt: skip


def test_without_a_port_the_group_is_looked_at_beforehand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapters, "find", list)
    monkeypatch.setattr(adapters, "usual_group", lambda: "dialout")
    monkeypatch.setattr(adapters, "inside", lambda name: False)
    monkeypatch.setattr(adapters, "cure", lambda name: f"join {name}")
    ports, group = adapters.ports()
    assert ports.state == WARNING and "cable" in ports.cure
    assert (group.state, group.cure) == (PROBLEM, "join dialout")


@pytest.mark.parametrize(
    ("version", "bound", "fulfils"),
    [("5.6.0", "<6,>=5.1", True), ("5.0.9", "<6,>=5.1", False), ("6.0", "<6,>=5.1", False),
     ("1.28.0.2", "==1.28.0.2", True), ("44", ">=44", True), ("2.8.9", "", True), ("10.0", ">=9", True)],
)  # fmt: skip
def test_versions_are_held_against_what_diya_asks_for(version: str, bound: str, fulfils: bool) -> None:
    assert tools.within(version, bound) is fulfils


def test_a_package_that_is_missing_old_or_broken_is_a_problem_with_its_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    def distribution(name: str) -> SimpleNamespace:
        if name == "segno":
            raise tools.metadata.PackageNotFoundError
        return SimpleNamespace(version={"esptool": "4.8.1", "mpremote": "1.29.0"}.get(name, "99"))

    monkeypatch.setattr(tools, "distribution", distribution)
    monkeypatch.setattr(tools, "_bounds", lambda: {"esptool": "<6,>=5.1", "segno": "<2,>=1.6"})
    monkeypatch.setattr(tools, "_fails", lambda command: "it is broken")
    found = {one.about: one for one in tools.packages()}
    assert found["esptool"].says == "is 4.8.1 and must be <6,>=5.1"
    assert "pip install 'segno<2,>=1.6'" in found["segno"].cure
    assert "does not run: it is broken" in found["mpremote"].says
    assert found["fpdf2"].state == OK


def test_the_registry_is_told_with_its_questions_and_its_damage(tmp_path: Path) -> None:
    ours, theirs = Registry(tmp_path / "ours.sqlite"), Registry(tmp_path / "theirs.sqlite")
    ours.bind("24:6f:28:aa:bb:01", "P1", "sagar", 0)
    (well,) = files.registry(ours.path)
    assert well.state == OK and "boards on poles: 1" in well.says
    theirs.bind("24:6f:28:aa:bb:02", "P1", "sagar", 0)
    ours.merge(theirs.path)
    (asked,) = files.registry(ours.path)
    assert asked.state == WARNING and "which one holds" in asked.says
    (tmp_path / "text").write_text("no registry " * 100)
    (damaged,) = files.registry(tmp_path / "text")
    assert damaged.state == PROBLEM
    (none,) = files.registry(tmp_path / "not" / "yet.sqlite")
    assert none.state == OK and "none yet" in none.says


@contextmanager
def server(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """A port where *answer* is given to each client."""
    with socket.create_server(("127.0.0.1", 0)) as door:

        def serve() -> None:
            try:
                client, _ = door.accept()
                with client:
                    client.settimeout(PATIENCE_S)
                    answer(client)
            except OSError:
                pass  # a client that hung up in disgust

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield door.getsockname()[1]
        thread.join(PATIENCE_S)


def one(address: str, ca: Path | None = None) -> Finding:
    (finding,) = broker(parse_broker(address), ca, wait_s=PATIENCE_S)
    return finding


@needs_mosquitto
def test_a_broker_that_answers_is_well() -> None:
    with Mosquitto() as mosquitto:
        assert one(mosquitto.url).state == OK


@pytest.mark.parametrize(
    ("answer", "state", "says"),
    [
        (b"\x20\x02\x00\x05", OK, "wants a user and password"),
        (b"\x20\x02\x00\x03", PROBLEM, "not available"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", PROBLEM, "not in MQTT"),
        (b"", PROBLEM, "not in MQTT"),
    ],
)
def test_what_answers_is_asked_whether_it_is_a_broker(answer: bytes, state: str, says: str) -> None:
    def say(client: socket.socket) -> None:
        client.recv(100)
        client.sendall(answer)
        client.shutdown(socket.SHUT_WR)
        client.recv(100)

    with server(say) as port:
        finding = one(f"mqtt://127.0.0.1:{port}")
    assert finding.state == state and says in finding.says
    assert bool(finding.cure) == (state != OK)


def test_nobody_there_and_no_such_name_are_problems() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    assert "does not answer" in one(f"mqtt://127.0.0.1:{port}").says
    assert "is not known here" in one("mqtt://broker.invalid").says


@pytest.mark.parametrize(
    ("kind", "state", "says"),
    [
        ("sound", OK, "certificate sound"),
        ("unknown CA", PROBLEM, "certificate is refused"),
        ("expired", PROBLEM, "expired"),
        ("another name", PROBLEM, "certificate is refused"),
        ("no TLS", PROBLEM, "does not speak TLS"),
    ],
)
def test_a_broker_with_tls_has_to_prove_who_it_is(tmp_path: Path, kind: str, state: str, says: str) -> None:
    authority = Authority()
    pair = (Authority() if kind == "unknown CA" else authority).server(
        "broker.example" if kind == "another name" else "127.0.0.1", expired=kind == "expired"
    )
    pair.save(tmp_path / "server.pem")
    (tmp_path / "ca.pem").write_bytes(authority.pem)

    def say(client: socket.socket) -> None:
        if kind == "no TLS":
            client.recv(1000)
            client.sendall(b"\x20\x02\x00\x00")
            return
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tmp_path / "server.pem")
        with context.wrap_socket(client, server_side=True) as secured:
            secured.recv(100)
            secured.sendall(b"\x20\x02\x00\x00")
            secured.recv(100)

    with server(say) as port:
        finding = one(f"mqtts://127.0.0.1:{port}", tmp_path / "ca.pem")
    assert finding.state == state and says in finding.says, finding
    assert bool(finding.cure) == (state != OK)


def test_the_verb_reports_every_line_and_ends_with_1_on_a_problem(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapters, "find", list)
    monkeypatch.setattr(adapters, "inside", lambda name: True)
    monkeypatch.setattr(adapters, "drivers", lambda: iter(()))
    arguments = ["doctor", "--registry", str(tmp_path / "registry.sqlite")]
    assert cli.run([*arguments, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["problem"] == 0 and report["ok"] >= 13
    assert {"Python", "esptool", "mpremote", "MicroPython", "registry"} <= {one["about"] for one in report["findings"]}
    assert all(one["cure"] for one in report["findings"] if one["state"] != OK)
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    assert cli.run([*arguments, "--broker", f"mqtt://127.0.0.1:{port}"]) == 1
    text = capsys.readouterr().out
    assert f"problem  broker mqtt://127.0.0.1:{port}: does not answer" in text
    assert "cure: join the network" in text and "problems: 1." in text
