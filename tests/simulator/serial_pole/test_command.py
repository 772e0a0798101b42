"""`diya virtual-pole`: its first line is a port that works, its signals end it, and what cannot be is one sentence."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import serial

from host_tools.cli import run
from tests.simulator.serial_pole.bench import PATIENCE_S

COMMAND = [sys.executable, "-m", "host_tools.cli", "virtual-pole"]


@pytest.mark.parametrize(("port", "number"), [("socket", signal.SIGINT), ("pty", signal.SIGTERM)])
def test_the_first_line_is_the_port_and_a_signal_ends_it(port: str, number: int, tmp_path: Path) -> None:
    flash = tmp_path / "pole.flash"
    process = subprocess.Popen(
        [*COMMAND, "--chip", "esp32c3", "--port", port, "--flash", str(flash)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([".", "firmware"])},
        # whoever runs the tests in the background may have it ignored, which children inherit
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
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
