"""A pole from the bundle on: real esptool flashes it, and releases reach it over Mosquitto with TLS, there and back.

Every step is the installed `diya`, as its users type it.  The pole is a virtual chip whose time goes fast.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from host_tools.wire.simulated_clock import topic as clock_topic
from simulator.network.real import RealStream
from simulator.virtual_pole.firmware_run import Life, LiveClock
from simulator.virtual_pole.pole import SerialPole
from tests import installed
from tests.host_tools.broker.test_mosquitto_config import HEAD, City
from tests.host_tools.city.rollouts.rolling_bench import site_folder
from tests.patience import until
from tests.simulator.updates.releases import sources

SPEED = 30.0  # seconds at the pole in one of ours
BOARD = "esp32-devkitc"
MOST_MS = 3 * 3_600_000


def tonight() -> int:
    """Unix s of the next 19:00 in Sagar: the lamp burns, and stays as it is until the morning."""
    now = datetime.now(ZoneInfo("Asia/Kolkata"))
    at = now.replace(hour=19, minute=0, second=0, microsecond=0)
    return round((at if at > now else at + timedelta(days=1)).timestamp())


class User:
    """Types `diya` in *folder*, where all files are."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def diya(self, line: str) -> str:
        done = installed.diya(*line.split(), cwd=self.folder)
        assert done.returncode == 0, (line, done.stdout, done.stderr)
        return done.stdout

    def is_told(self, text: str, line: str) -> bool:
        """Whether `diya LINE` about the record says *text*."""
        return text in installed.diya(*line.split(), "--db", "record.sqlite", cwd=self.folder).stdout

    @contextmanager
    def running(self, line: str) -> Iterator[None]:
        """`diya LINE` runs meanwhile."""
        with (self.folder / "receiver.log").open("wb") as log:
            process = installed.start(*line.split(), cwd=self.folder, stdout=log, stderr=log)
            try:
                yield
            finally:
                process.terminate()
                process.wait(installed.LIMIT_S)


@contextmanager
def telling_time(city: City, life: Life) -> Iterator[None]:
    """The broker is told the time at the pole, as a simulation tells it."""
    ended = threading.Event()

    def tell() -> None:
        with city.iccc() as link:
            while not ended.wait(0.25):
                said = {"unix": life.unix_ms() / 1000, "factor": SPEED}
                link.say(clock_topic("diya/1", "sagar"), json.dumps(said).encode(), retain=True)

    thread = threading.Thread(target=tell)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Some of Sagar's poles, on a board that esptool flashes; P0180 burns at full light until the morning."""
    folder = site_folder(tmp_path / "user", 26, 179)
    table = folder / "poles.csv"
    table.write_text(table.read_text().replace(",virtual", f",{BOARD}"))
    return folder


class Heard:
    """What the pole of *life* says to the city of its software, over *link*."""

    def __init__(self, link: Any, life: Life) -> None:
        self._link, self._life = link, life
        self.births: list[dict[str, Any]] = []
        self.acks: list[dict[str, Any]] = []
        self.events: list[str] = []

    def _listen(self) -> None:
        while not self._link.heard.empty():
            topic, payload = self._link.heard.get()
            said = json.loads(payload) if payload else {}
            if topic.endswith("/birth"):
                self.births.append(said)
            elif topic.endswith("/ack"):
                self.acks.append(said)
            elif topic.endswith("/event"):
                self.events.append(said["eventType"])

    def runs(self, version: str, slot: str, probation: bool = False) -> None:
        """Returns once the pole has said so."""

        def so() -> bool:
            self._listen()
            app = self.births[-1]["app"] if self.births else {}
            return (app.get("version"), app.get("slot"), app.get("probation")) == (version, slot, probation)

        self._await(so, f"it runs {version} in slot {slot!r}")

    def accepts(self, number: int) -> None:
        """Returns once it has accepted the update of that *number*, from 1 on."""

        def so() -> bool:
            self._listen()
            return [one["outcome"] for one in self.acks].count("accepted") == number

        self._await(so, f"{number} updates are accepted")

    def _await(self, so: Callable[[], bool], what: str) -> None:
        """Returns once it is *so*, within three hours of the pole's: how long that takes is the computer's affair."""
        end_ms = self._life.unix_ms() + MOST_MS
        while not so():
            assert self._life.unix_ms() < end_ms, f"not within three hours: {what}: {self.births[-1:]} {self.acks}"
            time.sleep(0.2)


@pytest.fixture
def on_the_air(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """[bytes of all connections so far, TLS and all, both ways]."""
    out = [0]
    send, recv = RealStream.send, RealStream.recv

    def sent(self: RealStream, data: bytes) -> int:
        taken = send(self, data)
        out[0] += max(0, taken)
        return taken

    def received(self: RealStream, limit: int) -> bytes | int:
        data = recv(self, limit)
        out[0] += len(data) if isinstance(data, bytes) else 0
        return data

    monkeypatch.setattr(RealStream, "send", sent)
    monkeypatch.setattr(RealStream, "recv", received)
    return out


def test_from_version_to_version_and_back_with_the_lamp_lit_throughout(
    tmp_path: Path, site: Path, on_the_air: list[int]
) -> None:
    user = User(tmp_path / "user")
    (user.folder / "wifi.csv").write_text("access_point,ssid,password\n*,city,lamplight\n")
    with City(tmp_path / "city") as city:
        city.stop()
        city.configure(site)
        city.start()
        user.diya(
            f"bundle sagar --practice --key-file keys.txt --new-keys --new-key --credentials {city.out} "
            f"--wifi wifi.csv --broker mqtts://localhost:{city.port} --out sagar.diya"
        )
        sign = "update sign sagar --key signing.pem --window 60"
        user.diya(f"{sign} --out first.update")
        user.diya(f"{sign} --source {sources('0.2.0')} --from first.update --out second.update")
        user.diya(f"{sign} --from second.update --downgrade --out back.update")
        broker = (
            f"--broker mqtts://localhost:{city.city_port} --ca {city.out}/ca.pem "
            f"--login {city.out}/secrets/iccc.login --simulated"
        )
        life = Life(clock=LiveClock(tonight(), SPEED))
        with SerialPole(app=life) as pole, city.iccc(topics=(f"{HEAD}/P0180/+",)) as link:
            heard = Heard(link, life)
            user.diya(f"flash sagar.diya --port {pole.url} --pole P0180 --baud 921600")
            until(lambda: life.running, "the pole starts")
            with (
                telling_time(city, life),
                user.running(f"record run --site sagar --db record.sqlite --key-file keys.txt {broker}"),
            ):
                heard.runs("0.1.0", "")
                until(lambda: user.is_told("0.1.0: 1 poles", "update status"), "the receiver knows the pole", 1)
                user.diya("update rollout second.update --site sagar --db record.sqlite --soak 0 --spread 0")
                heard.accepts(1)
                before = on_the_air[0]
                heard.runs("0.2.0", "a", probation=True)
                changed = on_the_air[0] - before
                heard.runs("0.2.0", "a")
                until(lambda: user.is_told("1 of 0.2.0: done: 1 applied", "update status 1"), "it is done", 1)
                user.diya("update take-back 1 back.update --db record.sqlite --soak 0 --spread 0")
                heard.accepts(2)
                heard.runs("0.1.0", "b", probation=True)
                heard.runs("0.1.0", "b")
                until(lambda: user.is_told("2 of 0.1.0: done: 1 applied", "update status 2"), "it is back", 1)
                user.diya("update keygen --out new.pem")
                user.diya("update keygen --rotate new.pem --key signing.pem --site sagar --out change.json")
                took = user.diya(
                    f"update change-key change.json --site sagar --pole P0180 --key-file keys.txt {broker}"
                )
                key = took.split("took the key ")[1][:8]
                until(lambda: user.is_told(f"update key {key}: 1 poles", "update status"), "status says the key", 1)
                heard.runs("0.1.0", "b")
        assert [one["bootCount"] for one in heard.births if one["app"]["probation"]] == [2, 3]  # each one restart
        assert heard.births[-1]["bootCount"] == 3 and set(heard.events) == {"deviceReset"}
        assert {one["outcome"] for one in heard.acks} == {"accepted", "applied"}
        whole = json.loads(user.diya("update show first.update --json"))["boards"][BOARD]["piecesBytes"]
        print(f"one file took {changed} bytes over TLS, the whole app has {whole}")
        assert changed < 0.2 * whole
        first, last = dict.fromkeys(one["app"]["key"] for one in heard.births)
        assert first and last == key
        assert min(light for _s, light in life.light_log) > 90, life.light_log
        assert life.dram.refused == life.dram.stalled == life.dram.starved == 0
