"""The engine that runs a pole on the real MicroPython virtual machine: one process a pole, its heap limited."""

from __future__ import annotations

import socket
import struct
import time
from pathlib import Path

from host_tools.firmware_build.compile import compile_tree
from host_tools.firmware_build.find_micropython import find_micropython
from host_tools.firmware_build.sources import FIRMWARE
from simulator.device_modules import hostops, ops
from simulator.engines.engine import Hardware, PoleDied
from simulator.engines.vm_process import RAISED, Request, VmProcess

VIRTUAL = Path(hostops.__file__).parent
STAND_INS = 32 * 1024  # bytes of a virtual machine that what is C on a chip takes there: VIRTUAL
PATIENCE_S = 20.0  # processor seconds that a virtual machine may compute without waiting for anything
SILENT_S = 600.0  # real seconds it may be silent, computing or not
LOOK_S = 1  # real seconds between two looks at a silent one


class MicroPythonEngine:
    """Compiles the firmware and the virtual modules once; then starts a process for each run of each pole.

    *heap_bytes* is the limit of what the firmware has of the 64-bit virtual machine, whose code takes about 1.2 and
    whose data about 2 times the room they take on an ESP32.
    """

    name = "micropython"

    def __init__(self, cache: Path, heap_bytes: int = 208 * 1024) -> None:
        """Raises VmMissing where there is no virtual machine."""
        self._command = [*find_micropython(), "-X", f"heapsize={heap_bytes + STAND_INS + ops.FLASH_BLOCK}"]
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
        self._running = False
        with (hardware.folder / "console.log").open("ab") as console:
            loud = ["loud"] if hardware.loud else []
            arguments = ["launch", str(hardware.folder), str(firmware), *loud]
            self._vm = VmProcess(command, arguments, [str(virtual)], console)
        # not settimeout(), which costs a system call for each trip
        self._vm.pipe.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("@ll", LOOK_S, 0))

    def step(self, ticks: int, ready: list[tuple[int, int]]) -> int:
        if self._running:
            try:
                self._vm.wake(ticks, ready)
            except OSError:
                raise PoleDied(f"the virtual machine is gone: {self._said()}") from None
        self._running = True
        next_request = self._vm.request
        while True:
            op, silent, a, b, data = next_request() or self._request()
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
                try:
                    value, out = self._hardware.handle(op, a, b, data)
                except RAISED as error:
                    if not self._hardware.loud:
                        raise
                    self._raise(error)
                else:
                    self._answer(value, out)

    def _request(self) -> Request:
        silent_since = began = None
        while True:
            request = self._vm.request()
            if request is not None:
                return request
            try:
                alive = self._vm.receive()
            except BlockingIOError:
                now, computed = time.monotonic(), self._vm.computed_s()
                if silent_since is None or began is None:
                    silent_since, began = now, computed
                elif computed - began > PATIENCE_S:
                    why = f"{PATIENCE_S:g} s of processor time and no wait"
                    raise PoleDied(f"the firmware computes without end: {why}") from None
                elif now - silent_since > SILENT_S:
                    raise PoleDied(f"the virtual machine has said nothing for {SILENT_S:g} s") from None
                continue
            if not alive:
                raise PoleDied(f"the virtual machine ended with {self._vm.process.wait()}: {self._said()}")

    def _answer(self, value: int, data: bytes) -> None:
        try:
            self._vm.answer(value, data)
        except OSError:
            raise PoleDied(f"the virtual machine is gone: {self._said()}") from None

    def _raise(self, error: Exception) -> None:
        try:
            self._vm.fail(error)
        except OSError:
            raise PoleDied(f"the virtual machine is gone: {self._said()}") from None

    def _said(self) -> str:
        text = (self._hardware.folder / "console.log").read_text(errors="replace")
        return text[-2000:].strip()

    def type(self, data: bytes) -> None:
        self._vm.type(data)

    def kill(self) -> None:
        self._vm.kill()

    def heap(self) -> tuple[int, int] | None:
        return self._heap
