"""A virtual machine and its simulator: neither outlives the other."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import until

SIMULATOR = """
import subprocess, sys, time
from host_tools.firmware_build.find_micropython import find_micropython
from simulator.engines import vm_process
from simulator.device_modules import hostops
from pathlib import Path

if sys.argv[2] == "elsewhere":  # a system that cannot end a process with its parent
    vm_process._libc = None
virtual = str(Path(hostops.__file__).parent)
vm = vm_process.VmProcess(find_micropython(), ["work"], [sys.argv[1], virtual], subprocess.DEVNULL)
vm.pipe.recv(1, 2)  # it has begun; it has said more than was read
print(vm.process.pid, flush=True)
time.sleep(600)
"""
ENDLESS = {
    "computes": "_chip.post(1)\n_chip._flush()\nwhile True:\n    pass\n",
    "waits": "while True:\n    try:\n        _chip.call(1)\n    except BaseException:\n        pass\n",
    "says": "while True:\n    try:\n        _chip.post(1)\n    except BaseException:\n        pass\n",
}


def _lives(pid: int) -> bool:
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout.strip()
    return bool(state) and not state.startswith("Z")


@pytest.mark.parametrize(
    ("work", "system"), [("computes", "this"), ("waits", "elsewhere"), ("says", "elsewhere")], ids=lambda one: one
)
def test_a_virtual_machine_ends_when_its_simulator_was_killed(work: str, system: str, tmp_path: Path) -> None:
    if work == "computes" and sys.platform != "linux":
        pytest.skip("only Linux ends a process that computes with its parent")
    (tmp_path / "work.py").write_text("import _chip\n" + ENDLESS[work])
    command = [sys.executable, "-c", SIMULATOR, str(tmp_path), system]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3]) as simulator:
        assert simulator.stdout
        pid = int(simulator.stdout.readline())
        try:
            assert _lives(pid)
            simulator.kill()
            simulator.wait()
            until(lambda: not _lives(pid), "the machine has ended")
        finally:
            if _lives(pid):
                os.kill(pid, signal.SIGKILL)
