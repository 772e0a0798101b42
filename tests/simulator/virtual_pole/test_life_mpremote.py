"""Real mpremote at a virtual pole's port, whose lamp stays lit."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from simulator.virtual_pole.pole import SerialPole
from tests.installed import LIMIT_S
from tests.simulator.virtual_pole.flashed import flashed, reached

MAIN = b"""
import machine, time
dog = machine.WDT(timeout=60000)
timer = machine.Timer(0)
def hold():
    timer.init(period=500, mode=machine.Timer.PERIODIC, callback=lambda timer: dog.feed())
"""

WORK = b"""
print("because", machine.reset_cause())
try:
    while True:
        time.sleep_ms(200)
        dog.feed()
except KeyboardInterrupt:
    hold()
"""


def test_mpremote_works_on_the_pole_and_puts_it_back_to_work(tmp_path: Path) -> None:
    path = tmp_path / "flash.bin"
    boot = MAIN + b"if machine.reset_cause() == machine.SOFT_RESET: hold()\n"
    flashed({"boot.py": boot, "main.py": MAIN + WORK}, path=path).close()
    started: list[str] = []
    with SerialPole(flash=path, log=started.append) as pole:

        def mpremote(*words: str) -> str:
            command = [sys.executable, "-m", "mpremote", "connect", pole.url, *words]
            done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, stdin=subprocess.DEVNULL)
            assert done.returncode == 0, done.stderr + done.stdout
            return done.stdout

        reached(lambda: pole.app.running, "MicroPython runs")
        assert mpremote("resume", "exec", "import machine; print(machine.reset_cause())") == "1\n"
        assert mpremote("exec", "import machine; print(machine.reset_cause())") == "5\n"
        (tmp_path / "up").write_bytes(os.urandom(3000) + b"\n\r\n\x04\x03")
        listing = mpremote(
            "resume", "cp", str(tmp_path / "up"), ":up", "+", "ls", "+", "cp", ":up", str(tmp_path / "down")
        )
        assert "3005 up" in listing
        assert (tmp_path / "down").read_bytes() == (tmp_path / "up").read_bytes()
        assert mpremote("resume", "rm", ":up", "+", "eval", "2 ** 40").endswith("1099511627776\n")
        lives = len(started)
        mpremote("resume", "reset")
        reached(lambda: len(started) > lives, "a reset of the chip")
        assert [percent for _when, percent in pole.light_log] == [100.0]
