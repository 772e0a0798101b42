"""Real esptool, in a process of its own, at virtual poles: what it writes is there, and what is wrong it says.

Several at once where they do not concern each other: each waits for its line most of the time.
"""

import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from simulator.virtual_pole.chips import CHIPS
from simulator.virtual_pole.pole import SerialPole
from tests.patience import PATIENCE_S
from tests.simulator.virtual_pole.bench import Program, bootloader, esptool, eventually, filler, finish, pole

FAST = ("--baud", "921600")
DATA = filler(60_000)


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """Bootloaders by chip, and something to write."""
    contents = {name: bootloader(kind.image_id) for name, kind in CHIPS.items()} | {"data": DATA}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    return {name: str(tmp_path / name) for name in contents}


@pytest.fixture(scope="module", autouse=True)
def over_modem_lines() -> Iterator[Callable[[], tuple[int, str, SerialPole, Program]]]:
    """esptool at a port with modem lines, begun before the other tests: pyserial takes seconds to talk to one."""
    virtual, program = pole(port="rfc2217")
    virtual.flash.program(0x1000, bootloader(0))
    process = esptool(virtual.url, "--no-stub", "read-mac")
    with virtual:
        yield lambda: (*finish(process), virtual, program)


def test_each_chip_is_flashed_and_boots(files: dict[str, str]) -> None:
    line_s = len(zlib.compress(DATA, 9)) * 10 / 921_600
    poles = {name: pole(name, port) for name, port in zip(CHIPS, ("socket", "pty", "socket"), strict=True)}
    begun = time.monotonic()
    writing = {}
    for name, (virtual, _program) in poles.items():
        regions = (hex(CHIPS[name].bootloader_at), files[name], "0x10010", files["data"])
        writing[name] = esptool(virtual.url, *FAST, "write-flash", *regions)
    for name, (virtual, program) in poles.items():
        code, out = finish(writing[name])
        assert code == 0, out
        assert f"Chip type:          {'-'.join(filter(None, (name[:5].upper(), name[5:].upper())))}" in out
        assert out.count("Hash of data verified") == 2
        assert virtual.mac.hex(":") in out
        assert program.booted.wait(PATIENCE_S)
        assert virtual.flash.read(0x10010, len(DATA)) == DATA
        virtual.close()
    assert time.monotonic() - begun > line_s


def test_what_is_there_is_skipped_read_verified_and_erased(files: dict[str, str], tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    at = "0x20000"
    jobs = {
        "socket": (*FAST, "write-flash", "--skip-flashed", at, files["data"]),
        "pty": (*FAST, "read-flash", at, str(len(DATA)), str(copy)),
        "verify": (*FAST, "verify-flash", at, files["data"]),
        "erase": (*FAST, "erase-region", "0x21000", "0x2000"),
        "diff": ("write-flash", "--diff-with", files["esp32"], "--", "0x1000", files["esp32"]),
        "rom": ("--no-stub", *FAST, "write-flash", "0x40000", files["esp32c3"]),
    }
    poles = {name: pole("esp32", "pty" if name == "pty" else "socket") for name in jobs}
    for virtual, _program in poles.values():
        virtual.flash.program(0x20000, DATA)
        virtual.flash.program(0x1000, bootloader(0))
    running = {name: esptool(poles[name][0].url, *job) for name, job in jobs.items()}
    said = {}
    for name, process in running.items():
        code, said[name] = finish(process)
        assert code == 0, said[name]
        assert poles[name][1].booted.wait(PATIENCE_S), f"{name}: the program runs after the hard reset"
    assert "already in flash" in said["socket"]
    assert poles["socket"][0].received < 30_000, "nothing of it went over the line"
    assert copy.read_bytes() == DATA
    assert "Verification successful" in said["verify"]
    assert poles["erase"][0].flash.read(0x20FFF, 0x2002) == DATA[0xFFF:0x1000] + b"\xff" * 0x2000 + DATA[0x3000:0x3001]
    assert "at 0x00001000 verified" in said["diff"]
    assert poles["rom"][0].flash.read(0x40000, 6000) == bootloader(5)[:6000]
    for virtual, _program in poles.values():
        virtual.close()


def test_a_pole_left_in_its_loader_stays_there() -> None:
    virtual, program = pole()
    with virtual:
        virtual.flash.program(0x1000, bootloader(0))
        finds = {"no-reset-stub": "Uploading", "no-reset": "already running", "hard-reset": "Uploading"}
        for after, found in finds.items():
            assert not program.booted.is_set()
            code, out = finish(esptool(virtual.url, "--after", after, "read-mac"))
            assert code == 0 and found in out, out
        assert program.booted.wait(PATIENCE_S)


def test_each_fault_is_what_esptool_says(files: dict[str, str]) -> None:
    write = (*FAST, "write-flash", "0x10000", files["data"])
    jobs = {  # fault: chip, job, what is said
        "bad-block:0x12000": ("esp32", write, "MD5 of file does not match"),
        "noisy-above:460800": ("esp32", write, "result was C"),
        "secured:flash-encryption": ("esp32", write, "flash encryption enabled"),
        "secured": ("esp32c3", write, "flash encryption enabled"),
        "secured:secure-boot": ("esp32s3", ("get-security-info",), "Secure Boot: Enabled"),
        "secured:secure-download": ("esp32c3", ("get-security-info",), "in Secure Download Mode"),
        "chip:esp32c3": ("esp32", ("--chip", "esp32", "read-mac"), "This chip is ESP32-C3, not ESP32"),
    }
    poles = {fault: pole(chip, faults=[fault]) for fault, (chip, _job, _said) in jobs.items()}
    running = {fault: esptool(poles[fault][0].url, *job) for fault, (_chip, job, _said) in jobs.items()}
    for fault, (_chip, job, said) in jobs.items():
        code, out = finish(running[fault])
        assert said in out, fault
        assert (code == 0) == (job == ("get-security-info",)), out
        poles[fault][0].close()


def test_a_pole_stuck_in_its_loader_is_flashed_and_never_runs(files: dict[str, str]) -> None:
    virtual, program = pole(faults=["stuck"])
    with virtual:
        code, out = finish(esptool(virtual.url, *FAST, "write-flash", "0x1000", files["esp32"]))
        assert code == 0, out
        assert not program.starts
        code, out = finish(esptool(virtual.url, "--no-stub", "read-mac"))  # there is nothing but its loader
        assert code == 0, out


def test_a_pulled_cable_leaves_what_was_programmed_and_a_second_run_succeeds(files: dict[str, str]) -> None:
    data = filler(100_000)  # the stub programs by 32 KiB
    Path(files["data"]).write_bytes(data)
    virtual, program = pole(faults=["cable:60000"])
    with virtual:
        write = (*FAST, "write-flash", "0x10000", files["data"], "0x1000", files["esp32"])
        first = esptool(virtual.url, *write)
        eventually(lambda: virtual.received >= 60_000, "the cable is pulled")
        assert first.stdout is not None
        for text in iter(lambda: first.stdout.readline() if first.stdout else "", ""):
            if "Lost connection" in text:
                break
        first.kill()
        first.communicate()
        assert virtual.received == 60_000
        there = virtual.flash.read(0x10000, len(data))
        programmed = len(there.rstrip(b"\xff"))
        assert 0 < programmed < len(data)
        assert there[:programmed] == data[:programmed]
        virtual.plug_in()
        code, out = finish(esptool(virtual.url, *write))
        assert code == 0, out
        assert virtual.flash.read(0x10000, len(data)) == data
        assert program.booted.wait(PATIENCE_S)


def test_modem_lines_lead_into_the_loader_and_out_of_it(
    over_modem_lines: Callable[[], tuple[int, str, SerialPole, Program]],
) -> None:
    code, out, virtual, program = over_modem_lines()
    assert code == 0, out
    assert virtual.mac.hex(":") in out
    assert program.booted.wait(PATIENCE_S)
