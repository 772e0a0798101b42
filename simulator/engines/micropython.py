"""The engine that runs a pole on the real MicroPython virtual machine: one process a pole, its heap limited."""

from __future__ import annotations

import os
import socket
import struct
import subprocess
from pathlib import Path

import pole
from simulator.engines.engine import Hardware, PoleDied
from simulator.engines.vm import VmMissing, compile_tree, find_micropython
from simulator.virtual import hostops, ops

FIRMWARE = Path(pole.__file__).parent.parent
VIRTUAL = Path(hostops.__file__).parent
PATIENCE_S = 60  # real seconds a virtual machine may compute without waiting for anything
_REQUEST = struct.Struct("<BBHii")
_ANSWER = struct.Struct("<iHH")


class MicroPythonEngine:
    """Compiles the firmware and the virtual modules once; then a process for every life of every pole.

    *heap_bytes* is the limit of the 64-bit virtual machine, whose code takes about 1.2 and whose data about 2 times the
    room they take on an ESP32.
    """

    name = "micropython"

    def __init__(self, cache: Path, heap_bytes: int = 192 * 1024) -> None:
        """Raises VmMissing where there is no virtual machine, or no firmware to compile for it."""
        if not (FIRMWARE / "main.py").exists():  # an installed package has the app alone
            raise VmMissing("the firmware's boot.py and main.py are not here: run diya from a checkout of Diya.")
        self._command = [*find_micropython(), "-X", f"heapsize={heap_bytes + ops.FLASH_BLOCK}"]
        self._firmware = compile_tree(FIRMWARE, cache, shorter=True)
        self._virtual = compile_tree(VIRTUAL, cache)

    def start(self, hardware: Hardware) -> MicroPythonRunner:
        return MicroPythonRunner(self._command, self._firmware, self._virtual, hardware)

    def close(self) -> None:
        pass


class MicroPythonRunner:
    """One virtual machine, which only ever runs while ``step`` waits for it."""

    def __init__(self, command: list[str], firmware: Path, virtual: Path, hardware: Hardware) -> None:
        self._hardware = hardware
        self._heap: tuple[int, int] | None = None
        self._buffer = b""
        self._running = False
        ours, theirs = socket.socketpair()
        # not settimeout(), which costs a system call for every trip
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("@ll", *_split(PATIENCE_S)))
        self._pipe = ours
        console = (hardware.folder / "console.log").open("ab")
        with theirs, console:
            self._process = subprocess.Popen(
                [*command, "-m", "launch", str(theirs.fileno()), str(hardware.folder), str(firmware)],
                env={**os.environ, "MICROPYPATH": f"{virtual}{os.pathsep}.frozen"},
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                start_new_session=True,  # Ctrl-C is for the simulator, which then ends its poles
            )

    def step(self, ticks: int, ready: list[tuple[int, int]]) -> int:
        if self._running:
            self._answer(ticks & 0x3FFFFFFF, bytes(byte for pair in ready for byte in pair))
        self._running = True
        while True:
            op, silent, a, b, data = self._request()
            if silent:
                self._hardware.handle(op, a, b, data)
            elif op == hostops.IDLE:
                return a
            elif op == hostops.HEAP:
                self._heap = (a, b)
                self._answer(0, b"")
            elif op == hostops.FAILED:
                raise PoleDied(data.decode(errors="replace"))
            else:
                value, out = self._hardware.handle(op, a, b, data)
                self._answer(value, out)

    def _request(self) -> tuple[int, int, int, int, bytes]:
        op, silent, length, a, b = _REQUEST.unpack(self._take(_REQUEST.size))
        return op, silent, a, b, self._take(length) if length else b""

    def _take(self, n: int) -> bytes:
        while len(self._buffer) < n:
            try:
                data = self._pipe.recv(65536)
            except BlockingIOError:
                raise PoleDied(f"the firmware computes without end: {PATIENCE_S:g} s and no wait") from None
            if not data:
                raise PoleDied(f"the virtual machine ended with {self._process.wait()}: {self._last_words()}")
            self._buffer += data
        out, self._buffer = self._buffer[:n], self._buffer[n:]
        return out

    def _answer(self, value: int, data: bytes) -> None:
        try:
            self._pipe.sendall(_ANSWER.pack(value, len(data), 0) + data)
        except OSError:
            raise PoleDied(f"the virtual machine is gone: {self._last_words()}") from None

    def _last_words(self) -> str:
        text = (self._hardware.folder / "console.log").read_text(errors="replace")
        return text[-2000:].strip()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self._pipe.close()

    def heap(self) -> tuple[int, int] | None:
        return self._heap


def _split(seconds: float) -> tuple[int, int]:
    whole = int(seconds)
    return whole, round((seconds - whole) * 1e6)
