"""The app in a slot of a pole that was flashed: golden's boot.py and main.py start it, and the lamp stays lit."""

from __future__ import annotations

import json
import time
from pathlib import Path

from host_tools.field.images import file_system, partitions
from host_tools.firmware_build.compile import compile_app
from host_tools.firmware_build.sources import FIRMWARE
from host_tools.site import load_site
from host_tools.site.pole_settings import pole_config
from pole.update.pointer import empty
from pole.wire.digest import hash_of
from tests.host_tools.broker.test_mosquitto_config import HEAD, City
from tests.patience import PATIENCE_S
from tests.simulator.updates.releases import MPY, files
from tests.simulator.virtual_pole.flashed import Technician, flashed


def test_golden_starts_the_app_in_a_slot_which_gets_into_the_citys_broker(tmp_path: Path) -> None:
    site = load_site("sagar")
    release = files("0.2.0", board="esp32-devkitc")
    pointer = {**empty(), "run": ["a"], "slots": {"a": ["0.2.0", hash_of(release["list"])]}, "serial": 7}
    data = {f"a/{path}": content for path, content in release.items()}
    data["app.json"] = json.dumps(pointer).encode()
    with City(tmp_path) as city:
        link = {
            "link.ssid": "city", "link.password": "lamplight", "link.host": "localhost", "link.port": city.port,
            "link.tls": 1, "link.user": "P0001", "link.secret": city.password("P0001"), "report.spread": 0,
        }  # fmt: skip
        # the test may be run by day
        always = {"programmes": {"on": [["12:00", 100, 0]]}, "programme": "on", "byDay": ["on"], "rules": []}
        settings = {**pole_config(site, site.pole("P0001"), int(time.time())), **link, **always}
        golden = {
            **compile_app(FIRMWARE, MPY),
            "config.json": json.dumps(settings).encode(),
            "ca.pem": (city.out / "ca.pem").read_bytes(),
        }
        flash = flashed(golden)
        there = partitions.layout(4)["data"]
        flash.program(there.offset, file_system.image_of(data, there.size))
        with city.iccc(topics=(f"{HEAD}/P0001/+",)) as iccc, Technician(flash) as technician:
            topic, payload = "", b""
            while not topic.endswith("/birth"):
                topic, payload = iccc.heard.get(timeout=PATIENCE_S)
            birth = json.loads(payload)
            assert birth["firmware"] == "0.2.0" and birth["bootCount"] == 1
            assert birth["app"] == {"slot": "a", "version": "0.2.0", "probation": False, "serial": 7, "key": ""}
            assert all(light > 90 for _s, light in technician.life.light_log)
            # a technician finds what he finds with golden, and nothing of golden's in memory
            technician.types(b"\x03")
            technician.hears(b"diya: maintenance, the lamp is held")
            technician.hears(b">>> ")
            technician.types(b"import sys; print(sys.path)\r")
            technician.hears(b"['/data/a', '.frozen', '/data/a/lib']")
            technician.hears(b">>> ")
            technician.types(
                b"print([n for n in sys.modules if '/lib' == getattr(sys.modules[n], '__file__', '')[:4]])\r"
            )
            technician.hears(b"\n[]\r\n")
            technician.hears(b">>> ")
            technician.types(b"\x04")  # a soft reset is golden's, and then the pole goes back to work
            while not iccc.heard.empty():
                iccc.heard.get()
            topic = ""
            while not topic.endswith("/birth"):
                topic, payload = iccc.heard.get(timeout=PATIENCE_S)
            assert json.loads(payload)["app"]["slot"] == "a"
