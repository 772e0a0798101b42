"""A script in a virtual machine whose virtual modules speak to the test."""

from __future__ import annotations

import os
import socket
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pole
from host_tools.firmware_build.find_micropython import find_micropython
from simulator import device_modules


def run(script: Path, *arguments: str, answer: Callable[[int, int, int, bytes], tuple[int, bytes]]) -> str:
    """What *script* prints; *answer* takes each call of its virtual modules."""
    ours, theirs = socket.socketpair()
    path = os.pathsep.join([device_modules.__path__[0], str(Path(pole.__file__).parent.parent), ".frozen"])
    command = [*find_micropython(), "-X", "heapsize=1m", str(script), str(theirs.fileno()), *arguments]
    with (
        subprocess.Popen(
            command, env={**os.environ, "MICROPYPATH": path}, pass_fds=[theirs.fileno()], stdout=subprocess.PIPE
        ) as vm,
        ours,
    ):
        theirs.close()
        pipe = ours.makefile("rb")
        while head := pipe.read(12):
            op, silent, length, a, b = struct.unpack("<BBHii", head)
            value, out = answer(op, a, b, pipe.read(length))
            if not silent:
                ours.sendall(struct.pack("<iHH", value, len(out), 0) + out)
        assert vm.stdout
        return vm.stdout.read().decode()
