"""The link against a real Mosquitto, on CPython and on the real MicroPython."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import paho.mqtt.client as paho
import pytest

from host_tools.firmware_build.find_micropython import find_micropython
from host_tools.site.broker_address import free_port
from pole.link.outbox import Outbox, Queue
from pole.link.session import Session
from pole.runtime.lcg import Lcg
from pole.wire import contract
from tests.firmware.link.asyncio_net import Net
from tests.firmware.link.link_bench import changed
from tests.patience import PATIENCE_S
from tests.patience import until as eventually

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
COMMAND = "diya/1/sagar/P0001/command"


class Mosquitto:
    """A broker of the test's own on a free port of this machine."""

    def __init__(self, folder: Path) -> None:
        self.port = 0
        self._conf = folder / "mosquitto.conf"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start on the same port as before; the first time on a free one, and another where that is taken meanwhile."""
        if self.port:
            assert self._listens(self.port), "Mosquitto did not start again"
            return
        for _ in range(5):
            port = free_port()
            self._conf.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 20000\n")
            if self._listens(port):
                self.port = port
                return
        raise AssertionError("Mosquitto did not start on any port")

    def _listens(self, port: int) -> bool:
        program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
        self._process = process = subprocess.Popen([program, "-c", str(self._conf)], stderr=subprocess.DEVNULL)

        def answers() -> bool:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return True
            except OSError:
                return False

        eventually(lambda: process.poll() is not None or answers(), "Mosquitto starts")
        time.sleep(0.02)  # one whose port was taken has ended then, and is not taken for the other that answers
        return process.poll() is None

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None


class City:
    """An observer of everything (paho)."""

    def __init__(self, port: int) -> None:
        self.seen: list[tuple[str, str, bool]] = []
        self._ready = False
        self._client = paho.Client(paho.CallbackAPIVersion.VERSION2, "city")
        self._client.on_message = lambda _c, _u, m: self.seen.append((m.topic, m.payload.decode(), m.retain))
        self._client.on_connect = lambda c, *_: c.subscribe("diya/#", 1)
        self._client.on_subscribe = lambda *_: setattr(self, "_ready", True)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        eventually(lambda: self._ready, "the observer has a broker")

    def send(self, topic: str, payload: bytes) -> None:
        self._client.publish(topic, payload, 1)

    def payloads(self, kind: str) -> list[str]:
        return [payload for topic, payload, _ in list(self.seen) if topic.endswith("/" + kind)]

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


class Pole:
    def __init__(self, port: int, **settings: object) -> None:
        started = time.monotonic()
        ticks = lambda: int((time.monotonic() - started) * 1000) & 0x3FFFFFFF  # noqa: E731
        self.net = Net()
        self.outbox = Outbox(ticks, Queue(64))
        self.messages: list[tuple[str, bytes | None, bool]] = []
        all_settings = changed(
            link_host="127.0.0.1", link_port=port, link_timeout=60, link_backoff=1, link_maximumBackoff=1, **settings
        )  # fmt: skip
        self.link = Session(
            self.net,
            None,
            all_settings,
            self.outbox,
            ticks,
            Lcg(1),
            self._message,
            lambda: self.outbox.put("birth", '{"v":1}'),
        )

    def _message(self, topic: str, payload: bytes | None, oversize: bool) -> None:
        self.messages.append((topic, payload if payload is None else bytes(payload), oversize))


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    broker = Mosquitto(tmp_path)
    broker.start()
    yield broker
    broker.kill()


async def until(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, what
        await asyncio.sleep(0.005)


def lived(pole: Pole, life: Callable[[], Awaitable[None]]) -> None:
    """Runs *life* while the pole's link runs."""

    async def both() -> None:
        link = asyncio.create_task(pole.link.run())
        try:
            await life()
        finally:
            while not link.done():  # asyncio.wait_for of Python 3.11 may swallow one that comes with its result
                link.cancel()
                await asyncio.wait([link], timeout=0.1)
            await asyncio.sleep(0)

    asyncio.run(both())


def test_a_pole_comes_online_reports_hears_and_is_missed(broker: Mosquitto) -> None:
    city = City(broker.port)
    pole = Pole(broker.port)

    async def life() -> None:
        await until(lambda: city.payloads("birth"), "no birth")
        assert city.payloads("presence") == ['{"v":1,"online":true}']
        for kind in (contract.STATE, contract.METER, contract.ACK):
            pole.outbox.put(kind, '{"v":1,"kind":"%s"}' % kind)
        await until(lambda: city.payloads("meter"), "no meter")
        city.send(COMMAND, "बत्ती".encode())
        city.send("diya/1/sagar/_group/ward-2/command", b"group")
        city.send("diya/1/sagar/_group/ward-9/command", b"another group")
        city.send(COMMAND, b"x" * (1 << 20))
        city.send(COMMAND, b"y" * contract.MAX_PAYLOAD)
        city.send("diya/1/sagar/_all/command", b"last")
        await until(lambda: len(pole.messages) >= 5, "messages are missing")
        assert pole.messages == [
            (COMMAND, "बत्ती".encode(), False),
            ("diya/1/sagar/_group/ward-2/command", b"group", False),
            (COMMAND, None, True),
            (COMMAND, b"y" * contract.MAX_PAYLOAD, False),
            ("diya/1/sagar/_all/command", b"last", False),
        ]
        assert pole.link.online and pole.link.refused == () and len(pole.net.streams) == 1
        late = City(broker.port)  # takes the first one's name
        await until(lambda: len(late.seen) >= 3, "something was not retained")
        assert sorted(topic.split("/")[-1] for topic, _, retained in late.seen if retained) == [
            "birth",
            "presence",
            "state",
        ]
        late.close()

    lived(pole, life)
    city.close()
    after = City(broker.port)
    eventually(lambda: after.payloads("presence"), "the will")
    assert after.payloads("presence") == ['{"v":1,"online":false}']  # the will
    after.close()


def test_cut_connections_cost_no_event(broker: Mosquitto) -> None:
    city = City(broker.port)
    pole = Pole(broker.port)

    async def life() -> None:
        for number in range(1200):
            await until(lambda: pole.outbox.put(contract.EVENT, str(number)), "the queue stays full")  # noqa: B023
            if number in (300, 600, 900):
                await until(lambda: pole.link.online, "not online")
                pole.net.streams[-1].abort()  # with four of them on their way
        await until(lambda: "1199" in city.payloads("event"), "the last event is missing")

    lived(pole, life)
    events = [int(payload) for payload in city.payloads("event")]
    assert set(events) == set(range(1200))
    assert len(events) <= 1200 + 3 * 4  # at most the window twice
    assert len(pole.net.streams) == 4
    city.close()


def test_a_killed_broker_that_comes_back_finds_the_pole_again(broker: Mosquitto) -> None:
    pole = Pole(broker.port)

    async def life() -> None:
        await until(lambda: pole.link.online, "not online")
        broker.kill()
        await until(lambda: not pole.link.online, "the loss was not noticed")
        pole.outbox.put(contract.EVENT, "meanwhile")
        await until(lambda: "Connect" in pole.link.problem, "no attempt was made")
        broker.start()
        city = City(broker.port)
        await until(lambda: city.payloads("event") == ["meanwhile"], "what happened meanwhile is missing")
        assert city.payloads("presence") == ['{"v":1,"online":true}'] and city.payloads("birth")
        city.close()

    lived(pole, life)


def test_identifiers_wrap_against_a_real_broker(broker: Mosquitto) -> None:
    city = City(broker.port)
    pole = Pole(broker.port)
    for _ in range(65000):
        pole.outbox.next_id()

    async def life() -> None:
        await until(lambda: pole.link.online, "not online")
        for number in range(1500):
            await until(lambda: pole.outbox.put(contract.EVENT, str(number)), "the queue stays full")  # noqa: B023
        await until(lambda: len(city.payloads("event")) >= 1500, "events are missing")

    lived(pole, life)
    assert city.payloads("event") == [str(number) for number in range(1500)]
    assert len(pole.net.streams) == 1
    city.close()


def test_a_broker_that_wants_a_password(broker: Mosquitto, tmp_path: Path) -> None:
    broker.kill()
    passwords = tmp_path / "passwords"
    passwords.write_text("P0001:word\n")
    passwords.chmod(0o600)
    subprocess.run([shutil.which("mosquitto_passwd") or "mosquitto_passwd", "-U", str(passwords)], check=True)
    conf = tmp_path / "mosquitto.conf"
    conf.write_text(f"listener {broker.port} 127.0.0.1\nallow_anonymous false\npassword_file {passwords}\nuser root\n")
    broker.start()
    wrong = Pole(broker.port, link_user="P0001", link_secret="other")
    right = Pole(broker.port, link_user="P0001", link_secret="word")

    async def refused() -> None:
        await until(lambda: wrong.link.problem, "the refusal was not noticed")

    async def accepted() -> None:
        await until(lambda: right.link.online, "not online")

    lived(wrong, refused)
    assert wrong.link.problem == "the broker refused the connection: not authorized (5)" and not wrong.link.online
    lived(right, accepted)


def test_the_same_link_under_real_micropython(broker: Mosquitto) -> None:
    city = City(broker.port)
    path = os.pathsep.join([str(ROOT / "firmware"), str(HERE), ".frozen"])
    count = 2000
    with subprocess.Popen(
        [*find_micropython(), "-X", "heapsize=192k", str(HERE / "vm_pole.py"), str(broker.port), str(count)],
        env={**os.environ, "MICROPYPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as vm:
        eventually(lambda: len(city.payloads("event")) >= count or vm.poll() is not None, "all events")
        city.send(COMMAND, b"z" * 50000)
        city.send(COMMAND, "जलाओ".encode())
        city.send(COMMAND, b"end")
        out, _ = vm.communicate(timeout=PATIENCE_S)
    lines = out.splitlines()
    assert lines[:3] == ["message command oversize", "message command जलाओ", "message command end"], out
    assert int(lines[3].split()[1]) < 2048, out
    assert lines[4:] == ["problem "]
    assert city.payloads("event") == ['{"v":1,"id":%d}' % number for number in range(count)]
    assert city.payloads("presence")[0] == '{"v":1,"online":true}'
    city.close()
