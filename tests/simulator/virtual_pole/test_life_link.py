"""The firmware itself in the flash of a virtual chip: it gets into a real Mosquitto with TLS, and answers a laptop."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from host_tools.firmware_build.compile import compile_app
from host_tools.site import load_site
from host_tools.site.pole_settings import pole_config
from tests.host_tools.broker.test_mosquitto_config import HEAD, City
from tests.patience import PATIENCE_S
from tests.simulator.virtual_pole.flashed import Technician, flashed

MPY = 6
FIRMWARE = Path(__file__).parents[3] / "firmware"


@pytest.mark.parametrize(("chip", "board"), [("esp32s3", "esp32-s3-devkitc"), ("esp32", "esp32-devkitc")])
def test_a_flashed_pole_gets_into_the_citys_broker_and_answers_at_its_console(
    chip: str, board: str, tmp_path: Path
) -> None:
    site = load_site("sagar")
    with City(tmp_path) as city:
        link = {
            "link.ssid": "city", "link.password": "lamplight", "link.host": "localhost", "link.port": city.port,
            "link.tls": 1, "link.user": "P0001", "link.secret": city.password("P0001"), "report.spread": 0,
        }  # fmt: skip
        settings = {**pole_config(site, site.pole("P0001"), int(time.time())), **link}
        files = {
            **compile_app(FIRMWARE, MPY),
            "config.json": json.dumps(settings).encode(),
            "ca.pem": (city.out / "ca.pem").read_bytes(),
        }
        with (
            city.iccc(topics=(f"{HEAD}/P0001/+",)) as iccc,
            Technician(flashed(files, chip)) as technician,
        ):
            topic, payload = "", b""
            while not topic.endswith("/birth"):
                topic, payload = iccc.heard.get(timeout=PATIENCE_S)
            birth = json.loads(payload)
            assert (birth["board"], birth["bootCount"], birth["resetCause"]) == (board, 1, "powerOn")
            technician.types(b'\n{"id": 1, "do": "ping"}\n')
            assert b'"ok":true' in technician.hears(b"}\r\n")
            technician.types(b"\x03")
            technician.hears(b"diya: maintenance, the lamp is held")
            technician.hears(b">>> ")
