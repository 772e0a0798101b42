"""A host at each kind of port, through pyserial: lines, speeds, the console, and a cable that is pulled."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import serial

from host_tools.field.flashing.slip import frame as encode
from simulator.virtual_pole.app_interface import HARD_RESET, POWER_ON
from simulator.virtual_pole.chips import ESP32
from simulator.virtual_pole.loader.protocol import SYNC_FRAME
from tests.patience import PATIENCE_S, Stopwatch
from tests.simulator.virtual_pole.bench import Program, bootloader, eventually, pole


@contextmanager
def flashed(port: str, **settings: Any) -> Iterator[tuple[Any, Program]]:
    """A pole that runs."""
    virtual, program = pole(port=port, **settings)
    try:
        virtual.flash.program(ESP32.bootloader_at, bootloader(0))
        virtual.pull()  # power off and on
        virtual.plug_in()
        assert program.booted.wait(PATIENCE_S)
        yield virtual, program
    finally:
        virtual.close()


def open_port(url: str, **settings: Any) -> serial.SerialBase:
    return serial.serial_for_url(url, 115200, timeout=PATIENCE_S, **settings)


@pytest.mark.parametrize("port", ["socket", "pty", "rfc2217"])
def test_opening_a_port_leaves_the_program_alone_and_talks_to_it(port: str) -> None:
    everything = bytes(range(256))
    with flashed(port) as (virtual, program):
        for _ in range(2):
            with open_port(virtual.url) as host:
                host.write(everything)
                assert host.read_until(everything).endswith(everything)
        assert program.starts == [POWER_ON]
        assert program.heard == 2 * everything


def test_a_blank_chip_asks_to_be_flashed_again_and_again() -> None:
    virtual, program = pole(port="pty")
    with virtual, open_port(virtual.url) as host:
        for _ in range(2):
            host.read_until(b"invalid header: 0xffffffff\r\n")
        assert not program.starts


def test_rts_resets_the_chip_and_dtr_decides_where_it_starts() -> None:
    with flashed("rfc2217") as (virtual, program), open_port(virtual.url) as host:
        host.dtr = False  # with RTS alone EN is low
        eventually(lambda: not program.runs, "EN low stops the program")
        host.rts = False
        assert b"boot:0x13" in host.read_until(b"program runs\r\n")
        host.rts = True
        eventually(lambda: not program.runs, "reset")
        host.dtr = True  # both: EN rises slowly ...
        host.rts = False  # ... and finds IO0 low
        assert b"boot:0x3 " in host.read_until(b"waiting for download\r\n")
        assert not program.runs
        assert program.starts == [POWER_ON, POWER_ON]


def test_where_there_are_lines_a_sync_frame_is_only_bytes_to_the_program() -> None:
    with flashed("rfc2217") as (virtual, program), open_port(virtual.url) as host:
        host.write(encode(SYNC_FRAME))
        eventually(lambda: encode(SYNC_FRAME) in program.heard, "the program hears it")
        assert program.runs


def test_without_lines_a_sync_frame_leads_into_the_loader_and_half_of_one_does_not() -> None:
    wire = encode(SYNC_FRAME)
    with flashed("socket") as (virtual, program), open_port(virtual.url) as host:
        host.write(wire[:9] + b"x")
        eventually(lambda: program.heard == wire[:9] + b"x", "the program hears what was no frame")
        host.write(b"hello" + wire)
        assert len(host.read_until(b"\xc0\xc0" + b"\x01\x08\x04\0")) > 0
        assert not program.runs
        assert program.heard.endswith(b"xhello")


def test_the_program_resets_the_chip() -> None:
    with flashed("socket") as (virtual, program), open_port(virtual.url) as host:
        host.write(b"ready?")
        assert host.read_until(b"ready?").endswith(b"ready?")
        old_send = program.send
        program.reset()
        assert b"program runs" in host.read_until(b"program runs\r\n")
        assert program.starts == [POWER_ON, HARD_RESET]
        old_send(b"from a run that has ended")
        program.send(b"last\r\n")
        assert host.read_until(b"last\r\n") == b"last\r\n"


def test_bytes_take_the_lines_time_both_ways() -> None:
    with flashed("socket", baud_limit=57600) as (virtual, program), open_port(virtual.url) as host:
        watch = Stopwatch()
        host.write(b"a" * 1440)  # a quarter of a second
        eventually(lambda: len(program.heard) == 1440, "all is through")
        assert watch.real_s >= 0.245
        assert watch.own_s <= 0.35
        host.read_until(b"a" * 1440)
        watch = Stopwatch()
        program.send(b"b" * 1440 + b".")
        host.read_until(b".")
        assert watch.real_s >= 0.245


# pyserial forgets a socket that it cannot shut down any more
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("port", ["socket", "pty"])
def test_a_pulled_cable_ends_the_port_and_plugged_in_it_is_where_it_was(port: str) -> None:
    with flashed(port) as (virtual, program):
        url = virtual.url
        with open_port(url) as host:
            virtual.pull()
            with pytest.raises((serial.SerialException, OSError)):
                host.read(1000)
        eventually(lambda: not program.runs, "its power is gone with the cable")
        with pytest.raises((serial.SerialException, OSError)):
            open_port(url)
        virtual.plug_in()
        eventually(lambda: program.runs, "it has power again")
        with open_port(url) as host:
            host.write(b"?")
            assert host.read_until(b"?").endswith(b"?")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_another_program_at_the_same_port_is_turned_away() -> None:
    with flashed("socket") as (virtual, _program), open_port(virtual.url) as first:
        with open_port(virtual.url) as second, pytest.raises(serial.SerialException, match="disconnected"):
            second.read(1)
        first.write(b"still")
        assert first.read_until(b"still").endswith(b"still")
