"""A street of virtual poles in a real Mosquitto that wants TLS and passwords, on both engines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from simulator.street.street import Street
from tests.host_tools.broker.test_mosquitto_config import HEAD, City
from tests.host_tools.certificates import Authority
from tests.patience import PATIENCE_S
from tests.simulator.streets import MINUTE_MS, Lived, live

# the poles' clocks are the street's: a certificate of today is good in an hour
START = f"{datetime.now(ZoneInfo('Asia/Kolkata')) + timedelta(hours=1):%Y-%m-%dT%H:%M}"
ENGINES = ["cpython", "micropython"]

# 0.8 s after the start the pole boots, so it never knows the time; and its chip's own clock begins in 2000
TIMELESS = '[[happening]]\nkind = "clock_lost"\nat = "+0m"\n'


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    with City(tmp_path_factory.mktemp("city")) as one:
        yield one


def live_in(city: City, engine: str, minutes: float, **options: object) -> Lived:
    settings = {"report.spread": 0, **dict(options.pop("settings", {}))}  # type: ignore[call-overload]
    return live(
        minutes / 60, engine=engine, start=START, speed=100.0, broker=f"mqtts://localhost:{city.port}",
        credentials=city.out, city_port=city.city_port, settings=settings, heap_bytes=240 * 1024, **options,
    )  # type: ignore[arg-type]  # fmt: skip


def online(lived: Lived) -> set[str]:
    return {line["pole"] for line in lived.lines if line["kind"] == "presence" and line["payload"]["online"]}


@pytest.mark.parametrize("engine", ENGINES)
def test_every_pole_gets_in_with_its_own_password_and_hears_the_city(city: City, engine: str) -> None:
    retained: dict[str, bytes] = {}
    lived = live_in(city, engine, 8, poles=3, scenario=COMMAND)
    assert online(lived) == {"P0001", "P0002", "P0003"}
    assert lived.street.failures() == []
    assert lived.report["dark_minutes"] == 0
    assert [ack["outcome"] for ack in lived.acks("P0002")] == ["applied"]
    assert [stage.wiring.chip.dram.sessions for stage in lived.street.poles.values()] == [1, 1, 1]
    with city.iccc(topics=(f"{HEAD}/+/birth",)) as iccc:
        while len(retained) < 3:
            topic, payload = iccc.heard.get(timeout=PATIENCE_S)
            retained[topic] = payload
    assert {json.loads(payload)["pole"] for payload in retained.values()} == {"P0001", "P0002", "P0003"}


COMMAND = """
[[happening]]
kind = "command"
pole = "P0002"
at = "+4m"
level = 60
minutes = 60
"""


@pytest.mark.parametrize("engine", ENGINES)
def test_a_chip_in_the_year_2000_gets_in_by_the_floor_of_its_clock(city: City, engine: str) -> None:
    lived = live_in(city, engine, 4, scenario=TIMELESS)
    assert online(lived) == {"P0001", "P0002"}
    assert {state["clock"] for _, state in lived.said("P0001", "state")} == {"unknown"}


@pytest.mark.parametrize("engine", ENGINES)
def test_without_a_floor_it_would_believe_no_certificate(city: City, engine: str) -> None:
    lived = live_in(city, engine, 4, scenario=TIMELESS, settings={"clock.floor": 0})
    assert online(lived) == set()
    assert lived.report["dark_minutes"] == 0 and lived.street.failures() == []


@pytest.mark.parametrize("engine", ENGINES)
def test_a_pole_with_another_citys_ca_stays_out_and_lit(city: City, engine: str) -> None:
    lived = live_in(city, engine, 4, files={"ca.pem": Authority("another city").pem})
    assert online(lived) == set()
    assert lived.report["dark_minutes"] == 0 and lived.street.failures() == []
    assert all(stage.wiring.chip.dram.sessions == 0 for stage in lived.street.poles.values())


@pytest.mark.parametrize("engine", ENGINES)
def test_reconnecting_leaves_no_memory_behind(tmp_path: Path, engine: str) -> None:
    with City(tmp_path / "city") as city:

        def restart() -> None:
            city.stop()
            city.start()

        def begin(street: Street) -> None:
            for minute in (2, 4, 6):
                street.kernel.at(minute * MINUTE_MS, restart)

        lived = live_in(city, engine, 8, poles=1, begin=begin, settings={"link.maximumBackoff": 10})
        dram = lived.street.poles["P0001"].wiring.chip.dram
        assert dram.sessions == 1 and dram.refused == 0
    assert (city.folder / "mosquitto.log").read_text().count(" as P0001 ") == 4
