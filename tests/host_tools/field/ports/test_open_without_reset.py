"""Opening a port leaves what is behind it alone: at a network port with modem lines, a terminal, and a whole pole."""

from __future__ import annotations

import os
import socket
import termios
import tty
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import serial

from host_tools.errors import PortBusy, PortError
from host_tools.field.ports import quiet_open
from simulator.virtual_pole.app_interface import POWER_ON
from simulator.virtual_pole.chips import ESP32
from tests.host_tools.field.ports.rfc2217_server import Server
from tests.patience import PATIENCE_S, Stopwatch
from tests.simulator.virtual_pole.bench import bootloader, pole

RESET = (False, True)  # RTS without DTR pulls EN low


@pytest.fixture
def terminal() -> Iterator[tuple[int, str]]:
    """(the other end, the name) of a terminal that hangs up its lines when it is closed."""
    master, slave = os.openpty()
    tty.setraw(slave)
    attributes = termios.tcgetattr(slave)
    attributes[2] |= termios.HUPCL
    termios.tcsetattr(slave, termios.TCSANOW, attributes)
    name = os.ttyname(slave)
    os.close(slave)
    yield master, name
    os.close(master)


@pytest.mark.parametrize("before", [(False, False), (True, True), (True, False)])
def test_no_state_on_the_way_resets_the_chip_behind_a_network_port(before: tuple[bool, bool]) -> None:
    with Server(*before) as server:
        port = quiet_open(server.url, timeout=PATIENCE_S)
        assert server.lines.states[-1] == (True, True)
        port.write(b"\xffhello")
        assert port.read(6) == b"\xffhello"
        port.close()
    assert RESET not in server.lines.states
    assert server.lines.states[-1] == (False, False)


def test_that_server_shows_how_pyserial_alone_would_have_reset_it() -> None:
    with Server(True, True) as server:
        plain = serial.serial_for_url(server.url, do_not_open=True)
        plain.dtr = plain.rts = False  # what most guides advise
        plain.open()
        plain.close()
    assert RESET in server.lines.states


def test_changing_the_time_out_of_a_network_port_sends_nothing_and_its_speed_can_be_changed() -> None:
    with Server() as server:
        port = quiet_open(server.url, timeout=PATIENCE_S)
        once = server.speeds_set
        watch = Stopwatch()
        for n in range(100):
            port.timeout = 1 + n
        assert watch.own_s < 1
        assert server.speeds_set == once
        port.baudrate = 460800
        assert server.lines.baudrate == 460800
        port.close()


def test_a_local_port_never_lets_a_line_go_and_keeps_them_when_closed(
    terminal: tuple[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from serial import serialposix

    asked: list[int] = []
    real = serialposix.fcntl.ioctl

    def ioctl(fd: int, request: int, *rest: Any) -> Any:
        asked.append(request)
        return real(fd, request, *rest)

    master, name = terminal
    monkeypatch.setattr(serialposix.fcntl, "ioctl", ioctl)
    with quiet_open(name, timeout=PATIENCE_S) as port:
        os.write(master, b"hello")
        assert port.read(5) == b"hello"
        port.baudrate = 460800
    assert not {termios.TIOCMBIC, termios.TIOCMSET} & set(asked)
    again = os.open(name, os.O_RDWR | os.O_NOCTTY)
    assert not termios.tcgetattr(again)[2] & termios.HUPCL
    os.close(again)


def test_a_port_is_ours_alone(terminal: tuple[int, str]) -> None:
    with quiet_open(terminal[1]), pytest.raises(PortBusy, match=rf"\(PID {os.getpid()}\): end it"):
        quiet_open(terminal[1])
    quiet_open(terminal[1]).close()


@pytest.mark.parametrize("kind", ["socket", "pty", "rfc2217"])
def test_a_running_pole_goes_on_running(kind: str) -> None:
    virtual, program = pole(port=kind)
    with virtual:
        virtual.flash.program(ESP32.bootloader_at, bootloader(0))
        virtual.pull()
        virtual.plug_in()
        assert program.booted.wait(PATIENCE_S)
        for _ in range(3):
            with quiet_open(virtual.url, timeout=PATIENCE_S) as port:
                port.write(b"how are you?")
                assert port.read_until(b"you?").endswith(b"how are you?")
        assert program.starts == [POWER_ON]
        assert program.runs


@pytest.mark.parametrize("kind", ["socket", "rfc2217"])
def test_a_second_program_at_a_network_port_is_told_that_it_is_busy(kind: str) -> None:
    virtual, _ = pole(port=kind)
    with virtual, quiet_open(virtual.url), pytest.raises(PortBusy, match="another program is connected"):
        quiet_open(virtual.url)


def test_a_socket_tells_how_many_bytes_wait_and_that_it_was_refused_before_it_said_anything() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        url = f"socket://127.0.0.1:{door.getsockname()[1]}"
        with quiet_open(url, timeout=PATIENCE_S, refusal_s=0) as port:
            inside = door.accept()[0]
            inside.sendall(b"a hundred" * 10)
            assert port.read(1) == b"a" and port.in_waiting == 89
            inside.close()
            assert port.read(89).startswith(b" hundred")
            with pytest.raises(serial.SerialException):
                port.read(1)
        with quiet_open(url, timeout=PATIENCE_S, refusal_s=0) as port:
            door.accept()[0].close()
            with pytest.raises(PortBusy, match="another program is connected"):
                port.read(1)


def test_what_is_no_port_is_said_in_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        free = door.getsockname()[1]
    (tmp_path / "file").touch()
    for port, said in {
        f"socket://127.0.0.1:{free}": "nothing listens",
        f"rfc2217://127.0.0.1:{free}": "nothing listens",
        "socket://here": "must be a device, socket://HOST:PORT",
        "http://127.0.0.1:80": "must be a device, socket://HOST:PORT",
        str(tmp_path / "ttyUSB0"): "there is no port",
        str(tmp_path / "file"): "is not a serial port",
    }.items():
        with pytest.raises(PortError, match=said):
            quiet_open(port)
