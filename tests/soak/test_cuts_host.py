"""Every cut point of 340 steps of a pole's writing, on both runtimes, and second cuts after each 29th of them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from host_tools.firmware_build.find_micropython import find_micropython
from tests.firmware.reporting.cut_sweep import sweep

ROOT = Path(__file__).parent.parent.parent
STEPS = 340
NESTED = 29


def test_every_cut_point_on_cpython() -> None:
    said = sweep(1, STEPS, NESTED)
    print("CPython:", said)
    assert int(said.split()[0]) > 3000


def test_every_cut_point_on_micropython() -> None:
    code = f"from cut_sweep import sweep; print(sweep(1, {STEPS}, {NESTED}))"
    path = os.pathsep.join([str(ROOT / "firmware"), str(ROOT / "tests" / "firmware" / "reporting"), ".frozen"])
    run = subprocess.run(
        [*find_micropython(), "-X", "heapsize=16m", "-c", code],
        env={**os.environ, "MICROPYPATH": path},
        capture_output=True,
        text=True,
        timeout=1800,
    )
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-2000:]
    print("MicroPython:", run.stdout.splitlines()[-1])
    assert int(run.stdout.splitlines()[-1].split()[0]) > 3000
