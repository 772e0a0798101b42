"""From a bare board to a lit pole, as a technician and the city do it, with nothing between them that is not real.

Three boards with three chips at three kinds of port: one bundle, one `diya flash`, then each pole is commissioned,
inspected with mpremote and put back to work, and commanded.  esptool, mpremote, Mosquitto, the MicroPython virtual
machine and `diya` are the real ones, each in a process of its own; virtual are the chip, the air and the lamp.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from host_tools.broker.mosquitto import Mosquitto
from host_tools.installed import diya_script
from simulator.virtual_pole.pole import SerialPole
from simulator.virtual_pole.stand_in_image import stand_in_image
from tests.installed import LIMIT_S, environment
from tests.patience import PATIENCE_S

CHIPS = {  # pole: its board, the chip on it, the port it is at
    "P0001": ("esp32-devkitc", "esp32", "rfc2217"),
    "P0002": ("esp32-s3-devkitc", "esp32s3", "pty"),
    "P0003": ("esp32-c3-devkitm", "esp32c3", "socket"),
}
LATER = (5, 11)  # exit codes that call for another try: the port is still held, nothing answers
LOWEST = 9.0  # percent of its light that a lamp gives at the lowest level of its type, 10 %

SITE = """
name = "town"
title = "A town"
version = 1
[place]
latitude = 23.84
longitude = 78.74
timezone = "Asia/Kolkata"
[broker]
url = "mqtt://127.0.0.1:1883"
root = "diya/1"
[light]
programme = "on"
[road_classes]
road = "on"
[programmes.on]
points = [{ at = "12:00", level = 100 }]
by_day = true  # the test passes at any time of day
[luminaires.led-90]
rated_w = 90
lumens = 11700
points = [
  { level = 0, power_w = 0.5, power_factor = 0.10 },
  { level = 10, power_w = 11.9, power_factor = 0.60 },
  { level = 50, power_w = 46.4, power_factor = 0.85 },
  { level = 100, power_w = 90.0, power_factor = 0.98 },
]
"""


@dataclass
class Done:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        assert self.code == 0, self.out + self.err
        return json.loads(self.out)


@dataclass
class Laptop:
    """A technician's, with three boards in front of it; ``told`` is what came of each step."""

    folder: Path
    broker: str
    boards: dict[str, SerialPole]
    told: dict[str, Any] = field(default_factory=dict)

    def run(self, *words: str) -> Done:
        done = subprocess.run(
            words, capture_output=True, text=True, timeout=LIMIT_S, cwd=self.folder, env=environment(self.folder)
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def diya(self, *words: str) -> Done:
        return self.run(diya_script(), *words)

    def on_broker(self, verb: str, *words: str) -> Done:
        return self.diya(verb, "--broker", self.broker, "--site", str(self.folder / "town"), *words)

    def mpremote(self, pole: str, *words: str) -> Done:
        return self.run(sys.executable, "-m", "mpremote", "connect", self.boards[pole].url, *words)

    def watched(self) -> dict[str, Any]:
        """What `diya watch` shows of every pole, once all of them are online."""
        until = time.monotonic() + PATIENCE_S
        while True:
            shown = self.on_broker("watch", "--once", "--json").json()
            poles: dict[str, Any] = {one["pole"]: one for one in shown["poles"] if one["online"]}
            if set(poles) == set(self.boards):
                return poles
            assert time.monotonic() < until, shown

    def each(self, work: Callable[[str], Any]) -> dict[str, Any]:
        """What *work* gives for every pole, all at the same time."""
        with ThreadPoolExecutor(len(self.boards)) as pool:
            return dict(zip(self.boards, pool.map(work, self.boards), strict=True))

    def lowest_light(self, pole: str, since: str, until: str) -> float:
        """Percent, between those two steps."""
        log, begin, end = self.boards[pole].light_log, self.told[since], self.told[until]
        before = [light for at, light in log if at <= begin][-1:]
        return min([*before, *(light for at, light in log if begin < at <= end)])


@pytest.fixture(scope="module")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laptop]:
    """Everything is done once, in the order of a technician's day; the tests look at what came of it."""
    folder = tmp_path_factory.mktemp("bench")
    with Mosquitto() as broker, ExitStack() as stack:
        boards = {
            pole: stack.enter_context(SerialPole(chip, port, flash=folder / f"{pole}.flash"))
            for pole, (_board, chip, port) in CHIPS.items()
        }
        one = Laptop(folder, f"mqtt://127.0.0.1:{broker.port}", boards)
        live_through(one)
        yield one


def live_through(laptop: Laptop) -> None:
    folder, told = laptop.folder, laptop.told
    town = folder / "town"
    town.mkdir()
    (town / "site.toml").write_text(SITE)
    lines = ["pole,latitude,longitude,ward,zone,feeder,road_class,luminaire,board"]
    lines += [f"{pole},23.84,78.74,W01,north,F01,road,led-90,{CHIPS[pole][0]}" for pole in CHIPS]
    (town / "poles.csv").write_text("\n".join(lines) + "\n")
    images = []
    for _board, chip, _port in CHIPS.values():
        (folder / f"{chip}.bin").write_bytes(stand_in_image(chip, 200_000, flash_mb=8 if chip == "esp32s3" else 4))
        images += ["--micropython", str(folder / f"{chip}.bin")]
    (folder / "wifi.csv").write_text("access_point,ssid,password\n*,town-lights,lamplight\n")
    words = ["--wifi", str(folder / "wifi.csv"), "--broker", laptop.broker]
    words += ["--key-file", str(folder / "keys"), "--new-keys", "--new-key"]
    told["bundle"] = laptop.diya("bundle", str(town), *images, *words, "--out", str(folder / "town.diya"))
    ports = [word for board in laptop.boards.values() for word in ("--port", board.url)]
    told["flash"] = laptop.diya("flash", str(folder / "town.diya"), *ports, "--next", "--json")
    assert told["flash"].code == 0, told["flash"].err  # nothing that is waited for below would come
    told["online"] = laptop.watched()
    told["lit"] = time.time()
    told["look"] = laptop.each(
        lambda pole: answered(laptop, "pole", "--port", laptop.boards[pole].url, "--json", "--once")
    )
    told["commission"] = laptop.each(lambda pole: commission(laptop, pole))
    told["commissioned"] = time.time()
    told["ls"] = laptop.each(lambda pole: laptop.mpremote(pole, "resume", "fs", "ls", ":"))
    told["exec"] = laptop.each(lambda pole: laptop.mpremote(pole, "exec", "import sys; print(sys.implementation.name)"))
    told["reset"] = laptop.each(lambda pole: laptop.mpremote(pole, "reset"))
    told["back"] = laptop.each(lambda pole: back_at_work(laptop, pole))
    laptop.watched()
    key = next(line for line in (folder / "keys").read_text().splitlines() if line.startswith("P0003:"))
    (folder / "key").write_text(key + "\n")
    level = ("--pole", "P0003", "--level", "50", "--for", "10m", "--ramp", "0", "--key-file", str(folder / "key"))
    told["commanded"] = time.time()
    told["send"] = laptop.on_broker("send", *level, "--json")
    told["watch"] = laptop.watched()
    told["watched"] = time.time()


def commission(laptop: Laptop, pole: str) -> Done:
    words = ["--pole", pole, "--bundle", str(laptop.folder / "town.diya"), "--technician", "Radha Ahirwar"]
    words += ["--out", str(laptop.folder), "--position", "23.84001,78.74002"]
    return answered(laptop, "commission", "--port", laptop.boards[pole].url, *words, "--json")


def answered(laptop: Laptop, *words: str) -> Done:
    """How *words* end as soon as the pole answers: under load it may be busy for longer than it is asked."""
    until = time.monotonic() + 2 * PATIENCE_S
    while (done := laptop.diya(*words)).code in LATER and time.monotonic() < until:
        pass
    return done


def back_at_work(laptop: Laptop, pole: str) -> Any:
    """How the pole says it is, as soon as it answers."""
    return answered(laptop, "pole", "--port", laptop.boards[pole].url, "--json", "--once").json()


POLES = pytest.mark.parametrize("pole", CHIPS)


def test_a_bundle_is_made_of_the_site(laptop: Laptop) -> None:
    assert laptop.told["bundle"].code == 0, laptop.told["bundle"].err


@POLES
def test_the_board_is_flashed_and_comes_online_as_its_pole(laptop: Laptop, pole: str) -> None:
    assert laptop.told["flash"].code == 0, laptop.told["flash"].err
    assert laptop.told["online"][pole]["level"] == 100
    look = laptop.told["look"][pole].json()
    assert (look["status"]["site"], look["status"]["pole"]) == ("town", pole)
    assert look["status"]["board"] == CHIPS[pole][0]


@POLES
def test_it_is_commissioned_and_the_lamp_is_lit_throughout(laptop: Laptop, pole: str) -> None:
    record = laptop.told["commission"][pole].json()
    assert record["pole"] == pole
    assert record["passed"] is True, record
    assert laptop.lowest_light(pole, "lit", "commissioned") > LOWEST
    assert list(laptop.folder.glob(f"{pole}-*.json")) and list(laptop.folder.glob(f"{pole}-*.pdf"))


@POLES
def test_mpremote_looks_into_it_and_it_goes_back_to_work(laptop: Laptop, pole: str) -> None:
    assert re.search(r"\d+ boot\.py\n", laptop.told["ls"][pole].out), laptop.told["ls"][pole]
    assert laptop.told["exec"][pole].out.strip().splitlines()[-1:] == ["micropython"]
    assert laptop.told["reset"][pole].code == 0
    assert laptop.told["back"][pole]["status"]["boot_count"] == 2
    assert laptop.lowest_light(pole, "commissioned", "commanded") == pytest.approx(100, abs=5)


def test_it_takes_a_command_of_the_city_and_diya_watch_shows_it(laptop: Laptop) -> None:
    assert laptop.told["send"].code == 0, laptop.told["send"].err
    assert laptop.told["watch"]["P0003"]["level"] == 50
    assert laptop.told["watch"]["P0001"]["level"] == 100
    assert 30 < laptop.lowest_light("P0003", "commanded", "watched") < 70


def test_the_registry_knows_which_board_is_on_which_pole(laptop: Laptop) -> None:
    known = {one["pole"]: one for one in laptop.diya("registry", "list", "--json").json()["poles"]}
    assert {pole: one["mac"].replace(":", "") for pole, one in known.items()} == {
        pole: board.mac.hex() for pole, board in laptop.boards.items()
    }
    assert all(one["passed"] and one["latitude"] == 23.84001 for one in known.values())
