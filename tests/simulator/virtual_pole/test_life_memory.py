"""A pole that real esptool flashed loses its broker again and again: it is back each time, and its heap stays."""

from __future__ import annotations

import json
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from host_tools.field.images import partitions
from host_tools.firmware_build.compile import compile_app
from host_tools.firmware_build.sources import FIRMWARE
from host_tools.site import load_site
from host_tools.site.pole_settings import pole_config
from host_tools.wire import commands, envelope
from simulator.virtual_pole.firmware_run import pole as life_pole
from simulator.virtual_pole.flash_file import FlashFile
from tests.host_tools.broker.test_mosquitto_config import HEAD, City
from tests.patience import until
from tests.simulator.hours_of_memory import SIZES
from tests.simulator.virtual_pole.bench import esptool, finish, pole
from tests.simulator.virtual_pole.flashed import Technician, flashed

MPY = 6
TIMES = 4
ONLINE_S = 60
TOPIC = f"{HEAD}/P0001/"


@pytest.fixture(autouse=True)
def early(monkeypatch: pytest.MonkeyPatch) -> None:
    """The chip starts without its usual delay."""
    monkeypatch.setattr(life_pole, "BOOT_MS", 50)


def written_by_esptool(model: FlashFile, folder: Path) -> FlashFile:
    """The flash of a new chip after esptool has written to it what is in *model*, region by region."""
    file, regions = folder / "pole.flash", []
    table = partitions.layout(4)
    app = partitions.first_app(table)
    bootloader = partitions.BOOTLOADER_OFFSETS["esp32"]
    for at, end in [
        (bootloader, partitions.OFFSET), (partitions.OFFSET, partitions.OFFSET + 4096),
        (app.offset, app.offset + 200_000),
        *((table[name].offset, table[name].offset + table[name].size) for name in ("nvs", "vfs")),
    ]:  # fmt: skip
        part = folder / f"{at:x}.bin"
        part.write_bytes(model.read(at, end - at).rstrip(b"\xff"))
        regions += [hex(at), str(part)]
    virtual, program = pole(flash=file)
    with virtual:
        code, out = finish(esptool(virtual.url, "--baud", "921600", "write-flash", *regions))
        assert code == 0 and out.count("Hash of data verified") == len(regions) // 2, out
        assert program.booted.wait(ONLINE_S)
    model.close()
    return FlashFile(file, 4 << 20)


class Laptop:
    """Asks the pole at the console of *technician*."""

    def __init__(self, technician: Technician) -> None:
        self._technician = technician
        self._asked = 0

    def ask(self, do: str) -> dict[str, Any]:
        self._asked += 1
        head = f'{{"id":{self._asked},'
        self._technician.types(f'{{"id":{self._asked},"do":"{do}"}}\n'.encode())
        self._technician.hears(head.encode())
        return dict(json.loads(head + self._technician.hears(b"}\r\n").decode()))

    def reaches_the_broker(self) -> bool:
        """Whether the broker acknowledges a message of the pole."""
        return self.ask("ping")["ok"] is True

    def is_told_of(self, level: int) -> bool:
        """Whether *level* is what the pole means to give."""
        return bool(self.ask("status")["target"] == level)


def test_a_pole_that_esptool_flashed_is_online_within_a_minute_each_time_and_its_heap_stays(tmp_path: Path) -> None:
    site = load_site("sagar")
    with City(tmp_path) as city:
        settings = {
            **(usual := pole_config(site, site.pole("P0001"), int(time.time()))),
            "programmes": {name: [["12:00", 100, 0]] for name in usual["programmes"]},
            "byDay": sorted(usual["programmes"]),  # lit at any time of day
            "link.ssid": "city", "link.password": "lamplight", "link.host": "localhost", "link.port": city.port,
            "link.tls": 1, "link.user": "P0001", "link.secret": city.password("P0001"), "report.spread": 0,
            "link.backoff": 1, "link.maximumBackoff": 5,
        }  # fmt: skip
        files = {
            **compile_app(FIRMWARE, MPY),
            "config.json": json.dumps(settings).encode(),
            "ca.pem": (city.out / "ca.pem").read_bytes(),
        }
        with Technician(written_by_esptool(flashed(files), tmp_path)) as technician:
            laptop = Laptop(technician)
            until(lambda: technician.life.running, "MicroPython has the console")
            until(laptop.reaches_the_broker, "the first connection", 0.5)
            took = []
            for number in range(1, TIMES + 1):
                city.stop()
                until(lambda: not laptop.reaches_the_broker(), "the pole has lost its broker", 0.2)
                city.start()
                began = time.monotonic()
                until(laptop.reaches_the_broker, "the pole is back", 0.5)
                took.append(round(time.monotonic() - began, 1))
                with city.iccc() as iccc:
                    body = commands.override(60 + number, int(time.time()) + 600)
                    iccc.say(TOPIC + "command", envelope.seal(TOPIC + "command", "test", number, body))
                until(partial(laptop.is_told_of, 60 + number), "the command is obeyed", 0.2)
                assert technician.life.dram.sizes == SIZES
                assert technician.life.dram.sessions == 1
            with city.iccc() as iccc:  # another configuration has it start again
                body = json.dumps({**settings, "version": 2}, separators=(",", ":"))
                iccc.say(TOPIC + "config", envelope.seal(TOPIC + "config", "test", TIMES + 1, body), retain=True)
            began = time.monotonic()
            until(lambda: technician.starts == 2 and technician.life.running, "the pole starts with it", 0.1)
            until(lambda: laptop.reaches_the_broker(), "the pole is back with it", 0.5)
            took.append(round(time.monotonic() - began, 1))
            assert laptop.ask("status")["configVersion"] == 2
            dram = technician.life.dram
            assert dram.sizes == SIZES
            assert dram.refused == dram.stalled == dram.starved == 0
            assert min(light for _at, light in technician.life.light_log) > 50
            print(f"online again after {took} s")
            assert max(took) < ONLINE_S
