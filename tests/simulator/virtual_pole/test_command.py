"""`diya virtual-pole`: its first line is a port that works, its signals end it, and what cannot be is one sentence."""

import signal
from pathlib import Path

import pytest
import serial

from host_tools.cli import run
from tests.installed import start
from tests.patience import PATIENCE_S


@pytest.mark.parametrize(("port", "number"), [("socket", signal.SIGINT), ("pty", signal.SIGTERM)])
def test_the_first_line_is_the_port_and_a_signal_ends_it(port: str, number: int, tmp_path: Path) -> None:
    flash = tmp_path / "pole.flash"
    process = start("virtual-pole", "--chip", "esp32c3", "--port", port, "--flash", flash, cwd=tmp_path)
    assert process.stdout is not None and process.stderr is not None
    url = process.stdout.readline().strip()
    with serial.serial_for_url(url, 115200, timeout=PATIENCE_S) as host:
        assert host.read_until(b"invalid header").endswith(b"invalid header")
    process.send_signal(number)
    assert process.wait(PATIENCE_S) == (0 if number == signal.SIGINT else 128 + number)
    with process.stdout, process.stderr:
        assert "asks to be flashed" in process.stdout.read()
        assert process.stderr.read() == ""
    assert flash.stat().st_size == 4 << 20
    assert port != "pty" or not Path(url).parent.exists()


def test_what_cannot_be_is_said_in_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "other"
    other.write_bytes(b"no flash")
    assert run(["virtual-pole", "--flash", str(other)]) == 1
    assert run(["virtual-pole", "--fault", "gremlins"]) == 1
    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 2
    assert "has 8 bytes, but this board's flash has 4194304" in errors[0]
    assert "there is no fault 'gremlins'" in errors[1]
